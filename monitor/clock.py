"""The one place where time is read, so that everything else can be run at any moment a test likes."""

import asyncio
from datetime import UTC, datetime


class Clock:
    """The machine's clock. Tests and the demo pass one of their own."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

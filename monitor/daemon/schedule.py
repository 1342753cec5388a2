"""What keeps the jobs going by a clock that jumps. Must not know what the jobs do."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

from apscheduler.triggers.base import BaseTrigger

CLOCK_CHECK_SECONDS = 1.0
"""What is set there and back again within so short a time goes unnoticed."""


class Every(BaseTrigger):  # type: ignore[misc]
    """An interval that skips what it missed.

    APScheduler's own counts every missed run one by one: a clock set a year forward would be 30 million for each job
    of a second, and the end of the daemon.
    """

    def __init__(self, seconds: float) -> None:
        self._interval = timedelta(seconds=seconds)

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        following = previous + self._interval if previous else now
        return following if following > now else now + self._interval


async def clock_jumps() -> AsyncIterator[float]:
    """Yield by how many seconds the machine's clock was set: forward (or the machine slept), or back."""
    ahead = time.time() - time.monotonic()
    while True:
        await asyncio.sleep(CLOCK_CHECK_SECONDS)
        now = time.time() - time.monotonic()
        if abs(now - ahead) > 1:
            yield now - ahead
        ahead = now

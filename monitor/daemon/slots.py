"""Which feeds are polled at the same time. Must not know how a feed is polled, nor which are due."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from datetime import timedelta

from monitor import pipeline
from monitor.app import Services
from monitor.daemon.tasks import Tasks
from monitor.errors import DamagedError, StoreError
from monitor.model import Feed

POLLS_AT_ONCE = 32
SLOW_SECONDS = 1.0
"""A poll that takes longer waits for a server, or for its turn with one: it gives up its slot, lest feeds that hang
keep those waiting that answer."""
POLLS_IN_ALL = 512
GATHERING_SECONDS = 0.05
"""For so long slots become free before they are given away again: one question for several."""

LONGEST_PAUSE = timedelta(minutes=1)
"""Before a feed is polled again whose last poll the database did not take."""


class Slots:
    """Gives the feeds that are due their slots, the longest overdue first."""

    def __init__(self, services: Services, polling: Tasks) -> None:
        self._services = services
        self._polling = polling
        self._began: dict[str, float] = {}
        """When each feed's last poll began, in seconds of the monotonic clock."""

    async def fill(self) -> None:
        """Start polling what is due, as many feeds as there are slots; for a second also as slots become free."""
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                while await self._fill():
                    await asyncio.wait(self._polling.values(), return_when=asyncio.FIRST_COMPLETED)
                    await asyncio.sleep(GATHERING_SECONDS)

    async def _fill(self) -> bool:
        """Return whether more may be due than there are slots."""
        now = time.monotonic()
        quick = sum(now - self._began[feed] < SLOW_SECONDS for feed in self._polling)
        free = min(POLLS_AT_ONCE - quick, POLLS_IN_ALL - len(self._polling))
        if free <= 0:
            return True
        busy = tuple(self._polling)
        due = await self._services.in_store(lambda: pipeline.due_feeds(self._services, limit=free, without=busy))
        for feed in due:
            self._began[feed.id] = now
            self._polling.start(feed.id, self._poll(feed))
        return len(due) == free

    async def _poll(self, feed: Feed) -> None:
        try:
            await pipeline.poll_feed(self._services, feed)
        except DamagedError:
            raise
        except StoreError as error:
            # It is still due, and would be asked again at once: a full disk must not turn us into a flood.
            self._services.log.error("poll not stored", feed=feed.id, error=str(error))
            await self._services.clock.sleep(min(feed.every, LONGEST_PAUSE).total_seconds())

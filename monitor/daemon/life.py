"""Signs of life: which steps move and which succeed, and who hears of it: `/healthz`, the heartbeat's keeper, systemd.

Must not know what the steps do.
"""

from __future__ import annotations

import asyncio
import time

from monitor.app import Services
from monitor.daemon import systemd
from monitor.errors import FetchError
from monitor.health import Health, InForce

VITAL = ("poll", "send", "digest")
"""The steps that each second show that the scheduler, the sender and the store move. One that fails has moved as well:
starting anew would not help it."""

STILL_SECONDS = 60.0
"""For so long a step may not have succeeded before silence means nothing any more."""

HEARTBEAT_SECONDS = 60.0


class Life:
    """How one run of the daemon goes."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.health = Health(services.store, clock=services.clock, in_force=self._in_force, besides=self._failing)
        self.moved: dict[str, float] = {}
        """When each step last ended, well or not, in seconds of the monotonic clock."""
        self.done: dict[str, float] = {}
        """When it last ended well."""
        self._began = time.monotonic()
        self._beaten = -HEARTBEAT_SECONDS
        """When the heartbeat was last sent."""
        self._beat_fails = False

    def ended(self, step: str, *, began: float, well: bool) -> None:
        """Note that a step has ended that ``began`` then, by the monotonic clock."""
        self.moved[step] = now = time.monotonic()
        if well:
            self.done[step] = now
        self._services.metrics.step_ended(step, now - began, failed=not well)

    async def heartbeat(self) -> None:
        """Tell somebody elsewhere that all is well, once a minute at most: his alarm is our silence."""
        services, now = self._services, time.monotonic()
        address = services.rulebook.rules.operator.heartbeat
        if address is None or now - self._beaten < HEARTBEAT_SECONDS or not await self._is_well(now):
            return
        self._beaten = now
        try:
            await services.fetcher.ping(address)
        except FetchError as error:
            if not self._beat_fails:
                services.log.warning("heartbeat not taken", reason=str(error))
            self._beat_fails = True
        else:
            if self._beat_fails:
                services.log.info("heartbeat taken again")
            self._beat_fails = False
        services.metrics.heartbeat(failed=self._beat_fails)

    async def tell_status(self) -> None:
        """Tell systemd in a line how it goes."""
        look = await asyncio.to_thread(self.health.look)
        systemd.notify(f"STATUS={look.summary}")

    async def feed_watchdog(self) -> None:
        """Tell systemd twice in the time that it grants that we live, but only if all has moved since the last time."""
        if (granted := systemd.watchdog_seconds()) is None:
            return
        told = time.monotonic()
        while True:
            await asyncio.sleep(min(granted / 8, 1.0))
            if time.monotonic() - told >= granted / 2 and all(self.moved.get(step, told) > told for step in VITAL):
                told = time.monotonic()
                systemd.notify("WATCHDOG=1")

    async def _is_well(self, now: float) -> bool:
        """Tell whether every vital step went well in the last minute, and silence means that nothing happened."""
        if any(now - self.done.get(step, -STILL_SECONDS) > STILL_SECONDS for step in VITAL):
            return False
        look = await asyncio.to_thread(self.health.look)
        return not look.ailments and not look.blind

    def _failing(self) -> list[str]:
        now = time.monotonic()
        still = [step for step in VITAL if now - self.done.get(step, self._began) > STILL_SECONDS]
        return [f"the step {step!r} has not succeeded for a minute" for step in still]

    def _in_force(self, _: object) -> InForce:
        rulebook = self._services.rulebook
        return InForce(version=rulebook.version, refused=rulebook.error is not None)

"""The jobs of the daemon: each tick starts what is due. Must not know who watches, nor how a run begins and ends."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from monitor import pipeline
from monitor.app import Services
from monitor.daemon import systemd
from monitor.daemon.life import Life
from monitor.daemon.schedule import Every, clock_jumps
from monitor.daemon.slots import Slots
from monitor.daemon.tasks import Tasks
from monitor.errors import DamagedError, MonitorError
from monitor.metrics import Watched
from monitor.model import Delivery

GRACE_SECONDS = 2.0
"""How long a stop waits for messages that are being sent; what is cut off stays claimed and is settled at the start."""


class Daemon:
    """The jobs of one run over open services."""

    def __init__(
        self, services: Services, *, pages_on: socket.socket | None = None, metrics_on: socket.socket | None = None
    ) -> None:
        """``pages_on`` is where the subscriber pages are shown, ``metrics_on`` where only the metrics are."""
        self.services = services
        self.pages_on = pages_on
        self.metrics_on = metrics_on
        self.life = Life(services)
        self.watched = Watched(self.life.health, clock=services.clock, registry=services.metrics.registry)
        self.damaged: DamagedError | None = None
        """What ended this run."""
        self.polling = Tasks(self._failed)
        """By feed."""
        self.slots = Slots(services, self.polling)
        self.sending = Tasks(self._failed)
        """By delivery."""
        self.background: set[asyncio.Task[Any]] = set()
        self.stopping = asyncio.Event()
        self.followed = services.rulebook.loaded_at
        """When the rules were loaded that the database follows."""
        self.scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )

    async def run(self) -> None:
        """Run until `stop` is called. Raises DamagedError where a step found the database damaged."""
        await self.services.in_store(lambda: pipeline.start(self.services))
        await self.services.in_store(lambda: pipeline.look_again(self.services, everyone=True))
        if self.stopping.is_set():
            return
        for tick, seconds in (
            (self.digest, 1),  # first: windows that ended while nobody ran are told before new articles come in
            (self.poll, 1),
            (self.send, 1),
            (self.reload, 2),
            (self.settle, 30),
            (self.look_again, 60),
            (self.attend, 60),
            (self.watch_disk, 5),
            (self.keep_up, 3600),
            (self.retire, 24 * 3600),
            (self.life.heartbeat, 5),
            (self.life.tell_status, 30),
        ):
            self.scheduler.add_job(self.timed(tick), Every(seconds), next_run_time=datetime.now(UTC))
        self.scheduler.start()
        systemd.notify("READY=1", "STATUS=Running")
        watches = [asyncio.create_task(self.safely(watch)()) for watch in (self.watch_clock, self.life.feed_watchdog)]
        pages = [asyncio.create_task(self.safely(show)()) for show in (self.show_pages, self.show_metrics)]
        try:
            await self.stopping.wait()
        finally:
            systemd.notify("STOPPING=1", "STATUS=Stopping")
            for watch in watches:
                watch.cancel()
            self.scheduler.shutdown(wait=False)
            await asyncio.gather(self._wind_down(), *pages)
        if self.damaged:
            raise self.damaged

    def stop(self) -> None:
        self.stopping.set()

    # --- ticks ---

    async def poll(self) -> None:
        await self.slots.fill()

    async def digest(self) -> None:
        await self.services.in_store(lambda: pipeline.compose_digests(self.services))

    async def send(self) -> None:
        """Start sending what is due: one message per destination at a time."""
        for delivery in await pipeline.claim_due(self.services):
            self.sending.start(delivery.id, self._send(delivery))

    async def _send(self, delivery: Delivery) -> None:
        await pipeline.send(self.services, delivery)

    async def settle(self) -> None:
        await pipeline.settle(self.services)

    async def look_again(self) -> None:
        await self.services.in_store(lambda: pipeline.look_again(self.services))

    async def attend(self) -> None:
        await self.services.in_store(lambda: pipeline.attend(self.services))

    async def watch_disk(self) -> None:
        await self.services.in_store(lambda: pipeline.watch_disk(self.services))

    async def keep_up(self) -> None:
        await pipeline.keep_up(self.services)

    async def retire(self) -> None:
        await self.services.in_store(lambda: pipeline.retire(self.services))

    async def show_pages(self) -> None:
        """Show the subscriber pages until the end."""
        if self.pages_on:
            from monitor import web

            services = self.services
            app = web.make_app(
                services.settings, services.store, watched=self.watched, clock=services.clock, log=services.log
            )
            services.log.info("pages shown", at=web.address_of(self.pages_on))
            await web.serve(app, self.pages_on, until=self.stopping)

    async def show_metrics(self) -> None:
        """Show the metrics until the end, to those on this machine."""
        if self.metrics_on:
            from monitor import web

            app = web.make_watching(self.watched, log=self.services.log)
            self.services.log.info("metrics shown", at=f"{web.address_of(self.metrics_on)}/metrics")
            await web.serve(app, self.metrics_on, until=self.stopping)

    async def reload(self) -> None:
        """Follow the rule files and templates; a bad one changes nothing and is said once."""
        await self._swap(self.services.rulebook.reload_if_changed)

    async def reload_now(self) -> None:
        await self._swap(self.services.rulebook.reload)

    async def _swap(self, load: Callable[[], bool]) -> None:
        rulebook, log = self.services.rulebook, self.services.log
        before = rulebook.error
        await asyncio.to_thread(load)
        # What was followed, not what was loaded: a database locked at the wrong moment is asked again.
        if rulebook.loaded_at != self.followed:
            loaded_at = rulebook.loaded_at
            await self.services.in_store(lambda: pipeline.watch_feeds(self.services))
            self.followed = loaded_at
            log.info("rules loaded", version=rulebook.version)
        elif rulebook.error and rulebook.error != before:
            log.error("rules not loaded, the last good ones stay", problem=rulebook.error)

    async def watch_clock(self) -> None:
        """Plan anew when the machine's clock was set: after a way back the scheduler would wait until it catches up.

        After a way forward, too: that may be the sum of several, of which the last went back.
        """
        async for seconds in clock_jumps():
            if seconds > 0:
                self.services.log.warning("the clock was set forward", seconds=round(seconds))
            else:
                self.services.log.warning("the clock was set back", seconds=round(-seconds))
            for job in self.scheduler.get_jobs():
                job.modify(next_run_time=datetime.now(UTC) + timedelta(seconds=1))
            while not await self.safely(self.forget_the_future)():  # noqa: ASYNC110 - a locked database
                await asyncio.sleep(1)

    async def forget_the_future(self) -> None:
        """Make due what was planned by a clock that has been set back since."""
        await self.services.in_store(lambda: pipeline.watch_feeds(self.services))

    # --- driving ---

    def safely(self, tick: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], Coroutine[Any, Any, bool]]:
        """The one broad net of the daemon: a tick that fails is logged and comes again; gives whether it went well."""

        async def run() -> bool:
            try:
                await tick()
            except MonitorError as error:
                self._failed(error, step=tick.__name__)
            except Exception:
                self.services.log.exception("step broke", step=tick.__name__)
            else:
                return True
            return False

        return run

    def timed(self, tick: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], Coroutine[Any, Any, None]]:
        """A tick that comes again and again: whether and how it moves is what tells a living daemon from a dead one."""

        async def run() -> None:
            began = time.monotonic()
            well = await self.safely(tick)()
            self.life.ended(tick.__name__, began=began, well=well)

        return run

    def _failed(self, error: BaseException, **about: str) -> None:
        """Log what a step ran into; a damaged database ends the run, for every further step may add to the damage."""
        self.services.log.error("step failed", **about, error=str(error))
        if isinstance(error, DamagedError):
            self.damaged = error
            self.stop()

    def in_background(self, work: Coroutine[Any, Any, object]) -> None:
        task = asyncio.create_task(work)
        self.background.add(task)
        task.add_done_callback(self.background.discard)

    async def _wind_down(self) -> None:
        polling, sending = list(self.polling.values()), list(self.sending.values())
        for task in polling:
            task.cancel()
        if sending:
            await asyncio.wait(sending, timeout=GRACE_SECONDS)
        for task in sending:
            task.cancel()
        await asyncio.gather(*polling, *sending, return_exceptions=True)

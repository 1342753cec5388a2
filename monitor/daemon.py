"""The long-running service: runs the steps of `monitor.pipeline` by the clock, reacts to signals, stops cleanly.

A handful of APScheduler jobs, each a tick that asks the database what is due; no state of the work lives here, so that
a killed daemon loses nothing but time. Holds no logic: what is due and what becomes of it is decided elsewhere.
"""

from __future__ import annotations

import asyncio
import signal
import socket
import time
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from monitor import pipeline
from monitor.app import Services, open_services, sole_run
from monitor.errors import MonitorError, StoreError
from monitor.model import Delivery, Feed
from monitor.rulebook import Rulebook
from monitor.settings import Settings

POLLS_AT_ONCE = 32
SENDS_AT_ONCE = 8

GRACE_SECONDS = 2.0
"""How long a stop waits for messages that are being sent; what is cut off stays claimed and is settled at the start."""

CLOCK_CHECK_SECONDS = 5.0

LONGEST_PAUSE = timedelta(minutes=1)
"""Before a feed is polled again whose last poll the database did not take."""


class Daemon:
    """The jobs of one run over open services."""

    def __init__(self, services: Services, *, listening: socket.socket | None = None) -> None:
        self.services = services
        self.listening = listening
        """Where the subscriber pages are shown; None: not by this process."""
        self.polling: dict[str, asyncio.Task[Any]] = {}
        self.sending: dict[int, asyncio.Task[Any]] = {}
        self.background: set[asyncio.Task[None]] = set()
        self.stopping = asyncio.Event()
        self.followed = services.rulebook.loaded_at
        """When the rules were loaded that the database follows."""
        self.scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )

    async def run(self) -> None:
        """Run until `stop` is called."""
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
            (self.retire, 24 * 3600),
        ):
            self.scheduler.add_job(self.safely(tick), "interval", seconds=seconds, next_run_time=datetime.now(UTC))
        self.scheduler.start()
        watch = asyncio.create_task(self._watch_clock())
        pages = asyncio.create_task(self.safely(self.show_pages)())
        try:
            await self.stopping.wait()
        finally:
            watch.cancel()
            self.scheduler.shutdown(wait=False)
            await asyncio.gather(self._wind_down(), pages)

    def stop(self) -> None:
        self.stopping.set()

    # --- ticks ---

    async def poll(self) -> None:
        """Start polling what is due, as many feeds as there are free places."""
        free = POLLS_AT_ONCE - len(self.polling)
        if free <= 0:
            return
        busy = tuple(self.polling)
        for feed in await self.services.in_store(lambda: pipeline.due_feeds(self.services, limit=free, without=busy)):
            self._start(self.polling, feed.id, self._poll(feed))

    async def _poll(self, feed: Feed) -> None:
        try:
            await pipeline.poll_feed(self.services, feed)
        except StoreError as error:
            # It is still due, and would be asked again at once: a full disk must not turn us into a flood.
            self.services.log.error("poll not stored", feed=feed.id, error=str(error))
            await self.services.clock.sleep(min(feed.every, LONGEST_PAUSE).total_seconds())

    async def digest(self) -> None:
        await self.services.in_store(lambda: pipeline.compose_digests(self.services))

    async def send(self) -> None:
        """Start sending what is due: one message per destination at a time."""
        if free := SENDS_AT_ONCE - len(self.sending):
            for delivery in await pipeline.claim_due(self.services, limit=free):
                self._start(self.sending, delivery.id, self._send(delivery))

    async def _send(self, delivery: Delivery) -> None:
        await pipeline.send(self.services, delivery)

    async def settle(self) -> None:
        await pipeline.settle(self.services)

    async def look_again(self) -> None:
        await self.services.in_store(lambda: pipeline.look_again(self.services))

    async def retire(self) -> None:
        await self.services.in_store(lambda: pipeline.retire(self.services))

    async def show_pages(self) -> None:
        """Show the subscriber pages until the end."""
        if self.listening:
            from monitor import web

            app = web.make_app(
                self.services.settings, self.services.store, clock=self.services.clock, log=self.services.log
            )
            self.services.log.info("pages shown", at=web.address_of(self.listening))
            await web.serve(app, self.listening, until=self.stopping)

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

    # --- driving ---

    def safely(self, tick: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], Coroutine[Any, Any, None]]:
        """The one broad net of the daemon: a tick that fails is logged and comes again."""

        async def run() -> None:
            try:
                await tick()
            except MonitorError as error:
                self.services.log.error("step failed", step=tick.__name__, error=str(error))
            except Exception:
                self.services.log.exception("step broke", step=tick.__name__)

        return run

    def in_background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self.background.add(task)
        task.add_done_callback(self.background.discard)

    def _start(self, tasks: dict[Any, asyncio.Task[Any]], key: Any, work: Coroutine[Any, Any, None]) -> None:
        task = tasks[key] = asyncio.create_task(work)

        def done(finished: asyncio.Task[Any]) -> None:
            del tasks[key]
            if not finished.cancelled() and (error := finished.exception()):
                self.services.log.error("step failed", error=str(error))

        task.add_done_callback(done)

    async def _watch_clock(self) -> None:
        """Wake the jobs when the machine's clock was set back: the scheduler would wait until it catches up."""
        drift = time.time() - time.monotonic()
        while True:
            await asyncio.sleep(CLOCK_CHECK_SECONDS)
            now = time.time() - time.monotonic()
            if now < drift - 1:
                self.services.log.warning("the clock was set back", seconds=round(drift - now))
                for job in self.scheduler.get_jobs():
                    job.modify(next_run_time=datetime.now(UTC) + timedelta(seconds=1))
                await self.services.in_store(lambda: pipeline.watch_feeds(self.services))
            drift = now

    async def _wind_down(self) -> None:
        polling, sending = list(self.polling.values()), list(self.sending.values())
        for task in polling:
            task.cancel()
        if sending:
            await asyncio.wait(sending, timeout=GRACE_SECONDS)
        for task in sending:
            task.cancel()
        await asyncio.gather(*polling, *sending, return_exceptions=True)


async def run_daemon(
    settings: Settings,
    rulebook: Rulebook,
    *,
    greet: Callable[[Services], None],
    on_stop: Callable[[], None] = lambda: None,
    pages_at: tuple[str, int] | None = None,
) -> None:
    """Run the service until SIGTERM or SIGINT; SIGHUP reads the rule files again.

    ``greet`` is called once everything is open, ``on_stop`` when a signal asks for the end; at ``pages_at``, a host and
    a port, the subscriber pages are shown.
    Raises StoreError where a daemon already runs on this home.
    """
    with sole_run(settings):
        listening = _listen(settings, *pages_at) if pages_at else None
        async with open_services(settings, rulebook=rulebook) as services:
            daemon = Daemon(services, listening=listening)
            loop = asyncio.get_running_loop()

            def stop() -> None:
                on_stop()
                daemon.stop()

            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, stop)
            greet(services)
            reload = daemon.safely(daemon.reload_now)
            loop.add_signal_handler(signal.SIGHUP, lambda: daemon.in_background(reload()))
            await daemon.run()


def _listen(settings: Settings, host: str, port: int) -> socket.socket:
    from monitor import web  # half a second, for which not every run has a use

    return web.listen(settings, host, port)

"""From settings to services: everything that has to be opened, in one value, closed again in the right order."""

from __future__ import annotations

import asyncio
import fcntl
import gc
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import structlog

from monitor.channels import Channels, open_channels
from monitor.clock import Clock
from monitor.digests.render import Templates, render, render_edit
from monitor.errors import RuleError, StoreError
from monitor.feeds.fetch import Fetcher
from monitor.links import Links, links_of
from monitor.model import Digest, Feed, FetchFailed, FetchOutcome, Message
from monitor.rulebook import Rulebook
from monitor.settings import Settings
from monitor.store import Store

Result = TypeVar("Result")
Work = TypeVar("Work")

GATHERING_SECONDS = 0.02


class Together(Generic[Work]):
    """Does in one go what several tasks ask for at about the same time: one transaction instead of a hundred."""

    def __init__(self) -> None:
        self._asked: list[Work] = []
        self._next: asyncio.Task[None] | None = None

    async def do(self, work: Work, all_of: Callable[[list[Work]], Awaitable[None]]) -> None:
        """Return when ``all_of`` has done this work with what else came; its exception goes to everyone."""
        self._asked.append(work)
        if self._next is None:
            self._next = asyncio.create_task(self._gather(all_of))
        await asyncio.shield(self._next)

    async def _gather(self, all_of: Callable[[list[Work]], Awaitable[None]]) -> None:
        await asyncio.sleep(GATHERING_SECONDS)
        asked, self._asked, self._next = self._asked, [], None
        await all_of(asked)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    messages: tuple[Message, ...]
    fault: RuleError | None = None
    """What an overriding template ran into: the messages are those of the built-in ones, and say so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What the steps of the pipeline work with."""

    settings: Settings
    clock: Clock
    rulebook: Rulebook
    store: Store
    fetcher: Fetcher
    channels: Channels
    log: Any
    """A structlog logger."""
    store_thread: ThreadPoolExecutor
    links: Links | None = None
    """None where mails can have no links: without a public address or a key to sign with."""
    unchanged: Together[tuple[Feed, FetchOutcome]] = field(default_factory=Together)
    """Polls that brought no document: by far the most, and each has no more to store than its feed's state."""

    async def in_store(self, work: Callable[[], Result]) -> Result:
        """Run a transaction in the one thread that talks to the database: one writer, and the event loop stays free."""
        return await asyncio.get_running_loop().run_in_executor(self.store_thread, work)

    def render(self, digest: Digest, destination: str, *, root: Digest | None = None) -> Rendered:
        """Render a digest for one destination; ``root`` is the alert that it continues."""

        def fill(templates: Templates, mark: str) -> tuple[Message, ...]:
            return render(digest, destination, templates, links=self.links, root=root, mark=mark)

        return self._rendered(digest, fill)

    def render_edit(self, current: Digest) -> Rendered:
        """Render what an alert's first message in a channel is edited to."""
        return self._rendered(current, lambda templates, mark: (render_edit(current, templates, mark=mark),))

    def _rendered(self, digest: Digest, fill: Callable[[Templates, str], tuple[Message, ...]]) -> Rendered:
        try:
            return Rendered(messages=fill(self.rulebook.templates, ""))
        except Exception as error:
            # Whatever an overriding template runs into, the alert goes out.
            self.log.error("template failed, the built-in one is used", digest=digest.id, problem=str(error))
            fault = error if isinstance(error, RuleError) else RuleError(str(error), file="templates")
            told = " The operator was told." if self.rulebook.rules.operator.to else ""
            mark = f"{fault.file} failed on this message; this is the built-in template.{told}"
            return Rendered(messages=fill(self.rulebook.builtin_templates, mark), fault=fault)

    def log_poll(self, feed: Feed, outcome: FetchOutcome, counts: dict[str, Any]) -> None:
        """Write one line per poll: failures loud, changes plain, the rest only when debugging."""
        if isinstance(outcome, FetchFailed):
            self.log.warning("feed not read", feed=feed.id, url=feed.url, reason=outcome.reason)
        elif any(counts["articles"].values()):
            self.log.info("feed read", feed=feed.id, **counts["articles"], matches=counts["matches"])
        else:
            self.log.debug("feed unchanged", feed=feed.id)


@asynccontextmanager
async def open_services(
    settings: Settings, *, clock: Clock | None = None, rulebook: Rulebook | None = None
) -> AsyncIterator[Services]:
    """Open everything that a run needs. Raises MonitorError where something cannot be opened."""
    clock = clock or Clock()
    if rulebook is None:
        rulebook = Rulebook(settings.home, clock=clock)
        rulebook.load()
    store = Store(settings.database_url)
    store_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
    try:
        store.prepare()
        async with Fetcher(settings, clock=clock.now) as fetcher, open_channels(settings) as channels:
            yield Services(
                settings=settings,
                clock=clock,
                rulebook=rulebook,
                store=store,
                fetcher=fetcher,
                channels=channels,
                log=structlog.get_logger("dateline"),
                links=links_of(settings),
                store_thread=store_thread,
            )
    finally:
        store_thread.shutdown()
        store.close()


def settle_memory() -> None:
    """Spare the garbage collector what will not change any more: modules, rules and templates, once all are loaded.

    The thresholds let a poll's many short-lived values die by themselves. Together a tenth of a poll's processor time
    (`make bench`).
    """
    gc.freeze()
    gc.set_threshold(10_000, 50, 50)


# --- one daemon per home -----------------------------------------------------------------------------------------


@contextmanager
def sole_run(settings: Settings) -> Iterator[None]:
    """Hold the home's lock: only one process polls and sends. Raises StoreError naming the pid of the one that does.

    The lock is the operating system's, so that a killed process leaves none behind.
    """
    settings.state.mkdir(parents=True, exist_ok=True)
    with (settings.state / "dateline.lock").open("a+") as file:
        for last in (False, False, False, True):
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError as error:
                # Whoever runs has written its pid; without one it is somebody looking, and gone in a moment.
                pid = (settings.state / "dateline.lock").read_text().strip()
                if pid or last:
                    raise StoreError(f"Dateline already runs here, with pid {pid or 'unknown'}") from error
                time.sleep(0.2)
        file.seek(0)
        file.truncate()
        file.write(f"{os.getpid()}\n")
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def running_pid(settings: Settings) -> int | None:
    """Return the pid of the process that holds the home's lock, None where nobody does."""
    try:
        with (settings.state / "dateline.lock").open("r+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError:
                return int(file.read().strip() or 0)
    except (OSError, ValueError):
        pass
    return None

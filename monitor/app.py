"""From settings to services: everything that has to be opened, in one value, closed again in the right order."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

import structlog

from monitor.channels import Channels, open_channels
from monitor.clock import Clock
from monitor.digests.render import Templates, render, render_edit
from monitor.errors import RuleError
from monitor.feeds.fetch import Fetcher
from monitor.feeds.parsing import Parsers
from monitor.libraries import outdated
from monitor.links import Links, links_of
from monitor.lock import Run
from monitor.metrics import Metrics
from monitor.model import Digest, Feed, FetchFailed, FetchOutcome, Message
from monitor.rulebook import Rulebook
from monitor.settings import Settings, exposed_files
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
    parsers: Parsers
    channels: Channels
    log: Any
    """A structlog logger."""
    store_thread: ThreadPoolExecutor
    links: Links | None = None
    """None where mails can have no links: without a public address or a key to sign with."""
    metrics: Metrics = field(default_factory=Metrics)
    sending: set[int] = field(default_factory=set)
    """Deliveries that this process is sending at this moment."""
    stuck: dict[str, datetime] = field(default_factory=dict)
    """Until when subscriptions wait whose digest could not be composed."""
    flood: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while a document of many entries is stored: one at a time, so that the others wait for a slice at most."""
    storing: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while a poll is stored. The others wait for it here: in the queue of the one thread, which a locked database
    stops for seconds with each, the ticks would wait behind them."""
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
        """Count a poll, and write one line about it: failures loud, changes plain, the rest only when debugging."""
        self.metrics.polled(outcome, counts["articles"])
        if isinstance(outcome, FetchFailed):
            self.log.warning("feed not read", feed=feed.id, url=feed.url, reason=outcome.reason)
        elif any(counts["articles"].values()):
            self.log.info("feed read", feed=feed.id, **counts["articles"], matches=counts["matches"])
        else:
            self.log.debug("feed unchanged", feed=feed.id)


@asynccontextmanager
async def open_services(
    settings: Settings, *, clock: Clock | None = None, rulebook: Rulebook | None = None, run: Run | None = None
) -> AsyncIterator[Services]:
    """Open everything that a run needs; the whole database is checked first where its last writer was cut off
    (``run``). Raises MonitorError where something cannot be opened.
    """
    clock, metrics = clock or Clock(), Metrics()
    log = structlog.get_logger("dateline")
    for file in exposed_files(settings.home):
        log.warning("secrets can be read by every user of this machine", file=str(file), hint=f"chmod 600 {file}")
    if old := outdated():
        log.warning("libraries are old", **{one.name.lower(): f"{one.version}: {one.why}" for one in old})
    if rulebook is None:
        rulebook = Rulebook(settings.home, clock=clock)
        rulebook.load()
    store = Store(settings.database_url)
    store_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
    try:
        store.prepare()
        if run and not run.sound:
            log.warning("the last run was cut off: checking the database")
            store.check()
            run.sound = True
        async with (
            Fetcher(settings, clock=clock.now) as fetcher,
            Parsers(on_kill=metrics.parser_killed) as parsers,
            open_channels(settings) as channels,
        ):
            yield Services(
                settings=settings,
                clock=clock,
                rulebook=rulebook,
                store=store,
                fetcher=fetcher,
                parsers=parsers,
                channels=channels,
                log=log,
                links=links_of(settings),
                store_thread=store_thread,
                metrics=metrics,
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

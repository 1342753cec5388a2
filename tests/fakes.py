"""Hand-written stand-ins for the edges: a clock that only moves when told, feeds and channels that do as scripted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import structlog

from monitor.app import Services
from monitor.channels import Channels
from monitor.clock import Clock
from monitor.errors import DeliveryError, FetchError
from monitor.feeds.parse import parse_feed
from monitor.model import (
    Asked,
    Delivery,
    Feed,
    FeedState,
    Fetched,
    FetchFailed,
    FetchOutcome,
    NotModified,
    ParsedFeed,
    Receipt,
)
from monitor.pipeline import retire
from monitor.rulebook import Rulebook
from monitor.settings import load_settings
from monitor.store import Store

START = datetime(2026, 11, 22, 6, 30, tzinfo=UTC)


class FixedClock(Clock):
    """Stands still until it is moved; sleeping moves it."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)

    def advance(self, **span: float) -> None:
        self.at += timedelta(**span)


class FakeFetcher:
    """Serves what ``pages`` holds for a feed: bytes, an outcome, or an exception to be raised."""

    def __init__(self) -> None:
        self.pages: dict[str, bytes | FetchOutcome | Exception] = {}
        self.asked: list[str] = []
        self.pinged: list[str] = []
        self.ping_fault: FetchError | None = None

    async def ping(self, url: str) -> None:
        self.pinged.append(url)
        if self.ping_fault:
            raise self.ping_fault

    async def fetch(self, feed: Feed, state: FeedState) -> FetchOutcome:
        self.asked.append(feed.id)
        page = self.pages.get(feed.id, FetchFailed(reason="no such host"))
        if isinstance(page, Exception):
            raise page
        if not isinstance(page, bytes):
            return page
        body_hash = sha256(page).hexdigest()
        if body_hash == state.body_hash:
            return NotModified()
        return Fetched(
            url=feed.url,
            moved_to=None,
            body=page,
            body_hash=body_hash,
            content_type="application/rss+xml",
            etag=None,
            last_modified=None,
        )


class InlineParsers:
    """Parses where it stands, without a child: for tests of what comes after."""

    async def parse(self, body: bytes, *, url: str, content_type: str | None, now: datetime) -> ParsedFeed:
        return parse_feed(body, url=url, content_type=content_type, now=now)


class RecordingChannel:
    """Takes everything, unless ``faults`` holds what goes wrong next (None: nothing)."""

    def __init__(self) -> None:
        self.sent: list[Delivery] = []
        self.faults: list[DeliveryError | Exception | None] = []
        self.answer: Receipt | Asked | DeliveryError = Asked.ABSENT
        self.asked: list[str] = []

    async def send(self, delivery: Delivery) -> Receipt:
        fault = self.faults.pop(0) if self.faults else None
        if fault is not None:
            raise fault
        self.sent.append(delivery)
        return Receipt(reference=f"receipt {delivery.key}")

    async def ask(self, delivery: Delivery) -> Receipt | Asked:
        self.asked.append(delivery.key)
        if isinstance(self.answer, DeliveryError):
            raise self.answer
        return self.answer

    async def close(self) -> None: ...


class Desk:
    """A home with fakes at its edges, over a real rulebook and a real SQLite file."""

    def __init__(self, home: Path, services: Services, clock: FixedClock, fetcher: FakeFetcher) -> None:
        self.home = home
        self.services = services
        self.clock = clock
        self.fetcher = fetcher
        self.channel = RecordingChannel()

    def serve(self, feed: str, *items: str) -> None:
        """Let a feed serve these RSS items (see `item`)."""
        self.fetcher.pages[feed] = rss(*items)

    def age(self, *, days: int) -> int:
        """Let days pass, each with its retiring; return how many articles were forgotten."""
        forgotten = 0
        for _ in range(days):
            self.clock.advance(days=1)
            forgotten += retire(self.services)
        return forgotten


def item(number: int, title: str, text: str = "", **more: str) -> str:
    """Return an RSS item; ``guid`` and ``link`` follow from its number unless given."""
    guid, link = more.get("guid", f"guid-{number}"), more.get("link", f"https://outlet.example/news/{number}")
    published = more.get("published", "Sun, 22 Nov 2026 06:00:00 GMT")
    return (
        f"<item><guid isPermaLink='false'>{guid}</guid><link>{link}</link><title>{title}</title>"
        f"<description>{text}</description><pubDate>{published}</pubDate></item>"
    )


def rss(*items: str) -> bytes:
    return (
        "<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel><title>Outlet</title>"
        f"<link>https://outlet.example/</link><description>d</description>{''.join(items)}</channel></rss>"
    ).encode()


RULES = """\
version: 1
feeds:
  dawn: {url: "https://dawn.example/rss", name: Dawn, language: en, first_poll: 100}
  daily: {url: "https://daily.example/rss", name: Daily, language: en, first_poll: 100}
regions:
  balochistan: {name: Balochistan, codes: [PK-BA], names: [Quetta, Mastung, Gwadar]}
rules:
  attacks:
    name: Armed attacks
    where: balochistan
    when: attack* OR blast*
    severity: high
digests:
  alerts: {rules: [attacks], when: immediately, to: ["folder:out"]}
  daily: {regions: [balochistan], when: "07:00, 17:00", to: ["folder:out-daily"]}
"""


@asynccontextmanager
async def open_desk(home: Path, rules: str = RULES, *, clock: FixedClock | None = None) -> AsyncIterator[Desk]:
    """Open a home as the application does, with fakes for the network and the channels."""
    (home / "rules").mkdir(parents=True, exist_ok=True)
    (home / "rules" / "desk.yaml").write_text(rules, encoding="utf-8")
    clock, fetcher = clock or FixedClock(), FakeFetcher()
    settings = load_settings(home)
    rulebook = Rulebook(home, clock=clock)
    rulebook.load()
    store = Store(settings.database_url)
    store.prepare()
    channel = RecordingChannel()
    thread = ThreadPoolExecutor(max_workers=1)
    services = Services(
        settings=settings,
        clock=clock,
        rulebook=rulebook,
        store=store,
        fetcher=fetcher,  # type: ignore[arg-type]
        parsers=InlineParsers(),  # type: ignore[arg-type]
        channels=Channels(ready={"folder": channel, "email": channel, "slack": channel}, lacking={}),
        log=structlog.get_logger(),
        store_thread=thread,
    )
    desk = Desk(home, services, clock, fetcher)
    desk.channel = channel
    try:
        yield desk
    finally:
        thread.shutdown()
        store.close()

"""Finding the feeds of a site, for `feeds add SITE`: what a reader would otherwise look for in the page's source.

Asks through whatever fetches and parses pages, so that the guard and the limits hold; must not know how that is done.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol
from urllib.parse import urljoin

from monitor.errors import FetchError, ParseError
from monitor.model import Fetched, ParsedFeed
from monitor.text.html import head_tags

COMMON_PATHS = (
    "/feed",
    "/rss",
    "/rss.xml",
    "/feed.xml",
    "/atom.xml",
    "/index.xml",
    "/feed.json",
    "/feeds",
    "/?feed=rss2",
)
MOST_CANDIDATES = 20
_HEAD = 500_000
"""Bytes of a page in which its feeds are looked for."""
_TYPES = ("application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json")
_ANY_TIME = datetime(2100, 1, 1, tzinfo=UTC)  # the parser's "now": only matters to dates, which nobody looks at here


class Pages(Protocol):
    """Whatever fetches pages: `monitor.feeds.fetch.Fetcher`."""

    async def get_page(self, url: str) -> Fetched: ...


class Parsing(Protocol):
    """Whatever parses feeds: `monitor.feeds.parsing.Parsers`."""

    async def parse(self, body: bytes, *, url: str, content_type: str | None, now: datetime) -> ParsedFeed: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFeed:
    url: str
    title: str


async def find_feeds(pages: Pages, parsing: Parsing, site: str) -> tuple[FoundFeed, ...]:
    """Return the feeds of a site, best guess first; empty, if it can be read but has none.

    ``site`` is an address, or a host name without "https://". It may be the feed's own address; else the feeds that its
    page names are taken, else those at the usual places. Each was read. Raises FetchError, if nothing can be read.
    """
    address = site if "://" in site else f"https://{site}"
    try:
        page = await pages.get_page(address)
    except FetchError as secure:
        found = await _feeds_at(pages, parsing, _usual_places(address))
        if found:
            return found
        if "://" in site:
            raise
        try:
            return await find_feeds(pages, parsing, f"http://{site}")
        except FetchError:
            raise secure from None
    feed = await _as_feed(parsing, page, address)
    if feed is not None:
        return (feed,)
    return await _feeds_at(pages, parsing, _named(page)) or await _feeds_at(pages, parsing, _usual_places(page.url))


def _named(page: Fetched) -> list[str]:
    """Return the addresses of the feeds that an HTML page names in its head."""
    tags = list(head_tags(page.body[:_HEAD].decode("utf-8", errors="replace")))
    base = next((tag["href"] for name, tag in tags if name == "base" and "href" in tag), "")
    start = _join(page.url, base)
    return [
        _join(start, link["href"])
        for name, link in tags
        if name == "link"
        and "href" in link
        and "alternate" in link.get("rel", "").lower().split()
        and link.get("type", "").partition(";")[0].strip().lower() in _TYPES
    ]


def _join(start: str, reference: str) -> str:
    try:
        return urljoin(start, reference.strip())
    except ValueError:  # no address at all: "http://["
        return start


def _usual_places(url: str) -> list[str]:
    return [_join(url, path) for path in COMMON_PATHS]


async def _feeds_at(pages: Pages, parsing: Parsing, urls: Iterable[str]) -> tuple[FoundFeed, ...]:
    """Read what is at these addresses; the same feed under several of them counts once."""
    candidates = list(dict.fromkeys(urls))[:MOST_CANDIDATES]
    answers = await asyncio.gather(*(pages.get_page(url) for url in candidates), return_exceptions=True)
    found: dict[str, FoundFeed] = {}
    for url, answer in zip(candidates, answers, strict=True):
        if isinstance(answer, Fetched) and answer.url not in found:
            if feed := await _as_feed(parsing, answer, url):
                found[answer.url] = feed
        elif isinstance(answer, BaseException) and not isinstance(answer, FetchError):
            raise answer
    return tuple(found.values())


async def _as_feed(parsing: Parsing, page: Fetched, asked: str) -> FoundFeed | None:
    try:
        parsed = await parsing.parse(page.body, url=page.url, content_type=page.content_type, now=_ANY_TIME)
    except ParseError:
        return None
    return FoundFeed(url=page.moved_to or asked, title=parsed.title)

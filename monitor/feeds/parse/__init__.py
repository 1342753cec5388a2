"""The bytes of a feed to its entries: RSS, Atom, JSON Feed, Google News sitemaps.

Pure functions of their arguments, which run in a child process with limits (`monitor.feeds.parsing`). Reading is
tolerant: a document that is broken gives what can be read of it and says so (``problem``, ``truncated``); one that is
no feed raises ParseError, which says what it looks like instead. It must not know how the bytes were fetched.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from monitor.errors import ParseError
from monitor.feeds.parse.document import read_document
from monitor.feeds.parse.jsonfeed import read_json_feed
from monitor.feeds.parse.parts import parts_of
from monitor.feeds.parse.sitemap import read_sitemap
from monitor.feeds.parse.syndication import read_syndication
from monitor.model import ParsedFeed

_NOT_FEEDS = {
    "opml": "a list of feeds (OPML); `dateline feeds import` reads those",
    "sitemapindex": "a list of sitemaps; give the address of the news sitemap in it",
    "error": "an error message in XML; look at the address in a browser",
}


def parse_parts(body: bytes, *, url: str, content_type: str | None, now: datetime) -> Iterator[ParsedFeed]:
    """The feed in ``body``, which was fetched from ``url``, in parts of some thousand entries. See `parse_feed`."""
    document = read_document(body, content_type)
    if document.root in _NOT_FEEDS:
        raise ParseError(_NOT_FEEDS[document.root])
    read = {"": read_json_feed, "urlset": read_sitemap}.get(document.root, read_syndication)
    for part in parts_of(document):
        feed = read(part, url=url, now=now)
        # Without title, text and link there is nothing to match, show or recognise again.
        yield replace(feed, entries=tuple(entry for entry in feed.entries if entry.title))


def join_parts(parts: Sequence[ParsedFeed]) -> ParsedFeed:
    """The whole feed: described as in its first part, with the first problem of any, cut off where its last part is."""
    return replace(
        parts[0],
        entries=tuple(entry for part in parts for entry in part.entries),
        problem=next((part.problem for part in parts if part.problem), None),
        truncated=parts[-1].truncated,
    )


def parse_feed(body: bytes, *, url: str, content_type: str | None, now: datetime) -> ParsedFeed:
    """The feed in ``body``, which was fetched from ``url``. Raises ParseError, and MemoryError where memory is limited.

    Relative links are resolved against ``xml:base``, the channel's link or ``url``. Dates more than a day after
    ``now``, or from before 1971, are None. An entry without a title gets the first words of its text, or its link.
    """
    return join_parts(list(parse_parts(body, url=url, content_type=content_type, now=now)))

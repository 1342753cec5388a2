"""The bytes of a feed to its entries: RSS, Atom, JSON Feed, Google News sitemaps.

A pure function of its arguments, so that it can run in a child process with limits. Reading is tolerant: a document
that is broken gives what can be read of it and says so (``problem``, ``truncated``); one that is no feed raises
ParseError, which says what it looks like instead. It must not know how the bytes were fetched.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from monitor.errors import ParseError
from monitor.feeds.parse.document import read_document
from monitor.feeds.parse.jsonfeed import read_json_feed
from monitor.feeds.parse.sitemap import read_sitemap
from monitor.feeds.parse.syndication import read_syndication
from monitor.model import ParsedFeed

_NOT_FEEDS = {
    "opml": "a list of feeds (OPML); `dateline feeds import` reads those",
    "sitemapindex": "a list of sitemaps; give the address of the news sitemap in it",
    "error": "an error message in XML; look at the address in a browser",
}


def parse_feed(body: bytes, *, url: str, content_type: str | None, now: datetime) -> ParsedFeed:
    """The feed in ``body``, which was fetched from ``url``. Raises nothing but ParseError.

    Relative links are resolved against ``xml:base``, the channel's link or ``url``. Dates more than a day after
    ``now``, or from before 1971, are None. An entry without a title gets the first words of its text, or its link.
    """
    document = read_document(body, content_type)
    if document.root in _NOT_FEEDS:
        raise ParseError(_NOT_FEEDS[document.root])
    read = {"": read_json_feed, "urlset": read_sitemap}.get(document.root, read_syndication)
    feed = read(document, url=url, now=now)
    # Without title, text and link there is nothing to match, show or recognise again.
    return replace(feed, entries=tuple(entry for entry in feed.entries if entry.title))

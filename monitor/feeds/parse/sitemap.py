"""Google News sitemaps (https://www.google.com/schemas/sitemap-news/0.9) to entries.

expat reports elements as they come, so that what a cut document holds is still read; declared entities are refused.
It must not know how the document was decoded.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from xml.parsers import expat

from monitor.errors import ParseError
from monitor.feeds.parse.document import Document
from monitor.feeds.parse.fields import MAX_TITLE, guid_of, iso_time, language_tag, name_of, section_of, title_of
from monitor.model import Entry, ParsedFeed
from monitor.text.urls import absolute_link

_FIELDS = frozenset(("loc", "title", "name", "language", "publication_date", "keywords", "genres"))


def read_sitemap(document: Document, *, url: str, now: datetime) -> ParsedFeed:
    """The articles of a news sitemap. Raises ParseError for a plain sitemap, which names no articles."""
    pages, problem = _pages(document.text)
    articles = [page for page in pages if page["title"]]
    if pages and not articles:
        raise ParseError("a sitemap without titles; only news sitemaps (with news:title) can be read as feeds")
    return ParsedFeed(
        title=name_of(articles[0]["name"]) if articles else "",
        link=None,
        language=language_tag(articles[0]["language"]) if articles else None,
        entries=tuple(_entry(article, url=url, now=now) for article in articles),
        problem=document.problem or problem,
        truncated=document.truncated,
    )


def _entry(article: dict[str, str], *, url: str, now: datetime) -> Entry:
    link = absolute_link(article["loc"], url)
    return Entry(
        guid=guid_of(article["loc"]),
        link=link,
        title=title_of(article["title"], text="", link=link),
        text="",
        section=section_of(article["keywords"].split(",")),
        language=language_tag(article["language"]),
        published_at=iso_time(article["publication_date"], now),
    )


def _pages(text: str) -> tuple[list[dict[str, str]], str | None]:
    """The fields of each ``url`` element by local name, and why reading ended early, if it did."""
    pages: list[dict[str, str]] = []
    inside: list[str] = []

    def start(name: str, _attributes: object) -> None:
        inside.append(name.rpartition(":")[2].lower())
        if inside[-1] == "url":
            pages.append(defaultdict(str))

    def end(_name: str) -> None:
        inside.pop()

    def characters(data: str) -> None:
        # Images and videos of a page have titles of their own; only those of the page and its news count.
        if pages and inside[-1] in _FIELDS and inside[-2] in ("url", "news", "publication"):
            page = pages[-1]
            if len(page[inside[-1]]) < 4 * MAX_TITLE:
                page[inside[-1]] += data

    def entity(*_declaration: object) -> None:
        raise ParseError("a sitemap that declares entities; no sitemap needs that")

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler, parser.EntityDeclHandler = characters, entity
    parser.buffer_text = True
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        return pages, f"broken XML ({error})"
    return pages, None

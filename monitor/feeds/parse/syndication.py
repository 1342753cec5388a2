"""RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0, CDF to entries, read by feedparser.

feedparser neither cleans markup nor resolves links inside it here: its sanitiser is slow, leaves script in titles, and
texts are made plain anyway. This module must not know how the document was decoded.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import feedparser

from monitor.errors import ParseError
from monitor.feeds.parse.document import Document
from monitor.feeds.parse.fields import guid_of, language_tag, name_of, sane_time, section_of, text_of, title_of
from monitor.feeds.parse.plain import read_plain
from monitor.model import Entry, ParsedFeed
from monitor.text.urls import absolute_link

_CAPTION = re.compile(r"<(/?)media:description\b[^<>]*>")
_MEDIA = re.compile(r"<(media:(?!title|description|keywords|category|group)\w+)\b[^<>]*+(?:(?<=/)>|>[^<]*+</\1>)")
"""Leaf elements about pictures, which nobody here reads: a tenth of feedparser's work on real feeds."""
_TAG = re.compile(r"</?(?:[\w-]+:)?([A-Za-z][\w-]*)[^<>]*>")
_USEFUL = frozenset(
    (
        *("rss", "rdf", "channel", "feed", "item", "entry", "title", "link", "guid", "id", "language"),
        *("description", "summary", "content", "encoded", "author", "creator", "name", "category"),
        *("pubdate", "published", "issued", "updated", "modified", "created", "date", "p", "div", "br"),
    )
)
_TIMES = ("published", "created", "updated")


def read_syndication(document: Document, *, url: str, now: datetime) -> ParsedFeed:
    """The feed in an XML document. Raises ParseError where feedparser finds none in it."""
    # feedparser takes a picture's caption for one of the article's texts; under an unknown name it stays apart.
    text = _CAPTION.sub(r"<\1media:caption>", _MEDIA.sub("", document.text))
    result, problem = _parsed(text)
    feed = result.feed
    if not (result.version or result.entries or _string(feed, "title")):
        raise ParseError(f"XML with the root <{document.root}>, in which no feed was found; check the address")
    home = absolute_link(_string(feed, "link"), url)
    # Relative links of RSS mean the site; those of Atom (RFC 4287, xml:base) the document.
    base = home if home and result.version.startswith("rss") else url
    language = language_tag(_string(feed, "language"))
    if result.bozo:
        problem = problem or f"broken XML, read with tolerance ({result.bozo_exception})"
    return ParsedFeed(
        title=name_of(_string(feed, "title")),
        link=home,
        language=language,
        entries=tuple(_entry(entry, base=base, language=language, now=now) for entry in result.entries),
        problem=document.problem or problem,
        truncated=document.truncated,
    )


def _parsed(text: str) -> tuple[Any, str | None]:
    """feedparser's result, at the second try from what is of use here alone, and what went wrong at the first."""
    plain = read_plain(text)
    if plain is not None:
        return plain, None
    try:
        return _feedparser(text), None
    except MemoryError:
        raise
    except Exception as error:  # Foreign code on hostile bytes: it has raised seven kinds so far.
        problem = f"feedparser failed ({type(error).__name__}: {error}); read without its less usual elements"
    try:
        return _feedparser(_TAG.sub(_useful, text)), problem
    except MemoryError:
        raise
    except Exception as error:
        raise ParseError(f"a document on which feedparser fails ({type(error).__name__}: {error})") from error


def _feedparser(text: str) -> Any:
    return feedparser.parse(
        io.BytesIO(f"<?xml version='1.0' encoding='utf-8'?>{text}".encode()),
        response_headers={"content-type": "application/xml; charset=utf-8"},
        resolve_relative_uris=False,
        sanitize_html=False,
    )


def _useful(tag: re.Match[str]) -> str:
    return tag[0] if tag[1].lower() in _USEFUL else " "


def _entry(entry: Any, *, base: str, language: str | None, now: datetime) -> Entry:
    contents = [content for content in _list(entry, "content") if _is_text(content)]
    text = text_of([_string(entry, "summary"), *(_string(content, "value") for content in contents)])
    text = text or text_of([_string(entry, "media_caption")])
    guid = guid_of(_string(entry, "id"))
    link = _link(entry, guid, base)
    return Entry(
        guid=guid,
        link=link,
        title=title_of(_string(entry, "title"), text=text, link=link),
        text=text,
        author=_author(entry),
        section=section_of(_string(tag, "label") or _string(tag, "term") for tag in _list(entry, "tags")),
        language=_language(entry, language),
        published_at=_time(entry, now),
    )


def _link(entry: Any, guid: str | None, base: str) -> str | None:
    links = (absolute_link(address, base) for address in _addresses(entry, guid) if address)
    return next((link for link in links if link), None)


def _addresses(entry: Any, guid: str | None) -> Iterator[str]:
    """The article's own address before a counting redirect, before any other page, an id that is one, a file."""
    yield _string(entry, "feedburner_origlink")
    if _string(entry, "link") != _string(entry, "id") or "://" in _string(entry, "id"):
        yield _string(entry, "link")  # Else it is an id that is no link and forgets to say so.
    links = [link for link in _list(entry, "links") if isinstance(link, dict)]
    yield from (_string(link, "href") for link in links if link.get("rel") == "alternate")
    if guid and "://" in guid:
        yield guid
    yield from (_string(link, "href") for link in links if link.get("rel") in ("related", "via", "enclosure"))


def _author(entry: Any) -> str:
    names = [name_of(_string(author, "name")) for author in _list(entry, "authors")]
    return name_of(", ".join(dict.fromkeys(name for name in names if name))) or name_of(_string(entry, "author"))


def _language(entry: Any, of_feed: str | None) -> str | None:
    """What the entry declares besides its feed: dc:language, or the xml:lang around its title or text."""
    details = [dict.get(entry, "title_detail"), dict.get(entry, "summary_detail"), *_list(entry, "content")]
    declared = [_string(entry, "language")] + [_string(detail, "language") for detail in details]
    return next((tag for tag in map(language_tag, declared) if tag and tag != of_feed), of_feed)


def _time(entry: Any, now: datetime) -> datetime | None:
    for name in _TIMES:
        time = sane_time(dict.get(entry, f"{name}_parsed"), _string(entry, name), now)
        if time:
            return time
    return None


def _is_text(content: Any) -> bool:
    kind = _string(content, "type")
    return kind.startswith("text/") or kind.endswith(("xml", "html"))


def _string(holder: Any, key: str) -> str:
    """A field as a string: feedparser gives dictionaries and None where a feed misuses an element.

    Past feedparser's own ``get``, which looks for old names of the key and takes ten times as long.
    """
    value = dict.get(holder, key) if isinstance(holder, dict) else None
    return value if isinstance(value, str) else ""


def _list(holder: Any, key: str) -> list[Any]:
    value = dict.get(holder, key)
    return value if isinstance(value, list) else []

"""JSON Feed 1 and 1.1 (jsonfeed.org) to entries. It must not know how the document was decoded."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from monitor.errors import ParseError
from monitor.feeds.parse.document import MAX_ENTRIES, Document
from monitor.feeds.parse.fields import guid_of, iso_time, language_tag, name_of, section_of, text_of, title_of
from monitor.model import Entry, ParsedFeed
from monitor.text.urls import absolute_link


def read_json_feed(document: Document, *, url: str, now: datetime) -> ParsedFeed:
    """The feed in a JSON document. Raises ParseError where it is broken or another kind of JSON."""
    try:
        feed = json.loads(document.text)
    except (ValueError, RecursionError) as error:
        raise ParseError(
            f"JSON that cannot be read ({error}); it may have been cut off, the next poll tells"
        ) from error
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(items, list) or not ("version" in feed or "title" in feed):
        raise ParseError("JSON, but no JSON Feed (it has no list of items); give the address of a feed")
    home = absolute_link(_string(feed.get("home_page_url")), url)
    language = language_tag(_string(feed.get("language")))
    problem = document.problem
    if len(items) > MAX_ENTRIES:
        problem = problem or f"{len(items):,} entries; the first {MAX_ENTRIES:,} were read"
    return ParsedFeed(
        title=name_of(_string(feed.get("title"))),
        link=home,
        language=language,
        entries=tuple(
            _entry(item, base=home or url, feed=feed, language=language, now=now)
            for item in items[:MAX_ENTRIES]
            if isinstance(item, dict)
        ),
        problem=problem,
    )


def _entry(item: dict[str, Any], *, base: str, feed: dict[str, Any], language: str | None, now: datetime) -> Entry:
    text = text_of(_string(item.get(key)) for key in ("content_html", "content_text", "summary"))
    guid = guid_of(_string(item.get("id")))
    links = [absolute_link(_string(item.get(key)), base) for key in ("url", "external_url")]
    links += [absolute_link(guid)] if guid else []
    link = next(filter(None, links), None)
    return Entry(
        guid=guid,
        link=link,
        title=title_of(_string(item.get("title")), text=text, link=link),
        text=text,
        author=_authors(item) or _authors(feed),
        section=section_of(_string(tag) for tag in _list(item.get("tags"))),
        language=language_tag(_string(item.get("language"))) or language,
        published_at=iso_time(_string(item.get("date_published")), now)
        or iso_time(_string(item.get("date_modified")), now),
    )


def _authors(holder: dict[str, Any]) -> str:
    """Version 1.1 has a list of authors, version 1 one author."""
    people = _list(holder.get("authors")) or [holder.get("author")]
    names = (name_of(_string(person.get("name"))) for person in people if isinstance(person, dict))
    return name_of(", ".join(dict.fromkeys(name for name in names if name)))


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _string(value: object) -> str:
    """The value as a string; version 1 allows numbers as ids."""
    if isinstance(value, bool):
        return ""
    return str(value) if isinstance(value, str | int | float) else ""

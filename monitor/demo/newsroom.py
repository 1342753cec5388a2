"""What the invented outlets' feeds hold at a moment, and how each feed is written: RSS 2.0, Atom or JSON Feed.

    happen(…)        something from the day takes place
    answer(feed)     what the feed's server says just then

This module must not know HTTP.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import format_datetime
from html import escape
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from monitor.demo.day import Answering, Carried, Day, Edited, Happening, Outlet, Published, Renewed

_ATOM = "http://www.w3.org/2005/Atom"
register_namespace("atom", _ATOM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An item as its outlet serves it at the moment."""

    id: str
    guid: str
    link: str
    title: str
    text: str
    section: str
    published_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    content_type: str = "text/plain; charset=utf-8"
    body: bytes = b""


class Newsroom:
    """The feeds of all outlets; starts with the backlog."""

    def __init__(self, day: Day) -> None:
        self._day = day
        self._items: dict[str, Item] = {}
        self._feeds: dict[str, list[str]] = {feed: [] for outlet in day.outlets for feed in outlet.feeds}
        self._status = dict.fromkeys(self._feeds, 200)
        for one in sorted(day.backlog, key=lambda one: one.at):
            self.happen(one)

    def happen(self, what: Happening) -> None:
        match what:
            case Published():
                link = address_of(self._day, what)
                self._items[what.id] = Item(
                    id=what.id,
                    guid=f"{link}#item",
                    link=link,
                    title=what.title,
                    text=what.text,
                    section=what.section,
                    published_at=what.at,
                )
                self._feeds[what.feed].insert(0, what.id)
            case Carried():
                self._feeds[what.feed].insert(0, what.item)
            case Edited():
                self._items[what.item] = replace(self._items[what.item], title=what.title, text=what.text)
            case Renewed():
                for number, key in enumerate(self._feeds[what.feed]):
                    renewed = f"urn:renewed:{what.feed}:{90_000 + number}"
                    self._items[key] = replace(self._items[key], guid=renewed, published_at=what.at)
            case Answering():
                self._status[what.feed] = what.status

    def answer(self, feed: str) -> Answer:
        if feed not in self._feeds:
            return Answer(status=404)
        if self._status[feed] != 200:
            return Answer(status=self._status[feed])
        outlet = self._day.outlet_of(feed)
        items = [self._items[key] for key in self._feeds[feed]]
        match outlet.feeds[feed]:
            case "rss":
                return Answer(status=200, content_type="application/rss+xml; charset=utf-8", body=_rss(outlet, items))
            case "atom":
                return Answer(status=200, content_type="application/atom+xml; charset=utf-8", body=_atom(outlet, items))
            case "json":
                return Answer(status=200, content_type="application/feed+json", body=_json(outlet, items))


def address_of(day: Day, item: Published) -> str:
    """Return the address of an item's page. `.example` (RFC 2606) belongs to nobody, so it never leads anywhere."""
    return f"{day.outlet_of(item.feed).site}/{item.at:%Y/%m/%d}/{item.id}"


def _html(text: str) -> str:
    return "".join(f"<p>{escape(paragraph, quote=False)}</p>" for paragraph in text.split("\n\n"))


def _put(parent: Element, tag: str, text: str = "", **attributes: str) -> None:
    SubElement(parent, tag, attributes).text = text or None


def _written(root: Element) -> bytes:
    document: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def _rss(outlet: Outlet, items: list[Item]) -> bytes:
    root = Element("rss", version="2.0")
    channel = SubElement(root, "channel")
    _put(channel, "title", outlet.name)
    _put(channel, "link", f"{outlet.site}/")
    _put(channel, "description", outlet.about)
    _put(channel, "language", outlet.language)
    for item in items:
        entry = SubElement(channel, "item")
        _put(entry, "title", item.title)
        _put(entry, "link", item.link)
        _put(entry, "guid", item.guid, isPermaLink="false")
        _put(entry, "pubDate", format_datetime(item.published_at))
        if item.section:
            _put(entry, "category", item.section)
        _put(entry, "description", _html(item.text))
    return _written(root)


def _atom(outlet: Outlet, items: list[Item]) -> bytes:
    root = Element(f"{{{_ATOM}}}feed", {"xml:lang": outlet.language})
    _put(root, f"{{{_ATOM}}}title", outlet.name)
    _put(root, f"{{{_ATOM}}}id", f"{outlet.site}/")
    _put(root, f"{{{_ATOM}}}link", href=f"{outlet.site}/", rel="alternate")
    for item in items:
        entry = SubElement(root, f"{{{_ATOM}}}entry")
        _put(entry, f"{{{_ATOM}}}title", item.title)
        _put(entry, f"{{{_ATOM}}}id", item.guid)
        _put(entry, f"{{{_ATOM}}}link", href=item.link, rel="alternate")
        _put(entry, f"{{{_ATOM}}}published", item.published_at.isoformat())
        _put(entry, f"{{{_ATOM}}}updated", item.published_at.isoformat())
        if item.section:
            _put(entry, f"{{{_ATOM}}}category", term=item.section)
        _put(entry, f"{{{_ATOM}}}content", _html(item.text), type="html")
    return _written(root)


def _json(outlet: Outlet, items: list[Item]) -> bytes:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": outlet.name,
        "home_page_url": f"{outlet.site}/",
        "language": outlet.language,
        "items": [
            {
                "id": item.guid,
                "url": item.link,
                "title": item.title,
                "content_text": item.text,
                "date_published": item.published_at.isoformat(),
                "tags": [item.section] if item.section else [],
            }
            for item in items
        ],
    }
    return json.dumps(feed, ensure_ascii=False, indent=1).encode()

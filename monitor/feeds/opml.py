"""Lists of feeds as OPML, the format in which feed readers hand them to one another.

Knows names, addresses and categories only; must not know what becomes of an imported feed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from xml.etree import ElementTree

from monitor.errors import ParseError

# What XML 1.0 has no way to say.
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DECLARED = re.compile(rb"""\A\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_MARKS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


@dataclass(frozen=True, slots=True, kw_only=True)
class OpmlFeed:
    """One feed of a list. ``categories`` are its folders and tags, each with "/" between the levels of a nested one."""

    url: str
    name: str
    categories: tuple[str, ...] = ()


def read_opml(data: bytes) -> tuple[OpmlFeed, ...]:
    """Read the feeds of a list, in its order, each address once.

    Raises ParseError if the bytes are no OPML or hold no feed.
    """
    import listparser  # it brings in requests, 60 ms that no other command should pay

    text = _decode(data)
    try:
        # As bytes, and marked as UTF-8: listparser would fetch a str that is an address.
        found = listparser.parse(("\ufeff" + text).encode("utf-8", "replace"))
    except Exception as error:  # it raises whatever its HTML parser and its stack of folders come upon
        raise ParseError("no readable OPML: its elements are not closed where they should be") from error
    if not found["version"].startswith("opml"):
        raise ParseError("no OPML: the file has no <opml> element; export the list as OPML")
    feeds = tuple(
        OpmlFeed(
            url=feed["url"],
            name=_line(feed["title"]) or feed["url"],
            categories=tuple(dict.fromkeys(filter(None, map(_category, feed["categories"])))),
        )
        for feed in found["feeds"]
    )
    if not feeds:
        raise ParseError("the OPML file lists no feeds: it has no <outline> with an xmlUrl")
    return feeds


def write_opml(feeds: Iterable[OpmlFeed]) -> str:
    """Write a list that `read_opml`, and any feed reader, reads back to the same feeds.

    A feed stands in the folder of its first category, and once more in the folder of each other one.
    """
    feeds = tuple(feeds)
    document = ElementTree.Element("opml", version="2.0")
    ElementTree.SubElement(ElementTree.SubElement(document, "head"), "title").text = "Dateline feeds"
    body = ElementTree.SubElement(document, "body")
    for category, group in groupby(feeds, key=lambda feed: feed.categories[:1]):
        folder = _folder(body, category[0]) if category else body
        for feed in group:
            _outline(folder, feed)
    for feed in feeds:
        for category_name in feed.categories[1:]:
            _outline(_folder(body, category_name), feed)
    ElementTree.indent(document)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(document, encoding="unicode")}\n'


def _folder(body: ElementTree.Element, category: str) -> ElementTree.Element:
    return ElementTree.SubElement(body, "outline", text=_line(category))


def _outline(folder: ElementTree.Element, feed: OpmlFeed) -> None:
    name = _line(feed.name)
    ElementTree.SubElement(folder, "outline", type="rss", text=name, title=name, xmlUrl=_line(feed.url))


def _category(path: list[str]) -> str:
    return "/".join(filter(None, map(_line, path)))


def _line(text: str) -> str:
    return " ".join(_ILLEGAL.sub("", text).split())


def _decode(data: bytes) -> str:
    mark = next((mark for mark in _MARKS if data.startswith(mark)), b"")
    declared = _DECLARED.match(data)
    encoding = _MARKS.get(mark) or (declared[1].decode("ascii") if declared else "utf-8")
    try:
        return data.removeprefix(mark).decode(encoding)
    except (LookupError, ValueError) as error:
        raise ParseError(f"no readable OPML: not the encoding that it declares, {encoding}") from error

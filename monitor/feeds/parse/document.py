"""A decoded document made fit for the readers of its format: named, freed of rubbish before it, bounded.

The inputs that make feedparser quadratic are cut or refused here, in linear time. This module must not know what the
elements of a format mean to a reader of news.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from monitor.errors import ParseError
from monitor.feeds.parse.encoding import decode
from monitor.text.html import plain_text
from monitor.text.lines import one_line

MAX_ENTRIES = 50_000
"""Entries of one document that are read; more are reported, not read. A flood of that size is still stored whole."""
MAX_SHORT_FIELD = 2_000
"""Characters of a name, a date or a list of keywords: feedparser takes quadratic time over them."""
MAX_CATEGORIES = 100
"""Categories in a row: feedparser compares each with all."""
MAX_ATTRIBUTES = 256
MAX_NAMESPACES = 256
MAX_DOCTYPE = 8_192
MAX_RUBBISH = 8_192
"""Characters before the feed (warnings of a broken site, say) that are skipped."""

_PROLOG = re.compile(r"(?:\s++|<!--.*?-->|<\?.*?\?>|(?P<doctype><!DOCTYPE\b[^<>\[]*+(?:\[.*?\]\s*)?>))*+", re.I | re.S)
_ELEMENT = re.compile(r"<((?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*))")
_LATE_START = re.compile(r"<\?xml\b|<(?:rss|rdf:RDF|feed|urlset)[\s>]")
_FEEDS = frozenset(("rss", "rdf", "feed", "channel", "urlset"))
_PAGES = frozenset(("html", "head", "body", "title", "meta", "link", "div", "p", "br", "center", "script", "noscript"))

# These two tell in a fraction of the time whether the dearer patterns after them could match at all.
_LONG_TEXT = re.compile(rf"<[^<]{{{MAX_SHORT_FIELD}}}")
_LONG_TAG = re.compile(rf"<[^<>]{{{4 * MAX_ATTRIBUTES}}}")
_SHORT_FIELD = re.compile(
    r"(<(?:[\w-]+:)?(?:author|creator|contributor|managingeditor|webmaster|publisher|name|email|category|subject|keywords"
    r"|tags|language|pubdate|published|updated|modified|issued|created|date)\b[^<>]*>(?:<!\[CDATA\[)?"
    rf"[^<]{{{MAX_SHORT_FIELD}}})[^<]+",
    re.IGNORECASE,
)
_CATEGORY = re.compile(
    r"<(?:[\w-]+:)?(?:category|subject|keywords)\b[^<>]*+>[^<]*+(?:<!\[CDATA\[[^<]*+)?(?:</(?:[\w-]+:)?(?:category|subject"
    r"|keywords)\s*+>\s*+)?",
    re.IGNORECASE,
)
_CATEGORIES = re.compile(rf"{_CATEGORY.pattern}(?:{_CATEGORY.pattern})*+", re.IGNORECASE)
_PREFIX = re.compile(r"xmlns:([\w.-]{1,100})")
_ATTRIBUTE = r"""(?:\s++[\w:.-]++\s*+=\s*+(?:"[^"<]*+"|'[^'<]*+'))"""
_MANY_ATTRIBUTES = re.compile(rf"<[A-Za-z_][\w:.-]*+{_ATTRIBUTE}{{{MAX_ATTRIBUTES + 1}}}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    text: str
    """From "{", or from "<" of the root element or its document type; without an XML declaration."""
    root: str
    """Local name of the root element in lower case; "" for JSON."""
    name: str = ""
    """The root element's name as it is written, with its prefix."""
    truncated: bool = False
    problem: str | None = None


def read_document(body: bytes, content_type: str | None) -> Document:
    """The document in ``body``. Raises ParseError for what is empty, a page, neither XML nor JSON, or an attack."""
    text, problem = decode(body, content_type)
    text = text.strip()
    if not text:
        raise ParseError("the document is empty; if this lasts, look whether the feed has moved")
    if text[0] in "{[":
        return Document(text=text, root="", problem=problem)
    doctype, text, skipped = _without_rubbish(text)
    if not text:
        raise ParseError("an XML document without any element; if this lasts, look whether the feed has moved")
    element = _ELEMENT.match(text)
    if element is None:
        raise ParseError(f"neither XML nor JSON but something that begins with {text[:40]!r}; check the address")
    name, root = element[1], element[2].lower()
    if root in _PAGES or doctype[:14].lower() == "<!doctype html":
        raise _page_error(text)
    if _LONG_TAG.search(text) and _MANY_ATTRIBUTES.search(text):
        raise ParseError(f"an element with more than {MAX_ATTRIBUTES} attributes; no feed needs that")
    if len(set(_PREFIX.findall(text))) > MAX_NAMESPACES:
        raise ParseError(f"more than {MAX_NAMESPACES} namespaces; no feed needs that")
    truncated = _is_truncated(text, name)
    if len(doctype) > MAX_DOCTYPE:
        doctype, problem = "", problem or "its document type is too long and was left out"
    if _LONG_TEXT.search(text):
        text = _SHORT_FIELD.sub(r"\1", text)
    text = _CATEGORIES.sub(_first_categories, text)
    return Document(text=doctype + text, root=root, name=name, truncated=truncated, problem=problem or skipped)


def _without_rubbish(text: str) -> tuple[str, str, str | None]:
    """The document type, the document from its root element on, and what was skipped before the feed."""
    doctype, content = _without_prolog(text)
    element = _ELEMENT.match(content)
    if element and element[2].lower() in _FEEDS:
        return doctype, content, None
    late = _LATE_START.search(content, 0, MAX_RUBBISH)
    if late is None:
        return doctype, content, None
    return *_without_prolog(content[late.start() :]), f"{late.start()} characters of something else before the feed"


def _without_prolog(text: str) -> tuple[str, str]:
    prolog = _PROLOG.match(text)
    return (prolog["doctype"] or "", text[prolog.end() :]) if prolog else ("", text)


def _page_error(text: str) -> ParseError:
    title = re.search(r"<title[^>]*>(.{0,500}?)</title", text[:20_000], re.IGNORECASE | re.DOTALL)
    named = f" titled {one_line(plain_text(title[1]))[:80]!r}" if title else ""
    return ParseError(f"an HTML page{named}, not a feed; `dateline feeds add` with the page's address finds its feed")


def _is_truncated(text: str, root: str) -> bool:
    """Whether the root element is never closed after the last entry."""
    closed = text.rfind(f"</{root}")
    if closed < 0:
        return re.fullmatch(r"<[^<>]*/>", text) is None
    return closed < max(text.rfind("</item"), text.rfind("</entry"))


def _first_categories(run: re.Match[str]) -> str:
    if len(run[0]) <= MAX_CATEGORIES * len("<category/>"):
        return run[0]
    starts = [found.start() for found in _CATEGORY.finditer(run[0])]
    return run[0] if len(starts) <= MAX_CATEGORIES else run[0][: starts[MAX_CATEGORIES]]

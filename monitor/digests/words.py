"""Untrusted words and addresses made fit to be shown: one line, no control characters, no false direction.

Everything that a feed wrote goes through here once, before any surface sees it. What is harmless here may still mean
something to one surface (``<`` to HTML, ``=?`` to a mail header): escaping stays with that surface.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, urlsplit

from monitor.text import lines
from monitor.text.lines import UNSAFE, shorten

_STACKED_MARKS = re.compile("([\u0300-\u036f]{3})[\u0300-\u036f]+")
_UNSAFE_IN_ADDRESS = re.compile(
    "[\x00-\x20\"'<>\\\\^`{|}\x7f-\xa0\xad\u2000-\u200f\u2028-\u202f\u2060-\u206f\u3000\ufeff]"
)
_WEB_ADDRESS = re.compile(r"https?://[^/?#\\\s@]", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Words that somebody else wrote, with the direction they are written in."""

    text: str
    direction: Literal["ltr", "rtl"]
    language: str | None = None

    def __str__(self) -> str:
        return self.text


def words(text: str, limit: int, language: str | None = None) -> Words:
    """Return ``text`` on one line, with what a page must know to set it."""
    line = one_line(text, limit)
    return Words(text=line, direction="rtl" if is_right_to_left(line) else "ltr", language=language)


def one_line(text: str, limit: int = 1000) -> str:
    """Return ``text`` as one clean line of at most ``limit`` characters, cut at a word and marked with "…"."""
    return shorten(_STACKED_MARKS.sub(r"\1", lines.one_line(text[: 4 * limit])), limit)


def web_link(address: str, limit: int = 3000) -> str | None:
    """Return ``address`` if it is one that a reader may be sent to (http, https), with nothing in it left to escape.

    A longer one than ``limit`` would be a broken one once cut, so that it is none.
    """
    address = UNSAFE.sub("", address.strip())
    if not _WEB_ADDRESS.match(address):
        return None
    safe = _UNSAFE_IN_ADDRESS.sub(lambda found: quote(found[0]), address)
    try:
        urlsplit(safe).port  # noqa: B018 - reading it is what finds an unclosed bracket or a port of nowhere
    except ValueError:
        return None
    return safe if len(safe) <= limit else None


def host_of(address: str) -> str:
    """Return the host name of a web address without ``www.``; empty where there is none."""
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:  # an unclosed bracket, say
        return ""


def is_right_to_left(text: str) -> bool:
    """Say whether most letters of ``text`` are of a script written from right to left."""
    if text.isascii():
        return False
    sides = [unicodedata.bidirectional(character) for character in text]
    return sum(side in ("R", "AL") for side in sides) > sides.count("L")


def name(text: str, limit: int) -> str:
    """Return a name that may stand inside a line of ours: one written from right to left does not turn the rest round.

    It is wrapped in a first-strong isolate, of which `one_line` leaves none in its words.
    """
    line = one_line(text, limit)
    return f"\u2068{line}\u2069" if is_right_to_left(line) else line


def counted(number: int, singular: str, plural: str | None = None) -> str:
    """Return ``1 feed``, ``41 feeds``."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"

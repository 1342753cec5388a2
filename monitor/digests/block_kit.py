"""Slack's Block Kit, as far as digests need it: its pieces, and how much of a message they take.

Words of feeds stand only in ``rich_text`` and ``plain_text``, both of which Slack shows as they are; what it reads as
markup (`mrkdwn_section`, and the text of a notification) has to be escaped with `escaped` first. Limits are Slack's
documented ones, but for the sum over a message: it refuses about 13,200 characters as ``msg_blocks_too_long``, with
``& < >`` counted as they are escaped. Knows nothing of digests.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from monitor.digests.words import one_line
from monitor.text.lines import shorten

Block = dict[str, Any]
Element = dict[str, Any]

BLOCKS_LIMIT = 50
CHARACTERS_LIMIT = 10_000
TEXT_LIMIT = 12_000
"""Slack cuts texts at 40,000 characters; a message that is read on a telephone ends long before."""
_HEADER_LIMIT = 150
_HEADER_COSTS = 100
_CONTEXT_LIMIT = 2_000
_LINK_LIMIT = 1_000
"""Longer addresses are left out: one must not eat the room of a whole story."""
_NO_WORDS = "(no title)"
_LINE = "rich_text_section"
_LEFT_TO_RIGHT = "\u200e"


# --- room --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Unit:
    """Blocks that stay together in one message."""

    blocks: tuple[Block, ...]
    tabled: tuple[Block, ...]
    """The same with a table in it, of which a message takes one; empty where there is nothing for a table."""
    characters: int


def unit(blocks: Iterable[Block], tabled: Iterable[Block] = ()) -> Unit:
    kept = tuple(blocks)
    return Unit(kept, tuple(tabled), characters(kept))


def fits(units: Sequence[Unit]) -> bool:
    """Say whether one message takes them all, tables aside."""
    return (
        sum(len(one.blocks) for one in units) <= BLOCKS_LIMIT
        and sum(one.characters for one in units) <= CHARACTERS_LIMIT
    )


def fitting(room: Sequence[Unit], units: Sequence[Unit]) -> int:
    """Return how many of ``units``, from the first on, one message takes besides ``room``."""
    blocks = BLOCKS_LIMIT - sum(len(one.blocks) for one in room)
    left = CHARACTERS_LIMIT - sum(one.characters for one in room)
    for number, one in enumerate(units):
        blocks, left = blocks - len(one.blocks), left - one.characters
        if blocks < 0 or left < 0:
            return number
    return len(units)


def packed(units: Sequence[Unit]) -> list[list[Unit]]:
    """Fill one message after the other; no unit is torn apart."""
    parts = []
    while units:
        taken = max(1, fitting([], units))
        parts.append(list(units[:taken]))
        units = units[taken:]
    return parts


def laid_out(units: Sequence[Unit]) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
    """Return the blocks of one message, and the same without a table where that makes a difference.

    There is a table where exactly one unit has one, since Slack takes one a message, and there is room for it.
    """
    plain = _joined(one.blocks for one in units)
    if sum(bool(one.tabled) for one in units) == 1:
        rich = _joined(one.tabled or one.blocks for one in units)
        if len(rich) <= BLOCKS_LIMIT and characters(rich) <= CHARACTERS_LIMIT:
            return rich, plain
    return plain, ()


def _joined(pieces: Iterable[tuple[Block, ...]]) -> tuple[Block, ...]:
    blocks = tuple(block for piece in pieces for block in piece)
    return blocks[1:] if blocks and blocks[0]["type"] == "divider" else blocks


def characters(blocks: Iterable[Block]) -> int:
    """Return how many characters these count for, texts and addresses, as Slack counts them."""
    return sum(_HEADER_COSTS * (block["type"] == "header") + _characters(block) for block in blocks)


def _characters(value: Any) -> int:
    if isinstance(value, dict):
        return sum(
            _escaped_length(inner) if key in ("text", "url") and isinstance(inner, str) else _characters(inner)
            for key, inner in value.items()
        )
    return sum(map(_characters, value)) if isinstance(value, list) else 0


def _escaped_length(text: str) -> int:
    return len(text) + 4 * text.count("&") + 3 * (text.count("<") + text.count(">"))


def escaped(text: str) -> str:
    """Return ``text`` as markup that shows it: no ``<!channel>``, no ``<@U123>``, and no bare ``@here`` either."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"@(?=channel|here|everyone|group)", "@\u2060", text, flags=re.IGNORECASE)


def in_words(blocks: Iterable[Block]) -> str:
    """Return what blocks say as the text of a message, for where Slack will have no blocks at all."""
    text = "\n".join(filter(None, (_said(block).strip() for block in blocks)))
    return shorten(text, TEXT_LIMIT)


def _said(value: Any) -> str:
    match value:
        case {"type": "mrkdwn", "text": str(markup)}:
            return markup
        case {"text": str(shown)} | {"url": str(shown)}:
            return escaped(shown)
        case {"type": "rich_text_list", "elements": lines}:
            return "".join(f"\n• {_said(one)}" for one in lines) + "\n"
        case {"type": "rich_text_quote", "elements": elements}:
            return f"\n{_said(elements)}\n"
        case {"type": "table", "rows": rows}:
            return "\n".join(" · ".join(map(_said, cells)) for cells in rows)
        case dict():
            return _said(value.get("elements") or value.get("text") or [])
        case _:
            return "".join(map(_said, value))


# --- blocks ------------------------------------------------------------------------------------------------------


def divider() -> Block:
    return {"type": "divider"}


def header(text: str) -> Block:
    return {"type": "header", "text": _plain(one_line(text, _HEADER_LIMIT))}


def context(*lines: str) -> Block:
    """Return small print; what goes beyond its limit is cut."""
    text = "\n".join(one_line(line, _CONTEXT_LIMIT) for line in lines if line)
    while (length := _escaped_length(text)) > _CONTEXT_LIMIT:
        text = shorten(text, min(len(text) * _CONTEXT_LIMIT // length, len(text) - 1))
    return {"type": "context", "elements": [_plain(text)]}


def mrkdwn_section(text: str) -> Block:
    """Return words in Slack's markup, in which mentions are alive: for those of the operator alone."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def rich_text(*elements: Element) -> Block:
    """Return a block of lines, lists and quotes.

    Lines that follow each other become one, broken by newlines: not every client of Slack's breaks between them.
    """
    joined: list[Element] = []
    for element in elements:
        if joined and joined[-1]["type"] == element["type"] == _LINE:
            joined[-1] = line(*joined[-1]["elements"], words("\n"), *element["elements"])
        else:
            joined.append(element)
    return {"type": "rich_text", "elements": joined}


def table(titles: Sequence[str], rows: Iterable[Sequence[Element]]) -> Block:
    """Return a table of lines below a bold row of titles.

    Its cells are rich text: plain ones Slack refused when tables were new.
    """
    lines = [[line(words(title, "bold")) for title in titles], *rows]
    return {
        "type": "table",
        "column_settings": [{"align": "left", "is_wrapped": True} for _ in titles],
        "rows": [[rich_text(cell) for cell in cells] for cells in lines],
    }


# --- elements ----------------------------------------------------------------------------------------------------


def line(*elements: Element) -> Element:
    return {"type": _LINE, "elements": list(elements)}


def quote(text: str) -> Element:
    return {"type": "rich_text_quote", "elements": [words(text)]}


def bullets(lines: Iterable[Element]) -> Element:
    return {"type": "rich_text_list", "style": "bullet", "elements": list(lines)}


def words(text: str, *styles: str) -> Element:
    """Return words as they are; a blank for none, which Slack refuses."""
    element: Element = {"type": "text", "text": text or " "}
    return element | {"style": dict.fromkeys(styles, True)} if styles else element


def link(text: str, url: str | None, *styles: str) -> Element:
    """Return a link; words alone where there is no address, or one too long for a message."""
    shown = words(text or _NO_WORDS, *styles)
    return shown if url is None or len(url) > _LINK_LIMIT else shown | {"type": "link", "url": url}


def ours(text: str) -> str:
    """Return a sentence of ours so that it is read from left to right, should it begin with somebody's name in Urdu.

    Slack takes the direction of a line or a cell from its first letter.
    """
    sides = (unicodedata.bidirectional(character) for character in text)
    first = next((side for side in sides if side in ("L", "R", "AL")), "L")
    return text if first == "L" else f"{_LEFT_TO_RIGHT}{text}"


def emoji(name: str) -> Element:
    return {"type": "emoji", "name": name}


def _plain(text: str) -> Element:
    return {"type": "plain_text", "text": text, "emoji": False}

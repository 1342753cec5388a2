"""The article's own words as explanations quote them: on one line, shortened, and with the place where they stand.

This module must not know rules or conditions.
"""

from __future__ import annotations

from collections import Counter

from monitor.model import Evidence
from monitor.rules.positions import Positions
from monitor.rules.spans import Span, apart
from monitor.text.fold import fold_word
from monitor.text.lines import one_line

_CONTEXT = 4
_NAMES_SHOWN = 8


def clipped(text: str, most: int) -> str:
    """Shorten a quote in its middle: the words that matter stand at its ends."""
    flat = one_line(text)
    if len(flat) <= most:
        return flat
    head = max(1, (most - 3) // 2)
    return f"{flat[:head].rstrip()} … {flat[len(flat) - max(1, most - 3 - head) :].lstrip()}"


def at_word(positions: Positions, span: Span) -> str:
    """Return the words of a span with the number of the first one in its field."""
    return f"{clipped(positions.quote(span, '').text, 60)} at word {positions.number_in_field(span)}"


def with_place(positions: Positions, span: Span) -> str:
    """Return the same with the field."""
    return f"{at_word(positions, span)} ({positions.field_of(span)})"


def in_context(positions: Positions, quote: Evidence) -> str:
    """Quote the words with a few of their neighbours."""
    span = positions.span_of(quote)
    assert span is not None  # noqa: S101 - the quote was taken from this very article
    around = positions.quote(positions.widened(span, _CONTEXT), "")
    before, after = around.text[: quote.start - around.start], around.text[quote.end - around.start :]
    return f"{_kept(before)}“{clipped(quote.text, 120)}”{_kept(after)} ({quote.field})"


def _kept(text: str) -> str:
    """Put a text on one line, with a space at its ends where there was any."""
    return one_line(f"|{text}|")[1:-1]


def mentions(positions: Positions, spans: list[Span]) -> str:
    """Count the names found, most frequent first, and say which stand in title or lede."""
    spelled: dict[str, str] = {}
    counts: Counter[str] = Counter()
    parts: dict[str, set[str]] = {}
    for span in apart(spans):
        text = one_line(positions.quote(span, "").text)
        name = fold_word(text)
        if name not in spelled or spelled[name].isupper():  # as in a dateline: its usual form may follow
            spelled[name] = text
        counts[name] += 1
        parts.setdefault(name, set()).add(positions.part_of(span))
    said = []
    for name, count in counts.most_common(_NAMES_SHOWN):
        prominent = ", ".join(part for part in ("title", "lede") if part in parts[name])
        said.append(spelled[name] + (f" ×{count}" if count > 1 else "") + (f" ({prominent})" if prominent else ""))
    return ", ".join(said) + (", …" if len(counts) > _NAMES_SHOWN else "")

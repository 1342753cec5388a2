"""Sentences of a text, for quoting and reading: Latin, Urdu/Arabic, Devanagari and CJK full stops."""

import re
from collections.abc import Iterator
from operator import sub

# A stop ends a sentence when white space follows and the next word does not start in lower case ("U.S. officials",
# "Gen. officers" still split: a short quote is better than a wrong one). CJK and Urdu stops need no space.
_END = re.compile(r"(?<=[.!?۔؟।…])([\"'”’»)\]]*)\s+(?![a-z])|(?<=[。！？۔])")
_INITIALS = re.compile(r"(?:\b[A-Z]|\b(?:Mr|Mrs|Ms|Md|Dr|Gen|Col|Maj|Lt|Capt|Sgt|Insp|Sen|Rep|Gov|St|No|vs))\.$")
_LONGEST_INITIALS = 8

_LINE_BREAK = re.compile(r"[^\S\n]*\n\s*")
_WRAPPED_AT = 90
"""No hard-wrapped text has longer lines."""


def sentences(text: str) -> list[str]:
    """Split a paragraph into its sentences, in order, each stripped."""
    parts: list[str] = []
    low = 0
    for high, following in _stops(text, 0, len(text)):
        if piece := text[low:high].strip():
            parts.append(piece)
        low = following
    return parts


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Return where the sentences of a text stand, in order and without the white space between them.

    Blank lines always part sentences. So does the end of a line, but in a text that was wrapped to a width, and where
    the next line goes on in lower case.
    """
    spans: list[tuple[int, int]] = []
    for line_low, line_high in _lines(text):
        low = line_low
        for high, following in _stops(text, line_low, line_high):
            stripped = text[low:high].strip()
            if stripped:
                start = text.index(stripped[0], low)
                spans.append((start, start + len(stripped)))
            low = following
    return spans


def _stops(text: str, low: int, high: int) -> Iterator[tuple[int, int]]:
    """Yield where each sentence ends, and where the next one begins."""
    for found in _END.finditer(text, low, high):
        stop = found.start()
        if not _INITIALS.search(text, max(low, stop - _LONGEST_INITIALS), stop):
            yield found.end(1) if found[1] else stop, found.end()
    yield high, high


def _lines(text: str) -> Iterator[tuple[int, int]]:
    breaks = [found.span() for found in _LINE_BREAK.finditer(text)]
    lows = [0, *(end for _, end in breaks)]
    highs = [*(start for start, _ in breaks), len(text)]
    is_wrapped = len(breaks) > 1 and max(map(sub, highs, lows)) <= _WRAPPED_AT
    begin = 0
    for start, end in breaks:
        goes_on = is_wrapped or text[end : end + 1].islower()
        if not goes_on or text.count("\n", start, end) > 1:
            yield begin, start
            begin = end
    yield begin, len(text)

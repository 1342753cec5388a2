"""A text as sentences with their marks, and how it names who speaks in them.

A text without stops is cut where its sentences seem to begin. Nothing here knows of figures or statements.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from monitor.stories.said.lexicon import Lexicon
from monitor.stories.said.marks import Mark, marks_of
from monitor.stories.said.names import Speaker
from monitor.stories.said.reading import RUN_ON, Reading
from monitor.stories.said.speakers import following, outlet_end
from monitor.text.fold import Tokens

LONGEST_SENTENCE = 200
"""Tokens; longer ones are cut: what has no full stop in so many words is a list or no prose."""

LONG = 40
"""Tokens; a sentence as long without any comma is taken for several, though a stop ends it."""

BACK = 6
"""In how many sentences the name behind a "he said" is looked for, its own included."""


@dataclass(slots=True)
class Speech:
    reading: Reading
    sentences: list[tuple[int, int]]
    """As token numbers."""
    _marks: dict[int, list[Mark]] = field(default_factory=dict)
    """By sentence, made when first asked for."""

    @classmethod
    def of(cls, text: str, tokens: Tokens, sentences: Sequence[tuple[int, int]], words: Lexicon) -> Speech:
        """Read a text by the table of its language. ``sentences`` are spans of characters."""
        reading = Reading(text=text, tokens=tokens, words=words)
        return cls(reading, [piece for sentence in sentences for piece in _pieces(reading, *sentence)])

    def marks(self, number: int) -> list[Mark]:
        if number not in self._marks:
            self._marks[number] = list(marks_of(self.reading, *self.sentences[number]))
        return self._marks[number]

    def name(self, speaker: Speaker, number: int) -> str | None:
        """Return how the text names the speaker of a sentence; a pronoun stands for whoever was named before."""
        if speaker.refers:
            meant = next(self._meant(speaker, number), None)
            if meant is not None or speaker.pronoun:
                return self.reading.written(*meant.name) if meant is not None else None
        return self.reading.written(*speaker.name)

    def _meant(self, speaker: Speaker, number: int) -> Iterator[Speaker]:
        """Yield whom "he" or "its spokesman" may mean, the nearest first: who spoke, or what a sentence begins with."""
        for before in range(number, max(number - BACK, -1), -1):
            for mark in reversed(self.marks(before)):
                if mark.start < speaker.start and not mark.relay and not mark.speaker.refers:
                    yield mark.speaker
            low, _ = self.sentences[before]
            begins = following(self.reading, low, speaker.start)
            if begins is not None and begins.certain and not begins.refers:
                yield begins


def _pieces(reading: Reading, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield a sentence as token ranges: one, or several where it is long or is many sentences without stops."""
    tokens = reading.tokens
    low, high = bisect_left(tokens.starts, start), bisect_left(tokens.starts, end)
    if low == 0:
        low = reading.behind_dateline(high)
    written = reading.text[start:end]
    if high - low >= (RUN_ON if written[-1:].isalnum() else LONG) and not any(mark in written for mark in ",;:،"):
        reading.unpunctuated = True
        passed_on = high
        for at in range(low + 3, high):
            if tokens.folded[at - 1] in reading.words.relays:
                passed_on = reading.behind_date(outlet_end(reading, at, high) or high, high)
            if at == passed_on or reading.opens(at):
                yield low, at
                low = at
    while high - low > LONGEST_SENTENCE:
        yield low, low + LONGEST_SENTENCE
        low += LONGEST_SENTENCE
    if low < high:
        yield low, high

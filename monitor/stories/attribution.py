"""Who says it: the source that a text gives for each of its figures.

The mark (``said.marks``) whose reach a figure lies in, the nearest first; whoever speaks counts before the outlet that
passes it on. Nothing here knows what a figure is: spans are given.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from monitor.stories.said.lexicon import lexicon
from monitor.stories.said.marks import Mark
from monitor.stories.said.reading import Reading
from monitor.stories.said.speech import Speech
from monitor.text.fold import Tokens

QUOTED = 4
"""How many sentences back a quotation that is still open may have begun."""

OPENING = 12
"""Among so many first words a sentence says that it goes on with somebody's words."""


def sources(
    text: str,
    tokens: Tokens,
    sentences: Sequence[tuple[int, int]],
    spans: Sequence[tuple[int, int]],
    language: str | None,
) -> list[str | None]:
    """Return for each span, in characters of the text, who is said to say it: as written, in its shortest form.

    Only the sentences that hold a span are looked at, and a few before them where they go on with somebody's words.
    """
    words = lexicon(language)
    if words is None or not spans:
        return [None] * len(spans)
    speech = Speech.of(text, tokens, sentences, words)
    begins = [low for low, _ in speech.sentences]
    found: list[str | None] = []
    for start, end in spans:
        first, last = bisect_right(tokens.starts, start) - 1, bisect_left(tokens.starts, end)
        number = bisect_right(begins, first) - 1
        mark = _nearest(speech.reading, speech.marks(number), first, last) if number >= 0 else None
        if mark is None:
            mark, number = _carried(speech, number, start)
        found.append(speech.name(mark.speaker, number) if mark is not None else None)
    return found


def _nearest(reading: Reading, marks: Sequence[Mark], first: int, last: int) -> Mark | None:
    """Return the mark that reaches the tokens from ``first`` up to ``last``."""
    reaching = sorted(
        (mark.relay, mark.start - last if mark.start >= last else first - mark.end, number)
        for number, mark in enumerate(marks)
        if (mark.after and mark.end <= first) or (mark.before and mark.start >= last)
    )
    for _, _, number in reaching:
        mark = marks[number]
        if mark.start >= last or not reading.in_dashes(mark.end, first, last):
            return mark
    return None


def _carried(speech: Speech, number: int, start: int) -> tuple[Mark | None, int]:
    """Return the mark of a sentence before that plainly goes on in this one, and that sentence's number."""
    reading = speech.reading
    for before in range(number - 1, max(number - QUOTED, 0) - 1, -1):
        marks = [mark for mark in speech.marks(before) if not mark.relay]
        for mark in reversed(marks):
            between = reading.text[reading.tokens.ends[mark.end - 1] : start]
            if between.count('"') % 2 == 1 or between.count("“") > between.count("”"):
                return mark, before
        if marks and before == number - 1 and _goes_on(reading, *speech.sentences[number]):
            return marks[-1], before
        if marks:
            break
    return None, number


def _goes_on(reading: Reading, low: int, high: int) -> bool:
    """Tell whether a sentence goes on with somebody's words: "also …", "five others were also hurt"."""
    words, folded = reading.words, reading.tokens.folded
    return any(
        folded[at] in words.also and (at == low or folded[at - 1] in words.be or folded[at - 1] in words.adverbs)
        for at in range(low, min(high, low + OPENING))
    )

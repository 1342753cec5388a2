"""Who says it: the source that a text gives for each of its figures.

The mark (``said.marks``) whose reach a figure lies in, the nearest first; whoever speaks counts before the outlet that
passes it on. Nothing here knows what a figure is: spans are given.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from monitor.stories.said.marks import Mark
from monitor.stories.said.reading import Reading
from monitor.stories.said.speech import Speech
from monitor.text.fold import Tokens

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
    speech = Speech.of(text, tokens, sentences, language) if spans else None
    if speech is None:
        return [None] * len(spans)
    begins = [low for low, _ in speech.sentences]
    found: list[str | None] = []
    for start, end in spans:
        first, last = bisect_right(tokens.starts, start) - 1, bisect_left(tokens.starts, end)
        number = bisect_right(begins, first) - 1
        mark = _nearest(speech.reading, speech.marks(number), first, last) if number >= 0 else None
        if mark is None and number > 0 and _goes_on(speech.reading, *speech.sentences[number]):
            number -= 1
            mark = next((mark for mark in reversed(speech.marks(number)) if not mark.relay), None)
        found.append(speech.name(mark.speaker, number) if mark is not None else None)
    return found


def _nearest(reading: Reading, marks: Sequence[Mark], first: int, last: int) -> Mark | None:
    """Return the mark that reaches the tokens from ``first`` up to ``last``."""
    reaching = [
        (mark.relay, mark.start - last if mark.start >= last else first - mark.end, number)
        for number, mark in enumerate(marks)
        if (mark.after and mark.end <= first and not reading.in_dashes(mark.end, first, last))
        or (mark.before and mark.start >= last)
    ]
    return marks[min(reaching)[2]] if reaching else None


def _goes_on(reading: Reading, low: int, high: int) -> bool:
    """Tell whether a sentence goes on with somebody's words: "also …", "five others were also hurt"."""
    words, folded = reading.words, reading.tokens.folded
    return any(
        folded[at] in words.also and (at == low or folded[at - 1] in words.be or folded[at - 1] in words.adverbs)
        for at in range(low, min(high, low + OPENING))
    )

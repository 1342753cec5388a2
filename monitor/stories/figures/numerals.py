"""Numbers as written: "145", "1,234", "two hundred and five", "a dozen", "2 lakh".

Knows a language's words for numbers and nothing of what is counted.
"""

from __future__ import annotations

from collections.abc import Sequence

from monitor.stories.figures.vocabulary import Vocabulary

MOST = 10_000_000
"""No event is told with more people than this; longer numbers are of something else."""

_MOST_DIGITS = 8
_MOST_WORDS = 8


def read_number(
    vocabulary: Vocabulary, folded: Sequence[str], gaps: Sequence[str], at: int, end: int
) -> tuple[int, int] | None:
    """Return the number that begins at a token, and the token behind it; None where none begins or it is too large.

    ``gaps[i]`` is what stands between tokens i-1 and i.
    """
    word = folded[at]
    if word.isdecimal():
        read = _digits(vocabulary, folded, gaps, at, end)
    elif word in vocabulary.numbers:
        read = _words(vocabulary, folded, gaps, at, end)
    elif word in vocabulary.scales and vocabulary.scales[word] < 1_000:
        read = 1, at
    else:
        return None
    if read is None:
        return None
    number, at = read
    while at < end and folded[at] in vocabulary.scales and number <= MOST:
        number, at = number * vocabulary.scales[folded[at]], at + 1
        rest = _rest(vocabulary, folded, gaps, at, end)
        if rest is not None:
            number, at = number + rest[0], rest[1]
    return (number, at) if number <= MOST else None


def _digits(
    vocabulary: Vocabulary, folded: Sequence[str], gaps: Sequence[str], at: int, end: int
) -> tuple[int, int] | None:
    written = folded[at]
    if len(written) > 1 and written[0] == "0":
        return None
    at += 1
    while at < end and gaps[at] == vocabulary.thousands and len(folded[at]) in (2, 3) and folded[at].isdecimal():
        written += folded[at]  # two digits are a part of an Indian number: 1,25,000
        at += 1
    if len(written) > _MOST_DIGITS:
        return None
    number = int(written)
    if at < end and gaps[at] in (".", ",", ":", "/") and folded[at].isdecimal():
        if at + 1 < end and folded[at + 1] in vocabulary.scales and len(folded[at]) < 3:
            scale = vocabulary.scales[folded[at + 1]]
            return number * scale + int(folded[at]) * scale // 10 ** len(folded[at]), at + 2
        return None
    return number, at


def _words(
    vocabulary: Vocabulary, folded: Sequence[str], gaps: Sequence[str], at: int, end: int
) -> tuple[int, int]:
    number = vocabulary.numbers[folded[at]]
    at += 1
    if number >= 20 and at < end and 0 < vocabulary.numbers.get(folded[at], 0) < 10 and gaps[at].strip() in ("", "-"):
        number, at = number + vocabulary.numbers[folded[at]], at + 1
    return number, at


def _rest(
    vocabulary: Vocabulary, folded: Sequence[str], gaps: Sequence[str], at: int, end: int
) -> tuple[int, int] | None:
    """Return what a larger part is continued by: "(two hundred) and five", "(two thousand) three (hundred)"."""
    if at < end and folded[at] in vocabulary.joints:
        at += 1
    elif at >= end or gaps[at].strip() not in ("", "-"):
        return None
    if at >= end or folded[at] not in vocabulary.numbers:
        return None
    number, behind = _words(vocabulary, folded, gaps, at, end)
    if behind < end and folded[behind] in vocabulary.scales:
        number, behind = number * vocabulary.scales[folded[behind]], behind + 1
    return number, behind

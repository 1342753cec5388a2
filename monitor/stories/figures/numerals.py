"""Numbers as written: "145", "1,234", "two hundred and five", "a dozen", "2 lakh".

Knows a language's words for numbers and nothing of what is counted.
"""

from __future__ import annotations

from collections.abc import Sequence

from monitor.stories.figures.vocabulary import Vocabulary

MOST = 10_000_000
"""No event is told with more people than this; longer numbers are of something else."""

_MOST_DIGITS = 8
_TENS = range(20, 100, 10)


def read_number(
    vocabulary: Vocabulary, folded: Sequence[str], gaps: Sequence[str], at: int, end: int
) -> tuple[int, int] | None:
    """Return the number that begins at a token, and the token behind it; None where none begins or it is too large.

    ``gaps[i]`` is what stands between tokens i-1 and i.
    """
    word = folded[at]
    if word.isdecimal():
        read = _digits(vocabulary, folded, gaps, at, end)
    elif word in vocabulary.scales and (vocabulary.scales[word] < 1_000 or word in vocabulary.numbers):
        read = 1, at  # "mille", but no "thousand" without a number
    elif word in vocabulary.numbers:
        read = _words(vocabulary, folded, gaps, at, end)
    else:
        return None
    if read is None:
        return None
    number, at = read
    while at < end and folded[at] in vocabulary.scales and number <= MOST:
        opening = vocabulary.scales[folded[at]]
        number, at = number * opening, at + 1
        while (rest := _rest(vocabulary, folded, gaps, at, end, opening)) is not None:
            number, opening, at = number + rest[0], _open(rest[0]), rest[1]
    return (number, at) if number <= MOST else None


def _digits(
    vocabulary: Vocabulary, folded: Sequence[str], gaps: Sequence[str], at: int, end: int
) -> tuple[int, int] | None:
    written = folded[at]
    if len(written) > 1 and written[0] == "0":
        return None
    at += 1
    while len(written) < _MOST_DIGITS and at < end and _is_group(vocabulary, folded, gaps, at, end):
        written += folded[at]
        at += 1
    if len(written) > _MOST_DIGITS:
        return None
    number = int(written)
    if at < end and gaps[at] in (".", ",", "٫", ":", "/") and folded[at].isdecimal():
        if at + 1 < end and folded[at + 1] in vocabulary.scales and len(folded[at]) < 3:
            scale = vocabulary.scales[folded[at + 1]]
            return number * scale + int(folded[at]) * scale // 10 ** len(folded[at]), at + 2
        return None
    return number, at


def _is_group(vocabulary: Vocabulary, folded: Sequence[str], gaps: Sequence[str], at: int, end: int) -> bool:
    """Tell whether a token goes on with the digits before it: "1,234", and two of "1,25,000" as India writes it."""
    if gaps[at] not in vocabulary.thousands or not folded[at].isdecimal():
        return False
    if gaps[at].isspace() and (len(folded[at - 1]) > 3 or len(folded[at]) != 3):
        return False  # "in 2019 120 people"
    return len(folded[at]) == 3 or (len(folded[at]) == 2 and gaps[at] == ",")


def _part(vocabulary: Vocabulary, folded: Sequence[str], at: int, end: int) -> tuple[int, int] | None:
    """Return the number that a word or phrase of the table means, and the token behind it."""
    for phrase, number in vocabulary.numbers.get(folded[at], ()) if at < end else ():
        behind = at + len(phrase)
        if behind <= end and tuple(folded[at:behind]) == phrase:
            return number, behind
    return None


def _words(
    vocabulary: Vocabulary, folded: Sequence[str], gaps: Sequence[str], at: int, end: int
) -> tuple[int, int] | None:
    """Read "forty", "forty-two", "ciento treinta y cinco": each part fits the zeros of the one before."""
    part = _part(vocabulary, folded, at, end)
    if part is None:
        return None
    number, at = part
    last = number
    while at < end and gaps[at].strip() in ("", "-"):
        joined = folded[at] in vocabulary.unit_joint
        part = _part(vocabulary, folded, at + joined, end)
        if part is None:
            break
        is_reversed = joined and 0 < last < 10 and part[0] in _TENS  # Arabic has "five and twenty"
        if not (is_reversed or 0 < part[0] < _open(last)):
            break
        number, last, at = number + part[0], 0 if is_reversed else part[0], part[1]
    return number, at


def _open(number: int) -> int:
    """Return 10 for 40, 100 for 300, 1 for 42."""
    zeros = 1
    while number and number % (10 * zeros) == 0:
        zeros *= 10
    return zeros


def _rest(
    vocabulary: Vocabulary, folded: Sequence[str], gaps: Sequence[str], at: int, end: int, opening: int
) -> tuple[int, int] | None:
    """Return what a larger part is continued by: "(two hundred) and five", "(two thousand) three (hundred)".

    It is less than ``opening``, or it counts on its own.
    """
    if at < end and folded[at] in vocabulary.joints:
        at += 1
    elif at >= end or gaps[at].strip() not in ("", "-"):
        return None
    read = None
    if at < end and folded[at].isdecimal() and len(folded[at]) < 4:  # "1 lakh 50 thousand", no "two hundred 30"
        read = (int(folded[at]), at + 1) if at + 1 < end and folded[at + 1] in vocabulary.scales else None
    elif at < end and folded[at] in vocabulary.numbers:
        read = _words(vocabulary, folded, gaps, at, end)
    if read is None:
        return None
    number, behind = read
    scale = vocabulary.scales.get(folded[behind], 0) if behind < end else 0
    if 0 < number * scale < opening:
        return number * scale, behind + 1
    return (number, behind) if 0 < number < opening and (scale == 0 or scale > opening) else None

"""Two lines of an article: its best sentences, quoted, never invented.

The best hold what the article was matched for, a place and a number of people, and stand early. Pure: knows the words
of one article, and nothing of rules and stories.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from monitor.text.lines import shorten
from monitor.text.sentences import sentence_spans

LENGTH = 280
"""Two lines on a desk, five on a phone."""

_READ = 4_000
"""Characters of an article that are looked at: what is news stands early."""
_SENTENCES = 3
_FOR_PLACE = (2.5, 1.5, 1.0, 0.5, 0.5)
"""What a sentence gains by standing first, second and so on; what it was matched for is 2, a figure or a place 1."""
_SHORT = 25
_FINISHED = tuple(".!?۔؟।。！？\"'”’»)")
_CUT = re.compile(r"(?:\.\.\.|…|\[…\]|\[\.\.\.\])\W*$")
_LEANS = frozenset(
    ("he", "she", "they", "it", "his", "her", "their", "its", "this", "that", "these", "those", "but", "and", "however")
)
_REPEATED = 0.8
"""The part of a sentence's words that are the headline's, from which it says nothing more."""
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class _Sentence:
    number: int
    text: str
    score: float
    leans: bool
    """It speaks of the one before, and says little without it."""


def gist(
    title: str,
    text: str,
    *,
    evidence: Sequence[tuple[int, int]] = (),
    figures: Sequence[tuple[int, int]] = (),
    places: Sequence[str] = (),
) -> str:
    """Quote the best sentences of an article in their order, "…" between those that do not follow each other.

    ``evidence`` and ``figures`` are spans of ``text``. A sentence that only repeats the headline is left out, and none
    is cut unless every one worth quoting is too long.
    """
    found = list(_sentences(title, text[:_READ], evidence, figures, places))
    chosen: dict[int, _Sentence] = {}
    for _ in range(_SENTENCES):
        fitting = [
            one
            for one in found
            if one.score > 0
            and one.number not in chosen
            and (not one.leans or one.number - 1 in chosen)
            and len(_quoted([*chosen.values(), one])) <= LENGTH
        ]
        if not fitting:
            break
        best = max(fitting, key=_by_score)
        chosen[best.number] = best
    return _quoted(chosen.values()) or shorten(max(found, key=_by_score).text if found else "", LENGTH)


def _sentences(
    title: str,
    text: str,
    evidence: Sequence[tuple[int, int]],
    figures: Sequence[tuple[int, int]],
    places: Sequence[str],
) -> Iterator[_Sentence]:
    headline = _words(title)
    follows = False
    seen: set[frozenset[str]] = set()
    for number, (start, end) in enumerate(sentence_spans(text)):
        if number and end == _READ:
            return  # the article goes on: here it is only half a sentence
        sentence = " ".join(text[start:end].split())
        words = _words(sentence)
        is_new = words not in seen and len(words & headline) < _REPEATED * len(words)
        seen.add(words)
        if is_new:
            score = _FOR_PLACE[number] if number < len(_FOR_PLACE) else 0.0
            score += 2.0 * any(start <= low and high <= end for low, high in evidence)
            score += any(start <= low and high <= end for low, high in figures)
            score += any(place in sentence for place in places)
            score -= 1.5 * (not sentence.endswith(_FINISHED) or bool(_CUT.search(sentence)))
            score -= len(sentence) < _SHORT
            first = sentence.partition(" ")[0].strip(",").casefold()
            yield _Sentence(number, sentence, score, leans=follows and first in _LEANS)
        follows = is_new


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold()))


def _by_score(sentence: _Sentence) -> tuple[float, int]:
    return sentence.score, -sentence.number


def _quoted(sentences: Iterable[_Sentence]) -> str:
    quoted, last = "", -1
    for one in sorted(sentences, key=lambda one: one.number):
        quoted += f"{' ' if one.number == last + 1 else ' … '}{one.text}" if quoted else one.text
        last = one.number
    return quoted

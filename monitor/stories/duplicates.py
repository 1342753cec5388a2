"""Wire copy: articles whose text is another one's, or part of it, however cut, signed or lightly edited.

A text is known by a sample of its runs of four words: those with the lowest numbers, so that two texts' samples hold
the same runs where the texts do. How much of the shorter text the longer one holds (containment) tells a copy; how
alike the two are (Jaccard) would not, once one of them is cut. Items too short for that are copies where headline and
numbers are the same. A text is compared with a few earlier ones only: those found under the lowest of its numbers.

Copies are kept out of the look-up: a text carried by two hundred outlets is found under one article, its original.
Pure: the store looks up what is known in one batch, this decides.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Protocol

from monitor.stories.shingles import shingles, word_numbers

MOST_WORDS = 10_000
"""Of a longer text, the first so many are looked at."""

# What is kept of an article: the lowest numbers of its runs and numerals, and of those the keys it is stored under.
SAMPLED = 48
ONE_IN = 8
"""Of a text of more than 48 × 8 runs, one in 8 is sampled: what a short text within a long one leaves can be seen."""
TITLE_SAMPLED = 16
NUMBERS_SAMPLED = 16
KEYS = 12
"""A copy cut to half holds six of them, on average; two are enough to find it."""
TITLE_KEYS = 3

CROWD = 10
"""A run of words in so many originals is a phrase and no sign of a copy: it is a key no longer. So no key is ever held
by many more, and a look-up costs the same however much a feed repeats itself."""
CANDIDATES = 8
"""An arrival is compared with those that share the most keys."""

ENOUGH_TESTED = 4
"""Of fewer sampled runs nothing is concluded."""

# Texts, each number measured on halves of real articles (tests/quality/test_duplicates_floor.py).
CONTAINED = 0.45
"""Of the shorter text's runs, how many the longer one holds in a copy. One word in twelve changed leaves 0.6 to 0.85,
and 0.49 at the worst; a follow-up that prints its background again had 0.44."""
LONGEST_QUOTATION = 45
"""Independent reports share quotations, names and set phrases of up to so many runs."""
WHOLE = 0.9
"""Where no more than that is shared, it must be nearly the whole text."""
FEWEST_RUNS = 12
LONGEST_FORM = 20
"""What an outlet prints again and again ("Follow our rolling coverage of …") has fewer runs."""
SAME_NUMBERS = 0.6
"""Of the numerals. Two bulletins of one form differ in them; an edited text keeps two thirds at least."""
ENOUGH_NUMBERS = 3
"""From fewer nothing is concluded."""

# Short items.
SHORT = 40
"""Runs. A teaser, which each outlet writes itself under the agency's headline."""
SAME_TITLE = 0.6
"""Where the texts are half the same as well."""
SAME_TITLE_ALONE = 0.8
LONG_TITLE = 8
"""Headlines of so many runs (ten words) are not written alike by two people."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The lowest numbers of a set, in order, and the size of the set."""

    lowest: tuple[int, ...] = ()
    size: int = 0


def sample(numbers: Iterable[int], most: int) -> Sample:
    distinct = set(numbers)
    return Sample(tuple(sorted(distinct)[:most]), len(distinct))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """What an article is compared by."""

    text: Sample
    """Of its runs of four words."""
    title: Sample
    """Of its runs of three words."""
    numbers: Sample
    """Of the numbers that title and text name."""
    outlet: int = 0
    """Who published it; 0 where nobody said."""

    def pack(self) -> bytes:
        parts = (self.text, self.title, self.numbers)
        head = array("q", [self.outlet, *chain.from_iterable((part.size, len(part.lowest)) for part in parts)])
        return (head + array("q", chain.from_iterable(part.lowest for part in parts))).tobytes()

    @classmethod
    def unpack(cls, packed: bytes) -> Sketch:
        values = array("q", packed)
        parts, at = [], 7
        for size, length in zip(values[1:7:2], values[2:7:2], strict=True):
            parts.append(Sample(tuple(values[at : at + length]), size))
            at += length
        return cls(text=parts[0], title=parts[1], numbers=parts[2], outlet=values[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """What an article is a copy of."""

    of: int
    """Always an original."""
    share: float
    """How much of the shorter one the longer one holds."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What became of a batch of arrivals."""

    copies: dict[int, Copy] = field(default_factory=dict)
    keys: dict[int, tuple[int, ...]] = field(default_factory=dict)
    """Under which each original of the batch is to be stored."""


class Pool(Protocol):
    """The originals known so far."""

    def holding(self, keys: Collection[int]) -> Mapping[int, Sequence[int]]:
        """Return the articles stored under each key, for keys that have any."""

    def sketches(self, articles: Collection[int]) -> Mapping[int, Sketch]:
        """Return the sketches of those that are still kept."""


def sketch(title_words: Sequence[str], text_words: Sequence[str], *, outlet: str = "") -> Sketch:
    """Return what an article is compared by; the words are folded and the article's own, boilerplate left out."""
    title_words, text_words = title_words[:MOST_WORDS], text_words[:MOST_WORDS]
    title, text = word_numbers(title_words), word_numbers(text_words)
    runs = set(shingles(text, 4))
    return Sketch(
        text=sample(runs, max(SAMPLED, len(runs) // ONE_IN)),
        title=sample(shingles(title, min(3, len(title)) or 1), TITLE_SAMPLED),
        numbers=sample(word_numbers(filter(str.isdigit, chain(title_words, text_words))), NUMBERS_SAMPLED),
        outlet=word_numbers([outlet])[0] if outlet else 0,
    )


def probes(sketch: Sketch) -> tuple[int, ...]:
    """Return what a new article looks for its original by."""
    return sketch.text.lowest[:SAMPLED] + sketch.title.lowest


def find_copies(arrivals: Mapping[int, Sketch], pool: Pool) -> Found:
    """Tell which arrivals, in order, are copies: of earlier articles or of earlier ones of the batch."""
    asked = {article: probes(one) for article, one in arrivals.items()}
    held = pool.holding(set(chain.from_iterable(asked.values())))
    crowded = {key for key, known in held.items() if len(known) >= CROWD}
    held = {key: known for key, known in held.items() if key not in crowded}
    hits = {article: _hits(keys, held) for article, keys in asked.items()}
    stored = set(chain.from_iterable(map(_most_hit, hits.values())))
    originals = {**pool.sketches(stored)} if stored else {}
    found = Found()
    fresh: dict[int, list[int]] = {}
    for article, one in arrivals.items():
        hits[article].update(_hits(asked[article], fresh))
        candidates = [number for number in _most_hit(hits[article]) if number in originals]
        copies = [copy for number in candidates if (copy := _copy(one, number, originals[number]))]
        if copies:
            found.copies[article] = max(copies, key=lambda copy: (copy.share, -copy.of))
            continue
        originals[article] = one
        found.keys[article] = _keys(one, crowded)
        for key in found.keys[article]:
            fresh.setdefault(key, []).append(article)
            if len(fresh[key]) + len(held.get(key, ())) >= CROWD:
                crowded.add(key)
    return found


def _hits(keys: Iterable[int], held: Mapping[int, Sequence[int]]) -> Counter[int]:
    """Return how many of its keys an article shares with each of those that hold them."""
    return Counter(chain.from_iterable(held[key] for key in keys if key in held))


def _most_hit(hits: Counter[int]) -> list[int]:
    """Return the articles that share the most keys, and more than one: the earliest first among equals."""
    often = sorted((-times, article) for article, times in hits.items() if times > 1)
    return [article for _, article in often[:CANDIDATES]]


def _keys(one: Sketch, crowded: Collection[int]) -> tuple[int, ...]:
    text, title = ([key for key in part.lowest[:SAMPLED] if key not in crowded] for part in (one.text, one.title))
    return (*text[:KEYS], *title[:TITLE_KEYS])


def _copy(one: Sketch, number: int, original: Sketch) -> Copy | None:
    text, title = _share(one.text, original.text), _share(one.title, original.title)
    if one.outlet == original.outlet != 0:
        reason = _again(one, original, text, title)
    else:
        reason = _wire(one, original, text) or _same_item(one, original, text, title)
    return Copy(of=number, share=max(text, title), reason=reason) if reason else None


def _again(one: Sketch, original: Sketch, text: float, title: float) -> str:
    """An outlet copies no wire from itself: what it repeats are its forms, and the last edition of a live page."""
    whole = text * _ratio(one.text, original.text) >= WHOLE and one.text.size >= LONGEST_FORM
    return "the same text again" if whole and title >= CONTAINED and _same_numbers(one, original, 1.0) else ""


def _wire(one: Sketch, original: Sketch, text: float) -> str:
    runs = min(one.text.size, original.text.size)
    if text * runs < LONGEST_QUOTATION and (text < WHOLE or runs < FEWEST_RUNS):
        return ""
    if text < CONTAINED or not _same_numbers(one, original, 1.0 if runs <= SHORT else SAME_NUMBERS):
        return ""
    return f"{text:.0%} of the shorter text stands in both"


def _same_item(one: Sketch, original: Sketch, text: float, title: float) -> str:
    """Compare items whose texts are short: outlets write their own teaser under an agency's headline."""
    if min(one.text.size, original.text.size) > SHORT or not _same_numbers(one, original, 1.0):
        return ""
    if title >= SAME_TITLE and text >= CONTAINED:
        return "much the same headline, text and numbers"
    is_said_by_title = not one.text.size or not original.text.size or one.title.size >= LONG_TITLE
    if is_said_by_title and title * _ratio(one.title, original.title) >= SAME_TITLE_ALONE:
        return "the same headline and numbers"
    return ""


def _same_numbers(one: Sketch, other: Sketch, share: float) -> bool:
    same, tested = _shared(one.numbers, other.numbers)
    return same >= share * tested or (share < 1 and tested < ENOUGH_NUMBERS)


def _share(one: Sample, other: Sample) -> float:
    """Estimate how much of the smaller set the larger one holds."""
    same, tested = _shared(one, other)
    return same / tested if tested >= ENOUGH_TESTED else 0.0


def _shared(one: Sample, other: Sample) -> tuple[int, int]:
    """Return how many of the smaller set's sampled numbers the larger set holds, and of how many that can be said:
    of those up to which the larger one's sample is complete."""
    smaller, larger = (one, other) if one.size <= other.size else (other, one)
    tested = smaller.lowest
    if larger.size > len(larger.lowest):
        tested = tested[: bisect_right(tested, larger.lowest[-1])]
    return len(set(tested).intersection(larger.lowest)), len(tested)


def _ratio(one: Sample, other: Sample) -> float:
    return min(one.size, other.size) / max(one.size, other.size, 1)


class Originals:
    """A pool in memory."""

    def __init__(self) -> None:
        self._holding: dict[int, list[int]] = {}
        self._sketches: dict[int, Sketch] = {}

    def holding(self, keys: Collection[int]) -> Mapping[int, Sequence[int]]:
        return {key: self._holding[key] for key in keys if key in self._holding}

    def sketches(self, articles: Collection[int]) -> Mapping[int, Sketch]:
        return {article: self._sketches[article] for article in articles}

    def add(self, article: int, sketch: Sketch, keys: Iterable[int]) -> None:
        self._sketches[article] = sketch
        for key in keys:
            self._holding.setdefault(key, []).append(article)

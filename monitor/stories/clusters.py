"""What is kept of a story to tell whether an article belongs to it: one vector, bounded however many articles it has.

An article's vector weighs its terms by how often it uses them, by whether they stand in its title, and by how rare they
are among recent articles; its length is about 1. A story's vector is the sum of its articles', so that a product
divided by their number is their average likeness. This module must not know which stories exist.
"""

from __future__ import annotations

import math
import struct
from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from monitor.stories.features import Features
from monitor.stories.rarity import function_words

ARTICLE_TERMS = 60
STORY_TERMS = 300
KEYS = 8
"""Under how many of its heaviest terms a story is found."""

_SATURATION = 1.2
"""As in BM25: a term used three times says little more than one used twice."""
_TITLE = 0.75
"""What standing in the title adds, in parts of what standing in the article is worth."""
_RARITY_POWER = 0.85
_LEAST_RARITY = 1.5
"""Natural logarithm: a word of every fifth article is a topic, not an event."""
_PIVOT, _OWN_LENGTH = 24.0, 0.5
"""Length of the vectors of most feed entries, and in what part a vector's own counts: else a few shared words would
make two short items the same (pivoted normalisation, Singhal et al. 1996)."""

_HEADER = struct.Struct("<ddIfBH")
_NO_TIME = -math.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A story's vector, and its articles' time and number."""

    terms: Mapping[int, float]
    articles: int
    """Articles that were weighed: copies of others are not."""
    crowd: float
    """How alike other stories are to it on average: in a much told topic, more is asked of an article to join."""
    keys: tuple[int, ...]
    """Under which the pool keeps it."""
    first_at: datetime | None
    last_at: datetime | None

    def pack(self) -> bytes:
        header = _HEADER.pack(
            _seconds(self.first_at), _seconds(self.last_at), self.articles, self.crowd, len(self.keys), len(self.terms)
        )
        return header + array("q", (*self.keys, *self.terms)).tobytes() + array("f", self.terms.values()).tobytes()

    @classmethod
    def unpack(cls, packed: bytes) -> Cluster:
        first, last, articles, crowd, keys, terms = _HEADER.unpack_from(packed)
        numbers, weights = array("q"), array("f")
        middle = _HEADER.size + 8 * (keys + terms)
        numbers.frombytes(packed[_HEADER.size : middle])
        weights.frombytes(packed[middle:])
        return cls(
            terms=dict(zip(numbers[keys:], weights, strict=True)),
            articles=articles,
            crowd=crowd,
            keys=tuple(numbers[:keys]),
            first_at=_moment(first),
            last_at=_moment(last),
        )


def _seconds(moment: datetime | None) -> float:
    return moment.timestamp() if moment else _NO_TIME


def _moment(seconds: float) -> datetime | None:
    return None if seconds == _NO_TIME else datetime.fromtimestamp(seconds, UTC)


def vector(article: Features, frequencies: Mapping[int, float], total: float) -> dict[int, float]:
    """Return an article's vector, heaviest terms first; empty where it has no words but such as stand everywhere."""
    most, everywhere = math.log(total), function_words()
    weights: dict[int, float] = {}
    for term in article.title.keys() | article.text.keys():
        rarity = most - math.log(frequencies[term] + 0.5)
        if rarity > _LEAST_RARITY and term not in everywhere:
            in_title = article.title.get(term, 0)
            often = in_title + article.text.get(term, 0)
            weight = _saturated(often) + (_TITLE * _saturated(in_title) if in_title else 0.0)
            weights[term] = weight * rarity**_RARITY_POWER
    kept = heaviest(weights, ARTICLE_TERMS)
    length = _OWN_LENGTH * math.sqrt(sum(weight * weight for weight in kept.values())) + (1 - _OWN_LENGTH) * _PIVOT
    return {term: weight / length for term, weight in kept.items()}


def heaviest(terms: Mapping[int, float], most: int) -> dict[int, float]:
    """Return the heaviest terms of a vector, in the order of their weights."""
    ordered = sorted(terms.items(), key=_weight_first, reverse=True)
    return dict(ordered[:most])


def _saturated(often: int) -> float:
    return often * (_SATURATION + 1) / (often + _SATURATION)


def _weight_first(one: tuple[int, float]) -> tuple[float, int]:
    return one[1], one[0]


def gap(one: tuple[datetime | None, datetime | None], other: tuple[datetime | None, datetime | None]) -> timedelta:
    """Return the time between two spans; none where they overlap or one has no time."""
    (first, last), (others_first, others_last) = one, other
    if first is None or last is None or others_first is None or others_last is None:
        return timedelta()
    return max(first - others_last, others_first - last, timedelta())

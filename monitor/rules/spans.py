"""Stretches of words in an article, as pairs of positions: joined, told apart, kept or left out.

This module must not know articles or rules: positions are numbers, and words next to each other have consecutive ones.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate

Span = tuple[int, int]
"""First and last position of some words."""
Scope = tuple[int, int]
"""The positions looked at: from the first, up to but without the second."""

MOST_PAIRS = 1_000
"""Joined spans kept of a NEAR; above, the tightest that begin and end at each word, which decides all but the longest
chains alike and keeps the work linear."""

_FEW_PAIRS = 30
"""To look at each of these is quicker than to look up where partners begin."""


def within(spans: list[Span], scope: Scope) -> list[Span]:
    """Return the spans that lie in a scope."""
    low, high = scope
    return [span for span in spans if low <= span[0] and span[1] < high]


def merged(several: Iterable[list[Span]]) -> list[Span]:
    """Return all spans of several lists once, in order."""
    return sorted({span for spans in several for span in spans})


def outside(spans: list[Span], excluded: list[Span]) -> list[Span]:
    """Return the spans that lie in none of the excluded ones."""
    if not excluded:
        return spans
    firsts = [first for first, _ in excluded]
    furthest = list(accumulate((last for _, last in excluded), max))
    kept = []
    for first, last in spans:
        before = bisect_right(firsts, first)
        if before == 0 or furthest[before - 1] < last:
            kept.append((first, last))
    return kept


def apart(spans: Iterable[Span]) -> list[Span]:
    """Return the most spans of which no two overlap, in order; of two that begin or end alike the shorter."""
    chosen: list[Span] = []
    end = -1
    for first, last in sorted(spans, key=lambda span: (span[1], -span[0])):
        if first > end:
            chosen.append((first, last))
            end = last
    return chosen


def pairs(earlier: list[Span], later: list[Span], distance: int) -> Iterator[tuple[Span, Span]]:
    """Yield the spans of two kinds that stand in this order, apart, with at most ``distance`` words between.

    Where these are more than MOST_PAIRS, only each span with its nearest partner.
    """
    later = sorted(later)
    firsts = [first for first, _ in later]
    reach = [(bisect_right(firsts, last), bisect_right(firsts, last + distance + 1)) for _, last in earlier]
    if sum(high - low for low, high in reach) <= MOST_PAIRS:
        for span, (low, high) in zip(earlier, reach, strict=True):
            for other in later[low:high]:
                yield span, other
        return
    for span, (low, high) in zip(earlier, reach, strict=True):
        if low < high:
            yield span, later[low]
    earlier = sorted(earlier, key=_by_end)
    lasts = [last for _, last in earlier]
    for span in later:
        nearest = bisect_left(lasts, span[0]) - 1
        if nearest >= 0 and span[0] - lasts[nearest] - 1 <= distance:
            yield earlier[nearest], span


def _by_end(span: Span) -> Span:
    return span[1], span[0]


def joined(left: list[Span], right: list[Span], distance: int, *, ordered: bool) -> list[Span]:
    """Join the spans that stand near each other; ``ordered`` takes only those where the left one comes first."""
    if len(left) * len(right) <= _FEW_PAIRS:
        few = {(one[0], other[1]) for one in left for other in right if 0 < other[0] - one[1] <= distance + 1}
        if not ordered:
            few |= {(one[0], other[1]) for one in right for other in left if 0 < other[0] - one[1] <= distance + 1}
        return sorted(few)
    found = {(one[0], other[1]) for one, other in pairs(left, right, distance)}
    if not ordered:
        found |= {(one[0], other[1]) for one, other in pairs(right, left, distance)}
    if len(found) <= 2 * MOST_PAIRS:
        return sorted(found)
    nearest_end = dict(sorted(found, reverse=True))
    nearest_start = {last: first for first, last in sorted(found)}
    return sorted({*nearest_end.items(), *((first, last) for last, first in nearest_start.items())})

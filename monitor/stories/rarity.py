"""How many articles a term may be expected in before any was read: many for "the", none for "Mastung".

Counts of recent articles outweigh this within days. Nothing here knows of articles.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from monitor.stories.features import term_of

AS_IF_READ = 300
"""Articles that are taken as read before the first."""


EVERYWHERE = 0.08
"""Words of more articles than this ("the", "after") tell no event from another."""


@cache
def function_words() -> frozenset[int]:
    """Return the terms that are never looked at."""
    return frozenset(term for term, count in expected().items() if count >= EVERYWHERE * AS_IF_READ)


@cache
def expected() -> Mapping[int, float]:
    """Return the terms that are everyday words in some language → the number of those articles that hold them."""
    shares: dict[int, float] = {}
    for line in (files("monitor.stories") / "words" / "everyday.txt").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            heading, _, words = line.partition(": ")
            share = int(heading.split()[1]) / 100
            for word in words.split():
                term = term_of(word)
                shares[term] = max(share, shares.get(term, 0.0))
    return {term: share * AS_IF_READ for term, share in shares.items()}

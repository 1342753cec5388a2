"""A story while a batch is grouped: what articles are compared with, and what becomes of it when two are joined.

This module must not know which stories are to be joined.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from monitor.stories.clusters import KEYS, STORY_TERMS, Cluster, gap, heaviest

LEAST_SHARED = 3
"""Terms; a title of two words ("Morning briefing") is like nothing."""
SILENT = timedelta(hours=96)
"""A story without a new article for so long is closed: the pool need not keep it."""
FRESH = timedelta(hours=12)
FADING = timedelta(hours=36)
"""Likeness is halved for each such time between two stories' articles, after the first hours."""


class Node:
    """A story of the pool, or one that so far holds a single arrival."""

    def __init__(self, number: int, cluster: Cluster, arrivals: Sequence[int] = ()) -> None:
        self.number = number
        self.terms = cluster.terms
        self.keys = cluster.keys
        self.articles = cluster.articles
        self.span = (cluster.first_at, cluster.last_at)
        self.crowd = cluster.crowd
        """How alike its neighbours are to it."""
        self.known_crowd = 0.0 if arrivals else cluster.crowd * cluster.articles
        """Of its articles in the pool, summed."""
        self.arrivals = list(arrivals)
        self.stories = set() if arrivals else {number}
        """The pool's stories in it."""
        self.neighbours: dict[int, float] = {}
        """Of its arrivals: node → likeness."""

    def likeness(self, other: Node) -> float:
        """Return the average likeness of the articles of two nodes, fading with the time between them.

        It is about 1 where they use the same words.
        """
        between = gap(self.span, other.span)
        shared = self.terms.keys() & other.terms.keys()
        if between > SILENT or len(shared) < LEAST_SHARED:
            return 0.0
        alike = sum(self.terms[term] * other.terms[term] for term in shared) / (self.articles * other.articles)
        return alike if between <= FRESH else alike * 0.5 ** ((between - FRESH) / FADING)

    def take_in(self, other: Node) -> None:
        terms = dict(self.terms)
        for term, weight in other.terms.items():
            terms[term] = terms.get(term, 0.0) + weight
        self.terms = heaviest(terms, STORY_TERMS)
        self.keys = tuple(dict.fromkeys((*self.keys, *other.keys)))
        self.articles += other.articles
        times = [moment for moment in (*self.span, *other.span) if moment is not None]
        self.span = (min(times), max(times)) if times else (None, None)
        self.known_crowd += other.known_crowd
        self.arrivals += other.arrivals
        self.stories |= other.stories
        self.neighbours |= other.neighbours

    def cluster(self) -> Cluster:
        return Cluster(
            terms=self.terms,
            articles=self.articles,
            crowd=self.crowd,
            keys=tuple(sorted(self.keys, key=lambda key: self.terms.get(key, 0.0), reverse=True)[:KEYS]),
            first_at=self.span[0],
            last_at=self.span[1],
        )

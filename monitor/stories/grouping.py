"""Which story each new article joins.

What is known of earlier articles comes from a pool, in one look-up of each kind for a whole batch. Inside a batch the
best pairs are joined first, so that the order of its articles decides nothing. An article joins a story where the two
are more alike than each is to its other neighbours: in a topic that everybody tells of every day, sharing its usual
words is not enough.

Stories are never rewritten: two that turn out to be one are recorded as a merge of the younger into the older, and two
that may be one as related. Pure: the store fills the pool and keeps what comes back.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heapify, heappop, heappush, nlargest
from itertools import islice
from math import sqrt
from typing import Protocol

from monitor.stories.clusters import KEYS, STORY_TERMS, Cluster, gap, product, vector
from monitor.stories.features import Features

SILENT = timedelta(hours=96)
"""A story without a new article for so long is closed: the pool need not keep it."""
HALF_LIFE = timedelta(days=14)
"""In which the pool's frequencies lose half of what was counted."""

JOIN = 1.1
"""Least likeness, over what the crowds ask for, by which an article joins a story."""
RELATED = 0.8 * JOIN
"""From here on two stories may be one."""
CROWD_SHARE = 0.5
MODE = "ratio"
MOST_CROWD = 1.0
LEAST_CROWD = 0.16

COMMON = 300
"""A term of more recent articles than this leads to no story: so a look-up is bounded, whatever the archive holds."""
PROBES = 10
"""By how many of its heaviest terms an article looks for its story."""
CANDIDATES = 16
"""How many stories are compared with it, those that share the heaviest terms."""
NEIGHBOURS = 8
"""How many of them make its crowd."""
LEAST_SHARED = 3
"""Terms; a title of two words ("Morning briefing") joins nothing."""
FRESH = timedelta(hours=12)
FADING = timedelta(hours=36)
"""Likeness is halved for each such time between two stories' articles, after the first hours."""


class Pool(Protocol):
    """What is stored of earlier articles."""

    @property
    def total(self) -> float:
        """Number of articles that the frequencies were counted on, decayed as they are."""

    def frequencies(self, terms: Collection[int]) -> Mapping[int, float]:
        """Term → number of articles that hold it, halved every `HALF_LIFE`; those of none may be left out."""

    def holding(self, keys: Collection[int]) -> Mapping[int, Collection[int]]:
        """Key → live stories kept under it."""

    def clusters(self, stories: Collection[int]) -> Mapping[int, Cluster]:
        """Story → its cluster, for those that are live."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """The story of one article."""

    story: int
    score: float
    """Likeness to the articles it joined, from 0 to 1; 0 where it begins a story."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """Two stories that are one: the younger goes into the older."""

    into: int
    story: int
    score: float
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """Two stories that may be one: a link for readers."""

    story: int
    other: int
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """What one batch changes."""

    joined: Mapping[int, Joined] = field(default_factory=dict)
    """Article → its story; a new story has the id of its first article."""
    merges: tuple[Merge, ...] = ()
    related: tuple[Related, ...] = ()
    changed: Mapping[int, Cluster] = field(default_factory=dict)
    """Story → what the pool keeps of it from now on. A merged story is not among them: the pool drops it."""
    frequencies: Mapping[int, int] = field(default_factory=dict)
    """Term → number of the batch's articles that hold it: added to the pool's, as ``len(joined)`` is to its total."""


class _Node:
    """A story while a batch is grouped: one of the pool's, or one that so far holds a single arrival."""

    def __init__(self, number: int, cluster: Cluster, arrivals: Sequence[int]) -> None:
        self.number = number
        self.terms = cluster.terms
        self.keys = cluster.keys
        self.articles = cluster.articles
        self.span = (cluster.first_at, cluster.last_at)
        self.known_crowd = 0.0 if arrivals else cluster.crowd * cluster.articles
        """Of the pool's articles, summed."""
        self.arrivals = list(arrivals)
        self.stories = set() if arrivals else {number}
        """The pool's stories in it."""
        self.neighbours: dict[int, float] = {}
        """Of its arrivals: node → likeness."""
        self.crowd = cluster.crowd

    def likeness(self, other: _Node) -> float:
        """Return the average likeness of the articles of two nodes, fading with the time between them."""
        between = gap(self.span, other.span)
        if between > SILENT or len(self.terms.keys() & other.terms.keys()) < LEAST_SHARED:
            return 0.0
        alike = product(self.terms, other.terms) / (self.articles * other.articles)
        return alike if between <= FRESH else alike * 0.5 ** ((between - FRESH) / FADING)


def group(arrivals: Mapping[int, Features], pool: Pool, *, apart: Collection[tuple[int, int]] = ()) -> Grouping:
    """Decide the story of each new article; ``arrivals`` by their ids, ``apart`` pairs of stories never to be merged."""
    added = Counter(term for one in arrivals.values() for term in one.title.keys() | one.text.keys())
    stored = pool.frequencies(added.keys())
    frequencies = {term: stored.get(term, 0.0) + count for term, count in added.items()}
    batch = _Batch(arrivals, frequencies, pool, {frozenset(pair) for pair in apart})
    batch.join()
    return Grouping(
        joined=dict(batch.joined()),
        merges=tuple(batch.merges),
        related=tuple(batch.related()),
        changed={node.number: batch.cluster(node) for node in batch.changed()},
        frequencies=added,
    )


def cluster_of(articles: Collection[Features], pool: Pool) -> Cluster | None:
    """Return what is kept of a story made of these articles, where that was decided by hand; None without articles."""
    terms = {term for one in articles for term in one.title.keys() | one.text.keys()}
    batch = _Batch(dict(enumerate(articles)), pool.frequencies(terms), pool, ())
    nodes = list(batch.nodes.values())[: len(articles)]
    for node in nodes[1:]:
        batch.merge(nodes[0], node)
    return batch.cluster(nodes[0]) if nodes else None


class _Batch:
    """One batch on its way into stories."""

    def __init__(
        self,
        arrivals: Mapping[int, Features],
        frequencies: Mapping[int, float],
        pool: Pool,
        apart: Collection[frozenset[int]],
    ) -> None:
        self.features = arrivals
        self.apart = apart
        self.merges: list[Merge] = []
        self.nodes: dict[int, _Node] = {}
        self._reasons: dict[int, tuple[float, str]] = {}
        self._maybe: list[tuple[float, int, int]] = []
        self._into: dict[int, int] = {}
        total = pool.total + len(arrivals)
        for number, one in arrivals.items():
            terms = vector(one, frequencies, total)
            keys = tuple(islice((term for term in terms if frequencies[term] <= COMMON), KEYS))
            cluster = Cluster(terms=terms, articles=1, crowd=0.0, keys=keys, first_at=one.at, last_at=one.at)
            self.nodes[number] = _Node(number, cluster, [number])
        self._meet(frequencies, pool)

    def _meet(self, frequencies: Mapping[int, float], pool: Pool) -> None:
        """Find each arrival's neighbours, and how alike they are."""
        probes = {
            number: list(islice((term for term in node.terms if 1 < frequencies[term] <= COMMON), PROBES))
            for number, node in self.nodes.items()
        }
        held = {key: list(found) for key, found in pool.holding({key for keys in probes.values() for key in keys}).items()}
        for number, node in self.nodes.items():
            for key in node.keys:
                held.setdefault(key, []).append(number)
        met: dict[int, list[int]] = {}
        for number, keys in probes.items():
            terms, weights = self.nodes[number].terms, defaultdict[int, float](float)
            for key in keys:
                for other in held.get(key, ()):
                    weights[other] += terms[key]
            weights.pop(number, None)
            met[number] = nlargest(CANDIDATES, weights, key=weights.__getitem__)
        clusters = pool.clusters({other for others in met.values() for other in others if other not in self.features})
        for number, cluster in clusters.items():
            self.nodes[number] = _Node(number, cluster, ())
        for number, others in met.items():
            node = self.nodes[number]
            for other in others:
                if other in self.nodes and other not in node.neighbours and (alike := node.likeness(self.nodes[other])):
                    node.neighbours[other] = alike
                    if other in self.features:
                        self.nodes[other].neighbours[number] = alike
        for number in self.features:
            self._set_crowd(self.nodes[number])

    def _set_crowd(self, node: _Node) -> None:
        nearest: dict[int, float] = {}
        for number, alike in node.neighbours.items():
            other = self.node(number).number
            if other != node.number:
                nearest[other] = max(alike, nearest.get(other, 0.0))
        own = sum(nlargest(NEIGHBOURS, nearest.values())) / NEIGHBOURS
        node.crowd = (node.known_crowd + own * len(node.arrivals)) / node.articles

    def node(self, number: int) -> _Node:
        """Return the node that an article or story is in by now."""
        while number in self._into:
            number = self._into[number]
        return self.nodes[number]

    def join(self) -> None:
        """Join the most alike first, until none are alike enough."""
        heap = [
            (-score, number, other, 2 if other in self.features else self.nodes[other].articles + 1)
            for number in self.features
            for other, alike in self.nodes[number].neighbours.items()
            if (number < other or other not in self.features)
            and (score := self._score(self.nodes[number], self.nodes[other], alike)) >= RELATED
        ]
        heapify(heap)
        while heap:
            negative, number, other, articles = heappop(heap)
            one, two = self.node(number), self.node(other)
            if one is two:
                continue
            if (one.number, two.number, one.articles + two.articles) != (number, other, articles):
                score = self._score(one, two, one.likeness(two))
                if score >= RELATED:
                    heappush(heap, (-score, one.number, two.number, one.articles + two.articles))
            elif -negative < JOIN or self._are_apart(one, two):
                self._maybe.append((one.likeness(two), number, other))
            else:
                self.merge(*sorted((one, two), key=lambda node: (not node.stories, node.number)))

    def _score(self, one: _Node, two: _Node, alike: float) -> float:
        if MODE == "ratio":
            return alike / sqrt(max(LEAST_CROWD, min(one.crowd, MOST_CROWD)) * max(LEAST_CROWD, min(two.crowd, MOST_CROWD)))
        return alike - CROWD_SHARE * (max(one.crowd, LEAST_CROWD) + max(two.crowd, LEAST_CROWD)) / 2

    def _are_apart(self, one: _Node, two: _Node) -> bool:
        return any(frozenset((a, b)) in self.apart for a in one.stories for b in two.stories)

    def merge(self, into: _Node, other: _Node) -> None:
        score, reason = into.likeness(other), self._reason(into, other)
        for number in (*into.arrivals, *other.arrivals):
            self._reasons.setdefault(number, (score, reason))
        if into.stories and other.stories:
            self.merges.append(Merge(into=into.number, story=other.number, score=score, reason=reason))
        terms = dict(into.terms)
        for term, weight in other.terms.items():
            terms[term] = terms.get(term, 0.0) + weight
        into.terms = dict(nlargest(STORY_TERMS, terms.items(), key=lambda one: one[1])) if len(terms) > STORY_TERMS else terms
        into.keys = tuple(dict.fromkeys((*into.keys, *other.keys)))
        into.articles += other.articles
        times = [moment for moment in (*into.span, *other.span) if moment is not None]
        into.span = (min(times), max(times)) if times else (None, None)
        into.known_crowd += other.known_crowd
        into.arrivals += other.arrivals
        into.stories |= other.stories
        into.neighbours |= other.neighbours
        self._into[other.number] = into.number
        self._set_crowd(into)

    def _reason(self, into: _Node, other: _Node) -> str:
        """Say which words two nodes share, heaviest first, and how far apart they are."""
        words = [self.features[number].words for number in (*other.arrivals, *into.arrivals)]
        shared = nlargest(3, other.terms.keys() & into.terms.keys(), key=lambda term: other.terms[term] * into.terms[term])
        said = [next((word[term] for word in words if term in word), "") for term in shared]
        hours = round(gap(into.span, other.span) / timedelta(hours=1))
        return f"shares {', '.join(filter(None, said))}" + (f"; {hours} h apart" if hours else "")

    def joined(self) -> Iterator[tuple[int, Joined]]:
        for number in self.features:
            story = self.node(number).number
            score, reason = (0.0, "a new story") if story == number else self._reasons[number]
            yield number, Joined(story=story, score=score, reason=reason)

    def related(self) -> Iterator[Related]:
        found: dict[tuple[int, int], float] = {}
        for alike, number, other in self._maybe:
            pair = (self.node(number).number, self.node(other).number)
            if pair[0] != pair[1]:
                found[min(pair), max(pair)] = max(alike, found.get((min(pair), max(pair)), 0.0))
        return (Related(story=story, other=other, score=score) for (story, other), score in found.items())

    def changed(self) -> Iterable[_Node]:
        return {node.number: node for number in self.features if (node := self.node(number))}.values()

    def cluster(self, node: _Node) -> Cluster:
        return Cluster(
            terms=node.terms,
            articles=node.articles,
            crowd=node.crowd,
            keys=tuple(nlargest(KEYS, node.keys, key=lambda key: node.terms.get(key, 0.0))),
            first_at=node.span[0],
            last_at=node.span[1],
        )

"""Which story each new article joins.

What is known of earlier articles comes from a pool, in one look-up of each kind for a whole batch. Inside a batch the
best pairs are joined first, so that the order of its articles decides nothing. An article joins a story where the two
are more alike than each is to its other neighbours: in a topic that everybody tells of every day, sharing its usual
words is not enough.

Stories are never rewritten: two that turn out to be one are recorded as a merge of the younger into the older, and two
that may be one as related. Pure: the store fills the pool and keeps what comes back.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from heapq import heapify, heappop, heappush, nlargest
from itertools import islice
from typing import Protocol

from monitor.stories.clusters import KEYS, Cluster, gap, vector
from monitor.stories.features import Features
from monitor.stories.nodes import Node
from monitor.stories.rarity import AS_IF_READ, expected

HALF_LIFE = timedelta(days=14)
"""In which the pool's frequencies lose half of what was counted."""

JOIN = 1.35
"""An article joins a story where the two are so many times as alike as their neighbours are to them."""
RELATED = 0.8 * JOIN
"""From here on two stories may be one."""
LEAST_CROWD, MOST_CROWD = 0.22, 0.26
"""Between these a crowd counts: few neighbours seen say little, and the many reports of one event are no reproach."""

COMMON = 150
"""A term of more recent articles than this leads to no story: so a look-up is bounded, whatever the archive holds."""
PROBES = 10
"""By how many of its heaviest terms an article looks for its story."""
CANDIDATES = 16
"""How many stories are compared with it, those that share the heaviest terms."""
NEIGHBOURS = 6
"""How many of them make its crowd."""


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


def group(arrivals: Mapping[int, Features], pool: Pool, *, apart: Collection[tuple[int, int]] = ()) -> Grouping:
    """Decide the story of each new article, by their ids; ``apart`` are pairs of stories that are never merged."""
    added = Counter(term for one in arrivals.values() for term in one.title.keys() | one.text.keys())
    batch = _Batch(arrivals, _frequencies(added, pool), pool, {frozenset(pair) for pair in apart})
    batch.join()
    return Grouping(
        joined=dict(batch.joined()),
        merges=tuple(batch.merges),
        related=tuple(batch.related()),
        changed={node.number: node.cluster() for node in batch.changed()},
        frequencies=added,
    )


def cluster_of(articles: Sequence[Features], pool: Pool) -> Cluster:
    """Return what is kept of a story that somebody made of these articles by hand."""
    terms = Counter(term for one in articles for term in one.title.keys() | one.text.keys())
    frequencies, total = _frequencies(terms, pool), pool.total + len(articles) + AS_IF_READ
    first, *others = (_node(number, one, frequencies, total) for number, one in enumerate(articles))
    for other in others:
        first.take_in(other)
    return first.cluster()


def _frequencies(added: Mapping[int, int], pool: Pool) -> dict[int, float]:
    """Return in how many articles each of a batch's terms stands, its own among them."""
    stored, prior = pool.frequencies(added.keys()), expected()
    return {term: stored.get(term, 0.0) + prior.get(term, 0.0) + count for term, count in added.items()}


def _node(number: int, article: Features, frequencies: Mapping[int, float], total: float) -> Node:
    terms = vector(article, frequencies, total)
    keys = tuple(islice((term for term in terms if frequencies[term] <= COMMON), KEYS))
    cluster = Cluster(terms=terms, articles=1, crowd=0.0, keys=keys, first_at=article.at, last_at=article.at)
    return Node(number, cluster, [number])


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
        total = pool.total + len(arrivals) + AS_IF_READ
        self.nodes = {number: _node(number, one, frequencies, total) for number, one in arrivals.items()}
        self._reasons: dict[int, tuple[float, str]] = {}
        self._maybe: list[tuple[float, int, int]] = []
        self._into: dict[int, int] = {}
        self._meet(frequencies, pool)

    def _meet(self, frequencies: Mapping[int, float], pool: Pool) -> None:
        """Find each arrival's neighbours, and how alike they are."""
        probes = {
            number: list(islice((term for term in node.terms if 1 < frequencies[term] <= COMMON), PROBES))
            for number, node in self.nodes.items()
        }
        held = {
            key: list(found) for key, found in pool.holding({key for keys in probes.values() for key in keys}).items()
        }
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
            self.nodes[number] = Node(number, cluster)
        for number, others in met.items():
            node = self.nodes[number]
            for other in others:
                if other in self.nodes and other not in node.neighbours and (alike := node.likeness(self.nodes[other])):
                    node.neighbours[other] = alike
                    if other in self.features:
                        self.nodes[other].neighbours[number] = alike
        for number in self.features:
            self._set_crowd(self.nodes[number])

    def _set_crowd(self, node: Node) -> None:
        nearest: dict[int, float] = {}
        for number, alike in node.neighbours.items():
            other = self.node(number).number
            if other != node.number:
                nearest[other] = max(alike, nearest.get(other, 0.0))
        own = sum(nlargest(NEIGHBOURS, nearest.values())) / NEIGHBOURS
        node.crowd = (node.known_crowd + own * len(node.arrivals)) / node.articles

    def node(self, number: int) -> Node:
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
                self._merge(*sorted((one, two), key=lambda node: (not node.stories, node.number)))

    def _score(self, one: Node, two: Node, alike: float) -> float:
        crowds = (max(LEAST_CROWD, min(node.crowd, MOST_CROWD)) for node in (one, two))
        return alike / math.sqrt(math.prod(crowds))

    def _are_apart(self, one: Node, two: Node) -> bool:
        return any(frozenset((a, b)) in self.apart for a in one.stories for b in two.stories)

    def _merge(self, into: Node, other: Node) -> None:
        score, reason = into.likeness(other), self._reason(into, other)
        for number in (*into.arrivals, *other.arrivals):
            self._reasons.setdefault(number, (score, reason))
        if into.stories and other.stories:
            self.merges.append(Merge(into=into.number, story=other.number, score=score, reason=reason))
        into.take_in(other)
        self._into[other.number] = into.number
        self._set_crowd(into)

    def _reason(self, into: Node, other: Node) -> str:
        """Say which words two nodes share, heaviest first, and how far apart they are."""
        words = {
            term: word
            for number in (*into.arrivals, *other.arrivals)
            for term, word in self.features[number].words.items()
        }
        known = into.terms.keys() & other.terms.keys() & words.keys()
        shared = nlargest(3, known, key=lambda term: into.terms[term] * other.terms[term])
        hours = round(gap(into.span, other.span) / timedelta(hours=1))
        said = ", ".join(words[term] for term in shared) or "its heaviest words"
        return f"shares {said}; {hours} h apart" if hours else f"shares {said}"

    def joined(self) -> Iterator[tuple[int, Joined]]:
        for number in self.features:
            story = self.node(number).number
            score, reason = (0.0, "a new story") if story == number else self._reasons[number]
            yield number, Joined(story=story, score=score, reason=reason)

    def related(self) -> Iterator[Related]:
        found: dict[tuple[int, int], float] = {}
        for alike, number, other in sorted(self._maybe):
            one, two = sorted((self.node(number).number, self.node(other).number))
            found[one, two] = alike
        return (Related(story=one, other=two, score=alike) for (one, two), alike in found.items() if one != two)

    def changed(self) -> Iterable[Node]:
        return {node.number: node for number in self.features if (node := self.node(number))}.values()

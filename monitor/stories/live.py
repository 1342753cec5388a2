"""The pool of earlier articles in memory: for `annotate`, and for tests.

It keeps the stories used last, so that its memory is bounded however long a stream is. The store keeps the same in its
tables; this module must not know of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from monitor.stories.clusters import Cluster
from monitor.stories.grouping import Grouping

MOST_STORIES = 50_000
RECENT = 50_000
"""Articles that the frequencies tell of, twice as many at most: then all are halved."""


class LiveStories:
    """A `grouping.Pool` of a stream's own past, and no more."""

    def __init__(self, most: int = MOST_STORIES) -> None:
        self.total = 0.0
        self._most = most
        self._frequencies: dict[int, float] = {}
        self._stories: dict[int, bytes] = {}
        """Used longest ago first."""
        self._keys: dict[int, tuple[int, ...]] = {}
        self._held: defaultdict[int, set[int]] = defaultdict(set)

    def frequencies(self, terms: Collection[int]) -> Mapping[int, float]:
        return {term: self._frequencies[term] for term in terms if term in self._frequencies}

    def holding(self, keys: Collection[int]) -> Mapping[int, Collection[int]]:
        return {key: self._held[key] for key in keys if key in self._held}

    def clusters(self, stories: Collection[int]) -> Mapping[int, Cluster]:
        return {story: Cluster.unpack(self._stories[story]) for story in stories if story in self._stories}

    def add(self, grouping: Grouping) -> None:
        """Keep what a batch changed."""
        self.total += len(grouping.joined)
        for term, count in grouping.frequencies.items():
            self._frequencies[term] = self._frequencies.get(term, 0.0) + count
        if self.total > 2 * RECENT:
            self.total /= 2
            self._frequencies = {term: count / 2 for term, count in self._frequencies.items() if count > 1}
        for merge in grouping.merges:
            self._drop(merge.story)
        for story, cluster in grouping.changed.items():
            self._drop(story)
            self._stories[story] = cluster.pack()
            self._keys[story] = cluster.keys
            for key in cluster.keys:
                self._held[key].add(story)
        while len(self._stories) > self._most:
            self._drop(next(iter(self._stories)))

    def _drop(self, story: int) -> None:
        self._stories.pop(story, None)
        for key in self._keys.pop(story, ()):
            self._held[key].discard(story)
            if not self._held[key]:
                del self._held[key]

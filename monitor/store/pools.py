"""What arriving articles are compared with: sketches of originals, live stories, frequencies of terms, feeds' habits.

Everything is asked for and written once per batch. Nothing is kept in memory between batches, so that what is known
survives any end of the process, and all who share the database know the same. Old entries go with `forget_old`.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Column, Connection, Table, bindparam, delete, func, insert, select, update

from monitor.store.dialect import among, upsert_into
from monitor.store.tables import ARTICLE, HABIT, SKETCH, SKETCH_KEY, STORY, STORY_KEY, TERM
from monitor.stories import duplicates, grouping
from monitor.stories.boilerplate import Habits
from monitor.stories.clusters import Cluster
from monitor.stories.duplicates import Sketch
from monitor.stories.nodes import SILENT

COPIED_WITHIN = timedelta(days=14)
"""Wire copy is printed within days; the same words a month later are a reprint, and news of their own."""

_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
_ARTICLES = 0
_MOST_HALVINGS = 1000.0
"""A clock that is decades ahead must not stop a poll."""
_LEAST_WEIGHT = 0.2
"""A term that stood in one article two half-lives ago is as good as unknown."""
_PART = 500


# --- feeds' habits ---


def habits(db: Connection, feed: str) -> Habits:
    content = db.scalar(select(HABIT.c.content).where(HABIT.c.feed == feed))
    return Habits() if content is None else Habits.unpack(content)


def save_habits(db: Connection, feed: str, habits: Habits) -> None:
    upsert = upsert_into(db, HABIT).values(feed=feed, content=habits.pack())
    db.execute(upsert.on_conflict_do_update(index_elements=["feed"], set_={"content": upsert.excluded.content}))


# --- originals ---


class Originals(duplicates.Pool):
    """The stored articles that are nobody's copy."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def holding(self, keys: Collection[int]) -> dict[int, list[int]]:
        return _grouped(self._db, SKETCH_KEY.c.key, SKETCH_KEY.c.article, keys)

    def sketches(self, articles: Collection[int]) -> dict[int, Sketch]:
        rows = self._db.execute(select(SKETCH).where(among(self._db, SKETCH.c.article, articles))).all()
        return {article: Sketch.unpack(content) for article, content in rows}


def save_sketches(db: Connection, sketches: Mapping[int, Sketch], keys: Mapping[int, Sequence[int]]) -> None:
    """Keep the sketches of new originals, under the keys by which each is found."""
    _insert_all(db, SKETCH, [{"article": one, "content": sketches[one].pack()} for one in keys])
    _insert_all(db, SKETCH_KEY, [{"key": key, "article": one} for one, of_one in keys.items() for key in set(of_one)])


# --- live stories ---


class LiveStories(grouping.Pool):
    """The stories that articles may still join, and how common terms are."""

    def __init__(self, db: Connection, now: datetime) -> None:
        self._db = db
        self._decay = 1 / _growth(now)
        self._total: float | None = None
        """Comes with the first frequencies."""
        self.seen: dict[int, Cluster] = {}
        """Every cluster that was asked for, as it was."""

    @property
    def total(self) -> float:
        return self._total if self._total is not None else self.frequencies([]).get(_ARTICLES, 0.0)

    def frequencies(self, terms: Collection[int]) -> dict[int, float]:
        asked = TERM.c.term, TERM.c.weight
        rows = self._db.execute(select(*asked).where(among(self._db, TERM.c.term, [*terms, _ARTICLES]))).all()
        found = {term: weight * self._decay for term, weight in rows}
        self._total = found.get(_ARTICLES, 0.0)
        return found

    def holding(self, keys: Collection[int]) -> dict[int, list[int]]:
        return _grouped(self._db, STORY_KEY.c.term, STORY_KEY.c.story, keys)

    def clusters(self, stories: Collection[int]) -> dict[int, Cluster]:
        live = among(self._db, STORY.c.id, stories), STORY.c.cluster.is_not(None)
        rows = self._db.execute(select(STORY.c.id, STORY.c.cluster).where(*live)).all()
        found = {story: Cluster.unpack(packed) for story, packed in rows}
        self.seen |= found
        return found


def count_terms(db: Connection, frequencies: Mapping[int, int], articles: int, now: datetime) -> None:
    """Add in how many of a number of new articles each term stood."""
    if not articles:
        return
    growth = _growth(now)
    counts = {**frequencies, _ARTICLES: articles}
    upsert = upsert_into(db, TERM)
    upsert = upsert.on_conflict_do_update(
        index_elements=["term"], set_={"weight": TERM.c.weight + upsert.excluded.weight}
    )
    db.execute(upsert, [{"term": term, "weight": count * growth} for term, count in counts.items()])


def keep_clusters(db: Connection, clusters: Mapping[int, Cluster], *, before: Mapping[int, Cluster]) -> None:
    """Keep what stories are compared by from now on; ``before`` is what was kept of those among them that are not new.

    Their rows in `story` are there already.
    """
    rows = [{"of_story": story, "packed": cluster.pack()} for story, cluster in clusters.items()]
    if rows:
        db.execute(update(STORY).where(STORY.c.id == bindparam("of_story")).values(cluster=bindparam("packed")), rows)
    kept = {(key, story) for story, cluster in clusters.items() for key in cluster.keys}
    held = {(key, story) for story, cluster in before.items() if story in clusters for key in cluster.keys}
    _delete_keys(db, held - kept)
    _insert_all(db, STORY_KEY, [{"term": key, "story": story} for key, story in kept - held])


def drop_clusters(db: Connection, stories: Collection[int]) -> None:
    """Close stories: no article is compared with them any more."""
    clusters = LiveStories(db, _EPOCH).clusters(stories)
    _delete_keys(db, {(key, story) for story, cluster in clusters.items() for key in cluster.keys})
    db.execute(update(STORY).where(among(db, STORY.c.id, stories)).values(cluster=None))


# --- what is too old to be compared with ---


def forget_old(db: Connection, now: datetime) -> None:
    """Close silent stories, and forget old sketches and terms that stand in no article any more."""
    silent = select(STORY.c.id).where(STORY.c.updated_at < now - SILENT, STORY.c.cluster.is_not(None))
    for part in _parts(list(db.scalars(silent))):
        drop_clusters(db, part)
    first = db.scalar(select(func.min(ARTICLE.c.id)).where(ARTICLE.c.stored_at >= now - COPIED_WITHIN))
    old = select(SKETCH.c.article) if first is None else select(SKETCH.c.article).where(SKETCH.c.article < first)
    for part in _parts(list(db.scalars(old))):
        forget_sketches(db, part)
    db.execute(delete(TERM).where(TERM.c.weight < _LEAST_WEIGHT * _growth(now)))


def forget_sketches(db: Connection, articles: Sequence[int]) -> None:
    keys = [(key, one) for one, kept in Originals(db).sketches(articles).items() for key in duplicates.probes(kept)]
    if keys:
        where = SKETCH_KEY.c.key == bindparam("of_key"), SKETCH_KEY.c.article == bindparam("of_article")
        db.execute(delete(SKETCH_KEY).where(*where), [{"of_key": key, "of_article": one} for key, one in keys])
    db.execute(delete(SKETCH).where(among(db, SKETCH.c.article, articles)))


# --- how ---


def _growth(now: datetime) -> float:
    """Return what an article counts now, against one of the epoch (forward decay, Cormode et al. 2009)."""
    return math.pow(2.0, min((now - _EPOCH) / grouping.HALF_LIFE, _MOST_HALVINGS))


def _grouped(db: Connection, by: Column[int], what: Column[int], keys: Collection[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for key, value in db.execute(select(by, what).where(among(db, by, keys))).all():
        found.setdefault(key, []).append(value)
    return found


def _insert_all(db: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        db.execute(insert(table), rows)


def _delete_keys(db: Connection, keys: Collection[tuple[int, int]]) -> None:
    where = STORY_KEY.c.term == bindparam("of_term"), STORY_KEY.c.story == bindparam("of_story")
    if keys:
        db.execute(delete(STORY_KEY).where(*where), [{"of_term": term, "of_story": story} for term, story in keys])


def _parts(ids: list[int]) -> Iterator[list[int]]:
    return (ids[start : start + _PART] for start in range(0, len(ids), _PART))

"""Making again what is derived: what articles say of people and places, and what new ones are compared with.

The articles are gone through in the order in which they came, in the batches in which they came, and grouped as they
were then. What that decides is thrown away: which story an article is in, and whose copy it is, are records, and so are
matches, what is owed and what was told. It is only kept what the decisions leave behind (`store.pools`). Where they
come out otherwise than on record (a person merged or split stories, another version of Dateline decided), the stories
concerned are compared by the articles that they have on record.

Each slice is one transaction. A rebuild that is cut off leaves a notice: until it is run again, from the beginning, the
pools know only a part of the past.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from operator import attrgetter

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from monitor.app import Services
from monitor.model import Notice
from monitor.pipeline.joining import arrival, read_report
from monitor.pipeline.matching import try_again
from monitor.pipeline.poll import SLICE
from monitor.rules.positions import words_of
from monitor.store import derived, notices, polls, pools, stories
from monitor.store.derived import Past
from monitor.stories.assign import Assignment, assign
from monitor.stories.nodes import SILENT

KEY = "rebuild"

RETIRED_EVERY = timedelta(days=1)
"""As by the daemon: the pools must not grow with the archive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    articles: int = 0
    reports: int = 0
    """Revisions that say something of people or places."""
    stories_compared_anew: int = 0
    mended: int = 0
    """Articles that could not be matched when they came, and can be now."""


def rebuild(services: Services, progress: Callable[[int, int], None] = lambda *_: None) -> Rebuilt:
    """Make all derived state again; ``progress`` hears how many articles are done, and of how many.

    No daemon may run meanwhile: `sole_run`.
    """
    store, now = services.store, services.clock.now()
    with store.writing() as db:
        notices.raise_notice(db, _unfinished(now))
        derived.clear_pools(db)
        total = derived.count_articles(db)
    replay, articles, reports, last = _Replay(services), 0, 0, 0
    while True:
        with store.writing() as db:
            past = _whole_batches(derived.articles_after(db, last, SLICE))
            if not past:
                break
            for _, batch in groupby(past, key=attrgetter("batch")):
                replay.take(db, list(batch))
            reports += _read(db, services, past)
        articles, last = articles + len(past), past[-1].stored.id
        progress(articles, total)
    with store.writing() as db:
        doubtful = replay.doubtful(db)
        derived.settle(db, doubtful, now)
        pools.forget_old(db, now)
        notices.end_notice(db, KEY)
    mended = try_again(services)
    return Rebuilt(articles=articles, reports=reports, stories_compared_anew=len(doubtful), mended=mended)


def _unfinished(now: datetime) -> Notice:
    what = "A rebuild of the database was cut off; until it is done, copies and updates may be told as new stories"
    return Notice(key=KEY, what=what, hint="run it again: dateline db rebuild", since_at=now)


def _whole_batches(past: Sequence[Past]) -> Sequence[Past]:
    """Leave a batch for the next slice of which this one may hold but a part; no batch is larger than a slice."""
    whole = [one for one in past if one.batch != past[-1].batch] if len(past) == SLICE else past
    return whole or past


def _read(db: Connection, services: Services, past: Sequence[Past]) -> int:
    """Read what articles say, in each of their revisions; returns in how many they say anything."""
    read = [
        (one.stored.id, number, *read_report(services, article))
        for one in past
        for number, article in enumerate(one.revisions)
    ]
    derived.forget_reports(db, [one.stored.id for one in past])
    stories.save_reports(db, read)
    return sum(any(said) for _, _, *said in read)


class _Replay:
    """Articles on their way into the pools, and what was decided otherwise than on record."""

    def __init__(self, services: Services) -> None:
        self._log = services.log
        self._merged: dict[int, int] = {}
        self._elsewhere: set[tuple[int, int]] = set()
        """The story that an article joined at first, and the one that it is in on record."""
        self._miscounted: set[int] = set()
        """Stories one of whose articles is a copy here, and an original there."""
        self._retired_at = datetime.min.replace(tzinfo=UTC)

    def take(self, db: Connection, batch: Sequence[Past]) -> None:
        """Group a batch as it was grouped when it was stored."""
        now = batch[0].stored.stored_at
        if now - self._retired_at > RETIRED_EVERY:
            pools.forget_old(db, now)
            self._retired_at = now
        try:
            self._group(db, batch, now)
        except SQLAlchemyError:
            raise
        except Exception:
            # One that breaks the grouping is a story of its own, as it was when it came; the others are grouped singly.
            if len(batch) == 1:
                self._log.exception("article could not be grouped", article=batch[0].stored.id)
            for one in batch if len(batch) > 1 else ():
                self.take(db, [one])

    def _group(self, db: Connection, batch: Sequence[Past], now: datetime) -> None:
        feed, live = batch[0].stored.article.feed, pools.LiveStories(db, now)
        first = [(one.stored.id, one.revisions[0], one.same_words_as) for one in batch]
        assigned = assign(
            [arrival(number, article, words_of(article), now, copy_of=copy_of) for number, article, copy_of in first],
            {feed: pools.habits(db, feed)},
            pools.Originals(db),
            live,
            lambda articles: polls.stories_of(db, articles),
            apart=stories.split_apart(db, now - SILENT),
        )
        self._merged |= {one.story: one.into for one in assigned.grouping.merges}
        pools.drop_clusters(db, [one.story for one in assigned.grouping.merges])
        pools.keep_clusters(db, assigned.grouping.changed, before=live.seen)
        pools.count_terms(db, assigned.grouping.frequencies, len(assigned.grouping.joined), now)
        copies = {one.stored.id for one in batch if one.stored.duplicate_of is not None}
        keys = {article: of_one for article, of_one in assigned.keys.items() if article not in copies}
        pools.save_sketches(db, assigned.sketches, keys)
        pools.save_habits(db, feed, assigned.habits[feed])
        for one in batch:
            self._compare(one, assigned)

    def _compare(self, one: Past, assigned: Assignment) -> None:
        story, on_record = assigned.stories[one.stored.id], one.stored.story
        if story != on_record:
            self._elsewhere.add((story, on_record))
        if (one.stored.id in assigned.grouping.joined) != (one.stored.duplicate_of is None):
            self._miscounted.add(on_record)

    def doubtful(self, db: Connection) -> set[int]:
        """Return the stories whose clusters hold other articles than those that are theirs on record."""
        found = self._miscounted
        for story, on_record in self._elsewhere:
            if self._root(story) != on_record:
                found |= {self._root(story), story, on_record}
        for story in derived.not_merged(db, self._merged):
            found |= {story, self._root(story)}
        return found

    def _root(self, story: int) -> int:
        while story in self._merged:
            story = self._merged[story]
        return story

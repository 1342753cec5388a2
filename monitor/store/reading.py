"""Questions that the commands ask about what is stored."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, exists, func, select

from monitor.model import StoredArticle
from monitor.store import pools
from monitor.store.polls import stored_article
from monitor.store.tables import ARTICLE, MATCH, REPORT, REVISION, SET_ASIDE, SIGHTING, STORY

_OTHER = ARTICLE.alias()


def ids_between(db: Connection, from_at: datetime, to_at: datetime) -> range:
    """Return the range of ids in which the articles stored in (from_at, to_at] lie."""
    stored = select(func.min(ARTICLE.c.id), func.max(ARTICLE.c.id)).where(*_stored(from_at, to_at))
    first, last = db.execute(stored).one()
    return range(0) if first is None else range(first, last + 1)


def articles_between(
    db: Connection, ids: range, from_at: datetime, to_at: datetime
) -> list[tuple[StoredArticle, bool]]:
    """Return the articles of a range of ids stored in (from_at, to_at], and whether they are news to anyone."""
    chunk = ARTICLE.c.id >= ids.start, ARTICLE.c.id < ids.stop
    rows = db.execute(select(ARTICLE).where(*chunk, *_stored(from_at, to_at)).order_by(ARTICLE.c.id))
    return [(stored_article(row), row["owed"]) for row in rows.mappings()]


def _stored(from_at: datetime, to_at: datetime) -> tuple[ColumnElement[bool], ...]:
    return ARTICLE.c.stored_at > from_at, ARTICLE.c.stored_at <= to_at


def articles_per_feed(db: Connection) -> dict[str, int]:
    """Count the articles that each feed has shown, copies and shared ones included."""
    rows = db.execute(select(SIGHTING.c.feed, func.count(func.distinct(SIGHTING.c.article))).group_by(SIGHTING.c.feed))
    return {row[0]: row[1] for row in rows}


def forget_unmatched(db: Connection, before: datetime) -> int:
    """Delete articles stored before then that no rule matched, with their revisions, and stories that end up empty.

    Their sightings stay: a feed that still serves such an article must not bring it back as news.
    """
    ids = select(ARTICLE.c.id).where(
        func.coalesce(ARTICLE.c.revised_at, ARTICLE.c.stored_at) < before,
        ~exists().where(MATCH.c.article == ARTICLE.c.id),
    )
    forgotten = list(db.scalars(ids))
    for start in range(0, len(forgotten), 500):
        part = forgotten[start : start + 500]
        others = exists().where(_OTHER.c.story == ARTICLE.c.story, _OTHER.c.id.not_in(part))
        alone = list(db.scalars(select(ARTICLE.c.story).where(ARTICLE.c.id.in_(part), ~others).distinct()))
        pools.drop_clusters(db, alone)
        pools.forget_sketches(db, part)
        for table in (REVISION, REPORT, SET_ASIDE):
            db.execute(delete(table).where(table.c.article.in_(part)))
        db.execute(delete(ARTICLE).where(ARTICLE.c.id.in_(part)))
        db.execute(delete(STORY).where(STORY.c.id.in_(alone)))
    return len(forgotten)

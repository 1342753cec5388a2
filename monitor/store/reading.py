"""Questions that the commands ask: what is stored, and what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, exists, func, select

from monitor.model import StoredArticle
from monitor.store.polls import stored_article
from monitor.store.tables import ARTICLE, DELIVERY, MATCH, OWED, REVISION, SIGHTING


def article(db: Connection, number: int) -> StoredArticle | None:
    row = db.execute(select(ARTICLE).where(ARTICLE.c.id == number)).mappings().first()
    return None if row is None else stored_article(row)


def article_life(db: Connection, number: int) -> dict[str, Any]:
    """Return what became of a stored article, stage by stage, as plain values."""
    stored = db.execute(select(ARTICLE).where(ARTICLE.c.id == number)).mappings().one()
    told = (
        select(
            OWED.c.subscription, OWED.c.kind, OWED.c.owed_at, OWED.c.digest, DELIVERY.c.destination, DELIVERY.c.state
        )
        .add_columns(DELIVERY.c.sent_at, DELIVERY.c.error)
        .outerjoin(DELIVERY, DELIVERY.c.digest == OWED.c.digest)
        .where(OWED.c.article == number)
        .order_by(OWED.c.id, DELIVERY.c.id)
    )
    return {
        "stored_at": stored["stored_at"],
        "reason": stored["reason"],
        "owed": stored["owed"],
        "seen_in": [dict(row) for row in _rows(db, select(SIGHTING.c.feed, SIGHTING.c.seen_at), SIGHTING, number)],
        "duplicate_of": stored["duplicate_of"],
        "copies": list(db.scalars(select(ARTICLE.c.id).where(ARTICLE.c.duplicate_of == number))),
        "revisions": [
            dict(row)
            for row in _rows(db, select(REVISION.c.number, REVISION.c.title, REVISION.c.replaced_at), REVISION, number)
        ],
        "told": [dict(row) for row in db.execute(told).mappings()],
    }


def _rows(db: Connection, query: Any, table: Any, number: int) -> Any:
    return db.execute(query.where(table.c.article == number)).mappings()


def articles_per_feed(db: Connection) -> dict[str, int]:
    """Count the articles that each feed has shown, copies and shared ones included."""
    rows = db.execute(select(SIGHTING.c.feed, func.count(func.distinct(SIGHTING.c.article))).group_by(SIGHTING.c.feed))
    return {row[0]: row[1] for row in rows}


def forget_unmatched(db: Connection, before: datetime) -> int:
    """Delete articles stored before then that no rule matched, with their revisions.

    Their sightings stay: a feed that still serves such an article must not bring it back as news.
    """
    ids = select(ARTICLE.c.id).where(
        func.coalesce(ARTICLE.c.revised_at, ARTICLE.c.stored_at) < before,
        ~exists().where(MATCH.c.article == ARTICLE.c.id),
    )
    forgotten = list(db.scalars(ids))
    for start in range(0, len(forgotten), 500):
        part = forgotten[start : start + 500]
        db.execute(delete(REVISION).where(REVISION.c.article.in_(part)))
        db.execute(delete(ARTICLE).where(ARTICLE.c.id.in_(part)))
    return len(forgotten)

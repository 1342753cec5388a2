"""Articles on which the program failed: stored, but without matches, until another program or other rules try again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, func, select

from monitor.store.dialect import among, upsert_into
from monitor.store.tables import SET_ASIDE


def put(db: Connection, reasons: Mapping[int, str], *, tried_with: str, now: datetime) -> None:
    """Set articles aside, each with what went wrong; ``tried_with`` names the program and rules that failed."""
    rows = [
        {"article": article, "reason": reason, "tried_with": tried_with, "since_at": now}
        for article, reason in reasons.items()
    ]
    if rows:
        new = upsert_into(db, SET_ASIDE)
        latest = {name: new.excluded[name] for name in ("reason", "tried_with")}
        db.execute(new.on_conflict_do_update(index_elements=["article"], set_=latest), rows)


def take_back(db: Connection, articles: Collection[int]) -> None:
    """Forget that anything was wrong with these."""
    if articles:
        db.execute(delete(SET_ASIDE).where(among(db, SET_ASIDE.c.article, articles)))


def waiting(db: Connection, *, tried_with: str) -> list[int]:
    """Return the articles on which only another program or other rules than these failed."""
    return list(db.scalars(select(SET_ASIDE.c.article).where(SET_ASIDE.c.tried_with != tried_with)))


def reason_of(db: Connection, article: int) -> str | None:
    """Return what went wrong with an article; None where nothing did."""
    reason: str | None = db.scalar(select(SET_ASIDE.c.reason).where(SET_ASIDE.c.article == article))
    return reason


def counted(db: Connection) -> tuple[int, datetime | None]:
    """Return how many articles are set aside, and since when the first of them."""
    count, since = db.execute(select(func.count(), func.min(SET_ASIDE.c.since_at))).one()
    return count, since

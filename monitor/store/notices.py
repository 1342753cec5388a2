"""What the operator should know, from the moment it is noticed until it is over, and whether he was told."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, RowMapping, and_, delete, func, or_, select, update

from monitor.model import Notice
from monitor.store.dialect import upsert_into
from monitor.store.tables import DIGEST, NOTICE

OPERATOR = "operator"
"""The subscription of the messages to the operator."""
RULES = "rules/"
"""How the keys of notices about rejected rule files begin; what is wrong with them follows."""
ARTICLES = "articles/set-aside"
"""The key of the notice about articles on which the program failed."""

_LASTS = NOTICE.c.over.is_(None)


def raise_notice(db: Connection, notice: Notice) -> None:
    """Keep a notice: one for each key, with its latest words and its first time."""
    new = upsert_into(db, NOTICE).values(asdict(notice))
    latest = {"what": notice.what, "hint": notice.hint, "over": None}
    db.execute(new.on_conflict_do_update(index_elements=["key"], set_=latest))


def end_notice(db: Connection, key: str, *, over: str | None = None) -> None:
    """Drop a notice: what it was about is over. Without one nothing happens.

    ``over`` says how it ended, for an operator who was told of it; it is kept until that is said.
    """
    here = NOTICE.c.key == key
    if over is not None:
        db.execute(update(NOTICE).where(here, NOTICE.c.told_at.is_not(None)).values(over=over))
    db.execute(delete(NOTICE).where(here, _LASTS))


def is_told(db: Connection, key: str) -> bool:
    """Tell whether the operator was told of a notice."""
    return bool(db.scalar(select(NOTICE.c.told_at).where(NOTICE.c.key == key)))


def open_notices(db: Connection, family: str = "") -> list[Notice]:
    """Return what is not over, the oldest first; with ``family`` those whose keys begin so."""
    lasting = select(NOTICE).where(_LASTS, NOTICE.c.key.startswith(family, autoescape=True))
    return [_notice(row) for row in db.execute(lasting.order_by(NOTICE.c.since_at, NOTICE.c.key)).mappings()]


def untold(db: Connection) -> tuple[list[Notice], list[str]]:
    """Return what the operator was not told of yet, and how what he was told of ended."""
    news = select(NOTICE).where(or_(NOTICE.c.told_at.is_(None), NOTICE.c.over.is_not(None)))
    rows = list(db.execute(news.order_by(NOTICE.c.since_at, NOTICE.c.key)).mappings())
    return [_notice(row) for row in rows if row["over"] is None], [row["over"] for row in rows if row["over"]]


def mark_told(db: Connection, now: datetime) -> None:
    """Note that the operator was told of all there is; what is over is forgotten."""
    db.execute(delete(NOTICE).where(NOTICE.c.over.is_not(None)))
    db.execute(update(NOTICE).where(NOTICE.c.told_at.is_(None)).values(told_at=now))


def messages_between(db: Connection, subscription: str, since: datetime, now: datetime) -> int:
    """Return how many messages the operator got between two times."""
    lately = and_(DIGEST.c.composed_at > since, DIGEST.c.composed_at <= now)
    return db.scalar(select(func.count()).where(DIGEST.c.subscription == subscription, lately)) or 0


def _notice(row: RowMapping) -> Notice:
    return Notice(key=row["key"], what=row["what"], hint=row["hint"], since_at=row["since_at"])

"""What the operator should know, from the moment it is noticed until it is over."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import Connection, delete, select

from monitor.model import Notice
from monitor.store.dialect import upsert_into
from monitor.store.tables import NOTICE


def raise_notice(db: Connection, notice: Notice) -> None:
    """Keep a notice: one for each key, with its latest words and its first time."""
    new = upsert_into(db, NOTICE).values(asdict(notice))
    db.execute(new.on_conflict_do_update(index_elements=["key"], set_={"what": notice.what, "hint": notice.hint}))


def end_notice(db: Connection, key: str) -> None:
    """Drop a notice: what it was about is over. Without one nothing happens."""
    db.execute(delete(NOTICE).where(NOTICE.c.key == key))


def open_notices(db: Connection) -> list[Notice]:
    """Return what is not over, the oldest first."""
    rows = db.execute(select(NOTICE).order_by(NOTICE.c.since_at, NOTICE.c.key)).mappings()
    return [Notice(**row) for row in rows]

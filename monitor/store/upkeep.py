"""When the chores were last done that keep the database alive."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from monitor.store.dialect import upsert_into
from monitor.store.tables import UPKEEP

BACKUP = "backup"
RETIRED = "retired"


def done_at(db: Connection, name: str) -> datetime | None:
    found: datetime | None = db.scalar(select(UPKEEP.c.done_at).where(UPKEEP.c.name == name))
    return found


def is_due(db: Connection, name: str, every: timedelta, now: datetime) -> bool:
    """Tell whether a chore was not done lately; done in the future, by a clock that was wrong, is not done."""
    last = done_at(db, name)
    return last is None or not now - every < last <= now


def record(db: Connection, name: str, now: datetime) -> None:
    done = upsert_into(db, UPKEEP).values(name=name, done_at=now)
    db.execute(done.on_conflict_do_update(index_elements=["name"], set_={"done_at": now}))

"""Where nothing is sent for now: places that asked to be left alone for a while, and those that refuse everything.

A refusing place is tried again with one message at a time (`digests.sending.PROBE_EVERY`), and once it takes one all of
what was held goes out.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select, update

from monitor.model import Pause
from monitor.store.dialect import upsert_into
from monitor.store.tables import PAUSE

LONGEST = timedelta(hours=25)


def pauses(db: Connection) -> list[Pause]:
    """Return all pauses, also refusals whose next try is due; the oldest first."""
    return [Pause(**row) for row in db.execute(select(PAUSE).order_by(PAUSE.c.since_at, PAUSE.c.place)).mappings()]


def pause(db: Connection, wanted: Pause) -> None:
    """Leave a place alone. Where it refuses already that lasts, and keeps its beginning."""
    new = upsert_into(db, PAUSE).values(asdict(wanted))
    if wanted.refused:
        changed = {"until_at": wanted.until_at, "refused": True, "reason": wanted.reason}
        db.execute(new.on_conflict_do_update(index_elements=["place"], set_=changed))
        return
    longer = {"until_at": wanted.until_at, "reason": wanted.reason}
    where = PAUSE.c.refused.is_(False) & (PAUSE.c.until_at < wanted.until_at)
    db.execute(new.on_conflict_do_update(index_elements=["place"], set_=longer, where=where))


def lift(db: Connection, destination: str) -> list[Pause]:
    """A message arrived at ``destination``: end what kept it from being sent to; returns the refusals among that."""
    over = [one for one in pauses(db) if one.holds(destination)]
    if over:
        db.execute(delete(PAUSE).where(PAUSE.c.place.in_([one.place for one in over])))
    return [one for one in over if one.refused]


def end(db: Connection, place: str) -> None:
    db.execute(delete(PAUSE).where(PAUSE.c.place == place))


def try_again(db: Connection, now: datetime, destination: str | None = None) -> None:
    """Let the next message be tried now: at one destination, or wherever we were refused."""
    due = [one.place for one in pauses(db) if (one.refused if destination is None else one.holds(destination))]
    if due:
        db.execute(update(PAUSE).where(PAUSE.c.place.in_(due), PAUSE.c.until_at > now).values(until_at=now))


def forget_past(db: Connection, now: datetime) -> None:
    """Drop waits that are over."""
    db.execute(delete(PAUSE).where(PAUSE.c.refused.is_(False), PAUSE.c.until_at <= now))


def forget_the_future(db: Connection, now: datetime) -> None:
    """Let be tried what was paused under a clock that has been set back since: no pause is longer than a day."""
    ahead = (PAUSE.c.until_at > now + LONGEST) | (PAUSE.c.since_at > now)
    db.execute(update(PAUSE).where(PAUSE.c.until_at > now, ahead).values(until_at=now))

"""How the feeds stand: when each is polled next, what it was like, what is wrong with it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, or_, select, update

from monitor.model import FeedHealth, FeedState
from monitor.store.dialect import upsert_into
from monitor.store.tables import FEED

_STATE_FIELDS = tuple(field.name for field in fields(FeedState))
_GAPS = ("usual_gap", "longest_gap")


def of(db: Connection, feeds: Collection[str] | None = None) -> dict[str, FeedState]:
    """Return the states of the watched feeds, all of them or those among ``feeds``."""
    watched = select(FEED).where(FEED.c.watched)
    if feeds is not None:
        watched = watched.where(FEED.c.feed.in_(feeds))
    return {row["feed"]: _state(row) for row in db.execute(watched).mappings()}


def get(db: Connection, feed: str) -> FeedState | None:
    row = db.execute(select(FEED).where(FEED.c.feed == feed, FEED.c.watched)).mappings().first()
    return None if row is None else _state(row)


def due(db: Connection, now: datetime, *, limit: int, without: Collection[str] = ()) -> list[FeedState]:
    """Return feeds whose next poll is due, longest overdue first, leaving out those ``without`` names."""
    overdue = (
        select(FEED)
        .where(FEED.c.watched, FEED.c.next_poll_at <= now, FEED.c.feed.not_in(without))
        .order_by(FEED.c.next_poll_at)
        .limit(limit)
    )
    return [_state(row) for row in db.execute(overdue).mappings()]


def troubled(db: Connection) -> list[FeedState]:
    """Return the watched feeds of which there is anything to say to the operator."""
    fails = FEED.c.health.in_((FeedHealth.FAILING, FeedHealth.GONE))
    odd = or_(*(FEED.c[name].is_not(None) for name in ("moved_to", "quiet_since", "unstable_since")))
    return [_state(row) for row in db.execute(select(FEED).where(FEED.c.watched, or_(fails, odd))).mappings()]


def save_all(db: Connection, states: Iterable[FeedState]) -> None:
    rows = [_state_row(state) for state in states]
    if rows:
        statement = upsert_into(db, FEED)
        columns = {name: statement.excluded[name] for name in rows[0] if name != "feed"}
        db.execute(statement.on_conflict_do_update(index_elements=["feed"], set_=columns), rows)


def nothing_can_be_read(db: Connection, *, least: int) -> bool:
    """Tell whether every watched feed fails, and there are at least so many."""
    states = list(db.scalars(select(FEED.c.health).where(FEED.c.watched)))
    return FeedHealth.OK not in states and states.count(FeedHealth.FAILING) >= least


def retry_failing(db: Connection, *, polled_before: datetime, now: datetime) -> None:
    failing = FEED.c.watched, FEED.c.health == FeedHealth.FAILING, FEED.c.last_polled_at <= polled_before
    db.execute(update(FEED).where(*failing, FEED.c.next_poll_at > now).values(next_poll_at=now))


def forget_all_but(db: Connection, feeds: Collection[str]) -> None:
    """Stop watching feeds that the rule files no longer name; their articles and state are kept."""
    db.execute(update(FEED).where(FEED.c.watched, FEED.c.feed.not_in(feeds)).values(watched=False))


def save(db: Connection, state: FeedState) -> None:
    """Record the state of a feed that is being watched."""
    db.execute(update(FEED).where(FEED.c.feed == state.feed), _state_row(state))


def _state(row: RowMapping) -> FeedState:
    values: dict[str, Any] = {name: row[name] for name in _STATE_FIELDS}
    values["health"] = FeedHealth(values["health"])
    for name in _GAPS:
        values[name] = None if values[name] is None else timedelta(seconds=values[name])
    return FeedState(**values)


def _state_row(state: FeedState) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(state, name) for name in _STATE_FIELDS}
    for name in _GAPS:
        values[name] = None if values[name] is None else values[name].total_seconds()
    return values | {"watched": True}

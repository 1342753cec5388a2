"""How things stand, in numbers, read in one go: a handful of questions that an index answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, exists, func, or_, select

from monitor.digests.sending import CHANNELS, FAILURES, LATE
from monitor.model import DeliveryState, FeedHealth
from monitor.store import outbox, upkeep
from monitor.store.notices import OPERATOR, RULES
from monitor.store.tables import DELIVERY, FEED, NOTICE, PAUSE

LATE_POLL = timedelta(minutes=5)
LATE_DELIVERY = timedelta(minutes=10)
UNHEARD = timedelta(hours=1)
"""So long something may be wrong with a channel before the operator has heard of it."""

_LOOKED_AT = 100
"""Overdue feeds that are looked at: where the most overdue ones are not late, none is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the database says at one moment."""

    deliveries: Mapping[DeliveryState, int]
    oldest_pending_at: datetime | None
    """When the delivery was made that has been waiting longest, for whatever reason."""
    unsent_since: datetime | None
    """Since when a delivery could have been sent that nobody has sent, if that is too long."""
    feeds: Mapping[FeedHealth, int]
    quiet: int
    unstable: int
    most_overdue_at: datetime | None
    """When the feed was due whose poll is most overdue; may lie ahead."""
    unpolled_since: datetime | None
    """Since when a feed is due that nobody polls, if that is too long."""
    unheard_since: datetime | None
    """Since when the operator should know what reaches him on no way, if that is too long."""
    notices: int
    rules_refused: bool
    paused: int
    backup_at: datetime | None


def read_standing(db: Connection, now: datetime) -> Standing:
    feeds = db.execute(
        select(
            FEED.c.health,
            func.count().label("feeds"),
            func.count(FEED.c.quiet_since).label("quiet"),
            func.count(FEED.c.unstable_since).label("unstable"),
            func.min(FEED.c.next_poll_at).label("due_at"),
        )
        .where(FEED.c.watched)
        .group_by(FEED.c.health)
    ).all()
    pending = DELIVERY.c.state == DeliveryState.PENDING
    raised = list(db.scalars(select(NOTICE.c.key).where(NOTICE.c.over.is_(None))))
    return Standing(
        deliveries=outbox.count_states(db),
        oldest_pending_at=db.scalar(select(func.min(DELIVERY.c.created_at)).where(pending)),
        unsent_since=_unsent_since(db, now),
        feeds={FeedHealth(row.health): row.feeds for row in feeds},
        quiet=sum(row.quiet for row in feeds),
        unstable=sum(row.unstable for row in feeds),
        most_overdue_at=min((row.due_at for row in feeds if row.due_at), default=None),
        unpolled_since=_unpolled_since(db, now),
        unheard_since=_unheard_since(db, now),
        notices=len(raised),
        rules_refused=any(key.startswith(RULES) for key in raised),
        paused=db.scalar(select(func.count()).select_from(PAUSE)) or 0,
        backup_at=upkeep.done_at(db, upkeep.BACKUP),
    )


def _unpolled_since(db: Connection, now: datetime) -> datetime | None:
    """A feed is late by its own measure: five minutes, and once more the time that lay between its polls."""
    overdue = (
        select(FEED.c.next_poll_at, FEED.c.last_polled_at)
        .where(FEED.c.watched, FEED.c.next_poll_at < now - LATE_POLL)
        .order_by(FEED.c.next_poll_at)
        .limit(_LOOKED_AT)
    )
    due_at: datetime
    for due_at, polled_at in db.execute(overdue):
        if now - due_at > LATE_POLL + (max(due_at - polled_at, timedelta(0)) if polled_at else timedelta(0)):
            return due_at
    return None


def _unsent_since(db: Connection, now: datetime) -> datetime | None:
    """A long queue is none of the sender's fault: it stands still only where nothing was claimed for as long."""
    if not outbox.any_due(db, now - LATE_DELIVERY):
        return None
    claimed_at: datetime | None = db.scalar(select(func.max(DELIVERY.c.claimed_at)).where(DELIVERY.c.claimed_at <= now))
    if claimed_at and now - claimed_at <= LATE_DELIVERY:
        return None
    since: datetime | None = db.scalar(
        select(func.min(DELIVERY.c.next_attempt_at)).where(DELIVERY.c.state == DeliveryState.PENDING)
    )
    return since


def _unheard_since(db: Connection, now: datetime) -> datetime | None:
    """Of what is wrong with channels: not told for want of an operator in the rule files, or on its way to him."""
    before, lasts = now - UNHEARD, NOTICE.c.over.is_(None)
    of_channels = or_(*(NOTICE.c.key.startswith(family) for family in (CHANNELS, FAILURES, LATE)))
    untold: datetime | None = db.scalar(
        select(func.min(NOTICE.c.since_at)).where(of_channels, lasts, NOTICE.c.told_at.is_(None))
    )
    arrived = DELIVERY.alias()
    waits = DELIVERY.c.state.in_((DeliveryState.PENDING, DeliveryState.CLAIMED, DeliveryState.HELD))
    by_another_way = exists().where(arrived.c.digest == DELIVERY.c.digest, arrived.c.state == DeliveryState.SENT)
    on_its_way: datetime | None = db.scalar(
        select(func.min(DELIVERY.c.created_at)).where(DELIVERY.c.subscription == OPERATOR, waits, ~by_another_way)
    )
    return min((at for at in (untold, on_its_way) if at and at < before), default=None)

"""Recipients who unsubscribed. The rule files stay the operator's; who left is kept here, and wins over them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, exists, or_, select

from monitor.model import DeliveryState
from monitor.store.dialect import upsert_into
from monitor.store.tables import DELIVERY, DIGEST, LEAVER

_WAITING = (DeliveryState.PENDING, DeliveryState.HELD, DeliveryState.UNKNOWN, DeliveryState.FAILED)
"""What may still be sent, by itself or by the operator."""


def leave(db: Connection, subscription: str, destination: str, now: datetime) -> bool:
    """Take a recipient off a subscription: what waits to be sent there is dropped; False for one who had left before.

    What is being sent just now cannot be called back; should it fail, `drop_waiting` keeps it from being tried again.
    """
    row = {"subscription": subscription, "destination": destination, "left_at": now}
    added = db.execute(upsert_into(db, LEAVER).values(row).on_conflict_do_nothing())
    drop_waiting(db)
    return added.rowcount == 1


def drop_waiting(db: Connection) -> None:
    """Drop whatever waits to be sent to somebody who left."""
    gone = exists().where(
        LEAVER.c.subscription == DELIVERY.c.subscription, LEAVER.c.destination == DELIVERY.c.destination
    )
    db.execute(delete(DELIVERY).where(DELIVERY.c.state.in_(_WAITING), gone))


def come_back(db: Connection, subscription: str, destination: str) -> bool:
    """Put a recipient back, from the next message on; False for one who had not left."""
    here = LEAVER.c.subscription == subscription, LEAVER.c.destination == destination
    return db.execute(delete(LEAVER).where(*here)).rowcount == 1


def is_known(db: Connection, subscription: str, destination: str) -> bool:
    """Tell whether a subscription was ever sent to a destination, is about to be, or was left by it."""
    digests = select(DIGEST.c.id).where(DIGEST.c.subscription == subscription)
    sent = exists().where(DELIVERY.c.digest.in_(digests), DELIVERY.c.destination == destination)
    has_left = exists().where(LEAVER.c.subscription == subscription, LEAVER.c.destination == destination)
    return bool(db.scalar(select(or_(has_left, sent))))


def left(db: Connection) -> dict[tuple[str, str], datetime]:
    """Return who has left, as subscription and destination, and since when."""
    rows = db.execute(select(LEAVER).order_by(LEAVER.c.left_at, LEAVER.c.subscription, LEAVER.c.destination))
    return {(row.subscription, row.destination): row.left_at for row in rows}


def follow(db: Connection, destinations: Mapping[str, Collection[str]]) -> list[tuple[str, str]]:
    """Forget leavers whom their subscription names no more, given its destinations; returns who was forgotten.

    So an operator puts somebody back: by taking the address out of `to:`, and in again. A subscription that is gone as
    a whole may be back in a moment (its file is being replaced), and who left it has still left it.
    """
    gone = [
        (subscription, destination)
        for subscription, destination in left(db)
        if subscription in destinations and destination not in destinations[subscription]
    ]
    for subscription, destination in gone:
        come_back(db, subscription, destination)
    return gone

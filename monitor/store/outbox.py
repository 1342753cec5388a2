"""What is on its way: messages from the moment they are owed to a channel until it has taken them.

A delivery goes pending → claimed → sent | failed | unknown. It is claimed, durably, before anything is sent, and marked
sent only after the channel said so. ``held`` waits for a channel that has no settings yet. What continues an alert
waits until that has arrived or is known never to, and goes into its thread.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    RowMapping,
    Select,
    and_,
    case,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from monitor.digests.sending import Verdict
from monitor.model import Delivery, DeliveryState, Digest, EmailMessage, FolderMessage, Message, SlackMessage
from monitor.store.tables import DELIVERY, DIGEST

_MESSAGES: dict[str, type[Message]] = {"slack": SlackMessage, "email": EmailMessage, "folder": FolderMessage}


def enqueue(
    db: Connection, digest: Digest, destination: str, messages: Sequence[Message], *, now: datetime, held: str | None
) -> None:
    """Put the parts of one message into the outbox; ``held`` is why they cannot go out yet.

    Where the digest continues an alert they go into its thread (see ``root_of``), if it has one there; without one
    there is nothing to edit, and an edit is left out.
    """
    root = root_of(db, digest.continues, destination) if digest.continues else None
    messages = [message for message in messages if root is not None or not _edits(message)]
    if not messages:
        return
    db.execute(
        insert(DELIVERY),
        [
            {
                "key": f"{digest.id}/{destination}/{part}",
                "digest": digest.id,
                "subscription": digest.subscription,
                "destination": destination,
                "part": part,
                "parts": len(messages),
                "root": root,
                "edits": _edits(message),
                "payload": json.dumps({"kind": _kind(message)} | asdict(message), ensure_ascii=False),
                "state": DeliveryState.HELD if held else DeliveryState.PENDING,
                "created_at": now,
                "next_attempt_at": now,
                "error": f"undeliverable: {held}" if held else None,
            }
            for part, message in enumerate(messages)
        ],
    )


def root_of(db: Connection, alert: str, destination: str) -> int | None:
    """Return the delivery that begins the thread of an alert at a destination: its first message that got there, or
    still may. Where the alert itself never did, that is one of those that continue it."""
    thread = select(DIGEST.c.id).where(or_(DIGEST.c.id == alert, DIGEST.c.continues == alert))
    first = DELIVERY.c.digest.in_(thread), DELIVERY.c.destination == destination, DELIVERY.c.part == 0
    began = select(DELIVERY.c.id).where(*first, ~DELIVERY.c.edits, ~_is_given_up(DELIVERY))
    found: int | None = db.scalar(began.order_by(DELIVERY.c.id).limit(1))
    return found


def count_replies(db: Connection, alert: str) -> int:
    """Return how many alerts were told in the threads of one; those are left out that only edited it."""
    replies = select(DIGEST.c.id).where(DIGEST.c.continues == alert)
    told = select(func.count(DELIVERY.c.digest.distinct())).where(DELIVERY.c.digest.in_(replies), ~DELIVERY.c.edits)
    return db.scalar(told) or 0


def _is_given_up(delivery: FromClause) -> ColumnElement[bool]:
    """Tell whether a delivery did not arrive and is not tried any more, or nobody can say."""
    columns = delivery.c
    return or_(columns.state == DeliveryState.FAILED, and_(columns.state == DeliveryState.UNKNOWN, columns.repeats > 0))


def _edits(message: Message) -> bool:
    return isinstance(message, SlackMessage) and message.edits


def claim(db: Connection, now: datetime, *, limit: int, pace: timedelta) -> list[Delivery]:
    """Claim due deliveries, the oldest of each destination; the claim is durable once this transaction commits.

    ``pace``: the least time between two messages to one Slack destination.
    """
    _drop_outdated(db)
    ids = list(db.scalars(_due(now, pace=pace).limit(limit)))
    if not ids:
        return []
    db.execute(
        update(DELIVERY)
        .where(DELIVERY.c.id.in_(ids), DELIVERY.c.state == DeliveryState.PENDING)
        .values(state=DeliveryState.CLAIMED, claimed_at=now, attempts=DELIVERY.c.attempts + 1)
    )
    claimed = []
    for number in ids:
        try:
            claimed += deliveries(db, ids=[number])
        except (ValueError, KeyError, TypeError, StopIteration) as error:
            # One message that cannot be read must not hold up the others.
            reason = f"its stored message cannot be read: {type(error).__name__}"
            db.execute(update(DELIVERY).where(DELIVERY.c.id == number).values(state=DeliveryState.FAILED, error=reason))
    return claimed


def _drop_outdated(db: Connection) -> None:
    """Drop edits that a newer one of the same message has made untrue, and those of messages that never arrived."""
    newer, root = DELIVERY.alias(), DELIVERY.alias()
    outdated = exists().where(newer.c.root == DELIVERY.c.root, newer.c.edits, newer.c.id > DELIVERY.c.id)
    pointless = exists().where(root.c.id == DELIVERY.c.root, _is_given_up(root))
    waiting = DELIVERY.c.state.in_(set(DeliveryState) - {DeliveryState.CLAIMED, DeliveryState.SENT})
    db.execute(delete(DELIVERY).where(waiting, DELIVERY.c.edits, or_(outdated, pointless)))


def _due(now: datetime, *, pace: timedelta) -> Select[int]:
    """Select the oldest due delivery of each destination that is neither sending nor, on Slack, has just been sent to.

    Parts go one after the other: the next only when the one before it has arrived. What continues a thread waits until
    its first message arrived, or is given up.
    """
    other, before, root = DELIVERY.alias(), DELIVERY.alias(), DELIVERY.alias()
    just_sent = and_(
        other.c.state == DeliveryState.SENT,
        other.c.sent_at > now - pace,
        other.c.sent_at <= now,  # a clock that was set back must not hold the channel up
        other.c.destination.like("slack:%"),
    )
    taken = exists().where(
        other.c.destination == DELIVERY.c.destination, or_(other.c.state == DeliveryState.CLAIMED, just_sent)
    )
    part_before = exists().where(
        before.c.digest == DELIVERY.c.digest,
        before.c.destination == DELIVERY.c.destination,
        before.c.part == DELIVERY.c.part - 1,
        before.c.state == DeliveryState.SENT,
    )
    on_its_way = root.c.state.in_((DeliveryState.PENDING, DeliveryState.CLAIMED, DeliveryState.HELD))
    in_doubt = and_(root.c.state == DeliveryState.UNKNOWN, root.c.repeats == 0)
    root_ahead = exists().where(root.c.id == DELIVERY.c.root, or_(on_its_way, in_doubt))
    return (
        select(func.min(DELIVERY.c.id))
        .where(
            DELIVERY.c.state == DeliveryState.PENDING,
            DELIVERY.c.next_attempt_at <= now,
            ~taken,
            ~root_ahead,
            or_(DELIVERY.c.part == 0, DELIVERY.c.edits, part_before),
        )
        .group_by(DELIVERY.c.destination)
    )


def deliveries(
    db: Connection,
    *,
    ids: Collection[int] | None = None,
    states: Collection[DeliveryState] = (),
    limit: int = 1000,
) -> list[Delivery]:
    """Return deliveries, oldest first."""
    first, root = DELIVERY.alias(), DELIVERY.alias()
    own = (
        select(first.c.receipt)
        .where(first.c.digest == DELIVERY.c.digest, first.c.destination == DELIVERY.c.destination, first.c.part == 0)
        .where(DELIVERY.c.part > 0)
        .scalar_subquery()
    )
    of_root = select(root.c.receipt).where(root.c.id == DELIVERY.c.root).scalar_subquery()
    thread = case((DELIVERY.c.edits, of_root), else_=func.coalesce(of_root, own))
    query = select(DELIVERY, thread.label("thread")).order_by(DELIVERY.c.id).limit(limit)
    if ids is not None:
        query = query.where(DELIVERY.c.id.in_(ids))
    if states:
        query = query.where(DELIVERY.c.state.in_(states))
    return [_delivery(row) for row in db.execute(query).mappings()]


def doubtful(db: Connection, now: datetime) -> list[Delivery]:
    """Return deliveries of unknown outcome that may be asked about now and were not repeated yet."""
    ids: Select[int] = select(DELIVERY.c.id).where(
        DELIVERY.c.state == DeliveryState.UNKNOWN, DELIVERY.c.next_attempt_at <= now, DELIVERY.c.repeats == 0
    )
    return deliveries(db, ids=list(db.scalars(ids)))


def forget_the_future(db: Connection, now: datetime) -> None:
    """Make due what was planned under a clock that has been set back since: no wait is longer than a day."""
    planned = DELIVERY.c.state.in_((DeliveryState.PENDING, DeliveryState.UNKNOWN))
    far = DELIVERY.c.next_attempt_at > now + timedelta(hours=25)
    db.execute(update(DELIVERY).where(planned, far).values(next_attempt_at=now))


def any_due(db: Connection, now: datetime) -> bool:
    """Tell whether a delivery could be claimed now, but for its destination's pace."""
    return bool(db.execute(_due(now, pace=timedelta(0)).limit(1)).first())


def record_sent(db: Connection, delivery: Delivery, receipt: str, now: datetime) -> None:
    _record(db, delivery, state=DeliveryState.SENT, sent_at=now, receipt=receipt, error=None)


def record_verdict(db: Connection, delivery: Delivery, verdict: Verdict) -> None:
    """Record what becomes of a delivery, and with it of those that depend on it.

    One that goes nowhere any more takes the parts that would have followed in its thread along; a channel's wish to be
    left alone for a while holds for everything addressed there.
    """
    _record(db, delivery, state=verdict.state, error=verdict.reason, next_attempt_at=verdict.next_attempt_at)
    here = DELIVERY.c.destination == delivery.destination
    if delivery.part + 1 < delivery.parts and _goes_nowhere(db, delivery, verdict):
        of_digest = DELIVERY.c.digest == delivery.digest
        later = and_(here, of_digest, DELIVERY.c.part > delivery.part, ~DELIVERY.c.edits)
        reason = f"part {delivery.part + 1} of {delivery.parts}: {verdict.reason}"
        db.execute(update(DELIVERY).where(later).values(state=DeliveryState.FAILED, error=reason))
    if verdict.whole_destination:
        waiting = and_(
            here, DELIVERY.c.state == DeliveryState.PENDING, DELIVERY.c.next_attempt_at < verdict.next_attempt_at
        )
        db.execute(update(DELIVERY).where(waiting).values(next_attempt_at=verdict.next_attempt_at))


def _goes_nowhere(db: Connection, delivery: Delivery, verdict: Verdict) -> bool:
    if verdict.state == DeliveryState.UNKNOWN:
        return bool(db.scalar(select(DELIVERY.c.repeats).where(DELIVERY.c.id == delivery.id)))
    return verdict.state == DeliveryState.FAILED


def record_repeat(db: Connection, delivery: Delivery, *, now: datetime) -> bool:
    """Let a delivery of unknown outcome be sent once more; False where it was repeated already and stays unknown."""
    result = db.execute(
        update(DELIVERY)
        .where(DELIVERY.c.id == delivery.id, DELIVERY.c.repeats == 0)
        .values(state=DeliveryState.PENDING, repeats=1, next_attempt_at=now)
    )
    return result.rowcount == 1


def _record(db: Connection, delivery: Delivery, **values: Any) -> None:
    db.execute(update(DELIVERY).where(DELIVERY.c.id == delivery.id).values(**values))


def abandon_claims(db: Connection, ask_at: datetime) -> int:
    """Mark what a process that is no more had claimed: it may have been sent, so the channel is asked first."""
    abandoned = update(DELIVERY).where(DELIVERY.c.state == DeliveryState.CLAIMED)
    values = {
        "state": DeliveryState.UNKNOWN,
        "next_attempt_at": ask_at,
        "error": "the program stopped while this was being sent",
    }
    return db.execute(abandoned.values(**values)).rowcount


def count_states(db: Connection) -> dict[DeliveryState, int]:
    rows = db.execute(select(DELIVERY.c.state, func.count()).group_by(DELIVERY.c.state))
    return {DeliveryState(state): count for state, count in rows}


def oldest(db: Connection, states: Iterable[DeliveryState]) -> list[tuple[DeliveryState, str | None, datetime, int]]:
    """Return the deliveries of these states by their reason: state, error, when the oldest was made, how many.

    Their messages are not read: one that cannot be must not keep an operator from seeing it.
    """
    alike = DELIVERY.c.state, DELIVERY.c.error
    rows = db.execute(
        select(*alike, func.min(DELIVERY.c.created_at), func.count())
        .where(DELIVERY.c.state.in_(tuple(states)))
        .group_by(*alike)
        .order_by(func.min(DELIVERY.c.id))
    )
    return [(DeliveryState(state), error, since, count) for state, error, since, count in rows]


def retry(db: Connection, number: int, now: datetime) -> bool:
    """Make a delivery that is going nowhere pending again, with the parts behind it; False where there is none."""
    stuck = DELIVERY.c.state.in_((DeliveryState.FAILED, DeliveryState.HELD, DeliveryState.UNKNOWN))
    found = db.execute(select(DELIVERY).where(DELIVERY.c.id == number, stuck)).mappings().first()
    if found is None:
        return False
    message = and_(
        DELIVERY.c.digest == found["digest"],
        DELIVERY.c.destination == found["destination"],
        DELIVERY.c.part >= found["part"],
        stuck,
    )
    db.execute(update(DELIVERY).where(message).values(state=DeliveryState.PENDING, next_attempt_at=now, repeats=0))
    return True


def _delivery(row: RowMapping) -> Delivery:
    payload = json.loads(row["payload"])
    kind = payload.pop("kind")
    if kind == "slack":
        payload |= {name: tuple(payload.get(name, ())) for name in ("blocks", "plain_blocks")}
    return Delivery(
        id=row["id"],
        key=row["key"],
        digest=row["digest"],
        subscription=row["subscription"],
        destination=row["destination"],
        part=row["part"],
        parts=row["parts"],
        message=_MESSAGES[kind](**payload),
        state=DeliveryState(row["state"]),
        attempts=row["attempts"],
        created_at=row["created_at"],
        next_attempt_at=row["next_attempt_at"],
        thread=row["thread"],
        receipt=row["receipt"],
        error=row["error"],
    )


def _kind(message: Message) -> str:
    return next(kind for kind, type_ in _MESSAGES.items() if isinstance(message, type_))

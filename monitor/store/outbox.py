"""What is on its way: messages from the moment they are owed to a channel until it has taken them.

A delivery goes pending → claimed → sent | failed | unknown. It is claimed, durably, before anything is sent, and marked
sent only after the channel said so. ``held`` waits for a channel that has no settings yet, or refuses everything (see
`store.pauses`). What continues an alert waits until that has arrived or is known never to, and goes into its thread.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

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
    true,
    union_all,
    update,
)

from monitor.digests.sending import ASK_AFTER, UNSET
from monitor.model import Delivery, DeliveryState, Digest, EmailMessage, FolderMessage, Message, SlackMessage
from monitor.store.pauses import pauses
from monitor.store.tables import DELIVERY, DIGEST

_MESSAGES: dict[str, type[Message]] = {"slack": SlackMessage, "email": EmailMessage, "folder": FolderMessage}


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    deliveries: list[Delivery]
    unreadable: dict[str, str]
    """Where messages were to go that cannot be sent, and why."""


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
    why = UNSET + held if held else _refusal_at(db, destination)
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
                "state": DeliveryState.HELD if why else DeliveryState.PENDING,
                "created_at": now,
                "next_attempt_at": now,
                "error": why,
            }
            for part, message in enumerate(messages)
        ],
    )


def _refusal_at(db: Connection, destination: str) -> str | None:
    """Return what a place says that refuses everything."""
    return next((one.reason for one in pauses(db) if one.refused and one.holds(destination)), None)


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


def claim(db: Connection, now: datetime, *, limit: int, pace: timedelta, within: timedelta) -> Claimed:
    """Claim due deliveries, the oldest of each destination; the claim is durable once this transaction commits.

    ``pace``: the least time between two messages to one Slack destination. ``within``: how long whoever claims has to
    record an outcome.
    """
    _drop_outdated(db)
    ids = list(db.scalars(_due(db, now, pace=pace).limit(limit)))
    if not ids:
        return Claimed(deliveries=[], unreadable={})
    db.execute(
        update(DELIVERY)
        .where(DELIVERY.c.id.in_(ids), DELIVERY.c.state == DeliveryState.PENDING)
        .values(
            state=DeliveryState.CLAIMED,
            claimed_at=now,
            deadline_at=now + within,
            attempts=DELIVERY.c.attempts + 1,
        )
    )
    claimed = Claimed(deliveries=[], unreadable={})
    for number in ids:
        try:
            claimed.deliveries.extend(deliveries(db, ids=[number]))
        except (ValueError, KeyError, TypeError, StopIteration) as error:
            # One message that cannot be read must not hold up the others.
            reason = f"its stored message cannot be read: {type(error).__name__}"
            claimed.unreadable[_give_up(db, number, reason)] = reason
    return claimed


def _give_up(db: Connection, number: int, reason: str) -> str:
    """Let a delivery fail with the parts behind it; returns where it was to go."""
    one = db.execute(select(DELIVERY.c.digest, DELIVERY.c.destination, DELIVERY.c.part).filter_by(id=number)).one()
    message = DELIVERY.c.digest == one.digest, DELIVERY.c.destination == one.destination
    lost = update(DELIVERY).where(*message, DELIVERY.c.part >= one.part)
    db.execute(lost.values(state=DeliveryState.FAILED, error=reason))
    return str(one.destination)


def _drop_outdated(db: Connection) -> None:
    """Drop edits that a newer one of the same message has made untrue, and those of messages that never arrived."""
    newer, root = DELIVERY.alias(), DELIVERY.alias()
    outdated = exists().where(newer.c.root == DELIVERY.c.root, newer.c.edits, newer.c.id > DELIVERY.c.id)
    pointless = exists().where(root.c.id == DELIVERY.c.root, _is_given_up(root))
    waiting = DELIVERY.c.state.in_(set(DeliveryState) - {DeliveryState.CLAIMED, DeliveryState.SENT})
    db.execute(delete(DELIVERY).where(waiting, DELIVERY.c.edits, or_(outdated, pointless)))


def _due(db: Connection, now: datetime, *, pace: timedelta) -> Select[int]:
    """Select the oldest due delivery of each destination that is neither sending, paused nor, on Slack, just sent to.

    Parts go one after the other: the next only when the one before it has arrived. What continues a thread waits until
    its first message arrived, or is given up.
    """
    before, root = DELIVERY.alias(), DELIVERY.alias()
    sending = select(DELIVERY.c.destination).where(DELIVERY.c.state == DeliveryState.CLAIMED)
    to_slack = DELIVERY.c.destination.like("slack:%")
    just_sent = select(DELIVERY.c.destination).where(
        to_slack,
        DELIVERY.c.state == DeliveryState.SENT,
        DELIVERY.c.sent_at > now - pace,
        DELIVERY.c.sent_at <= now,  # a clock that was set back must not hold the channel up
    )
    perhaps_sent = select(DELIVERY.c.destination).where(
        to_slack,
        DELIVERY.c.state == DeliveryState.UNKNOWN,
        DELIVERY.c.next_attempt_at > now + ASK_AFTER - pace,
        DELIVERY.c.next_attempt_at <= now + ASK_AFTER,
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
            ~or_(*(is_at(one.place) for one in pauses(db) if one.until_at > now), ~true()),
            # Asked for all at once: for each that waits, it would be looked for among all that was ever sent.
            DELIVERY.c.destination.not_in(union_all(sending, just_sent, perhaps_sent)),
            ~root_ahead,
            or_(DELIVERY.c.part == 0, DELIVERY.c.edits, part_before),
        )
        .group_by(DELIVERY.c.destination)
    )


def waits_for(db: Connection, place: str) -> bool:
    """Tell whether anything is still to be sent to a place, or may be."""
    waiting = set(DeliveryState) - {DeliveryState.SENT, DeliveryState.FAILED}
    return bool(db.scalar(select(exists().where(is_at(place), DELIVERY.c.state.in_(waiting)))))


def is_at(place: str) -> ColumnElement[bool]:
    """Tell whether a delivery goes to a place: a destination, or a scheme with all of its destinations."""
    if ":" in place:
        return DELIVERY.c.destination == place
    return DELIVERY.c.destination.startswith(f"{place}:", autoescape=True)


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
    """Return deliveries of unknown outcome that may be asked about now and were not repeated yet.

    Where the message is in doubt in whose thread they would stand, that comes first: they are not found elsewhere.
    """
    ahead = DELIVERY.alias()
    thread = or_(
        ahead.c.id == DELIVERY.c.root,
        and_(
            ahead.c.digest == DELIVERY.c.digest,
            ahead.c.destination == DELIVERY.c.destination,
            ahead.c.part == 0,
            DELIVERY.c.part > 0,
        ),
    )
    waits = exists().where(thread, ahead.c.state == DeliveryState.UNKNOWN, ahead.c.repeats == 0)
    ids: Select[int] = select(DELIVERY.c.id).where(
        DELIVERY.c.state == DeliveryState.UNKNOWN, DELIVERY.c.next_attempt_at <= now, DELIVERY.c.repeats == 0, ~waits
    )
    return deliveries(db, ids=list(db.scalars(ids)))


def any_due(db: Connection, now: datetime) -> bool:
    """Tell whether a delivery could be claimed now, but for its destination's pace."""
    return bool(db.execute(_due(db, now, pace=timedelta(0)).limit(1)).first())


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

"""What is on its way: messages from the moment they are owed to a channel until it has taken them.

A delivery goes pending → claimed → sent | failed | unknown. It is claimed, durably, before anything is sent, and marked
sent only after the channel said so. ``held`` waits for a channel that has no settings yet, or refuses everything (see
`store.pauses`). What continues an alert waits until that has arrived or is known never to, and goes into its thread.
"""

from __future__ import annotations

import json
from collections import Counter
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
from monitor.store.dialect import among
from monitor.store.pauses import pauses
from monitor.store.tables import DELIVERY, DIGEST

_MESSAGES: dict[str, type[Message]] = {"slack": SlackMessage, "email": EmailMessage, "folder": FolderMessage}
_LISTED = 1000
_ASKED = 1000
"""In one round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    deliveries: list[Delivery]
    unreadable: dict[str, str]
    """Where messages were to go that cannot be read and were given up, and why."""


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


def claim(
    db: Connection, now: datetime, *, limit: int, pace: timedelta, within: timedelta, sending: Collection[int] = ()
) -> Picked:
    """Claim due deliveries, the oldest of each destination; the claim is durable once this transaction commits.

    ``limit``: how many are sent at once to each kind of channel, ``sending`` included; one that does not answer holds
    up no other. ``pace``: the least time between two messages to one Slack destination. ``within``: how long whoever
    claims has to record an outcome.
    """
    _drop_outdated(db)
    busy = db.scalars(select(DELIVERY.c.destination).where(DELIVERY.c.id.in_(sending)))
    under_way = Counter(map(_kind_of, busy))
    ids = []
    for number, destination in db.execute(_due(db, now, pace=pace)):
        kind = _kind_of(destination)
        if under_way[kind] < limit:
            under_way[kind] += 1
            ids.append(number)
    if not ids:
        return Picked(deliveries=[], unreadable={})
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
    return _read(db, ids)


def _kind_of(destination: str) -> str:
    return destination.partition(":")[0]


def _read(db: Connection, ids: Collection[int]) -> Picked:
    """Read deliveries; one whose message cannot be read is given up, and must not hold up the others."""
    picked = Picked(deliveries=[], unreadable={})
    for row in _rows(db, DELIVERY.c.id.in_(ids)):
        try:
            picked.deliveries.append(_delivery(row))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            picked.unreadable[row["destination"]] = f"its stored message cannot be read: {type(error).__name__}"
            give_up(db, [row["id"]], picked.unreadable[row["destination"]])
    return picked


def give_up(db: Connection, ids: Collection[int], reason: str) -> None:
    """Let deliveries fail, with the parts that wait behind them."""
    lost = update(DELIVERY).where(among(db, DELIVERY.c.id, ids))
    db.execute(lost.values(state=DeliveryState.FAILED, error=reason))
    give_up_behind(db, ids, reason)


def give_up_behind(db: Connection, ids: Collection[int], reason: str) -> None:
    """Let the parts fail that wait behind parts of which nothing is to be expected any more."""
    lost = DELIVERY.alias()
    behind = exists().where(
        among(db, lost.c.id, ids),
        lost.c.digest == DELIVERY.c.digest,
        lost.c.destination == DELIVERY.c.destination,
        lost.c.part < DELIVERY.c.part,
    )
    waits = DELIVERY.c.state.in_((DeliveryState.PENDING, DeliveryState.HELD)), DELIVERY.c.part > 0, ~DELIVERY.c.edits
    db.execute(update(DELIVERY).where(*waits, behind).values(state=DeliveryState.FAILED, error=reason))


def _drop_outdated(db: Connection) -> None:
    """Drop edits that a newer one of the same message has made untrue, and those of messages that never arrived."""
    newer, root = DELIVERY.alias(), DELIVERY.alias()
    outdated = exists().where(newer.c.root == DELIVERY.c.root, newer.c.edits, newer.c.id > DELIVERY.c.id)
    pointless = exists().where(root.c.id == DELIVERY.c.root, _is_given_up(root))
    waiting = DELIVERY.c.state.in_(set(DeliveryState) - {DeliveryState.CLAIMED, DeliveryState.SENT})
    db.execute(delete(DELIVERY).where(waiting, DELIVERY.c.edits, or_(outdated, pointless)))


def may_go() -> ColumnElement[bool]:
    """Tell whether nothing has to go before a delivery.

    Parts go one after the other: the next when the one before it has arrived. One that waits behind a part that was
    given up was sent again by hand (see `give_up_behind`). What continues a thread waits until its first message
    arrived, or is given up.
    """
    before, root = DELIVERY.alias(), DELIVERY.alias()
    part_before = exists().where(
        before.c.digest == DELIVERY.c.digest,
        before.c.destination == DELIVERY.c.destination,
        before.c.part == DELIVERY.c.part - 1,
        or_(before.c.state == DeliveryState.SENT, _is_given_up(before)),
    )
    on_its_way = root.c.state.in_((DeliveryState.PENDING, DeliveryState.CLAIMED, DeliveryState.HELD))
    in_doubt = and_(root.c.state == DeliveryState.UNKNOWN, root.c.repeats == 0)
    root_ahead = exists().where(root.c.id == DELIVERY.c.root, or_(on_its_way, in_doubt))
    return and_(~root_ahead, or_(DELIVERY.c.part == 0, DELIVERY.c.edits, part_before))


def _due(db: Connection, now: datetime, *, pace: timedelta) -> Select[int, str]:
    """Select the oldest due delivery of each destination that is neither sending, paused nor, on Slack, just sent to,
    and the destination; where something has been due longest comes first.
    """
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
    return (
        select(func.min(DELIVERY.c.id), DELIVERY.c.destination)
        .where(
            DELIVERY.c.state == DeliveryState.PENDING,
            DELIVERY.c.next_attempt_at <= now,
            ~or_(*(is_at(one.place) for one in pauses(db) if one.until_at > now), ~true()),
            # Asked for all at once: for each that waits, it would be looked for among all that was ever sent.
            DELIVERY.c.destination.not_in(union_all(sending, just_sent, perhaps_sent)),
            may_go(),
        )
        .group_by(DELIVERY.c.destination)
        .order_by(func.min(DELIVERY.c.next_attempt_at), func.min(DELIVERY.c.id))
    )


def waits_for(db: Connection, place: str) -> bool:
    """Tell whether anything is still to be sent to a place, or may be."""
    waiting = set(DeliveryState) - {DeliveryState.SENT, DeliveryState.FAILED}
    return bool(db.scalar(select(exists().where(is_at(place), DELIVERY.c.state.in_(waiting)))))


def is_late(db: Connection, destination: str, written_before: datetime) -> bool:
    """Tell whether a message of that age still waits to be tried again."""
    waits = DELIVERY.c.state == DeliveryState.PENDING, DELIVERY.c.destination == destination
    return bool(db.scalar(select(exists().where(*waits, DELIVERY.c.created_at <= written_before))))


def is_at(place: str) -> ColumnElement[bool]:
    """Tell whether a delivery goes to a place: a destination, or a scheme with all of its destinations."""
    if ":" in place:
        return DELIVERY.c.destination == place
    return DELIVERY.c.destination.startswith(f"{place}:", autoescape=True)


def deliveries(db: Connection, *, states: Collection[DeliveryState] = tuple(DeliveryState)) -> list[Delivery]:
    """Return deliveries, oldest first."""
    return [_delivery(row) for row in _rows(db, DELIVERY.c.state.in_(states))]


def _rows(db: Connection, which: ColumnElement[bool]) -> list[RowMapping]:
    first, root = DELIVERY.alias(), DELIVERY.alias()
    own = (
        select(first.c.receipt)
        .where(first.c.digest == DELIVERY.c.digest, first.c.destination == DELIVERY.c.destination, first.c.part == 0)
        .where(DELIVERY.c.part > 0)
        .scalar_subquery()
    )
    of_root = select(root.c.receipt).where(root.c.id == DELIVERY.c.root).scalar_subquery()
    thread = case((DELIVERY.c.edits, of_root), else_=func.coalesce(of_root, own))
    query = select(DELIVERY, thread.label("thread")).where(which).order_by(DELIVERY.c.id)
    return list(db.execute(query).mappings())


def newest(db: Connection, *, states: Collection[DeliveryState] = ()) -> list[RowMapping]:
    """Return the newest 1,000 deliveries as they are stored but for their messages, which may be unreadable; the oldest
    of them first."""
    query = select(*(column for column in DELIVERY.c if column is not DELIVERY.c.payload))
    if states:
        query = query.where(DELIVERY.c.state.in_(states))
    return list(db.execute(query.order_by(DELIVERY.c.id.desc()).limit(_LISTED)).mappings())[::-1]


def doubtful(db: Connection, now: datetime) -> Picked:
    """Return deliveries of unknown outcome that may be asked about now and were not repeated yet.

    Where the message is in doubt in whose thread they would stand, that comes first: they are not found elsewhere.
    """
    ahead = DELIVERY.alias()
    in_doubt = and_(ahead.c.state == DeliveryState.UNKNOWN, ahead.c.repeats == 0)
    begins = ahead.c.digest == DELIVERY.c.digest, ahead.c.destination == DELIVERY.c.destination, ahead.c.part == 0
    # Each on its own: SQLite has an index for either, and none for both at once.
    waits = or_(
        exists().where(ahead.c.id == DELIVERY.c.root, in_doubt),
        exists().where(*begins, DELIVERY.c.part > 0, in_doubt),
    )
    ids: Select[int] = select(DELIVERY.c.id).where(
        DELIVERY.c.state == DeliveryState.UNKNOWN, DELIVERY.c.next_attempt_at <= now, DELIVERY.c.repeats == 0, ~waits
    )
    return _read(db, list(db.scalars(ids.order_by(DELIVERY.c.id).limit(_ASKED))))


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

"""What became of what was sent, and of what waits: sent, tried again, in doubt, held, given up.

Decisions come from `digests.sending`; `store.outbox` has the deliveries themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select, update

from monitor.digests.sending import GIVE_UP_AFTER, HELD_FOR, UNSET, Verdict
from monitor.model import Delivery, DeliveryState
from monitor.store.outbox import is_at
from monitor.store.pauses import pause, pauses, try_again
from monitor.store.tables import DELIVERY


def record_sent(db: Connection, delivery: Delivery, receipt: str, now: datetime) -> None:
    """Record that a delivery arrived; nothing where it was taken up again since ``delivery`` was read."""
    _record(db, delivery, state=DeliveryState.SENT, sent_at=now, receipt=receipt, error=None)


def record_verdict(db: Connection, delivery: Delivery, verdict: Verdict) -> None:
    """Record what becomes of a delivery, and with it of those that depend on it.

    One that goes nowhere any more takes the parts that would have followed in its thread along; a place that wants to
    be left alone is, and what waits for one that refuses everything is held. Nothing happens where the delivery was
    taken up again since ``delivery`` was read.
    """
    known = _record(db, delivery, state=verdict.state, error=verdict.reason, next_attempt_at=verdict.next_attempt_at)
    if not known:
        return
    here = DELIVERY.c.destination == delivery.destination
    if delivery.part + 1 < delivery.parts and _goes_nowhere(db, delivery, verdict):
        of_digest = DELIVERY.c.digest == delivery.digest
        later = and_(here, of_digest, DELIVERY.c.part > delivery.part, ~DELIVERY.c.edits)
        reason = f"part {delivery.part + 1} of {delivery.parts}: {verdict.reason}"
        db.execute(update(DELIVERY).where(later).values(state=DeliveryState.FAILED, error=reason))
    if verdict.pause is not None:
        pause(db, verdict.pause)
        if verdict.pause.refused:
            waiting = is_at(verdict.pause.place), DELIVERY.c.state == DeliveryState.PENDING
            db.execute(update(DELIVERY).where(*waiting).values(state=DeliveryState.HELD, error=verdict.reason))


def _goes_nowhere(db: Connection, delivery: Delivery, verdict: Verdict) -> bool:
    if verdict.state == DeliveryState.UNKNOWN:
        return bool(db.scalar(select(DELIVERY.c.repeats).where(DELIVERY.c.id == delivery.id)))
    return verdict.state == DeliveryState.FAILED


def record_repeat(db: Connection, delivery: Delivery, *, now: datetime) -> bool:
    """Let a delivery of unknown outcome be sent once more; False where it was repeated already and stays unknown."""
    if db.scalar(select(DELIVERY.c.repeats).where(DELIVERY.c.id == delivery.id)) != 0:
        return False
    return _record(db, delivery, state=DeliveryState.PENDING, repeats=1, next_attempt_at=now)


def _record(db: Connection, delivery: Delivery, **values: Any) -> bool:
    """Change a delivery as whoever read it left it: the operator may have had it sent again in the meantime.

    A claim that was doubted for want of an outcome is still the claim of who brings one.
    """
    states = {delivery.state, DeliveryState.UNKNOWN}
    unchanged = DELIVERY.c.id == delivery.id, DELIVERY.c.attempts == delivery.attempts, DELIVERY.c.state.in_(states)
    return db.execute(update(DELIVERY).where(*unchanged).values(**values)).rowcount == 1


def abandon_claims(db: Connection, ask_at: datetime) -> int:
    """Mark what a process that is no more had claimed: it may have been sent, so the channel is asked first."""
    return _abandon(db, ask_at, "the program stopped while this was being sent")


def abandon_overdue(db: Connection, now: datetime, ask_at: datetime, *, but: Collection[int]) -> int:
    """Mark claims past their deadline in the same way, ``but`` those that are being sent at this moment."""
    overdue = DELIVERY.c.deadline_at < now, DELIVERY.c.id.not_in(but)
    return _abandon(db, ask_at, "nobody recorded what became of it", *overdue)


def _abandon(db: Connection, ask_at: datetime, error: str, *which: ColumnElement[bool]) -> int:
    abandoned = update(DELIVERY).where(DELIVERY.c.state == DeliveryState.CLAIMED, *which)
    values = {"state": DeliveryState.UNKNOWN, "next_attempt_at": ask_at, "error": error}
    count = db.execute(abandoned.values(**values)).rowcount
    if count:
        _fail_behind_unknown(db)
    return count


def _fail_behind_unknown(db: Connection) -> None:
    """Let parts fail that wait for one before them of which nobody will ever know: it was repeated once already."""
    before = DELIVERY.alias()
    same_message = before.c.digest == DELIVERY.c.digest, before.c.destination == DELIVERY.c.destination
    never = exists().where(
        *same_message,
        before.c.part < DELIVERY.c.part,
        ~before.c.edits,
        before.c.state == DeliveryState.UNKNOWN,
        before.c.repeats > 0,
    )
    waits = DELIVERY.c.state == DeliveryState.PENDING, DELIVERY.c.part > 0, ~DELIVERY.c.edits
    reason = "the part before it may have arrived or not"
    db.execute(update(DELIVERY).where(*waits, never).values(state=DeliveryState.FAILED, error=reason))


def ask_later(db: Connection, destination: str, at: datetime) -> None:
    """Leave everything at a destination in doubt until then: it could not be asked."""
    doubtful = DELIVERY.c.state == DeliveryState.UNKNOWN, DELIVERY.c.destination == destination
    db.execute(update(DELIVERY).where(*doubtful, DELIVERY.c.next_attempt_at < at).values(next_attempt_at=at))


def release_held(db: Connection, now: datetime, *, missing: Callable[[str], str | None]) -> dict[str, str]:
    """Let go out what nothing keeps back any more, and give up what waited too long for it.

    ``missing`` returns what must be set before anything can be sent to a destination. A place that refuses everything
    is tried with one delivery when that is due. Returns the destinations for which something was given up, and why.
    """
    held = DELIVERY.c.state == DeliveryState.HELD
    refusals = [one for one in pauses(db) if one.refused]
    given_up = {}
    for destination in db.scalars(select(DELIVERY.c.destination).where(held).distinct()).all():
        here = and_(held, DELIVERY.c.destination == destination)
        lacking = missing(destination)
        unset = DELIVERY.c.error.startswith(UNSET)
        for longest, why in ((HELD_FOR, unset), (GIVE_UP_AFTER, ~unset)):
            old = and_(here, why, DELIVERY.c.created_at < now - longest)
            reason = db.scalar(select(DELIVERY.c.error).where(old).limit(1))
            if reason is not None:
                given_up[destination] = f"held for over {longest // timedelta(hours=1)} h: {reason}"
                values = {"state": DeliveryState.FAILED, "error": given_up[destination]}
                db.execute(update(DELIVERY).where(old).values(values))
        if lacking is not None:
            db.execute(update(DELIVERY).where(here).values(error=UNSET + lacking))
        elif not any(one.holds(destination) for one in refusals):
            released = {"state": DeliveryState.PENDING, "next_attempt_at": now, "error": None}
            db.execute(update(DELIVERY).where(here).values(released))
    for one in refusals:
        if one.until_at <= now:
            _probe(db, one.place, now)
    return given_up


def _probe(db: Connection, place: str, now: datetime) -> None:
    """Let the oldest delivery that waits for a place be tried, unless another is on its way there."""
    under_way = (DeliveryState.PENDING, DeliveryState.CLAIMED)
    if db.execute(select(DELIVERY.c.id).where(is_at(place), DELIVERY.c.state.in_(under_way)).limit(1)).first():
        return
    oldest = select(func.min(DELIVERY.c.id)).where(is_at(place), DELIVERY.c.state == DeliveryState.HELD)
    probe = update(DELIVERY).where(DELIVERY.c.id == oldest.scalar_subquery())
    db.execute(probe.values(state=DeliveryState.PENDING, next_attempt_at=now))


def forget_the_future(db: Connection, now: datetime) -> None:
    """Make due what was planned under a clock that has been set back since.

    It was made or tried in the future, or waits longer than a day, as nothing does.
    """
    planned = DELIVERY.c.state.in_((DeliveryState.PENDING, DeliveryState.UNKNOWN)), DELIVERY.c.next_attempt_at > now
    far = DELIVERY.c.next_attempt_at > now + timedelta(hours=25)
    ahead = or_(far, DELIVERY.c.created_at > now, DELIVERY.c.claimed_at > now)
    db.execute(update(DELIVERY).where(*planned, ahead).values(next_attempt_at=now))


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
    try_again(db, now, found["destination"])
    return True

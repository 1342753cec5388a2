"""What became of what was sent, and of what waits: sent, tried again, in doubt, held, given up.

Decisions come from `digests.sending`; `store.outbox` has the deliveries themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, false, func, or_, select, update

from monitor.digests.sending import GIVE_UP_AFTER, HELD_FOR, UNSET, Verdict
from monitor.model import Delivery, DeliveryState, Pause
from monitor.store.outbox import give_up, give_up_behind, is_at, may_go
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
    if delivery.part + 1 < delivery.parts and _goes_nowhere(db, delivery, verdict):
        give_up_behind(db, [delivery.id], f"part {delivery.part + 1} of {delivery.parts}: {verdict.reason}")
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
    abandoned = and_(DELIVERY.c.state == DeliveryState.CLAIMED, *which)
    # Of what was repeated once already nobody will ever know.
    if lost := db.scalars(select(DELIVERY.c.id).where(abandoned, DELIVERY.c.repeats > 0)).all():
        give_up_behind(db, lost, "the part before it may have arrived or not")
    values = {"state": DeliveryState.UNKNOWN, "next_attempt_at": ask_at, "error": error}
    return db.execute(update(DELIVERY).where(abandoned).values(**values)).rowcount


def ask_later(db: Connection, delivery: Delivery, at: datetime, *, alone: bool = False) -> None:
    """Leave everything at a delivery's destination in doubt until then: it could not be asked. ``alone``: only this."""
    which = DELIVERY.c.id == delivery.id if alone else DELIVERY.c.destination == delivery.destination
    doubtful = DELIVERY.c.state == DeliveryState.UNKNOWN, which
    db.execute(update(DELIVERY).where(*doubtful, DELIVERY.c.next_attempt_at < at).values(next_attempt_at=at))


def release_held(db: Connection, now: datetime, *, missing: Callable[[str], str | None]) -> dict[str, str]:
    """Let go out what nothing keeps back any more, and give up what waited too long for it.

    ``missing`` returns what must be set before anything can be sent to a destination. A place that refuses everything
    is tried with one delivery when that is due. Returns the destinations for which something was given up, and why.
    """
    held = DELIVERY.c.state == DeliveryState.HELD
    known = pauses(db)
    refusals = [one for one in known if one.refused]
    given_up = {}
    for destination in db.scalars(select(DELIVERY.c.destination).where(held).distinct()).all():
        here = and_(held, DELIVERY.c.destination == destination)
        lacking = missing(destination)
        unset = DELIVERY.c.error.startswith(UNSET)
        for longest, why in ((HELD_FOR, unset), (GIVE_UP_AFTER, ~unset)):
            old = and_(here, why, DELIVERY.c.created_at < now - longest)
            lost = {one.id: one.error for one in db.execute(select(DELIVERY.c.id, DELIVERY.c.error).where(old))}
            if lost:
                reason = next(iter(lost.values()))
                given_up[destination] = f"held for over {longest // timedelta(hours=1)} h: {reason}"
                give_up(db, list(lost), given_up[destination])
        if lacking is not None:
            db.execute(update(DELIVERY).where(here).values(error=UNSET + lacking))
        elif not any(one.holds(destination) for one in refusals):
            released = {"state": DeliveryState.PENDING, "next_attempt_at": now, "error": None}
            db.execute(update(DELIVERY).where(here).values(released))
    for one in refusals:
        if one.until_at <= now and missing(one.place) is None:
            _probe(db, one.place, known, now)
    return given_up


def _probe(db: Connection, place: str, known: Iterable[Pause], now: datetime) -> None:
    """Let one delivery be tried that can go to a place now, unless one is on its way: the oldest of the destination
    whose oldest was tried longest ago, so that no single one decides about all.

    A destination that refuses by itself says nothing of its whole channel, which is tried with another.
    """
    others = [one.place for one in known if one.place != place and (":" in one.place or one.until_at > now)]
    can_go = and_(is_at(place), ~or_(false(), *map(is_at, others)), may_go())
    tried_now = and_(DELIVERY.c.state == DeliveryState.PENDING, DELIVERY.c.next_attempt_at <= now)
    if db.scalar(select(exists().where(can_go, or_(DELIVERY.c.state == DeliveryState.CLAIMED, tried_now)))):
        return
    held = DELIVERY.c.state == DeliveryState.HELD
    heads = select(func.min(DELIVERY.c.id)).where(can_go, held).group_by(DELIVERY.c.destination)
    longest_ago = DELIVERY.c.claimed_at.nulls_first(), DELIVERY.c.id
    probe = select(DELIVERY.c.id).where(DELIVERY.c.id.in_(heads)).order_by(*longest_ago).limit(1)
    released = update(DELIVERY).where(DELIVERY.c.id == probe.scalar_subquery())
    db.execute(released.values(state=DeliveryState.PENDING, next_attempt_at=now))


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

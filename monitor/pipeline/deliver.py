"""Delivering: claim → send → record, and settling what stayed in doubt."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection

from monitor.app import Services
from monitor.digests import sending
from monitor.errors import DamagedError, DeliveryError, StoreError
from monitor.model import Asked, Delivery, DeliveryState, Receipt
from monitor.pipeline.counts import Counts
from monitor.pipeline.operating import tell_operator
from monitor.store import leavers, notices, outbox, outcomes, pauses

SENDS_AT_ONCE = 8
"""To each kind of channel."""

RECORD_AGAIN = (1.0, *[5.0] * 120)
"""Seconds between tries to record an outcome; the database itself waits for a lock before each."""

SEND_WITHIN = timedelta(minutes=2)
"""A channel that takes longer is left: whether the message arrived is asked later."""

CLAIMED_FOR = timedelta(minutes=15)
"""Sending and recording what came of it take less (`RECORD_AGAIN`); a claim that is older was forgotten."""

SLACK_PACE = timedelta(seconds=1)
"""Slack takes about one message a second and channel (its rate limit page for chat.postMessage)."""


async def deliver(services: Services) -> Counts:
    """Send what is due, at most one message per destination."""
    claimed = await claim_due(services)
    return sum(await asyncio.gather(*(send(services, delivery) for delivery in claimed)), Counts())


async def deliver_all(services: Services) -> Counts:
    """Send until nothing is due any more."""
    counts = Counts()
    while await services.in_store(lambda: _any_due(services)):
        sent = await deliver(services)
        counts += sent
        if sent == Counts():  # what is left waits for its channel's pace
            await services.clock.sleep(SLACK_PACE.total_seconds())
    return counts


async def claim_due(services: Services) -> list[Delivery]:
    """Claim due deliveries, one per destination and as many as each kind of channel has room for beside those that are
    being sent; durable when this returns, over a power cut too."""
    sending_now = tuple(services.sending)

    def claim() -> list[Delivery]:
        with services.store.writing(durable=True) as db:
            leavers.drop_waiting(db)  # of who left while a mail to them was being sent, which then failed
            pauses.forget_past(db, now := services.clock.now())
            claimed = outbox.claim(
                db, now, limit=SENDS_AT_ONCE, sending=sending_now, pace=SLACK_PACE, within=CLAIMED_FOR
            )
            return _readable(db, services, claimed, now)

    return await services.in_store(claim)


def _readable(db: Connection, services: Services, picked: outbox.Picked, now: datetime) -> list[Delivery]:
    for destination, reason in picked.unreadable.items():
        tell_operator(db, services, sending.failure_notice(destination, reason, now))
    return picked.deliveries


async def send(services: Services, delivery: Delivery) -> Counts:
    """Send one claimed delivery and record what became of it."""
    services.sending.add(delivery.id)
    try:
        return await _send(services, delivery)
    finally:
        services.sending.discard(delivery.id)


async def _send(services: Services, delivery: Delivery) -> Counts:
    if missing := services.channels.missing(delivery.destination):  # its settings were taken away meanwhile
        return await _record_verdict(services, delivery, sending.without_setup(missing, services.clock.now()))
    try:
        async with asyncio.timeout(SEND_WITHIN.total_seconds()):
            receipt = await services.channels.send(delivery)
    except DeliveryError as error:
        failure = error
    except TimeoutError:
        failure = DeliveryError(f"no answer within {SEND_WITHIN.total_seconds():g} s", ambiguous=True)
    except Exception as error:
        # The one broad net of sending: one broken message must not stop the others. It may have gone out.
        services.log.exception("sending broke", delivery=delivery.key)
        failure = DeliveryError(f"unexpected {type(error).__name__}", ambiguous=True)
    else:
        await _keep(services, lambda db: _record_sent(db, services, delivery, receipt))
        services.log.info("sent", delivery=delivery.key, attempt=delivery.attempts)
        services.metrics.attempted(delivery, DeliveryState.SENT)
        return Counts.of_delivery(DeliveryState.SENT)
    return await _record_verdict(services, delivery, sending.after_failure(delivery, failure, services.clock.now()))


def _record_sent(db: Connection, services: Services, delivery: Delivery, receipt: Receipt) -> None:
    now, place = services.clock.now(), delivery.destination
    outcomes.record_sent(db, delivery, receipt.reference, now)
    if refusals := pauses.lift(db, place):
        _release_held(db, services, now)
    for refusal in refusals:
        notices.end_notice(db, sending.CHANNELS + refusal.place, over=f"{refusal.place} takes messages again")
    if not outbox.is_late(db, place, now - sending.LATE_AFTER):
        notices.end_notice(db, sending.LATE + place, over=f"{place} takes messages again")
    # What was lost has been lost, whatever arrives after it: this is over once it was told.
    if not services.rulebook.rules.operator.to or notices.is_told(db, sending.FAILURES + place):
        notices.end_notice(db, sending.FAILURES + place)


async def _record_verdict(services: Services, delivery: Delivery, verdict: sending.Verdict) -> Counts:
    def record(db: Connection) -> None:
        outcomes.record_verdict(db, delivery, verdict)
        if notice := sending.notice_of(delivery, verdict, services.clock.now()):
            tell_operator(db, services, notice)

    await _keep(services, record)
    services.log.warning("not sent", delivery=delivery.key, state=str(verdict.state), reason=verdict.reason)
    services.metrics.attempted(delivery, verdict.state)
    return Counts.of_delivery(verdict.state)


async def _keep(services: Services, record: Callable[[Connection], None]) -> None:
    """Record an outcome, however long the database is locked: what is known must not become a doubt again.

    A stop while it waits leaves the delivery claimed, which `settle` looks into at the next start.
    """

    def write() -> None:
        with services.store.writing(durable=True) as db:
            record(db)

    for wait in RECORD_AGAIN:
        try:
            await services.in_store(write)
        except DamagedError:
            raise
        except StoreError as error:
            services.log.error("outcome of a delivery not stored yet", error=str(error))
            await services.clock.sleep(wait)
        else:
            return
    await services.in_store(write)


def _any_due(services: Services) -> bool:
    with services.store.reading() as db:
        return outbox.any_due(db, services.clock.now())


def count_held(services: Services) -> Counts:
    """Return how much waits for settings, or for somebody to mend a channel."""
    with services.store.reading() as db:
        return Counts(held=outbox.count_states(db).get(DeliveryState.HELD, 0))


# --- doubt -------------------------------------------------------------------------------------------------------


def abandon_claims(services: Services) -> None:
    """At start: whatever is claimed was being sent by a process that is no more, and who refused us is tried again."""
    with services.store.writing() as db:
        now = services.clock.now()
        outcomes.abandon_claims(db, now + sending.ASK_AFTER)
        pauses.try_again(db, now)


async def settle(services: Services) -> None:
    """Learn what became of messages that may or may not have arrived, and release what was held."""
    sending_now = tuple(services.sending)
    for doubtful in (await services.in_store(lambda: _in_doubt(services, sending_now))).values():
        for delivery in doubtful:
            try:
                answer = await services.channels.ask(delivery)
            except DeliveryError as error:  # still in doubt: asked again, with all that went to the same place
                services.log.warning("could not ask whether it arrived", delivery=delivery.key, reason=str(error))
                wait = max(error.retry_after or sending.ASK_AFTER, sending.LEAST_WAIT)
                await services.in_store(partial(_ask_later, services, delivery, wait))
                break
            except Exception:
                # The one broad net of asking: one broken message must not keep the others in doubt.
                services.log.exception("asking broke", delivery=delivery.key)
                await services.in_store(partial(_ask_later, services, delivery, sending.PROBE_EVERY, alone=True))
                continue
            await services.in_store(partial(_record_answer, services, delivery, answer))


def _in_doubt(services: Services, sending_now: tuple[int, ...]) -> dict[str, list[Delivery]]:
    """Return what is to be asked about now, by its destination."""
    now = services.clock.now()
    with services.store.writing() as db:
        _release_held(db, services, now)
        outcomes.abandon_overdue(db, now, now + sending.ASK_AFTER, but=sending_now)
        found: dict[str, list[Delivery]] = {}
        for delivery in _readable(db, services, outbox.doubtful(db, now), now):
            found.setdefault(delivery.destination, []).append(delivery)
        return found


def _release_held(db: Connection, services: Services, now: datetime) -> None:
    for destination, reason in outcomes.release_held(db, now, missing=services.channels.missing).items():
        tell_operator(db, services, sending.failure_notice(destination, reason, now))


def _ask_later(services: Services, delivery: Delivery, wait: timedelta, *, alone: bool = False) -> None:
    with services.store.writing() as db:
        outcomes.ask_later(db, delivery, services.clock.now() + wait, alone=alone)


def _record_answer(services: Services, delivery: Delivery, answer: Receipt | Asked) -> None:
    now = services.clock.now()
    with services.store.writing() as db:
        match answer:
            case Receipt(reference=reference):  # says nothing of whether the channel takes anything now
                outcomes.record_sent(db, delivery, reference, now)
            case Asked.ABSENT:
                outcomes.record_verdict(db, delivery, sending.not_arrived(delivery, now))
            case Asked.CANNOT_TELL:
                outcomes.record_repeat(db, delivery, now=now)
    services.log.warning("asked whether it arrived", delivery=delivery.key, answer=str(answer))

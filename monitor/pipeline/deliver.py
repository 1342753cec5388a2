"""Delivering: claim → send → record, and settling what stayed in doubt."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection

from monitor.app import Services
from monitor.digests import sending
from monitor.errors import DeliveryError, StoreError
from monitor.model import Asked, Delivery, DeliveryState, Receipt
from monitor.pipeline.counts import Counts
from monitor.store import leavers, outbox

AT_ONCE = 8

RECORD_AGAIN = (1.0, *[5.0] * 120)
"""Seconds between tries to record an outcome; the database itself waits for a lock before each."""

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
    held = await services.in_store(lambda: _count_held(services))
    return counts + Counts(held=held)


async def claim_due(services: Services, *, limit: int = AT_ONCE) -> list[Delivery]:
    """Claim due deliveries, one per destination; durable when this returns."""

    def claim() -> list[Delivery]:
        with services.store.writing() as db:
            leavers.drop_waiting(db)  # of who left while a mail to them was being sent, which then failed
            return outbox.claim(db, services.clock.now(), limit=limit, pace=SLACK_PACE)

    return await services.in_store(claim)


async def send(services: Services, delivery: Delivery) -> Counts:
    """Send one claimed delivery and record what became of it."""
    if missing := services.channels.missing(delivery.destination):  # its settings were taken away meanwhile
        return await _record_verdict(services, delivery, sending.after_setup(delivery, missing, services.clock.now()))
    try:
        receipt = await services.channels.send(delivery)
    except DeliveryError as error:
        failure = error
    except Exception as error:
        # The one broad net of sending: one broken message must not stop the others. It may have gone out.
        services.log.exception("sending broke", delivery=delivery.key)
        failure = DeliveryError(f"unexpected {type(error).__name__}", ambiguous=True)
    else:
        now = services.clock.now()
        await _keep(services, lambda db: outbox.record_sent(db, delivery, receipt.reference, now))
        services.log.info("sent", delivery=delivery.key, attempt=delivery.attempts)
        return Counts.of_delivery(DeliveryState.SENT)
    return await _record_verdict(services, delivery, sending.after_failure(delivery, failure, services.clock.now()))


async def _record_verdict(services: Services, delivery: Delivery, verdict: sending.Verdict) -> Counts:
    await _keep(services, lambda db: outbox.record_verdict(db, delivery, verdict))
    services.log.warning("not sent", delivery=delivery.key, state=str(verdict.state), reason=verdict.reason)
    return Counts.of_delivery(verdict.state)


async def _keep(services: Services, record: Callable[[Connection], None]) -> None:
    """Record an outcome, however long the database is locked: what is known must not become a doubt again.

    A stop while it waits leaves the delivery claimed, which `settle` looks into at the next start.
    """

    def write() -> None:
        with services.store.writing() as db:
            record(db)

    for wait in RECORD_AGAIN:
        try:
            await services.in_store(write)
        except StoreError as error:
            services.log.error("outcome of a delivery not stored yet", error=str(error))
            await services.clock.sleep(wait)
        else:
            return
    await services.in_store(write)


def _any_due(services: Services) -> bool:
    with services.store.reading() as db:
        return outbox.any_due(db, services.clock.now())


def _count_held(services: Services) -> int:
    with services.store.reading() as db:
        return outbox.count_states(db).get(DeliveryState.HELD, 0)


# --- doubt -------------------------------------------------------------------------------------------------------


def abandon_claims(services: Services) -> None:
    """At start: whatever is claimed was being sent by a process that is no more."""
    with services.store.writing() as db:
        outbox.abandon_claims(db, services.clock.now() + sending.ASK_AFTER)


async def settle(services: Services) -> None:
    """Learn what became of messages that may or may not have arrived, and release what was held."""
    await services.in_store(lambda: _release_held(services))
    now = services.clock.now()
    for delivery in await services.in_store(lambda: _doubtful(services, now)):
        try:
            answer = await services.channels.ask(delivery)
        except DeliveryError as error:  # still in doubt: asked again the next time
            services.log.warning("could not ask whether it arrived", delivery=delivery.key, reason=str(error))
            continue
        await services.in_store(partial(_record_answer, services, delivery, answer))


def _doubtful(services: Services, now: datetime) -> Sequence[Delivery]:
    with services.store.reading() as db:
        return outbox.doubtful(db, now)


def _record_answer(services: Services, delivery: Delivery, answer: Receipt | Asked) -> None:
    now = services.clock.now()
    with services.store.writing() as db:
        match answer:
            case Receipt(reference=reference):
                outbox.record_sent(db, delivery, reference, now)
            case Asked.ABSENT:
                outbox.record_verdict(db, delivery, sending.not_arrived(delivery, now))
            case Asked.CANNOT_TELL:
                outbox.record_repeat(db, delivery, now=now)
    services.log.warning("asked whether it arrived", delivery=delivery.key, answer=str(answer))


def _release_held(services: Services) -> None:
    now = services.clock.now()
    with services.store.writing() as db:
        for delivery in outbox.deliveries(db, states=[DeliveryState.HELD]):
            missing = services.channels.missing(delivery.destination)
            outbox.record_verdict(db, delivery, sending.after_setup(delivery, missing, now))

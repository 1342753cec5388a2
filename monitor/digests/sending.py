"""What becomes of a delivery after an attempt: tried again, asked about, given up. Pure decisions with their reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.errors import DeliveryError
from monitor.model import Delivery, DeliveryState

RETRY_AFTER = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
"""Waits after the first failed attempts; hourly from there on."""

GIVE_UP_AFTER = timedelta(hours=48)
"""As long as mail servers usually try."""

ASK_AFTER = timedelta(seconds=60)
"""A message that was handed over but not confirmed may still appear in the channel's history for about this long."""

HELD_FOR = timedelta(hours=24)
"""What waited longer for its channel to be set up is no longer news."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    state: DeliveryState
    next_attempt_at: datetime
    reason: str
    whole_destination: bool = False
    """The wait holds for every message to the same destination: the channel asked for it."""


def after_failure(delivery: Delivery, error: DeliveryError, now: datetime) -> Verdict:
    if error.ambiguous:
        return Verdict(
            state=DeliveryState.UNKNOWN, next_attempt_at=now + ASK_AFTER, reason=f"may have arrived: {error}"
        )
    if error.permanent:
        return Verdict(state=DeliveryState.FAILED, next_attempt_at=now, reason=str(error))
    wait = RETRY_AFTER[min(delivery.attempts, len(RETRY_AFTER)) - 1]
    again = now + max(wait, error.retry_after or timedelta(0))
    if again - delivery.created_at > GIVE_UP_AFTER:
        return Verdict(state=DeliveryState.FAILED, next_attempt_at=now, reason=f"given up after 48 h: {error}")
    return Verdict(
        state=DeliveryState.PENDING,
        next_attempt_at=again,
        reason=str(error),
        whole_destination=error.retry_after is not None,
    )


def after_setup(delivery: Delivery, missing: str | None, now: datetime) -> Verdict:
    """Decide about a held delivery, given what its channel still lacks (None: it can be sent now)."""
    if now - delivery.created_at > HELD_FOR:
        return Verdict(state=DeliveryState.FAILED, next_attempt_at=now, reason=f"held for over 24 h: {delivery.error}")
    if missing is not None:
        return Verdict(state=DeliveryState.HELD, next_attempt_at=now, reason=f"undeliverable: {missing}")
    return Verdict(state=DeliveryState.PENDING, next_attempt_at=now, reason="its channel can be reached now")


def not_arrived(delivery: Delivery, now: datetime) -> Verdict:
    """Decide about a message that the channel, asked, does not have: tried again as after any fault."""
    return after_failure(delivery, DeliveryError("the channel says that it did not arrive"), now)

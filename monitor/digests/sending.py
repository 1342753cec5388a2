"""What becomes of a delivery after an attempt: tried again, asked about, held, given up. Pure decisions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.errors import DeliveryError
from monitor.model import Delivery, DeliveryState, Notice, Pause

RETRY_AFTER = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
"""Waits after the first failed attempts; hourly from there on."""

LEAST_WAIT = timedelta(seconds=1)
"""Where a channel says itself when to come again, and says "at once"."""

GIVE_UP_AFTER = timedelta(hours=48)
"""As long as mail servers usually try."""

ASK_AFTER = timedelta(seconds=60)
"""A message that was handed over but not confirmed may still appear in the channel's history for about this long."""

HELD_FOR = timedelta(hours=24)
"""What waited longer for its channel to be set up is no longer news."""

PROBE_EVERY = timedelta(hours=1)
"""How often a place that refuses everything is tried with one message, as passing faults are in the end."""

UNSET = "undeliverable: "
"""How the reason begins for which a delivery waits for a setting; what is missing follows."""

LATE_AFTER = timedelta(hours=1)
"""What passes by itself is usually over by then; a channel that cannot be reached for longer looks like quiet news."""

CHANNELS = "channel/"
"""How the keys of notices about refusing places begin; the place follows."""

LATE = "late/"
"""How the keys of notices about messages that still wait begin; their destination follows."""

FAILURES = "failed/"
"""How the keys of notices about messages that did not arrive begin; their destination follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    state: DeliveryState
    next_attempt_at: datetime
    reason: str
    pause: Pause | None = None
    """What the answer says about everything else that goes to the same place."""


def after_failure(delivery: Delivery, error: DeliveryError, now: datetime) -> Verdict:
    reason = str(error)
    if error.ambiguous:
        return Verdict(
            state=DeliveryState.UNKNOWN, next_attempt_at=now + ASK_AFTER, reason=f"may have arrived: {reason}"
        )
    if error.permanent and error.refuses == "message":
        return Verdict(state=DeliveryState.FAILED, next_attempt_at=now, reason=reason)
    if error.permanent:
        place = delivery.destination if error.refuses == "destination" else delivery.destination.partition(":")[0]
        refusal = Pause(place=place, until_at=now + PROBE_EVERY, refused=True, reason=reason, since_at=now)
        return Verdict(state=DeliveryState.HELD, next_attempt_at=now, reason=reason, pause=refusal)
    wait, rest = RETRY_AFTER[min(max(delivery.attempts, 1), len(RETRY_AFTER)) - 1], None
    if error.retry_after is not None:
        wait = max(error.retry_after, LEAST_WAIT)
        rest = Pause(place=delivery.destination, until_at=now + wait, refused=False, reason=reason, since_at=now)
    if now + wait - delivery.created_at > GIVE_UP_AFTER:
        given_up = f"given up after 48 h: {reason}"
        return Verdict(state=DeliveryState.FAILED, next_attempt_at=now, reason=given_up, pause=rest)
    return Verdict(state=DeliveryState.PENDING, next_attempt_at=now + wait, reason=reason, pause=rest)


def refusal_notice(pause: Pause) -> Notice:
    """Return what the operator is told of a place that refuses everything."""
    kind, _, place = pause.place.partition(":")
    whole = {"slack": "Slack", "email": "The mail server", "folder": "Every folder"}.get(kind, kind)
    what = f"{pause.place} takes nothing" if place else f"{whole} takes nothing from us"
    hint = f"{pause.reason}. What waits is kept for 48 hours; one message is tried every hour and at a start."
    return Notice(key=CHANNELS + pause.place, what=what, hint=hint, since_at=pause.since_at)


def notice_of(delivery: Delivery, verdict: Verdict, now: datetime) -> Notice | None:
    """Return what the operator is to know of a delivery that was not taken; None while it may pass by itself."""
    if verdict.pause is not None and verdict.pause.refused:
        return refusal_notice(verdict.pause)
    if verdict.state == DeliveryState.FAILED:
        return failure_notice(delivery.destination, verdict.reason, now)
    if verdict.state == DeliveryState.PENDING and now - delivery.created_at >= LATE_AFTER:
        what = f"Messages to {delivery.destination} have waited for over an hour"
        hint = f"{verdict.reason}. It is tried again every hour, until 48 hours after each was written."
        return Notice(key=LATE + delivery.destination, what=what, hint=hint, since_at=delivery.created_at)
    return None


def failure_notice(destination: str, reason: str, now: datetime) -> Notice:
    """Return what the operator is told of a destination whose messages do not arrive."""
    what = f"A message to {destination} did not arrive"
    hint = f"{reason}. `dateline deliveries list --state failed` has them all, and `retry` sends one again."
    return Notice(key=FAILURES + destination, what=what, hint=hint, since_at=now)


def without_setup(missing: str, now: datetime) -> Verdict:
    """Decide about a delivery whose channel lacks a setting: it waits for that (see `store.outcomes.release_held`)."""
    return Verdict(state=DeliveryState.HELD, next_attempt_at=now, reason=UNSET + missing)


def not_arrived(delivery: Delivery, now: datetime) -> Verdict:
    """Decide about a message that the channel, asked, does not have: tried again as after any fault."""
    return after_failure(delivery, DeliveryError("the channel says that it did not arrive"), now)

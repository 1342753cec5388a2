"""What becomes of a delivery after an attempt."""

from datetime import UTC, datetime, timedelta

import pytest

from monitor.digests.sending import after_failure, after_setup, not_arrived
from monitor.errors import DeliveryError
from monitor.model import Delivery, DeliveryState, EmailMessage

CREATED = datetime(2026, 11, 22, 7, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def delivery(attempts: int = 1, error: str | None = None) -> Delivery:
    return Delivery(
        id=1,
        key="k",
        digest="d",
        subscription="s",
        destination="email:desk@example.org",
        part=0,
        parts=1,
        message=EmailMessage(subject="s", text="t", html="h"),
        state=DeliveryState.CLAIMED,
        attempts=attempts,
        created_at=CREATED,
        next_attempt_at=CREATED,
        error=error,
    )


@pytest.mark.parametrize(("attempts", "minutes"), [(1, 1), (2, 5), (3, 15), (4, 60), (5, 60), (40, 60)])
def test_passing_faults_are_retried_more_and_more_slowly(attempts: int, minutes: int) -> None:
    verdict = after_failure(delivery(attempts), DeliveryError("busy"), CREATED)
    assert (verdict.state, verdict.next_attempt_at) == (DeliveryState.PENDING, CREATED + minutes * MINUTE)
    assert verdict.reason == "busy"


def test_the_channels_own_wish_is_kept() -> None:
    verdict = after_failure(delivery(), DeliveryError("slow down", retry_after=7 * MINUTE), CREATED)
    assert (verdict.next_attempt_at, verdict.whole_destination) == (CREATED + 7 * MINUTE, True)
    assert not after_failure(delivery(), DeliveryError("busy"), CREATED).whole_destination


def test_it_is_given_up_after_two_days() -> None:
    late = CREATED + timedelta(hours=47, minutes=30)
    assert after_failure(delivery(50), DeliveryError("busy"), late).state == DeliveryState.FAILED
    early = CREATED + timedelta(hours=46, minutes=30)
    assert after_failure(delivery(50), DeliveryError("busy"), early).state == DeliveryState.PENDING


def test_permanent_faults_fail_at_once() -> None:
    verdict = after_failure(delivery(), DeliveryError("no such channel", permanent=True), CREATED)
    assert (verdict.state, verdict.reason) == (DeliveryState.FAILED, "no such channel")


def test_an_ambiguous_fault_is_asked_about_before_anything_is_sent_again() -> None:
    verdict = after_failure(delivery(), DeliveryError("connection lost", ambiguous=True), CREATED)
    assert (verdict.state, verdict.next_attempt_at) == (DeliveryState.UNKNOWN, CREATED + MINUTE)
    assert verdict.reason == "may have arrived: connection lost"


def test_what_did_not_arrive_is_tried_again_as_after_any_fault() -> None:
    verdict = not_arrived(delivery(2), CREATED)
    assert (verdict.state, verdict.next_attempt_at) == (DeliveryState.PENDING, CREATED + 5 * MINUTE)
    assert not_arrived(delivery(50), CREATED + timedelta(hours=48)).state == DeliveryState.FAILED


@pytest.mark.parametrize(
    ("hours", "missing", "state"),
    [
        (1, None, DeliveryState.PENDING),
        (1, "no SLACK_BOT_TOKEN", DeliveryState.HELD),
        (25, None, DeliveryState.FAILED),
        (25, "no SLACK_BOT_TOKEN", DeliveryState.FAILED),
    ],
)
def test_held_messages_go_out_once_their_channel_is_set_up(
    hours: int, missing: str | None, state: DeliveryState
) -> None:
    held = delivery(error="undeliverable: no SLACK_BOT_TOKEN")
    verdict = after_setup(held, missing, CREATED + timedelta(hours=hours))
    assert verdict.state == state
    if state == DeliveryState.HELD:
        assert verdict.reason == "undeliverable: no SLACK_BOT_TOKEN"

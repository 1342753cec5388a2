"""What becomes of a delivery after an attempt."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.digests.sending import after_failure, failure_notice, not_arrived, notice_of, refusal_notice, without_setup
from monitor.errors import DeliveryError, Refused
from monitor.model import Delivery, DeliveryState, EmailMessage, Pause

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
    assert verdict.next_attempt_at == CREATED + 7 * MINUTE
    assert verdict.pause is not None
    assert (verdict.pause.place, verdict.pause.until_at) == ("email:desk@example.org", CREATED + 7 * MINUTE)
    assert not verdict.pause.refused
    assert after_failure(delivery(), DeliveryError("busy"), CREATED).pause is None


@pytest.mark.parametrize(("asked", "waits"), [(0, 1), (1, 1), (20, 20)])
def test_a_channels_wish_is_kept_to_the_second_however_often_it_was_tried(asked: int, waits: int) -> None:
    error = DeliveryError("slow down", retry_after=timedelta(seconds=asked))
    assert after_failure(delivery(9), error, CREATED).next_attempt_at == CREATED + timedelta(seconds=waits)


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


def test_what_lacks_its_settings_is_held() -> None:
    verdict = without_setup("no SLACK_BOT_TOKEN", CREATED)
    assert (verdict.state, verdict.reason) == (DeliveryState.HELD, "undeliverable: no SLACK_BOT_TOKEN")


@pytest.mark.parametrize(
    ("refuses", "place"), [("destination", "email:desk@example.org"), ("channel", "email")], ids=["place", "all"]
)
def test_a_place_that_refuses_everything_is_left_alone_for_an_hour(refuses: Refused, place: str) -> None:
    verdict = after_failure(delivery(), DeliveryError("it said no", permanent=True, refuses=refuses), CREATED)
    assert (verdict.state, verdict.reason) == (DeliveryState.HELD, "it said no")
    until = CREATED + timedelta(hours=1)
    assert verdict.pause == Pause(place=place, until_at=until, refused=True, reason="it said no", since_at=CREATED)
    notice = refusal_notice(verdict.pause)
    assert notice.key == f"channel/{place}"
    assert notice.what == (
        "The mail server takes nothing from us" if refuses == "channel" else f"{place} takes nothing"
    )
    assert notice.hint.startswith("it said no. ")


def test_a_message_that_will_never_arrive_is_told_by_where_it_went() -> None:
    notice = failure_notice("email:desk@example.org", "no such mailbox", CREATED)
    assert notice.key == "failed/email:desk@example.org"
    assert notice.what == "A message to email:desk@example.org did not arrive"
    assert "no such mailbox. `dateline deliveries list" in notice.hint


def test_a_pause_holds_its_destination_or_all_of_a_scheme() -> None:
    whole = Pause(place="slack", until_at=CREATED, refused=True, reason="r", since_at=CREATED)
    one = replace(whole, place="slack:#desk")
    assert [whole.holds(place) for place in ("slack:#desk", "slack:#ops", "email:slack")] == [True, True, False]
    assert [one.holds(place) for place in ("slack:#desk", "slack:#ops")] == [True, False]


def test_what_passes_by_itself_is_told_to_the_operator_only_after_an_hour() -> None:
    verdict = after_failure(delivery(), DeliveryError("no route"), CREATED)
    assert notice_of(delivery(), verdict, CREATED + timedelta(minutes=59)) is None
    late = notice_of(delivery(), verdict, CREATED + timedelta(hours=1))
    assert late is not None and (late.key, late.since_at) == ("late/email:desk@example.org", CREATED)
    doubt = after_failure(delivery(), DeliveryError("lost", ambiguous=True), CREATED)
    assert notice_of(delivery(), doubt, CREATED + timedelta(hours=9)) is None


@pytest.mark.parametrize(
    ("refuses", "key"), [("message", "failed/email:desk@example.org"), ("channel", "channel/email")]
)
def test_what_will_not_pass_is_told_at_once(refuses: Refused, key: str) -> None:
    verdict = after_failure(delivery(), DeliveryError("no", permanent=True, refuses=refuses), CREATED)
    notice = notice_of(delivery(), verdict, CREATED)
    assert notice is not None and notice.key == key

"""Channels that refuse, ask to be left alone or say nothing: what waits for them, what is tried, what is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from monitor import pipeline
from monitor.errors import DeliveryError
from monitor.model import Asked, Delivery, DeliveryState, Receipt
from monitor.store import notices, outbox, outcomes, pauses
from monitor.store.tables import DELIVERY
from tests.fakes import RULES, Desk, item, open_desk

TEXT = "Armed men attacked a police post near the highway early on Sunday and left before help came, officials said."
TWO_DESKS = RULES.replace('to: ["folder:out"]', 'to: ["slack:#asia", "slack:#ops", "email:a@b.org"]')
ARCHIVED = DeliveryError("Slack answered is_archived", permanent=True, refuses="destination")
BAD_TOKEN = DeliveryError("Slack answered invalid_auth", permanent=True, refuses="channel")
SLOW_DOWN = DeliveryError("Slack answered ratelimited", retry_after=timedelta(minutes=10))


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_desk(tmp_path, TWO_DESKS) as desk:
        pipeline.start(desk.services)
        yield desk


async def alert(desk: Desk, number: int) -> None:
    """Let one more alert come up, which is another story each time."""
    words = " ".join(f"{word}{number}" for word in TEXT.split())
    desk.serve("dawn", item(number, f"Militants attack post{number} in Mastung", words))
    await pipeline.poll_feeds(desk.services, [desk.services.rulebook.rules.feeds["dawn"]])
    pipeline.compose_digests(desk.services, bundling=False)
    await pipeline.deliver_all(desk.services)


async def look(desk: Desk, **later: float) -> None:
    """Let time pass, and do what the daemon does then."""
    desk.clock.advance(**later)
    await pipeline.settle(desk.services)
    await pipeline.deliver_all(desk.services)


def waiting(desk: Desk) -> Counter[tuple[str, str]]:
    """Return what did not arrive yet, by destination and state."""
    with desk.services.store.reading() as db:
        found = outbox.deliveries(db)
    return Counter((one.destination, str(one.state)) for one in found if one.state != DeliveryState.SENT)


def arrived(desk: Desk, destination: str) -> list[str]:
    return [one.digest for one in desk.channel.sent if one.destination == destination]


def keys(desk: Desk) -> list[str]:
    with desk.services.store.reading() as db:
        return [one.key for one in notices.open_notices(db)]


def refusing(desk: Desk, error: Exception, *destinations: str) -> list[Delivery]:
    """Let the channel refuse at some destinations until `accepting`; returns what was tried there, as it grows."""
    tried: list[Delivery] = []

    async def send(delivery: Delivery) -> Receipt:
        if delivery.destination in destinations:
            tried.append(delivery)
            raise error
        desk.channel.sent.append(delivery)
        return Receipt(reference=f"receipt {delivery.key}")

    desk.channel.send = send  # type: ignore[method-assign]
    return tried


def accepting(desk: Desk) -> None:
    del desk.channel.send


async def test_a_channel_that_was_archived_is_left_alone_and_gets_everything_once_it_is_back(desk: Desk) -> None:
    tried = refusing(desk, ARCHIVED, "slack:#asia")
    for number in range(3):
        await alert(desk, number)
    assert len(tried) == 1
    assert waiting(desk) == {("slack:#asia", "held"): 3}
    assert len(arrived(desk, "slack:#ops")) == 3
    assert keys(desk) == ["channel/slack:#asia"]
    await look(desk, minutes=50)
    assert len(tried) == 1
    await look(desk, minutes=11)
    assert len(tried) == 2
    accepting(desk)
    await look(desk, minutes=30)
    assert waiting(desk) == {("slack:#asia", "held"): 3}
    await look(desk, minutes=31)
    assert not waiting(desk)
    assert arrived(desk, "slack:#asia") == arrived(desk, "slack:#ops")
    assert keys(desk) == []


async def test_a_token_that_is_refused_stops_all_of_slack_and_nothing_else(desk: Desk) -> None:
    tried = refusing(desk, BAD_TOKEN, "slack:#asia", "slack:#ops")
    for number in range(3):
        await alert(desk, number)
    assert len(tried) <= 2  # both were under way at once
    assert waiting(desk) == {("slack:#asia", "held"): 3, ("slack:#ops", "held"): 3}
    assert len(arrived(desk, "email:a@b.org")) == 3
    assert keys(desk) == ["channel/slack"]
    tried.clear()
    await look(desk, minutes=61)
    assert len(tried) == 1  # one message is enough to find out
    accepting(desk)
    await look(desk, minutes=61)
    assert not waiting(desk)
    assert Counter(one.destination for one in desk.channel.sent) == dict.fromkeys(
        ("slack:#asia", "slack:#ops", "email:a@b.org"), 3
    )


async def test_a_start_tries_again_at_once(desk: Desk) -> None:
    tried = refusing(desk, BAD_TOKEN, "slack:#asia", "slack:#ops")
    await alert(desk, 1)
    accepting(desk)
    desk.clock.advance(minutes=1)
    pipeline.start(desk.services)
    await look(desk)
    assert not waiting(desk) and tried


async def test_a_retry_by_hand_tries_again_at_once(desk: Desk) -> None:
    refusing(desk, ARCHIVED, "slack:#asia")
    await alert(desk, 1)
    accepting(desk)
    with desk.services.store.writing() as db:
        (held,) = outbox.deliveries(db, states=[DeliveryState.HELD])
        assert outcomes.retry(db, held.id, desk.clock.now())
    await look(desk)
    assert not waiting(desk)
    assert keys(desk) == []


async def test_what_waited_two_days_is_given_up_and_the_operator_told(desk: Desk) -> None:
    refusing(desk, ARCHIVED, "slack:#asia")
    await alert(desk, 1)
    await look(desk, hours=47)
    assert waiting(desk) == {("slack:#asia", "held"): 1}
    await look(desk, hours=2)
    assert waiting(desk) == {("slack:#asia", "failed"): 1}
    assert keys(desk) == ["channel/slack:#asia", "failed/slack:#asia"]
    accepting(desk)
    await alert(desk, 2)
    await look(desk, hours=1)
    assert waiting(desk) == {("slack:#asia", "failed"): 1}
    assert keys(desk) == []


async def test_a_wish_to_be_left_alone_holds_for_what_comes_up_later_too(desk: Desk) -> None:
    tried = refusing(desk, SLOW_DOWN, "slack:#asia")
    await alert(desk, 1)
    desk.clock.advance(minutes=5)
    await alert(desk, 2)
    assert len(tried) == 1
    assert waiting(desk) == {("slack:#asia", "pending"): 2}
    assert keys(desk) == []
    accepting(desk)
    await look(desk, minutes=4)
    assert arrived(desk, "slack:#asia") == []
    await look(desk, minutes=1)
    assert len(arrived(desk, "slack:#asia")) == 2
    with desk.services.store.reading() as db:
        assert pauses.pauses(db) == []


async def test_a_message_that_fails_alone_is_told_to_the_operator_until_the_next_arrives(desk: Desk) -> None:
    refusing(desk, DeliveryError("550 no such mailbox", permanent=True), "email:a@b.org")
    await alert(desk, 1)
    assert waiting(desk) == {("email:a@b.org", "failed"): 1}
    assert keys(desk) == ["failed/email:a@b.org"]
    accepting(desk)
    await alert(desk, 2)
    assert keys(desk) == []


async def test_a_claim_past_its_deadline_is_asked_about_unless_it_is_being_sent(desk: Desk) -> None:
    refusing(desk, DeliveryError("busy"), "slack:#asia", "slack:#ops", "email:a@b.org")
    await alert(desk, 1)
    accepting(desk)
    desk.clock.advance(minutes=2)
    claimed = await pipeline.claim_due(desk.services)
    assert len(claimed) == 3
    desk.services.sending.add(claimed[0].id)
    await look(desk, minutes=14)
    assert {state for _, state in waiting(desk)} == {"claimed"}
    await look(desk, minutes=2)
    assert sorted(state for _, state in waiting(desk)) == ["claimed", "unknown", "unknown"]
    await look(desk, minutes=2)
    assert sorted(desk.channel.asked) == sorted(one.key for one in claimed[1:])


async def test_a_channel_that_cannot_be_asked_now_is_asked_one_question_at_a_time(desk: Desk) -> None:
    refusing(desk, DeliveryError("lost", ambiguous=True), "slack:#asia")
    for number in range(3):
        await alert(desk, number)
    assert waiting(desk) == {("slack:#asia", "unknown"): 3}
    desk.channel.answer = DeliveryError("Slack answered ratelimited", retry_after=timedelta(minutes=5))
    await look(desk, minutes=1)
    assert len(desk.channel.asked) == 1
    await look(desk, minutes=4)
    assert len(desk.channel.asked) == 1
    desk.channel.answer = Asked.ABSENT
    accepting(desk)
    await look(desk, minutes=1)
    assert len(desk.channel.asked) == 4
    await look(desk, minutes=5)
    assert not waiting(desk)


async def test_a_channel_that_never_answers_is_left_in_doubt(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    refusing(desk, TimeoutError(), "slack:#asia")
    await alert(desk, 1)
    with desk.services.store.reading() as db:
        (delivery,) = outbox.deliveries(db, states=[DeliveryState.UNKNOWN])
    assert delivery.error == "may have arrived: no answer within 120 s"


async def test_an_outcome_for_a_place_named_by_hand_is_no_pattern(desk: Desk) -> None:
    """`slack` with a percent sign in it would hold whatever is like it."""
    refusing(desk, ARCHIVED, "slack:#asia")
    await alert(desk, 1)
    with desk.services.store.writing() as db:
        db.execute(update(DELIVERY).values(destination="slack:#as%"))
        (pause,) = pauses.pauses(db)
    assert not pause.holds("slack:#as%")


async def test_what_was_held_for_a_day_and_a_half_goes_out_when_the_channel_is_mended(desk: Desk) -> None:
    refusing(desk, ARCHIVED, "slack:#asia")
    await alert(desk, 1)
    await alert(desk, 2)
    desk.clock.advance(hours=36)
    accepting(desk)
    await look(desk)
    assert not waiting(desk)


async def test_who_cannot_be_reached_for_an_hour_is_told_to_the_operator_once(desk: Desk) -> None:
    refusing(desk, DeliveryError("the mail server cannot be reached"), "email:a@b.org")
    await alert(desk, 1)
    for _ in range(12):
        await look(desk, minutes=5)
    assert keys(desk) == []
    await look(desk, hours=1)
    await look(desk, hours=1)
    assert keys(desk) == ["late/email:a@b.org"]
    accepting(desk)
    await look(desk, hours=1)
    assert not waiting(desk) and keys(desk) == []


OPERATED = TWO_DESKS + 'operator: {to: ["folder:ops"]}\n'


async def test_a_message_that_was_lost_is_told_even_if_the_next_arrives_at_once(tmp_path: Path) -> None:
    async with open_desk(tmp_path, OPERATED) as desk:
        pipeline.start(desk.services)
        refusing(desk, DeliveryError("550 no such mailbox", permanent=True), "email:a@b.org")
        await alert(desk, 1)
        accepting(desk)
        await alert(desk, 2)
        assert keys(desk) == ["failed/email:a@b.org"]
        assert pipeline.attend(desk.services)
        await look(desk)
        assert len(arrived(desk, "folder:ops")) == 1
        await alert(desk, 3)
        assert keys(desk) == []
        assert not pipeline.attend(desk.services)


@pytest.mark.parametrize("answer", [Asked.ABSENT, Asked.CANNOT_TELL, Receipt(reference="C1:1")])
async def test_an_answer_about_what_was_sent_again_by_hand_meanwhile_changes_nothing(
    desk: Desk, answer: Receipt | Asked
) -> None:
    refusing(desk, DeliveryError("lost", ambiguous=True), "slack:#asia")
    await alert(desk, 1)
    accepting(desk)

    async def ask(delivery: Delivery) -> Receipt | Asked:
        with desk.services.store.writing() as db:
            assert outcomes.retry(db, delivery.id, desk.clock.now())
        await pipeline.deliver_all(desk.services)
        return answer

    desk.channel.ask = ask  # type: ignore[method-assign]
    await look(desk, minutes=2)
    assert not waiting(desk)
    assert len(arrived(desk, "slack:#asia")) == 1


async def test_what_is_found_by_asking_does_not_end_a_pause(desk: Desk) -> None:
    refusing(desk, DeliveryError("lost", ambiguous=True), "slack:#asia")
    await alert(desk, 1)
    refusing(desk, ARCHIVED, "slack:#asia")
    await alert(desk, 2)
    desk.channel.answer = Receipt(reference="C1:1")
    await look(desk, minutes=2)
    assert waiting(desk) == {("slack:#asia", "held"): 1}
    assert keys(desk) == ["channel/slack:#asia"]


async def test_a_place_that_is_no_longer_named_is_forgotten_once_nothing_waits_for_it(desk: Desk) -> None:
    refusing(desk, ARCHIVED, "slack:#asia")
    await alert(desk, 1)
    rules = desk.home / "rules" / "desk.yaml"
    rules.write_text(TWO_DESKS.replace("slack:#asia", "slack:#new"), encoding="utf-8")
    desk.services.rulebook.reload()
    pipeline.attend(desk.services)
    assert keys(desk) == ["channel/slack:#asia"]
    await look(desk, hours=49)
    pipeline.attend(desk.services)
    assert keys(desk) == []
    with desk.services.store.reading() as db:
        assert pauses.pauses(db) == []


async def test_once_counts_what_is_held_once(tmp_path: Path) -> None:
    async with open_desk(tmp_path, OPERATED) as desk:
        refusing(desk, ARCHIVED, "slack:#asia")
        words = item(1, "Militants attack a post in Mastung", TEXT)
        desk.serve("dawn", words)
        counts = await pipeline.run_once(desk.services, every_feed=True)
        assert counts.as_json()["deliveries"] == {"sent": 3, "held": 1, "failed": 0, "unknown": 0}


async def test_a_message_that_may_have_arrived_counts_for_the_pace_of_its_channel(desk: Desk) -> None:
    refusing(desk, DeliveryError("lost", ambiguous=True), "slack:#asia")
    await alert(desk, 1)
    accepting(desk)
    with desk.services.store.writing() as db:
        db.execute(update(DELIVERY).where(DELIVERY.c.destination == "slack:#ops").values(destination="slack:#asia"))
        db.execute(update(DELIVERY).where(DELIVERY.c.state == "sent").values(state="pending", sent_at=None))
        (doubt,) = outbox.deliveries(db, states=[DeliveryState.UNKNOWN])
    desk.clock.at = doubt.next_attempt_at - timedelta(seconds=59.5)
    assert [one.destination for one in await pipeline.claim_due(desk.services)] == ["email:a@b.org"]
    desk.clock.advance(seconds=0.5)
    assert [one.destination for one in await pipeline.claim_due(desk.services)] == ["slack:#asia"]

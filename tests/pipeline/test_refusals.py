"""Channels that refuse, ask to be left alone or say nothing: what waits for them, what is tried, what is told."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update
from typer.testing import CliRunner

from monitor import pipeline
from monitor.channels import Channels
from monitor.cli import app
from monitor.daemon import Daemon
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
    return Counter((one.destination, str(one.state)) for one in outbox_of(desk) if one.state != DeliveryState.SENT)


def outbox_of(desk: Desk) -> list[Delivery]:
    with desk.services.store.reading() as db:
        return outbox.deliveries(db)


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


def answering(desk: Desk, answers: dict[str, Exception]) -> None:
    """Let the channel refuse at each of these destinations in its own way."""

    async def send(delivery: Delivery) -> Receipt:
        if error := answers.get(delivery.destination):
            raise error
        desk.channel.sent.append(delivery)
        return Receipt(reference=f"receipt {delivery.key}")

    desk.channel.send = send  # type: ignore[method-assign]


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


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param({"slack:#asia": ARCHIVED}, {"slack:#asia": ARCHIVED}, id="archived before the token was revoked"),
        pytest.param({}, {"slack:#asia": ARCHIVED}, id="archived while the token was revoked"),
        pytest.param({}, {"slack:#asia": BAD_TOKEN}, id="refused as if everything were"),
        pytest.param({}, {"slack:#asia": SLOW_DOWN}, id="asks for a pause"),
        pytest.param({}, {"slack:#asia": DeliveryError("no answer")}, id="does not answer"),
        pytest.param({}, {"slack:#asia": DeliveryError("too long", permanent=True)}, id="its message is refused"),
        pytest.param({"slack:#asia": DeliveryError("lost", ambiguous=True)}, {}, id="in doubt"),
    ],
)
@pytest.mark.parametrize("restarted", [True, False])
async def test_what_one_destination_answers_keeps_the_others_from_nothing(
    desk: Desk, before: dict[str, Exception], after: dict[str, Exception], restarted: bool
) -> None:
    """The oldest message on Slack goes to a channel with a trouble of its own, and the token is revoked as well."""
    answering(desk, before)
    await alert(desk, 1)
    answering(desk, dict.fromkeys(("slack:#asia", "slack:#ops"), BAD_TOKEN))
    await alert(desk, 2)
    await look(desk, hours=2)
    answering(desk, after)
    if restarted:
        pipeline.start(desk.services)
    for _ in range(7):
        await look(desk, minutes=30)
    assert len(arrived(desk, "slack:#ops")) == 2
    accepting(desk)
    for _ in range(4):
        await look(desk, minutes=30)
    given_up = str(after.get("slack:#asia")) == "too long"
    assert Counter(state for _, state in waiting(desk)) == ({"failed": 1} if given_up else {})
    assert not any(key.startswith("channel/") for key in keys(desk))


@pytest.mark.parametrize(
    "answer",
    [ARCHIVED, DeliveryError("ratelimited", retry_after=timedelta(hours=10))],
    ids=["archived", "asks for hours"],
)
async def test_a_channel_is_not_tried_with_a_destination_that_is_left_alone_itself(
    desk: Desk, answer: DeliveryError
) -> None:
    """One round is all that `dateline once` has."""
    answering(desk, {"slack:#asia": answer})
    await alert(desk, 1)
    answering(desk, dict.fromkeys(("slack:#asia", "slack:#ops"), BAD_TOKEN))
    desk.clock.advance(minutes=1)
    await alert(desk, 2)
    answering(desk, {"slack:#asia": answer})
    pipeline.start(desk.services)
    await look(desk)
    assert len(arrived(desk, "slack:#ops")) == 2


async def test_a_channel_is_tried_anew_while_what_it_was_tried_with_is_put_off(desk: Desk) -> None:
    """A mail that is put off for an hour each time says nothing of the others."""
    refusing(desk, BAD_TOKEN, "slack:#asia", "slack:#ops")
    await alert(desk, 1)
    with desk.services.store.writing() as db:
        db.execute(update(DELIVERY).where(DELIVERY.c.destination == "slack:#asia").values(attempts=9, claimed_at=None))
    answering(desk, {"slack:#asia": DeliveryError("451 try again later")})
    pipeline.start(desk.services)
    await look(desk)
    assert waiting(desk) == {("slack:#asia", "pending"): 1, ("slack:#ops", "held"): 1}
    await look(desk, seconds=30)
    assert waiting(desk) == {("slack:#asia", "pending"): 1}


async def test_a_part_that_cannot_go_is_not_what_a_refusing_place_is_tried_with(desk: Desk) -> None:
    """Behind a part that is in doubt, and cannot be asked about while the token is bad."""
    refusing(desk, BAD_TOKEN, "slack:#asia", "slack:#ops")
    await alert(desk, 1)
    with desk.services.store.writing() as db:
        asia = DELIVERY.c.destination == "slack:#asia"
        db.execute(update(DELIVERY).where(asia).values(part=1, parts=2, created_at=desk.clock.now()))
        row = dict(db.execute(select(DELIVERY).where(asia)).mappings().one())
        row |= {"id": None, "key": "first", "part": 0, "state": "unknown", "next_attempt_at": desk.clock.now()}
        db.execute(insert(DELIVERY).values(row))
    desk.channel.answer = DeliveryError("Slack answered ratelimited", retry_after=timedelta(days=1))
    accepting(desk)
    await look(desk, minutes=61)
    assert len(arrived(desk, "slack:#ops")) == 1


async def test_a_place_without_its_settings_is_not_tried(desk: Desk) -> None:
    refusing(desk, BAD_TOKEN, "slack:#asia", "slack:#ops")
    await alert(desk, 1)
    ready = dict(desk.services.channels.ready)
    del ready["slack"]
    services = replace(desk.services, channels=Channels(ready=ready, lacking={"slack": "no SLACK_BOT_TOKEN"}))
    pipeline.start(services)
    await pipeline.settle(services)
    assert waiting(desk) == {("slack:#asia", "held"): 1, ("slack:#ops", "held"): 1}


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


async def test_one_mail_that_is_put_off_while_others_arrive_is_told_once(tmp_path: Path) -> None:
    async with open_desk(tmp_path, OPERATED) as desk:
        pipeline.start(desk.services)
        put_off = refusing(desk, DeliveryError("451 try again later"), "email:a@b.org")
        await alert(desk, 0)
        tries, keys_of_late = desk.channel.send, {one.key for one in put_off}

        async def send(delivery: Delivery) -> Receipt:
            if delivery.key in keys_of_late:
                return await tries(delivery)
            desk.channel.sent.append(delivery)
            return Receipt(reference="r")

        desk.channel.send = send  # type: ignore[method-assign]
        for number in range(1, 10):
            await look(desk, minutes=61)
            pipeline.attend(desk.services)
            await alert(desk, number)
            pipeline.attend(desk.services)
            await look(desk, minutes=1)
        assert len(arrived(desk, "email:a@b.org")) == 9
        assert len(arrived(desk, "folder:ops")) == 1
        accepting(desk)
        await look(desk, minutes=61)
        assert keys(desk) == []
        assert pipeline.attend(desk.services)  # that it is over


async def test_a_question_that_breaks_keeps_nothing_else_in_doubt(desk: Desk) -> None:
    refusing(desk, DeliveryError("lost", ambiguous=True), "slack:#asia", "slack:#ops")
    await alert(desk, 1)
    desk.clock.advance(seconds=30)
    await alert(desk, 2)
    (broken, *_) = outbox_of(desk)

    async def ask(delivery: Delivery) -> Receipt | Asked:
        desk.channel.asked.append(delivery.key)
        if delivery.key == broken.key:
            raise KeyError("ts")
        return Receipt(reference="C1:1")

    desk.channel.ask = ask  # type: ignore[method-assign]
    await look(desk, seconds=45)
    await look(desk, seconds=45)
    assert waiting(desk) == {(broken.destination, "unknown"): 1}
    for _ in range(3):
        await look(desk, minutes=25)
    assert desk.channel.asked.count(broken.key) == 2  # again after an hour


async def test_a_stored_message_that_cannot_be_read_is_told_to_the_operator(desk: Desk) -> None:
    refusing(desk, DeliveryError("lost", ambiguous=True), "slack:#asia", "slack:#ops")
    await alert(desk, 1)
    with desk.services.store.writing() as db:
        db.execute(update(DELIVERY).where(DELIVERY.c.destination == "slack:#asia").values(payload="nonsense"))
    desk.channel.answer = Receipt(reference="C1:1")
    await look(desk, minutes=2)
    with desk.services.store.reading() as db:
        assert {one["destination"]: one["state"] for one in outbox.newest(db)} == {
            "slack:#asia": "failed",
            "slack:#ops": "sent",
            "email:a@b.org": "sent",
        }
    assert keys(desk) == ["failed/slack:#asia"]
    listed = CliRunner().invoke(app, ["deliveries", "list", "--state", "failed", "--home", str(desk.home)])
    assert (listed.exit_code, "slack:#asia" in listed.output) == (0, True)


async def test_mails_that_hang_hold_up_nothing_on_slack(tmp_path: Path) -> None:
    mails = [f"email:desk{number:02}@example.org" for number in range(20)]
    to = ", ".join(f'"{one}"' for one in [*mails, "slack:#asia"])
    async with open_desk(tmp_path, RULES.replace('to: ["folder:out"]', f"to: [{to}]")) as desk:
        pipeline.start(desk.services)
        hang = asyncio.Event()

        async def send(delivery: Delivery) -> Receipt:
            if delivery.destination in mails:
                await hang.wait()
            desk.channel.sent.append(delivery)
            return Receipt(reference="r")

        desk.channel.send = send  # type: ignore[method-assign]
        desk.serve("dawn", item(1, "Militants attack a post in Mastung", TEXT))
        await pipeline.poll_feeds(desk.services, [desk.services.rulebook.rules.feeds["dawn"]])
        pipeline.compose_digests(desk.services, bundling=False)
        daemon = Daemon(desk.services)
        await daemon.send()
        while not arrived(desk, "slack:#asia"):
            await asyncio.wait(daemon.sending.values(), return_when=asyncio.FIRST_COMPLETED)
        await daemon.send()  # what hangs has its slots, and no mail more
        assert len(daemon.sending) == 8
        hang.set()
        await asyncio.gather(*daemon.sending.values())
        assert len(desk.channel.sent) == 9


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

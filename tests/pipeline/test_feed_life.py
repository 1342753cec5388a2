"""Feeds that move, die, come back, go quiet and rename their entries: what becomes of them, and what is said, once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor import pipeline
from monitor.feeds.parsing import EndedError
from monitor.model import EmailMessage, FeedHealth, FeedState, Fetched, FetchFailed, FetchOutcome, Notice, NotModified
from monitor.pipeline.operating import MOST_AN_HOUR, tell_operator
from monitor.store import feed_states, notices
from tests.fakes import RULES, Desk, item, open_desk, rss

OPERATOR = RULES + 'operator: {to: ["email:ops@example.org"]}\n'
NEW = "https://new.example/rss"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_desk(tmp_path, OPERATOR) as opened:
        opened.serve("daily", item(900, "Cricket in Lahore"))
        pipeline.start(opened.services)
        yield opened


async def poll_and_attend(desk: Desk, feed: str = "dawn") -> None:
    """Poll a feed when it is due, or by hand where it never is, and let a minute pass."""
    state = state_of(desk, feed)
    desk.clock.at = max(desk.clock.at, state.next_poll_at or desk.clock.at)
    await pipeline.poll_feed(desk.services, desk.services.rulebook.rules.feeds[feed])
    pipeline.attend(desk.services)
    await pipeline.deliver_all(desk.services)
    desk.clock.advance(minutes=1)


def state_of(desk: Desk, feed: str = "dawn") -> FeedState:
    with desk.services.store.reading() as db:
        state = feed_states.get(db, feed)
    assert state is not None
    return state


def told(desk: Desk) -> list[str]:
    """Return what the operator was told: subjects of mails."""
    mails = [one.message for one in desk.channel.sent if one.subscription == "operator"]
    return [mail.subject for mail in mails if isinstance(mail, EmailMessage)]


def noticed(desk: Desk) -> list[str]:
    with desk.services.store.reading() as db:
        return [one.key for one in notices.open_notices(db)]


def moved(number: int) -> Fetched:
    """Return a permanent redirect's document, with news in it so that nobody calls the feed quiet."""
    body = rss(item(number, f"Day {number} in Lahore was quiet"))
    return Fetched(
        url=NEW,
        moved_to=NEW,
        body=body,
        body_hash=str(number),
        content_type="application/rss+xml",
        etag=None,
        last_modified=None,
    )


DEATHS: dict[str, bytes | FetchOutcome] = {
    "404": FetchFailed(reason="answered 404 Not Found", status=404),
    "500": FetchFailed(reason="answered 500 Internal Server Error", status=500),
    "503": FetchFailed(reason="answered 503", status=503, retry_after=timedelta(days=30)),
    "page": b"<!doctype html><html><head><title>Parked</title></head><body>For sale</body></html>",
    "dns": FetchFailed(reason="no such host"),
}


@pytest.mark.parametrize("death", DEATHS.values(), ids=DEATHS)
async def test_a_dead_feed_is_told_once_after_a_week_and_asked_once_a_day(
    desk: Desk, death: bytes | FetchOutcome
) -> None:
    desk.fetcher.pages["dawn"] = death
    began = desk.clock.now()
    for _ in range(50):
        await poll_and_attend(desk)
        if desk.clock.now() - began < timedelta(days=6):
            assert told(desk) == []
    assert len(told(desk)) == 1
    assert told(desk)[0].startswith("Dawn (dawn) could not be read since 22 November: ")
    assert noticed(desk) == ["feed/dawn/dead"]
    state = state_of(desk)
    assert state.next_poll_at is not None and state.last_polled_at is not None
    assert timedelta(hours=24) <= state.next_poll_at - state.last_polled_at <= timedelta(hours=24) * 1.1
    desk.serve("dawn", item(1, "Quiet day in Lahore"))
    for _ in range(3):
        await poll_and_attend(desk)
    assert told(desk)[1:] == ["Over: Dawn (dawn) can be read again"]
    assert noticed(desk) == []


async def test_a_feed_whose_documents_are_too_costly_is_told_after_a_few(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def parse(body: bytes, **more: object) -> None:
        raise EndedError("takes longer than 10 s of processor time to read", "time")

    monkeypatch.setattr(desk.services.parsers, "parse", parse)
    desk.serve("dawn")
    for number in range(50):
        await poll_and_attend(desk)
        assert len(told(desk)) == (number >= 4)
    assert told(desk)[0].endswith("is too costly to read: takes longer than 10 s of processor time to read")


async def test_a_feed_that_fails_in_changing_ways_is_told_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def parse(body: bytes, **more: object) -> None:
        raise EndedError("takes longer than 10 s of processor time to read", "time")

    monkeypatch.setattr(desk.services.parsers, "parse", parse)
    for number in range(50):
        desk.serve("dawn", item(number, "Blast"))
        if number % 2:
            desk.fetcher.pages["dawn"] = FetchFailed(reason="answered 404 Not Found", status=404)
        await poll_and_attend(desk)
    assert len(told(desk)) == len(noticed(desk)) == 1


async def test_a_feed_that_is_gone_is_told_at_once_and_not_asked_again(desk: Desk) -> None:
    desk.fetcher.pages["dawn"] = FetchFailed(reason="answered 410 Gone", status=410, gone=True)
    for _ in range(50):
        await poll_and_attend(desk)
        assert "dawn" not in [feed.id for feed in pipeline.due_feeds(desk.services)]
    assert told(desk) == ["Dawn (dawn) is gone for good and not asked any more: answered 410 Gone"]
    assert state_of(desk).health is FeedHealth.GONE


async def test_a_feed_that_moved_is_told_once_until_the_rule_file_has_its_address(desk: Desk) -> None:
    for number in range(50):
        desk.fetcher.pages["dawn"] = moved(number)
        await poll_and_attend(desk)
        assert len(told(desk)) == (number >= 2)
    assert told(desk) == [f"Dawn (dawn) has moved to {NEW}"]
    rules = desk.home / "rules" / "desk.yaml"
    rules.write_text(OPERATOR.replace("https://dawn.example/rss", NEW), encoding="utf-8")
    assert desk.services.rulebook.reload()
    pipeline.watch_feeds(desk.services)
    desk.serve("dawn", item(1, "Quiet day in Lahore"))
    await poll_and_attend(desk)
    assert (len(told(desk)), noticed(desk)) == (1, [])


async def test_a_quiet_spell_is_told_once_and_ends_when_the_feed_speaks(desk: Desk) -> None:
    for spell in range(2):
        desk.serve("dawn", item(spell, f"Quiet day {spell} in Lahore"))
        await poll_and_attend(desk)
        desk.fetcher.pages["dawn"] = NotModified()
        for _ in range(50):
            await poll_and_attend(desk)
        assert len(told(desk)) == spell + 1
        assert "Dawn (dawn) is quieter than it usually is: nothing new since " in told(desk)[-1]
        assert noticed(desk) == ["feed/dawn/quiet"]
        desk.clock.advance(days=1)


async def test_an_outage_that_kills_many_feeds_is_one_message(tmp_path: Path) -> None:
    names = [f"f{number}" for number in range(60)]
    listed = "\n".join(f'  {name}: {{url: "https://{name}.example/rss", name: Outlet {name}}}' for name in names)
    rules = OPERATOR.replace(RULES[RULES.index("  dawn:") : RULES.index("regions:")], f"{listed}\n")
    async with open_desk(tmp_path, rules) as desk:
        pipeline.start(desk.services)
        for _ in range(9):
            await pipeline.poll_feeds(desk.services, desk.services.rulebook.rules.feeds.values())
            pipeline.attend(desk.services)
            desk.clock.advance(days=1)
        await pipeline.deliver_all(desk.services)
        assert told(desk) == ["60 things to look at"]
        mail = desk.channel.sent[-1].message
        assert isinstance(mail, EmailMessage)
        assert mail.text.count("no such host") == 20
        assert "and 40 more" in mail.text


async def test_the_operator_is_not_flooded_and_hears_the_rest_later(desk: Desk) -> None:
    for number in range(30):
        with desk.services.store.writing() as db:
            notice = Notice(key=f"odd/{number}", what=f"Oddity {number}", hint="Look", since_at=desk.clock.now())
            tell_operator(db, desk.services, notice)
        pipeline.attend(desk.services)
        desk.clock.advance(minutes=1)
    await pipeline.deliver_all(desk.services)
    assert len(told(desk)) == MOST_AN_HOUR
    desk.clock.advance(hours=1)
    pipeline.attend(desk.services)
    await pipeline.deliver_all(desk.services)
    assert told(desk)[MOST_AN_HOUR:] == [f"{30 - MOST_AN_HOUR} things to look at"]
    assert not pipeline.attend(desk.services)


async def test_what_flaps_is_told_once(desk: Desk) -> None:
    notice = Notice(key="disk", what="The disk is full", hint="Make room", since_at=desk.clock.now())
    for _ in range(20):
        with desk.services.store.writing() as db:
            tell_operator(db, desk.services, notice)
        pipeline.attend(desk.services)
        with desk.services.store.writing() as db:
            notices.end_notice(db, notice.key, over="There is room on the disk again")
            tell_operator(db, desk.services, notice)
    with desk.services.store.writing() as db:
        notices.end_notice(db, notice.key, over="There is room on the disk again")
    pipeline.attend(desk.services)
    await pipeline.deliver_all(desk.services)
    assert told(desk) == ["The disk is full", "Over: There is room on the disk again"]


async def test_what_is_over_before_it_was_told_is_told_to_nobody(desk: Desk) -> None:
    with desk.services.store.writing() as db:
        tell_operator(db, desk.services, Notice(key="k", what="w", hint="h", since_at=desk.clock.now()))
        notices.end_notice(db, "k", over="it is over")
    assert not pipeline.attend(desk.services)


async def test_an_operator_named_later_hears_what_lasts(tmp_path: Path) -> None:
    async with open_desk(tmp_path, RULES) as desk:
        pipeline.start(desk.services)
        desk.fetcher.pages["dawn"] = FetchFailed(reason="answered 410 Gone", status=410, gone=True)
        await poll_and_attend(desk)
        assert (told(desk), noticed(desk)) == ([], ["feed/dawn/gone"])
        (tmp_path / "rules" / "desk.yaml").write_text(OPERATOR, encoding="utf-8")
        assert desk.services.rulebook.reload()
        pipeline.watch_feeds(desk.services)
        await poll_and_attend(desk, "daily")
        assert len(told(desk)) == 1


async def test_a_removed_feed_takes_its_notices_along_in_silence(desk: Desk) -> None:
    desk.fetcher.pages["dawn"] = FetchFailed(reason="answered 410 Gone", status=410, gone=True)
    await poll_and_attend(desk)
    (desk.home / "rules" / "desk.yaml").write_text(OPERATOR.replace("  dawn:", "  dusk:"), encoding="utf-8")
    assert desk.services.rulebook.reload()
    pipeline.watch_feeds(desk.services)
    await poll_and_attend(desk, "daily")
    assert (len(told(desk)), noticed(desk)) == (1, [])


async def test_each_error_of_a_rule_file_is_told_once_until_it_is_good_again(desk: Desk) -> None:
    path = desk.home / "rules" / "desk.yaml"
    bad = [OPERATOR.replace("severity: high", f"severity: awful{number}") for number in range(3)]
    for text in (bad[0], bad[1], bad[0], bad[1], bad[2], bad[2]):
        path.write_text(text, encoding="utf-8")
        assert not desk.services.rulebook.reload()
        await poll_and_attend(desk, "daily")
    assert told(desk) == ["The rule files have an error; the last good ones stay in force"] * 3
    path.write_text(OPERATOR, encoding="utf-8")
    assert desk.services.rulebook.reload()
    await poll_and_attend(desk, "daily")
    assert noticed(desk) == []

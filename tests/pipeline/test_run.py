"""The steps over a real store and rulebook, with fakes at the edges."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from monitor import pipeline
from monitor.errors import DeliveryError
from monitor.model import Asked, DeliveryState, FetchFailed, FolderMessage, NotModified, Receipt
from monitor.store import feed_states, outbox, reading
from monitor.store.life import life_of
from monitor.store.tables import ARTICLE, DELIVERY, DIGEST, OWED, REVISION, SKETCH
from tests.fakes import RULES, Desk, item, open_desk

ATTACK = "Militants attack police post in Mastung"
TEXT = "Armed men attacked a police post near the highway early on Sunday and left before help came, officials said."


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_desk(tmp_path) as opened:
        yield opened


async def once(desk: Desk, **more: Any) -> dict[str, Any]:
    return (await pipeline.run_once(desk.services, every_feed=True, **more)).as_json()


def rows(desk: Desk, query: Any) -> list[Any]:
    with desk.services.store.reading() as db:
        return list(db.execute(query))


def digests(desk: Desk, kind: str) -> list[dict[str, Any]]:
    found = rows(desk, select(DIGEST.c.content).where(DIGEST.c.kind == kind).order_by(DIGEST.c.composed_at))
    return [json.loads(row.content) for row in found]


def told(digest: dict[str, Any]) -> list[str]:
    return [story["headline"] for region in digest["regions"] for story in region["stories"]]


async def test_one_article_becomes_one_alert(desk: Desk) -> None:
    desk.serve("dawn", item(1, ATTACK, TEXT), item(2, "Cricket in Lahore"))
    desk.serve("daily")
    counts = await once(desk)
    assert counts == {
        "feeds": {"polled": 2, "not_modified": 0, "failed": 0},
        "articles": {"new": 2, "revised": 0, "duplicate": 0},
        "matches": 1,
        "stories": {"new": 2, "updated": 0},
        "deliveries": {"sent": 1, "held": 0, "failed": 0, "unknown": 0},
    }
    (alert,) = digests(desk, "alert")
    assert told(alert) == [ATTACK]
    assert [one.destination for one in desk.channel.sent] == ["folder:out"]
    again = await once(desk)
    assert (again["articles"]["new"], again["feeds"]["not_modified"], again["deliveries"]["sent"]) == (0, 2, 0)


async def test_a_new_feeds_past_is_stored_but_not_told(tmp_path: Path) -> None:
    async with open_desk(tmp_path, RULES.replace("first_poll: 100", "first_poll: 0")) as desk:
        desk.serve("dawn", item(1, ATTACK, TEXT))
        counts = await once(desk)
        assert (counts["articles"]["new"], counts["matches"], counts["deliveries"]["sent"]) == (1, 1, 0)
        desk.serve("dawn", item(2, "Blast in Quetta"), item(1, ATTACK, TEXT))
        assert (await once(desk))["deliveries"]["sent"] == 1
        assert told(digests(desk, "alert")[0]) == ["Blast in Quetta"]


async def test_an_edit_is_a_revision_told_once_as_a_change(desk: Desk) -> None:
    desk.serve("dawn", item(1, "31 killed in Mastung attack", TEXT))
    await once(desk)
    desk.clock.advance(minutes=20)
    desk.serve("dawn", item(1, "12 killed in Mastung attack", TEXT, published="Sun, 22 Nov 2026 08:00:00 GMT"))
    counts = await once(desk)
    assert (counts["articles"], counts["deliveries"]["sent"]) == ({"new": 0, "revised": 1, "duplicate": 0}, 1)
    assert [row.title for row in rows(desk, select(REVISION.c.title))] == ["31 killed in Mastung attack"]
    desk.serve("dawn", item(1, "12 killed in Mastung attack", TEXT), item(2, "Blast in Quetta"))
    await once(desk)
    changes = [
        change["text"]
        for alert in digests(desk, "alert")[1:]
        for region in alert["regions"]
        for story in region["stories"]
        for change in story["changes"]
    ]
    assert changes == [
        "The article of Dawn that you were sent at 06:30 now says 12 people killed, not 31 and is now headlined "
        "“12 killed in Mastung attack”",
        "New story",
    ]


async def test_an_edit_that_matches_first_is_news(desk: Desk) -> None:
    desk.serve("dawn", item(1, "Incident reported in Mastung", TEXT.replace("attacked", "left")))
    assert (await once(desk))["matches"] == 0
    desk.serve("dawn", item(1, ATTACK, TEXT))
    counts = await once(desk)
    assert (counts["articles"]["revised"], counts["deliveries"]["sent"]) == (1, 1)


async def test_a_moved_date_or_rewritten_guid_makes_nothing_new(desk: Desk) -> None:
    desk.serve("dawn", item(1, ATTACK, TEXT))
    await once(desk)
    for number in range(20):
        published = f"Sun, 22 Nov 2026 07:{number:02}:00 GMT"
        desk.serve("dawn", item(1, ATTACK, TEXT, guid=f"rewritten-{number}", published=published))
        counts = await once(desk)
        assert (counts["articles"]["new"], counts["articles"]["revised"], counts["deliveries"]["sent"]) == (0, 0, 0)


async def test_copies_join_their_story(desk: Desk) -> None:
    desk.serve("dawn", item(1, ATTACK, TEXT))
    desk.serve("daily", item(9, ATTACK, TEXT, link="https://daily.example/9"))
    counts = await once(desk)
    assert (counts["articles"]["new"], counts["articles"]["duplicate"], counts["stories"]["new"]) == (2, 1, 1)
    (alert,) = digests(desk, "alert")
    (story,) = alert["regions"][0]["stories"]
    assert (len(story["articles"]), story["origins"]) == (2, 1)


async def test_a_failing_feed_leaves_the_others_alone(desk: Desk) -> None:
    desk.fetcher.pages["dawn"] = FetchFailed(reason="answered 500", status=500)
    desk.serve("daily", item(1, ATTACK, TEXT))
    counts = await once(desk)
    assert (counts["feeds"]["failed"], counts["deliveries"]["sent"]) == (1, 1)
    failed = digests(desk, "alert")[0]["coverage"]["failed"]
    assert [(one["feed"], one["error"]) for one in failed] == [("dawn", "answered 500")]


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(b"<html><body>Not here</body></html>", id="html"),
        pytest.param(b"", id="empty"),
        pytest.param(b"\x00\xff\xfe garbage", id="garbage"),
        pytest.param(RuntimeError("a fault of ours"), id="bug"),
    ],
)
async def test_a_page_that_is_no_feed_is_a_failure_with_a_reason(desk: Desk, page: bytes | Exception) -> None:
    desk.fetcher.pages["dawn"] = page
    desk.serve("daily", item(1, ATTACK, TEXT))
    counts = await once(desk)
    assert (counts["feeds"]["failed"], counts["articles"]["new"]) == (1, 1)
    with desk.services.store.reading() as db:
        state = feed_states.get(db, "dawn")
    assert state is not None and state.failures == 1 and state.error


async def test_a_truncated_document_gives_its_last_entry_when_it_comes_whole(desk: Desk) -> None:
    desk.serve("dawn", item(1, ATTACK, TEXT), item(2, "Blast in Quetta kills two"))
    whole = desk.fetcher.pages["dawn"]
    assert isinstance(whole, bytes)
    desk.fetcher.pages["dawn"] = whole[: whole.index(b" kills two")]
    assert (await once(desk))["articles"]["new"] == 1
    assert (await once(desk))["articles"]["new"] == 0
    desk.fetcher.pages["dawn"] = whole
    assert (await once(desk))["articles"]["new"] == 1


async def test_not_modified_costs_no_article_work(desk: Desk) -> None:
    desk.fetcher.pages["dawn"] = NotModified()
    assert (await once(desk))["feeds"]["not_modified"] == 1


# --- windows -----------------------------------------------------------------------------------------------------


async def test_each_window_is_told_exactly_once_across_restarts(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        desk.serve("dawn", item(1, ATTACK, TEXT))
        await once(desk)
        assert digests(desk, "digest") == []
        clock = desk.clock
    clock.advance(minutes=45)  # 07:15
    for expected in (1, 1):
        async with open_desk(tmp_path, clock=clock) as desk:
            await once(desk)
            assert len(digests(desk, "digest")) == expected
    async with open_desk(tmp_path, clock=clock) as desk:
        (digest,) = digests(desk, "digest")
        assert told(digest) == [ATTACK]
        assert (digest["window"]["from"][:16], digest["window"]["to"][:16]) == ("2026-11-22T06:30", "2026-11-22T07:00")


async def test_an_article_that_comes_after_a_missed_due_time_belongs_to_the_next_window(desk: Desk) -> None:
    await once(desk)
    desk.clock.advance(hours=1)
    desk.serve("dawn", item(1, ATTACK, TEXT))
    await once(desk)
    assert [told(one) for one in digests(desk, "digest")] == [[]]
    desk.clock.advance(hours=10)
    await once(desk)
    assert [told(one) for one in digests(desk, "digest")] == [[], [ATTACK]]


async def test_an_article_stored_at_the_very_moment_a_window_ends_is_not_lost(desk: Desk) -> None:
    await once(desk)
    desk.clock.advance(minutes=30)  # exactly 07:00
    desk.serve("dawn", item(1, ATTACK, TEXT))
    await once(desk)
    desk.clock.advance(hours=10)
    await once(desk)
    assert [told(one) for one in digests(desk, "digest")] == [[], [ATTACK]]


async def test_an_empty_digest_says_so_or_is_skipped(tmp_path: Path) -> None:
    async with open_desk(tmp_path, RULES) as desk:
        await once(desk)
        desk.clock.advance(hours=1)
        assert (await once(desk))["deliveries"]["sent"] == 1
    skipping = RULES.replace('to: ["folder:out-daily"]', 'to: ["folder:out-daily"], empty: skip')
    async with open_desk(tmp_path / "skip", skipping) as desk:
        await once(desk)
        desk.clock.advance(hours=1)
        assert (await once(desk))["deliveries"]["sent"] == 0
        assert digests(desk, "digest") == []


async def test_alerts_are_bundled_by_the_daemon(desk: Desk) -> None:
    services = desk.services
    pipeline.start(services)
    desk.serve("dawn", item(1, ATTACK, TEXT))
    await pipeline.poll_feeds(services, services.rulebook.rules.feeds.values())
    assert pipeline.compose_digests(services) == []
    desk.clock.advance(seconds=59)
    desk.serve("daily", item(5, "Blast in Quetta"))
    await pipeline.poll_feeds(services, services.rulebook.rules.feeds.values())
    assert pipeline.compose_digests(services) == []
    desk.clock.advance(seconds=1)
    assert len(pipeline.compose_digests(services)) == 1
    assert sorted(told(digests(desk, "alert")[0])) == sorted([ATTACK, "Blast in Quetta"])


async def test_two_alerts_in_one_second_get_ids_of_their_own(desk: Desk) -> None:
    desk.serve("dawn", item(1, ATTACK, TEXT))
    await once(desk)
    desk.serve("dawn", item(2, "Blast in Quetta"))
    await once(desk)
    first, second = (one["id"] for one in digests(desk, "alert"))
    assert second == f"{first}-2"


# --- deliveries --------------------------------------------------------------------------------------------------


def states(desk: Desk) -> list[str]:
    return [row.state for row in rows(desk, select(DELIVERY.c.state).order_by(DELIVERY.c.id))]


async def test_a_passing_fault_is_tried_again(desk: Desk) -> None:
    desk.serve("dawn", item(1, ATTACK, TEXT))
    desk.channel.faults = [DeliveryError("busy")]
    assert (await once(desk))["deliveries"]["sent"] == 0
    assert states(desk) == ["pending"]
    desk.clock.advance(minutes=1)
    assert (await once(desk))["deliveries"]["sent"] == 1


async def test_a_template_that_fails_on_a_digest_gives_way_to_the_built_in_one(tmp_path: Path) -> None:
    (tmp_path / "templates" / "alert").mkdir(parents=True)
    (tmp_path / "templates" / "alert" / "email.txt").write_text("{{ view.nothing.of.the.kind }}")
    async with open_desk(tmp_path) as desk:
        desk.serve("dawn", item(1, ATTACK, TEXT))
        assert (await once(desk))["deliveries"]["sent"] == 1
        message = desk.channel.sent[0].message
        assert isinstance(message, FolderMessage) and ATTACK in message.files["digest.txt"]


async def test_a_permanent_fault_fails(desk: Desk) -> None:
    desk.serve("dawn", item(1, ATTACK, TEXT))
    desk.channel.faults = [DeliveryError("no such channel", permanent=True)]
    assert (await once(desk))["deliveries"] == {"sent": 0, "held": 0, "failed": 1, "unknown": 0}
    desk.clock.advance(hours=1)
    assert states(desk) == ["failed"]


@pytest.mark.parametrize(
    ("answer", "state", "sends"),
    [
        (Receipt(reference="C1:1"), "sent", 0),
        (Asked.ABSENT, "sent", 1),
        (Asked.CANNOT_TELL, "sent", 1),
        (DeliveryError("unreachable"), "unknown", 0),
    ],
)
async def test_an_ambiguous_send_is_asked_about_first(
    desk: Desk, answer: Receipt | Asked | DeliveryError, state: str, sends: int
) -> None:
    desk.serve("dawn", item(1, ATTACK, TEXT))
    desk.channel.faults = [DeliveryError("connection lost", ambiguous=True)]
    desk.channel.answer = answer
    assert (await once(desk))["deliveries"]["unknown"] == 1
    assert desk.channel.asked == []
    desk.clock.advance(seconds=60)
    await once(desk)
    if answer is Asked.ABSENT:  # tried again as after any fault
        desk.clock.advance(seconds=60)
        await once(desk)
    assert (states(desk), len(desk.channel.sent), len(desk.channel.asked)) == ([state], sends, 1)


async def test_a_channel_that_cannot_be_asked_gets_one_repeat_at_most(desk: Desk) -> None:
    desk.serve("dawn", item(1, ATTACK, TEXT))
    desk.channel.faults = [RuntimeError("a fault of ours"), DeliveryError("lost again", ambiguous=True)]
    desk.channel.answer = Asked.CANNOT_TELL
    for _ in range(5):
        await once(desk)
        desk.clock.advance(minutes=5)
    assert (states(desk), len(desk.channel.asked), desk.channel.faults) == (["unknown"], 1, [])


async def test_what_a_killed_process_had_claimed_is_asked_about(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        desk.serve("dawn", item(1, ATTACK, TEXT))
        services = desk.services
        pipeline.start(services)
        await pipeline.poll_feeds(services, services.rulebook.rules.feeds.values())
        pipeline.compose_digests(services, bundling=False)
        assert len(await pipeline.claim_due(services)) == 1  # and here it dies
    async with open_desk(tmp_path, clock=desk.clock) as desk:
        desk.channel.answer = Receipt(reference="C1:1")
        await once(desk)
        desk.clock.advance(minutes=1)
        await once(desk)
        assert (states(desk), desk.channel.sent) == (["sent"], [])


async def test_held_messages_wait_for_their_channel(tmp_path: Path) -> None:
    from monitor.channels import Channels

    async with open_desk(tmp_path, RULES.replace('"folder:out"', '"slack:#desk"')) as desk:
        ready = desk.services.channels.ready
        object.__setattr__(desk.services, "channels", Channels(ready={}, lacking={"slack": "no SLACK_BOT_TOKEN"}))
        desk.serve("dawn", item(1, ATTACK, TEXT))
        assert (await once(desk))["deliveries"]["held"] == 1
        with desk.services.store.reading() as db:
            (held,) = outbox.deliveries(db, states=[DeliveryState.HELD])
        assert held.error == "undeliverable: no SLACK_BOT_TOKEN"
        object.__setattr__(desk.services, "channels", Channels(ready=ready, lacking={}))
        desk.clock.advance(hours=23)
        assert (await once(desk))["deliveries"]["sent"] >= 1
        assert states(desk)[0] == "sent"


async def test_slack_gets_a_message_a_second_and_parts_in_order(tmp_path: Path) -> None:
    rules = RULES.replace('"folder:out"', '"slack:#desk"')
    async with open_desk(tmp_path, rules) as desk:
        items = [
            item(n, f"Militants attack post {n} in Mastung", TEXT.replace("post", f"post{n}") * 4) for n in range(45)
        ]
        desk.serve("dawn", *items)
        before = desk.clock.now()
        await once(desk)
        parts = [(one.part, one.thread) for one in desk.channel.sent]
        assert len(parts) > 1
        assert [part for part, _ in parts] == list(range(len(parts)))
        assert {thread for part, thread in parts if part} == {f"receipt {desk.channel.sent[0].key}"}
        assert desk.clock.now() - before >= timedelta(seconds=len(parts) - 1)


async def test_a_failed_part_takes_the_later_ones_along(tmp_path: Path) -> None:
    rules = RULES.replace('"folder:out"', '"slack:#desk"')
    async with open_desk(tmp_path, rules) as desk:
        desk.serve(
            "dawn",
            *(item(n, f"Militants attack post {n} in Mastung", TEXT.replace("post", f"p{n}") * 4) for n in range(45)),
        )
        desk.channel.faults = [DeliveryError("is_archived", permanent=True)]
        await once(desk)
        assert set(states(desk)) == {"failed"}
        assert desk.channel.sent == []


# --- life --------------------------------------------------------------------------------------------------------


async def test_unmatched_articles_are_forgotten_and_do_not_come_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATELINE_KEEP", "30d")
    async with open_desk(tmp_path) as desk:
        desk.serve("dawn", item(1, ATTACK, TEXT), item(2, "Cricket in Lahore", "A quiet day."))
        await once(desk)
        assert desk.age(days=31) == 1
        assert [row.title for row in rows(desk, select(ARTICLE.c.title))] == [ATTACK]
        desk.serve("dawn", item(1, ATTACK, TEXT), item(2, "Cricket in Lahore", "A quiet day."), item(3, "More"))
        assert (await once(desk))["articles"]["new"] == 1
        desk.serve("dawn", item(2, "Militants attack stadium in Quetta", "A terrible day."))
        counts = await once(desk)
        assert (counts["articles"]["new"], counts["deliveries"]["sent"] >= 1) == (1, True)


async def test_nothing_is_forgotten_by_default(desk: Desk) -> None:
    desk.serve("dawn", item(2, "Cricket in Lahore"))
    await once(desk)
    desk.clock.advance(days=3650)
    assert pipeline.retire(desk.services) == 0


async def test_a_moment_of_a_wrong_clock_forgets_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATELINE_KEEP", "30d")
    async with open_desk(tmp_path) as desk:
        desk.serve("dawn", item(2, "Cricket in Lahore", "A quiet day."))
        await once(desk)
        sketches = len(rows(desk, select(SKETCH.c.article)))
        desk.clock.advance(days=365)
        assert pipeline.retire(desk.services) == 0
        desk.clock.advance(days=-365)
        assert len(rows(desk, select(SKETCH.c.article))) == sketches == 1
        assert desk.age(days=29) == 0
        assert desk.age(days=2) == 1


async def test_a_removed_feed_is_left_alone_and_keeps_its_articles(desk: Desk) -> None:
    desk.serve("dawn", item(1, ATTACK, TEXT))
    await once(desk)
    (desk.home / "rules" / "desk.yaml").write_text(RULES.replace("  daily: {url", "  other: {url"), encoding="utf-8")
    assert desk.services.rulebook.reload()
    pipeline.watch_feeds(desk.services)
    with desk.services.store.reading() as db:
        assert set(feed_states.of(db)) == {"dawn", "other"}
        assert reading.articles_per_feed(db) == {"dawn": 1}


async def test_the_life_of_an_article(desk: Desk) -> None:
    desk.serve("dawn", item(1, "31 killed in Mastung attack", TEXT))
    await once(desk)
    desk.serve("dawn", item(1, "12 killed in Mastung attack", TEXT))
    desk.serve("daily", item(9, "12 killed in Mastung attack", TEXT, link="https://daily.example/9"))
    await once(desk)
    with desk.services.store.reading() as db:
        life = life_of(db, 1)
        assert life_of(db, 99) is None
    assert life is not None
    assert [one.feed for one in life.shown] == ["dawn"]
    assert [one.title for one in life.revisions] == ["31 killed in Mastung attack"]
    told = life.owed[0].told
    assert told is not None
    assert [(one.destination, one.state) for one in told.deliveries] == [("folder:out", "sent")]


async def test_every_debt_lands_in_exactly_one_digest(desk: Desk) -> None:
    for step in range(6):
        desk.serve("dawn", *(item(n, f"Militants attack post {n} in Mastung") for n in range(step * 3, step * 3 + 5)))
        await once(desk)
        desk.clock.advance(hours=5)
    await once(desk)
    articles = rows(desk, select(ARTICLE.c.id))
    for subscription in ("alerts", "daily"):
        found = rows(desk, select(OWED.c.article, OWED.c.digest).where(OWED.c.subscription == subscription))
        assert sorted(row.article for row in found) == sorted(row.id for row in articles)
    everything = [
        article["id"]
        for one in digests(desk, "alert")
        for region in one["regions"]
        for story in region["stories"]
        for article in story["articles"]
    ]
    assert sorted(everything) == sorted(row.id for row in articles)

"""Locks at bad moments, channels that lie, clocks that jump, rules that change under way, feeds with odd habits."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from monitor import pipeline
from monitor.channels import Channels
from monitor.daemon import Daemon
from monitor.errors import DeliveryError
from monitor.model import Asked, Delivery, Receipt
from monitor.store import engine, feed_states
from monitor.store.tables import ARTICLE, DELIVERY, DIGEST, FEED, OWED, SUBSCRIPTION
from tests.fakes import RULES, Desk, FixedClock, item, open_desk

ATTACK = "Militants attack police post in Mastung"
TEXT = "Armed men attacked a police post near the highway early on Sunday and left before help came, officials said."
TO_SLACK = RULES.replace('"folder:out"', '"slack:#desk"')
WITH_A_PAST = RULES.replace("first_poll: 100", "first_poll: 0")


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_desk(tmp_path) as opened:
        yield opened


async def once(desk: Desk) -> dict[str, Any]:
    return (await pipeline.run_once(desk.services, every_feed=True)).as_json()


def rows(desk: Desk, query: Any) -> list[Any]:
    with desk.services.store.reading() as db:
        return list(db.execute(query))


def states(desk: Desk) -> list[str]:
    return [row.state for row in rows(desk, select(DELIVERY.c.state).order_by(DELIVERY.c.id))]


def stories(desk: Desk, kind: str) -> list[dict[str, Any]]:
    found = rows(desk, select(DIGEST.c.content).where(DIGEST.c.kind == kind).order_by(DIGEST.c.composed_at))
    return [story for row in found for region in json.loads(row.content)["regions"] for story in region["stories"]]


def alerted(desk: Desk) -> list[str]:
    news = [one for one in stories(desk, "alert") if any(change["kind"] == "new_story" for change in one["changes"])]
    return [one["headline"] for one in news]


class Locker:
    """Another process that holds the write lock for a while."""

    def __init__(self, desk: Desk) -> None:
        self.connection = sqlite3.connect(desk.home / "state" / "dateline.db", isolation_level=None)

    def lock(self) -> None:
        self.connection.execute("BEGIN IMMEDIATE")

    def free(self) -> None:
        if self.connection.in_transaction:
            self.connection.execute("ROLLBACK")


# --- locks and other bad moments ---------------------------------------------------------------------------------


async def test_an_outcome_that_is_known_is_recorded_once_the_lock_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0)
    clock = FixedClock()
    async with open_desk(tmp_path, clock=clock) as desk:
        locker, send, sleep = Locker(desk), desk.channel.send, clock.sleep

        async def send_and_lock(delivery: Delivery) -> Receipt:
            receipt = await send(delivery)
            locker.lock()
            return receipt

        async def sleep_and_free(seconds: float) -> None:
            await sleep(seconds)
            locker.free()

        desk.channel.send = send_and_lock  # type: ignore[method-assign]
        clock.sleep = sleep_and_free  # type: ignore[method-assign]
        desk.serve("dawn", item(1, ATTACK, TEXT))
        assert (await once(desk))["deliveries"]["sent"] == 1
        assert (states(desk), len(desk.channel.sent)) == (["sent"], 1)
        locker.connection.close()


async def test_a_poll_the_database_does_not_take_stays_due_and_stops_nobody(desk: Desk) -> None:
    desk.fetcher.pages["dawn"] = RuntimeError("a fault of ours")
    desk.serve("daily", item(1, ATTACK, TEXT))
    pipeline.start(desk.services)
    with desk.services.store.writing() as db:
        db.exec_driver_sql(
            "CREATE TRIGGER full_disk BEFORE UPDATE ON feed WHEN new.feed = 'dawn' "
            "BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END"
        )
    counts = await pipeline.poll_feeds(desk.services, desk.services.rulebook.rules.feeds.values())
    assert (counts.polled, counts.failed, counts.new) == (2, 1, 1)
    assert [feed.id for feed in pipeline.due_feeds(desk.services)] == ["dawn"]
    daemon, before = Daemon(desk.services), desk.clock.now()
    await daemon.poll()
    await daemon.polling["dawn"]
    assert desk.clock.now() - before >= timedelta(minutes=1)


async def test_rules_loaded_while_the_database_was_locked_are_followed_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0)
    async with open_desk(tmp_path) as desk:
        daemon, locker = Daemon(desk.services), Locker(desk)
        pipeline.start(desk.services)
        path = tmp_path / "rules" / "desk.yaml"
        path.write_text(RULES.replace("  daily: {url", "  other: {url"), encoding="utf-8")
        desk.clock.advance(minutes=1)
        locker.lock()
        await daemon.safely(daemon.reload_now)()
        locker.free()
        await daemon.safely(daemon.reload)()
        with desk.services.store.reading() as db:
            assert set(feed_states.of(db)) == {"dawn", "other"}
        locker.connection.close()


async def test_what_breaks_one_digest_does_not_keep_the_others_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = '  a-broken: {rules: [attacks], when: immediately, to: ["email:a@b.org"]}\n'
    async with open_desk(tmp_path, RULES.replace("digests:\n", f"digests:\n{broken}")) as desk:
        render = type(desk.services).render

        def fail(self: Any, digest: Any, destination: str, **more: Any) -> Any:
            if destination.startswith("email:"):
                raise ZeroDivisionError
            return render(self, digest, destination, **more)

        monkeypatch.setattr(type(desk.services), "render", fail)
        desk.serve("dawn", item(1, ATTACK, TEXT))
        assert (await once(desk))["deliveries"]["sent"] == 1


async def test_a_message_that_cannot_be_read_fails_alone(desk: Desk) -> None:
    desk.serve("dawn", item(1, ATTACK, TEXT))
    desk.channel.faults = [DeliveryError("busy")]
    await once(desk)
    with desk.services.store.writing() as db:
        db.execute(update(DELIVERY).values(payload="not json", destination="email:a@b.org"))
    desk.serve("dawn", item(2, "Blast in Quetta"))
    desk.clock.advance(minutes=2)
    assert (await once(desk))["deliveries"]["sent"] == 1
    assert states(desk) == ["failed", "sent"]


async def test_a_channel_whose_settings_are_taken_away_holds_what_was_pending(desk: Desk) -> None:
    desk.serve("dawn", item(1, ATTACK, TEXT))
    desk.channel.faults = [DeliveryError("busy")]
    await once(desk)
    object.__setattr__(desk.services, "channels", Channels(ready={}, lacking={"folder": "no SETTING"}))
    desk.clock.advance(minutes=2)
    await once(desk)
    assert states(desk) == ["held"]


async def test_a_killed_process_message_is_asked_about_a_minute_later(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        desk.serve("dawn", item(1, ATTACK, TEXT))
        pipeline.start(desk.services)
        await pipeline.poll_feeds(desk.services, desk.services.rulebook.rules.feeds.values())
        pipeline.compose_digests(desk.services, bundling=False)
        await pipeline.claim_due(desk.services)
    desk.clock.advance(seconds=1)
    async with open_desk(tmp_path, clock=desk.clock) as desk:
        await once(desk)
        assert (desk.channel.asked, desk.channel.sent) == ([], [])
        desk.clock.advance(seconds=60)
        await pipeline.settle(desk.services)
        assert len(desk.channel.asked) == 1


async def test_a_channel_that_takes_nothing_is_not_tried_for_ever(desk: Desk) -> None:
    desk.serve("dawn", item(1, ATTACK, TEXT))
    desk.channel.faults = [DeliveryError("internal_error", ambiguous=True) for _ in range(500)]
    desk.channel.answer = Asked.ABSENT
    for _ in range(60):
        await once(desk)
        desk.clock.advance(hours=1)
    assert states(desk)[0] == "failed"
    assert len(desk.channel.faults) > 350


async def test_parts_after_one_that_stays_in_doubt_fail_and_say_so(tmp_path: Path) -> None:
    async with open_desk(tmp_path, TO_SLACK) as desk:
        posts = (item(n, f"Militants attack post {n} in Mastung", TEXT.replace("post", f"p{n}") * 4) for n in range(45))
        desk.serve("dawn", *posts)
        desk.channel.answer = Asked.CANNOT_TELL
        desk.channel.faults = [DeliveryError("lost", ambiguous=True) for _ in range(2)]
        for _ in range(4):
            await once(desk)
            desk.clock.advance(minutes=5)
        found = rows(desk, select(DELIVERY.c.state, DELIVERY.c.part).where(DELIVERY.c.destination.like("slack:%")))
        assert {row.state for row in found if row.part == 0} == {"unknown"}
        assert {row.state for row in found if row.part > 0} == {"failed"}


# --- clocks and networks -----------------------------------------------------------------------------------------


async def test_a_clock_set_back_a_year_holds_up_neither_digests_nor_slack(tmp_path: Path) -> None:
    async with open_desk(tmp_path, TO_SLACK) as desk:
        desk.clock.advance(days=365)
        desk.serve("dawn", item(1, ATTACK, TEXT))
        await once(desk)
        desk.clock.advance(days=-365)
        desk.serve("dawn", item(2, "Blast in Quetta"))
        await once(desk)
        assert alerted(desk) == ["Blast in Quetta", ATTACK] or alerted(desk) == [ATTACK, "Blast in Quetta"]
        assert len(desk.channel.sent) == 2
        desk.clock.advance(hours=1)
        await once(desk)
        assert len(rows(desk, select(DIGEST.c.id).where(DIGEST.c.kind == "digest"))) == 1


async def test_the_network_coming_back_is_noticed_within_a_quarter_of_an_hour(tmp_path: Path) -> None:
    names = [f"f{number}" for number in range(6)]
    listed = "\n".join(f'  {name}: {{url: "https://{name}.example/rss", name: {name}}}' for name in names)
    rules = RULES.replace(RULES[RULES.index("  dawn:") : RULES.index("regions:")], f"{listed}\n")
    async with open_desk(tmp_path, rules) as desk:
        services = desk.services
        pipeline.start(services)
        for _ in range(8):
            await pipeline.poll_feeds(services, services.rulebook.rules.feeds.values())
            desk.clock.advance(minutes=1)
        pipeline.look_again(services)
        assert pipeline.due_feeds(services) == []
        desk.clock.advance(minutes=15)
        pipeline.look_again(services)
        assert len(pipeline.due_feeds(services)) == 6
        desk.serve("f0")
        await pipeline.poll_feed(services, services.rulebook.rules.feeds["f0"])
        with services.store.writing() as db:
            db.execute(update(FEED).values(next_poll_at=desk.clock.now() + timedelta(hours=9)))
        desk.clock.advance(minutes=20)
        pipeline.look_again(services)
        assert pipeline.due_feeds(services) == []
        pipeline.look_again(services, everyone=True)
        assert len(pipeline.due_feeds(services)) == 5


# --- rule changes ------------------------------------------------------------------------------------------------


def write_rules(desk: Desk, rules: str) -> None:
    (desk.home / "rules" / "desk.yaml").write_text(rules, encoding="utf-8")
    assert desk.services.rulebook.reload()
    pipeline.watch_feeds(desk.services)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(("  dawn:", "  dusk:"), id="removed"),
        pytest.param(("name: Dawn,", "name: Dawn, paused: true,"), id="paused"),
        pytest.param(("https://dawn.example/rss", "https://dawn.example/new"), id="moved"),
    ],
)
async def test_a_feed_that_changes_during_its_poll_is_left_as_the_rules_want_it(
    desk: Desk, change: tuple[str, str]
) -> None:
    services = desk.services
    pipeline.start(services)
    desk.serve("dawn", item(1, ATTACK, TEXT))
    before, fetch = services.rulebook.rules.feeds["dawn"], desk.fetcher.fetch

    async def fetch_and_change(feed: Any, state: Any) -> Any:
        write_rules(desk, RULES.replace(*change))
        return await fetch(feed, state)

    desk.fetcher.fetch = fetch_and_change  # type: ignore[method-assign]
    assert (await pipeline.poll_feed(services, before)).new == 0
    with services.store.reading() as db:
        state = feed_states.get(db, "dawn")
    assert state is None or (state.first_polled_at is None and state.last_polled_at is None)


async def test_a_feed_that_moved_keeps_what_is_news(tmp_path: Path) -> None:
    async with open_desk(tmp_path, WITH_A_PAST) as desk:
        desk.serve("dawn", item(1, ATTACK, TEXT))
        await once(desk)
        desk.clock.advance(hours=1)
        write_rules(desk, WITH_A_PAST.replace("dawn.example/rss", "dawn.example/new"))
        old = item(2, "Attack in Gwadar last week", published="Sun, 15 Nov 2026 06:00:00 GMT")
        new = item(3, "Blast in Quetta", published="Sun, 22 Nov 2026 07:10:00 GMT")
        desk.serve("dawn", new, old, item(1, ATTACK, TEXT))
        await once(desk)
        assert alerted(desk) == ["Blast in Quetta"]


async def test_a_removed_digest_is_owed_nothing_and_begins_anew(desk: Desk) -> None:
    desk.serve("dawn", item(1, ATTACK, TEXT))
    await once(desk)
    open_debts = select(OWED.c.id).where(OWED.c.subscription == "daily", OWED.c.digest.is_(None))
    assert rows(desk, open_debts)
    write_rules(desk, "\n".join(line for line in RULES.splitlines() if not line.startswith("  daily: {regions")) + "\n")
    assert not rows(desk, open_debts)
    desk.clock.advance(days=60)
    write_rules(desk, RULES)
    (row,) = rows(desk, select(SUBSCRIPTION.c.closed_at).where(SUBSCRIPTION.c.subscription == "daily"))
    assert row.closed_at == desk.clock.now()


async def test_an_article_owed_under_a_rule_that_is_no_more_still_says_why(desk: Desk) -> None:
    desk.serve("dawn", item(1, ATTACK, TEXT))
    pipeline.start(desk.services)
    await pipeline.poll_feeds(desk.services, desk.services.rulebook.rules.feeds.values())
    write_rules(desk, RULES.replace("  attacks:", "  assaults:").replace("[attacks]", "[assaults]"))
    pipeline.compose_digests(desk.services, bundling=False)
    (story,) = stories(desk, "alert")
    assert story["why"][0]["rule"] == "attacks"


# --- odd feeds ---------------------------------------------------------------------------------------------------


async def test_one_feeds_past_does_not_swallow_another_feeds_news(tmp_path: Path) -> None:
    rules = RULES.replace("language: en, first_poll: 100}\n  daily", "language: en}\n  daily")
    async with open_desk(tmp_path, rules) as desk:
        desk.serve("daily", item(5, "Nothing much"))
        desk.serve("dawn", item(1, ATTACK, TEXT))
        await once(desk)
        assert alerted(desk) == []
        desk.serve("daily", item(1, ATTACK, TEXT, guid="another"), item(5, "Nothing much"))
        await once(desk)
        await once(desk)
        assert alerted(desk) == [ATTACK]
        assert len(rows(desk, select(ARTICLE.c.id))) == 2


async def test_the_full_text_of_another_feed_is_matched_too(desk: Desk) -> None:
    short = item(1, "Police post attacked", "Details awaited.")
    desk.serve("dawn", short)
    await once(desk)
    desk.serve("daily", item(1, "Police post attacked", f"In Mastung. {TEXT}", guid="another"))
    counts = await once(desk)
    assert (counts["articles"]["revised"], alerted(desk)) == (1, ["Police post attacked"])
    desk.serve("dawn", short)
    assert (await once(desk))["articles"]["revised"] == 0


async def test_items_of_one_landing_page_stay_themselves_whatever_stands_beside_them(desk: Desk) -> None:
    page = "https://warnings.example/now"
    first = item(1, "Attack warning for Mastung", "Avoid the road.", guid="", link=page)
    second = item(2, "Blast reported in Gwadar", "Harbour closed.", guid="", link=page)
    third = item(3, "Quetta: attack alarm lifted", "Schools reopen.", guid="", link=page)
    for items in ([first], [second, first], [third], [second]):
        desk.serve("dawn", *items)
        await once(desk)
    assert sorted(alerted(desk)) == [
        "Attack warning for Mastung",
        "Blast reported in Gwadar",
        "Quetta: attack alarm lifted",
    ]


async def test_a_site_that_moves_with_new_ids_and_addresses_tells_nothing_again(desk: Desk) -> None:
    desk.serve("dawn", item(1, ATTACK, TEXT))
    await once(desk)
    for number in range(3):
        desk.serve(
            "dawn", item(1, ATTACK, TEXT, guid=f"id-{number}", link=f"https://w{number}.outlet.example/{number}")
        )
        counts = await once(desk)
        assert (counts["articles"]["duplicate"], counts["deliveries"]["sent"]) == (1, 0)


async def test_one_guid_for_ever_new_articles_is_no_identity(desk: Desk) -> None:
    news = [(ATTACK, TEXT), ("Blast in Quetta market", "Two shops burnt."), ("Gwadar: attack foiled", "Navy says.")]
    for number, (title, text) in enumerate(news):
        desk.serve("dawn", item(1, title, text, guid="latest-news", link=f"https://outlet.example/{number}/story"))
        await once(desk)
    assert len(alerted(desk)) == 3


async def test_a_truncated_first_poll_is_past_altogether(tmp_path: Path) -> None:
    async with open_desk(tmp_path, WITH_A_PAST) as desk:
        desk.serve("dawn", *(item(n, f"Militants attack post {n} in Mastung") for n in range(20)))
        whole = desk.fetcher.pages["dawn"]
        assert isinstance(whole, bytes)
        desk.fetcher.pages["dawn"] = whole[: len(whole) // 4]
        await once(desk)
        with desk.services.store.reading() as db:
            state = feed_states.get(db, "dawn")
        assert state is not None and "ends early" in (state.error or "")
        desk.fetcher.pages["dawn"] = whole
        await once(desk)
        assert alerted(desk) == []
        desk.serve("dawn", item(99, "Blast in Quetta"))
        await once(desk)
        assert alerted(desk) == ["Blast in Quetta"]


async def test_many_edits_are_one_change(desk: Desk) -> None:
    desk.serve("dawn", item(1, ATTACK, TEXT))
    await once(desk)
    desk.clock.advance(minutes=1)
    for number in range(10):
        desk.serve("dawn", item(1, ATTACK, f"{TEXT} Read {number} times."))
        await once(desk)
    desk.serve("dawn", item(1, ATTACK, f"{TEXT} Read 9 times."), item(2, "Blast in Quetta"))
    await once(desk)
    changes = [change["text"] for story in stories(desk, "alert")[1:] for change in story["changes"]]
    assert sorted(changes) == ["New story", "The article of Dawn that you were sent at 06:30 was edited"]

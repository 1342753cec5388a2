"""What is judged well and what is not, and what is counted: over a real database, at any moment."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, update

from monitor import faults, pipeline
from monitor.disk import Room
from monitor.errors import DeliveryError
from monitor.health import Health, InForce, Look
from monitor.metrics import Watched, reason_of
from monitor.model import Delivery, FeedState, FetchFailed, Notice, Pause, Receipt
from monitor.store import feed_states, notices, pauses
from monitor.store.notices import RULES as REFUSED
from monitor.store.standing import read_standing
from monitor.store.tables import DELIVERY, FEED, UPKEEP
from tests.fakes import RULES, START, Desk, item, open_desk

MINUTE = timedelta(minutes=1)
ALERTS = RULES.partition("  daily: {regions")[0].replace("when: immediately", "when: immediately, bundle: 0s")


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_desk(tmp_path, ALERTS) as opened:
        pipeline.start(opened.services)
        yield opened


def health_of(desk: Desk, *, version: str = "1", besides: tuple[str, ...] = ()) -> Health:
    return Health(
        desk.services.store,
        clock=desk.clock,
        in_force=lambda standing: InForce(version=version, refused=bool(standing and standing.rules_refused)),
        besides=lambda: besides,
    )


def look(desk: Desk) -> Look:
    return health_of(desk).look()


def scrape(desk: Desk) -> dict[str, float]:
    """Return every sample by its name and labels."""
    watched = Watched(health_of(desk), clock=desk.clock, registry=desk.services.metrics.registry)
    text = watched.exposition("")[0].decode()
    return {name: float(value) for name, value in re.findall(r"^([^#\s]\S*) (\S+)$", text, re.MULTILINE)}


async def poll_all(desk: Desk) -> None:
    await pipeline.poll_feeds(desk.services, pipeline.due_feeds(desk.services))


# --- feeds ---


@pytest.mark.parametrize(
    ("interval", "minutes", "late"),
    [(10, 14, False), (10, 16, True), (60, 64, False), (60, 66, True), (0, 4, False), (0, 6, True)],
)
def test_a_feed_is_late_by_its_own_measure(desk: Desk, interval: int, minutes: int, late: bool) -> None:
    """Five minutes, and once more the time that lay between its polls: ten and a quarter of an hour are no delay."""
    due = START - timedelta(minutes=minutes)
    planned = {"next_poll_at": due, "last_polled_at": due - timedelta(minutes=interval) if interval else None}
    with desk.services.store.writing() as db:
        db.execute(update(FEED).where(FEED.c.feed == "dawn").values(planned))
        db.execute(update(FEED).where(FEED.c.feed == "daily").values(next_poll_at=START))
    assert look(desk).ailments == (
        (f"a feed is due since {due:%Y-%m-%d %H:%M} UTC and nobody polls it",) if late else ()
    )


def test_feeds_that_are_gone_paused_or_unwatched_are_never_late(desk: Desk) -> None:
    with desk.services.store.writing() as db:
        db.execute(update(FEED).where(FEED.c.feed == "dawn").values(next_poll_at=None))
        db.execute(update(FEED).where(FEED.c.feed == "daily").values(watched=False))
    desk.clock.advance(days=3)
    assert look(desk).ailments == ()


async def test_a_network_without_feeds_is_blind_and_not_ill(tmp_path: Path) -> None:
    feeds = "\n".join(f'  f{number}: {{url: "https://f{number}.example/rss"}}' for number in range(5))
    async with open_desk(tmp_path, f"version: 1\nfeeds:\n{feeds}\n") as desk:
        pipeline.start(desk.services)
        assert not look(desk).blind  # nobody has asked yet
        await poll_all(desk)
        assert look(desk).blind
        assert look(desk).ailments == ()
        assert look(desk).summary == "Watching 5 feeds, 5 unread; 0 messages waiting"


# --- deliveries ---


async def compose(desk: Desk) -> None:
    await poll_all(desk)
    desk.serve("dawn", item(1, "Militants attack a post in Quetta"))
    desk.clock.advance(minutes=30)
    await poll_all(desk)
    assert pipeline.compose_digests(desk.services)


def keep_polled(desk: Desk) -> None:
    with desk.services.store.writing() as db:
        db.execute(update(FEED).values(next_poll_at=desk.clock.now()))


async def test_a_message_that_nobody_sends(desk: Desk) -> None:
    await compose(desk)
    due = desk.clock.now()
    desk.clock.advance(minutes=9)
    keep_polled(desk)
    assert look(desk).ailments == ()
    desk.clock.advance(minutes=2)
    keep_polled(desk)
    assert look(desk).ailments == (f"a message is due since {due:%Y-%m-%d %H:%M} UTC and nobody sends it",)


async def test_a_long_queue_that_moves_is_no_ailment(desk: Desk) -> None:
    await compose(desk)
    with desk.services.store.writing() as db:
        row = dict(db.execute(DELIVERY.select()).mappings().one())
        sent = {"id": 99, "key": "another", "state": "sent", "claimed_at": desk.clock.now() + 8 * MINUTE}
        db.execute(insert(DELIVERY).values(row | sent))
    desk.clock.advance(minutes=15)
    keep_polled(desk)
    assert look(desk).ailments == ()
    desk.clock.advance(minutes=4)
    keep_polled(desk)
    assert len(look(desk).ailments) == 1


async def test_what_waits_for_its_next_try_or_a_paused_channel_is_no_ailment(desk: Desk) -> None:
    await compose(desk)
    later, place = desk.clock.now() + timedelta(days=1), "folder:out"
    with desk.services.store.writing() as db:
        pauses.pause(db, Pause(place=place, until_at=later, refused=False, reason="busy", since_at=desk.clock.now()))
    desk.clock.advance(minutes=30)
    keep_polled(desk)
    assert look(desk).ailments == ()
    assert scrape(desk)["dateline_delivery_oldest_pending_seconds"] == 1800
    with desk.services.store.writing() as db:
        pauses.lift(db, place)
        db.execute(update(DELIVERY).values(next_attempt_at=later))
    assert look(desk).ailments == ()


# --- everything else ---


@pytest.mark.parametrize(
    ("to", "healthy"), [("", False), ('"slack:#ops"', False), ('"slack:#ops", "folder:ops"', True)]
)
async def test_what_is_wrong_with_channels_and_nobody_hears_is_an_ailment(
    tmp_path: Path, to: str, healthy: bool
) -> None:
    rules = RULES.replace("folder:out", "slack:#asia", 1) + f"operator: {{to: [{to}]}}\n"
    async with open_desk(tmp_path, rules) as desk:
        pipeline.start(desk.services)
        recorded = desk.channel.send

        async def send(delivery: Delivery) -> Receipt:
            if delivery.destination.startswith("slack:"):
                raise DeliveryError("invalid_auth", refuses="channel", permanent=True)
            return await recorded(delivery)

        desk.channel.send = send  # type: ignore[method-assign]
        await compose(desk)
        for _ in range(9):
            pipeline.compose_digests(desk.services)
            await pipeline.deliver(desk.services)
            pipeline.attend(desk.services)
            keep_polled(desk)
            desk.clock.advance(minutes=10)
        keep_polled(desk)
        ailments = look(desk).ailments
        assert (ailments == ()) == healthy, ailments
        assert healthy or ailments[0].startswith("the operator has not heard what is wrong since 2026")


@pytest.mark.parametrize(
    ("version", "besides", "ailments"),
    [("1", (), ()), ("", (), ("no rules are in force",)), ("1", ("no daemon runs",), ("no daemon runs",))],
)
def test_rules_and_what_the_database_does_not_know(
    desk: Desk, version: str, besides: tuple[str, ...], ailments: tuple[str, ...]
) -> None:
    assert health_of(desk, version=version, besides=besides).look().ailments == ailments


def test_a_full_disk(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk.services.store, "room", lambda: Room(free=40_000_000, total=10_000_000_000))
    assert look(desk).ailments == ("the disk is nearly full: polling waits for room",)


def test_a_database_that_does_not_answer(desk: Desk) -> None:
    path = desk.home / "state" / "dateline.db"
    desk.services.store.close()
    path.rename(path.with_name("elsewhere.db"))
    path.mkdir()
    (ailment,) = look(desk).ailments
    assert ailment.startswith("the database does not answer: database sqlite:///")
    assert look(desk).summary == ailment
    values = scrape(desk)
    assert values["dateline_healthy"] == 0
    assert "dateline_feeds_quiet" not in values


def test_an_answer_is_given_again_for_a_second(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    watched = health_of(desk)
    first = watched.look()
    assert watched.look() is first
    now += 1.1
    assert watched.look() is not first


# --- what Prometheus reads ---


async def test_gauges_say_how_things_stand(desk: Desk) -> None:
    desk.serve("dawn", item(1, "Quiet day"))
    await poll_all(desk)
    with desk.services.store.writing() as db:
        state = feed_states.of(db)["dawn"]
        feed_states.save(db, replace(state, quiet_since=START, unstable_since=START))
        notices.raise_notice(db, Notice(key=f"{REFUSED}1", what="bad", hint="check", since_at=START))
        pauses.pause(db, Pause(place="slack", until_at=START, refused=True, reason="no", since_at=START))
        db.execute(insert(UPKEEP).values(name="backup", done_at=START - timedelta(hours=5)))
    values = scrape(desk)
    expected = {
        'dateline_feeds{state="ok"}': 1,
        'dateline_feeds{state="failing"}': 1,
        'dateline_feeds{state="gone"}': 0,
        "dateline_feeds_quiet": 1,
        "dateline_feeds_unstable": 1,
        "dateline_feed_most_overdue_seconds": 0,
        "dateline_notices_open": 1,
        "dateline_rules_refused": 1,
        'dateline_rules_info{version="1"}': 1,
        "dateline_channels_paused": 1,
        "dateline_backup_age_seconds": 5 * 3600,
        'dateline_deliveries{state="pending"}': 0,
        'dateline_polls_total{outcome="ok",reason=""}': 1,
        'dateline_polls_total{outcome="failed",reason="name"}': 1,
        'dateline_articles_total{kind="new"}': 1,
        "dateline_poll_lateness_seconds_count": 2,
        "dateline_poll_lateness_seconds_sum": 0,
        "dateline_healthy": 1,
    }
    assert {name: values.get(name) for name in expected} == expected
    assert values["dateline_database_size_bytes"] > 100_000 and values["dateline_disk_free_bytes"] > 0


async def test_counters_count_where_it_happens(desk: Desk) -> None:
    await compose(desk)
    await pipeline.deliver(desk.services)
    metrics = desk.services.metrics
    metrics.parser_killed("memory")
    metrics.step_ended("poll", 0.2, failed=True)
    metrics.heartbeat(failed=False)
    values = scrape(desk)
    expected = {
        'dateline_polls_total{outcome="failed",reason="name"}': 3,
        'dateline_delivery_attempts_total{channel="folder",outcome="sent"}': 1,
        'dateline_parser_kills_total{reason="memory"}': 1,
        'dateline_step_failures_total{step="poll"}': 1,
        'dateline_step_duration_seconds_count{step="poll"}': 1,
        'dateline_heartbeats_total{outcome="ok"}': 1,
    }
    assert {name: values.get(name) for name in expected} == expected


def test_a_poll_before_its_time_is_not_late(desk: Desk) -> None:
    for due in (None, START + MINUTE, START - 2 * MINUTE):
        desk.services.metrics.poll_began(FeedState(feed="dawn", url="https://dawn.example", next_poll_at=due), START)
    assert scrape(desk)["dateline_poll_lateness_seconds_sum"] == 120


def test_no_series_grows_with_the_rule_files(desk: Desk) -> None:
    labels = {label for name in scrape(desk) for label in re.findall(r"[{,](\w+)=", name)}
    assert labels <= {"state", "outcome", "reason", "channel", "step", "le", "version", "kind"}


@pytest.mark.parametrize(
    ("failed", "kind"),
    [
        (FetchFailed(reason="answered 404 Not Found", status=404), "http_4xx"),
        (FetchFailed(reason="answered 503", status=503), "http_5xx"),
        (FetchFailed(reason="took longer than 30 s"), "timeout"),
        (FetchFailed(reason=faults.explain(TimeoutError())), "timeout"),
        (FetchFailed(reason=faults.explain(ConnectionRefusedError())), "connection"),
        (FetchFailed(reason=faults.explain(ConnectionResetError())), "connection"),
        (FetchFailed(reason=faults.explain(OSError(101, "Network is unreachable"))), "connection"),
        (FetchFailed(reason="no such host"), "name"),
        (FetchFailed(reason="its certificate is not accepted: expired"), "certificate"),
        (FetchFailed(reason="no secure connection could be made"), "certificate"),
        (FetchFailed(reason="10.0.0.1 is not a public address (…)"), "refused_address"),
        (FetchFailed(reason="is larger than 10 MB"), "too_large"),
        (FetchFailed(reason="redirects in a circle"), "redirect"),
        (FetchFailed(reason="could not be processed: KeyError: 1"), "broken"),
        (FetchFailed(reason="is an HTML page, not a feed"), "unreadable"),
    ],
)
def test_failures_are_counted_by_class(failed: FetchFailed, kind: str) -> None:
    assert reason_of(failed) == kind


def test_reading_how_things_stand_is_cheap(desk: Desk) -> None:
    """It is read at every scrape and every probe, beside the work: of 10,000 feeds and 20,000 messages in 0.1 s."""
    now = datetime.now(START.tzinfo)
    with desk.services.store.writing() as db:
        feed = {"url": "https://f.example", "health": "ok", "next_poll_at": now - timedelta(hours=1)}
        rows = [feed | {"feed": f"f{number}", "last_polled_at": now - timedelta(days=1)} for number in range(10_000)]
        db.execute(insert(FEED), rows)
        message = {
            **{"digest": "d", "subscription": "s", "part": 0, "parts": 1, "payload": "x" * 2000, "created_at": now},
            **{"state": "sent", "next_attempt_at": now, "destination": "folder:out", "claimed_at": now},
        }
        db.execute(insert(DELIVERY), [message | {"key": f"k{number}"} for number in range(20_000)])
    with desk.services.store.reading() as db:
        began = time.process_time()
        for _ in range(5):
            read_standing(db, now)
        assert (time.process_time() - began) / 5 < 0.1

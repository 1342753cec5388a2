"""The daemon's own part: who hears that it lives, what ends it, and what a jumping clock does to it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from structlog.testing import capture_logs

from monitor import pipeline
from monitor.daemon import Daemon, life, schedule, slots, systemd
from monitor.daemon.life import VITAL
from monitor.daemon.schedule import Every
from monitor.errors import DamagedError, FetchError, StoreError
from monitor.store import feed_states
from tests.fakes import RULES, START, Desk, item, open_desk

ADDRESS = "https://hc.example.org/ping/7f3a-secret"
BEATING = f"{RULES}operator: {{heartbeat: '{ADDRESS}'}}\n"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_desk(tmp_path, BEATING) as opened:
        pipeline.start(opened.services)
        yield opened


class Monotonic:
    """The clock that no one can set: stands still until it is moved."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> Monotonic:
    clock = Monotonic()
    for module in (life, slots):
        monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=clock))
    return clock


async def go_round(daemon: Daemon) -> None:
    """Let every vital step run once, and what it started end."""
    for step in VITAL:
        await daemon.timed(getattr(daemon, step))()
    await asyncio.gather(*daemon.polling.values(), *daemon.sending.values())


async def beat(daemon: Daemon) -> None:
    await daemon.timed(daemon.life.heartbeat)()


# --- the heartbeat ---


async def test_the_heart_beats_once_a_minute_while_all_goes_well(desk: Desk, seconds: Monotonic) -> None:
    desk.serve("dawn", item(1, "Quiet day"))
    daemon = Daemon(desk.services)
    await beat(daemon)
    assert desk.fetcher.pinged == []  # nothing has been done yet
    await go_round(daemon)
    for _ in range(30):  # every five seconds
        await beat(daemon)
        seconds.at += 5
        await go_round(daemon)
    assert desk.fetcher.pinged == [ADDRESS] * 3


@pytest.mark.parametrize("still", VITAL)
async def test_no_heartbeat_for_a_daemon_of_which_a_part_stands_still(
    desk: Desk, seconds: Monotonic, still: str
) -> None:
    desk.serve("dawn", item(1, "Quiet day"))
    daemon = Daemon(desk.services)
    await go_round(daemon)
    seconds.at += 90
    for step in VITAL:
        if step != still:
            await daemon.timed(getattr(daemon, step))()
    await beat(daemon)
    assert desk.fetcher.pinged == []


@pytest.mark.parametrize("failing", VITAL)
async def test_no_heartbeat_where_a_step_only_fails(
    desk: Desk, seconds: Monotonic, failing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    daemon = Daemon(desk.services)
    await go_round(daemon)
    seconds.at += 90

    async def fails() -> None:
        raise StoreError("the database is locked")

    fails.__name__ = failing
    monkeypatch.setattr(daemon, failing, fails)
    await go_round(daemon)
    await beat(daemon)
    assert desk.fetcher.pinged == []
    assert seconds.at == daemon.life.moved[failing] > daemon.life.done[failing]  # it moves all the same
    assert daemon.life.health.look().ailments == (f"the step {failing!r} has not succeeded for a minute",)


async def test_no_heartbeat_where_silence_would_be_a_lie(desk: Desk, seconds: Monotonic) -> None:
    daemon = Daemon(desk.services)
    await go_round(daemon)
    desk.clock.advance(hours=7)  # and nobody polled
    await beat(daemon)
    assert desk.fetcher.pinged == []
    assert daemon.life.health.look().ailments


async def test_a_failing_heartbeat_is_said_once_and_its_address_never(desk: Desk, seconds: Monotonic) -> None:
    daemon = Daemon(desk.services)
    desk.fetcher.ping_fault = FetchError("answered 500 Internal Server Error")
    with capture_logs() as lines:
        for _ in range(4):
            await go_round(daemon)
            await beat(daemon)
            seconds.at += 61
        desk.fetcher.ping_fault = None
        await go_round(daemon)
        await beat(daemon)
    said = [line for line in lines if "heartbeat" in line["event"]]
    assert [line["event"] for line in said] == ["heartbeat not taken", "heartbeat taken again"]
    assert "secret" not in str(lines)
    assert len(desk.fetcher.pinged) == 5


async def test_without_an_address_nobody_is_asked(tmp_path: Path) -> None:
    async with open_desk(tmp_path, RULES) as desk:
        pipeline.start(desk.services)
        daemon = Daemon(desk.services)
        await go_round(daemon)
        await beat(daemon)
        assert desk.fetcher.pinged == []


# --- systemd ---


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    lines: list[str] = []
    monkeypatch.setattr(systemd, "notify", lambda *said: lines.extend(said))
    monkeypatch.setattr(systemd, "watchdog_seconds", lambda: 0.2)
    return lines


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not true():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.01)


async def test_systemd_hears_of_the_start_the_life_and_the_end(desk: Desk, told: list[str]) -> None:
    daemon = Daemon(desk.services)
    running = asyncio.create_task(daemon.run())
    await until(lambda: told.count("WATCHDOG=1") > 1)
    daemon.stop()
    await running
    assert told[:2] == ["READY=1", "STATUS=Running"]
    assert any(line.startswith("STATUS=Watching 2 feeds, ") for line in told)
    assert told[-2:] == ["STOPPING=1", "STATUS=Stopping"]


async def test_systemd_hears_of_the_life_where_nobody_can_say_how_it_goes(
    desk: Desk, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A watchdog that dies of a look at the database would be a daemon started anew every minute."""
    daemon = Daemon(desk.services)
    failed = []

    def breaks() -> None:
        failed.append(True)
        raise RuntimeError("no such column")

    monkeypatch.setattr(daemon.life.health, "look", breaks)
    with capture_logs() as lines:
        running = asyncio.create_task(daemon.run())
        await until(lambda: bool(failed))
        told.clear()
        await until(lambda: told.count("WATCHDOG=1") > 2)
        daemon.stop()
        await running
    assert ("step broke", "tell_status") in [(line["event"], line.get("step")) for line in lines]


@pytest.mark.parametrize("still", [None, *VITAL])
async def test_systemd_hears_of_no_life_of_which_a_part_stands_still(
    desk: Desk, seconds: Monotonic, still: str | None, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A step that fails moves all the same: starting anew would not help it."""
    daemon, end = Daemon(desk.services), seconds.at + 10

    async def passes(pause: float) -> None:
        seconds.at += pause
        for step in VITAL:
            if step != still:
                daemon.life.ended(step, began=seconds.at, well=False)
        if seconds.at > end:
            raise asyncio.CancelledError

    monkeypatch.setattr(life, "asyncio", SimpleNamespace(sleep=passes))
    with pytest.raises(asyncio.CancelledError):
        await daemon.life.feed_watchdog()
    assert ("WATCHDOG=1" in told) == (still is None)


# --- a damaged database ---


@pytest.mark.parametrize("step", ["digest", "poll", "send", "settle"])
async def test_a_damaged_database_ends_the_run(
    desk: Desk, step: str, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def meets_damage() -> None:
        raise DamagedError("database is damaged")

    meets_damage.__name__ = step
    daemon = Daemon(desk.services)
    monkeypatch.setattr(daemon, step, meets_damage)
    with pytest.raises(DamagedError):
        await asyncio.wait_for(daemon.run(), 20)


@pytest.mark.parametrize("function", ["poll_feed", "send"])
async def test_damage_that_a_poll_or_a_sending_meets_ends_the_run(
    desk: Desk, function: str, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def meets_damage(*_: Any) -> None:
        raise DamagedError("database is damaged")

    desk.serve("dawn", item(1, "Militants attack a post in Quetta"))
    await pipeline.run_once(desk.services)
    desk.serve("dawn", item(2, "Blast in Gwadar kills three"))
    desk.clock.advance(minutes=30)
    await pipeline.poll_feeds(desk.services, pipeline.due_feeds(desk.services))
    desk.clock.advance(minutes=30)
    monkeypatch.setattr(pipeline, function, meets_damage)
    with pytest.raises(DamagedError):
        await asyncio.wait_for(Daemon(desk.services).run(), 20)


# --- the clock ---


@pytest.mark.parametrize("back", [timedelta(hours=1), timedelta(days=1), timedelta(days=365)])
async def test_a_clock_set_back_holds_nothing_up(
    desk: Desk, back: timedelta, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "CLOCK_CHECK_SECONDS", 0.05)
    ahead = 0.0
    shown = SimpleNamespace(time=lambda: time.time() + ahead, monotonic=time.monotonic)
    monkeypatch.setattr(schedule, "time", shown)
    desk.serve("dawn", item(1, "Quiet day"))
    daemon = Daemon(desk.services)
    running = asyncio.create_task(daemon.run())
    await until(lambda: len(desk.fetcher.asked) == 2)
    await until(lambda: not daemon.polling)
    with capture_logs() as lines:
        desk.clock.at -= back
        ahead = -back.total_seconds()
        await until(lambda: len(desk.fetcher.asked) == 4)
    daemon.stop()
    await running
    assert "the clock was set back" in [line["event"] for line in lines]
    with desk.services.store.reading() as db:
        planned = [state.next_poll_at for state in feed_states.of(db).values() if state.next_poll_at]
    assert max(planned) <= desk.clock.at + timedelta(hours=7)


# --- many feeds ---


async def test_feeds_that_hang_give_up_their_slots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slots, "POLLS_AT_ONCE", 3)
    monkeypatch.setattr(slots, "POLLS_IN_ALL", 5)
    feeds = "\n".join(f'  f{number}: {{url: "https://f{number}.example/rss"}}' for number in range(9))
    async with open_desk(tmp_path, f"version: 1\nfeeds:\n{feeds}\n") as desk:
        pipeline.start(desk.services)
        clock = Monotonic()
        monkeypatch.setattr(slots, "time", SimpleNamespace(monotonic=clock))
        released = asyncio.Event()

        async def hangs(*_: Any) -> None:
            await released.wait()

        monkeypatch.setattr(pipeline, "poll_feed", hangs)
        daemon, running = Daemon(desk.services), []
        for _ in range(4):
            await daemon.poll()
            running.append(len(daemon.polling))
            clock.at += 0.75
        assert running == [3, 3, 5, 5]
        released.set()
        await asyncio.gather(*daemon.polling.values())


@pytest.mark.parametrize("slept", [timedelta(0), timedelta(hours=1), timedelta(days=365)])
def test_missed_runs_are_skipped_and_not_counted(slept: timedelta) -> None:
    every, planned = Every(1), START
    assert every.get_next_fire_time(None, START) > START
    following = every.get_next_fire_time(planned, planned + slept)
    assert following == planned + slept + timedelta(seconds=1)


async def test_polls_that_wait_to_be_stored_leave_the_thread_to_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a locked database each costs seconds: a tick that feeds the watchdog must not come after all of them."""
    order: list[str] = []
    save, gate = feed_states.save, threading.Event()

    def counted(db: Any, state: Any) -> None:
        order.append("poll")
        save(db, state)

    monkeypatch.setattr(feed_states, "save", counted)
    feeds = "\n".join(f'  f{number}: {{url: "https://f{number}.example/rss"}}' for number in range(9))
    async with open_desk(tmp_path, f"version: 1\nfeeds:\n{feeds}\n") as desk:
        services = desk.services
        pipeline.start(services)
        with services.store.reading() as db:
            states = feed_states.of(db)
        for feed in states:
            desk.serve(feed, item(1, "Blast in Quetta"))
        stopped = asyncio.create_task(services.in_store(gate.wait))
        polls = [
            asyncio.create_task(pipeline.poll_feed(services, services.rulebook.rules.feeds[feed], state))
            for feed, state in states.items()
        ]
        while not services.storing.locked():  # noqa: ASYNC110 - there is nothing else to wait for
            await asyncio.sleep(0)
        await asyncio.to_thread(lambda: None)
        tick = asyncio.create_task(services.in_store(lambda: order.append("tick")))
        await asyncio.sleep(0)
        gate.set()
        await asyncio.gather(stopped, tick, *polls)
        assert sorted(order) == ["poll"] * 9 + ["tick"]
        assert order.index("tick") <= 2

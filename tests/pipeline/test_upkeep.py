"""The database is backed up, looked at, and spared when its disk is full."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from monitor import pipeline
from monitor.disk import Room
from monitor.errors import DamagedError, FullError, StoreError
from monitor.model import Notice
from monitor.store import Store, backups, notices, upkeep
from tests.fakes import START, Desk, item, open_desk

ATTACK = item(1, "Militants attack post in Mastung", "Two were hurt.")


def _notices(desk: Desk) -> list[Notice]:
    with desk.services.store.reading() as db:
        return notices.open_notices(db)


def _kept(desk: Desk) -> list[str]:
    file = desk.services.store.file
    assert file is not None
    return [one.path.name for one in backups.kept(file, desk.clock.now())]


async def test_the_database_is_backed_up_daily_and_looked_at_weekly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[str] = []
    async with open_desk(tmp_path) as desk:
        monkeypatch.setattr(type(desk.services.store), "check", lambda _: looks.append("looked"))
        for hour in range(24 * 8):
            await pipeline.keep_up(desk.services)
            kept = _kept(desk)
            assert len(kept) == min(1 + hour // 24, 7)
            assert kept[0] == f"dateline-{START + timedelta(days=hour // 24):%Y%m%dT%H%M%SZ}.db"
            assert len(looks) == 1 + hour // (24 * 7)
            desk.clock.advance(hours=1)
        assert _notices(desk) == []


@pytest.mark.parametrize(
    ("done", "due"), [(None, True), (-24.0, True), (-23.9, False), (0.0, False), (0.1, True), (24 * 365, True)]
)
async def test_a_chore_done_by_a_wrong_clock_is_not_done(tmp_path: Path, done: float | None, due: bool) -> None:
    async with open_desk(tmp_path) as desk:
        with desk.services.store.writing() as db:
            if done is not None:
                upkeep.record(db, "backup", START + timedelta(hours=done))
            assert upkeep.is_due(db, "backup", timedelta(days=1), START) is due


async def test_a_backup_that_fails_is_told_until_one_succeeds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_desk(tmp_path) as desk:
        with monkeypatch.context() as full:
            full.setattr(backups, "room_beside", lambda _: Room(free=1, total=10**12))
            await pipeline.keep_up(desk.services)
        (notice,) = _notices(desk)
        assert notice.key == "backup"
        assert "could not be backed up: no room for a copy of dateline.db" in notice.what
        assert _kept(desk) == []
        await pipeline.keep_up(desk.services)
        assert _notices(desk) == []
        assert len(_kept(desk)) == 1


async def test_damage_ends_the_run_instead_of_being_backed_up(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        with desk.services.store.writing() as db:
            db.exec_driver_sql("INSERT INTO habit VALUES ('dawn', x'00')")
        with pytest.raises(DamagedError, match="there is no backup in"):
            await pipeline.keep_up(desk.services)
        with desk.services.store.writing() as db:
            upkeep.record(db, "check", START)
        with pytest.raises(DamagedError):
            await pipeline.keep_up(desk.services)
        assert _kept(desk) == []


async def test_a_database_that_is_no_file_is_left_to_its_server(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        desk.services.store.file = None
        await pipeline.keep_up(desk.services)
        pipeline.watch_disk(desk.services)
        assert pipeline.due_feeds(desk.services) == []


async def test_polling_waits_while_the_disk_is_nearly_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_desk(tmp_path) as desk:
        desk.serve("dawn", ATTACK)
        with monkeypatch.context() as full:
            full.setattr(type(desk.services.store), "room", lambda _: Room(free=1_000_000, total=10**12))
            counts = await pipeline.run_once(desk.services, every_feed=True)
            assert (counts.polled, desk.fetcher.asked) == (0, [])
            pipeline.watch_disk(desk.services)
            assert [(one.key, one.what) for one in _notices(desk)] == [
                ("disk", "The disk is nearly full: no feed is polled")
            ]
        counts = await pipeline.run_once(desk.services, every_feed=True)
        assert counts.polled == 2
        assert counts.sent == 1
        assert _notices(desk) == []


async def test_room_that_moves_about_the_limit_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_desk(tmp_path) as desk:
        pipeline.start(desk.services)
        desk.clock.advance(days=1)
        seen = []
        for megabytes in (99, 51, 49, 51, 49, 99, 100, 51, 49):
            room = Room(free=megabytes * 10**6, total=10**12)
            monkeypatch.setattr(desk.services.store, "room", lambda room=room: room)
            polls_before = bool(pipeline.due_feeds(desk.services))
            pipeline.watch_disk(desk.services)
            assert bool(pipeline.due_feeds(desk.services)) is not bool(_notices(desk))
            seen.append((megabytes, polls_before, len(_notices(desk))))
        assert seen == [
            (99, True, 0),
            (51, True, 0),
            (49, False, 1),
            (51, False, 1),
            (49, False, 1),
            (99, False, 1),
            (100, True, 0),
            (51, True, 0),
            (49, False, 1),
        ]
        assert [one.hint for one in _notices(desk)] == [
            f"make room where {tmp_path / 'state'} lies: polling goes on with 100 MB free"
        ]


async def test_a_log_that_takes_what_is_missing_is_told_to_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_desk(tmp_path) as desk:
        pipeline.start(desk.services)
        log = desk.home / "state" / "dateline.db-wal"
        assert log.stat().st_size > 0
        monkeypatch.setattr(
            desk.services.store,
            "room",
            lambda: Room(free=60_000_000 if not log.stat().st_size else 49_000_000, total=10**12),
        )
        assert not pipeline.due_feeds(desk.services)
        pipeline.watch_disk(desk.services)
        assert pipeline.due_feeds(desk.services)
        assert _notices(desk) == []


async def test_a_claim_that_cannot_be_committed_sends_nothing(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        desk.serve("dawn", ATTACK)
        services = desk.services
        pipeline.start(services)
        for feed in pipeline.due_feeds(services):
            await pipeline.poll_feed(services, feed)
        assert pipeline.compose_digests(services, bundling=False)
        with _no_room(services.store):
            with pytest.raises(FullError, match="no room is left"):
                await pipeline.claim_due(services)
            with pytest.raises(FullError):
                await pipeline.deliver(services)
            assert desk.channel.sent == []
        await pipeline.deliver_all(services)
        assert len(desk.channel.sent) == 1


@contextmanager
def _no_room(store: Store) -> Iterator[None]:
    """Let every commit fail as on a full disk."""

    def fail(_: object) -> None:
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise OperationalError("COMMIT", {}, error)

    event.listen(store.engine, "commit", fail)
    try:
        yield
    finally:
        event.remove(store.engine, "commit", fail)


async def test_a_locked_database_leaves_the_loop_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.store.engine.BUSY_SECONDS", 1)
    async with open_desk(tmp_path) as desk:
        pipeline.start(desk.services)
        other = sqlite3.connect(tmp_path / "state" / "dateline.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        claiming = asyncio.create_task(pipeline.claim_due(desk.services))
        loop, longest = asyncio.get_running_loop(), 0.0
        while not claiming.done():
            began = loop.time()
            await asyncio.sleep(0.01)
            longest = max(longest, loop.time() - began)
        with pytest.raises(StoreError, match="database is locked"):
            claiming.result()
        other.close()
        assert longest < 0.5

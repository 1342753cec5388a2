"""`kill -9` in the middle of each step, named one by one: the next start goes on where the last one died."""

from __future__ import annotations

import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import event

from monitor.store import Store
from monitor.store.engine import _config
from tests.faults import times
from tests.faults.program import Death
from tests.faults.world import World

WITHOUT_NEWS = "inside the transaction of a poll without news"
STEPS = {
    "before a fetch": Death("monitor.feeds.fetch:Fetcher.fetch", before=True),
    "after a fetch": Death("monitor.feeds.fetch:Fetcher.fetch"),
    "after parsing": Death("monitor.feeds.parsing:Parsers.parse"),
    "inside the transaction that stores": Death("monitor.pipeline.storing:store_items"),
    "after the transaction that stores": Death("monitor.pipeline.poll:_record"),
    WITHOUT_NEWS: Death("monitor.store.feed_states:save_all"),
    "inside the transaction that composes, the digest stored": Death("monitor.store.telling:save_digest"),
    "inside the transaction that composes, one message of it stored": Death("monitor.store.outbox:enqueue"),
    "after composing": Death("monitor.pipeline.compose:compose_digests"),
    "inside the transaction that claims": Death("monitor.store.outbox:claim"),
    "after claiming, before sending": Death("monitor.channels:Channels.send", before=True),
    "after the channel took it, before it is recorded": Death("monitor.channels:Channels.send"),
    "inside the transaction that records it as sent": Death("monitor.store.outcomes:record_sent"),
    "while watching the rule files": Death("monitor.store.telling:follow_subscriptions"),
}
RARE = {"while watching the rule files": 1}
"""So many calls there are in a minute; of the other steps four at least."""
IN_DOUBT = {
    "inside the transaction that doubts": Death("monitor.store.outcomes:abandon_claims"),
    "before the channel is asked": Death("monitor.channels:Channels.ask", before=True),
    "after the channel was asked": Death("monitor.channels:Channels.ask"),
    "after an answer is recorded": Death("monitor.pipeline.deliver:_record_answer"),
}
AT_START = {"inside the transaction that retires": Death("monitor.store.pools:forget_old")}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path / "home", seed=2) as world:
        yield world


def die(world: World, death: Death) -> None:
    """Run the program until it dies of it."""
    program = world.start(death=death)
    assert program.ends() == -signal.SIGKILL, program.said[-3000:]
    world.bury(program)


@pytest.mark.parametrize("name", STEPS)
def test_dead_in_a_step(world: World, name: str) -> None:
    for _ in range(times(1, 20)):
        death = STEPS[name]
        world.feeds.moves = name != WITHOUT_NEWS
        die(world, Death(death.function, world.chance.randint(1, RARE.get(name, 4)), death.before))
    world.feeds.moves = True
    world.settle()
    world.check()


@pytest.mark.parametrize("name", IN_DOUBT)
def test_dead_while_in_doubt(world: World, name: str) -> None:
    for _ in range(times(1, 20)):
        die(world, Death("monitor.channels:Channels.send", world.chance.randint(1, 3)))
        die(world, IN_DOUBT[name])
    world.settle()
    world.check()


@pytest.mark.parametrize("name", AT_START)
def test_dead_at_a_start(world: World, name: str) -> None:
    for _ in range(times(1, 20)):
        program = world.start()
        time.sleep(world.chance.random())
        world.kill(program)
        die(world, AT_START[name])
    world.settle()
    world.check()


# --- backups ---

BACKING_UP = {
    "before the copy is checked": Death("monitor.store.backups:find_damage", before=True),
    "before it counts": Death("monitor.store.backups:durable", before=True),
    "when it counts": Death("monitor.store.backups:durable", 2),
    "before old ones are forgotten": Death("monitor.store.backups:forget_old", before=True),
}


@pytest.mark.parametrize("name", BACKING_UP)
def test_dead_while_a_backup_is_written(world: World, name: str) -> None:
    """By the daemon's own daily backup: what counts as a backup is a whole one, and the next is made."""
    folder = world.home / "state" / "backups"
    for _ in range(times(1, 20)):
        world.forget_backups()
        die(world, BACKING_UP[name])
        for path in folder.glob("*.db"):
            assert _is_sound(path)
    world.forget_backups()
    again = world.start("backup")
    assert again.ends() == 0, again.said
    world.settle()
    world.check()
    assert [_is_sound(path) for path in folder.glob("*.db")][-1]
    assert world.start("restore").ends() == 0
    world.settle()


def _is_sound(path: Path) -> bool:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        return list(db.execute("PRAGMA integrity_check")) == [("ok",)]


# --- migrations --------------------------------------------------------------------------------------------------


def test_dead_in_a_migration(tmp_path: Path) -> None:
    """A new database, and one of an earlier version: whole or as it was, and the next start brings it to the end."""
    statements = _statements(tmp_path)
    with World(tmp_path / "home") as world:
        database = world.home / "state" / "dateline.db"
        for version in ("new", "0003"):
            for number in range(times(4, 20)):
                for suffix in ("", "-wal", "-shm"):
                    Path(f"{database}{suffix}").unlink(missing_ok=True)
                if version != "new":
                    _make(database, version)
                at = 1 + number * (statements[version] - 1) // (times(4, 20) - 1)
                death = Death("sqlalchemy.engine.default:DefaultDialect.do_execute", at, before=True)
                program = world.start("db", "upgrade", death=death)
                assert program.ends() == -signal.SIGKILL, program.said
                world.bury(program)
                assert _version(database) in (None, version), at
                again = world.start("db", "upgrade")
                assert again.ends() == 0, again.said
                assert _version(database) == Store(f"sqlite:///{database}").upgrade()


def _make(database: Path, version: str) -> None:
    store = Store(f"sqlite:///{database}")
    config = _config()
    with store.writing() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, version)
    store.close()


def _version(database: Path) -> str | None:
    if not database.exists():
        return None
    assert _is_sound(database)
    with closing(sqlite3.connect(database)) as db:
        tables = list(db.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"))
        found = list(db.execute("SELECT version_num FROM alembic_version")) if tables else []
    return str(found[0][0]) if found else None


def _statements(folder: Path) -> dict[str, int]:
    """Return how many statements an upgrade executes, by the version that it begins with."""
    counts = {}
    for version in ("new", "0003"):
        database = folder / f"{version}.db"
        if version != "new":
            _make(database, version)
        store, seen = Store(f"sqlite:///{database}"), list[str]()
        event.listen(store.engine, "before_cursor_execute", lambda *call, seen=seen: seen.append(call[2]))
        store.upgrade()
        store.close()
        counts[version] = len(seen)
    return counts

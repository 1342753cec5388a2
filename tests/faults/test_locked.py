"""Somebody else holds the database's write lock for longer than anybody waits for it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults import times
from tests.faults.world import World

HELD_SECONDS = 30.0


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path / "home", seed=7) as world:
        yield world


def test_a_lock_held_for_long_loses_and_repeats_nothing(world: World) -> None:
    program = world.start()
    for _ in range(times(2, 20)):
        time.sleep(3)
        other = sqlite3.connect(world.home / "state" / "dateline.db", isolation_level=None, timeout=30)
        other.execute("BEGIN IMMEDIATE")
        time.sleep(HELD_SECONDS)
        other.execute("ROLLBACK")
        other.close()
        assert program.lives, program.said[-3000:]
    assert "database is locked" in program.said
    assert "step broke" not in program.said
    time.sleep(10)  # what was sent meanwhile is recorded: who stops the daemon before that asks for a doubt
    assert program.stop() < 5
    world.forget(program)
    world.settle()
    print(world.check())

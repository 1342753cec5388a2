"""A disk that fills and is freed under a running daemon, and one that lets files grow no further."""

from __future__ import annotations

import resource
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.faults import times
from tests.faults.program import Program
from tests.faults.world import World

DISK_BYTES = 40_000_000
FULL_SECONDS = 3.0

RECORDED_SECONDS = 6.0
"""Until what was sent while nothing could be written is recorded; who stops the daemon before that asks for a doubt."""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path / "home", seed=5) as world:
        (world.home / "state").mkdir()
        yield world


@pytest.fixture
def small_disk(world: World) -> Iterator[Path]:
    """Put the database on a file system of its own."""
    state = world.home / "state"
    mount, unmount = shutil.which("mount"), shutil.which("umount")
    options = ["-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(state)]
    if not mount or not unmount or subprocess.run([mount, *options], capture_output=True, check=False).returncode:
        pytest.skip("no file system can be mounted here")
    try:
        yield state
    finally:
        subprocess.run([unmount, "--lazy", str(state)], check=True)


def _stored(world: World) -> int:
    with sqlite3.connect(f"file:{world.home}/state/dateline.db?mode=ro", uri=True, timeout=30) as db:
        count: int = db.execute("SELECT count(*) FROM article").fetchone()[0]
    db.close()
    return count


def _wait_for_more(world: World, program: Program) -> None:
    before, end = _stored(world), time.monotonic() + 90
    while _stored(world) <= before + 2:
        assert program.lives, program.said[-3000:]
        assert time.monotonic() < end, program.said[-3000:]
        time.sleep(0.1)


def test_a_disk_filled_and_freed_loses_and_repeats_nothing(world: World, small_disk: Path) -> None:
    filler = small_disk / "filler"
    program = world.start()
    for turn in range(1, times(3, 20) + 1):
        _wait_for_more(world, program)
        # Again and again, as the database's log is emptied for room before anything is said.
        _wait_until_said(program, "no feed is polled", turn, lambda: _fill(filler, leave=DISK_BYTES // 40))
        _fill(filler, leave=0)
        time.sleep(FULL_SECONDS)
        assert program.lives, program.said[-3000:]
        filler.unlink()
        _wait_until_said(program, "there is room again", turn)
    _wait_for_more(world, program)
    assert program.stop() < 5
    world.forget(program)
    world.settle()
    print(world.check())


def _fill(filler: Path, *, leave: int) -> None:
    """Let a file take the disk's room, but for so many bytes."""
    with filler.open("ab", buffering=0) as file, suppress(OSError):
        while shutil.disk_usage(filler.parent).free > leave or not leave:
            file.write(bytes(50_000))


def _wait_until_said(program: Program, words: str, times_: int, meanwhile: Callable[[], object] = lambda: None) -> None:
    end = time.monotonic() + 30
    while program.said.count(words) < times_:
        meanwhile()
        assert program.lives, program.said[-3000:]
        assert time.monotonic() < end, program.said[-3000:]
        time.sleep(0.1)


def test_a_database_that_may_not_grow_loses_and_repeats_nothing(world: World) -> None:
    """As under a quota, which no look at the disk foretells: every commit fails that needs more."""
    program = world.start()
    for _ in range(times(3, 20)):
        _wait_for_more(world, program)
        log = (world.home / "state" / "dateline.db-wal").stat().st_size
        resource.prlimit(program.pid, resource.RLIMIT_FSIZE, (log, resource.RLIM_INFINITY))
        time.sleep(FULL_SECONDS)
        assert program.lives, program.said[-3000:]
        resource.prlimit(program.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    _wait_for_more(world, program)
    assert "no room is left" in program.said
    time.sleep(RECORDED_SECONDS)
    assert program.stop() < 5
    world.forget(program)
    world.settle()
    print(world.check())

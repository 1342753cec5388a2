"""Many starts on one database, and ends at any moment."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults import times
from tests.faults.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path / "home", seed=3) as world:
        yield world


def test_of_simultaneous_starts_one_lives(world: World) -> None:
    """The others end at once and name it; killed, it leaves nothing that keeps the next one from starting."""
    for _ in range(times(1, 5)):
        programs = [world.start(wait=False) for _ in range(100)]
        end = time.monotonic() + 120
        while sum(program.lives for program in programs) > 1:
            assert time.monotonic() < end
            time.sleep(0.05)
        (alive,) = [program for program in programs if program.lives]
        alive.says('"started"')
        said = (world.home / "log").read_text("utf-8")
        for program in programs:
            if program is not alive:
                assert program.ends() == 1
                world.forget(program)
        assert len(re.findall(rf"already runs here, with pid {alive.pid}\b", said)) == 99, said[-3000:]
        world.kill(alive)
        (world.home / "log").write_text("")
    world.settle()
    world.check()


def test_a_second_daemon_ends_at_once_and_names_the_first(world: World) -> None:
    """Two seconds without Python's imports, which take as long again; the best of three on a busy machine."""
    first = world.start()
    taken = []
    for _ in range(3):
        begun = time.monotonic()
        second = world.start(wait=False)
        assert second.ends() == 1
        taken.append(time.monotonic() - begun)
        assert f"pid {first.pid}" in second.said
        world.forget(second)
    print(f"shortest end of a second daemon: {min(taken):.2f} s")
    assert min(taken) < 2
    command = [sys.executable, "-m", "monitor", "run"]
    whole = subprocess.run(command, env=world.environment, capture_output=True, text=True, check=False)
    assert (whole.returncode, first.lives) == (1, True)
    assert f"pid {first.pid}" in whole.stderr


def test_sigterm_at_any_moment_ends_it_within_three_seconds(world: World) -> None:
    longest = 0.0
    for _ in range(times(10, 50)):
        program = world.start()
        time.sleep(world.chance.random() * 2)
        longest = max(longest, program.stop())
        assert program.process.exitcode == 0, program.said[-3000:]
        assert longest < 3
        world.bury(program)
    print(f"longest stop: {longest:.2f} s")
    world.settle()
    world.check()

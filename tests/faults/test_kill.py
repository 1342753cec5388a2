"""`kill -9` at random moments: every case that a feed showed is told once, and what may be told twice is counted."""

from __future__ import annotations

import json
import time
from pathlib import Path

from tests.faults import times
from tests.faults.world import FOLDER, OPEN, World


def test_nothing_is_lost_or_repeated_by_random_kills(tmp_path: Path) -> None:
    with World(tmp_path / "home", seed=1) as world:
        for _ in range(times(25, 500)):
            program = world.start(wait=world.chance.random() > 0.1)
            time.sleep(world.chance.random() * 1.5)
            world.kill(program)
        world.settle()
        figures = world.check()
    print(json.dumps(figures))
    assert figures["kills"] == times(25, 500)
    assert not any(figures[place]["lost in doubt"] for place in (OPEN, FOLDER))

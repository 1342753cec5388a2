"""Twenty minutes of everything at once: what grows with time shows."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from statistics import linear_regression, mean

import pytest

from tests.faults import FULL
from tests.faults.program import QUICK
from tests.faults.test_slack import ambiguous, passing
from tests.faults.world import MAIL, RULES, SILENT, World

MINUTES = 20
MEGABYTE = 1 << 20


def held_by(pid: int) -> tuple[int, int]:
    """Return the bytes of memory and the number of open files of a process."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE"), len(list(Path(f"/proc/{pid}/fd").iterdir()))


@pytest.mark.skipif(not FULL, reason="takes 20 minutes: `make torture`")
def test_memory_and_open_files_stay_as_they_are(tmp_path: Path) -> None:
    # About as much as Slack takes in spite of all: what waits is on disk, but would have to be told in the end.
    rules = RULES.replace("every: 1s", "every: 5s")
    # A small cache is full before it counts: SQLite's own grows with the database up to this.
    values = {**QUICK, "monitor.store.engine:CACHE_KILOBYTES": 2_000}
    with World(tmp_path / "home", rules=rules, seed=8) as world:
        program = world.start(values=values)
        begun, seen = time.monotonic(), []
        while (minutes := (time.monotonic() - begun) / 60) < MINUTES:
            fault = passing(world.chance) if world.chance.random() < 0.5 else ambiguous(world.chance)
            if not fault.hang:
                world.slack.faults.append(fault)
                world.doubts[SILENT] += 1
            world.smtp.cuts.append(world.chance.choice(["keep", "lose", "later"]))
            world.doubts[MAIL] += 1
            time.sleep(10)
            seen.append((minutes, *held_by(program.pid)))
        assert program.stop() < 3
        world.forget(program)
        world.slack.faults.clear()
        world.smtp.cuts.clear()
        world.settle(within=1200)
        figures = world.check()
    # The first minutes fill caches.
    later = [one for one in seen if one[0] > MINUTES / 2]
    slope = linear_regression([one[0] / 60 for one in later], [one[1] / MEGABYTE for one in later]).slope
    files = mean(one[2] for one in later) - mean(one[2] for one in seen if MINUTES / 4 < one[0] < MINUTES / 2)
    figures |= {"memory MB": round(later[-1][1] / MEGABYTE), "MB an hour": round(slope, 1), "files": round(files, 1)}
    print(json.dumps(figures))
    assert abs(files) < 5
    assert later[-1][1] - later[0][1] < 10 * MEGABYTE

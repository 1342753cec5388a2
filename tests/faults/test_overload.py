"""More than can be done at once: what waits, waits on disk, and nobody waits for those who hang."""

from __future__ import annotations

import gc
import json
import os
import time
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

from tests.fakes import item, rss
from tests.faults import times
from tests.faults.day import open_day
from tests.faults.world import World
from tests.servers.slack import Fault
from tests.servers.web import Answer

MEGABYTE = 1 << 20


def memory() -> int:
    """Return the bytes that this process holds in memory."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")


async def test_six_hours_without_slack(tmp_path: Path) -> None:
    """The queue lies on disk and memory stays as it is; then each alert is told once."""
    async with open_day(tmp_path, "slack:#asia-desk") as day:
        day.publish()
        await day.spend(timedelta(minutes=5))
        before, growth = memory(), 0
        for _ in range(times(60, 720)):
            day.slack.faults.extend([Fault(status=503)] * (20 - len(day.slack.faults)))
            day.publish()
            await day.spend(timedelta(hours=6) / times(60, 720), step=30)
            growth = max(growth, memory() - before)
        waiting = len(day.cases) - len(day.told())
        day.slack.faults.clear()
        await day.settle()
        growth = max(growth, memory() - before)
        told = day.told()
        print(json.dumps({"waited": waiting, "grown by MB": round(growth / MEGABYTE, 1)}))
        assert waiting > times(50, 700)
        assert sorted(told) == day.cases
        assert set(told.values()) == {1}
        assert growth < 20 * MEGABYTE
        assert day.slack.too_fast == 0


def test_feeds_that_hang_keep_nobody_waiting(tmp_path: Path) -> None:
    """A quarter of the feeds takes every fetch to its timeout; the rest is polled within a minute of its time."""
    feeds, every, timeout, span = times(200, 2000), times(20, 120), times(5, 30), times(90, 600)
    rules = "version: 1\nfeeds:\n"
    for number in range(feeds):
        # Hosts of their own: of one host only two feeds would be asked at a time.
        url = f"http://127.1.{number // 250}.{number % 250 + 1}:{{port}}/{number}"
        rules += f'  f{number}: {{{{url: "{url}", name: F, every: {every}s}}}}\n'
    rules += 'rules:\n  cases: {{name: Cases, when: "case*"}}\n'
    rules += 'digests:\n  folder: {{rules: [cases], when: immediately, to: ["{FOLDER}"]}}\n'
    with World(tmp_path / "home", rules=rules) as world:
        world.environment["DATELINE_FETCH_TIMEOUT"] = f"{timeout}s"
        for number in range(feeds):
            page = rss(item(number, f"Words {number}"))
            world.feeds.script(f"/{number}", Answer(page, hang_at=-1 if number % 4 == 0 else None))
        program = world.start()
        begun = time.monotonic()
        time.sleep(span)
        ended = time.monotonic()
        world.kill(program)
        late = []
        for number in range(feeds):
            if number % 4:
                asked = [begun - every * 1.1, *world.feeds.asked_at[f"/{number}"], ended]
                late += [after - before - every * 1.1 for before, after in pairwise(asked)]  # a tenth is jitter
    late.sort()
    print(json.dumps({"late s": {"median": round(late[len(late) // 2]), "most": round(late[-1])}}))
    assert late[-1] < 60

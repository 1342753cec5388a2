"""`kill -9` around the time of a digest: its windows follow each other without a gap, and each is told once."""

from __future__ import annotations

import json
import time
from collections import Counter
from datetime import datetime
from functools import partial
from itertools import pairwise
from pathlib import Path

from tests.faults import times
from tests.faults.cases import CASE
from tests.faults.program import QUICK, hurried
from tests.faults.world import MAIL, World

RULES = """\
version: 1
feeds:
  window: {{url: "http://127.0.0.1:{port}/window", name: Window, language: en, every: 1s, first_poll: 100}}
  fleeting: {{url: "http://127.0.0.1:{port}/fleeting", name: Fleeting, language: en, every: 1s, first_poll: 100}}
rules:
  cases: {{name: Cases, when: "case*", severity: high}}
digests:
  minutely: {{rules: [cases], when: "every 1m", to: ["{FOLDER}", "{MAIL}"]}}
"""
FACTOR = 20
"""A minute passes in three seconds."""


def test_each_window_is_told_once(tmp_path: Path) -> None:
    values = {**QUICK, "monitor.clock:Clock.now": partial(hurried, time.time(), FACTOR)}
    with World(tmp_path / "home", rules=RULES, seed=4) as world:
        for _ in range(times(20, 200)):
            program = world.start(values=values)
            time.sleep(world.chance.random() * 2)
            world.kill(program)
        world.settle(values=values)
        digests = [json.loads(one.read_text("utf-8")) for one in (world.home / "out").glob("*/digest.json")]
        copies = Counter(str(received.mail["Message-ID"]) for received in world.smtp.received)
        # A mail server cannot be asked: what is cut off twice stays in doubt.
        ((in_doubt,),) = world.query(
            f"SELECT count(*) FROM delivery WHERE destination = '{MAIL}' AND state = 'unknown'"  # noqa: S608
        )
    windows = sorted((_moment(one["window"]["from"]), _moment(one["window"]["to"])) for one in digests)
    print(json.dumps({"kills": world.kills, "windows": len(windows), "mails": copies.total(), "in doubt": in_doubt}))
    assert len(windows) > times(5, 50)
    assert all(earlier[1] == later[0] for earlier, later in pairwise(windows))
    told = Counter(case for one in digests for case in set(CASE.findall(json.dumps(one["regions"]))))
    assert sorted(told) == world.feeds.cases
    assert set(told.values()) == {1}
    assert len(windows) - in_doubt <= len(copies) <= len(windows)
    assert copies.total() - len(copies) <= world.doubts[MAIL]
    assert max(copies.values()) <= 2


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)

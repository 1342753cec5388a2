"""A feed that serves 50,000 new entries at once: all are stored, few words are made of it, the others hardly wait."""

from __future__ import annotations

import json
import os
import random
import sqlite3
import time
from contextlib import ExitStack
from itertools import count, pairwise
from pathlib import Path

import pytest

from tests.fakes import item, rss
from tests.faults import times
from tests.faults.program import Program
from tests.faults.test_hostile import slowness, watching
from tests.faults.world import in_thread
from tests.servers.web import Answer, FeedServer

FLOOD = times(5_000, 50_000)
SECONDS = times(60, 120)
LATE = 60
OTHERS = 10
BUNDLE = times(30, 60)
"""Seconds; the latter is the default."""

RULES = """\
version: 1
feeds:
  flood: {{url: "http://127.0.0.1:{port}/flood", name: Flood, language: en, every: 1s}}
{others}
regions:
  balochistan: {{name: Balochistan, codes: [PK-BA], names: [Quetta, Mastung, Gwadar]}}
rules:
  attacks: {{name: Attacks, where: balochistan, when: attack* OR blast*, severity: high}}
digests:
  alerts: {{rules: [attacks], when: immediately, bundle: {bundle}s, to: ["folder:out"]}}
"""


class Outlets(FeedServer):
    """The flood comes with its second request; the others have news at each."""

    def __init__(self, flood: bytes) -> None:
        super().__init__(address="0.0.0.0")
        self.asked_at: dict[str, list[float]] = {}
        self._flood = flood
        self._numbers = count(1_000_000)

    def _next(self, path: str) -> Answer:
        times = self.asked_at.setdefault(path, [])
        times.append(time.monotonic())
        if path != "/flood":
            number = next(self._numbers)
            return Answer(rss(item(number, f"Weather number {number}", f"It rains in {path}.")))
        return Answer(rss(item(0, "Nothing yet"))) if len(times) == 1 else Answer(self._flood, gzip=True)


def flood(kind: str) -> bytes:
    """As many different reports as fit into the largest document that is read."""
    chance = random.Random(6)
    words = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=chance.randint(4, 9))) for _ in range(20_000)]
    shown = []
    for number in range(FLOOD):
        some = chance.choices(words, k=18)
        town = chance.choice(["Quetta", "Mastung", "Gwadar", "Lahore", "London"])
        title = f"Blast {some[0]} {some[1]} in {town} number {number}"
        text = f"Police said {chance.randint(2, 90)} people were killed in {town}. {' '.join(some[2:])}."
        if kind == "rss":
            shown.append(item(number, title, text))
        else:
            shown.append(
                f"<entry><id>g{number}</id><link href='https://o.example/{number}'/><title>{title}</title>"
                f"<summary>{text}</summary></entry>"
            )
    whole = (
        rss(*shown) if kind == "rss" else f"<feed xmlns='http://www.w3.org/2005/Atom'>{''.join(shown)}</feed>".encode()
    )
    assert len(whole) < 20_000_000
    return whole


def articles(home: Path) -> int:
    try:
        with sqlite3.connect(f"file:{home}/state/dateline.db?mode=ro", uri=True, timeout=30) as db:
            return int(db.execute("select count(*) from sighting where feed = 'flood'").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


@pytest.mark.parametrize("kind", ["rss", "atom"])
def test_a_flood_is_stored_whole_and_told_in_a_word(tmp_path: Path, kind: str) -> None:
    with ExitStack() as stack:
        outlets = stack.enter_context(in_thread(Outlets(flood(kind))))
        others = "\n".join(
            f'  other-{n}: {{url: "http://127.0.0.{n + 2}:{outlets.port}/{n}", name: Other, every: 2s}}'
            for n in range(OTHERS)
        )
        (tmp_path / "rules").mkdir()
        (tmp_path / "rules" / "desk.yaml").write_text(RULES.format(port=outlets.port, others=others, bundle=BUNDLE))
        environment = {
            **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            "DATELINE_HOME": str(tmp_path),
            "DATELINE_ALLOW_NETWORKS": "127.0.0.0/8",
            "DATELINE_LOG": "json",
        }
        program = Program("run", environment=environment, log=tmp_path / "log")
        stack.callback(program.kill)
        with watching(program) as watched:
            assert program.says('"started"'), program.said
            while len(outlets.asked_at.get("/flood", ())) < 2:
                assert program.lives, program.said
                time.sleep(0.05)
            begun = time.monotonic()
            while articles(tmp_path) < FLOOD:
                assert program.lives, program.said[-3000:]
                assert processor(program) < SECONDS, articles(tmp_path)
                time.sleep(0.2)
            took = time.monotonic() - begun
            time.sleep(BUNDLE + 5)
            ended = time.monotonic()
            busy, slow = processor(program), slowness(program.pid)
            assert program.stop() < 5
        late = [
            after - before - 2
            for path, asked in outlets.asked_at.items()
            if path != "/flood"
            for before, after in pairwise([*asked, ended])
        ]
        messages = sorted((tmp_path / "out").iterdir())
        figures = {
            "s": took,
            "late s": max(late),
            "messages": len(messages),
            "MB": watched.most / 1e6,
            "slowness": slow,
        }
        print(json.dumps({kind: {name: round(figure, 1) for name, figure in figures.items()}, "CPU s": busy}))
        assert 1 <= len(messages) <= 2
        assert took <= SECONDS * slow
        assert max(late) <= LATE * slow
        assert watched.most < 10**9


def processor(program: Program) -> float:
    """Seconds that the program has worked, without those of its children that live."""
    spent = Path(f"/proc/{program.pid}/stat").read_text().rpartition(")")[2].split()[11:15]
    return sum(map(int, spent)) / os.sysconf("SC_CLK_TCK")

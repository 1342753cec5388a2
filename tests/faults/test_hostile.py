"""The real daemon among feeds that mean harm: it lives, stays small, reaches nothing private, is in time for others."""

from __future__ import annotations

import gzip
import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import count, pairwise
from pathlib import Path
from urllib.parse import quote

import yaml

from tests.fakes import item, rss
from tests.faults import times
from tests.faults.program import Program
from tests.faults.world import in_thread
from tests.hostile_documents import CANARY, HOSTILE
from tests.servers.hostile import INSIDE, LOOPBACK, answers
from tests.servers.web import Answer, FeedServer

GOOD, EVERY, LATE = 20, 2, 5
"""Good feeds, seconds between their polls, seconds that one of these may be late."""
OURS = "127.0.7"
"""The network in which the feeds are: the only one that may be fetched from."""
SPAN = times(75, 100)


def footprint(pid: int) -> dict[str, int]:
    """Bytes in memory of a process and of all that it started, each by its command."""
    parents: dict[int, int] = {}
    for place in Path("/proc").iterdir():
        if place.name.isdecimal():
            try:
                parents[int(place.name)] = int((place / "stat").read_text().rpartition(")")[2].split()[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
    family, found = {pid}, {pid}
    while found:
        found = {child for child, parent in parents.items() if parent in found} - family
        family |= found
    sizes: dict[str, int] = {}
    for one in family:
        try:
            pages = int(Path(f"/proc/{one}/statm").read_text().split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
        sizes[f"{one}"] = pages * os.sysconf("SC_PAGESIZE")
    return sizes


def slowness(pid: int) -> float:
    """How many times longer a program has taken than on a machine that has nothing else to do: what it waited, too."""
    ran = waited = 1
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):
            spent, queued, _ = map(int, (task / "schedstat").read_text().split())
            ran, waited = ran + spent, waited + queued
    return (ran + waited) / ran


class Watched:
    """The largest footprint of a program while it ran."""

    def __init__(self) -> None:
        self.most = 0
        self.processes = 0


@contextmanager
def watching(program: Program) -> Iterator[Watched]:
    watched, over = Watched(), threading.Event()

    def watch() -> None:
        while not over.wait(0.5):
            sizes = footprint(program.pid)
            watched.most = max(watched.most, sum(sizes.values()))
            watched.processes = max(watched.processes, len(sizes))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield watched
    finally:
        over.set()
        thread.join()


class Outlets(FeedServer):
    """Serves everything there is, at every address of its network, and knows when it was asked for what."""

    def __init__(self) -> None:
        super().__init__(address="0.0.0.0")
        self.asked_at: dict[str, list[float]] = {}
        self._numbers = count()

    def _next(self, path: str) -> Answer:
        self.asked_at.setdefault(path, []).append(time.monotonic())
        if path.startswith("/good/"):
            # News at each poll, else it would be asked less and less.
            number = next(self._numbers)
            return Answer(
                rss(item(number, f"Word{number} of {path[6:]}", link=f"https://outlet.example{path}/{number}"))
            )
        return super()._next(path)


def test_hostile_feeds_cost_only_themselves(tmp_path: Path) -> None:
    with ExitStack() as stack:
        outlets = stack.enter_context(in_thread(Outlets()))
        canary = stack.enter_context(in_thread(FeedServer(address="0.0.0.0")))
        there = f"http://127.0.0.1:{canary.port}/canary"
        canary.script("/canary", Answer(rss(item(1, "Leak"))))
        feeds: dict[str, str] = {}

        def place(id_: str, path: str, answer: Answer) -> None:
            number = len(feeds)
            outlets.script(path, answer)
            feeds[id_] = f"http://{OURS}.{number % 250 + 1}:{outlets.port}{path}"

        for number in range(GOOD):
            place(f"good-{number}", f"/good/{number}", Answer())
        for number, (name, make) in enumerate(HOSTILE.items()):
            body = gzip.compress(make().replace(CANARY, there.encode()), 1, mtime=0)
            answer = Answer(body, headers={"Content-Encoding": "gzip"}, etag=f'"{number}"')
            place(f"document-{number}", f"/document/{quote(name)}", answer)
        for number, (name, answer) in enumerate(answers().items()):
            place(f"server-{number}", f"/server/{quote(name)}", answer)
        for number, spelling in enumerate((*LOOPBACK, *INSIDE)):
            target = f"http://{spelling}:{canary.port}/canary"
            place(f"redirect-{number}", f"/redirect/{number}", Answer(status=302, redirect=target))
            if "@" not in spelling and "%40" not in spelling:  # rule files take no credentials
                feeds[f"direct-{number}"] = target
        (tmp_path / "rules").mkdir()
        rules = {
            "version": 1,
            "feeds": {
                id_: {"url": url, "every": f"{EVERY}s" if id_.startswith("good-") else "10s"}
                for id_, url in feeds.items()
            },
            "rules": {"all": {"name": "All", "when": "word*"}},
            "digests": {"all": {"rules": ["all"], "when": "immediately", "to": ["folder:out"]}},
        }
        (tmp_path / "rules" / "desk.yaml").write_text(yaml.safe_dump(rules, allow_unicode=True))
        environment = {
            **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            "DATELINE_HOME": str(tmp_path),
            "DATELINE_ALLOW_NETWORKS": f"{OURS}.0/24",
            "DATELINE_LOG": "json",
        }
        first: list[float] = []
        late: list[float] = []
        most, processes, slow = 0, 0, 1.0
        for _ in range(times(1, 3)):
            outlets.asked_at.clear()
            program = Program("run", environment=environment, log=tmp_path / "log")
            stack.callback(program.kill)
            with watching(program) as watched:
                assert program.says('"started"'), program.said
                begun = time.monotonic()
                time.sleep(SPAN)
                assert program.lives, program.said[-3000:]
                ended = time.monotonic()
                slow = max(slow, slowness(program.pid))
                assert program.stop() < 5
            for number in range(GOOD):
                asked = outlets.asked_at[f"/good/{number}"]
                first.append(asked[0] - begun)
                late += [after - before - EVERY for before, after in pairwise([*asked, ended])]
            unasked = [path for path in map(quote, HOSTILE) if f"/document/{path}" not in outlets.asked_at]
            assert not unasked
            most, processes = max(most, watched.most), max(processes, watched.processes)
        late.sort()
        shown = {
            "first after s": max(first),
            "late s": late[-1],
            "polls": len(late),
            "MB": most / 10**6,
            "slowness": slow,
        }
        print(json.dumps({name: round(figure, 1) for name, figure in shown.items()}))
        assert canary.requests == []
        assert processes <= 3
        assert late[-1] <= LATE * slow
        assert max(first) <= 6 * LATE * slow  # all are due at once, as they never are again
        assert late[-1] <= 60
        assert most < 10**9

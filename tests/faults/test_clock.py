"""The machine's clock jumps while the real daemon runs: nothing waits for a time that is not, nothing is told twice.

The program runs under libfaketime (Debian's package `faketime`), which shows it a clock that the test sets.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.fakes import item, rss
from tests.faults import FULL, times
from tests.servers.web import Answer, FeedServer, feed_server_thread

LIBRARY = next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))), None)

HOUR, DAY, YEAR = timedelta(hours=1), timedelta(days=1), timedelta(days=365)
AT_MOST = 60.0
"""Seconds until a case must be told that was published after a jump. On an idle machine it takes four: one until the
daemon has noticed, an interval, the sending. One that waited for its old plans would take an hour."""
SEEN_AFTER = 2.5
"""Seconds in which the daemon looks at the clock at least once: what is undone before that it cannot know."""

RULES = """\
version: 1
feeds:
  window: {{url: "{url}", name: Window, language: en, every: 2s, first_poll: 100}}
rules:
  cases: {{name: Cases, when: "case*", severity: high}}
digests:
  alerts: {{rules: [cases], when: immediately, bundle: 0s, to: ["folder:alerts"]}}
  daily: {{rules: [cases], when: "12:00", to: ["folder:daily"]}}
"""

pytestmark = pytest.mark.skipif(LIBRARY is None, reason="libfaketime is not installed")


class Machine:
    """A daemon on a machine whose clock can be set."""

    def __init__(self, folder: Path, server: FeedServer) -> None:
        self.home = folder / "home"
        self._server = server
        self._shown = folder / "clock"
        self._items: list[str] = []
        self._cases, self._numbers = 0, itertools.count(1)
        self._serving, self._over = threading.Lock(), threading.Event()
        self._changing = threading.Thread(target=self._keep_changing)
        self._chance = random.Random(6)
        self._ahead = timedelta(0)
        (self.home / "rules").mkdir(parents=True)
        (self.home / "rules" / "desk.yaml").write_text(RULES.format(url=server.url("/feed")))
        self.publish()
        self.set(datetime.now(UTC).replace(hour=10, minute=0, second=0) - datetime.now(UTC))
        environment = {
            "PATH": os.environ["PATH"],
            "DATELINE_HOME": str(self.home),
            "DATELINE_ALLOW_NETWORKS": "127.0.0.0/8",
            "LD_PRELOAD": str(LIBRARY),
            "FAKETIME_TIMESTAMP_FILE": str(self._shown),
            "FAKETIME_NO_CACHE": "1",
            "DONT_FAKE_MONOTONIC": "1",  # as a real clock that is set: the time since the start goes on
        }
        self._log = (folder / "log").open("w+")
        command = [sys.executable, "-m", "monitor", "run"]
        self.process = subprocess.Popen(command, env=environment, stderr=self._log, stdout=self._log)
        self._changing.start()

    def set(self, by: timedelta) -> None:
        self._ahead += by
        new = self._shown.with_suffix(".new")
        new.write_text(f"{self._ahead.total_seconds():+.0f}\n")
        new.replace(self._shown)

    def publish(self) -> str:
        """Let the feed have another case; return its word."""
        self._cases += 1
        word = f"case{self._cases:06}"
        self._serve(word)
        return word

    def _serve(self, word: str) -> None:
        with self._serving:
            number = next(self._numbers)
            # Nothing in common with any other: each is a story of its own.
            words = ["".join(self._chance.choices("abcdefghijklmnopqrstuvwxyz", k=9)) for _ in range(30)]
            title = f"{words[0].capitalize()} {words[1]} {word} {words[2]}"
            self._items = [item(number, title, f"{' '.join(words[3:])}."), *self._items][:400]
            self._server.script("/feed", Answer(rss(*self._items)))

    def _keep_changing(self) -> None:
        """A feed that changes at each poll is polled as often as it may be, whatever the clock says of its habits."""
        while not self._over.wait(0.5):
            self._serve("meanwhile")

    def told(self, folder: str) -> Counter[str]:
        """Return how often each case is in the messages of a folder."""
        words: Counter[str] = Counter()
        for digest in self.digests(folder):
            titles = {article["title"] for story in _stories(digest) for article in story["articles"]}
            words.update(title.split()[2] for title in titles)
        return words

    def digests(self, folder: str) -> list[dict[str, object]]:
        paths = sorted((self.home / folder).glob("[!.]*/digest.json"))  # not those that are being written
        return [json.loads(path.read_text("utf-8")) for path in paths]

    def wait(self, word: str, *, within: float) -> None:
        """Wait until an alert has told a case."""
        end = time.monotonic() + within
        while word not in self.told("alerts"):
            assert self.process.poll() is None and time.monotonic() < end, f"{word} is late:\n{self.said()}"
            time.sleep(0.1)

    def said(self) -> str:
        self._log.flush()
        return Path(self._log.name).read_text("utf-8")[-4000:]

    def stop(self) -> int:
        self._over.set()
        self._changing.join()
        self.process.terminate()
        try:
            return self.process.wait(15)
        finally:
            self.process.kill()
            self.process.wait()
            self._log.close()


def _stories(digest: dict[str, object]) -> list[dict[str, list[dict[str, str]]]]:
    regions = digest["regions"]
    assert isinstance(regions, list)
    return [story for region in regions for story in region["stories"]]


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    with feed_server_thread() as server:
        machine = Machine(tmp_path, server)
        yield machine
        if machine.process.returncode is None:
            machine.stop()


def test_a_clock_that_jumps_delays_nothing_and_repeats_nothing(machine: Machine) -> None:
    """By an hour, a day and a year, forward and back again: each case is alerted once, and soon."""
    machine.wait("case000001", within=AT_MOST)
    for span in (HOUR, DAY, YEAR) * times(1, 3):
        for by in (span, -span):
            machine.set(by)
            machine.wait(machine.publish(), within=AT_MOST)
            time.sleep(SEEN_AFTER)
    for span in (HOUR, DAY, YEAR) if FULL else ():
        for by in (-span, span):
            machine.set(by)
            machine.wait(machine.publish(), within=AT_MOST)
            time.sleep(SEEN_AFTER)
    assert set(machine.told("alerts").values()) == {1}
    assert machine.stop() == 0


def test_a_daily_digest_comes_once_a_day_whatever_the_clock_did(machine: Machine) -> None:
    """From ten o'clock to past noon, back before noon, past noon again, and on to the next days."""
    machine.wait("case000001", within=AT_MOST)
    for by, digests in ((2 * HOUR, 1), (-HOUR, 1), (HOUR, 1), (DAY, 2), (-HOUR, 2), (HOUR, 2), (DAY, 3)):
        machine.set(by)
        machine.wait(machine.publish(), within=AT_MOST)
        time.sleep(SEEN_AFTER)
        assert len(machine.digests("daily")) == digests, (by, machine.said())
    assert set(machine.told("alerts").values()) == {1}
    assert machine.stop() == 0

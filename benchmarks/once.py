"""`dateline once --all` as an operator runs it, on real feed files: time and memory of the whole process."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks import process, report
from benchmarks.home import environment, make_home
from benchmarks.process import Cost
from benchmarks.report import Goal
from benchmarks.server import serving
from tests.data import DATA

FILES = 150
FOLDERS = ("feeds_polls", "feeds_snapshots", "feeds_southasia")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of the command, and the counts that it printed."""

    cost: Cost
    counts: dict[str, dict[str, int]]


def run() -> list[Goal]:
    """Measure and print; returns what must hold. Raises RuntimeError where the real feeds are missing."""
    report.say(f"once: {FILES} real feed files")
    cold, again, idle = measure()
    report.show(
        "The whole process",
        ("dateline once", "wall s", "CPU s", "peak MB", "feeds read", "not modified", "failed", "new articles"),
        [_row("--all, cold", cold), _row("--all, again", again), _row("nothing due: start and end", idle)],
    )
    return [
        Goal(what=f"once --all, {FILES} real feeds, cold: time", measured=cold.cost.wall, limit=60, unit=" s"),
        Goal(what=f"once --all, {FILES} real feeds, cold: memory", measured=cold.cost.peak_mb, limit=300, unit=" MB"),
        Goal(what="the same again, with 304s: time", measured=again.cost.wall, limit=5, unit=" s"),
    ]


def measure() -> tuple[Run, Run, Run]:
    """Run the command cold, again, and when nothing is due, on one home."""
    with tempfile.TemporaryDirectory() as folder:
        documents = Path(folder) / "documents"
        _gather(documents)
        with serving(documents, sites=FILES) as site:
            feeds = {f"feed{number:03}": url for number, url in enumerate(site.urls.values())}
            home = make_home(Path(folder) / "home", feeds)
            return _once(home, "--all"), _once(home, "--all"), _once(home)


def _once(home: Path, *options: str) -> Run:
    command = [str(Path(sys.executable).with_name("dateline")), "once", "--json", "--home", str(home), *options]
    printed, cost = process.run(command, environment=environment() | {"DATELINE_LOG": "json"})
    return Run(cost=cost, counts=json.loads(printed))


def _row(name: str, run: Run) -> tuple[str, ...]:
    cost, feeds = run.cost, run.counts["feeds"]
    read = feeds["polled"] - feeds["not_modified"] - feeds["failed"]
    numbers = (read, feeds["not_modified"], feeds["failed"], run.counts["articles"]["new"])
    return (name, f"{cost.wall:.2f}", f"{cost.cpu:.2f}", f"{cost.peak_mb:.0f}", *map(str, numbers))


def _gather(folder: Path) -> None:
    """Copy FILES distinct documents, taken evenly from all there are."""
    found: dict[bytes, Path] = {}
    for name in FOLDERS:
        for path in sorted((DATA / name).rglob("*")):
            if path.suffix in (".xml", ".rss", ".atom", ".json", ".rdf"):
                found.setdefault(path.read_bytes(), path)
    if len(found) < FILES:
        raise RuntimeError(f"{DATA} holds {len(found)} real feeds, {FILES} are wanted: set DATELINE_TEST_DATA")
    folder.mkdir()
    paths = list(found.values())
    for number in range(FILES):
        source = paths[number * len(paths) // FILES]
        shutil.copy(source, folder / f"{number:03}{source.suffix}")

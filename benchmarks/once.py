"""`dateline once --all` as an operator runs it, on real feed files: time and memory of the whole process."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks import process, report
from benchmarks.home import environment, make_home
from benchmarks.process import Cost
from benchmarks.report import Goal
from benchmarks.server import serving
from tests.data import DATA

FILES = 150
FOLDERS = ("feeds_polls", "feeds_snapshots", "feeds_southasia")


def run() -> list[Goal]:
    """Measure and print; returns what must hold. Raises RuntimeError where the real feeds are missing."""
    with tempfile.TemporaryDirectory() as folder:
        documents = Path(folder) / "documents"
        size = _gather(documents)
        report.say(f"once: {FILES} real feed files, {size / 1e6:.1f} MB")
        with serving(documents, sites=FILES) as site:
            feeds = {f"feed{number:03}": url for number, url in enumerate(site.urls.values())}
            home = make_home(Path(folder) / "home", feeds)
            cold, cold_counts = _once(home, "--all")
            again, again_counts = _once(home, "--all")
            idle, _ = _once(home)
    report.show(
        "The whole process",
        ("dateline once", "wall s", "CPU s", "peak MB", "feeds read", "not modified", "failed", "new articles"),
        [
            _row("--all, cold", cold, cold_counts),
            _row("--all, again", again, again_counts),
            ("nothing due: start and end", f"{idle.wall:.2f}", f"{idle.cpu:.2f}", f"{idle.peak_mb:.0f}", *[""] * 4),
        ],
    )
    return [
        Goal(what=f"once --all, {FILES} real feeds, cold: time", measured=cold.wall, limit=60, unit=" s"),
        Goal(what=f"once --all, {FILES} real feeds, cold: memory", measured=cold.peak_mb, limit=300, unit=" MB"),
        Goal(what="the same again, with 304s: time", measured=again.wall, limit=5, unit=" s"),
    ]


def _once(home: Path, *options: str) -> tuple[Cost, dict[str, dict[str, int]]]:
    command = [str(Path(sys.executable).with_name("dateline")), "once", "--json", "--home", str(home), *options]
    printed, cost = process.run(command, environment=environment() | {"DATELINE_LOG": "json"})
    return cost, json.loads(printed)


def _row(name: str, cost: Cost, counts: dict[str, dict[str, int]]) -> tuple[str, ...]:
    feeds = counts["feeds"]
    read = feeds["polled"] - feeds["not_modified"] - feeds["failed"]
    numbers = (read, feeds["not_modified"], feeds["failed"], counts["articles"]["new"])
    return (name, f"{cost.wall:.1f}", f"{cost.cpu:.1f}", f"{cost.peak_mb:.0f}", *map(str, numbers))


def _gather(folder: Path) -> int:
    """Copy FILES distinct documents, taken evenly from all there are, and return their size in bytes."""
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
    return sum(path.stat().st_size for path in folder.iterdir())

"""Dateline and `reader` in turn over the same feeds: processor time per feed, and the ratio of the two."""

from __future__ import annotations

import json
import sys
import tempfile
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import newswire, process, report
from benchmarks.contender import CONTENDERS, POLLS
from benchmarks.home import environment
from benchmarks.report import Goal
from benchmarks.server import Site, serving

FEEDS_PER_SITE = 3

Turns = dict[str, list[dict[str, Any]]]
"""By contender, what `contender` printed in each round."""


def run(*, rounds: int, feeds: int) -> list[Goal]:
    """Measure and print; returns what must hold, which is about `reader` as it comes: with one worker."""
    report.say(f"polls: {feeds} feeds of {newswire.ENTRIES} entries; CPU per feed in {rounds} rounds")
    measured: Turns = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        documents = Path(folder) / "documents"
        _write(documents, feeds)
        with serving(documents, sites=max(feeds // FEEDS_PER_SITE, 1)) as site:
            for turn in range(1, rounds + 1):
                for contender in CONTENDERS:
                    place = Path(folder) / f"{contender} {turn}"
                    place.mkdir()
                    measured[contender].append(_turn(contender, place, site))
                    each = (f"{poll} {_cpu(measured[contender][-1], poll) / feeds:.2f} ms" for poll in POLLS)
                    report.say(f"  round {turn}, {contender}: {', '.join(each)}")
    _show(measured, feeds)
    return [
        Goal(
            what="first poll, CPU beside reader's",
            measured=median(_ratios(measured, "reader", "first")),
            limit=1,
        ),
        Goal(
            what="poll without news (304), CPU beside reader's",
            measured=median(_ratios(measured, "reader", "not modified")),
            limit=1 / 3,
        ),
    ]


def _write(folder: Path, feeds: int) -> None:
    folder.mkdir()
    now = datetime.now(UTC).replace(microsecond=0)
    for number in range(feeds):
        (folder / f"outlet{number:04}.xml").write_text(newswire.feed(number, now=now), encoding="utf-8")


def _turn(contender: str, folder: Path, site: Site) -> dict[str, Any]:
    urls = {Path(name).stem: url for name, url in site.urls.items()}
    given = {"contender": contender, "folder": str(folder), "urls": urls, "switch": site.switch}
    command = [sys.executable, "-m", "benchmarks.contender"]
    printed, _ = process.run(command, environment=environment(), given=json.dumps(given))
    answer: dict[str, Any] = json.loads(printed)
    return answer


def _cpu(turn: dict[str, Any], poll: str) -> float:
    """Return milliseconds."""
    return 1000 * float(turn["polls"][poll]["cpu"])


def _ratios(measured: Turns, other: str, poll: str) -> list[float]:
    return [
        _cpu(ours, poll) / _cpu(theirs, poll)
        for ours, theirs in zip(measured["Dateline"], measured[other], strict=True)
    ]


def _show(measured: Turns, feeds: int) -> None:
    rows = []
    for poll in POLLS:
        for contender, turns in measured.items():
            cpu = median(_cpu(turn, poll) for turn in turns) / feeds
            speed = feeds / median(turn["polls"][poll]["wall"] for turn in turns)
            ratios = [] if contender == "Dateline" else _ratios(measured, contender, poll)
            part = f"{median(ratios):.3f}" if ratios else ""
            rows.append(
                (poll, contender, f"{cpu:.2f}", f"{speed:.0f}", part, "  ".join(f"{one:.3f}" for one in ratios))
            )
    columns = ("poll", "", "CPU ms per feed", "feeds a second", "Dateline beside it", "in each round")
    report.show("CPU per feed (user and system, children included; medians)", columns, rows)
    peaks = [(contender, f"{max(turn['peak_mb'] for turn in turns):.0f}") for contender, turns in measured.items()]
    report.show("Memory of the whole process, over all its polls", ("", "peak MB"), peaks)

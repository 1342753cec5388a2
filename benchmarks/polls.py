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
from benchmarks.contender import POLLS
from benchmarks.home import environment
from benchmarks.report import Goal
from benchmarks.server import Site, serving

CONTENDERS = ("dateline", "reader-1", "reader-8")
FEEDS_PER_SITE = 3


def run(*, rounds: int, feeds: int) -> list[Goal]:
    """Measure and print; returns what must hold, which is about `reader` as it comes: with one worker."""
    report.say(f"polls: {feeds} feeds of {newswire.ENTRIES} entries, {rounds} rounds")
    measured: dict[str, list[dict[str, Any]]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        documents = Path(folder) / "documents"
        documents.mkdir()
        now = datetime.now(UTC).replace(microsecond=0)
        for number in range(feeds):
            (documents / f"feed{number:04}.xml").write_text(newswire.feed(number, now=now), encoding="utf-8")
        with serving(documents, sites=max(feeds // FEEDS_PER_SITE, 1)) as site:
            for turn in range(rounds):
                for contender in CONTENDERS:
                    place = Path(folder) / f"{contender}-{turn}"
                    place.mkdir()
                    measured[contender].append(_turn(contender, place, site))
                    report.say(f"  round {turn + 1}: {contender}: {_summary(measured[contender][-1], feeds)}")
    _show(measured, feeds)
    ratios = {poll: median(_ratios(measured, poll)) for poll in POLLS}
    return [
        Goal(what="first poll, CPU as a part of reader's", measured=ratios["first"], limit=1),
        Goal(what="poll without news (304), CPU as a part of reader's", measured=ratios["not modified"], limit=1 / 3),
    ]


def _turn(contender: str, folder: Path, site: Site) -> dict[str, Any]:
    urls = {Path(name).stem: url for name, url in site.urls.items()}
    given = {"contender": contender, "folder": str(folder), "urls": urls, "switch": site.switch}
    command = [sys.executable, "-m", "benchmarks.contender"]
    printed, _ = process.run(command, environment=environment(), given=json.dumps(given))
    answer: dict[str, Any] = json.loads(printed.splitlines()[-1])
    return answer


def _summary(measured: dict[str, Any], feeds: int) -> str:
    return ", ".join(f"{poll} {measured['costs'][poll]['cpu'] / feeds * 1000:.2f} ms" for poll in POLLS)


def _ratios(measured: dict[str, list[dict[str, Any]]], poll: str, other: str = "reader-1") -> list[float]:
    pairs = zip(measured["dateline"], measured[other], strict=True)
    return [ours["costs"][poll]["cpu"] / theirs["costs"][poll]["cpu"] for ours, theirs in pairs]


def _show(measured: dict[str, list[dict[str, Any]]], feeds: int) -> None:
    rows = []
    for poll in POLLS:
        for contender, turns in measured.items():
            cpu = median(turn["costs"][poll]["cpu"] for turn in turns) / feeds * 1000
            wall = feeds / median(turn["costs"][poll]["wall"] for turn in turns)
            ratios = [] if contender == "dateline" else _ratios(measured, poll, contender)
            each = "  ".join(f"{ratio:.3f}" for ratio in ratios)
            middle = f"{median(ratios):.3f}" if ratios else ""
            rows.append((f"{poll}: {contender}", f"{cpu:.2f}", f"{wall:.0f}", middle, each))
    columns = ("poll: who", "CPU ms/feed", "feeds/s", "Dateline's part, median", "in each round")
    report.show("Processor time per feed (user and system, children included)", columns, rows)
    peaks = [(contender, f"{max(turn['peak_mb'] for turn in turns):.0f}") for contender, turns in measured.items()]
    report.show("Memory of the whole process, its three polls together", ("who", "peak MB"), peaks)

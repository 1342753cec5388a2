"""One side of the `polls` benchmark, in a process of its own: polls everything three times and says what it cost.

Starting, importing, opening the database and being told of the feeds do not count; a whole poll does, from asking which
feeds there are to the last row written, children included. Reads what to poll from standard input, prints JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
import urllib.request
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from benchmarks.home import make_home
from benchmarks.newswire import ENTRIES
from benchmarks.process import cpu_so_far, peak_so_far

POLLS = ("first", "not modified", "same bytes")


async def dateline(folder: Path, urls: dict[str, str], poll: Callable[..., Awaitable[None]]) -> int:
    """The pipeline as `dateline once --all` runs it, with the starter desk's rules and a real SQLite file."""
    from monitor import pipeline
    from monitor.app import open_services
    from monitor.logs import configure_logs
    from monitor.settings import load_settings

    settings = load_settings(make_home(folder / "home", urls))
    configure_logs("json")
    new = 0
    async with open_services(settings) as services:
        for kind in POLLS:

            async def once() -> None:
                nonlocal new
                counts = await pipeline.run_once(services, every_feed=True)
                new += counts.new
                assert (counts.polled, counts.failed) == (len(urls), 0)
                assert counts.not_modified == (0 if kind == "first" else len(urls))

            await poll(kind, once)
    return new


async def reader(folder: Path, urls: dict[str, str], poll: Callable[..., Awaitable[None]], *, workers: int) -> int:
    """The library with its defaults; ``scheduled=False`` lets it poll feeds that are not due again yet."""
    from reader import make_reader

    with make_reader(str(folder / "reader.sqlite")) as library:
        for url in urls.values():
            library.add_feed(url)
        for kind in POLLS:

            async def once() -> None:
                library.update_feeds(scheduled=False, workers=workers)

            await poll(kind, once)
        assert library.get_feed_counts(broken=True).total == 0
        return int(library.get_entry_counts().total or 0)


async def measure(contender: str, folder: Path, urls: dict[str, str], switch: str) -> dict[str, Any]:
    costs: dict[str, Any] = {}

    async def poll(kind: str, once: Callable[[], Awaitable[None]]) -> None:
        order = b"off" if kind == "same bytes" else b"on"
        urllib.request.urlopen(switch, data=order).close()
        cpu, wall = cpu_so_far(), time.monotonic()
        await once()
        costs[kind] = {"cpu": cpu_so_far() - cpu, "wall": time.monotonic() - wall}

    if contender == "dateline":
        entries = await dateline(folder, urls, poll)
    else:
        entries = await reader(folder, urls, poll, workers=int(contender.removeprefix("reader-")))
    assert entries == len(urls) * ENTRIES, f"{contender} stored {entries} entries"
    return {"costs": costs, "peak_mb": peak_so_far()}


if __name__ == "__main__":
    given = json.load(sys.stdin)
    measured = asyncio.run(measure(given["contender"], Path(given["folder"]), given["urls"], given["switch"]))
    print(json.dumps(measured))

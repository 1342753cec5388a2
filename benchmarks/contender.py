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
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.home import make_home
from benchmarks.newswire import ENTRIES
from benchmarks.process import cpu_so_far, peak_so_far

POLLS = {"first": b"on", "not modified": b"on", "same bytes": b"off"}
"""What is polled for, and whether the server then answers 304 to a known ETag."""

Poll = Callable[[], Awaitable[int]]
"""Polls every feed once and returns how many entries were new. Raises where a feed could not be read."""


@asynccontextmanager
async def dateline(folder: Path, urls: Mapping[str, str]) -> AsyncIterator[Poll]:
    """The pipeline as `dateline once --all` runs it, with the starter desk's rules and a real SQLite file."""
    from monitor import pipeline
    from monitor.app import open_services, settle_memory
    from monitor.logs import configure_logs
    from monitor.settings import load_settings

    settings = load_settings(make_home(folder / "home", urls))
    configure_logs("json")
    async with open_services(settings) as services:
        settle_memory()  # as `dateline once` and `run` do

        async def poll() -> int:
            counts = await pipeline.run_once(services, every_feed=True)
            assert counts.failed == 0, counts
            return counts.new

        yield poll


@asynccontextmanager
async def reader(folder: Path, urls: Mapping[str, str], *, workers: int) -> AsyncIterator[Poll]:
    """The library with its defaults; ``scheduled=False`` lets it poll feeds that are not due again yet."""
    from reader import make_reader

    with make_reader(str(folder / "reader.sqlite")) as library:
        for url in urls.values():
            library.add_feed(url)

        async def poll() -> int:
            new = 0
            for result in library.update_feeds_iter(scheduled=False, workers=workers):
                assert not isinstance(result.value, Exception), result
                new += result.value.new if result.value else 0
            return new

        yield poll


CONTENDERS: dict[str, Callable[[Path, Mapping[str, str]], AbstractAsyncContextManager[Poll]]] = {
    "Dateline": dateline,
    "reader": partial(reader, workers=1),
    "reader, 8 workers": partial(reader, workers=8),
}


async def measure(contender: str, folder: Path, urls: Mapping[str, str], switch: str) -> dict[str, Any]:
    polls = {}
    async with CONTENDERS[contender](folder, urls) as poll:
        for kind, answers in POLLS.items():
            _tell(switch, answers)
            cpu, wall = cpu_so_far(), time.monotonic()
            new = await poll()
            polls[kind] = {"cpu": cpu_so_far() - cpu, "wall": time.monotonic() - wall}
            assert new == (len(urls) * ENTRIES if kind == "first" else 0), f"{contender}, {kind}: {new} new entries"
        return {"polls": polls, "peak_mb": peak_so_far()}


def _tell(switch: str, answers: bytes) -> None:
    urllib.request.urlopen(switch, data=answers).close()


if __name__ == "__main__":
    given = json.load(sys.stdin)
    print(json.dumps(asyncio.run(measure(given["contender"], Path(given["folder"]), given["urls"], given["switch"]))))

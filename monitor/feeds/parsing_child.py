"""The process in which feeds are parsed, and the words between it and its parent (`monitor.feeds.parsing`).

    asked     one line of JSON {"bytes", "url", "content_type", "now", "seconds", "seconds_a_part_more"}, then so many
              bytes: the document
    answered  messages of JSON, each after its length in four bytes: a list of entries for each part of the document,
              at last {"feed": …} with all but the entries, or {"error": …}, and with "seconds" of processor time

JSON and not pickle, because whoever took over this process through a fault in a parser must not be given the other one:
unpickling runs what it reads. It has no secrets, no descriptors but these two, and ends with its parent: with the end
of what it is asked. It must not know who asks.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import datetime
from operator import attrgetter
from typing import Any, BinaryIO

from monitor.errors import ParseError
from monitor.model import Entry, ParsedFeed

OUT_OF_MEMORY = 77
"""The exit code where the limit of memory was reached."""
OUT_OF_TIME = signal.SIGPROF
"""The signal that ends the process where the limit of processor time was reached."""
_ENTRY = tuple(field.name for field in fields(Entry))
_values = attrgetter(*_ENTRY)


def main() -> None:
    """Answer until there is nothing more to be asked; the argument is the limit of memory in megabytes, and "patient"
    after it lets everybody else go first.
    """
    if "patient" in sys.argv[2:]:
        os.nice(10)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    from monitor.feeds import parse  # noqa: F401 - not part of the first document's time

    gc.freeze()  # as in the parent (`monitor.app.settle_memory`): a tenth of the time
    gc.set_threshold(10_000, 50, 50)
    most = int(sys.argv[1]) * 1_000_000
    if sys.platform == "linux":  # elsewhere address space says little of memory, and processor time is the only limit
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    asked, answers = sys.stdin.buffer, sys.stdout.buffer
    while line := asked.readline():
        job = json.loads(line)
        signal.setitimer(signal.ITIMER_PROF, job["seconds"])
        try:
            for message in _read(asked.read(job["bytes"]), job):
                _send(answers, message)
        except MemoryError:
            os._exit(OUT_OF_MEMORY)
        signal.setitimer(signal.ITIMER_PROF, 0)


def _read(body: bytes, job: dict[str, Any]) -> Iterator[Any]:
    from monitor.feeds.parse import join_parts, parse_parts

    now, parts, began = datetime.fromisoformat(job["now"]), [], time.process_time()
    try:
        for part in parse_parts(body, url=job["url"], content_type=job["content_type"], now=now):
            yield [_values(entry) for entry in part.entries]
            parts.append(replace(part, entries=()))
            signal.setitimer(signal.ITIMER_PROF, signal.getitimer(signal.ITIMER_PROF)[0] + job["seconds_a_part_more"])
    except ParseError as error:
        last: dict[str, Any] = {"error": str(error)}
    else:
        feed = join_parts(parts)
        last = {"feed": {field.name: getattr(feed, field.name) for field in fields(ParsedFeed)}}
    yield last | {"seconds": time.process_time() - began}


def _send(answers: BinaryIO, message: Any) -> None:
    words = json.dumps(message, ensure_ascii=False, default=datetime.isoformat).encode("utf-8", "surrogatepass")
    answers.write(len(words).to_bytes(4, "big") + words)
    answers.flush()


def entries_of(message: list[list[Any]]) -> list[Entry]:
    """Return the entries that a message holds."""
    entries = [dict(zip(_ENTRY, values, strict=True)) for values in message]
    return [Entry(**entry | {"published_at": _time(entry["published_at"])}) for entry in entries]


def feed_of(message: dict[str, Any], entries: list[Entry]) -> ParsedFeed:
    """Return the feed that the last message describes. Raises ParseError where it says why there is none."""
    if "error" in message:
        raise ParseError(message["error"])
    return ParsedFeed(**message["feed"] | {"entries": tuple(entries)})


def _time(written: str | None) -> datetime | None:
    return None if written is None else datetime.fromisoformat(written)


if __name__ == "__main__":
    main()

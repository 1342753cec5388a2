"""Parsing in child processes with limits of time and memory: a hostile document costs nobody but its own feed.

There are two children at most. The quick one lives on and is where every document of usual size is read; what it cannot
read within a second waits for the patient one, which is given more of everything, one document to read and then ended.
So the documents that take long only wait for each other; and an address whose last one took long is not tried by the
quick child again until one of its documents was easy. A child is started with its first document, and by `exec`: a
fork would take along the database, the sockets and the locks of threads.

This module must not know what a feed looks like or what becomes of it.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from heapq import heappop, heappush
from itertools import count
from types import TracebackType
from typing import Any, Self

from monitor.errors import ParseError
from monitor.feeds import parsing_child
from monitor.model import Entry, ParsedFeed

USUAL_BYTES = 2_000_000
QUICK_SECONDS, QUICK_MB = 1, 192
PATIENT_SECONDS, PATIENT_MB = 10, 512
SECONDS_A_PART_MORE = 2
"""Processor time that each further part of a long document adds for the patient one: a flood is no attack, and gets
twice what it needs."""
WALL_SECONDS = 120
"""What ends a child that takes no processor time either: one that was stopped, or whose memory is on a dying disk."""
GRACE_SECONDS = 5
"""How long a child that has stopped to answer may take to be dead."""
MOST_BYTES = 100_000_000
"""Of documents that are read or wait for it. What comes on top is turned away, to be fetched again with the next poll:
a day on which every feed goes mad must not end in the memory of this process."""
SMALL_BYTES = 200_000
"""For so much there is always room."""
_LONGEST_MESSAGE = 200_000_000
_ENVIRONMENT = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
"""What a child may know of ours: enough to find Python, and no secret."""


class EndedError(ParseError):
    """The document ended the child."""

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason
        """In one word: "time", "memory" or "crash"."""


class Parsers:
    """Reads documents in children. To be used as an async context manager, in one loop.

    ``on_kill`` is told why a document could not be read within the limits: "time", "memory" or "crash".
    """

    def __init__(self, *, on_kill: Callable[[str], None] = lambda reason: None) -> None:
        self._on_kill = on_kill
        self._bytes = 0
        self._habits = _Habits()
        self._quick = _Child(seconds=QUICK_SECONDS, megabytes=QUICK_MB, lasting=True)
        self._patient = _Child(seconds=PATIENT_SECONDS, megabytes=PATIENT_MB, lasting=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._quick.end()
        await self._patient.end()

    async def parse(self, body: bytes, *, url: str, content_type: str | None, now: datetime) -> ParsedFeed:
        """What `monitor.feeds.parse.parse_feed` gives. Raises ParseError, also where the limits are reached.

        Where it is cancelled, the child is ended.
        """
        if len(body) > SMALL_BYTES and self._bytes + len(body) > max(MOST_BYTES, len(body)):
            raise ParseError("waits for other large documents; the next poll asks again")
        asked = {"bytes": len(body), "url": url, "content_type": content_type, "now": now.isoformat()}
        self._bytes += len(body)
        try:
            return await self._parse(asked, body)
        finally:
            self._bytes -= len(body)

    async def _parse(self, asked: dict[str, Any], body: bytes) -> ParsedFeed:
        url, rank = asked["url"], self._habits.rank(asked["url"])
        if len(body) <= USUAL_BYTES and rank < _COSTLY:
            with suppress(EndedError):
                return await self._noted(self._quick, asked, body, rank)
        try:
            return await self._noted(self._patient, asked, body, rank)
        except EndedError as error:
            self._habits.note(url, PATIENT_SECONDS)
            self._on_kill(error.reason)
            raise

    async def _noted(self, child: _Child, asked: dict[str, Any], body: bytes, rank: int) -> ParsedFeed:
        entries, last = await child.parse(asked, body, rank=rank)
        self._habits.note(asked["url"], last["seconds"])
        return parsing_child.feed_of(last, entries)


_LIGHT, _UNKNOWN, _COSTLY = range(3)
"""In this order documents get their turn; a costly one is not even tried by the quick child."""
LIGHT_SECONDS = 0.25
"""Twenty times what a real feed takes: ten such documents may wait for each other and none is late."""
MOST_HABITS = 20_000
"""Addresses; some megabytes."""


class _Habits:
    """How many seconds of processor time the last document of each address took: who was honest yesterday does not wait
    for who never was.
    """

    def __init__(self) -> None:
        self._seconds: OrderedDict[str, float] = OrderedDict()

    def rank(self, url: str) -> int:
        seconds = self._seconds.get(url)
        if seconds is None:
            return _UNKNOWN
        return _LIGHT if seconds < LIGHT_SECONDS else _COSTLY if seconds >= QUICK_SECONDS else _UNKNOWN

    def note(self, url: str, seconds: float) -> None:
        self._seconds[url] = seconds
        self._seconds.move_to_end(url)
        if len(self._seconds) > MOST_HABITS:
            self._seconds.popitem(last=False)


class _LightestFirst:
    """A turn that goes to the lightest of the documents that wait for it, by habit and then by length: honest ones
    hardly wait for attacks and floods."""

    def __init__(self) -> None:
        self._waiting: list[tuple[int, int, int, asyncio.Future[None]]] = []
        self._numbers = count()
        self._taken = False

    @asynccontextmanager
    async def of(self, rank: int, length: int) -> AsyncIterator[None]:
        if self._taken:
            called = asyncio.get_running_loop().create_future()
            heappush(self._waiting, (rank, length, next(self._numbers), called))
            try:
                await called
            except asyncio.CancelledError:
                if called.done() and not called.cancelled():
                    self._pass_on()
                raise
        self._taken = True
        try:
            yield
        finally:
            self._pass_on()

    def _pass_on(self) -> None:
        self._taken = False
        while self._waiting:
            *_, called = heappop(self._waiting)
            if not called.done():
                self._taken = True
                called.set_result(None)
                return


class _Child:
    """A process, as far as there is one, and the documents that wait for it."""

    def __init__(self, *, seconds: int, megabytes: int, lasting: bool) -> None:
        self._seconds = seconds
        self._limits = {"seconds": seconds, "seconds_a_part_more": 0 if lasting else SECONDS_A_PART_MORE}
        self._megabytes = megabytes
        self._lasting = lasting
        self._turn = _LightestFirst()
        self._process: asyncio.subprocess.Process | None = None

    async def parse(self, asked: dict[str, Any], body: bytes, *, rank: int) -> tuple[list[Entry], dict[str, Any]]:
        """Return the entries and the last message (`parsing_child`). Raises EndedError where there is none."""
        async with self._turn.of(rank, len(body)):
            try:
                async with asyncio.timeout(WALL_SECONDS):
                    process = await self._started()
                    entries, last = await _ask(process, asked | self._limits, body)
            except TimeoutError as error:
                await self.end()
                raise EndedError(f"takes longer than {WALL_SECONDS} s to read", "time") from error
            except (EOFError, OSError, ValueError) as error:
                raise self._why(await self._code()) from error
            except BaseException:
                await self.end()
                raise
            if not self._lasting:
                await self.end()
        return entries, last

    async def end(self) -> None:
        """End the process, if there is one."""
        process, self._process = self._process, None
        if process is not None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.communicate()

    async def _code(self) -> int | None:
        """Return how the process ended that has stopped to answer, once it has."""
        process = self._process
        if process is not None:
            # Not killed at once: that looks whether it is dead, and how it died would be forgotten.
            with suppress(TimeoutError):
                async with asyncio.timeout(GRACE_SECONDS):
                    await process.wait()
            await self.end()
        return None if process is None else process.returncode

    async def _started(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", parsing_child.__name__, str(self._megabytes)),
                *(() if self._lasting else ("patient",)),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
                process_group=0,  # Ctrl-C is for us; we end it
                pipesize=2**18,
                limit=2**18,
            )
        return self._process

    def _why(self, code: int | None) -> EndedError:
        if code == -parsing_child.OUT_OF_TIME:
            return EndedError(f"takes longer than {self._seconds} s of processor time to read", "time")
        if code == parsing_child.OUT_OF_MEMORY:
            return EndedError(f"needs more than {self._megabytes} MB to read", "memory")
        return EndedError(f"a document on which the parser breaks off (exit code {code})", "crash")


async def _ask(
    process: asyncio.subprocess.Process, asked: dict[str, Any], body: bytes
) -> tuple[list[Entry], dict[str, Any]]:
    """Return the entries and the last message. Raises EOFError or OSError if the child ends, ValueError on rubbish."""
    asking: asyncio.StreamWriter = process.stdin  # type: ignore[assignment]  # both are pipes
    answers: asyncio.StreamReader = process.stdout  # type: ignore[assignment]
    asking.write(json.dumps(asked).encode() + b"\n")
    asking.write(body)
    await asking.drain()
    entries: list[Entry] = []
    while True:
        length = int.from_bytes(await answers.readexactly(4), "big")
        if length > _LONGEST_MESSAGE:
            raise ValueError("too long a message")
        message = json.loads(await answers.readexactly(length))
        if isinstance(message, dict):
            return entries, message
        entries += parsing_child.entries_of(message)

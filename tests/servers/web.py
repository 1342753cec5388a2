"""A web server on the loopback address that answers what a test scripts, and remembers what it was asked.

    async with FeedServer() as server:                 # in the test's own loop …
        server.script("/feed", Answer(body, etag='"1"', gzip=True))
        … fetch server.url("/feed") …
        assert server.asked("/feed")[0].headers["if-none-match"] == '"1"'

    with feed_server_thread() as server:               # … or in a thread, for code that runs its own loop
        server.script("/feed", Answer(b"…"))

A path's answers are given one after another, and the last one again and again. A path without a script is 404. An
answer with ``etag`` or ``last_modified`` turns into a 304 where the request holds that very validator. Everything else
about an answer is a field of `Answer`. A path's script may be changed at any time, from any thread. Nothing here waits
for time to pass, but for ``delay``: an answer that hangs does so until the client leaves or the server is closed.
"""

from __future__ import annotations

import asyncio
import gzip
import socket
import ssl
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from aiohttp import web


@dataclass(frozen=True, slots=True)
class Answer:
    """One scripted answer."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    """Sent as they are; a ``Content-Encoding`` here does not change the body."""
    content_type: str = "application/rss+xml"
    etag: str | None = None
    last_modified: str | None = None
    gzip: bool = False
    """Compressed, where the client accepts it."""
    redirect: str | None = None
    """The ``Location``; give the status with it."""
    cut_at: int | None = None
    """The connection breaks after so many bytes of the body, of which the head promised all."""
    hang_at: int | None = None
    """Nothing more comes after so many bytes of the body; 0 sends the head only, -1 not even that."""
    delay: float = 0.0
    """Seconds before the answer; for tests of deadlines only."""
    endless: bool = False
    """The body, or ``raw``, comes again and again without end."""
    raw: bytes | None = None
    """Sent instead of a proper answer; then the connection is closed, or hangs with ``hang_at``."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came in; header names in small letters."""

    method: str
    path: str
    """With the query, as it stood on the wire."""
    headers: dict[str, str]
    connection: int
    """The client's port: the same for requests over one connection."""


class FeedServer:
    """The server; ``address`` may be any loopback address, and ``port`` a chosen one. With ``tls`` it speaks https."""

    def __init__(self, *, address: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        self.address = address
        self.port = port
        self._tls = tls
        self.requests: list[Asked] = []
        self.most_at_once = 0
        """The largest number of requests that were being answered at the same time."""
        self._scripts: dict[str, tuple[Answer, ...]] = {}
        self._given: Counter[str] = Counter()
        self._at_once = 0
        self._released = asyncio.Event()
        self._came = asyncio.Event()

    def script(self, path: str, *answers: Answer) -> None:
        """Let ``path`` give these answers from now on, the last one for ever."""
        self._given[path] = 0
        self._scripts[path] = answers

    def url(self, path: str, *, host: str | None = None) -> str:
        return f"http{'s' if self._tls else ''}://{host or self.address}:{self.port}{path}"

    def asked(self, path: str) -> list[Asked]:
        return [one for one in self.requests if one.path == path]

    async def reached(self, requests: int) -> None:
        """Wait until so many requests have come in."""
        while len(self.requests) < requests:
            self._came.clear()
            await self._came.wait()

    def release(self) -> None:
        """Let every answer that hangs end, and no later one hang."""
        self._released.set()

    async def __aenter__(self) -> Self:
        server = web.Server(self._answer)
        self._runner = web.ServerRunner(server)
        await self._runner.setup()
        family = socket.AF_INET6 if ":" in self.address else socket.AF_INET
        listening = socket.create_server((self.address, self.port), family=family, backlog=512)
        self.port = listening.getsockname()[1]
        await web.SockSite(self._runner, listening, ssl_context=self._tls).start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
        await self._runner.cleanup()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        client = request.transport.get_extra_info("peername") if request.transport else ("", 0)
        self.requests.append(Asked(request.method, request.raw_path, headers, client[1]))
        self._came.set()
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            return await self._send(request, self._next(request.raw_path), headers)
        finally:
            self._at_once -= 1

    def _next(self, path: str) -> Answer:
        answers = self._scripts.get(path) or (Answer(b"no such page", 404, content_type="text/plain"),)
        place = self._given[path]
        self._given[path] += 1
        return answers[min(place, len(answers) - 1)]

    async def _send(self, request: web.BaseRequest, answer: Answer, asked: dict[str, str]) -> web.StreamResponse:
        if answer.hang_at == -1:
            await self._released.wait()
        if answer.delay:
            await asyncio.sleep(answer.delay)
        headers = {"Content-Type": answer.content_type, **answer.headers}
        validators = {"ETag": answer.etag, "Last-Modified": answer.last_modified, "Location": answer.redirect}
        headers |= {name: value for name, value in validators.items() if value is not None}
        if (answer.etag and asked.get("if-none-match") == answer.etag) or (
            answer.last_modified and asked.get("if-modified-since") == answer.last_modified
        ):
            headers.pop("Content-Type")
            return web.Response(status=304, headers=headers)
        body = answer.body
        if answer.gzip and "gzip" in asked.get("accept-encoding", ""):
            body = gzip.compress(body, mtime=0)
            headers["Content-Encoding"] = "gzip"
        if answer.raw is None and answer.cut_at is None and answer.hang_at in (None, -1) and not answer.endless:
            return web.Response(status=answer.status, headers=headers, body=body)
        return await self._misbehave(request, answer, headers, body)

    async def _misbehave(
        self, request: web.BaseRequest, answer: Answer, headers: dict[str, str], body: bytes
    ) -> web.StreamResponse:
        response = web.StreamResponse(status=answer.status, headers=headers)
        transport = request.transport
        if transport is None:  # the client has already left
            return response
        try:
            if answer.raw is not None:
                transport.write(answer.raw)
                while answer.endless and not transport.is_closing():
                    transport.write(answer.raw)
                    await asyncio.sleep(0)
            else:
                response.content_length = None if answer.endless else len(body)
                await response.prepare(request)
                while answer.endless and not transport.is_closing():
                    await response.write(body)
                    await asyncio.sleep(0)
                await response.write(body[: answer.cut_at if answer.cut_at is not None else answer.hang_at])
            if answer.hang_at is not None:
                await self._released.wait()
        except (ConnectionError, asyncio.CancelledError):  # the client has left: what these answers are for
            pass
        transport.close()
        return response


@contextmanager
def feed_server_thread(*, address: str = "127.0.0.1", port: int = 0) -> Iterator[FeedServer]:
    """Run a server in a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="feed server", daemon=True)
    thread.start()
    server = FeedServer(address=address, port=port)
    asyncio.run_coroutine_threadsafe(server.__aenter__(), loop).result()
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(server.__aexit__(None, None, None), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()

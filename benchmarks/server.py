"""A process of its own that serves documents as many sites would, so that serving costs the measured side nothing.

    with serving(folder, sites=100) as site:      # every file of the folder, spread over 100 ports of 127.0.0.1
        site.urls["0001.xml"]                     # answers with ETag, compressed, and 304 to a known ETag
        site.switch                               # POST "off" here: from now on 200 with the same bytes to all

A port is a site of its own for the politeness of feed readers and for their connections.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What is served: addresses by file name, and where to switch 304 answers on and off."""

    urls: dict[str, str]
    switch: str


@dataclass(frozen=True, slots=True)
class _Document:
    content_type: str
    etag: str
    packed: bytes


@contextmanager
def serving(folder: Path, *, sites: int) -> Iterator[Site]:
    """Run a server for the files of a folder."""
    command = [sys.executable, "-m", "benchmarks.server", str(folder), str(sites)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin and process.stdout
        try:
            answer = json.loads(process.stdout.readline())
            yield Site(urls=answer["urls"], switch=answer["switch"])
        finally:
            process.stdin.close()  # what it waits for


async def _serve(documents: dict[str, _Document], sites: int) -> None:
    knows_etags = True

    async def answer(request: web.BaseRequest) -> web.Response:
        nonlocal knows_etags
        if request.method == "POST":
            knows_etags = await request.text() == "on"
            return web.Response()
        document = documents[request.path]
        headers = {"ETag": document.etag}
        if knows_etags and request.headers.get("If-None-Match") == document.etag:
            return web.Response(status=304, headers=headers)
        headers |= {"Content-Type": document.content_type, "Content-Encoding": "gzip"}
        return web.Response(body=document.packed, headers=headers)

    runner = web.ServerRunner(web.Server(answer))
    await runner.setup()
    origins = []
    for _ in range(sites):
        listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        origins.append(f"http://127.0.0.1:{listening.getsockname()[1]}")
        await web.SockSite(runner, listening).start()
    urls = {path[1:]: origins[number % sites] + path for number, path in enumerate(documents)}
    print(json.dumps({"urls": urls, "switch": origins[0]}), flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()


def _read(folder: Path) -> dict[str, _Document]:
    return {f"/{path.name}": _document(path) for path in sorted(folder.iterdir())}


def _document(path: Path) -> _Document:
    body = path.read_bytes()
    kind = "application/feed+json" if path.suffix == ".json" else "application/xml"
    etag = f'"{hashlib.blake2b(body, digest_size=8).hexdigest()}"'
    return _Document(content_type=kind, etag=etag, packed=gzip.compress(body, mtime=0))


if __name__ == "__main__":
    asyncio.run(_serve(_read(Path(sys.argv[1])), int(sys.argv[2])))

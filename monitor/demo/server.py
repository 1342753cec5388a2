"""The invented outlets' web server: on the loopback address only, with ETag, from a thread of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

from monitor.demo.newsroom import Newsroom

LOOPBACK = "127.0.0.1"


@contextmanager
def serving(newsroom: Newsroom) -> Iterator[str]:
    """Serve every feed under its id while the context is open; gives the server's address, without a slash at the end.

    The newsroom may change between requests, not during one.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = newsroom.answer(self.path.strip("/"))
            etag = f'"{hashlib.blake2b(answer.body, digest_size=8).hexdigest()}"'
            known = answer.status == 200 and self.headers.get("If-None-Match") == etag
            self.send_response(304 if known else answer.status)
            if answer.status == 200:
                self.send_header("ETag", etag)
            if not known:
                self.send_header("Content-Type", answer.content_type)
                self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if not known:
                self.wfile.write(answer.body)

        def log_message(self, format: str, *values: object) -> None:  # noqa: A002 - the base class names it so
            """Say nothing: the poller's own log tells more."""

    server = HTTPServer((LOOPBACK, 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="demo feeds", daemon=True)
    thread.start()
    try:
        yield f"http://{LOOPBACK}:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

"""What stands before every page: bounded requests, known hosts, and the headers that every answer carries.

It must not know what the pages are about.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Collection
from http import HTTPStatus
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
}
"""On every answer. The address of a page is what lets its reader in: nothing may pass it on, keep it, or list it."""

BODY_BYTES = 4096
"""A one-click request has 26 (RFC 8058); what a form of ours sends is empty."""
BODY_SECONDS = 10.0

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
_HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::\d{1,5})?")


class Guard:
    """An ASGI application around another one."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        host: str,
        prefix: str,
        refuse: Callable[[HTTPStatus], Response],
        log: Any,
        open_to_all: Collection[str] = (),
    ) -> None:
        """``host`` and ``prefix`` are those of the public address; a proxy may have taken the prefix off, or not.

        Paths that are ``open_to_all`` answer under any name.
        """
        self._app = app
        self._hosts = (LOOPBACK | {name_of(host)}) - {""}
        self._prefix = prefix
        self._refuse = refuse
        self._log = log
        self._open = frozenset(open_to_all)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        scope = self._below_prefix(scope)
        refused = self._refusal(scope) or await _read_through(receive)
        if refused:
            await self._refuse(refused)(scope, receive, send_with_headers)
            return
        try:
            await self._app(scope, receive, send_with_headers)
        except Exception:
            # The one broad net of the web: whatever a page runs into is told to the operator, not to the reader.
            self._log.exception("page failed")
            if not started:
                await self._refuse(HTTPStatus.INTERNAL_SERVER_ERROR)(scope, receive, send_with_headers)

    def _refusal(self, scope: Scope) -> HTTPStatus | None:
        """Refuse names that are not ours: a page elsewhere may have pointed its own at this address."""
        known = name_of(Headers(scope=scope).get("host", "")) in self._hosts or scope["path"] in self._open
        return None if known else HTTPStatus.MISDIRECTED_REQUEST

    def _below_prefix(self, scope: Scope) -> Scope:
        path = scope["path"]
        if self._prefix and (path == self._prefix or path.startswith(f"{self._prefix}/")):
            return {**scope, "path": path.removeprefix(self._prefix) or "/"}
        return scope


def name_of(host: str) -> str:
    """Return the name of a Host header, without the port; empty where it is none."""
    found = _HOST.fullmatch(host.lower())
    return found["name"] if found else ""


async def _read_through(receive: Receive) -> HTTPStatus | None:
    """Read a request to its end, whatever it says; what the pages act on stands in its address."""
    size = 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    return HTTPStatus.BAD_REQUEST
                size += len(message.get("body", b""))
                if size > BODY_BYTES:
                    return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
                if not message.get("more_body"):
                    return None
    except TimeoutError:
        return HTTPStatus.REQUEST_TIMEOUT

"""Listening: a socket of our own, and uvicorn on it until it is told to stop.

It must not know what the pages are about.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address

import uvicorn
from anyio.to_thread import current_default_thread_limiter
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from monitor.errors import SettingsError
from monitor.settings import Settings
from monitor.web.guard import HEADERS

CONNECTIONS = 100
"""At once; more are closed. Each is an open file, and the daemon must not run out of those."""

CONNECTION_SECONDS = 30.0
"""To ask, and then to take the answer: nobody keeps a place by being slow."""

PAGES_AT_ONCE = 4
"""That are being made; the others wait. The daemon needs the database and the processor as well."""

STOP_SECONDS = 1
"""How long a stop waits for pages that are being made."""


def listen(settings: Settings, host: str, port: int) -> socket.socket:
    """Open the socket. Raises SettingsError where the address is not to be had, or not to be used like this."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        is_public = not ip_address(str(address[0])).is_loopback
        if is_public and not (settings.public_url and settings.secret_key):
            raise SettingsError(
                f"{host} can be reached from elsewhere: set DATELINE_PUBLIC_URL and DATELINE_SECRET_KEY first"
            )
        return socket.create_server(address[:2], family=family, backlog=CONNECTIONS)
    except (OSError, UnicodeError) as error:
        raise SettingsError(f"cannot listen on {host}, port {port}: {_why(error)}") from error


def _why(error: OSError | UnicodeError) -> str:
    """Say what is wrong with an address; what asyncio and socket say of an error of the system repeats the address."""
    if isinstance(error, UnicodeError):
        return "no such name"
    if error.errno is None or isinstance(error, socket.gaierror):
        return str(error.strerror)
    return os.strerror(error.errno)


def address_of(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


async def serve(app: ASGIApp, listening: socket.socket, *, until: asyncio.Event) -> None:
    """Answer requests until ``until`` is set; closes the socket."""
    config = uvicorn.Config(
        app,
        http=_Connection,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        # One answer a connection: a proxy that kept it for the next would send that just as we close it.
        headers=[("Connection", "close")],
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    current_default_thread_limiter().total_tokens = PAGES_AT_ONCE
    await _Server(config, until).serve(sockets=[listening])


class _Server(uvicorn.Server):
    """Leaves the signals to whoever runs it."""

    def __init__(self, config: uvicorn.Config, until: asyncio.Event) -> None:
        super().__init__(config)
        self._until = until

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def on_tick(self, counter: int) -> bool:
        return self._until.is_set() or await super().on_tick(counter)


class _Connection(H11Protocol):
    """Adds what uvicorn leaves to a proxy: an end to every connection, and our headers on what is no HTTP at all."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._look_again = self.loop.call_later(CONNECTION_SECONDS, self._end_the_slow)
        if len(self.connections) > CONNECTIONS:
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._look_again.cancel()
        super().connection_lost(exc)

    def _end_the_slow(self) -> None:
        # Whose request is being answered waits for us, not we for them; a body that stays out ends it before.
        if self.cycle and not self.cycle.response_complete:
            self._look_again = self.loop.call_later(CONNECTION_SECONDS, self._end_the_slow)
        else:
            self.transport.abort()

    def send_400_response(self, msg: str) -> None:
        lines = ["HTTP/1.1 400 Bad Request", *(f"{name}: {value}" for name, value in HEADERS.items())]
        lines += ["Content-Length: 0", "Connection: close"]
        self.transport.write("\r\n".join([*lines, "", ""]).encode("ascii"))
        self.transport.close()

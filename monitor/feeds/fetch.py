"""One poll over HTTP: an address and what is known of it in, an outcome out, at a bounded cost whatever answers.

The time, the bytes on the wire, the bytes after unpacking, the redirects, the connections per host and the addresses
connected to are all limited here. This module must not know what a feed looks like or when it is polled.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import os
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from http import HTTPStatus
from importlib.metadata import version
from types import TracebackType
from typing import Self
from weakref import WeakValueDictionary

import httpx

from monitor.errors import FetchError, SettingsError
from monitor.faults import explain
from monitor.feeds.client import open_transport
from monitor.feeds.timing import LONGEST_BACK_OFF, effective_url
from monitor.feeds.unpack import Unpacker
from monitor.model import Feed, FeedState, Fetched, FetchFailed, FetchOutcome, NotModified
from monitor.redaction import redact
from monitor.settings import Settings, Variables

MOST_HOPS = 5
LARGE = 1_000_000
"""Bytes, unpacked, from which on a document needs a turn: only so many may lie in memory before they are parsed."""
LARGE_AT_ONCE = 8
LARGEST_FRAME = 1_000_000
"""Bytes that heads and the marks between chunks may take beside a body."""
_ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.8"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_DOCUMENT = frozenset({200, 203})
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")  # RFC 9110, 5.6.2
_LONGEST_VALIDATOR = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """What one fetch asks for, beside its address."""

    url: str
    agent: str
    validators: dict[str, str] = field(default_factory=dict)
    body_hash: str | None = None
    secrets: dict[str, str] = field(default_factory=dict)
    """The feed's own headers and credentials: for its configured origin only."""
    home: httpx.URL | None = None
    """The address that ``secrets`` are for."""
    with_body: bool = True


class _StatusError(FetchError):
    """An answer that is no document, with all that its status says about the feed."""

    def __init__(self, outcome: FetchFailed) -> None:
        super().__init__(outcome.reason)
        self.outcome = outcome


class Fetcher:
    """Fetches feeds and pages, within the limits of the settings. To be used as an async context manager, in one loop.

    ``environment`` is where `env:NAME` headers are looked up, at each request, before the home's `.env`; ``clock`` is
    only asked to understand a Retry-After that is a date.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        environment: Mapping[str, str] = os.environ,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._allowed = settings.allow_networks
        self._timeout = settings.fetch_timeout
        self._per_host = settings.per_host
        self._most_on_wire = settings.max_feed_mb * 1_000_000
        about = f"+{settings.public_url}" if settings.public_url else "news feed monitor"
        self._agent = f"Dateline/{version('dateline')} ({about})"
        self._variables = Variables(settings.home, environment)
        self._clock = clock
        self._large = asyncio.Semaphore(LARGE_AT_ONCE)
        # A turn lives as long as somebody holds or awaits it, so that hosts do not pile up.
        self._turns: WeakValueDictionary[tuple[str, str, int | None], asyncio.Semaphore] = WeakValueDictionary()

    async def __aenter__(self) -> Self:
        self._transport = open_transport(self._allowed, most_bytes=self._most_on_wire + LARGEST_FRAME)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._transport.aclose()

    async def fetch(self, feed: Feed, state: FeedState) -> FetchOutcome:
        """Poll a feed once. Whatever goes wrong is an outcome; only cancellation comes out as an exception."""
        try:
            validators = {"If-None-Match": state.etag, "If-Modified-Since": state.last_modified}
            wanted = _Wanted(
                url=effective_url(state),
                agent=feed.user_agent if feed.user_agent and _is_sendable(feed.user_agent) else self._agent,
                validators={name: value for name, value in validators.items() if value},
                body_hash=state.body_hash,
                secrets=self._secrets(feed),
                home=_parse(feed.url) if feed.headers or feed.auth else None,
            )
        except FetchError as refused:
            return FetchFailed(reason=str(refused))
        return await self._outcome(wanted)

    async def get_page(self, url: str) -> Fetched:
        """Fetch an address that is no configured feed. Raises FetchError saying why it cannot be read."""
        outcome = await self._outcome(_Wanted(url=url, agent=self._agent))
        if isinstance(outcome, Fetched):
            return outcome
        reason = outcome.reason if isinstance(outcome, FetchFailed) else "did not answer with a document"
        raise FetchError(f"{url}: {reason}")

    async def ping(self, url: str) -> None:
        """Ask for an address and look at no more than its status. Raises FetchError unless that is a success.

        The error does not name the address: who knows it may ping as well.
        """
        outcome = await self._outcome(_Wanted(url=url, agent=self._agent, with_body=False))
        if isinstance(outcome, FetchFailed):
            raise FetchError(outcome.reason)

    async def _outcome(self, wanted: _Wanted) -> FetchOutcome:
        try:
            return await self._follow(wanted)
        except _StatusError as answered:
            return answered.outcome
        except FetchError as refused:
            return FetchFailed(reason=str(refused))
        except TimeoutError:
            return FetchFailed(reason=f"took longer than {self._timeout.total_seconds():g} s")
        except Exception as error:  # one feed's failure, of whatever kind, is that feed's outcome
            return FetchFailed(reason=redact(explain(error)))

    async def _follow(self, wanted: _Wanted) -> FetchOutcome:
        url, seen, permanent = _parse(wanted.url), set[httpx.URL](), True
        left = self._timeout.total_seconds()
        loop = asyncio.get_running_loop()
        while True:
            seen.add(url)
            async with self._turn(url):
                started = loop.time()
                async with asyncio.timeout(left) as deadline, self._answer(url, wanted) as response:
                    if response.status_code not in _REDIRECTS:
                        moved_to = str(url) if permanent and len(seen) > 1 else None
                        return await self._read(response, wanted, deadline, url=str(url), moved_to=moved_to)
                    permanent = permanent and response.status_code in _PERMANENT
                    url = _redirected(response)
                left -= loop.time() - started
            if url in seen:
                raise FetchError("redirects in a circle")
            if len(seen) > MOST_HOPS:
                raise FetchError(f"redirects more than {MOST_HOPS} times")

    @asynccontextmanager
    async def _turn(self, url: httpx.URL) -> AsyncIterator[None]:
        """Wait until another connection to the host and port may be opened."""
        turn = self._turns.setdefault((url.scheme, url.host, url.port), asyncio.Semaphore(self._per_host))
        async with turn:
            yield

    @asynccontextmanager
    async def _answer(self, url: httpx.URL, wanted: _Wanted) -> AsyncIterator[httpx.Response]:
        headers = {"User-Agent": wanted.agent, "Accept": _ACCEPT, **wanted.validators}
        if wanted.home is not None and _same_origin(wanted.home, url):
            headers |= wanted.secrets
        headers["Accept-Encoding"] = "gzip, deflate"
        response = await self._transport.handle_async_request(httpx.Request("GET", url, headers=headers))
        try:
            yield response
        finally:
            await response.aclose()

    async def _read(
        self, response: httpx.Response, wanted: _Wanted, deadline: asyncio.Timeout, *, url: str, moved_to: str | None
    ) -> Fetched | NotModified:
        status, headers = response.status_code, response.headers
        if not wanted.with_body and HTTPStatus(200) <= status < HTTPStatus(300):
            return NotModified()
        if status == HTTPStatus.NOT_MODIFIED and wanted.validators:
            return NotModified(moved_to=moved_to)
        if status not in _DOCUMENT:
            raise _StatusError(
                FetchFailed(
                    reason=f"answered {_name(status)}",
                    status=status,
                    gone=status == HTTPStatus.GONE,
                    retry_after=self._retry_after(headers.get("Retry-After")) if status in (429, 503) else None,
                )
            )
        body = await self._body(response, deadline)
        body_hash = hashlib.blake2b(body, digest_size=16).hexdigest()
        if body_hash == wanted.body_hash:
            return NotModified(moved_to=moved_to)
        return Fetched(
            url=url,
            moved_to=moved_to,
            body=body,
            body_hash=body_hash,
            content_type=headers.get("Content-Type"),
            etag=_validator(headers.get("ETag")),
            last_modified=_validator(headers.get("Last-Modified")),
        )

    async def _body(self, response: httpx.Response, deadline: asyncio.Timeout) -> bytes:
        unpacked = Unpacker(response.headers.get("Content-Encoding", ""), most=2 * self._most_on_wire)
        received, is_large = 0, False
        async with AsyncExitStack() as turn:
            async for piece in response.aiter_raw():
                received += len(piece)
                if received > self._most_on_wire:
                    raise FetchError(f"is larger than {self._most_on_wire // 1_000_000} MB")
                unpacked.add(piece)
                if unpacked.size > LARGE and not is_large:
                    is_large = True
                    await turn.enter_async_context(self._room_for_large(deadline))
            return unpacked.finish()

    @asynccontextmanager
    async def _room_for_large(self, deadline: asyncio.Timeout) -> AsyncIterator[None]:
        """Wait until another large document may lie in memory; that is not the feed's time."""
        loop, ends_at = asyncio.get_running_loop(), deadline.when()
        since = loop.time()
        deadline.reschedule(None)
        async with self._large:
            deadline.reschedule((ends_at or since) + loop.time() - since)
            yield

    def _secrets(self, feed: Feed) -> dict[str, str]:
        headers = {name.title(): self._resolve(value) for name, value in feed.headers.items()}
        if feed.auth is not None:
            credentials = base64.b64encode(self._resolve(feed.auth).encode()).decode()
            headers["Authorization"] = f"Basic {credentials}"
        for name, value in headers.items():
            if not (_NAME.fullmatch(name) and _is_sendable(value)):
                raise FetchError(f"has a header {name} with letters that no header can hold")
        return headers

    def _resolve(self, value: str) -> str:
        if not value.startswith("env:"):
            return value
        name = value.removeprefix("env:")
        try:
            found = self._variables.secret(name)
        except SettingsError as error:
            raise FetchError(str(error)) from error
        if found is None:
            raise FetchError(f"needs the environment variable {name}, which is not set")
        return found

    def _retry_after(self, value: str | None) -> timedelta | None:
        """Read seconds or an HTTP date; None for what is neither, or has passed."""
        if value is None:
            return None
        try:
            seconds = float(value) if value.isdecimal() else (_http_date(value) - self._clock()).total_seconds()
        except (ValueError, OverflowError):
            return None
        return timedelta(seconds=min(seconds, LONGEST_BACK_OFF.total_seconds())) if seconds > 0 else None


@lru_cache(maxsize=10_000)  # the same feeds are asked again and again
def _parse(url: str) -> httpx.URL:
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError) as error:
        raise FetchError("is not a valid address") from error
    if parsed.scheme not in ("http", "https") or not parsed.host or (parsed.port or 0) > 65535:
        raise FetchError("is no http or https address")
    return parsed.copy_with(userinfo=b"", fragment=None) if parsed.userinfo or parsed.fragment else parsed


def _redirected(response: httpx.Response) -> httpx.URL:
    location = response.headers.get("Location")
    if not location:
        raise FetchError(f"answered {_name(response.status_code)} without saying where")
    try:
        return _parse(str(response.request.url.join(location)))
    except (FetchError, httpx.InvalidURL, ValueError) as error:
        raise FetchError("redirects to what is no http or https address") from error


def _same_origin(home: httpx.URL, url: httpx.URL) -> bool:
    """Whether ``url`` may see what is meant for ``home``: the same origin, or its encrypted side."""
    if home.host != url.host:
        return False
    upgraded = home.scheme == "http" and url.scheme == "https" and home.port is None and url.port is None
    return upgraded or (home.scheme, home.port) == (url.scheme, url.port)


def _is_sendable(value: str) -> bool:
    return value.isascii() and value.isprintable()


def _validator(value: str | None) -> str | None:
    """Return what can be sent back with the next poll; one that cannot is better forgotten."""
    return value if value is not None and len(value) <= _LONGEST_VALIDATOR and _is_sendable(value) else None


def _name(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _http_date(value: str) -> datetime:
    date = parsedate_to_datetime(value)
    return date.replace(tzinfo=UTC) if date.tzinfo is None else date

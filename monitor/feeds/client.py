"""The HTTP transport behind every fetch: guarded, without proxies or cookies, leaving bodies and redirects alone.

It is used without `httpx.AsyncClient` on top: redirects, cookies, authentication and time limits are the fetcher's own,
and the client's part in them costs a fifth of a poll that brings nothing.

Must not know what is fetched or how often.
"""

from __future__ import annotations

from collections.abc import Sequence

import aiohttp
import httpx
import yarl
from httpx_aiohttp.transport import AiohttpResponseStream, AiohttpTransport

from monitor.feeds.guard import Network, guarded_sockets

_KEEP_ALIVE = 5.0  # enough for one host's feeds in a row; longer, and a poll of all feeds holds thousands of sockets
_DNS_TTL = 60
_LONGEST_HEADER = 65536


def open_transport(allowed: Sequence[Network], *, most_bytes: int) -> httpx.AsyncBaseTransport:
    """Return a transport that connects to public addresses and ``allowed`` ones only, and reads no more than
    ``most_bytes`` of an answer, its head included. To be called in a running loop.

    It has no timeouts and no limit of connections of its own. What goes wrong comes out as exceptions of httpx, aiohttp
    or the operating system: see `monitor.feeds.faults`.
    """
    certificates = httpx.create_ssl_context()
    connector = aiohttp.TCPConnector(
        socket_factory=guarded_sockets(allowed, most_bytes=most_bytes),
        ssl=certificates,
        limit=0,  # the fetcher limits them: waiting for one must not count as a feed's time
        keepalive_timeout=_KEEP_ALIVE,
        ttl_dns_cache=_DNS_TTL,
    )
    session = aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None),
        trust_env=False,  # a proxy would connect in our place, past the guard
        auto_decompress=False,
        max_field_size=_LONGEST_HEADER,
    )
    return _Transport(verify=certificates, client=session)


class _Transport(AiohttpTransport):
    """httpx-aiohttp's transport, handing over the address as it is: otherwise ``%2F`` and the like are rewritten."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        session = self.get_client()
        answer = await session.request(
            "GET", yarl.URL(str(request.url), encoded=True), headers=request.headers, allow_redirects=False
        )
        return httpx.Response(
            answer.status, headers=answer.raw_headers, stream=AiohttpResponseStream(answer), request=request
        )

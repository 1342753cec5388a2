"""Nothing that a feed, a page or a person names leads past the guard: every socket, at every hop, for every caller."""

import ast
import asyncio
import os
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from datetime import timedelta
from ipaddress import ip_network
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from typer.testing import CliRunner

from monitor.cli import app
from monitor.errors import FetchError
from monitor.feeds import client
from monitor.feeds.discover import find_feeds
from monitor.feeds.fetch import Fetcher
from monitor.feeds.timing import initial_state
from monitor.model import Feed, Fetched, FetchFailed, FetchOutcome
from monitor.settings import Network, Settings
from tests.edge.test_fetch import NOW
from tests.fakes import InlineParsers
from tests.servers.hostile import INSIDE, LOOPBACK, RSS, answers
from tests.servers.web import Answer, FeedServer, feed_server_thread

OURS = "127.0.0.3"
"""Where the feeds are: the only address that is allowed. The canary listens at every other one of this machine."""
EVERYWHERE = (ip_network("0.0.0.0/0"), ip_network("::/0"))
CLOSED = Answer(raw=b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(RSS), RSS))


def fetcher(*allowed: Network, timeout: int = 5, per_host: int = 2) -> Fetcher:
    limit = timedelta(seconds=timeout)
    return Fetcher(Settings(home=Path("/nowhere"), allow_networks=allowed, fetch_timeout=limit, per_host=per_host))


class Canary:
    """A server at every address of this machine, which nobody may ask."""

    def __init__(self, *servers: FeedServer) -> None:
        self.servers = servers
        self.port = servers[0].port

    @property
    def asked(self) -> list[str]:
        return [one.path for server in self.servers for one in server.requests]


@pytest.fixture
async def canary() -> AsyncIterator[Canary]:
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(FeedServer(address="0.0.0.0"))
        servers = [first]
        if socket.has_ipv6:
            servers.append(await stack.enter_async_context(FeedServer(address="::", port=first.port)))
        for server in servers:
            server.script("/canary", Answer(RSS))
        yield Canary(*servers)


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    async with FeedServer(address=OURS) as running:
        yield running


async def poll(asking: Fetcher, url: str) -> FetchOutcome:
    feed = Feed(id="outlet", url=url, name="Outlet")
    return await asking.fetch(feed, initial_state(feed, NOW))


# --- redirects ---------------------------------------------------------------------------------------------------


async def test_no_spelling_of_a_private_address_is_reached(server: FeedServer, canary: Canary) -> None:
    async with fetcher(ip_network(f"{OURS}/32")) as asking:
        for place in (*LOOPBACK, *INSIDE):
            target = f"http://{place}:{canary.port}/canary"
            for path, redirect in (("/to", target), ("/relative", target.removeprefix("http:"))):
                server.script(path, Answer(status=302, redirect=redirect))
                outcome = await poll(asking, server.url(path))
                assert isinstance(outcome, FetchFailed), place
            assert isinstance(await poll(asking, target), FetchFailed), place
    assert canary.asked == []


async def test_the_canary_sings_where_nothing_guards(canary: Canary) -> None:
    """The spellings of the test above are no rubbish: most of them lead to this machine."""
    reached = 0
    async with fetcher(*EVERYWHERE, timeout=1) as asking:
        for place in LOOPBACK:
            reached += isinstance(await poll(asking, f"http://{place}:{canary.port}/canary"), Fetched)
    assert reached >= 10
    assert len(canary.asked) == reached


async def test_the_second_hop_is_guarded_as_the_first(server: FeedServer, canary: Canary) -> None:
    server.script("/1", Answer(status=301, redirect="/2"))
    server.script("/2", Answer(status=307, redirect=f"http://127.0.0.1:{canary.port}/canary"))
    async with fetcher(ip_network(f"{OURS}/32")) as asking:
        outcome = await poll(asking, server.url("/1"))
    assert isinstance(outcome, FetchFailed)
    assert outcome.reason.startswith("127.0.0.1 is not a public address")
    assert canary.asked == []


# --- names that change their mind --------------------------------------------------------------------------------


def answer_names(monkeypatch: pytest.MonkeyPatch, addresses: Iterator[list[str]]) -> None:
    """Let every name resolve to these addresses, other ones each time."""
    original = socket.getaddrinfo

    def resolve(host: Any, port: Any, *more: Any, **named: Any) -> Any:
        if not str(host).endswith(".example"):
            return original(host, port, *more, **named)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, int(port))) for address in next(addresses)]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(client, "_DNS_TTL", 0)  # each request asks anew, as if a minute had passed


async def test_200_flips_of_a_name_leak_nothing(
    monkeypatch: pytest.MonkeyPatch, server: FeedServer, canary: Canary
) -> None:
    server.script("/canary", CLOSED)
    asked = count()
    answer_names(monkeypatch, ([OURS] if next(asked) % 2 == 0 else ["127.0.0.1"] for _ in count()))
    async with fetcher(ip_network(f"{OURS}/32")) as asking, FeedServer(address="127.0.0.1", port=server.port) as inside:
        inside.script("/canary", Answer(RSS))
        url = f"http://flips.example:{server.port}/canary"
        outcomes = [await poll(asking, url) for _ in range(200)]
        assert inside.requests == []
    assert [isinstance(one, Fetched) for one in outcomes] == [True, False] * 100
    assert len(server.requests) == 100


async def test_a_name_with_good_and_bad_addresses_reaches_only_the_good(
    monkeypatch: pytest.MonkeyPatch, server: FeedServer
) -> None:
    server.script("/canary", CLOSED)
    both = [OURS, "127.0.0.1"]
    answer_names(monkeypatch, (both[:: 1 if number % 2 else -1] for number in count()))
    async with fetcher(ip_network(f"{OURS}/32")) as asking, FeedServer(address="127.0.0.1", port=server.port) as inside:
        for _ in range(20):
            await poll(asking, f"http://both.example:{server.port}/canary")
        assert inside.requests == []


# --- everybody who asks ------------------------------------------------------------------------------------------


async def test_a_ping_is_guarded_and_tells_no_address(server: FeedServer, canary: Canary) -> None:
    rubbish = Answer(b"no gzip", headers={"Content-Encoding": "gzip"})
    server.script("/ok/k3y", Answer(status=204), Answer(b"x" * 50_000_000), rubbish)
    server.script("/no/k3y", Answer(status=404))
    server.script("/to/k3y", Answer(status=302, redirect=f"http://127.0.0.1:{canary.port}/canary"))
    async with fetcher(ip_network(f"{OURS}/32")) as asking:
        for _ in range(3):
            await asking.ping(server.url("/ok/k3y"))
        for path, says in (("/no/k3y", "answered 404 Not Found"), ("/to/k3y", "127.0.0.1 is not a public address")):
            with pytest.raises(FetchError, match=f"^{says}") as refused:
                await asking.ping(server.url(path))
            assert "k3y" not in str(refused.value)
        with pytest.raises(FetchError):
            await asking.ping(f"http://127.0.0.1:{canary.port}/canary")
    assert canary.asked == []


async def test_looking_for_a_sites_feed_is_guarded(server: FeedServer, canary: Canary) -> None:
    target = f"http://127.0.0.1:{canary.port}/canary"
    link = f"<link rel=alternate type=application/rss+xml href={target}>"
    server.script("/", Answer(f"<html><head>{link}</head></html>".encode(), content_type="text/html"))
    async with fetcher(ip_network(f"{OURS}/32")) as asking:
        assert await find_feeds(asking, InlineParsers(), server.url("/")) == ()
        with pytest.raises(FetchError):
            await find_feeds(asking, InlineParsers(), target)
    assert canary.asked == []


@pytest.mark.parametrize("command", [["feeds", "test"], ["feeds", "add"], ["explain", "--url"]], ids=" ".join)
def test_commands_with_an_address_are_guarded(command: list[str], tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "desk.yaml").write_text("version: 1\n")
    with feed_server_thread() as canary:
        canary.script("/canary", Answer(RSS))
        result = CliRunner().invoke(app, [*command, canary.url("/canary"), "--home", str(tmp_path)])
        assert canary.requests == []
    assert result.exit_code == 1 or result.exception
    assert "not a public address" in f"{result.output}{result.exception}"


OPENERS = ("aiohttp", "aiosmtplib", "http", "httpx", "httpx_aiohttp", "requests", "slack_sdk", "smtplib", "socket")
"""What can open a connection, beside urllib.request and asyncio.open_connection."""

MAY = {
    "feeds/client.py": {"aiohttp", "httpx", "httpx_aiohttp"},  # the guarded transport
    "feeds/guard.py": {"socket"},  # the guard: it opens the sockets
    "feeds/fetch.py": {"http", "httpx"},  # addresses, requests and statuses as values
    "faults.py": {"aiohttp", "httpx", "socket"},  # what their exceptions mean
    "channels/slack.py": {"aiohttp", "slack_sdk"},  # the operator's own Slack …
    "channels/email.py": {"aiosmtplib"},  # … and mail server
}

LISTEN = ("web/", "demo/", "daemon/")
"""What listens, or talks to the service manager over its socket."""


def test_nothing_else_can_open_a_connection() -> None:
    package = Path(client.__file__).parent.parent
    for file in sorted(package.rglob("*.py")):
        place = file.relative_to(package).as_posix()
        words = file.read_text(encoding="utf-8")
        names = imports(words)
        found = {name.partition(".")[0] for name in names} & set(OPENERS)
        allowed = MAY.get(place, set())
        if place.startswith(LISTEN):
            allowed = allowed | {"http", "socket"}
        assert found <= allowed, place
        assert "urllib.request" not in names, place
        assert "open_connection" not in words and "create_connection" not in words, place


def imports(words: str) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(words)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


# --- hostile servers ---------------------------------------------------------------------------------------------


async def test_hostile_servers_cost_a_bounded_time_and_memory(server: FeedServer) -> None:
    async with fetcher(ip_network(f"{OURS}/32"), timeout=3, per_host=64) as asking:
        await poll(asking, server.url("/none"))
        before = memory()
        for name, answer in answers().items():
            server.script(f"/{quote(name)}", answer)
        async with asyncio.timeout(20):
            outcomes = await asyncio.gather(*(poll(asking, server.url(f"/{quote(name)}")) for name in answers()))
        for name, outcome in zip(answers(), outcomes, strict=True):
            assert isinstance(outcome, FetchFailed), name
            assert 0 < len(outcome.reason) < 200, name
        assert memory() - before < 150_000_000
        server.script("/good", Answer(RSS))
        assert isinstance(await poll(asking, server.url("/good")), Fetched)


def memory() -> int:
    """Bytes that this process, server and client in one, holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")

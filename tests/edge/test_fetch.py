"""The fetcher against a real server on the loopback address: every outcome, every limit."""

import asyncio
import errno
import gzip
import shutil
import socket
import ssl
import subprocess
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import ip_network
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import FetchError
from monitor.faults import explain
from monitor.feeds import fetch
from monitor.feeds.fetch import LARGE, MOST_HOPS, Fetcher, _same_origin
from monitor.feeds.timing import initial_state
from monitor.model import Feed, FeedState, Fetched, FetchFailed, FetchOutcome, NotModified
from monitor.settings import Settings
from tests.servers.web import Answer, FeedServer, feed_server_thread

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
RSS = b"<rss version='2.0'><channel><title>Dawn</title></channel></rss>"
SHORT = timedelta(milliseconds=300)
LATE = "took longer than 0.3 s"
GUARDED = "is not a public address (DATELINE_ALLOW_NETWORKS can allow it)"

Poll = Callable[..., Awaitable[FetchOutcome]]


def settings(
    *, timeout: timedelta = timedelta(seconds=20), per_host: int = 2, megabytes: int = 1, public: str | None = None
) -> Settings:
    return Settings(
        home=Path("/nowhere"),
        allow_networks=(ip_network("127.0.0.1/32"),),
        fetch_timeout=timeout,
        per_host=per_host,
        max_feed_mb=megabytes,
        public_url=public,
    )


def feed(url: str, *, headers: dict[str, str] | None = None, auth: str | None = None, agent: str | None = None) -> Feed:
    return Feed(id="dawn", url=url, name="Dawn", headers=headers or {}, auth=auth, user_agent=agent)


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    async with FeedServer() as running:
        yield running


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    async with Fetcher(settings(), environment={"DAWN_KEY": "k3y\n", "BAD": "naïve"}, clock=lambda: NOW) as running:
        yield running


@pytest.fixture
def poll(server: FeedServer, fetcher: Fetcher) -> Poll:
    async def once(*answers: Answer, state: FeedState | None = None, one: Feed | None = None) -> FetchOutcome:
        server.script("/feed", *answers)
        one = one or feed(server.url("/feed"))
        return await fetcher.fetch(one, state or initial_state(one, NOW))

    return once


def reason(outcome: FetchOutcome) -> str:
    assert isinstance(outcome, FetchFailed), outcome
    return outcome.reason


def fetched(outcome: FetchOutcome) -> Fetched:
    assert isinstance(outcome, Fetched), outcome
    return outcome


# --- documents ---------------------------------------------------------------------------------------------------


async def test_a_document_comes_with_all_that_the_next_poll_needs(server: FeedServer, poll: Poll) -> None:
    outcome = fetched(await poll(Answer(RSS, etag='"7"', last_modified="Sun, 22 Nov 2026 11:00:00 GMT")))
    assert outcome == Fetched(
        url=server.url("/feed"),
        moved_to=None,
        body=RSS,
        body_hash=outcome.body_hash,
        content_type="application/rss+xml",
        etag='"7"',
        last_modified="Sun, 22 Nov 2026 11:00:00 GMT",
    )


async def test_validators_turn_into_not_modified_over_the_same_connection(server: FeedServer, poll: Poll) -> None:
    state = initial_state(feed(server.url("/feed")), NOW)
    state = replace(state, etag='"7"', last_modified="Sun, 22 Nov 2026 11:00:00 GMT")
    for _ in range(3):
        assert await poll(Answer(RSS, etag='"7"'), state=state) == NotModified()
    asked = server.asked("/feed")
    assert {one.headers["if-none-match"] for one in asked} == {'"7"'}
    assert {one.headers["if-modified-since"] for one in asked} == {"Sun, 22 Nov 2026 11:00:00 GMT"}
    assert len({one.connection for one in asked}) == 1


async def test_the_same_bytes_are_not_modified(server: FeedServer, poll: Poll) -> None:
    first = fetched(await poll(Answer(RSS)))
    state = replace(initial_state(feed(server.url("/feed")), NOW), body_hash=first.body_hash)
    assert await poll(Answer(RSS, gzip=True), state=state) == NotModified()
    assert fetched(await poll(Answer(RSS + b" "), state=state)).body == RSS + b" "


@pytest.mark.parametrize("value", ['"é"', '"' + "x" * 1000 + '"'], ids=["not ascii", "long"])
async def test_validators_that_cannot_be_sent_back_are_forgotten(poll: Poll, value: str) -> None:
    outcome = fetched(await poll(Answer(RSS, etag=value, last_modified=value)))
    assert (outcome.etag, outcome.last_modified) == (None, None)


async def test_not_modified_without_being_asked_is_a_failure(poll: Poll) -> None:
    assert reason(await poll(Answer(status=304))) == "answered 304 Not Modified"


def bare_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("", RSS),
        ("identity", RSS),
        ("gzip", gzip.compress(RSS, mtime=0)),
        ("X-GZIP", gzip.compress(RSS, mtime=0)),
        ("gzip", gzip.compress(RSS, mtime=0) + b"trailing"),
        ("gzip", gzip.compress(RSS, mtime=0) + b"trailing" * 50_000),
        ("gzip", gzip.compress(RSS[:70], mtime=0) + gzip.compress(RSS[70:], mtime=0)),
        ("gzip", b"".join(gzip.compress(RSS[at : at + 1], mtime=0) for at in range(len(RSS))) + b"trailing"),
        ("gzip", gzip.compress(RSS, mtime=0) + b"trailing" + gzip.compress(RSS, mtime=0)),
        ("gzip", gzip.compress(RSS, mtime=0) + b"\x1f"),
        ("gzip", gzip.compress(RSS, mtime=0) + b"\x1f" * 2),
        ("deflate", zlib.compress(RSS)),
        ("deflate", zlib.compress(RSS) + gzip.compress(RSS, mtime=0)),
        ("deflate", bare_deflate(RSS)),
    ],
)
async def test_encodings(server: FeedServer, poll: Poll, encoding: str, body: bytes) -> None:
    assert fetched(await poll(Answer(body, headers={"Content-Encoding": encoding}))).body == RSS
    assert server.asked("/feed")[0].headers["accept-encoding"] == "gzip, deflate"


@pytest.mark.parametrize(
    ("encoding", "body", "says"),
    [
        ("br", RSS, "answered in the encoding 'br', which was not asked for"),
        ("gzip, gzip", RSS, "answered in the encoding 'gzip, gzip', which was not asked for"),
        ("z" * 99, RSS, f"answered in the encoding {'z' * 40!r}, which was not asked for"),
        ("gzip", gzip.compress(RSS, mtime=0)[:-9], "answered with a compressed document that ends early"),
        ("deflate", zlib.compress(RSS)[:-5], "answered with a compressed document that ends early"),
        ("gzip", RSS, "answered with a damaged compressed document"),
        ("gzip", gzip.compress(RSS, mtime=0)[:-8] + b"\0" * 8, "answered with a damaged compressed document"),
        ("gzip", gzip.compress(b"") + gzip.compress(RSS)[:-9], "answered with a compressed document that ends early"),
        ("gzip", gzip.compress(RSS, mtime=0) + b"\x1f\x8b" + RSS, "answered with a damaged compressed document"),
        ("gzip", gzip.compress(bytes(2_000_001), mtime=0), "unpacks to more than 2 MB"),
        ("gzip", gzip.compress(bytes(500_000), mtime=0) * 5, "unpacks to more than 2 MB"),
        ("deflate", zlib.compress(bytes(50_000_000)), "unpacks to more than 2 MB"),
        ("deflate", bare_deflate(bytes(50_000_000)), "unpacks to more than 2 MB"),
    ],
    ids=lambda value: value[:30] if isinstance(value, str) else "body",
)
async def test_bad_encodings(poll: Poll, encoding: str, body: bytes, says: str) -> None:
    assert reason(await poll(Answer(body, headers={"Content-Encoding": encoding}))) == says


async def test_an_empty_body_is_a_document_for_the_parser_to_judge(poll: Poll) -> None:
    assert fetched(await poll(Answer(b"", headers={"Content-Encoding": "gzip"}))).body == b""


async def test_sizes_up_to_the_limit_pass_and_no_byte_more(poll: Poll) -> None:
    assert len(fetched(await poll(Answer(bytes(1_000_000)))).body) == 1_000_000
    assert reason(await poll(Answer(bytes(1_000_001)))) == "is larger than 1 MB"
    unpacked = gzip.compress(bytes(2_000_000))
    assert len(fetched(await poll(Answer(unpacked, headers={"Content-Encoding": "gzip"}))).body) == 2_000_000


async def test_an_endless_body_ends_at_the_limit(poll: Poll) -> None:
    assert reason(await poll(Answer(b"<item/>" * 1000, endless=True))) == "is larger than 1 MB"


async def test_interim_answers_end_at_the_limit_too(poll: Poll) -> None:
    hints = Answer(raw=b"HTTP/1.1 103 Early Hints\r\n\r\n" * 1_000, endless=True)
    assert reason(await poll(hints)) == "sent more than 2 MB"


async def test_waiting_for_other_large_documents_is_not_a_feeds_own_time(
    server: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "LARGE_AT_ONCE", 1)
    large = bytes(LARGE + 1)
    async with Fetcher(settings(timeout=SHORT, megabytes=2)) as fetcher:
        server.script("/stalls", Answer(large * 2, hang_at=len(large)))
        server.script("/good", Answer(large))
        ones = [feed(server.url(path)) for path in ("/stalls", "/good")]
        stalled = asyncio.create_task(fetcher.fetch(ones[0], initial_state(ones[0], NOW)))
        while not fetcher._large.locked():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        assert len(fetched(await fetcher.fetch(ones[1], initial_state(ones[1], NOW))).body) == len(large)
        assert reason(await stalled) == LATE


# --- answers that are no documents -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (204, "answered 204 No Content"),
        (206, "answered 206 Partial Content"),
        (300, "answered 300 Multiple Choices"),
        (401, "answered 401 Unauthorized"),
        (404, "answered 404 Not Found"),
        (500, "answered 500 Internal Server Error"),
        (599, "answered 599"),
    ],
)
async def test_statuses(poll: Poll, status: int, says: str) -> None:
    assert await poll(Answer(RSS, status)) == FetchFailed(reason=says, status=status)


async def test_gone_is_marked(poll: Poll) -> None:
    assert await poll(Answer(RSS, 410)) == FetchFailed(reason="answered 410 Gone", status=410, gone=True)


@pytest.mark.parametrize(
    ("status", "value", "wait"),
    [
        (429, "120", timedelta(seconds=120)),
        (503, "3600", timedelta(hours=1)),
        (503, "9" * 500, timedelta(hours=24)),
        (503, "0", None),
        (503, "-5", None),
        (503, "1.5", None),
        (503, "soon", None),
        (503, "", None),
        (503, format_datetime(NOW + timedelta(minutes=5), usegmt=True), timedelta(minutes=5)),
        (503, "Sun, 22 Nov 2026 12:05:00 -0000", timedelta(minutes=5)),
        (503, "Sun, 22 Nov 2026 13:05:00 +0100", timedelta(minutes=5)),
        (503, format_datetime(NOW + timedelta(days=400), usegmt=True), timedelta(hours=24)),
        (503, format_datetime(NOW - timedelta(days=1), usegmt=True), None),
        (503, "Sun, 22 Nov 99999 12:05:00 GMT", None),
        (500, "120", None),
    ],
)
async def test_retry_after(poll: Poll, status: int, value: str, wait: timedelta | None) -> None:
    outcome = await poll(Answer(status=status, headers={"Retry-After": value}))
    assert isinstance(outcome, FetchFailed)
    assert outcome.retry_after == wait


@given(
    st.none()
    | st.text(st.characters(codec="latin-1"), max_size=60)
    | st.from_regex(r"\A\w{3}, \d+ \w{3} \d+ \d+:\d+:\d+ .{0,8}\Z")
)
def test_no_retry_after_is_an_error(value: str | None) -> None:
    wait = Fetcher(settings(), clock=lambda: NOW)._retry_after(value)
    assert wait is None or timedelta(0) < wait <= timedelta(hours=24)


async def test_broken_answers(poll: Poll) -> None:
    assert reason(await poll(Answer(RSS * 50, cut_at=100))) == "its answer ended early"
    assert reason(await poll(Answer(raw=b"SSH-2.0-OpenSSH_9\r\n\r\n"))) == "answered with something that is not HTTP"
    assert reason(await poll(Answer(raw=b""))) == "closed the connection without an answer"
    assert reason(await poll(Answer(raw=b"HTTP/1.1 200 OK\r\nX: " + b"x" * 99_999 + b"\r\n\r\n"))) == (
        "answered with something that is not HTTP"
    )


async def test_long_headers_within_reason_pass(poll: Poll) -> None:
    assert fetched(await poll(Answer(RSS, headers={"Content-Security-Policy": "x" * 30_000}))).body == RSS


# --- time --------------------------------------------------------------------------------------------------------


HANGING = {
    "before the head": Answer(RSS, hang_at=-1),
    "within the head": Answer(raw=b"HTTP/1.1 200 OK\r\nServer: ", hang_at=0),
    "before the body": Answer(RSS, hang_at=0),
    "within the body": Answer(RSS, hang_at=10),
    "dripping body": Answer(b"x", endless=True),
    "endless 1xx": Answer(raw=b"HTTP/1.1 102 Processing\r\n\r\n", endless=True),
}


@pytest.mark.parametrize("answer", HANGING.values(), ids=HANGING.keys())
async def test_an_answer_that_does_not_end_is_left_at_the_deadline(server: FeedServer, answer: Answer) -> None:
    server.script("/feed", answer)
    one = feed(server.url("/feed"))
    async with Fetcher(settings(timeout=SHORT)) as fetcher:
        assert reason(await fetcher.fetch(one, initial_state(one, NOW))) == LATE


async def test_the_deadline_covers_all_hops_together(server: FeedServer) -> None:
    delay = SHORT.total_seconds() / 3
    for hop in range(MOST_HOPS):
        server.script(f"/{hop}", Answer(status=302, redirect=f"/{hop + 1}", delay=delay))
    server.script(f"/{MOST_HOPS}", Answer(RSS))
    one = feed(server.url("/0"))
    async with Fetcher(settings(timeout=SHORT)) as fetcher:
        assert reason(await fetcher.fetch(one, initial_state(one, NOW))) == LATE
    assert not server.asked(f"/{MOST_HOPS}")


async def test_waiting_for_a_turn_is_not_the_feeds_time(server: FeedServer) -> None:
    server.script("/hangs", Answer(RSS, hang_at=-1))
    server.script("/feed", Answer(RSS))
    hanging, good = feed(server.url("/hangs")), feed(server.url("/feed"))
    async with Fetcher(settings(timeout=SHORT, per_host=1)) as fetcher:
        polls = [fetcher.fetch(one, initial_state(one, NOW)) for one in (hanging, hanging, good)]
        first, second, third = await asyncio.gather(*polls)
    assert reason(first) == reason(second) == LATE
    assert fetched(third).body == RSS


async def test_at_most_two_connections_per_host_and_port(server: FeedServer, fetcher: Fetcher) -> None:
    async with FeedServer() as other, FeedServer() as mover, Fetcher(settings()) as later:
        for one in (server, other):
            one.script("/feed", Answer(RSS, hang_at=-1))
            one.script("/later", Answer(RSS))
        mover.script("/feed", Answer(status=302, redirect=other.url("/feed")))
        feeds = [feed(place.url("/feed")) for place in (server, other, mover)] * 10
        polls = asyncio.gather(*(fetcher.fetch(one, initial_state(one, NOW)) for one in feeds))
        for one in (server, other):
            await one.reached(2)
            for _ in range(5):  # whatever else was on its way would have come in by now
                await later.get_page(one.url("/later"))
            assert len(one.asked("/feed")) == 2
            one.release()
        assert all(isinstance(outcome, Fetched) for outcome in await polls)
        assert (len(server.asked("/feed")), len(other.asked("/feed")), len(mover.asked("/feed"))) == (10, 20, 10)
    assert not fetcher._turns


async def test_cancellation_comes_out_and_frees_the_turn(server: FeedServer, fetcher: Fetcher) -> None:
    server.script("/feed", Answer(RSS, hang_at=-1), Answer(RSS, hang_at=-1), Answer(RSS))
    one = feed(server.url("/feed"))
    tasks = [asyncio.create_task(fetcher.fetch(one, initial_state(one, NOW))) for _ in range(2)]
    await server.reached(2)
    for task in tasks:
        task.cancel()
    assert all(
        isinstance(gone, asyncio.CancelledError) for gone in await asyncio.gather(*tasks, return_exceptions=True)
    )
    assert fetched(await fetcher.fetch(one, initial_state(one, NOW))).body == RSS


# --- redirects ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statuses", "moved"),
    [((301,), True), ((308, 301), True), ((302,), False), ((301, 302), False), ((307, 308), False), ((303,), False)],
)
async def test_redirects_are_followed_and_permanent_ones_reported(
    server: FeedServer, poll: Poll, statuses: tuple[int, ...], moved: bool
) -> None:
    for hop, status in enumerate(statuses[1:], start=1):
        server.script(f"/{hop}", Answer(status=status, redirect=f"/{hop + 1}"))
    server.script(f"/{len(statuses)}", Answer(RSS, etag='"7"'))
    outcome = fetched(await poll(Answer(b"moved", statuses[0], redirect="/1")))
    end = server.url(f"/{len(statuses)}")
    assert (outcome.url, outcome.moved_to) == (end, end if moved else None)
    state = replace(initial_state(feed(server.url("/feed")), NOW), etag='"7"')
    again = await poll(Answer(b"moved", statuses[0], redirect="/1"), state=state)
    assert again == NotModified(moved_to=end if moved else None)


async def test_a_remembered_move_is_asked_directly(server: FeedServer, poll: Poll) -> None:
    server.script("/new", Answer(RSS))
    state = replace(initial_state(feed(server.url("/feed")), NOW), moved_to=server.url("/new"), moved_seen=3)
    assert fetched(await poll(Answer(b"", 404), state=state)).moved_to is None
    assert not server.asked("/feed")


async def test_hops_are_counted(server: FeedServer, poll: Poll) -> None:
    for hop in range(1, MOST_HOPS + 1):
        server.script(f"/{hop}", Answer(status=302, redirect=f"/{hop + 1}"))
    server.script(f"/{MOST_HOPS}", Answer(RSS))
    assert fetched(await poll(Answer(status=302, redirect="/1"))).body == RSS
    server.script(f"/{MOST_HOPS}", Answer(status=302, redirect="/end"))
    assert reason(await poll(Answer(status=302, redirect="/1"))) == "redirects more than 5 times"
    assert not server.asked("/end")


@pytest.mark.parametrize(
    ("location", "says"),
    [
        ("/feed", "redirects in a circle"),
        ("/feed#again", "redirects in a circle"),
        ("file:///etc/passwd", "redirects to what is no http or https address"),
        ("gopher://127.0.0.1:70/", "redirects to what is no http or https address"),
        ("http://[::1", "redirects to what is no http or https address"),
        ("http://127.0.0.1:99999/", "redirects to what is no http or https address"),
        ("", "answered 302 Found without saying where"),
    ],
)
async def test_redirects_to_nowhere(poll: Poll, location: str, says: str) -> None:
    assert reason(await poll(Answer(status=302, redirect=location))) == says


async def test_addresses_arrive_as_they_were_written(server: FeedServer, fetcher: Fetcher) -> None:
    for path in ("/a%2Fb%20c?q=%2B+%7e&r=%C3%A9", "/a;b=c,d"):
        server.script(path, Answer(RSS))
        one = feed(server.url(path))
        assert isinstance(await fetcher.fetch(one, initial_state(one, NOW)), Fetched)


# --- the guard ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    ["127.0.0.2", "0.0.0.0", "10.0.0.1", "169.254.169.254", "[::1]", "[::ffff:127.0.0.2]", "[fe80::1]", "0x7f.0.0.2"],
)
async def test_no_hop_reaches_a_private_address(server: FeedServer, poll: Poll, host: str) -> None:
    async with FeedServer(address="127.0.0.2", port=server.port) as canary:
        straight = feed(server.url("/feed", host=host))
        assert GUARDED in reason(await poll(Answer(), one=straight))
        assert GUARDED in reason(await poll(Answer(status=301, redirect=straight.url)))
        assert not canary.requests


@pytest.mark.parametrize("host", ["127.2", "2130706434", "user@127.0.0.2"])
async def test_odd_spellings_reach_nothing(server: FeedServer, poll: Poll, host: str) -> None:
    async with FeedServer(address="127.0.0.2", port=server.port) as canary:
        assert isinstance(await poll(Answer(status=301, redirect=server.url("/feed", host=host))), FetchFailed)
        assert not canary.requests


async def test_a_name_is_judged_by_the_addresses_it_has(server: FeedServer) -> None:
    server.script("/feed", Answer(RSS))
    one = feed(server.url("/feed", host="localhost"))
    async with Fetcher(settings()) as fetcher:
        assert isinstance(await fetcher.fetch(one, initial_state(one, NOW)), Fetched)
    strict = settings().model_copy(update={"allow_networks": ()})
    async with Fetcher(strict) as fetcher:
        says = reason(await fetcher.fetch(one, initial_state(one, NOW)))
    assert f"127.0.0.1 {GUARDED}" in says


# --- connections that fail ---------------------------------------------------------------------------------------


async def test_nobody_there(fetcher: Fetcher) -> None:
    async with FeedServer() as server:
        one = feed(server.url("/feed"))
    assert reason(await fetcher.fetch(one, initial_state(one, NOW))) == "connection refused"


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://no-such-host.invalid/", "no such host"),
        ("http://" + "a" * 70 + ".invalid/", "is not a valid address"),
        ("http://a..b/", "is not a valid address"),
        ("ftp://127.0.0.1/feed", "is no http or https address"),
        ("http:///feed", "is no http or https address"),
        ("feed", "is no http or https address"),
        ("http://[::1", "is not a valid address"),
        ("http://h:port/", "is not a valid address"),
        ("http://127.0.0.1:65536/", "is no http or https address"),
        ("", "is no http or https address"),
    ],
)
async def test_addresses_that_cannot_be_fetched(fetcher: Fetcher, url: str, says: str) -> None:
    outcome = await fetcher.fetch(feed(url), initial_state(feed(url), NOW))
    assert reason(outcome) in (says, "the name of its host could not be looked up")


async def test_no_tls_behind_an_https_address(server: FeedServer, fetcher: Fetcher) -> None:
    one = feed(server.url("/feed").replace("http:", "https:"))
    assert reason(await fetcher.fetch(one, initial_state(one, NOW))) == "no secure connection could be made"


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl, which makes the certificate, is not installed")
async def test_certificates_are_checked(tmp_path: Path, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    make = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost"
    make += f" -addext subjectAltName=DNS:localhost -keyout {key} -out {certificate}"
    subprocess.run(make.split(), check=True, capture_output=True)  # noqa: ASYNC221 - 50 ms, with nothing else running
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    async with FeedServer(tls=context) as server:
        server.script("/feed", Answer(RSS))
        right, wrong = feed(server.url("/feed", host="localhost")), feed(server.url("/feed"))
        untrusted = reason(await fetcher.fetch(right, initial_state(right, NOW)))
        assert untrusted.startswith("its certificate is not accepted: self")
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        async with Fetcher(settings()) as trusting:
            assert fetched(await trusting.fetch(right, initial_state(right, NOW))).body == RSS
            misnamed = reason(await trusting.fetch(wrong, initial_state(wrong, NOW)))
        assert misnamed.startswith("its certificate is not accepted: IP address mismatch")


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (socket.gaierror(socket.EAI_NONAME, ""), "no such host"),
        (socket.gaierror(socket.EAI_AGAIN, ""), "the name of its host could not be looked up"),
        (OSError(errno.ENETUNREACH, "Network is unreachable"), "no connection: Network is unreachable"),
        (OSError("Multiple exceptions: a, b"), "could not be read (OSError)"),
        (OSError(None, "Multiple exceptions: a, b"), "no connection: a, b"),
        (KeyError("secret"), "could not be read (KeyError)"),
        (TimeoutError(), "timed out"),
    ],
    ids=repr,
)
def test_what_broke_is_said_in_a_clause(error: Exception, says: str) -> None:
    outer = ValueError("outer")
    outer.__cause__ = error
    assert explain(outer) == says


@pytest.mark.parametrize(
    ("home", "url", "same"),
    [
        ("http://a/x", "http://a/y", True),
        ("http://a/", "https://a/", True),
        ("https://a/", "http://a/", False),
        ("http://a:8080/", "https://a/", False),
        ("http://a/", "http://a:81/", False),
        ("https://a/", "https://b/", False),
        ("https://a/", "https://a.b/", False),
    ],
)
def test_what_counts_as_the_feeds_own_place(home: str, url: str, same: bool) -> None:
    assert _same_origin(httpx.URL(home), httpx.URL(url)) is same


# --- who asks ----------------------------------------------------------------------------------------------------


async def test_the_fetcher_introduces_itself(server: FeedServer, poll: Poll) -> None:
    await poll(Answer(RSS))
    await poll(Answer(RSS), one=feed(server.url("/feed"), agent="Mozilla/5.0"))
    await poll(Answer(RSS), one=feed(server.url("/feed"), agent="Möz\r\nX: 1"))
    async with Fetcher(settings(public="https://desk.example.org/")) as fetcher:
        await fetcher.get_page(server.url("/feed"))
    first, second, unsendable, third = (one.headers["user-agent"] for one in server.requests)
    assert first.startswith("Dateline/")
    assert second == "Mozilla/5.0"
    assert unsendable == first
    assert third.endswith(" (+https://desk.example.org)")


async def test_cookies_are_neither_kept_nor_sent(server: FeedServer, poll: Poll) -> None:
    for _ in range(2):
        await poll(Answer(RSS, headers={"Set-Cookie": "id=1; Path=/"}))
    assert all("cookie" not in one.headers for one in server.requests)


async def test_proxies_of_the_environment_are_not_used(
    server: FeedServer, poll: Poll, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert isinstance(await poll(Answer(RSS)), Fetched)


async def test_headers_and_credentials_come_from_the_environment_and_stay_with_their_origin(
    server: FeedServer, poll: Poll, fetcher: Fetcher
) -> None:
    async with FeedServer() as other:
        other.script("/feed", Answer(RSS))
        server.script("/here", Answer(status=302, redirect=other.url("/feed")))
        one = feed(
            server.url("/feed"),
            headers={"x-key": "env:DAWN_KEY", "accept": "text/xml", "accept-encoding": "br", "X-Plain": "1"},
            auth="desk:pass:word",
        )
        await poll(Answer(status=302, redirect="/here"), one=one)
        for own in (server.asked("/feed")[0].headers, server.asked("/here")[0].headers):
            assert own["x-key"] == "k3y"
            assert own["accept"] == "text/xml"
            assert own["accept-encoding"] == "gzip, deflate"
            assert own["authorization"] == "Basic ZGVzazpwYXNzOndvcmQ="
        theirs = other.requests[0].headers
        assert not {"x-key", "x-plain", "authorization"} & set(theirs)


@pytest.mark.parametrize(
    ("headers", "auth", "says"),
    [
        ({"X-Key": "env:NONE"}, None, "needs the environment variable NONE, which is not set"),
        ({}, "env:NONE", "needs the environment variable NONE, which is not set"),
        ({"X Key:": "a"}, None, "has a header X Key: with letters that no header can hold"),
        ({"X-Key": "env:BAD"}, None, "has a header X-Key with letters that no header can hold"),
        ({"X-Key": "a\r\nX-Other: b"}, None, "has a header X-Key with letters that no header can hold"),
    ],
)
async def test_headers_that_cannot_be_sent(
    server: FeedServer, poll: Poll, headers: dict[str, str], auth: str | None, says: str
) -> None:
    assert reason(await poll(Answer(RSS), one=feed(server.url("/feed"), headers=headers, auth=auth))) == says
    assert not server.requests


async def test_the_homes_env_file_holds_variables_too(server: FeedServer, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DAWN_KEY='from the file'\n")
    server.script("/feed", Answer(RSS))
    one = feed(server.url("/feed"), headers={"X-Key": "env:DAWN_KEY"})
    async with Fetcher(settings().model_copy(update={"home": tmp_path})) as fetcher:
        assert isinstance(await fetcher.fetch(one, initial_state(one, NOW)), Fetched)
    assert server.requests[0].headers["x-key"] == "from the file"


# --- pages -------------------------------------------------------------------------------------------------------


async def test_pages(server: FeedServer, fetcher: Fetcher) -> None:
    server.script("/page", Answer(b"<html>", content_type="text/html"))
    assert (await fetcher.get_page(server.url("/page"))).content_type == "text/html"
    with pytest.raises(FetchError, match=r"/none: answered 404 Not Found$"):
        await fetcher.get_page(server.url("/none"))


async def test_the_server_runs_in_a_thread_too(fetcher: Fetcher) -> None:
    with feed_server_thread() as server:
        server.script("/feed", Answer(RSS), Answer(RSS, 500))
        assert (await fetcher.get_page(server.url("/feed"))).body == RSS
        with pytest.raises(FetchError, match="500"):
            await fetcher.get_page(server.url("/feed"))

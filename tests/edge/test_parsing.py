"""Documents read in child processes: the same feeds as in ours, and limits that hold whatever the document."""

import asyncio
import os
import select
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.errors import ParseError
from monitor.feeds import parsing, parsing_child
from monitor.feeds.parse import parse_feed
from monitor.feeds.parse.parts import ENTRIES_A_PART
from monitor.feeds.parsing import Parsers
from monitor.model import ParsedFeed
from tests.fakes import item, rss
from tests.hostile_documents import DEAR, KINDS, atom, one
from tests.unit.test_parse import FORMATS

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
URL = "https://feeds.example.org/rss/all.xml"
GOOD = rss(item(1, "Blast in Quetta"), item(2, "Fire in Mastung"))
SLOW = one("<category>x</category><y/>" * 20_000)
"""Takes seconds, though it is small."""


@pytest.fixture
async def parsers() -> AsyncIterator[Parsers]:
    async with Parsers() as running:
        yield running


async def parse(parsers: Parsers, body: bytes) -> ParsedFeed:
    return await parsers.parse(body, url=URL, content_type="application/xml", now=NOW)


def in_process(body: bytes) -> ParsedFeed:
    return parse_feed(body, url=URL, content_type="application/xml", now=NOW)


def children() -> list[int]:
    """The processes that this one has started to parse in."""
    found = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return [int(pid) for pid in found if b"parsing_child" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def ended(pid: int, *, within: float = 10) -> bool:
    """Wait for a process that is not ours to end."""
    try:
        watched = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([watched], [], [], within)[0])
    finally:
        os.close(watched)


# --- the same feed -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("document", FORMATS.values(), ids=FORMATS)
async def test_a_child_reads_what_we_would(parsers: Parsers, document: str) -> None:
    assert await parse(parsers, document.encode()) == in_process(document.encode())


@pytest.mark.parametrize(
    "body",
    [
        GOOD[:-30],
        GOOD.replace(b"Fire", b"&nope;"),
        GOOD.replace(b"Fire", "آگ 😀".encode()),
        b'{"version":"1","items":[{"id":"g","title":"a\\ud800b"}]}',
        atom("".join(f"<entry><id>{n}</id><title>Fire {n}</title></entry>" for n in range(2 * ENTRIES_A_PART + 1))),
    ],
    ids=["cut", "broken", "letters", "surrogate", "parts"],
)
async def test_it_says_what_was_wrong_as_well(parsers: Parsers, body: bytes) -> None:
    assert await parse(parsers, body) == in_process(body)


async def test_what_is_no_feed_is_said_in_the_same_words(parsers: Parsers) -> None:
    with pytest.raises(ParseError) as ours:
        in_process(b"<html><title>News</title></html>")
    with pytest.raises(ParseError) as theirs:
        await parse(parsers, b"<html><title>News</title></html>")
    assert str(theirs.value) == str(ours.value)


# --- limits ------------------------------------------------------------------------------------------------------


async def test_a_document_that_takes_too_long_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing, "QUICK_SECONDS", 0.1)
    monkeypatch.setattr(parsing, "PATIENT_SECONDS", 0.5)
    reasons: list[str] = []
    async with Parsers(on_kill=reasons.append) as parsers:
        began = os.times()
        with pytest.raises(ParseError, match=r"^takes longer than 0\.5 s of processor time to read$"):
            await parse(parsers, SLOW)
        assert await parse(parsers, GOOD) == in_process(GOOD)
    took = os.times()
    assert took.children_user - began.children_user < 3
    assert reasons == ["time"]


async def test_a_document_that_needs_too_much_memory_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing, "QUICK_MB", 50)
    monkeypatch.setattr(parsing, "PATIENT_MB", 60)
    reasons: list[str] = []
    async with Parsers(on_kill=reasons.append) as parsers:
        with pytest.raises(ParseError, match=r"^needs more than 60 MB to read$"):
            await parse(parsers, one(f"<description>{'x' * 15_000_000}</description>"))
        assert await parse(parsers, GOOD) == in_process(GOOD)
    assert reasons == ["memory"]


async def test_what_the_quick_child_cannot_read_the_patient_one_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing, "QUICK_SECONDS", 0.2)
    body = atom("".join(f"<entry><id>{n}</id><title>Fire {n}</title></entry>" for n in range(4_000)))
    async with Parsers() as parsers:
        assert await parse(parsers, body) == in_process(body)
        assert len(children()) <= 1


async def test_large_documents_hold_nobody_up(parsers: Parsers) -> None:
    assert await parse(parsers, GOOD)
    large = asyncio.create_task(parse(parsers, SLOW + b" " * parsing.USUAL_BYTES))
    while len(children()) < 2:
        assert await parse(parsers, GOOD)
    for _ in range(20):
        assert await parse(parsers, GOOD)
    assert not large.done()
    assert len(children()) == 2
    large.cancel()
    with pytest.raises(asyncio.CancelledError):
        await large
    assert len(children()) == 1


async def test_the_shortest_of_those_that_wait_is_next(parsers: Parsers) -> None:
    done: list[int] = []

    async def take(number: int, body: bytes) -> None:
        await parse(parsers, body)
        done.append(number)

    lengths = (0, 3_000, 1_000, 2_000)
    tasks = [asyncio.create_task(take(length, GOOD + b" " * length)) for length in lengths]
    tasks.append(asyncio.create_task(take(500, GOOD + b" " * 500)))
    await asyncio.sleep(0)
    tasks.pop().cancel()
    await asyncio.gather(*tasks)
    assert done == [0, 1_000, 2_000, 3_000]


async def test_who_was_light_before_goes_before_who_was_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing, "QUICK_SECONDS", 0.2)
    done: list[str] = []

    async def take(url: str, body: bytes) -> None:
        await reading.parse(body, url=url, content_type=None, now=NOW)
        done.append(url)

    async with Parsers() as reading:
        await take("light", GOOD)  # starts the child, which takes time
        await take("light", GOOD)
        await take("costly", atom("".join(f"<entry><id>{n}</id><title>Fire {n}</title></entry>" for n in range(4_000))))
        del done[:]
        tasks = [asyncio.create_task(take(url, GOOD)) for url in ("taken", "new", "costly")]
        tasks.append(asyncio.create_task(take("light", GOOD + b" " * 3_000)))
        await asyncio.gather(*tasks[:2], tasks[3])
        assert done[:3] == ["taken", "light", "new"]
        await tasks[2]  # by the patient child alone, which is ended after it
        assert len(children()) == 1


async def test_what_is_too_much_for_memory_waits_elsewhere(monkeypatch: pytest.MonkeyPatch, parsers: Parsers) -> None:
    monkeypatch.setattr(parsing, "MOST_BYTES", 2 * len(GOOD))
    assert all(await asyncio.gather(*(parse(parsers, GOOD) for _ in range(3))))
    monkeypatch.setattr(parsing, "SMALL_BYTES", 0)
    tasks = [asyncio.create_task(parse(parsers, GOOD)) for _ in range(3)]
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert [isinstance(one, ParsedFeed) for one in outcomes] == [True, True, False]
    assert str(outcomes[2]) == "waits for other large documents; the next poll asks again"
    assert await parse(parsers, GOOD)


async def test_a_child_that_hangs_is_replaced(monkeypatch: pytest.MonkeyPatch, parsers: Parsers) -> None:
    assert await parse(parsers, GOOD)
    monkeypatch.setattr(parsing, "WALL_SECONDS", 2)
    (child,) = children()
    os.kill(child, signal.SIGSTOP)
    assert await parse(parsers, GOOD) == in_process(GOOD)
    assert ended(child)


async def test_a_child_that_was_killed_is_replaced(parsers: Parsers) -> None:
    for _ in range(6):
        assert await parse(parsers, GOOD) == in_process(GOOD)
        for child in children():
            os.kill(child, signal.SIGKILL)


async def test_a_document_on_which_every_child_ends_is_said(monkeypatch: pytest.MonkeyPatch, parsers: Parsers) -> None:
    monkeypatch.setattr(parsing_child, "__name__", "no_such_module")
    with pytest.raises(ParseError, match=r"^a document on which the parser breaks off \(exit code 1\)$"):
        await parse(parsers, GOOD)


# --- a process with nothing of ours ------------------------------------------------------------------------------


async def test_a_child_is_started_with_the_first_document_and_ended_at_the_end() -> None:
    async with Parsers() as parsers:
        assert not children()
        await parse(parsers, GOOD)
        (child,) = children()
    assert not children()
    assert ended(child)


async def test_a_child_has_no_secret_and_no_file_of_ours(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, parsers: Parsers
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-secret")
    with (tmp_path / "database").open("w") as ours:
        os.set_inheritable(ours.fileno(), True)
        await parse(parsers, GOOD)
        (child,) = children()
        place = Path(f"/proc/{child}")
        names = {line.partition(b"=")[0] for line in (place / "environ").read_bytes().split(b"\0") if line}
        assert names <= {b"PATH", b"PYTHONPATH", b"LD_LIBRARY_PATH"}
        assert {int(one.name) for one in (place / "fd").iterdir()} == {0, 1, 2}
        assert os.getpgid(child) != os.getpgid(0)  # Ctrl-C is not for it
        assert os.getsid(child) == os.getsid(0)


async def test_a_cancelled_document_ends_its_child(parsers: Parsers) -> None:
    await parse(parsers, GOOD)
    (child,) = children()
    task = asyncio.create_task(parse(parsers, SLOW))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await parse(parsers, GOOD) == in_process(GOOD)
    assert ended(child) or children() == [child]


PARENT = """
import asyncio, os, sys
from datetime import UTC, datetime
from monitor.feeds.parsing import Parsers
async def main():
    async with Parsers() as parsers:
        now = datetime(2026, 11, 22, tzinfo=UTC)
        await parsers.parse(sys.stdin.buffer.read(), url="https://a.example/", content_type=None, now=now)
        print(parsers._quick._process.pid, flush=True)
        await asyncio.sleep(60)
asyncio.run(main())
"""


def test_a_child_ends_with_its_parent_however_that_ends() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdin and parent.stdout
        parent.stdin.write(GOOD)
        parent.stdin.close()
        child = int(parent.stdout.readline())
        parent.kill()
        assert ended(child)


# --- hostile documents -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
async def test_hostile_documents_are_read_or_refused_and_cost_nobody_else(parsers: Parsers, kind: str) -> None:
    for name, document in KINDS[kind].items():
        if name in DEAR:  # tests/faults has the time
            continue
        try:
            found = await parse(parsers, document())
        except ParseError as refused:
            assert 0 < len(str(refused)) < 500, name
            assert "takes longer" not in str(refused), name
        else:
            assert all(entry.title for entry in found.entries), name
            assert all((entry.link or "http").startswith("http") for entry in found.entries), name
        assert await parse(parsers, GOOD) == in_process(GOOD), name

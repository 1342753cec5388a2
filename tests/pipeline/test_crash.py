"""The process dies at every point where it can, once each, and starts again: nothing is lost, nothing told twice."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select

from monitor import pipeline
from monitor.model import Asked, Delivery, Receipt
from monitor.store.engine import Store
from monitor.store.tables import ARTICLE, DIGEST, MATCH, OWED, REVISION
from tests.fakes import Desk, FixedClock, item, open_desk
from tests.faults import times

TEXT = "Armed men attacked a police post near the highway early on Sunday and left before help came, officials said."
MORE = [item(n, f"Militants attack post {n} in Mastung", TEXT.replace("post", f"post{n}")) for n in range(3)]


class Crash(BaseException):
    """The end of the process: passes every net that catches errors."""


class Fuse:
    """Burns down with every step that could be the last, then crashes."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def burn(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise Crash


class MortalStore(Store):
    """A store whose process may die inside any transaction, before it commits, or right after."""

    fuse = Fuse(0)

    @contextmanager
    def writing(self, *, durable: bool = False) -> Iterator[Connection]:
        with super().writing(durable=durable) as db:
            yield db
            self.fuse.burn()
        self.fuse.burn()


class MortalChannel:
    """Takes messages and remembers them, like Slack, over the deaths of the process that sends them."""

    def __init__(self) -> None:
        self.sent: list[Delivery] = []
        self.fuse = Fuse(0)

    async def send(self, delivery: Delivery) -> Receipt:
        self.fuse.burn()
        self.sent.append(delivery)
        self.fuse.burn()
        return Receipt(reference=delivery.key)

    async def ask(self, delivery: Delivery) -> Receipt | Asked:
        return Receipt(reference=delivery.key) if delivery.key in {one.key for one in self.sent} else Asked.ABSENT

    async def close(self) -> None: ...


async def day(home: Path, channel: MortalChannel, clock: FixedClock, fuse: Fuse) -> bool:
    """Run the day's remaining steps; False where the process died."""
    MortalStore.fuse = channel.fuse = fuse
    async with open_desk(home, clock=clock) as desk:
        channels = desk.services.channels
        object.__setattr__(channels, "ready", dict.fromkeys(channels.ready, channel))
        try:
            for step in day_steps(desk):
                await step
        except Crash:
            return False
    return True


def day_steps(desk: Desk) -> Iterator[Awaitable[object]]:
    edited = item(0, "Militants attack post 0 in Mastung, two killed", TEXT.replace("post", "post0"))
    for items in ([MORE[0]], [MORE[0], MORE[1]], [edited, MORE[1], MORE[2]]):
        desk.serve("dawn", *items)
        desk.serve("daily", item(77, "Blast in Quetta", "Two were hurt."))
        yield pipeline.run_once(desk.services, every_feed=True)
        desk.clock.advance(minutes=20)
        yield pipeline.run_once(desk.services, every_feed=True)


def outcome(home: Path) -> dict[str, object]:
    store = Store(f"sqlite:///{home}/state/dateline.db")
    with store.reading() as db:
        tables = {
            table.name: db.scalar(select(func.count()).select_from(table)) for table in (ARTICLE, REVISION, MATCH)
        }
        open_debts = db.scalar(
            select(func.count()).select_from(OWED).where(OWED.c.digest.is_(None), OWED.c.kind == "news")
        )
        digests = {row.id: json.loads(row.content) for row in db.execute(select(DIGEST.c.id, DIGEST.c.content))}
        settled = select(OWED.c.subscription, OWED.c.article, OWED.c.digest).where(OWED.c.kind == "news")
        told = list(db.execute(settled.where(OWED.c.digest.is_not(None))))
    store.close()
    listed = {
        (name, article["id"])
        for name, digest in digests.items()
        for region in digest["regions"]
        for story in region["stories"]
        for article in story["articles"]
    }
    news = Counter((row.subscription, row.article) for row in told if (row.digest, row.article) in listed)
    return tables | {"open": open_debts, "news": news}


async def run_with_crashes(home: Path, at: int) -> tuple[dict[str, object], Counter[str], int]:
    """Run the day with one crash after ``at`` steps (0: none), starting again from its first step after it."""
    channel, clock, fuse = MortalChannel(), FixedClock(), Fuse(at)
    for _ in range(2):
        if await day(home, channel, clock, fuse):
            break
        clock.advance(minutes=1)
    clock.advance(hours=12)
    assert await day(home, channel, clock, Fuse(0))
    return outcome(home), Counter(one.key for one in channel.sent), -fuse.left


@pytest.fixture(autouse=True)
def mortal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.fakes.Store", MortalStore)


async def test_a_crash_at_any_step_loses_and_repeats_nothing(tmp_path: Path) -> None:
    expected, sent, steps = await run_with_crashes(tmp_path / "whole", 0)
    assert steps > 40
    assert set(sent.values()) == {1}
    for at in range(1, steps + 1, times(9, 1)):
        found, sent, _ = await run_with_crashes(tmp_path / str(at), at)
        assert found["article"] == expected["article"], f"crash at step {at}"
        assert found["open"] == 0, f"crash at step {at}"
        assert found["news"] == expected["news"], f"crash at step {at}"
        assert set(sent.values()) == {1}, f"crash at step {at}"

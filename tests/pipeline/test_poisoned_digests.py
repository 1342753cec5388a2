"""An article that no digest can be composed with costs only itself, and a digest that cannot be composed is said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from monitor import pipeline
from monitor.digests.compose import compose
from monitor.pipeline import turn
from monitor.pipeline.compose import TRIED_AGAIN_AFTER
from monitor.store import notices
from monitor.store.tables import DELIVERY, DIGEST, OWED, SET_ASIDE
from tests.fakes import RULES, Desk, item, open_desk

OPERATOR = RULES + 'operator: {to: ["folder:ops"]}\n'


def attack(number: int, name: str) -> str:
    return item(number, f"Militants attack {name} in Mastung", f"The {name} was hit near kilometre {number * 37}.")


def breaking(monkeypatch: pytest.MonkeyPatch, is_broken: Callable[[str], bool]) -> None:
    """Let composing fail where an article is owed of whose title ``is_broken`` says so."""

    def broken(subscription: Any, rules: Any, owed: Any, *more: Any, **named: Any) -> Any:
        if any(is_broken(one.article.article.title) for one in owed):
            raise OverflowError("date value out of range")
        return compose(subscription, rules, owed, *more, **named)

    monkeypatch.setattr(turn, "compose", broken)


def set_aside(desk: Desk) -> list[str]:
    with desk.services.store.reading() as db:
        return list(db.scalars(select(SET_ASIDE.c.reason)))


def lasting(desk: Desk) -> list[str]:
    with desk.services.store.reading() as db:
        return [one.what for one in notices.open_notices(db, "digest/")]


def count(desk: Desk, *where: Any) -> int:
    with desk.services.store.reading() as db:
        return db.scalar(select(func.count()).select_from(DIGEST).where(*where)) or 0


def compose_again(desk: Desk) -> list[str]:
    desk.clock.advance(seconds=TRIED_AGAIN_AFTER.total_seconds())
    return pipeline.compose_digests(desk.services)


async def poll(desk: Desk, *items: str) -> None:
    desk.serve("dawn", *items)
    pipeline.start(desk.services)
    await pipeline.poll_feeds(desk.services, [desk.services.rulebook.rules.feeds["dawn"]])
    desk.clock.advance(minutes=2)


async def test_a_digest_goes_without_the_article_that_breaks_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaking(monkeypatch, lambda title: "poison" in title)
    async with open_desk(tmp_path, OPERATOR) as desk:
        await poll(desk, *(attack(n, name) for n, name in enumerate(["bridge", "poison", "school", "depot", "clinic"])))
        assert pipeline.compose_digests(desk.services) == []
        assert len(compose_again(desk)) >= 1
        assert set_aside(desk) == ["could not be told: OverflowError: date value out of range"]
        with desk.services.store.reading() as db:
            told = db.scalar(select(func.count(OWED.c.article.distinct())).where(OWED.c.digest.is_not(None)))
        assert told == 4
        assert len(lasting(desk)) == 1 and "1 article" in lasting(desk)[0]  # until the operator was told
        assert pipeline.attend(desk.services)
        await poll(desk, attack(9, "market"))
        assert len(compose_again(desk)) == 1
        assert lasting(desk) == []
        assert count(desk, DIGEST.c.subscription == "operator") == 1


async def test_what_nothing_can_be_told_of_waits_and_is_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_desk(tmp_path, OPERATOR) as desk:
        with monkeypatch.context() as broken:
            breaking(broken, lambda title: True)
            await poll(desk, attack(1, "bridge"), attack(2, "school"))
            assert pipeline.compose_digests(desk.services) == []
            for _ in range(10):
                assert compose_again(desk) == []
                pipeline.attend(desk.services)
            assert set_aside(desk) == []
            assert lasting(desk) == ["The digest alerts could not be composed: OverflowError: date value out of range"]
            assert count(desk, DIGEST.c.subscription == "operator") == 1
        assert len(compose_again(desk)) >= 1
        assert lasting(desk) == []
        with desk.services.store.reading() as db:
            assert len(db.execute(select(DELIVERY.c.id)).all()) >= 2
            assert not db.scalar(
                select(func.count()).select_from(OWED).where(OWED.c.digest.is_(None), OWED.c.subscription == "alerts")
            )


async def test_it_is_not_tried_again_each_second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []
    breaking(monkeypatch, lambda title: tried.append(title) or True)  # type: ignore[func-returns-value]
    async with open_desk(tmp_path, OPERATOR) as desk:
        await poll(desk, attack(1, "bridge"))
        pipeline.compose_digests(desk.services)
        once = len(tried)
        desk.clock.advance(seconds=TRIED_AGAIN_AFTER.total_seconds() - 1)
        pipeline.compose_digests(desk.services)
        assert len(tried) == once
        desk.clock.advance(days=-365)  # a clock that is set back does not make it wait for a year
        pipeline.watch_feeds(desk.services)
        pipeline.compose_digests(desk.services)
        desk.clock.advance(minutes=2)
        pipeline.compose_digests(desk.services)
        assert len(tried) > once

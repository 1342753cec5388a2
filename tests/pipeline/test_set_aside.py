"""An article on which the program fails costs only itself: it is kept, said, and tried again by the next version."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from monitor import pipeline
from monitor.cli.life import steps
from monitor.model import Article
from monitor.pipeline import joining, matching
from monitor.rules import match, positions
from monitor.status import status_of
from monitor.store.life import life_of
from monitor.store.tables import ARTICLE, DIGEST, SET_ASIDE
from monitor.stories import assign
from tests.fakes import RULES, Desk, item, open_desk

POISON = "Militants attack poison in Mastung"
GOOD = [item(n, f"Militants attack post {n} in Mastung", f"Item{n} was hit near kilometre {n * 37}.") for n in range(3)]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_desk(tmp_path) as opened:
        yield opened


@pytest.fixture(params=["matcher", "words"])
def cure(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Let one step of matching fail on the poison; undone, the program is a better one."""
    if request.param == "matcher":

        def outcome(rules: Any, article: Article, read: Any) -> Any:
            if "poison" in article.title:
                raise RecursionError("too deep")
            return match.outcome(rules, article, read)

        monkeypatch.setattr(matching, "outcome", outcome)
    else:

        def words_of(article: Article) -> Any:
            if "poison" in article.title:
                raise ZeroDivisionError("no words")
            return positions.words_of(article)

        monkeypatch.setattr(matching, "words_of", words_of)
    return monkeypatch


async def once(desk: Desk) -> dict[str, Any]:
    return (await pipeline.run_once(desk.services, every_feed=True)).as_json()


def alerted(desk: Desk) -> list[str]:
    with desk.services.store.reading() as db:
        contents = list(db.scalars(select(DIGEST.c.content).where(DIGEST.c.kind == "alert")))
    regions = [region for content in contents for region in json.loads(content)["regions"]]
    return sorted(
        article["title"] for region in regions for story in region["stories"] for article in story["articles"]
    )


def needs(desk: Desk) -> list[str]:
    services = desk.services
    now = desk.clock.now()
    found = status_of(services.store, services.rulebook, pid=None, settings=services.settings, now=now)
    return [one["what"] for one in found["needs"]]


def update_the_program(desk: Desk) -> None:
    with desk.services.store.writing() as db:
        db.execute(update(SET_ASIDE).values(tried_with="an older Dateline"))


async def test_a_poison_article_is_set_aside_and_its_siblings_are_told(desk: Desk, cure: pytest.MonkeyPatch) -> None:
    desk.serve("dawn", GOOD[0], item(9, POISON), *GOOD[1:])
    counts = await once(desk)
    assert (counts["articles"]["new"], counts["matches"]) == (4, 3)
    assert len(alerted(desk)) == 3
    assert "1 article could not be matched or told: Dateline failed there" in needs(desk)
    with desk.services.store.reading() as db:
        number = db.scalar(select(ARTICLE.c.id).where(ARTICLE.c.title == POISON))
        life = life_of(db, number or 0)
    assert life is not None
    stages = [step.stage for step in steps(life, desk.services.rulebook.rules, desk.clock.now())]
    assert "set aside" in stages and "no match" not in stages


@pytest.mark.parametrize(("waited", "is_told"), [(timedelta(hours=23), True), (timedelta(hours=25), False)])
async def test_it_is_tried_again_once_by_another_version_and_told_while_it_is_news(
    desk: Desk, cure: pytest.MonkeyPatch, waited: timedelta, is_told: bool
) -> None:
    desk.serve("dawn", item(9, POISON))
    await once(desk)
    await once(desk)
    assert alerted(desk) == []
    update_the_program(desk)
    await once(desk)  # it fails there as well
    cure.undo()
    desk.clock.advance(seconds=waited.total_seconds())
    await once(desk)  # the same version does not try again
    assert alerted(desk) == []
    update_the_program(desk)
    for _ in range(2):
        await once(desk)
    assert alerted(desk) == ([POISON] if is_told else [])
    with desk.services.store.reading() as db:
        assert list(db.scalars(select(SET_ASIDE.c.article))) == []
        life = life_of(db, 1)
    assert life is not None and [one.rule for one in life.matches] == ["attacks"]


async def test_an_edit_that_can_be_matched_takes_it_back(desk: Desk, cure: pytest.MonkeyPatch) -> None:
    desk.serve("dawn", item(9, POISON))
    await once(desk)
    desk.serve("dawn", item(9, "Militants attack police in Mastung"))
    await once(desk)
    assert alerted(desk) == ["Militants attack police in Mastung"]
    with desk.services.store.reading() as db:
        assert list(db.scalars(select(SET_ASIDE.c.article))) == []


async def test_a_past_that_was_poison_stays_past(tmp_path: Path, cure: pytest.MonkeyPatch) -> None:
    async with open_desk(tmp_path, RULES.replace("first_poll: 100", "first_poll: 0")) as desk:
        desk.serve("dawn", item(9, POISON))
        await once(desk)
        cure.undo()
        update_the_program(desk)
        await once(desk)
        assert alerted(desk) == []


async def test_what_breaks_the_grouping_is_a_story_of_its_own_and_told(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fragile(arrivals: Any, *more: Any, **named: Any) -> Any:
        if any("poison" in str(one.title) for one in arrivals):
            raise ZeroDivisionError
        return assign.assign(arrivals, *more, **named)

    monkeypatch.setattr(joining, "assign", fragile)
    desk.serve("dawn", GOOD[0], item(9, POISON), *GOOD[1:])
    await once(desk)
    assert len(alerted(desk)) == 4
    with desk.services.store.reading() as db:
        reason = db.scalar(select(ARTICLE.c.reason).where(ARTICLE.c.title == POISON))
    assert reason == "not seen before; a story of its own, since Dateline failed on grouping it"


async def test_a_rule_too_costly_for_an_article_is_said_and_tried_again(desk: Desk, monkeypatch: Any) -> None:
    with monkeypatch.context() as costly:
        costly.setattr(matching, "outcome", lambda *_: match.Outcome(matches=(), too_costly=("attacks",)))
        desk.serve("dawn", item(9, POISON))
        await once(desk)
    assert alerted(desk) == []
    with desk.services.store.reading() as db:
        assert list(db.scalars(select(SET_ASIDE.c.reason))) == ["too costly for it, and not looked for: attacks"]
    assert "1 article could not be matched or told: Dateline failed there" in needs(desk)
    update_the_program(desk)
    await once(desk)
    assert alerted(desk) == [POISON]
    assert needs(desk) == []


async def test_the_operator_hears_of_what_is_set_aside_once(tmp_path: Path, cure: pytest.MonkeyPatch) -> None:
    async with open_desk(tmp_path, RULES + 'operator: {to: ["folder:ops"]}\n') as desk:
        for number in range(3):
            desk.serve("dawn", item(number, f"{POISON} {number}"))
            await once(desk)
            desk.clock.advance(hours=1)
        told = [sent for sent in desk.channel.sent if sent.destination == "folder:ops"]
        assert len(told) == 1


async def test_what_is_forgotten_is_not_counted_any_more(
    tmp_path: Path, cure: pytest.MonkeyPatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATELINE_KEEP", "30d")
    async with open_desk(tmp_path) as desk:
        desk.serve("dawn", item(9, POISON))
        await once(desk)
        assert desk.age(days=31) == 1
        with desk.services.store.reading() as db:
            assert list(db.scalars(select(SET_ASIDE.c.article))) == []

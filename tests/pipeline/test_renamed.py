"""Feeds that give their old entries new ids, links and dates at every poll: each is told once all the same."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from monitor import pipeline
from monitor.model import FeedState
from monitor.store import feed_states
from monitor.store.tables import ARTICLE, DIGEST, OWED, SIGHTING
from tests.fakes import RULES, START, Desk, item, open_desk

STORIES, POLLS = 50, 20
TOWNS = ["Quetta", "Mastung", "Gwadar", "Turbat", "Khuzdar", "Sibi", "Zhob", "Loralai", "Chaman", "Panjgur"]
SHORT = RULES.replace("    where: balochistan\n", "").replace("regions: [balochistan]", "rules: [attacks]")
"""Rules for what has no more than a headline."""


def headline(number: int) -> str:
    target = ["bank", "school", "bridge", "clinic", "market"][number // 10]
    return f"Blast at {TOWNS[number % 10]} {target} {number}"


def words(number: int) -> str:
    return f"Item{number} " + " ".join(f"w{number}x{position}" for position in range(20))


def new_id(number: int, poll: int) -> dict[str, str]:
    return {"guid": f"id-{number}-{poll}"}


def counted_link(number: int, poll: int) -> dict[str, str]:
    return {"link": f"https://outlet.example/news/{number}?view={poll}"}


def counted_path(number: int, poll: int) -> dict[str, str]:
    return {"link": f"https://outlet.example/{poll}/news/{number}"}


def new_date(number: int, poll: int) -> dict[str, str]:
    return {"published": f"{START + timedelta(minutes=10 * poll):%a, %d %b %Y %H:%M:%S} GMT"}


def one_page(number: int, poll: int) -> dict[str, str]:
    return {"link": "https://outlet.example/latest"}


WAYS: dict[str, tuple[Callable[[int, int], dict[str, str]], ...]] = {
    "ids": (new_id,),
    "ids and links": (new_id, counted_link),
    "ids and paths": (new_id, counted_path),
    "dates": (new_date,),
    "ids and one page for all": (new_id, one_page),
    "all": (new_id, counted_path, new_date),
}


def page(poll: int, ways: tuple[Callable[[int, int], dict[str, str]], ...], text: Callable[[int], str]) -> list[str]:
    """Return the items of a poll, every other one turned round, as if they had been published again."""
    items = [
        item(number, headline(number), text(number), **{k: v for way in ways for k, v in way(number, poll).items()})
        for number in range(STORIES)
    ]
    return items[::-1] if poll % 2 else items


async def once(desk: Desk) -> dict[str, int]:
    counts = (await pipeline.run_once(desk.services, every_feed=True)).as_json()
    desk.clock.advance(minutes=10)
    articles: dict[str, int] = counts["articles"]
    return articles


def told(desk: Desk) -> Counter[str]:
    """Return how often each headline was told as news to the subscription of alerts."""
    with desk.services.store.reading() as db:
        alerts = select(DIGEST.c.content).where(DIGEST.c.kind == "alert", DIGEST.c.subscription == "alerts")
        contents = db.scalars(alerts)
        digests = [json.loads(content) for content in contents]
    return Counter(
        story["headline"]
        for digest in digests
        for region in digest["regions"]
        for story in region["stories"]
        if any(change["kind"] == "new_story" for change in story["changes"])
    )


def stored(desk: Desk) -> tuple[int, int]:
    with desk.services.store.reading() as db:
        news = select(func.count()).select_from(OWED).where(OWED.c.subscription == "alerts", OWED.c.kind == "news")
        return db.scalar(select(func.count()).select_from(ARTICLE)) or 0, db.scalar(news) or 0


def state(desk: Desk) -> FeedState:
    with desk.services.store.reading() as db:
        found = feed_states.get(db, "dawn")
    assert found is not None
    return found


def nothing(number: int) -> str:
    return ""


@pytest.mark.parametrize(
    ("ways", "text"),
    [*((ways, nothing) for ways in WAYS.values()), (WAYS["ids and links"], words), (WAYS["all"], words)],
    ids=[*WAYS, "ids and links of texts", "all of texts"],
)
async def test_each_of_50_stories_is_told_once_in_20_polls(
    tmp_path: Path, ways: tuple[Callable[[int, int], dict[str, str]], ...], text: Callable[[int], str]
) -> None:
    async with open_desk(tmp_path, SHORT) as desk:
        for poll in range(POLLS):
            desk.serve("dawn", *page(poll, ways, text))
            await once(desk)
        assert told(desk) == {headline(number): 1 for number in range(STORIES)}
        assert stored(desk) == (STORIES, STORIES)
        assert (state(desk).unstable_since is not None) == (new_id in ways)


async def test_a_feed_is_unstable_until_it_keeps_its_ids_in_as_many_polls(tmp_path: Path) -> None:
    async with open_desk(tmp_path, SHORT) as desk:
        since: list[datetime | None] = []
        for poll in (0, 1, 2, 3, 4, 4, 4, 4, 4):
            desk.serve("dawn", *page(poll, (new_id,), words), item(1000 + len(since), f"Cricket {len(since)}"))
            await once(desk)
            since.append(state(desk).unstable_since)
        began = START + timedelta(minutes=30)
        assert since == [None, None, None, began, began, began, began, None, None]


async def test_news_of_a_feed_that_renames_is_news(tmp_path: Path) -> None:
    async with open_desk(tmp_path, SHORT) as desk:
        for poll in range(6):
            fresh = item(1000 + poll, f"Attack number {poll} in Sibi", words(1000 + poll), **new_id(1000 + poll, poll))
            desk.serve("dawn", fresh, *page(poll, (new_id, counted_path), words))
            assert (await once(desk))["new"] == (STORIES + 1 if poll == 0 else 1)


async def test_what_recurs_in_a_feed_that_keeps_its_ids_is_kept_each_time(tmp_path: Path) -> None:
    async with open_desk(tmp_path, SHORT) as desk:
        for day in range(4):
            others = [item(day * 10 + number, f"Day {day} number {number}") for number in range(5)]
            desk.serve("dawn", item(500 + day, "Morning briefing"), *others)
            assert (await once(desk))["new"] == 6


@pytest.mark.parametrize("unstable", [False, True])
async def test_a_warning_without_words_that_is_given_again_the_next_day_is_news(tmp_path: Path, unstable: bool) -> None:
    async with open_desk(tmp_path, SHORT) as desk:
        desk.serve("dawn", *page(0, (), nothing))
        await once(desk)
        for poll in range(1, 5 if unstable else 1):
            desk.serve("dawn", *page(poll, (new_id,), nothing))
            await once(desk)
        assert (state(desk).unstable_since is not None) == unstable
        for day in range(3):
            desk.serve("dawn", *[item(1000 * (day + 1) + n, f"Warning of an attack in {TOWNS[n]}") for n in range(4)])
            assert (await once(desk))["new"] == 4
            desk.clock.advance(days=1)


async def test_a_small_feed_that_renames_is_found_out(tmp_path: Path) -> None:
    async with open_desk(tmp_path, SHORT) as desk:
        new = []
        for poll in range(8):
            items = [item(n, headline(n), **new_id(n, poll), **counted_path(n, poll)) for n in range(2)]
            desk.serve("dawn", *items)
            new.append((await once(desk))["new"])
        assert new == [2, 2, 2, 2, 0, 0, 0, 0]


async def test_former_ids_are_not_kept_for_good(tmp_path: Path) -> None:
    async with open_desk(tmp_path, SHORT) as desk:
        for poll in range(8):
            desk.serve("dawn", *page(poll, (new_id, counted_path), words))
            assert (await once(desk))["new"] == (0 if poll else STORIES)
            desk.clock.advance(hours=9)
        with desk.services.store.reading() as db:
            assert (db.scalar(select(func.count()).select_from(SIGHTING)) or 0) <= 4 * STORIES


async def test_an_edit_under_a_new_id_on_the_same_page_is_an_edit(tmp_path: Path) -> None:
    async with open_desk(tmp_path, SHORT) as desk:
        for poll in range(3):
            items = [
                item(n, headline(n), f"{words(n)} Read {poll} times.", **new_id(n, poll), **counted_link(n, poll))
                for n in range(5)
            ]
            desk.serve("dawn", *items)
            counts = await once(desk)
            assert (counts["new"], counts["revised"]) == ((5, 0) if poll == 0 else (0, 5))

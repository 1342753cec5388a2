"""Articles joining stories on their way into the database, and what wakes those who know a story already."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, func, select

from monitor import pipeline
from monitor.model import Digest
from monitor.pipeline import joining
from monitor.store import stories, telling
from monitor.store.tables import ARTICLE, DIGEST, OWED, REPORT, SKETCH, SKETCH_KEY, STORY, STORY_KEY, TERM
from tests.fakes import Desk, item, open_desk

FIRST = item(
    1,
    "Gunmen attack levies checkpost in Mastung",
    "Gunmen attacked a levies checkpost in the Khadkocha area of Mastung late on Saturday and killed two guards, "
    "Deputy Commissioner Bahram Saleem said. The attackers fled towards the hills when reinforcements arrived.",
)
SECOND = item(
    2,
    "Two guards killed as gunmen storm levies checkpost in Mastung's Khadkocha",
    "Two levies guards lost their lives when gunmen stormed their checkpost in Khadkocha, Mastung district. Deputy "
    "Commissioner Bahram Saleem said the attackers escaped into the hills.",
)
RISEN = item(
    3,
    "Toll in Mastung levies checkpost attack rises to five",
    "Five guards were killed in the attack on the levies checkpost in Khadkocha, Mastung, Deputy Commissioner Bahram "
    "Saleem said on Sunday, as two of the wounded died and a third body was found.",
)
CRICKET = item(
    4, "Quetta win the opener by six wickets", "The bowlers shared an attack that left the visitors all out."
)


def alerts(desk: Desk) -> list[Digest]:
    with desk.services.store.reading() as db:
        ids = db.scalars(select(DIGEST.c.id).where(DIGEST.c.kind == "alert").order_by(DIGEST.c.composed_at))
        return [digest for one in ids if (digest := telling.read_digest(db, one))]


def rows(desk: Desk, *columns: Any) -> list[tuple[Any, ...]]:
    with desk.services.store.reading() as db:
        return [tuple(row) for row in db.execute(select(*columns))]


async def poll(desk: Desk, feed: str, *items: str) -> None:
    desk.serve(feed, *items)
    await pipeline.run_once(desk.services, every_feed=True)
    desk.clock.advance(minutes=20)


async def test_two_outlets_tell_one_story_with_its_figures(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        await poll(desk, "dawn", FIRST, CRICKET)
        await poll(desk, "daily", SECOND)
        by_title = dict(rows(desk, ARTICLE.c.title, ARTICLE.c.story))
        assert len(set(by_title.values())) == 2
        assert by_title["Quetta win the opener by six wickets"] not in (
            by_title[title] for title in by_title if "Mastung" in title
        )
        (alert,) = alerts(desk)
        (story,) = [one for one in alert.stories if "Mastung" in one.headline]
        (figure,) = story.figures
        assert (figure["count"], figure["group"], figure["outcome"], figure["source"], figure["outlet"]) == (
            *(2, "security", "killed"),
            "Bahram Saleem",
            "Dawn",
        )


async def test_only_what_is_material_wakes_those_who_know_the_story(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        await poll(desk, "dawn", FIRST)
        await poll(desk, "daily", SECOND)
        assert len(alerts(desk)) == 1
        await poll(desk, "daily", SECOND, RISEN)
        told = alerts(desk)
        assert len(told) == 2
        (story,) = told[1].stories
        assert len(story.articles) == 2, "what woke nobody is listed with what did"
        assert "figure" in [change.kind for change in story.changes]
        assert any("5" in change.text and "not 2" in change.text for change in story.changes)
        assert story.origins == 3


async def test_wire_copy_rides_along_and_counts_once(tmp_path: Path) -> None:
    title, text = "Gunmen attack levies checkpost in Mastung", FIRST.partition("<description>")[2].partition("<")[0]
    text = f"{text} {text.replace('Gunmen', 'Armed men').replace('killed', 'shot')}"
    async with open_desk(tmp_path) as desk:
        await poll(desk, "dawn", item(1, title, text))
        await poll(
            desk, "daily", item(2, f"{title} - agency", f"MASTUNG: {text} (Indus Wire)", link="https://d.example/2")
        )
        assert [copy for _, copy in rows(desk, ARTICLE.c.id, ARTICLE.c.duplicate_of)] == [None, 1]
        assert len(alerts(desk)) == 1
        with desk.services.store.reading() as db:
            (story,) = stories.listed(db, None, 10)
            assert (story.articles, story.origins) == (2, 1)
            assert db.scalar(select(func.count()).select_from(SKETCH)) == 1


async def test_a_merge_does_not_silence_what_was_owed(tmp_path: Path) -> None:
    second = item(2, "Highway blast in Gwadar kills nine soldiers", "Nine soldiers were killed, a commissioner said.")
    async with open_desk(tmp_path) as desk:
        await poll(desk, "dawn", FIRST)
        desk.serve("dawn", FIRST, second)
        await pipeline.poll_feed(desk.services, desk.services.rulebook.rules.feeds["dawn"])
        assert dict(rows(desk, ARTICLE.c.id, ARTICLE.c.story)) == {1: 1, 2: 2}
        now = desk.services.clock.now()
        with desk.services.store.writing() as db:
            joining.merge(db, 1, [2], by="amna", at=now)
        desk.clock.advance(minutes=5)
        await pipeline.run_once(desk.services)
        (story,) = alerts(desk)[1].stories
        assert any("9 soldiers" in change.text for change in story.changes)


async def test_an_edit_wakes_those_who_wait_for_the_article(tmp_path: Path) -> None:
    later = SECOND.replace("Two guards killed", "Nine guards killed").replace("Two levies guards", "Nine levies guards")
    async with open_desk(tmp_path) as desk:
        await poll(desk, "dawn", FIRST)
        await poll(desk, "daily", SECOND)
        assert len(alerts(desk)) == 1, "the second report rides along"
        await poll(desk, "daily", later)
        (story,) = alerts(desk)[1].stories
        assert any("9 " in change.text for change in story.changes)


async def test_what_was_told_in_quiet_hours_wakes_nobody_again(tmp_path: Path) -> None:
    rules = """\
version: 1
feeds:
  dawn: {url: "https://dawn.example/rss", name: Dawn, language: en, first_poll: 100}
  daily: {url: "https://daily.example/rss", name: Daily, language: en, first_poll: 100}
rules:
  attacks: {when: "attack* OR storm*", severity: medium}
  emergencies: {when: "\\"state of emergency\\"", severity: critical}
digests:
  alerts:
    rules: [attacks, emergencies]
    when: immediately
    quiet: {hours: "12:00-18:00", except: critical}
    to: ["folder:out"]
"""
    nine = "Nine levies guards lost their lives when gunmen stormed their checkpost in Khadkocha, Mastung district."
    async with open_desk(tmp_path, rules) as desk:
        await poll(desk, "dawn", FIRST)
        desk.clock.advance(hours=6)
        await poll(desk, "daily", item(2, "Nine guards killed as gunmen storm levies checkpost in Khadkocha", nine))
        assert len(alerts(desk)) == 1
        emergency = item(5, "State of emergency after gunmen storm levies checkpost in Khadkocha, Mastung", nine)
        await poll(desk, "dawn", FIRST, emergency)
        assert len(alerts(desk)) == 2
        assert any("9 " in change.text for change in alerts(desk)[1].stories[0].changes)
        desk.clock.advance(hours=6)
        await pipeline.run_once(desk.services)
        assert len(alerts(desk)) == 2


async def test_a_graver_match_wakes(tmp_path: Path) -> None:
    graver = """\
version: 1
feeds:
  dawn: {url: "https://dawn.example/rss", name: Dawn, language: en, first_poll: 100}
  daily: {url: "https://daily.example/rss", name: Daily, language: en, first_poll: 100}
rules:
  attacks: {when: "attack* OR storm*", severity: medium}
  emergencies: {when: "\\"state of emergency\\"", severity: critical}
digests:
  alerts: {rules: [attacks, emergencies], when: immediately, to: ["folder:out"]}
"""
    emergency = item(
        9, "State of emergency after Mastung levies checkpost attack", SECOND.partition("<description>")[2]
    )
    async with open_desk(tmp_path, graver) as desk:
        await poll(desk, "dawn", FIRST)
        await poll(desk, "daily", emergency.replace("</description>", "", 1))
        assert [[str(one.severity) for one in alert.stories] for alert in alerts(desk)] == [["medium"], ["critical"]]


@pytest.mark.parametrize("broken", ["assign", "figures_of"])
async def test_what_cannot_be_grouped_or_read_is_told_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError("a fault of ours")

    monkeypatch.setattr(f"monitor.pipeline.joining.{broken}", fail)
    async with open_desk(tmp_path) as desk:
        await poll(desk, "dawn", FIRST)
        assert [len(alert.stories) for alert in alerts(desk)] == [1]
        assert rows(desk, STORY.c.id) == [(1,)]


async def test_silent_stories_close_and_old_sketches_go(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        await poll(desk, "dawn", FIRST)
        assert rows(desk, STORY_KEY.c.story) and rows(desk, SKETCH_KEY.c.article)
        desk.age(days=5)
        assert rows(desk, STORY_KEY.c.story) == []
        assert rows(desk, STORY.c.cluster) == [(None,)]
        assert rows(desk, SKETCH_KEY.c.article)
        desk.age(days=20)
        assert rows(desk, SKETCH_KEY.c.article) == rows(desk, SKETCH.c.article) == []
        desk.age(days=60)
        assert rows(desk, TERM.c.term) == []
        assert rows(desk, REPORT.c.article) and rows(desk, ARTICLE.c.id) and rows(desk, OWED.c.id)


async def test_an_edit_of_what_was_stored_before_there_were_reports_is_compared_with_its_old_words(
    tmp_path: Path,
) -> None:
    edited = FIRST.replace("late on Saturday", "on Saturday night")
    async with open_desk(tmp_path) as desk:
        await poll(desk, "dawn", FIRST)
        with desk.services.store.writing() as db:
            db.execute(delete(REPORT))
        await poll(desk, "dawn", edited)
        assert len(alerts(desk)) == 1, "a trivial edit says nothing new"
        assert [one[:2] for one in rows(desk, REPORT.c.article, REPORT.c.revision)] == [(1, 0), (1, 1)]

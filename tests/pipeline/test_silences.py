"""Silences at work: what they keep back, what their end brings, and that they are never hidden."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from monitor import pipeline
from monitor.model import Severity, Silence, SilenceScope
from monitor.pipeline import joining
from monitor.store import silences, stories, telling
from monitor.store.tables import ARTICLE, DIGEST, OWED
from tests.fakes import Desk, item, open_desk
from tests.pipeline.test_joining import FIRST, RISEN, alerts, poll
from tests.pipeline.test_threads import BLAST, SLACK, posted, rules


def silence(desk: Desk, scope: SilenceScope, target: str, **span: float) -> Silence:
    now = desk.clock.now()
    with desk.services.store.writing() as db:
        ends_at = now + timedelta(**span)
        return silences.add(db, scope, target, author="Amna", comment="planned exercise", now=now, ends_at=ends_at)


def story_of(desk: Desk, title: str) -> str:
    with desk.services.store.reading() as db:
        return str(db.scalar(select(ARTICLE.c.story).where(ARTICLE.c.title.contains(title))))


def kept_back(desk: Desk) -> dict[int, int]:
    with desk.services.store.reading() as db:
        return silences.kept_back(db, "alerts")


async def test_a_silenced_story_is_not_told_and_others_say_so(tmp_path: Path) -> None:
    async with open_desk(tmp_path, rules(SLACK)) as desk:
        await poll(desk, "dawn", FIRST)
        muted = silence(desk, "story", story_of(desk, "Mastung"), hours=4)
        await poll(desk, "daily", RISEN)
        assert len(alerts(desk)) == 1
        assert kept_back(desk) == {muted.id: 1}
        await poll(desk, "dawn", FIRST, BLAST)
        (_, told) = alerts(desk)
        assert [one.headline for one in told.stories] == ["Blast attack on a railway track near Sibi"]
        (line,) = told.silences
        assert "Gunmen attack levies checkpost" in line
        assert "Amna" in line
        assert "planned exercise" in line
        assert "1 article" in line


async def test_what_a_silence_kept_back_stays_so_when_it_ends_and_the_next_report_tells_what_changed(
    tmp_path: Path,
) -> None:
    async with open_desk(tmp_path, rules(SLACK)) as desk:
        await poll(desk, "dawn", FIRST)
        silence(desk, "story", story_of(desk, "Mastung"), minutes=30)
        await poll(desk, "daily", RISEN)
        desk.clock.advance(hours=1)
        await pipeline.run_once(desk.services)
        assert len(alerts(desk)) == 1
        seven = RISEN.replace("<guid isPermaLink='false'>guid-3", "<guid isPermaLink='false'>guid-33")
        seven = seven.replace("news/3", "news/33").replace("rises to five", "rises to seven").replace("Five", "Seven")
        await poll(desk, "daily", RISEN, seven)
        assert any("7" in change.text and "2" in change.text for change in alerts(desk)[1].stories[0].changes)


async def test_a_silence_lifted_early_gives_back_what_it_kept(tmp_path: Path) -> None:
    async with open_desk(tmp_path, rules(SLACK)) as desk:
        muted = silence(desk, "rule", "attacks", hours=4)
        await poll(desk, "dawn", FIRST)
        assert alerts(desk) == []
        with desk.services.store.writing() as db:
            assert silences.lift(db, muted.id, desk.clock.now()) == 1
        await pipeline.run_once(desk.services)
        assert len(alerts(desk)) == 1
        assert alerts(desk)[0].silences == ()


async def test_a_flood_can_be_silenced_by_its_feed(tmp_path: Path) -> None:
    flood = [item(100 + number, f"Depot {number * 7} attack near town {number * 3}") for number in range(60)]
    async with open_desk(tmp_path, rules(SLACK)) as desk:
        muted = silence(desk, "feed", "daily", hours=4)
        await poll(desk, "daily", *flood)
        assert posted(desk) == []
        assert kept_back(desk) == {muted.id: 60}
        with desk.services.store.reading() as db:
            assert not telling.news_waits(db, "alerts", desk.clock.now(), [Severity.MEDIUM])
            assert db.scalar(select(func.count()).where(OWED.c.digest.is_not(None))) == 0


async def test_an_article_kept_back_is_told_where_an_edit_matches_something_else(tmp_path: Path) -> None:
    async with open_desk(tmp_path, rules(SLACK)) as desk:
        silence(desk, "rule", "attacks", hours=1)
        await poll(desk, "dawn", FIRST)
        desk.clock.advance(hours=2)
        await poll(desk, "dawn", FIRST.replace("Gunmen attack", "State of emergency after gunmen attack"))
        (told,) = alerts(desk)
        assert [str(story.severity) for story in told.stories] == ["critical"]


async def test_a_silence_over_a_digest_is_named_by_the_next_one_too(tmp_path: Path) -> None:
    daily = rules(SLACK).replace("when: immediately", 'when: "07:00"')
    async with open_desk(tmp_path, daily) as desk:
        await poll(desk, "dawn", FIRST)
        silence(desk, "rule", "attacks", hours=1)
        desk.clock.advance(minutes=20)
        await pipeline.run_once(desk.services)
        desk.clock.advance(days=1)
        await pipeline.run_once(desk.services)
        desk.clock.advance(days=1)
        await pipeline.run_once(desk.services)
        with desk.services.store.reading() as db:
            told = [telling.read_digest(db, one) for one in db.scalars(select(DIGEST.c.id).order_by(DIGEST.c.until_at))]
        assert [("1 article" in line, "until" in line) for one in told[:2] if one for line in one.silences] == [
            (True, True),
            (True, True),
        ]
        assert [one.silences for one in told[2:] if one] == [()]


async def test_what_was_told_anew_is_not_told_again_when_its_silence_is_lifted(tmp_path: Path) -> None:
    async with open_desk(tmp_path, rules(SLACK)) as desk:
        muted = silence(desk, "rule", "attacks", hours=9)
        await poll(desk, "dawn", FIRST)
        await poll(desk, "dawn", FIRST.replace("Gunmen attack", "State of emergency after gunmen attack"))
        assert len(alerts(desk)) == 1
        with desk.services.store.writing() as db:
            assert silences.lift(db, muted.id, desk.clock.now()) == 0
        await pipeline.run_once(desk.services)
        assert len(alerts(desk)) == 1


async def test_an_article_kept_back_that_is_rewritten_later_is_news(tmp_path: Path) -> None:
    async with open_desk(tmp_path, rules(SLACK)) as desk:
        silence(desk, "rule", "attacks", minutes=30)
        await poll(desk, "dawn", FIRST)
        await poll(desk, "dawn", FIRST.replace("killed two", "killed three"))
        assert alerts(desk) == [], "it still holds"
        desk.clock.advance(hours=1)
        await poll(desk, "dawn", FIRST.replace("killed two", "killed forty"))
        (told,) = alerts(desk)
        assert "40" in str(told.stories[0].figures)


@pytest.mark.parametrize(("by", "count"), [("amna", 1), (stories.OURSELVES, 2)])
async def test_a_silence_follows_what_a_person_merges(tmp_path: Path, by: str, count: int) -> None:
    async with open_desk(tmp_path, rules(SLACK)) as desk:
        await poll(desk, "dawn", FIRST)
        silence(desk, "story", "2", hours=9)
        await poll(desk, "dawn", FIRST, BLAST)
        assert len(alerts(desk)) == 1
        with desk.services.store.writing() as db:
            joining.merge(db, 1, [2], by=by, at=desk.clock.now())
        await poll(desk, "daily", RISEN)
        assert len(alerts(desk)) == count

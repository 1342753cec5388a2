"""Past moments looked at again: `preview` shows what was sent then, whatever happened since."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from monitor import pipeline
from monitor.digests.document import to_json
from monitor.model import Digest, FetchFailed
from monitor.pipeline.preview import preview
from monitor.store import silences, telling
from monitor.store.tables import DIGEST
from tests.fakes import Desk, item, open_desk
from tests.pipeline.test_joining import FIRST, RISEN, SECOND

RULES = """\
version: 1
feeds:
  dawn: {url: "https://dawn.example/rss", name: Dawn, language: en, first_poll: 100}
  daily: {url: "https://daily.example/rss", name: Daily, language: en, first_poll: 100}
rules:
  attacks: {name: Armed attacks, when: "attack* OR storm* OR guard*", severity: medium}
digests:
  hourly: {rules: [attacks], when: hourly, to: ["folder:out"]}
  alerts: {rules: [attacks], when: immediately, to: ["folder:alerts"]}
"""
EDITED = item(
    1,
    "Levies checkpost attacked in Mastung; one guard killed, not two",
    "Gunmen attacked a levies checkpost in the Khadkocha area of Mastung late on Saturday and killed one guard, "
    "Deputy Commissioner Bahram Saleem said.",
)
OTHER = item(9, "Grenade attack on a shop in Sibi", "Nobody was hurt in the attack on a shop in Sibi, police said.")


async def poll(desk: Desk, feed: str, *items: str, minutes: int = 20) -> None:
    desk.serve(feed, *items)
    await pipeline.run_once(desk.services, every_feed=True)
    desk.clock.advance(minutes=minutes)


def sent(desk: Desk, subscription: str) -> list[Digest]:
    with desk.services.store.reading() as db:
        mine = select(DIGEST.c.id).where(DIGEST.c.subscription == subscription).order_by(DIGEST.c.composed_at)
        return [digest for one in db.scalars(mine) if (digest := telling.read_digest(db, one))]


def looked_at(desk: Desk, subscription: str, at: datetime) -> Digest:
    rules = desk.services.rulebook.rules
    with desk.services.store.reading() as db:
        return preview(db, rules, rules.subscriptions[subscription], at)


def told_in(digest: Digest) -> Any:
    """All that a digest tells, but for the quoted evidence: of that the store keeps the latest only."""
    unquoted = tuple(
        replace(region, stories=tuple(replace(story, why=()) for story in region.stories)) for region in digest.regions
    )
    return to_json(replace(digest, regions=unquoted))["regions"]


async def a_day(desk: Desk) -> None:
    """From 06:30 on: a story, a second outlet, an edit that takes a figure back, a new toll, something else."""
    desk.serve("daily", item(50, "Dust expected in Quetta"))
    await poll(desk, "dawn", FIRST)
    await poll(desk, "dawn", FIRST, minutes=30)
    await poll(desk, "daily", SECOND, minutes=50)
    await poll(desk, "dawn", EDITED)
    await poll(desk, "daily", SECOND, RISEN, minutes=60)
    await poll(desk, "daily", SECOND, RISEN, OTHER, minutes=60)
    await poll(desk, "daily", SECOND, RISEN, OTHER, minutes=60)


async def test_what_was_sent_is_shown_as_it_was_sent(tmp_path: Path) -> None:
    async with open_desk(tmp_path, RULES) as desk:
        await a_day(desk)
        told = sent(desk, "hourly")
        assert [len(one.stories) for one in told][:4] == [1, 1, 1, 1], "each hour had its news"
        assert [change.kind for change in told[2].stories[0].changes] == ["figure", "origins"], "and its changes"
        for one in told:
            shown = looked_at(desk, "hourly", one.window.to_at)
            assert told_in(shown) == told_in(one)
            assert shown.coverage == one.coverage


async def test_an_article_reads_as_it_read_then(tmp_path: Path) -> None:
    async with open_desk(tmp_path, RULES) as desk:
        await a_day(desk)
        before, after = (looked_at(desk, "alerts", datetime(2026, 11, 22, hour, tzinfo=UTC)) for hour in (7, 9))
        assert before.stories[0].headline == "Gunmen attack levies checkpost in Mastung"
        assert "one guard killed" in " ".join(article.title for article in after.stories[0].articles)
        assert len(before.stories[0].articles) == 1


async def test_who_was_never_told_anything_is_shown_what_changed_in_the_window(tmp_path: Path) -> None:
    async with open_desk(tmp_path, RULES) as desk:
        await a_day(desk)
        later = replace(desk.services.rulebook.rules.subscriptions["hourly"], id="later")
        with desk.services.store.reading() as db:
            shown = preview(db, desk.services.rulebook.rules, later, datetime(2026, 11, 22, 8, tzinfo=UTC))
        assert told_in(shown) == told_in(sent(desk, "hourly")[1])


async def test_silences_that_held_then_keep_back_and_are_named(tmp_path: Path) -> None:
    async with open_desk(tmp_path, RULES) as desk:
        now = desk.clock.now()
        await a_day(desk)
        with desk.services.store.writing() as db:
            silences.add(
                db, "rule", "attacks", author="Amna", comment="exercise", now=now, ends_at=now + timedelta(hours=1)
            )
        shown = looked_at(desk, "hourly", datetime(2026, 11, 22, 7, tzinfo=UTC))
        assert shown.stories == ()
        assert shown.silences == (
            "Rule “Armed attacks” until Sun 22 Nov 07:30, by Amna: exercise (1 article kept back)",
        )
        later = looked_at(desk, "hourly", datetime(2026, 11, 22, 8, tzinfo=UTC))
        assert (len(later.stories), later.silences) == (1, ())


async def test_a_feed_that_fails_today_did_not_fail_then(tmp_path: Path) -> None:
    async with open_desk(tmp_path, RULES) as desk:
        desk.fetcher.pages["daily"] = FetchFailed(reason="no such host")
        await poll(desk, "dawn", FIRST, minutes=60)
        desk.fetcher.pages["dawn"] = FetchFailed(reason="no such host")
        await pipeline.run_once(desk.services, every_feed=True)
        then, now = looked_at(desk, "hourly", datetime(2026, 11, 22, 7, tzinfo=UTC)), desk.clock.now()
        assert [trouble.feed for trouble in then.coverage.failed] == ["daily"]
        assert then.coverage.checked == 1
        assert [trouble.feed for trouble in looked_at(desk, "hourly", now).coverage.failed] == ["dawn", "daily"]
        before = looked_at(desk, "hourly", datetime(2026, 11, 22, 6, tzinfo=UTC))
        assert (before.coverage.checked, before.coverage.failed) == (0, ())

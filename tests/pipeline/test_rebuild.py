"""`dateline db rebuild`: what is derived is made again from the records, and comes out as it was."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, delete, select, update
from sqlmodel import SQLModel

from monitor import pipeline
from monitor.model import Notice
from monitor.pipeline.rebuild import KEY, Rebuilt, rebuild
from monitor.store import notices, stories
from monitor.store.tables import (
    ARTICLE,
    HABIT,
    RELATED,
    REPORT,
    SKETCH,
    SKETCH_KEY,
    STORY,
    STORY_EVENT,
    STORY_KEY,
    TERM,
)
from monitor.stories.clusters import Cluster
from monitor.stories.features import Features, features
from monitor.text.fold import Tokens
from tests.data import DATA, needs_data
from tests.fakes import RULES, Desk, item, open_desk
from tests.unit.test_grouping import BRIDGE, CHECKPOST, RAILWAY

DERIVED = (SKETCH, SKETCH_KEY, TERM, HABIT, REPORT, STORY_KEY)
POLLS = DATA / "feeds_polls"


def contents(desk: Desk, *tables: Table) -> dict[str, list[Any]]:
    with desk.services.store.reading() as db:
        return {table.name: list(db.execute(select(table).order_by(*table.primary_key.columns))) for table in tables}


def garble(desk: Desk) -> None:
    """Empty every derived table, or leave nonsense in it."""
    with desk.services.store.writing() as db:
        for table in (SKETCH, STORY_KEY, HABIT):
            db.execute(delete(table))
        db.execute(delete(SKETCH_KEY).where(SKETCH_KEY.c.article % 2 == 0))
        db.execute(update(TERM).values(weight=1.0))
        db.execute(update(STORY).values(cluster=None))
        db.execute(update(REPORT).values(figures=[], places=[]))
        db.execute(delete(REPORT).where(REPORT.c.article % 3 == 0))


def real_rules() -> str:
    names = sorted(folder.name for folder in POLLS.iterdir() if folder.is_dir())
    feeds = "".join(f'  {one}: {{url: "https://{one}.example/rss", name: {one}, language: en}}\n' for one in names)
    return f"""\
version: 1
feeds:
{feeds}
regions:
  china: {{name: China, codes: [CN]}}
  america: {{name: America, codes: [US]}}
rules:
  china: {{name: China, where: china}}
  america: {{name: America, where: america}}
digests:
  alerts: {{rules: [china, america], when: immediately, to: ["folder:out"]}}
"""


async def poll_real(desk: Desk, steps: range) -> None:
    for step in steps:
        for folder in sorted(POLLS.iterdir()):
            documents = sorted(folder.glob("*.xml"))
            if step < len(documents):
                desk.fetcher.pages[folder.name] = documents[step].read_bytes()
        for feed in desk.services.rulebook.rules.feeds.values():
            desk.clock.advance(seconds=30)  # no two batches are stored in the same moment
            await pipeline.poll_feed(desk.services, feed)
        desk.clock.advance(hours=2)


async def grown(desk: Desk, step: int) -> dict[str, list[Any]]:
    """What another poll makes of all that is stored."""
    await poll_real(desk, range(step, step + 1))
    return contents(desk, ARTICLE, STORY_EVENT, RELATED, *DERIVED, STORY)


@needs_data
async def test_after_real_polls_all_that_is_derived_comes_back_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.pipeline.rebuild.SLICE", 120)  # several slices, cut where batches end
    async with open_desk(tmp_path / "desk", real_rules()) as desk:
        clock = desk.clock
        pipeline.start(desk.services)
        await poll_real(desk, range(5))
        pipeline.retire(desk.services)
        shutil.copytree(desk.home, tmp_path / "untouched")
        before, kept = contents(desk, *DERIVED, STORY), contents(desk, ARTICLE, STORY_EVENT, RELATED)
        assert all(len(rows) > 5 for rows in before.values()), {name: len(rows) for name, rows in before.items()}
        garble(desk)
        assert contents(desk, *DERIVED, STORY) != before
        told: list[tuple[int, int]] = []
        done = rebuild(desk.services, lambda *so_far: told.append(so_far))
        assert contents(desk, ARTICLE, STORY_EVENT, RELATED) == kept
        after = contents(desk, *DERIVED, STORY)
        for name, rows in before.items():
            assert after[name] == rows, name
        assert done.stories_compared_anew == 0
        assert told[-1] == (len(kept["article"]), len(kept["article"])) and len(told) > 5
        now = clock.now()
        found = await grown(desk, 5)
    clock.at = now
    async with open_desk(tmp_path / "untouched", real_rules(), clock=clock) as desk:
        assert found == await grown(desk, 5)


# --- what was decided otherwise ----------------------------------------------------------------------------------

TEXT = "Armed men attacked a police post near the highway early on Sunday and left before help came, officials said."
FAR = "A flood took away two bridges on the coast of Gwadar in the night, and a dozen villages wait for boats."


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_desk(tmp_path) as opened:
        yield opened


async def poll(desk: Desk, feed: str, *items: str) -> None:
    desk.clock.advance(minutes=10)
    desk.serve(feed, *items)
    await pipeline.run_once(desk.services, every_feed=True)


def clusters(desk: Desk) -> dict[int, int]:
    """How many articles each live story is compared by."""
    with desk.services.store.reading() as db:
        rows = db.execute(select(STORY.c.id, STORY.c.cluster).where(STORY.c.cluster.is_not(None)))
        return {row.id: Cluster.unpack(row.cluster).articles for row in rows}


async def test_stories_merged_and_split_by_hand_are_compared_by_the_articles_they_have(desk: Desk) -> None:
    attack = [item(n, f"Militants attack police post {n} in Mastung", f"{TEXT} Post {n}.") for n in range(3)]
    await poll(desk, "dawn", *attack)
    await poll(desk, "daily", item(9, "Flood takes bridges near Gwadar", FAR, link="https://daily.example/9"))
    with desk.services.store.writing() as db:
        mine = sorted(clusters(desk))
        assert len(mine) == 2
        stories.split(db, mine[0], [2], by="ana", at=desk.clock.now())
        stories.merge(db, mine[0], [mine[1]], by="ana", at=desk.clock.now())
    kept, compared = contents(desk, ARTICLE, STORY_EVENT), clusters(desk)
    garble(desk)
    done = rebuild(desk.services)
    assert done.stories_compared_anew == 3
    assert contents(desk, ARTICLE, STORY_EVENT) == kept
    assert clusters(desk) == compared
    keys = {row.story for row in contents(desk, STORY_KEY)["story_key"]}
    assert keys == compared.keys()


async def test_stories_that_turned_out_to_be_one_do_so_again(desk: Desk) -> None:
    await poll(desk, "dawn", item(1, *CHECKPOST))
    await poll(desk, "dawn", item(2, *RAILWAY))
    mixed = (CHECKPOST[0], RAILWAY[1]), (RAILWAY[0], CHECKPOST[1])
    await poll(desk, "dawn", item(3, *BRIDGE), *(item(4 + n, *one) for n, one in enumerate(mixed)))
    before, kept = contents(desk, *DERIVED, STORY), contents(desk, ARTICLE, STORY_EVENT)
    assert [(row.kind, row.story, row.other) for row in kept["story_event"]] == [("merged", 1, 2)]
    garble(desk)
    assert rebuild(desk.services).stories_compared_anew == 0
    assert contents(desk, *DERIVED, STORY) == before
    assert contents(desk, ARTICLE, STORY_EVENT) == kept


async def test_nothing_is_told_matched_or_owed_by_it(desk: Desk) -> None:
    await poll(desk, "dawn", item(1, "31 killed in Mastung attack", TEXT))
    await poll(desk, "dawn", item(1, "12 killed in Mastung attack", TEXT), item(2, "Cricket in Lahore"))
    records = [table for table in SQLModel.metadata.sorted_tables if table not in (*DERIVED, STORY)]
    before, sent = contents(desk, *records), len(desk.channel.sent)
    garble(desk)
    rebuild(desk.services)
    assert contents(desk, *records) == before
    await pipeline.run_once(desk.services)
    assert len(desk.channel.sent) == sent


async def test_what_an_edited_article_said_before_is_read_as_well(desk: Desk) -> None:
    await poll(desk, "dawn", item(1, "31 killed in Mastung attack", TEXT))
    await poll(desk, "dawn", item(1, "12 killed in Quetta attack", TEXT))
    before = contents(desk, REPORT)
    assert [row.revision for row in before["report"]] == [0, 1]
    garble(desk)
    rebuild(desk.services)
    assert contents(desk, REPORT) == before


async def test_new_regions_are_read_into_what_was_said_before(desk: Desk) -> None:
    await poll(desk, "dawn", item(1, "Militants attack a post in Mastung", "Fighters came from Kandahar. " + TEXT))
    wider = RULES.replace("Mastung, Gwadar]", "Mastung, Gwadar, Kandahar]")
    (desk.home / "rules" / "desk.yaml").write_text(wider, encoding="utf-8")
    assert desk.services.rulebook.reload()
    sent = len(desk.channel.sent)
    rebuild(desk.services)
    (report,) = contents(desk, REPORT)["report"]
    assert {place["name"] for place in report.places} == {"Mastung", "Kandahar"}
    await pipeline.run_once(desk.services)
    assert len(desk.channel.sent) == sent


# --- trouble -----------------------------------------------------------------------------------------------------


async def test_cut_off_it_says_so_until_it_is_run_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.pipeline.rebuild.SLICE", 2)
    await poll(desk, "dawn", *(item(n, f"Militants attack post {n} in Mastung", f"{TEXT} {n}") for n in range(3)))
    await poll(desk, "daily", *(item(n, f"Blast number {n} in Quetta", f"{FAR} {n}") for n in range(3)))
    before = contents(desk, *DERIVED, STORY)

    def dies(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuild(desk.services, dies)
    assert contents(desk, *DERIVED, STORY) != before
    assert [one.hint for one in open_notices(desk)] == ["run it again: dateline db rebuild"]
    monkeypatch.undo()
    rebuild(desk.services)
    assert contents(desk, *DERIVED, STORY) == before
    assert open_notices(desk) == []


def open_notices(desk: Desk) -> list[Notice]:
    with desk.services.store.reading() as db:
        return notices.open_notices(db, KEY)


async def test_an_article_that_cannot_be_grouped_leaves_the_others_as_they_were(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(title: Tokens, *rest: Any) -> Features:
        if "poison" in title.folded:
            raise ZeroDivisionError
        return features(title, *rest)

    monkeypatch.setattr("monitor.stories.assign.features", fails)
    await poll(desk, "dawn", item(1, "Poison in Mastung"), item(2, "Militants attack a post in Mastung", TEXT))
    before = contents(desk, *DERIVED, STORY)
    assert list(clusters(desk)) == [2]
    garble(desk)
    assert rebuild(desk.services).articles == 2
    assert contents(desk, *DERIVED, STORY) == before


async def test_stories_that_fell_silent_are_not_compared_again(desk: Desk) -> None:
    await poll(desk, "dawn", item(1, "Militants attack a post in Mastung", TEXT))
    desk.age(days=20)
    await poll(desk, "dawn", item(2, "Flood takes bridges near Gwadar", FAR))
    pipeline.retire(desk.services)
    before = contents(desk, *DERIVED, STORY)
    assert list(clusters(desk)) == [2]
    rebuild(desk.services)
    assert contents(desk, *DERIVED, STORY) == before


async def test_an_empty_database_is_rebuilt_in_no_time(desk: Desk) -> None:
    assert rebuild(desk.services) == Rebuilt()


async def test_an_edit_that_first_says_something_said_nothing_before(desk: Desk) -> None:
    await poll(desk, "dawn", item(1, "Incident reported", "Nothing is known yet."))
    await poll(desk, "dawn", item(1, "Militants attack a post in Gwadar", "Nothing is known yet."))
    before = contents(desk, REPORT)
    assert [(row.revision, [place["name"] for place in row.places]) for row in before["report"]] == [(1, ["Gwadar"])]
    rebuild(desk.services)
    assert contents(desk, REPORT) == before

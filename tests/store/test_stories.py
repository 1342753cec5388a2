"""Stories in the database: what their articles say, and that merges and splits are recorded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, insert, select

from monitor.errors import StoreError
from monitor.model import Figure, Statement
from monitor.store import Store, polls, pools, reading, stories
from monitor.store.tables import ARTICLE, MATCH, OWED, REPORT, REVISION, STORY
from monitor.stories.features import features
from monitor.stories.grouping import Merge, Related
from monitor.stories.reports import Spot
from monitor.text.fold import tokenise
from tests.builders import NOON

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)

KILLED = Figure(
    count=3,
    who="policemen",
    group="security",
    outcome="killed",
    source="police",
    field="text",
    start=0,
    end=15,
    quote="Three policemen",
    sentence="Three policemen were killed, police said.",
)
DENIED = Statement(kind="denies", who="Delhi", about="it", field="text", start=0, end=15, quote="Delhi denied it")
QUETTA = Spot(name="Quetta", code="PK-BA", kind="town", field="text", id=1167528)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Connection]:
    store = Store(f"sqlite:///{tmp_path}/dateline.db")
    store.prepare()
    with store.writing() as connection:
        yield connection
    store.close()


def add(db: Connection, number: int, story: int | None = None, **more: object) -> None:
    """Store an article, and its story where it is its first."""
    row = {
        "id": number,
        "feed": "dawn",
        "source": f"Outlet {number}",
        "title": f"Title {number}",
        "text": "",
        "link": "",
        "url": "",
        "author": "",
        "section": "",
        "content_hash": str(number),
        "story": story or number,
        "duplicate_of": None,
        "revision": 0,
        "stored_at": NOON + number * MINUTE,
        "owed": True,
        "reason": "",
    }
    db.execute(insert(ARTICLE).values(**row | more))
    if story is None:
        stories.save_stories(db, [number], [], NOON + number * MINUTE)
    else:
        stories.save_stories(db, [], [story], NOON + number * MINUTE)


def story_of(db: Connection, article: int) -> int | None:
    return db.scalar(select(ARTICLE.c.story).where(ARTICLE.c.id == article))


def test_reports_come_revision_by_revision(db: Connection) -> None:
    add(db, 1, revision=1)
    add(db, 2, 1, duplicate_of=1)
    add(db, 3)
    before = {"article": 1, "number": 0, "title": "Before", "text": "", "content_hash": ""}
    db.execute(insert(REVISION).values(**before, replaced_at=NOON + HOUR))
    stories.save_reports(
        db, [(1, 0, [KILLED], [], [QUETTA]), (1, 1, [], [DENIED], []), (2, 0, [], [], []), (3, 0, [KILLED], [], [])]
    )
    found = stories.reports(db, 1)
    assert [(one.article, one.revision, one.title, one.at) for one in found] == [
        (1, 0, "Before", NOON + MINUTE),
        (2, 0, "Title 2", NOON + 2 * MINUTE),
        (1, 1, "Title 1", NOON + HOUR),
    ]
    assert (found[0].figures, found[0].places, found[0].source) == ((KILLED,), (QUETTA,), "Outlet 1")
    assert (found[2].figures, found[2].statements, found[1].duplicate_of) == ((), (DENIED,), 1)
    assert db.scalar(select(func.count()).select_from(REPORT)) == 3
    assert stories.reports(db, 99) == []


def test_what_an_article_says_is_read_anew_when_it_is_read_again(db: Connection) -> None:
    add(db, 1)
    stories.save_reports(db, [(1, 0, [KILLED], [], [])])
    stories.save_reports(db, [(1, 0, [], [DENIED], [])])
    assert (stories.reports(db, 1)[0].figures, stories.reports(db, 1)[0].statements) == ((), (DENIED,))


def test_listed_are_the_matched_ones_latest_first(db: Connection) -> None:
    for number in (1, 2, 3):
        add(db, number)
    add(db, 4, 1, duplicate_of=1)
    match = {"severity": "high", "score": 1, "regions": [], "evidence": [], "points": [], "rules_version": ""}
    db.execute(insert(MATCH), [match | {"article": n, "rule": "r", "revision": 0, "matched_at": NOON} for n in (1, 3)])
    assert [one.id for one in stories.listed(db, None, 10)] == [1, 3]
    assert [one.id for one in stories.listed(db, None, 10, everything=True)] == [1, 3, 2]
    assert [one.id for one in stories.listed(db, NOON + 4 * MINUTE, 10, everything=True)] == [1]
    first = stories.listed(db, None, 1)[0]
    assert (first.headline, first.articles, first.origins, first.updated_at) == ("Title 1", 2, 1, NOON + 4 * MINUTE)
    assert stories.summary(db, 99) is None


def test_a_merge_is_recorded_and_takes_the_debts_along(db: Connection) -> None:
    for number in (1, 2, 3):
        add(db, number)
    debt = {"subscription": "desk", "kind": "news", "revision": 0, "severity": "high", "owed_at": NOON}
    db.execute(insert(OWED).values(**debt, article=2, story=2))
    stories.save_merges(db, [Merge(into=1, story=2, score=0.5, reason="shares Mastung")], NOON + HOUR)
    assert (story_of(db, 2), db.scalar(select(OWED.c.story))) == (1, 1)
    (event,) = stories.events(db, 2)
    assert (event.kind, event.story, event.other, event.articles, event.by) == ("merged", 1, 2, (2,), "Dateline")
    assert stories.events(db, 1) == [event]
    merged = stories.summary(db, 2)
    assert merged is not None and merged.merged_into == 1
    assert [one.id for one in stories.listed(db, None, 10, everything=True)] == [3, 1], "a merge is no new report"


def test_people_merge_and_split(db: Connection) -> None:
    for number in (1, 2, 3):
        add(db, number)
    add(db, 4, 3, duplicate_of=3)
    add(db, 5, 3)
    polls.article_ids(db, 5)
    stories.merge(db, 1, [2, 3], by="amna", at=NOON + HOUR)
    assert [story_of(db, number) for number in (1, 2, 3, 4, 5)] == [1, 1, 1, 1, 1]
    event = stories.split(db, 1, [3], by="amna", at=NOON + 2 * HOUR)
    assert (event.story, event.other, event.articles, event.by) == (4, 1, (3, 4), "amna")
    assert [story_of(db, number) for number in (1, 2, 3, 4, 5)] == [1, 1, 4, 4, 1]
    new = stories.summary(db, 4)
    assert new is not None and (new.merged_into, new.articles, new.origins, new.headline) == (None, 2, 1, "Title 3")
    assert stories.split_apart(db, NOON) == {(4, 1)}
    assert stories.split_apart(db, NOON + 3 * HOUR) == set()
    fresh = stories.split(db, 1, [2], by="amna", at=NOON + 3 * HOUR)
    assert (fresh.story, story_of(db, 2)) == (6, 6), "2 is a story that was merged into 1, and stays it"
    merged = stories.summary(db, 2)
    assert merged is not None and merged.merged_into == 1
    assert [one.kind for one in stories.events(db, 1)] == ["merged", "merged", "split", "split"]


def test_the_first_article_can_be_split_off(db: Connection) -> None:
    add(db, 1)
    add(db, 2, 1)
    polls.article_ids(db, 2)
    event = stories.split(db, 1, [1], by="amna", at=NOON)
    assert (event.story, story_of(db, 1), story_of(db, 2)) == (3, 3, 1)
    assert [one.headline for one in stories.listed(db, None, 9, everything=True)] == ["Title 2", "Title 1"]


def test_a_story_of_copies_has_a_headline(db: Connection) -> None:
    add(db, 1)
    add(db, 2, 1, duplicate_of=1)
    add(db, 3, 1, duplicate_of=1)
    polls.article_ids(db, 3)
    stories.split(db, 1, [2, 3], by="amna", at=NOON)
    alone = stories.summary(db, 2)
    assert alone is not None and (alone.headline, alone.origins) == ("Title 2", 1)


def test_merges_of_one_poll_are_followed_to_the_end(db: Connection) -> None:
    for number in (1, 2, 3, 4):
        add(db, number)
    merges = [Merge(into=3, story=4, score=1, reason="r"), Merge(into=1, story=2, score=1, reason="r")]
    stories.save_merges(db, [*merges, Merge(into=2, story=3, score=1, reason="r")], NOON)
    assert [story_of(db, number) for number in (1, 2, 3, 4)] == [1, 1, 1, 1]
    assert [(one.other, one.articles) for one in stories.events(db, 3)] == [(4, (4,)), (3, (3, 4))]
    stories.save_merges(db, [], NOON)


@pytest.mark.parametrize(
    ("articles", "hint"),
    [
        ([3], "article 3 is not in story 1"),
        ([1, 2], "story 1 has 2 articles: a split has to take some and leave some"),
        ([], "has to take some"),
    ],
)
def test_a_split_must_leave_two_stories(db: Connection, articles: list[int], hint: str) -> None:
    add(db, 1)
    add(db, 2, 1)
    add(db, 3)
    with pytest.raises(StoreError, match=hint):
        stories.split(db, 1, articles, by="amna", at=NOON)


def test_only_stories_that_are_there_can_be_merged(db: Connection) -> None:
    for number in (1, 2, 3):
        add(db, number)
    with pytest.raises(StoreError, match="there is no story 9"):
        stories.merge(db, 1, [9], by="amna", at=NOON)
    with pytest.raises(StoreError, match="story 1 cannot be merged into itself"):
        stories.merge(db, 1, [1], by="amna", at=NOON)
    stories.merge(db, 1, [2], by="amna", at=NOON)
    with pytest.raises(StoreError, match="story 2 was merged into 1"):
        stories.merge(db, 3, [2], by="amna", at=NOON)


def test_what_was_merged_or_split_by_hand_is_compared_anew(db: Connection) -> None:
    add(db, 1, title="Gunmen storm levies checkpost Khadkocha Mastung", text="Gunmen storm levies checkpost Khadkocha")
    add(db, 2, title="Highway closed Kanak ambush devices", text="Highway closed Kanak ambush devices commissioner")

    def found_by(words: str) -> set[int]:
        own = range(len(tokens := tokenise(words)))
        terms = features(tokens, tokenise(""), (own, ()), None).title
        held = pools.LiveStories(db, NOON).holding(list(terms))
        return {story for stories_ in held.values() for story in stories_}

    stories.merge(db, 1, [2], by="amna", at=NOON + HOUR)
    assert found_by("Khadkocha checkpost Kanak ambush devices") == {1}
    polls.article_ids(db, 2)
    stories.split(db, 1, [2], by="amna", at=NOON + HOUR)
    assert found_by("Khadkocha checkpost levies storm") == {1}
    assert found_by("Kanak ambush devices highway") == {3}


def test_related_stories_are_linked_both_ways_until_merged(db: Connection) -> None:
    for number in (1, 2, 3):
        add(db, number)
    stories.save_related(db, [Related(story=2, other=1, score=0.2), Related(story=1, other=3, score=0.25)], NOON)
    stories.save_related(db, [Related(story=1, other=2, score=0.3)], NOON)
    assert [(one.story, one.headline, one.score) for one in stories.related(db, 1)] == [
        (2, "Title 2", 0.3),
        (3, "Title 3", 0.25),
    ]
    assert [one.story for one in stories.related(db, 3)] == [1]
    stories.merge(db, 1, [2], by="amna", at=NOON)
    assert [one.story for one in stories.related(db, 1)] == [3]
    stories.save_related(db, [], NOON)


def test_forgetting_articles_forgets_their_stories_and_what_they_said(db: Connection) -> None:
    add(db, 1)
    add(db, 2)
    add(db, 3, 2)
    stories.save_reports(db, [(1, 0, [KILLED], [], [])])
    assert reading.forget_unmatched(db, NOON + 2 * MINUTE + timedelta(seconds=1)) == 2
    assert list(db.scalars(select(STORY.c.id))) == [2]
    assert story_of(db, 3) == 2
    assert db.scalar(select(func.count()).select_from(REPORT)) == 0

"""Reading what is owed of a feed that brings very much at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, update

from monitor.digests.floods import Outline, floods_in
from monitor.model import Severity
from monitor.rules.ruleset import Subscription
from monitor.store import Store, floods
from monitor.store.tables import ARTICLE, MATCH, OWED
from tests.builders import NOON, subscription

MINUTE = timedelta(minutes=1)
BLANK = dict.fromkeys(("text", "url", "author", "section", "content_hash", "reason"), "")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path}/dateline.db")
    store.prepare()
    yield store
    store.close()


def bring(
    store: Store, numbers: Iterable[int], feed: str = "dawn", *, rule: str = "attacks", offset: int = 0, **more: Any
) -> None:
    """Let a feed's articles be owed to the desk; each is of a story ``offset`` lower than its number."""
    with store.writing() as db:
        for number in numbers:
            values = {
                "id": number,
                "feed": feed,
                "source": feed.title(),
                "title": f"Title {number}",
                "link": f"/{number}",
            }
            story = number - offset
            db.execute(insert(ARTICLE).values(**BLANK | values, story=story, stored_at=NOON, revision=0, owed=True))
            match = {"severity": "high", "score": 2.0, "regions": ["balochistan"], "evidence": [], "points": []}
            at = {"rules_version": "v", "matched_at": NOON, "revision": 0}
            db.execute(insert(MATCH).values(article=number, rule=rule, **match, **at))
            debt = {"subscription": "desk", "article": number, "story": story, "kind": "news", "revision": 0}
            db.execute(insert(OWED).values(**debt | {"severity": "high", "owed_at": NOON} | more))


def read(store: Store, desk: Subscription | None = None, **more: Any) -> list[int]:
    return [one.article.id for one in outlines(store, desk, **more)]


def outlines(store: Store, desk: Subscription | None = None, **more: Any) -> tuple[Outline, ...]:
    with store.reading() as db:
        return floods.outlines(db, desk or subscription(), NOON, above=3, **more)


def test_only_feeds_that_owe_more_than_the_limit_are_read(store: Store) -> None:
    bring(store, range(1, 4))
    bring(store, range(11, 15), "daily")
    found = outlines(store)
    assert [one.article.id for one in found] == [11, 12, 13, 14]
    assert (found[0].feed, found[0].story, found[0].severity, found[0].is_shared) == ("daily", 11, Severity.HIGH, False)
    assert (found[0].article.title, found[0].article.link, found[0].article.source) == ("Title 11", "/11", "Daily")
    assert [(one.rule, one.regions, one.evidence) for one in found[0].matches] == [("attacks", ("balochistan",), ())]
    assert found[0].id == 4
    assert read(store, subscription(id="another")) == []


@pytest.mark.parametrize(
    "change",
    [
        {"digest": "told"},
        {"silence": 1},
        {"owed_at": NOON + MINUTE},
        {"severity": "low"},
        {"kind": "revision"},
    ],
)
def test_what_is_told_kept_back_later_or_an_edit_does_not_count(store: Store, change: dict[str, Any]) -> None:
    bring(store, range(1, 5))
    loud = frozenset({Severity.HIGH})
    assert read(store, severities=loud) == [1, 2, 3, 4]
    with store.writing() as db:
        db.execute(update(OWED).where(OWED.c.article == 4).values(**change))
    assert read(store, severities=loud) == []


def test_a_story_that_was_told_before_is_no_part_of_a_flood(store: Store) -> None:
    bring(store, range(1, 6))
    bring(store, [9], "daily", offset=8, digest="told")
    assert read(store) == [2, 3, 4, 5]


def test_a_story_that_a_calmer_feed_reports_is_shared(store: Store) -> None:
    bring(store, range(1, 6))
    bring(store, [9], "daily", offset=8)
    bring(store, [10], "bbc", offset=8, silence=1)  # of story 2, kept back: nobody will read of it
    assert [one.is_shared for one in outlines(store)] == [True, False, False, False, False]
    # Copies of one flood in another are not.
    bring(store, range(21, 25), "times", offset=20)
    assert [one.is_shared for one in outlines(store)] == [True, *[False] * 4, True, *[False] * 3]
    (first, second), debts = floods_in(outlines(store), {}, {}, limit=2)
    assert (first.feed, first.stories, second.feed, second.stories, len(debts)) == ("dawn", 4, "times", 3, 7)


def test_what_no_rule_takes_any_more_is_told_by_itself(store: Store) -> None:
    bring(store, range(1, 5))
    bring(store, range(11, 15), rule="retired")
    assert read(store) == [1, 2, 3, 4]
    assert read(store, subscription(floor=Severity.CRITICAL)) == []

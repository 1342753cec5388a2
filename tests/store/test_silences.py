"""Silences in the database: made, listed, lifted, and what they keep back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from monitor.errors import StoreError
from monitor.model import Silence, SilenceScope
from monitor.store import Store, life, silences, telling
from monitor.store import stories as stored_stories
from monitor.store.tables import ARTICLE, OWED
from monitor.stories.grouping import Merge
from tests.builders import NOON, subscription

HOUR = timedelta(hours=1)
BLANK = dict.fromkeys(("text", "link", "url", "author", "section", "content_hash", "reason"), "")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Stories 1, 2 and 3, of an article each; desk is owed them all, the other subscription the first."""
    store = Store(f"sqlite:///{tmp_path}/dateline.db")
    store.prepare()
    with store.writing() as db:
        for number in (1, 2, 3):
            row = {"id": number, "feed": "dawn", "source": "Dawn", "title": f"Headline {number}", "story": number}
            db.execute(insert(ARTICLE).values(**BLANK | row, stored_at=NOON, revision=0, owed=True))
        stored_stories.save_stories(db, [1, 2, 3], [], NOON)
        for number, (who, story) in enumerate([("desk", 1), ("desk", 2), ("desk", 3), ("other", 1)], start=1):
            debt = {"id": number, "subscription": who, "article": story, "story": story, "kind": "news", "revision": 0}
            db.execute(insert(OWED).values(**debt, severity="high", owed_at=NOON))
    yield store
    store.close()


def add(store: Store, scope: SilenceScope = "story", target: str = "1", **more: Any) -> Silence:
    values: dict[str, Any] = {"author": "Amna", "comment": "exercise", "now": NOON, "ends_at": NOON + HOUR} | more
    with store.writing() as db:
        return silences.add(db, scope, target, **values)


def targets(store: Store, hours: float = 0.5, **more: bool) -> list[str]:
    with store.reading() as db:
        return [one.target for one in silences.listed(db, NOON + hours * HOUR, **more)]


def owed(store: Store, who: str = "desk") -> list[int]:
    with store.reading() as db:
        return [one.id for one in telling.open_debts(db, subscription(id=who), NOON + 9 * HOUR)]


def test_what_was_added_is_listed_until_it_ends_those_that_end_first_first(store: Store) -> None:
    made = add(store, "rule", "attacks", ends_at=NOON + 2 * HOUR)
    assert made == Silence(
        id=1,
        scope="rule",
        target="attacks",
        author="Amna",
        comment="exercise",
        created_at=NOON,
        ends_at=NOON + 2 * HOUR,
    )
    add(store, "feed", "dawn")
    assert targets(store) == ["dawn", "attacks"]
    assert targets(store, hours=1) == ["attacks"]
    assert targets(store, hours=2) == []
    assert targets(store, hours=2, holding_only=False) == ["dawn", "attacks"]
    with store.reading() as db:
        assert silences.find(db, 1) == made
        assert silences.find(db, 3) is None


def test_what_is_kept_back_is_counted_and_not_open(store: Store) -> None:
    add(store)
    with store.writing() as db:
        silences.mute(db, {1: [1, 4], 2: [2]})
    assert (owed(store), owed(store, "other")) == ([3], [])
    with store.reading() as db:
        assert silences.kept_back(db) == {1: 1, 2: 1}  # one article, owed to two
        assert silences.kept_back(db, "desk") == {1: 1, 2: 1}
        assert silences.kept_back(db, "other") == {1: 1}
        told = life.life_of(db, 1)
        assert told is not None
        assert [one.silence and one.silence.author for one in told.owed] == ["Amna", "Amna"]


def test_lifted_early_it_owes_what_it_kept_back_anew(store: Store) -> None:
    add(store)
    later = NOON + HOUR / 2
    with store.writing() as db:
        silences.mute(db, {1: [1, 4], 7: [2]})
        silences.lift(db, 1, later)
    assert (owed(store), owed(store, "other")) == ([1, 3], [4])
    assert targets(store, hours=0.6) == []
    with store.reading() as db:
        assert db.scalar(select(OWED.c.owed_at).where(OWED.c.id == 1)) == later
        (found,) = silences.listed(db, later, holding_only=False)
        assert found.lifted_at == later


def test_ended_by_itself_it_keeps_what_it_kept_back(store: Store) -> None:
    add(store)
    with store.writing() as db:
        silences.mute(db, {1: [1]})
        with pytest.raises(StoreError, match="silence 1 is over already"):
            silences.lift(db, 1, NOON + HOUR)
    assert owed(store) == [2, 3]


def test_what_is_not_there_or_was_lifted_cannot_be_lifted(store: Store) -> None:
    add(store)
    with store.writing() as db:
        silences.lift(db, 1, NOON)
        with pytest.raises(StoreError, match="silence 1 is over already"):
            silences.lift(db, 1, NOON)
        with pytest.raises(StoreError, match="there is no silence 2"):
            silences.lift(db, 2, NOON)


def test_a_silenced_story_is_followed_through_merges(store: Store) -> None:
    add(store, target="3")
    add(store, target="2", ends_at=NOON + 2 * HOUR)
    assert targets(store) == ["3", "2"]
    with store.writing() as db:
        stored_stories.merge(db, 2, [3], by="amna", at=NOON)
    assert targets(store) == ["2", "2"]
    with store.writing() as db:
        stored_stories.merge(db, 1, [2], by="amna", at=NOON)
    assert targets(store) == ["1", "1"]


def test_a_silenced_story_that_dateline_merged_into_another_takes_nothing_along(store: Store) -> None:
    add(store, target="3")
    with store.writing() as db:
        stored_stories.save_merges(db, [Merge(into=2, story=3, score=2.0, reason="alike")], NOON)
    assert targets(store) == ["3"]


def test_headlines_are_those_of_silenced_stories_that_a_subscription_was_owed(store: Store) -> None:
    add(store, target="1")
    add(store, target="2")
    add(store, "rule", "attacks")
    with store.reading() as db:
        found = silences.listed(db, NOON)
        assert silences.headlines(db, found) == {1: "Headline 1", 2: "Headline 2"}
        assert silences.headlines(db, found, "other") == {1: "Headline 1"}
        assert silences.headlines(db, found, "nobody") == {}
        assert silences.headlines(db, found[2:], "desk") == {}

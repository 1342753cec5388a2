"""Who is owed what when an article or an edit is stored."""

from datetime import datetime, timedelta

import pytest

from monitor.digests.owing import debts_of_new, debts_of_revision, entries_of_the_past, too_old, wanted
from monitor.model import Entry, Feed, Severity
from tests.builders import NOON, match, stored, subscription

ALERTS = subscription(id="alerts", floor=Severity.HIGH)
DAILY = subscription(id="daily", rules=frozenset({"attacks", "floods"}))
LOW, HIGH = match(severity=Severity.LOW), match(severity=Severity.HIGH)
FLOOD = match("floods", severity=Severity.CRITICAL)


def test_matches_are_taken_by_rule_and_floor_strongest_first() -> None:
    assert wanted(ALERTS, [LOW, FLOOD]) == ()
    assert wanted(DAILY, [LOW, FLOOD]) == (FLOOD, LOW)
    better = match(score=9.0, severity=Severity.LOW)
    assert wanted(DAILY, [LOW, better]) == (better, LOW)


def test_a_new_article_is_owed_once_to_each_subscription_that_takes_a_match() -> None:
    debts = debts_of_new([ALERTS, DAILY], 7, 3, [HIGH, FLOOD])
    assert [(one.subscription, one.article, one.story, one.kind, one.severity) for one in debts] == [
        ("alerts", 7, 3, "news", Severity.HIGH),
        ("daily", 7, 3, "news", Severity.CRITICAL),
    ]
    assert debts_of_new([ALERTS], 7, 7, [LOW]) == []


@pytest.mark.parametrize(
    ("matches", "matched_before", "told", "expected"),
    [
        pytest.param([HIGH], set(), set(), [("alerts", "news"), ("daily", "news")], id="matches for the first time"),
        pytest.param([HIGH], {"attacks"}, set(), [], id="matched before, owed to nobody: a feed's past"),
        pytest.param([HIGH], {"attacks"}, {"daily"}, [("daily", "revision")], id="owed before"),
        pytest.param([], {"attacks"}, {"daily"}, [("daily", "revision")], id="edited until it matches no more"),
        pytest.param([LOW, FLOOD], {"attacks"}, {"alerts"}, [("alerts", "revision"), ("daily", "news")], id="one each"),
    ],
)
def test_an_edit(matches: list[object], matched_before: set[str], told: set[str], expected: list[object]) -> None:
    article = stored(7, revision=2)
    debts = debts_of_revision(
        [ALERTS, DAILY],
        article,
        matches,  # type: ignore[arg-type]
        matched_before=matched_before,
        told=told,
        untold=(),
    )
    assert [(one.subscription, one.kind) for one in debts] == expected
    assert all(one.revision == 2 for one in debts)


def test_an_edit_before_the_first_telling_owes_nothing_more() -> None:
    debts = debts_of_revision([ALERTS, DAILY], stored(7), [HIGH], matched_before=(), told=["daily"], untold=["alerts"])
    assert [(one.subscription, one.kind) for one in debts] == [("daily", "revision")]


def entries(*days: int | None) -> list[Entry]:
    return [
        Entry(guid=None, link=None, title=str(day), text="", published_at=None if day is None else at(day))
        for day in days
    ]


def at(day: int) -> datetime:
    return NOON - timedelta(days=day)


@pytest.mark.parametrize(
    ("first_poll", "listed", "past"),
    [
        (0, entries(3, 1, 2), {0, 1, 2}),
        (1, entries(3, 1, 2), {0, 2}),
        (2, entries(None, 5, None), {2}),
        (9, entries(1, 2), set()),
    ],
)
def test_a_new_feeds_past_is_owed_to_nobody(first_poll: int, listed: list[Entry], past: set[int]) -> None:
    feed = Feed(id="f", url="https://e.org", name="F", first_poll=first_poll)
    assert entries_of_the_past(feed, listed, first_poll=True, since=None, now=NOON) == past
    assert entries_of_the_past(feed, listed, first_poll=False, since=None, now=NOON) == set()


def test_what_a_moved_feed_dates_after_its_last_poll_is_no_past() -> None:
    feed = Feed(id="f", url="https://e.org", name="F")
    assert entries_of_the_past(feed, entries(3, 1, None), first_poll=True, since=at(2), now=NOON) == {0, 2}


def test_old_items_are_owed_to_nobody() -> None:
    feed = Feed(id="f", url="https://e.org", name="F", max_age=timedelta(days=7))
    assert entries_of_the_past(feed, entries(8, 7, None), first_poll=False, since=None, now=NOON) == {0}
    assert not too_old(feed, None, NOON)

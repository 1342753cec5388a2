"""Which of what is owed is told as a flood, and what stays a story of its own."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from monitor.digests.floods import EXAMPLES, Outline, floods_in
from monitor.model import ArticleRef, Severity
from tests.builders import match

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
RULES, FEEDS = {"attacks": "Armed attacks"}, {"dawn": "Dawn"}


def outline(
    number: int, feed: str = "dawn", rule: str = "attacks", *, copy_of: int | None = None, **more: Any
) -> Outline:
    reference = ArticleRef(
        id=number, title=f"Title {number}", link="", source=feed, published_at=None, duplicate_of=copy_of
    )
    values: dict[str, Any] = {
        "id": 1000 + number,
        "story": number,
        "feed": feed,
        "severity": Severity.MEDIUM,
        "owed_at": NOON,
        "matches": (match(rule),),
        "article": reference,
    }
    return Outline(**values | more)


def many(count: int, first: int = 1, **more: Any) -> list[Outline]:
    return [outline(number, **more) for number in range(first, first + count)]


def test_up_to_the_limit_every_story_is_told() -> None:
    assert floods_in(many(50), RULES, FEEDS) == ([], set())


def test_above_it_one_line_tells_of_all() -> None:
    outlines = [*many(50), outline(51, severity=Severity.CRITICAL), outline(52, story=51, copy_of=51)]
    (flood,), debts = floods_in(outlines, RULES, FEEDS)
    assert (flood.rule, flood.name, flood.feed, flood.source) == ("attacks", "Armed attacks", "dawn", "Dawn")
    assert (flood.severity, flood.stories, flood.articles) == (Severity.CRITICAL, 51, 52)
    assert debts == {one.id for one in outlines}
    assert [one.id for one in flood.examples] == [51, *range(50, 50 - EXAMPLES + 1, -1)]


def test_examples_are_originals_where_there_are_any() -> None:
    (flood,), _ = floods_in([outline(1), outline(2, story=1, copy_of=1), *many(2, 3)], RULES, FEEDS, limit=2)
    assert [one.id for one in flood.examples] == [4, 3, 1]


def test_each_feed_and_each_rule_is_counted_by_itself() -> None:
    outlines = [*many(3), *many(3, 11, rule="quakes", severity=Severity.HIGH), *many(3, 21, feed="daily")]
    assert floods_in(outlines, RULES, FEEDS, limit=3) == ([], set())
    floods, debts = floods_in([*outlines, outline(14, rule="quakes")], RULES, FEEDS, limit=3)
    assert [(one.feed, one.name, one.source, one.stories) for one in floods] == [("dawn", "quakes", "Dawn", 4)]
    assert debts == {1011, 1012, 1013, 1014}
    floods, _ = floods_in(outlines, RULES, FEEDS, limit=2)
    assert [(one.rule, one.feed) for one in floods] == [("quakes", "dawn"), ("attacks", "daily"), ("attacks", "dawn")]


def test_articles_of_one_story_are_one() -> None:
    assert floods_in([outline(number, story=1) for number in range(60)], RULES, FEEDS) == ([], set())


def test_a_story_that_somebody_else_reports_stays_one() -> None:
    outlines = [*many(3), outline(4, is_shared=True), outline(5, story=4)]
    (flood,), debts = floods_in(outlines, RULES, FEEDS, limit=2)
    assert (flood.stories, debts) == (3, {1001, 1002, 1003})
    assert floods_in(outlines, RULES, FEEDS, limit=3) == ([], set())


def test_a_story_of_which_another_rule_is_no_flood_stays_one_and_may_end_the_flood() -> None:
    outlines = [*many(3), outline(4, rule="quakes", story=1)]
    assert floods_in(outlines, RULES, FEEDS, limit=2) == ([], set())
    (flood,), debts = floods_in([*outlines, outline(5)], RULES, FEEDS, limit=2)
    assert (flood.stories, debts) == (3, {1002, 1003, 1005})


def test_two_feeds_that_flood_with_the_same_stories_are_two_floods() -> None:
    outlines = [*many(4), *(outline(10 + number, "daily", story=number) for number in range(1, 5))]
    floods, debts = floods_in(outlines, RULES, FEEDS, limit=3)
    assert [(one.feed, one.source, one.stories, one.articles) for one in floods] == [
        ("daily", "daily", 4, 4),
        ("dawn", "Dawn", 4, 4),
    ]
    assert len(debts) == 8


written = st.lists(
    st.tuples(st.integers(1, 12), st.sampled_from("ab"), st.sampled_from("xy"), st.booleans()), max_size=30
)


@given(written, st.integers(1, 4))
def test_a_flood_is_above_the_limit_and_takes_stories_whole(
    chosen: list[tuple[int, str, str, bool]], limit: int
) -> None:
    outlines = [
        outline(number, feed, rule, story=story, is_shared=shared and story == 1)
        for number, (story, feed, rule, shared) in enumerate(chosen)
    ]
    floods, debts = floods_in(outlines, RULES, FEEDS, limit)
    taken = {one.story for one in outlines if one.id in debts}
    assert {one.id for one in outlines if one.story in taken} == debts
    assert not taken & {one.story for one in outlines if one.is_shared}
    assert all(one.stories > limit for one in floods)
    assert Counter((one.feed, one.matches[0].rule) for one in outlines if one.id in debts) == {
        (one.feed, one.rule): one.articles for one in floods
    }


def test_where_each_flood_lives_on_the_next_there_is_none_in_the_end() -> None:
    chain = [
        outline(2 * number + side, feed=f"f{number + side}", story=number)
        for number in range(1, 200)
        for side in (0, 1)
    ]
    assert floods_in(chain, RULES, FEEDS, limit=1)[0] == []


def test_the_gravest_of_a_flood_may_be_left_to_be_told_by_themselves() -> None:
    outlines = [*many(149), outline(150, severity=Severity.CRITICAL)]
    (flood,), debts = floods_in(outlines, RULES, FEEDS, limit=100, keep=100)
    assert (flood.stories, len(debts)) == (50, 50)
    assert 1150 not in debts
    assert debts == {1000 + number for number in range(1, 51)}, "the newest stay, after the gravest"

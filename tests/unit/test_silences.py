"""What silences keep back, and how a digest says that they hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.digests.floods import Outline
from monitor.digests.owing import Owed
from monitor.digests.silences import hear, holds, lines
from monitor.model import ArticleRef, Feed, Match, Severity, Silence, SilenceScope
from monitor.rules.ruleset import Region, Rule
from tests.builders import NOON, article, match, owed, rule_set, stored, subscription

HOUR = timedelta(hours=1)


def silence(scope: SilenceScope, target: str, number: int = 1, **more: Any) -> Silence:
    values: dict[str, Any] = {
        "id": number,
        "scope": scope,
        "target": target,
        "author": "Amna",
        "comment": "planned exercise",
        "created_at": NOON - HOUR,
        "ends_at": NOON + HOUR,
    }
    return Silence(**values | more)


def debt(number: int = 1, *matches: Match, story: int = 7, feed: str = "dawn", **more: Any) -> Owed:
    told = article(feed=feed)
    return owed(number, article=stored(number, story=story, article=told), matches=matches or (match(),), **more)


@pytest.mark.parametrize(
    ("one", "now", "expected"),
    [
        (silence("feed", "dawn"), NOON - HOUR, True),
        (silence("feed", "dawn"), NOON - HOUR - timedelta(seconds=1), False),
        (silence("feed", "dawn"), NOON + HOUR, False),
        (silence("feed", "dawn", lifted_at=NOON), NOON, False),
        (silence("feed", "dawn", lifted_at=NOON), NOON - timedelta(seconds=1), True),
    ],
)
def test_a_silence_holds_from_when_it_was_made_until_it_ends_or_is_lifted(
    one: Silence, now: datetime, expected: bool
) -> None:
    assert holds(one, now) is expected
    heard = hear([debt()], [one], now)
    assert (heard.muted, heard.owed) == ({1: (debt(),)}, ()) if expected else ({}, (debt(),))


SEA = match("floods", regions=("sindh",), severity=Severity.LOW)
BOTH = match("border", regions=("balochistan", "sindh"), severity=Severity.CRITICAL)
NOWHERE = match("trade", regions=())


@pytest.mark.parametrize(
    ("matches", "silences", "left"),
    [
        ([match()], [silence("story", "7")], None),
        ([match()], [silence("story", "70")], ["attacks"]),
        ([match()], [silence("feed", "dawn")], None),
        ([match()], [silence("feed", "daily")], ["attacks"]),
        ([match()], [silence("rule", "attacks")], None),
        ([match(), SEA], [silence("rule", "attacks")], ["floods"]),
        ([match(), SEA], [silence("rule", "attacks"), silence("rule", "floods", 2)], None),
        ([match(), SEA], [silence("rule", "attacks"), silence("region", "sindh", 2)], None),
        ([match()], [silence("region", "balochistan")], None),
        ([BOTH], [silence("region", "balochistan")], ["border"]),
        ([BOTH], [silence("region", "balochistan"), silence("region", "sindh", 2)], None),
        ([BOTH, match()], [silence("region", "balochistan")], ["border"]),
        ([NOWHERE], [silence("region", "balochistan")], ["trade"]),
        # A target of one kind is none of another.
        ([match("dawn")], [silence("feed", "attacks"), silence("region", "dawn", 2)], ["dawn"]),
    ],
)  # fmt: skip
def test_a_debt_stays_as_long_as_one_of_its_matches_does(
    matches: list[Match], silences: list[Silence], left: list[str] | None
) -> None:
    one = debt(1, *matches)
    heard = hear([one], silences, NOON)
    assert [[each.rule for each in other.matches] for other in heard.owed] == ([] if left is None else [left])
    assert heard.muted == ({1: (one,)} if left is None else {})


def test_what_loses_its_gravest_match_is_less_grave() -> None:
    one = debt(1, match(severity=Severity.CRITICAL), SEA, severity=Severity.CRITICAL)
    (left,) = hear([one], [silence("rule", "attacks")], NOON).owed
    assert (left.severity, left.matches) == (Severity.LOW, (SEA,))
    # It was owed as less grave than a match of today's rules.
    (left,) = hear([replace(one, severity=Severity.LOW)], [silence("rule", "floods")], NOON).owed
    assert (left.severity, len(left.matches)) == (Severity.LOW, 1)


def test_what_has_no_match_any_more_is_silenced_by_its_story_or_feed_alone() -> None:
    one = replace(debt(), matches=())
    assert hear([one], [silence("rule", "attacks")], NOON).owed == (one,)
    assert hear([one], [silence("story", "7")], NOON).muted == {1: (one,)}


def test_of_two_silences_of_the_same_the_one_that_ends_last_counts() -> None:
    longer = silence("feed", "dawn", 1, ends_at=NOON + 2 * HOUR)
    assert hear([debt()], [longer, silence("feed", "dawn", 2)], NOON).muted == {1: (debt(),)}


def test_outlines_are_silenced_likewise() -> None:
    reference = ArticleRef(id=1, title="Blast", link="", source="Dawn", published_at=None, duplicate_of=None)
    values = {"id": 4, "story": 7, "feed": "dawn", "severity": Severity.HIGH, "owed_at": NOON}
    one = Outline(**values, matches=(match(),), article=reference)  # type: ignore[arg-type]
    assert hear([one], [silence("rule", "attacks")], NOON).muted == {1: (one,)}


scopes: dict[SilenceScope, tuple[str, ...]] = {
    "story": ("1", "2"),
    "feed": ("dawn", "daily"),
    "rule": ("attacks", "floods"),
    "region": ("balochistan", "sindh"),
}
silence_lists = st.lists(
    st.sampled_from([(scope, target) for scope, targets in scopes.items() for target in targets]), max_size=4
)
debt_lists = st.lists(
    st.tuples(
        st.integers(1, 3),
        st.sampled_from(["dawn", "daily", "bbc"]),
        st.lists(st.sampled_from([match(), SEA, BOTH, NOWHERE]), max_size=3, unique_by=lambda one: one.rule),
    ),
    max_size=6,
)


@given(debt_lists, silence_lists)
def test_each_debt_is_either_told_or_kept_back_by_one_silence(
    written: list[tuple[int, str, list[Match]]], chosen: list[tuple[SilenceScope, str]]
) -> None:
    debts = [
        replace(debt(number, story=story, feed=feed), matches=tuple(matches))
        for number, (story, feed, matches) in enumerate(written)
    ]
    silences = [silence(scope, target, number) for number, (scope, target) in enumerate(chosen)]
    heard = hear(debts, silences, NOON)
    muted = [one.id for members in heard.muted.values() for one in members]
    assert sorted(muted + [one.id for one in heard.owed]) == [one.id for one in debts]
    assert heard.muted.keys() <= {one.id for one in silences}
    for one in heard.owed:
        assert not {("story", str(one.story)), ("feed", one.feed)} & set(chosen)
        assert not {("rule", each.rule) for each in one.matches} & set(chosen)


# --- in words ---

RULES = rule_set(
    feeds={"dawn": Feed(id="dawn", url="https://dawn.example/rss", name="Dawn")},
    rules={
        "attacks": Rule(id="attacks", name="Armed attacks", where=("balochistan",)),
        "floods": Rule(id="floods", name="Floods", where=("sindh",)),
    },
    regions={one: Region(id=one, name=one.title()) for one in ("balochistan", "sindh")},
)
DESK = subscription(timezone="Asia/Karachi", rules=frozenset({"attacks", "retired"}))
UNTIL: dict[str, Any] = {"ends_at": datetime(2026, 11, 24, 13, tzinfo=UTC)}


NONE: dict[int, Any] = {}


def said(*silences: Silence, kept_back: dict[int, int] = NONE, headlines: dict[int, str] = NONE) -> tuple[str, ...]:
    return lines(silences, kept_back, headlines, RULES, DESK)


def test_a_line_says_what_until_when_by_whom_why_and_how_much() -> None:
    one = silence("story", "7", **UNTIL)
    assert said(one, kept_back={1: 4}, headlines={7: "Gunmen storm checkpoint"}) == (
        "Story “Gunmen storm checkpoint” until Tue 24 Nov 18:00, by Amna: planned exercise (4 articles kept back)",
    )
    assert said(silence("rule", "attacks", **UNTIL)) == (
        "Rule “Armed attacks” until Tue 24 Nov 18:00, by Amna: planned exercise",
    )
    assert said(silence("region", "balochistan", **UNTIL), kept_back={1: 1}) == (
        "Region “Balochistan” until Tue 24 Nov 18:00, by Amna: planned exercise (1 article kept back)",
    )
    assert said(silence("feed", "dawn", **UNTIL))[0].startswith("Feed “Dawn” until ")
    assert (
        " until Wed 24 Nov 2027 18:00, " in said(silence("feed", "dawn", ends_at=UNTIL["ends_at"] + 365 * 24 * HOUR))[0]
    )


@pytest.mark.parametrize(
    ("scope", "target"),
    [("story", "7"), ("rule", "floods"), ("rule", "retired"), ("region", "sindh"), ("region", "x"), ("feed", "gone")],
)
def test_what_does_not_concern_a_subscription_is_left_out(scope: SilenceScope, target: str) -> None:
    assert said(silence(scope, target), headlines={8: "Another story"}) == ()


def test_lines_come_in_the_order_in_which_silences_end() -> None:
    found = said(silence("feed", "dawn", ends_at=NOON + 2 * HOUR), silence("rule", "attacks", 2))
    assert [line.split(" ")[0] for line in found] == ["Rule", "Feed"]


def test_words_of_others_stay_on_their_line() -> None:
    one = silence("story", "7", author="A\nB", comment="c\u202e" + "d " * 200)
    (line,) = said(one, headlines={7: "حملے\n" + "word " * 80})
    assert "\n" not in line and "\u202e" not in line
    assert "word…\u2069” until" in line or "word…” until" in line
    assert len(line) < 400

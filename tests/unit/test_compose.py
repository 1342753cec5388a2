"""From debts to a digest: what is due, in which order, saying what."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.digests.compose import (
    GIST_LENGTH,
    NO_REGION,
    compose,
    coverage,
    gist,
)
from monitor.digests.owing import Owed
from monitor.digests.timing import Immediately, parse_when
from monitor.model import Coverage, Digest, Feed, FeedHealth, FeedState, Severity, Window
from monitor.rules.ruleset import Region
from monitor.text.lines import shorten
from monitor.text.sentences import sentences
from tests.builders import NOON, article, files_of, match, owed, rule_set, stored, subscription

MINUTE = timedelta(minutes=1)
ALERTS = subscription()
WINDOW = Window(from_at=NOON - timedelta(hours=5), to_at=NOON)
NOTHING_SEEN = Coverage(checked=0, failed=(), quiet=())


def digest_of(*debts: Owed, **more: object) -> Digest:
    return compose(
        ALERTS, rule_set(ALERTS, **more), debts, files_of(*debts), window=WINDOW, coverage=NOTHING_SEEN, reason="test"
    )


# --- what it says ---


def test_one_story_says_where_and_why() -> None:
    digest = digest_of(owed())
    (story,) = digest.stories
    assert (digest.id, digest.kind, digest.reason) == ("desk-20261122T120000Z", "alert", "test")
    assert (digest.regions[0].code, digest.regions[0].name) == ("balochistan", "Balochistan")
    assert story.headline == "Militants attack a police post in Mastung"
    assert story.where == ("Mastung",)
    assert [change.kind for change in story.changes] == ["new_story"]
    assert (story.why[0].rule, story.why[0].name) == ("attacks", "Armed attacks")
    assert "Mastung" in story.why[0].text
    assert story.origins == 1


def test_a_scheduled_subscription_makes_a_digest() -> None:
    daily = subscription(schedule=parse_when("07:00"), template="digest")
    digest = compose(daily, rule_set(daily), [], {}, window=WINDOW, coverage=NOTHING_SEEN, reason="due")
    assert (digest.kind, digest.regions, digest.stories) == ("digest", (), ())


def test_copies_stand_under_their_original_and_count_once() -> None:
    copy = owed(2, article=stored(2, story=1, duplicate_of=1, article=article(source="Daily")))
    (story,) = digest_of(copy, owed(1)).stories
    assert ([one.id for one in story.articles], story.origins) == ([1, 2], 1)
    assert story.articles[1].duplicate_of == 1


def test_a_copy_of_a_told_story_is_said_as_such() -> None:
    copy = owed(2, article=stored(2, story=1, duplicate_of=1, article=article(source="Daily")), story_told=True)
    (story,) = digest_of(copy).stories
    assert [(change.kind, change.text) for change in story.changes] == [("origins", "The same text appeared in Daily")]


def test_an_edit_is_told_as_a_change() -> None:
    edited = stored(1, article=article("12 killed in Mastung"), revision=1, revised_at=NOON + MINUTE)
    edit = owed(9, article=edited, kind="revision", story_told=True)
    (story,) = digest_of(edit).stories
    assert [(change.kind, change.text) for change in story.changes] == [
        ("revision", "The article of Dawn that you were sent at 10:00 was edited")
    ]
    assert story.updated_at == NOON + MINUTE


def test_an_article_owed_as_news_and_as_edit_is_listed_once() -> None:
    edit = owed(9, article=stored(1, revision=1), kind="revision", story_told=False)
    (story,) = digest_of(owed(1), edit).stories
    assert [one.id for one in story.articles] == [1]
    assert [change.kind for change in story.changes] == ["new_story"]


def test_regions_and_stories_come_gravest_first_and_no_region_last() -> None:
    far = match(regions=("sindh",), severity=Severity.CRITICAL)
    nowhere = match("floods", regions=(), severity=Severity.CRITICAL)
    gone = match("retired-rule", regions=("retired-region",), severity=Severity.LOW)
    regions = {name: Region(id=name, name=name.title()) for name in ("balochistan", "sindh")}
    digest = digest_of(
        owed(1, severity=Severity.LOW),
        owed(2),
        owed(3, matches=(far,), severity=Severity.CRITICAL),
        owed(4, matches=(nowhere,), severity=Severity.CRITICAL),
        owed(5, matches=(gone,), severity=Severity.LOW),
        regions=regions,
    )
    assert [(one.code, one.name) for one in digest.regions] == [
        ("sindh", "Sindh"),
        ("balochistan", "Balochistan"),
        ("retired-region", "retired-region"),
        (None, NO_REGION),
    ]
    assert [story.id for story in digest.regions[1].stories] == [2, 1]


def test_each_rule_is_explained_once_by_its_strongest_match() -> None:
    strong = owed(2, article=stored(2, story=1), matches=(match(score=9.0),))
    weak = owed(3, article=stored(3, story=1), matches=(match(score=2.0),))
    (story,) = digest_of(owed(1), strong, weak).stories
    assert [why.score for why in story.why] == [9.0]


TITLE = "Blast in Quetta"
LONG = "Officials said the road was closed for many hours after the blast near the bus stand. "


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("Blast in Quetta. Two people were hurt.", "Two people were hurt."),
        ("One. Two.\n\nThree.", "One. Two. Three."),
        ("پہلا جملہ۔ دوسرا جملہ۔", "پہلا جملہ۔ دوسرا جملہ۔"),
        (LONG * 4, (LONG * 3).strip()),
        (LONG * 4 + "\n\nNext paragraph.", (LONG * 3).strip()),
        ("The U.S. officials met Gen. Khan. He left.", "The U.S. officials met Gen. Khan. He left."),
    ],
)
def test_the_gist_quotes_opening_sentences(text: str, expected: str) -> None:
    assert gist(TITLE, text) == expected


def test_a_sentence_that_is_too_long_is_cut_at_a_word() -> None:
    cut = gist(TITLE, "word " * 200)
    assert len(cut) <= GIST_LENGTH and cut.endswith("word…")


def test_shorten_cuts_inside_a_word_rather_than_too_early() -> None:
    assert shorten("a " + "b" * 50, 20) == "a " + "b" * 17 + "…"
    assert shorten("short", 20) == "short"


@given(st.text(max_size=200))
def test_sentences_lose_no_words(text: str) -> None:
    def letters(words: str) -> str:
        return "".join(character for character in words if character.isalnum())

    assert letters("".join(sentences(text))) == letters(text)


# --- coverage ---


def state(feed: str, **more: object) -> FeedState:
    return FeedState(feed=feed, url="https://e.org", **more)  # type: ignore[arg-type]


def test_coverage_says_who_was_read_who_fails_and_who_is_quiet() -> None:
    feeds = {name: Feed(id=name, url="https://e.org", name=name.title()) for name in ("a", "b", "c", "d")}
    states = [
        state("a", last_success_at=NOON),
        state("b", last_success_at=WINDOW.from_at),
        state("c", health=FeedHealth.FAILING, failing_since=NOON, error="answered 500"),
        state("d", last_success_at=NOON, quiet_since=NOON - MINUTE),
        state("removed", last_success_at=NOON, health=FeedHealth.GONE),
    ]
    seen = coverage(feeds, states, WINDOW)
    assert seen.checked == 2
    assert [(one.feed, one.name, one.error, one.since_at) for one in seen.failed] == [("c", "C", "answered 500", NOON)]
    assert [(one.feed, one.since_at) for one in seen.quiet] == [("d", NOON - MINUTE)]
    assert coverage(feeds, [replace(states[2], error=None)], WINDOW).failed[0].error == ""


def test_immediate_schedules_have_no_clock() -> None:
    assert isinstance(ALERTS.schedule, Immediately)

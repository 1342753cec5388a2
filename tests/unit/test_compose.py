"""From debts to a digest: what is due, in which order, saying what."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.digests.compose import (
    GIST_LENGTH,
    NO_REGION,
    alert_due,
    compose,
    coverage,
    gist,
    preview_window,
    window_due,
)
from monitor.digests.owing import Owed
from monitor.digests.timing import Clock, Immediately, parse_when
from monitor.model import Coverage, Digest, Feed, FeedHealth, FeedState, Quiet, Severity, Window
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


# --- what is due ---


def test_alerts_wait_for_their_bundle() -> None:
    first, second = owed(1), owed(2, owed_at=NOON + MINUTE / 2)
    assert alert_due(ALERTS, [first, second], NOON + MINUTE - timedelta(seconds=1), bundle=MINUTE) == ()
    assert alert_due(ALERTS, [first, second], NOON + MINUTE, bundle=MINUTE) == (first, second)
    assert alert_due(ALERTS, [first], NOON, bundle=timedelta(0)) == (first,)


def test_copies_and_edits_of_told_stories_ride_along_but_bring_no_alert() -> None:
    copy, edit = owed(1, story_told=True), owed(2, kind="revision", story_told=True)
    assert alert_due(ALERTS, [copy, edit], NOON + MINUTE, bundle=MINUTE) == ()
    assert len(alert_due(ALERTS, [copy, edit, owed(3)], NOON + MINUTE, bundle=MINUTE)) == 3


@pytest.mark.parametrize(
    ("clock", "told"),
    [
        ("21:59", {"high", "critical"}),
        ("22:00", {"critical"}),
        ("05:59", {"critical"}),
        ("06:00", {"high", "critical"}),
    ],
)
def test_quiet_hours_let_through_what_they_except(clock: str, told: set[str]) -> None:
    desk = subscription(timezone="Asia/Karachi", quiet=Quiet(start="22:00", end="06:00", except_=Severity.CRITICAL))
    now = datetime.fromisoformat(f"2026-11-22T{clock}+05:00").astimezone(UTC)
    debts = [owed(1, owed_at=now - MINUTE), owed(2, owed_at=now - MINUTE, severity=Severity.CRITICAL)]
    assert {one.severity for one in alert_due(desk, debts, now, bundle=MINUTE)} == told


def test_quiet_hours_without_exception_hold_everything() -> None:
    desk = subscription(quiet=Quiet(start="11:00", end="13:00"))
    assert alert_due(desk, [owed(severity=Severity.CRITICAL)], NOON + MINUTE, bundle=MINUTE) == ()


def clock(text: str) -> Clock:
    schedule = parse_when(text)
    assert isinstance(schedule, Clock)
    return schedule


@pytest.mark.parametrize(
    ("closed", "now", "window"),
    [
        ("06:00", "06:59", None),
        ("06:00", "07:00", ("06:00", "07:00")),
        ("07:00", "16:59", None),
        ("07:00", "17:30", ("07:00", "17:00")),
        ("02:00", "17:30", ("02:00", "17:00")),
    ],
)
def test_windows_end_at_due_times_and_missed_ones_come_as_one(
    closed: str, now: str, window: tuple[str, str] | None
) -> None:
    def at(hour: str) -> datetime:
        return datetime.fromisoformat(f"2026-11-22T{hour}+00:00")

    found = window_due(subscription(), clock("07:00, 17:00"), at(closed), at(now))
    assert found == (window and Window(from_at=at(window[0]), to_at=at(window[1])))


def test_digests_due_in_quiet_hours_fall_into_the_next_window() -> None:
    desk = subscription(quiet=Quiet(start="22:00", end="06:00"))
    midnight = datetime(2026, 11, 22, tzinfo=UTC)
    closed = midnight - timedelta(hours=3)
    assert window_due(desk, clock("every 3h"), closed, midnight + timedelta(hours=4)) is None
    assert window_due(desk, clock("every 3h"), closed, midnight + timedelta(hours=6)) == Window(
        from_at=closed, to_at=midnight + timedelta(hours=6)
    )


@given(minutes=st.lists(st.integers(1, 2000), min_size=1, max_size=20))
def test_windows_follow_each_other_without_gap_or_overlap(minutes: list[int]) -> None:
    desk, now = subscription(timezone="America/New_York"), datetime(2026, 10, 31, 12, tzinfo=UTC)
    closed = now
    for step in minutes:
        now += timedelta(minutes=step)
        window = window_due(desk, clock("07:00, 01:30"), closed, now)
        if window:
            assert (window.from_at, closed < window.to_at <= now) == (closed, True)
            closed = window.to_at


def test_preview_windows() -> None:
    assert preview_window(ALERTS, NOON) == Window(from_at=NOON - timedelta(hours=24), to_at=NOON)
    daily = subscription(schedule=parse_when("07:00"))
    assert preview_window(daily, NOON).from_at == NOON - timedelta(hours=5)
    seven = NOON - timedelta(hours=5)
    assert preview_window(daily, seven) == Window(from_at=seven - timedelta(hours=24), to_at=seven)


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

"""From debts to a digest: what is due, in which order, saying what."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.digests.compose import NO_REGION, compose, coverage
from monitor.digests.owing import Owed, StoryFile, Told
from monitor.digests.timing import Immediately, parse_when
from monitor.model import Coverage, Digest, Evidence, Feed, FeedHealth, FeedState, Flood, Severity, Window
from monitor.rules.ruleset import Region
from monitor.text.lines import shorten
from monitor.text.sentences import sentences
from tests.builders import NOON, article, files_of, match, owed, report, rule_set, stored, subscription
from tests.story_values import figure, spot

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


@pytest.mark.parametrize(
    ("others", "headline"),
    [
        pytest.param([{"number": 2}], "Article 1", id="the earliest"),
        pytest.param([{"number": 2, "stored_at": NOON - MINUTE}], "Article 2", id="the earliest, whatever its number"),
        pytest.param([{"number": 2, "score": 3.0}], "Article 2", id="the strongest match"),
        pytest.param(
            [{"number": 2, "score": 3.0}, {"number": 3, "severity": Severity.CRITICAL}],
            "Article 3",
            id="the gravest match",
        ),
        pytest.param(
            [{"number": 2, "score": 9.0, "duplicate_of": 1}], "Article 1", id="an original before its strongest copy"
        ),
        pytest.param([{"number": 2, "kind": "revision", "score": 9.0}], "Article 1", id="news before an edit"),
        pytest.param(
            [{"number": 2, "matched": False}], "Article 1", id="one that matches before one that does no more"
        ),
    ],
)
def test_the_article_that_shows_a_story_best_leads(others: list[dict[str, Any]], headline: str) -> None:
    (story,) = digest_of(of_one_story(1), *(of_one_story(**other) for other in others)).stories
    assert story.headline == headline == story.articles[0].title
    assert len(story.articles) == 1 + len(others)
    assert story.gist == f"Text of {headline.lower()}."


def of_one_story(
    number: int,
    *,
    kind: Literal["news", "revision"] = "news",
    score: float = 1.0,
    severity: Severity = Severity.HIGH,
    matched: bool = True,
    **more: Any,
) -> Owed:
    words = article(f"Article {number}", text=f"Text of article {number}.")
    matches = (match(score=score, severity=severity),) if matched else ()
    return owed(number, article=stored(number, story=1, article=words, **more), matches=matches, kind=kind)


def test_the_gist_holds_what_the_article_was_matched_for() -> None:
    rain = "The rain went on for most of the week in the hills and along the coast, and more of it is expected."
    text = f"{rain} {rain.replace('week', 'month')} {rain.replace('week', 'year')} Gunmen attacked a post in Mastung."
    low = text.index("attacked")
    seen = (
        Evidence(clause="attack*", field="text", start=low, end=low + 8, text="attacked"),
        Evidence(clause="@balochistan", field="text", start=text.index("Mastung"), end=len(text) - 1, text="Mastung"),
        Evidence(clause="attack*", field="title", start=0, end=5, text="Raids"),
    )
    one = owed(article=stored(article=article("Raids", text=text)), matches=(match(evidence=seen),))
    killed = figure(3, start=low, end=low + 8)
    files = {1: StoryFile(reports=[report(1, figures=(killed,))])}
    digest = compose(
        ALERTS, rule_set(ALERTS), [one], files, window=WINDOW, coverage=NOTHING_SEEN, reason="test", as_of=NOON
    )
    assert digest.stories[0].gist.endswith(" … Gunmen attacked a post in Mastung.")


def test_where_is_said_as_precisely_as_the_reports_do() -> None:
    files = {1: StoryFile(reports=[report(1, places=(spot("Quetta", "lede"), spot("Mastung")))])}
    digest = compose(ALERTS, rule_set(ALERTS), [owed()], files, window=WINDOW, coverage=NOTHING_SEEN, reason="test")
    assert digest.stories[0].where == ("Mastung", "Quetta (Balochistan)")


@pytest.mark.parametrize(
    ("told", "now", "before"),
    [
        ([], Severity.HIGH, None),
        ([Severity.HIGH], Severity.HIGH, None),
        ([Severity.MEDIUM, Severity.LOW], Severity.HIGH, Severity.MEDIUM),
        ([Severity.LOW, Severity.CRITICAL], Severity.HIGH, None),
    ],
)
def test_a_story_that_became_graver_says_what_it_was(
    told: list[Severity], now: Severity, before: Severity | None
) -> None:
    earlier = NOON - 2 * MINUTE
    file = StoryFile(
        reports=[report(number, at=earlier) for number in range(5, 5 + len(told))] + [report(1)],
        told={
            number: Told(sent_at=earlier, until_at=earlier, severity=severity)
            for number, severity in enumerate(told, start=5)
        },
    )
    debts = [owed(severity=now, story_told=bool(told))]
    digest = compose(ALERTS, rule_set(ALERTS), debts, {1: file}, window=WINDOW, coverage=NOTHING_SEEN, reason="test")
    assert (digest.stories[0].severity_before, digest.escalates) == (before, before is not None)
    assert digest.stories[0].first_seen_at == (earlier if told else NOON)


def test_what_is_not_owed_one_by_one_is_told_as_well() -> None:
    flood = Flood(
        rule="attacks",
        name="Armed attacks",
        feed="dawn",
        source="Dawn",
        severity=Severity.HIGH,
        stories=60,
        articles=70,
        examples=(),
    )
    digest = compose(
        ALERTS,
        rule_set(ALERTS),
        [],
        {},
        window=WINDOW,
        coverage=NOTHING_SEEN,
        reason="test",
        silences=["Rule attacks until 18:00"],
        floods=[flood],
        continues="desk-1",
        is_catch_up=True,
    )
    assert (digest.silences, digest.floods) == (("Rule attacks until 18:00",), (flood,))
    assert (digest.continues, digest.is_catch_up) == ("desk-1", True)


def test_each_rule_is_explained_once_by_its_strongest_match() -> None:
    strong = owed(2, article=stored(2, story=1), matches=(match(score=9.0),))
    weak = owed(3, article=stored(3, story=1), matches=(match(score=2.0),))
    (story,) = digest_of(owed(1), strong, weak).stories
    assert [why.score for why in story.why] == [9.0]


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

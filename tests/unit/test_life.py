"""A stored article's life in words: each thing that can have become of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from monitor.cli.life import steps
from monitor.digests.timing import parse_when
from monitor.model import DeliveryState, Quiet, Severity, Silence, Window
from monitor.rules.ruleset import RuleSet
from monitor.store.life import Copy, Life, Matched, Obligation, Revision, Sending, Shown, Told
from tests.builders import NOON, article, rule_set, stored, subscription

MINUTE = timedelta(minutes=1)
GUID = Shown(feed="dawn", key="guid-1", url="https://example.org/a", seen_at=NOON)
MATCH = Matched(rule="attacks", severity=Severity.HIGH, score=6.3, revision=0, rules_version="v1", matched_at=NOON)


PAST = "it lay in its feed before that was watched, or was older than the feed's max_age"
UNSENT = {"sent_at": None, "receipt": None}


def life(**more: Any) -> Life:
    values: dict[str, Any] = {
        "article": stored(1, article=article(url="https://example.org/a")),
        "reason": "not seen before",
        "news": True,
        "shown": (GUID,),
        "copies": (),
        "revisions": (),
        "matches": (MATCH,),
        "owed": (),
        "loaded_at": {"desk": NOON - MINUTE},
    }
    return Life(**values | more)


def obligation(**more: Any) -> Obligation:
    values: dict[str, Any] = {
        "subscription": "desk",
        "kind": "news",
        "revision": 0,
        "severity": Severity.HIGH,
        "owed_at": NOON,
        "story_in": None,
        "told": None,
    }
    return Obligation(**values | more)


def sending(**more: Any) -> Sending:
    values: dict[str, Any] = {
        "id": 1,
        "destination": "slack:#desk",
        "part": 1,
        "parts": 1,
        "state": DeliveryState.SENT,
        "attempts": 1,
        "created_at": NOON + MINUTE,
        "next_attempt_at": None,
        "sent_at": NOON + 2 * MINUTE,
        "receipt": "C1:17.5",
        "error": None,
    }
    return Sending(**values | more)


def told(*deliveries: Sending) -> Told:
    window = Window(from_at=NOON, to_at=NOON + MINUTE)
    return Told(digest="desk-20261122T120100Z", composed_at=NOON + MINUTE, window=window, deliveries=deliveries)


def lines(one: Life, rules: RuleSet | None = None, **more: Any) -> list[str]:
    given = rules or rule_set(subscription())
    return [f"{step.at:%H:%M} {step.stage} {step.text}" for step in steps(one, given, NOON + 5 * MINUTE, **more)]


def line(stage: str, one: Life, rules: RuleSet | None = None, **more: Any) -> str:
    (found,) = (step for step in lines(one, rules, **more) if step[6:].startswith(stage + " "))
    return found


def test_an_alert_from_feed_to_channel() -> None:
    assert lines(life(owed=(obligation(told=told(sending())),))) == [
        "12:00 fetched from dawn: https://example.org/a",
        "12:00 stored as article 1 of story 1: not seen before",
        "12:00 matched attacks: high, score 6.3 (rules v1)",
        "12:00 owed to desk as news, high",
        "12:01 composed in desk-20261122T120100Z",
        "12:02 sent to slack:#desk: C1:17.5",
    ]


def test_edits_copies_and_other_feeds() -> None:
    later = NOON + 3 * MINUTE
    found = lines(
        life(
            article=stored(2, article=article(url="https://example.org/a"), revision=1, duplicate_of=1, story=1),
            reason="the same words as article 1",
            shown=(
                Shown(feed="dawn", key="guid-1", url="https://example.org/a", seen_at=later),
                Shown(feed="daily", key="9", url="https://example.org/a", seen_at=later),
                Shown(feed="dawn", key="guid-2", url="", seen_at=NOON + MINUTE),
            ),
            revisions=(Revision(number=0, title="Before", replaced_at=later),),
            copies=(Copy(article=7, stored_at=NOON), Copy(article=8, stored_at=NOON), Copy(article=9, stored_at=later)),
            matches=(),
        )
    )
    assert found == [
        "12:00 fetched from dawn: https://example.org/a",
        "12:00 stored as article 2 of story 1: the same words as article 1",
        "12:00 copy of article 1",
        "12:00 copied as 2 other articles: 7, 8",
        "12:00 no match by any rule, as the rules were then",
        "12:01 shown by dawn too, as it knows it: guid-2",
        "12:03 shown by daily too, at the same address: 9",
        "12:03 edited revision 1; before: “Before”",
        "12:03 copied as 1 other article: 9",
    ]


def test_of_one_rule_only_its_matches_are_told() -> None:
    assert line("matched", life(), rule="attacks") == "12:00 matched attacks: high, score 6.3 (rules v1)"
    assert line("no match", life(), rule="floods") == "12:00 no match by floods, as the rules were then"
    edit = Matched(rule="a", severity=Severity.LOW, score=1, revision=2, rules_version="v0", matched_at=NOON)
    assert line("matched", life(matches=(edit,))) == "12:00 matched a: low, score 1 (as of revision 2, rules v0)"


def test_a_match_that_an_edit_repeated_is_told_when_both_were_made() -> None:
    edit = NOON + 3 * MINUTE
    one = life(
        article=stored(1, revision=1),
        matches=(replace(MATCH, revision=1),),
        revisions=(Revision(number=0, title="Before", replaced_at=edit),),
    )
    assert [step for step in lines(one) if "matched" in step or "edited" in step] == [
        "12:00 matched attacks for the first time (only its latest match is kept)",
        "12:03 edited revision 1; before: “Before”",
        "12:03 matched attacks: high, score 6.3 (as of revision 1, rules v1)",
    ]
    late = replace(one, matches=(replace(MATCH, revision=1, matched_at=edit),))
    assert [step[:5] for step in lines(late) if "matched" in step] == ["12:03"]


@pytest.mark.parametrize(
    ("one", "desk", "expected"),
    [
        (life(news=False), {}, f"to nobody: {PAST}"),
        (life(), {"floor": Severity.CRITICAL}, "to desk: high is below its floor, critical"),
        (life(loaded_at={"desk": NOON + MINUTE}), {"floor": Severity.CRITICAL}, "to desk: it was not there yet"),
        (
            life(matches=(replace(MATCH, rules_version="v0"),)),
            {"floor": Severity.CRITICAL},
            "to desk, as the rules were then",
        ),
        (life(loaded_at={"desk": NOON + MINUTE}), {}, "to desk: it was not there yet"),
        (life(loaded_at={}), {}, "to desk: it was not there yet"),
        (life(matches=(replace(MATCH, rules_version="v0"),)), {}, "to desk, as the rules were then"),
    ],
)
def test_why_nothing_is_owed(one: Life, desk: dict[str, Any], expected: str) -> None:
    assert line("not owed", one, rule_set(subscription(**desk))) == f"12:00 not owed {expected}"


@pytest.mark.parametrize("desk", [{}, {"rules": frozenset({"floods"})}])
def test_nothing_is_said_where_nothing_is_known(desk: dict[str, Any]) -> None:
    assert not [step for step in lines(life(), rule_set(subscription(**desk))) if "not owed" in step]


@pytest.mark.parametrize(
    ("debt", "desk", "expected"),
    [
        ({}, {}, "its bundle is full at 2026-11-22 12:01 in UTC"),
        ({"kind": "revision", "revision": 1}, {}, "an edit comes with the next alert"),
        ({"story_in": "desk-1"}, {}, "its story was composed in desk-1; it comes with the next alert"),
        (
            {"story_in": "desk-1"},
            {"to": ("slack:#desk",)},
            "its story was composed in desk-1; it goes on in its thread",
        ),
        (
            {},
            {"schedule": parse_when("12:00"), "quiet": Quiet(start="11:00", end="13:00", except_=Severity.CRITICAL)},
            "its next digest, 2026-11-22 13:00 in UTC",
        ),
        (
            {"severity": Severity.CRITICAL},
            {"schedule": parse_when("12:30"), "quiet": Quiet(start="11:00", end="13:00", except_=Severity.CRITICAL)},
            "its next digest, 2026-11-22 12:30 in UTC",
        ),
        (
            {},
            {"quiet": Quiet(start="11:00", end="13:00"), "timezone": "Asia/Karachi"},
            "its bundle is full at 2026-11-22 17:01 in Asia/Karachi",
        ),
        (
            {},
            {"quiet": Quiet(start="16:00", end="06:00"), "timezone": "Asia/Karachi"},
            "held by quiet hours until 2026-11-23 06:00 in Asia/Karachi",
        ),
        ({}, {"schedule": parse_when("07:00, 17:00")}, "its next digest, 2026-11-22 17:00 in UTC"),
        (
            {},
            {"schedule": parse_when("17:00"), "quiet": Quiet(start="16:00", end="18:00")},
            "its next digest, 2026-11-22 18:00 in UTC",
        ),
    ],
)
def test_what_an_open_obligation_waits_for(debt: dict[str, Any], desk: dict[str, Any], expected: str) -> None:
    found = line("waiting", life(owed=(obligation(**debt),)), rule_set(subscription(**desk)))
    assert found == f"12:05 waiting for desk: {expected}"


def test_what_a_silence_keeps_back() -> None:
    muted = Silence(
        id=3,
        scope="story",
        target="1",
        author="Amna",
        comment="planned exercise",
        created_at=NOON,
        ends_at=NOON + MINUTE,
    )
    found = line("kept back", life(owed=(obligation(silence=muted),)))
    assert found == "12:05 kept back from desk by silence 3 (by Amna: planned exercise)"


def test_an_obligation_to_a_digest_that_is_no_more() -> None:
    assert line("waiting", life(owed=(obligation(),)), rule_set()) == (
        "12:05 waiting for desk: the rule files no longer have it"
    )


def test_an_edit_is_owed_as_such() -> None:
    found = line("owed", life(owed=(obligation(kind="revision", revision=2),)))
    assert found == "12:00 owed to desk as an edit (revision 2), high"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"part": 2, "parts": 3, "attempts": 2}, "12:02 sent to slack:#desk, part 2 of 3, 2 attempts: C1:17.5"),
        (
            {"state": DeliveryState.HELD, "attempts": 0, "error": "undeliverable: no SLACK_BOT_TOKEN", **UNSENT},
            "12:01 held to slack:#desk, 0 attempts: undeliverable: no SLACK_BOT_TOKEN",
        ),
        (
            {
                "state": DeliveryState.PENDING,
                "next_attempt_at": NOON + 5 * MINUTE,
                "error": "answered 503",
                **UNSENT,
            },
            "12:01 on its way to slack:#desk, 1 attempt, next try 2026-11-22 12:05:00 UTC: answered 503",
        ),
        (
            {"state": DeliveryState.FAILED, "error": "no such channel", **UNSENT},
            "12:01 failed to slack:#desk, 1 attempt: no such channel",
        ),
    ],
)
def test_what_became_of_its_messages(more: dict[str, Any], expected: str) -> None:
    assert lines(life(owed=(obligation(told=told(sending(**more))),)))[-1] == expected


def test_a_digest_with_no_message() -> None:
    assert lines(life(owed=(obligation(told=told()),)))[-1] == "12:01 sent to nobody: desk had no destination"

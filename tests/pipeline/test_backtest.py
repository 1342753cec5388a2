"""The back-test over a real store: what it says went out is what the pipeline sent."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import select

from monitor import pipeline
from monitor.backtest import Backtest, Kind, Question, Side, backtest, compare, digest_of, trial
from monitor.backtest.document import to_json
from monitor.errors import MonitorError
from monitor.home_files import HomeFiles, read_home
from monitor.model import Article, Match
from monitor.rulebook import builtin_home, compile_home
from monitor.rules.match import Outcome
from monitor.rules.ruleset import RuleSet
from monitor.store.tables import DIGEST
from tests.fakes import RULES, START, Desk, item, open_desk

TEXT = "Armed men came to the post near the highway early on Sunday and left before help came, officials said."
HEADLINES = (
    "Militants attack police post in Mastung",
    "Blast in Quetta market",
    "Cricket in Lahore",
    "Gunmen ambush convoy near Gwadar",
    "Attack on the budget in Islamabad",
    "Two blasts in Mastung, officials say",
)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """Return a desk on which a day has passed, minute by minute around each poll."""
    async with open_desk(tmp_path) as opened:
        pipeline.watch_feeds(opened.services)
        for number in range(len(HEADLINES)):
            opened.clock.advance(hours=3)
            pipeline.compose_digests(opened.services)
            items = [item(one, HEADLINES[one], TEXT if one % 2 else "") for one in range(number + 1)]
            opened.serve("dawn", *items)
            copies = [
                item(one, HEADLINES[one], TEXT if one % 2 else "", link=f"https://daily.example/{one}")
                for one in range(number)
            ]
            opened.serve("daily", *copies)
            await pipeline.poll_feeds(opened.services, opened.services.rulebook.rules.feeds.values())
            for _ in range(3):
                opened.clock.advance(minutes=1)
                pipeline.compose_digests(opened.services)
        yield opened


@cache
def side(rules: str) -> Side:
    files = read_home(builtin_home(), builtin=builtin_home())
    return side_of(replace(files, rules={"rules/desk.yaml": rules.encode()}))


def side_of(files: HomeFiles) -> Side:
    compiled = compile_home(files)
    assert compiled.rules is not None and compiled.templates is not None, compiled.findings
    return Side(files=files, rules=compiled.rules, templates=compiled.templates)


def question(desk: Desk, **more: object) -> Question:
    values = {"since": START, "until": desk.clock.now(), "limit": 20}
    return Question(**values | more)  # type: ignore[arg-type]


def ask(desk: Desk, tried: str, **more: object) -> Backtest:
    progress: list[tuple[int, int]] = []
    found = backtest(
        desk.services.store, side(RULES), side(tried), question(desk, **more), lambda *done: progress.append(done)
    )
    assert progress[-1][0] == progress[-1][1]
    return found


def titles(found: Backtest, kind: Kind) -> list[str]:
    return [one.article.article.title for one in found.changed[kind]]


async def test_todays_rules_give_the_very_digests_that_went_out(desk: Desk) -> None:
    with desk.services.store.reading() as db:
        rows = db.execute(select(DIGEST.c.subscription, DIGEST.c.content).order_by(DIGEST.c.composed_at))
        sent = [(row.subscription, json.loads(row.content)) for row in rows]
    found = ask(desk, RULES)
    assert [found.count(kind) for kind in Kind] == [0, 0, 0]
    assert found.articles_before == found.articles_after > 0
    for series in found.digests:
        really = [content for subscription, content in sent if subscription == series.subscription.id]
        outgoing = series.outgoing or ()
        assert series.before == len(outgoing) == len(really) > 1
        for one, content in zip(outgoing, really, strict=True):
            stories = [story for region in content["regions"] for story in region["stories"]]
            assert sorted(one.articles) == sorted(entry["id"] for story in stories for entry in story["articles"])
            assert sum(one.stories.values()) == len(stories)
            composed = digest_of(desk.services.store, side(RULES), series, one.window.to_at)
            assert composed is not None
            assert [story.headline for story in composed.stories] == [story["headline"] for story in stories]
            assert composed.window == one.window


async def test_another_rule_set_catches_loses_and_grades_otherwise_and_says_why(desk: Desk) -> None:
    tried = RULES.replace("attack* OR blast*", "(attack* OR ambush*) NEAR/9 @balochistan")
    tried = tried.replace("severity: high", "severity: critical")
    found = ask(desk, tried)
    assert titles(found, Kind.CAUGHT) == ["Gunmen ambush convoy near Gwadar"] * 2
    assert set(titles(found, Kind.LOST)) == {"Blast in Quetta market", "Two blasts in Mastung, officials say"}
    assert titles(found, Kind.CHANGED) == [HEADLINES[0]] * 2
    caught, lost = found.changed[Kind.CAUGHT][0], found.changed[Kind.LOST][0]
    assert (caught.before.severity, caught.after.severity) == (None, "critical")
    assert "Gwadar" in caught.after.why and caught.before.why.startswith("when: ")
    assert (lost.before.severity, lost.after.severity) == ("high", None)
    assert lost.after.why.startswith("when: ") and "last" in lost.before.why
    (counts,) = found.rules
    assert counts.after - counts.before == counts.differences[Kind.CAUGHT] - counts.differences[Kind.LOST]
    assert sum(after for _, _, after in counts.days) == counts.after


async def test_rules_that_are_new_or_gone_say_so(desk: Desk) -> None:
    found = ask(desk, RULES.replace("attacks", "raids").replace("alerts:", "raid-alerts:"))
    assert {one.rule for one in found.changed[Kind.CAUGHT]} == {"raids"}
    assert {one.before.why for one in found.changed[Kind.CAUGHT]} == {"there is no such rule"}
    assert {one.after.why for one in found.changed[Kind.LOST]} == {"there is no such rule"}
    assert [(one.subscription.id, one.before is None, one.outgoing is None) for one in found.digests] == [
        ("raid-alerts", True, False),
        ("daily", False, False),
        ("alerts", False, True),
    ]
    assert [(one["digest"], one["tried"] is None) for one in to_json(found)["digests"]][-1] == ("alerts", True)
    only = ask(desk, RULES.replace("attacks", "raids"), rule="raids")
    assert [one.rule for one in only.rules] == ["raids"]
    assert (only.count(Kind.LOST), only.changed[Kind.LOST]) == (0, ())


async def test_lists_are_cut_and_counts_are_not(desk: Desk) -> None:
    tried = RULES.replace("attack* OR blast*", "nothing")
    whole, cut = ask(desk, tried), ask(desk, tried, limit=1)
    assert whole.count(Kind.LOST) == cut.count(Kind.LOST) == len(whole.changed[Kind.LOST]) > 2
    assert cut.changed[Kind.LOST] == whole.changed[Kind.LOST][:1]


async def test_only_what_was_stored_in_the_time_counts(desk: Desk) -> None:
    assert ask(desk, RULES, since=desk.clock.now()).articles == 0
    assert 0 < ask(desk, RULES, since=desk.clock.now() - timedelta(hours=4)).articles < ask(desk, RULES).articles


async def test_what_lay_in_a_feeds_past_is_matched_and_goes_out_to_nobody(tmp_path: Path) -> None:
    async with open_desk(tmp_path, RULES.replace("first_poll: 100", "first_poll: 0")) as desk:
        desk.serve("dawn", item(1, HEADLINES[0]))
        await pipeline.run_once(desk.services, every_feed=True)
        desk.clock.advance(hours=1)
        found = ask(desk, RULES, since=START - timedelta(hours=1))
        assert found.articles_after == 1
        assert [one.articles for series in found.digests for one in series.outgoing or ()] == [()]


async def test_no_digest_by_a_time_is_none(desk: Desk) -> None:
    (alerts, _) = ask(desk, RULES).digests
    assert digest_of(desk.services.store, side(RULES), alerts, START) is None


async def test_several_processes_find_the_same(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = RULES.replace("attack* OR blast*", "ambush*")
    alone = ask(desk, tried)
    monkeypatch.setattr(trial, "CHUNK", 3)
    monkeypatch.setattr(trial, "ALONE", 0)
    monkeypatch.setattr(trial, "_processors", lambda: 2)
    assert to_json(ask(desk, tried)) == to_json(alone)


async def test_a_process_that_dies_ends_it_with_a_clear_error(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "CHUNK", 3)
    monkeypatch.setattr(trial, "ALONE", 0)
    monkeypatch.setattr(trial, "_processors", lambda: 2)
    dying = replace(side(RULES), files=HomeFiles(rules={"rules/desk.yaml": b"["}, templates={}))
    with pytest.raises(MonitorError, match="a process of the back-test died"):
        backtest(desk.services.store, dying, side(RULES), question(desk), lambda *_: None)


async def test_an_article_that_breaks_the_matcher_is_counted_and_the_others_go_on(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def match(rules: RuleSet, article: Article, positions: object) -> tuple[Match, ...]:
        if "Cricket" in article.title:
            raise RecursionError("too deep")
        return ()

    whole = ask(desk, RULES).articles
    monkeypatch.setattr(compare, "match_article", match)
    found = ask(desk, RULES)
    assert found.articles + found.broken == whole and found.broken > 0
    assert found.fault.endswith("RecursionError: too deep")


async def test_a_rule_that_is_given_up_is_counted(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def costly(rules: RuleSet, article: Article, positions: object) -> Outcome:
        return Outcome(matches=(), too_costly=("attacks",) if "Mastung" in article.title else ())

    monkeypatch.setattr(compare, "outcome", costly)
    (counts,) = ask(desk, RULES).rules
    assert counts.too_costly == sum("Mastung" in one for one in titles(ask(desk, RULES), Kind.LOST)) > 0

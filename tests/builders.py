"""Values for tests, complete but for what a test is about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.digests.owing import Owed, StoryFile, Told
from monitor.digests.timing import Immediately
from monitor.model import Article, Evidence, Match, Severity, StoredArticle
from monitor.rules.ruleset import Region, Rule, RuleSet, Subscription
from monitor.stories.reports import Report

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def article(title: str = "Militants attack a police post in Mastung", **more: Any) -> Article:
    return Article(**{"title": title, "source": "Dawn", "feed": "dawn", "link": "https://example.org/a"} | more)


def stored(number: int = 1, **more: Any) -> StoredArticle:
    values: dict[str, Any] = {"id": number, "article": article(), "stored_at": NOON, "story": number} | more
    return StoredArticle(**values)


def match(rule: str = "attacks", **more: Any) -> Match:
    values: dict[str, Any] = {
        "rule": rule,
        "severity": Severity.HIGH,
        "score": 1.0,
        "regions": ("balochistan",),
        "evidence": (
            Evidence(clause="@balochistan", field="title", start=34, end=41, text="Mastung"),
            Evidence(clause="attack*", field="title", start=10, end=16, text="attack"),
        ),
    }
    return Match(**values | more)


def owed(number: int = 1, **more: Any) -> Owed:
    values: dict[str, Any] = {
        "id": number,
        "article": stored(number),
        "matches": (match(),),
        "kind": "news",
        "severity": Severity.HIGH,
        "owed_at": NOON,
        "story_told": False,
    }
    return Owed(**values | more)


def report(number: int = 1, **more: Any) -> Report:
    values: dict[str, Any] = {"article": number, "at": NOON, "title": article().title, "source": "Dawn"}
    return Report(**values | more)


def files_of(*debts: Owed) -> dict[int, StoryFile]:
    """Return the files of the stories that debts are of; one that was told began two hours ago, and was told then."""
    return {story: _file([one for one in debts if one.article.story == story]) for story in _stories(debts)}


def _stories(debts: tuple[Owed, ...]) -> set[int]:
    return {one.article.story for one in debts}


def _file(debts: list[Owed]) -> StoryFile:
    before = NOON - timedelta(hours=2)
    was_told = any(one.story_told for one in debts)
    said = {one.article.id: one.article for one in debts}
    reports = [
        report(one.id, revision=one.revision, source=one.article.source, duplicate_of=one.duplicate_of)
        for one in said.values()
    ]
    first = debts[0].article.story
    if not was_told:
        return StoryFile(reports=reports)
    return StoryFile(
        reports=[report(first, at=before), *reports],
        told={first: Told(sent_at=before, until_at=before, severity=Severity.HIGH)},
    )


def subscription(**more: Any) -> Subscription:
    values: dict[str, Any] = {
        "id": "desk",
        "rules": frozenset({"attacks"}),
        "schedule": Immediately(),
        "to": ("folder:out",),
        "template": "alert",
    }
    return Subscription(**values | more)


def rule_set(*subscriptions: Subscription, **more: Any) -> RuleSet:
    values: dict[str, Any] = {
        "version": "v1",
        "rules": {
            "attacks": Rule(id="attacks", name="Armed attacks", where=("balochistan",)),
            "floods": Rule(id="floods", name="Floods"),
        },
        "regions": {"balochistan": Region(id="balochistan", name="Balochistan")},
        "subscriptions": {one.id: one for one in subscriptions},
    }
    return RuleSet(**values | more)

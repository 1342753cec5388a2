"""Values for tests, complete but for what a test is about."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from monitor.digests.owing import Owed
from monitor.digests.timing import Immediately
from monitor.model import Article, Evidence, Match, Severity, StoredArticle
from monitor.rules.ruleset import Region, Rule, RuleSet, Subscription

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

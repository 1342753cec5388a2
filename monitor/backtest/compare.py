"""One article under two rule sets, and tallies of many.

Pure. This module must not know where articles come from, nor how many processes compare them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from heapq import nlargest
from itertools import chain

from monitor.digests.owing import Debt, debts_of_new
from monitor.model import Match, Severity, StoredArticle
from monitor.rules.match import match_article, outcome
from monitor.rules.positions import Positions
from monitor.rules.ruleset import RuleSet


class Kind(StrEnum):
    """How today's rules and the tried ones differ on one rule and article."""

    CAUGHT = "caught"
    LOST = "lost"
    CHANGED = "changed"
    """Matched by both, at another severity."""


@dataclass(frozen=True, slots=True, order=True)
class Difference:
    """The newest is the largest."""

    article: int
    rule: str
    before: Severity | None
    after: Severity | None

    @property
    def kind(self) -> Kind:
        if self.before is None:
            return Kind.CAUGHT
        return Kind.LOST if self.after is None else Kind.CHANGED


Debts = list[tuple[datetime, Debt]]
"""What became owed, and when."""


@dataclass(slots=True, kw_only=True)
class Tally:
    """What came of many articles: counts are exact, of the differences only the newest ``limit`` of a kind are kept."""

    limit: int
    only: str | None = None
    """The one rule whose differences are kept."""
    articles: int = 0
    broken: int = 0
    """Articles on which the matcher broke; not among ``articles``."""
    fault: str = ""
    """How it broke on the first of them."""
    articles_before: int = 0
    """Articles with a match under today's rules."""
    articles_after: int = 0
    before: Counter[tuple[str, date]] = field(default_factory=Counter)
    """Matches by rule and day (UTC), as ``after``."""
    after: Counter[tuple[str, date]] = field(default_factory=Counter)
    counts: Counter[tuple[str, Kind]] = field(default_factory=Counter)
    too_costly: Counter[str] = field(default_factory=Counter)
    """Articles on which a tried rule was given up."""
    differences: dict[Kind, list[Difference]] = field(default_factory=lambda: {kind: [] for kind in Kind})
    debts_before: Debts = field(default_factory=list)
    debts_after: Debts = field(default_factory=list)

    def add(self, stored: StoredArticle, owed: bool, today: RuleSet, tried: RuleSet) -> None:
        """Hold one article against both rule sets."""
        positions = Positions(stored.article)
        before = match_article(today, stored.article, positions)
        found = outcome(tried, stored.article, positions)
        after = found.matches
        self.articles += 1
        self.too_costly.update(found.too_costly)
        self.articles_before += bool(before)
        self.articles_after += bool(after)
        day = stored.stored_at.date()
        self.before.update((match.rule, day) for match in before)
        self.after.update((match.rule, day) for match in after)
        differing = differences(stored.id, before, after)
        self.counts.update((one.rule, one.kind) for one in differing)
        self.keep(one for one in differing if self.only in (None, one.rule))
        if owed:
            self.debts_before += _debts(today, stored, before)
            self.debts_after += _debts(tried, stored, after)

    def __iadd__(self, other: Tally) -> Tally:
        self.articles += other.articles
        self.broken += other.broken
        self.fault = self.fault or other.fault
        self.articles_before += other.articles_before
        self.articles_after += other.articles_after
        self.before.update(other.before)
        self.after.update(other.after)
        self.counts.update(other.counts)
        self.too_costly.update(other.too_costly)
        self.keep(chain.from_iterable(other.differences.values()))
        self.debts_before += other.debts_before
        self.debts_after += other.debts_after
        return self

    def keep(self, found: Iterable[Difference]) -> None:
        """Remember differences, if they are among the newest."""
        for one in found:
            self.differences[one.kind].append(one)
        for kept in self.differences.values():
            if len(kept) > 2 * self.limit:
                kept[:] = nlargest(self.limit, kept)

    def newest(self, kind: Kind) -> list[Difference]:
        """Return the differences that are kept, the newest first."""
        return nlargest(self.limit, self.differences[kind])

    def days(self) -> dict[str, list[tuple[date, int, int]]]:
        """Return each rule's days: day, matches before, matches after."""
        found: dict[str, list[tuple[date, int, int]]] = {}
        for rule, day in sorted({*self.before, *self.after}):
            found.setdefault(rule, []).append((day, self.before[rule, day], self.after[rule, day]))
        return found


def differences(article: int, before: Iterable[Match], after: Iterable[Match]) -> list[Difference]:
    """Return the rules on which two verdicts about one article differ."""
    old, new = ({match.rule: match.severity for match in matches} for matches in (before, after))
    return [
        Difference(article, rule, old.get(rule), new.get(rule))
        for rule in sorted(old.keys() | new.keys())
        if old.get(rule) != new.get(rule)
    ]


def _debts(rules: RuleSet, stored: StoredArticle, matches: tuple[Match, ...]) -> Debts:
    debts = debts_of_new(rules.subscriptions.values(), stored.id, stored.story, matches)
    return [(stored.stored_at, debt) for debt in debts]

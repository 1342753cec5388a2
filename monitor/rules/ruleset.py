"""A compiled rule set: what `compile` makes of the rule files and what everything else reads.

All ids are resolved and all expressions parsed: nothing in here can fail any more.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property, lru_cache
from typing import Literal

from monitor.digests.timing import Schedule
from monitor.model import Article, Feed, Quiet, Severity
from monitor.regions.packs import MIN_POPULATION
from monitor.rules.expression import Expression, Term
from monitor.rules.index import Index
from monitor.rules.watch import Watch


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One problem found in the rule files, at a place a person can go to (both counted from 1)."""

    file: str
    line: int
    column: int
    level: Literal["error", "warning"]
    message: str
    hint: str = ""

    def __str__(self) -> str:
        hint = f" ({self.hint})" if self.hint else ""
        return f"{self.file}:{self.line}:{self.column}: {self.level}: {self.message}{hint}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    id: str
    name: str
    codes: tuple[str, ...] = ()
    terms: tuple[Term, ...] = ()
    """`names`: what the gazetteer lacks."""
    excluded: tuple[Term, ...] = ()
    """`not`: a mention inside one of these does not count."""
    ambiguous: tuple[tuple[Term, tuple[Term, ...]], ...] = ()
    """Names that count only in an article that has one of their supports."""
    rivals: tuple[str, ...] = ()
    min_population: int = MIN_POPULATION


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreLine:
    add: float
    condition: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedScope:
    """A rule's `feeds:`, with tags already resolved to feed ids. Empty ``feeds`` and ``homes`` take every feed."""

    feeds: frozenset[str] = frozenset()
    homes: frozenset[str] = frozenset()
    """ISO codes; a country takes in its areas."""
    without_feeds: frozenset[str] = frozenset()
    without_homes: frozenset[str] = frozenset()
    everything: bool = False
    """Nothing but exclusions was written."""

    def admits(self, article: Article) -> bool:
        if article.feed in self.without_feeds or _lies_in(article.home, self.without_homes):
            return False
        return self.everything or article.feed in self.feeds or _lies_in(article.home, self.homes)


def _lies_in(home: str | None, codes: frozenset[str]) -> bool:
    return home is not None and (home in codes or home.partition("-")[0] in codes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A text that `check` holds against its rule."""

    text: str
    should_match: bool
    file: str
    line: int
    column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    id: str
    name: str
    where: tuple[str, ...] = ()
    """Region ids; empty for a rule that is not regional."""
    share: float = 0.15
    when: Expression | None = None
    unless: Expression | None = None
    scope: FeedScope | None = None
    languages: frozenset[str] = frozenset()
    score: tuple[ScoreLine, ...] = ()
    threshold: float = 0.0
    severity: Severity | tuple[tuple[Severity, float], ...] = Severity.MEDIUM
    """One word, or the points from which each level is reached, lowest first."""
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One entry of `digests:`: who gets which rules, where, when, how."""

    id: str
    rules: frozenset[str]
    """Rule ids, with globs and `regions:` resolved."""
    regions: tuple[str, ...] = ()
    """Region ids, where the subscription is one of regions."""
    floor: Severity | None = None
    schedule: Schedule
    timezone: str = "UTC"
    to: tuple[str, ...]
    quiet: Quiet | None = None
    say_empty: bool = True
    template: str
    bundle: timedelta = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    to: tuple[str, ...] = ()
    heartbeat: str | None = None


@dataclass(frozen=True, kw_only=True)
class RuleSet:
    version: str
    """Hash of the files it was compiled from."""
    feeds: dict[str, Feed] = field(default_factory=dict)
    regions: dict[str, Region] = field(default_factory=dict)
    groups: dict[str, tuple[Term, ...]] = field(default_factory=dict)
    rules: dict[str, Rule] = field(default_factory=dict)
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    operator: Operator = Operator()

    @cached_property
    def watch(self) -> Watch:
        return _watch(tuple(self.regions.values()))

    @cached_property
    def index(self) -> Index:
        return Index(self)


@lru_cache(maxsize=2)
def _watch(regions: tuple[Region, ...]) -> Watch:
    """Rule sets with the same regions, as before and after most edits, look for the same names."""
    return Watch({region.id: region for region in regions})

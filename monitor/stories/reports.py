"""What a story's articles say, and a story as it stood at a moment: all that its ledger and its changes are made from.

Pure: knows no tables.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from monitor.model import Figure, Statement

FIGURES_READ = 50
"""Figures of one article that count, and statements: a text with more is a table, or hostile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place that an article names."""

    name: str
    """As the gazetteer has it."""
    code: str
    """The most specific ISO 3166 code it lies in, or is."""
    kind: str
    field: str
    """Where it is named first: ``title``, ``lede``, ``text``."""
    id: int = 0
    """Its GeoNames id; 0 where it has none."""
    shown: str = dataclasses.field(default="", compare=False)
    """As readers are shown it; empty: by its name."""

    def __str__(self) -> str:
        return self.shown or self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one article says in one of its revisions."""

    article: int
    revision: int = 0
    at: datetime
    """When this revision was stored."""
    title: str
    link: str = ""
    source: str
    """The outlet."""
    feed: str = ""
    home: str | None = None
    duplicate_of: int | None = None
    published_at: datetime | None = None
    language: str | None = None
    places: tuple[Spot, ...] = ()
    figures: tuple[Figure, ...] = ()
    statements: tuple[Statement, ...] = ()
    joined_at: datetime | None = None
    """When its article came from another story that turned out to be this one."""

    @property
    def counts(self) -> tuple[Figure, ...]:
        """Its figures that are news, as many as are read."""
        return tuple(one for one in self.figures if not one.background)[:FIGURES_READ]

    @property
    def origin(self) -> int:
        """The article whose text it carries."""
        return self.article if self.duplicate_of is None else self.duplicate_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A story as it stood: every revision of its articles that was stored by then, in that order."""

    at: datetime
    reports: tuple[Report, ...]

    def current(self) -> dict[int, Report]:
        """Return the articles as they read then, in the order in which they came."""
        return {one.article: one for one in self.reports}


def moment(reports: Iterable[Report], at: datetime, *, read_at: datetime | None = None) -> Moment:
    """Return a story as it stood at ``at``; with ``read_at``, those articles in the words that they have then."""
    ordered = sorted(reports, key=lambda one: (one.at, one.article, one.revision))
    known = {one.article for one in ordered if one.at <= at}
    read_by = at if read_at is None else max(at, read_at)
    return Moment(at=at, reports=tuple(one for one in ordered if one.article in known and one.at <= read_by))

"""What articles say of people, and the stories that they make up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Modifier = Literal["exactly", "at_least", "about", "up_to"]
Group = Literal["militants", "security", "civilians", "prisoners", "people"]
Casualty = Literal["killed", "injured", "missing", "abducted", "arrested", "surrendered", "freed", "displaced"]
StatementKind = Literal["claims_responsibility", "denies", "accuses"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number of people that one place of a text says suffered one outcome, and who says so."""

    count: int
    count_max: int | None = None
    """The upper end of a range."""
    modifier: Modifier = "exactly"
    who: str
    """The words used for the people, without the number."""
    group: Group
    outcome: Casualty
    source: str | None = None
    """Who the text says the number comes from, as written; None where it states it as its own."""
    scope: str = ""
    """The words that bound what was counted ("in two operations", "on Friday"), as written; may be empty."""
    background: bool = False
    """A total over years, given as background."""
    field: Literal["title", "text"]
    start: int
    end: int
    """``field[start:end] == quote``: the shortest span that holds the number and the people or the outcome."""
    quote: str
    sentence: str
    """The sentence around it, on one line, for readers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What somebody says without a number: that they did it, that they did not, that somebody else did."""

    kind: StatementKind
    who: str
    about: str
    """What was claimed or denied, or who is accused, as written; empty where the text does not say."""
    field: Literal["title", "text"]
    start: int
    end: int
    quote: str
    """The sentence or clause that says so: ``field[start:end]``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StorySummary:
    id: int
    headline: str
    first_seen_at: datetime
    updated_at: datetime
    origins: int
    """Independent texts; wire copies count once."""
    articles: int
    merged_into: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryEvent:
    """A merge or a split as it was decided; never rewritten."""

    at: datetime
    kind: Literal["merged", "split"]
    """Merged: ``articles`` came from ``other`` into ``story``. Split: they left ``other``, as ``story``."""
    story: int
    other: int
    articles: tuple[int, ...]
    by: str
    """A person's name, or "Dateline"."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RelatedStory:
    """A story that may be of the same event, but not clearly enough to be merged."""

    story: int
    headline: str
    score: float

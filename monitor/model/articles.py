"""An article as it is kept, and what the rules found in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One published text in one revision: all that rules can see."""

    title: str
    text: str = ""
    link: str = ""
    """As the feed gives it: for readers."""
    url: str = ""
    """Canonical: for identity and for `url:` rules."""
    feed: str = ""
    source: str = ""
    """The outlet as shown to readers."""
    home: str | None = None
    author: str = ""
    section: str = ""
    language: str | None = None
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredArticle:
    """An article as the store keeps it, in its latest revision."""

    id: int
    article: Article
    stored_at: datetime
    revision: int = 0
    revised_at: datetime | None = None
    story: int
    duplicate_of: int | None = None


class Severity(StrEnum):
    """How much a match matters; compare by ``rank``."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        return _RANKS[self]


_RANKS = {level: rank for rank, level in enumerate(Severity)}


FieldName = Literal["title", "text", "lede", "source", "author", "url", "section", "lang"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A quoted span that made a clause hold. ``field[start:end] == text``, in code points of the article's field."""

    clause: str
    """The clause as written in the rule file."""
    field: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """One line of a rule's `score`: what it would add, and whether it did."""

    add: float
    clause: str
    evidence: tuple[Evidence, ...]
    """Empty where the condition does not hold."""
    held: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One rule that holds for one article, and why."""

    rule: str
    severity: Severity
    score: float
    """Points times the feed's trust."""
    regions: tuple[str, ...]
    """Ids of the rule's regions found in the article, strongest first."""
    evidence: tuple[Evidence, ...]
    """Of `where` (clause ``@region``) first, then of `when`."""
    points: tuple[Points, ...] = ()

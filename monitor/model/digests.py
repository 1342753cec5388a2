"""A digest: what one subscription is told at one moment, complete."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from monitor.model.articles import Evidence, Severity
from monitor.model.stories import Casualty, Group


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """Hours of the day, local to the subscription, in which nothing below ``except_`` is sent."""

    start: str
    end: str
    """Both "HH:MM"; the end may lie on the next day."""
    except_: Severity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    from_at: datetime
    to_at: datetime


ChangeKind = Literal[
    "new_story", "new_place", "figure", "claimant", "denial", "statement", "revision", "origins", "quiet"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A figure that is new, moved or gone, in words for readers: "12", "at least 31"."""

    outcome: Casualty
    group: Group
    before: str | None
    """None where it is new."""
    after: str | None
    """None where nobody gives it any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What happened to a story since its subscription was last told."""

    kind: ChangeKind
    text: str
    claimant: str | None = None
    """Whose figure or statement it is about."""
    moves: tuple[Move, ...] = ()
    articles: tuple[int, ...] = ()
    """Where it is to be read."""
    is_material: bool = False
    """It should wake a channel that knows the story already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleRef:
    """An article as a digest names it."""

    id: int
    title: str
    link: str
    source: str
    published_at: datetime | None
    duplicate_of: int | None
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """What brought an item into a digest, in one line for readers and as data."""

    rule: str
    name: str
    severity: Severity
    score: float
    text: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryItem:
    id: int
    severity: Severity
    headline: str
    gist: str
    """Quoted sentences of the representative article, never invented; may be empty."""
    where: tuple[str, ...]
    changes: tuple[Change, ...]
    figures: tuple[dict[str, Any], ...]
    statements: tuple[dict[str, Any], ...]
    origins: int
    """Independent texts; wire copies count once."""
    articles: tuple[ArticleRef, ...]
    """The representative first."""
    why: tuple[Why, ...]
    first_seen_at: datetime
    updated_at: datetime
    severity_before: Severity | None = None
    """What its readers were told before, where it has become graver since."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionSection:
    code: str | None
    """The region's id in the rule files; None for rules without one."""
    name: str
    stories: tuple[StoryItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flood:
    """So many new stories of one feed by one rule at once that they are told in one line instead of one by one."""

    rule: str
    name: str
    feed: str
    source: str
    """The outlet's name."""
    severity: Severity
    """The gravest among them."""
    stories: int
    articles: int
    examples: tuple[ArticleRef, ...]
    """The gravest few."""
    is_of_edits: bool = False
    """They were told before, and what they say has changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedTrouble:
    feed: str
    name: str
    since_at: datetime | None
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What was looked at: silence is a statement only beside this."""

    checked: int
    failed: tuple[FeedTrouble, ...]
    quiet: tuple[FeedTrouble, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What is owed to one subscription at one moment, complete: every channel shows this and nothing else."""

    id: str
    """Unique and stable, fit for a folder name: ``asia-desk-daily-20261122T070000Z``."""
    subscription: str
    kind: Literal["alert", "digest"]
    template: str
    reason: str
    """Why it is sent now, for people: "07:00 in Asia/Karachi", "new articles matched"."""
    timezone: str
    window: Window
    regions: tuple[RegionSection, ...]
    coverage: Coverage
    silences: tuple[str, ...] = ()
    """What is muted while it is composed, in words: what, until when, by whom, why, how much it kept back."""
    floods: tuple[Flood, ...] = ()
    continues: str | None = None
    """The alert that told of these stories first: this one goes on in its thread."""
    is_catch_up: bool = False
    """It folds together what was held through quiet hours."""

    @property
    def escalates(self) -> bool:
        """Some story is graver than its readers were told."""
        return any(story.severity_before is not None for story in self.stories)

    @property
    def stories(self) -> tuple[StoryItem, ...]:
        return tuple(story for region in self.regions for story in region.stories)

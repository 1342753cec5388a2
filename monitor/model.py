"""The frozen values that travel between the rooms.

    Feed → Fetched | NotModified | FetchFailed → ParsedFeed(Entry…) → Article → Match(evidence) → Digest(reason)
         → Message → Delivery

Times are aware and in UTC, end in ``_at``, and are never read from a clock here: ``now`` is an argument everywhere.
This module must not know how any of these values is fetched, stored or sent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Literal

# --- what is watched ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A source as the rule files configure it."""

    id: str
    url: str
    name: str
    home: str | None = None
    """ISO 3166-1 or 3166-2 code of where the outlet sits."""
    language: str | None = None
    trust: float = 1.0
    every: timedelta = timedelta(minutes=10)
    tags: tuple[str, ...] = ()
    paused: bool = False
    headers: dict[str, str] = field(default_factory=dict)
    """Values starting with ``env:`` name an environment variable that the fetcher reads: no secret is held here."""
    auth: str | None = None
    user_agent: str | None = None
    max_age: timedelta | None = None
    first_poll: int = 0


class FeedHealth(StrEnum):
    OK = "ok"
    FAILING = "failing"
    GONE = "gone"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """What polling has taught about a feed so far; stored, and the input of every decision about its next poll."""

    feed: str
    url: str
    """The configured address that this state belongs to: another one in the rule file starts afresh."""
    moved_to: str | None = None
    """Where permanent redirects led; used instead of ``url`` once ``moved_seen`` reaches the limit."""
    moved_seen: int = 0
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    health: FeedHealth = FeedHealth.OK
    failures: int = 0
    """Failed polls in a row."""
    failing_since: datetime | None = None
    error: str | None = None
    first_polled_at: datetime | None = None
    """When the feed was first read with success: until then its entries are its past, not news."""
    last_polled_at: datetime | None = None
    last_success_at: datetime | None = None
    last_changed_at: datetime | None = None
    changed_in_a_row: int = 0
    usual_gap: timedelta | None = None
    """Moving average of the time between two changes."""
    longest_gap: timedelta | None = None
    """Longest time between two changes, decaying: what "quieter than its own habit" is measured against."""
    next_poll_at: datetime | None = None
    quiet_since: datetime | None = None


# --- one poll ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A feed answered with a document: already decompressed, within the size limits."""

    url: str
    """The address that answered, after redirects."""
    moved_to: str | None
    """The same, where every hop was permanent (301, 308); else None."""
    body: bytes
    body_hash: str
    content_type: str | None
    etag: str | None
    last_modified: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified:
    """A feed said that nothing changed (304), or sent the very bytes of last time."""

    moved_to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchFailed:
    """A poll that brought nothing; an expected outcome, tried again later."""

    reason: str
    """One clause for people, without the address: "answered 404 Not Found", "no such host", "took longer than 30 s"."""
    status: int | None = None
    gone: bool = False
    """The feed said that it will not come back (410)."""
    retry_after: timedelta | None = None


FetchOutcome = Fetched | NotModified | FetchFailed


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item as a feed gives it: plain text throughout, absolute http(s) link, sane date."""

    guid: str | None
    link: str | None
    title: str
    text: str
    """The longest text the entry carries, as paragraphs separated by blank lines."""
    author: str = ""
    section: str = ""
    """The entry's categories joined by "; "."""
    language: str | None = None
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    title: str
    link: str | None
    language: str | None
    entries: tuple[Entry, ...]
    problem: str | None = None
    """What was wrong with a document that could still be read, for `feeds test` and the log."""
    truncated: bool = False
    """The document ended early: its last entry may be half an entry."""


# --- articles ----------------------------------------------------------------------------------------------------


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


# --- matches -----------------------------------------------------------------------------------------------------


class Severity(StrEnum):
    """How much a match matters; compare by ``rank``."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        return tuple(Severity).index(self)


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


# --- what articles say of people ---------------------------------------------------------------------------------


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


# --- stories -----------------------------------------------------------------------------------------------------


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


# --- digests -----------------------------------------------------------------------------------------------------


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


SilenceScope = Literal["story", "rule", "region", "feed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """A time-bounded mute. What it keeps back is counted and stays untold, unless it is lifted before its end."""

    id: int
    scope: SilenceScope
    target: str
    """A story's number, or the id of a rule, region or feed."""
    author: str
    comment: str
    created_at: datetime
    ends_at: datetime
    lifted_at: datetime | None = None
    """When somebody ended it early."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something that the operator should know, while it lasts."""

    key: str
    """What it is about; one notice at a time for each: ``template/alert/email.html``."""
    what: str
    hint: str
    since_at: datetime


# --- messages and deliveries -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackMessage:
    """One `chat.postMessage`; parts after the first go into the first one's thread."""

    text: str
    blocks: tuple[dict[str, Any], ...]
    plain_blocks: tuple[dict[str, Any], ...] = ()
    """The same without the newest kinds of block, for where Slack refuses those (`invalid_blocks`); may be empty."""
    edits: bool = False
    """It replaces the first message of its thread (`chat.update`) instead of being posted."""
    broadcast: bool = False
    """A reply that is shown in the channel as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailMessage:
    subject: str
    text: str
    html: str
    unsubscribe: str | None = None
    """The web address that takes the recipient off with one POST (RFC 8058); None where there is no web."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderMessage:
    """Files to be written under ``name``, complete or not at all."""

    name: str
    files: dict[str, str]


Message = SlackMessage | EmailMessage | FolderMessage


class DeliveryState(StrEnum):
    PENDING = "pending"
    CLAIMED = "claimed"
    SENT = "sent"
    HELD = "held"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message (or one part of it) on its way to one destination."""

    id: int
    key: str
    """Unique and stable over all attempts: what the channel is asked for after an ambiguous send."""
    digest: str
    subscription: str
    destination: str
    """As in `to:`: ``slack:#asia-desk``, ``email:desk@example.org``, ``folder:state/outbox``."""
    part: int
    parts: int
    message: Message
    state: DeliveryState
    attempts: int
    created_at: datetime
    next_attempt_at: datetime
    thread: str | None = None
    """The receipt of the message whose thread it belongs to: the alert that it continues, or its own part 0."""
    receipt: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A channel's word that it took a message: Slack's ``channel:ts``, a Message-ID, a path."""

    reference: str


class Asked(StrEnum):
    """What a channel answers when it is asked for a message with a given key and cannot show its receipt."""

    ABSENT = "absent"
    CANNOT_TELL = "cannot tell"

"""A feed and what one poll of it brings."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


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
    renamed_polls: int = 0
    """How many polls lately gave most known entries new ids: up with each that did, down with each that did not."""
    unstable_since: datetime | None = None
    """Since when it gives known entries new ids again and again; None: it does not."""


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

"""The tables, as SQLModel classes. Rows never leave the store: its functions take and return values of `monitor.model`.

SQLModel does not validate `table=True` classes, so nothing here is relied on to check anything; hot paths use the
tables' Core side (`table_of`).
"""

from datetime import datetime
from typing import Any, ClassVar, cast

from sqlalchemy import JSON, BigInteger, Column, Index, Table, Text, UniqueConstraint, false, text
from sqlmodel import Field, SQLModel

from monitor.store.sealed import Sealed


class FeedRow(SQLModel, table=True):
    """`FeedState`, as it stood after the feed's last poll."""

    __tablename__: ClassVar[Any] = "feed"

    feed: str = Field(primary_key=True)
    watched: bool = True
    """Still named by the rule files."""
    url: str
    moved_to: str | None = None
    moved_seen: int = 0
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    health: str
    failures: int = 0
    failing_since: datetime | None = None
    error: str | None = None
    first_polled_at: datetime | None = None
    last_polled_at: datetime | None = None
    last_success_at: datetime | None = None
    last_changed_at: datetime | None = None
    changed_in_a_row: int = 0
    usual_gap: float | None = None
    """Seconds, as `longest_gap`."""
    longest_gap: float | None = None
    next_poll_at: datetime | None = Field(default=None, index=True)
    quiet_since: datetime | None = None
    renamed_polls: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    unstable_since: datetime | None = None


class ArticleRow(SQLModel, table=True):
    """An article in its latest revision."""

    __tablename__: ClassVar[Any] = "article"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    feed: str = Field(index=True)
    source: str
    home: str | None = None
    title: str
    text: str = Field(sa_column=Column(Text, nullable=False))
    link: str
    url: str
    author: str
    section: str
    language: str | None = None
    published_at: datetime | None = None
    content_hash: str
    copy_hash: str | None = Field(default=None, index=True)
    story: int = Field(index=True)
    duplicate_of: int | None = None
    revision: int = 0
    stored_at: datetime = Field(index=True)
    revised_at: datetime | None = None
    owed: bool
    """False for a feed's past (its first poll) and for what was too old when it came: stored, never told as news."""
    reason: str
    """Why it was taken for a new article, for `explain`."""


class SightingRow(SQLModel, table=True):
    """How a feed showed an article the last time it changed."""

    __tablename__: ClassVar[Any] = "sighting"

    feed: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    article: int = Field(index=True)
    url: str = Field(index=True)
    content_hash: str
    seen_at: datetime


class RevisionRow(SQLModel, table=True):
    """What an article said before an edit; the current words stand in `article`."""

    __tablename__: ClassVar[Any] = "revision"

    article: int = Field(primary_key=True)
    number: int = Field(primary_key=True)
    title: str
    text: str = Field(sa_column=Column(Text, nullable=False))
    content_hash: str
    replaced_at: datetime


class MatchRow(SQLModel, table=True):
    __tablename__: ClassVar[Any] = "match"

    article: int = Field(primary_key=True)
    rule: str = Field(primary_key=True)
    revision: int
    """The revision whose words the evidence quotes."""
    severity: str
    score: float
    regions: list[str] = Field(sa_column=Column(JSON, nullable=False))
    evidence: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    points: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    rules_version: str
    matched_at: datetime = Field(index=True)


_OPEN, _MUTED = text("digest IS NULL AND silence IS NULL"), text("silence IS NOT NULL")
"""What is asked for each second must not be slowed by what was told or muted long ago."""


class OwedRow(SQLModel, table=True):
    """What a subscription is still to be told, or was told by `digest`: the durable obligation behind every digest."""

    __tablename__: ClassVar[Any] = "owed"
    __table_args__ = (
        UniqueConstraint("subscription", "article", "revision"),
        Index("ix_owed_open", "subscription", "owed_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_owed_digest", "digest"),
        Index("ix_owed_silence", "subscription", "silence", sqlite_where=_MUTED, postgresql_where=_MUTED),
        Index("ix_owed_story", "story", "subscription"),
    )

    id: int | None = Field(default=None, primary_key=True)
    subscription: str
    article: int = Field(index=True)
    story: int
    kind: str
    """``news``: the article itself. ``revision``: an edit of one already told or owed."""
    revision: int
    """The revision that became owed."""
    severity: str
    material: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Its story changed since the subscription was told of it, enough to be told at once."""
    owed_at: datetime
    digest: str | None = None
    silence: int | None = None
    """The silence that kept it back: it is neither open nor told."""


class SubscriptionRow(SQLModel, table=True):
    __tablename__: ClassVar[Any] = "subscription"

    subscription: str = Field(primary_key=True)
    loaded_at: datetime
    closed_at: datetime
    """The end of its last window."""


class DigestRow(SQLModel, table=True):
    """A digest as composed, complete: `preview`, `web` and every channel show this."""

    __tablename__: ClassVar[Any] = "digest"

    id: str = Field(primary_key=True)
    subscription: str = Field(index=True)
    kind: str
    composed_at: datetime
    until_at: datetime | None = None
    """The end of its window: it tells what was stored by then. None for those of before there were stories."""
    continues: str | None = Field(default=None, index=True)
    """The alert in whose thread it goes on."""
    content: str = Field(sa_column=Column(Text, nullable=False))


class DeliveryRow(SQLModel, table=True):
    """The outbox: one message, or one part of it, on its way to one destination."""

    __tablename__: ClassVar[Any] = "delivery"
    __table_args__ = (
        Index("ix_delivery_due", "state", "next_attempt_at"),
        Index("ix_delivery_sent", "state", "sent_at"),
        Index("ix_delivery_root", "root"),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    digest: str = Field(index=True)
    subscription: str
    destination: str
    part: int
    parts: int
    root: int | None = None
    """The delivery of the alert that it continues, at the same destination."""
    edits: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """It replaces that one's message, and is out of date once a newer one does."""
    payload: str = Field(sa_column=Column(Text, nullable=False))
    state: str
    attempts: int = 0
    repeats: int = 0
    """Times it was sent again after an outcome that could not be learnt; at most one."""
    created_at: datetime
    next_attempt_at: datetime
    claimed_at: datetime | None = None
    deadline_at: datetime | None = None
    """By when whoever claimed it must have recorded an outcome; after that nobody knows what became of it."""
    sent_at: datetime | None = None
    receipt: str | None = None
    error: str | None = None


class SilenceRow(SQLModel, table=True):
    """A time-bounded mute; never deleted."""

    __tablename__: ClassVar[Any] = "silence"

    id: int | None = Field(default=None, primary_key=True)
    scope: str
    target: str
    author: str
    comment: str
    created_at: datetime
    ends_at: datetime = Field(index=True)
    lifted_at: datetime | None = None


class LeaverRow(SQLModel, table=True):
    """A recipient who unsubscribed; forgotten once `to:` names it no more, so that it can be put back there."""

    __tablename__: ClassVar[Any] = "leaver"

    subscription: str = Field(primary_key=True)
    destination: str = Field(primary_key=True)
    """As in `to:`."""
    left_at: datetime


class NoticeRow(SQLModel, table=True):
    """Something that the operator should know, while it lasts."""

    __tablename__: ClassVar[Any] = "notice"

    key: str = Field(primary_key=True)
    what: str
    hint: str
    since_at: datetime
    told_at: datetime | None = None
    """When the operator was told; None: not yet."""
    over: str | None = None
    """How it ended, still to be said: it does not last any more."""


class SetAsideRow(SQLModel, table=True):
    """An article on which the program failed: kept without matches until another version or other rules try again."""

    __tablename__: ClassVar[Any] = "set_aside"

    article: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    reason: str
    tried_with: str
    """The program and the rules that failed on it."""
    since_at: datetime


class PauseRow(SQLModel, table=True):
    """Where nothing is sent for now: the channel asked to be left alone, or refuses everything."""

    __tablename__: ClassVar[Any] = "pause"

    place: str = Field(primary_key=True)
    """A destination as in `to:`, or a scheme (``slack``) for all of its destinations."""
    until_at: datetime
    """When the next message is tried there."""
    refused: bool
    """It refuses what we send until somebody mends something: the operator is told, and what waits is held."""
    reason: str
    since_at: datetime


class UpkeepRow(SQLModel, table=True):
    """When a chore was last done: a backup, a check of the whole file."""

    __tablename__: ClassVar[Any] = "upkeep"

    name: str = Field(primary_key=True)
    done_at: datetime


class StoryRow(SQLModel, table=True):
    """A story. Its articles name it; merged into another, it lives on as that one."""

    __tablename__: ClassVar[Any] = "story"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    """The number of its first article."""
    first_seen_at: datetime
    updated_at: datetime = Field(index=True)
    """When its last article was stored."""
    merged_into: int | None = None
    cluster: bytes | None = Field(default=None, sa_column=Column(Sealed, nullable=True))
    """What articles are compared with (`stories.grouping`), while it is live; None once nothing joins it any more."""


class StoryKeyRow(SQLModel, table=True):
    """The rare terms by which a live story is found."""

    __tablename__: ClassVar[Any] = "story_key"
    __table_args__: ClassVar[Any] = {"sqlite_with_rowid": False}

    term: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    story: int = Field(primary_key=True)


class StoryEventRow(SQLModel, table=True):
    """A merge or a split, as it was decided; never rewritten."""

    __tablename__: ClassVar[Any] = "story_event"
    __table_args__ = (Index("ix_story_event_kind", "kind", "at"),)

    id: int | None = Field(default=None, primary_key=True)
    at: datetime
    kind: str
    """``merged``: ``articles`` came from ``other`` into ``story``. ``split``: they left ``other``, as ``story``."""
    story: int = Field(index=True)
    other: int = Field(index=True)
    articles: list[int] = Field(sa_column=Column(JSON, nullable=False))
    by: str
    """Who decided it: the name of a person, or "Dateline"."""
    reason: str


class RelatedRow(SQLModel, table=True):
    """Two stories that may be one event, but not clearly enough to be merged."""

    __tablename__: ClassVar[Any] = "related"

    story: int = Field(primary_key=True)
    other: int = Field(primary_key=True, index=True)
    score: float
    at: datetime


class TermRow(SQLModel, table=True):
    """In how many articles a term stood lately. Term 0 counts the articles."""

    __tablename__: ClassVar[Any] = "term"
    __table_args__: ClassVar[Any] = {"sqlite_with_rowid": False}

    term: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    weight: float
    """Grows by what an article counts at its time, twice as much every half-life, so that no row has to be decayed."""


class SketchRow(SQLModel, table=True):
    """What near-duplicates of an article are known by (`stories.duplicates`)."""

    __tablename__: ClassVar[Any] = "sketch"

    article: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    content: bytes = Field(sa_column=Column(Sealed, nullable=False))


class SketchKeyRow(SQLModel, table=True):
    __tablename__: ClassVar[Any] = "sketch_key"
    __table_args__: ClassVar[Any] = {"sqlite_with_rowid": False}

    key: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    article: int = Field(primary_key=True)


class HabitRow(SQLModel, table=True):
    """What a feed repeats in every item (`stories.boilerplate`)."""

    __tablename__: ClassVar[Any] = "habit"

    feed: str = Field(primary_key=True)
    content: bytes = Field(sa_column=Column(Sealed, nullable=False))


class ReportRow(SQLModel, table=True):
    """What an article says of people and places in one of its revisions; no row where it says nothing of the kind."""

    __tablename__: ClassVar[Any] = "report"

    article: int = Field(primary_key=True)
    revision: int = Field(primary_key=True)
    figures: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    statements: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    places: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))


class CounterRow(SQLModel, table=True):
    """Numbers handed out once: article ids, given before the rows are written so that rows can name each other."""

    __tablename__: ClassVar[Any] = "counter"

    name: str = Field(primary_key=True)
    value: int


def table_of(model: type[SQLModel]) -> Table:
    return cast(Table, model.__table__)  # type: ignore[attr-defined]


FEED = table_of(FeedRow)
ARTICLE = table_of(ArticleRow)
SIGHTING = table_of(SightingRow)
REVISION = table_of(RevisionRow)
MATCH = table_of(MatchRow)
OWED = table_of(OwedRow)
SUBSCRIPTION = table_of(SubscriptionRow)
DIGEST = table_of(DigestRow)
DELIVERY = table_of(DeliveryRow)
SILENCE = table_of(SilenceRow)
LEAVER = table_of(LeaverRow)
NOTICE = table_of(NoticeRow)
SET_ASIDE = table_of(SetAsideRow)
PAUSE = table_of(PauseRow)
UPKEEP = table_of(UpkeepRow)
COUNTER = table_of(CounterRow)
STORY = table_of(StoryRow)
STORY_KEY = table_of(StoryKeyRow)
STORY_EVENT = table_of(StoryEventRow)
RELATED = table_of(RelatedRow)
TERM = table_of(TermRow)
SKETCH = table_of(SketchRow)
SKETCH_KEY = table_of(SketchKeyRow)
HABIT = table_of(HabitRow)
REPORT = table_of(ReportRow)

"""The tables, as SQLModel classes. Rows never leave the store: its functions take and return values of `monitor.model`.

SQLModel does not validate `table=True` classes, so nothing here is relied on to check anything; hot paths use the
tables' Core side (`table_of`).
"""

from datetime import datetime
from typing import Any, ClassVar, cast

from sqlalchemy import JSON, Column, Index, Table, Text, UniqueConstraint
from sqlmodel import Field, SQLModel


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


class OwedRow(SQLModel, table=True):
    """What a subscription is still to be told, or was told by `digest`: the durable obligation behind every digest."""

    __tablename__: ClassVar[Any] = "owed"
    __table_args__ = (
        UniqueConstraint("subscription", "article", "revision"),
        Index("ix_owed_open", "subscription", "digest"),
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
    owed_at: datetime
    digest: str | None = None


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
    content: str = Field(sa_column=Column(Text, nullable=False))


class DeliveryRow(SQLModel, table=True):
    """The outbox: one message, or one part of it, on its way to one destination."""

    __tablename__: ClassVar[Any] = "delivery"
    __table_args__ = (Index("ix_delivery_due", "state", "next_attempt_at"),)

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    digest: str = Field(index=True)
    subscription: str
    destination: str
    part: int
    parts: int
    payload: str = Field(sa_column=Column(Text, nullable=False))
    state: str
    attempts: int = 0
    repeats: int = 0
    """Times it was sent again after an outcome that could not be learnt; at most one."""
    created_at: datetime
    next_attempt_at: datetime
    claimed_at: datetime | None = None
    sent_at: datetime | None = None
    receipt: str | None = None
    error: str | None = None


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
COUNTER = table_of(CounterRow)

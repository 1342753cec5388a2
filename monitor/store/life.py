"""The life of one stored article, as far as the tables tell it: what is not stored is not guessed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, select

from monitor.model import DeliveryState, Severity, Silence, StoredArticle, Window
from monitor.store import set_aside, silences
from monitor.store.polls import stored_article
from monitor.store.tables import ARTICLE, DELIVERY, DIGEST, MATCH, OWED, REVISION, SIGHTING, SUBSCRIPTION


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A feed that shows the article, under one guid (or what stands for it)."""

    feed: str
    key: str
    url: str
    """Canonical; empty where it does not identify the article."""
    seen_at: datetime
    """When it was new there, or last changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    article: int
    stored_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """What the article said before an edit."""

    number: int
    title: str
    replaced_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """A match as it was stored, which today's rules may not repeat."""

    rule: str
    severity: Severity
    score: float
    revision: int
    """The last one that matched: severity, score and version are of it."""
    rules_version: str
    matched_at: datetime
    """When the article matched the rule first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """One part of a digest's message to one destination."""

    id: int
    destination: str
    part: int
    """From 1."""
    parts: int
    state: DeliveryState
    attempts: int
    created_at: datetime
    next_attempt_at: datetime | None
    """None where none is planned."""
    sent_at: datetime | None
    receipt: str | None
    """The channel's own name of the message: Slack's channel and ts, a Message-ID, a path."""
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The digest that told of the article, and its messages."""

    digest: str
    composed_at: datetime
    window: Window
    deliveries: tuple[Sending, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligation:
    """What became owed to a subscription."""

    subscription: str
    kind: str
    revision: int
    severity: Severity
    owed_at: datetime
    story_in: str | None
    """The last digest of the subscription that the story stands in, by this or another article, sent or not."""
    told: Told | None
    silence: Silence | None = None
    """What keeps it back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    article: StoredArticle
    reason: str
    """Why it was taken for a new article."""
    news: bool
    """False for what lay in a feed before it was watched, or was older than the feed's `max_age`: owed to nobody."""
    shown: tuple[Shown, ...]
    copies: tuple[Copy, ...]
    """Articles that were found to be copies of this one."""
    revisions: tuple[Revision, ...]
    matches: tuple[Matched, ...]
    owed: tuple[Obligation, ...]
    loaded_at: dict[str, datetime]
    """Since when each subscription is owed anything."""
    set_aside: str | None = None
    """Why it could not be matched, if the program failed on it."""


def life_of(db: Connection, number: int) -> Life | None:
    """Return the life of a stored article, None where there is no such article."""
    row = db.execute(select(ARTICLE).where(ARTICLE.c.id == number)).mappings().first()
    if row is None:
        return None
    return Life(
        article=stored_article(row),
        reason=row["reason"],
        news=row["owed"],
        shown=tuple(
            Shown(feed=one["feed"], key=one["key"], url=one["url"], seen_at=one["seen_at"])
            for one in _rows(db, SIGHTING, number, "seen_at", "feed")
        ),
        copies=tuple(
            Copy(article=one.id, stored_at=one.stored_at)
            for one in db.execute(
                select(ARTICLE.c.id, ARTICLE.c.stored_at).where(ARTICLE.c.duplicate_of == number).order_by(ARTICLE.c.id)
            )
        ),
        revisions=tuple(
            Revision(number=one["number"], title=one["title"], replaced_at=one["replaced_at"])
            for one in _rows(db, REVISION, number, "number")
        ),
        matches=tuple(
            Matched(
                rule=one["rule"],
                severity=Severity(one["severity"]),
                score=one["score"],
                revision=one["revision"],
                rules_version=one["rules_version"],
                matched_at=one["matched_at"],
            )
            for one in _rows(db, MATCH, number, "matched_at", "rule")
        ),
        owed=tuple(_obligation(db, one) for one in _rows(db, OWED, number, "id")),
        loaded_at={one.subscription: one.loaded_at for one in db.execute(select(SUBSCRIPTION))},
        set_aside=set_aside.reason_of(db, number),
    )


def _rows(db: Connection, table: Table, number: int, *order: str) -> Sequence[RowMapping]:
    found = select(table).where(table.c.article == number).order_by(*(table.c[name] for name in order))
    return db.execute(found).mappings().all()


def _obligation(db: Connection, row: RowMapping) -> Obligation:
    same_story = (
        select(OWED.c.digest)
        .where(OWED.c.subscription == row["subscription"], OWED.c.story == row["story"], OWED.c.digest.is_not(None))
        .order_by(OWED.c.id.desc())
    )
    return Obligation(
        subscription=row["subscription"],
        kind=row["kind"],
        revision=row["revision"],
        severity=Severity(row["severity"]),
        owed_at=row["owed_at"],
        story_in=db.scalar(same_story.limit(1)),
        told=None if row["digest"] is None else _told(db, row["digest"]),
        silence=None if row["silence"] is None else silences.find(db, row["silence"]),
    )


def _told(db: Connection, digest: str) -> Told:
    row = db.execute(select(DIGEST).where(DIGEST.c.id == digest)).mappings().one()
    window: dict[str, Any] = json.loads(row["content"])["window"]
    sent = db.execute(select(DELIVERY).where(DELIVERY.c.digest == digest).order_by(DELIVERY.c.id)).mappings()
    return Told(
        digest=digest,
        composed_at=row["composed_at"],
        window=Window(from_at=datetime.fromisoformat(window["from"]), to_at=datetime.fromisoformat(window["to"])),
        deliveries=tuple(_sending(one) for one in sent),
    )


def _sending(row: RowMapping) -> Sending:
    state = DeliveryState(row["state"])
    return Sending(
        id=row["id"],
        destination=row["destination"],
        part=row["part"] + 1,
        parts=row["parts"],
        state=state,
        attempts=row["attempts"],
        created_at=row["created_at"],
        next_attempt_at=row["next_attempt_at"] if state == DeliveryState.PENDING else None,
        sent_at=row["sent_at"],
        receipt=row["receipt"],
        error=row["error"],
    )

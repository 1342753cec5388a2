"""What each subscription is owed, its windows, and the digests that told it: the durable side of "told once"."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from monitor.digests.document import from_json, to_json
from monitor.digests.owing import Debt, Owed, StoryFile, Told, wanted
from monitor.model import Digest, Evidence, Match, Points, Severity
from monitor.rules.ruleset import Subscription
from monitor.store import stories
from monitor.store.dialect import among
from monitor.store.polls import stored_article
from monitor.store.tables import ARTICLE, DIGEST, MATCH, OWED, SUBSCRIPTION

OPEN = and_(OWED.c.digest.is_(None), OWED.c.silence.is_(None))
"""Neither told nor kept back by a silence."""

# --- subscriptions and their windows ---


def follow_subscriptions(db: Connection, subscriptions: Collection[str], now: datetime) -> list[str]:
    """Let the first window of new subscriptions begin now, and forget those that are no more with what they are owed.

    Returns the forgotten ones.
    """
    known = set(db.scalars(select(SUBSCRIPTION.c.subscription)))
    gone = sorted(known - set(subscriptions))
    if gone:
        db.execute(delete(OWED).where(OWED.c.subscription.in_(gone), OWED.c.digest.is_(None)))
        db.execute(delete(SUBSCRIPTION).where(SUBSCRIPTION.c.subscription.in_(gone)))
    rows = [{"subscription": one, "loaded_at": now, "closed_at": now} for one in subscriptions if one not in known]
    if rows:
        db.execute(insert(SUBSCRIPTION), rows)
    return gone


def forget_the_future(db: Connection, now: datetime) -> None:
    """Bring back to now what was stored under a clock that has been set back since; else it would wait for that time.

    A window's end an hour ahead is left alone: moved, it would tell the hour a second time.
    """
    db.execute(update(OWED).where(OWED.c.digest.is_(None), OWED.c.owed_at > now).values(owed_at=now))
    db.execute(update(DIGEST).where(DIGEST.c.until_at > now).values(until_at=now))
    ahead = now + timedelta(hours=1)
    db.execute(update(SUBSCRIPTION).where(SUBSCRIPTION.c.closed_at > ahead).values(closed_at=now))


def windows_closed_at(db: Connection) -> dict[str, datetime]:
    """Return where each subscription's last window ended."""
    return {row.subscription: row.closed_at for row in db.execute(select(SUBSCRIPTION))}


# --- owing ---

NewsState = Literal["open", "told", "kept back"]
"""Kept back: by a silence, which leaves it neither told nor to be told."""


def owe(db: Connection, debts: Iterable[Debt], now: datetime) -> None:
    rows = [asdict(debt) | {"owed_at": now} for debt in debts]
    if rows:
        db.execute(insert(OWED), rows)


def news_owed(db: Connection, articles: Collection[int]) -> dict[int, dict[str, NewsState]]:
    """Return which subscriptions are owed these articles as news, and what became of it."""
    found: dict[int, dict[str, NewsState]] = {}
    owed = select(OWED.c.article, OWED.c.subscription, OWED.c.digest, OWED.c.silence).order_by(OWED.c.id)
    for row in db.execute(owed.where(among(db, OWED.c.article, articles), OWED.c.kind == "news")):
        state: NewsState = "told" if row.digest else "kept back" if row.silence else "open"
        found.setdefault(row.article, {})[row.subscription] = state
    return found


def waiting(db: Connection, numbers: Collection[int]) -> dict[tuple[str, int], Severity]:
    """Return which subscriptions are owed something of which of these stories, with the gravest severity of that."""
    found: dict[tuple[str, int], Severity] = {}
    columns = select(OWED.c.subscription, OWED.c.story, OWED.c.severity).distinct()
    for row in db.execute(columns.where(among(db, OWED.c.story, numbers), OPEN)) if numbers else ():
        key, severity = (row.subscription, row.story), Severity(row.severity)
        found[key] = max(found.get(key, severity), severity, key=lambda one: one.rank)
    return found


def wake(db: Connection, pairs: Collection[tuple[str, int]]) -> None:
    """Let what is owed to these subscriptions of these stories be told at once."""
    rows = [{"of_subscription": subscription, "of_story": story} for subscription, story in pairs]
    if rows:
        where = OWED.c.subscription == bindparam("of_subscription"), OWED.c.story == bindparam("of_story")
        db.execute(update(OWED).where(*where, OPEN).values(material=True), rows)


def in_debt_to(db: Connection) -> set[str]:
    """Return the subscriptions that are owed anything."""
    return set(db.scalars(select(OWED.c.subscription).where(OPEN).distinct()))


def news_waits(db: Connection, subscription: str, before: datetime, severities: Collection[Severity]) -> bool:
    """Tell whether something that wakes readers, of one of these severities, has been owed since ``before``."""
    told = OWED.alias()
    known = exists().where(
        told.c.subscription == subscription, told.c.story == OWED.c.story, told.c.digest.is_not(None)
    )
    wakes = or_(OWED.c.material, and_(OWED.c.kind == "news", ~known))
    return _waits(db, subscription, before, severities, wakes)


def reports_wait(db: Connection, subscription: str, before: datetime, severities: Collection[Severity]) -> bool:
    """Tell whether something about a story that an alert told of has been owed since ``before``."""
    told = OWED.alias()
    alerted = exists().where(
        told.c.subscription == subscription,
        told.c.story == OWED.c.story,
        told.c.digest == DIGEST.c.id,
        DIGEST.c.kind == "alert",
    )
    return _waits(db, subscription, before, severities, alerted)


def anything_waits(db: Connection, subscription: str, before: datetime, severities: Collection[Severity]) -> bool:
    """Tell whether anything at all, of one of these severities, has been owed since ``before``."""
    return _waits(db, subscription, before, severities)


def _waits(
    db: Connection,
    subscription: str,
    before: datetime,
    severities: Collection[Severity],
    *also: ColumnElement[bool],
) -> bool:
    mine = OWED.c.subscription == subscription, OPEN, OWED.c.owed_at <= before, OWED.c.severity.in_(severities)
    return db.execute(select(OWED.c.id).where(*mine, *also).limit(1)).first() is not None


def open_debts(
    db: Connection, subscription: Subscription, until: datetime, *, without: Collection[int] = ()
) -> tuple[Owed, ...]:
    """Return what is owed to a subscription and was stored by ``until``, with all that a digest says about it.

    Where an article is owed as news, its edits are part of that news and come out of the same row. ``without`` names
    debts that are told in another way.
    """
    found = select(*_DEBT).where(OWED.c.subscription == subscription.id, OPEN, OWED.c.owed_at <= until)
    return _debts(db, subscription, found.where(~among(db, OWED.c.id, without)) if without else found)


def open_debt_ids(db: Connection, subscription: str, until: datetime) -> list[int]:
    open_ = select(OWED.c.id).where(OWED.c.subscription == subscription, OPEN, OWED.c.owed_at <= until)
    return list(db.scalars(open_.order_by(OWED.c.id)))


def forgive(db: Connection, debts: Collection[int]) -> set[int]:
    """Drop debts; return the articles that were owed."""
    where = among(db, OWED.c.id, debts)
    articles = set(db.scalars(select(OWED.c.article).where(where)))
    db.execute(delete(OWED).where(where))
    return articles


def forgive_all_but(db: Connection, subscription: str, debts: Collection[int]) -> None:
    db.execute(delete(OWED).where(OWED.c.subscription == subscription, OPEN, ~among(db, OWED.c.id, debts)))


def told_in_thread(db: Connection, subscription: Subscription, root: Digest) -> tuple[Owed, ...]:
    """Return what an alert and those that continue it told, as it stands now; what it only summed up is left out."""
    thread = [root.id, *db.scalars(select(DIGEST.c.id).where(DIGEST.c.continues == root.id))]
    listed = {article.id for story in root.stories for article in story.articles}
    told = OWED.c.digest.in_(thread), or_(OWED.c.digest != root.id, among(db, OWED.c.article, listed))
    return _debts(db, subscription, select(*_DEBT).where(*told))


_DEBT = (
    OWED.c.id.label("debt"),
    *(OWED.c[name] for name in ("kind", "severity", "owed_at", "material")),
    *ARTICLE.c,
)


def _debts(db: Connection, subscription: Subscription, query: Select[Any]) -> tuple[Owed, ...]:
    found = query.join(ARTICLE, ARTICLE.c.id == OWED.c.article)
    debts = db.execute(found.order_by(OWED.c.id)).mappings().all()
    articles = {row["id"] for row in debts}
    matches, told = _matches(db, articles), stories_told(db, {row["story"] for row in debts})
    return tuple(
        Owed(
            id=row["debt"],
            article=stored_article(row),
            # A rule removed or renamed meanwhile still says why.
            matches=wanted(subscription, matches.get(row["id"], [])) or tuple(matches.get(row["id"], [])),
            kind=row["kind"],
            severity=Severity(row["severity"]),
            owed_at=row["owed_at"],
            story_told=(subscription.id, row["story"]) in told,
            material=row["material"],
        )
        for row in debts
    )


def _matches(db: Connection, articles: Collection[int]) -> dict[int, list[Match]]:
    found: dict[int, list[Match]] = {}
    for row in db.execute(select(MATCH).where(among(db, MATCH.c.article, articles))).mappings():
        found.setdefault(row["article"], []).append(read_match(row))
    return found


def read_match(row: RowMapping) -> Match:
    return Match(
        rule=row["rule"],
        severity=Severity(row["severity"]),
        score=row["score"],
        regions=tuple(row["regions"]),
        evidence=_evidence(row["evidence"]),
        points=tuple(Points(**line | {"evidence": _evidence(line["evidence"])}) for line in row["points"]),
    )


def _evidence(rows: Sequence[dict[str, Any]]) -> tuple[Evidence, ...]:
    return tuple(Evidence(**row) for row in rows)


def stories_told(
    db: Connection, numbers: Collection[int], *, by: datetime | None = None
) -> dict[tuple[str, int], dict[int, Told]]:
    """Return (subscription, story) → the articles of it that were told, and how; only those with any.

    With ``by`` only what digests told whose windows had ended by then.
    """
    if not numbers:
        return {}
    rows = (
        select(
            *(OWED.c[name] for name in ("subscription", "story", "article", "severity")),
            DIGEST.c.composed_at,
            DIGEST.c.until_at,
        )
        .join(DIGEST, DIGEST.c.id == OWED.c.digest)
        .where(among(db, OWED.c.story, numbers))
        .order_by(DIGEST.c.composed_at)
    )
    found: dict[tuple[str, int], dict[int, Told]] = {}
    for row in db.execute(rows if by is None else rows.where(DIGEST.c.until_at <= by)):
        until = row.until_at or row.composed_at
        told = Told(sent_at=row.composed_at, until_at=until, severity=Severity(row.severity))
        found.setdefault((row.subscription, row.story), {})[row.article] = told
    return found


def story_files(
    db: Connection, subscription: str, numbers: Collection[int], *, told_by: datetime | None = None
) -> dict[int, StoryFile]:
    """Return what is known of these stories, and what of them the subscription was told, or had been told by then."""
    told = stories_told(db, numbers, by=told_by)
    return {
        story: StoryFile(reports=reports, told=told.get((subscription, story), {}))
        for story, reports in stories.reports_of(db, numbers).items()
    }


def roots(db: Connection, subscription: str, numbers: Collection[int]) -> dict[int, str]:
    """Return the alerts that told a subscription of these stories first, by story: where their threads began."""
    first: dict[int, str] = {}
    alerts = (
        select(OWED.c.story, DIGEST.c.id, DIGEST.c.continues)
        .join(DIGEST, DIGEST.c.id == OWED.c.digest)
        .where(OWED.c.subscription == subscription, DIGEST.c.kind == "alert")
        .order_by(DIGEST.c.composed_at, DIGEST.c.id)
    )
    for row in db.execute(alerts.where(among(db, OWED.c.story, numbers))):
        first.setdefault(row.story, row.continues or row.id)
    return first


# --- digests ---


def unused_id(db: Connection, wish: str) -> str:
    """Return ``wish``, or with a number behind it where a digest has that id already."""
    taken = set(db.scalars(select(DIGEST.c.id).where(DIGEST.c.id.like(f"{wish}%"))))
    number, free = 1, wish
    while free in taken:
        number, free = number + 1, f"{wish}-{number + 1}"
    return free


def save_digest(
    db: Connection, digest: Digest, told: Collection[int], *, now: datetime, keep_open: bool = False
) -> None:
    """Store a digest, settle the debts it tells, and close its window: one transaction, or none of it happened.

    ``keep_open``: what it leaves out of its window is still to be told.
    """
    db.execute(
        insert(DIGEST).values(
            id=digest.id,
            subscription=digest.subscription,
            kind=digest.kind,
            composed_at=now,
            until_at=digest.window.to_at,
            continues=digest.continues,
            content=json.dumps(to_json(digest), ensure_ascii=False),
        )
    )
    if told:
        db.execute(update(OWED).where(among(db, OWED.c.id, told)).values(digest=digest.id))
    # What else is owed of these stories was told with them, but for the articles themselves.
    stories = OWED.c.story.in_([story.id for story in digest.stories])
    mine = OWED.c.subscription == digest.subscription, OPEN, OWED.c.material
    db.execute(update(OWED).where(*mine, stories).values(material=False))
    if not keep_open:
        close_window(db, digest.subscription, digest.window.to_at)


def told_until(db: Connection, subscription: str) -> datetime | None:
    """Return how far the last digest of a subscription reached."""
    until: datetime | None = db.scalar(select(func.max(DIGEST.c.until_at)).where(DIGEST.c.subscription == subscription))
    return until


def close_window(db: Connection, subscription: str, at: datetime) -> None:
    db.execute(update(SUBSCRIPTION).where(SUBSCRIPTION.c.subscription == subscription).values(closed_at=at))


def read_digest(db: Connection, digest: str) -> Digest | None:
    content = db.scalar(select(DIGEST.c.content).where(DIGEST.c.id == digest))
    return None if content is None else from_json(json.loads(content))

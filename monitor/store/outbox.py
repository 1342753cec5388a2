"""What is owed, what was composed, and what is on its way: the durable side of delivery.

A delivery goes pending → claimed → sent | failed | unknown. It is claimed, durably, before anything is sent, and marked
sent only after the channel said so. ``held`` waits for a channel that has no settings yet.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, and_, exists, func, insert, or_, select, update

from monitor.digests.document import from_json, to_json
from monitor.digests.owing import Debt, Owed, wanted
from monitor.digests.sending import Verdict
from monitor.model import (
    Delivery,
    DeliveryState,
    Digest,
    EmailMessage,
    Evidence,
    FolderMessage,
    Match,
    Message,
    Points,
    Severity,
    SlackMessage,
)
from monitor.rules.ruleset import Subscription
from monitor.store.polls import stored_article
from monitor.store.tables import ARTICLE, DELIVERY, DIGEST, MATCH, OWED, REVISION, SUBSCRIPTION

_MESSAGES: dict[str, type[Message]] = {"slack": SlackMessage, "email": EmailMessage, "folder": FolderMessage}


# --- subscriptions and their windows ---


def open_subscriptions(db: Connection, subscriptions: Collection[str], now: datetime) -> None:
    """Let the first window of subscriptions not seen before begin now."""
    known = set(db.scalars(select(SUBSCRIPTION.c.subscription)))
    rows = [{"subscription": one, "loaded_at": now, "closed_at": now} for one in subscriptions if one not in known]
    if rows:
        db.execute(insert(SUBSCRIPTION), rows)


def windows_closed_at(db: Connection) -> dict[str, datetime]:
    """Return where each subscription's last window ended."""
    return {row.subscription: row.closed_at for row in db.execute(select(SUBSCRIPTION))}


# --- owing ---


def owe(db: Connection, debts: Iterable[Debt], now: datetime) -> None:
    rows = [asdict(debt) | {"owed_at": now} for debt in debts]
    if rows:
        db.execute(insert(OWED), rows)


def news_owed(db: Connection, articles: Collection[int]) -> dict[int, dict[str, bool]]:
    """Return which subscriptions are owed these articles as news, and whether they were told already."""
    found: dict[int, dict[str, bool]] = {}
    owed = select(OWED.c.article, OWED.c.subscription, OWED.c.digest)
    for row in db.execute(owed.where(OWED.c.article.in_(articles), OWED.c.kind == "news")):
        found.setdefault(row.article, {})[row.subscription] = row.digest is not None
    return found


def subscriptions_owed(db: Connection) -> set[str]:
    return set(db.scalars(select(OWED.c.subscription).where(OWED.c.digest.is_(None)).distinct()))


def open_debts(db: Connection, subscription: Subscription, until: datetime) -> tuple[Owed, ...]:
    """Return what is owed to a subscription and was stored by ``until``, with all that a digest says about it.

    Where an article is owed as news, its edits are part of that news and come out of the same row.
    """
    rows = db.execute(
        select(
            OWED.c.id.label("debt"),
            OWED.c.kind,
            OWED.c.severity,
            OWED.c.owed_at,
            OWED.c.revision.label("owed_revision"),
            ARTICLE,
        )
        .join(ARTICLE, ARTICLE.c.id == OWED.c.article)
        .where(OWED.c.subscription == subscription.id, OWED.c.digest.is_(None), OWED.c.owed_at <= until)
        .order_by(OWED.c.id)
    )
    debts = rows.mappings().all()
    articles = {row["id"] for row in debts}
    matches, told = _matches(db, articles), _stories_told(db, subscription.id, {row["story"] for row in debts})
    titles = _titles_before(db, {row["id"] for row in debts if row["kind"] == "revision"})
    return tuple(
        Owed(
            id=row["debt"],
            article=stored_article(row),
            matches=wanted(subscription, matches.get(row["id"], [])),
            kind=row["kind"],
            severity=Severity(row["severity"]),
            owed_at=row["owed_at"],
            story_told=row["story"] in told,
            title_before=titles.get((row["id"], row["owed_revision"] - 1)),
        )
        for row in debts
    )


def matched_between(db: Connection, subscription: Subscription, from_at: datetime, to_at: datetime) -> tuple[Owed, ...]:
    """Return what a subscription's rules matched in (from_at, to_at], told or not: for `preview`."""
    rows = (
        db.execute(
            select(ARTICLE)
            .where(
                ARTICLE.c.owed,
                exists().where(
                    MATCH.c.article == ARTICLE.c.id,
                    MATCH.c.rule.in_(subscription.rules),
                    MATCH.c.matched_at > from_at,
                    MATCH.c.matched_at <= to_at,
                ),
            )
            .order_by(ARTICLE.c.id)
        )
        .mappings()
        .all()
    )
    matches = _matches(db, {row["id"] for row in rows})
    found = []
    for row in rows:
        if taken := wanted(subscription, matches[row["id"]]):
            found.append(
                Owed(
                    id=0,
                    article=stored_article(row),
                    matches=taken,
                    kind="news",
                    severity=taken[0].severity,
                    owed_at=row["stored_at"],
                    story_told=False,
                )
            )
    return tuple(found)


def _matches(db: Connection, articles: Collection[int]) -> dict[int, list[Match]]:
    found: dict[int, list[Match]] = {}
    for row in db.execute(select(MATCH).where(MATCH.c.article.in_(articles))).mappings():
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


def _stories_told(db: Connection, subscription: str, stories: Collection[int]) -> set[int]:
    told = OWED.c.subscription == subscription, OWED.c.digest.is_not(None), OWED.c.story.in_(stories)
    return set(db.scalars(select(OWED.c.story).where(*told).distinct()))


def _titles_before(db: Connection, articles: Collection[int]) -> dict[tuple[int, int], str]:
    rows = db.execute(
        select(REVISION.c.article, REVISION.c.number, REVISION.c.title).where(REVISION.c.article.in_(articles))
    )
    return {(row.article, row.number): row.title for row in rows}


# --- digests ---


def unused_id(db: Connection, wish: str) -> str:
    """Return ``wish``, or with a number behind it where a digest has that id already."""
    taken = set(db.scalars(select(DIGEST.c.id).where(DIGEST.c.id.like(f"{wish}%"))))
    number, free = 1, wish
    while free in taken:
        number, free = number + 1, f"{wish}-{number + 1}"
    return free


def save_digest(db: Connection, digest: Digest, told: Iterable[Owed], *, now: datetime) -> None:
    """Store a digest, settle the debts it tells, and close its window: one transaction, or none of it happened."""
    db.execute(
        insert(DIGEST).values(
            id=digest.id,
            subscription=digest.subscription,
            kind=digest.kind,
            composed_at=now,
            content=json.dumps(to_json(digest), ensure_ascii=False),
        )
    )
    settle_debts(db, digest.id, told)
    close_window(db, digest.subscription, digest.window.to_at)


def settle_debts(db: Connection, digest: str, told: Iterable[Owed]) -> None:
    debts = [one.id for one in told]
    for start in range(0, len(debts), 500):
        db.execute(update(OWED).where(OWED.c.id.in_(debts[start : start + 500])).values(digest=digest))


def close_window(db: Connection, subscription: str, at: datetime) -> None:
    db.execute(update(SUBSCRIPTION).where(SUBSCRIPTION.c.subscription == subscription).values(closed_at=at))


def read_digest(db: Connection, digest: str) -> Digest | None:
    content = db.scalar(select(DIGEST.c.content).where(DIGEST.c.id == digest))
    return None if content is None else from_json(json.loads(content))


# --- deliveries ---


def enqueue(
    db: Connection, digest: Digest, destination: str, messages: Sequence[Message], *, now: datetime, held: str | None
) -> None:
    """Put the parts of one message into the outbox; ``held`` is why they cannot go out yet."""
    db.execute(
        insert(DELIVERY),
        [
            {
                "key": f"{digest.id}/{destination}/{part}",
                "digest": digest.id,
                "subscription": digest.subscription,
                "destination": destination,
                "part": part,
                "parts": len(messages),
                "payload": json.dumps({"kind": _kind(message)} | asdict(message), ensure_ascii=False),
                "state": DeliveryState.HELD if held else DeliveryState.PENDING,
                "created_at": now,
                "next_attempt_at": now,
                "error": f"undeliverable: {held}" if held else None,
            }
            for part, message in enumerate(messages)
        ],
    )


def claim(db: Connection, now: datetime, *, limit: int, pace: timedelta) -> list[Delivery]:
    """Claim due deliveries, the oldest of each destination; the claim is durable once this transaction commits.

    ``pace``: the least time between two messages to one Slack destination.
    """
    ids = list(db.scalars(_due(now, pace=pace).limit(limit)))
    if not ids:
        return []
    db.execute(
        update(DELIVERY)
        .where(DELIVERY.c.id.in_(ids), DELIVERY.c.state == DeliveryState.PENDING)
        .values(state=DeliveryState.CLAIMED, claimed_at=now, attempts=DELIVERY.c.attempts + 1)
    )
    return deliveries(db, ids=ids)


def _due(now: datetime, *, pace: timedelta) -> Select[int]:
    """Select the oldest due delivery of each destination that is neither sending nor, on Slack, has just been sent to.

    Parts go one after the other: the next only when the one before it has arrived.
    """
    other, before = DELIVERY.alias(), DELIVERY.alias()
    just_sent = and_(
        other.c.state == DeliveryState.SENT, other.c.sent_at > now - pace, other.c.destination.like("slack:%")
    )
    taken = exists().where(
        other.c.destination == DELIVERY.c.destination, or_(other.c.state == DeliveryState.CLAIMED, just_sent)
    )
    part_before = exists().where(
        before.c.digest == DELIVERY.c.digest,
        before.c.destination == DELIVERY.c.destination,
        before.c.part == DELIVERY.c.part - 1,
        before.c.state == DeliveryState.SENT,
    )
    return (
        select(func.min(DELIVERY.c.id))
        .where(
            DELIVERY.c.state == DeliveryState.PENDING,
            DELIVERY.c.next_attempt_at <= now,
            ~taken,
            or_(DELIVERY.c.part == 0, part_before),
        )
        .group_by(DELIVERY.c.destination)
    )


def deliveries(
    db: Connection,
    *,
    ids: Collection[int] | None = None,
    states: Collection[DeliveryState] = (),
    limit: int = 1000,
) -> list[Delivery]:
    """Return deliveries, oldest first."""
    first = DELIVERY.alias()
    thread = (
        select(first.c.receipt)
        .where(first.c.digest == DELIVERY.c.digest, first.c.destination == DELIVERY.c.destination, first.c.part == 0)
        .where(DELIVERY.c.part > 0)
        .scalar_subquery()
    )
    query = select(DELIVERY, thread.label("thread")).order_by(DELIVERY.c.id).limit(limit)
    if ids is not None:
        query = query.where(DELIVERY.c.id.in_(ids))
    if states:
        query = query.where(DELIVERY.c.state.in_(states))
    return [_delivery(row) for row in db.execute(query).mappings()]


def doubtful(db: Connection, now: datetime) -> list[Delivery]:
    """Return deliveries of unknown outcome that may be asked about now and were not repeated yet."""
    ids: Select[int] = select(DELIVERY.c.id).where(
        DELIVERY.c.state == DeliveryState.UNKNOWN, DELIVERY.c.next_attempt_at <= now, DELIVERY.c.repeats == 0
    )
    return deliveries(db, ids=list(db.scalars(ids)))


def any_due(db: Connection, now: datetime) -> bool:
    """Tell whether a delivery could be claimed now, but for its destination's pace."""
    return bool(db.execute(_due(now, pace=timedelta(0)).limit(1)).first())


def record_sent(db: Connection, delivery: Delivery, receipt: str, now: datetime) -> None:
    _record(db, delivery, state=DeliveryState.SENT, sent_at=now, receipt=receipt, error=None)


def record_verdict(db: Connection, delivery: Delivery, verdict: Verdict) -> None:
    """Record what becomes of a delivery; a failed part takes the parts that would have followed it along."""
    _record(db, delivery, state=verdict.state, error=verdict.reason, next_attempt_at=verdict.next_attempt_at)
    if verdict.state == DeliveryState.FAILED and delivery.part + 1 < delivery.parts:
        later = and_(
            DELIVERY.c.digest == delivery.digest,
            DELIVERY.c.destination == delivery.destination,
            DELIVERY.c.part > delivery.part,
        )
        reason = f"part {delivery.part + 1} of {delivery.parts} failed"
        db.execute(update(DELIVERY).where(later).values(state=DeliveryState.FAILED, error=reason))


def record_repeat(db: Connection, delivery: Delivery, *, now: datetime) -> bool:
    """Let a delivery of unknown outcome be sent once more; False where it was repeated already and stays unknown."""
    result = db.execute(
        update(DELIVERY)
        .where(DELIVERY.c.id == delivery.id, DELIVERY.c.repeats == 0)
        .values(state=DeliveryState.PENDING, repeats=1, next_attempt_at=now)
    )
    return result.rowcount == 1


def _record(db: Connection, delivery: Delivery, **values: Any) -> None:
    db.execute(update(DELIVERY).where(DELIVERY.c.id == delivery.id).values(**values))


def abandon_claims(db: Connection, now: datetime) -> int:
    """Mark what a process that is no more had claimed: it may have been sent, so the channel is asked first."""
    abandoned = update(DELIVERY).where(DELIVERY.c.state == DeliveryState.CLAIMED)
    values = {
        "state": DeliveryState.UNKNOWN,
        "next_attempt_at": now,
        "error": "the program stopped while this was being sent",
    }
    return db.execute(abandoned.values(**values)).rowcount


def count_states(db: Connection) -> dict[DeliveryState, int]:
    rows = db.execute(select(DELIVERY.c.state, func.count()).group_by(DELIVERY.c.state))
    return {DeliveryState(state): count for state, count in rows}


def oldest(db: Connection, states: Iterable[DeliveryState]) -> list[Delivery]:
    """Return the oldest delivery of each of these states that has one."""
    first = select(func.min(DELIVERY.c.id)).where(DELIVERY.c.state.in_(tuple(states))).group_by(DELIVERY.c.state)
    return deliveries(db, ids=list(db.scalars(first)))


def retry(db: Connection, number: int, now: datetime) -> bool:
    """Make a delivery that is going nowhere pending again, with the parts behind it; False where there is none."""
    stuck = DELIVERY.c.state.in_((DeliveryState.FAILED, DeliveryState.HELD, DeliveryState.UNKNOWN))
    found = db.execute(select(DELIVERY).where(DELIVERY.c.id == number, stuck)).mappings().first()
    if found is None:
        return False
    message = and_(
        DELIVERY.c.digest == found["digest"],
        DELIVERY.c.destination == found["destination"],
        DELIVERY.c.part >= found["part"],
        stuck,
    )
    db.execute(update(DELIVERY).where(message).values(state=DeliveryState.PENDING, next_attempt_at=now, repeats=0))
    return True


def _delivery(row: RowMapping) -> Delivery:
    payload = json.loads(row["payload"])
    kind = payload.pop("kind")
    if kind == "slack":
        payload["blocks"] = tuple(payload["blocks"])
    return Delivery(
        id=row["id"],
        key=row["key"],
        digest=row["digest"],
        subscription=row["subscription"],
        destination=row["destination"],
        part=row["part"],
        parts=row["parts"],
        message=_MESSAGES[kind](**payload),
        state=DeliveryState(row["state"]),
        attempts=row["attempts"],
        created_at=row["created_at"],
        next_attempt_at=row["next_attempt_at"],
        thread=row["thread"],
        receipt=row["receipt"],
        error=row["error"],
    )


def _kind(message: Message) -> str:
    return next(kind for kind, type_ in _MESSAGES.items() if isinstance(message, type_))

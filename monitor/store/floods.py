"""What is owed of feeds that bring very much at once, read without the articles' texts."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, exists, func, select

from monitor.digests.floods import LIMIT, Outline
from monitor.digests.owing import wanted
from monitor.model import ArticleRef, Match, Severity
from monitor.rules.ruleset import Subscription
from monitor.store.dialect import among
from monitor.store.tables import ARTICLE, MATCH, OWED
from monitor.store.telling import OPEN

_REFERENCE = ("title", "link", "source", "published_at", "duplicate_of", "language")


def outlines(
    db: Connection,
    subscription: Subscription,
    until: datetime,
    severities: Collection[Severity] = frozenset(Severity),
    *,
    above: int = LIMIT,
) -> tuple[Outline, ...]:
    """Return what is owed to a subscription of stories that are new to it, of the feeds that owe more than ``above``.

    Only what was stored by ``until`` and has one of these severities; matches come without their evidence.
    """
    same, its = OWED.alias(), ARTICLE.alias()
    of_its_story = same.c.subscription == subscription.id, same.c.story == OWED.c.story
    told = exists().where(*of_its_story, same.c.digest.is_not(None))
    due = (
        OPEN,
        OWED.c.subscription == subscription.id,
        OWED.c.kind == "news",
        OWED.c.owed_at <= until,
        OWED.c.severity.in_([str(one) for one in severities]),
        ~told,
    )
    owed = OWED.join(ARTICLE, ARTICLE.c.id == OWED.c.article)
    many = select(ARTICLE.c.feed).select_from(owed).where(*due).group_by(ARTICLE.c.feed)
    feeds = list(db.scalars(many.having(func.count() > above)))
    if not feeds:
        return ()
    untold = same.c.digest.is_(None), same.c.silence.is_(None)
    shared = exists().where(*of_its_story, *untold, its.c.id == same.c.article, its.c.feed.not_in(feeds))
    found = db.execute(
        select(
            *(OWED.c[name] for name in ("id", "story", "article", "severity", "owed_at")),
            *(ARTICLE.c[name] for name in ("feed", *_REFERENCE)),
            shared.label("is_shared"),
        )
        .select_from(owed)
        .where(*due, ARTICLE.c.feed.in_(feeds))
        .order_by(OWED.c.id)
    )
    rows = found.mappings().all()
    matches = _matches(db, subscription, {row["article"] for row in rows})
    return tuple(
        Outline(
            id=row["id"],
            story=row["story"],
            feed=row["feed"],
            severity=Severity(row["severity"]),
            owed_at=row["owed_at"],
            matches=matches[row["article"]],
            article=ArticleRef(id=row["article"], **{name: row[name] for name in _REFERENCE}),
            is_shared=bool(row["is_shared"]),
        )
        for row in rows
        if row["article"] in matches
    )


def _matches(db: Connection, subscription: Subscription, articles: Collection[int]) -> dict[int, tuple[Match, ...]]:
    found: dict[int, list[Match]] = {}
    columns = (MATCH.c[name] for name in ("article", "rule", "severity", "score", "regions"))
    for row in db.execute(select(*columns).where(among(db, MATCH.c.article, articles))):
        match = Match(
            rule=row.rule, severity=Severity(row.severity), score=row.score, regions=tuple(row.regions), evidence=()
        )
        found.setdefault(row.article, []).append(match)
    taken = {article: wanted(subscription, matches) for article, matches in found.items()}
    return {article: matches for article, matches in taken.items() if matches}

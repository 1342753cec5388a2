"""What was known and told at a past moment, as far as the store tells: what `preview` shows.

Articles read as they read then. What they matched by then is quoted from their latest words, and stories are grouped as
they are today: of these no earlier state is kept.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, RowMapping, exists, or_, select

from monitor.digests.owing import Owed, StoryFile, known_by, wanted
from monitor.model import FeedHealth, FeedState, Match, StoredArticle, Window
from monitor.rules.ruleset import Subscription
from monitor.store import feed_states, telling
from monitor.store.dialect import among
from monitor.store.polls import stored_article
from monitor.store.stories import reports_of
from monitor.store.tables import ARTICLE, DIGEST, MATCH, REVISION


def owed_in(db: Connection, subscription: Subscription, window: Window) -> tuple[Owed, ...]:
    """Return what a window brought to a subscription, told since or not.

    It is what its rules matched in the window, and the edits in it of what they matched before.
    """
    matched = MATCH.c.rule.in_(subscription.rules), MATCH.c.matched_at <= window.to_at
    matched_now = select(MATCH.c.article).where(*matched, MATCH.c.matched_at > window.from_at)
    edited_now = select(REVISION.c.article).where(
        REVISION.c.replaced_at > window.from_at,
        REVISION.c.replaced_at <= window.to_at,
        exists().where(MATCH.c.article == REVISION.c.article, *matched),
    )
    wanted_now = or_(ARTICLE.c.id.in_(matched_now), ARTICLE.c.id.in_(edited_now))
    rows = db.execute(select(ARTICLE).where(ARTICLE.c.owed, wanted_now).order_by(ARTICLE.c.id)).mappings().all()
    numbers = {row["id"] for row in rows}
    matches, edits = _matches(db, numbers, window.to_at), _edits(db, numbers)
    found = []
    for row in rows:
        known = [one for one in matches[row["id"]] if one.match.rule in subscription.rules]
        if taken := wanted(subscription, (one.match for one in known)):
            first_at = min(one.at for one in known)
            kind: Literal["news", "revision"] = "news" if first_at > window.from_at else "revision"
            article = _as_it_read(row, edits.get(row["id"], ()), window.to_at)
            found.append(
                Owed(
                    id=row["id"],
                    article=article,
                    matches=taken,
                    kind=kind,
                    severity=taken[0].severity,
                    owed_at=first_at if kind == "news" else article.revised_at or first_at,
                    story_told=False,
                )
            )
    return tuple(found)


def files_at(db: Connection, subscription: str, stories: Collection[int], at: datetime) -> Mapping[int, StoryFile]:
    """Return what is known of stories, and what of it a subscription had been told by then.

    One that had been told nothing at all yet is taken to have been told everything.
    """
    told = exists().where(DIGEST.c.subscription == subscription, DIGEST.c.until_at <= at)
    if db.scalar(select(told)):
        return telling.story_files(db, subscription, stories, told_by=at)
    return {story: known_by(reports, at) for story, reports in reports_of(db, stories).items()}


def feed_states_at(db: Connection, at: datetime) -> list[FeedState]:
    """Return how feeds stood then, as far as their states of today tell: not what has failed and recovered since."""
    return [_stood(state, at) for state in feed_states.of(db).values()]


def _stood(state: FeedState, at: datetime) -> FeedState:
    if state.failing_since is not None and state.failing_since > at:
        state = replace(state, health=FeedHealth.OK, failing_since=None, error=None)
    if state.quiet_since is not None and state.quiet_since > at:
        state = replace(state, quiet_since=None)
    if state.first_polled_at is not None and state.first_polled_at > at:
        state = replace(state, last_success_at=None)
    return state


@dataclass(frozen=True, slots=True)
class _Matched:
    at: datetime
    match: Match


def _matches(db: Connection, articles: Collection[int], at: datetime) -> dict[int, list[_Matched]]:
    found: dict[int, list[_Matched]] = {}
    rows = select(MATCH).where(among(db, MATCH.c.article, articles), MATCH.c.matched_at <= at)
    for row in db.execute(rows).mappings():
        found.setdefault(row["article"], []).append(_Matched(row["matched_at"], telling.read_match(row)))
    return found


def _edits(db: Connection, articles: Collection[int]) -> dict[int, list[RowMapping]]:
    found: dict[int, list[RowMapping]] = {}
    rows = select(REVISION).where(among(db, REVISION.c.article, articles)).order_by(REVISION.c.number)
    for row in db.execute(rows).mappings():
        found.setdefault(row["article"], []).append(row)
    return found


def _as_it_read(row: RowMapping, edits: Collection[RowMapping], at: datetime) -> StoredArticle:
    """Return an article with the words that it had then: those that its next edit replaced."""
    now = stored_article(row)
    following = next((edit for edit in edits if edit["replaced_at"] > at), None)
    if following is None:
        return now
    return replace(
        now,
        article=replace(now.article, title=following["title"], text=following["text"]),
        revision=following["number"],
        revised_at=max((edit["replaced_at"] for edit in edits if edit["replaced_at"] <= at), default=None),
    )

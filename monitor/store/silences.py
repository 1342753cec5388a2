"""Silences as they are stored, and what each keeps back of what is owed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import fields, replace
from datetime import datetime

from sqlalchemy import Connection, RowMapping, exists, func, insert, select, update

from monitor.errors import StoreError
from monitor.model import Silence, SilenceScope
from monitor.store import stories
from monitor.store.dialect import among
from monitor.store.tables import OWED, SILENCE, STORY, STORY_EVENT


def add(
    db: Connection, scope: SilenceScope, target: str, *, author: str, comment: str, now: datetime, ends_at: datetime
) -> Silence:
    values = {"scope": scope, "target": target, "author": author, "comment": comment}
    row = db.execute(insert(SILENCE).values(**values, created_at=now, ends_at=ends_at).returning(*SILENCE.c)).mappings()
    return _silence(row.one())


def listed(db: Connection, now: datetime, *, holding_only: bool = True) -> list[Silence]:
    """Return silences, the soonest over first; one of a story that was merged since names the story it lives on as.

    With ``holding_only`` those that are neither over nor lifted.
    """
    wanted = select(SILENCE).order_by(SILENCE.c.ends_at, SILENCE.c.id)
    if holding_only:
        wanted = wanted.where(SILENCE.c.ends_at > now, SILENCE.c.lifted_at.is_(None))
    found = [_silence(row) for row in db.execute(wanted).mappings()]
    merged = _merged(db, {int(one.target) for one in found if one.scope == "story"})
    return [
        replace(one, target=str(merged[int(one.target)])) if one.scope == "story" and int(one.target) in merged else one
        for one in found
    ]


def find(db: Connection, silence: int) -> Silence | None:
    row = db.execute(select(SILENCE).where(SILENCE.c.id == silence)).mappings().first()
    return None if row is None else _silence(row)


def lift(db: Connection, silence: int, now: datetime) -> int:
    """End a silence early; what it kept back is owed anew from now on. Returns how much that is.

    Not what its readers were owed anew since, by an edit that matched something else.

    Raises StoreError where there is none of that number, or it is over.
    """
    found = find(db, silence)
    if found is None:
        raise StoreError(f"there is no silence {silence}: `dateline silence list --all` shows those there are")
    if found.lifted_at or found.ends_at <= now:
        raise StoreError(f"silence {silence} is over already")
    db.execute(update(SILENCE).where(SILENCE.c.id == silence).values(lifted_at=now))
    since = OWED.alias()
    anew = exists().where(
        since.c.subscription == OWED.c.subscription, since.c.article == OWED.c.article, since.c.silence.is_(None)
    )
    kept = OWED.c.silence == silence, ~anew
    return db.execute(update(OWED).where(*kept).values(silence=None, owed_at=now)).rowcount


# --- what they keep back ---


def mute(db: Connection, debts: Mapping[int, Iterable[int]]) -> None:
    """Keep debts back: given by silence."""
    for silence, kept_back in debts.items():
        db.execute(update(OWED).where(among(db, OWED.c.id, list(kept_back))).values(silence=silence))


def kept_back(db: Connection, subscription: str | None = None) -> dict[int, int]:
    """Count the articles that each silence keeps back, from one subscription or from any."""
    held = OWED.c.digest.is_(None), OWED.c.silence.is_not(None)
    counted = select(OWED.c.silence, func.count(OWED.c.article.distinct())).where(*held)
    if subscription is not None:
        counted = counted.where(OWED.c.subscription == subscription)
    return {row[0]: row[1] for row in db.execute(counted.group_by(OWED.c.silence))}


def headlines(db: Connection, silences: Iterable[Silence], subscription: str | None = None) -> dict[int, str]:
    """Return the headlines of the silenced stories: all, or those that one subscription was ever owed something of."""
    numbers = {int(one.target) for one in silences if one.scope == "story"}
    if subscription is not None and numbers:
        owed = select(OWED.c.story).where(OWED.c.subscription == subscription, OWED.c.story.in_(numbers))
        numbers = set(db.scalars(owed.distinct()))
    return stories.headlines(db, numbers)


def _merged(db: Connection, numbers: Collection[int]) -> dict[int, int]:
    """Return those of these stories that a person merged, with the story that each lives on as.

    What Dateline merges by itself it may put into a greater story, which nobody wanted silenced.
    """
    if not numbers:
        return {}
    merged = STORY_EVENT.c.kind == "merged", STORY_EVENT.c.by != stories.OURSELVES, STORY_EVENT.c.other.in_(numbers)
    rows = db.execute(
        select(STORY.c.id, STORY.c.merged_into)
        .join(STORY_EVENT, STORY_EVENT.c.other == STORY.c.id)
        .where(*merged, STORY_EVENT.c.story == STORY.c.merged_into)
    )
    into = {row.id: row.merged_into for row in rows}
    further = _merged(db, set(into.values()))
    return {story: further.get(other, other) for story, other in into.items()}


def _silence(row: RowMapping) -> Silence:
    return Silence(**{field.name: row[field.name] for field in fields(Silence)})

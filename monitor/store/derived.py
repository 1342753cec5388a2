"""What is derived from articles, as a whole: thrown away, and the records that it is made from again, in their order.

Records are articles with their revisions, and what was decided of them: which are copies, which story each is in. They
are only read here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, RowMapping, and_, delete, func, select, update

from monitor.model import Article, StoredArticle
from monitor.store import stories
from monitor.store.dialect import among
from monitor.store.polls import stored_article
from monitor.store.tables import ARTICLE, HABIT, REPORT, REVISION, SKETCH, SKETCH_KEY, STORY, STORY_KEY, TERM
from monitor.stories.nodes import SILENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """An article with everything that it said, oldest first."""

    stored: StoredArticle
    revisions: Sequence[Article]
    same_words_as: int | None
    """The article whose copy it is word for word; then it taught nothing about its feed."""

    @property
    def batch(self) -> tuple[str, datetime]:
        """What articles have in common that were stored and grouped together."""
        return self.stored.article.feed, self.stored.stored_at


def clear_pools(db: Connection) -> None:
    """Forget all that new articles are compared with."""
    for table in (SKETCH, SKETCH_KEY, TERM, HABIT, STORY_KEY):
        db.execute(delete(table))
    db.execute(update(STORY).where(STORY.c.cluster.is_not(None)).values(cluster=None))


def forget_reports(db: Connection, articles: Collection[int]) -> None:
    db.execute(delete(REPORT).where(among(db, REPORT.c.article, articles)))


def count_articles(db: Connection) -> int:
    return db.scalar(select(func.count()).select_from(ARTICLE)) or 0


def articles_after(db: Connection, number: int, limit: int) -> list[Past]:
    """Return the next articles in the order in which they were stored."""
    original = ARTICLE.alias()
    same_words = and_(original.c.id == ARTICLE.c.duplicate_of, original.c.copy_hash == ARTICLE.c.copy_hash)
    found = select(*ARTICLE.c, original.c.id.label("same_words_as")).outerjoin(original, same_words)
    rows = db.execute(found.where(ARTICLE.c.id > number).order_by(ARTICLE.c.id).limit(limit)).mappings().all()
    earlier = _earlier(db, [row["id"] for row in rows if row["revision"]])
    return [_past(row, earlier.get(row["id"], ())) for row in rows]


def _earlier(db: Connection, articles: Collection[int]) -> Mapping[int, Sequence[RowMapping]]:
    found: dict[int, list[RowMapping]] = {}
    said = select(REVISION).where(among(db, REVISION.c.article, articles)).order_by(REVISION.c.number)
    for row in db.execute(said).mappings():
        found.setdefault(row["article"], []).append(row)
    return found


def _past(row: RowMapping, earlier: Sequence[RowMapping]) -> Past:
    stored = stored_article(row)
    before = [replace(stored.article, title=one["title"], text=one["text"]) for one in earlier]
    return Past(stored=stored, revisions=(*before, stored.article), same_words_as=row["same_words_as"])


def not_merged(db: Connection, among_stories: Collection[int]) -> set[int]:
    """Return those of these stories that are stories of their own on record."""
    own = STORY.c.merged_into.is_(None), among(db, STORY.c.id, among_stories)
    return set(db.scalars(select(STORY.c.id).where(*own)))


def settle(db: Connection, doubtful: Collection[int], now: datetime) -> None:
    """Let these stories be compared by the articles that they have on record, and no longer where they are closed."""
    for story in doubtful:
        db.execute(delete(STORY_KEY).where(STORY_KEY.c.story == story))
        db.execute(update(STORY).where(STORY.c.id == story).values(cluster=None))
    live = STORY.c.merged_into.is_(None), STORY.c.updated_at >= now - SILENT
    for story in db.scalars(select(STORY.c.id).where(among(db, STORY.c.id, doubtful), *live)).all():
        stories.compare_anew(db, story, now)

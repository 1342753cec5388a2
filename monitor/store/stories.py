"""Stories as stored: which articles they have, what those say, and how they were merged and split.

A merge or a split moves articles from one story to another and is recorded as it was decided; what is recorded is
never rewritten.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime

from sqlalchemy import Connection, RowMapping, and_, bindparam, case, exists, func, insert, or_, select, update

from monitor.errors import StoreError
from monitor.model import Figure, RelatedStory, Statement, StoredArticle, StoryEvent, StorySummary
from monitor.store import pools
from monitor.store.dialect import upsert_into
from monitor.store.polls import article_ids
from monitor.store.tables import ARTICLE, MATCH, OWED, RELATED, REPORT, REVISION, STORY, STORY_EVENT
from monitor.stories.features import features
from monitor.stories.grouping import Merge, Related, cluster_of
from monitor.stories.reports import Report, Spot
from monitor.text.fold import tokenise

OURSELVES = "Dateline"
"""Who decided a merge that nobody asked for."""

COMPARED = 50
"""Of a story changed by hand, so many of its latest articles are what new ones are compared with."""

# --- what articles say ---

Reported = tuple[int, int, Sequence[Figure], Sequence[Statement], Sequence[Spot]]
"""Article, revision, and what it says in it."""


def save_reports(db: Connection, reports: Iterable[Reported]) -> None:
    """Record what articles say, where they say anything."""
    rows = [
        {
            "article": article,
            "revision": revision,
            "figures": [asdict(figure) for figure in figures],
            "statements": [asdict(statement) for statement in statements],
            "places": [asdict(place) for place in places],
        }
        for article, revision, figures, statements, places in reports
        if figures or statements or places
    ]
    if rows:
        upsert = upsert_into(db, REPORT)
        changed = {name: upsert.excluded[name] for name in ("figures", "statements", "places")}
        db.execute(upsert.on_conflict_do_update(index_elements=["article", "revision"], set_=changed), rows)


def unread(db: Connection, edited: Sequence[StoredArticle]) -> dict[int, tuple[str, str]]:
    """Return title and text of the articles' last revisions of which no report is kept."""
    last = [and_(REVISION.c.article == one.id, REVISION.c.number == one.revision - 1) for one in edited]
    known = exists().where(REPORT.c.article == REVISION.c.article, REPORT.c.revision == REVISION.c.number)
    words = select(REVISION.c.article, REVISION.c.title, REVISION.c.text)
    return {row.article: (row.title, row.text) for row in db.execute(words.where(or_(*last), ~known))} if last else {}


def reports(db: Connection, story: int) -> list[Report]:
    """Return every revision of every article of a story, the current ones too, in the order of storing."""
    return reports_of(db, [story]).get(story, [])


def reports_of(db: Connection, stories: Collection[int]) -> dict[int, list[Report]]:
    """Return the reports of several stories at once."""
    if not stories:
        return {}
    names = ("id", "story", "title", "link", "source", "feed", "home", "duplicate_of", "published_at", "language")
    columns = [ARTICLE.c[name] for name in (*names, "revision", "stored_at")]
    articles = db.execute(select(*columns).where(ARTICLE.c.story.in_(stories))).mappings().all()
    edited = [row["id"] for row in articles if row["revision"]]
    earlier: dict[int, list[RowMapping]] = {}
    before = select(REVISION.c.article, REVISION.c.title, REVISION.c.replaced_at).order_by(REVISION.c.number)
    for row in db.execute(before.where(REVISION.c.article.in_(edited))).mappings() if edited else ():
        earlier.setdefault(row["article"], []).append(row)
    said = select(REPORT).join(ARTICLE, ARTICLE.c.id == REPORT.c.article).where(ARTICLE.c.story.in_(stories))
    says = {(row["article"], row["revision"]): row for row in db.execute(said).mappings()}
    joined = _joined(db, stories)
    found: dict[int, list[Report]] = {}
    for row in articles:
        revisions = earlier.get(row["id"], [])
        titles = [*(one["title"] for one in revisions), row["title"]]
        moments = [row["stored_at"], *(one["replaced_at"] for one in revisions)]
        for number, (title, at) in enumerate(zip(titles, moments, strict=True)):
            report = _report(row, number, title, at, says.get((row["id"], number)), joined.get(row["id"]))
            found.setdefault(row["story"], []).append(report)
    return {story: sorted(of_story, key=lambda one: (one.at, one.article)) for story, of_story in found.items()}


def _joined(db: Connection, stories: Collection[int]) -> dict[int, datetime]:
    """Return when articles came into these stories by merges."""
    events = select(STORY_EVENT.c.at, STORY_EVENT.c.articles).order_by(STORY_EVENT.c.id)
    merged = STORY_EVENT.c.story.in_(stories), STORY_EVENT.c.kind == "merged"
    return {article: row.at for row in db.execute(events.where(*merged)) for article in row.articles}


def _report(
    row: RowMapping, revision: int, title: str, at: datetime, says: RowMapping | None, joined_at: datetime | None
) -> Report:
    return Report(
        article=row["id"],
        revision=revision,
        at=at,
        title=title,
        link=row["link"],
        source=row["source"],
        feed=row["feed"],
        home=row["home"],
        duplicate_of=row["duplicate_of"],
        published_at=row["published_at"],
        language=row["language"],
        places=tuple(Spot(**place) for place in says["places"]) if says else (),
        figures=tuple(Figure(**figure) for figure in says["figures"]) if says else (),
        statements=tuple(Statement(**statement) for statement in says["statements"]) if says else (),
        joined_at=joined_at,
    )


# --- stories ---


def save_stories(db: Connection, new: Collection[int], grown: Collection[int], now: datetime) -> None:
    """Record new stories, and that others grew."""
    if new:
        db.execute(insert(STORY), [{"id": story, "first_seen_at": now, "updated_at": now} for story in new])
    if grown:
        db.execute(update(STORY).where(STORY.c.id.in_(grown)).values(updated_at=now))


def save_related(db: Connection, links: Iterable[Related], now: datetime) -> None:
    pairs = {(min(one.story, one.other), max(one.story, one.other)): one.score for one in links}
    rows = [{"story": one, "other": other, "score": score, "at": now} for (one, other), score in pairs.items()]
    if rows:
        upsert = upsert_into(db, RELATED)
        changed = {name: upsert.excluded[name] for name in ("score", "at")}
        db.execute(upsert.on_conflict_do_update(index_elements=["story", "other"], set_=changed), rows)


def save_merges(db: Connection, merges: Iterable[Merge], now: datetime) -> None:
    _merge_all(db, [(one.into, one.story, one.reason) for one in merges], by=OURSELVES, at=now)


def merge(db: Connection, into: int, others: Sequence[int], *, by: str, at: datetime) -> None:
    """Merge stories into one, on a person's word. Raises StoreError where one is not there, or is merged already."""
    for story in (into, *others):
        _live(db, story)
    if into in others:
        raise StoreError(f"story {into} cannot be merged into itself")
    _merge_all(db, [(into, other, "by hand") for other in dict.fromkeys(others)], by=by, at=at)
    compare_anew(db, into, at)


def split(db: Connection, story: int, articles: Collection[int], *, by: str, at: datetime) -> StoryEvent:
    """Make some of a story's articles, with the copies of them, a story of their own, on a person's word.

    The new story has the number of its first article that began none before, else one of its own. Raises StoreError
    where an article is not the story's, or nothing would be left of it.
    """
    _live(db, story)
    copies = {
        row.id: row.duplicate_of
        for row in db.execute(select(ARTICLE.c.id, ARTICLE.c.duplicate_of).where(ARTICLE.c.story == story))
    }
    if strange := sorted(set(articles) - copies.keys()):
        raise StoreError(f"article {strange[0]} is not in story {story}")
    taken = {one for one in copies if one in articles or copies[one] in articles}
    if not taken or taken == copies.keys():
        raise StoreError(f"story {story} has {len(copies)} articles: a split has to take some and leave some")
    # An article that once began a story cannot lend its number again: others may refer to that story.
    used = set(db.scalars(select(STORY.c.id).where(STORY.c.id.in_(taken))))
    new = min(taken - used, default=None) or article_ids(db, 1)[0]
    db.execute(insert(STORY).values(id=new, first_seen_at=at, updated_at=at))
    _reassign(db, dict.fromkeys(sorted(taken), new))
    event = {"at": at, "kind": "split", "story": new, "other": story, "articles": sorted(taken)}
    db.execute(insert(STORY_EVENT).values(**event, by=by, reason="by hand"))
    compare_anew(db, story, at)
    compare_anew(db, new, at)
    return StoryEvent(**event | {"articles": tuple(sorted(taken))}, by=by, reason="by hand")


def compare_anew(db: Connection, story: int, now: datetime) -> None:
    """Let new articles be compared with what a story's articles say, now that these are others."""
    columns = ARTICLE.c.title, ARTICLE.c.text, func.coalesce(ARTICLE.c.published_at, ARTICLE.c.stored_at).label("at")
    latest = select(*columns).where(ARTICLE.c.story == story, ARTICLE.c.duplicate_of.is_(None))
    shown = []
    for row in db.execute(latest.order_by(ARTICLE.c.id.desc()).limit(COMPARED)):
        title, text = tokenise(row.title), tokenise(row.text)
        shown.append(features(title, text, (range(len(title)), range(len(text))), min(row.at, now)))
    pools.drop_clusters(db, [story])
    if shown:
        pools.keep_clusters(db, {story: cluster_of(shown, pools.LiveStories(db, now))}, before={})


def _live(db: Connection, story: int) -> None:
    found = summary(db, story)
    if found is None:
        raise StoreError(f"there is no story {story}")
    if found.merged_into is not None:
        raise StoreError(f"story {story} was merged into {found.merged_into}")


def _merge_all(db: Connection, merged: Sequence[tuple[int, int, str]], *, by: str, at: datetime) -> None:
    """Merge stories: (into, other, reason), in the order in which it was decided."""
    if not merged:
        return
    others = {other: into for into, other, _ in merged}
    rows = db.execute(select(ARTICLE.c.id, ARTICLE.c.story, ARTICLE.c.stored_at).where(ARTICLE.c.story.in_(others)))
    moving = sorted((row.id, row.story, row.stored_at) for row in rows)
    events, stories = [], {article: story for article, story, _ in moving}
    for into, other, reason in merged:
        moved = [article for article, story in stories.items() if story == other]
        stories |= dict.fromkeys(moved, into)
        event = {"at": at, "kind": "merged", "story": into, "other": other, "articles": moved}
        events.append(event | {"by": by, "reason": reason})
    for article, story in stories.items():
        while story in others:
            story = others[story]
        stories[article] = story
    pools.drop_clusters(db, others.keys())
    _reassign(db, stories)
    where = STORY.c.id == bindparam("of_story")
    ended = [{"of_story": other, "into": into} for other, into in others.items()]
    db.execute(update(STORY).where(where).values(merged_into=bindparam("into")), ended)
    grown: dict[int, datetime] = {}
    for article, _, stored_at in moving:
        grown[stories[article]] = max(stored_at, grown.get(stories[article], stored_at))
    later = STORY.c.updated_at < bindparam("latest")
    if grown:
        updates = [{"of_story": story, "latest": latest} for story, latest in grown.items()]
        db.execute(update(STORY).where(where, later).values(updated_at=bindparam("latest")), updates)
    db.execute(insert(STORY_EVENT), events)


def _reassign(db: Connection, stories: Mapping[int, int]) -> None:
    """Let articles, and what is owed of them, belong to other stories."""
    rows = [{"of_article": article, "to_story": story} for article, story in stories.items()]
    if rows:
        for table, column in ((ARTICLE, ARTICLE.c.id), (OWED, OWED.c.article)):
            moved = update(table).where(column == bindparam("of_article")).values(story=bindparam("to_story"))
            db.execute(moved, rows)


# --- questions ---


def listed(db: Connection, since: datetime | None, limit: int, *, everything: bool = False) -> list[StorySummary]:
    """Return stories, latest first, without those merged into others: those that a rule matched, or ``everything``."""
    wanted = select(STORY.c.id).where(STORY.c.merged_into.is_(None)).order_by(STORY.c.updated_at.desc(), STORY.c.id)
    if since is not None:
        wanted = wanted.where(STORY.c.updated_at >= since)
    if not everything:
        matched = exists().where(ARTICLE.c.story == STORY.c.id, MATCH.c.article == ARTICLE.c.id)
        wanted = wanted.where(matched)
    ids = list(db.scalars(wanted.limit(limit)))
    found = _summaries(db, ids)
    return [found[one] for one in ids if one in found]


def summary(db: Connection, story: int) -> StorySummary | None:
    """Return a story in short; of one merged into another what its row still says, with ``merged_into``."""
    return _summaries(db, [story]).get(story)


def _summaries(db: Connection, ids: Collection[int]) -> dict[int, StorySummary]:
    originals = case((ARTICLE.c.duplicate_of.is_(None), 1), else_=0)
    counted = (
        select(STORY, func.count(ARTICLE.c.id).label("articles"), func.sum(originals).label("origins"))
        .outerjoin(ARTICLE, ARTICLE.c.story == STORY.c.id)
        .where(STORY.c.id.in_(ids))
        .group_by(STORY.c.id)
    )
    titles = headlines(db, ids)
    return {
        row["id"]: StorySummary(
            id=row["id"],
            headline=titles.get(row["id"], ""),
            first_seen_at=row["first_seen_at"],
            updated_at=row["updated_at"],
            merged_into=row["merged_into"],
            articles=row["articles"],
            origins=max(row["origins"] or 0, min(row["articles"], 1)),
        )
        for row in db.execute(counted).mappings()
    }


def headlines(db: Connection, stories: Collection[int]) -> dict[int, str]:
    """Return the title of each story's first article that is nobody's copy, or of its first where all are."""
    original = func.min(case((ARTICLE.c.duplicate_of.is_(None), ARTICLE.c.id)))
    first = select(func.coalesce(original, func.min(ARTICLE.c.id))).where(ARTICLE.c.story.in_(stories))
    titles = select(ARTICLE.c.story, ARTICLE.c.title).where(ARTICLE.c.id.in_(first.group_by(ARTICLE.c.story)))
    return {row.story: row.title for row in db.execute(titles)}


def events(db: Connection, story: int) -> list[StoryEvent]:
    """Return the merges and splits that a story had a part in, in order."""
    rows = db.execute(
        select(STORY_EVENT)
        .where(or_(STORY_EVENT.c.story == story, STORY_EVENT.c.other == story))
        .order_by(STORY_EVENT.c.id)
    )
    return [_event(row) for row in rows.mappings()]


def _event(row: RowMapping) -> StoryEvent:
    values = {field.name: row[field.name] for field in fields(StoryEvent)}
    return StoryEvent(**values | {"articles": tuple(row["articles"])})


def split_apart(db: Connection, since: datetime) -> set[tuple[int, int]]:
    """Return the pairs of stories that a person split since then: they must not be merged again."""
    rows = db.execute(
        select(STORY_EVENT.c.story, STORY_EVENT.c.other).where(STORY_EVENT.c.kind == "split", STORY_EVENT.c.at >= since)
    )
    return {(row.story, row.other) for row in rows}


def related(db: Connection, story: int) -> list[RelatedStory]:
    """Return the stories that may be of the same event, likeliest first, without those merged since."""
    other = case((RELATED.c.story == story, RELATED.c.other), else_=RELATED.c.story).label("other")
    links = select(other, RELATED.c.score).where(or_(RELATED.c.story == story, RELATED.c.other == story))
    scores = {row.other: row.score for row in db.execute(links)}
    found = _summaries(db, scores.keys())
    return [
        RelatedStory(story=one, headline=found[one].headline, score=score)
        for one, score in sorted(scores.items(), key=lambda item: -item[1])
        if one in found and found[one].merged_into is None
    ]

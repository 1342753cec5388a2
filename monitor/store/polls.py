"""What a poll reads and writes beside its feed's state: identities, articles, revisions, matches.

A poll asks one question per kind of identity, however many entries it brought, and writes one batch per table.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, fields, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, delete, exists, func, insert, literal, or_, select, update

from monitor.model import Article, Match, StoredArticle
from monitor.store.dialect import upsert_into
from monitor.store.tables import ARTICLE, COUNTER, FEED, MATCH, REVISION, SIGHTING
from monitor.stories.identity import Decision, Item, Known, KnownArticle, Sighting, strangers

REMEMBERED = timedelta(days=30)
MOST_REMEMBERED = 2_000
"""How far back, and over how many of a feed's articles, entries are looked for that come with new ids."""
FORMER_IDS_KEPT = timedelta(days=1)
"""Of a feed that renames at each poll every other id would be kept for good."""
RECURS = timedelta(hours=12)
"""What has a headline and hardly a word more ("Flood warning for Sibi") may be said anew after so long."""


# --- identity ---


def known(
    db: Connection,
    feed: str,
    items: Sequence[Item],
    *,
    now: datetime,
    before: datetime | None = None,
    unstable: bool = False,
) -> Known:
    """Look up in one go what identity needs to know about these items.

    ``before``: when the feed was last read, None where it never was; ``unstable``: it is known to rename its entries.
    """
    sightings = {
        row.key: Sighting(article=row.article, url=row.url, content_hash=row.content_hash)
        for row in db.execute(
            select(SIGHTING.c.key, SIGHTING.c.article, SIGHTING.c.url, SIGHTING.c.content_hash).where(
                SIGHTING.c.feed == feed, SIGHTING.c.key.in_([item.key for item in items])
            )
        )
    }
    unknown = [item for item in items if item.key not in sightings]
    urls, copies = _addresses(db, unknown), _copies(db, unknown)
    seen = {sighting.article for sighting in sightings.values()} | set(copies.values())
    moved = {sighting.article for item in items if (sighting := sightings.get(item.key)) and item.url != sighting.url}
    doubtful = moved | set(urls.values())
    articles = _known_articles(db, seen - doubtful, with_text=False)
    articles |= _known_articles(db, doubtful, with_text=True)
    urls = {url: article for url, article in urls.items() if article in articles}
    for item in items:  # a forgotten article that is still served as it was stays known; edited, it is news
        sighting = sightings.get(item.key)
        if sighting and sighting.article not in articles:
            if sighting.content_hash == item.content_hash:
                articles[sighting.article] = KnownArticle(
                    id=sighting.article, feed=feed, story=sighting.article, content_hash=item.content_hash
                )
            else:
                del sightings[item.key]
    found = Known(sightings=sightings, urls=urls, copies=copies, articles=articles, unstable=unstable)
    if before is None or not (asked := strangers(items, found)):
        return found
    namesakes = _namesakes(db, feed, {item.entry.title for item in asked}, before, now)
    articles |= _known_articles(db, [one for ones in namesakes.values() for one in ones], with_text=True)
    return replace(found, namesakes=namesakes)


def _namesakes(
    db: Connection, feed: str, titles: Collection[str], before: datetime, now: datetime
) -> dict[str, list[int]]:
    """Return the feed's newest articles with these headlines, the newest first; none of the poll that is going on."""
    lately = and_(ARTICLE.c.stored_at <= before, ARTICLE.c.stored_at > before - REMEMBERED)
    newest = select(ARTICLE.c.id).where(ARTICLE.c.feed == feed).order_by(ARTICLE.c.id.desc()).limit(MOST_REMEMBERED)
    here = SIGHTING.c.feed == feed, SIGHTING.c.article == ARTICLE.c.id
    tells = or_(ARTICLE.c.copy_hash.is_not(None), exists().where(*here, SIGHTING.c.seen_at > now - RECURS))
    asked = ARTICLE.c.id.in_(newest.scalar_subquery()), ARTICLE.c.title.in_(titles), lately, tells
    found: dict[str, list[int]] = {}
    for row in db.execute(select(ARTICLE.c.id, ARTICLE.c.title).where(*asked).order_by(ARTICLE.c.id.desc())):
        found.setdefault(row.title, []).append(row.id)
    return found


def _addresses(db: Connection, items: Sequence[Item]) -> dict[str, int]:
    urls = [item.url for item in items if item.url]
    if not urls:
        return {}
    found = (
        select(SIGHTING.c.url, func.min(SIGHTING.c.article)).where(SIGHTING.c.url.in_(urls)).group_by(SIGHTING.c.url)
    )
    return {row[0]: row[1] for row in db.execute(found)}


def _copies(db: Connection, items: Sequence[Item]) -> dict[str, int]:
    hashes = [item.copy_hash for item in items if item.copy_hash]
    if not hashes:
        return {}
    originals = ARTICLE.c.copy_hash.in_(hashes), ARTICLE.c.duplicate_of.is_(None)
    found = select(ARTICLE.c.copy_hash, func.min(ARTICLE.c.id)).where(*originals).group_by(ARTICLE.c.copy_hash)
    return {row[0]: row[1] for row in db.execute(found)}


def _known_articles(db: Connection, ids: Collection[int], *, with_text: bool) -> dict[int, KnownArticle]:
    if not ids:
        return {}
    text = ARTICLE.c.title + " " + ARTICLE.c.text if with_text else literal("")
    columns = tuple(ARTICLE.c[name] for name in ("id", "feed", "story", "content_hash", "revision", "owed", "url"))
    rows = db.execute(select(*columns, text.label("text")).where(ARTICLE.c.id.in_(ids)))
    return {row.id: KnownArticle(**row._mapping) for row in rows}


def article_numbers(db: Connection, expected: int) -> Iterator[int]:
    """Yield new article ids without end; the ``expected`` first ones cost one statement."""
    yield from article_ids(db, expected)
    while True:
        yield from article_ids(db, 1)


def article_ids(db: Connection, count: int) -> range:
    """Hand out ``count`` article ids, never given before."""
    if not count:
        return range(0)
    taken = db.execute(
        update(COUNTER)
        .where(COUNTER.c.name == "article")
        .values(value=COUNTER.c.value + count)
        .returning(COUNTER.c.value)
    ).scalar()
    if taken is None:
        db.execute(insert(COUNTER).values(name="article", value=count))
        taken = count
    return range(taken - count + 1, taken + 1)


# --- articles ---


def save_new(
    db: Connection, articles: Iterable[tuple[Decision, Article]], *, now: datetime, owed: Collection[int]
) -> None:
    rows = [
        _article_values(article, decision.item)
        | {
            "id": decision.article,
            "feed": article.feed,
            "source": article.source,
            "home": article.home,
            "story": decision.story,
            "duplicate_of": decision.duplicate_of,
            "revision": 0,
            "stored_at": now,
            "owed": decision.article in owed,
            "reason": decision.reason,
        }
        for decision, article in articles
    ]
    if rows:
        db.execute(insert(ARTICLE), rows)


def news_among(db: Connection, ids: Collection[int]) -> set[int]:
    """Return which of these articles were news when they came, and not a feed's past."""
    return set(db.scalars(select(ARTICLE.c.id).where(ARTICLE.c.id.in_(ids), ARTICLE.c.owed)))


def mark_owed(db: Connection, articles: Collection[int]) -> None:
    """Note that what lay in one feed's past became news in another."""
    db.execute(update(ARTICLE).where(ARTICLE.c.id.in_(articles)).values(owed=True))


def save_revisions(db: Connection, articles: Sequence[tuple[Decision, Article]], *, now: datetime) -> None:
    """Keep what each article said until now as a revision, and make the new words current."""
    if not articles:
        return
    changed = [decision.article for decision, _ in articles]
    before = select(
        ARTICLE.c.id,
        ARTICLE.c.revision,
        ARTICLE.c.title,
        ARTICLE.c.text,
        ARTICLE.c.content_hash,
        literal(now, FEED.c.next_poll_at.type),
    ).where(ARTICLE.c.id.in_(changed))
    columns = ["article", "number", "title", "text", "content_hash", "replaced_at"]
    db.execute(insert(REVISION).from_select(columns, before))
    for decision, article in articles:
        values = _article_values(article, decision.item)
        values["published_at"] = func.coalesce(ARTICLE.c.published_at, article.published_at)
        db.execute(
            update(ARTICLE)
            .where(ARTICLE.c.id == decision.article)
            .values(**values, revision=ARTICLE.c.revision + 1, revised_at=now)
        )


def save_sightings(db: Connection, feed: str, decisions: Sequence[Decision], *, now: datetime) -> None:
    """Record how the feed shows its articles; of those that it renamed again and again, former ids are forgotten."""
    if renamed := [one.article for one in decisions if one.renamed]:
        former = SIGHTING.c.article.in_(renamed), SIGHTING.c.key.not_in([one.item.key for one in decisions])
        db.execute(delete(SIGHTING).where(SIGHTING.c.feed == feed, *former, SIGHTING.c.seen_at < now - FORMER_IDS_KEPT))
    rows = [
        {
            "feed": feed,
            "key": decision.item.key,
            "article": decision.article,
            "url": decision.item.url,
            "content_hash": decision.item.content_hash,
            "seen_at": now,
        }
        for decision in decisions
        if decision.kind != "seen"
    ]
    if rows:
        statement = upsert_into(db, SIGHTING)
        changed = {name: statement.excluded[name] for name in ("article", "url", "content_hash", "seen_at")}
        db.execute(statement.on_conflict_do_update(index_elements=["feed", "key"], set_=changed), rows)


def save_matches(
    db: Connection, matches: Iterable[tuple[int, int, Match]], *, rules_version: str, now: datetime
) -> None:
    """Record (article, revision, match); a later revision's match of the same rule replaces the earlier's evidence."""
    rows = [
        {
            "article": article,
            "rule": match.rule,
            "revision": revision,
            "severity": match.severity,
            "score": match.score,
            "regions": list(match.regions),
            "evidence": [asdict(evidence) for evidence in match.evidence],
            "points": [asdict(points) for points in match.points],
            "rules_version": rules_version,
            "matched_at": now,
        }
        for article, revision, match in matches
    ]
    if rows:
        statement = upsert_into(db, MATCH)
        kept = {"article", "rule", "matched_at"}
        changed = {name: statement.excluded[name] for name in rows[0] if name not in kept}
        db.execute(statement.on_conflict_do_update(index_elements=["article", "rule"], set_=changed), rows)


def articles(db: Connection, ids: Collection[int]) -> list[StoredArticle]:
    rows = db.execute(select(ARTICLE).where(ARTICLE.c.id.in_(ids)).order_by(ARTICLE.c.id))
    return [stored_article(row) for row in rows.mappings()]


def stories_of(db: Connection, ids: Collection[int]) -> dict[int, int]:
    """Return the stories of articles."""
    if not ids:
        return {}
    rows = db.execute(select(ARTICLE.c.id, ARTICLE.c.story).where(ARTICLE.c.id.in_(ids)))
    return {row.id: row.story for row in rows}


def rules_matched(db: Connection, ids: Collection[int]) -> dict[int, set[str]]:
    """Return which rules these articles matched so far."""
    found: dict[int, set[str]] = {}
    for article, rule in db.execute(select(MATCH.c.article, MATCH.c.rule).where(MATCH.c.article.in_(ids))):
        found.setdefault(article, set()).add(rule)
    return found


def _article_values(article: Article, item: Item) -> dict[str, Any]:
    return {
        "title": article.title,
        "text": article.text,
        "link": article.link,
        "url": article.url,
        "author": article.author,
        "section": article.section,
        "language": article.language,
        "published_at": article.published_at,
        "content_hash": item.content_hash,
        "copy_hash": item.copy_hash,
    }


def stored_article(row: RowMapping) -> StoredArticle:
    """Read an article's row."""
    return StoredArticle(
        id=row["id"],
        article=Article(**{field.name: row[field.name] for field in fields(Article)}),
        stored_at=row["stored_at"],
        revision=row["revision"],
        revised_at=row["revised_at"],
        story=row["story"],
        duplicate_of=row["duplicate_of"],
    )

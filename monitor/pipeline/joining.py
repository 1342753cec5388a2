"""Which story each new article belongs to, what articles say, and whom it wakes: the steps around matching a slice."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from monitor.app import Services
from monitor.digests.owing import StoryFile
from monitor.digests.waking import wakes
from monitor.model import Article, Feed, Figure, Statement, StoredArticle
from monitor.regions.field import Part
from monitor.regions.gazetteer import Place
from monitor.rules.match import Outcome, outcome
from monitor.rules.positions import Positions, Words, words_of
from monitor.store import polls, pools, stories, telling
from monitor.stories.assign import Arrival, Assignment, assign
from monitor.stories.figures import figures_of
from monitor.stories.identity import Decision
from monitor.stories.nodes import SILENT
from monitor.stories.reports import Spot
from monitor.stories.statements import statements_of


def group_new(
    db: Connection,
    services: Services,
    feed: Feed,
    new: Sequence[tuple[Decision, Article]],
    words: Mapping[int, Words],
    now: datetime,
) -> list[tuple[Decision, Article]]:
    """Let each new article join its story, and keep what later ones are compared with; returns the new decisions."""
    try:
        return _group(db, feed, new, words, now) if new else []
    except SQLAlchemyError:
        raise
    except Exception:
        # An article that breaks the grouping is kept, as a story of its own, and said; the others are grouped singly.
        services.log.exception("articles could not be grouped", feed=feed.id, articles=len(new))
    if len(new) > 1:
        return [done for one in new for done in group_new(db, services, feed, [one], words, now)]
    stories.save_stories(db, [one.article for one, _ in new if one.story == one.article], (), now)
    alone = "; a story of its own, since Dateline failed on grouping it"
    return [(replace(one, reason=one.reason + alone), article) for one, article in new]


def _group(
    db: Connection,
    feed: Feed,
    new: Sequence[tuple[Decision, Article]],
    words: Mapping[int, Words],
    now: datetime,
) -> list[tuple[Decision, Article]]:
    live = pools.LiveStories(db, now)
    assigned = assign(
        [arrival(one.article, article, words[one.article], now, copy_of=one.duplicate_of) for one, article in new],
        {feed.id: pools.habits(db, feed.id)},
        pools.Originals(db),
        live,
        lambda articles: polls.stories_of(db, articles),
        apart=stories.split_apart(db, now - SILENT),
    )
    _keep(db, feed, assigned, live, now)
    return [(_decided(one, assigned), article) for one, article in new]


def arrival(number: int, article: Article, words: Words, now: datetime, *, copy_of: int | None) -> Arrival:
    """Return an article that was stored now as it is grouped; ``copy_of`` is one that says the same word for word."""
    published = article.published_at
    return Arrival(
        id=number,
        title=words[0],
        text=words[1],
        at=published if published is not None and published <= now else now,
        feed=article.feed,
        outlet=article.source,
        copy_of=copy_of,
    )


def _keep(db: Connection, feed: Feed, assigned: Assignment, live: pools.LiveStories, now: datetime) -> None:
    grouped = assigned.grouping
    new = {story for story in _stories(assigned) if story in assigned.stories}
    stories.save_stories(db, new, set(assigned.stories.values()) - new, now)
    pools.keep_clusters(db, grouped.changed, before=live.seen)
    pools.count_terms(db, grouped.frequencies, len(grouped.joined), now)
    pools.save_sketches(db, assigned.sketches, assigned.keys)
    pools.save_habits(db, feed.id, assigned.habits[feed.id])
    stories.save_merges(db, grouped.merges, now)
    stories.save_related(db, grouped.related, now)


def _stories(assigned: Assignment) -> set[int]:
    """Return the stories of a batch, those merged within it as well."""
    return {one.story for one in assigned.grouping.joined.values()} | set(assigned.stories.values())


def _decided(one: Decision, assigned: Assignment) -> Decision:
    decided = replace(one, story=assigned.stories[one.article])
    if copy := assigned.copies.get(one.article):
        return replace(decided, duplicate_of=copy.of, reason=f"a copy of article {copy.of}: {copy.reason}")
    if one.duplicate_of is None:
        joined = assigned.grouping.joined[one.article]
        return replace(decided, reason=f"{one.reason}; {joined.reason}")
    return decided


def save_said(
    db: Connection,
    services: Services,
    articles: Iterable[tuple[Decision, Article]],
    words: Mapping[int, Words],
    outcomes: Mapping[int, Outcome],
    edited: Sequence[StoredArticle],
) -> None:
    """Keep the figures and statements of articles, and the places they name of the regions they were matched in."""
    revisions = {one.id: one.revision for one in edited}
    spots = {article: _spots(found) for article, found in outcomes.items()}
    said: list[stories.Reported] = [
        (
            one.article,
            revisions.get(one.article, 0),
            *_said(services, article, words[one.article]),
            spots[one.article],
        )
        for one, article in articles
    ]
    before = stories.unread(db, edited)
    for one in edited:
        # What an article said before its edit and was never read would else be news, and its places as well.
        if old := before.get(one.id):
            article = replace(one.article, title=old[0], text=old[1])
            said.append((one.id, one.revision - 1, *read_report(services, article)))
    stories.save_reports(db, said)


def read_report(services: Services, article: Article) -> tuple[Sequence[Figure], Sequence[Statement], Sequence[Spot]]:
    """Return the figures and statements of an article, and the places it names of the regions it is matched in."""
    try:
        words = words_of(article)
        spots = _spots(outcome(services.rulebook.rules, article, Positions(article, words)))
    except Exception:
        services.log.exception("article could not be read again", feed=article.feed, url=article.url)
        return (), (), ()
    return *_said(services, article, words), spots


def _said(services: Services, article: Article, words: Words) -> tuple[Sequence[Figure], Sequence[Statement]]:
    title, text = words
    try:
        return (
            figures_of(article.title, title, article.text, text, article.language),
            statements_of(article.title, title, article.text, text, article.language),
        )
    except Exception:
        # An article whose figures cannot be read is told without them, and said.
        services.log.exception("figures could not be read", feed=article.feed, url=article.url)
        return (), ()


def _spots(found: Outcome) -> list[Spot]:
    return list(dict.fromkeys(_spot(*place) for place in found.places if place[0].name))


def _spot(place: Place, part: Part, written: str) -> Spot:
    # Readers know a town as their papers spell it, but not in another script, nor in a dateline's capitals.
    shown = written if written.isascii() and not written.isupper() else place.name
    return Spot(name=place.name, shown=shown, code=place.code, kind=place.kind, field=part, id=max(place.id, 0))


def wake(db: Connection, touched: Collection[int], now: datetime) -> None:
    """Let what is owed of these stories be told at once to those who know them, if there is reason to."""
    waiting = telling.waiting(db, touched)
    told = telling.stories_told(db, {story for _, story in waiting})
    known = [pair for pair in waiting if pair in told]
    reports = stories.reports_of(db, {story for _, story in known})
    found: dict[Hashable, bool] = {}  # who was told the same hears the same: asked once for all of them
    woken = []
    for pair in known:
        story = pair[1]
        key = story, waiting[pair], frozenset(told[pair].items())
        if key not in found:
            found[key] = wakes(StoryFile(reports=reports.get(story, ()), told=told[pair]), waiting[pair], now)
        woken += [pair] if found[key] else []
    telling.wake(db, woken)


def merge(db: Connection, into: int, others: Sequence[int], *, by: str, at: datetime) -> None:
    """Merge stories on a person's word; what is owed of them wakes its readers as if it had come by itself.

    Raises StoreError where one is not there, or is merged already.
    """
    stories.merge(db, into, others, by=by, at=at)
    wake(db, {into}, at)

"""Watching and polling feeds: fetch → parse → store → match → owe."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from monitor.app import Services
from monitor.digests import owing
from monitor.errors import ParseError, StoreError
from monitor.feeds import timing
from monitor.feeds.parse import parse_feed
from monitor.model import Article, Feed, FeedState, Fetched, FetchFailed, FetchOutcome, Match, ParsedFeed
from monitor.pipeline.counts import Counts
from monitor.rules.match import match_article
from monitor.rules.ruleset import RuleSet
from monitor.store import polls, telling
from monitor.stories.identity import Decision, Item, identify, items_of
from monitor.text.language import language_of
from monitor.text.urls import canonical_url

SLICE = 500
"""Entries stored per transaction, so that a flood of 50,000 never holds the write lock for more than a moment."""

AT_ONCE = 32


def watch_feeds(services: Services) -> None:
    """Let the database follow the rule files: new feeds are due at once, new subscriptions' first window begins now."""
    rules, now = services.rulebook.rules, services.clock.now()
    with services.store.writing() as db:
        states = polls.feed_states(db)
        polls.forget_feeds_but(db, rules.feeds)
        polls.save_states(
            db,
            [
                timing.reconcile(feed, states[feed.id], now) if feed.id in states else timing.initial_state(feed, now)
                for feed in rules.feeds.values()
            ],
        )
        telling.open_subscriptions(db, rules.subscriptions, now)


def due_feeds(
    services: Services, *, every_feed: bool = False, limit: int = 100_000, without: Collection[str] = ()
) -> list[Feed]:
    """Return the feeds whose time has come, longest overdue first; with ``every_feed`` all that are not paused."""
    feeds = services.rulebook.rules.feeds
    if every_feed:
        return [feed for feed in feeds.values() if not feed.paused]
    with services.store.reading() as db:
        due = polls.due_feeds(db, services.clock.now(), limit=limit, without=without)
    return [feeds[state.feed] for state in due if state.feed in feeds]


async def poll_feeds(services: Services, feeds: Iterable[Feed]) -> Counts:
    """Poll many feeds, a bounded number at once."""
    slots = asyncio.Semaphore(AT_ONCE)
    states = await services.in_store(lambda: _states(services))

    async def poll(feed: Feed) -> Counts:
        async with slots:
            return await poll_feed(services, feed, states.get(feed.id))

    return sum(await asyncio.gather(*(poll(feed) for feed in feeds)), Counts())


async def poll_feed(services: Services, feed: Feed, state: FeedState | None = None) -> Counts:
    """Poll one feed. Whatever goes wrong with it stays with it: it is logged, and tried again later.

    ``state`` saves reading what the caller has just read.
    """
    try:
        state = state or await services.in_store(lambda: _state(services, feed))
        outcome = await services.fetcher.fetch(feed, state)
        parsed: ParsedFeed | None = None
        if isinstance(outcome, Fetched):
            outcome, parsed = await _parse(services, outcome)
        if parsed is None:
            return await _record_unchanged(services, feed, outcome)
        return await services.in_store(lambda: _record(services, feed, outcome, parsed))
    except StoreError as error:
        services.log.error("poll not stored", feed=feed.id, error=str(error))
        return Counts(polled=1, failed=1)
    except Exception as error:
        # The one broad net of polling: a fault of ours with one feed's bytes must not stop the other feeds.
        services.log.exception("poll broke", feed=feed.id)
        failed = FetchFailed(reason=f"could not be processed: {type(error).__name__}: {error}")
        return await services.in_store(lambda: _record(services, feed, failed, None))


def _states(services: Services) -> dict[str, FeedState]:
    with services.store.reading() as db:
        return polls.feed_states(db)


def _state(services: Services, feed: Feed) -> FeedState:
    with services.store.reading() as db:
        return polls.feed_state(db, feed.id) or timing.initial_state(feed, services.clock.now())


async def _parse(services: Services, fetched: Fetched) -> tuple[FetchOutcome, ParsedFeed | None]:
    now = services.clock.now()
    try:
        parsed = await asyncio.to_thread(
            parse_feed, fetched.body, url=fetched.url, content_type=fetched.content_type, now=now
        )
    except ParseError as error:
        return FetchFailed(reason=str(error)), None
    return fetched, parsed


async def _record_unchanged(services: Services, feed: Feed, outcome: FetchOutcome) -> Counts:
    """Store the outcome of a poll without a document, in one transaction with those that end at the same time."""

    def record(polled: list[tuple[Feed, FetchOutcome]]) -> None:
        with services.store.writing() as db:
            now = services.clock.now()
            states = polls.feed_states(db, [feed.id for feed, _ in polled])
            after = [
                _after(feed, states.get(feed.id) or timing.initial_state(feed, now), outcome, None, Counts(), now)
                for feed, outcome in polled
            ]
            polls.save_states(db, [state for state in after if state.feed in states])

    await services.unchanged.do((feed, outcome), lambda polled: services.in_store(lambda: record(polled)))
    failed = isinstance(outcome, FetchFailed)
    counts = Counts(polled=1, failed=failed, not_modified=not failed)
    services.log_poll(feed, outcome, counts.as_json())
    return counts


def _record(services: Services, feed: Feed, outcome: FetchOutcome, parsed: ParsedFeed | None) -> Counts:
    """Store the outcome of one poll; the feed's new state is committed together with its last entries."""
    failed = isinstance(outcome, FetchFailed)
    counts = Counts(polled=1, failed=failed, not_modified=parsed is None and not failed)
    items = _items(parsed) if parsed else ()
    past: Collection[str] | None = None
    for start in range(0, max(len(items), 1), SLICE):
        with services.store.writing() as db:
            now = services.clock.now()
            state = polls.feed_state(db, feed.id) or timing.initial_state(feed, now)
            if past is None:
                past = _past(feed, items, state, now)
            if items:
                counts += _store(db, services, feed, items[start : start + SLICE], past, now)
            if start + SLICE >= len(items):
                polls.save_state(db, _after(feed, state, outcome, parsed, counts, now))
    services.log_poll(feed, outcome, counts.as_json())
    return counts


def _items(parsed: ParsedFeed) -> tuple[Item, ...]:
    # The last entry of a document that ended early may be half an entry: it is taken once it comes whole.
    return items_of(replace(parsed, entries=parsed.entries[:-1]) if parsed.truncated else parsed)


def _past(feed: Feed, items: Sequence[Item], state: FeedState, now: datetime) -> set[str]:
    entries = [item.entry for item in items]
    past = owing.entries_of_the_past(feed, entries, first_poll=state.first_polled_at is None, now=now)
    return {items[position].key for position in past}


def _after(
    feed: Feed, state: FeedState, outcome: FetchOutcome, parsed: ParsedFeed | None, counts: Counts, now: datetime
) -> FeedState:
    jitter = random.random()  # noqa: S311 - spreads polls, guards nothing
    after = timing.after_poll(feed, state, outcome, changed=counts.new + counts.revised > 0, now=now, jitter=jitter)
    if parsed is not None and parsed.truncated:
        return replace(after, etag=None, last_modified=None, body_hash=None)
    return after


def _store(
    db: Connection, services: Services, feed: Feed, items: Sequence[Item], past: Collection[str], now: datetime
) -> Counts:
    rules = services.rulebook.rules
    known = polls.known(db, feed.id, items)
    unknown = sum(item.key not in known.sightings for item in items)
    decisions = identify(feed.id, items, known, iter(polls.article_ids(db, unknown)))
    new = [(one, article_of(feed, one.item)) for one in decisions if one.kind == "new"]
    revised = [(one, article_of(feed, one.item)) for one in decisions if one.kind == "revised"]
    owed = {one.article for one, _ in new if one.item.key not in past}

    polls.save_new(db, new, now=now, owed=owed)
    polls.save_revisions(db, revised, now=now)
    polls.save_sightings(db, feed.id, decisions, now=now)
    matches = {one.article: _match(services, rules, article) for one, article in (*new, *revised)}
    debts = [
        debt
        for one, _ in new
        if one.article in owed
        for debt in owing.debts_of_new(rules.subscriptions.values(), one.article, one.story, matches[one.article])
    ]
    revisions: dict[int, int] = {}
    if revised:
        revisions, more = _revision_debts(db, rules, feed, revised, matches, now)
        debts += more
    found = [(article, revisions.get(article, 0), match) for article, ones in matches.items() for match in ones]
    polls.save_matches(db, found, rules_version=rules.version, now=now)
    telling.owe(db, debts, now)
    return Counts(
        new=len(new),
        revised=len(revised),
        duplicate=sum(one.duplicate_of is not None for one, _ in new),
        matches=len(found),
        stories_new=frozenset(one.story for one, _ in new if one.duplicate_of is None),
        stories_touched=frozenset(one.story for one, _ in (*new, *revised)),
    )


def _revision_debts(
    db: Connection,
    rules: RuleSet,
    feed: Feed,
    revised: Sequence[tuple[Decision, Article]],
    matches: dict[int, tuple[Match, ...]],
    now: datetime,
) -> tuple[dict[int, int], list[owing.Debt]]:
    """Return the edited articles' revision numbers, and what the edits owe."""
    edited = polls.articles(db, [one.article for one, _ in revised])
    matched_before = polls.rules_matched(db, [one.id for one in edited])
    news_owed = telling.news_owed(db, [one.id for one in edited])
    debts = [
        debt
        for one in edited
        if not owing.too_old(feed, one.article.published_at, now)
        for debt in owing.debts_of_revision(
            rules.subscriptions.values(),
            one,
            matches[one.id],
            matched_before=matched_before.get(one.id, ()),
            told=[subscription for subscription, told in news_owed.get(one.id, {}).items() if told],
            untold=[subscription for subscription, told in news_owed.get(one.id, {}).items() if not told],
        )
    ]
    return {one.id: one.revision for one in edited}, debts


def _match(services: Services, rules: RuleSet, article: Article) -> tuple[Match, ...]:
    try:
        return match_article(rules, article)
    except Exception:
        # An article that breaks the matcher is kept, unmatched and said; the others go on.
        services.log.exception("article could not be matched", feed=article.feed, url=article.url)
        return ()


def article_of(feed: Feed, item: Item) -> Article:
    entry = item.entry
    return Article(
        title=entry.title,
        text=entry.text,
        link=entry.link or "",
        url=item.url or canonical_url(entry.link or ""),
        feed=feed.id,
        source=feed.name,
        home=feed.home,
        author=entry.author,
        section=entry.section,
        language=language_of(f"{entry.title}\n{entry.text}", feed.language or entry.language),
        published_at=entry.published_at,
    )

"""Watching and polling feeds: fetch → parse → store → group → match → owe."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from monitor.app import Result, Services
from monitor.digests import owing
from monitor.errors import ParseError, StoreError
from monitor.feeds import timing, trouble
from monitor.feeds.parsing import EndedError
from monitor.health import OUTAGE_FEEDS
from monitor.model import Feed, FeedHealth, FeedState, Fetched, FetchFailed, FetchOutcome, ParsedFeed
from monitor.pipeline.counts import Counts
from monitor.pipeline.matching import try_again
from monitor.pipeline.operating import end_notices_of_templates
from monitor.pipeline.storing import store_items
from monitor.pipeline.upkeep import has_room
from monitor.redaction import redact
from monitor.store import feed_states, leavers, outcomes, pauses, telling
from monitor.stories.identity import Item, items_of

SLICE = 200
"""Entries stored per transaction, so that a flood of 50,000 never holds the write lock for more than a moment."""

AT_ONCE = 32

OUTAGE_WAIT = timedelta(minutes=15)


def watch_feeds(services: Services) -> None:
    """Let the database follow the rule files: new feeds are due at once, new subscriptions' first window begins now."""
    rules, now = services.rulebook.rules, services.clock.now()
    with services.store.writing() as db:
        states = feed_states.of(db)
        feed_states.forget_all_but(db, rules.feeds)
        wanted = [
            timing.reconcile(feed, states[feed.id], now) if feed.id in states else timing.initial_state(feed, now)
            for feed in rules.feeds.values()
        ]
        feed_states.save_all(db, [state for state in wanted if state != states.get(state.feed)])
        gone = telling.follow_subscriptions(db, rules.subscriptions, now)
        end_notices_of_templates(db, services.rulebook.templates.version)
        forgotten = leavers.follow(db, {one.id: one.to for one in rules.subscriptions.values()})
        telling.forget_the_future(db, now)
        outcomes.forget_the_future(db, now)
        pauses.forget_the_future(db, now)
    if mended := try_again(services):
        services.log.info("articles matched that could not be before", articles=mended)
    for subscription, destination in forgotten:
        services.log.info("no longer unsubscribed: out of `to:`", digest=subscription, destination=destination)
    for subscription in gone:
        services.log.warning("digest is no more, and owed nothing", subscription=subscription)


def due_feeds(
    services: Services, *, every_feed: bool = False, limit: int = 100_000, without: Collection[str] = ()
) -> list[Feed]:
    """Return the feeds whose time has come, longest overdue first; with ``every_feed`` all that are not paused.

    None while there is no room to store what they bring.
    """
    if not has_room(services):
        return []
    feeds = services.rulebook.rules.feeds
    if every_feed:
        return [feed for feed in feeds.values() if not feed.paused]
    with services.store.reading() as db:
        due = feed_states.due(db, services.clock.now(), limit=limit, without=without)
    return [feeds[state.feed] for state in due if state.feed in feeds]


def look_again(services: Services, *, everyone: bool = False) -> None:
    """Make failing feeds due that have waited long enough: all of them with ``everyone``, as at a start.

    Otherwise only where no feed can be read at all, which is the network's fault and not the feeds': their back-off,
    growing to 24 h, would keep us blind long after the network is back.
    """
    now = services.clock.now()
    waited = timedelta(0) if everyone else OUTAGE_WAIT
    with services.store.writing() as db:
        if everyone or feed_states.nothing_can_be_read(db, least=OUTAGE_FEEDS):
            feed_states.retry_failing(db, polled_before=now - waited, now=now)


async def poll_feeds(services: Services, feeds: Iterable[Feed]) -> Counts:
    """Poll many feeds, a bounded number at once."""
    slots = asyncio.Semaphore(AT_ONCE)
    states = await services.in_store(lambda: _states(services))

    async def poll(feed: Feed) -> Counts:
        async with slots:
            try:
                return await poll_feed(services, feed, states.get(feed.id))
            except StoreError as error:
                services.log.error("poll not stored", feed=feed.id, error=str(error))
                return Counts(polled=1, failed=1)

    return sum(await asyncio.gather(*(poll(feed) for feed in feeds)), Counts())


async def poll_feed(services: Services, feed: Feed, state: FeedState | None = None) -> Counts:
    """Poll one feed. Whatever goes wrong with it stays with it: it is logged, and tried again later.

    ``state`` saves reading what the caller has just read. Raises StoreError where the outcome could not be stored: the
    feed is still due.
    """
    try:
        if state is None:
            state = await services.in_store(lambda: _state(services, feed))
        services.metrics.poll_began(state, services.clock.now())
        outcome = await services.fetcher.fetch(feed, state)
        parsed: ParsedFeed | None = None
        if isinstance(outcome, Fetched):
            outcome, parsed = await _parse(services, outcome)
        if parsed is None:
            return await _record_unchanged(services, feed, outcome)
        return await _record(services, feed, outcome, parsed)
    except StoreError:
        raise
    except Exception as error:
        # The one broad net of polling: a fault of ours with one feed's bytes must not stop the other feeds.
        services.log.exception("poll broke", feed=feed.id)
        failed = FetchFailed(reason=redact(f"could not be processed: {type(error).__name__}: {error}"))
        return await _record(services, feed, failed, None)


def _states(services: Services) -> dict[str, FeedState]:
    with services.store.reading() as db:
        return feed_states.of(db)


def _state(services: Services, feed: Feed) -> FeedState:
    with services.store.reading() as db:
        return feed_states.get(db, feed.id) or timing.initial_state(feed, services.clock.now())


async def _parse(services: Services, fetched: Fetched) -> tuple[FetchOutcome, ParsedFeed | None]:
    now = services.clock.now()
    try:
        parsed = await services.parsers.parse(fetched.body, url=fetched.url, content_type=fetched.content_type, now=now)
    except EndedError as error:
        return FetchFailed(reason=trouble.costly(str(error))), None
    except ParseError as error:
        return FetchFailed(reason=str(error)), None
    return fetched, parsed


async def _record_unchanged(services: Services, feed: Feed, outcome: FetchOutcome) -> Counts:
    """Store the outcome of a poll without a document, in one transaction with those that end at the same time."""

    def record(polled: list[tuple[Feed, FetchOutcome]]) -> None:
        with services.store.writing() as db:
            now = services.clock.now()
            states = feed_states.of(db, [feed.id for feed, _ in polled])
            after = [
                _after(feed, state, outcome, None, Counts(), now)
                for feed, outcome in polled
                if (state := states.get(feed.id)) and _is_of(feed, state)
            ]
            feed_states.save_all(db, after)

    await services.unchanged.do((feed, outcome), lambda polled: _stored(services, lambda: record(polled)))
    failed = isinstance(outcome, FetchFailed)
    counts = Counts(polled=1, failed=failed, not_modified=not failed)
    services.log_poll(feed, outcome, counts.as_json())
    return counts


async def _record(services: Services, feed: Feed, outcome: FetchOutcome, parsed: ParsedFeed | None) -> Counts:
    """Store the outcome of one poll; the feed's new state is committed together with its last entries.

    Between two slices other feeds have their turn, and the polls that have several wait for each other.
    """
    failed = isinstance(outcome, FetchFailed)
    counts = Counts(polled=1, failed=failed, not_modified=parsed is None and not failed)
    items = await asyncio.to_thread(_items, parsed) if parsed else ()
    past: Collection[str] | None = None

    def store(start: int) -> bool:
        """Store the slice that begins there; False where the feed is not any more what was polled."""
        nonlocal counts, past
        with services.store.writing() as db:
            now = services.clock.now()
            state = feed_states.get(db, feed.id)
            if state is None or not _is_of(feed, state):
                return False
            if past is None:
                past = _past(feed, items, state, now)
            if items:
                counts += store_items(db, services, feed, items[start : start + SLICE], past, now, before=state)
            if start + SLICE >= len(items):
                feed_states.save(db, _after(feed, state, outcome, parsed, counts, now))
        return True

    async with services.flood if len(items) > SLICE else nullcontext():
        for start in range(0, max(len(items), 1), SLICE):
            if not await _stored(services, partial(store, start)):
                break
    services.log_poll(feed, outcome, counts.as_json())
    if parsed is not None and (damage := _damage(parsed)):
        services.log.warning("feed is damaged", feed=feed.id, url=feed.url, reason=damage)
    return counts


async def _stored(services: Services, work: Callable[[], Result]) -> Result:
    async with services.storing:
        return await services.in_store(work)


def _damage(parsed: ParsedFeed) -> str | None:
    return "the document ends early; its last entry waits until it comes whole" if parsed.truncated else parsed.problem


def _is_of(feed: Feed, state: FeedState) -> bool:
    """Tell whether a poll still counts: not where the feed got another address or was paused meanwhile."""
    return state.url == feed.url and state.health is not FeedHealth.PAUSED


def _items(parsed: ParsedFeed) -> tuple[Item, ...]:
    # The last entry of a document that ended early may be half an entry: it is taken once it comes whole.
    return items_of(replace(parsed, entries=parsed.entries[:-1]) if parsed.truncated else parsed)


def _past(feed: Feed, items: Sequence[Item], state: FeedState, now: datetime) -> set[str]:
    entries = [item.entry for item in items]
    first_poll = state.first_polled_at is None
    past = owing.entries_of_the_past(feed, entries, first_poll=first_poll, since=state.last_success_at, now=now)
    return {items[position].key for position in past}


def _after(
    feed: Feed, state: FeedState, outcome: FetchOutcome, parsed: ParsedFeed | None, counts: Counts, now: datetime
) -> FeedState:
    jitter = random.random()  # noqa: S311 - spreads polls, guards nothing
    after = timing.after_poll(feed, state, outcome, changed=counts.new + counts.revised > 0, now=now, jitter=jitter)
    after = timing.after_ids(after, renamed=counts.renamed, kept=counts.kept_ids, now=now)
    if parsed is not None and parsed.truncated:
        # Half a document: it is wanted whole, and the rest of a new feed's past is still to come. One that is cut at
        # every poll begins to count with its second.
        first = state.first_polled_at or (now if state.last_success_at else None)
        after = replace(after, etag=None, last_modified=None, body_hash=None, first_polled_at=first)
    return after if parsed is None else replace(after, error=_damage(parsed))

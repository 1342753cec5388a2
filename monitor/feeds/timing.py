"""Decisions about the next poll of a feed: when, from which address, and what a poll has taught about it.

Functions of the feed, its state, the outcome and ``now``; must not know how feeds are fetched or where states are kept.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from monitor.model import Feed, FeedHealth, FeedState, Fetched, FetchFailed, FetchOutcome, NotModified

LONGEST_INTERVAL = timedelta(hours=6)
LONGEST_BACK_OFF = timedelta(hours=24)
LEAST_QUIET = timedelta(hours=24)
JITTER = 0.1
SAME_MOVES = 3
"""How many equal permanent redirects in a row make a feed's new address its address."""
UNSTABLE_AFTER = 3
"""Polls. One alone may be a site that moved."""

_POLLS_PER_GAP = 10
"""A feed is asked this often between two changes, so that news waits a tenth of its usual pause at most."""
_FORGET = timedelta(days=30)
"""Half-life of the longest gap: long enough to remember weekends and holidays, short enough to outlive an outage."""
_NEWEST_GAP_WEIGHT = 0.25
_MOST_DOUBLINGS = 17
"""From the least interval, 1 s, to more than 24 h."""


def effective_url(state: FeedState) -> str:
    """Return the address to poll: the configured one, or where it has moved to for good."""
    return state.moved_to if state.moved_to is not None and state.moved_seen >= SAME_MOVES else state.url


def initial_state(feed: Feed, now: datetime) -> FeedState:
    """Return the state of a feed that was never polled: due at once, unless it is paused."""
    if feed.paused:
        return FeedState(feed=feed.id, url=feed.url, health=FeedHealth.PAUSED)
    return FeedState(feed=feed.id, url=feed.url, next_poll_at=now)


def reconcile(feed: Feed, state: FeedState, now: datetime) -> FeedState:
    """Return ``state`` as it must be under the rule file's present ``feed``; unchanged, if nothing there has changed.

    Another address starts afresh, even where the old one was gone. A shorter or longer `every` moves the next poll. One
    planned farther away than any plan reaches, or by a poll in the future, comes of a clock that has been set back
    since: it is due now.
    """
    if feed.url != state.url:
        # When it was last read is kept: what the new address dates after that is news, not the feed's past.
        return replace(initial_state(feed, now), last_success_at=state.last_success_at)
    if feed.paused:
        return replace(state, health=FeedHealth.PAUSED, next_poll_at=None)
    if state.health is FeedHealth.PAUSED:
        health = FeedHealth.FAILING if state.failures else FeedHealth.OK
        return replace(state, health=health, next_poll_at=now)
    if state.next_poll_at is None:
        return state
    was_ahead = state.last_polled_at is not None and state.last_polled_at > now
    if was_ahead or state.next_poll_at - now > max(feed.every, LONGEST_BACK_OFF) * (1 + JITTER):
        return replace(state, next_poll_at=min(state.next_poll_at, now))
    if state.health is FeedHealth.OK and state.last_polled_at is not None:
        interval = _interval(feed, state, state.last_polled_at)
        if not interval <= state.next_poll_at - state.last_polled_at <= interval * (1 + JITTER):
            return replace(state, next_poll_at=state.last_polled_at + interval)
    return state


def after_poll(
    feed: Feed, state: FeedState, outcome: FetchOutcome, *, changed: bool, now: datetime, jitter: float
) -> FeedState:
    """Return the state after a poll.

    ``changed``: the poll brought an article or a revision that was not stored yet. ``jitter`` is a random number from 0
    to 1. A document that could not be parsed is to be passed as FetchFailed. The result holds the validators of a
    Fetched document, so it must be stored in the transaction that stores the document's entries: otherwise a crash
    between the two turns into "not modified", and the entries are lost.
    """
    if isinstance(outcome, FetchFailed):
        return _after_failure(feed, state, outcome, now=now, jitter=jitter)
    state = _after_move(state, outcome)
    state = _after_change(feed, state, now) if changed else _after_nothing(state, now)
    if isinstance(outcome, Fetched):
        state = replace(state, etag=outcome.etag, last_modified=outcome.last_modified, body_hash=outcome.body_hash)
    return replace(
        state,
        health=FeedHealth.OK,
        failures=0,
        failing_since=None,
        error=None,
        first_polled_at=state.first_polled_at or now,
        last_polled_at=now,
        last_success_at=now,
        next_poll_at=now + _interval(feed, state, now) * (1 + JITTER * jitter),
    )


def after_ids(state: FeedState, *, renamed: int, kept: int, now: datetime) -> FeedState:
    """Return the state after a document in which so many known entries had new ids, and so many those of before.

    A feed is unstable once it renamed most of them in several polls, until it has not in as many.
    """
    if not renamed and not kept:
        return state
    polls = state.renamed_polls + (1 if renamed > kept else -1)
    polls = min(max(polls, 0), UNSTABLE_AFTER)
    if polls == UNSTABLE_AFTER:
        return replace(state, renamed_polls=polls, unstable_since=state.unstable_since or now)
    return replace(state, renamed_polls=polls, unstable_since=state.unstable_since if polls else None)


def _after_failure(feed: Feed, state: FeedState, failed: FetchFailed, *, now: datetime, jitter: float) -> FeedState:
    failures = state.failures + 1
    moved = effective_url(state) != state.url
    gone = failed.gone and not moved
    back_off = min(feed.every * 2 ** min(failures - 1, _MOST_DOUBLINGS), LONGEST_BACK_OFF)
    wait = max(back_off, feed.every) * (1 + JITTER * jitter)
    if failed.retry_after is not None:
        wait = max(wait, min(failed.retry_after, LONGEST_BACK_OFF))
    if moved and (failed.gone or failures >= SAME_MOVES):  # it moved to a place that is no more: ask where it was
        state = replace(state, moved_to=None, moved_seen=0)
    return replace(
        state,
        health=FeedHealth.GONE if gone else FeedHealth.FAILING,
        failures=failures,
        failing_since=state.failing_since or now,
        error=failed.reason,
        last_polled_at=now,
        next_poll_at=None if gone else now + wait,
    )


def _after_move(state: FeedState, outcome: Fetched | NotModified) -> FeedState:
    if effective_url(state) != state.url:
        return state  # where a moved feed moves on, the redirect is followed each time
    if outcome.moved_to is None:
        return replace(state, moved_to=None, moved_seen=0)
    seen = state.moved_seen + 1 if outcome.moved_to == state.moved_to else 1
    return replace(state, moved_to=outcome.moved_to, moved_seen=seen)


def _after_change(feed: Feed, state: FeedState, now: datetime) -> FeedState:
    state = replace(state, changed_in_a_row=state.changed_in_a_row + 1, quiet_since=None)
    if state.last_changed_at is None or state.last_success_at is None:
        return replace(state, last_changed_at=now)
    # After a time without a look (a failing feed, a stopped daemon) nobody knows when the change came.
    seen_by = min(now, state.last_success_at + max(feed.every, LONGEST_INTERVAL))
    gap = max(seen_by - state.last_changed_at, timedelta(0))
    usual, longest = state.usual_gap or gap, state.longest_gap or gap
    return replace(
        state,
        last_changed_at=now,
        usual_gap=usual + (gap - usual) * _NEWEST_GAP_WEIGHT,
        longest_gap=max(gap, longest * 0.5 ** (gap / _FORGET)),
    )


def _after_nothing(state: FeedState, now: datetime) -> FeedState:
    """Count the poll; a feed is quiet since its last change once its pause is out of its habit."""
    last = state.last_changed_at or state.first_polled_at or now
    usual = max(3 * (state.longest_gap or timedelta(0)), LEAST_QUIET)
    return replace(state, changed_in_a_row=0, quiet_since=last if now - last > usual else None)


def _interval(feed: Feed, state: FeedState, now: datetime) -> timedelta:
    if state.changed_in_a_row >= 2:
        return feed.every
    pause = max(now - (state.last_changed_at or state.first_polled_at or now), state.usual_gap or timedelta(0))
    return max(feed.every, min(pause / _POLLS_PER_GAP, LONGEST_INTERVAL))

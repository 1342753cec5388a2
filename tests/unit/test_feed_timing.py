"""When a feed is polled next, and what a poll teaches about it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.feeds.timing import (
    JITTER,
    LONGEST_BACK_OFF,
    LONGEST_INTERVAL,
    after_ids,
    after_poll,
    effective_url,
    initial_state,
    reconcile,
)
from monitor.model import Feed, FeedHealth, FeedState, Fetched, FetchFailed, FetchOutcome, NotModified

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
URL = "https://dawn.example/feed"
NEW = "https://new.example/feed"


def feed(every: timedelta = 10 * MINUTE, *, url: str = URL, paused: bool = False) -> Feed:
    return Feed(id="dawn", url=url, name="Dawn", every=every, paused=paused)


def fetched(moved_to: str | None = None) -> Fetched:
    return Fetched(
        url=moved_to or URL,
        moved_to=moved_to,
        body=b"",
        body_hash="h",
        content_type=None,
        etag='"7"',
        last_modified="Sun, 22 Nov 2026 11:00:00 GMT",
    )


NOT_FOUND = FetchFailed(reason="answered 404 Not Found", status=404)
GONE = FetchFailed(reason="answered 410 Gone", status=410, gone=True)


def poll(
    state: FeedState,
    outcome: FetchOutcome,
    *,
    changed: bool = False,
    after: timedelta = timedelta(0),
    one: Feed | None = None,
    jitter: float = 0.0,
) -> FeedState:
    """Poll at the planned time, or ``after`` that long since the last poll."""
    due = state.next_poll_at or state.last_polled_at or NOW
    now = (state.last_polled_at or due) + after if after else due
    return after_poll(one or feed(), state, outcome, changed=changed, now=now, jitter=jitter)


def wait(state: FeedState) -> timedelta:
    assert state.next_poll_at is not None
    assert state.last_polled_at is not None
    return state.next_poll_at - state.last_polled_at


def fresh(one: Feed | None = None) -> FeedState:
    return initial_state(one or feed(), NOW)


# --- success -----------------------------------------------------------------------------------------------------


def test_a_new_feed_is_due_at_once_and_a_paused_one_never() -> None:
    assert fresh() == FeedState(feed="dawn", url=URL, next_poll_at=NOW)
    assert fresh(feed(paused=True)) == FeedState(feed="dawn", url=URL, health=FeedHealth.PAUSED)


def test_a_first_document_is_remembered_with_its_validators() -> None:
    assert poll(fresh(), fetched(), changed=True) == FeedState(
        feed="dawn",
        url=URL,
        etag='"7"',
        last_modified="Sun, 22 Nov 2026 11:00:00 GMT",
        body_hash="h",
        first_polled_at=NOW,
        last_polled_at=NOW,
        last_success_at=NOW,
        last_changed_at=NOW,
        changed_in_a_row=1,
        next_poll_at=NOW + 10 * MINUTE,
    )


def test_not_modified_keeps_the_validators_and_the_first_time() -> None:
    first = poll(fresh(), fetched(), changed=True)
    again = poll(first, NotModified())
    assert (again.etag, again.last_modified, again.body_hash) == (first.etag, first.last_modified, first.body_hash)
    assert (again.first_polled_at, again.last_success_at) == (NOW, NOW + 10 * MINUTE)


def test_a_document_without_validators_drops_the_old_ones() -> None:
    bare = replace(fetched(), etag=None, last_modified=None)
    assert poll(poll(fresh(), fetched()), bare).etag is None


def test_a_feed_that_changes_at_each_poll_stays_at_every() -> None:
    state = fresh()
    for _ in range(30):
        state = poll(state, fetched(), changed=True)
        assert wait(state) == 10 * MINUTE


def test_two_changes_in_a_row_end_a_long_interval() -> None:
    state = replace(poll(fresh(), fetched(), changed=True), usual_gap=10 * DAY)
    state = poll(state, NotModified())
    assert wait(state) == LONGEST_INTERVAL
    assert wait(poll(state, fetched(), changed=True)) == LONGEST_INTERVAL
    assert wait(poll(poll(state, fetched(), changed=True), fetched(), changed=True)) == 10 * MINUTE


def test_a_dead_feed_slows_down_to_six_hours() -> None:
    state, waits = poll(fresh(), fetched(), changed=True), []
    for _ in range(60):
        state = poll(state, NotModified())
        waits.append(wait(state))
    assert waits == sorted(waits)
    assert waits[0] == 10 * MINUTE
    assert waits[-1] == LONGEST_INTERVAL


def test_an_empty_feed_slows_down_from_its_first_poll() -> None:
    state = poll(fresh(), fetched())
    assert wait(poll(state, NotModified(), after=10 * HOUR)) == HOUR


def test_the_interval_is_a_tenth_of_the_usual_gap() -> None:
    state = poll(fresh(), fetched(), changed=True)
    for _ in range(200):  # changes at 20 h, then every 20 h
        changed = state.next_poll_at is not None and state.next_poll_at - (state.last_changed_at or NOW) >= 20 * HOUR
        state = poll(state, fetched() if changed else NotModified(), changed=changed)
    assert 2 * HOUR <= wait(state) <= 2.2 * HOUR
    assert state.usual_gap is not None
    assert 20 * HOUR <= state.usual_gap <= 22 * HOUR


def test_slower_than_six_hours_is_what_the_operator_asked_for() -> None:
    one = feed(12 * HOUR)
    assert wait(poll(poll(fresh(one), fetched(), one=one), NotModified(), after=30 * DAY, one=one)) == 12 * HOUR


def test_jitter_adds_a_tenth_at_most() -> None:
    assert wait(poll(fresh(), fetched(), jitter=1.0)) == 11 * MINUTE
    assert wait(poll(fresh(), NOT_FOUND, jitter=0.5)) == 10.5 * MINUTE


# --- gaps and quiet ----------------------------------------------------------------------------------------------


def test_time_without_a_look_is_not_taken_for_a_gap() -> None:
    state = poll(fresh(), fetched(), changed=True)
    state = poll(state, fetched(), changed=True, after=10 * DAY)
    assert state.usual_gap == state.longest_gap == LONGEST_INTERVAL


def test_the_longest_gap_fades_with_a_half_life_of_a_month() -> None:
    state = replace(poll(fresh(), fetched(), changed=True), usual_gap=HOUR, longest_gap=60 * HOUR)
    for _ in range(720):
        state = poll(state, fetched(), changed=True, after=HOUR)
    assert state.longest_gap is not None
    assert abs(state.longest_gap - 30 * HOUR) < MINUTE


@pytest.mark.parametrize(
    ("longest", "idle", "quiet"),
    [
        (None, 24 * HOUR, False),
        (None, 25 * HOUR, True),
        (HOUR, 23 * HOUR, False),
        (HOUR, 25 * HOUR, True),
        (20 * HOUR, 59 * HOUR, False),
        (20 * HOUR, 61 * HOUR, True),
    ],
)
def test_quiet_is_three_times_the_longest_gap_and_a_day_at_least(
    longest: timedelta | None, idle: timedelta, quiet: bool
) -> None:
    state = replace(poll(fresh(), fetched(), changed=True), longest_gap=longest)
    state = poll(state, NotModified(), after=idle)
    assert state.quiet_since == (NOW if quiet else None)
    assert poll(state, NOT_FOUND).quiet_since == state.quiet_since
    assert poll(state, fetched(), changed=True).quiet_since is None


# --- failures ----------------------------------------------------------------------------------------------------


def test_failures_double_the_wait_up_to_a_day_and_success_ends_them() -> None:
    state, waits = poll(fresh(), fetched(), changed=True), []
    for _ in range(12):
        state = poll(state, NOT_FOUND)
        waits.append(wait(state))
    assert waits[:4] == [10 * MINUTE, 20 * MINUTE, 40 * MINUTE, 80 * MINUTE]
    assert waits[-1] == LONGEST_BACK_OFF
    assert (state.health, state.failures, state.error) == (FeedHealth.FAILING, 12, "answered 404 Not Found")
    assert state.failing_since == NOW + 10 * MINUTE
    assert state.etag == '"7"'
    state = poll(state, NotModified())
    assert (state.health, state.failures, state.failing_since, state.error) == (FeedHealth.OK, 0, None, None)


def test_the_fastest_feed_reaches_a_day_too() -> None:
    one = feed(timedelta(seconds=1))
    state = fresh(one)
    for _ in range(18):
        state = poll(state, NOT_FOUND, one=one)
    assert wait(state) == LONGEST_BACK_OFF


@pytest.mark.parametrize(
    ("asked", "waited"),
    [(HOUR, HOUR), (5 * MINUTE, 10 * MINUTE), (3 * DAY, DAY), (None, 10 * MINUTE)],
)
def test_retry_after_is_a_floor(asked: timedelta | None, waited: timedelta) -> None:
    assert wait(poll(fresh(), FetchFailed(reason="answered 503", status=503, retry_after=asked))) == waited


def test_a_feed_that_is_gone_is_not_polled_again() -> None:
    state = poll(poll(fresh(), fetched(), changed=True), GONE)
    assert (state.health, state.next_poll_at, state.error) == (FeedHealth.GONE, None, "answered 410 Gone")
    assert reconcile(feed(), state, NOW + DAY) == state
    back = poll(state, fetched(), changed=True, after=DAY)  # by hand
    assert (back.health, wait(back)) == (FeedHealth.OK, 10 * MINUTE)


# --- moves -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "address"),
    [
        ([NEW, NEW], URL),
        ([NEW, NEW, NEW], NEW),
        ([NEW, NEW, "https://other.example/", NEW], URL),
        ([NEW, NEW, None, NEW], URL),
        ([NEW, NEW, NEW, None, None], NEW),
        ([NEW, NEW, NEW, "https://other.example/"], NEW),
    ],
)
def test_three_equal_moves_are_remembered(answers: list[str | None], address: str) -> None:
    state = fresh()
    for number, moved_to in enumerate(answers):
        state = poll(state, fetched(moved_to) if number % 2 else NotModified(moved_to=moved_to))
    assert effective_url(state) == address


def moved() -> FeedState:
    state = fresh()
    for _ in range(3):
        state = poll(state, fetched(NEW))
    return state


def test_a_failure_between_does_not_forget_a_move() -> None:
    assert effective_url(poll(moved(), NOT_FOUND)) == NEW
    assert effective_url(poll(poll(poll(fresh(), fetched(NEW)), NOT_FOUND), fetched(NEW))) == URL


def test_a_move_to_a_dead_place_is_taken_back() -> None:
    state = moved()
    for address in (NEW, NEW, URL):
        state = poll(state, NOT_FOUND)
        assert effective_url(state) == address
    state = poll(moved(), GONE)
    assert (effective_url(state), state.health, wait(state)) == (URL, FeedHealth.FAILING, 10 * MINUTE)
    assert poll(state, GONE).health is FeedHealth.GONE


# --- ids ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("polls_", "unstable"),
    [
        ("", ""),
        ("rr", ".."),
        ("rrr", "..R"),
        ("rrrrkk", "..RRRR"),
        ("rrrkkk", "..RRR."),
        ("rkrkrkrk", "........"),
        ("rrrkrkrkrk", "..RRRRRRRR"),
        ("rrr---", "..RRRR"),
        ("kkkrrr", ".....R"),
    ],
)
def test_a_feed_that_renames_its_entries_poll_after_poll_is_unstable(polls_: str, unstable: str) -> None:
    state, shown = fresh(), ""
    counts = {"r": (5, 2), "k": (2, 5), "-": (0, 0)}
    for number, one in enumerate(polls_):
        renamed, kept = counts[one]
        state = after_ids(state, renamed=renamed, kept=kept, now=NOW + number * HOUR)
        shown += "R" if state.unstable_since else "."
        assert state.unstable_since in (None, NOW + 2 * HOUR, NOW + 5 * HOUR)
    assert shown == unstable


# --- the rule file changed ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("back", [HOUR, DAY, 365 * DAY])
@pytest.mark.parametrize("outcome", [fetched(), FetchFailed(reason="answered 500")])
def test_a_clock_set_back_makes_a_feed_due(back: timedelta, outcome: FetchOutcome) -> None:
    state = after_poll(feed(), initial_state(feed(), NOW), outcome, changed=False, now=NOW, jitter=0.5)
    assert reconcile(feed(), state, NOW - back).next_poll_at == NOW - back
    assert reconcile(feed(), state, NOW) is state


def test_reconcile_leaves_alone_what_did_not_change() -> None:
    for state in (fresh(), poll(fresh(), fetched(), changed=True, jitter=1.0), poll(fresh(), NOT_FOUND, jitter=0.3)):
        assert reconcile(feed(), state, NOW + MINUTE) is state


@pytest.mark.parametrize("outcome", [fetched(), NOT_FOUND, GONE], ids=["ok", "failing", "gone"])
def test_another_address_starts_afresh(outcome: FetchOutcome) -> None:
    state = poll(fresh(), outcome, changed=True)
    afresh = replace(initial_state(feed(url=NEW), NOW + HOUR), last_success_at=state.last_success_at)
    assert reconcile(feed(url=NEW), state, NOW + HOUR) == afresh


@pytest.mark.parametrize(("outcome", "health"), [(fetched(), FeedHealth.OK), (NOT_FOUND, FeedHealth.FAILING)])
def test_pausing_and_going_on(outcome: FetchOutcome, health: FeedHealth) -> None:
    state = poll(fresh(), outcome, changed=True)
    paused = reconcile(feed(paused=True), state, NOW + HOUR)
    assert (paused.health, paused.next_poll_at) == (FeedHealth.PAUSED, None)
    assert reconcile(feed(paused=True), paused, NOW + DAY) == paused
    assert reconcile(feed(), paused, NOW + DAY) == replace(state, health=health, next_poll_at=NOW + DAY)


@pytest.mark.parametrize("every", [MINUTE, HOUR])
def test_another_interval_counts_from_the_last_poll(every: timedelta) -> None:
    state = poll(fresh(), fetched(), changed=True, jitter=0.7)
    assert reconcile(feed(every), state, NOW + MINUTE).next_poll_at == NOW + every


def test_a_clock_set_back_does_not_silence_a_feed() -> None:
    state = poll(fresh(), fetched(), changed=True, after=timedelta(0))
    assert reconcile(feed(), state, NOW - 365 * DAY).next_poll_at == NOW - 365 * DAY
    again = after_poll(feed(), state, fetched(), changed=True, now=NOW - 365 * DAY, jitter=0.0)
    assert wait(again) == 10 * MINUTE


# --- properties --------------------------------------------------------------------------------------------------

outcomes = st.sampled_from([fetched(), fetched(NEW), NotModified(), NotModified(moved_to=NEW), NOT_FOUND]) | st.builds(
    FetchFailed, reason=st.just("answered 503"), retry_after=st.timedeltas(timedelta(0), 3 * DAY)
)
polls = st.tuples(
    outcomes, st.booleans(), st.floats(0, 1), st.timedeltas(timedelta(0), 3 * DAY), st.timedeltas(-DAY, DAY)
)


@settings(max_examples=150)
@given(st.timedeltas(timedelta(seconds=1), 2 * DAY), st.lists(polls, max_size=25))
def test_the_bounds_always_hold(
    every: timedelta, history: list[tuple[FetchOutcome, bool, float, timedelta, timedelta]]
) -> None:
    one = feed(every)
    state, now = initial_state(one, NOW), NOW
    for outcome, changed, jitter, late, jump in history:
        now = max(NOW - 9 * DAY, (state.next_poll_at or now) + late + jump)
        state = after_poll(one, state, outcome, changed=changed, now=now, jitter=jitter)
        assert state.next_poll_at is not None
        assert state.next_poll_at > now
        longest = LONGEST_BACK_OFF if isinstance(outcome, FetchFailed) else LONGEST_INTERVAL
        assert every <= wait(state) <= max(every, longest) * (1 + JITTER)
        assert (state.error is None) == (state.failures == 0) == (state.failing_since is None)
        assert (state.health is FeedHealth.OK) == (state.failures == 0)
        assert effective_url(state) in (URL, NEW)
        assert reconcile(one, state, now) == state


@settings(max_examples=50)
@given(st.timedeltas(timedelta(seconds=1), HOUR), st.lists(st.booleans(), min_size=2, max_size=40), st.floats(0, 1))
def test_two_changes_in_a_row_always_mean_every(every: timedelta, changes: list[bool], jitter: float) -> None:
    one = feed(every)
    state = initial_state(one, NOW)
    for before, changed in pairwise([False, *changes]):
        state = poll(state, fetched(), changed=changed, one=one, jitter=jitter)
        if before and changed:
            assert wait(state) <= every * (1 + JITTER)

"""When what is owed to a subscription is told: digests at their hours, nothing in quiet hours but what breaks through.

What quiet hours hold is told at their end, in one message. Pure: reads no clock and no table, and must not know what a
digest says, nor which messages an alert's news is divided into (`threads`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from monitor.digests.owing import OfStory
from monitor.digests.timing import Clock, Immediately, due_at_or_before, due_between, instant, parse_clock_time
from monitor.model import Severity, Window
from monitor.rules.ruleset import Subscription

INSTANT = timedelta(microseconds=1)
"""The least difference between two times."""


# --- quiet hours ---


def quiet_hours(subscription: Subscription, at: datetime) -> Window | None:
    """Return the quiet hours that a moment lies in; their last moment lies outside.

    A time of the day that a change of the clock skips or repeats begins and ends them when a digest of that time would
    be due (`timing`).
    """
    if subscription.quiet is None or subscription.quiet.except_ is Severity.LOW:
        return None  # hours that everything breaks through are none
    today = at.astimezone(ZoneInfo(subscription.timezone)).date()
    for evening in (today, today - timedelta(days=1)):
        hours = _hours(subscription.quiet.start, subscription.quiet.end, subscription.timezone, evening)
        if hours.from_at <= at < hours.to_at:
            return hours
    return None


@lru_cache(maxsize=1 << 10)
def _hours(start: str, end: str, timezone: str, evening: date) -> Window:
    zone, first, last = ZoneInfo(timezone), parse_clock_time(start), parse_clock_time(end)
    morning = evening if first < last else evening + timedelta(days=1)
    return Window(from_at=instant(evening, first, zone), to_at=instant(morning, last, zone))


def loud_enough(subscription: Subscription, now: datetime) -> frozenset[Severity]:
    """Return the severities that may be told now: all of them, in quiet hours those that break through."""
    if quiet_hours(subscription, now) is None:
        return frozenset(Severity)
    exception = subscription.quiet and subscription.quiet.except_
    return frozenset(one for one in Severity if exception and one.rank >= exception.rank)


def is_catch_up(subscription: Subscription, owed: Iterable[OfStory], now: datetime) -> bool:
    """Tell whether some of what is told now was held by quiet hours: loud enough, it would have been told in them.

    For an alert that means that everything goes into one message, whatever threads it belongs to.
    """
    if subscription.quiet is None or quiet_hours(subscription, now):
        return False
    if isinstance(subscription.schedule, Clock):
        return _held_at_a_due_time(subscription, subscription.schedule, owed, now)
    return _held_since_its_bundle(subscription, owed, now)


def _held_at_a_due_time(subscription: Subscription, schedule: Clock, owed: Iterable[OfStory], now: datetime) -> bool:
    oldest: dict[Severity, datetime] = {}
    for one in owed:
        oldest[one.severity] = min(one.owed_at, oldest.get(one.severity, one.owed_at))
    since = min(oldest.values(), default=now) - INSTANT
    for due in due_between(schedule, subscription.timezone, since, now):
        loud = loud_enough(subscription, due)
        if any(severity not in loud and owed_at <= due for severity, owed_at in oldest.items()):
            return True
    return False


def _held_since_its_bundle(subscription: Subscription, owed: Iterable[OfStory], now: datetime) -> bool:
    newest: dict[int, OfStory] = {}
    for one in owed:
        # By the newest of a story: what was no reason for an alert at night may have become one in the morning.
        if one.wakes and (one.story not in newest or one.owed_at >= newest[one.story].owed_at):
            newest[one.story] = one
    full = [(one.owed_at + subscription.bundle, one.severity) for one in newest.values()]
    return any(at <= now and severity not in loud_enough(subscription, at) for at, severity in full)


# --- digests at their hours ---


def window_due(subscription: Subscription, schedule: Clock, closed_at: datetime, now: datetime) -> Window | None:
    """Return the window that is to be told now; ``closed_at`` is where the last one ended.

    It ends with the latest due time, or with the end of the quiet hours that this lay in; several missed ones come out
    as one. Nothing is due in quiet hours: see ``loud_window_due``.
    """
    if quiet_hours(subscription, now):
        return None
    due = due_at_or_before(schedule, subscription.timezone, now)
    held = quiet_hours(subscription, due)
    until = held.to_at if held else due
    return Window(from_at=closed_at, to_at=until) if closed_at < due else None


def loud_window_due(subscription: Subscription, schedule: Clock, closed_at: datetime, now: datetime) -> Window | None:
    """Return the window of which, in quiet hours, what is ``loud_enough`` is told now and the rest held.

    It ends with the latest due time; with the beginning of the quiet hours, where that was missed before them. It comes
    back until they are over, and stays open: the message at their end covers all of it.
    """
    hours = quiet_hours(subscription, now)
    if hours is None or not loud_enough(subscription, now):
        return None
    due = due_at_or_before(schedule, subscription.timezone, now)
    return Window(from_at=closed_at, to_at=max(due, hours.from_at)) if closed_at < due else None


def tellings(
    subscription: Subscription, schedule: Clock, since: datetime, until: datetime
) -> Iterator[tuple[Window, frozenset[Severity]]]:
    """Yield the windows due after ``since``, in order, each with the severities that are told then.

    They are those of ``window_due`` and ``loud_window_due``, asked at every moment; the first begins with ``since``.
    """
    held: Window | None = None
    for due in due_between(schedule, subscription.timezone, since, until):
        if held and held.to_at < due:
            yield Window(from_at=since, to_at=held.to_at), frozenset(Severity)
            since = held.to_at
        held = quiet_hours(subscription, due)
        if loud := loud_enough(subscription, due):
            yield Window(from_at=since, to_at=due), loud
        if held is None:
            since = due
    if held and held.to_at <= until:
        yield Window(from_at=since, to_at=held.to_at), frozenset(Severity)


def preview_window(subscription: Subscription, at: datetime) -> Window:
    """Return the window that `preview --at` shows: up to ``at`` from the due time before it, 24 hours for alerts."""
    if isinstance(subscription.schedule, Immediately):
        return Window(from_at=at - timedelta(hours=24), to_at=at)
    before = due_at_or_before(subscription.schedule, subscription.timezone, at - INSTANT)
    return Window(from_at=before, to_at=at)

"""When what is owed to a subscription is told: alerts after their bundle, digests at their hours, nothing in quiet hours.

Pure: reads no clock and no table, and must not know what a digest says.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from monitor.digests.owing import Due
from monitor.digests.timing import Clock, Immediately, between, due_at_or_before, parse_clock_time
from monitor.model import Severity, Window
from monitor.rules.ruleset import Subscription

AnyDue = TypeVar("AnyDue", bound=Due)


def alert_due(
    subscription: Subscription, owed: Sequence[AnyDue], now: datetime, *, bundle: timedelta
) -> tuple[AnyDue, ...]:
    """Return what an alert sent now would tell, nothing where none is due.

    A story not yet told, or one that changed materially, brings an alert after the bundling time; what else there is
    of told stories rides along.
    In quiet hours only what breaks through them is told, the rest stays owed until they end.
    """
    loud = loud_enough(subscription, now)
    heard = tuple(one for one in owed if one.severity in loud)
    triggers = [one.owed_at for one in heard if one.wakes]
    return heard if triggers and min(triggers) + bundle <= now else ()


def window_due(subscription: Subscription, schedule: Clock, closed_at: datetime, now: datetime) -> Window | None:
    """Return the window that has ended and not been told yet; several missed ones come out as one."""
    due = due_at_or_before(schedule, subscription.timezone, now)
    if subscription.quiet and in_quiet_hours(subscription, due):
        evening = Clock((parse_clock_time(subscription.quiet.start),))
        began = due_at_or_before(evening, subscription.timezone, due)
        due = due_at_or_before(schedule, subscription.timezone, began - timedelta(seconds=1))
    return Window(from_at=closed_at, to_at=due) if due > closed_at else None


def in_quiet_hours(subscription: Subscription, now: datetime) -> bool:
    if subscription.quiet is None:
        return False
    local = now.astimezone(ZoneInfo(subscription.timezone)).time()
    return between(local, subscription.quiet.start, subscription.quiet.end)


def loud_enough(subscription: Subscription, now: datetime) -> frozenset[Severity]:
    """Return the severities that may be told now: all of them, in quiet hours those that break through."""
    if not in_quiet_hours(subscription, now):
        return frozenset(Severity)
    exception = subscription.quiet and subscription.quiet.except_
    return frozenset(one for one in Severity if exception and one.rank >= exception.rank)


def preview_window(subscription: Subscription, at: datetime) -> Window:
    """Return the window that `preview --at` shows: up to ``at`` from the due time before it, 24 hours for alerts."""
    if isinstance(subscription.schedule, Immediately):
        return Window(from_at=at - timedelta(hours=24), to_at=at)
    before = due_at_or_before(subscription.schedule, subscription.timezone, at - timedelta(microseconds=1))
    return Window(from_at=before, to_at=at)

"""What subscriptions are owed over time → the digests that they would have got.

A run that never stops: alerts go out when their bundle is full or quiet hours end, digests at their hours, by the same
functions that the daemon asks. Edits are not replayed. Pure; this module must not know what a digest says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from monitor.backtest.compare import Debts
from monitor.digests.due import alert_due, in_quiet_hours, loud_enough
from monitor.digests.owing import Due, StoryFile, Told
from monitor.digests.timing import Clock, Immediately, due_between, parse_clock_time
from monitor.digests.waking import wakes
from monitor.model import Severity, Window
from monitor.rules.ruleset import Subscription
from monitor.stories.reports import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One digest that would have gone out."""

    subscription: str
    window: Window
    articles: tuple[int, ...]
    told_before: frozenset[int]
    """Those of ``articles`` whose story an earlier digest had told of."""
    stories: dict[Severity, int]
    """How many, by their gravest article."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiting(Due):
    article: int
    story: int


def replay(
    subscription: Subscription,
    debts: Debts,
    since: datetime,
    until: datetime,
    reports: Mapping[int, Sequence[Report]] = MappingProxyType({}),
) -> list[Outgoing]:
    """Return a subscription's digests of a time, in order, given its debts; its first window begins with ``since``.

    ``reports`` are those of the stories of which something is owed at more than one time.
    """
    owed = sorted(
        (
            _Waiting(
                kind=debt.kind,
                severity=debt.severity,
                owed_at=owed_at,
                story_told=False,
                article=debt.article,
                story=debt.story,
            )
            for owed_at, debt in debts
        ),
        key=lambda one: (one.owed_at, one.article),
    )
    if isinstance(subscription.schedule, Immediately):
        return list(_alerts(subscription, owed, since, until, reports))
    return list(_digests(subscription, subscription.schedule, owed, since, until))


def owed_twice(debts: Debts) -> set[int]:
    """Return the stories of which something was owed at more than one time."""
    moments: dict[int, set[datetime]] = {}
    for at, debt in debts:
        moments.setdefault(debt.story, set()).add(at)
    return {story for story, of_story in moments.items() if len(of_story) > 1}


def windows(subscription: Subscription, schedule: Clock, since: datetime, until: datetime) -> Iterator[Window]:
    """Yield the windows that ``window_due`` gives to whoever asks it at every moment."""
    for due in due_between(schedule, subscription.timezone, since, until):
        if not in_quiet_hours(subscription, due):
            yield Window(from_at=since, to_at=due)
            since = due


def _digests(
    subscription: Subscription, schedule: Clock, owed: Sequence[_Waiting], since: datetime, until: datetime
) -> Iterator[Outgoing]:
    told: set[int] = set()
    start = 0
    for window in windows(subscription, schedule, since, until):
        end = start
        while end < len(owed) and owed[end].owed_at <= window.to_at:
            end += 1
        if end > start or subscription.say_empty:
            yield _outgoing(subscription, window, _heard(owed[start:end], told))
        told.update(one.story for one in owed[start:end])
        start = end


def _alerts(
    subscription: Subscription,
    owed: Sequence[_Waiting],
    since: datetime,
    until: datetime,
    reports: Mapping[int, Sequence[Report]],
) -> Iterator[Outgoing]:
    told: dict[int, dict[int, Told]] = {}
    waiting: list[_Waiting] = []
    arrived = 0
    for moment in _moments(subscription, owed, since, until):
        while arrived < len(owed) and owed[arrived].owed_at <= moment:
            waiting = _with(owed[arrived], waiting, told, reports)
            arrived += 1
        due = alert_due(subscription, waiting, moment, bundle=subscription.bundle)
        if due:
            yield _outgoing(subscription, Window(from_at=since, to_at=moment), due)
            since = moment
            for one in due:
                sent = Told(sent_at=moment, until_at=moment, severity=one.severity)
                told.setdefault(one.story, {})[one.article] = sent
            sent_now = {one.article for one in due}
            waiting = [
                replace(one, story_told=one.story in told, material=False) if one.story in told else one
                for one in waiting
                if one.article not in sent_now
            ]


def _with(
    new: _Waiting, waiting: list[_Waiting], told: dict[int, dict[int, Told]], reports: Mapping[int, Sequence[Report]]
) -> list[_Waiting]:
    """Return what waits with one more, awake where its story, told before, changed since."""
    if new.story not in told:
        return [*waiting, new]
    waiting = [*waiting, replace(new, story_told=True)]
    file = StoryFile(reports=reports.get(new.story, ()), told=told[new.story])
    gravest = max((one.severity for one in waiting if one.story == new.story), key=lambda severity: severity.rank)
    if not wakes(file, gravest, new.owed_at):
        return waiting
    return [replace(one, material=True) if one.story == new.story else one for one in waiting]


def _moments(subscription: Subscription, owed: Iterable[_Waiting], since: datetime, until: datetime) -> list[datetime]:
    """Return when an alert may become due: bundles are full, quiet hours are over."""
    full = {one.owed_at + subscription.bundle: one.severity for one in sorted(owed, key=lambda one: one.severity.rank)}
    moments = {at for at, gravest in full.items() if at <= until and gravest in loud_enough(subscription, at)}
    if subscription.quiet:
        over = Clock((parse_clock_time(subscription.quiet.end),))
        moments.update(due_between(over, subscription.timezone, since, until))
    return sorted(moments)


def _heard(owed: Iterable[_Waiting], told: set[int]) -> list[_Waiting]:
    return [replace(one, story_told=True) if one.story in told else one for one in owed]


def _outgoing(subscription: Subscription, window: Window, due: Sequence[_Waiting]) -> Outgoing:
    gravest: dict[int, Severity] = {}
    for one in due:
        gravest[one.story] = max(one.severity, gravest.get(one.story, one.severity), key=lambda word: word.rank)
    return Outgoing(
        subscription=subscription.id,
        window=window,
        articles=tuple(one.article for one in due),
        told_before=frozenset(one.article for one in due if one.story_told),
        stories=dict(Counter(gravest.values())),
    )

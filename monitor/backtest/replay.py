"""What subscriptions are owed over time → the digests that they would have got.

A run that never stops: alerts go out when their bundle is full or quiet hours end, digests at their hours, by the same
functions that the daemon asks. Edits are not replayed. Pure; this module must not know what a digest says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType

from monitor.backtest.compare import Debts
from monitor.digests.due import is_catch_up, loud_enough, tellings
from monitor.digests.owing import Due, StoryFile, Told
from monitor.digests.threads import SILENT_AFTER, Bundle, by_thread, can_edit
from monitor.digests.timing import Clock, Immediately, due_between, parse_clock_time
from monitor.digests.waking import wakes
from monitor.model import Severity, Window
from monitor.rules.ruleset import Subscription
from monitor.stories.reports import Report

ALL = frozenset(Severity)


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


def _digests(
    subscription: Subscription, schedule: Clock, owed: Sequence[_Waiting], since: datetime, until: datetime
) -> Iterator[Outgoing]:
    told: set[int] = set()
    waiting: list[_Waiting] = []
    arrived = 0
    for window, loud in tellings(subscription, schedule, since, until):
        while arrived < len(owed) and owed[arrived].owed_at <= window.to_at:
            waiting.append(owed[arrived])
            arrived += 1
        due = [replace(one, story_told=one.story in told) for one in waiting if one.severity in loud]
        waiting = [one for one in waiting if one.severity not in loud]
        if due or (subscription.say_empty and loud == ALL):
            yield _outgoing(subscription, window, due)
        told.update(one.story for one in due)


def _alerts(
    subscription: Subscription,
    owed: Sequence[_Waiting],
    since: datetime,
    until: datetime,
    reports: Mapping[int, Sequence[Report]],
) -> Iterator[Outgoing]:
    told: dict[int, dict[int, Told]] = {}
    roots: dict[int, str] = {}
    waiting: list[_Waiting] = []
    arrived = 0
    for moment in _moments(subscription, owed, since, until):
        while arrived < len(owed) and owed[arrived].owed_at <= moment:
            waiting = _with(owed[arrived], waiting, told, reports)
            arrived += 1
        window = Window(from_at=since, to_at=moment)
        for bundle in _bundles(subscription, waiting, roots, moment):
            if not bundle.is_silent:
                yield _outgoing(subscription, window, bundle.owed)
                since = moment
            for one in bundle.owed:
                roots.setdefault(one.story, moment.isoformat())
                told.setdefault(one.story, {})[one.article] = Told(
                    sent_at=moment, until_at=moment, severity=one.severity
                )
            waiting = _left(waiting, bundle.owed)


def _bundles(
    subscription: Subscription, waiting: Sequence[_Waiting], roots: Mapping[int, str], now: datetime
) -> list[Bundle[_Waiting]]:
    loud = loud_enough(subscription, now)
    heard = tuple(one for one in waiting if one.severity in loud)
    if is_catch_up(subscription, heard, now):
        return [Bundle(owed=heard)]
    return by_thread(heard, roots, now=now, bundle=subscription.bundle, foldable=can_edit(subscription))


def _left(waiting: Iterable[_Waiting], told: Iterable[_Waiting]) -> list[_Waiting]:
    articles, stories = {one.article for one in told}, {one.story for one in told}
    return [
        replace(one, story_told=True, material=False) if one.story in stories else one
        for one in waiting
        if one.article not in articles
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
    """Return when an alert may become due: bundles are full, what waited longer is woken, quiet hours are over."""
    waits = (timedelta(0), subscription.bundle, SILENT_AFTER)
    gravest: dict[datetime, Severity] = {}
    for one in sorted(owed, key=lambda one: one.severity.rank):
        gravest |= {one.owed_at + wait: one.severity for wait in waits}
    moments = {at for at, severity in gravest.items() if at <= until and severity in loud_enough(subscription, at)}
    if subscription.quiet:
        over = Clock((parse_clock_time(subscription.quiet.end),))
        moments.update(due_between(over, subscription.timezone, since, until))
    return sorted(moments)


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

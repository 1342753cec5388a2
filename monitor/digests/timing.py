"""When a digest is due: local clock times turned into instants, each exactly once.

A clock time that a daylight-saving change skips is due at the next instant that exists; one that happens twice is due
the first time only. Everything here is a function of its arguments; zones are IANA names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from monitor.errors import RuleError

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_HINT = 'write immediately, hourly, "every 3h", "07:00, 17:00" or "07:00 on mon-fri"'


@dataclass(frozen=True, slots=True)
class Immediately:
    """Alerts: due as soon as something is owed and the bundling time has passed."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Due at local times of the day, in their order, on some weekdays (Monday is 0)."""

    times: tuple[time, ...]
    weekdays: frozenset[int] = frozenset(range(7))


Schedule = Immediately | Clock


def parse_duration(text: str) -> timedelta:
    """Read ``90s``, ``10m``, ``3h``, ``7d``, ``2w``.

    Raises RuleError, without a place, on anything else.
    """
    found = re.fullmatch(r"\s*(\d{1,9})\s*([smhdw])\s*", text, re.ASCII)
    if not found:
        raise RuleError(f"{text!r} is not a duration", hint="write a number and s, m, h, d or w: 90s, 10m, 3h, 7d")
    return timedelta(seconds=int(found[1]) * _UNITS[found[2]])


def parse_when(text: str) -> Schedule:
    """Read a digest's `when`.

    Raises RuleError, without a file; its column counts from 1 inside ``text``.
    """
    words = text.strip().lower()
    if words == "immediately":
        return Immediately()
    if words == "hourly":
        return _every(timedelta(hours=1))
    if words.startswith("every "):
        step = parse_duration(words.removeprefix("every "))
        if not timedelta(minutes=1) <= step <= timedelta(days=1) or step.seconds % 60:
            raise RuleError(f"{text!r} is out of range", column=1, hint="a digest comes every 1m to every 1d")
        return _every(step)
    clock, on, days = words.partition(" on ")
    return Clock(_times(text, clock), _weekdays(text, days) if on else frozenset(range(7)))


def _every(step: timedelta) -> Clock:
    minutes = int(step.total_seconds()) // 60
    return Clock(tuple(time(minute // 60, minute % 60) for minute in range(0, 24 * 60, minutes)))


def _times(text: str, clock: str) -> tuple[time, ...]:
    times = set()
    for part in clock.split(","):
        try:
            times.add(parse_clock_time(part))
        except RuleError as error:
            error.column = text.lower().find(part.strip()) + 1 if part.strip() else 1
            raise
    return tuple(sorted(times))


def parse_clock_time(text: str) -> time:
    """Read "HH:MM"; raises RuleError, without a place, on anything else."""
    found = re.fullmatch(r"\s*([01]?\d|2[0-3]):([0-5]\d)\s*", text, re.ASCII)
    if not found:
        raise RuleError(f"{text.strip()!r} is not a time of day", hint=_HINT)
    return time(int(found[1]), int(found[2]))


def _weekdays(text: str, days: str) -> frozenset[int]:
    chosen: set[int] = set()
    for part in days.split(","):
        first, dash, last = part.strip().partition("-")
        last = last if dash else first
        for day in (first, last):
            if day.strip() not in DAYS:
                column = text.lower().rfind(part.strip()) + 1 if part.strip() else len(text)
                raise RuleError(f"{part.strip()!r} is not a day of the week", column=column, hint=" ".join(DAYS))
        start, end = DAYS.index(first.strip()), DAYS.index(last.strip())
        chosen.update((start + step) % 7 for step in range((end - start) % 7 + 1))
    return frozenset(chosen)


def instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Return when a local time is: the next instant where it is skipped, the first where it happens twice."""
    naive = datetime.combine(day, at)
    there = naive.replace(tzinfo=zone)
    back = there.astimezone(UTC).astimezone(zone).replace(tzinfo=None)
    if back == naive:
        return there.astimezone(UTC)
    # Inside a gap: with fold=0 the offset from before the change carries the wall time past the gap's end by as much as
    # it lies behind the gap's start; the first instant after the gap is where the offset changes.
    before, after = there.replace(fold=0).utcoffset(), there.replace(fold=1).utcoffset()
    assert before is not None and after is not None  # noqa: S101 - a ZoneInfo always has an offset
    low, high = there.astimezone(UTC) - abs(after - before), there.astimezone(UTC)
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        low, high = (middle, high) if middle.astimezone(zone).utcoffset() == before else (low, middle)
    return high.replace(microsecond=0)


def due_at_or_before(schedule: Clock, timezone: str, now: datetime) -> datetime:
    """Return the latest due instant that is not after ``now``."""
    zone = ZoneInfo(timezone)
    day = now.astimezone(zone).date() + timedelta(days=1)
    while True:  # ends: every schedule has at least one time on at least one weekday
        if day.weekday() in schedule.weekdays:
            for at in reversed(schedule.times):  # in the order of the day, which no change of the clock turns round
                if (moment := instant(day, at, zone)) <= now:
                    return moment
        day -= timedelta(days=1)


def due_between(schedule: Clock, timezone: str, from_at: datetime, to_at: datetime) -> Iterator[datetime]:
    """Yield the due instants after ``from_at`` and up to ``to_at``, in order."""
    zone = ZoneInfo(timezone)
    day = from_at.astimezone(zone).date()
    last = to_at.astimezone(zone).date()
    while day <= last:
        for at in schedule.times if day.weekday() in schedule.weekdays else ():
            # Two times that a change of the clock skips are due at one instant.
            if from_at < (moment := instant(day, at, zone)) <= to_at:
                yield moment
                from_at = moment
        day += timedelta(days=1)

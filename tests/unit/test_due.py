"""When what is owed is told: at due times, in quiet hours, at their end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.digests.due import (
    is_catch_up,
    loud_enough,
    loud_window_due,
    preview_window,
    quiet_hours,
    tellings,
    window_due,
)
from monitor.digests.owing import Owed
from monitor.digests.timing import Clock, due_at_or_before, due_between, parse_when
from monitor.model import Quiet, Severity, Window
from monitor.rules.ruleset import Subscription
from tests.builders import NOON, owed, stored, subscription

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
NIGHT = Quiet(start="22:00", end="06:00", except_=Severity.CRITICAL)
ALERTS = subscription(quiet=NIGHT)
EVERYTHING = frozenset(Severity)
LOUD = frozenset({Severity.CRITICAL})


def clock(text: str) -> Clock:
    schedule = parse_when(text)
    assert isinstance(schedule, Clock)
    return schedule


def at(text: str) -> datetime:
    """Read "23 05:00" as a moment of November 2026, or a whole date."""
    whole = text if text[:2] == "20" else f"2026-11-{text}"
    return datetime.fromisoformat(whole if "+" in whole else f"{whole}+00:00").astimezone(UTC)


# --- quiet hours ---


@pytest.mark.parametrize(
    ("local", "told"),
    [("21:59", EVERYTHING), ("22:00", LOUD), ("00:00", LOUD), ("05:59", LOUD), ("06:00", EVERYTHING)],
)
def test_quiet_hours_let_through_what_they_except(local: str, told: frozenset[Severity]) -> None:
    desk = subscription(timezone="Asia/Karachi", quiet=NIGHT)
    assert loud_enough(desk, at(f"2026-11-22T{local}+05:00")) == told


def test_quiet_hours_without_exception_hold_everything() -> None:
    assert loud_enough(subscription(quiet=Quiet(start="11:00", end="13:00")), NOON) == frozenset()
    assert loud_enough(subscription(), NOON) == EVERYTHING


def test_quiet_hours_that_everything_breaks_through_are_none() -> None:
    open_desk = subscription(quiet=Quiet(start="11:00", end="13:00", except_=Severity.LOW))
    assert quiet_hours(open_desk, NOON) is None
    assert loud_window_due(open_desk, clock("12:00"), NOON - HOUR, NOON) is None


@pytest.mark.parametrize(
    ("zone", "start", "end", "inside", "hours"),
    [
        ("UTC", "22:00", "06:00", "22 23:00", ("22 22:00", "23 06:00")),
        ("UTC", "22:00", "06:00", "23 05:59", ("22 22:00", "23 06:00")),
        ("UTC", "13:00", "14:00", "22 13:00", ("22 13:00", "22 14:00")),
        ("Asia/Karachi", "22:00", "06:00", "22 17:00", ("22 17:00", "23 01:00")),
        # Spring: 02:00–03:00 does not happen. What begins or ends in it does so when it is over.
        ("Europe/Berlin", "22:00", "02:30", "2026-03-28 22:00", ("2026-03-28 21:00", "2026-03-29 01:00")),
        ("Europe/Berlin", "02:30", "06:00", "2026-03-29 01:00", ("2026-03-29 01:00", "2026-03-29 04:00")),
        ("Europe/Berlin", "22:00", "06:00", "2026-03-29 02:00", ("2026-03-28 21:00", "2026-03-29 04:00")),
        # Autumn: 02:00–03:00 happens twice. The first of the two counts.
        ("Europe/Berlin", "22:00", "02:30", "2026-10-24 22:00", ("2026-10-24 20:00", "2026-10-25 00:30")),
        ("Europe/Berlin", "02:30", "06:00", "2026-10-25 01:00", ("2026-10-25 00:30", "2026-10-25 05:00")),
        # Half an hour of daylight saving.
        ("Australia/Lord_Howe", "22:00", "06:00", "2026-10-03 18:00", ("2026-10-03 11:30", "2026-10-03 19:00")),
        # Samoa left out a day.
        ("Pacific/Apia", "22:00", "06:00", "2011-12-30 12:00", ("2011-12-30 10:00", "2011-12-30 16:00")),
    ],
)
def test_each_night_has_its_quiet_hours_once(
    zone: str, start: str, end: str, inside: str, hours: tuple[str, str]
) -> None:
    desk = subscription(timezone=zone, quiet=Quiet(start=start, end=end))
    found = quiet_hours(desk, at(inside))
    assert found == Window(from_at=at(hours[0]), to_at=at(hours[1]))
    assert quiet_hours(desk, found.from_at) == quiet_hours(desk, found.to_at - timedelta(seconds=1)) == found
    assert found not in (quiet_hours(desk, found.from_at - timedelta(seconds=1)), quiet_hours(desk, found.to_at))


def test_quiet_hours_that_a_change_of_the_clock_skips_do_not_happen() -> None:
    desk = subscription(timezone="Europe/Berlin", quiet=Quiet(start="02:15", end="02:45"))
    assert not any(quiet_hours(desk, at("2026-03-29 00:00") + quarter * 15 * MINUTE) for quarter in range(12))


ZONES = ("UTC", "Asia/Karachi", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/St_Johns")
moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1), timezones=st.just(ZoneInfo("UTC")))
clock_times = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))


@given(st.sampled_from(ZONES), clock_times, clock_times, moments)
def test_on_ordinary_days_quiet_hours_are_what_the_clock_on_the_wall_says(
    zone: str, start: str, end: str, moment: datetime
) -> None:
    there = ZoneInfo(zone)
    wall = f"{moment.astimezone(there):%H:%M}"
    quiet = start <= wall < end if start <= end else wall >= start or wall < end
    offsets = {(moment + hours * HOUR).astimezone(there).utcoffset() for hours in range(-48, 49)}
    if len(offsets) == 1 and start != end:
        desk = subscription(timezone=zone, quiet=Quiet(start=start, end=end))
        assert (quiet_hours(desk, moment) is not None) is quiet


# --- what was held ---


def debt(when: str, story: int = 1, severity: Severity = Severity.HIGH, **more: Any) -> Owed:
    return owed(article=stored(story, story=story), owed_at=at(when), severity=severity, **more)


LISTED: dict[str, Any] = {"story_told": True}
CHANGED: dict[str, Any] = {"story_told": True, "material": True}


@pytest.mark.parametrize(
    ("debts", "now", "expected"),
    [
        ([debt("22 23:00")], "23 06:00", True),
        ([debt("22 23:00")], "23 09:00", True),  # the daemon was off
        ([debt("22 23:00")], "23 05:59", False),
        ([debt("22 23:00", severity=Severity.CRITICAL)], "23 06:00", False),
        ([debt("22 23:00", severity=Severity.CRITICAL), debt("23 05:00", 2)], "23 06:00", True),
        ([debt("22 21:59")], "23 06:00", True),  # its bundle was full at 22:00
        ([debt("23 05:59")], "23 06:00", False),  # its bundle is full at 06:00
        ([debt("23 05:58")], "23 06:00", True),
        ([debt("22 14:00")], "22 15:00", False),
        ([], "23 06:00", False),
        # What wakes nobody was not held, not even where a later report makes it a reason for an alert.
        ([debt("22 23:00", **LISTED)], "23 10:00", False),
        ([debt("22 23:00", **CHANGED)], "23 06:00", True),
        ([debt("22 23:00", **CHANGED), debt("23 09:59", **CHANGED)], "23 10:00", False),
        ([debt("23 09:59", **CHANGED), debt("22 23:00", **CHANGED)], "23 10:00", False),
    ],
)
def test_an_alert_after_quiet_hours_catches_up(debts: list[Owed], now: str, expected: bool) -> None:
    assert is_catch_up(ALERTS, debts, at(now)) is expected
    assert not is_catch_up(subscription(), debts, at(now))


@pytest.mark.parametrize(
    ("when", "debts", "now", "expected"),
    [
        ("23:00", [debt("22 20:00")], "23 06:00", True),
        ("23:00", [debt("22 20:00", severity=Severity.CRITICAL)], "23 06:00", False),
        ("23:00", [debt("22 23:30", severity=Severity.HIGH)], "23 06:00", False),
        ("23:00", [debt("22 20:00", **LISTED)], "23 06:00", True),
        ("23:00", [], "23 06:00", False),
        ("every 3h", [debt("22 20:00")], "23 06:00", True),
        ("every 3h", [debt("22 20:00"), debt("23 05:00", 2)], "23 05:00", False),
        ("07:00", [debt("22 23:00")], "23 07:00", False),  # nothing was due at night
        ("hourly", [debt("23 10:30")], "23 11:00", False),
    ],
)
def test_a_digest_after_quiet_hours_catches_up(when: str, debts: list[Owed], now: str, expected: bool) -> None:
    assert is_catch_up(subscription(schedule=clock(when), quiet=NIGHT), debts, at(now)) is expected


# --- digests ---


@pytest.mark.parametrize(
    ("closed", "now", "window"),
    [
        ("06:00", "06:59", None),
        ("06:00", "07:00", ("06:00", "07:00")),
        ("07:00", "16:59", None),
        ("07:00", "17:30", ("07:00", "17:00")),
        ("02:00", "17:30", ("02:00", "17:00")),
    ],
)
def test_windows_end_at_due_times_and_missed_ones_come_as_one(
    closed: str, now: str, window: tuple[str, str] | None
) -> None:
    found = window_due(subscription(), clock("07:00, 17:00"), at(f"22 {closed}"), at(f"22 {now}"))
    assert found == (window and Window(from_at=at(f"22 {window[0]}"), to_at=at(f"22 {window[1]}")))


@pytest.mark.parametrize(
    ("when", "closed", "now", "whole", "loud"),
    [
        ("every 3h", "22 21:00", "22 23:59", None, None),
        ("every 3h", "22 21:00", "23 00:00", None, ("22 21:00", "23 00:00")),
        ("every 3h", "22 21:00", "23 04:00", None, ("22 21:00", "23 03:00")),
        ("every 3h", "22 21:00", "23 06:00", ("22 21:00", "23 06:00"), None),
        ("every 3h", "23 06:00", "23 06:01", None, None),
        ("23:00, 02:00", "22 06:00", "23 05:59", None, ("22 06:00", "23 02:00")),
        ("23:00, 02:00", "22 06:00", "23 06:00", ("22 06:00", "23 06:00"), None),
        ("23:00, 02:00", "22 06:00", "23 21:00", ("22 06:00", "23 06:00"), None),
        ("23:00, 02:00", "23 06:00", "23 21:00", None, None),
        # Not due in the quiet hours in which it began.
        ("23:00", "22 23:30", "23 06:00", None, None),
        # Missed before the quiet hours: they hold it too.
        ("17:00", "22 12:00", "22 23:00", None, ("22 12:00", "22 22:00")),
        ("17:00", "22 12:00", "23 06:00", ("22 12:00", "22 17:00"), None),
        # A weekly one, held over midnight to another day.
        ("23:00 on sun", "15 06:00", "22 23:30", None, ("15 06:00", "22 23:00")),
        ("23:00 on sun", "15 06:00", "23 06:00", ("15 06:00", "23 06:00"), None),
    ],
)  # fmt: skip
def test_digests_due_in_quiet_hours_are_told_at_their_end(
    when: str, closed: str, now: str, whole: tuple[str, str] | None, loud: tuple[str, str] | None
) -> None:
    desk = subscription(quiet=NIGHT)
    asked = clock(when), at(closed), at(now)
    assert window_due(desk, *asked) == (whole and Window(from_at=at(whole[0]), to_at=at(whole[1])))
    assert loud_window_due(desk, *asked) == (loud and Window(from_at=at(loud[0]), to_at=at(loud[1])))
    assert loud_window_due(subscription(quiet=Quiet(start="22:00", end="06:00")), *asked) is None


SCHEDULES = ("every 7h", "00:30, 02:30, 23:45", "06:00 on mon-fri", "12:00 on sun", "hourly", "23:00", "every 45m")
quiets = st.one_of(
    st.none(),
    st.builds(Quiet, start=clock_times, end=clock_times, except_=st.sampled_from([None, *Severity])).filter(
        lambda quiet: quiet.start != quiet.end
    ),
)
schedules = st.one_of(
    st.sampled_from(SCHEDULES).map(clock),
    st.builds(
        lambda times, days: Clock(tuple(sorted(map(time.fromisoformat, times))), days),
        st.sets(clock_times, min_size=1, max_size=5),
        st.frozensets(st.integers(0, 6), min_size=1),
    ),
)
desks = st.builds(
    lambda schedule, zone, quiet: subscription(schedule=schedule, timezone=zone, quiet=quiet),
    schedules,
    st.sampled_from(ZONES),
    quiets,
)
CHANGES = ("2026-03-07", "2026-03-28", "2026-10-03", "2026-10-24", "2026-10-31", "2026-07-01")
starts = st.builds(lambda day, hours: at(f"{day} 00:00") + hours * HOUR, st.sampled_from(CHANGES), st.integers(0, 48))


def told(
    desk: Subscription, debts: list[tuple[datetime, Severity]], closed: datetime, ticks: list[datetime]
) -> Iterator[tuple[datetime, Window, bool, list[tuple[datetime, Severity]], list[tuple[datetime, Severity]]]]:
    """Tell what is owed as the daemon does: yields when, which window, if all of it, what is told, and what is left."""
    assert isinstance(desk.schedule, Clock)
    left = debts
    for tick in ticks:
        asked = desk.schedule, closed, tick
        window = window_due(desk, *asked)
        whole, loud = window is not None, loud_enough(desk, tick)
        if window := window or loud_window_due(desk, *asked):
            due = [one for one in left if one[0] <= window.to_at and one[1] in loud]
            left = [one for one in left if one not in due]
            yield tick, window, whole, due, left
            closed = window.to_at if whole else closed


spans = st.lists(st.integers(1, 1500), min_size=1, max_size=12)
owings = st.lists(st.tuples(st.integers(0, 5 * 24 * 60), st.sampled_from(list(Severity))), max_size=10, unique=True)


@given(desks, starts, spans, owings)
def test_whenever_the_daemon_looks_nothing_is_lost_told_twice_or_told_in_quiet_hours(
    desk: Subscription, start: datetime, steps: list[int], written: list[tuple[int, Severity]]
) -> None:
    assert isinstance(desk.schedule, Clock)
    ticks = [start + sum(steps[: number + 1]) * MINUTE for number in range(len(steps))]
    debts = [(start + minutes * MINUTE, severity) for minutes, severity in written]
    found = list(told(desk, debts, start, ticks))
    # Whole windows follow each other without a gap, so that every due time lies in one of them.
    whole = [window for _, window, is_whole, _, _ in found if is_whole]
    assert [one.from_at for one in whole] == [start, *(one.to_at for one in whole[:-1])][: len(whole)]
    assert all(one.from_at < one.to_at for one in whole)
    for window in whole:
        assert next(due_between(desk.schedule, desk.timezone, window.from_at, window.to_at), None)
    for tick, window, is_whole, due, left in found:
        assert window.to_at <= tick
        assert quiet_hours(desk, tick) == (None if is_whole else quiet_hours(desk, window.to_at))
        assert is_whole is (quiet_hours(desk, tick) is None)
        assert {severity for _, severity in due} <= loud_enough(desk, tick)
        # Nothing that was due is left behind.
        latest = due_at_or_before(desk.schedule, desk.timezone, tick)
        assert not [one for one in left if one[0] <= latest and one[1] in loud_enough(desk, tick)]
    everything = [one for _, _, _, due, _ in found for one in due]
    assert len(everything) == len(set(everything))
    # Whoever looks outside quiet hours leaves no due time untold.
    for tick in ticks:
        latest = due_at_or_before(desk.schedule, desk.timezone, tick)
        if quiet_hours(desk, tick) is None and latest > start:
            assert any(window.to_at >= latest and when <= tick for when, window, is_whole, _, _ in found if is_whole)


@given(desks, starts)
def test_what_is_ahead_is_what_a_daemon_that_always_looks_will_tell(desk: Subscription, start: datetime) -> None:
    assert isinstance(desk.schedule, Clock)
    quarters = [start + number * 15 * MINUTE for number in range(1, 36 * 4 + 1)]
    always = [(window, loud_enough(desk, tick)) for tick, window, *_ in told(desk, [], start, quarters)]
    found = list(tellings(desk, desk.schedule, start, quarters[-1]))
    assert found == [one for one, before in zip(always, [None, *always], strict=False) if one != before]
    for window, loud in found:
        assert (quiet_hours(desk, window.to_at) is None) is (loud == EVERYTHING)


def test_preview_windows() -> None:
    assert preview_window(ALERTS, NOON) == Window(from_at=NOON - timedelta(hours=24), to_at=NOON)
    daily = subscription(schedule=parse_when("07:00"))
    assert preview_window(daily, NOON).from_at == NOON - timedelta(hours=5)
    seven = NOON - timedelta(hours=5)
    assert preview_window(daily, seven) == Window(from_at=seven - timedelta(hours=24), to_at=seven)

"""When digests are due: every clock time exactly once, whatever daylight saving does."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.digests.timing import (
    Clock,
    Immediately,
    Schedule,
    due_at_or_before,
    due_between,
    instant,
    parse_clock_time,
    parse_duration,
    parse_when,
)
from monitor.errors import RuleError

WEEKDAYS = frozenset(range(5))
MOMENT = timedelta(microseconds=1)
ZONES = ["UTC", "Asia/Karachi", "America/New_York", "Europe/London", "Australia/Lord_Howe", "Pacific/Chatham"]


def at(*times: str) -> tuple[time, ...]:
    return tuple(time.fromisoformat(one) for one in times)


@pytest.mark.parametrize(
    ("text", "schedule"),
    [
        ("immediately", Immediately()),
        (" Immediately ", Immediately()),
        ("07:00", Clock(at("07:00"))),
        ("17:00, 7:00", Clock(at("07:00", "17:00"))),
        ("07:00, 17:00 on mon-fri", Clock(at("07:00", "17:00"), WEEKDAYS)),
        ("09:00 on sun", Clock(at("09:00"), frozenset({6}))),
        ("09:00 on sat-mon", Clock(at("09:00"), frozenset({5, 6, 0}))),
        ("09:00 on mon, wed", Clock(at("09:00"), frozenset({0, 2}))),
        ("every 8h", Clock(at("00:00", "08:00", "16:00"))),
        ("every 1d", Clock(at("00:00"))),
        ("hourly", Clock(tuple(time(hour) for hour in range(24)))),
    ],
)
def test_when_is_read(text: str, schedule: Schedule) -> None:
    assert parse_when(text) == schedule


@pytest.mark.parametrize(
    ("text", "message", "column"),
    [
        ("", "'' is not a time of day", 1),
        ("daily", "'daily' is not a time of day", 1),
        ("07:00, 25:00", "'25:00' is not a time of day", 8),
        ("07:00 on monday", "'monday' is not a day of the week", 10),
        ("07:00 on mon-", "'mon-' is not a day of the week", 10),
        ("07:00 on ,tue", "'' is not a day of the week", 13),
        ("every 0m", "'every 0m' is out of range", 1),
        ("every 30s", "'every 30s' is out of range", 1),
        ("every 2d", "'every 2d' is out of range", 1),
        ("every day", "'day' is not a duration", 0),
    ],
)
def test_bad_when_says_where(text: str, message: str, column: int) -> None:
    with pytest.raises(RuleError) as caught:
        parse_when(text)
    assert (caught.value.message, caught.value.column) == (message, column)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("10m", 600), ("3h", 10800), ("7d", 604800), ("2w", 1209600), (" 5 m ", 300)]
)
def test_durations(text: str, seconds: int) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "5", "m", "-5m", "1.5h", "5 minutes", "9999999999s", "٥m"])
def test_bad_durations(text: str) -> None:
    with pytest.raises(RuleError, match="is not a duration"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["24:00", "7", "07:60", "07:00:00", "٠٧:٠٠"])
def test_bad_clock_times(text: str) -> None:
    with pytest.raises(RuleError, match="is not a time of day"):
        parse_clock_time(text)


@pytest.mark.parametrize(
    ("zone", "day", "clock", "expected"),
    [
        pytest.param("America/New_York", "2026-03-08", "02:30", "2026-03-08T07:00", id="skipped: the next instant"),
        pytest.param("America/New_York", "2026-11-01", "01:30", "2026-11-01T05:30", id="doubled: the first"),
        pytest.param("Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03T15:30", id="skipped half hour"),
        pytest.param("Pacific/Apia", "2011-12-30", "07:00", "2011-12-30T10:00", id="skipped day"),
        pytest.param("Asia/Karachi", "2026-11-22", "07:00", "2026-11-22T02:00", id="no daylight saving"),
    ],
)
def test_instants(zone: str, day: str, clock: str, expected: str) -> None:
    found = instant(date.fromisoformat(day), time.fromisoformat(clock), ZoneInfo(zone))
    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("clock", ["00:00", "01:30", "02:00", "02:30", "07:00", "23:59"])
def test_each_day_of_2026_has_exactly_one_digest(zone: str, clock: str) -> None:
    schedule, day = parse_when(clock), timedelta(days=1)
    assert isinstance(schedule, Clock)
    moment, dues = datetime(2027, 1, 1, 12, tzinfo=UTC), []
    while (moment := due_at_or_before(schedule, zone, moment - MOMENT)) > datetime(2025, 12, 31, 12, tzinfo=UTC):
        dues.append(moment)
    local_days = [due.astimezone(ZoneInfo(zone)).date() for due in reversed(dues)]
    assert local_days == [local_days[0] + day * number for number in range(len(local_days))]
    assert len(local_days) in (365, 366)


def changes_of(zone: str) -> list[date]:
    """Return the days of 2026 on which a zone's clocks change."""
    local, noons = ZoneInfo(zone), [datetime(2026, 1, 1, 12) + timedelta(days=day) for day in range(365)]
    offsets = [noon.replace(tzinfo=local).utcoffset() for noon in noons]
    return [noon.date() for noon, now, before in zip(noons[1:], offsets[1:], offsets, strict=False) if now != before]


@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "America/New_York", "Australia/Sydney", "America/Santiago", "Africa/Casablanca"]
)
@pytest.mark.parametrize("half", range(48))
def test_each_half_hour_of_a_day_of_change_is_due_once(zone: str, half: int) -> None:
    assert len(changes_of(zone)) == 2
    schedule, local = Clock((time(half // 2, half % 2 * 30),)), ZoneInfo(zone)
    for day in changes_of(zone):
        begin, end = (datetime.combine(day + timedelta(days=days), time(12), local) for days in (-2, 2))
        due = [one.astimezone(local).date() for one in due_between(schedule, zone, begin, end)]
        assert [due.count(day + timedelta(days=days)) for days in (-1, 0, 1)] == [1, 1, 1]


@settings(max_examples=60, deadline=None)
@given(
    moment=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC)),
    zone=st.sampled_from(ZONES),
    text=st.sampled_from(["07:00", "02:30 on sun", "hourly", "every 5h", "07:00, 17:00 on mon-fri"]),
)
def test_due_times_partition_time(moment: datetime, zone: str, text: str) -> None:
    schedule = parse_when(text)
    assert isinstance(schedule, Clock)
    due = due_at_or_before(schedule, zone, moment)
    assert due <= moment
    assert due_at_or_before(schedule, zone, due) == due
    assert due_at_or_before(schedule, zone, due - MOMENT) < due
    between = due + (moment - due) / 2
    assert due_at_or_before(schedule, zone, between) == due

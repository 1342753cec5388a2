"""When what is owed is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.digests.due import alert_due, preview_window, window_due
from monitor.digests.timing import Clock, parse_when
from monitor.model import Quiet, Severity, Window
from tests.builders import NOON, owed, subscription

MINUTE = timedelta(minutes=1)
ALERTS = subscription()


def test_alerts_wait_for_their_bundle() -> None:
    first, second = owed(1), owed(2, owed_at=NOON + MINUTE / 2)
    assert alert_due(ALERTS, [first, second], NOON + MINUTE - timedelta(seconds=1), bundle=MINUTE) == ()
    assert alert_due(ALERTS, [first, second], NOON + MINUTE, bundle=MINUTE) == (first, second)
    assert alert_due(ALERTS, [first], NOON, bundle=timedelta(0)) == (first,)


def test_copies_and_edits_of_told_stories_ride_along_but_bring_no_alert() -> None:
    copy, edit = owed(1, story_told=True), owed(2, kind="revision", story_told=True)
    assert alert_due(ALERTS, [copy, edit], NOON + MINUTE, bundle=MINUTE) == ()
    assert len(alert_due(ALERTS, [copy, edit, owed(3)], NOON + MINUTE, bundle=MINUTE)) == 3


@pytest.mark.parametrize(
    ("clock", "told"),
    [
        ("21:59", {"high", "critical"}),
        ("22:00", {"critical"}),
        ("05:59", {"critical"}),
        ("06:00", {"high", "critical"}),
    ],
)
def test_quiet_hours_let_through_what_they_except(clock: str, told: set[str]) -> None:
    desk = subscription(timezone="Asia/Karachi", quiet=Quiet(start="22:00", end="06:00", except_=Severity.CRITICAL))
    now = datetime.fromisoformat(f"2026-11-22T{clock}+05:00").astimezone(UTC)
    debts = [owed(1, owed_at=now - MINUTE), owed(2, owed_at=now - MINUTE, severity=Severity.CRITICAL)]
    assert {one.severity for one in alert_due(desk, debts, now, bundle=MINUTE)} == told


def test_quiet_hours_without_exception_hold_everything() -> None:
    desk = subscription(quiet=Quiet(start="11:00", end="13:00"))
    assert alert_due(desk, [owed(severity=Severity.CRITICAL)], NOON + MINUTE, bundle=MINUTE) == ()


def clock(text: str) -> Clock:
    schedule = parse_when(text)
    assert isinstance(schedule, Clock)
    return schedule


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
    def at(hour: str) -> datetime:
        return datetime.fromisoformat(f"2026-11-22T{hour}+00:00")

    found = window_due(subscription(), clock("07:00, 17:00"), at(closed), at(now))
    assert found == (window and Window(from_at=at(window[0]), to_at=at(window[1])))


def test_digests_due_in_quiet_hours_fall_into_the_next_window() -> None:
    desk = subscription(quiet=Quiet(start="22:00", end="06:00"))
    midnight = datetime(2026, 11, 22, tzinfo=UTC)
    closed = midnight - timedelta(hours=3)
    assert window_due(desk, clock("every 3h"), closed, midnight + timedelta(hours=4)) is None
    assert window_due(desk, clock("every 3h"), closed, midnight + timedelta(hours=6)) == Window(
        from_at=closed, to_at=midnight + timedelta(hours=6)
    )


@given(minutes=st.lists(st.integers(1, 2000), min_size=1, max_size=20))
def test_windows_follow_each_other_without_gap_or_overlap(minutes: list[int]) -> None:
    desk, now = subscription(timezone="America/New_York"), datetime(2026, 10, 31, 12, tzinfo=UTC)
    closed = now
    for step in minutes:
        now += timedelta(minutes=step)
        window = window_due(desk, clock("07:00, 01:30"), closed, now)
        if window:
            assert (window.from_at, closed < window.to_at <= now) == (closed, True)
            closed = window.to_at


def test_preview_windows() -> None:
    assert preview_window(ALERTS, NOON) == Window(from_at=NOON - timedelta(hours=24), to_at=NOON)
    daily = subscription(schedule=parse_when("07:00"))
    assert preview_window(daily, NOON).from_at == NOON - timedelta(hours=5)
    seven = NOON - timedelta(hours=5)
    assert preview_window(daily, seven) == Window(from_at=seven - timedelta(hours=24), to_at=seven)

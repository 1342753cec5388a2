"""Digests at the half hours of the nights in which clocks change: one a day each, through the real steps."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from monitor import pipeline
from monitor.store.tables import DIGEST
from tests.fakes import FixedClock, open_desk

HALVES = range(10)
"""Half hours from midnight on: clocks change before five. Of the whole day see `tests/unit/test_timing.py`."""
CHANGES = [
    ("Europe/Berlin", "2026-03-29"),
    ("Europe/Berlin", "2026-10-25"),
    ("America/New_York", "2026-03-08"),
    ("America/New_York", "2026-11-01"),
    ("Australia/Sydney", "2026-04-05"),
    ("Australia/Sydney", "2026-10-04"),
    ("America/Santiago", "2026-04-05"),
    ("America/Santiago", "2026-09-06"),  # at midnight, so that the day begins at 01:00
]


def rules(zone: str) -> str:
    times = [f"{half // 2:02}:{half % 2 * 30:02}" for half in HALVES]
    digests = "\n".join(
        f'  at-{clock.replace(":", "-")}: {{rules: [all], when: "{clock}", timezone: {zone}, to: ["folder:out"]}}'
        for clock in times
    )
    return f"version: 1\nrules:\n  all: {{when: attack*}}\ndigests:\n{digests}\n"


@pytest.mark.parametrize(("zone", "changes"), CHANGES)
async def test_every_half_hour_has_one_digest_a_day_when_the_clocks_change(
    tmp_path: Path, zone: str, changes: str
) -> None:
    local, day = ZoneInfo(zone), date.fromisoformat(changes)
    first, end = (datetime.combine(day + timedelta(days=days), time(12), local).astimezone(UTC) for days in (-2, 1))
    clock = FixedClock(first)
    async with open_desk(tmp_path, rules(zone), clock=clock) as desk:
        pipeline.start(desk.services)
        while clock.at < end:
            clock.advance(minutes=30)
            pipeline.compose_digests(desk.services)
            assert pipeline.compose_digests(desk.services) == []
        with desk.services.store.reading() as db:
            found = list(db.execute(select(DIGEST.c.subscription, DIGEST.c.until_at)))
    assert first.astimezone(local).utcoffset() != end.astimezone(local).utcoffset()
    told = Counter((row.subscription, row.until_at.astimezone(local).date()) for row in found)
    expected = {
        (f"at-{half // 2:02}-{half % 2 * 30:02}", day + timedelta(days=days)) for days in (-1, 0) for half in HALVES
    }
    assert {one: count for one, count in told.items() if one in expected} == dict.fromkeys(expected, 1)
    assert max(told.values()) == 1

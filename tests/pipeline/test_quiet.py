"""Digests by the clock and their quiet hours: what falls into them is held, never lost, and the gravest told."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from monitor import pipeline
from monitor.model import Digest
from monitor.store import telling
from monitor.store.tables import DIGEST
from tests.fakes import Desk, FixedClock, item, open_desk

RULES = """\
version: 1
feeds:
  dawn: {url: "https://dawn.example/rss", name: Dawn, language: en, first_poll: 100}
rules:
  attacks: {when: "attack*", severity: medium}
  emergencies: {when: "emergency", severity: critical}
digests:
  desk:
    rules: [attacks, emergencies]
    when: "17:00, 23:00, 02:00"
    to: ["folder:out"]
    quiet: {hours: "22:00-06:00", except: critical}
"""
RAIL = item(1, "Rail attack near Sibi", "The railway track near Sibi was damaged, police said.")
FLOOD = item(2, "Flood emergency declared in Gwadar", "Heavy rain cut the coastal highway, officials said.")
LEVIES = item(3, "Levies attack in Mastung", "Two levies men were hurt in Khadkocha, officials said.")
POWER = item(4, "Power emergency in Quetta", "The grid station of the capital burnt down, the utility said.")


def at(clock: str) -> datetime:
    """Return a time of the night from the 22nd to the 23rd of November."""
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, 11, 22 if hour >= 12 else 23, hour, minute, tzinfo=UTC)


async def look(desk: Desk, clock: str, *items: str) -> None:
    desk.clock.at = at(clock)
    desk.serve("dawn", *items)
    await pipeline.run_once(desk.services, every_feed=True)


def told(desk: Desk) -> list[Digest]:
    with desk.services.store.reading() as db:
        ids = db.scalars(select(DIGEST.c.id).order_by(DIGEST.c.composed_at, DIGEST.c.id))
        return [digest for one in ids if (digest := telling.read_digest(db, one))]


def said(desk: Desk) -> list[tuple[str, str, list[str], bool]]:
    return [
        (
            f"{one.window.from_at:%H:%M}",
            f"{one.window.to_at:%H:%M}",
            sorted(story.headline.split()[0] for story in one.stories),
            one.is_catch_up,
        )
        for one in told(desk)
    ]


async def test_due_times_in_quiet_hours_tell_the_gravest_and_their_end_the_rest(tmp_path: Path) -> None:
    async with open_desk(tmp_path, RULES, clock=FixedClock(at("17:00"))) as desk:
        await look(desk, "17:00")
        await look(desk, "22:30", RAIL, FLOOD)
        assert said(desk) == []
        await look(desk, "23:00", RAIL, FLOOD)
        assert said(desk) == [("17:00", "23:00", ["Flood"], False)]
        await look(desk, "01:00", RAIL, FLOOD, LEVIES)
        await look(desk, "01:30", RAIL, FLOOD, LEVIES, POWER)
        assert len(told(desk)) == 1
        await look(desk, "02:30", RAIL, FLOOD, LEVIES, POWER)
        assert said(desk)[1:] == [("17:00", "02:00", ["Power"], False)]
        await look(desk, "05:59", RAIL, FLOOD, LEVIES, POWER)
        assert len(told(desk)) == 2
        await look(desk, "06:00", RAIL, FLOOD, LEVIES, POWER)
        assert said(desk)[2:] == [("17:00", "06:00", ["Levies", "Rail"], True)]
        assert "quiet hours" in told(desk)[2].reason
        await look(desk, "11:00", RAIL, FLOOD, LEVIES, POWER)
        assert len(told(desk)) == 3


async def test_quiet_hours_in_which_the_daemon_was_off_end_when_it_is_back(tmp_path: Path) -> None:
    async with open_desk(tmp_path, RULES, clock=FixedClock(at("17:00"))) as desk:
        await look(desk, "18:00", RAIL)
        await look(desk, "09:00", RAIL, LEVIES)
        assert said(desk) == [("18:00", "06:00", ["Rail"], True)]


async def test_a_due_time_missed_before_quiet_hours_is_held_by_them(tmp_path: Path) -> None:
    async with open_desk(tmp_path, RULES, clock=FixedClock(at("16:00"))) as desk:
        await look(desk, "16:00")
        await look(desk, "16:30", RAIL, FLOOD)
        await look(desk, "22:30", RAIL, FLOOD)
        assert said(desk) == [("16:00", "22:00", ["Flood"], False)]
        await look(desk, "06:00", RAIL, FLOOD)
        assert said(desk)[1:] == [("16:00", "06:00", ["Rail"], True)]


async def test_a_night_without_news_is_told_once_when_it_is_over(tmp_path: Path) -> None:
    async with open_desk(tmp_path, RULES, clock=FixedClock(at("18:00"))) as desk:
        for clock in ("18:00", "23:00", "02:00", "05:00", "06:00", "07:00"):
            await look(desk, clock)
        assert said(desk) == [("18:00", "06:00", [], False)]

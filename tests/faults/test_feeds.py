"""What a desk meets over a year of feeds, at full numbers: many new feeds, restarts at digest time, bad rule files."""

from __future__ import annotations

import random
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from monitor import pipeline
from monitor.store import notices
from monitor.store.tables import ARTICLE, DIGEST, OWED
from tests.fakes import RULES, START, FixedClock, item, open_desk
from tests.faults import times
from tests.pipeline.test_crash import Crash, Fuse, MortalChannel, MortalStore

OPERATOR = RULES + 'operator: {to: ["email:ops@example.org"]}\n'


# --- the first poll ----------------------------------------------------------------------------------------------


async def test_a_thousand_new_feeds_alert_nobody_and_their_next_news_everybody(tmp_path: Path) -> None:
    feeds, entries = times(40, 1_000), 50
    listed = "\n".join(
        f'  f{number}: {{url: "https://f{number}.example/rss", name: F{number}}}' for number in range(feeds)
    )
    rules = RULES.replace(RULES[RULES.index("  dawn:") : RULES.index("regions:")], f"{listed}\n")
    async with open_desk(tmp_path, rules) as desk:
        pages = {
            feed: [
                item(n, f"Attack {feed}x{n} in Mastung", link=f"https://f{feed}.example/{n}") for n in range(entries)
            ]
            for feed in range(feeds)
        }
        for feed, items in pages.items():
            desk.serve(f"f{feed}", *items)
        counts = (await pipeline.run_once(desk.services, every_feed=True)).as_json()
        assert counts["articles"]["new"] == feeds * entries
        assert counts["deliveries"]["sent"] == 0
        desk.clock.advance(minutes=10)
        fresh = item(999, "Blast in Quetta", "Two shops burnt.", link="https://f0.example/999")
        desk.serve("f0", fresh, *pages[0])
        counts = (await pipeline.run_once(desk.services, every_feed=True)).as_json()
        assert (counts["articles"]["new"], counts["deliveries"]["sent"]) == (1, 1)
        with desk.services.store.reading() as db:
            owed = select(func.count()).select_from(OWED).where(OWED.c.subscription == "alerts")
            assert db.scalar(select(func.count()).select_from(ARTICLE)) == feeds * entries + 1
            assert db.scalar(owed) == 1


# --- restarts around digest time ---------------------------------------------------------------------------------


async def test_every_window_is_told_once_however_often_the_program_dies_around_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.fakes.Store", MortalStore)
    chance, channel, clock, deaths = random.Random(6), MortalChannel(), FixedClock(), 0
    begun = START.replace(hour=6, minute=58)
    dues = 0
    while deaths < times(20, 200):
        clock.at = begun + timedelta(hours=12 * dues) - timedelta(hours=2 * (dues % 2))  # before 07:00 and 17:00
        dues += 1
        for _ in range(4):
            fuse = MortalStore.fuse = channel.fuse = Fuse(chance.randint(1, 12))
            try:
                async with open_desk(tmp_path, RULES, clock=clock) as desk:
                    channels = desk.services.channels
                    object.__setattr__(channels, "ready", dict.fromkeys(channels.ready, channel))
                    desk.serve("dawn", item(dues, f"Blast number {dues} in Quetta"))
                    desk.serve("daily")
                    await pipeline.run_once(desk.services, every_feed=True)
            except Crash:
                deaths += 1
            assert fuse.left > -100
            clock.advance(seconds=90)
    MortalStore.fuse = channel.fuse = Fuse(0)
    for _ in range(3):
        async with open_desk(tmp_path, RULES, clock=clock) as desk:
            channels = desk.services.channels
            object.__setattr__(channels, "ready", dict.fromkeys(channels.ready, channel))
            await pipeline.run_once(desk.services, every_feed=True)
            clock.advance(minutes=5)
            with desk.services.store.reading() as db:
                ends = list(db.scalars(select(DIGEST.c.until_at).where(DIGEST.c.subscription == "daily")))
                waits = select(func.count()).select_from(OWED)
                owed = db.scalar(waits.where(OWED.c.subscription == "alerts", OWED.c.digest.is_(None)))
    assert Counter(ends) == dict.fromkeys(due_times(begun, dues), 1)
    assert owed == 0
    assert set(Counter(one.key for one in channel.sent).values()) == {1}


def due_times(begun: datetime, count: int) -> list[datetime]:
    day = begun.replace(hour=0, minute=0)
    return [day + timedelta(days=number // 2, hours=17 if number % 2 else 7) for number in range(count)]


# --- bad rule files ----------------------------------------------------------------------------------------------


def mutated(chance: random.Random, text: str) -> str:
    """Return a rule file with one thing wrong with it, or not."""
    lines = text.splitlines(keepends=True)
    at, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    place = chance.randrange(len(text))
    match chance.randrange(8):
        case 0:
            del lines[at]
        case 1:
            lines[at] = " " * chance.randint(1, 5) + lines[at]
        case 2:
            lines[at], lines[other] = lines[other], lines[at]
        case 3:
            lines.insert(other, lines[at])
        case 4:
            return text[:place]
        case 5:
            return text[:place] + chance.choice("{}[]\"':&*!|>%@`\t\x00(\ud800") + text[place:]
        case 6:
            return text[:place] + text[place + chance.randint(1, 30) :]
        case _:
            word = chance.choice(["attacks", "balochistan", "high", "immediately", "dawn", "folder", "version: 1"])
            return text.replace(word, chance.choice(["", "nothing", "NEAR/3", "[[", "-1", "null"]), 1)
    return "".join(lines)


async def test_two_hundred_mutated_rule_files_are_loaded_whole_or_not_at_all(tmp_path: Path) -> None:
    chance, spell, errors, good = random.Random(7), set[str](), 0, 0
    async with open_desk(tmp_path, OPERATOR) as desk:
        services, rulebook = desk.services, desk.services.rulebook
        pipeline.start(services)
        path = tmp_path / "rules" / "desk.yaml"
        for _ in range(times(30, 200)):
            before = rulebook.version, rulebook.rules, rulebook.templates.version
            path.write_bytes(mutated(chance, OPERATOR).encode("utf-8", "surrogatepass"))
            if rulebook.reload():
                # Whatever it says is in force; for the count of what follows, back to where it began.
                good, errors = good + 1, errors + len(spell)
                spell.clear()
                assert rulebook.error is None
                path.write_text(OPERATOR, encoding="utf-8")
                assert rulebook.reload()
            else:
                assert rulebook.error is not None
                assert before == (rulebook.version, rulebook.rules, rulebook.templates.version)
                spell.add(rulebook.error)
            pipeline.watch_feeds(services)
            pipeline.attend(services)
            desk.clock.advance(minutes=11)
            with services.store.reading() as db:
                assert len(notices.open_notices(db, notices.RULES)) == len(spell)
        await pipeline.deliver_all(services)
    told = [one.message for one in desk.channel.sent if one.subscription == "operator"]
    assert good and errors
    assert len(told) == errors + len(spell)


async def test_a_start_with_a_bad_file_works_by_the_last_good_copy_and_says_so(tmp_path: Path) -> None:
    async with open_desk(tmp_path, OPERATOR) as desk:
        pipeline.start(desk.services)
    async with open_desk(tmp_path, OPERATOR.replace("severity: high", "severity: awful")) as desk:
        assert desk.services.rulebook.error and "the copy of" in desk.services.rulebook.error
        desk.serve("dawn", item(1, "Blast in Quetta"))
        for _ in range(3):
            await pipeline.run_once(desk.services, every_feed=True)
            desk.clock.advance(minutes=10)
    sent = Counter(one.subscription for one in desk.channel.sent)
    assert (sent["alerts"], sent["operator"]) == (1, 1)

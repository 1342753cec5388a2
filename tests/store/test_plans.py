"""What is asked each second does not get slower with what was stored, owed and sent before."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event, insert

from monitor import pipeline
from monitor.store.tables import DELIVERY, DIGEST, OWED, SIGHTING
from tests.fakes import START, Desk, open_desk

DEBTS, DELIVERIES = 20_000, 100_000
LARGE = ("article", "delivery", "digest", "match", "owed", "revision", "sighting", "sketch", "sketch_key", "story")
DESTINATIONS = [f"slack:#desk-{number}" for number in range(20)]


@contextmanager
def statements(desk: Desk) -> Iterator[list[tuple[str, Any]]]:
    """Collect what is asked of the database, with its values."""
    asked: list[tuple[str, Any]] = []

    def collect(_c: object, _cursor: object, statement: str, values: Any, _context: object, many: bool) -> None:
        asked.append((statement, values[0] if many else values))

    event.listen(desk.services.store.engine, "before_cursor_execute", collect)
    try:
        yield asked
    finally:
        event.remove(desk.services.store.engine, "before_cursor_execute", collect)


def fill(desk: Desk) -> None:
    """Leave behind what a large desk has after a year, and a quiet digest that is owed much."""
    old = START - timedelta(days=30)
    with desk.services.store.writing() as db:
        db.execute(
            insert(OWED),
            [
                {
                    "subscription": "daily",
                    "article": number,
                    "story": number,
                    "kind": "news",
                    "revision": 0,
                    "severity": "medium",
                    "owed_at": START - timedelta(minutes=5),
                }
                for number in range(DEBTS)
            ],
        )
        states = ["sent"] * 95 + ["failed"] * 3 + ["held", "pending"]
        due = range(DELIVERIES - len(DESTINATIONS), DELIVERIES)
        db.execute(
            insert(DELIVERY),
            [
                {
                    "key": f"old/{number}",
                    "digest": f"old/{number // 2}",
                    "subscription": "alerts",
                    "destination": DESTINATIONS[number % len(DESTINATIONS)],
                    "part": 0 if number in due else number % 2,
                    "parts": 1 if number in due else 2,
                    "root": number - 2 if number % 10 == 9 else None,
                    "payload": '{"kind": "folder", "name": "old", "files": {}}',
                    "state": "pending" if number in due else states[number % len(states)],
                    "created_at": old,
                    "next_attempt_at": old if number in due else START + timedelta(hours=1),
                    "sent_at": old,
                    "claimed_at": old,
                }
                for number in range(DELIVERIES)
            ],
        )
        db.execute(
            insert(DIGEST),
            [
                {"id": f"old/{number}", "subscription": "alerts", "kind": "alert", "composed_at": old, "content": "{}"}
                for number in range(DELIVERIES // 2)
            ],
        )
        db.execute(
            insert(SIGHTING),
            [
                {"feed": "dawn", "key": str(one), "article": one, "url": str(one), "content_hash": "", "seen_at": old}
                for one in range(DEBTS)
            ],
        )


async def test_no_step_of_the_clock_reads_a_table_from_end_to_end(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        services = desk.services
        pipeline.start(services)
        fill(desk)
        desk.clock.advance(seconds=1)
        spent = {}
        with statements(desk) as asked:
            for step in (pipeline.compose_digests, pipeline.due_feeds, pipeline.watch_disk, pipeline.attend):
                began = time.process_time()
                step(services)
                spent[step.__name__] = time.process_time() - began
            for wait in (pipeline.claim_due, pipeline.settle):
                began = time.process_time()
                await wait(services)
                spent[wait.__name__] = time.process_time() - began
        with services.store.reading() as db:
            plans = {
                (statement, row[3])
                for statement, values in asked
                if re.match(r"\s*(SELECT|UPDATE|DELETE|WITH)", statement)
                for row in db.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
            }
    scans = [(plan, statement) for statement, plan in plans if re.match(rf"SCAN ({'|'.join(LARGE)})(_\d+)?\b", plan)]
    assert not scans, "\n\n".join(f"{plan}\n{statement}" for plan, statement in scans)
    assert max(spent.values()) < 0.25, spent

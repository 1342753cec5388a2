"""What `status` makes of who left and of what was noticed."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.lock import lock_file
from monitor.model import Notice
from monitor.status import status_of
from monitor.store import leavers, notices, upkeep
from tests.fakes import RULES, START, Desk, open_desk

AMNA, BILAL = "email:amna@example.org", "email:bilal@example.org"
TWO_READERS = RULES.replace('["folder:out"]', f'["{AMNA}", "{BILAL}"]')


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_desk(tmp_path, TWO_READERS) as opened:
        yield opened


def status(desk: Desk) -> dict[str, Any]:
    services = desk.services
    return status_of(services.store, services.rulebook, pid=None, settings=services.settings, now=START)


def test_who_left_is_listed_and_needs_nobody(desk: Desk) -> None:
    with desk.services.store.writing() as db:
        leavers.leave(db, "alerts", AMNA, START)
    found = status(desk)
    assert found["unsubscribed"] == [{"digest": "alerts", "destination": AMNA, "since": START}]
    assert (found["ok"], found["needs"]) == (True, [])


def test_a_digest_that_everybody_left_needs_a_hand(desk: Desk) -> None:
    with desk.services.store.writing() as db:
        leavers.leave(db, "alerts", BILAL, START)
        leavers.leave(db, "alerts", AMNA, START + timedelta(hours=1))
    found = status(desk)
    assert [one["destination"] for one in found["unsubscribed"]] == [BILAL, AMNA]
    (need,) = found["needs"]
    assert need["what"] == "nobody gets digest alerts: everyone it went to has unsubscribed"
    assert need["since"] == START + timedelta(hours=1)
    assert not found["ok"]


def test_what_was_noticed_needs_a_hand_until_it_is_over(desk: Desk) -> None:
    notice = Notice(key="template/alert/email.html", what="it failed", hint="dateline check", since_at=START)
    with desk.services.store.writing() as db:
        notices.raise_notice(db, notice)
    assert status(desk)["needs"] == [{"what": "it failed", "since": START, "hint": "dateline check"}]
    with desk.services.store.writing() as db:
        notices.end_notice(db, notice.key)
    assert status(desk)["ok"]


@pytest.mark.parametrize(
    ("backup", "started", "old"),
    [(None, 49, True), (None, 47, False), (49, 72, True), (47, 72, False), (72, 1, False), (49, None, False)],
)
def test_an_old_backup_needs_a_hand_where_a_daemon_should_have_made_one(
    desk: Desk, backup: int | None, started: int | None, old: bool
) -> None:
    """``backup`` and ``started``: so many hours ago."""
    services, made_at = desk.services, START - timedelta(hours=backup or 0)
    if backup is not None:
        with services.store.writing() as db:
            upkeep.record(db, upkeep.BACKUP, made_at)
    if started is not None:
        lock = lock_file(services.settings)
        lock.touch()
        os.utime(lock, times=((START - timedelta(hours=started)).timestamp(),) * 2)
    pid = None if started is None else os.getpid()
    found = status_of(services.store, services.rulebook, pid=pid, settings=services.settings, now=START)
    assert [need["what"] for need in found["needs"]] == ["the database has not been backed up for two days"] * old
    assert [need["since"] for need in found["needs"]] == [made_at if backup else None] * old

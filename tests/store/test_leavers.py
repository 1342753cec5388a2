"""Who left, and what the operator should know, as the database keeps them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, update

from monitor.model import DeliveryState, EmailMessage, Notice
from monitor.store import Store, leavers, notices, outbox, telling
from monitor.store.tables import DELIVERY
from tests.digest_samples import NOON, ONE_STORY

AMNA, BILAL = "email:amna@example.org", "email:bilal@example.org"
DAILY, WEEKLY = replace(ONE_STORY, id="d1", subscription="daily"), replace(ONE_STORY, id="w1", subscription="weekly")
MAIL = EmailMessage(subject="One story", text="One story", html="<p>One story</p>")
LATER = NOON + timedelta(hours=1)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Connection]:
    store = Store(f"sqlite:///{tmp_path / 'dateline.db'}")
    store.prepare()
    with store.writing() as connection:
        yield connection
    store.close()


def waiting(db: Connection) -> set[tuple[str, str, str]]:
    return {(one.subscription, one.destination, str(one.state)) for one in outbox.deliveries(db)}


def test_leaving_counts_once_and_from_the_first_time(db: Connection) -> None:
    assert leavers.leave(db, "daily", AMNA, NOON)
    assert not leavers.leave(db, "daily", AMNA, LATER)
    assert leavers.leave(db, "weekly", AMNA, LATER)
    assert leavers.left(db) == {("daily", AMNA): NOON, ("weekly", AMNA): LATER}


def test_coming_back(db: Connection) -> None:
    leavers.leave(db, "daily", AMNA, NOON)
    assert not leavers.come_back(db, "daily", BILAL)
    assert leavers.come_back(db, "daily", AMNA)
    assert not leavers.come_back(db, "daily", AMNA)
    assert leavers.left(db) == {}


@pytest.mark.parametrize("state", DeliveryState)
def test_what_waits_for_a_leaver_is_dropped_and_nothing_else(db: Connection, state: DeliveryState) -> None:
    for digest in (DAILY, WEEKLY):
        for to in (AMNA, BILAL):
            outbox.enqueue(db, digest, to, [MAIL], now=NOON, held=None)
    db.execute(update(DELIVERY).values(state=state))
    before = waiting(db)
    leavers.leave(db, "daily", AMNA, NOON)
    kept = state in (DeliveryState.CLAIMED, DeliveryState.SENT)
    assert waiting(db) == before - (set() if kept else {("daily", AMNA, str(state))})


def test_what_was_being_sent_to_a_leaver_is_not_tried_again(db: Connection) -> None:
    outbox.enqueue(db, DAILY, AMNA, [MAIL], now=NOON, held=None)
    db.execute(update(DELIVERY).values(state=DeliveryState.CLAIMED))
    leavers.leave(db, "daily", AMNA, NOON)
    db.execute(update(DELIVERY).values(state=DeliveryState.PENDING))
    leavers.drop_waiting(db)
    assert waiting(db) == set()


def test_who_is_known(db: Connection) -> None:
    def known() -> set[tuple[str, str]]:
        return {
            (subscription, to)
            for subscription in ("daily", "weekly")
            for to in (AMNA, BILAL)
            if leavers.is_known(db, subscription, to)
        }

    telling.save_digest(db, DAILY, (), now=NOON)
    telling.save_digest(db, WEEKLY, (), now=NOON)
    assert known() == set()
    outbox.enqueue(db, DAILY, AMNA, [MAIL], now=NOON, held=None)
    assert known() == {("daily", AMNA)}
    leavers.leave(db, "daily", AMNA, NOON)
    leavers.leave(db, "weekly", BILAL, NOON)
    assert known() == {("daily", AMNA), ("weekly", BILAL)}
    leavers.come_back(db, "weekly", BILAL)
    assert known() == {("daily", AMNA)}


def test_leavers_whom_their_subscription_names_no_more_are_forgotten(db: Connection) -> None:
    for subscription, destination in (("daily", AMNA), ("daily", BILAL), ("weekly", AMNA)):
        leavers.leave(db, subscription, destination, NOON)
    assert leavers.follow(db, {"daily": (AMNA, "slack:#desk")}) == [("daily", BILAL)]
    assert leavers.left(db) == {("daily", AMNA): NOON, ("weekly", AMNA): NOON}, "its file may be back in a moment"
    assert leavers.follow(db, {"daily": (AMNA,), "weekly": (BILAL,)}) == [("weekly", AMNA)]
    assert leavers.left(db) == {("daily", AMNA): NOON}


def test_a_notice_keeps_its_first_time_and_its_latest_words(db: Connection) -> None:
    first = Notice(key="template/alert/email.html", what="it failed", hint="dateline check", since_at=LATER)
    other = Notice(key="channel/slack", what="no answer", hint="look at it", since_at=NOON)
    for notice in (first, other, replace(first, what="it failed again", since_at=LATER + timedelta(days=1))):
        notices.raise_notice(db, notice)
    assert notices.open_notices(db) == [other, replace(first, what="it failed again")]
    notices.end_notice(db, other.key)
    notices.end_notice(db, "nothing of that name")
    assert notices.open_notices(db) == [replace(first, what="it failed again")]

"""Replaying what was owed: the digests of a run that never stops, by asking only when something can be due."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.backtest.compare import Debts, Difference, Kind, Tally, differences
from monitor.backtest.replay import Outgoing, replay
from monitor.digests.due import is_catch_up, loud_enough
from monitor.digests.owing import Debt, Due
from monitor.digests.threads import Bundle, by_thread
from monitor.digests.timing import Clock, due_at_or_before, due_between, parse_when
from monitor.model import Article, Quiet, Severity
from monitor.rules.compile import compile_rules
from monitor.rules.match import match_article
from monitor.rules.positions import Positions
from monitor.rules.ruleset import Subscription
from tests.builders import NOON, match, subscription
from tests.data import DATA, needs_data
from tests.fakes import RULES

MINUTE = timedelta(minutes=1)
NIGHT = Quiet(start="22:00", end="06:00", except_=Severity.CRITICAL)


def debts(*owed: tuple[float, int, int, Severity]) -> Debts:
    """Return debts of (minutes after noon, article, story, severity)."""
    return [
        (
            NOON + minutes * MINUTE,
            Debt(subscription="desk", article=article, story=story, kind="news", revision=0, severity=severity),
        )
        for minutes, article, story, severity in owed
    ]


def sent(found: list[Outgoing]) -> list[tuple[float, tuple[int, ...]]]:
    return [((one.window.to_at - NOON) / MINUTE, one.articles) for one in found]


def alerts(owed: Debts, *, hours: float = 48, **more: object) -> list[Outgoing]:
    return replay(subscription(**more), owed, NOON, NOON + timedelta(hours=hours))


def test_an_alert_waits_for_its_bundle_and_takes_all_that_came_meanwhile() -> None:
    found = alerts(debts((0, 1, 1, Severity.LOW), (0.5, 2, 2, Severity.HIGH), (1.5, 3, 3, Severity.HIGH)))
    assert sent(found) == [(1, (1, 2)), (2.5, (3,))]
    assert [one.stories for one in found] == [{Severity.LOW: 1, Severity.HIGH: 1}, {Severity.HIGH: 1}]
    assert found[1].window.from_at == found[0].window.to_at


def test_a_copy_of_a_told_story_rides_along_and_is_known_as_told() -> None:
    found = alerts(debts((0, 1, 1, Severity.HIGH), (30, 2, 1, Severity.HIGH), (60, 3, 3, Severity.LOW)))
    assert sent(found) == [(1, (1,)), (61, (3, 2))]
    assert found[1].told_before == {2}
    assert found[1].stories == {Severity.HIGH: 1, Severity.LOW: 1}


def test_quiet_hours_hold_all_but_the_gravest_until_they_end() -> None:
    owed = debts((11 * 60, 1, 1, Severity.HIGH), (11 * 60 + 5, 2, 2, Severity.CRITICAL))
    assert sent(alerts(owed, quiet=NIGHT)) == [(11 * 60 + 6, (2,)), (18 * 60, (1,))]
    assert sent(alerts(owed, quiet=NIGHT, hours=17)) == [(11 * 60 + 6, (2,))]


def test_quiet_hours_are_caught_up_with_in_one_message_whatever_its_threads() -> None:
    owed = debts(
        (0, 1, 1, Severity.LOW),
        (11 * 60, 2, 2, Severity.HIGH),
        (12 * 60, 3, 1, Severity.HIGH),
        (18 * 60 + 5, 4, 1, Severity.CRITICAL),
        (18 * 60 + 5, 5, 5, Severity.HIGH),
        (18 * 60 + 10, 6, 2, Severity.HIGH),
    )
    found = alerts(owed, quiet=NIGHT, to=("slack:#desk",))
    assert sent(found) == [(1, (1,)), (18 * 60, (2, 3)), (18 * 60 + 6, (5,)), (18 * 60 + 6, (4,))]
    assert [one.told_before for one in found] == [frozenset(), {3}, frozenset(), {4}]
    assert found[2].window == found[3].window


def test_a_digest_due_in_quiet_hours_tells_the_gravest_then_and_the_rest_at_their_end() -> None:
    owed = debts((11 * 60, 1, 1, Severity.HIGH), (11 * 60, 2, 2, Severity.CRITICAL), (18 * 60, 3, 2, Severity.LOW))
    late = parse_when("00:00, 03:00")
    found = alerts(owed, schedule=late, quiet=NIGHT, hours=30)
    assert sent(found) == [(12 * 60, (2,)), (18 * 60, (1, 3))]
    assert [one.window.from_at for one in found] == [NOON, NOON]
    assert found[1].told_before == {3}


def test_digests_come_at_their_hours_and_say_empty_unless_told_to_skip() -> None:
    twice = parse_when("07:00, 17:00")
    owed = debts((0, 1, 1, Severity.LOW), (300, 2, 2, Severity.HIGH), (301, 3, 1, Severity.HIGH))
    assert sent(alerts(owed, schedule=twice)) == [(300, (1, 2)), (1140, (3,)), (1740, ()), (2580, ())]
    skipping = alerts(owed, schedule=twice, say_empty=False)
    assert sent(skipping) == [(300, (1, 2)), (1140, (3,))]
    assert skipping[1].told_before == {3}
    assert skipping[1].window.from_at == skipping[0].window.to_at


# --- beside asking at every moment ---

SCHEDULES = ("every 7h", "00:30, 02:30, 23:59", "06:00 on mon-fri", "12:00 on sun", "hourly")
ZONES = ("UTC", "Asia/Karachi", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia")
moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1), timezones=st.just(ZoneInfo("UTC")))


@given(st.sampled_from(SCHEDULES), st.sampled_from(ZONES), moments, st.integers(0, 20 * 24))
@example("00:30, 02:30, 23:59", "Europe/Berlin", datetime(2026, 3, 28, tzinfo=ZoneInfo("UTC")), 72)
@example("00:30, 02:30, 23:59", "Europe/Berlin", datetime(2026, 10, 24, tzinfo=ZoneInfo("UTC")), 72)
@example("every 7h", "Pacific/Apia", datetime(2011, 12, 29, tzinfo=ZoneInfo("UTC")), 72)
def test_due_instants_are_those_that_one_after_the_other_is_the_latest(
    when: str, zone: str, since: datetime, hours: int
) -> None:
    schedule = parse_when(when)
    assert isinstance(schedule, Clock)
    until = since + timedelta(hours=hours)
    backwards = []
    moment = due_at_or_before(schedule, zone, until)
    while moment > since:
        backwards.append(moment)
        moment = due_at_or_before(schedule, zone, moment - timedelta(microseconds=1))
    assert list(due_between(schedule, zone, since, until)) == backwards[::-1]


quiets = st.sampled_from([None, NIGHT, Quiet(start="09:00", end="17:00")])


debt_lists = st.lists(
    st.tuples(st.integers(0, 30 * 60), st.integers(1, 6), st.sampled_from(list(Severity))), max_size=12
)


@given(debt_lists, quiets, st.sampled_from([("folder:out",), ("slack:#desk",)]))
def test_alerts_are_those_of_a_daemon_that_always_asks(
    written: list[tuple[int, int, Severity]], quiet: Quiet | None, to: tuple[str, ...]
) -> None:
    desk = subscription(quiet=quiet, bundle=5 * MINUTE, to=to)
    owed = debts(*((minutes, number, story, level) for number, (minutes, story, level) in enumerate(sorted(written))))
    found = replay(desk, owed, NOON, NOON + timedelta(hours=32))
    assert sent(found) == _asked_every_minute(desk, owed)


@dataclass(frozen=True, kw_only=True)
class Open(Due):
    story: int
    article: int


def _asked_every_minute(desk: Subscription, owed: Debts) -> list[tuple[float, tuple[int, ...]]]:
    told: dict[int, Severity] = {}
    roots: dict[int, str] = {}
    awake: set[int] = set()
    open_, found = list(owed), []
    for minute in range(32 * 60 + 1):
        now = NOON + minute * MINUTE
        for at, debt in owed:
            if at == now and debt.story in told:
                waiting_for = [one.severity.rank for when, one in open_ if when <= now and one.story == debt.story]
                awake |= {debt.story} if max(waiting_for) > told[debt.story].rank else set()
        heard = tuple(
            Open(
                kind=debt.kind,
                severity=debt.severity,
                owed_at=at,
                story_told=debt.story in told,
                material=debt.story in awake,
                story=debt.story,
                article=debt.article,
            )
            for at, debt in open_
            if at <= now and debt.severity in loud_enough(desk, now)
        )
        if is_catch_up(desk, heard, now):
            bundles = [Bundle(owed=heard)]
        else:
            bundles = by_thread(heard, roots, now=now, bundle=desk.bundle, foldable=to_slack(desk))
        for bundle in bundles:
            if not bundle.is_silent:
                found.append((float(minute), tuple(one.article for one in bundle.owed)))
            for one in bundle.owed:
                told[one.story] = max(one.severity, told.get(one.story, one.severity), key=lambda level: level.rank)
                roots.setdefault(one.story, str(minute))
            awake -= {one.story for one in bundle.owed}
            settled = {one.article for one in bundle.owed}
            open_ = [(at, debt) for at, debt in open_ if debt.article not in settled]
    return found


def to_slack(desk: Subscription) -> bool:
    return desk.to == ("slack:#desk",)


# --- tallies ---


@needs_data
def test_an_article_read_once_for_both_sides_matches_as_one_read_for_each() -> None:
    """What one rule set has looked up in an article must not show in what the other finds."""
    rules = RULES.replace("where: balochistan", "where: [balochistan, us, nz]")
    rules = rules.replace("regions:\n", "regions:\n  us: {name: US, codes: [US]}\n  nz: {name: NZ, codes: [NZ]}\n")
    today, tried = (
        compile_rules({"rules/desk.yaml": text.encode()}, templates={"digest", "alert", "brief"}).rules
        for text in (rules, rules.replace("attack* OR blast*", "kill* NEAR/9 (attack* OR att*)"))
    )
    assert today is not None and tried is not None
    matched = 0
    with gzip.open(DATA / "stream_replay" / "stream.jsonl.gz", "rt", encoding="utf-8") as lines:
        for record in map(json.loads, islice(lines, 0, None, 300)):
            one = Article(title=record["title"], text=f"{record['summary']} An attack kills six", language="en")
            positions = Positions(one)
            shared = [match_article(rules, one, positions) for rules in (today, tried)]
            assert shared == [match_article(rules, one) for rules in (today, tried)]
            matched += sum(map(bool, shared))
    assert matched > 20


def test_differences_are_told_by_rule() -> None:
    low, high = match("a", severity=Severity.LOW), match("a", severity=Severity.HIGH)
    assert differences(7, [low], [low]) == []
    assert [one.kind for one in differences(7, [low, match("b")], [high, match("c")])] == [
        Kind.CHANGED,
        Kind.LOST,
        Kind.CAUGHT,
    ]


@pytest.mark.parametrize("limit", [0, 1, 5])
def test_of_many_differences_the_newest_are_kept(limit: int) -> None:
    total = Tally(limit=limit)
    for start in range(0, 100, 10):
        part = Tally(limit=limit)
        for number in range(start, start + 10):
            part.keep([Difference(number, "a", None, Severity.LOW)])
        total += part
    assert [one.article for one in total.newest(Kind.CAUGHT)] == list(range(99, 99 - limit, -1))
    assert sum(map(len, total.differences.values())) <= 2 * max(limit, 10)

"""What wakes readers who know a story already."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from monitor.backtest.replay import owed_twice, waking
from monitor.digests.owing import Debt
from monitor.digests.waking import with_what_is_material
from monitor.model import Figure, Group, Severity
from monitor.stories.reports import Report
from tests.builders import NOON, report

HOUR = timedelta(hours=1)


def killed(count: int) -> Figure:
    return Figure(
        count=count,
        who="guards",
        group="security",
        outcome="killed",
        source="police",
        field="text",
        start=0,
        end=6,
        quote="guards",
        sentence="Guards were killed, police said.",
    )


def debt(article: int, **more: object) -> Debt:
    values: dict[str, object] = {
        "subscription": "desk",
        "article": article,
        "story": 1,
        "kind": "news",
        "revision": 0,
        "severity": Severity.MEDIUM,
    }
    return Debt(**values | more)  # type: ignore[arg-type]


def said(article: int, count: int, at: datetime = NOON, **more: object) -> Report:
    return report(article, at=at, figures=(killed(count),), source=f"Outlet {article}", **more)


@pytest.mark.parametrize(
    ("count", "severity", "material"),
    [
        (2, Severity.MEDIUM, False),
        (5, Severity.MEDIUM, True),
        (2, Severity.HIGH, True),
        (2, Severity.LOW, False),
    ],
)
def test_a_moved_figure_or_a_graver_match_wakes(count: int, severity: Severity, material: bool) -> None:
    reports = {1: [said(1, 2, NOON - HOUR), said(2, count), said(3, 9, NOON + HOUR)]}
    gravest = {("desk", 1): Severity.MEDIUM}
    (found,) = with_what_is_material([debt(2, severity=severity)], gravest, reports, NOON)
    assert found == replace(debt(2, severity=severity), material=material)


def test_stories_that_nobody_was_owed_wake_nobody_a_second_time() -> None:
    assert with_what_is_material([debt(1)], {}, {}, NOON) == [debt(1)]


def test_each_subscription_is_woken_by_what_is_graver_to_it() -> None:
    gravest = {("desk", 1): Severity.MEDIUM, ("night", 1): Severity.HIGH}
    debts = [debt(2, severity=Severity.HIGH), debt(2, severity=Severity.HIGH, subscription="night")]
    assert [one.material for one in with_what_is_material(debts, gravest, {1: []}, NOON)] == [True, False]


def test_a_backtest_wakes_as_the_day_did() -> None:
    reports = {1: [said(1, 2, NOON - HOUR), said(2, 2), said(3, 5, NOON + HOUR), said(4, 5, NOON + 2 * HOUR)]}
    debts = [
        (NOON + HOUR, debt(3)),
        (NOON - HOUR, debt(1)),
        (NOON, debt(2)),
        (NOON + 2 * HOUR, debt(4, severity=Severity.HIGH)),
        (NOON, debt(8, story=8)),
    ]
    assert owed_twice(debts) == {1}
    assert [(one.article, one.material) for _, one in waking(debts, reports)] == [
        (1, False),
        (2, False),
        (8, False),
        (3, True),
        (4, True),
    ]


@pytest.mark.parametrize(
    ("group", "count", "material"),
    [
        ("militants", 5, True),
        ("militants", 31, False),
        ("people", 5, False),
        ("people", 40, True),
        ("security", 2, False),
    ],
)
def test_a_first_figure_wakes_where_it_is_worse_for_its_group(group: Group, count: int, material: bool) -> None:
    known = [
        report(1, at=NOON - HOUR, figures=(replace(killed(31), group="people"), killed(3)), source="Outlet 1"),
        report(2, figures=(replace(killed(count), group=group, source="the army"),), source="Outlet 2"),
    ]
    (found,) = with_what_is_material([debt(2)], {("desk", 1): Severity.MEDIUM}, {1: known}, NOON)
    assert found.material is material

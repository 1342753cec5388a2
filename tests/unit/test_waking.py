"""What wakes readers who know a story already."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from monitor.backtest.replay import owed_twice, replay
from monitor.digests.owing import Debt, StoryFile, Told
from monitor.digests.waking import since_told, wakes
from monitor.model import Figure, Group, Severity
from monitor.stories.reports import Report
from tests.builders import NOON, report, subscription

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


def file(*reports: Report, told: Severity = Severity.MEDIUM) -> StoryFile:
    """A story of which the first report was told when it came."""
    first = reports[0]
    return StoryFile(reports=reports, told={first.article: Told(sent_at=first.at, until_at=first.at, severity=told)})


@pytest.mark.parametrize(
    ("count", "severity", "woken"),
    [
        (2, Severity.MEDIUM, False),
        (5, Severity.MEDIUM, True),
        (2, Severity.HIGH, True),
        (2, Severity.LOW, False),
    ],
)
def test_a_moved_figure_or_a_graver_match_wakes(count: int, severity: Severity, woken: bool) -> None:
    story = file(said(1, 2, NOON - HOUR), said(2, count), said(3, 9, NOON + HOUR))
    assert wakes(story, severity, NOON) is woken


def test_what_was_stored_but_not_told_is_new_to_them() -> None:
    """An article that no rule matched brought the toll; the next one, which is owed, repeats it."""
    story = file(said(1, 2, NOON - HOUR), said(2, 9, NOON - HOUR / 2), said(3, 9))
    assert wakes(story, Severity.MEDIUM, NOON)


def test_an_edit_after_the_window_but_before_the_digest_was_told_with_it() -> None:
    sent = Told(sent_at=NOON + HOUR, until_at=NOON, severity=Severity.MEDIUM)
    edited = said(1, 9, NOON + HOUR / 2, revision=1)
    late = said(2, 30, NOON + HOUR / 2)
    story = StoryFile(reports=(said(1, 2, NOON - HOUR), edited, late), told={1: sent})
    found = since_told(story, until=NOON + 2 * HOUR, as_of=NOON + 2 * HOUR)
    assert [change.articles for change in found if change.kind == "figure"] == [(2,)]
    assert since_told(StoryFile(reports=story.reports[:2], told={1: sent}), until=NOON + HOUR, as_of=NOON + HOUR) == ()


def test_who_was_never_told_hears_of_a_new_story() -> None:
    found = since_told(StoryFile(reports=(said(1, 2),)), until=NOON, as_of=NOON)
    assert [change.kind for change in found] == ["new_story"]


def test_a_backtest_wakes_as_the_day_did() -> None:
    reports = {1: [said(1, 2, NOON - HOUR), said(2, 2), said(3, 5, NOON + HOUR), said(4, 5, NOON + 2 * HOUR)]}
    debts = [
        (NOON + HOUR, debt(3)),
        (NOON - HOUR, debt(1)),
        (NOON, debt(2)),
        (NOON + 2 * HOUR, debt(4, severity=Severity.HIGH)),
        (NOON + 3 * HOUR, debt(8, story=8)),
    ]
    assert owed_twice(debts) == {1}
    sent = replay(subscription(), debts, NOON - 2 * HOUR, NOON + 5 * HOUR, reports)
    assert [one.articles for one in sent] == [(1,), (2, 3), (4,), (8,)]
    assert [sorted(one.told_before) for one in sent] == [[], [2, 3], [4], []]


@pytest.mark.parametrize(
    ("group", "count", "woken"),
    [
        ("militants", 5, True),
        ("militants", 31, False),
        ("people", 5, False),
        ("people", 40, True),
        ("security", 2, False),
    ],
)
def test_a_first_figure_wakes_where_it_is_worse_for_its_group(group: Group, count: int, woken: bool) -> None:
    known = file(
        report(1, at=NOON - HOUR, figures=(replace(killed(31), group="people"), killed(3)), source="Outlet 1"),
        report(2, figures=(replace(killed(count), group=group, source="the army"),), source="Outlet 2"),
    )
    assert wakes(known, Severity.MEDIUM, NOON) is woken


def test_what_a_merge_brought_since_is_new_to_those_who_were_not_told_of_it() -> None:
    first, other = said(1, 2, NOON - HOUR), replace(said(2, 9, NOON - 2 * HOUR), joined_at=NOON)
    assert wakes(file(first, other), Severity.MEDIUM, NOON)
    told = file(first, other).told[1]
    assert not wakes(StoryFile(reports=(first, other), told={1: told, 2: told}), Severity.MEDIUM, NOON)

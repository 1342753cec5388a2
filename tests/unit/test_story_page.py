"""What `stories show` tells, as values."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from monitor.cli import story_page as page
from monitor.cli.base import bars, print_json
from monitor.model import StorySummary
from monitor.stories.ledger import ledger
from monitor.stories.reports import Report
from tests.story_values import MORNING, at, figure, report, spot

PAKISTAN = spot("Pakistan", kind="country", code="PK")
DAY = [
    report(1, 0, "Dawn", figure(12, "Police"), spot("Quetta"), PAKISTAN, home="PK-SD"),
    report(2, 0, "Geo", spot("Quetta", "lede"), home="PK-BA"),
    report(3, 2.5, "BBC", figure(31, "Police"), spot("Gwadar"), home="GB"),
    report(1, 5, "Dawn", figure(31, "Police"), revision=1, home="PK-SD"),
    report(4, 5, "A blog"),
]  # fmt: skip


def test_the_course_of_a_story() -> None:
    points = page.course([*reversed(DAY)])
    assert [[one.article for one in point.reports] for point in points] == [[1, 2], [3], [1, 4]]
    assert [[change.text for change in point.changes] for point in points] == [
        [],
        ["Police now say 31 people killed, not 12", "Now also in Gwadar"],
        [],
    ]


def test_of_a_long_course_the_end_is_told() -> None:
    points = page.course([report(number, number, "Dawn") for number in range(1, 200)])
    assert [point.reports[0].article for point in points] == [*range(200 - page.COURSE_TOLD, 200)]


@pytest.mark.parametrize(
    ("reports", "expected"),
    [
        (DAY, ("Quetta", "Gwadar")),
        ([report(1, 0, "Dawn", PAKISTAN)], ("Pakistan",)),
        ([report(1, 0, "Dawn")], ()),
    ],
)
def test_where(reports: list[Report], expected: tuple[str, ...]) -> None:
    assert page.where(reports) == expected


def test_sources_by_where_they_sit() -> None:
    found = page.sources([*DAY, report(5, 6, "Radio", home="PK")])
    assert found.area == "PK-BA"
    assert (found.inside, found.country) == (("Geo",), ("Dawn", "Radio"))
    assert (found.abroad, found.unknown) == (("BBC",), ("A blog",))


def test_sources_of_a_story_without_places() -> None:
    found = page.sources([report(1, 0, "Dawn", home="PK")])
    assert (found.area, found.unknown) == ("", ("Dawn",))
    assert page.sources([report(1, 0, "Dawn", spot("Quetta", "text"), home="PK")]).country == ("Dawn",)


def test_names_of_areas() -> None:
    assert (page.area_name("PK-BA"), page.area_name("")) == ("Balochistan", "")


def test_reports_per_hour() -> None:
    hours = page.per_hour(DAY)
    assert [count for _, count in hours] == [2, 0, 1, 0, 0, 2]
    assert hours[2][0] == MORNING + timedelta(hours=2)
    assert bars(page.shared([count for _, count in hours])) == "█·▄··█"
    assert page.per_hour([]) == []
    assert page.shared([]) == []


def test_long_times_share_their_bars() -> None:
    counts = page.shared([1] * 1000)
    assert len(counts) <= 48
    assert sum(counts) == 1000


def test_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    story = StorySummary(
        id=1, headline="Attack", first_seen_at=MORNING, updated_at=MORNING, origins=4, articles=4
    )  # fmt: skip
    print_json(page.story_json(story, DAY, ledger(at(9, *DAY)), page.course(DAY)))
    found = json.loads(capsys.readouterr().out)
    assert found["where"] == ["Quetta", "Gwadar"]
    assert [(one["claimant"], one["count"]) for one in found["figures"]] == [("Police", 31)]
    assert [one["article"] for one in found["course"][2]["reports"]] == [1, 4]
    assert found["course"][1]["changes"][0]["kind"] == "figure"
    assert found["sources"]["abroad"] == ["BBC"]
    assert found["per_hour"][0] == {"hour": "2026-11-21T06:00:00+00:00", "reports": 2}

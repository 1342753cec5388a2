"""Where a story happened, and how precisely that is known."""

from __future__ import annotations

import pytest

from monitor.digests.where import where
from monitor.stories.reports import Spot
from tests.story_values import report, spot

AREA = spot("Balochistan", kind="area")
COUNTRY = spot("Pakistan", code="PK", kind="country", shown="Pakistani")
SINDH = {"code": "PK-SD"}


@pytest.mark.parametrize(
    ("spots", "shown"),
    [
        pytest.param([], [], id="nowhere"),
        pytest.param([spot("Mastung")], ["Mastung (Balochistan)"], id="a town"),
        pytest.param([spot("Quetta", "lede"), spot("Mastung")], ["Mastung", "Quetta (Balochistan)"], id="title first"),
        pytest.param([spot("Quetta", "text"), spot("Mastung", "lede")], ["Mastung (Balochistan)"], id="not in depth"),
        pytest.param([AREA, spot("Quetta", "text")], ["Quetta (Balochistan)"], id="but where nothing else does"),
        pytest.param([AREA, COUNTRY, spot("Mastung")], ["Mastung (Balochistan)"], id="the most precise"),
        pytest.param([spot("Kech District", kind="district")], ["Kech district (Balochistan)"], id="a district"),
        pytest.param(
            [spot("Mastung"), spot("Mastung District", kind="district")],
            ["Mastung (Balochistan)"],
            id="a town of it",
        ),
        pytest.param(
            [spot("Mastung"), spot("Karachi", "lede", **SINDH), spot("Quetta", "lede")],
            ["Mastung", "Quetta (Balochistan)", "Karachi (Sindh)"],
            id="two provinces",
        ),
        pytest.param([COUNTRY, AREA], ["Balochistan (province only)"], id="a province"),
        pytest.param(
            [AREA, spot("Sindh", kind="area", **SINDH)], ["Balochistan", "Sindh (provinces only)"], id="provinces"
        ),
        pytest.param([COUNTRY], ["Pakistan (country only)"], id="a country, by its name"),
        pytest.param([spot("Islamabad", code="PK-IS")], ["Islamabad"], id="a town that is its area"),
        pytest.param([spot("Nowhere", code="ZZ-1")], ["Nowhere"], id="an unknown area"),
        pytest.param(
            [spot("Panjgur", shown="Panjgoor"), spot("Kech", "lede"), spot("Kech", "title")],
            ["Panjgoor", "Kech (Balochistan)"],
            id="as readers write it, once",
        ),
    ],
)
def test_says_where_as_precisely_as_it_is_known(spots: list[Spot], shown: list[str]) -> None:
    assert list(where([report(1, 0, "Dawn", *spots)])) == shown


def test_independent_reports_count_and_copies_do_not() -> None:
    gwadar, turbat = spot("Gwadar", "lede"), spot("Turbat", "lede")
    copies = [report(number, 0, f"Copy {number}", gwadar, duplicate_of=1) for number in (2, 3)]
    said = [report(1, 0, "Dawn", gwadar), *copies, report(4, 0, "Asia Wire", turbat), report(5, 0, "Daily", turbat)]
    assert where(said) == ("Turbat", "Gwadar (Balochistan)")


def test_what_a_headline_names_comes_before_what_openings_do() -> None:
    kalat = spot("Kalat", "lede")
    said = [report(1, 0, "Dawn", spot("Noshki"), kalat), report(2, 0, "Daily", kalat), report(3, 0, "Wire", kalat)]
    assert where(said) == ("Noshki", "Kalat (Balochistan)")


def test_only_the_most_prominent_are_named() -> None:
    towns = [spot(f"Town {number}", **({} if number % 2 else SINDH)) for number in range(9)]
    assert where([report(1, 0, "Dawn", *towns)]) == (*("Town 0", "Town 2", "Town 4", "Town 6", "Town 8 (Sindh)"),)
    assert where([report(1, 0, "Dawn", *towns[:5])])[-1] == "Town 3 (Balochistan)"

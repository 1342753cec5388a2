"""How much of an article is about each area."""

from __future__ import annotations

from math import isclose, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.regions.focus import WEIGHTS, lies_in, shares, weigh
from monitor.regions.mentions import Part
from tests.small_world import BALOCHISTAN, HYDERABAD_PK, INDIA, PAKISTAN, QUETTA

PLACES = st.sampled_from([BALOCHISTAN, HYDERABAD_PK, INDIA, PAKISTAN, QUETTA])
PARTS: st.SearchStrategy[Part] = st.sampled_from(list(WEIGHTS))


def test_a_mention_weighs_by_its_place_in_the_article() -> None:
    found = weigh([(QUETTA, "title"), (INDIA, "lede"), (PAKISTAN, "text")])
    assert found == {QUETTA: 3, INDIA: 2, PAKISTAN: 1}


def test_repeats_are_damped() -> None:
    assert isclose(weigh([(QUETTA, "text")] * 9)[QUETTA], 3)
    assert isclose(weigh([(QUETTA, "text"), (QUETTA, "title")])[QUETTA], 3 + (sqrt(2) - 1))


def test_each_place_counts_for_its_most_specific_area() -> None:
    found = shares(weigh([(QUETTA, "title"), (BALOCHISTAN, "lede"), (PAKISTAN, "lede"), (INDIA, "text")]))
    assert found == {"PK-BA": 0.625, "PK": 0.25, "IN": 0.125}
    assert list(found) == ["PK-BA", "PK", "IN"]


def test_nothing_found_has_no_shares() -> None:
    assert shares(weigh([])) == {}


@pytest.mark.parametrize(
    ("codes", "inside"), [(["PK"], True), (["PK-BA"], True), (["PK-SD", "IN"], False), ([], False)]
)
def test_a_country_takes_in_its_areas(codes: list[str], inside: bool) -> None:
    assert lies_in(QUETTA, codes) is inside


@given(st.lists(st.tuples(PLACES, PARTS), min_size=1))
def test_shares_partition_the_evidence(mentions: list[tuple[object, Part]]) -> None:
    assert isclose(sum(shares(weigh(mentions)).values()), 1)  # type: ignore[arg-type]

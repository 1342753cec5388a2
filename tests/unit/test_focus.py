"""How much of an article is about each area."""

from __future__ import annotations

from math import isclose, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.regions.field import Part
from monitor.regions.focus import WEIGHTS, lies_in, shares, weigh
from monitor.regions.gazetteer import Place
from tests.small_world import BALOCHISTAN, HYDERABAD_PK, INDIA, PAKISTAN, QUETTA, place

PLACES = st.sampled_from([BALOCHISTAN, HYDERABAD_PK, INDIA, PAKISTAN, QUETTA])
PARTS: st.SearchStrategy[Part] = st.sampled_from(list(WEIGHTS))


def test_a_mention_weighs_by_its_place_in_the_article() -> None:
    found = weigh([(QUETTA, "title"), (INDIA, "lede"), (PAKISTAN, "text")])
    assert found == {QUETTA: 3, INDIA: 2, PAKISTAN: 1}


def test_repeats_are_damped() -> None:
    assert isclose(weigh([(QUETTA, "text")] * 3)[QUETTA], 1 + 1 / sqrt(2) + 1 / sqrt(3))
    assert isclose(weigh([(QUETTA, "text"), (QUETTA, "title"), (QUETTA, "lede"), (QUETTA, "lede")])[QUETTA], 8)


LONDON = place("London", "GB-ENG", 8_900_000)
ANYWHERE = place("Zobland", "", kind="area")


@pytest.mark.parametrize(
    ("in_body", "once", "below"),
    [
        *[(0, "lede", 0.41), (2, "lede", 0.30), (3, "lede", 0.16), (4, "lede", 0.15), (8, "lede", 0.12)],
        *[(20, "lede", 0.09), (3, "text", 0.16), (4, "text", 0.15), (8, "text", 0.12), (4, "title", 0.35)],
    ],
)
def test_a_place_named_once_is_not_what_the_article_is_about(in_body: int, once: Part, below: float) -> None:
    of_london: list[tuple[Place, Part]] = [(LONDON, "title"), *((LONDON, "text") for _ in range(in_body))]
    share = shares(weigh([*of_london, (QUETTA, once)]))["PK-BA"]
    assert below - 0.06 < share < below


@pytest.mark.parametrize(("other", "weight"), [(LONDON, 1), (PAKISTAN, 2), (ANYWHERE, 2)])
def test_a_country_named_all_along_is_no_rival_of_its_places(other: Place, weight: float) -> None:
    assert weigh([*((other, "text") for _ in range(4)), (QUETTA, "lede")])[QUETTA] == weight
    assert weigh([*((LONDON, "text") for _ in range(4)), (ANYWHERE, "lede")])[ANYWHERE] == 2


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

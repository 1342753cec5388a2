"""Which place a name means, by what is said around it, and when none is sure enough to count."""

from __future__ import annotations

import time
from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.regions.distance import kilometres
from monitor.regions.field import Field
from monitor.regions.mentions import find
from monitor.regions.resolve import resolve
from monitor.regions.senses import MOST_PLACES, STAND_IN
from monitor.text.fold import tokenise
from tests.small_world import (
    LEBANON,
    PARIS,
    PARIS_TX,
    QUETTA,
    TEXAS,
    TRIPOLI_LY,
    gazetteer,
    meant,
    name,
    place,
    resolved,
)


@pytest.mark.parametrize(
    ("text", "home", "codes"),
    [
        ("a blast in Quetta", None, ["PK-BA"]),
        ("a blast in Hyderabad", None, [None]),
        ("a blast in Hyderabad", "PK", ["PK-SD"]),
        ("a blast in Hyderabad", "IN-TG", ["IN-TG"]),
        ("Hyderabad and Quetta and Pakistan", None, ["PK-SD", "PK-BA", "PK"]),
        ("Pakistani police in Hyderabad", None, ["PK", "PK-SD"]),
        ("a port in Tripoli of Lebanon", None, ["LB-AS", "LB"]),
        ("talks in Paris", None, ["FR-IDF"]),
        ("fire in Paris, Texas", None, ["US-TX", "US-TX"]),
        ("fire in Paris, Texas, and later in Paris", None, ["US-TX", "US-TX", "US-TX"]),
        ("fire in Paris, France", None, ["FR-IDF", "FR"]),
        ("fire in Quetta, Texas", None, [None, "US-TX"]),
        ("Georgia met", None, [None]),
        ("the United States of Georgia, Atlanta and Savannah", None, ["US", "US-GA", "US-GA", "US-GA"]),
        ("a fire in Springfield", None, [None]),
        ("a fire in Springfield, Mo.", None, ["US-MO", "US-MO"]),
        ("a fire in Springfield", "US-MO", ["US-MO"]),
        ("what a Nice day", None, [None]),
        ("French police in Nice", None, ["FR", "FR-PAC"]),
        ("they left Georgia Street", None, [None]),
        ("they left Quetta, and Paul Quetta left", None, [None, None]),
        ("they left from Quetta, and Paul Quetta left", None, ["PK-BA", None]),
        ("then Quetta said no", "PK-SD", [None]),
        ("then Quetta said no", "PK-BA", ["PK-BA"]),
        ("Police in Quetta said so. So they left Quetta", None, ["PK-BA", "PK-BA"]),
        ("then Quetta said no. So they left Quetta", None, [None, "PK-BA"]),
        ("they took Nice today", None, [None]),
        ("they took Nice today, and Toulon", None, ["FR-PAC", "FR-PAC"]),
        ("Nice was taken, and Toulon", None, [None, "FR-PAC"]),
    ],
)
def test_meaning(text: str, home: str | None, codes: list[str | None]) -> None:
    assert meant(text, home=home) == codes


def test_every_point_is_told() -> None:
    one, _ = resolved("fire in Paris, Texas", home="FR")
    assert one.place == PARIS_TX
    assert isclose(one.best.points, sum(points for _, points in one.best.addends))
    assert one.second is not None
    assert one.second.place == PARIS
    assert one.why.startswith("taken for: Paris (US-TX)")
    assert "“Paris, Texas” +8.0" in one.why
    assert "against Paris (FR-IDF)" in one.why
    assert "the outlet is at home in FR" in one.why
    assert "“in Paris” +1.5" in one.why


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("LONDON, March 3 - Canada won.", "GB-ENG"),
        ("London, March 3 - Canada won.", "CA-ON"),
        ("LONDON, Canada, March 3 - Canada won.", "CA-ON"),
    ],
)
def test_a_text_begins_with_the_place_that_everybody_knows(text: str, code: str) -> None:
    canada = name("Canada", place("Canada", "CA", 38_000_000, kind="country"))
    london = name("London", place("London", "GB-ENG", 8_900_000), place("London", "CA-ON", 122_000, at=(43, -81)))
    assert meant(text, world=gazetteer(canada, london))[0] == code


def test_a_town_goes_by_its_short_name() -> None:
    main = place("Frankfurt am Main", "DE-HE", 60_000, at=(50, 9))
    kentucky = place("Frankfort", "US-KY", 80_000, at=(38, -85))
    bay = place("Frankfurt Bay", "AU-NSW", 90_000, at=(-33, 150))
    (one,) = resolved("in Frankfurt", world=gazetteer(name("Frankfurt", main, kentucky, bay)))
    assert one.place == main
    assert not any("otherwise" in label for label, _ in one.best.addends)


def test_why_a_mention_does_not_count() -> None:
    (contested,) = resolved("a blast in Hyderabad")
    assert contested.place is None
    assert contested.is_contested
    assert contested.why.startswith("contested: Hyderabad (IN-TG)")
    (common,) = resolved("what a Nice day")
    assert not common.is_contested
    assert common.doubt == "a common word"
    misplaced, _ = resolved("fire in Quetta, Texas")
    assert misplaced.doubt == "none known in Texas"


def test_many_places_beside_each_other_count_no_more_than_a_few() -> None:
    hamlet = name("Lebanon", place("Lebanon", "US-TX", 900, at=(31, -98)), LEBANON)
    towns = [name(f"Town{number}", place(f"Town{number}", "US-TX", 90_000, at=(31, -98))) for number in range(9)]
    text = "Texas: " + ", ".join(town.written for town in towns) + "; then Lebanon"
    (*_, last) = resolved(text, world=gazetteer(hamlet, name("Texas", TEXAS), *towns))
    assert last.place == LEBANON
    assert any("at most" in label for label, _ in (last.second or last.best).addends)


def test_of_many_places_the_large_and_the_pointed_at_are_weighed() -> None:
    many = [place("Foo", f"X{number % 10}-A{number}", 1_000_000 - number, at=(number % 90, 0)) for number in range(300)]
    world = gazetteer(name("Foo", *many), name("Quetta", QUETTA))
    assert meant("in Foo", home=many[250].area, world=world) == [many[250].area]
    assert meant("in Foo, Bar", world=world) == [None]
    assert len(many) > MOST_PLACES


def test_a_name_of_the_rule_files_stands_for_its_region() -> None:
    stand_in = place("Bolan", "PK-BA", kind="area")
    region = type(stand_in)(STAND_IN, "Bolan", "area", "", "", 0, 0, 0)
    (one,) = resolved("in Bolan", world=gazetteer(name("Bolan", region, place("Bolan", "IR", 900))))
    assert one.place == region


def test_the_distance_between_two_places() -> None:
    assert 2_200 < kilometres(PARIS, TRIPOLI_LY) < 2_300 or kilometres(PARIS, TRIPOLI_LY) > 1_900
    assert kilometres(QUETTA, QUETTA) == 0


@given(st.lists(st.sampled_from(["Paris", "Texas", "Georgia", ",", "in", "Springfield", "Mo.", "Nice", "Hyderabad"])))
def test_a_name_means_one_place_throughout(parts: list[str]) -> None:
    found: dict[tuple[str, ...], set[int]] = {}
    for one in resolved(" ".join(parts)):
        if one.place is not None:
            found.setdefault(one.mention.name.words, set()).add(one.place.id)
    assert all(len(ids) == 1 for ids in found.values())


def test_a_text_of_contested_names_costs_little() -> None:
    names = [
        name(f"Foo{a}", *(place("Foo", f"X{b % 9}-{b}", b, at=(b % 80, b)) for b in range(300))) for a in range(900)
    ]
    text = " ".join(one.written for one in names) * 2
    mentions = find([Field(name="text", text=text, tokens=tokenise(text))], gazetteer(*names))
    begun = time.process_time()
    resolve(mentions, home="X1-1")
    assert time.process_time() - begun < 5


def test_the_name_behind_may_be_a_towns_too() -> None:
    york = place("New York", "US-NY", 19_000_000, kind="area")
    city = place("New York", "US-NY", 8_000_000)
    albany = name("Albany", place("Albany", "US-NY", 99_000), place("Albany", "US-GA", 69_000))
    world = gazetteer(albany, name("New York", york, city), name("Quetta", QUETTA))
    assert meant("in Albany, New York", world=world) == ["US-NY", "US-NY"]
    assert meant("in Quetta, New York and Albany", world=world)[0] == "PK-BA"

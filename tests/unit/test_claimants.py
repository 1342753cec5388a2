"""Names of claimants: which are one, which are two."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.stories.claimants import Claimants, words


def families(*names: str) -> list[list[str]]:
    claimants, found = Claimants(), dict[int, list[str]]()
    for name in names:
        found.setdefault(claimants.named(name).order, []).append(name)
    return list(found.values())


@pytest.mark.parametrize(
    "names",
    [
        ("Sarfaraz Bugti", "Chief Minister Bugti", "Bugti", "the chief minister", "Balochistan Chief Minister Bugti"),
        ("Chief Minister Sarfaraz Bugti", "the provincial chief minister", "Mir Sarfaraz Bugti"),
        ("Sarfaraz Bugti", "Sarfraz Bugti"),
        ("the military", "Pakistan's military", "military", "THE MILITARY", "a military spokesman"),
        ("Pakistan's military", "the Pakistani military"),
        ("the army", "Pakistan Army", "the Pakistani army"),
        ("Police", "police", "the police", "police officials", "a police spokesman", "Quetta police", "Police"),
        ("police", "police spokesman Ali Khan", "Ali Khan"),
        ("BLA", "the Baloch Liberation Army", "Baloch Liberation Army (BLA)", "BLA spokesman Jeeyand Baloch"),
        ("FC Spokesman", "the FC", "Frontier Corps (FC)"),
        ("Press Trust of India", "PTI"),
        ("the Daily Star", "Daily Star"),
        ("Hamas", "a Hamas official"),
        ("a Hamas official", "Hamas"),
        ("Gaza's health ministry", "the Health Ministry", "Ministry of Health in Gaza"),
        ("Defence Minister Khawaja Asif", "the defence minister", "the minister", "Khawaja Asif, the defence minister"),
        ("Khawaja Asif, the defence minister", "the defence minister"),
        ("officials", "local officials", "the officials"),
        ("the authorities", "local authorities"),
        ("Police", "POLICE SPOKESMEN", "Area Police"),
        ("سرفراز بگٹی", "وزیر اعلیٰ سرفراز بگٹی"),
    ],
)
def test_one_claimant(names: tuple[str, ...]) -> None:
    assert families(*names) == [list(names)]


@pytest.mark.parametrize(
    "names",
    [
        ("the military", "the police", "the foreign ministry"),
        ("Pakistan's military", "India's military"),
        ("Pakistan's foreign ministry", "Pakistan's military", "Pakistan", "India's foreign ministry"),
        ("Quetta police", "Gwadar police"),
        ("police spokesman Ali Khan", "police chief Rashid Baloch"),
        ("Imran Khan", "Ali Khan", "Khan"),
        ("Pakistan's military", "India's military", "the military"),
        ("officials", "police officials", "hospital officials", "security officials"),
        ("the Baloch Liberation Army", "the army"),
        ("the army", "Arakan Army"),
        ("BLA spokesman Jeeyand Baloch", "BLA spokesman Azad Baloch"),
        ("Chief Minister Sarfaraz Bugti", "Defence Minister Khawaja Asif", "the minister"),
        ("sources", "Police sources", "hospital sources"),
        ("Sarfaraz Bugti", "Sarfaraz Ahmed"),
        ("Carlos Morales", "Alfonso Morales"),
        ("Murphy Paul", "Maoist Police", "MP"),
        ("The Times of India", "the Times", "Daily Times", "Hindustan Times"),
        ("authorities", "health authorities"),
        ("", "…"),
        ("UN officials", "officials"),
    ],
)
def test_several_claimants(names: tuple[str, ...]) -> None:
    assert families(*names) == [[name] for name in names]


NOBODY = [
    *("officials", "local officials", "the authorities", "health authorities", "Security sources", "US officials"),
    *("sources", "Police sources", "a spokesman", "the statement", "reports", "state media"),
    *("a witness", "Witnesses", "Residents", "Local residents", "doctors", "militants", "the group"),
    *("a senior police officer", "a police official", "two police officials", "the district police chief"),
    *("District Police Officer", "a Quetta police officer", "an army unit", "deputy commissioner", "a minister"),
    *("the hospital", "hospital officials", "a nearby hospital", "testigos", "un oficial", "مقامی حکام", "عینی شاہدین"),
]

SOMEBODY = [
    *("the military", "Police", "police officials", "a police spokesman", "a military statement", "the chief minister"),
    *("the provincial home department", "Counter Terrorism Department", "Provincial Disaster Management Authority"),
    *("a Hamas official", "Taliban officials", "BLA spokesman", "a Frontier Corps official", "UN officials", "the UN"),
    *("Civil Hospital officials", "National Police Agency", "Quetta Deputy Commissioner", "SSP Operations"),
    *(
        "police chief Rashid Baloch",
        "Resident Ali Khan",
        "Doctors Without Borders",
        "Reuters",
        "The News",
        "ترجمان پولیس",
    ),
]


@pytest.mark.parametrize("name", NOBODY)
def test_who_has_no_name_is_one_of_a_text(name: str) -> None:
    claimants = Claimants()
    claimant = claimants.named(name, 1)
    assert (claimant.is_anybody, claimant.is_source) == (True, False)
    assert claimants.named(f" {name},", 1) is claimant
    assert claimants.named(name, 2) is not claimant
    assert claimants.outlet(name) is not claimant


@pytest.mark.parametrize("name", SOMEBODY)
def test_who_has_a_name_is_one_of_all_texts(name: str) -> None:
    claimants = Claimants()
    assert claimants.named(name, 1).is_source
    assert claimants.named(name, 1) is claimants.named(name, 2)


def test_who_has_no_name_is_not_taken_for_a_body() -> None:
    claimants = Claimants()
    names = ("police", "a police officer", "the officer")
    assert len({claimants.named(name, text).order for text in (1, 2) for name in names}) == 5


def test_a_name_that_fits_two_better_goes_to_the_one_that_is_as_specific() -> None:
    spokesman = "foreign ministry spokesman Randhir Jaiswal"
    assert families(
        "India's foreign ministry", "Pakistan's foreign ministry", spokesman, "Indian foreign ministry"
    ) == [
        ["India's foreign ministry", "Indian foreign ministry"],
        ["Pakistan's foreign ministry"],
        [spokesman],
    ]


def test_what_was_one_stays_one_when_a_name_becomes_ambiguous() -> None:
    names = ("police", "police spokesman Ali Khan", "police chief Rashid Baloch", "police")
    assert families(*names) == [
        ["police", "police spokesman Ali Khan", "police"],
        ["police chief Rashid Baloch"],
    ]


def test_the_fullest_name_is_shown() -> None:
    claimants = Claimants()
    claimant = claimants.named("the chief minister")
    assert (claimant.subject, claimant.name) == ("The chief minister", "the chief minister")
    assert claimants.named("Chief Minister Sarfaraz Bugti") is claimant
    assert claimants.named("Bugti") is claimant
    assert claimant.name == "Chief Minister Sarfaraz Bugti"


def test_long_names_are_cut() -> None:
    assert len(Claimants().named("of the ministry " * 1000).name) <= 60


def test_an_outlet_that_is_named_as_a_source_is_that_outlet() -> None:
    claimants = Claimants()
    dawn = claimants.outlet("Dawn")
    assert dawn.is_outlet
    assert claimants.outlet("Dawn") is dawn
    assert claimants.named("Dawn") is dawn
    express = claimants.named("The Express Tribune")
    assert not express.is_outlet
    assert claimants.outlet("The Express Tribune") is express
    assert express.is_outlet


def test_outlets_keep_their_spelling() -> None:
    assert Claimants().outlet("bdnews24").subject == "bdnews24"


def test_a_person_is_no_outlet_of_that_name() -> None:
    claimants = Claimants()
    assert claimants.outlet("Dawn") is not claimants.named("Minister Dawn")


@pytest.mark.parametrize(
    ("name", "is_plural"),
    [
        ("Police", True),
        ("Local officials", True),
        ("police in Karachi", True),
        ("spokesman for the police", False),
        ("For officials", True),
        ("hospital employees", True),
        ("the press", False),
        ("Reuters", False),
        ("the military", False),
        ("Khawaja Abbas", False),
        ("…", False),
    ],
)
def test_whether_it_says_or_say(name: str, is_plural: bool) -> None:
    assert Claimants().named(name).is_plural is is_plural


def test_the_lists_of_words_are_folded() -> None:
    assert "policia" in words("bodies")
    assert "پولیس" in words("bodies")


@given(st.lists(st.text(max_size=30) | st.sampled_from(["the army", "Army", "BLA", "(BLA)", "Ali Khan", "of", ","])))
def test_any_names(names: list[str]) -> None:
    claimants = Claimants()
    first = [claimants.named(name) for name in names]
    assert [claimants.named(name) for name in names] == first

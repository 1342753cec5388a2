"""Figures and statements in plain English."""

from __future__ import annotations

from typing import Any

import pytest

from monitor.stories import wording
from tests.story_values import figure, statement


@pytest.mark.parametrize(
    ("count", "more", "expected"),
    [
        (31, {}, "31 people killed"),
        (1450, {"modifier": "at_least"}, "at least 1,450 people killed"),
        (10, {"count_max": 12}, "10–12 people killed"),
        (0, {}, "no people killed"),
        (24, {"modifier": "about", "quote": "Dozens dead"}, "dozens of people killed"),
        (24, {"modifier": "about", "quote": "some 24 dead"}, "about 24 people killed"),
        (20, {"modifier": "up_to", "outcome": "injured"}, "up to 20 people injured"),
        (1, {"who": "Malik Habibullah Khan"}, "Malik Habibullah Khan killed"),
        (1, {"who": "soldier"}, "1 soldier killed"),
        (1, {"who": "third policeman"}, "1 policeman killed"),
        (1, {"who": "Second"}, "1 Second killed"),
        (3, {"who": "second lieutenants"}, "3 second lieutenants killed"),
        (1, {"who": "Soldier"}, "1 Soldier killed"),
        (1, {"who": "LEVIES MAN"}, "1 LEVIES MAN killed"),
        (2, {"who": "Levies men"}, "2 Levies men killed"),
        (1, {"who": ""}, "1 person killed"),
        (17, {"who": "", "group": "security"}, "17 security personnel killed"),
        (41, {"who": "insurgents", "scope": "in two\noperations"}, "41 insurgents killed in two operations"),
    ],
)
def test_a_figure(count: int, more: dict[str, Any], expected: str) -> None:
    assert wording.claim(figure(count, **more)) == expected


def test_figures_of_one_fate_share_their_verb() -> None:
    said = [figure(12), figure(3, who="soldiers"), figure(7, outcome="injured"), figure(2, scope="on Friday")]
    assert wording.claims(said) == "12 people and 3 soldiers killed; 7 people injured; 2 people killed on Friday"


def test_long_words_are_cut() -> None:
    assert len(wording.claim(figure(3, who="word " * 100, scope="word " * 100))) < 150


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (statement("claims_responsibility", "", "the attacks"), "The BLA claimed responsibility for the attacks"),
        (statement("claims_responsibility", "", "control of the town"), "The BLA claimed control of the town"),
        (statement("claims_responsibility", ""), "The BLA claimed responsibility"),
        (
            statement("claims_responsibility", "", "it had attacked Quetta"),
            "The BLA claimed that it had attacked Quetta",
        ),
        (statement("denies", "", "any involvement"), "The BLA denied any involvement"),
        (statement("denies", ""), "The BLA denied it"),
        (statement("accuses", "", "India"), "The BLA accused India"),
        (statement("accuses", ""), "The BLA made accusations"),
    ],
)
def test_a_statement(said: Any, expected: str) -> None:
    assert wording.statement("The BLA", said) == expected

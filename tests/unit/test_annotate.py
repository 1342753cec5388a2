"""`annotate`: articles in, what the pure rooms say of them out."""

from __future__ import annotations

import json
from typing import Any

import pytest

from monitor.annotate import BATCH, annotate
from monitor.errors import ParseError
from monitor.rules.compile import compile_rules
from monitor.rules.ruleset import RuleSet

RULES = b"""\
version: 1
feeds:
  dawn: {url: "https://dawn.example/rss", name: Dawn, home: PK-SD, language: en, trust: 0.5}
rules:
  attacks: {when: "attack*", score: [{add: 4, if: "title:attack*"}], severity: {low: 1, high: 2}}
  dawn-only: {when: "source:dawn", feeds: [dawn]}
digests:
  all: {rules: ["*"], when: immediately, to: ["folder:out"]}
"""
TEXT = "Armed men attacked a police post near the highway early on Sunday and left before help came, officials said."


@pytest.fixture(scope="module")
def rules() -> RuleSet:
    compiled = compile_rules({"rules/desk.yaml": RULES}, templates={"alert", "digest"})
    assert compiled.rules is not None, compiled.findings
    return compiled.rules


def lines(*records: Any) -> list[str]:
    return [json.dumps(record) for record in records]


def run(rules: RuleSet, *records: Any, **more: Any) -> list[dict[str, Any]]:
    found = list(annotate(rules, lines(*records), **more))
    assert all(isinstance(one, dict) for one in found)
    return found  # type: ignore[return-value]


def test_output_keeps_order_and_ids(rules: RuleSet) -> None:
    found = run(rules, {"id": "b"}, {"id": 7, "title": "x"}, {"id": None})
    assert [one["id"] for one in found] == ["b", 7, None]


def test_matches_carry_rule_severity_score_and_offsets(rules: RuleSet) -> None:
    (found,) = run(rules, {"id": 1, "title": "An attack in Mastung", "text": TEXT})
    (match,) = found["matches"]
    assert (match["rule"], match["severity"], match["score"]) == ("attacks", "high", 4.0)
    assert match["evidence"][0] == {"clause": "attack*", "field": "title", "start": 3, "end": 9, "text": "attack"}


def test_a_configured_feed_lends_its_name_home_language_and_trust(rules: RuleSet) -> None:
    (found,) = run(rules, {"id": 1, "title": "An attack", "feed": "dawn"})
    assert found["language"] == "en"
    assert {match["rule"]: match["score"] for match in found["matches"]} == {"attacks": 2.0, "dawn-only": 0.0}
    (other,) = run(rules, {"id": 1, "title": "An attack", "feed": "dawn", "source": "Other", "home": "IN"})
    assert [match["rule"] for match in other["matches"]] == ["attacks"]


def test_html_is_read_as_plain_text_which_is_given_back(rules: RuleSet) -> None:
    (found,) = run(rules, {"id": 1, "title": "t", "text": "<p>One</p><p>an attack</p>"})
    evidence = found["matches"][0]["evidence"][0]
    assert found["plain"] == "One\n\nan attack"
    assert found["plain"][evidence["start"] : evidence["end"]] == "attack"
    (plain,) = run(rules, {"id": 1, "title": "t", "text": "  One & an\n attack "})
    assert "plain" not in plain
    assert plain["matches"][0]["evidence"][0]["start"] == 12


def test_places_say_where_they_stand_and_lie(rules: RuleSet) -> None:
    text = "In Quetta, Pakistan, and in Hyderabad or on Nice days."
    (found,) = run(rules, {"id": 1, "title": "Blast near Karachi", "text": text}, only={"places"})
    assert [(one["name"], one["kind"], one["country"], one["region"]) for one in found["places"]] == [
        ("Karachi", "town", "PK", "PK-SD"),
        ("Quetta", "town", "PK", "PK-BA"),
        ("Pakistan", "country", "PK", None),
        ("Hyderabad", "town", "PK", "PK-SD"),
    ]
    quetta = found["places"][1]
    assert (quetta["field"], text[quetta["start"] : quetta["end"]]) == ("text", "Quetta")
    assert (quetta["geonames_id"], round(quetta["latitude"]), round(quetta["longitude"])) == (1167528, 30, 67)


def test_the_home_of_the_outlet_tells_places_apart(rules: RuleSet) -> None:
    found = run(rules, *({"id": home, "title": "Rain in Hyderabad", "home": home} for home in ("PK", "IN-TS", None)))
    assert [[one["country"] for one in line["places"]] for line in found] == [["PK"], ["IN"], []]


def test_regions_share_the_evidence(rules: RuleSet) -> None:
    text = "In Karachi. The name of Springfield means little."
    (found,) = run(rules, {"id": 1, "title": "Quetta", "text": text}, only={"regions"})
    assert found["regions"] == [
        {"code": "PK-BA", "share": 0.4286},
        {"code": "PK-SD", "share": 0.2857},
        {"code": "US", "share": 0.2857},
    ]
    assert run(rules, {"id": 1, "title": "Nowhere"}, only={"regions"})[0]["regions"] == []


def test_duplicates_are_found_by_address_and_by_words(rules: RuleSet) -> None:
    found = run(
        rules,
        {"id": "a", "title": "T", "text": TEXT, "url": "https://e.org/1"},
        {"id": "b", "title": "T", "text": TEXT, "url": "https://f.org/2"},
        {"id": "c", "title": "Else", "url": "https://e.org/1?utm_source=feed"},
        {"id": "d", "title": "T", "text": TEXT},
        {"id": "e", "title": "Short"},
        {"id": "f", "title": "Short"},
    )
    assert [one["duplicate_of"] for one in found] == [None, "a", "a", "a", None, None]


@pytest.mark.parametrize(
    ("only", "keys"),
    [
        ({"matches"}, {"id", "language", "matches"}),
        ({"duplicates"}, {"id", "language", "duplicate_of"}),
        ({"places"}, {"id", "language", "places"}),
        ({"regions"}, {"id", "language", "regions"}),
    ],
    ids=["matches", "duplicates", "places", "regions"],
)
def test_only_the_parts_asked_for(rules: RuleSet, only: set[str], keys: set[str]) -> None:
    assert set(run(rules, {"id": 1, "title": "An attack"}, only=only)[0]) == keys


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("nonsense", "line 2: Expecting value"),
        ("[1]", "line 2: not a JSON object with an id"),
        ('{"title": "no id"}', "line 2: not a JSON object with an id"),
        ('{"id": 1, "title": 5}', "line 2: title is not a text"),
        ("[" * 100_000, "line 2: "),
    ],
)
def test_a_bad_line_is_named_and_the_others_go_on(rules: RuleSet, line: str, problem: str) -> None:
    found = list(annotate(rules, ["\n", line, '{"id": 3, "text": null}']))
    assert isinstance(found[0], ParseError) and str(found[0]).startswith(problem)
    assert isinstance(found[1], dict) and found[1]["id"] == 3


@pytest.mark.parametrize("published", ["2026-11-22T07:00:00+05:00", "2026-11-22", "yesterday", "", None])
def test_any_publication_date_will_do(rules: RuleSet, published: str | None) -> None:
    assert run(rules, {"id": 1, "title": "An attack", "published": published})[0]["matches"]


def test_shares_add_up_to_one(rules: RuleSet) -> None:
    towns = ["Quetta", "Karachi", "London", "Paris", "Berlin", "Madrid", "Tokyo"]
    for most in range(1, len(towns) + 1):
        (found,) = run(rules, {"id": 1, "text": ", ".join(towns[:most])})
        assert sum(round(one["share"] * 10_000) for one in found["regions"]) == 10_000
        assert all(one["share"] == round(one["share"], 4) for one in found["regions"])


@pytest.mark.parametrize(("home", "code"), [("pk-sd", "PK-SD"), (" in ", "IN-TS"), ("XX", None), ("nowhere", None)])
def test_a_home_is_an_iso_code_in_any_letters(rules: RuleSet, home: str, code: str | None) -> None:
    (found,) = run(rules, {"id": 1, "text": "a fire in Hyderabad", "home": home})
    assert [one["region"] for one in found["places"]] == ([code] if code else [])


def test_a_nationality_in_small_letters_is_no_place_but_counts_for_its_country(rules: RuleSet) -> None:
    (found,) = run(rules, {"id": 1, "text": "El gobierno argentino dijo", "language": "es"})
    assert found["places"] == []
    assert found["regions"] == [{"code": "AR", "share": 1.0}]


RAID = (
    "Gunmen attacked a levies checkpost in the Khadkocha area of Mastung late on Saturday and killed two guards, a "
    "commissioner said. The attackers fled towards the hills when reinforcements arrived from Quetta, and the highway "
    "stayed closed for four hours while the bomb disposal squad cleared the road of two more devices."
)


def test_near_duplicates_carry_the_id_of_their_original(rules: RuleSet) -> None:
    found = run(
        rules,
        {"id": "a", "title": "Two guards killed", "text": RAID},
        {"id": "b", "title": "Levies post attacked", "text": f"MASTUNG: {RAID} (Indus Wire)"},
        {"id": "c", "title": "Bridge", "text": "The port authority opened the second harbour bridge in Gwadar."},
        only={"duplicates"},
    )
    assert [one["duplicate_of"] for one in found] == [None, "a", None]
    assert set(found[0]) == {"id", "duplicate_of", "language"}


def test_stories_carry_the_id_of_their_first_article(rules: RuleSet) -> None:
    here, there = "Gunmen storm levies checkpost Khadkocha Mastung", "Highway closed Kanak ambush devices commissioner"
    lines = [
        {"id": "a", "title": here, "text": here},
        {"id": "b", "title": there, "text": there},
        {"id": "c", "title": "Harbour bridge opens in Gwadar", "text": "Eleven months late."},
        *({"id": f"filler {number}"} for number in range(BATCH)),
        {"id": "d", "title": f"{here} {there}", "text": f"{here} {there}"},
    ]
    found = {one["id"]: one["story"] for one in run(rules, *lines, only={"story"})}
    assert [found[name] for name in "abcd"] == ["a", "a", "c", "a"], "a merge is followed back to earlier lines"


def test_lines_that_are_no_articles_do_not_shift_the_stories(rules: RuleSet) -> None:
    given = [json.dumps({"id": 1, "title": "Blast in Quetta"}), "{", json.dumps({"id": 2, "title": "Rain in Gwadar"})]
    first, broken, last = annotate(rules, given)
    assert isinstance(first, dict) and isinstance(broken, ParseError) and isinstance(last, dict)
    assert (first["story"], last["story"]) == (1, 2)


def test_figures_quote_their_words_and_name_their_source(rules: RuleSet) -> None:
    text = "At least 145 militants were killed on Saturday, Chief Minister Sarfaraz Bugti said."
    (found,) = run(rules, {"id": 1, "title": "t", "text": text}, only={"figures"})
    (figure,) = found["figures"]
    assert text[figure["start"] : figure["end"]] == figure["quote"]
    assert {name: figure[name] for name in ("count", "count_max", "modifier", "group", "outcome", "field")} == {
        "count": 145,
        "count_max": None,
        "modifier": "at_least",
        "group": "militants",
        "outcome": "killed",
        "field": "text",
    }
    assert "Bugti" in figure["source"] and figure["background"] is False
    assert set(found) == {"id", "language", "figures", "statements"}

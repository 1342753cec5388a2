"""The regions of a rule set in an article: what counts for each, how much of the article, and why the rest does not."""

from __future__ import annotations

from collections.abc import Mapping
from math import isclose
from typing import Any

import pytest

from monitor.model import Article
from monitor.rules import watch
from monitor.rules.positions import Positions
from monitor.rules.regional import Regional
from monitor.rules.ruleset import Region, RuleSet
from monitor.rules.terms import parse_term


def region(identity: str, *, ambiguous: Mapping[str, tuple[str, ...]] | None = None, **more: Any) -> Region:
    for key in ("terms", "excluded"):
        more[key] = tuple(map(parse_term, more.get(key, ())))
    conditions = tuple(
        (parse_term(name), tuple(map(parse_term, supports))) for name, supports in (ambiguous or {}).items()
    )
    return Region(id=identity, name=identity.capitalize(), ambiguous=conditions, **more)


def regional(*regions: Region, title: str = "", text: str = "", **more: Any) -> Regional:
    rules = RuleSet(version="1", regions={one.id: one for one in regions})
    article = Article(title=title, text=text, **more)
    return Regional(rules, Positions(article))


def words(of: Regional, one: str) -> list[str]:
    return [of._positions.quote(span, "").text for span in of.spans(one)]


BALOCHISTAN = region(
    "balochistan",
    codes=("PK-BA",),
    terms=("Noshki Foo", "=BYC", "zoblands", "Qux*"),
    excluded=("Quetta Gladiators", "Karachi Kings"),
    ambiguous={"Kalat": ("Pakistan", "Baloch*"), "=MACH": ("Bolan",)},
    rivals=("IR-11",),
)
SINDH = region("sindh", codes=("PK-SD",))
PAKISTAN = region("pakistan", codes=("PK",))
HYDERABAD = region("hyderabad", codes=("PK-SD",), ambiguous={"Hyderabad": ("ranger*",)})
BOTH = region("both", codes=("PK", "IN"))
NOWHERE = region("nowhere", terms=("Springfield", "Zobland"))


@pytest.mark.parametrize(
    ("of", "title", "text", "found"),
    [
        (BALOCHISTAN, "Blast in Quetta", "", ["Quetta"]),
        (BALOCHISTAN, "", "blasts in Noshki Foo and BYC, byc", ["Noshki Foo", "BYC"]),
        (BALOCHISTAN, "", "the Zoblands, the zoblands", ["Zoblands", "zoblands"]),
        (BALOCHISTAN, "", "Quxes and quxish", ["Quxes", "quxish"]),
        (BALOCHISTAN, "", "Quetta Gladiators left Quetta", ["Quetta"]),
        (BALOCHISTAN, "", "they left Kalat", []),
        (BALOCHISTAN, "", "they left Kalat of Pakistan", ["Kalat"]),
        (BALOCHISTAN, "", "they left Kalat, Zabul, of Pakistan", []),
        (HYDERABAD, "", "they left Hyderabad of India", []),
        (HYDERABAD, "", "they left Hyderabad of India with rangers", ["Hyderabad"]),
        (BALOCHISTAN, "", "MACH", []),
        (BALOCHISTAN, "", "MACH and bolan", ["MACH"]),
        (BALOCHISTAN, "", "Karachi", []),
        (BALOCHISTAN, "", "Karachi Kings", []),
        (SINDH, "", "Karachi, Quetta", ["Karachi"]),
        (PAKISTAN, "", "Karachi, Quetta and Pakistan", ["Karachi", "Quetta", "Pakistan"]),
        (SINDH, "", "they left Hyderabad today", []),
        (SINDH, "", "they left Hyderabad and Karachi today", ["Hyderabad", "Karachi"]),
        (BOTH, "", "they left Hyderabad today", ["Hyderabad"]),
        (NOWHERE, "", "they left Springfield and Zobland", ["Springfield", "Zobland"]),
        (NOWHERE, "", "they left springfield", []),
    ],
)
def test_what_counts(of: Region, title: str, text: str, found: list[str]) -> None:
    assert words(regional(of, title=title, text=text), of.id) == found


def test_shares() -> None:
    one = regional(BALOCHISTAN, SINDH, PAKISTAN, title="Quetta", text="In Karachi and in London of Pakistan")
    assert isclose(one.share("balochistan"), 3 / 9)
    assert isclose(one.share("sindh"), 2 / 9)
    assert isclose(one.share("pakistan"), 7 / 9)
    assert one.shares() == pytest.approx({"PK-BA": 3 / 9, "PK-SD": 2 / 9, "GB-ENG": 2 / 9, "PK": 2 / 9})
    assert one.called("PK-BA") == "Balochistan"
    assert one.called("XX") == "XX"


def test_an_excluded_name_is_no_evidence_at_all() -> None:
    one = regional(BALOCHISTAN, title="Quetta Gladiators win", text="They beat Karachi in Quetta")
    assert isclose(one.share("balochistan"), 0.5)


def test_what_a_region_excludes_is_still_evidence_elsewhere() -> None:
    one = regional(BALOCHISTAN, SINDH, title="Karachi Kings win", text="They left Quetta")
    assert isclose(one.share("balochistan"), 2 / 5)
    assert isclose(one.share("sindh"), 3 / 5)


def test_a_name_that_all_its_regions_exclude_is_no_evidence() -> None:
    text = "The Quetta Gladiators beat Karachi"
    one = regional(BALOCHISTAN, text=text)
    assert [of.place and of.place.code for of in one.places()] == [None, "PK-SD"]
    assert one.shares() == {"PK-SD": 1}
    assert regional(BALOCHISTAN, PAKISTAN, text=text).shares() == {"PK-BA": 0.5, "PK-SD": 0.5}


def test_a_name_of_the_rules_without_its_support_is_no_evidence() -> None:
    of = region("kivu", codes=("CD-NK",), ambiguous={"Zobsake": ("=M23",)})
    assert regional(of, text="in Zobsake and Karachi").shares() == {"PK-SD": 1}
    assert regional(of, text="in Zobsake and Karachi, =M23").shares() == {"CD-NK": 0.5, "PK-SD": 0.5}


def test_a_support_makes_a_common_word_a_place() -> None:
    of = region("coast", codes=("FR-PAC",), ambiguous={"Nice": ("riviera",)})
    assert words(regional(of, text="Nice things"), "coast") == []
    assert words(regional(of, text="Nice is on the riviera"), "coast") == ["Nice"]
    assert words(regional(of, text="Mr Paul Nice left the riviera"), "coast") == []


@pytest.mark.parametrize(
    ("title", "language"),
    [("Attack in Sistan and Baluchestan", "en"), ("حمله در سیستان و بلوچستان ایران", "fa")],
)
def test_a_name_of_the_rules_does_not_cut_a_longer_one(title: str, language: str) -> None:
    of = region("balochistan", codes=("PK-BA",), terms=("Sistan", "Baluchestan", "سیستان"))
    one = regional(of, title=title, language=language)
    assert words(one, "balochistan") == []
    assert "IR-11" in one.shares()


def test_a_nationality_in_small_letters_is_evidence_but_no_mention() -> None:
    argentina = region("argentina", codes=("AR",))
    one = regional(argentina, text="El gobierno argentino dijo en Quetta", language="es")
    assert words(one, "argentina") == []
    assert isclose(one.share("argentina"), 0.5)
    assert one.shares() == {"AR": 0.5, "PK-BA": 0.5}


def test_nothing_found() -> None:
    one = regional(BALOCHISTAN, title="Nothing", text="of note")
    assert (one.spans("balochistan"), one.share("balochistan"), one.shares(), one.places()) == ([], 0.0, {}, ())
    assert not one.possible()


@pytest.mark.parametrize(
    ("text", "possible"),
    [
        ("in Quetta", {"balochistan", "pakistan", "both"}),
        ("in Hyderabad", {"sindh", "pakistan", "both"}),
        ("in London", set()),
        ("quxish", {"balochistan"}),
        ("Zobland", {"nowhere"}),
    ],
)
def test_regions_that_may_stand_there(text: str, possible: set[str]) -> None:
    assert set(regional(BALOCHISTAN, SINDH, PAKISTAN, BOTH, NOWHERE, text=text).possible()) == possible


def test_a_rival_with_more_evidence_takes_the_shared_names() -> None:
    ours = region("ours", codes=("PK-BA",), terms=("Baluchland",), rivals=("IR-11",))
    assert words(regional(ours, text="in Baluchland"), "ours") == ["Baluchland"]
    assert words(regional(ours, text="in Baluchland near Zahedan"), "ours") == []
    assert words(regional(ours, text="in Baluchland near Quetta and Zahedan"), "ours") == ["Baluchland", "Quetta"]
    theirs = region("theirs", codes=("IR-11",))
    other = region("ours", codes=("PK-BA",), terms=("Baluchland",), rivals=("theirs",))
    one = regional(other, theirs, text="in Baluchland near Zahedan")
    assert words(one, "ours") == []
    assert "rival" in one.found("ours").missed[0][1]


@pytest.mark.parametrize(
    ("of", "text", "why"),
    [
        (BALOCHISTAN, "they left Kalat", "counts for Balochistan only beside one of Pakistan, Baloch*"),
        (BALOCHISTAN, "Quetta Gladiators", "stands inside a name that Balochistan excludes"),
        (SINDH, "they left Hyderabad today", "contested: Hyderabad"),
        (SINDH, "Hyderabad in India", "taken for: Hyderabad (IN-"),
    ],
)
def test_why_a_name_does_not_count(of: Region, text: str, why: str) -> None:
    ((_, said),) = regional(of, text=text).found(of.id).missed
    assert said.startswith(why)


def test_small_places_count_from_the_size_a_region_asks_for() -> None:
    small = region("small", codes=("PK-BA",), min_population=1_000)
    large = region("large", codes=("PK-BA",), min_population=500_000)
    one = regional(small, large, text="in Mastung")
    assert words(one, "small") == ["Mastung"]
    assert words(one, "large") == []


def test_the_home_of_the_outlet_decides() -> None:
    assert words(regional(SINDH, text="in Hyderabad", home="PK-SD"), "sindh") == ["Hyderabad"]
    assert words(regional(SINDH, text="in Hyderabad", home="IN"), "sindh") == []
    assert [one.place and one.place.code for one in regional(text="in Rolla", home="US-MO").places()] == ["US-MO"]


def test_what_is_remembered_of_names_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "_REMEMBERED", 1)
    one = regional(BALOCHISTAN, SINDH, text="in Quetta, Karachi and Mastung")
    assert set(one.possible()) == {"balochistan", "sindh"}
    assert words(one, "balochistan") == ["Quetta", "Mastung"]


def test_a_name_of_two_places_of_one_country_speaks_for_the_country() -> None:
    of = regional(PAKISTAN, text="a fire in Springfield")
    assert [one.place for one in of.places()] == [None]
    assert of.shares() == {"US": 1}


def test_the_regions_of_a_name_are_told_again() -> None:
    of = regional(PAKISTAN, title="Quetta", text="Quetta")
    assert set(of.possible()) == {"pakistan"}

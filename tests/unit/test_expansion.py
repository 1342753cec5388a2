"""What a region looks for, and whether each name is enough by itself."""

from monitor.rules.expansion import Expanded, expand
from monitor.rules.expression import Term
from monitor.rules.ruleset import Region


def term(text: str) -> Term:
    return Term(words=tuple(text.lower().split()), clause=text)


def rows(**given: object) -> dict[str, Expanded]:
    region = Region(id="balochistan", name="Balochistan", codes=("PK-BA",), **given)  # type: ignore[arg-type]
    return {row.name: row for row in expand(region)}


def test_verdicts() -> None:
    found = rows()
    assert (found["Quetta"].verdict, found["Quetta"].why) == ("safe", "")
    assert found["Kalat"].verdict == "ambiguous"
    assert "AF-ZAB" in found["Kalat"].why
    assert {row.verdict for row in found.values()} == {"safe", "ambiguous", "ignored"}
    assert {row.why for row in found.values() if row.verdict == "ignored"} == {"fewer than 1,000 people"}


def test_the_region_itself_comes_first_then_the_largest_places() -> None:
    places = [row.place for row in rows().values() if row.place]
    assert places[0].kind == "area"
    people = [place.population for place in places if place.kind != "area"]
    assert people == sorted(people, reverse=True)


def test_names_of_the_rule_file() -> None:
    found = rows(terms=(term("Quetta"), term("BYC")), ambiguous=((term("BYC"), (term("Baloch*"), term("Quetta"))),))
    assert found["BYC"] == Expanded(
        name="BYC", place=None, origin="rules", verdict="ambiguous", why="only with Baloch*, Quetta"
    )
    assert found["Quetta"].place is not None


def test_supports_and_exclusions() -> None:
    found = rows(ambiguous=((term("Mastung"), (term("Quetta"),)),), excluded=(term("Quetta District"),))
    assert (found["Mastung"].verdict, found["Mastung"].why) == ("ambiguous", "only with Quetta")
    assert (found["Quetta District"].verdict, found["Quetta District"].why) == ("ignored", "not")
    assert found["Quetta"].verdict == "safe"


def test_a_listed_small_town_is_not_ignored() -> None:
    small = next(name for name, row in rows().items() if row.verdict == "ignored" and row.name.isascii())
    assert rows(terms=(term(small),))[small].verdict != "ignored"


def test_common_words_and_many_rivals() -> None:
    found = {row.name: row for row in expand(Region(id="x", name="x", codes=("FR-PAC",)))}
    assert found["Nice"].why.startswith("common word; also Nice (US-")
    many = {row.name: row for row in expand(Region(id="x", name="x", codes=("US-TX",)))}
    assert " more" in many["Paris"].why


def test_a_region_of_its_own_names() -> None:
    found = expand(Region(id="x", name="x", terms=(term("Durand Line"), Term(words=("x",)))))
    assert [(row.name, row.verdict) for row in found] == [("Durand Line", "safe"), ("x", "safe")]


def test_exact_names_and_those_under_ambiguous_alone_are_listed_once() -> None:
    exact = Term(words=("Quetta",), clause='"Quetta"', exact=True)
    found = expand(
        Region(id="x", name="x", codes=("PK-BA",), terms=(exact,), ambiguous=((term("Byc"), (term("Quetta"),)),))
    )
    assert [row.name.strip('"') for row in found].count("Quetta") == 1
    assert [(row.name, row.verdict, row.why) for row in found if row.origin == "rules"] == [
        ("Byc", "ambiguous", "only with Quetta")
    ]

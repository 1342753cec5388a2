"""Names by their first word, and what a name says about its bearers."""

from dataclasses import replace

import pytest

from monitor.regions.gazetteer import Gazetteer, Name, Place


def place(code: str, *, kind: str = "town") -> Place:
    area = code if "-" in code else ""
    return Place(0, "Kalat", kind, code[:2], area, 29.0, 66.6, 1000)  # type: ignore[arg-type]


def name(*places: Place, words: tuple[str, ...] = ("kalat",), origin: str = "GeoNames") -> Name:
    return Name(words=words, written="Kalat", places=places, exact=False, origin=origin)


@pytest.mark.parametrize(
    ("kind", "people", "counts"),
    [("town", 1000, True), ("town", 999, False), ("town", 0, True), ("district", 10, True), ("area", 10, True)],
)
def test_towns_alone_are_too_small_and_never_of_unknown_size(kind: str, people: int, counts: bool) -> None:
    assert replace(place("PK-BA", kind=kind), population=people).is_of(1000) == counts


def test_demonyms_are_told_by_their_origin() -> None:
    assert name(place("PK"), origin="demonym").is_demonym
    assert not name(place("PK")).is_demonym


def test_the_code_of_a_place_is_its_area_or_its_country() -> None:
    assert place("PK-BA").code == "PK-BA"
    assert place("PK").code == "PK"


def test_a_word_is_read_once() -> None:
    asked: list[str] = []

    def read(word: str) -> tuple[Name, ...]:
        asked.append(word)
        return (name(place("PK-BA")),) if word == "kalat" else ()

    gazetteer = Gazetteer({"PK": place("PK")}, read)
    assert [gazetteer.starting("kalat"), gazetteer.starting("x"), gazetteer.starting("kalat"), gazetteer.starting("x")]
    assert asked == ["kalat", "x"]
    assert gazetteer.area("PK") == place("PK")
    assert gazetteer.area("XX") is None


def test_named_takes_whole_names() -> None:
    long, short = name(place("PK-BA"), words=("kalat", "city")), name(place("PK-BA"))
    gazetteer = Gazetteer({}, lambda word: (long, short) if word == "kalat" else ())
    assert gazetteer.named(("kalat",)) == (short,)
    assert gazetteer.named(["kalat", "city"]) == (long,)
    assert gazetteer.named(("kalat", "town")) == ()
    assert gazetteer.named(()) == ()


def test_what_is_remembered_is_bounded() -> None:
    asked: list[str] = []

    def read(word: str) -> tuple[Name, ...]:
        asked.append(word)
        return ()

    gazetteer = Gazetteer({}, read, remembered=2)
    for word in ("a", "b", "c", "c", "a"):
        gazetteer.starting(word)
    assert asked == ["a", "b", "c", "a"]

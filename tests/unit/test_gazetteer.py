"""Names by their first word, and what a name says about its bearers."""

from monitor.regions.gazetteer import Gazetteer, Name, Place


def place(code: str, *, kind: str = "town") -> Place:
    area = code if "-" in code else ""
    return Place(0, "Kalat", kind, code[:2], area, 29.0, 66.6, 1000)  # type: ignore[arg-type]


def name(*places: Place, words: tuple[str, ...] = ("kalat",), origin: str = "GeoNames") -> Name:
    return Name(words=words, written="Kalat", places=places, exact=False, origin=origin)


def test_a_name_is_contested_by_places_of_other_areas_alone() -> None:
    assert not name().is_contested
    assert not name(place("PK-BA")).is_contested
    assert not name(place("PK-BA"), place("PK-BA", kind="district")).is_contested
    assert name(place("PK-BA"), place("AF-ZAB")).is_contested
    assert name(place("PK", kind="country"), place("PK-BA")).is_contested


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

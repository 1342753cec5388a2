"""A small world by hand: a few places and their names, for what is told of a text."""

from __future__ import annotations

from collections import defaultdict
from zlib import crc32

from monitor.regions.field import Field
from monitor.regions.gazetteer import Gazetteer, Kind, Name, Place
from monitor.regions.mentions import Mention, find
from monitor.regions.resolve import Resolution, resolve
from monitor.text.fold import tokenise


def place(name: str, code: str, population: int = 0, *, kind: Kind = "town", at: tuple[float, float] = (0, 0)) -> Place:
    country, _, area = code.partition("-")
    return Place(crc32(f"{name} {code}".encode()), name, kind, country, code if area else "", *at, population)


def name(written: str, *places: Place, exact: bool = False, origin: str = "GeoNames") -> Name:
    ordered = tuple(sorted(places, key=lambda place: -place.population))
    return Name(tokenise(written).folded, written, ordered, exact, origin)


PAKISTAN = place("Pakistan", "PK", 240_000_000, kind="country", at=(30, 70))
BALOCHISTAN = place("Balochistan", "PK-BA", 14_000_000, kind="area", at=(29, 67))
QUETTA = place("Quetta", "PK-BA", 1_500_000, at=(30.2, 67.0))
HYDERABAD_PK = place("Hyderabad", "PK-SD", 1_900_000, at=(25.4, 68.4))
HYDERABAD_IN = place("Hyderabad", "IN-TG", 6_900_000, at=(17.4, 78.5))
INDIA = place("India", "IN", 1_400_000_000, kind="country", at=(22, 79))
LEBANON = place("Lebanon", "LB", 6_800_000, kind="country", at=(34, 36))
TRIPOLI_LB = place("Tripoli", "LB-AS", 230_000, at=(34.4, 35.8))
TRIPOLI_LY = place("Tripoli", "LY-TB", 1_150_000, at=(32.9, 13.2))
UNITED_STATES = place("United States", "US", 330_000_000, kind="country", at=(39, -98))
GEORGIA = place("Georgia", "GE", 3_700_000, kind="country", at=(42, 43))
GEORGIA_US = place("Georgia", "US-GA", 10_700_000, kind="area", at=(32.7, -83.4))
ATLANTA = place("Atlanta", "US-GA", 500_000, at=(33.7, -84.4))
SAVANNAH = place("Savannah", "US-GA", 147_000, at=(32.1, -81.1))
TEXAS = place("Texas", "US-TX", 29_000_000, kind="area", at=(31, -99))
MISSOURI = place("Missouri", "US-MO", 6_100_000, kind="area", at=(38.5, -92.5))
SPRINGFIELD_MO = place("Springfield", "US-MO", 169_000, at=(37.2, -93.3))
SPRINGFIELD_IL = place("Springfield", "US-IL", 114_000, at=(39.8, -89.6))
PARIS = place("Paris", "FR-IDF", 2_100_000, at=(48.9, 2.3))
PARIS_TX = place("Paris", "US-TX", 25_000, at=(33.7, -95.6))
FRANCE = place("France", "FR", 67_000_000, kind="country", at=(46, 2))
NICE = place("Nice", "FR-PAC", 342_000, at=(43.7, 7.3))
TOULON = place("Toulon", "FR-PAC", 170_000, at=(43.1, 5.9))
PETERSBURG = place("Saint Petersburg", "RU-SPE", 5_300_000, at=(59.9, 30.3))

NAMES = (
    name("Pakistan", PAKISTAN),
    name("پاکستان", PAKISTAN),
    name("Pakistani", PAKISTAN, origin="demonym"),
    name("Balochistan", BALOCHISTAN),
    name("Quetta", QUETTA),
    name("Hyderabad", HYDERABAD_PK, HYDERABAD_IN),
    name("India", INDIA),
    name("Lebanon", LEBANON),
    name("لبنان", LEBANON),
    name("Tripoli", TRIPOLI_LB, TRIPOLI_LY),
    name("United States", UNITED_STATES),
    name("US", UNITED_STATES, exact=True),
    name("Georgia", GEORGIA, GEORGIA_US),
    name("Atlanta", ATLANTA),
    name("Savannah", SAVANNAH),
    name("Texas", TEXAS),
    name("Missouri", MISSOURI),
    name("Springfield", SPRINGFIELD_MO, SPRINGFIELD_IL),
    name("Paris", PARIS, PARIS_TX),
    name("France", FRANCE),
    name("French", FRANCE, origin="demonym"),
    name("Nice", NICE),
    name("Toulon", TOULON),
    name("St. Petersburg", PETERSBURG),
)


def gazetteer(*names: Name) -> Gazetteer:
    by_word: defaultdict[str, list[Name]] = defaultdict(list)
    for one in sorted(names or NAMES, key=lambda one: -len(one.words)):
        by_word[one.words[0]].append(one)
    areas = {place.code: place for one in NAMES for place in one.places if place.kind in ("country", "area")}
    return Gazetteer(areas, lambda word: tuple(by_word.get(word, ())))


WORLD = gazetteer()


def mentions(text: str, title: str = "", world: Gazetteer = WORLD, language: str | None = "en") -> list[Mention]:
    fields = [
        Field(name="title", text=title, tokens=tokenise(title)),
        Field(name="text", text=text, tokens=tokenise(text)),
    ]
    return find(fields, world, language=language)


def resolved(text: str, title: str = "", home: str | None = None, world: Gazetteer = WORLD) -> tuple[Resolution, ...]:
    return resolve(mentions(text, title, world), home=home)


def meant(text: str, title: str = "", home: str | None = None, world: Gazetteer = WORLD) -> list[str | None]:
    """Return the code of the place that each mention counts for."""
    return [one.place.code if one.place else None for one in resolved(text, title, home, world)]

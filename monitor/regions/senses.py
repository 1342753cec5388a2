"""One name of an article, and what speaks for each of the places that it may mean.

Two passes: what each name alone suggests, then what all the others say. This module must not know where a name stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import exp, log10

from monitor.regions.cues import DATELINE, PERSON, Addend
from monitor.regions.distance import is_elsewhere
from monitor.regions.evidence import Evidence, bounded
from monitor.regions.gazetteer import Name, Place
from monitor.regions.mentions import Mention
from monitor.regions.wordlists import is_capital
from monitor.text.fold import tokenise

QUALIFIED = 8.0
"""“Paris, Texas”: the strongest sign there is."""
HOME_AREA, HOME_COUNTRY = 4.0, 1.75
"""Points where a place lies in the outlet's own area, and in its own country."""
COUNTRY = 10.75
"""Points of a country."""
SIZE = 1.5
"""Points of any other place for each factor of ten in its population."""
UNCOUNTED = {"area": 10_000, "district": 10_000, "town": 1_000}
"""People taken for a place that is in the gazetteer without their number, by its kind."""
AREA, CAPITAL = -0.5, 2.0
"""Extra points of an area, and of a country's capital."""
STAND_IN = -1
"""The id of a place that is but a name in the rule files, standing for the region that lists it."""
LISTED = 8.0
"""Points of such a place."""
BY_DATELINE = 1.0
"""Points at the head of a text for each factor of ten in the population up to a million, and once more for a capital:
agencies leave the country out where everybody knows it."""
OTHERWISE = -3.0
"""Points of a place that usually has another name: Amman was Philadelphia once."""
MOST_PLACES = 12
"""Places of one name that are weighed: the largest, and those in areas that the article or its outlet points to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """One place that a name may mean, and what speaks for it."""

    place: Place
    addends: tuple[Addend, ...]

    @property
    def points(self) -> float:
        return sum(points for _, points in self.addends)


class Sense:
    """One name of the article, and the places that it may mean."""

    def __init__(self, name: Name) -> None:
        self.name = name
        self.qualifiers: dict[str, str] = {}
        self.likely = -9.0
        """The best that any of its mentions has for being a place."""
        self.is_namesake = False
        """Whether a mention is a person's name."""
        self.is_dateline = False
        """Whether a text begins with it."""
        self.places: tuple[Place, ...] = ()
        self.alone: list[list[Addend]] = []
        self.heard: list[list[Addend]] = []
        self.shares: list[float] = []

    def add(self, mention: Mention) -> None:
        self.is_dateline = self.is_dateline or any(label == DATELINE for label, _ in mention.cues)
        self.likely = max(self.likely, mention.points)
        self.is_namesake = self.is_namesake or any(label.startswith(PERSON) for label, _ in mention.cues)
        if mention.qualifier is not None and not self._is_listed_with(mention.qualifier):
            for place in mention.qualifier.places:
                if place.kind in ("country", "area"):
                    self.qualifiers[place.code] = mention.qualifier.written

    def _is_listed_with(self, other: Name) -> bool:
        """Tell whether both are countries, one named after the other."""
        return all(any(place.kind == "country" for place in name.places) for name in (self.name, other))

    def weigh(self, home: str | None, pointed: set[str]) -> None:
        """Weigh each place by itself, by the outlet's home and by what stands right behind the name."""
        places = self.name.places
        if len(places) > MOST_PLACES:
            country = (home or "").partition("-")[0]
            telling = [place for place in places[MOST_PLACES // 2 :] if self._qualifies(place)]
            telling += [place for place in places if home and place.area == home]
            telling += [place for place in places if place.country == country or place.country in pointed]
            places = tuple(dict.fromkeys((*places[: MOST_PLACES // 2], *telling)))[:MOST_PLACES]
        self.places = places
        self.alone = [self._alone(place, home) for place in places]
        self.heard = self.alone
        self._share()

    def hear(self, evidence: Evidence) -> None:
        """Add what the article's other names say."""
        own = Evidence(self.counted())
        self.heard = [
            [*alone, *bounded(evidence.about(place, own))] for place, alone in zip(self.places, self.alone, strict=True)
        ]

    def settle(self) -> tuple[Weighed, Weighed | None]:
        """Return the place that most speaks for, and the best elsewhere."""
        weighed = [
            Weighed(place=place, addends=tuple(addends)) for place, addends in zip(self.places, self.heard, strict=True)
        ]
        best = max(weighed, key=lambda one: one.points)
        others = [one for one in weighed if is_elsewhere(one.place, best.place)]
        return best, max(others, key=lambda one: one.points, default=None)

    def _alone(self, place: Place, home: str | None) -> list[Addend]:
        addends = [_size(place)]
        if self._is_byname(place):
            addends.append((f"otherwise called {place.name}", OTHERWISE))
        if self.is_dateline and home is None and not self.qualifiers and place.kind == "town":
            addends.append((DATELINE, _renown(place)))
        if home is not None:
            if place.area == home:
                addends.append((f"the outlet is at home in {home}", HOME_AREA + HOME_COUNTRY))
            elif place.country == home.partition("-")[0]:
                addends.append((f"the outlet is at home in {place.country}", HOME_COUNTRY))
        if self.qualifiers and self._qualifies(place):
            addends.append((f"“{self.name.written}, {self._qualified(place)}”", QUALIFIED))
        return addends

    def _is_byname(self, place: Place) -> bool:
        """Tell whether a place has another name before all, and nobody wrote this one down for it by hand."""
        by_hand = place.id == STAND_IN or self.name.origin == f"overlay {place.country}"
        if by_hand or place.kind == "country" or self.name.is_demonym:
            return False
        short, full = _spelled_out(self.name.words), _folded(place.name)
        return full[: len(short)] != short or (len(full) > len(short) and full[len(short)] not in _BESIDE)

    def _qualifies(self, place: Place) -> bool:
        """Tell whether a place lies in what is named behind it."""
        inside = place.country in self.qualifiers or (place.kind != "area" and place.area in self.qualifiers)
        return inside and place.kind != "country"

    def _qualified(self, place: Place) -> str:
        return self.qualifiers.get(place.area) or self.qualifiers[place.country]

    def counted(self) -> Iterator[tuple[Place, float]]:
        """Yield each place with how far it is to be counted with."""
        return zip(self.places, self.shares, strict=True)

    def _share(self) -> None:
        """Turn points into how far each place is to be counted with, at most 1 in all."""
        points = [sum(points for _, points in addends) for addends in self.heard]
        most = max(points)
        chances = [exp(one - most) for one in points]
        whole = sum(chances) / min(1.0, exp(self.likely))
        self.shares = [chance / whole for chance in chances]


@lru_cache(maxsize=1 << 16)
def _folded(name: str) -> tuple[str, ...]:
    return _spelled_out(tokenise(name).folded)


def _spelled_out(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_SHORT.get(word, word) for word in words)


_BESIDE = frozenset(["am", "an", "bei", "de", "del", "di", "en", "im", "in", "na", "nad", "on", "sur", "under", "upon"])
"""What follows a town's short name in its full one: Frankfurt am Main, Newcastle upon Tyne."""
_SHORT = {"st": "saint", "ste": "sainte", "mt": "mount", "ft": "fort"}


def _size(place: Place) -> Addend:
    if place.id == STAND_IN:
        return "named in the rules", LISTED
    if place.kind == "country":
        return "a country", COUNTRY
    points = SIZE * log10((place.population or UNCOUNTED[place.kind]) + 300)
    people = f"{place.population:,} people" if place.population else "nobody knows how many people"
    if place.kind == "area":
        return f"an area of {people}", points + AREA
    if is_capital(place):
        return f"a capital of {people}", points + CAPITAL
    return people, points


def _renown(place: Place) -> float:
    tens = log10(min(max(place.population, 10_000), 1_000_000) / 10_000)
    return BY_DATELINE * (tens + is_capital(place))

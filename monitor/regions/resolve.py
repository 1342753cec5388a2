"""Which place each mention means, by adding up what speaks for every place of its name.

Every addend can be printed. A name means one place throughout an article, as writers see to, and its mentions count
where the place is clear and nothing beside them says that they are no place at all. Two passes: what each name alone
suggests, then what all the others say about it. Linear in the mentions. Nothing here knows of rules.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from math import asin, cos, exp, log10, radians, sin, sqrt

from monitor.regions.gazetteer import Name, Place
from monitor.regions.mentions import PERSON, Addend, Mention, words
from monitor.text.fold import tokenise

QUALIFIED = 8.0
"""“Paris, Texas”: the strongest sign there is."""
HOME_AREA, HOME_COUNTRY = 4.0, 1.75
"""Points where a place lies in the outlet's own area, and in its own country."""
NAMED_COUNTRY, NAMED_AREA = 3.5, 3.0
"""Most points where the article names the country or area that a place lies in."""
SAME_COUNTRY, SAME_AREA, CLOSE_BY = 2.5, 2.5, 3.5
"""Most points where other places of the article lie in the same country, the same area, or near."""
MOST_HEARD = 4.5
"""Most points of all that the other names say together."""
COUNTRY = 10.75
"""Points of a country."""
SIZE = 1.5
"""Points of any other place for each factor of ten in its population."""
UNCOUNTED = {"area": 10_000, "district": 10_000, "town": 1_000}
"""People taken for a place that is in the gazetteer without their number, by its kind."""
AREA, CAPITAL = -0.5, 2.0
"""Extra points of an area, and of a country's capital."""
CONTESTED = "contested"
STAND_IN = -1
"""The id of a place that is but a name in the rule files, standing for the region that lists it."""
LISTED = 8.0
"""Points of such a place."""
OTHERWISE = -3.0
"""Points of a place that usually has another name: Amman was Philadelphia once."""
CLEAR, SUPPORTED = 0.9, 0.1
"""By how many points a place must lead those elsewhere: where nothing but its size speaks for it, and else."""
NAMESAKE = -3.0
"""“Jordan bought it”, where “Michael Jordan” stands elsewhere in the article."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """What a mention means: the best place first, and whether that counts."""

    mention: Mention
    best: Weighed
    second: Weighed | None
    """The best place elsewhere."""
    against: tuple[Addend, ...]
    """What speaks for or against its being a place at all."""
    doubt: str = ""
    """Why it does not count; empty where it does."""

    @property
    def place(self) -> Place | None:
        """The place that it counts for."""
        return None if self.doubt else self.best.place

    @property
    def rivals(self) -> tuple[Place, ...]:
        """The place that speaks for itself best, and the best elsewhere."""
        return (self.best.place,) if self.second is None else (self.best.place, self.second.place)

    @property
    def is_contested(self) -> bool:
        """Whether it does not count only for want of anything that tells its places apart."""
        return self.doubt == CONTESTED

    @property
    def why(self) -> str:
        """What it was taken for and by which points, or why for nothing."""
        said = [_said(self.best), *([f"against {_said(self.second)}"] if self.second is not None else [])]
        said += [f"{label} {points:+.1f}" for label, points in self.against]
        return f"{self.doubt or 'taken for'}: {'; '.join(said)}"


def resolve(mentions: Sequence[Mention], *, home: str | None = None) -> tuple[Resolution, ...]:
    """Decide what each mention means; ``home``: the ISO 3166 code of where the outlet sits."""
    named: dict[tuple[tuple[str, ...], bool], _Sense] = {}
    for mention in mentions:
        key = (mention.name.words, mention.name.exact)
        sense = named.get(key)
        if sense is None:
            sense = named[key] = _Sense(mention.name)
        sense.add(mention)
    senses = list(named.values())
    pointed = {
        place.country for sense in senses for place in sense.name.places[:1] if place.kind in ("country", "area")
    }
    for sense in senses:
        sense.weigh(home, pointed)
    evidence = _Evidence(senses)
    for sense in senses:
        sense.hear(evidence)
    settled = {key: sense.settle() for key, sense in named.items()}
    return tuple(_judge(mention, *settled[mention.name.words, mention.name.exact]) for mention in mentions)


class _Sense:
    """One name of the article, and the places that it may mean."""

    def __init__(self, name: Name) -> None:
        self.name = name
        self.qualifiers: dict[str, str] = {}
        self.likely = -9.0
        """The best that any of its mentions has for being a place."""
        self.namesake = False
        self.places: tuple[Place, ...] = ()
        self.alone: list[list[Addend]] = []
        self.heard: list[list[Addend]] = []
        self.shares: list[float] = []

    def add(self, mention: Mention) -> None:
        self.likely = max(self.likely, mention.points)
        self.namesake = self.namesake or any(label.startswith(PERSON) for label, _ in mention.cues)
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
        self.share()

    def hear(self, evidence: _Evidence) -> None:
        """Add what the article's other names say."""
        own = _Evidence([self])
        self.heard = [
            [*alone, *_bounded(evidence.about(place, own))]
            for place, alone in zip(self.places, self.alone, strict=True)
        ]

    def settle(self) -> tuple[Weighed, Weighed | None, bool]:
        weighed = [
            Weighed(place=place, addends=tuple(addends)) for place, addends in zip(self.places, self.heard, strict=True)
        ]
        best = max(weighed, key=lambda one: one.points)
        others = [one for one in weighed if _elsewhere(one.place, best.place)]
        return best, max(others, key=lambda one: one.points, default=None), self.namesake

    def _alone(self, place: Place, home: str | None) -> list[Addend]:
        addends = [_size(place)]
        if self._is_byname(place):
            addends.append((f"otherwise called {place.name}", OTHERWISE))
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
        if place.kind == "country" or place.id == STAND_IN or self.name.origin == f"overlay {place.country}":
            return False
        return _folded(place.name) != _spelled_out(self.name.words)

    def _qualifies(self, place: Place) -> bool:
        """Tell whether a place lies in what is named behind it."""
        inside = place.country in self.qualifiers or (place.kind != "area" and place.area in self.qualifiers)
        return inside and place.kind != "country"

    def _qualified(self, place: Place) -> str:
        return self.qualifiers.get(place.area) or self.qualifiers[place.country]

    def share(self) -> None:
        """Turn points into how far each place is to be counted with, at most 1 in all."""
        points = [sum(points for _, points in addends) for addends in self.heard]
        most = max(points)
        chances = [exp(one - most) for one in points]
        whole = sum(chances) / min(1.0, exp(self.likely))
        self.shares = [chance / whole for chance in chances]


class _Evidence:
    """What some names, each as far as it is clear, say of countries, areas and stretches of land."""

    def __init__(self, senses: Iterable[_Sense]) -> None:
        self.named: defaultdict[str, float] = defaultdict(float)
        self.within: defaultdict[str, float] = defaultdict(float)
        self.around: defaultdict[tuple[int, int], float] = defaultdict(float)
        for sense in senses:
            for place, share in zip(sense.places, sense.shares, strict=True):
                if share < 0.02 or not place.country:
                    continue
                if place.kind == "country":
                    self.named[place.country] += share
                    continue
                self.within[place.country] += share
                if place.kind == "area":
                    self.named[place.area] += share
                else:
                    self.within[place.area] += share
                    for cell in _cells(place):
                        self.around[cell] += share

    def about(self, place: Place, own: _Evidence) -> Iterable[Addend]:
        """Yield what is said of a place by the other names; ``own`` is what its own name said."""
        if not place.country:
            return
        country = self.named.get(place.country, 0.0) - own.named.get(place.country, 0.0)
        if country > 0.1:
            yield f"{place.country} is named", NAMED_COUNTRY * min(1.0, country)
        within = self.within.get(place.country, 0.0) - own.within.get(place.country, 0.0)
        if within > 0.1:
            yield f"other places in {place.country}", SAME_COUNTRY * within / (within + 0.5)
        if place.kind == "country" or not place.area:
            return
        area = self.named.get(place.area, 0.0) - own.named.get(place.area, 0.0)
        if area > 0.1:
            yield f"{place.area} is named", NAMED_AREA * min(1.0, area)
        within = self.within.get(place.area, 0.0) - own.within.get(place.area, 0.0)
        if within > 0.1:
            yield f"other places in {place.area}", SAME_AREA * within / (within + 0.5)
        if place.kind != "area":
            cell = round(place.latitude), round(place.longitude)
            near = self.around.get(cell, 0.0) - own.around.get(cell, 0.0)
            if near > 0.1:
                yield "other places near it", CLOSE_BY * near / (near + 0.5)


def _bounded(addends: Iterable[Addend]) -> list[Addend]:
    """Take back what others say in excess: a hamlet called China is not meant for all the places around it."""
    heard = list(addends)
    excess = sum(points for _, points in heard) - MOST_HEARD
    if excess > 0:
        heard.append((f"others count {MOST_HEARD:g} at most", -excess))
    return heard


def _cells(place: Place) -> Iterator[tuple[int, int]]:
    """Return the degree that a place lies in and those around it: some 100 km to each side."""
    latitude, longitude = round(place.latitude), round(place.longitude)
    return product(range(latitude - 1, latitude + 2), range(longitude - 1, longitude + 2))


@lru_cache(maxsize=1 << 16)
def _folded(name: str) -> tuple[str, ...]:
    return _spelled_out(tokenise(name).folded)


def _spelled_out(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_SHORT.get(word, word) for word in words)


_SHORT = {"st": "saint", "ste": "sainte", "mt": "mount", "ft": "fort"}


def _said(weighed: Weighed) -> str:
    place = weighed.place
    addends = ", ".join(f"{label} {points:+.1f}" for label, points in weighed.addends)
    return f"{place.name} ({place.code}) {weighed.points:.1f} = {addends}"


def _size(place: Place) -> Addend:
    if place.id == STAND_IN:
        return "named in the rules", LISTED
    if place.kind == "country":
        return "a country", COUNTRY
    points = SIZE * log10((place.population or UNCOUNTED[place.kind]) + 300)
    people = f"{place.population:,} people" if place.population else "nobody knows how many people"
    if place.kind == "area":
        return f"an area of {people}", points + AREA
    if str(place.id) in words("capitals"):
        return f"a capital of {people}", points + CAPITAL
    return people, points


def _judge(mention: Mention, best: Weighed, second: Weighed | None, namesake: bool) -> Resolution:
    against = mention.cues
    if namesake and not any(points > 0 or label.startswith(PERSON) for label, points in against):
        against = (*against, (f"{PERSON} elsewhere", NAMESAKE))
    support = sum(points for _, points in best.addends[1:] if points > 0)
    misplaced = mention.qualifier is not None and not _agrees(best.place, mention.qualifier)
    qualified = mention.qualifier is not None and support >= QUALIFIED
    doubt = ""
    if not qualified and sum(points for _, points in against) + min(support, _MOST_SUPPORT) < 0:
        doubt = min(against, key=lambda addend: addend[1])[0]
    elif misplaced and mention.qualifier is not None:
        doubt = f"none known in {mention.qualifier.written}"
    elif second is not None and best.points - second.points < (SUPPORTED if support > 0 else CLEAR):
        doubt = CONTESTED
    return Resolution(mention=mention, best=best, second=second, against=against, doubt=doubt)


def _agrees(place: Place, qualifier: Name) -> bool:
    """Tell whether a place lies where the words behind it say; a country behind it may be the next of a list."""
    if place.kind == "country" or any(one.kind not in ("area", "district") for one in qualifier.places[:2]):
        return True
    return place.area in {one.area for one in qualifier.places}


_MOST_SUPPORT = 2.5
"""However many places are near: "Mayor Houston" of Texas is a person."""


def _elsewhere(one: Place, other: Place) -> bool:
    """Tell whether two places are so far from one another that taking one for the other would be wrong."""
    if one.code == other.code or (one.country == other.country and "country" in (one.kind, other.kind)):
        return False
    return kilometres(one, other) > _SAME_SPOT


_SAME_SPOT = 50.0


def kilometres(one: Place, other: Place) -> float:
    """Return the distance between two places along the ground."""
    north, south = radians(one.latitude), radians(other.latitude)
    across = sin((north - south) / 2) ** 2
    across += cos(north) * cos(south) * sin(radians(one.longitude - other.longitude) / 2) ** 2
    return 12742.0 * asin(min(1.0, sqrt(across)))

"""The regions of a rule set as texts are searched for them: which names, and which regions each place lies in.

Built once for a rule set. This module must not know articles.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING

from monitor.regions import packs
from monitor.regions.focus import lies_in
from monitor.regions.gazetteer import Gazetteer, Name, Place
from monitor.regions.mentions import BY_RULES
from monitor.regions.senses import STAND_IN
from monitor.text.fold import fold_word

if TYPE_CHECKING:
    from monitor.rules.expression import Term
    from monitor.rules.ruleset import Region


class Watch:
    """The names that a rule set's regions look for."""

    def __init__(self, regions: Mapping[str, Region]) -> None:
        self._regions = regions
        listed = [(region, term) for region in regions.values() for term in listed_by(region) if not _is_wildcard(term)]
        self.gazetteer = packs.load(
            frozenset(code for region in regions.values() for code in region.codes),
            frozenset(term.words for _, term in listed if not term.exact),
            min((region.min_population for region in regions.values()), default=packs.MIN_POPULATION),
        )
        self._watched = {code for region in regions.values() for code in region.codes}
        self.wildcards = {
            region.id: terms
            for region in regions.values()
            if (terms := [term for term in listed_by(region) if _is_wildcard(term)])
        }
        self._own: defaultdict[Place, set[str]] = defaultdict(set)
        self._by_code: defaultdict[str, list[Region]] = defaultdict(list)
        for region in regions.values():
            for code in region.codes:
                self._by_code[code].append(region)
        self.own = self._own_names(listed)
        """Names that the gazetteer does not know within their region, by their first word."""
        self._conditions = {
            region.id: {folded(term): supports for term, supports in region.ambiguous} for region in regions.values()
        }
        self._taken: dict[tuple[str, tuple[str, ...], bool], tuple[Place, ...]] = {}
        self._possible: dict[tuple[tuple[str, ...], bool], frozenset[str]] = {}

    def local(self, home: str | None) -> Gazetteer | None:
        """Return the places of the country that an outlet sits in: local news names small ones."""
        country = (home or "").partition("-")[0]
        return packs.local(country) if country and country not in self._watched else None

    def regions_of(self, name: Name) -> Collection[str]:
        """Return the regions that have one of a name's places."""
        key = (name.words, name.exact)
        found = self._possible.get(key)
        if found is None:
            if len(self._possible) >= _REMEMBERED:
                self._possible.clear()
            found = self._possible[key] = frozenset(region for place in name.places for region in self.lying_in(place))
        return found

    def conditions(self, region: Region) -> Mapping[tuple[str, ...], tuple[Term, ...]]:
        """Return the terms of which a region's ambiguous names, in folded words, need one beside them."""
        return self._conditions[region.id]

    def taken(self, region: Region, name: Name) -> tuple[Place, ...]:
        """Return the places of a name that are a region's."""
        key = (region.id, name.words, name.exact)
        found = self._taken.get(key)
        if found is None:
            if len(self._taken) >= _REMEMBERED:
                self._taken.clear()
            found = self._taken[key] = tuple(place for place in name.places if self.takes(region, place))
        return found

    def takes(self, region: Region, place: Place) -> bool:
        """Tell whether a place is one of a region's."""
        return region.id in self._own.get(place, ()) or (
            lies_in(place, region.codes) and place.is_of(region.min_population)
        )

    def lying_in(self, place: Place) -> Iterator[str]:
        """Yield the regions that a place is one of."""
        yield from self._own.get(place, ())
        for code in {place.country, place.area}:
            yield from (region.id for region in self._by_code.get(code, ()) if place.is_of(region.min_population))

    def stand_in(self, region: Region, name: str) -> Place:
        """Return the region itself as a place, for a name that is no other's."""
        codes = region.codes
        area = codes[0] if len(codes) == 1 and "-" in codes[0] else ""
        countries = {code.partition("-")[0] for code in codes}
        country = countries.pop() if len(countries) == 1 else ""
        middle = self.gazetteer.area(area or country)
        latitude, longitude = (middle.latitude, middle.longitude) if middle is not None else (0.0, 0.0)
        return Place(STAND_IN, name, "area", country, area, latitude, longitude, 0)

    def _own_names(self, listed: list[tuple[Region, Term]]) -> dict[str, tuple[Name, ...]]:
        own: dict[tuple[tuple[str, ...], str], Name] = {}
        for region, term in listed:
            words = folded(term)
            rivals = [] if term.exact else [place for name in self.gazetteer.named(words) for place in name.places]
            if not region.codes:
                for place in rivals:
                    self._own[place].add(region.id)
            if any(self.takes(region, place) for place in rivals):
                continue
            written = " ".join(term.words) if term.exact else term.clause.strip('"“”„«» ')
            place = self.stand_in(region, written)
            self._own[place].add(region.id)
            key = (words, written if term.exact else "")
            others = own[key].places if key in own else tuple(rivals)
            own[key] = Name(words, written, tuple(dict.fromkeys((*others, place))), term.exact, BY_RULES)
        by_word: defaultdict[str, list[Name]] = defaultdict(list)
        for name in sorted(own.values(), key=lambda name: -len(name.words)):
            by_word[name.words[0]].append(name)
        return {word: tuple(names) for word, names in by_word.items()}


_REMEMBERED = 100_000


def listed_by(region: Region) -> tuple[Term, ...]:
    """Return the names that a region's rule file gives it, those that need a support included."""
    return (*region.terms, *(term for term, _ in region.ambiguous))


def folded(term: Term) -> tuple[str, ...]:
    """Return a name's words as the gazetteer has them."""
    return tuple(map(fold_word, term.words)) if term.exact else term.words


def _is_wildcard(term: Term) -> bool:
    return any("*" in word or "?" in word for word in term.words)

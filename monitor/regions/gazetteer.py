"""Places and their names: which names begin with a word, and which places of the world each name can mean.

A name stands once, with every place that bears it; which of them an article means is decided in `resolve`. This module
must not know where packs lie, what a text says, or what a rule is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["country", "area", "district", "town"]


@dataclass(frozen=True, slots=True)
class Place:
    """A point with a name. That of an area or country is a rough one: the middle of its towns, or one set by hand."""

    id: int
    """Its GeoNames id; 0 where it has none."""
    name: str
    kind: Kind
    country: str
    """ISO 3166-1, as ``PK``."""
    area: str
    """ISO 3166-2, as ``PK-BA``; an area's own code; empty for countries and where no area is known."""
    latitude: float
    longitude: float
    population: int

    @property
    def code(self) -> str:
        """The most specific ISO 3166 code it lies in, or is."""
        return self.area or self.country

    def is_of(self, population: int) -> bool:
        """Tell whether it is large enough to be looked for: towns alone are too small, and none of unknown size is."""
        return self.kind != "town" or not 0 < self.population < population


@dataclass(frozen=True, slots=True)
class Name:
    """One spelling and all its places."""

    words: tuple[str, ...]
    """Folded as `text.fold` does."""
    written: str
    places: tuple[Place, ...]
    """Most populous first."""
    exact: bool
    """Whether it counts only as written: acronyms and the like."""
    origin: str
    """Where the spelling is from: ``GeoNames``, ``CLDR: en, de``, ``ISO 3166``, ``overlay PK``, ``demonym``."""

    @property
    def is_demonym(self) -> bool:
        """Whether it names people or things of a country, as ``Pakistani`` does, rather than the country."""
        return self.origin == "demonym"


class Gazetteer:
    """The names that texts are searched for. Names are read when their first word is met."""

    def __init__(
        self, areas: Mapping[str, Place], read: Callable[[str], tuple[Name, ...]], remembered: int = 200_000
    ) -> None:
        self._areas = areas
        self._read = read
        # A hostile text's words must not pile up.
        self._remembered = remembered
        self._met: dict[str, tuple[Name, ...]] = {}

    def starting(self, word: str) -> tuple[Name, ...]:
        """Return the names whose first folded word is ``word``, longest first; none for nearly all words."""
        names = self._met.get(word)
        if names is None:
            if len(self._met) >= self._remembered:
                self._met.clear()
            names = self._met[word] = self._read(word)
        return names

    def area(self, code: str) -> Place | None:
        """Return the country or area with an ISO 3166 code."""
        return self._areas.get(code)

    def named(self, words: Sequence[str]) -> tuple[Name, ...]:
        """Return the names (at most an exact and a usual one) of just these folded words."""
        if not words:
            return ()
        wanted = tuple(words)
        return tuple(name for name in self.starting(wanted[0]) if name.words == wanted)

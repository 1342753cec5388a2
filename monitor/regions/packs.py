"""The packs: every country's places and names as data files, and the gazetteer made of those that a rule set needs.

The files are written by `tools/gazetteer` (`make packs`): names in chunks sorted by their first folded word, so that
loading is unpacking, and a word that begins no name costs a look into one chunk. This module must not know what a text
or a rule is.
"""

from __future__ import annotations

import zlib
from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from functools import cache, lru_cache
from importlib.resources import files

from monitor.regions.gazetteer import Gazetteer, Kind, Name, Place
from monitor.text.fold import tokenise

BLOCK = 64
"""Places per compressed block of their table."""
MIN_POPULATION = 1000
"""The smallest place watched where a rule file does not say (RULES.md)."""

_KINDS: dict[str, Kind] = {"c": "country", "a": "area", "d": "district", "t": "town"}

Numbered = tuple[Name, tuple[int, ...]]
"""A name without its places, and their numbers in the table of places, most populous first."""


class Pack:
    """The names of one file."""

    def __init__(self, packed: bytes) -> None:
        origins, *self._chunks = zlib.decompress(packed).split(b"\n\n")
        self._origins = origins.decode().split("\t")
        self._heads = [chunk[: chunk.index(b"\t")] for chunk in self._chunks]

    def starting(self, word: str) -> Iterator[Numbered]:
        """Yield the names whose first folded word is ``word``."""
        key = word.encode()
        number = bisect_right(self._heads, key) - 1
        if number >= 0:
            chunk = self._chunks[number]
            start = 0 if chunk.startswith(key + b"\t") else chunk.find(b"\n" + key + b"\t") + 1
            if start or chunk.startswith(key + b"\t"):
                end = chunk.find(b"\n", start)
                yield from self._read(chunk[start : end if end >= 0 else len(chunk)])

    def beginning(self, prefix: str) -> Iterator[Numbered]:
        """Yield the names whose first folded word begins with ``prefix``."""
        key = prefix.encode()
        for number in range(max(0, bisect_left(self._heads, key) - 1), len(self._heads)):
            if self._heads[number] > key and not self._heads[number].startswith(key):
                break
            for line in self._chunks[number].split(b"\n"):
                if line.startswith(key):
                    yield from self._read(line)

    def __iter__(self) -> Iterator[Numbered]:
        for chunk in self._chunks:
            for line in chunk.split(b"\n"):
                yield from self._read(line)

    def _read(self, line: bytes) -> Iterator[Numbered]:
        fields = line.decode().split("\t")
        for position in range(1, len(fields), 3):
            written, flags, numbers = fields[position : position + 3]
            name = Name(
                words=tokenise(written).folded,
                written=written,
                places=(),
                exact=flags.endswith("="),
                origin=self._origins[int(flags.rstrip("="))],
            )
            yield name, tuple(int(number, 36) for number in numbers.split(" "))


class _Places:
    """The table of all places, unpacked a block at a time."""

    def __init__(self, packed: bytes) -> None:
        count = int.from_bytes(packed[:4], "little")
        self._ends = array("I", packed[4 : 4 + 4 * count])
        self._blocks = packed[4 + 4 * count :]
        self._known: dict[int, Place] = {}

    def __getitem__(self, number: int) -> Place:
        place = self._known.get(number)
        if place is None:
            block, row = divmod(number, BLOCK)
            place = self._known[number] = _place(*(column[row] for column in self._columns(block)))
        return place

    @lru_cache(maxsize=64)  # noqa: B019 - there is one table, for good
    def _columns(self, block: int) -> list[list[str]]:
        start = self._ends[block - 1] if block else 0
        columns = zlib.decompress(self._blocks[start : self._ends[block]]).decode().split("\n")
        return [column.split("\t") for column in columns]


def _place(
    id_: str, name: str, kind: str, country: str, area: str, latitude: str, longitude: str, population: str
) -> Place:
    return Place(
        id=int(id_),
        name=name,
        kind=_KINDS[kind],
        country=country,
        area=f"{country}-{area}" if area else "",
        latitude=int(latitude) / 1000,
        longitude=int(longitude) / 1000,
        population=int(population),
    )


@lru_cache(maxsize=8)
def load(
    codes: frozenset[str], names: frozenset[tuple[str, ...]] = frozenset(), min_population: int = MIN_POPULATION
) -> Gazetteer:
    """Return the world's names, those of the countries and areas watched, and the listed ones (as folded words).

    The world: countries, their areas, towns of 100,000 and more. Each name comes with its other bearers in the world
    of at least 500 people, the 60 most populous of them. Codes without a pack are passed over.
    """
    world, watched, inside = _pack("world"), _watched(codes), _with_parts(codes)
    listed: dict[str, list[Numbered]] = defaultdict(list)
    for name, numbers in _listed(names):
        listed[name.words[0]].append((name, numbers))

    def read(word: str) -> Iterator[Numbered]:
        yield from world.starting(word)
        yield from _large_enough(watched, word, inside, min_population)
        yield from listed.get(word, ())

    return Gazetteer(areas(), lambda word: _merged(read(word)))


@lru_cache(maxsize=64)
def local(code: str, min_population: int = MIN_POPULATION) -> Gazetteer:
    """Return the names of one country's or area's places alone, with their bearers elsewhere."""
    watched, inside = _watched((code,)), _with_parts((code,))
    return Gazetteer(areas(), lambda word: _merged(_large_enough(watched, word, inside, min_population)), 20_000)


def expand(code: str) -> Iterator[tuple[Name, tuple[Place, ...]]]:
    """Yield every name of a country or area and of its places, whatever their size, with those that lie in it."""
    inside = _with_parts((code,))
    for pack in _watched((code,)):
        for found in pack:
            name = _with_places(*found)
            own = tuple(place for place in name.places if _lies_in(place, inside))
            if own:
                yield name, own


def beginning(prefix: str) -> Iterator[Name]:
    """Yield the names of the whole gazetteer whose first folded word begins so, once for each country of a bearer."""
    for country in countries():
        for found in Pack(_packed(country)).beginning(prefix):
            yield _with_places(*found)


def countries() -> tuple[str, ...]:
    """Return the codes of all countries."""
    return tuple(code for code in areas() if len(code) == 2)


@cache
def areas() -> dict[str, Place]:
    """Return every country and area by its ISO 3166 code; Kosovo as ``XK``."""
    return {code: place for code, (place, _) in _area_lines().items()}


def is_area(code: str) -> bool:
    """Say whether ``code`` is a country (``PK``) or one of its areas (``PK-BA``) in ISO 3166."""
    return code in areas()


@cache
def _area_lines() -> dict[str, tuple[Place, str]]:
    lines = (line.split("\t") for line in zlib.decompress(_packed("areas")).decode().split("\n"))
    return {place.code: (place, above) for place, above in ((_place(*line[:8]), line[8]) for line in lines)}


def _listed(names: Collection[tuple[str, ...]]) -> Iterator[Numbered]:
    wanted = {name for name in names if name}
    for country in countries() if wanted else ():
        pack = Pack(_packed(country))
        for word in {name[0] for name in wanted}:
            yield from ((name, numbers) for name, numbers in pack.starting(word) if name.words in wanted)


def _large_enough(packs: Iterable[Pack], word: str, inside: Collection[str], min_population: int) -> Iterator[Numbered]:
    for pack in packs:
        for name, numbers in pack.starting(word):
            for place in (_places()[number] for number in numbers):
                if _lies_in(place, inside) and place.is_of(min_population):
                    yield name, numbers
                    break


def _merged(found: Iterable[Numbered]) -> tuple[Name, ...]:
    names: dict[tuple[tuple[str, ...], str], tuple[Name, set[int]]] = {}
    for name, numbers in found:
        key = (name.words, name.written if name.exact else "")
        names.setdefault(key, (name, set()))[1].update(numbers)
    complete = (_with_places(name, numbers) for name, numbers in names.values())
    return tuple(sorted(complete, key=lambda name: (-len(name.words), name.words, not name.exact)))


def _with_places(name: Name, numbers: Iterable[int]) -> Name:
    return Name(
        words=name.words,
        written=name.written,
        places=tuple(_places()[number] for number in sorted(numbers, key=_by_population)),
        exact=name.exact,
        origin=name.origin,
    )


def _by_population(number: int) -> tuple[int, int]:
    return -_places()[number].population, number


def _lies_in(place: Place, codes: Collection[str]) -> bool:
    return place.country in codes or place.area in codes


def _with_parts(codes: Iterable[str]) -> frozenset[str]:
    """Return areas with the areas that are parts of them: an island with its provinces."""
    wanted = frozenset(codes)
    return wanted | {code for code, (_, above) in _area_lines().items() if above in wanted}


def _watched(codes: Iterable[str]) -> list[Pack]:
    return [_pack(country) for country in sorted({code[:2] for code in codes}) if country in areas()]


def _packed(name: str) -> bytes:
    return files("monitor.regions").joinpath("packs", f"{name}.pack").read_bytes()


@cache
def _pack(name: str) -> Pack:
    return Pack(_packed(name))


@cache
def _places() -> _Places:
    return _Places(files("monitor.regions").joinpath("packs", "places.table").read_bytes())

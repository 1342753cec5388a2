"""What was written by hand: more names of countries, areas, districts and towns, places that GeoNames lacks, demonyms.

One file a country in overlays/, `world.yaml` for countries and `demonyms.yaml`. A name that fits no place is an error:
the files are checked against the places each time that the packs are made.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

from tools.gazetteer.places import Entry
from tools.gazetteer.spelling import words_of

_HERE = Path(__file__).parent
_UNIT = re.compile(r"(?i)\s+(district|division|region|province|state|agency|county|raion|zila)$")

_SAYS_UNIT = re.compile(
    r"(?i)\b(district|division|agency|county|raion|zila|province|region|upazila|township|valley|pass|ضلع|ڈویژن|জেলা)\b"
)


class Overlay:
    """Entries as the hand-kept files find and mend them; ``problems`` says what fitted nowhere."""

    def __init__(self, entries: list[Entry]) -> None:
        self.entries = entries
        self.problems: list[str] = []
        self._codes = {f"{entry.country}-{entry.area}".rstrip("-"): entry for entry in entries if entry.kind in "ca"}
        self._called: dict[tuple[str, str, tuple[str, ...]], list[Entry]] = defaultdict(list)
        for entry in entries:
            if entry.kind in "dt":
                for name in sorted({entry.name, _UNIT.sub("", entry.name), *entry.names}):
                    self._called[entry.kind, f"{entry.country}-{entry.area}", words_of(name)].append(entry)

    def apply(self) -> None:
        self._apply_world(_read(_HERE / "world.yaml"))
        for path in sorted((_HERE / "overlays").glob("*.yaml")):
            for code, area in _read(path).items():
                self._apply_area(code, area, f"overlay {path.stem}")

    def demonyms(self) -> Iterator[tuple[str, Entry]]:
        """Yield adjectives and names of peoples with the country or area that they speak of."""
        for code, words in _read(_HERE / "demonyms.yaml").items():
            if code not in self._codes:
                self.problems.append(f"demonyms.yaml: no such area: {code}")
                continue
            for word in words:
                # "Afghan(s)" is two words, "(Saudi )Arabian(s)" four.
                for spelling in _spelled_out(word):
                    yield spelling, self._codes[code]

    def _apply_world(self, world: dict[str, Any]) -> None:
        for code, names in world["names"].items():
            self._codes[code].call_by_hand(names, "overlay world")
        for code, names in world["drop"].items():
            for name in names:
                if self._codes[code].names.pop(name, None) is None:
                    self.problems.append(f"world.yaml: {code} has no name {name}")

    def _apply_area(self, code: str, area: dict[str, Any], origin: str) -> None:
        if code not in self._codes:
            self.problems.append(f"{origin}: no such area: {code}")
            return
        self._codes[code].call_by_hand(area.get("names", ()), origin)
        for kind, key in (("d", "districts"), ("t", "towns")):
            for name, given in (area.get(key) or {}).items():
                details = given if isinstance(given, dict) else {"names": given or []}
                self._apply_place(kind, code, name, details, origin)

    def _apply_place(self, kind: str, code: str, name: str, details: dict[str, Any], origin: str) -> None:
        found = self._called[kind, code, words_of(name)]
        if not found:
            at = details.get("at", name)
            towns = self._called["t", code, words_of(at)] if isinstance(at, str) else []
            if isinstance(at, str) and not towns:
                self.problems.append(f"{origin}: {code} has no place called {name}")
                return
            latitude, longitude = (towns[0].latitude, towns[0].longitude) if towns else map(float, at)
            population = int(details.get("population", 0))
            # A town of unknown size is kept as a district, which every size that rules ask for lets in.
            entry = Entry(
                0,
                name,
                kind if population else "d",
                code[:2],
                code[3:],
                latitude,
                longitude,
                population,
                is_by_hand=True,
            )
            self.entries.append(entry)
            found.append(entry)
        best = max(found, key=lambda entry: (words_of(entry.name) == words_of(name), entry.population))
        names = [name, *details.get("names", ())]
        if kind == "d":
            # What a district and its chief town are both called means the town.
            towns = self._called["t", code, words_of(name)]
            if towns:
                town = max(towns, key=lambda entry: entry.population)
                town.call_by_hand((each for each in names if not _SAYS_UNIT.search(each)), origin)
                names = [each for each in names if _SAYS_UNIT.search(each)]
        best.call_by_hand(names, origin)


def _spelled_out(word: str) -> Iterable[str]:
    optional = re.search(r"\(([^)]*)\)", word)
    if not optional:
        return [word]
    head, tail = word[: optional.start()], word[optional.end() :]
    return [*_spelled_out(head + tail), *_spelled_out(head + optional[1] + tail)]


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - it makes strings only
    return found

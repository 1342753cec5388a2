"""All places, each with its names: countries, areas, districts and towns as GeoNames, ISO and CLDR have them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import pycountry
import yaml

from tools.gazetteer.areas import alternatives, is_only_direction, join, keys
from tools.gazetteer.everyday import is_everyday
from tools.gazetteer.forms import further
from tools.gazetteer.inputs import Inputs, whereabouts
from tools.gazetteer.spelling import is_exact, is_name, is_worth, words_of

_HERE = Path(__file__).parent
_DISTRICT = re.compile(
    r"(?i)\s+(district|county|raion|rayon|zila|agency|tehsil|subdistrict|township|upazila|regency|province|prefecture)$"
)
_PERSONS = ("US", "LR", "AU", "CA", "GB", "IE", "NZ")
"""Where districts are called after people: "Lincoln" alone is hardly ever the county."""
_STALE = ("IR", "MA")
"""Countries whose areas CLDR still lists by codes that ISO has given to others since."""
_ARABIC = re.compile("[\u0600-\u06ff]")
_SCRIPTS = {
    **dict.fromkeys(("AE", "BH", "DZ", "EG", "IQ", "JO", "KW", "LB", "LY"), _ARABIC),
    **dict.fromkeys(("MA", "OM", "PS", "QA", "SA", "SD", "SY", "TN", "YE"), _ARABIC),
    "AM": re.compile("[\u0530-\u058f]"),
    "BD": re.compile("[\u0980-\u09ff]"),
    "ET": re.compile("[\u1200-\u137f]"),
    "GR": re.compile("[\u0370-\u03ff]"),
    "KH": re.compile("[\u1780-\u17ff]"),
    "LA": re.compile("[\u0e80-\u0eff]"),
    "LK": re.compile("[\u0b80-\u0bff\u0d80-\u0dff]"),
}
"""Scripts of countries whose areas iso-codes has in the languages of others alone."""


@dataclass(slots=True)
class Entry:
    """One place as the packs will hold it."""

    id: int
    name: str
    kind: str
    country: str
    area: str
    latitude: float
    longitude: float
    population: int
    is_by_hand: bool = False
    """Whether an overlay brought it, so that it is known for more than its size."""
    parent: str = ""
    """ISO 3166-2 code of the area that an area belongs to."""
    names: dict[str, str] = field(default_factory=dict)
    """Spelling → origin."""

    def call(self, names: Iterable[str], origin: str) -> None:
        for name in names:
            if is_name(name) and not is_only_direction(name):
                self.names.setdefault(name, origin)

    def call_by_hand(self, names: Iterable[str], origin: str) -> None:
        """Add names that were chosen by a person: acronyms and short ones too."""
        for name in names:
            for form in (name, *further(name)):
                self.names[form] = origin


class World:
    """The entries, and what they were joined by."""

    def __init__(self, inputs: Inputs) -> None:
        self.inputs = inputs
        self.units = _units(inputs)
        self.areas = {area.code: area for area in pycountry.subdivisions}
        self.area_names = _area_names(inputs)
        self.codes = self._joined()
        for unit, code in self.codes.items():
            if not is_only_direction(inputs.admin1[unit]):
                self.area_names[code].setdefault(inputs.admin1[unit], "GeoNames")
        self.lower_codes = self._joined_below()
        self._points: dict[str, tuple[float, float]] = _read("points.yaml")
        self._by_area: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._by_district: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._by_country: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._place_towns()

    def entries(self) -> Iterator[Entry]:
        yield from self._countries()
        yield from self._areas()
        yield from self._towns()
        yield from self._districts()

    def _joined(self) -> dict[str, str]:
        by_hand: dict[str, str | None] = _read("areas.yaml")
        found: dict[str, str] = {}
        for country, units in sorted(self.units.items()):
            tops, lower = self._names_of(country, lower=False), self._names_of(country, lower=True)
            own = {unit: code for unit, code in by_hand.items() if unit in units}
            joined = join(units, tops, own)
            left = {unit: name for unit, name in units.items() if unit not in joined and unit not in own}
            found |= joined | join(left, lower, {})
        return found

    def _joined_below(self) -> dict[str, str]:
        """Return GeoNames code → ISO code for second-level units, under any area of the right country."""
        taken = set(self.codes.values())
        found: dict[str, str] = {}
        by_country: dict[str, dict[str, str]] = defaultdict(dict)
        for unit, name in self.inputs.admin2.items():
            by_country[unit[:2]][unit] = name
        for country, units in sorted(by_country.items()):
            free = {
                code: names
                for lower in (False, True)
                for code, names in self._names_of(country, lower=lower).items()
                if code not in taken
            }
            by_key: dict[str, set[str]] = defaultdict(set)
            for code, names in free.items():
                for name in names:
                    by_key[keys(name)[1]].add(code)
            for unit, name in units.items():
                codes = by_key.get(keys(name)[1], set())
                if len(codes) == 1:
                    (found[unit],) = codes
        return found

    def _names_of(self, country: str, *, lower: bool) -> dict[str, list[str]]:
        return {
            code: [name for name, origin in self.area_names[code].items() if "GeoNames" not in origin]
            for code, area in self.areas.items()
            if area.country_code == country and bool(area.parent_code) == lower
        }

    def _place_towns(self) -> None:
        for town in self.inputs.towns:
            country = town["countrycode"]
            unit = f"{country}.{town['admin1code']}"
            where = whereabouts(country, town["name"], town["latitude"], town["longitude"])
            below = self.inputs.second_level.get(where, "")
            code = self.codes.get(unit, "")
            lower = self.lower_codes.get(below, "")
            town["area"] = code or lower
            town["district"] = below
            self._by_country[country].append(town)
            self._by_district[below].append(town)
            for each in {code, lower} - {""}:
                self._by_area[each].append(town)

    def _countries(self) -> Iterator[Entry]:
        iso = {country.alpha_2: country for country in pycountry.countries}
        for code, country in sorted(self.inputs.countries.items()):
            if code not in iso and code != "XK":
                continue  # GeoNames still lists the Netherlands Antilles and Serbia and Montenegro
            entry = Entry(country["geonameid"], country["name"], "c", code, "", 0, 0, country["population"])
            entry.latitude, entry.longitude = self._points.get(code) or _middle(self._by_country[code])
            if code in iso:
                entry.call(_country_names(iso[code]), "ISO 3166-1")
            entry.call([country["name"]], "GeoNames")
            for language in sorted(self.inputs.territories, key=lambda language: (language != "en", language)):
                names = self.inputs.territories[language]
                own = [name for key, name in names.items() if key.partition("-")[0] == code]
                entry.call((name for name in own if not is_exact(name)), f"CLDR: {language.partition('-')[0]}")
            yield entry

    def _areas(self) -> Iterator[Entry]:
        for code, area in sorted(self.areas.items()):
            towns = self._by_area[code]
            entry = Entry(0, next(iter(self.area_names[code])), "a", area.country_code, code[3:], 0, 0, 0)
            towns_there = towns or self._towns_called(code) or self._by_country[code[:2]]
            entry.latitude, entry.longitude = self._points.get(code) or _middle(towns_there)
            entry.population = sum(town["population"] for town in towns)
            entry.parent = area.parent_code or ""
            shared = self._shared_with_towns(code) if area.parent_code else set()
            for name, origin in self.area_names[code].items():
                if words_of(name) not in shared and not is_exact(name):
                    entry.call([name, *(form for form in further(name) if not is_everyday(form))], origin)
            entry.call(self._of_chief_town(code), "GeoNames")
            yield entry

    def _of_chief_town(self, code: str) -> list[str]:
        """Return an area's names in its country's script where its chief town, which is called alike, has them."""
        script = _SCRIPTS.get(code[:2])
        if script is None or any(script.match(name) for name in self.area_names[code]):
            return []
        called = {keys(name)[1] for name in self.area_names[code]}
        towns = [town for town in self._by_area[code] if keys(town["name"])[1] in called]
        if not towns:
            return []
        chief = max(towns, key=lambda town: int(town["population"]))
        return [name for name in sorted(chief["alternatenames"]) if script.match(name) and _is_others(name)]

    def _shared_with_towns(self, code: str) -> set[tuple[str, ...]]:
        """Return the names that an area of a second level has from its chief town: they mean the town."""
        return {words_of(name) for town in self._by_area[code] for name in (town["name"], *town["alternatenames"])}

    def _towns_called(self, code: str) -> list[dict[str, Any]]:
        called = {keys(name)[1] for name in self.area_names[code]}
        return [town for town in self._by_country[code[:2]] if keys(town["name"])[1] in called]

    def _towns(self) -> Iterator[Entry]:
        for town in self.inputs.towns:
            entry = Entry(
                town["geonameid"], town["name"], "t", town["countrycode"], town["area"].partition("-")[2],
                town["latitude"], town["longitude"], town["population"],
            )  # fmt: skip
            entry.call([town["name"]], "GeoNames")
            entry.call((name for name in sorted(town["alternatenames"]) if _is_others(name)), "GeoNames")
            yield entry

    def _districts(self) -> Iterator[Entry]:
        """Yield second-level units that no town or area of the same name stands for."""
        known: dict[str, set[tuple[str, ...]]] = defaultdict(set)
        for town in self.inputs.towns:
            known[f"{town['countrycode']}.{town['admin1code']}"].add(words_of(town["name"]))
        for unit, name in sorted(self.inputs.admin2.items()):
            towns = self._by_district[unit]
            area = self.codes.get(unit.rpartition(".")[0], "") or self.lower_codes.get(unit, "")
            if not towns or unit in self.lower_codes or not is_name(name):
                continue
            bare = name if unit[:2] in _PERSONS else _DISTRICT.sub("", name)
            towns_there = known[unit.rpartition(".")[0]]
            names = [each for each in (name, bare) if words_of(each) not in towns_there and is_worth(each)]
            if not names or is_only_direction(name):
                continue
            number = unit.rpartition(".")[2]
            entry = Entry(
                int(number) if re.fullmatch(r"\d{6,8}", number) else 0, name, "d", unit[:2], area.partition("-")[2],
                *_middle(towns), sum(town["population"] for town in towns),
            )  # fmt: skip
            entry.call(names, "GeoNames")
            yield entry


def _units(inputs: Inputs) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for code, name in inputs.admin1.items():
        found[code[:2]][code] = name
    return found


def _area_names(inputs: Inputs) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for area in pycountry.subdivisions:
        english = inputs.english_areas.get(area.code)
        names = {english: "CLDR: en"} if english and area.country_code not in _STALE else {}
        found[area.code] = names | {name: "ISO 3166-2" for name in alternatives(area.name) if name not in names}
    bearers: dict[tuple[str, tuple[str, ...]], set[str]] = defaultdict(set)
    for code, names in found.items():
        for name in names:
            bearers[code[:2], words_of(name)].add(code)
    for language, code, name in inputs.translated_areas():
        if not is_only_direction(pycountry.subdivisions.get(code=code).name):
            for each in alternatives(name):
                # Some translators slipped a line: "Hainan" for Taiwan.
                slipped = bearers.get((code[:2], words_of(each)), {code}) != {code}
                if not slipped and not is_everyday(each):
                    found[code].setdefault(each, f"iso-codes: {language}")
    return found


def _is_others(name: str) -> bool:
    """Tell whether one of the many names that GeoNames lists for a town is more than noise."""
    return is_worth(name) and not is_everyday(name)


def _country_names(country: Any) -> list[str]:
    official = getattr(country, "official_name", "").removeprefix("the ")
    names = [country.common_name] if hasattr(country, "common_name") else alternatives(country.name)
    return [*names, *([] if not official or "," in official or "(" in official else [official])]


def _middle(towns: list[dict[str, Any]]) -> tuple[float, float]:
    if not towns:
        return 0.0, 0.0
    return median(town["latitude"] for town in towns), median(town["longitude"] for town in towns)


def _read(name: str) -> Any:
    return yaml.load((_HERE / name).read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a safe loader


class _Loader(yaml.SafeLoader):
    """Reads NO as Norway."""


_Loader.add_constructor("tag:yaml.org,2002:bool", lambda loader, node: loader.construct_scalar(node))

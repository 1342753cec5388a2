"""The names that ISO 3166 itself gives to a country or area: what a region is called where nothing better is known.

Names come from pycountry, which is loaded when the first code is asked for. This module must not know about towns,
districts or other languages (the gazetteer), nor about rule files.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

_COUNTRY = re.compile(r"[A-Z]{2}")
_AREA = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")
_ISO_IN_NOTE = re.compile(r"\s*\b[A-Z]{2}-[A-Z0-9]{2,3}$")
_NO_NAME = re.compile(r"[a-z]|[A-Z]{2}-|[A-Z]+(?:-partial)?$|Région$|(?:French|Dutch) part$|(?:Arctic )?Region\b")
"""Notes in brackets that are no names: codes, acronyms, remarks."""

_EVERYDAY = {
    "AE": ("UAE",),
    "BN": ("Brunei",),
    "CD": ("DR Congo", "Democratic Republic of Congo", "DRC"),
    "CI": ("Ivory Coast",),
    "CV": ("Cape Verde",),
    "CZ": ("Czech Republic",),
    "GB": ("Britain", "UK"),
    "KR": ("South Korea",),
    "LA": ("Laos",),
    "MM": ("Burma",),
    "MK": ("Macedonia",),
    "RU": ("Russia",),
    "SY": ("Syria",),
    "SZ": ("Swaziland",),
    "TL": ("East Timor",),
    "TR": ("Turkey",),
    "US": ("USA",),
    "VA": ("Vatican",),
}
"""Names in daily use that ISO 3166 does not have."""


def is_area(code: str) -> bool:
    """Say whether ``code`` is a country (``PK``) or one of its areas (``PK-BA``) in ISO 3166."""
    return _lookup(code) is not None


@cache
def area_names(code: str) -> tuple[str, ...]:
    """Return the names of the area with an ISO 3166 code; none for an unknown code."""
    area = _lookup(code)
    if area is None:
        return ()
    if "-" in code:
        names = _alternatives(area.name)
    else:
        official = getattr(area, "official_name", "").removeprefix("the ")
        names = [
            *([area.common_name] if hasattr(area, "common_name") else _alternatives(area.name)),
            *([] if "," in official or "(" in official else [official]),
            *_EVERYDAY.get(code, ()),
        ]
    return tuple(dict.fromkeys(name for name in names if name))


def _lookup(code: str) -> Any:
    # Imported here: its tables take tens of milliseconds that most commands need not spend.
    import pycountry

    countries: Any = pycountry.countries
    areas: Any = pycountry.subdivisions
    if _COUNTRY.fullmatch(code):
        return countries.get(alpha_2=code)
    return areas.get(code=code) if _AREA.fullmatch(code) else None


def _alternatives(written: str) -> list[str]:
    """Take apart what one ISO name says: notes in brackets, inverted names, two names side by side."""
    name = written.strip(" †*/")
    note = re.search(r"\s*[\[(]([^\])]*)[\])]", name)
    if note:
        inside = _ISO_IN_NOTE.sub("", note[1])
        names = _alternatives(name[: note.start()] + name[note.end() :])
        if _NO_NAME.match(inside):
            return names
        # A note in the middle replaces the word before it: "Cocos (Keeling) Islands".
        return [*names, *([inside + name[note.end() :]] if inside else [])]
    if " / " in name:
        return [part.strip() for part in name.split(" / ")]
    head, comma, tail = name.partition(", ")
    if not comma or re.search(r" (?:and|y) |,", tail):
        return [name]
    inverted = f"{tail.removeprefix('The ')} {head}"
    # "Congo", "Korea" and "Virgin Islands" alone are two countries each; "wallonne" and "Valenciana" are no names.
    if head in ("Congo", "Korea", "Virgin Islands") or head.endswith("iana") or head[0].islower():
        return [inverted]
    return [head] if tail == "The" else [head, inverted]

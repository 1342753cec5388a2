"""Where a story happened, as precisely as its reports say: by towns and districts, or by no more than a province.

Pure: knows what reports say and what areas are called, and no rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from monitor.regions.packs import areas
from monitor.stories.reports import Report, Spot

_NAMED = 5
_WEIGHTS = {"title": 3, "lede": 2, "text": 1}
_ONLY = {"area": ("province only", "provinces only"), "country": ("country only", "countries only")}


def where(reports: Iterable[Report]) -> tuple[str, ...]:
    """Return where reports say it was, those in headlines first, the last place of each area with the area's name.

    "Mastung", "Quetta (Balochistan)"; where no place in it is named "Balochistan (province only)", and where not even
    that is "Pakistan (country only)". Towns in the depth of a text count where no headline and no opening names any.
    """
    spots: dict[tuple[str, str, str], Spot] = {}
    weights: dict[tuple[str, str, str], dict[int, int]] = {}
    for report in reports:
        for spot in report.places:
            place = spot.kind, spot.code, spot.name
            spots.setdefault(place, spot)
            # Copies of one text name a place once.
            by_text = weights.setdefault(place, {})
            by_text[report.origin] = max(by_text.get(report.origin, 0), _WEIGHTS[spot.field])
    order = sorted(spots, key=lambda place: (-max(weights[place].values()), -sum(weights[place].values())))
    precise = [place for place in order if place[0] not in _ONLY]
    in_front = [place for place in precise if max(weights[place].values()) > _WEIGHTS["text"]]
    if precise:
        return _with_areas([spots[place] for place in in_front or precise])
    for kind, (only, only_these) in _ONLY.items():
        # By their own names: a country may be written as "Pakistani".
        if names := [spots[place].name for place in order if place[0] == kind][:_NAMED]:
            return *names[:-1], f"{names[-1]} ({only_these if names[1:] else only})"
    return ()


def _with_areas(places: Sequence[Spot]) -> tuple[str, ...]:
    towns = {str(place) for place in places if place.kind == "town"}
    groups: dict[str, dict[str, None]] = {}
    for place in places:
        if place.kind == "town":
            groups.setdefault(place.code, {})[str(place)] = None
        elif (district := str(place).removesuffix(" District")) not in towns:
            groups.setdefault(place.code, {})[f"{district} district"] = None
    named: list[str] = []
    for code, group in groups.items():
        names = list(group)[: _NAMED - len(named)]
        area = areas()[code].name if code in areas() else ""
        if names and area not in ("", *names):
            names[-1] += f" ({area})"
        named += names
    return tuple(named)

"""What part of an article's place evidence each area has: the article is about where most of it points.

A mention weighs 3 in the title, 2 in the first words of the text, else 1. Of a place that is named again and again the
further mentions in the body weigh less. A place named once, where one of another country is named all along, is named
in passing: it weighs 1 wherever it stands. Each place's weight goes to its most specific area, so that the shares of
all areas add up to 1. Nothing here knows of rules.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Set
from math import sqrt

from monitor.regions.field import Part
from monitor.regions.gazetteer import Place

WEIGHTS: dict[Part, float] = {"title": 3.0, "lede": 2.0, "text": 1.0}
ALL_ALONG = 4
"""Mentions from which a place is named all along."""


def weigh(places: Iterable[tuple[Place, Part]]) -> dict[Place, float]:
    """Return the weight of each place, given once for every mention of it.

    Each mention in title and lede weighs in full, the nth in the body 1/√n: n of them some 2√n.
    """
    parts: defaultdict[Place, list[Part]] = defaultdict(list)
    for place, part in places:
        parts[place].append(part)
    all_along = {place.country for place, of_place in parts.items() if len(of_place) >= ALL_ALONG} - {""}
    return {
        place: _IN_PASSING if of_place == ["lede"] and _is_abroad(place, all_along) else _damped(of_place)
        for place, of_place in parts.items()
    }


def shares(weights: dict[Place, float]) -> dict[str, float]:
    """Return the part of the evidence that each ISO 3166 code has, largest first."""
    whole = sum(weights.values())
    by_code: defaultdict[str, float] = defaultdict(float)
    for place, weight in weights.items():
        by_code[place.code] += weight / whole
    return dict(sorted(by_code.items(), key=lambda item: (-item[1], item[0])))


def lies_in(place: Place, codes: Iterable[str]) -> bool:
    """Tell whether a place is or lies in one of some areas; a country takes in its areas."""
    return any(code in (place.area, place.country) for code in codes)


_IN_PASSING = WEIGHTS["text"]


def _is_abroad(place: Place, countries: Set[str]) -> bool:
    return place.country != "" and not countries <= {place.country}


def _damped(parts: list[Part]) -> float:
    outside = sum(WEIGHTS[part] for part in parts if part != "text")
    return outside + sum(WEIGHTS["text"] / sqrt(number) for number in range(1, parts.count("text") + 1))

"""What part of an article's place evidence each area has: the article is about where most of it points.

A mention weighs 3 in the title, 2 in the first words of the text, else 1; of a place that is named again and again each
further mention weighs less. Each place's weight goes to its most specific area, so that the shares of all areas add up
to 1. Nothing here knows of rules.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from math import sqrt

from monitor.regions.gazetteer import Place
from monitor.regions.mentions import Part

WEIGHTS: dict[Part, float] = {"title": 3.0, "lede": 2.0, "text": 1.0}


def weigh(places: Iterable[tuple[Place, Part]]) -> dict[Place, float]:
    """Return the weight of each place, given once for every mention of it: n equal mentions weigh √n times one."""
    weights: defaultdict[Place, list[float]] = defaultdict(list)
    for place, part in places:
        weights[place].append(WEIGHTS[part])
    return {place: _damped(of_mentions) for place, of_mentions in weights.items()}


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


def _damped(weights: list[float]) -> float:
    weights.sort(reverse=True)
    return sum(weight * (sqrt(number + 1) - sqrt(number)) for number, weight in enumerate(weights))

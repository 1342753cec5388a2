"""What the other names of an article say of a place: its country is named, or places near it are.

This module must not know how names are spelled, nor where they stand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import product

from monitor.regions.cues import Addend
from monitor.regions.gazetteer import Place

NAMED_COUNTRY, NAMED_AREA = 3.5, 3.0
"""Most points where the article names the country or area that a place lies in."""
SAME_COUNTRY, SAME_AREA, CLOSE_BY = 2.5, 2.5, 3.5
"""Most points where other places of the article lie in the same country, the same area, or near."""
MOST_HEARD = 4.5
"""Most points of all that the other names say together."""


NEAR = "other places near it"


class Evidence:
    """What some names, each as far as it is clear, say of countries, areas and stretches of land."""

    def __init__(self, counted: Iterable[tuple[Place, float]]) -> None:
        """Gather places, each with how far it is to be counted with, from 0 to 1."""
        self.named: defaultdict[str, float] = defaultdict(float)
        self.within: defaultdict[str, float] = defaultdict(float)
        self.around: defaultdict[tuple[int, int], float] = defaultdict(float)
        for place, share in counted:
            if share < 0.02 or not place.country:
                continue
            if place.kind == "country":
                self.named[place.country] += share
                continue
            self.within[place.country] += share
            if place.kind == "area":
                self.named[place.area] += share
            else:
                self.within[place.area] += share
                for cell in _cells(place):
                    self.around[cell] += share

    def about(self, place: Place, own: Evidence) -> Iterable[Addend]:
        """Yield what is said of a place by the other names; ``own`` is what its own name said."""
        if not place.country:
            return
        country = self.named.get(place.country, 0.0) - own.named.get(place.country, 0.0)
        if country > 0.1:
            yield _named(place.country), NAMED_COUNTRY * min(1.0, country)
        within = self.within.get(place.country, 0.0) - own.within.get(place.country, 0.0)
        if within > 0.1:
            yield f"other places in {place.country}", SAME_COUNTRY * within / (within + 0.5)
        if place.kind == "country" or not place.area:
            return
        area = self.named.get(place.area, 0.0) - own.named.get(place.area, 0.0)
        if area > 0.1:
            yield _named(place.area), NAMED_AREA * min(1.0, area)
        within = self.within.get(place.area, 0.0) - own.within.get(place.area, 0.0)
        if within > 0.1:
            yield f"other places in {place.area}", SAME_AREA * within / (within + 0.5)
        if place.kind != "area":
            cell = round(place.latitude), round(place.longitude)
            near = self.around.get(cell, 0.0) - own.around.get(cell, 0.0)
            if near > 0.1:
                yield NEAR, CLOSE_BY * near / (near + 0.5)


def bounded(addends: Iterable[Addend]) -> list[Addend]:
    """Take back what others say in excess: a hamlet called China is not meant for all the places around it."""
    heard = list(addends)
    excess = sum(points for _, points in heard) - MOST_HEARD
    if excess > 0:
        heard.append((f"others count {MOST_HEARD:g} at most", -excess))
    return heard


def is_close(place: Place, addends: Iterable[Addend]) -> bool:
    """Tell whether the article names a place's own area, or places near it."""
    return any(label in (_named(place.area), NEAR) for label, _ in addends)


def _named(code: str) -> str:
    return f"{code} is named"


def _cells(place: Place) -> Iterator[tuple[int, int]]:
    """Return the degree that a place lies in and those around it: some 100 km to each side."""
    latitude, longitude = round(place.latitude), round(place.longitude)
    return product(range(latitude - 1, latitude + 2), range(longitude - 1, longitude + 2))

"""How far two places lie from one another."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

from monitor.regions.gazetteer import Place

_SAME_SPOT = 50.0


def kilometres(one: Place, other: Place) -> float:
    """Return the distance between two places along the ground."""
    north, south = radians(one.latitude), radians(other.latitude)
    across = sin((north - south) / 2) ** 2
    across += cos(north) * cos(south) * sin(radians(one.longitude - other.longitude) / 2) ** 2
    return 12742.0 * asin(min(1.0, sqrt(across)))


def is_elsewhere(one: Place, other: Place) -> bool:
    """Tell whether two places are so far from one another that taking one for the other would be wrong."""
    if one.code == other.code or (one.country == other.country and "country" in (one.kind, other.kind)):
        return False
    return kilometres(one, other) > _SAME_SPOT

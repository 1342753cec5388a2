"""What `stories show` tells of a story, as values: its course, hour by hour, and where its outlets sit.

Pure: a function of what the store holds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from monitor.model import Change, StorySummary
from monitor.regions import packs
from monitor.stories.changes import changes
from monitor.stories.ledger import Ledger, figures_json, statements_json
from monitor.stories.reports import Moment, Report, moment

COURSE_TOLD = 60
"""Points of time that a course tells at most, the last ones: each is compared with the one before."""

_HOUR = timedelta(hours=1)
_LONGEST_LINE = 48
_TOLD_BY_REPORTS = ("origins", "quiet")
"""Changes that the reports themselves show."""


@dataclass(frozen=True, slots=True)
class Point:
    """What came at one time, and what it changed."""

    at: datetime
    reports: tuple[Report, ...]
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Sources:
    """The outlets of a story by where they sit, seen from where it happens."""

    area: str
    """Where most of its reports place it: an ISO 3166 code, or nothing."""
    inside: tuple[str, ...]
    country: tuple[str, ...]
    """Elsewhere in its country, or who knows where in it."""
    abroad: tuple[str, ...]
    unknown: tuple[str, ...]


def course(reports: Sequence[Report]) -> list[Point]:
    """Return what came and what it changed, in order; of a long story the end."""
    ordered = sorted(reports, key=lambda one: (one.at, one.article))
    times = list(dict.fromkeys(one.at for one in ordered))
    points = []
    for at, came in groupby(ordered, key=lambda one: one.at):
        if at in times[-COURSE_TOLD:]:
            before = _just_before(ordered, at)
            found = changes(before, moment(ordered, at)) if before.reports else ()
            told = tuple(change for change in found if change.kind not in _TOLD_BY_REPORTS)
            points.append(Point(at, tuple(came), told))
    return points


def _just_before(reports: Sequence[Report], at: datetime) -> Moment:
    return moment(reports, at - timedelta(microseconds=1))


def where(reports: Sequence[Report]) -> tuple[str, ...]:
    """Return the names of a story's places, those named by most reports first; areas and countries only where no more
    is known."""
    named = Counter(spot for one in reports for spot in {(spot.kind, spot.name) for spot in one.places})
    shown = {spot.name: str(spot) for one in reversed(reports) for spot in one.places}
    exact = [shown[name] for (kind, name), _ in _commonest(named) if kind not in ("country", "area")]
    return tuple(exact or [shown[name] for (_, name), _ in _commonest(named)])


def _commonest(named: Counter[tuple[str, str]]) -> list[tuple[tuple[str, str], int]]:
    return sorted(named.items(), key=lambda item: (-item[1], item[0]))


def sources(reports: Sequence[Report]) -> Sources:
    area = _area(reports)
    country = area.partition("-")[0]
    found: dict[str, dict[str, None]] = {"inside": {}, "country": {}, "abroad": {}, "unknown": {}}
    for one in reports:
        if not one.home or not area:
            part = "unknown"
        elif one.home == area:
            part = "inside"
        else:
            part = "country" if one.home.partition("-")[0] == country else "abroad"
        found[part][one.source] = None
    return Sources(area, **{part: tuple(names) for part, names in found.items()})


def _area(reports: Sequence[Report]) -> str:
    codes = Counter(code for one in reports for code in {spot.code for spot in one.places if spot.field != "text"})
    codes = codes or Counter(code for one in reports for code in {spot.code for spot in one.places})
    return min(codes, key=lambda code: (-codes[code], "-" not in code, code), default="")


def area_name(code: str) -> str:
    """Return the name of an ISO 3166 code, the code itself where none is known."""
    area = packs.areas().get(code)
    return area.name if area else code


def per_hour(reports: Sequence[Report]) -> list[tuple[datetime, int]]:
    """Count the reports of every hour from the first to the last, those of none too."""
    hours = Counter(one.at.replace(minute=0, second=0, microsecond=0) for one in reports)
    first, last = min(hours, default=None), max(hours, default=None)
    if first is None or last is None:
        return []
    return [(hour, hours[hour]) for hour in (first + _HOUR * step for step in range((last - first) // _HOUR + 1))]


def shared(counts: Sequence[int]) -> list[int]:
    """Add up neighbours, as many together as it takes for all to fit on a line."""
    each = max(1, -(-len(counts) // _LONGEST_LINE))
    return [sum(counts[start : start + each]) for start in range(0, len(counts), each)]


# --- as JSON -----------------------------------------------------------------------------------------------------


def summary_json(story: StorySummary, reports: Sequence[Report], board: Ledger) -> dict[str, Any]:
    return {
        "id": story.id,
        "headline": story.headline,
        "first_seen": story.first_seen_at,
        "updated": story.updated_at,
        "origins": story.origins,
        "articles": story.articles,
        "where": list(where(reports)),
        "figures": figures_json(board),
    }


def story_json(
    story: StorySummary, reports: Sequence[Report], board: Ledger, points: Sequence[Point]
) -> dict[str, Any]:
    return summary_json(story, reports, board) | {
        "statements": statements_json(board),
        "course": [_point_json(point) for point in points],
        "sources": asdict(sources(reports)),
        "per_hour": [{"hour": hour, "reports": count} for hour, count in per_hour(reports)],
    }


def _point_json(point: Point) -> dict[str, Any]:
    return {
        "at": point.at,
        "reports": [
            {
                "article": one.article,
                "revision": one.revision,
                "outlet": one.source,
                "title": one.title,
                "link": one.link,
                "duplicate_of": one.duplicate_of,
            }
            for one in point.reports
        ],
        "changes": [asdict(change) for change in point.changes],
    }

"""Invented reports of stories, short enough to be read in a table of cases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.model import Casualty, Figure, Group, Statement, StatementKind
from monitor.stories.reports import Moment, Report, Spot, moment

MORNING = datetime(2026, 11, 21, 6, tzinfo=UTC)


def figure(
    count: int,
    source: str | None = None,
    who: str = "people",
    group: Group = "people",
    outcome: Casualty = "killed",
    **more: Any,
) -> Figure:
    quote = f"{count} {who} {outcome}"
    values: dict[str, Any] = {
        "count": count,
        "who": who,
        "group": group,
        "outcome": outcome,
        "source": source,
        "field": "text",
        "start": 0,
        "end": len(quote),
        "quote": quote,
        "sentence": f"{quote}.",
    }
    return Figure(**values | more)


def statement(kind: StatementKind, who: str, about: str = "") -> Statement:
    quote = f"{who}: {about}"
    return Statement(kind=kind, who=who, about=about, field="text", start=0, end=len(quote), quote=quote)


def spot(name: str, field: str = "title", **more: Any) -> Spot:
    values: dict[str, Any] = {"name": name, "code": "PK-BA", "kind": "town", "field": field}
    return Spot(**values | more)


def report(article: int, hour: float, source: str, *said: Figure | Statement | Spot, **more: Any) -> Report:
    values: dict[str, Any] = {
        "article": article,
        "at": MORNING + timedelta(hours=hour),
        "title": f"Article {article}",
        "source": source,
        "figures": tuple(one for one in said if isinstance(one, Figure)),
        "statements": tuple(one for one in said if isinstance(one, Statement)),
        "places": tuple(one for one in said if isinstance(one, Spot)),
    }
    return Report(**values | more)


def at(hour: float, *reports: Report) -> Moment:
    return moment(reports, MORNING + timedelta(hours=hour))

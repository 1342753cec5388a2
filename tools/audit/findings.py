"""What pip-audit found, held against the list of what is passed over; knows no clock, and asks nobody."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """A vulnerability that does not concern us."""

    id: str
    reason: str
    until: date
    """The last day on which it is passed over."""


def read_ignored(text: str) -> tuple[Ignored, ...]:
    """Read ``ignored.toml``. Raises ValueError where an entry lacks its reason or its end."""
    entries = tomllib.loads(text).get("ignored", [])
    for entry in entries:
        complete = entry.keys() == {"id", "reason", "until"} and entry["id"] and entry["reason"].strip()
        if not complete or type(entry["until"]) is not date:
            raise ValueError(f"an entry needs id, reason and until (a day), and nothing else: {entry}")
    return tuple(Ignored(**entry) for entry in entries)


def problems(report: dict[str, Any], ignored: tuple[Ignored, ...], today: date) -> Iterator[str]:
    """Yield what has to be mended, one line each: vulnerabilities, and entries of the list that have had their day."""
    passed_over = {one.id: one for one in ignored if today <= one.until}
    named: set[str] = set()
    for package in report["dependencies"]:
        what = f"{package['name']} {package.get('version', '')}".strip()
        if reason := package.get("skip_reason"):
            yield f"{what}: not looked up: {reason}"
        for found in package.get("vulns", ()):
            names = {found["id"], *found["aliases"]}
            named |= names
            if not names & passed_over.keys():
                mended = f"mended in {', '.join(found['fix_versions'])}" if found["fix_versions"] else "not mended yet"
                yield f"{what}: {', '.join(sorted(names))}, {mended}"
    for one in ignored:
        if one.id not in named:
            yield f"{one.id}: in ignored.toml, but no package has it any more"
        elif one.id not in passed_over:
            yield f"{one.id}: passed over until {one.until}: {one.reason}"

"""The files of a home merged into one: every id once, with its entry, its raw values and its place.

This module must not know what an entry means, nor which ids it names.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from monitor.errors import RuleError
from monitor.rules.places import Places
from monitor.rules.source import Source
from monitor.rules.spec import DigestSpec, FeedSpec, OperatorSpec, RegionSpec, RuleSpec
from monitor.rules.validate import Validated
from monitor.rules.wording import briefly

_SECTIONS = ("feeds", "regions", "groups", "rules", "digests")


@dataclass(slots=True, kw_only=True)
class Merged:
    """All entries by section and id."""

    feeds: dict[str, FeedSpec] = field(default_factory=dict)
    regions: dict[str, RegionSpec] = field(default_factory=dict)
    groups: dict[str, list[str]] = field(default_factory=dict)
    rules: dict[str, RuleSpec] = field(default_factory=dict)
    digests: dict[str, DigestSpec] = field(default_factory=dict)
    operator: OperatorSpec = field(default_factory=OperatorSpec)
    known: dict[str, dict[str, Any]]
    """Every id that is written, with its raw values: also where the entry itself has a problem."""
    places: Places


def merge(files: Iterable[Validated]) -> tuple[Merged, list[RuleError]]:
    """Merge the files, of two entries with one id the first; the second is a problem, as is a second operator."""
    sources: dict[tuple[str, str], Source] = {}
    merged = Merged(known={section: {} for section in _SECTIONS}, places=Places(sources))
    problems: list[RuleError] = []
    operators: list[Source] = []
    for file in files:
        for section in _SECTIONS:
            valid = getattr(file.spec, section) or {}
            for entry, raw in _block(file.source.values, section).items():
                first = sources.setdefault((section, entry), file.source)
                if first is not file.source:
                    problems.append(_repeated(file.source, first, section, entry))
                    continue
                merged.known[section][entry] = raw
                if entry in valid:
                    getattr(merged, section)[entry] = valid[entry]
        if file.spec.operator is not None:
            merged.operator = file.spec.operator
            operators.append(file.source)
            if len(operators) > 1:
                hint = f"see {operators[0].file}:{operators[0].key_place(('operator',))[0]}"
                problems.append(file.source.key_error("`operator` is there already", ("operator",), hint=hint))
    return merged, problems


def listed(raw: Any, key: str) -> list[str]:
    """Return the words that stand at a key of raw values, however they are written."""
    found = raw.get(key) if isinstance(raw, dict) else None
    if isinstance(found, dict):
        found = found.get("region")
    words = found if isinstance(found, list) else [found]
    return [word for word in words if isinstance(word, str)]


def _block(values: Any, key: str) -> dict[str, Any]:
    found = values.get(key) if isinstance(values, dict) else None
    return found if isinstance(found, dict) else {}


def _repeated(source: Source, first: Source, section: str, entry: str) -> RuleError:
    line, _ = first.key_place((section, entry))
    hint = f"see {first.file}:{line}; ids are unique across files"
    return source.key_error(f"`{briefly(entry)}` is there already", (section, entry), hint=hint)

"""How many: the number, article or other word with which a noun phrase begins, with what makes it exact or not.

Knows items, not what is counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from monitor.model import Modifier
from monitor.stories.figures.reading import Item


@dataclass(frozen=True, slots=True)
class Quantity:
    """The beginning of a noun phrase."""

    count: int | None
    """None where no number is told: "several"."""
    behind: int
    """The item behind it."""
    count_max: int | None = None
    modifier: Modifier = "exactly"
    is_single: bool = False
    is_definite: bool = False
    is_others: bool = False
    is_counted: bool = False
    """It is a number."""
    is_none: bool = False


def quantity(items: Sequence[Item], at: int) -> Quantity | None:
    """Return what begins a noun phrase at an item; None where nothing does."""
    modifier: Modifier = "exactly"
    begin = at
    while _kind(items, at) in ("modifier", "a_total") or (
        _kind(items, at) == "one" and _kind(items, at + 1) == "number"  # "over a hundred"
    ):
        modifier = items[at].word.modifier or modifier
        at += 1
    kind = _kind(items, at)
    if kind == "between":
        return _number(items, at + 1, modifier, joint="and")
    found: Quantity | None = None
    if kind == "number":
        found = _number(items, at, modifier, joint="range")
    elif kind == "vague":
        exactness: Modifier = "about" if modifier == "exactly" else modifier
        found = Quantity(items[at].word.count, at + 1, modifier=exactness, is_counted=True)
    elif kind == "one" and _kind(items, at + 1) != "vague":
        found = Quantity(1, at + 1, modifier=modifier, is_single=True)
    elif begin == at:
        found = _unmodified(items, at, kind)
    if found is not None and _kind(items, found.behind) == "modifier_behind":
        found = replace(found, modifier=items[found.behind].word.modifier or "at_least", behind=found.behind + 1)
    return found


def _number(items: Sequence[Item], at: int, modifier: Modifier, *, joint: str) -> Quantity | None:
    """Return a number or a range: "10-12", "10 to 12", "(between) 10 and 12"."""
    if _kind(items, at) != "number":
        return None
    low, high, behind = items[at].count, None, at + 1
    if _kind(items, at + 1) == "number" and items[at + 1].joined:
        high, behind = items[at + 1].count, at + 2
    elif (
        (_kind(items, at + 1) == joint or (joint == "range" and _kind(items, at + 1) == "infinitive"))
        and _kind(items, at + 2) == "number"
        and not items[at + 1].comma
        and items[at + 2].count > low
    ):
        high, behind = items[at + 2].count, at + 3
    return Quantity(low, behind, count_max=high, modifier=modifier, is_counted=True)


def _unmodified(items: Sequence[Item], at: int, kind: str) -> Quantity | None:
    if kind == "both":
        return Quantity(items[at].word.count, at + 1, is_definite=True, is_counted=True)
    if kind == "none":
        return Quantity(0, at + 1, is_none=True)
    if kind == "some":
        return Quantity(None, at + 1)
    if kind not in ("another", "definite", "others"):
        return None
    inner = quantity(items, at + 1)
    is_definite = kind == "definite"
    if inner is not None and inner.is_counted:  # "another two", "the three", "otros cinco"
        return replace(inner, is_definite=is_definite or inner.is_definite, is_others=not is_definite)
    return (
        None
        if kind == "others"
        else Quantity(1, at + 1, is_single=True, is_definite=is_definite, is_others=not is_definite)
    )


def _kind(items: Sequence[Item], at: int) -> str:
    return items[at].kind if at < len(items) else ""

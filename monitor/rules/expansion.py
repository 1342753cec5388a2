"""What a region of the rule files looks for, name by name, and whether each name is enough by itself.

This module must not know articles.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from monitor.regions import packs
from monitor.regions.gazetteer import Name, Place
from monitor.regions.wordlists import is_common
from monitor.rules.expression import Term
from monitor.rules.ruleset import Region
from monitor.rules.watch import folded, listed_by

Verdict = Literal["safe", "ambiguous", "ignored"]
_RIVALS_TOLD = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Expanded:
    """One name of a region."""

    name: str
    place: Place | None
    """The largest of the region's places that it names; none for a name of the rule files."""
    origin: str
    verdict: Verdict
    why: str = ""


def expand(region: Region) -> list[Expanded]:
    """Return the names of a region's areas and places and those of its own, areas and large places first."""
    listed = {folded(term): term for term in reversed(listed_by(region))}
    expanded = [each for code in region.codes for each in packs.expand(code)]
    known = {name.words for name, _ in expanded}
    return [
        *(_judged(region, name, own, name.words in listed) for name, own in sorted(expanded, key=_by_size)),
        *(_listed(region, term) for words, term in reversed(listed.items()) if words not in known),
    ]


def _by_size(expanded: tuple[Name, tuple[Place, ...]]) -> tuple[bool, bool, int, str, str]:
    name, (place, *_) = expanded
    return place.kind != "country", place.kind != "area", -place.population, place.name, name.written


def _judged(region: Region, name: Name, own: Sequence[Place], is_listed: bool) -> Expanded:
    verdict, why = _verdict(region, name, own, is_listed)
    return Expanded(name=name.written, place=own[0], origin=name.origin, verdict=verdict, why=why)


def _verdict(region: Region, name: Name, own: Sequence[Place], is_listed: bool) -> tuple[Verdict, str]:
    if not is_listed and not any(place.is_of(region.min_population) for place in own):
        return "ignored", f"fewer than {region.min_population:,} people"
    if any(_holds(name.words, folded(term)) for term in region.excluded):
        return "ignored", "not"
    reasons = list(_doubts(region, name, own))
    return ("ambiguous", "; ".join(reasons)) if reasons else ("safe", "")


def _doubts(region: Region, name: Name, own: Sequence[Place]) -> Iterator[str]:
    supports = _supports(region, name.words)
    if supports:
        yield _only_with(supports)
    if is_common(name.words):
        yield "common word"
    others = [place for place in name.places if place not in own and place.code not in region.codes]
    if others:
        told = dict.fromkeys(f"{place.name} ({place.code})" for place in others)
        more = len(told) - _RIVALS_TOLD
        yield f"also {', '.join([*told][:_RIVALS_TOLD])}{f' and {more} more' if more > 0 else ''}"


def _listed(region: Region, term: Term) -> Expanded:
    supports = _supports(region, folded(term))
    return Expanded(
        name=_written(term),
        place=None,
        origin="rules",
        verdict="ambiguous" if supports else "safe",
        why=_only_with(supports) if supports else "",
    )


def _supports(region: Region, words: tuple[str, ...]) -> list[Term]:
    return [each for term, supports in region.ambiguous if folded(term) == words for each in supports]


def _only_with(supports: Sequence[Term]) -> str:
    return f"only with {', '.join(map(_written, supports))}"


def _written(term: Term) -> str:
    return term.clause or " ".join(term.words)


def _holds(words: Sequence[str], part: Sequence[str]) -> bool:
    return any(tuple(words[low : low + len(part)]) == tuple(part) for low in range(len(words) - len(part) + 1))

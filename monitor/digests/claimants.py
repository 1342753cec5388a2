"""Who says what: a story's figures claimant by claimant, side by side, and what is claimed, denied and alleged.

Part of what all surfaces show; knows no markup, and adds nothing up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from monitor.digests.local_time import LocalTime
from monitor.digests.words import Words, name, one_line, words
from monitor.stories import wording

THE_REPORT_ITSELF = "the report itself"
_WORD = re.compile(r"\w+")
_NEW = 0.3
"""The part of a quote's words that must not stand in the claim beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    claim: str
    """"at least 145 militants killed"."""
    outlet: str
    """Where it was read."""
    time: str
    before: str
    """"was 12" where its claimant said otherwise before; else empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimant:
    name: str
    """Who says so; "the report itself" where the text states it as its own."""
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    claim: str
    quote: Words | None
    time: str


def claimants(figures: Iterable[Mapping[str, Any]], local: LocalTime) -> tuple[Claimant, ...]:
    """Group figures by who gives them, in the order in which each is named first."""
    groups: dict[str, list[Figure]] = {}
    for figure in figures:
        who = name(figure.get("claimant") or figure["source"], 80) if figure.get("source") else ""
        groups.setdefault(who or THE_REPORT_ITSELF, []).append(_figure(figure, local))
    return tuple(Claimant(name=who, figures=tuple(given)) for who, given in groups.items())


def statement(record: Mapping[str, Any], local: LocalTime) -> Statement:
    claim, quote = one_line(record["text"], 200), record.get("quote")
    return Statement(
        claim=claim,
        quote=words(quote, 300) if quote and _says_more(quote, claim) else None,
        time=_time_of(record, local),
    )


def _says_more(quote: str, claim: str) -> bool:
    """Tell whether a quote is worth its room: not where it only repeats what is claimed."""
    quoted, claimed = (set(_WORD.findall(text.casefold())) for text in (quote, claim))
    return len(quoted - claimed) > _NEW * len(quoted)


def _figure(figure: Mapping[str, Any], local: LocalTime) -> Figure:
    last = next(reversed(figure.get("before", ())), None)
    return Figure(
        claim=one_line(figure["text"], 160),
        outlet=name(figure.get("outlet") or "", 60),
        time=_time_of(figure, local),
        before=f"was {wording.number(last['count'], last['count_max'], last['modifier'])}" if last else "",
    )


def _time_of(record: Mapping[str, Any], local: LocalTime) -> str:
    return local.time(datetime.fromisoformat(record["at"]).astimezone(UTC)) if record.get("at") else ""

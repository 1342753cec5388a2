"""Figures and statements in plain English, as digests and commands print them.

Names and nouns stand as the articles write them. This module must not know where anything was published.
"""

from __future__ import annotations

from collections.abc import Iterable

from monitor.model import Figure, Group, Modifier, Statement
from monitor.text.lines import listed, one_line, shorten

WHO_LENGTH = 60
ABOUT_LENGTH = 100
FIGURES_TOLD = 4

_MODIFIERS = {"exactly": "", "at_least": "at least ", "about": "about ", "up_to": "up to "}
_ROUGHLY = {24: "dozens", 40: "scores", 200: "hundreds"}
_PEOPLE: dict[Group, tuple[str, str]] = {
    "militants": ("militant", "militants"),
    "security": ("member of the security forces", "security personnel"),
    "civilians": ("civilian", "civilians"),
    "prisoners": ("prisoner", "prisoners"),
    "people": ("person", "people"),
}
_ORDINALS = frozenset(("another", "second", "third", "fourth", "fifth", "sixth"))
_SAID = {"claims_responsibility": "claimed responsibility for", "denies": "denied", "accuses": "accused"}
_OF_THEMSELVES = ("it", "its", "they", "their", "he", "his", "she", "her", "we", "our")
_SAID_ONLY = {"claims_responsibility": "claimed responsibility", "denies": "denied it", "accuses": "made accusations"}


def amount(figure: Figure) -> str:
    """Return "31", "at least 31", "10–12", "no", or "dozens" where the article says no more."""
    roughly = _ROUGHLY.get(figure.count)
    if figure.modifier == "about" and roughly and roughly in figure.quote.casefold():
        return roughly
    return number(figure.count, figure.count_max, figure.modifier)


def number(count: int, count_max: int | None, modifier: Modifier) -> str:
    """Return a count, or a range of them, without its people."""
    digits = "no" if count == 0 else f"{count:,}"
    return _MODIFIERS[modifier] + (f"{digits}–{count_max:,}" if count_max else digits)


def people(figure: Figure) -> str:
    """Return the people with their number: "at least 145 militants"; one person who is named, without."""
    who = shorten(one_line(figure.who), WHO_LENGTH)
    if is_named(figure):
        return who
    first, _, rest = who.partition(" ")
    if figure.count == 1 and rest and first.casefold() in _ORDINALS:
        who = rest  # "a third policeman" is one policeman
    many = amount(figure)
    of = " of" if many in _ROUGHLY.values() else ""
    return f"{many}{of} {who or _PEOPLE[figure.group][figure.count != 1]}"


def is_named(figure: Figure) -> bool:
    """Tell whether a figure is of one person, by name."""
    names = figure.who.split()
    return figure.count == 1 and len(names) > 1 and all(name[:1].isupper() and not name.isupper() for name in names)


def claim(figure: Figure) -> str:
    """Return "at least 145 militants killed", and its scope where it has one: "41 insurgents killed in two raids"."""
    return f"{people(figure)} {_fate(figure)}"


def claims(figures: Iterable[Figure]) -> str:
    """Return "145 militants and 17 soldiers killed; at least 30 inmates freed"."""
    alike: dict[str, list[str]] = {}
    for figure in figures:
        alike.setdefault(_fate(figure), []).append(people(figure))
    return "; ".join(f"{listed(who, FIGURES_TOLD)} {fate}" for fate, who in list(alike.items())[:FIGURES_TOLD])


def _fate(figure: Figure) -> str:
    return f"{figure.outcome} {shorten(one_line(figure.scope), WHO_LENGTH)}".rstrip()


def statement(who: str, said: Statement) -> str:
    """Return "The BLA claimed responsibility for the attacks", "The BLA claimed that it had attacked Quetta"."""
    about = shorten(one_line(said.about), ABOUT_LENGTH)
    if said.kind == "claims_responsibility" and about.partition(" ")[0].casefold() in _OF_THEMSELVES:
        return f"{who} claimed that {about}"
    if said.kind == "claims_responsibility" and about.startswith("control "):
        return f"{who} claimed {about}"
    return f"{who} {_SAID[said.kind]} {about}" if about else f"{who} {_SAID_ONLY[said.kind]}"

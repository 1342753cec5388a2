"""The package's lists of words: everyday words, names of persons, what stands before and behind names.

This module must not know what a text is.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from importlib.resources import files

from monitor.regions.gazetteer import Name, Place

LARGE = 300_000
"""People of a town from which its name is the town's before all."""


@cache
def words(file: str) -> frozenset[str]:
    """Return the words of a list in the package's data: ``common`` or ``given``."""
    lines = (files("monitor.regions") / "words" / f"{file}.txt").read_text("utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))


@cache
def phrases(file: str) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Return the names of a list by their first word, longest first."""
    by_word: defaultdict[str, list[tuple[str, ...]]] = defaultdict(list)
    for phrase in sorted(words(file), key=len, reverse=True):
        by_word[phrase.split()[0]].append(tuple(phrase.split()))
    return {word: tuple(names) for word, names in by_word.items()}


@cache
def everyday(language: str | None) -> frozenset[str]:
    """Return a language's commonest words, as far as they are names of places too."""
    lines = (line.partition(": ") for line in words("everyday"))
    return frozenset(word for code, _, rest in lines if code == language for word in rest.split())


def is_common(name: tuple[str, ...], language: str | None = None) -> bool:
    """Tell whether a name, in folded words, is an everyday word too: "Nice", or "Para" in a Spanish text."""
    return len(name) == 1 and (name[0] in words("common") or name[0] in everyday(language))


def is_persons(name: Name) -> bool:
    """Tell whether a word is a person's name before all, as towns of that name are small."""
    word, place = name.words[0], name.places[0]
    if len(name.words) > 1 or place.kind != "town" or place.population >= LARGE:
        return False
    return word in words("surnames") or word in words("given")


def is_capital(place: Place) -> bool:
    """Tell whether a place is the capital of a country."""
    return str(place.id) in words("capitals")


def is_prominent(place: Place) -> bool:
    """Tell whether readers think of the place first, whatever else its name means."""
    return place.kind == "country" or is_capital(place)

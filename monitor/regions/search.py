"""Names looked up by a person: every place of a name, names that begin so, and names that are spelt nearly so.

Reads all packs, which takes some tenths of a second. This module must not know rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from monitor.regions import packs
from monitor.regions.gazetteer import Name, Place
from monitor.text.fold import tokenise

_SUGGESTIONS = 5


def find(text: str) -> list[tuple[Name, Place]]:
    """Return the places that bear a name, each with its spelling that fits, the most populous first.

    Where no name is just so, those that begin so are returned.
    """
    words = tokenise(text).folded
    names = list(_beginning(words))
    return _by_place([name for name in names if name.words == words] or names)


def suggest(text: str) -> list[str]:
    """Return names that are spelt nearly so, the nearest first."""
    words = tokenise(text).folded
    if not words:
        return []
    written = {" ".join(name.words): name.written for name in packs.beginning(words[0][:2])}
    return [written[near] for near in get_close_matches(" ".join(words), sorted(written), _SUGGESTIONS, 0.75)]


def _beginning(words: tuple[str, ...]) -> Iterator[Name]:
    for name in packs.beginning(words[0]) if words else ():
        *whole, last = name.words[: len(words)]
        if len(whole) == len(words) - 1 and tuple(whole) == words[:-1] and last.startswith(words[-1]):
            yield name


def _by_place(names: list[Name]) -> list[tuple[Name, Place]]:
    found: dict[Place, Name] = {}
    for name in names:
        for place in name.places:
            found.setdefault(place, name)
    return sorted(
        ((name, place) for place, name in found.items()),
        key=lambda hit: (-hit[1].population, hit[1].code, hit[1].name),
    )

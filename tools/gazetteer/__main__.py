"""`python -m tools.gazetteer ARCHIVES`: writes monitor/regions/packs and the lists of everyday words anew (`make packs`
fetches the inputs first).

The same inputs give the same bytes.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path

from tools.gazetteer import commonness, everyday
from tools.gazetteer.inputs import Inputs
from tools.gazetteer.overlays import Overlay
from tools.gazetteer.places import Entry, World
from tools.gazetteer.report import report
from tools.gazetteer.spelling import is_exact, words_of
from tools.gazetteer.writing import Spelling, listed, pack, table

REGIONS = Path(__file__).parents[2] / "monitor" / "regions"
STORIES = REGIONS.parent / "stories"
PACKS = REGIONS / "packs"
WORLD_POPULATION = 100_000
"""Towns of at least so many people are known everywhere, whatever a rule set watches."""
RIVALS = 60
"""How many bearers of a name from other countries a pack lists: the most populous."""


def main(archives: str) -> None:
    world = World(Inputs(Path(archives)))
    entries = list(world.entries())
    overlay = Overlay(entries)
    overlay.apply()
    entries.sort(key=_order)
    numbers = {id(entry): number for number, entry in enumerate(entries)}
    demonyms = [(word, numbers[id(entry)]) for word, entry in overlay.demonyms()]
    if overlay.problems:
        sys.exit("\n".join(overlay.problems))
    PACKS.mkdir(exist_ok=True)
    for old in PACKS.glob("*.*"):
        old.unlink()
    (PACKS / "places.table").write_bytes(table([_row(entry) for entry in entries]))
    (PACKS / "areas.pack").write_bytes(listed((*_row(entry), entry.parent) for entry in entries if entry.kind in "ca"))
    for name, spellings in sorted(_spellings(entries, demonyms).items()):
        (PACKS / f"{name}.pack").write_bytes(pack(spellings))
    peoples = {words_of(word) for word, _ in demonyms}
    (REGIONS / "words" / "everyday.txt").write_text(everyday.listed(entries, peoples), encoding="utf-8")
    (STORIES / "words" / "everyday.txt").write_text(commonness.listed(), encoding="utf-8")
    report(world, entries)


def _order(entry: Entry) -> tuple[object, ...]:
    return "cadt".index(entry.kind), entry.country, entry.area, -entry.population, entry.id, entry.name


def _row(entry: Entry) -> tuple[object, ...]:
    latitude, longitude = round(entry.latitude * 1000), round(entry.longitude * 1000)
    return (entry.id, entry.name, entry.kind, entry.country, entry.area, latitude, longitude, entry.population)


def _spellings(entries: list[Entry], demonyms: list[tuple[str, int]]) -> dict[str, list[Spelling]]:
    """Return the names of each pack: the world's, and those of each country with their bearers in all others."""
    peoples = {(entries[number].country, word) for word, number in demonyms}
    bearers: dict[tuple[tuple[str, ...], str], dict[int, tuple[str, str]]] = defaultdict(dict)
    for number, entry in enumerate(entries):
        for written, origin in entry.names.items():
            key = (words_of(written), written if is_exact(written) else "")
            if (entry.country, written) not in peoples:
                bearers[key].setdefault(number, (written, origin))
    found: dict[str, list[Spelling]] = defaultdict(list)
    for (_, exact), each in sorted(bearers.items()):
        ordered = sorted(each, key=lambda number: (-entries[number].population, number))

        if any(_is_known_everywhere(entries[number]) for number in ordered):
            first = next(number for number in ordered if _is_known_everywhere(entries[number]))
            written, origin = each[first]
            found["world"].append(Spelling(written, bool(exact), origin, tuple(ordered[:RIVALS])))
        for country in sorted({entries[number].country for number in ordered}):
            own = [number for number in ordered if entries[number].country == country]
            kept = sorted({*own, *ordered[:RIVALS]}, key=ordered.index)
            written, origin = each[own[0]]
            found[country].append(Spelling(written, bool(exact), origin, tuple(kept)))
    by_word: dict[str, set[int]] = defaultdict(set)
    for word, number in demonyms:
        by_word[word].add(number)
    for word, numbers in sorted(by_word.items()):
        ordered = sorted(numbers, key=lambda number: (-entries[number].population, number))
        found["world"].append(Spelling(word, is_exact(word), "demonym", tuple(ordered)))
    return found


def _is_known_everywhere(entry: Entry) -> bool:
    return entry.kind in "ca" or (entry.population >= WORLD_POPULATION and (entry.kind == "t" or entry.is_by_hand))


if __name__ == "__main__":
    main(sys.argv[1])

"""What a run of the generator tells: how much of GeoNames was joined to ISO, and what was not."""

from __future__ import annotations

from collections import Counter

from tools.gazetteer.places import Entry, World


def report(world: World, entries: list[Entry]) -> None:
    towns = [entry for entry in entries if entry.kind == "t"]
    people = sum(town.population for town in towns)
    placed = sum(town.population for town in towns if town.area)
    units = world.inputs.admin1
    with_areas = {area[:2] for area in world.areas}
    divided = sum(unit[:2] in with_areas for unit in units)
    print(f"entries: {dict(Counter(entry.kind for entry in entries))}")
    print(
        f"first-level units: {len(units)}, {divided} of them in countries that ISO divides, {len(world.codes)} joined"
    )
    print(f"people of towns with an area: {placed / people:.4%}")
    for unit, name in sorted(units.items()):
        if unit not in world.codes and unit[:2] in with_areas:
            print(f"  not joined: {unit} {name}")

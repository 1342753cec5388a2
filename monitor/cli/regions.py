"""`regions`: what a region looks for, name by name, and which places and regions a name belongs to."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any

import typer

from monitor.cli.base import (
    AsJson,
    Home,
    answer,
    app,
    err,
    escape,
    out,
    print_table,
    rulebook_of,
    settings_of,
    table,
    working,
)
from monitor.digests.words import counted
from monitor.regions import packs
from monitor.regions.gazetteer import Name, Place
from monitor.regions.search import find, suggest
from monitor.rules.expansion import Expanded, Verdict, expand
from monitor.rules.ruleset import Region, RuleSet
from monitor.rules.wording import did_you_mean

regions = typer.Typer(no_args_is_help=True, help="The places that regions look for.")
app.add_typer(regions, name="regions")

_STYLES: dict[Verdict, str] = {"safe": "green", "ambiguous": "yellow", "ignored": "dim"}


@regions.command()
def show(
    region: Annotated[str, typer.Argument(help="The id of a region of the rule files, or a code: PK, PK-BA.")],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """List the names that a region looks for: where each is from, and whether it is enough by itself.

    Example: `dateline regions show PK-BA`
    """
    known = rulebook_of(settings_of(home)).rules.regions
    chosen = known.get(region) or _of_code(region.upper())
    if chosen is None:
        hint = did_you_mean(region, [*known, *packs.areas()])
        err.print(f"There is no region or area “{escape(region)}”.{f' {hint}' if hint else ''}")
        raise typer.Exit(1)
    with working(f"Reading the places of {chosen.name}"):
        rows = expand(chosen)

    def say() -> None:
        shown = table("name", "kind", "people", "origin", "")
        for row in rows:
            why = f"{row.verdict}: {row.why}" if row.why else row.verdict
            shown.add_row(
                escape(row.name),
                row.place.kind if row.place else "–",
                f"{row.place.population:,}" if row.place and row.place.population else "–",
                escape(row.origin),
                f"[{_STYLES[row.verdict]}]{escape(why)}[/]",
            )
        print_table(shown)
        verdicts = Counter(row.verdict for row in rows)
        told = ", ".join(f"{verdicts[verdict]} {verdict}" for verdict in _STYLES)
        out.print(f"\n{escape(chosen.name)}: {counted(len(rows), 'name')}, {told}")

    answer([_row(row) for row in rows], as_json, say)
    if not rows:
        raise typer.Exit(1)


def _of_code(code: str) -> Region | None:
    area = packs.areas().get(code)
    return None if area is None else Region(id=code, name=area.name, codes=(code,))


def _row(row: Expanded) -> dict[str, Any]:
    place = None if row.place is None else _place(row.place)
    return {"name": row.name, "origin": row.origin, "verdict": row.verdict, "why": row.why, "place": place}


@regions.command("find")
def find_(
    name: Annotated[str, typer.Argument(help="A name, or its beginning, in any spelling of its letters.")],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Find every place of a name, and the regions of the rule files that it lies in.

    Example: `dateline regions find noshki`
    """
    rules = rulebook_of(settings_of(home)).rules
    with working("Looking through all places"):
        hits = find(name)
        near = [] if hits else suggest(name)
    rows = [_hit(rules, each, place) for each, place in hits]

    def say() -> None:
        shown = table("place", "name", "kind", "area", "people", "at", "regions")
        for row in rows:
            shown.add_row(
                escape(row["name"]),
                escape(row["written"]),
                row["kind"],
                row["region"] or row["country"],
                f"{row['population']:,}" if row["population"] else "–",
                f"{row['latitude']:.2f} {row['longitude']:.2f}",
                escape(", ".join(row["regions"])) or "–",
            )
        hint = f" Spelt nearly so: {', '.join(near)}." if near else ""
        out.print(shown if rows else f"No place is called {escape(name)}.{escape(hint)}")

    answer(rows, as_json, say)
    if not rows:
        raise typer.Exit(1)


def _hit(rules: RuleSet, name: Name, place: Place) -> dict[str, Any]:
    taken = [region.id for region in rules.regions.values() if rules.watch.takes(region, place)]
    return _place(place) | {"written": name.written, "origin": name.origin, "regions": taken}


def _place(place: Place) -> dict[str, Any]:
    return {
        "name": place.name,
        "kind": place.kind,
        "country": place.country,
        "region": place.area or None,
        "latitude": place.latitude,
        "longitude": place.longitude,
        "population": place.population,
        "geonames_id": place.id or None,
    }

"""Places in real news: where names that are marked lie, which names are found, which countries stories are about.

Each set is measured in two halves by a hash of its ids: constants were chosen on the first, the second was kept aside.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from hashlib import sha256
from math import cos, radians
from typing import Any
from urllib.parse import urlsplit

import pytest

from monitor.annotate import annotate
from monitor.regions import packs
from monitor.regions.distance import kilometres
from monitor.regions.field import Field
from monitor.regions.focus import lies_in
from monitor.regions.gazetteer import Gazetteer, Place
from monitor.regions.mentions import Mention, find
from monitor.regions.resolve import resolve
from monitor.rules.ruleset import RuleSet
from monitor.text.fold import tokenise
from tests.data import DATA, needs_data
from tests.quality.headlines import HEADLINES, Headline
from tests.quality.homes import HOMES
from tests.whole_gazetteer import all_places

NO_RULES = RuleSet(version="1")
SLACK = {"country": 3_000, "area": 500}
"""Kilometres for what has no point: its middle may be taken elsewhere. Towns and districts have 161 km, 100 miles."""
SHARE = 0.25
"""From which share of its evidence a story is about a country."""
HALVES = ("chosen on", "kept aside")


def half(identity: str) -> str:
    return HALVES[sha256(identity.encode()).digest()[0] % 2]


def records(path: str) -> Iterator[dict[str, Any]]:
    with (DATA / path).open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def articles() -> Iterator[dict[str, Any]]:
    """Yield the articles whose names are marked, with the home of their outlet where it is known."""
    for article in records("places_toponyms/articles.jsonl"):
        if article["toponyms"]:
            domain = (urlsplit(article["url"]).hostname or "").removeprefix("www.")
            yield article | {"home": HOMES.get(domain)}


def annotated(given: Iterable[dict[str, Any]], *parts: str) -> Iterator[dict[str, Any]]:
    for out in annotate(NO_RULES, (json.dumps(one) for one in given), only=parts):
        assert isinstance(out, dict)
        yield out


# --- the span known ---


def located(article: dict[str, Any], known: Gazetteer) -> list[tuple[dict[str, Any], Place]]:
    """Return the marked names that the whole gazetteer has, with the place that each is taken for."""
    fields = [Field(name=name, text=article[name], tokens=tokenise(article[name])) for name in ("title", "text")]
    found = find(fields, known)
    at_start = {one.start: one for one in found if one.field == "text"}
    marked: list[tuple[dict[str, Any], Mention]] = []
    for toponym in article["toponyms"]:
        mention = _marked(toponym, fields[1], at_start, known) if "lat" in toponym else None
        if mention is not None:
            marked.append((toponym, mention))
    covered = {token for _, one in marked for token in range(one.first, one.last + 1)}
    others = [one for one in found if one.field == "title" or not covered & set(range(one.first, one.last + 1))]
    taken = resolve([*(mention for _, mention in marked), *others], home=article["home"])
    return [(toponym, one.best.place) for (toponym, _), one in zip(marked, taken, strict=False)]


def _marked(toponym: dict[str, Any], field: Field, at_start: dict[int, Mention], known: Gazetteer) -> Mention | None:
    """Return a marked name as a mention, whatever speaks against its being a place; None where nobody knows it."""
    words = tokenise(toponym["name"]).folded
    found = at_start.get(toponym["start"])
    if found is not None and found.name.words == words:
        return replace(found, cues=())
    names, starts = known.named(words), field.tokens.starts
    if not names or toponym["start"] not in starts:
        return None
    first = starts.index(toponym["start"])
    return Mention(
        field="text",
        part="text",
        first=first,
        last=first + len(words) - 1,
        start=toponym["start"],
        end=toponym["end"],
        written=toponym["name"],
        name=names[0],
    )


@cache
def country_near(latitude: float, longitude: float) -> str:
    """Return the country of the town that is nearest to a point; nothing far from any."""
    around = [(round(latitude) + north, round(longitude) + east) for north in (-1, 0, 1) for east in (-1, 0, 1)]
    near = [place for cell in around for place in towns_by_degree().get(cell, ())]
    stretch = cos(radians(latitude))

    def apart(place: Place) -> float:
        return (place.latitude - latitude) ** 2 + (stretch * (place.longitude - longitude)) ** 2

    return min(near, key=apart).country if near else ""


@cache
def towns_by_degree() -> dict[tuple[int, int], list[Place]]:
    towns: dict[tuple[int, int], list[Place]] = {}
    for place in all_places():
        if place.kind == "town":
            towns.setdefault((round(place.latitude), round(place.longitude)), []).append(place)
    return towns


@needs_data
def test_marked_names_are_located() -> None:
    known = packs.load(frozenset(packs.countries()), min_population=500)
    counts: dict[str, Counter[str]] = {one: Counter() for one in HALVES}
    for article in articles():
        count = counts[half(article["id"])]
        count["marked"] += sum("lat" in one for one in article["toponyms"])
        for toponym, place in located(article, known):
            point = float(toponym["lat"]), float(toponym["lon"])
            near = kilometres(place, Place(0, "", "town", "", "", *point, 0)) <= SLACK.get(place.kind, 161)
            country = country_near(*point)
            count["known"] += 1
            count["near"] += near
            count["country"] += place.country == country if country else near
    for one, count in counts.items():
        known_part, near_part = count["known"] / count["marked"], count["near"] / count["known"]
        country_part = count["country"] / count["known"]
        print(f"places, {one}: {known_part:.3f} known, {near_part:.3f} within 161 km, {country_part:.3f} right country")
        assert known_part > 0.84
        assert near_part > 0.89
        assert country_part > 0.96


# --- names found by ourselves ---


@needs_data
def test_names_are_found_in_articles() -> None:
    """Marked are names of people by country too, which count here, and common nouns and organisations, which do not."""
    counts: dict[str, Counter[str]] = {one: Counter() for one in HALVES}
    given = list(articles())
    for article, out in zip(given, annotated(given, "places"), strict=True):
        found = {(one["start"], one["end"]) for one in out["places"] if one["field"] == "text"}
        for place in out["places"]:
            assert article[place["field"]][place["start"] : place["end"]] == place["name"]
        marked = {
            (one["start"], one["end"])
            for one in article["toponyms"]
            if not one.get("type", "").endswith(("Expression", "Non_Toponym"))
        }
        counts[half(article["id"])].update(found=len(found), marked=len(marked), both=len(found & marked))
    for one, count in counts.items():
        precision, recall = count["both"] / count["found"], count["both"] / count["marked"]
        print(f"places found, {one}: precision {precision:.3f}, recall {recall:.3f}")
        assert precision > 0.87
        assert recall > 0.7


# --- countries of stories ---

TAGS = {
    "usa": "US", "uk": "GB", "west-germany": "DE", "east-germany": "DE", "ussr": "RU", "zaire": "CD", "kampuchea": "KH",
    "yugoslavia": "YU", "czechoslovakia": "CS", "yemen-arab-republic": "YE", "trinidad-tobago": "TT",
    "hong-kong": "HK", "south-korea": "KR", "north-korea": "KP",
}  # fmt: skip


def code_of(tag: str) -> str:
    if tag in TAGS:
        return TAGS[tag]
    (code,) = {
        place.country
        for name in packs.load(frozenset()).named(tokenise(tag.replace("-", " ")).folded)
        for place in name.places
        if place.kind == "country"
    }
    return code


@needs_data
def test_stories_are_about_their_countries() -> None:
    counts: dict[str, Counter[str]] = {one: Counter() for one in HALVES}
    stories = list(records("places_reuters21578/stories.jsonl"))
    given = ({"id": one["id"], "title": one["title"], "text": f"{one['dateline']} {one['text']}"} for one in stories)
    for story, out in zip(stories, annotated(given, "regions"), strict=True):
        shares: Counter[str] = Counter()
        for region in out["regions"]:
            shares[region["code"].partition("-")[0]] += region["share"]
        assert sum(shares.values()) < 1.001
        found = {code for code, share in shares.items() if share >= SHARE}
        wanted = {code_of(tag) for tag in story["places"]}
        counts[half(story["id"])].update(found=len(found), wanted=len(wanted), both=len(found & wanted))
    for one, count in counts.items():
        score = 2 * count["both"] / (count["found"] + count["wanted"])
        print(f"countries, {one}: F1 {score:.3f}")
        assert score > 0.895


# --- headlines ---


@pytest.mark.parametrize("headline", HEADLINES, ids=lambda one: f"{one.name}: {one.title}")
def test_headlines(headline: Headline) -> None:
    line = {"id": 1, "title": headline.title, "text": headline.text, "home": headline.home}
    ((out),) = annotated([line], "places")
    counted = [one for one in out["places"] if one["name"] == headline.name]
    if headline.code is None:
        assert not counted
    else:
        assert counted
        for one in counted:
            area = Place(0, "", "town", one["country"], one["region"] or "", 0, 0, 0)
            assert lies_in(area, [headline.code])

"""Where an article is about, as a rule set's regions see it: mentions that count, and their part of the evidence.

Found once for an article, when a rule first asks. This module must not know what a rule makes of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from monitor.regions import focus
from monitor.regions.field import Field, Part
from monitor.regions.gazetteer import Name, Place
from monitor.regions.mentions import Mention, find
from monitor.regions.resolve import Resolution, resolve
from monitor.regions.senses import STAND_IN
from monitor.rules.expression import Term
from monitor.rules.positions import Positions
from monitor.rules.ruleset import Region, RuleSet
from monitor.rules.spans import Span, merged, outside
from monitor.rules.watch import Watch
from monitor.text.language import primary_language


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The mentions of one region that count."""

    spans: list[Span]
    share: float
    """Of the article's place evidence, from 0 to 1."""
    missed: list[tuple[Span, str]]
    """Names of the region that do not count, with why."""
    places: list[tuple[Place, Part, str]]
    """What ``spans`` name, where, and as written, in the same order."""


class Regional:
    """One article's places, and the regions that they lie in."""

    def __init__(self, rules: RuleSet, positions: Positions) -> None:
        self._rules = rules
        self._watch = rules.watch
        self._positions = positions
        self._found: dict[str, Found] = {}
        self._excluded: dict[str, list[Span]] = {}

    def possible(self) -> Collection[str]:
        """Return the regions of which some name stands in the article, whether or not it counts."""
        regions: set[str] = set()
        for mention in self._mentions:
            regions.update(self._watch.regions_of(mention.name))
        regions.update(region for region, terms in self._watch.wildcards.items() if any(map(self._spans, terms)))
        return regions

    def spans(self, region: str) -> list[Span]:
        """Return the mentions of a region that count, in order."""
        return self.found(region).spans

    def share(self, region: str) -> float:
        """Return a region's part of the article's place evidence, from 0 to 1."""
        return self.found(region).share

    def places(self) -> tuple[Resolution, ...]:
        """Return what every mention of a place was taken for, in order, those that do not count as well."""
        return self._resolved

    def shares(self) -> dict[str, float]:
        """Return the part of the evidence that each area has, by ISO 3166 code; those of all areas add up to 1."""
        places = ((place, one.mention.part) for one, _, place in self._evident)
        return focus.shares(focus.weigh((place, part) for place, part in places if place is not None))

    def called(self, code: str) -> str:
        """Return the name of an area by its ISO 3166 code."""
        area = self._watch.gazetteer.area(code)
        return code if area is None else area.name

    def span(self, mention: Mention) -> Span:
        """Return where a mention stands."""
        return self._positions.span(mention.field, mention.first, mention.last)

    def found(self, region: str) -> Found:
        """Return what counts for a region, and what does not."""
        found = self._found.get(region)
        if found is None:
            found = self._found[region] = self._look(self._rules.regions[region])
        return found

    # --- once per article ---

    @cached_property
    def _mentions(self) -> list[Mention]:
        return _mentions_in(self._positions, self._watch)

    @cached_property
    def _resolved(self) -> tuple[Resolution, ...]:
        """What every mention means, but for those that no region with the place lets count."""
        found = _resolved_in(self._positions, self._watch)
        denied = ((one, self._denied(one)) for one in found)
        return tuple(replace(one, doubt=doubt) if doubt else one for one, doubt in denied)

    def _denied(self, one: Resolution) -> str:
        """Return why every region that has a mention's place lets it not count."""
        if one.place is None:
            return ""
        regions = [self._rules.regions[region] for region in self._watch.lying_in(one.place)]
        whys = [self._why_denied(region, one) for region in regions]
        return whys[0] if whys and all(whys) else ""

    def _why_denied(self, region: Region, one: Resolution) -> str:
        if region.excluded and not outside([self.span(one.mention)], self._excluded_by(region)):
            return _excludes(region)
        is_stand_in = one.best.place.id == STAND_IN
        return self._unmet(region, one.mention.name) if is_stand_in else ""

    @cached_property
    def _evident(self) -> list[tuple[Resolution, Span, Place | None]]:
        """What every mention was taken for, where it stands, and the place that it is evidence for."""
        return [(one, self.span(one.mention), self._evidence(one)) for one in self._resolved]

    # --- once per region ---

    def _look(self, region: Region) -> Found:
        excluded = self._excluded_by(region)
        counted: dict[Span, tuple[Place, Part]] = {}
        elsewhere: list[tuple[Place, Part]] = []
        missed: list[tuple[Span, str]] = []
        for one, span, place, evidence, doubt in self._read(region, excluded):
            if place is not None:
                counted[span] = (place, one.mention.part)
            elif evidence is not None:
                elsewhere.append((evidence, one.mention.part))
            if doubt:
                missed.append((span, doubt))
        for span in self._by_wildcard(region, excluded):
            counted.setdefault(span, (self._watch.stand_in(region, ""), self._part(span)))
        adjectives = {span for one, span, _ in self._evident if one.mention.is_adjective}
        weights = focus.weigh([*counted.values(), *elsewhere])
        inside = sum(weights[place] for place in {place for place, _ in counted.values()})
        share = inside / sum(weights.values()) if counted else 0.0
        spans = sorted(counted.keys() - adjectives)
        written = {span: one.mention.written for one, span, _ in self._evident}
        places = [(*counted[span], written.get(span, "")) for span in spans]
        return Found(spans=spans, share=share, missed=missed, places=places)

    def _read(
        self, region: Region, excluded: list[Span]
    ) -> Iterator[tuple[Resolution, Span, Place | None, Place | None, str]]:
        """Yield what every mention is to a region: the place it counts for, else that it speaks for elsewhere, or why
        it does not count."""
        losing = self._losing(region)
        for one, span, evidence in self._evident:
            mine = self._watch.taken(region, one.mention.name)
            if not mine:
                yield one, span, None, evidence, ""
            elif not outside([span], excluded):
                yield one, span, None, None, _excludes(region)
            else:
                place, doubt = self._meant(region, one, mine, losing)
                yield one, span, place, evidence, doubt

    def _evidence(self, one: Resolution) -> Place | None:
        """Return what a mention is evidence for: its country where it may be either of two places of the same."""
        if one.is_contested and len({rival.country for rival in one.rivals}) == 1:
            return self._watch.gazetteer.area(one.best.place.country)
        return one.place

    def _meant(
        self, region: Region, one: Resolution, mine: tuple[Place, ...], losing: Collection[Place]
    ) -> tuple[Place | None, str]:
        """Return which of a name's places in a region a mention counts for, or why for none."""
        supports = self._watch.conditions(region).get(one.mention.name.words)
        if unmet := self._unmet(region, one.mention.name):
            return None, unmet
        place = one.place
        if one.is_contested and all(rival in mine for rival in one.rivals):
            place = one.best.place
        elif supports is not None and place not in mine and not one.is_persons and not one.mention.qualifier:
            place = mine[0]  # the desk knows what its supports mean
        if place is None or place not in mine:
            return None, one.why
        if place in losing:
            return None, f"has more evidence for the rival of {region.name}"
        return place, ""

    def _unmet(self, region: Region, name: Name) -> str:
        """Return what a name needs beside it to count for a region, where nothing of that is there."""
        supports = self._watch.conditions(region).get(name.words)
        if supports is None or any(map(self._spans, supports)):
            return ""
        return f"counts for {region.name} only beside one of {', '.join(support.clause for support in supports)}"

    def _excluded_by(self, region: Region) -> list[Span]:
        found = self._excluded.get(region.id)
        if found is None:
            found = self._excluded[region.id] = merged([self._spans(term) for term in region.excluded])
        return found

    def _losing(self, region: Region) -> Collection[Place]:
        """Return the places whose names a stronger rival has too."""
        rivals = self._rival_codes(region)
        if not rivals:
            return ()
        shared: set[Place] = set()
        ours, theirs = [], []
        for one in self._resolved:
            here = self._watch.taken(region, one.mention.name)
            if here and (
                any(place.id == STAND_IN for place in here)
                or any(focus.lies_in(place, rivals) for place in one.mention.name.places)
            ):
                shared.update(here)
            elif one.place is not None and focus.lies_in(one.place, rivals):
                theirs.append((one.place, one.mention.part))
            elif one.place is not None and here:
                ours.append((one.place, one.mention.part))
        stronger = sum(focus.weigh(theirs).values()) > sum(focus.weigh(ours).values())
        return shared if stronger else ()

    def _rival_codes(self, region: Region) -> set[str]:
        regions = self._rules.regions
        return {code for rival in region.rivals for code in (regions[rival].codes if rival in regions else (rival,))}

    def _by_wildcard(self, region: Region, excluded: list[Span]) -> Iterator[Span]:
        for term in self._watch.wildcards.get(region.id, ()):
            low, high = self._positions.story
            yield from (span for span in outside(self._spans(term), excluded) if low <= span[0] and span[1] < high)

    def _part(self, span: Span) -> Part:
        part = self._positions.part_of(span)
        return "title" if part == "title" else "lede" if part == "lede" else "text"

    def _spans(self, term: Term) -> list[Span]:
        vocabulary = self._positions.exact if term.exact else self._positions.folded
        return vocabulary.phrase(term.words, _free)


# Kept for the last article, which another rule set with the same regions may read next (`backtest`).


@lru_cache(maxsize=2)
def _mentions_in(positions: Positions, watch: Watch) -> list[Mention]:
    article, tokens = positions.article, positions.tokens
    return find(
        [
            Field(name="title", text=article.title, tokens=tokens["title"]),
            Field(name="text", text=article.text, tokens=tokens["text"]),
        ],
        watch.gazetteer,
        language=primary_language(article.language),
        own=watch.own,
        local=watch.local(article.home),
    )


@lru_cache(maxsize=2)
def _resolved_in(positions: Positions, watch: Watch) -> tuple[Resolution, ...]:
    return resolve(_mentions_in(positions, watch), home=positions.article.home)


def _excludes(region: Region) -> str:
    return f"stands inside a name that {region.name} excludes"


def _free(work: int) -> None:
    """Names are the desk's, not an article's: what they cost is bounded by the rule file."""

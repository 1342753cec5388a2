"""What a reader is shown of a digest: words cleaned, times local, wire copies under their origin, lists bounded.

Mail, text and Slack are all made from this view, so that they cannot differ in what they say. It is a function of the
stored digest; it must not know any markup, and no clock: "today" is the day on which the digest's window ends.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from monitor.digests.claimants import Claimant, Statement, claimants, statement
from monitor.digests.local_time import LocalTime
from monitor.digests.outlets import TITLE_LIMIT, Report, breadth, report, reports
from monitor.digests.sight import Sight, sight_of
from monitor.digests.words import Words, counted, name, one_line, web_link, words
from monitor.model import Digest, Flood, Severity, StoryItem
from monitor.text.lines import listed

_GIST_LIMIT = 500
_REPORTS_SHOWN = 10
_FIGURES_SHOWN = 12
_CHANGES_SHOWN = 20
_FLOODS_SHOWN = _EXAMPLES_SHOWN = _SILENCES_SHOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    severity: Severity
    severity_before: str
    """What its readers were told, where it is graver now: "medium"; else empty."""
    is_new: bool
    """False where the readers were told of it before and this is what changed."""
    detailed: bool
    """False where only its headline is to be shown."""
    headline: Words
    link: str | None
    reports: tuple[Report, ...]
    """The one whose headline is shown first."""
    more_reports: int
    breadth: str
    """"4 independent reports, 9 articles"; empty for a single article."""
    gist: Words | None
    where: str
    changes: tuple[Words, ...]
    """What happened besides its being new."""
    more_changes: int
    claimants: tuple[Claimant, ...]
    """Who says which figures."""
    more_figures: int
    statements: tuple[Statement, ...]
    why: tuple[str, ...]
    first_seen: str
    updated: str
    """Empty where nothing came after ``first_seen``."""

    @property
    def lead(self) -> Report | None:
        return self.reports[0] if self.reports else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    name: str
    stories: tuple[Story, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FloodView:
    """So much at once from one feed that it is told in one line."""

    severity: Severity
    text: str
    """"812 articles of Makran Post matched “Armed attacks in Balochistan” at once"."""
    examples: tuple[Report, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    subscription: str
    kind: Literal["alert", "digest"]
    heading: str
    """"5 stories in Balochistan", "High alert: Balochistan", "No matching news from 41 feeds"."""
    is_catch_up: bool
    """What was held through quiet hours; the heading says so."""
    continues: bool
    """Its readers were alerted to these stories, and this is what came after."""
    reason: str
    window: str
    """"Sun 22 Nov 2026, 12:00–17:00 PKT"."""
    ended: str
    """The end of the window alone: "Sun 22 Nov, 17:00"."""
    timezone: str
    count: int
    severities: str
    """"2 high, 3 medium"; the bare word for one story."""
    top: Severity | None
    places: str
    """The regions with something to tell: "Balochistan and Sindh"."""
    regions: tuple[Region, ...]
    hidden: int
    """Stories for which there was no room."""
    floods: tuple[FloodView, ...]
    more_floods: int
    sight: Sight
    silences: tuple[str, ...]
    more_silences: int
    mark: str
    """What is not as it should be with this message itself, as a sentence: a template that failed; else empty."""
    is_mail: bool
    """Somebody gets it by mail, and must be told how to leave."""
    browser: str | None
    """The web address of this digest; mail only, and only where there is a web."""
    unsubscribe: str | None
    """The web address to leave at; mail only, and only where there is a web."""

    @property
    def stories(self) -> tuple[Story, ...]:
        return tuple(story for region in self.regions for story in region.stories)

    @property
    def is_empty(self) -> bool:
        """There is nothing to tell but what was checked."""
        return not self.count and not self.floods


def view(
    digest: Digest,
    *,
    mark: str = "",
    is_mail: bool = False,
    browser: str | None = None,
    unsubscribe: str | None = None,
) -> View:
    """Return what readers are shown of ``digest``, every story in full."""
    local = LocalTime(digest.timezone, digest.window)
    regions = tuple(
        Region(name=name(region.name, 80), stories=tuple(_story(story, local) for story in region.stories))
        for region in digest.regions
        if region.stories
    )
    levels = [story.severity for story in digest.stories]
    top = max(levels, key=lambda level: level.rank, default=None)
    places = _places(digest)
    sight = sight_of(digest.coverage, local)
    floods = sorted(digest.floods, key=lambda flood: -flood.severity.rank)
    silences = tuple(filter(None, (one_line(silence, 300) for silence in digest.silences)))
    return View(
        subscription=one_line(digest.subscription, 80),
        kind=digest.kind,
        heading=_heading(digest, top, places, sight),
        is_catch_up=digest.is_catch_up,
        continues=digest.continues is not None,
        reason=one_line(digest.reason, 200),
        window=local.window(),
        ended=local.time(digest.window.to_at, dated=True),
        timezone=digest.timezone,
        count=len(levels),
        severities=_severities(levels),
        top=top,
        places=places,
        regions=regions,
        hidden=0,
        floods=tuple(_flood(flood, local) for flood in floods[:_FLOODS_SHOWN]),
        more_floods=len(floods[_FLOODS_SHOWN:]),
        sight=sight,
        silences=silences[:_SILENCES_SHOWN],
        more_silences=len(silences[_SILENCES_SHOWN:]),
        mark=one_line(mark, 300),
        is_mail=is_mail,
        browser=browser,
        unsubscribe=unsubscribe,
    )


def within(whole: View, *, shown: int, detailed: int, examples: int = _EXAMPLES_SHOWN) -> View:
    """Return a view with room for so many stories at all, and in full, and for so many examples of each flood.

    The gravest stories are kept, in the view's order.
    """
    gravest = sorted(whole.stories, key=lambda story: -story.severity.rank)
    kept = {id(story): place < detailed for place, story in enumerate(gravest[:shown])}
    regions = (
        replace(
            region,
            stories=tuple(replace(story, detailed=kept[id(story)]) for story in region.stories if id(story) in kept),
        )
        for region in whole.regions
    )
    return replace(
        whole,
        regions=tuple(region for region in regions if region.stories),
        hidden=whole.count - len(kept),
        floods=tuple(replace(flood, examples=flood.examples[:examples]) for flood in whole.floods),
    )


def _severities(levels: list[Severity]) -> str:
    if len(levels) == 1:
        return str(levels[0])
    return ", ".join(f"{levels.count(level)} {level}" for level in reversed(Severity) if level in levels)


def _places(digest: Digest) -> str:
    named = tuple(name(region.name, 40) for region in digest.regions if region.stories and region.code)
    elsewhere = any(region.stories for region in digest.regions if not region.code)
    return listed((*named, "elsewhere") if named and elsewhere else named, 2)


def _heading(digest: Digest, top: Severity | None, places: str, sight: Sight) -> str:
    count = len(digest.stories)
    if top is None:
        return _flooded(digest.floods) if digest.floods else sight.headline
    if digest.kind == "digest" or digest.is_catch_up:
        stories = counted(count, "story", "stories")
        told = f"{stories} in {places}" if places else stories
        return f"While it was quiet: {told}" if digest.is_catch_up else told
    if digest.continues is None:
        alerts = f"{top.capitalize()} alert" if count == 1 else f"{count} alerts"
    else:
        alerts = f"Now {top}" if digest.escalates else "Update" if count == 1 else f"{count} updates"
    return f"{alerts}: {places}" if places else alerts


def _flooded(floods: tuple[Flood, ...]) -> str:
    articles = counted(sum(flood.articles for flood in floods), "article")
    return f"{articles} at once from {listed(tuple(dict.fromkeys(name(flood.source, 60) for flood in floods)), 2)}"


def _flood(flood: Flood, local: LocalTime) -> FloodView:
    articles, source, rule = counted(flood.articles, "article"), name(flood.source, 60), name(flood.name, 80)
    happened = (
        f"changed at once that you were told of by “{rule}”" if flood.is_of_edits else f"matched “{rule}” at once"
    )
    return FloodView(
        severity=flood.severity,
        text=f"{articles} of {source} {happened}",
        examples=tuple(report(article, local) for article in flood.examples[:_EXAMPLES_SHOWN]),
    )


def _story(story: StoryItem, local: LocalTime) -> Story:
    independent = reports(story.articles, local)
    lead = story.articles[0] if story.articles else None
    changes = [change.text for change in story.changes if change.kind != "new_story" and one_line(change.text)]
    language = lead.language if lead else None
    first_seen, updated = local.time(story.first_seen_at), local.time(story.updated_at)
    return Story(
        severity=story.severity,
        severity_before=str(story.severity_before or ""),
        is_new=any(change.kind == "new_story" for change in story.changes),
        detailed=True,
        headline=words(story.headline, TITLE_LIMIT, language),
        link=web_link(lead.link) if lead else None,
        reports=independent[:_REPORTS_SHOWN],
        more_reports=len(independent[_REPORTS_SHOWN:]),
        breadth=breadth(story.articles, story.origins),
        gist=words(story.gist, _GIST_LIMIT, language) if one_line(story.gist) else None,
        where=", ".join(filter(None, (name(place, 60) for place in story.where[:8]))),
        changes=tuple(words(change, 400) for change in changes[:_CHANGES_SHOWN]),
        more_changes=len(changes[_CHANGES_SHOWN:]),
        claimants=claimants(story.figures[:_FIGURES_SHOWN], local),
        more_figures=len(story.figures[_FIGURES_SHOWN:]),
        statements=tuple(statement(record, local) for record in story.statements[:_FIGURES_SHOWN]),
        why=tuple(_why(why.name or why.rule, why.text) for why in story.why[:3]),
        first_seen=first_seen,
        updated=updated if updated != first_seen else "",
    )


def _why(rule: str, text: str) -> str:
    rule, text = one_line(rule, 120), one_line(text, 300)
    return text if text.startswith(rule) else f"{rule}: {text}" if text else rule

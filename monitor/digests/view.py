"""What a reader is shown of a digest: words cleaned, times local, wire copies under their origin, lists bounded.

Mail, text and Slack are all made from this view, so that they cannot differ in what they say. It is a function of the
stored digest; it must not know any markup, and no clock: "today" is the day on which the digest's window ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

from monitor.digests.local_time import LocalTime
from monitor.digests.sight import Sight, sight_of
from monitor.digests.words import counted, host_of, is_right_to_left, name, one_line, web_link
from monitor.model import ArticleRef, Digest, Severity, StoryItem
from monitor.text.lines import listed

HEADLINE_LIMIT = 300
_GIST_LIMIT = 500
_REPORTS_SHOWN = 10
_COPIES_SHOWN = 8
_FIGURES_SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Words that somebody else wrote, with the direction they are written in."""

    text: str
    direction: Literal["ltr", "rtl"]
    language: str | None = None

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """The same text at another outlet."""

    source: str
    link: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One independent text."""

    source: str
    link: str | None
    time: str
    title: Words
    copies: tuple[Copy, ...]
    more_copies: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    claim: str
    """"at least 145 militants killed"."""
    claimant: str
    """Who says so; empty where the text states it as its own."""
    outlet: str
    time: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    claim: str
    quote: Words | None
    time: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    severity: Severity
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
    figures: tuple[Figure, ...]
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
class View:
    subscription: str
    kind: Literal["alert", "digest"]
    heading: str
    """"5 stories in Balochistan", "High alert: Balochistan", "No matching news from 41 feeds"."""
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
    sight: Sight
    silences: tuple[str, ...]

    @property
    def stories(self) -> tuple[Story, ...]:
        return tuple(story for region in self.regions for story in region.stories)


def view(digest: Digest) -> View:
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
    return View(
        subscription=one_line(digest.subscription, 80),
        kind=digest.kind,
        heading=_heading(digest, top, places, sight),
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
        sight=sight,
        silences=tuple(filter(None, (one_line(silence, 300) for silence in digest.silences))),
    )


def within(whole: View, *, shown: int, detailed: int) -> View:
    """Return a view with room for so many stories at all, and in full; the gravest are kept, in the view's order."""
    gravest = sorted(whole.stories, key=lambda story: -story.severity.rank)
    kept = {id(story): place < detailed for place, story in enumerate(gravest[:shown])}
    regions = (
        replace(
            region,
            stories=tuple(replace(story, detailed=kept[id(story)]) for story in region.stories if id(story) in kept),
        )
        for region in whole.regions
    )
    return replace(whole, regions=tuple(region for region in regions if region.stories), hidden=whole.count - len(kept))


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
        return sight.headline
    if digest.kind == "alert":
        alerts = f"{top.capitalize()} alert" if count == 1 else f"{count} alerts"
        return f"{alerts}: {places}" if places else alerts
    stories = counted(count, "story", "stories")
    return f"{stories} in {places}" if places else stories


def _words(text: str, limit: int, language: str | None = None) -> Words:
    line = one_line(text, limit)
    return Words(text=line, direction="rtl" if is_right_to_left(line) else "ltr", language=language)


def _story(story: StoryItem, local: LocalTime) -> Story:
    reports = _reports(story.articles, local)
    lead = story.articles[0] if story.articles else None
    first_seen, updated = local.time(story.first_seen_at), local.time(story.updated_at)
    return Story(
        severity=story.severity,
        is_new=any(change.kind == "new_story" for change in story.changes),
        detailed=True,
        headline=_words(story.headline, HEADLINE_LIMIT, lead.language if lead else None),
        link=web_link(lead.link) if lead else None,
        reports=reports[:_REPORTS_SHOWN],
        more_reports=len(reports[_REPORTS_SHOWN:]),
        breadth=_breadth(story),
        gist=_words(story.gist, _GIST_LIMIT, lead.language if lead else None) if one_line(story.gist) else None,
        where=", ".join(filter(None, (name(place, 60) for place in story.where[:8]))),
        changes=tuple(
            _words(change.text, 400) for change in story.changes if change.kind != "new_story" and one_line(change.text)
        ),
        figures=tuple(_figure(figure, local) for figure in story.figures[:_FIGURES_SHOWN]),
        more_figures=len(story.figures[_FIGURES_SHOWN:]),
        statements=tuple(_statement(statement, local) for statement in story.statements[:_FIGURES_SHOWN]),
        why=tuple(_why(why.name or why.rule, why.text) for why in story.why[:3]),
        first_seen=first_seen,
        updated=updated if updated != first_seen else "",
    )


def _why(rule: str, text: str) -> str:
    rule, text = one_line(rule, 120), one_line(text, 300)
    return text if text.startswith(rule) else f"{rule}: {text}" if text else rule


def _breadth(story: StoryItem) -> str:
    articles = len(story.articles)
    if story.origins <= 1:
        return "" if articles <= 1 else f"1 report, carried {counted(articles, 'time')}"
    independent = counted(story.origins, "independent report")
    if story.origins > articles:
        return f"{independent} so far"
    return independent if articles == story.origins else f"{independent}, {counted(articles, 'article')}"


def _reports(articles: tuple[ArticleRef, ...], local: LocalTime) -> tuple[Report, ...]:
    """Group articles by the text they carry, in the order in which they stand."""
    origins = {article.id: article.duplicate_of for article in articles}
    groups: dict[int, list[ArticleRef]] = {}
    for article in articles:
        groups.setdefault(_origin(article.id, origins), []).append(article)
    return tuple(_report(group, articles[0], local) for group in groups.values())


def _origin(article: int, origins: dict[int, int | None]) -> int:
    seen = {article}
    while (above := origins[article]) in origins and above not in seen:
        seen.add(article := above)
    return article


def _report(group: list[ArticleRef], representative: ArticleRef, local: LocalTime) -> Report:
    first, *others = sorted(group, key=lambda one: (one is not representative, one.duplicate_of is not None))
    return Report(
        source=_source(first),
        link=web_link(first.link),
        time=local.time(first.published_at),
        title=_words(first.title, HEADLINE_LIMIT, first.language),
        copies=tuple(Copy(source=_source(other), link=web_link(other.link)) for other in others[:_COPIES_SHOWN]),
        more_copies=len(others[_COPIES_SHOWN:]),
    )


def _source(article: ArticleRef) -> str:
    return name(article.source, 60) or name(host_of(article.link), 60) or "unnamed outlet"


def _figure(figure: Mapping[str, Any], local: LocalTime) -> Figure:
    return Figure(
        claim=one_line(figure["text"], 160),
        claimant=name(figure.get("claimant") or figure["source"], 80) if figure.get("source") else "",
        outlet=name(figure.get("outlet") or "", 60),
        time=_time_of(figure, local),
    )


def _statement(statement: Mapping[str, Any], local: LocalTime) -> Statement:
    quote = statement.get("quote")
    return Statement(
        claim=one_line(statement["text"], 200),
        quote=_words(quote, 300) if quote else None,
        time=_time_of(statement, local),
    )


def _time_of(record: Mapping[str, Any], local: LocalTime) -> str:
    return local.time(datetime.fromisoformat(record["at"]).astimezone(UTC)) if record.get("at") else ""

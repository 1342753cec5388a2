"""From what is owed to one subscription to one digest: complete, ordered, with the reason for everything in it.

Pure: reads no clock and no table, and decides nothing about channels. What it returns is stored and then only rendered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from monitor.digests.gist import gist
from monitor.digests.owing import Owed, StoryFile
from monitor.digests.timing import Immediately
from monitor.digests.waking import since_told
from monitor.digests.where import where
from monitor.model import (
    Coverage,
    Digest,
    Feed,
    FeedHealth,
    FeedState,
    FeedTrouble,
    Flood,
    Match,
    RegionSection,
    Severity,
    StoryItem,
    Why,
    Window,
)
from monitor.rules.ruleset import RuleSet, Subscription
from monitor.rules.why import why_line
from monitor.stories.ledger import figures_json, ledger, statements_json
from monitor.stories.reports import Report, moment

NO_REGION = "Beyond the regions"


# --- the digest ---


def compose(
    subscription: Subscription,
    rules: RuleSet,
    owed: Iterable[Owed],
    files: Mapping[int, StoryFile],
    *,
    window: Window,
    coverage: Coverage,
    reason: str,
    as_of: datetime | None = None,
    silences: Sequence[str] = (),
    floods: Sequence[Flood] = (),
    continues: str | None = None,
    is_catch_up: bool = False,
) -> Digest:
    """Compose a digest of what is owed.

    ``as_of`` is when it is composed, its window's end unless given; ``silences`` are in words, ``floods`` stand for
    what is not in ``owed`` one by one, ``continues`` is the id of the alert that told of these stories first.
    """
    known = _Known(files=files, until=window.to_at, as_of=as_of or window.to_at)
    stories = [
        (section, story)
        for _, members in groupby(sorted(owed, key=_by_story), key=lambda one: one.article.story)
        for section, story in [_story(rules, list(members), known, subscription)]
    ]
    return Digest(
        id=f"{subscription.id}-{window.to_at:%Y%m%dT%H%M%SZ}",
        subscription=subscription.id,
        kind="alert" if isinstance(subscription.schedule, Immediately) else "digest",
        template=subscription.template,
        reason=reason,
        timezone=subscription.timezone,
        window=window,
        regions=_sections(rules, stories),
        coverage=coverage,
        silences=tuple(silences),
        floods=tuple(floods),
        continues=continues,
        is_catch_up=is_catch_up,
    )


def _by_story(one: Owed) -> tuple[int, bool, int]:
    """Order a story's articles: news before edits, originals before copies, older before newer."""
    return one.article.story, one.kind != "news" or one.article.duplicate_of is not None, one.article.id


def _leading(one: Owed) -> tuple[bool, bool, int, float, datetime, int]:
    """Order a story's articles by which one shows it best: an original, news, the strongest match, the earliest."""
    match = max(((one.severity.rank, one.score) for one in one.matches), default=(0, 0.0))
    copied, edited = one.article.duplicate_of is not None, one.kind != "news"
    return copied, edited, -match[0], -match[1], one.article.stored_at, one.article.id


def _sections(rules: RuleSet, stories: list[tuple[str | None, StoryItem]]) -> tuple[RegionSection, ...]:
    sections = []
    for region in {region for region, _ in stories}:
        members = sorted(
            (story for code, story in stories if code == region),
            key=lambda story: (-story.severity.rank, not _is_new(story), -story.updated_at.timestamp(), story.id),
        )
        name = NO_REGION if region is None else rules.regions[region].name if region in rules.regions else region
        sections.append(RegionSection(code=region, name=name, stories=tuple(members)))
    return tuple(sorted(sections, key=lambda one: (one.code is None, -one.stories[0].severity.rank, one.name)))


def _is_new(story: StoryItem) -> bool:
    return any(change.kind == "new_story" for change in story.changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    files: Mapping[int, StoryFile]
    until: datetime
    as_of: datetime


def _story(
    rules: RuleSet, members: list[Owed], known: _Known, subscription: Subscription
) -> tuple[str | None, StoryItem]:
    lead = min(members, key=_leading)
    article = lead.article
    file = known.files.get(article.story, StoryFile())
    now = moment(file.reports, known.until, read_at=known.as_of)
    board = ledger(now)
    matches = [(one, match) for one in members for match in one.matches]
    originals = {one.article.id for one in members if one.article.duplicate_of is None}
    originals |= {report.article for report in now.reports if report.duplicate_of is None}
    unique = {one.article.id: one for one in reversed(members)}
    articles = sorted(unique.values(), key=lambda one: (one.article.id != article.id, _by_story(one)))
    severity = max((one.severity for one in members), key=lambda severity: severity.rank)
    story = StoryItem(
        id=article.story,
        severity=severity,
        severity_before=_graver_than(severity, file),
        headline=article.article.title,
        gist=_gist(lead, now.current().get(article.id)),
        where=where(now.current().values()) or _placed_by(match for _, match in matches),
        changes=since_told(file, until=known.until, as_of=known.as_of, timezone=subscription.timezone),
        figures=figures_json(board),
        statements=statements_json(board),
        origins=max(1, len(originals)),
        articles=tuple(one.reference for one in articles),
        why=_why(rules, matches),
        first_seen_at=min((one.at for one in now.reports), default=article.stored_at),
        updated_at=max(one.article.revised_at or one.article.stored_at for one in members),
    )
    region = next((match.regions[0] for _, match in matches if match.regions), None)
    return region, story


def _graver_than(severity: Severity, file: StoryFile) -> Severity | None:
    """Return the gravest that readers were told of a story, where ``severity`` is graver; they may know nothing."""
    told = max((one.severity for one in file.told.values()), key=lambda one: one.rank, default=None)
    return told if told is not None and severity.rank > told.rank else None


def _gist(lead: Owed, report: Report | None) -> str:
    article = lead.article.article
    evidence = [one for match in lead.matches for one in match.evidence if one.field in ("text", "lede")]
    return gist(
        article.title,
        article.text,
        evidence=[(one.start, one.end) for one in evidence if not one.clause.startswith("@")],
        figures=[(one.start, one.end) for one in report.counts if one.field == "text"] if report else (),
        places=[one.text for one in evidence if one.clause.startswith("@")],
    )


def _placed_by(matches: Iterable[Match]) -> tuple[str, ...]:
    """Return the names that brought the story, as the articles write them."""
    names: dict[str, str] = {}
    for match in matches:
        for evidence in match.evidence:
            if evidence.clause.startswith("@"):
                names.setdefault(evidence.text.casefold(), evidence.text)
    return tuple(names.values())


def _why(rules: RuleSet, matches: list[tuple[Owed, Match]]) -> tuple[Why, ...]:
    """Explain each rule once, by its strongest match in the story."""
    strongest: dict[str, tuple[Owed, Match]] = {}
    for one, match in matches:
        if match.rule not in strongest or match.score > strongest[match.rule][1].score:
            strongest[match.rule] = one, match
    return tuple(
        Why(
            rule=match.rule,
            name=rules.rules[match.rule].name if match.rule in rules.rules else match.rule,
            severity=match.severity,
            score=match.score,
            text=why_line(rules, match, one.article.article),
            evidence=match.evidence,
        )
        for one, match in strongest.values()
    )


# --- coverage ---


def coverage(feeds: dict[str, Feed], states: Iterable[FeedState], window: Window) -> Coverage:
    """State what was looked at in a window: feeds read at least once since it began, those failing and those quiet."""
    watched = [state for state in states if state.feed in feeds]
    outlets = Counter(feed.name for feed in feeds.values())
    names = {id_: feed.name if outlets[feed.name] == 1 else f"{feed.name} ({id_})" for id_, feed in feeds.items()}
    return Coverage(
        checked=sum(state.last_success_at is not None and state.last_success_at > window.from_at for state in watched),
        failed=tuple(
            FeedTrouble(feed=state.feed, name=names[state.feed], since_at=state.failing_since, error=state.error or "")
            for state in watched
            if state.health in (FeedHealth.FAILING, FeedHealth.GONE)
        ),
        quiet=tuple(
            FeedTrouble(feed=state.feed, name=names[state.feed], since_at=state.quiet_since)
            for state in watched
            if state.quiet_since is not None
        ),
    )

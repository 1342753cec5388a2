"""From what is owed to one subscription to one digest: complete, ordered, with the reason for everything in it.

Pure: reads no clock and no table, and decides nothing about channels. What it returns is stored and then only rendered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from monitor.digests.owing import Owed, StoryFile
from monitor.digests.timing import Immediately
from monitor.digests.waking import since_told
from monitor.model import (
    ArticleRef,
    Coverage,
    Digest,
    Feed,
    FeedHealth,
    FeedState,
    FeedTrouble,
    Match,
    RegionSection,
    StoryItem,
    Why,
    Window,
)
from monitor.rules.ruleset import RuleSet, Subscription
from monitor.rules.why import why_line
from monitor.stories.ledger import figures_json, ledger, statements_json
from monitor.stories.reports import moment
from monitor.text.lines import shorten
from monitor.text.sentences import sentences

GIST_LENGTH = 280
"""Two lines on a phone."""

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
) -> Digest:
    """Compose a digest of what is owed; ``as_of`` is when it is composed, its window's end unless given."""
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
    )


def _by_story(one: Owed) -> tuple[int, bool, int]:
    """Order a story's articles: news before edits, originals before copies, older before newer."""
    return one.article.story, one.kind != "news" or one.article.duplicate_of is not None, one.article.id


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
    first = members[0]
    file = known.files.get(first.article.story, StoryFile())
    now = moment(file.reports, known.until, read_at=known.as_of)
    board = ledger(now)
    matches = [(one, match) for one in members for match in one.matches]
    originals = {one.article.id for one in members if one.article.duplicate_of is None}
    originals |= {report.article for report in now.reports if report.duplicate_of is None}
    unique = {one.article.id: one for one in reversed(members)}
    articles = sorted(unique.values(), key=_by_story)
    story = StoryItem(
        id=first.article.story,
        severity=max((one.severity for one in members), key=lambda severity: severity.rank),
        headline=first.article.article.title,
        gist=gist(first.article.article.title, first.article.article.text),
        where=_places(match for _, match in matches),
        changes=since_told(file, until=known.until, as_of=known.as_of, timezone=subscription.timezone),
        figures=figures_json(board),
        statements=statements_json(board),
        origins=max(1, len(originals)),
        articles=tuple(_reference(one) for one in articles),
        why=_why(rules, matches),
        first_seen_at=min(one.article.stored_at for one in members),
        updated_at=max(one.article.revised_at or one.article.stored_at for one in members),
    )
    region = next((match.regions[0] for _, match in matches if match.regions), None)
    return region, story


def gist(title: str, text: str) -> str:
    """Quote the opening sentences of an article, leaving out one that only repeats its headline."""
    opening = text.partition("\n\n")[0] if len(text.partition("\n\n")[0]) > GIST_LENGTH else text[: GIST_LENGTH * 4]
    chosen = ""
    for sentence in sentences(" ".join(opening.split())):
        if sentence.rstrip(".۔ ").casefold() == title.rstrip(".۔ ").casefold():
            continue
        longer = f"{chosen} {sentence}".strip()
        if chosen and len(longer) > GIST_LENGTH:
            break
        chosen = longer
    return shorten(chosen, GIST_LENGTH)


def _places(matches: Iterable[Match]) -> tuple[str, ...]:
    """Return the names that placed the story, as the articles write them."""
    names: dict[str, str] = {}
    for match in matches:
        for evidence in match.evidence:
            if evidence.clause.startswith("@"):
                names.setdefault(evidence.text.casefold(), evidence.text)
    return tuple(names.values())


def _reference(one: Owed) -> ArticleRef:
    article = one.article.article
    return ArticleRef(
        id=one.article.id,
        title=article.title,
        link=article.link,
        source=article.source,
        published_at=article.published_at,
        duplicate_of=one.article.duplicate_of,
        language=article.language,
    )


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

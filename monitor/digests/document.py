"""A digest as JSON: what is stored, what `preview --as json` prints and what stands in `digest.json`.

The keys are a contract with readers outside; it may grow, but no key changes its meaning. Times are ISO 8601 in UTC.
This module must not know where the document is kept or how it is shown.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from monitor.model import (
    ArticleRef,
    Change,
    Coverage,
    Digest,
    Evidence,
    FeedTrouble,
    Flood,
    RegionSection,
    Severity,
    StoryItem,
    Why,
    Window,
)

JsonObject = dict[str, Any]


def to_json(digest: Digest) -> JsonObject:
    """Return the digest as values that `json` can write, nothing left out: ``from_json`` gives back its equal."""
    return {
        "id": digest.id,
        "digest": digest.subscription,
        "kind": digest.kind,
        "template": digest.template,
        "reason": digest.reason,
        "timezone": digest.timezone,
        "window": {"from": _moment(digest.window.from_at), "to": _moment(digest.window.to_at)},
        "regions": [
            {"code": region.code, "name": region.name, "stories": [_story(story) for story in region.stories]}
            for region in digest.regions
        ],
        "coverage": {
            "checked": digest.coverage.checked,
            "failed": [_trouble(trouble) for trouble in digest.coverage.failed],
            "quiet": [_trouble(trouble) for trouble in digest.coverage.quiet],
        },
        "silences": list(digest.silences),
        "floods": [_flood(flood) for flood in digest.floods],
        "continues": digest.continues,
        "catch_up": digest.is_catch_up,
    }


def from_json(document: JsonObject) -> Digest:
    """Return the digest that ``to_json`` wrote down."""
    window, coverage = document["window"], document["coverage"]
    return Digest(
        id=document["id"],
        subscription=document["digest"],
        kind=document["kind"],
        template=document["template"],
        reason=document["reason"],
        timezone=document["timezone"],
        window=Window(from_at=_instant(window["from"]), to_at=_instant(window["to"])),
        regions=tuple(
            RegionSection(
                code=region["code"],
                name=region["name"],
                stories=tuple(_read_story(story) for story in region["stories"]),
            )
            for region in document["regions"]
        ),
        coverage=Coverage(
            checked=coverage["checked"],
            failed=tuple(_read_trouble(trouble) for trouble in coverage["failed"]),
            quiet=tuple(_read_trouble(trouble) for trouble in coverage["quiet"]),
        ),
        silences=tuple(document["silences"]),
        # Digests of before there were floods and threads have none of these.
        floods=tuple(_read_flood(flood) for flood in document.get("floods", ())),
        continues=document.get("continues"),
        is_catch_up=document.get("catch_up", False),
    )


def _story(story: StoryItem) -> JsonObject:
    return {
        "id": story.id,
        "severity": str(story.severity),
        "headline": story.headline,
        "gist": story.gist,
        "where": list(story.where),
        "changes": [{"kind": change.kind, "text": change.text} for change in story.changes],
        "figures": [dict(figure) for figure in story.figures],
        "statements": [dict(statement) for statement in story.statements],
        "origins": story.origins,
        "articles": [_article(article) for article in story.articles],
        "why": [
            {
                "rule": why.rule,
                "name": why.name,
                "severity": str(why.severity),
                "score": why.score,
                "text": why.text,
                "evidence": [
                    {
                        "clause": evidence.clause,
                        "field": evidence.field,
                        "start": evidence.start,
                        "end": evidence.end,
                        "text": evidence.text,
                    }
                    for evidence in why.evidence
                ],
            }
            for why in story.why
        ],
        "first_seen": _moment(story.first_seen_at),
        "updated": _moment(story.updated_at),
        "severity_before": None if story.severity_before is None else str(story.severity_before),
    }


def _read_story(story: JsonObject) -> StoryItem:
    return StoryItem(
        id=story["id"],
        severity=Severity(story["severity"]),
        headline=story["headline"],
        gist=story["gist"],
        where=tuple(story["where"]),
        changes=tuple(Change(**change) for change in story["changes"]),
        figures=tuple(story["figures"]),
        statements=tuple(story["statements"]),
        origins=story["origins"],
        articles=tuple(_read_article(article) for article in story["articles"]),
        why=tuple(
            Why(
                rule=why["rule"],
                name=why["name"],
                severity=Severity(why["severity"]),
                score=why["score"],
                text=why["text"],
                evidence=tuple(Evidence(**evidence) for evidence in why["evidence"]),
            )
            for why in story["why"]
        ),
        first_seen_at=_instant(story["first_seen"]),
        updated_at=_instant(story["updated"]),
        severity_before=Severity(before) if (before := story.get("severity_before")) else None,
    )


def _article(article: ArticleRef) -> JsonObject:
    return {
        "id": article.id,
        "title": article.title,
        "link": article.link,
        "source": article.source,
        "published": _moment_or_none(article.published_at),
        "duplicate_of": article.duplicate_of,
        "language": article.language,
    }


def _read_article(article: JsonObject) -> ArticleRef:
    return ArticleRef(
        id=article["id"],
        title=article["title"],
        link=article["link"],
        source=article["source"],
        published_at=_instant_or_none(article["published"]),
        duplicate_of=article["duplicate_of"],
        language=article["language"],
    )


def _flood(flood: Flood) -> JsonObject:
    return {
        "rule": flood.rule,
        "name": flood.name,
        "feed": flood.feed,
        "source": flood.source,
        "severity": str(flood.severity),
        "stories": flood.stories,
        "articles": flood.articles,
        "examples": [_article(article) for article in flood.examples],
        "edits": flood.is_of_edits,
    }


def _read_flood(flood: JsonObject) -> Flood:
    return Flood(
        rule=flood["rule"],
        name=flood["name"],
        feed=flood["feed"],
        source=flood["source"],
        severity=Severity(flood["severity"]),
        stories=flood["stories"],
        articles=flood["articles"],
        examples=tuple(_read_article(article) for article in flood["examples"]),
        is_of_edits=flood["edits"],
    )


def _trouble(trouble: FeedTrouble) -> JsonObject:
    return {
        "feed": trouble.feed,
        "name": trouble.name,
        "error": trouble.error,
        "since": _moment_or_none(trouble.since_at),
    }


def _read_trouble(trouble: JsonObject) -> FeedTrouble:
    return FeedTrouble(
        feed=trouble["feed"], name=trouble["name"], error=trouble["error"], since_at=_instant_or_none(trouble["since"])
    )


def _moment(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _moment_or_none(instant: datetime | None) -> str | None:
    return None if instant is None else _moment(instant)


def _instant(moment: str) -> datetime:
    return datetime.fromisoformat(moment).astimezone(UTC)


def _instant_or_none(moment: str | None) -> datetime | None:
    return None if moment is None else _instant(moment)

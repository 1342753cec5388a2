"""Digests that nothing happened for: one that says of itself that it is a test, and others to try templates on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from monitor.digests.render import Templates, render
from monitor.model import (
    ArticleRef,
    Change,
    Coverage,
    Digest,
    EmailMessage,
    Evidence,
    FeedTrouble,
    Message,
    RegionSection,
    Severity,
    SlackMessage,
    StoryItem,
    Why,
    Window,
)


def trial_digest(now: datetime) -> Digest:
    """Return an alert marked as a test, for `dateline test`."""
    story = StoryItem(
        id=0,
        severity=Severity.LOW,
        headline="Test message: nothing has happened",
        gist="You asked Dateline to show that it can reach you here. This is what an alert looks like.",
        where=(),
        changes=(Change(kind="new_story", text="Test"),),
        figures=(),
        statements=(),
        origins=1,
        articles=(),
        why=(),
        first_seen_at=now,
        updated_at=now,
    )
    return Digest(
        id=f"test-{now:%Y%m%dT%H%M%SZ}",
        subscription="test",
        kind="alert",
        template="alert",
        reason="somebody ran `dateline test`",
        timezone="UTC",
        window=Window(from_at=now - timedelta(minutes=1), to_at=now),
        regions=(RegionSection(code=None, name="Test", stories=(story,)),),
        coverage=Coverage(checked=0, failed=(), quiet=()),
    )


def trial_message(digest: Digest, destination: str, templates: Templates) -> Message:
    """Render a trial digest, with its headline alone as the subject: a test has no severity."""
    message = render(digest, destination, templates)[0]
    match message:
        case EmailMessage():
            return replace(message, subject=digest.stories[0].headline)
        case SlackMessage():
            return replace(message, text=digest.stories[0].headline)
    return message


def sample_digests() -> tuple[Digest, ...]:
    """Return a digest with a story and troubled feeds, and one with nothing, each as an alert and as a digest."""
    empty = replace(trial_digest(datetime(2026, 1, 2, 3, 4, tzinfo=UTC)), regions=())
    since_at = empty.window.from_at
    full = replace(
        empty,
        regions=(RegionSection(code="sample", name="Sample", stories=(_sample_story(empty.window.to_at),)),),
        coverage=Coverage(
            checked=3,
            failed=(FeedTrouble(feed="a", name="A", since_at=since_at, error="no such host"),),
            quiet=(FeedTrouble(feed="b", name="B", since_at=since_at),),
        ),
        silences=("Nothing from Sample for a day",),
    )
    return tuple(replace(one, kind=kind) for one in (full, empty) for kind in ("alert", "digest"))


def _sample_story(now: datetime) -> StoryItem:
    evidence = Evidence(clause="@sample", field="title", start=0, end=6, text="Sample")
    articles = tuple(
        ArticleRef(
            id=number,
            title="Sample headline",
            link=f"https://sample.example/{number}",
            source=f"Outlet {number}",
            published_at=now if number < 3 else None,
            duplicate_of=1 if number == 2 else None,
        )
        for number in (1, 2, 3)
    )
    return StoryItem(
        id=1,
        severity=Severity.HIGH,
        headline="Sample headline",
        gist="A sentence of the article.",
        where=("Sample",),
        changes=(Change(kind="revision", text="the headline was edited"),),
        figures=(),
        statements=(),
        origins=2,
        articles=articles,
        why=(Why(rule="sample", name="Sample", severity=Severity.HIGH, score=1, text="Sample", evidence=(evidence,)),),
        first_seen_at=now - timedelta(hours=1),
        updated_at=now,
    )

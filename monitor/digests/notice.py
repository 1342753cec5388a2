"""A message from Dateline about itself: a test that somebody asked for, or something that the operator should know.

It is an ordinary digest of one story that nobody wrote, so that every channel can carry it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from monitor.digests.render import Templates, render
from monitor.model import (
    Change,
    Coverage,
    Digest,
    EmailMessage,
    Message,
    Notice,
    RegionSection,
    Severity,
    SlackMessage,
    StoryItem,
    Window,
)


def notice_digest(subscription: str, notice: Notice, *, reason: str) -> Digest:
    """Return a notice as an alert of ``subscription``, as of when it began."""
    at = notice.since_at
    story = StoryItem(
        id=0,
        severity=Severity.LOW,
        headline=notice.what,
        gist=notice.hint,
        where=(),
        changes=(Change(kind="new_story", text="New"),),
        figures=(),
        statements=(),
        origins=1,
        articles=(),
        why=(),
        first_seen_at=at,
        updated_at=at,
    )
    return Digest(
        id=f"{subscription}-{at:%Y%m%dT%H%M%SZ}",
        subscription=subscription,
        kind="alert",
        template="alert",
        reason=reason,
        timezone="UTC",
        window=Window(from_at=at - timedelta(minutes=1), to_at=at),
        regions=(RegionSection(code=None, name="Dateline", stories=(story,)),),
        coverage=Coverage(checked=0, failed=(), quiet=()),
    )


def notice_message(digest: Digest, destination: str, templates: Templates) -> Message:
    """Render a notice, with its headline alone as the subject: it has no severity."""
    message = render(digest, destination, templates)[0]
    match message:
        case EmailMessage():
            return replace(message, subject=f"Dateline: {digest.stories[0].headline}")
        case SlackMessage():
            return replace(message, text=digest.stories[0].headline)
    return message

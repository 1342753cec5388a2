"""A message from Dateline about itself: a test that somebody asked for, or something that the operator should know.

It is an ordinary digest of one story that nobody wrote, so that every channel can carry it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.digests.block_kit import context, escaped, line, rich_text, words
from monitor.digests.render import Templates, inlined, render
from monitor.digests.view import view
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


def trial_notice(now: datetime) -> Notice:
    """Return what `dateline test` sends."""
    return Notice(
        key="test",
        what="Test message: nothing has happened",
        hint="Dateline can reach you here.",
        since_at=now,
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
    """Render a notice: unlike news it has no severity, no outlets and no coverage."""
    shown = view(digest)
    (story,) = digest.stories
    match destination.partition(":")[0]:
        case "email":
            text, html = (templates.environment.get_template(f"common/notice.{form}") for form in ("txt", "html"))
            page = html.render(view=shown, subject=story.headline, style_sheet=None)
            return EmailMessage(subject=story.headline, text=text.render(view=shown), html=inlined(page))
        case "slack":
            title = rich_text(line(words(story.headline, "bold")), line(words(story.gist)))
            because = context(f"You get this because {shown.reason}.")
            return SlackMessage(text=escaped(story.headline), blocks=(title, because))
    return render(digest, destination, templates)[0]

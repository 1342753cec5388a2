"""A message from Dateline about itself: a test that somebody asked for, or what the operator should know.

It is an ordinary digest of stories that nobody wrote, so that every channel can carry it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import accumulate

from monitor.digests.block_kit import Element, bullets, context, escaped, line, rich_text, words
from monitor.digests.render import Templates, inlined, render
from monitor.digests.view import Story, view
from monitor.digests.words import counted, one_line
from monitor.model import (
    Change,
    Coverage,
    Digest,
    EmailMessage,
    FolderMessage,
    Message,
    Notice,
    RegionSection,
    Severity,
    SlackMessage,
    StoryItem,
    Window,
)

MOST_LISTED = 20
"""Who is told more at once has one trouble, not many."""
MOST_CHARACTERS = 8_000
"""Of all that is listed, as Slack counts them: what is too long for it would be told to nobody."""
LONGEST = 800
"""Characters that are shown of one notice (`view`: a headline and a gist)."""


def trial_notice(now: datetime) -> Notice:
    """Return what `dateline test` sends."""
    return Notice(
        key="test",
        what="Test message: nothing has happened",
        hint="Dateline can reach you here.",
        since_at=now,
    )


def notice_digest(
    subscription: str, notices: Sequence[Notice], *, at: datetime, reason: str, over: Sequence[str] = ()
) -> Digest:
    """Return notices as one alert of ``subscription``; ``over`` says of earlier ones how they ended."""
    items = [*_items(notices), *((f"Over: {one}", "") for one in over)]
    costs = accumulate(len(escaped(one_line(f"{what} {hint}", LONGEST))) for what, hint in items)
    listed = min(max(sum(cost <= MOST_CHARACTERS for cost in costs), 1), MOST_LISTED)
    if more := len(items) - listed:
        items = [*items[:listed], (f"and {more} more", "`dateline status` shows them.")]
    name = f"{counted(len(notices), 'thing')} to look at" if notices else f"{len(over)} troubles are over"
    return Digest(
        id=f"{subscription}-{at:%Y%m%dT%H%M%SZ}",
        subscription=subscription,
        kind="alert",
        template="alert",
        reason=reason,
        timezone="UTC",
        window=Window(from_at=at - timedelta(minutes=1), to_at=at),
        regions=(
            RegionSection(
                code=None,
                name=name if len(items) > 1 else "Dateline",
                stories=tuple(_story(number, *item, at) for number, item in enumerate(items)),
            ),
        ),
        coverage=Coverage(checked=0, failed=(), quiet=()),
    )


def _items(notices: Sequence[Notice]) -> list[tuple[str, str]]:
    """Return what is said of notices; those that are mended in one way stand together, the way behind the last."""
    alike: dict[str, list[str]] = {}
    for notice in notices:
        alike.setdefault(notice.hint, []).append(notice.what)
    return [
        (what, hint if position == len(whats) else "")
        for hint, whats in alike.items()
        for position, what in enumerate(whats, start=1)
    ]


def _story(number: int, what: str, hint: str, at: datetime) -> StoryItem:
    return StoryItem(
        id=number,
        severity=Severity.LOW,
        headline=what,
        gist=hint,
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


def notice_message(digest: Digest, destination: str, templates: Templates) -> Message:
    """Render a notice: unlike news it has no severity, no outlets and no coverage."""
    shown = view(digest)
    (section,) = shown.regions
    subject = section.name if len(section.stories) > 1 else str(section.stories[0].headline)
    if destination.startswith("slack:"):
        said = rich_text(line(words(subject, "bold")), *_slack_lines(section.stories))
        return SlackMessage(text=escaped(subject), blocks=(said, context(f"You get this because {shown.reason}.")))
    files = {form: templates.environment.get_template(f"common/notice.{form}") for form in ("txt", "html")}
    text = files["txt"].render(view=shown, subject=subject)
    html = inlined(files["html"].render(view=shown, subject=subject, style_sheet=None))
    if destination.startswith("email:"):
        return EmailMessage(subject=subject, text=text, html=html)
    (message,) = render(digest, destination, templates)
    assert isinstance(message, FolderMessage)  # noqa: S101 - there is no fourth channel
    return replace(message, files=message.files | {"digest.html": html, "digest.txt": text})


def _slack_lines(stories: Sequence[Story]) -> Iterator[Element]:
    """Yield what is said beside the subject; several notices as lists, each with what helps against all of it."""
    run: list[Element] = []
    for story in stories:
        if len(stories) > 1:
            run.append(line(words(str(story.headline))))
        if story.gist or story is stories[-1]:
            yield from [bullets(run)] if run else []
            yield from [line(words(str(story.gist), "italic"))] if story.gist else []
            run = []

"""A digest's view as Slack messages: in the channel what is read in seconds, in the thread what has no room there.

A short digest is one message. A long one is an overview, with the details in its thread. What continues an alert says
in that alert's thread what changed, and the alert itself is edited to how its stories stand now. Stories are made in
`story_blocks`; Slack's limits are kept in `block_kit`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from monitor.digests.block_kit import (
    Unit,
    context,
    divider,
    emoji,
    escaped,
    fits,
    fitting,
    header,
    laid_out,
    line,
    mrkdwn_section,
    packed,
    rich_text,
    unit,
    words,
)
from monitor.digests.sight import Trouble
from monitor.digests.story_blocks import flood, flood_line, full, headline, update
from monitor.digests.view import FloodView, Story, View
from monitor.digests.words import one_line
from monitor.model import SlackMessage
from monitor.text.lines import shorten

_WHOLE_STORIES = 8
"""With more stories than these a channel gets their headlines, and the details in the thread."""
_NOTIFICATION_LIMIT, _OPENING_LIMIT = 500, 1_000
_SENTENCE_ENDS = (".", "!", "?", "…", "。", "۔", "؟", ":")


def slack_messages(
    view: View, subject: str, *, opening: str = "", headlines_only: bool = False
) -> tuple[SlackMessage, ...]:
    """Return the parts of a digest: the first for the channel, the others for its thread.

    ``opening`` stands above everything in Slack's markup. Mentions are alive in it and nowhere else: it is the
    operator's. A reply has none unless something in it became graver. ``headlines_only`` leaves the details out.
    """
    if view.continues and not any(story.severity_before for story in view.stories):
        opening = ""
    above, below = _above(view, opening), _below(view, f"{view.subscription}: {view.reason}")
    if view.continues and not view.is_empty:
        parts = packed([*_opening(opening), *_stories(view, update), *_floods(view, flood), *_troubled(view)])
    elif not headlines_only and (whole := _whole(view, above, below)):
        parts = [whole]
    else:
        lines = _lines(view)
        pointer = "The rest in the thread ↓" if headlines_only else "Details in the thread ↓"
        shown = fitting([*above, _more(len(lines), pointer), *below], lines)
        thread = packed(lines[shown:] if headlines_only else _details(view))
        hint = [_more(len(lines) - shown, pointer)] if thread else []
        parts = [[*above, *lines[:shown], *hint, *below], *thread]
    texts = [_notification(view, subject, opening)]
    named = escaped(one_line(subject, _NOTIFICATION_LIMIT))
    texts += [f"{named} ({number} of {len(parts) - 1})" for number in range(1, len(parts))]
    return tuple(_message(text, units) for text, units in zip(texts, parts, strict=True))


def slack_edit(view: View, subject: str, *, opening: str = "", headlines_only: bool = False) -> SlackMessage:
    """Return what an alert is edited to: its stories as they stand now, in one message however many they are.

    The reason of ``view`` is what happened since: "3 updates in this thread".
    """
    note = unit([context(f"Updated {view.ended} · {view.reason}")])
    above, below = [*_above(view, opening), note], _below(view, view.subscription)
    units = None if headlines_only else _whole(view, above, below)
    if units is None:
        lines, pointer = _lines(view), "They are in the thread ↓"
        shown = fitting([*above, _more(len(lines), pointer), *below], lines)
        hint = [_more(len(lines) - shown, pointer)] if shown < len(lines) else []
        units = [*above, *lines[:shown], *hint, *below]
    return _message(_notification(view, subject, opening), units, edits=True)


def _message(text: str, units: Sequence[Unit], *, edits: bool = False) -> SlackMessage:
    blocks, plain_blocks = laid_out(units)
    return SlackMessage(text=text, blocks=blocks, plain_blocks=plain_blocks, edits=edits)


def _whole(view: View, above: list[Unit], below: list[Unit]) -> list[Unit] | None:
    """Return everything in one message; None where that would be too long to read, or for Slack."""
    details = _details(view)
    units = [*above, *details, *below]
    return units if len(details) <= _WHOLE_STORIES and fits(units) else None


def _details(view: View) -> list[Unit]:
    return [*_stories(view, full), *_floods(view, flood)]


def _lines(view: View) -> list[Unit]:
    return [*_stories(view, headline), *_floods(view, flood_line)]


def _stories(view: View, make: Callable[[Story, str], Unit]) -> Iterator[Unit]:
    """Yield each story's unit; a region's first bears its name, where there are several regions."""
    for region in view.regions:
        for number, story in enumerate(region.stories):
            yield make(story, region.name if number == 0 and len(view.regions) > 1 else "")


def _floods(view: View, make: Callable[[FloodView], Unit]) -> Iterator[Unit]:
    yield from map(make, view.floods)
    if view.more_floods:
        yield unit([context(f"and {view.more_floods} more like these")])


def _more(hidden: int, pointer: str) -> Unit:
    return unit([context(f"{f'{hidden} more. ' if hidden else ''}{pointer}")])


# --- above and below the stories ---------------------------------------------------------------------------------


def _opening(opening: str) -> list[Unit]:
    return [unit([mrkdwn_section(shorten(opening, _OPENING_LIMIT))])] if opening else []


def _above(view: View, opening: str) -> list[Unit]:
    blocks = []
    if view.kind == "digest" or view.is_catch_up or view.count != 1:
        blocks += [header(view.heading), context(" · ".join(filter(None, [view.window, view.severities])))]
    if view.is_empty:
        sign = emoji("white_check_mark" if view.sight.state == "clear" else "warning")
        blocks.append(rich_text(line(sign, words(f" {view.sight.explanation}"))))
    elif view.sight.warning:
        blocks.append(context(f"⚠ {view.sight.warning}"))
    return [*_opening(opening), *([unit(blocks)] if blocks else [])]


def _below(view: View, reason: str) -> list[Unit]:
    sight = view.sight
    quiet = _troubles("quieter than usual", sight.quiet, sight.more_quiet)
    muted = [f"Muted: {silence}" for silence in view.silences]
    muted += [f"and {view.more_silences} more muted"] if view.more_silences else []
    checked = context(f"{sight.checked} checked", *_failing(view), quiet, *muted)
    return [unit([divider(), checked, context(_mark(view), f"{reason} · times of {view.timezone}")])]


def _troubled(view: View) -> list[Unit]:
    """Return what a reply must not leave out: the rest of what was checked stands below the alert itself."""
    lines = list(filter(None, [*_failing(view), _mark(view)]))
    return [unit([context(*lines)])] if lines else []


def _failing(view: View) -> list[str]:
    """Return what could not be read: a line each, where there is more than one."""
    failed, more = view.sight.failed, view.sight.more_failed
    if len(failed) <= 1:
        return [_troubles("failing", failed, more)]
    last = [f"• and {more} more"] if more else []
    return [f"{len(failed) + more} failing:", *(f"• {trouble}" for trouble in failed), *last]


def _troubles(what: str, troubles: Sequence[Trouble], more: int) -> str:
    if not troubles:
        return ""
    return f"{len(troubles) + more} {what}: {'; '.join(map(str, troubles))}{f' and {more} more' if more else ''}"


def _mark(view: View) -> str:
    return f"⚠ {view.mark}" if view.mark else ""


# --- notification ------------------------------------------------------------------------------------------------


def _notification(view: View, subject: str, opening: str) -> str:
    """Return what a telephone shows and a screen reader reads: sentences, the gravest and newest first."""
    told = sorted(view.stories, key=lambda story: (-story.severity.rank, not story.is_new))
    news = [story.changes[0].text if view.continues and story.changes else story.headline.text for story in told[:3]]
    news += [flood.text for flood in view.floods[:1]]
    sentences = [subject.strip() or view.heading, *(one for one in news if one and one not in subject)]
    text = " ".join(one if one.endswith(_SENTENCE_ENDS) else f"{one}." for one in sentences[:-1])
    whole = escaped(one_line(f"{text} {sentences[-1]}", _NOTIFICATION_LIMIT))
    return f"{shorten(' '.join(opening.split()), _OPENING_LIMIT)} {whole}" if opening else whole

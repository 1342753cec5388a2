"""A digest's view as Slack messages: Block Kit that keeps every limit, in which no word of a feed can come alive.

Words of feeds stand only in ``rich_text`` elements and ``plain_text``, both of which Slack shows as they are; the
fall-back ``text`` is the one place that Slack reads as markup, and is escaped. Limits are Slack's documented ones, but
for the sum over a message: about 13,200 characters were seen refused as ``msg_blocks_too_long``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from monitor.digests.sight import Sight
from monitor.digests.view import Copy, Report, Story, View
from monitor.digests.words import one_line
from monitor.model import Severity, SlackMessage

Block = dict[str, Any]
Element = dict[str, Any]

BLOCKS_LIMIT = 50
CHARACTERS_LIMIT = 10_000
HEADER_LIMIT = 150
CONTEXT_LIMIT = 2_000
_LINK_LIMIT = 1_000
"""Longer addresses are left out: one must not eat the room of a whole story."""
_WHOLE_STORIES = 8
"""With more stories than these a channel gets their headlines, and the details in the thread."""
_FALL_BACK_LIMIT = 600
_CHANGES_SHOWN, _FIGURES_SHOWN, _STATEMENTS_SHOWN = 5, 8, 3

_EMOJI = {
    Severity.CRITICAL: "red_circle",
    Severity.HIGH: "large_orange_circle",
    Severity.MEDIUM: "large_yellow_circle",
    Severity.LOW: "white_circle",
}


def slack_messages(view: View, subject: str, *, headlines_only: bool = False) -> tuple[SlackMessage, ...]:
    """Return the parts of a digest: the first for the channel, the others for its thread.

    A short digest is one message. A long one is an overview, with the details in the thread; ``headlines_only`` leaves
    the details out.
    """
    top, bottom = _top(view), _bottom(view)
    whole = [*top, *_joined(_units(view, _full)), *bottom]
    if not headlines_only and view.count <= _WHOLE_STORIES and _fits(whole):
        return (SlackMessage(text=_fall_back(view, subject), blocks=tuple(whole)),)
    headlines = list(_units(view, _headline))
    room = [*top, _pointer(len(headlines), headlines_only=headlines_only), *bottom]
    shown = _as_many_as_fit(room, headlines)
    thread = _pack(headlines[shown:] if headlines_only else list(_units(view, _full)))
    overview = [*top, *_joined(headlines[:shown])]
    if thread:
        overview.append(_pointer(len(headlines) - shown, headlines_only=headlines_only))
    parent = SlackMessage(text=_fall_back(view, subject), blocks=(*overview, *bottom))
    replies = (
        SlackMessage(text=_escaped(f"{subject} ({number} of {len(thread)})"), blocks=tuple(blocks))
        for number, blocks in enumerate(thread, start=1)
    )
    return (parent, *replies)


def _pointer(hidden: int, *, headlines_only: bool) -> Block:
    what = "The rest" if headlines_only else "Details"
    return _context(f"{f'{hidden} more. ' if hidden else ''}{what} in the thread ↓")


def characters(blocks: Iterable[Any]) -> int:
    """Return how many characters Slack is given to show or to link to."""
    total = 0
    for block in blocks:
        for key, value in block.items():
            if key in ("text", "url") and isinstance(value, str):
                total += len(value)
            elif isinstance(value, dict):
                total += characters([value])
            elif isinstance(value, list):
                total += characters(value)
    return total


def _fits(blocks: list[Block]) -> bool:
    return len(blocks) <= BLOCKS_LIMIT and characters(blocks) <= CHARACTERS_LIMIT


def _joined(units: Iterable[list[Block]]) -> list[Block]:
    return [block for unit in units for block in unit]


def _as_many_as_fit(room: list[Block], units: list[list[Block]]) -> int:
    taken = list(room)
    for number, unit in enumerate(units):
        taken += unit
        if not _fits(taken):
            return number
    return len(units)


def _pack(units: list[list[Block]]) -> list[list[Block]]:
    """Fill one part after the other; no story is torn apart."""
    parts = []
    while units:
        # At least one: a unit that was too large by itself could not be made smaller here.
        taken = max(1, _as_many_as_fit([], units))
        parts.append(_joined(units[:taken]))
        units = units[taken:]
    return parts


def _units(view: View, make: Callable[[Story, str], list[Block]]) -> Iterator[list[Block]]:
    """Yield the blocks of each story; a region's first bears its name, where there are several regions."""
    for region in view.regions:
        for number, story in enumerate(region.stories):
            yield make(story, region.name if number == 0 and len(view.regions) > 1 else "")


# --- above and below the stories ---------------------------------------------------------------------------------


def _top(view: View) -> list[Block]:
    blocks = []
    if view.kind == "digest" or view.count != 1:
        blocks = [
            {"type": "header", "text": _plain(view.heading, HEADER_LIMIT)},
            _context(" · ".join(filter(None, [view.window, view.severities]))),
        ]
    if not view.count:
        return [*blocks, _nothing(view.sight)]
    if view.sight.warning:
        blocks.append(_context(f"⚠ {view.sight.warning}"))
    return blocks


def _nothing(sight: Sight) -> Block:
    emoji = "white_check_mark" if sight.state == "clear" else "warning"
    return _rich(_section({"type": "emoji", "name": emoji}, _text(f" {sight.explanation}")))


def _bottom(view: View) -> list[Block]:
    sight = view.sight
    failed = _troubles("failing", sight.failed, sight.more_failed)
    quiet = _troubles("quieter than usual", sight.quiet, sight.more_quiet)
    lines = [f"{sight.checked} checked", failed, quiet, *(f"muted: {silence}" for silence in view.silences)]
    return [
        {"type": "divider"},
        _context("\n".join(filter(None, lines))),
        _context(f"{view.subscription}: {view.reason} · times of {view.timezone}"),
    ]


def _troubles(what: str, troubles: Iterable[object], more: int) -> str:
    named = [str(trouble) for trouble in troubles]
    if not named:
        return ""
    return f"{len(named) + more} {what}: {'; '.join(named)}{f' and {more} more' if more else ''}"


def _fall_back(view: View, subject: str) -> str:
    """Return what a notification shows and a screen reader reads."""
    headlines = [story.headline.text for story in view.stories[:3] if story.headline.text not in subject]
    return _escaped(one_line(" · ".join(filter(None, [subject.strip() or view.heading, *headlines])), _FALL_BACK_LIMIT))


def _escaped(text: str) -> str:
    """Return ``text`` as markup that shows it: no ``<!channel>``, no ``<@U123>``, and no bare ``@here`` either."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"@(?=channel|here|everyone|group)", "@\u2060", text, flags=re.IGNORECASE)


# --- one story ---------------------------------------------------------------------------------------------------


def _headline(story: Story, region: str) -> list[Block]:
    source = _byline(story.lead) if story.lead else ""
    behind = " · ".join(filter(None, ["" if story.is_new else "update", source, story.breadth]))
    return [
        _rich(
            *_named(region),
            _section(
                {"type": "emoji", "name": _EMOJI[story.severity]},
                _text(" "),
                _link(story.headline.text, story.link, "bold"),
                *([_text(f"  {behind}")] if behind else []),
            ),
        )
    ]


def _named(region: str) -> list[Element]:
    return [_section(_text(f"{region}\n", "bold"))] if region else []


def _full(story: Story, region: str) -> list[Block]:
    """Return a story with as many of its other reports as there is room for in one message."""
    for reports, copies in ((8, 8), (8, 0), (3, 0)):
        blocks = _story(story, region, reports, copies)
        if _fits(blocks):
            return blocks
    return _story(story, region, 0, 0)


def _story(story: Story, region: str, reports: int, copies: int) -> list[Block]:
    source = " · ".join(filter(None, [_byline(story.lead) if story.lead else "", story.breadth]))
    tags = [str(story.severity).upper(), "new" if story.is_new else "update", story.where]
    parts = [
        *_named(region),
        _section(
            {"type": "emoji", "name": _EMOJI[story.severity]},
            _text(f" {' · '.join(filter(None, tags))}\n"),
            _link(story.headline.text, story.link, "bold"),
            *([_text(f"\n{source}")] if source else []),
        ),
    ]
    if story.gist:
        parts.append({"type": "rich_text_quote", "elements": [_text(story.gist.text)]})
    parts += _list("What changed", [change.text for change in story.changes], _CHANGES_SHOWN)
    figures = [
        f"{figure.claim} ({_with_commas(figure.claimant or 'the report itself', figure.outlet, figure.time)})"
        for figure in story.figures
    ]
    parts += _list("Who says what", figures, _FIGURES_SHOWN, more=story.more_figures)
    statements = [f"{said.claim}: “{said.quote}”" if said.quote else said.claim for said in story.statements]
    parts += _list("Statements", statements, _STATEMENTS_SHOWN)
    parts += _others(story, reports, copies)
    blocks = [{"type": "divider"}, _rich(*parts)]
    if story.why:
        blocks.append(_context(one_line(f"Why: {'; '.join(story.why)}", 600)))
    return blocks


def _byline(report: Report) -> str:
    return _with_commas(report.source, report.time)


def _with_commas(*words: str) -> str:
    return ", ".join(filter(None, words))


def _list(label: str, lines: list[str], limit: int, *, more: int = 0) -> list[Element]:
    if not lines:
        return []
    more += len(lines[limit:])
    items = [_section(_text(line)) for line in [*lines[:limit], *([f"and {more} more"] if more else [])]]
    return [_section(_text(label, "bold")), {"type": "rich_text_list", "style": "bullet", "elements": items}]


def _others(story: Story, reports: int, copies: int) -> list[Element]:
    """Return who else carried it, in two lines of outlets that are links: the titles are in the mail."""
    others = story.reports[1:]
    lines = []
    if story.lead and story.lead.copies[:copies]:
        lines.append(_section(_text("Same text: ", "bold"), *_outlets(story.lead.copies[:copies])))
    if others[:reports]:
        elements = _outlets(others[:reports])
        more = len(others[reports:]) + story.more_reports
        lines.append(_section(_text("Also: ", "bold"), *elements, *([_text(f" and {more} more")] if more else [])))
    return lines


def _outlets(reports: Sequence[Report | Copy]) -> list[Element]:
    separated = [[_link(report.source, report.link), _text(", ")] for report in reports]
    return [element for pair in separated for element in pair][:-1]


# --- pieces ------------------------------------------------------------------------------------------------------


def _plain(text: str, limit: int) -> Element:
    return {"type": "plain_text", "text": one_line(text, limit), "emoji": False}


def _context(text: str) -> Block:
    lines = "\n".join(one_line(line, CONTEXT_LIMIT) for line in text.split("\n"))
    return {"type": "context", "elements": [{"type": "plain_text", "text": lines[:CONTEXT_LIMIT], "emoji": False}]}


def _rich(*elements: Element) -> Block:
    return {"type": "rich_text", "elements": list(elements)}


def _section(*elements: Element) -> Element:
    return {"type": "rich_text_section", "elements": list(elements)}


def _text(text: str, *styles: str) -> Element:
    element: Element = {"type": "text", "text": text}
    return element | {"style": dict.fromkeys(styles, True)} if styles else element


def _link(text: str, url: str | None, *styles: str) -> Element:
    if url is None or len(url) > _LINK_LIMIT:
        return _text(text or "(no title)", *styles)
    return _text(text or "(no title)", *styles) | {"type": "link", "url": url}

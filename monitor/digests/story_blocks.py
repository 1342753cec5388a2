"""One story in Slack: in full, as what changed since an alert told of it, and as a line of an overview.

Each is a unit of a message, and gives up the least of itself where it would not fit into one: other outlets first, its
headline never. Shows the view's words as they are; what stands around the stories is `blocks`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from monitor.digests.block_kit import (
    Block,
    Element,
    Unit,
    bullets,
    context,
    divider,
    emoji,
    fits,
    line,
    link,
    ours,
    quote,
    rich_text,
    table,
    unit,
    words,
)
from monitor.digests.claimants import Claimant, Figure
from monitor.digests.outlets import Copy, Report
from monitor.digests.view import FloodView, Story
from monitor.digests.words import counted, one_line
from monitor.model import Severity

_WHERE_LIMIT, _CHANGE_LIMIT, _SMALL_PRINT_LIMIT = 120, 80, 600
_MOVES_WORTH_A_TABLE = 2
"""A single move is told by its sentence."""

_EMOJI = {
    Severity.CRITICAL: "red_circle",
    Severity.HIGH: "large_orange_circle",
    Severity.MEDIUM: "large_yellow_circle",
    Severity.LOW: "white_circle",
}


@dataclass(frozen=True, slots=True)
class _Room:
    """How much of a story is shown."""

    outlets: int
    copies: int
    changes: int
    statements: int
    figures: bool = True
    gist: bool = True


_ROOMS = (
    _Room(outlets=8, copies=8, changes=5, statements=3),
    _Room(outlets=8, copies=0, changes=5, statements=3),
    _Room(outlets=3, copies=0, changes=5, statements=3),
    _Room(outlets=0, copies=0, changes=5, statements=3),
    _Room(outlets=0, copies=0, changes=3, statements=1),
    _Room(outlets=0, copies=0, changes=1, statements=0, figures=False, gist=False),
)
"""Tried in this order; the first that fits into a message by itself is taken, and a mere headline where none does."""


def full(story: Story, region: str = "") -> Unit:
    """Return everything about a story; ``region`` is named above it where it is the first of one."""
    return _largest((_full(story, region, room) for room in _ROOMS), story, region)


def update(story: Story, region: str = "") -> Unit:
    """Return what changed since the alert above in its thread: the story itself stands there."""
    return _largest((_update(story, region, room) for room in _ROOMS), story, region)


def headline(story: Story, region: str = "") -> Unit:
    """Return the story as a line of an overview."""
    carried = story.breadth or (story.lead.source if story.lead else "")
    behind = _dotted(one_line(story.where, _WHERE_LIMIT), _told(story), carried)
    graver = [words(f"{_severity(story)} · ", "bold")] if story.severity_before else []
    shown = line(
        emoji(_EMOJI[story.severity]),
        words(" "),
        *graver,
        link(story.headline.text, story.link, "bold"),
        words(f"  {behind}"),
    )
    return unit([rich_text(*_named(region), shown)])


def flood(told: FloodView) -> Unit:
    """Return so much at once in one line, with as many examples as there is room for, and one at least."""
    sizes = (unit([divider(), _flood(told, shown)]) for shown in (len(told.examples), 5, 3))
    return next((one for one in sizes if fits([one])), unit([divider(), _flood(told, 1)]))


def flood_line(told: FloodView) -> Unit:
    return unit([_flood(told, 0)])


def _largest(sizes: Iterable[Unit], story: Story, region: str) -> Unit:
    return next((one for one in sizes if fits([one])), headline(story, region))


def _full(story: Story, region: str, room: _Room) -> Unit:
    tags = _dotted(_severity(story), _state(story), story.where)
    title = _title(story, region, tags, _dotted(_byline(story.lead), story.breadth))
    changes = _list("What changed", [change.text for change in story.changes], room.changes, story.more_changes)
    gist = [quote(story.gist.text)] if story.gist and room.gist else []
    head = [*gist, *changes] if story.is_new else [*changes, *gist]
    said = [f"{one.claim}: “{one.quote}”" if one.quote else one.claim for one in story.statements]
    tail = [*_list("Statements", said, room.statements), *_others("Also: ", story.reports[1:], story, room)]
    seen = f"First seen {story.first_seen}{f', updated {story.updated}' if story.updated else ''}"
    claimants, more = (story.claimants, story.more_figures) if room.figures else ((), 0)
    return _with_figures(title, head, claimants, more, tail, [seen, _why(story)])


def _update(story: Story, region: str, room: _Room) -> Unit:
    title = _title(story, region, _severity(story) if story.severity_before else "", "")
    moved = [
        replace(claimant, figures=figures)
        for claimant in story.claimants
        if (figures := tuple(figure for figure in claimant.figures if figure.before))
    ]
    is_table_worth = room.figures and sum(len(claimant.figures) for claimant in moved) >= _MOVES_WORTH_A_TABLE
    head = _list("", [change.text for change in story.changes], room.changes, story.more_changes)
    tail = _others("New reports: ", story.reports, story, room)
    return _with_figures(title, head, moved if is_table_worth else (), 0, tail, [_why(story)])


def _flood(told: FloodView, examples: int) -> Block:
    head = line(emoji(_EMOJI[told.severity]), words(f" {told.text}", "bold"))
    shown = [
        line(link(one.title.text, one.link), *([words(f"  {one.time}")] if one.time else []))
        for one in told.examples[:examples]
    ]
    return rich_text(head, *([bullets(shown)] if shown else []))


# --- who says what -----------------------------------------------------------------------------------------------


def _with_figures(
    title: list[Block],
    head: list[Element],
    claimants: Sequence[Claimant],
    more: int,
    tail: list[Element],
    small_print: Iterable[str],
) -> Unit:
    """Return a story's blocks, its figures between ``head`` and ``tail``: as a list, and as a table."""
    above = [divider(), *title]
    printed = ". ".join(filter(None, small_print))
    below = [context(one_line(printed, _SMALL_PRINT_LIMIT))] if printed else []
    if not claimants:
        return unit([*above, *_body(head, tail), *below])
    rest = [line(words(f"and {counted(more, 'more figure')}"))] if more else []
    listed = [line(words("Who says what", "bold")), bullets(_said(claimant) for claimant in claimants), *rest]
    return unit(
        [*above, *_body(head, listed, tail), *below],
        [*above, *_body(head), _table(claimants), *_body(rest, tail), *below],
    )


def _body(*pieces: list[Element]) -> list[Block]:
    elements = [element for piece in pieces for element in piece]
    return [rich_text(*elements)] if elements else []


def _said(claimant: Claimant) -> Element:
    """Return a claimant's figures in one line; where they were read is said once for those read in one place."""
    claims = (
        f"{'; '.join(_claim(figure) for figure in alike)}{f' ({via})' if via else ''}"
        for via, alike in groupby(claimant.figures, key=_via)
    )
    return line(_who(claimant), *(words(f"{'; ' if number else ': '}{claim}") for number, claim in enumerate(claims)))


def _table(claimants: Sequence[Claimant]) -> Block:
    """Return the figures side by side. Two columns are what a telephone shows without scrolling."""
    return table(("Who", "Says"), ((line(_who(claimant)), _figures(claimant)) for claimant in claimants))


def _figures(claimant: Claimant) -> Element:
    """Return a claimant's figures, one below the other; where they were read stands below those read in one place."""
    told: list[Element] = []
    for via, alike in groupby(claimant.figures, key=_via):
        told += (element for figure in alike for element in (words(";\n"), words(ours(_claim(figure)))))
        told += [words(f"\n({via})", "italic")] if via else []
    return line(*told[1:])


def _who(claimant: Claimant) -> Element:
    return words(ours(claimant.name[:1].upper() + claimant.name[1:]), "bold")


def _claim(figure: Figure) -> str:
    return f"{figure.claim}, {figure.before}" if figure.before else figure.claim


def _via(figure: Figure) -> str:
    return _with_commas(figure.outlet, figure.time)


# --- pieces ------------------------------------------------------------------------------------------------------


def _severity(story: Story) -> str:
    before = f", was {story.severity_before.upper()}" if story.severity_before else ""
    return f"{story.severity.upper()}{before}"


def _state(story: Story) -> str:
    """Return nothing for a story that is told as it stands, as in an alert that was edited."""
    return "new" if story.is_new else "update" if story.changes else ""


def _told(story: Story) -> str:
    """Return what changed in few words; nothing for a story that is simply new."""
    if not story.changes:
        return "" if story.is_new else "update"
    others = len(story.changes) - 1 + story.more_changes
    return f"{one_line(story.changes[0].text, _CHANGE_LIMIT)}{f' (+{others})' if others else ''}"


def _title(story: Story, region: str, tags: str, byline: str) -> list[Block]:
    """Return what stands above a story; where its headline is written from right to left, that is a block of its own.

    A block takes its direction from its first letter.
    """
    sign, title = emoji(_EMOJI[story.severity]), link(story.headline.text, story.link, "bold")
    lines = [line(sign, words(f" {tags}")), line(title)] if tags else [line(sign, words(" "), title)]
    lines = [*_named(region), *lines, *([line(words(ours(byline)))] if byline else [])]
    return [rich_text(one) for one in lines] if story.headline.direction == "rtl" else [rich_text(*lines)]


def _named(region: str) -> list[Element]:
    return [line(words(region, "bold"))] if region else []


def _byline(report: Report | None) -> str:
    return _with_commas(report.source, report.time) if report else ""


def _with_commas(*parts: str) -> str:
    return ", ".join(filter(None, parts))


def _dotted(*parts: str) -> str:
    return " · ".join(filter(None, parts))


def _list(label: str, lines: list[str], limit: int, more: int = 0) -> list[Element]:
    if not lines[:limit]:
        return []
    more += len(lines[limit:])
    items = [line(words(ours(text))) for text in [*lines[:limit], *([f"and {more} more"] if more else [])]]
    return [*([line(words(label, "bold"))] if label else []), bullets(items)]


def _others(label: str, reports: Sequence[Report], story: Story, room: _Room) -> list[Element]:
    """Return who else carried it, in two lines of outlets that are links: the titles are in the mail."""
    copies, more = (story.lead.copies, story.lead.more_copies) if story.lead else ((), 0)
    return [
        *_outlets(label, reports, room.outlets, story.more_reports),
        *_outlets("Same text: ", copies, room.copies, more),
    ]


def _outlets(label: str, reports: Sequence[Report | Copy], limit: int, more: int) -> list[Element]:
    if not reports[:limit]:
        return []
    separated = [element for report in reports[:limit] for element in (words(", "), link(report.source, report.link))]
    more += len(reports[limit:])
    return [line(words(label, "bold"), *separated[1:], *([words(f" and {more} more")] if more else []))]


def _why(story: Story) -> str:
    return f"Why: {'; '.join(story.why)}" if story.why else ""

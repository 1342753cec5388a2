"""What edits of articles took back or put right: "The article of Dawn that you were sent at 09:10 now says 31, not 12".

An edit of an article that a reader was sent is told, whatever it changed; of other articles only that a figure or a
statement is gone that nobody gives any more. Pure; who was sent what is an argument.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.model import Change, Figure, Move, Statement
from monitor.stories import wording
from monitor.stories.claims import may_be_same, stems
from monitor.stories.reports import Moment, Report
from monitor.text.lines import listed, one_line, shorten

_TITLE_LENGTH = 120
_PARTS_TOLD, _OUTLETS_NAMED = 4, 3


@dataclass(frozen=True, slots=True)
class _Edit:
    """What one article says otherwise than before."""

    now: Report
    parts: tuple[str, ...]
    moves: tuple[Move, ...]
    is_material: bool


@dataclass(frozen=True, slots=True)
class _Unsaid:
    """What an article left out and nobody says."""

    figures: list[Figure]
    statements: list[Statement]


def edits(before: Moment, after: Moment, told: Mapping[int, datetime], zone: ZoneInfo) -> Iterator[Change]:
    """Yield the edits between two moments, those that say the same as one."""
    was, current = before.current(), after.current()
    changed: dict[tuple[str, ...], list[_Edit]] = {}
    for now in current.values():
        if now.article not in was or was[now.article].revision == now.revision:
            continue
        unsaid = _unsaid_by_all(was[now.article], now, current.values())
        edit = _told_edit(was[now.article], now, unsaid) if now.article in told else _retraction(now, unsaid)
        if edit.parts:
            changed.setdefault((str(now.article in told), *edit.parts), []).append(edit)
    for alike in changed.values():
        yield Change(
            kind="revision",
            text=f"{_subject(alike, told, after.at, zone)} {listed(alike[0].parts, _PARTS_TOLD)}",
            moves=alike[0].moves,
            articles=tuple(edit.now.article for edit in alike),
            is_material=alike[0].is_material,
        )


def _told_edit(was: Report, now: Report, unsaid: _Unsaid) -> _Edit:
    """Return what readers of an article have to know; of what it left out it matters whether anybody says so still."""
    gone, new = _missing(was.counts, now.counts), _missing(now.counts, was.counts)
    moved: list[tuple[Figure, Figure]] = []
    for figure in gone:
        if follower := next((one for one in new if (one.outcome, one.group) == (figure.outcome, figure.group)), None):
            new.remove(follower)
            moved.append((figure, follower))
    lost = [figure for figure in gone if all(figure is not old for old, _ in moved)]
    parts = [f"now says {wording.claim(new)}, not {wording.amount(old)}" for old, new in moved]
    parts += _without(lost, _dropped(was.statements, now.statements))
    if one_line(was.title) != one_line(now.title):
        parts.append(f"is now headlined “{shorten(one_line(now.title), _TITLE_LENGTH)}”")
    moves = (*(_move(old, new) for old, new in moved), *(_move(old, None) for old in lost))
    return _Edit(now, tuple(parts or ["was edited"]), moves, bool(moved or unsaid.figures or unsaid.statements))


def _retraction(now: Report, unsaid: _Unsaid) -> _Edit:
    parts = _without(unsaid.figures, unsaid.statements)
    return _Edit(now, tuple(parts), tuple(_move(old, None) for old in unsaid.figures), is_material=False)


def _unsaid_by_all(was: Report, now: Report, current: Collection[Report]) -> _Unsaid:
    """Return what no article says any more, nor puts another figure in its place."""
    kept = tuple(figure for one in current for figure in one.counts)
    said = tuple(statement for one in current for statement in one.statements)
    replaced = {(one.outcome, one.group) for one in _missing(now.counts, was.counts)}
    figures = [one for one in _missing(was.counts, kept) if (one.outcome, one.group) not in replaced]
    return _Unsaid(figures, _dropped(was.statements, said))


def _without(lost: list[Figure], unsaid: list[Statement]) -> list[str]:
    parts = [f"no longer says {wording.claims(lost)}"] if lost else []
    return parts + [f"no longer says that {wording.statement(one.who, one)}" for one in unsaid]


def _dropped(statements: tuple[Statement, ...], others: tuple[Statement, ...]) -> list[Statement]:
    return [one for one in statements if not any(_is_like(one, other) for other in others)]


def _missing(figures: tuple[Figure, ...], others: tuple[Figure, ...]) -> list[Figure]:
    """Return the counts that others do not give, each once."""
    missing: list[Figure] = []
    for figure in figures:
        if not any(may_be_same(figure, one) for one in (*others, *missing)):
            missing.append(figure)
    return missing


def _is_like(one: Statement, other: Statement) -> bool:
    return one.kind == other.kind and bool(stems(one.who) & stems(other.who))


def _move(old: Figure, new: Figure | None) -> Move:
    return Move(
        outcome=old.outcome, group=old.group, before=wording.amount(old), after=wording.amount(new) if new else None
    )


def _subject(alike: list[_Edit], told: Mapping[int, datetime], at: datetime, zone: ZoneInfo) -> str:
    outlets = listed(tuple(dict.fromkeys(edit.now.source for edit in alike)), _OUTLETS_NAMED)
    sent = [told[edit.now.article] for edit in alike if edit.now.article in told]
    if not sent:
        return f"An article of {outlets}"
    time, today = min(sent).astimezone(zone), at.astimezone(zone).date()
    day = "" if time.date() == today else f" on {time:%a} {time.day} {time:%b}"
    return f"The article of {outlets} that you were sent{day} at {time:%H:%M}"

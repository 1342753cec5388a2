"""What edits of articles took back or put right: "The article of Dawn that you were sent at 09:10 now says 31, not 12".

An edit of an article that a reader was sent is told, whatever it changed; of other articles only that a figure or a
statement is gone that nobody gives any more. A figure is told to be another's correction only where the same claimant
counts the same people; what else is new is the ledger's. Pure; who was sent what is an argument.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.model import Change, Figure, Move, Statement
from monitor.stories import wording
from monitor.stories.claimants import Claimants
from monitor.stories.claims import is_same_count, may_be_same, stems
from monitor.stories.ledger import Ledger
from monitor.stories.reports import Moment, Report
from monitor.text.lines import listed, one_line, shorten

_TITLE_LENGTH = 120
_PARTS_TOLD, _OUTLETS_NAMED = 4, 3


Correction = tuple[Figure, Figure]
"""A claimant's figure before and after an edit."""


@dataclass(frozen=True, slots=True)
class Edit:
    """What one article says otherwise than before."""

    now: Report
    corrected: list[Correction]
    """Of an article that was sent; who corrected another is told as a claimant whose figure moved."""
    lost: list[Figure]
    parts: tuple[str, ...]
    """In words."""
    is_material: bool


@dataclass(frozen=True, slots=True)
class _Unsaid:
    """What an article left out and nobody says."""

    figures: list[Figure]
    statements: list[Statement]


def edits(before: Moment, after: Moment, told: Collection[int]) -> list[Edit]:
    """Return what edits between two moments there is to tell of; ``told`` are the articles that were sent."""
    was, current = before.current(), after.current()
    found = []
    for now in current.values():
        old = was.get(now.article)
        if old is None or old.revision == now.revision:
            continue
        corrected = _corrected(old, now)
        unsaid = _unsaid_by_all(old, corrected, current.values())
        edit = _told_edit(old, now, corrected, unsaid) if now.article in told else _retraction(now, unsaid)
        if edit.parts:
            found.append(edit)
    return found


def revisions(edits: Iterable[Edit], told: Mapping[int, datetime], at: datetime, zone: ZoneInfo) -> Iterator[Change]:
    """Yield edits as changes, those that say the same as one."""
    said: dict[tuple[str, ...], list[Edit]] = {}
    for edit in edits:
        said.setdefault((str(edit.now.article in told), *edit.parts), []).append(edit)
    for alike in said.values():
        first = alike[0]
        yield Change(
            kind="revision",
            text=f"{_subject(alike, told, at, zone)} {listed(first.parts, _PARTS_TOLD)}",
            moves=(*(_move(old, new) for old, new in first.corrected), *(_move(old, None) for old in first.lost)),
            articles=tuple(edit.now.article for edit in alike),
            is_material=first.is_material,
        )


def _told_edit(was: Report, now: Report, corrected: list[Correction], unsaid: _Unsaid) -> Edit:
    """Return what readers of an article have to know; of what it left out it matters whether anybody says so still."""
    lost = _but_corrected(_missing(was.counts, now.counts), corrected)
    parts = [f"now says {wording.claim(new)}, not {wording.amount(old)}" for old, new in corrected]
    parts += _without(lost, _dropped(was.statements, now.statements))
    if one_line(was.title) != one_line(now.title):
        parts.append(f"is now headlined “{shorten(one_line(now.title), _TITLE_LENGTH)}”")
    is_material = bool(corrected or unsaid.figures or unsaid.statements)
    return Edit(now, corrected, lost, tuple(parts or ["was edited"]), is_material)


def _retraction(now: Report, unsaid: _Unsaid) -> Edit:
    parts = _without(unsaid.figures, unsaid.statements)
    return Edit(now, [], unsaid.figures, tuple(parts), is_material=False)


def _corrected(was: Report, now: Report) -> list[Correction]:
    """Return the figures that stand in the place of others, as the ledger of the article alone has them."""
    alone = Ledger()
    alone.enter(was)
    alone.enter(now)
    moved = ((claim.values[0], claim.standing) for claim in alone.claims)
    return [
        (old.figure, new.figure)
        for old, new in moved
        if old.report is was and new and not is_same_count(old.figure, new.figure)
    ]


def _unsaid_by_all(was: Report, corrected: list[Correction], current: Collection[Report]) -> _Unsaid:
    """Return what no article says any more, nor puts another figure in its place."""
    kept = tuple(figure for one in current for figure in one.counts)
    said = tuple(statement for one in current for statement in one.statements)
    return _Unsaid(_but_corrected(_missing(was.counts, kept), corrected), _dropped(was.statements, said))


def _but_corrected(lost: list[Figure], corrected: list[Correction]) -> list[Figure]:
    return [one for one in lost if not any(may_be_same(one, old) for old, _ in corrected)]


def _without(lost: list[Figure], unsaid: list[Statement]) -> list[str]:
    parts = [f"no longer says {wording.claims(lost)}"] if lost else []
    return parts + [f"no longer says that {wording.statement(one.who, one)}" for one in unsaid]


def _dropped(statements: tuple[Statement, ...], others: tuple[Statement, ...]) -> list[Statement]:
    """Return the statements that others do not make: of their kind, by who may be the same."""
    claimants = Claimants()
    said = {(one.kind, claimants.named(one.who)) for one in others}
    names = {(one.kind, stems(one.who)) for one in others}
    return [
        one
        for one in statements
        if (one.kind, claimants.named(one.who)) not in said
        and not any(kind == one.kind and (name <= stems(one.who) or stems(one.who) <= name) for kind, name in names)
    ]


def _missing(figures: tuple[Figure, ...], others: tuple[Figure, ...]) -> list[Figure]:
    """Return the counts that others do not give, each once."""
    missing: list[Figure] = []
    for figure in figures:
        if not any(may_be_same(figure, one) for one in (*others, *missing)):
            missing.append(figure)
    return missing


def _move(old: Figure, new: Figure | None) -> Move:
    return Move(
        outcome=old.outcome, group=old.group, before=wording.amount(old), after=wording.amount(new) if new else None
    )


def _subject(alike: list[Edit], told: Mapping[int, datetime], at: datetime, zone: ZoneInfo) -> str:
    outlets = listed(tuple(dict.fromkeys(edit.now.source for edit in alike)), _OUTLETS_NAMED)
    sent = [told[edit.now.article] for edit in alike if edit.now.article in told]
    if not sent:
        return f"An article of {outlets}"
    time, today = min(sent).astimezone(zone), at.astimezone(zone).date()
    day = "" if time.date() == today else f" on {time:%a} {time.day} {time:%b}"
    return f"The article of {outlets} that you were sent{day} at {time:%H:%M}"

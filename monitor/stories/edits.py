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

from monitor.model import Casualty, Change, Figure, Group, Move, Statement, StatementKind
from monitor.stories import wording
from monitor.stories.claimants import Claimant, Claimants
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


class _Said:
    """What reports say, for finding what they do not."""

    def __init__(self, reports: Iterable[Report]) -> None:
        self._groups: dict[tuple[Casualty, int, int | None], set[Group]] = {}
        self._claimants = Claimants()
        self._named = set[tuple[StatementKind, Claimant]]()
        self._words = set[tuple[StatementKind, str]]()
        self._lone_words = set[tuple[StatementKind, str]]()
        for report in reports:
            for one in report.counts:
                self._groups.setdefault((one.outcome, one.count, one.count_max), set()).add(one.group)
            for said in report.statements:
                self._named.add((said.kind, self._claimants.named(said.who)))
                words = {(said.kind, word) for word in stems(said.who)}
                self._words |= words
                self._lone_words |= words if len(words) == 1 else set()

    def without(self, report: Report) -> _Unsaid:
        """Return what a report says and these do not, each count once."""
        figures: list[Figure] = []
        for one in report.counts:
            if not self._counts(one) and not any(may_be_same(one, other) for other in figures):
                figures.append(one)
        return _Unsaid(figures, [one for one in report.statements if not self._states(one)])

    def _counts(self, figure: Figure) -> bool:
        groups = self._groups.get((figure.outcome, figure.count, figure.count_max), set())
        return figure.group in groups or "people" in groups or (figure.group == "people" and bool(groups))

    def _states(self, statement: Statement) -> bool:
        """Tell whether a statement of that kind is made by who may be the same: "Delhi", "the Delhi government"."""
        if (statement.kind, self._claimants.named(statement.who)) in self._named:
            return True
        words = {(statement.kind, word) for word in stems(statement.who)}
        return not words.isdisjoint(self._words if len(words) == 1 else self._lone_words)


@dataclass(frozen=True, slots=True)
class _Unsaid:
    figures: list[Figure]
    statements: list[Statement]

    def but(self, corrected: list[Correction]) -> _Unsaid:
        """Leave out the figures that others stand in the place of."""
        figures = [one for one in self.figures if not any(may_be_same(one, old) for old, _ in corrected)]
        return _Unsaid(figures, self.statements)

    def parts(self) -> list[str]:
        lost = [f"no longer says {wording.claims(self.figures)}"] if self.figures else []
        return lost + [f"no longer says that {wording.statement(one.who, one)}" for one in self.statements]


def edits(before: Moment, after: Moment, told: Collection[int]) -> list[Edit]:
    """Return what edits between two moments there is to tell of; ``told`` are the articles that were sent."""
    was, current = before.current(), after.current()
    edited = [
        (was[article], now)
        for article, now in current.items()
        if article in was and was[article].revision != now.revision
    ]
    said = _Said(current.values() if edited else ())
    found = []
    for old, now in edited:
        corrected = _corrected(old, now)
        unsaid = said.without(old).but(corrected)
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
    """Return what readers of an article have to know.

    Of what it left out it matters whether anybody says so still; but not where it gives another number instead, be it
    another claimant's: its readers took the first one for what the article says.
    """
    lost = _Said([now]).without(was).but(corrected)
    instead = _Said([was]).without(now).figures
    is_replaced = any(_counts_the_same(old, new) for old in lost.figures for new in instead)
    parts = [f"now says {wording.claim(new)}, not {wording.amount(old)}" for old, new in corrected]
    parts += lost.parts()
    if one_line(was.title) != one_line(now.title):
        parts.append(f"is now headlined “{shorten(one_line(now.title), _TITLE_LENGTH)}”")
    is_material = bool(corrected or is_replaced or unsaid.figures or unsaid.statements)
    return Edit(now, corrected, lost.figures, tuple(parts or ["was edited"]), is_material)


def _counts_the_same(old: Figure, new: Figure) -> bool:
    return old.outcome == new.outcome and (old.group == new.group or "people" in (old.group, new.group))


def _retraction(now: Report, unsaid: _Unsaid) -> Edit:
    """Return what of an article that was not sent matters: that it took back what nobody else says."""
    return Edit(now, [], unsaid.figures, tuple(unsaid.parts()), is_material=False)


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

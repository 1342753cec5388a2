"""The ledger of a story: what each claimant says of each group's fate, value after value; who claims and denies what.

Figures are never added up, fused or overwritten. A claimant's figure counts as revised only where claimant, outcome,
group and scope are the same; in doubt two figures stand side by side. Built report by report in the order in which
they were stored, so that what was told at one moment is not taken apart at the next. Pure: knows neither readers nor
tables.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import Any, get_args

from monitor.model import Casualty, Figure, Group, Statement, StatementKind
from monitor.stories import wording
from monitor.stories.claimants import Claimant, Claimants
from monitor.stories.claims import Claim, acts, give, is_same_count, may_be_same, moved, same_value, scope_of, stems
from monitor.stories.reports import FIGURES_READ, Moment, Report

COUNTS_KEPT = 50
"""Counts of one claimant of one group's fate that are told apart: who gives more is hostile."""

CLAIMS_KEPT, FIGURES_READ_IF_FULL = 1000, 5
"""Counts of a story that are told apart: the largest of real ones have a few hundred. Of articles that come when there
are as many, so many figures are read, for those that move."""

_OUTCOMES: tuple[Casualty, ...] = get_args(Casualty)


@dataclass(slots=True, eq=False)
class Said:
    """One thing said by one claimant, wherever it is quoted."""

    claimant: Claimant
    statement: Statement
    """As it was quoted first."""
    report: Report
    """Where that was."""
    carriers: list[Report]


@dataclass(frozen=True, slots=True)
class Line:
    """A claim as a board shows it."""

    claim: Claim
    others: list[Claim] = field(default_factory=list)
    """The same as other outlets state it as their own, or have it from others without a name."""


@dataclass(frozen=True, slots=True)
class Row:
    """What is claimed of one group's fate, side by side: the most by those who are named first, then by outlets."""

    outcome: Casualty
    group: Group
    lines: list[Line]


class Ledger:
    """What a story's reports say, entered one by one in the order of their storing."""

    def __init__(self) -> None:
        self.claimants = Claimants()
        self.claims: list[Claim] = []
        self.said: list[Said] = []
        self._current: dict[int, Report] = {}
        self._carriers: dict[int, list[list[Report]]] = {}
        """By article: every list that it stands in."""
        self._claims_of: dict[tuple[Claimant, Casualty, Group], list[Claim]] = {}
        self._said_of: dict[tuple[Claimant, StatementKind], list[Said]] = {}

    def enter(self, report: Report) -> None:
        """Enter an article, or its next revision, which takes the place of the one before."""
        before = self.withdraw(report.article)
        self._current[report.article] = report
        carriers = self._carriers[report.article] = []
        taken: set[Claim] = set()
        for figure in islice(_told(report), FIGURES_READ if len(self.claims) < CLAIMS_KEPT else FIGURES_READ_IF_FULL):
            claimant = self.claimant(figure, report)
            known = self._claims_of.setdefault((claimant, figure.outcome, figure.group), [])
            claim = same_value(known, figure, taken) or moved(known, figure, taken, before)
            if claim is None and (len(known) >= COUNTS_KEPT or len(self.claims) >= CLAIMS_KEPT):
                continue
            if claim is None:
                claim = Claim(claimant, figure.outcome, figure.group, scope_of(figure), [])
                known.append(claim)
                self.claims.append(claim)
            taken.add(claim)
            carriers.append(give(claim, figure, report).carriers)
        for statement in _said(report):
            carriers.append(self._hear(statement, report).carriers)

    def withdraw(self, article: int) -> Report | None:
        """Strike out what an article says, as it was edited or has left the story; return how it read."""
        for carriers in self._carriers.pop(article, ()):
            carriers[:] = [one for one in carriers if one.article != article]
        return self._current.pop(article, None)

    def rows(self) -> list[Row]:
        """Return what is claimed now, the gravest first; claims that no article makes any more are left out."""
        rows: dict[tuple[Casualty, Group], list[Claim]] = {}
        for claim in self.claims:
            if claim.standing:
                rows.setdefault((claim.outcome, claim.group), []).append(claim)
        most = {row: max(claim.shown.figure.count for claim in claims) for row, claims in rows.items()}
        order = sorted(rows, key=lambda row: (_OUTCOMES.index(row[0]), -most[row], row[1]))
        return [Row(outcome, group, _lines(rows[outcome, group])) for outcome, group in order]

    def statements(self) -> list[Said]:
        return [said for said in self.said if said.carriers]

    def claimant(self, figure: Figure, report: Report) -> Claimant:
        """Return whose count a figure is; who has no name is one of the text that a report is, or is a copy of."""
        if figure.source:
            return self.claimants.named(figure.source, report.origin)
        original = self._current.get(report.duplicate_of) if report.duplicate_of is not None else None
        if original and any(is_same_count(figure, one) and one.source is None for one in original.counts):
            return self.claimants.outlet(original.source)
        return self.claimants.outlet(report.source)

    def _hear(self, statement: Statement, report: Report) -> Said:
        claimant = self.claimants.named(statement.who)
        known = self._said_of.setdefault((claimant, statement.kind), [])
        for said in known:
            if _is_same_matter(statement.about, said.statement.about):
                if report not in said.carriers:
                    said.carriers.append(report)
                return said
        said = Said(claimant, statement, report, [report])
        known.append(said)
        self.said.append(said)
        return said


def ledger(moment: Moment) -> Ledger:
    entered = Ledger()
    for report in moment.reports:
        entered.enter(report)
    return entered


def _told(report: Report) -> Iterator[Figure]:
    """Yield what a report counts, each count once.

    A headline repeats what the text says, of whomever, and what the text says on its own it may say of somebody too.
    """
    told: list[Figure] = []
    for figure in sorted(report.counts, key=lambda one: (one.source is None, one.field == "title")):
        if not any(_repeats(figure, one) for one in told):
            told.append(figure)
            yield figure


def _repeats(figure: Figure, told: Figure) -> bool:
    if figure.source is None or figure.field != told.field:
        return may_be_same(figure, told)
    said = (told.source, told.group, told.scope) == (figure.source, figure.group, figure.scope)
    return said and is_same_count(figure, told)


def _said(report: Report) -> Iterator[Statement]:
    """Yield what a report quotes; a headline repeats what the text says of the same kind."""
    in_text = {one.kind for one in report.statements if one.field == "text"}
    told = (one for one in report.statements if one.field == "text" or one.kind not in in_text)
    return islice(told, FIGURES_READ)


def _is_same_matter(one: str, other: str) -> bool:
    """Tell whether two statements are about one thing, as far as they say; a place in common is not enough."""
    if acts(one) and acts(other):
        return bool(acts(one) & acts(other))
    return not stems(one) or not stems(other) or bool(stems(one) & stems(other))


def _lines(claims: list[Claim]) -> list[Line]:
    lines: list[Line] = []
    alike: dict[tuple[str, int, int | None], Line] = {}
    for claim in sorted(claims, key=lambda claim: (claim.claimant.is_outlet, -claim.shown.figure.count)):
        claimant, figure = claim.claimant, claim.shown.figure
        key = "" if claimant.is_outlet else claimant.subject, figure.count, figure.count_max
        if not claimant.is_source and key in alike:
            alike[key].others.append(claim)
            continue
        lines.append(Line(claim))
        if not claimant.is_source:
            alike[key] = lines[-1]
    return lines


# --- as JSON -----------------------------------------------------------------------------------------------------


def figures_json(ledger: Ledger) -> tuple[dict[str, Any], ...]:
    """Return every line as `annotate` writes figures, with its claimant, outlet, article and time, and what it was."""
    return tuple(_figure_json(line) for row in ledger.rows() for line in row.lines)


def _figure_json(line: Line) -> dict[str, Any]:
    value = line.claim.shown
    figure, report = value.cited
    carriers = [*value.carriers, *(report for claim in line.others for report in claim.shown.carriers)]
    return {
        **asdict(figure),
        "text": wording.claim(figure),
        "claimant": line.claim.claimant.name,
        "outlet": report.source,
        "article": report.article,
        "at": report.at.isoformat(),
        "last_at": max(report.at for report in carriers).isoformat(),
        "articles": [report.article for report in carriers],
        "before": [
            {
                "count": one.figure.count,
                "count_max": one.figure.count_max,
                "modifier": one.figure.modifier,
                "outlet": one.report.source,
                "article": one.report.article,
                "at": one.report.at.isoformat(),
            }
            for one in line.claim.values
            if one is not value
        ],
    }


def statements_json(ledger: Ledger) -> tuple[dict[str, Any], ...]:
    """Return what is claimed, denied and alleged, with where it was read first and where else."""
    return tuple(
        {
            **asdict(said.statement),
            "text": wording.statement(said.claimant.subject, said.statement),
            "claimant": said.claimant.name,
            "outlet": said.report.source,
            "article": said.report.article,
            "at": said.report.at.isoformat(),
            "articles": [report.article for report in said.carriers],
        }
        for said in ledger.statements()
    )

"""One claimant's count of one group's fate, as it goes: what repeats it, what moves it, and what is another count.

A figure is a new value of a claim only where claimant, outcome, group and scope are the same; in doubt it is a count of
its own. This module must not know who a claimant is, nor what readers were told.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from monitor.model import Casualty, Figure, Group
from monitor.stories.claimants import Claimant, words
from monitor.stories.reports import Report
from monitor.stories.wording import is_named
from monitor.text.fold import tokenise

LEAST_LEFT = 0.5
"""Part of a claimant's figure that another article's lower one must have to be a correction of it: what is lower still
is a count of something else. An edit of the very article may correct it to anything."""
MOST_GROWN, FEW = 20, 10
"""How many times a claimant's figure may grow at once, of so few people at least: deaths are not cases."""

VALUES_COMPARED = 20
"""Values of a claim, the last ones, that a figure may repeat."""

_SAME_WORD = 5
"""Letters that forms of one word share: "soldier", "soldiers"; "policeman", "policemen"."""


@dataclass(slots=True, eq=False)
class Value:
    """One value of a claim."""

    figure: Figure
    """As it was given first."""
    report: Report
    """Where that was."""
    carriers: list[Report]
    """All that say so and still stand as they were; empty once every one was edited."""
    last_at: datetime

    put: dict[int, Figure] = field(default_factory=dict)
    """How each article puts it."""

    @property
    def cited(self) -> tuple[Figure, Report]:
        """The first article that still gives it, in its words; where none does, the first of all."""
        if not self.carriers or any(one.article == self.report.article for one in self.carriers):
            return self.figure, self.report
        return self.put[self.carriers[0].article], self.carriers[0]


@dataclass(slots=True, eq=False)
class Claim:
    """One claimant's count of one group's fate, as it went."""

    claimant: Claimant
    outcome: Casualty
    group: Group
    scope: frozenset[str]
    values: list[Value]

    @property
    def standing(self) -> Value | None:
        """The last value that any article still gives."""
        return next((value for value in reversed(self.values) if value.carriers), None)

    @property
    def shown(self) -> Value:
        return self.standing or self.values[-1]


def same_value(known: list[Claim], figure: Figure, taken: set[Claim]) -> Claim | None:
    """Return the claim that had this very value, now or before."""
    alike = [
        claim
        for claim in known
        if claim not in taken
        and fits(claim, figure)
        and any(is_same_count(figure, value.figure) for value in claim.values[-VALUES_COMPARED:])
    ]
    return max(alike, key=lambda claim: is_same_count(figure, claim.shown.figure), default=None)


def moved(claims: list[Claim], figure: Figure, taken: set[Claim], before: Report | None) -> Claim | None:
    """Return the claim that this is a new value of: the nearest one, among those that it may be."""
    candidates: list[tuple[bool, int, int, Claim]] = []
    for claim in claims:
        if claim in taken or not fits(claim, figure):
            continue
        last = claim.values[-1].figure
        is_edit = before is not None and any(is_same_count(one, last) for one in before.counts)
        known = claim.shown.figure.count
        if is_edit or LEAST_LEFT * known <= figure.count <= MOST_GROWN * max(known, FEW):
            distance = abs(figure.count - known)
            candidates.append((not is_edit, distance, len(candidates), claim))
    return min(candidates)[-1] if candidates else None


def fits(claim: Claim, figure: Figure) -> bool:
    """Tell whether a figure may be of what a claim counts, by the words for it."""
    scope = scope_of(figure)
    if scope != claim.scope and not (_says_when(scope | claim.scope) and not (scope and claim.scope)):
        return False
    first = claim.values[0].figure
    ours, theirs = stems(figure.who), stems(first.who)
    if is_named(figure) or is_named(first):
        return bool(ours & theirs)
    if figure.group not in ("security", "civilians"):  # soldiers are not policemen, gunmen are militants
        return True
    return not ours or not theirs or bool(ours & theirs)


def give(claim: Claim, figure: Figure, report: Report) -> Value:
    """Enter a figure into its claim: as a repetition of a value it had, or as its next one."""
    value = _repeated(claim, figure)
    if value is None:
        value = Value(figure, report, [], report.at)
        claim.values.append(value)
    value.carriers.append(report)
    value.put[report.article] = figure
    value.last_at = report.at
    return value


def _repeated(claim: Claim, figure: Figure) -> Value | None:
    """Return the value that a figure repeats. One that was left may come again only where the next was taken back: an
    article that prints it still lags behind."""
    for value in reversed(claim.values[-VALUES_COMPARED:]):
        if is_same_count(figure, value.figure) and (value is claim.values[-1] or claim.values[-1].carriers):
            return value
    known = claim.standing
    return known if known and _is_implied(figure, known.figure) else None


def _is_implied(figure: Figure, known: Figure) -> bool:
    """Tell whether a figure says nothing beyond a known one: "at least 30", "dozens", where 31 are known."""
    if figure.count_max:
        return figure.count <= known.count <= figure.count_max
    if figure.modifier == "at_least":
        return figure.count <= known.count
    if figure.modifier == "up_to":
        return figure.count >= (known.count_max or known.count)
    is_vaguer = known.modifier in ("exactly", "at_least") or not any(map(str.isdigit, figure.quote))
    return figure.modifier == "about" and is_vaguer and figure.count <= known.count * 1.1


def scope_of(figure: Figure) -> frozenset[str]:
    return _folded(figure.scope)


def _says_when(scope: frozenset[str]) -> bool:
    return all(word.isdigit() or word in words("days") for word in scope)


@lru_cache(maxsize=4096)
def _folded(phrase: str) -> frozenset[str]:
    return frozenset(tokenise(phrase).folded)


@lru_cache(maxsize=4096)
def stems(phrase: str) -> frozenset[str]:
    """Return what tells the words of a phrase apart."""
    return frozenset(word[:_SAME_WORD] for word in _folded(phrase) if _tells(word))


@lru_cache(maxsize=4096)
def acts(phrase: str) -> frozenset[str]:
    """Return what tells apart what was done, by words in small letters: neither whose act it was, nor where."""
    tokens = tokenise(phrase)
    pairs = zip(tokens.folded, tokens.exact, strict=True)
    return frozenset(word[:_SAME_WORD] for word, exact in pairs if _tells(word) and not exact[:1].isupper())


def _tells(word: str) -> bool:
    return len(word) > 2 and word not in words("fillers") and word not in words("of")


def may_be_same(one: Figure, other: Figure) -> bool:
    """Tell whether two figures may be of the same people, one of them being less exact in saying whom."""
    return is_same_count(one, other) and (one.group == other.group or "people" in (one.group, other.group))


def is_same_count(one: Figure, other: Figure) -> bool:
    return (one.outcome, one.count, one.count_max) == (other.outcome, other.count, other.count_max)

"""Why a rule does not hold for an article: the first clause that failed, and what was nearest to it.

What is said here comes from the same reading that decides matches, so that it cannot differ from them. Everything is
plain text in the article's own words; nothing is escaped for any channel.
"""

from __future__ import annotations

from monitor.rules.expression import And, AtLeast, Expression, GroupRef, Near, Not, Or, RegionRef, Scoped, Term
from monitor.rules.match import admits, found_regions, speaks
from monitor.rules.quoting import at_word, clipped, mentions, with_place
from monitor.rules.reading import Reading
from monitor.rules.ruleset import Region, Rule
from monitor.rules.spans import Scope, Span, apart, pairs
from monitor.rules.terms import cut_term
from monitor.rules.wording import percent

_ANY_DISTANCE = 10**9
_CHOICES_SHOWN = 4
_CLAUSE = 120
_AREAS_SHOWN = 4
_DOUBTS_SHOWN = 3


def failed_clause(reading: Reading, rule: Rule) -> str:
    """Say which clause of a miss failed first; nothing where only the score was too low."""
    if not speaks(rule, reading.language):
        return f"languages: article is {reading.language}, rule wants {', '.join(sorted(rule.languages))}"
    if not admits(reading, rule):
        return f"feeds: {reading.article.feed or 'an article without a feed'} is out of the rule's scope"
    if rule.where and not found_regions(reading, rule):
        return "where: " + "; ".join(_no_region(reading, rule, reading.rules.regions[region]) for region in rule.where)
    if rule.when is not None and not reading.holds(rule.when):
        return f"when: {_missing(reading, rule.when, reading.positions.story)}"
    if rule.unless is not None and reading.holds(rule.unless):
        return f"unless: {_found(reading, rule.unless, reading.positions.story)}"
    return ""


def _no_region(reading: Reading, rule: Rule, region: Region) -> str:
    found = reading.regional.found(region.id)
    if found.spans:
        most = list(reading.regional.shares().items())[:_AREAS_SHOWN]
        said = ", ".join(f"{reading.regional.called(code)} {percent(share)}" for code, share in most)
        return f"{region.name} has a share of {percent(found.share)}, below {percent(rule.share)}: {said}"
    if found.missed:
        return "; ".join(doubts(reading, region.id))
    return f"no name of {region.name} found"


def doubts(reading: Reading, region: str) -> list[str]:
    """Say of the names of a region that do not count why, each reason once."""
    reasons = {doubt: span for span, doubt in reversed(reading.regional.found(region).missed)}
    first = sorted((span, doubt) for doubt, span in reasons.items())[:_DOUBTS_SHOWN]
    return [f"{with_place(reading.positions, span)} {doubt}" for span, doubt in first]


def _missing(reading: Reading, expression: Expression, scope: Scope) -> str:
    """Say why an expression does not hold, naming what was nearest."""
    match expression:
        case Term():
            return f"{_none_of(reading, expression)} found{_other_spelling(reading, expression, scope)}"
        case GroupRef():
            return f"{_none_of(reading, expression)} found"
        case RegionRef():
            region = reading.regional.found(expression.region)
            if region.missed and not region.spans:
                return "; ".join(doubts(reading, expression.region))
            return f"{_none_of(reading, expression)} found"
        case And():
            return next(_missing(reading, part, scope) for part in expression.parts if not reading.holds(part, scope))
        case Or():
            if all(isinstance(part, Term | GroupRef | RegionRef) for part in expression.parts):
                return f"{_none_of(reading, expression)} found"
            said = [_missing(reading, part, scope) for part in expression.parts[:_CHOICES_SHOWN]]
            return "; ".join([*said, *(["…"] if len(expression.parts) > _CHOICES_SHOWN else [])])
        case Not():
            return f"{_clause(expression)}: {_found(reading, expression.part, scope)}"
        case Scoped():
            return _missing_in_field(reading, expression)
        case AtLeast():
            spans = apart(reading.spans(expression.unit, scope))
            found = f"{len(spans)} found: {mentions(reading.positions, spans)}" if spans else "none found"
            return f"{_clause(expression)}: {found}"
        case _:
            return f"{_clause(expression)}: {_too_far(reading, expression, scope)}"


def _missing_in_field(reading: Reading, expression: Scoped) -> str:
    inner = _missing(reading, expression.unit, reading.positions.scopes[expression.field])
    elsewhere = reading.spans(expression.unit)
    nearest = f"; there is {with_place(reading.positions, elsewhere[0])}" if elsewhere else ""
    return f"{inner} in {expression.field}{nearest}"


def _too_far(reading: Reading, near: Near, scope: Scope) -> str:
    left, right = reading.spans(near.left, scope), reading.spans(near.right, scope)
    if not left or not right:
        sides = ((near.left, left), (near.right, right))
        return ", ".join(
            with_place(reading.positions, spans[0]) if spans else _missing(reading, part, scope)
            for part, spans in sides
        )
    operator = f"{'BEFORE' if near.ordered else 'NEAR'}/{near.distance}"
    in_order, turned = _nearest(left, right), _nearest(right, left)
    candidates = [in_order] if near.ordered and in_order else [pair for pair in (in_order, turned) if pair]
    if not candidates:
        return f"{with_place(reading.positions, left[0])}: both in the same words, {operator}"
    one, other = min(candidates, key=_gap)
    fields = reading.positions.field_of(one), reading.positions.field_of(other)
    if fields[0] != fields[1]:
        places = f"{with_place(reading.positions, one)}, {with_place(reading.positions, other)}"
        return f"{places}: in different fields, {operator}"
    between = reading.positions.words_between(one, other)
    distance = "in different paragraphs" if between is None else f"{between} word{'' if between == 1 else 's'} apart"
    if near.ordered and not in_order:
        distance = "in the other order"
    places = f"{at_word(reading.positions, one)}, {at_word(reading.positions, other)}"
    return f"{places}: {distance}, {operator} ({fields[0]})"


def _nearest(earlier: list[Span], later: list[Span]) -> tuple[Span, Span] | None:
    return min(pairs(earlier, later, _ANY_DISTANCE), key=_gap, default=None)


def _gap(pair: tuple[Span, Span]) -> int:
    return pair[1][0] - pair[0][1]


def _none_of(reading: Reading, expression: Expression) -> str:
    match expression:
        case Term():
            return f"no {_clause(expression)}"
        case RegionRef():
            return f"no name of {reading.rules.regions[expression.region].name}"
        case _:
            return f"none of {_clause(expression)}"


def _other_spelling(reading: Reading, term: Term, scope: Scope) -> str:
    """Name where an exact term stands in other letters."""
    if not term.exact:
        return ""
    folded = cut_term(term.clause, 0, len(term.clause), clause=term.clause, at=0, exact=False)
    spans = reading.spans(folded, scope)
    return f"; there is {with_place(reading.positions, spans[0])}" if spans else ""


def _found(reading: Reading, expression: Expression, scope: Scope) -> str:
    """Say what made an unwanted expression hold."""
    quotes = reading.evidence(expression, scope)
    if not quotes:
        return f"{_clause(expression)} holds"
    span = reading.positions.span_of(quotes[0])
    assert span is not None  # noqa: S101 - the quote was taken from this very article
    return f"{clipped(quotes[0].clause, _CLAUSE)} found: {with_place(reading.positions, span)}"


def _clause(expression: Expression) -> str:
    return clipped(expression.clause, _CLAUSE)

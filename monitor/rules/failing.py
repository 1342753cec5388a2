"""Why a rule does not hold for an article: the first clause that failed, and what was nearest to it.

What is said here comes from the same reading that decides matches, so that it cannot differ from them. Everything is
plain text in the article's own words; nothing is escaped for any channel.
"""

from __future__ import annotations

from monitor.rules.expression import And, AtLeast, Expression, GroupRef, Near, Not, Or, RegionRef, Scoped, Term
from monitor.rules.match import admits, found_regions, speaks
from monitor.rules.quoting import clipped, with_place
from monitor.rules.reading import Reading
from monitor.rules.ruleset import Region, Rule
from monitor.rules.spans import Scope, apart, pairs

_ANY_DISTANCE = 10**9


def failed_clause(reading: Reading, rule: Rule) -> str:
    """Say which clause of a miss failed first; nothing where only the score was too low."""
    if not speaks(rule, reading.language):
        return f"languages: article is {reading.language}, rule wants {', '.join(sorted(rule.languages))}"
    if not admits(reading, rule):
        return f"feeds: {reading.article.feed or 'an article without a feed'} is out of the rule's scope"
    if rule.where and not found_regions(reading, rule):
        return "where: " + "; ".join(_no_region(reading, reading.rules.regions[region]) for region in rule.where)
    if rule.when is not None and not reading.holds(rule.when):
        return f"when: {_missing(reading, rule.when, reading.positions.story)}"
    if rule.unless is not None and reading.holds(rule.unless):
        return f"unless: {_found(reading, rule.unless, reading.positions.story)}"
    return ""


def _no_region(reading: Reading, region: Region) -> str:
    for term, supports in region.ambiguous:
        if (spans := reading.spans(term)) and not any(map(reading.spans, supports)):
            needed = ", ".join(support.clause for support in supports)
            return f"{with_place(reading.positions, spans[0])} counts for {region.name} only beside one of {needed}"
    for term in region.terms:
        if spans := reading.spans(term):
            return f"{with_place(reading.positions, spans[0])} stands only inside a name that {region.name} excludes"
    return f"no name of {region.name} found"


def _missing(reading: Reading, expression: Expression, scope: Scope) -> str:
    """Say why an expression does not hold, naming what was nearest."""
    match expression:
        case Term():
            return f"no {expression.clause} found"
        case GroupRef():
            return f"none of {expression.clause} found"
        case RegionRef():
            return f"no name of {reading.rules.regions[expression.region].name} found"
        case And():
            return next(_missing(reading, part, scope) for part in expression.parts if not reading.holds(part, scope))
        case Or():
            if all(isinstance(part, Term | GroupRef | RegionRef) for part in expression.parts):
                return f"none of {expression.clause} found"
            return "; ".join(_missing(reading, part, scope) for part in expression.parts)
        case Not():
            return f"{expression.clause}: {_found(reading, expression.part, scope)}"
        case Scoped():
            inner = _missing(reading, expression.unit, reading.positions.scopes[expression.field])
            return f"{inner} in {expression.field}"
        case AtLeast():
            count = len(apart(reading.spans(expression.unit, scope)))
            return f"{expression.clause}: {count or 'none'} found"
        case _:
            return f"{expression.clause}: {_too_far(reading, expression, scope)}"


def _too_far(reading: Reading, near: Near, scope: Scope) -> str:
    left, right = reading.spans(near.left, scope), reading.spans(near.right, scope)
    if not left or not right:
        sides = ((near.left, left), (near.right, right))
        return ", ".join(
            f"{with_place(reading.positions, spans[0])} found" if spans else _missing(reading, part, scope)
            for part, spans in sides
        )
    orders = [*pairs(left, right, _ANY_DISTANCE), *([] if near.ordered else pairs(right, left, _ANY_DISTANCE))]
    if not orders:
        turned = near.ordered and next(iter(pairs(right, left, _ANY_DISTANCE)), None)
        return "found only in the other order" if turned else "found only in the same words"
    one, other = min(orders, key=lambda pair: pair[1][0] - pair[0][1])
    between = reading.positions.words_between(one, other)
    distance = f"{between} words apart" if between is not None else "in different paragraphs"
    if reading.positions.field_of(one) != reading.positions.field_of(other):
        distance = f"one in {reading.positions.field_of(one)}, the other in {reading.positions.field_of(other)}"
    return f"{with_place(reading.positions, one)} and {with_place(reading.positions, other)} are {distance}"


def _found(reading: Reading, expression: Expression, scope: Scope) -> str:
    """Say what made an unwanted expression hold."""
    quotes = reading.evidence(expression, scope)
    if not quotes:
        return f"{expression.clause} holds"
    return f"{quotes[0].clause} found “{clipped(quotes[0].text, 60)}” ({quotes[0].field})"

"""What became of a rule on an article, in words: the match with its proof, or the clause that failed first.

What is said here comes from the same reading that decides matches, so that it cannot differ from them. Everything is
plain text in the article's own words; nothing is escaped for any channel.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from monitor.model import Article, Match, Points, Severity
from monitor.rules.expression import AtLeast, Expression, Scoped
from monitor.rules.failing import doubts, failed_clause
from monitor.rules.match import WHERE_EVIDENCE, graded, match_rule, scored
from monitor.rules.quoting import clipped, in_context, mentions
from monitor.rules.reading import Reading
from monitor.rules.ruleset import Rule, RuleSet
from monitor.rules.wording import percent

_SCORE_AT = 42
"""Columns before the score, where the rule's name leaves so few."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of an explanation: ``where``, ``when`` or the points of a score line, and what is to be said of it."""

    label: str
    text: str
    clause: str = ""
    """The source, where the text does not name it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What became of one rule on one article."""

    rule: str
    name: str
    match: Match | None
    failed: str = ""
    """The first clause that did not hold, and why; empty for a match."""
    score: str = ""
    """How the score came about; empty where it was never reckoned."""
    lines: tuple[Line, ...] = ()


def explain(rules: RuleSet, article: Article, rule_id: str | None = None) -> tuple[Explanation, ...]:
    """Explain every match of an article or, where one of the rules is named, that rule's match or miss."""
    reading = Reading(article, rules)
    if rule_id is None:
        explained = (explain_rule(reading, rule) for rule in rules.rules.values())
        return tuple(explanation for explanation in explained if explanation.match is not None)
    return (explain_rule(reading, rules.rules[rule_id]),)


def describe(explanation: Explanation) -> str:
    """Lay an explanation out as the block that RULES.md shows under "Why"."""
    return "\n".join(margin + text for margin, text in rows(explanation))


def rows(explanation: Explanation) -> Iterator[tuple[str, str]]:
    """Yield the lines of that block: what stands in the margin, and the text beside it."""
    match = explanation.match
    head = f"{match.severity.upper() if match is not None else 'no match'}  "
    yield head, f"{explanation.name:<{_SCORE_AT - len(head)}} {explanation.score}".rstrip()
    if explanation.failed:
        yield "  ", explanation.failed
    for line in explanation.lines:
        said = f"{line.text:<60} {line.clause}" if line.clause else line.text
        yield f"  {line.label:<6} ", said


def explain_rule(reading: Reading, rule: Rule) -> Explanation:
    """Explain one rule, which need not be one of the rule set."""
    match = match_rule(reading, rule)
    if match is not None:
        lines = (*_where(reading, match), *_when(reading, match), *_graded(rule, match.points))
        return Explanation(
            rule=rule.id, name=rule.name, match=match, score=_score(reading, rule, match.points), lines=lines
        )
    given_up = rule.id in reading.too_costly
    failed = (
        "too costly: given up, so that it is not known whether it holds" if given_up else failed_clause(reading, rule)
    )
    if failed:
        return Explanation(rule=rule.id, name=rule.name, match=None, failed=failed)
    points = graded(reading, rule)
    return Explanation(
        rule=rule.id,
        name=rule.name,
        match=None,
        failed=f"score {scored(reading, points):g} below threshold {rule.threshold:g}",
        score=_score(reading, rule, points),
        lines=_graded(rule, points),
    )


def _score(reading: Reading, rule: Rule, points: tuple[Points, ...]) -> str:
    score = scored(reading, points)
    total = sum(line.add for line in points if line.held)
    trust = "" if reading.trust == 1 else f" = {total:g} × trust {reading.trust:g}"
    levels = () if isinstance(rule.severity, Severity) else rule.severity
    if levels and levels[0][1] <= rule.threshold:  # whatever reaches the threshold has it
        levels = levels[1:]
    limits = ", ".join(f"{level} {at:g}" for level, at in levels)
    return f"score {score:g}{trust} (threshold {rule.threshold:g}{'; ' if limits else ''}{limits})"


def _where(reading: Reading, match: Match) -> Iterator[Line]:
    for region in match.regions:
        found = reading.regional.found(region)
        name, share = reading.rules.regions[region].name, percent(found.share)
        said = f"{name}, {share} of the place evidence: {mentions(reading.positions, found.spans)}"
        yield Line(label="where", text=said)
        for doubt in doubts(reading, region):
            yield Line(label="not", text=doubt)


def _when(reading: Reading, match: Match) -> tuple[Line, ...]:
    shown_regions = min(len(match.regions), WHERE_EVIDENCE)
    return tuple(
        Line(label="when", text=in_context(reading.positions, quote), clause=quote.clause)
        for quote in match.evidence[shown_regions:]
    )


def _graded(rule: Rule, points: tuple[Points, ...]) -> tuple[Line, ...]:
    lines = zip(points, rule.score, strict=True)
    return tuple(
        Line(label=f"{line.add:+g}" if line.held else " 0", text=_point(line, scored_by.condition))
        for line, scored_by in lines
    )


def _point(line: Points, condition: Expression) -> str:
    quotes = [f"“{clipped(quote.text, 60)}”" for quote in line.evidence]
    if not line.held:
        return f"{line.clause}: absent"
    if not quotes:
        return f"{line.clause}: holds"
    if isinstance(condition, Scoped):
        return f"{condition.field} has {', '.join(quotes)}"
    if isinstance(condition, AtLeast):
        more = " …" if condition.count > len(quotes) else ""
        return f"{condition.count} or more of {condition.unit.clause}: {', '.join(quotes)}{more}"
    return f"{line.clause}: {', '.join(quotes)}"

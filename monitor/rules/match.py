"""Rules against an article: which hold, how strongly, and the words that prove it."""

from __future__ import annotations

from collections.abc import Iterable

from monitor.model import Article, Match, Points, Severity
from monitor.rules.reading import MOST_EVIDENCE, Reading, primary_language
from monitor.rules.ruleset import Rule, RuleSet

WHERE_EVIDENCE = 4
"""How many of these `where` may take, one for each region found."""


def match_article(rules: RuleSet, article: Article) -> tuple[Match, ...]:
    """Return the rules that hold for an article, in the order of the rule set."""
    reading = Reading(article, rules)
    matches = (match_rule(reading, rule) for rule in rules.rules.values())
    return tuple(match for match in matches if match is not None)


def match_rule(reading: Reading, rule: Rule) -> Match | None:
    """Return why a rule holds for the article of a reading, or None."""
    if not admits(reading, rule):
        return None
    regions = found_regions(reading, rule)
    if rule.where and not regions:
        return None
    if rule.when is not None and not reading.holds(rule.when):
        return None
    if rule.unless is not None and reading.holds(rule.unless):
        return None
    points = graded(reading, rule)
    score = scored(reading, points)
    if score < rule.threshold:
        return None
    where = [reading.positions.quote(reading.region(region)[0], f"@{region}") for region in regions[:WHERE_EVIDENCE]]
    when = reading.evidence(rule.when) if rule.when is not None else ()
    return Match(
        rule=rule.id,
        severity=severity_of(rule, score),
        score=score,
        regions=regions,
        evidence=(*where, *when)[:MOST_EVIDENCE],
        points=points,
    )


def admits(reading: Reading, rule: Rule) -> bool:
    """Tell whether an article lies in a rule's `languages` and `feeds`."""
    return speaks(rule, reading.language) and (rule.scope is None or rule.scope.admits(reading.article))


def speaks(rule: Rule, language: str | None) -> bool:
    """Tell whether a rule takes articles of a primary language; an unknown one passes."""
    wanted = rule.languages
    return not wanted or language is None or language in wanted or language in map(primary_language, wanted)


def found_regions(reading: Reading, rule: Rule) -> tuple[str, ...]:
    """Return a rule's regions that the article names, most mentioned first: title counts 3, lede 2, the rest 1."""
    weights = {region: reading.weight(spans) for region in rule.where if (spans := reading.region(region))}
    return tuple(sorted(weights, key=lambda region: -weights[region]))


def graded(reading: Reading, rule: Rule) -> tuple[Points, ...]:
    """Hold every line of a rule's `score` against the article."""
    return tuple(
        Points(
            add=line.add,
            clause=line.condition.clause,
            evidence=reading.evidence(line.condition) if held else (),
            held=held,
        )
        for line in rule.score
        for held in (reading.holds(line.condition),)
    )


def scored(reading: Reading, points: Iterable[Points]) -> float:
    """Add up the lines that held, times the feed's trust."""
    return round(sum(line.add for line in points if line.held) * reading.trust, 3)


def severity_of(rule: Rule, score: float) -> Severity:
    """Return the highest level that a score reaches; the lowest where it reaches none."""
    if isinstance(rule.severity, Severity):
        return rule.severity
    reached = [level for level, points in rule.severity if score >= points]
    return reached[-1] if reached else rule.severity[0][0]

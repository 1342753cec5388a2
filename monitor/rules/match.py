"""Rules against an article: which hold, how strongly, and the words that prove it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from monitor.model import Article, Match, Points, Severity
from monitor.regions.field import Part
from monitor.regions.gazetteer import Place
from monitor.rules.positions import Positions
from monitor.rules.reading import MOST_EVIDENCE, Reading
from monitor.rules.ruleset import Rule, RuleSet
from monitor.text.language import primary_language

WHERE_EVIDENCE = 4
"""How many of these `where` may take, one for each region found."""

_MANY = 10_000
"""Rules from which it pays to tell first what an article is about: few regions remain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of an article under all rules of a set."""

    matches: tuple[Match, ...]
    """In the order of the rule set."""
    too_costly: tuple[str, ...] = ()
    """Rules that were given up: whether they hold is not known."""
    places: tuple[tuple[Place, Part, str], ...] = ()
    """What the article names of the regions that it was matched in, in which part, and as written."""


def match_article(rules: RuleSet, article: Article, positions: Positions | None = None) -> tuple[Match, ...]:
    """Return the rules that hold for an article, in the order of the rule set.

    ``positions``: those of the article, where they are known from another rule set.
    """
    return outcome(rules, article, positions).matches


def outcome(rules: RuleSet, article: Article, positions: Positions | None = None) -> Outcome:
    """Hold the rules of a set against an article: those that its words leave possible, which decides nothing."""
    reading = Reading(article, rules, positions)
    matches = tuple(match for rule in possible(reading) if (match := match_rule(reading, rule)) is not None)
    regions = dict.fromkeys(region for match in matches for region in match.regions)
    places = dict.fromkeys(place for region in regions for place in reading.regional.found(region).places)
    return Outcome(matches=matches, too_costly=tuple(reading.too_costly), places=tuple(places))


def possible(reading: Reading) -> Iterator[Rule]:
    """Yield the rules that may hold for an article, in the order of the rule set."""
    index, words = reading.rules.index, reading.positions.folded
    share = reading.regional.share if len(index.rules) >= _MANY else _any_share
    regions = {region: share(region) for region in reading.regional.possible()}
    return index.candidates(words.words, words.pairs(), regions)


def _any_share(_: str) -> float:
    return 1.0


def match_rule(reading: Reading, rule: Rule) -> Match | None:
    """Return why a rule holds for the article of a reading; None where it does not, or is too costly."""
    match = None
    if admits(reading, rule):
        with reading.bounded(rule.id):
            match = _match(reading, rule)
    return match


def _match(reading: Reading, rule: Rule) -> Match | None:
    # Words first: which places an article is about takes longer to tell than what is written in it.
    if rule.when is not None and not reading.holds(rule.when):
        return None
    if rule.unless is not None and reading.holds(rule.unless):
        return None
    regions = found_regions(reading, rule)
    if rule.where and not regions:
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
    """Return a rule's regions that have the part of the article's place evidence that it asks for, largest first."""
    shares = {region: reading.regional.share(region) for region in rule.where if reading.region(region)}
    return tuple(sorted((one for one in shares if shares[one] >= rule.share), key=lambda one: -shares[one]))


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

"""Why an article is in a digest, in one line for its readers.

The line is plain text in the article's own words; nothing is escaped for any channel.
"""

from __future__ import annotations

from monitor.model import Article, Evidence, Match
from monitor.rules.expression import AtLeast, Expression, GroupRef, Near, Or, RegionRef, Scoped, Term, walk
from monitor.rules.match import WHERE_EVIDENCE
from monitor.rules.quoting import clipped
from monitor.rules.reading import Reading
from monitor.rules.ruleset import RuleSet
from monitor.rules.spans import Scope
from monitor.text.fold import fold_word

WHY_LINE_LENGTH = 160
"""The most characters of `why_line`: three lines on a phone."""


def why_line(rules: RuleSet, match: Match, article: Article) -> str:
    """Say in one line for readers what brought an article: region, topic, and the words themselves.

    The match may stem from an earlier revision of the article or from a rule since removed.
    """
    shown_regions = min(len(match.regions), WHERE_EVIDENCE)
    where, when = match.evidence[:shown_regions], match.evidence[shown_regions:]
    parts = []
    if where:
        region = rules.regions.get(match.regions[0])
        parts.append(_place(region.name if region is not None else match.regions[0], where[0].text))
    topic = _topic(rules, match, article, when[0]) if when else ""
    room = WHY_LINE_LENGTH - len(" · ".join([*parts, topic])) - len(": “”")
    if topic:
        parts.append(f"{topic}: “{clipped(when[0].text, room)}”")
    elif when:
        parts.append(", ".join(f"“{clipped(text, 40)}”" for text in dict.fromkeys(quote.text for quote in when[:3])))
    rule = rules.rules.get(match.rule)
    line = " · ".join(parts) or (rule.name if rule is not None else match.rule)
    return line if len(line) <= WHY_LINE_LENGTH else line[: WHY_LINE_LENGTH - 1] + "…"


def _place(name: str, mention: str) -> str:
    return name if fold_word(name) == fold_word(mention) else f"{name} (“{clipped(mention, 40)}”)"


def _topic(rules: RuleSet, match: Match, article: Article, quote: Evidence) -> str:
    """Name what a quote shows: "attack near armed" for a NEAR; nothing where the quoted words say it all."""
    rule = rules.rules.get(match.rule)
    if rule is None or rule.when is None:
        return ""
    clause = next((node for node in walk(rule.when) if node.clause == quote.clause), None)
    if clause is None or not any(isinstance(node, Near) for node in walk(clause)):
        return ""
    reading = Reading(article, rules)
    span = reading.positions.span_of(quote)
    return "" if span is None else _in_words(reading, clause, (span[0], span[1] + 1))


def _in_words(reading: Reading, expression: Expression, scope: Scope) -> str:
    """Name an expression as a reader would, of several choices those that hold in ``scope``."""
    match expression:
        case Term():
            return expression.clause.strip('="“”„«»')
        case GroupRef():
            return expression.group.replace("-", " ")
        case RegionRef():
            return reading.rules.regions[expression.region].name
        case Near():
            left, right = (_in_words(reading, part, scope) for part in (expression.left, expression.right))
            return f"{left} {'before' if expression.ordered else 'near'} {right}"
        case Scoped() | AtLeast():
            return _in_words(reading, expression.unit, scope)
        case Or():
            held = [part for part in expression.parts if reading.holds(part, scope)]
            return " or ".join(_in_words(reading, part, scope) for part in held or expression.parts)
        case _:
            return expression.clause

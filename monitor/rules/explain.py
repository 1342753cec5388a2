"""Why a rule matched an article, or which of its clauses failed first, in words.

What is said here comes from the same reading that decides matches, so that it cannot differ from them. Everything is
plain text in the article's own words; nothing is escaped for any channel.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from difflib import get_close_matches

from monitor.errors import RuleError
from monitor.model import Article, Evidence, Match, Points, Severity
from monitor.rules.expression import And, AtLeast, Expression, GroupRef, Near, Not, Or, RegionRef, Scoped, Term
from monitor.rules.grammar import walk
from monitor.rules.match import (
    WHERE_EVIDENCE,
    Reading,
    Scope,
    Span,
    admits,
    apart,
    found_regions,
    graded,
    match_rule,
    pairs,
    scored,
    speaks,
)
from monitor.rules.ruleset import Region, Rule, RuleSet
from monitor.text.fold import fold_word

WHY_LINE_LENGTH = 160
"""The most characters of `why_line`: three lines on a phone."""

_CONTEXT = 4
_NAMES_SHOWN = 8
_ANY_DISTANCE = 10**9


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
    """Explain every match of an article or, where a rule is named, that rule's match or miss.

    Raises RuleError where there is no such rule.
    """
    reading = Reading(article, rules)
    if rule_id is None:
        explained = (_explain(reading, rules, rule) for rule in rules.rules.values())
        return tuple(explanation for explanation in explained if explanation.match is not None)
    if rule_id not in rules.rules:
        close = get_close_matches(rule_id, rules.rules, n=1)
        raise RuleError(f"there is no rule {rule_id}", hint=f"did you mean {close[0]}?" if close else "")
    return (_explain(reading, rules, rules.rules[rule_id]),)


def describe(explanation: Explanation) -> str:
    """Lay an explanation out as the block that RULES.md shows under "Why"."""
    match = explanation.match
    head = match.severity.upper() if match is not None else "no match"
    first = f"{head}  {explanation.name}"
    rows = [f"{first:<42} {explanation.score}".rstrip()]
    if explanation.failed:
        rows.append(f"  {explanation.failed}")
    for line in explanation.lines:
        said = f"{line.text:<60} {line.clause}" if line.clause else line.text
        rows.append(f"  {line.label:<6} {said}")
    return "\n".join(rows)


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
        parts.append(f"{topic}: “{_clipped(when[0].text, room)}”")
    elif when:
        parts.append(", ".join(f"“{_clipped(text, 40)}”" for text in dict.fromkeys(quote.text for quote in when[:3])))
    rule = rules.rules.get(match.rule)
    line = " · ".join(parts) or (rule.name if rule is not None else match.rule)
    return line if len(line) <= WHY_LINE_LENGTH else line[: WHY_LINE_LENGTH - 1] + "…"


def _place(name: str, mention: str) -> str:
    return name if fold_word(name) == fold_word(mention) else f"{name} (“{_clipped(mention, 40)}”)"


def _topic(rules: RuleSet, match: Match, article: Article, quote: Evidence) -> str:
    """Name what a quote shows: "attack near armed" for a NEAR; nothing where the quoted words say it all."""
    rule = rules.rules.get(match.rule)
    if rule is None or rule.when is None:
        return ""
    clause = next((node for node in walk(rule.when) if node.clause == quote.clause), None)
    if clause is None or not any(isinstance(node, Near) for node in walk(clause)):
        return ""
    reading = Reading(article, rules)
    span = reading.span_of(quote)
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


# --- one rule ----------------------------------------------------------------------------------------------------


def _explain(reading: Reading, rules: RuleSet, rule: Rule) -> Explanation:
    match = match_rule(reading, rule)
    if match is not None:
        lines = (*_where(reading, match), *_when(reading, match), *_graded(rule, match.points))
        return Explanation(
            rule=rule.id, name=rule.name, match=match, score=_score(reading, rule, match.points), lines=lines
        )
    failed = _failed(reading, rules, rule)
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


def _failed(reading: Reading, rules: RuleSet, rule: Rule) -> str:
    """Say which clause of a miss failed first; nothing where only the score was too low."""
    if not speaks(rule, reading.language):
        return f"languages: article is {reading.language}, rule wants {', '.join(sorted(rule.languages))}"
    if not admits(reading, rule):
        return f"feeds: {reading.article.feed or 'an article without a feed'} is out of the rule's scope"
    if rule.where and not found_regions(reading, rule):
        return "where: " + "; ".join(_no_region(reading, rules.regions[region]) for region in rule.where)
    if rule.when is not None and not reading.holds(rule.when):
        return f"when: {_missing(reading, rule.when, reading.story)}"
    if rule.unless is not None and reading.holds(rule.unless):
        return f"unless: {_found(reading, rule.unless, reading.story)}"
    return ""


def _score(reading: Reading, rule: Rule, points: tuple[Points, ...]) -> str:
    score = scored(reading, points)
    total = sum(line.add for line in points if line.held)
    trust = "" if reading.trust == 1 else f" = {total:g} × trust {reading.trust:g}"
    levels = "" if isinstance(rule.severity, Severity) else ", ".join(f"{level} {at:g}" for level, at in rule.severity)
    return f"score {score:g}{trust} (threshold {rule.threshold:g}{'; ' if levels else ''}{levels})"


def _where(reading: Reading, match: Match) -> tuple[Line, ...]:
    return tuple(
        Line(label="where", text=f"{reading.rules.regions[region].name}: {_mentions(reading, reading.region(region))}")
        for region in match.regions
    )


def _mentions(reading: Reading, spans: list[Span]) -> str:
    """Count the names found, most frequent first, and say which stand in title or lede."""
    spelled: dict[str, str] = {}
    counts: Counter[str] = Counter()
    parts: dict[str, set[str]] = {}
    for span in apart(spans):
        text = _flat(reading.quote(span, "").text)
        name = fold_word(text)
        spelled.setdefault(name, text)
        counts[name] += 1
        parts.setdefault(name, set()).add(reading.part_of(span))
    said = []
    for name, count in counts.most_common(_NAMES_SHOWN):
        prominent = ", ".join(part for part in ("title", "lede") if part in parts[name])
        said.append(spelled[name] + (f" ×{count}" if count > 1 else "") + (f" ({prominent})" if prominent else ""))
    return ", ".join(said) + (", …" if len(counts) > _NAMES_SHOWN else "")


def _when(reading: Reading, match: Match) -> tuple[Line, ...]:
    shown_regions = min(len(match.regions), WHERE_EVIDENCE)
    return tuple(
        Line(label="when", text=_in_context(reading, quote), clause=quote.clause)
        for quote in match.evidence[shown_regions:]
    )


def _in_context(reading: Reading, quote: Evidence) -> str:
    """Quote the words with a few of their neighbours."""
    span = reading.span_of(quote)
    assert span is not None  # noqa: S101 - the quote was taken from this very reading
    around = reading.quote(reading.widened(span, _CONTEXT), "")
    before, after = around.text[: quote.start - around.start], around.text[quote.end - around.start :]
    return f"{_flat(before, keep=True)}“{_clipped(quote.text, 120)}”{_flat(after, keep=True)} ({quote.field})"


def _graded(rule: Rule, points: tuple[Points, ...]) -> tuple[Line, ...]:
    lines = zip(points, rule.score, strict=True)
    return tuple(
        Line(label=f"{line.add:+g}" if line.held else " 0", text=_point(line, scored_by.condition))
        for line, scored_by in lines
    )


def _point(line: Points, condition: Expression) -> str:
    quotes = [f"“{_clipped(quote.text, 60)}”" for quote in line.evidence]
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


# --- what is missing ---------------------------------------------------------------------------------------------


def _no_region(reading: Reading, region: Region) -> str:
    for term, supports in region.ambiguous:
        if (spans := reading.spans(term)) and not any(map(reading.spans, supports)):
            needed = ", ".join(support.clause for support in supports)
            return f"{_at(reading, spans[0])} counts for {region.name} only beside one of {needed}"
    for term in region.terms:
        if spans := reading.spans(term):
            return f"{_at(reading, spans[0])} stands only inside a name that {region.name} excludes"
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
            inner = _missing(reading, expression.unit, reading.scope(expression.field))
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
            f"{_at(reading, spans[0])} found" if spans else _missing(reading, part, scope) for part, spans in sides
        )
    orders = [*pairs(left, right, _ANY_DISTANCE), *([] if near.ordered else pairs(right, left, _ANY_DISTANCE))]
    if not orders:
        turned = near.ordered and next(iter(pairs(right, left, _ANY_DISTANCE)), None)
        return "found only in the other order" if turned else "found only in the same words"
    one, other = min(orders, key=lambda pair: pair[1][0] - pair[0][1])
    between = reading.words_between(one, other)
    distance = f"{between} words apart" if between is not None else "in different paragraphs"
    if reading.field_of(one) != reading.field_of(other):
        distance = f"one in {reading.field_of(one)}, the other in {reading.field_of(other)}"
    return f"{_at(reading, one)} and {_at(reading, other)} are {distance}"


def _found(reading: Reading, expression: Expression, scope: Scope) -> str:
    """Say what made an unwanted expression hold."""
    quotes = reading.evidence(expression, scope)
    if not quotes:
        return f"{expression.clause} holds"
    return f"{quotes[0].clause} found “{_clipped(quotes[0].text, 60)}” ({quotes[0].field})"


def _at(reading: Reading, span: Span) -> str:
    quote = reading.quote(span, "")
    return f"“{_clipped(quote.text, 60)}” ({quote.field} word {reading.number_in_field(span)})"


# --- quoting -----------------------------------------------------------------------------------------------------


def _flat(text: str, *, keep: bool = False) -> str:
    """Put a text on one line; ``keep`` leaves a space at its ends where there was any."""
    flat = " ".join(text.split())
    if not keep or not text:
        return flat
    return f"{' ' if text[0].isspace() else ''}{flat}{' ' if flat and text[-1].isspace() else ''}"


def _clipped(text: str, most: int) -> str:
    """Shorten a quote in its middle: the words that matter stand at its ends."""
    flat = _flat(text)
    if len(flat) <= most:
        return flat
    head = max(1, (most - 3) // 2)
    return f"{flat[:head].rstrip()} … {flat[len(flat) - max(1, most - 3 - head) :].lstrip()}"

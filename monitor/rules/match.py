"""Rules against an article: which hold, how strongly, and the words that prove it.

An article is read once into positions. All its fields share one line of numbers, in which paragraphs and fields lie
further apart than any NEAR reaches, so that nothing here asks where a paragraph ends and a field is a range of numbers.
Terms, groups and regions are looked up once per article, however many rules name them.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import accumulate
from typing import get_args

from monitor.model import Article, Evidence, FieldName, Match, Points, Severity
from monitor.rules.expression import And, AtLeast, Expression, GroupRef, Near, Not, Or, RegionRef, Scoped, Term
from monitor.rules.grammar import MAX_DISTANCE
from monitor.rules.ruleset import Rule, RuleSet
from monitor.text.fold import LEDE_WORDS, tokenise

Span = tuple[int, int]
"""First and last position of some words."""
Scope = tuple[int, int]
"""The positions looked at: from the first, up to but without the second."""

MOST_EVIDENCE = 8
"""Quotes kept of a match: proof, not a copy of the article."""
WHERE_EVIDENCE = 4
"""How many of these `where` may take, one for each region found."""
MOST_PAIRS = 1_000
"""Joined spans kept of a NEAR; above, the tightest that begin and end at each word, which decides all but the longest
chains alike and keeps the work linear."""

_PARAGRAPH_GAP = MAX_DISTANCE + 1
_FIELDS: tuple[FieldName, ...] = tuple(name for name in get_args(FieldName) if name != "lede")
"""In the order of their positions: title and text first, so that the two together are one range."""


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
    where = [reading.quote(reading.region(region)[0], f"@{region}") for region in regions[:WHERE_EVIDENCE]]
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


def primary_language(tag: str | None) -> str | None:
    """Return ``en`` for ``en-GB``, None for an unknown language."""
    primary = re.split("[-_]", (tag or "").strip().lower(), maxsplit=1)[0]
    return None if primary in ("", "und") else primary


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


class Reading:
    """One article as positions, with everything that was looked up in it so far."""

    def __init__(self, article: Article, rules: RuleSet) -> None:
        self.article = article
        self.rules = rules
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._positions: list[int] = []
        self._scopes: dict[FieldName, Scope] = {}
        folded: list[str] = []
        exact: list[str] = []
        low = 0
        for field in _FIELDS:
            tokens = tokenise(field_text(article, field))
            positions = [low + at + paragraph * _PARAGRAPH_GAP for at, paragraph in enumerate(tokens.paragraphs)]
            high = positions[-1] + 1 if positions else low
            self._scopes[field] = (low, high)
            if field == "text":
                self._scopes["lede"] = (low, positions[LEDE_WORDS] if len(positions) > LEDE_WORDS else high)
            low = high + _PARAGRAPH_GAP
            self._positions += positions
            self._starts += tokens.starts
            self._ends += tokens.ends
            folded += tokens.folded
            exact += tokens.exact
        self._folded = _Vocabulary(folded, self._positions)
        self._exact = _Vocabulary(exact, self._positions)
        self._terms: dict[tuple[tuple[str, ...], bool], list[Span]] = {}
        self._groups: dict[str, list[Span]] = {}
        self._regions: dict[str, list[Span]] = {}
        self.language = primary_language(article.language)
        self.story: Scope = (self._scopes["title"][0], self._scopes["text"][1])
        """Title and text: where a term without a field is looked for."""

    @property
    def trust(self) -> float:
        feed = self.rules.feeds.get(self.article.feed)
        return 1.0 if feed is None else feed.trust

    def scope(self, field: FieldName) -> Scope:
        return self._scopes[field]

    # --- what holds ---

    def holds(self, expression: Expression, scope: Scope | None = None) -> bool:
        """Tell whether a condition holds within ``scope``, by default title and text."""
        scope = scope or self.story
        match expression:
            case And():
                return all(self.holds(part, scope) for part in expression.parts)
            case Or():
                return any(self.holds(part, scope) for part in expression.parts)
            case Not():
                return not self.holds(expression.part, scope)
            case Scoped():
                return self.holds(expression.unit, self._scopes[expression.field])
            case _:
                return bool(self.spans(expression, scope))

    def spans(self, expression: Expression, scope: Scope | None = None) -> list[Span]:
        """Return where an expression stands, in order; nowhere where it does not hold.

        A NEAR stands from its first word to its last; an AND where its parts do; a NOT nowhere.
        """
        scope = scope or self.story
        match expression:
            case Term():
                return _within(self._term(expression), scope)
            case GroupRef():
                return _within(self._group(expression.group), scope)
            case RegionRef():
                return _within(self._region(expression.region), scope)
            case Near():
                left = self.spans(expression.left, scope)
                right = self.spans(expression.right, scope) if left else []
                return _joined(left, right, expression.distance, ordered=expression.ordered)
            case Scoped():
                return self.spans(expression.unit, self._scopes[expression.field])
            case AtLeast():
                spans = self.spans(expression.unit, scope)
                return spans if len(apart(spans)) >= expression.count else []
            case Or():
                return _merged(self.spans(part, scope) for part in expression.parts)
            case And():
                parts = [self.spans(part, scope) for part in expression.parts]
                return _merged(parts) if self.holds(expression, scope) else []
            case _:
                return []

    def region(self, region: str) -> list[Span]:
        """Return the mentions of a region in title and text that count."""
        return _within(self._region(region), self.story)

    def weight(self, spans: list[Span]) -> int:
        """Weigh mentions by where they stand: title 3, lede 2, the rest 1."""
        return sum({"title": 3, "lede": 2}.get(self.part_of(span), 1) for span in apart(spans))

    # --- looking up, once per article ---

    def _term(self, term: Term) -> list[Span]:
        # Not the term itself: hashing a dataclass costs more than the look-up that it saves.
        key = (term.words, term.exact)
        spans = self._terms.get(key)
        if spans is None:
            spans = self._terms[key] = (self._exact if term.exact else self._folded).phrase(term.words)
        return spans

    def _group(self, group: str) -> list[Span]:
        spans = self._groups.get(group)
        if spans is None:
            spans = self._groups[group] = _merged(map(self._term, self.rules.groups[group]))
        return spans

    def _region(self, name: str) -> list[Span]:
        spans = self._regions.get(name)
        if spans is None:
            region = self.rules.regions[name]
            conditional = {term for term, _ in region.ambiguous}
            counting = [term for term in region.terms if term not in conditional]
            counting += [term for term, supports in region.ambiguous if any(map(self.spans, supports))]
            excluded = _merged(map(self._term, region.excluded))
            spans = self._regions[name] = _outside(_merged(map(self._term, counting)), excluded)
        return spans

    # --- quoting ---

    def evidence(self, expression: Expression, scope: Scope | None = None) -> tuple[Evidence, ...]:
        """Quote what made a condition hold: one span a clause, the title's before the text's, the earliest first."""
        quotes: dict[Span, str] = {}
        for clause, spans in self._proof(expression, expression.clause, scope or self.story):
            for span in spans:
                quotes.setdefault(span, clause)
        return tuple(self.quote(span, quotes[span]) for span in sorted(quotes)[:MOST_EVIDENCE])

    def _proof(self, expression: Expression, clause: str, scope: Scope) -> Iterator[tuple[str, list[Span]]]:
        """Yield each clause that holds with the spans that prove it. ``clause`` keeps `title:` before a lone term."""
        match expression:
            case And() if not self.holds(expression, scope):
                return
            case And() | Or():
                for part in expression.parts:
                    yield from self._proof(part, part.clause, scope)
            case Scoped():
                yield from self._proof(expression.unit, clause, self._scopes[expression.field])
            case AtLeast():
                yield clause, apart(self.spans(expression, scope))[: expression.count]
            case _:
                yield clause, apart(self.spans(expression, scope))[:1]

    def quote(self, span: Span, clause: str) -> Evidence:
        """Return the words of a span as they stand in the article."""
        field = self.field_of(span)
        start = self._starts[self._token_at(span[0])]
        end = self._ends[self._token_at(span[1])]
        return Evidence(
            clause=clause, field=field, start=start, end=end, text=field_text(self.article, field)[start:end]
        )

    def span_of(self, quote: Evidence) -> Span | None:
        """Return the span that was quoted; None where the article no longer has such words."""
        field: FieldName | None = next((name for name in _FIELDS if name == quote.field), None)
        if field is None:
            return None
        low, high = (bisect_left(self._positions, position) for position in self._scopes[field])
        first = bisect_left(self._starts, quote.start, low, high)
        last = bisect_left(self._ends, quote.end, low, high)
        return (self._positions[first], self._positions[last]) if first <= last < high else None

    def widened(self, span: Span, words: int) -> Span:
        """Return a span with up to ``words`` more on either side, within its paragraph."""
        first, last = self._token_at(span[0]), self._token_at(span[1])
        low, high = max(first - words, 0), min(last + words, len(self._positions) - 1)
        while not self._same_paragraph(low, first):
            low += 1
        while not self._same_paragraph(last, high):
            high -= 1
        return self._positions[low], self._positions[high]

    def words_between(self, earlier: Span, later: Span) -> int | None:
        """Count the words between two spans; None where they stand in different paragraphs."""
        one, other = self._token_at(earlier[1]), self._token_at(later[0])
        return other - one - 1 if self._same_paragraph(one, other) else None

    def number_in_field(self, span: Span) -> int:
        """Return the number of a span's first word in its field, from 1."""
        return self._token_at(span[0]) - self._token_at(self._scopes[self.field_of(span)][0]) + 1

    def field_of(self, span: Span) -> FieldName:
        return next(field for field in _FIELDS if span[0] < self._scopes[field][1])

    def part_of(self, span: Span) -> FieldName:
        """Return ``lede`` for a span that begins in it, else its field."""
        low, high = self._scopes["lede"]
        return "lede" if low <= span[0] < high else self.field_of(span)

    def _same_paragraph(self, one: int, other: int) -> bool:
        return self._positions[other] - self._positions[one] == other - one

    def _token_at(self, position: int) -> int:
        """Return the number of a position's token among those of all fields."""
        return bisect_left(self._positions, position)


def field_text(article: Article, field: FieldName) -> str:
    """Return what a field's offsets count in. The lede's are those of the text that it begins."""
    match field:
        case "lede":
            return article.text
        case "lang":
            return article.language or ""
        case _:
            return str(getattr(article, field))


class _Vocabulary:
    """The distinct words of an article and the positions of each."""

    def __init__(self, words: list[str], positions: list[int]) -> None:
        self._positions: dict[str, list[int]] = {}
        for word, position in zip(words, positions, strict=True):
            self._positions.setdefault(word, []).append(position)
        self._sorted: list[str] | None = None
        self._lines = ""

    def phrase(self, words: tuple[str, ...]) -> list[Span]:
        """Return where the words stand one right after another."""
        firsts = self._at(words[0])
        if len(words) == 1 or not firsts:
            return [(first, first) for first in firsts]
        remaining = set(firsts)
        for number in range(1, len(words)):
            remaining.intersection_update([position - number for position in self._at(words[number])])
            if not remaining:
                return []
        return [(first, first + len(words) - 1) for first in sorted(remaining)]

    def _at(self, word: str) -> list[int]:
        found = self._positions.get(word)
        if found is None:
            if "*" not in word and "?" not in word:
                return []
            # Kept among the words themselves: no word of an article has a * in it.
            found = sorted(at for known in self._matching(word) for at in self._positions[known])
            self._positions[word] = found
        return found

    def _matching(self, wildcard: str) -> list[str]:
        if self._sorted is None:
            self._sorted = sorted(self._positions)
            self._lines = "\n".join(self._sorted)
        prefix = wildcard[:-1]
        if wildcard[-1] == "*" and "*" not in prefix and "?" not in prefix:
            low = bisect_left(self._sorted, prefix)
            high = low
            while high < len(self._sorted) and self._sorted[high].startswith(prefix):
                high += 1
            return self._sorted[low:high]
        return _pattern(wildcard).findall(self._lines)


@lru_cache(maxsize=1 << 14)
def _pattern(wildcard: str) -> re.Pattern[str]:
    """Compile a wildcard for a list of words, one a line.

    Each run of letters takes the first place at which what follows it fits and never looks back, which is right for
    wildcards and keeps the time linear for any of them.
    """
    first, *rest = (
        "".join("[^\n]" if letter == "?" else re.escape(letter) for letter in piece) for piece in wildcard.split("*")
    )
    middle = "".join(f"(?>[^\n]*?{piece})" for piece in rest[:-1] if piece)
    last = f"[^\n]*{rest[-1]}" if rest else ""
    return re.compile(f"^{first}{middle}{last}$", re.MULTILINE)


# --- spans -------------------------------------------------------------------------------------------------------


def apart(spans: Iterable[Span]) -> list[Span]:
    """Return the most spans of which no two overlap, in order; of two that begin or end alike the shorter."""
    chosen: list[Span] = []
    end = -1
    for first, last in sorted(spans, key=lambda span: (span[1], -span[0])):
        if first > end:
            chosen.append((first, last))
            end = last
    return chosen


def pairs(earlier: list[Span], later: list[Span], distance: int) -> Iterator[tuple[Span, Span]]:
    """Yield the spans of two kinds that stand in this order, apart, with at most ``distance`` words between.

    Where these are more than MOST_PAIRS, only each span with its nearest partner.
    """
    later = sorted(later)
    firsts = [first for first, _ in later]
    reach = [(bisect_right(firsts, last), bisect_right(firsts, last + distance + 1)) for _, last in earlier]
    if sum(high - low for low, high in reach) <= MOST_PAIRS:
        for span, (low, high) in zip(earlier, reach, strict=True):
            for other in later[low:high]:
                yield span, other
        return
    for span, (low, high) in zip(earlier, reach, strict=True):
        if low < high:
            yield span, later[low]
    earlier = sorted(earlier, key=_by_end)
    lasts = [last for _, last in earlier]
    for span in later:
        nearest = bisect_left(lasts, span[0]) - 1
        if nearest >= 0 and span[0] - lasts[nearest] - 1 <= distance:
            yield earlier[nearest], span


def _by_end(span: Span) -> Span:
    return span[1], span[0]


def _joined(left: list[Span], right: list[Span], distance: int, *, ordered: bool) -> list[Span]:
    """Join the spans that stand near each other; ``ordered`` takes only those where the left one comes first."""
    found = {(one[0], other[1]) for one, other in pairs(left, right, distance)}
    if not ordered:
        found |= {(one[0], other[1]) for one, other in pairs(right, left, distance)}
    if len(found) <= 2 * MOST_PAIRS:
        return sorted(found)
    nearest_end = dict(sorted(found, reverse=True))
    nearest_start = {last: first for first, last in sorted(found)}
    return sorted({*nearest_end.items(), *((first, last) for last, first in nearest_start.items())})


def _within(spans: list[Span], scope: Scope) -> list[Span]:
    low, high = scope
    return [span for span in spans if low <= span[0] and span[1] < high]


def _merged(several: Iterable[list[Span]]) -> list[Span]:
    return sorted({span for spans in several for span in spans})


def _outside(spans: list[Span], excluded: list[Span]) -> list[Span]:
    """Return the spans that lie in none of the excluded ones."""
    if not excluded:
        return spans
    firsts = [first for first, _ in excluded]
    furthest = list(accumulate((last for _, last in excluded), max))
    kept = []
    for first, last in spans:
        before = bisect_right(firsts, first)
        if before == 0 or furthest[before - 1] < last:
            kept.append((first, last))
    return kept

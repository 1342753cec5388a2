"""What is written in an article, for all rules at once: which conditions hold, where, and the words that prove it.

Terms, groups and regions are looked up once per article, however many rules name them. This module must not know what
a rule makes of its conditions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from monitor.model import Article, Evidence
from monitor.rules.expression import And, AtLeast, Expression, GroupRef, Near, Not, Or, RegionRef, Scoped, Term
from monitor.rules.positions import Positions
from monitor.rules.ruleset import RuleSet
from monitor.rules.spans import Scope, Span, apart, joined, merged, outside, within

MOST_EVIDENCE = 8
"""Quotes kept of a match: proof, not a copy of the article."""


class Reading:
    """One article, with everything that was looked up in it so far."""

    def __init__(self, article: Article, rules: RuleSet) -> None:
        self.article = article
        self.rules = rules
        self.positions = Positions(article)
        self.language = primary_language(article.language)
        self._terms: dict[tuple[tuple[str, ...], bool], list[Span]] = {}
        self._groups: dict[str, list[Span]] = {}
        self._regions: dict[str, list[Span]] = {}

    @property
    def trust(self) -> float:
        feed = self.rules.feeds.get(self.article.feed)
        return 1.0 if feed is None else feed.trust

    # --- what holds ---

    def holds(self, expression: Expression, scope: Scope | None = None) -> bool:
        """Tell whether a condition holds within ``scope``, by default title and text."""
        scope = scope or self.positions.story
        match expression:
            case And():
                return all(self.holds(part, scope) for part in expression.parts)
            case Or():
                return any(self.holds(part, scope) for part in expression.parts)
            case Not():
                return not self.holds(expression.part, scope)
            case Scoped():
                return self.holds(expression.unit, self.positions.scopes[expression.field])
            case _:
                return bool(self.spans(expression, scope))

    def spans(self, expression: Expression, scope: Scope | None = None) -> list[Span]:
        """Return where an expression stands, in order; nowhere where it does not hold.

        A NEAR stands from its first word to its last; an AND where its parts do; a NOT nowhere.
        """
        scope = scope or self.positions.story
        match expression:
            case Term():
                return within(self._term(expression), scope)
            case GroupRef():
                return within(self._group(expression.group), scope)
            case RegionRef():
                return within(self._region(expression.region), scope)
            case Near():
                left = self.spans(expression.left, scope)
                right = self.spans(expression.right, scope) if left else []
                return joined(left, right, expression.distance, ordered=expression.ordered)
            case Scoped():
                return self.spans(expression.unit, self.positions.scopes[expression.field])
            case AtLeast():
                spans = self.spans(expression.unit, scope)
                return spans if len(apart(spans)) >= expression.count else []
            case Or():
                return merged(self.spans(part, scope) for part in expression.parts)
            case And():
                parts = [self.spans(part, scope) for part in expression.parts]
                return merged(parts) if self.holds(expression, scope) else []
            case _:
                return []

    def region(self, region: str) -> list[Span]:
        """Return the mentions of a region in title and text that count."""
        return within(self._region(region), self.positions.story)

    def weight(self, spans: list[Span]) -> int:
        """Weigh mentions by where they stand: title 3, lede 2, the rest 1."""
        return sum({"title": 3, "lede": 2}.get(self.positions.part_of(span), 1) for span in apart(spans))

    # --- looking up, once per article ---

    def _term(self, term: Term) -> list[Span]:
        # Not the term itself: hashing a dataclass costs more than the look-up that it saves.
        key = (term.words, term.exact)
        spans = self._terms.get(key)
        if spans is None:
            vocabulary = self.positions.exact if term.exact else self.positions.folded
            spans = self._terms[key] = vocabulary.phrase(term.words)
        return spans

    def _group(self, group: str) -> list[Span]:
        spans = self._groups.get(group)
        if spans is None:
            spans = self._groups[group] = self._any(self.rules.groups[group])
        return spans

    def _region(self, name: str) -> list[Span]:
        spans = self._regions.get(name)
        if spans is None:
            region = self.rules.regions[name]
            conditional = {term for term, _ in region.ambiguous if self._may_stand(term)}
            counting = [term for term in region.terms if self._may_stand(term) and term not in conditional]
            counting += [
                term for term, supports in region.ambiguous if self._may_stand(term) and any(map(self.spans, supports))
            ]
            spans = self._regions[name] = outside(self._any(counting), self._any(region.excluded))
        return spans

    def _any(self, terms: Iterable[Term]) -> list[Span]:
        return merged([self._term(term) for term in terms if self._may_stand(term)])

    def _may_stand(self, term: Term) -> bool:
        """Tell by its first word, at next to no cost, whether a term can stand here: nearly all do not."""
        return (self.positions.exact if term.exact else self.positions.folded).may_hold(term.words[0])

    # --- quoting ---

    def evidence(self, expression: Expression, scope: Scope | None = None) -> tuple[Evidence, ...]:
        """Quote what made a condition hold: one span a clause, the title's before the text's, the earliest first."""
        quotes: dict[Span, str] = {}
        for clause, spans in self._proof(expression, expression.clause, scope or self.positions.story):
            for span in spans:
                quotes.setdefault(span, clause)
        return tuple(self.positions.quote(span, quotes[span]) for span in sorted(quotes)[:MOST_EVIDENCE])

    def _proof(self, expression: Expression, clause: str, scope: Scope) -> Iterator[tuple[str, list[Span]]]:
        """Yield each clause that holds with the spans that prove it. ``clause`` keeps `title:` before a lone term."""
        match expression:
            case And() if not self.holds(expression, scope):
                return
            case And() | Or():
                for part in expression.parts:
                    yield from self._proof(part, part.clause, scope)
            case Scoped():
                yield from self._proof(expression.unit, clause, self.positions.scopes[expression.field])
            case AtLeast():
                yield clause, apart(self.spans(expression, scope))[: expression.count]
            case _:
                yield clause, apart(self.spans(expression, scope))[:1]


def primary_language(tag: str | None) -> str | None:
    """Return ``en`` for ``en-GB``, None for an unknown language."""
    primary = re.split("[-_]", (tag or "").strip().lower(), maxsplit=1)[0]
    return None if primary in ("", "und") else primary

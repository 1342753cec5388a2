"""What is written in an article, for all rules at once: which conditions hold, where, and the words that prove it.

Terms, groups and regions are looked up once per article, however many rules name them. This module must not know what
a rule makes of its conditions.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from monitor.model import Article, Evidence
from monitor.rules.expression import And, AtLeast, Expression, GroupRef, Near, Not, Or, RegionRef, Scoped, Term
from monitor.rules.positions import Positions
from monitor.rules.regional import Regional
from monitor.rules.ruleset import RuleSet
from monitor.rules.spans import Scope, Span, apart, joined, merged, within
from monitor.text.language import primary_language

MOST_EVIDENCE = 8
"""Quotes kept of a match: proof, not a copy of the article."""
MOST_WORK = 200_000
MOST_WORK_A_WORD = 10
"""What a rule may cost in an article, in words and spans looked at, 0.1 to 0.2 µs each: hundreds of usual rules."""
_ABSENT = 5
"""What telling costs that a word stands nowhere."""
_LOOKING_UP = 30
"""What anything costs that is looked up for the first time."""
_JOINING = 10
"""What looking for partners of a span costs."""


class _TooCostlyError(Exception):
    """A rule takes more work than any is worth."""


class Reading:
    """One article, with everything that was looked up in it so far."""

    def __init__(self, article: Article, rules: RuleSet, positions: Positions | None = None) -> None:
        self.article = article
        self.rules = rules
        self.positions = Positions(article) if positions is None else positions
        self.language = primary_language(article.language)
        self.too_costly: list[str] = []
        """Rules that were given up: how they stand to this article is not known."""
        self._work = 0
        self._most_work = math.inf
        self._found: dict[Hashable, tuple[list[Span] | None, int, object]] = {}

    @property
    def trust(self) -> float:
        feed = self.rules.feeds.get(self.article.feed)
        return 1.0 if feed is None else feed.trust

    # --- what it may cost ---

    @contextmanager
    def bounded(self, rule: str) -> Iterator[None]:
        """Leave a rule where it takes more work than any rule is worth, whatever other rules have looked up before."""
        self._work, self._most_work = 0, MOST_WORK + MOST_WORK_A_WORD * len(self.positions)
        try:
            yield
        except _TooCostlyError:
            self.too_costly.append(rule)
        finally:
            self._most_work = math.inf

    def _spend(self, work: int) -> None:
        self._work += work
        if self._work > self._most_work:
            raise _TooCostlyError

    def _once(self, key: Hashable, find: Callable[..., list[Span]], *of: Any) -> list[Span]:
        """Find something once in an article. To find it again is the same work, so that rules do not depend on others.

        What it is found of first is kept with it: where ``key`` is an id, no other value can come to have it.
        """
        known = self._found.get(key)
        if known is not None:
            self._spend(known[1])
            if known[0] is not None:
                return known[0]
            self._work -= known[1]
        spans, before = None, self._work
        try:
            self._spend(_LOOKING_UP)
            spans = find(*of)
        finally:  # what it took at least, where it was given up
            self._found[key] = spans, self._work - before, of[0]
        return spans

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
                return self._within(self._term(expression), scope)
            case GroupRef():
                return self._within(self._group(expression.group), scope)
            case RegionRef():
                return self._within(self._region(expression.region), scope)
            case Scoped():
                return self.spans(expression.unit, self.positions.scopes[expression.field])
            case And() if not self.holds(expression, scope):
                return []
            case Not():
                return []
            case _:
                return self._once((id(expression), scope), self._compound, expression, scope)

    def _compound(self, expression: Near | AtLeast | And | Or, scope: Scope) -> list[Span]:
        match expression:
            case Near():
                left = self.spans(expression.left, scope)
                right = self.spans(expression.right, scope) if left else []
                self._spend(_JOINING * (len(left) + len(right)))
                return joined(left, right, expression.distance, ordered=expression.ordered)
            case AtLeast():
                spans = self.spans(expression.unit, scope)
                return spans if len(self._apart(spans)) >= expression.count else []
            case _:
                return self._merged([self.spans(part, scope) for part in expression.parts])

    def region(self, region: str) -> list[Span]:
        """Return the mentions of a region in title and text that count."""
        return self.regional.spans(region)

    @cached_property
    def regional(self) -> Regional:
        return Regional(self.rules, self.positions)

    # --- looking up, once per article ---

    def _term(self, term: Term) -> list[Span]:
        # Not the term itself: hashing a dataclass costs more than the look-up that it saves.
        vocabulary = self.positions.exact if term.exact else self.positions.folded
        self._spend(_ABSENT)
        if not vocabulary.may_hold(term.words[0]):
            return []
        return self._once((term.words, term.exact), vocabulary.phrase, term.words, self._spend)

    def _group(self, group: str) -> list[Span]:
        return self._once(("$", group), self._any, self.rules.groups[group])

    def _region(self, name: str) -> list[Span]:
        return self._once(("@", name), self.regional.spans, name)

    def _any(self, terms: Sequence[Term]) -> list[Span]:
        return self._merged([spans for term in terms if (spans := self._term(term))])

    # --- spans, at their price ---

    def _within(self, spans: list[Span], scope: Scope) -> list[Span]:
        self._spend(len(spans))
        return within(spans, scope)

    def _merged(self, several: list[list[Span]]) -> list[Span]:
        if len(several) == 1:
            return several[0]
        self._spend(sum(map(len, several)))
        return merged(several)

    def _apart(self, spans: list[Span]) -> list[Span]:
        self._spend(2 * len(spans))
        return apart(spans)

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
                yield clause, self._apart(self.spans(expression, scope))[: expression.count]
            case _:
                yield clause, self._apart(self.spans(expression, scope))[:1]

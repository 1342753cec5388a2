"""An article as one line of positions: where its fields and paragraphs stand, and what it says at a span.

All fields share one line of numbers, in which paragraphs and fields lie further apart than any NEAR reaches, so that
nobody has to ask where a paragraph ends, and a field is a range of numbers. This module must not know rules.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import cached_property
from typing import get_args

from monitor.model import Article, Evidence, FieldName
from monitor.rules.operators import MAX_DISTANCE
from monitor.rules.spans import Scope, Span
from monitor.rules.vocabulary import Vocabulary
from monitor.text.clitics import without_clitics
from monitor.text.fold import LEDE_WORDS, Tokens, tokenise
from monitor.text.language import primary_language

_PARAGRAPH_GAP = MAX_DISTANCE + 1
_FIELDS: tuple[FieldName, ...] = tuple(name for name in get_args(FieldName) if name != "lede")
"""In the order of their positions: title and text first, so that the two together are one range."""


Words = tuple[Tokens, Tokens]
"""Those of an article's title and of its text."""


def words_of(article: Article) -> Words:
    return tokenise(article.title), tokenise(article.text)


class Positions:
    """One article in positions; ``words`` are its own, where they are known already."""

    def __init__(self, article: Article, words: Words | None = None) -> None:
        known = dict(zip(("title", "text"), words or words_of(article), strict=True))
        self.article = article
        self.scopes: dict[FieldName, Scope] = {}
        """Where each field stands."""
        self.tokens: dict[FieldName, Tokens] = {}
        """The words of title and text."""
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._positions: list[int] = []
        folded: list[str] = []
        exact: list[str] = []
        low = 0
        for field in _FIELDS:
            tokens = known[field] if field in known else tokenise(field_text(article, field))
            positions = [low + at + paragraph * _PARAGRAPH_GAP for at, paragraph in enumerate(tokens.paragraphs)]
            high = positions[-1] + 1 if positions else low
            self.scopes[field] = (low, high)
            if field in ("title", "text"):
                self.tokens[field] = tokens
            if field == "text":
                self.scopes["lede"] = (low, positions[LEDE_WORDS] if len(positions) > LEDE_WORDS else high)
            low = high + _PARAGRAPH_GAP
            self._positions += positions
            self._starts += tokens.starts
            self._ends += tokens.ends
            folded += tokens.folded
            exact += tokens.exact
        self.folded = Vocabulary(*_with_clitics_off(folded, self._positions, article.language))
        self._exact = exact
        self.story: Scope = (self.scopes["title"][0], self.scopes["text"][1])
        """Title and text: where a term without a field is looked for."""

    @cached_property
    def exact(self) -> Vocabulary:
        """The words as written; those of ``folded`` are folded."""
        return Vocabulary(self._exact, self._positions)

    def __len__(self) -> int:
        """Return the number of words in all fields."""
        return len(self._positions)

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
        low, high = (bisect_left(self._positions, position) for position in self.scopes[field])
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

    def span(self, field: FieldName, first: int, last: int) -> Span:
        """Return the span from a field's token to another, both numbered from 0 within the field."""
        before = self._token_at(self.scopes[field][0])
        return self._positions[before + first], self._positions[before + last]

    def number_in_field(self, span: Span) -> int:
        """Return the number of a span's first word in its field, from 1."""
        return self._token_at(span[0]) - self._token_at(self.scopes[self.field_of(span)][0]) + 1

    def field_of(self, span: Span) -> FieldName:
        return next(field for field in _FIELDS if span[0] < self.scopes[field][1])

    def part_of(self, span: Span) -> FieldName:
        """Return ``lede`` for a span that begins in it, else its field."""
        low, high = self.scopes["lede"]
        return "lede" if low <= span[0] < high else self.field_of(span)

    def _same_paragraph(self, one: int, other: int) -> bool:
        return self._positions[other] - self._positions[one] == other - one

    def _token_at(self, position: int) -> int:
        """Return the number of a position's token among those of all fields."""
        return bisect_left(self._positions, position)


def _with_clitics_off(words: list[str], positions: list[int], language: str | None) -> tuple[list[str], list[int]]:
    """Add to an Arabic article's words what each may stand for, at the same positions."""
    if primary_language(language) != "ar":
        return words, positions
    several = [(word, *without_clitics(word)) for word in words]
    at = [position for position, readings in zip(positions, several, strict=True) for _ in readings]
    return [word for readings in several for word in readings], at


def field_text(article: Article, field: FieldName) -> str:
    """Return what a field's offsets count in. The lede's are those of the text that it begins."""
    match field:
        case "lede":
            return article.text
        case "lang":
            return article.language or ""
        case _:
            return str(getattr(article, field))

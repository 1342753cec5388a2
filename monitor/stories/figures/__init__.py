"""Figures: numbers of people in a text, with what happened to them, by rules over its tokens.

    tokens → items (reading) → people (quantities, people) → what happened to them (row, clauses) → Figure

The words of a language are a table in ``words/``. This package must not know where a text comes from; who says a figure
is found by ``monitor.stories.attribution``.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Literal

from monitor.model import Casualty, Figure, Group
from monitor.stories.attribution import sources
from monitor.stories.figures.bounds import background, scope, shares_clause
from monitor.stories.figures.clauses import Clauses
from monitor.stories.figures.groups import Titles, settle_group
from monitor.stories.figures.mentions import Mention
from monitor.stories.figures.people import mentions
from monitor.stories.figures.prefixes import parted
from monitor.stories.figures.reading import Item, read_items
from monitor.stories.figures.row import Row
from monitor.stories.figures.vocabulary import Vocabulary, vocabulary
from monitor.text.fold import Tokens
from monitor.text.lines import one_line, shorten
from monitor.text.sentences import sentence_spans

MOST_WORDS = 3_000
"""Of a field, so many words are looked at: no report is longer, and a hostile one costs no more."""

MOST_CHARACTERS = 60_000
"""The same, for texts of endless words."""

MOST_FIGURES = 100
"""Of a field."""

LONGEST_SENTENCE = 150
"""Words; a longer one is cut."""

SHOWN = 400
"""Characters of a sentence that are shown on each side of a figure."""

LONGEST_SHOWN = 1_000

LONGEST_WHO = 100
"""Characters."""


def figures_of(
    title: str, title_tokens: Tokens, text: str, text_tokens: Tokens, language: str | None
) -> tuple[Figure, ...]:
    """Return the figures of an article's title and text, in order. A language without a table has none."""
    words = vocabulary(language or "en")
    if words is None:
        return ()
    groups: dict[str, Group] = {}
    return (
        *_Field(words, "title", title, title_tokens, groups).figures(language),
        *_Field(words, "text", text, text_tokens, groups).figures(language),
    )


class _Field:
    """One field of an article while it is read."""

    def __init__(
        self,
        words: Vocabulary,
        name: Literal["title", "text"],
        text: str,
        tokens: Tokens,
        groups: dict[str, Group],
    ) -> None:
        self.words = words
        self.name = name
        self.text = text
        self.tokens = parted(words, tokens, MOST_WORDS + 1)
        self.groups = groups

    def figures(self, language: str | None) -> list[Figure]:
        tokens = self.tokens
        if self.words.outcome_words.isdisjoint(tokens.folded[:MOST_WORDS]):
            return []
        end = len(self.text) if len(tokens) <= MOST_WORDS else tokens.ends[MOST_WORDS - 1]
        sentences = sentence_spans(self.text[: min(end, MOST_CHARACTERS)])
        found = list(islice((figure for one in sentences for figure in self._sentence(one)), MOST_FIGURES))
        if not found:
            return []
        if any(figure.group == "people" and figure.count == 1 for figure in found):
            said_of = Titles(self.words, tokens)
            until = [bisect_left(tokens.starts, figure.start) for figure in found if _is_one(figure)]
            found = [self._with_title(figure, said_of, until) if _is_one(figure) else figure for figure in found]
        said = sources(self.text, tokens, sentences, [(figure.start, figure.end) for figure in found], language)
        return [replace(figure, source=source) for figure, source in zip(found, said, strict=True)]

    def _sentence(self, sentence: tuple[int, int]) -> Iterator[Figure]:
        tokens = self.tokens
        low, high = bisect_left(tokens.starts, sentence[0]), bisect_right(tokens.ends, sentence[1])
        for begin in range(low, high, LONGEST_SENTENCE):
            end = min(begin + LONGEST_SENTENCE, high)
            if not self.words.outcome_words.isdisjoint(tokens.folded[begin:end]):
                yield from self._clauses(begin, end, sentence)

    def _clauses(self, begin: int, end: int, sentence: tuple[int, int]) -> Iterator[Figure]:
        items = read_items(self.words, self.text, self.tokens, begin, end)
        row = Row(self.words, items, mentions(items), self.groups)
        Clauses(row).link()
        totals = background(self.words, items)
        for mention in row.mentions:
            settle_group(mention, row, self.groups)
            for outcome, at in mention.outcomes.items():
                figure = self._figure(items, mention, outcome, at, sentence)
                yield replace(figure, background=True) if shares_clause(items, at, totals) else figure

    def _figure(
        self, items: Sequence[Item], mention: Mention, outcome: Casualty, at: int, sentence: tuple[int, int]
    ) -> Figure:
        first, last = mention.first, mention.last
        while first < last and items[first].kind in ("modifier", "a_total", "between"):
            first += 1
        has_people = mention.who <= mention.last
        if not has_people:
            first, last = min(first, at), max(last, at)
        start, end = self._span(items[first], items[last])
        return Figure(
            count=mention.count or 0,
            count_max=mention.count_max,
            modifier=mention.modifier,
            who=self._written(items[mention.who], items[mention.last]) if has_people else "",
            group=mention.group or "people",
            outcome=outcome,
            scope=self._scope(items, max(at, mention.reach) + 1),
            field=self.name,
            start=start,
            end=end,
            quote=self.text[start:end],
            sentence=shorten(
                one_line(self.text[max(sentence[0], start - SHOWN) : min(sentence[1], end + SHOWN)]), LONGEST_SHOWN
            ),
        )

    def _scope(self, items: Sequence[Item], at: int) -> str:
        phrase = scope(self.words, items, at)
        return self._written(phrase[0], phrase[-1]) if phrase else ""

    def _span(self, first: Item, last: Item) -> tuple[int, int]:
        return self.tokens.starts[first.first], self.tokens.ends[last.last]

    def _written(self, first: Item, last: Item) -> str:
        start, end = self._span(first, last)
        return shorten(one_line(self.text[start:end]), LONGEST_WHO)

    def _with_title(self, figure: Figure, said_of: Titles, others: Sequence[int]) -> Figure:
        """Give a bare name the group of what is said of it elsewhere, before anybody else is told of."""
        low, high = bisect_left(self.tokens.starts, figure.start), bisect_right(self.tokens.ends, figure.end)
        name = said_of.name(low, high) if figure.group == "people" else None
        if name is None:
            return figure
        until = next((at for at in others if at >= high), len(self.tokens))
        return replace(figure, group=said_of.of(name, high, until))


def _is_one(figure: Figure) -> bool:
    return figure.count == 1

"""Figures: numbers of people in a text, with what happened to them, by rules over its tokens.

    tokens → items (reading) → people (people) → what happened to them (clauses) → Figure

What counts as a figure is defined in docs; the words of a language are a table in ``words/``. This package must not know
where a text comes from; who says a figure is found by ``monitor.stories.attribution``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from monitor.model import Casualty, Figure, Group
from monitor.stories.attribution import sources
from monitor.stories.figures.clauses import Clauses
from monitor.stories.figures.people import Mention, mentions
from monitor.stories.figures.reading import Item, read_items
from monitor.stories.figures.vocabulary import Vocabulary, vocabulary
from monitor.text.fold import Tokens
from monitor.text.lines import one_line
from monitor.text.sentences import sentence_spans

MOST_WORDS = 4_000
"""Of a field, so many words are looked at: no report is longer, and a hostile one costs no more."""

LONGEST_SENTENCE = 150
"""Words; a longer one is cut."""


def figures_of(
    title: str, title_tokens: Tokens, text: str, text_tokens: Tokens, language: str | None
) -> tuple[Figure, ...]:
    """Return the figures of an article's title and text, in order. A language without a table has none."""
    words = vocabulary(language or "en")
    if words is None:
        return ()
    groups: dict[str, Group] = {}
    return (
        *_field(words, "title", title, title_tokens, language, groups),
        *_field(words, "text", text, text_tokens, language, groups),
    )


def _field(
    words: Vocabulary,
    name: Literal["title", "text"],
    text: str,
    tokens: Tokens,
    language: str | None,
    groups: dict[str, Group],
) -> list[Figure]:
    if words.outcome_words.isdisjoint(tokens.folded[:MOST_WORDS]):
        return []
    spans = sentence_spans(text[: tokens.ends[min(MOST_WORDS, len(tokens)) - 1]])
    found: list[Figure] = []
    low = 0
    for sentence in spans:
        while low < len(tokens) and tokens.starts[low] < sentence[0]:
            low += 1
        high = low
        while high < len(tokens) and tokens.ends[high] <= sentence[1]:
            high += 1
        for begin in range(low, high, LONGEST_SENTENCE):
            end = min(begin + LONGEST_SENTENCE, high)
            if not words.outcome_words.isdisjoint(tokens.folded[begin:end]):
                found += _sentence(words, name, text, tokens, (begin, end), sentence, groups)
        low = high
    if not found:
        return []
    found = [_with_title(words, tokens, figure) for figure in found]
    said = sources(text, tokens, spans, [(figure.start, figure.end) for figure in found], language)
    return [replace(figure, source=source) for figure, source in zip(found, said, strict=True)]


def _sentence(
    words: Vocabulary,
    name: Literal["title", "text"],
    text: str,
    tokens: Tokens,
    bounds: tuple[int, int],
    sentence: tuple[int, int],
    groups: dict[str, Group],
) -> list[Figure]:
    items = read_items(words, text, tokens, *bounds)
    people = mentions(words, items)
    clauses = Clauses(words, items, people, groups)
    clauses.link()
    background = _is_background(words, items)
    found = []
    for mention in clauses.mentions:
        _group(mention, clauses.mentions, items, groups)
        for outcome, at in mention.outcomes.items():
            found.append(_figure(name, text, tokens, items, mention, outcome, at, background, sentence))
    return found


def _figure(
    name: Literal["title", "text"],
    text: str,
    tokens: Tokens,
    items: Sequence[Item],
    mention: Mention,
    outcome: Casualty,
    at: int,
    background: bool,
    sentence: tuple[int, int],
) -> Figure:
    first, last = mention.first, mention.last
    while first < last and items[first].kind in ("modifier", "a_total", "between"):
        first += 1
    who = mention.who
    has_people = mention.who <= mention.last
    if not has_people:
        first, last = min(first, at), max(last, at)
    start, end = tokens.starts[items[first].first], tokens.ends[items[last].last]
    return Figure(
        count=mention.count or 0,
        count_max=mention.count_max,
        modifier=mention.modifier,
        who=one_line(text[tokens.starts[items[who].first] : tokens.ends[items[mention.last].last]]) if has_people else "",
        group=mention.group or "people",
        outcome=outcome,
        background=background,
        field=name,
        start=start,
        end=end,
        quote=text[start:end],
        sentence=one_line(text[sentence[0] : sentence[1]]),
    )


def _group(mention: Mention, mentions: Sequence[Mention], items: Sequence[Item], groups: dict[str, Group]) -> None:
    """Settle the group of a name, or of "others", by the people before; learn names."""
    names = [item.folded for item in items[mention.first : mention.reach + 1] if item.is_name]
    if mention.group in (None, "people") and names:
        mention.group = next((groups[name] for name in reversed(names) if name in groups), mention.group)
    if names and mention.is_single and (mention.outcomes or mention.group not in (None, "people")):
        groups[names[-1]] = mention.group or "people"
    behind = mention.reach + 1
    if (
        mention.group is None
        and mention.outcomes
        and not mention.is_name
        and not (behind < len(items) and items[behind].kind == "including")
    ):
        told_at = set(mention.outcomes.values())
        earlier = [
            one for one in mentions if one.first < mention.first and one.outcomes and told_at.isdisjoint(one.outcomes.values())
        ]
        before = {one.group or "people" for one in earlier if one.outcomes == earlier[-1].outcomes}
        if len(before) == 1 and before <= {"militants", "security"}:
            (mention.group,) = before


def _with_title(words: Vocabulary, tokens: Tokens, figure: Figure) -> Figure:
    """Give a bare name the group of a title that the text writes before the same name elsewhere: "journalist Khan"."""
    if figure.group != "people" or figure.count != 1 or not figure.who:
        return figure
    names = figure.who.lower().split()
    if any(name in words.words for name in names):
        return figure
    folded = tokens.folded
    for at, word in enumerate(folded[1:MOST_WORDS], start=1):
        if word == names[-1]:
            for before in range(at - 1, max(at - 4, -1), -1):
                known = words.words.get(folded[before])
                if known is not None and known.group not in (None, "people"):
                    return replace(figure, group=known.group)
                if known is not None:
                    break
    return figure


def _is_background(words: Vocabulary, items: Sequence[Item]) -> bool:
    """Tell whether a sentence gives totals over years."""
    for at, item in enumerate(items):
        if item.kind == "background":
            return True
        behind = items[at + 1 : at + 4]
        if item.folded in words.since and behind and behind[0].kind in ("date", "months"):
            return True
        if item.kind == "background_over" and any(one.folded in words.years for one in behind):
            return True
    return False

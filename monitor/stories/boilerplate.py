"""Which of an article's words are its own, and which its feed prints in every item: brands, sections, footers, forms.

Nothing is known beforehand; a feed's habits are learned from its own items. What tells a habit from news that goes on
("killed in Quetta"):

- in titles, a phrase that punctuation sets off, at either end, and that the text beneath does not take up ("Week in
  pictures: …", "… | Daily Example"); a subject stands in the text too ("Quetta blast: …");
- in texts, words at the very same distance from the beginning or the end, in a good part of the items ("Leave a
  Comment"); and a whole paragraph, however few items have it.

Memory is bounded: what was seen least is forgotten, and old items weigh less. Within one article, the title printed
again in the text is left out as well. This module must not know feeds or stores.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from operator import itemgetter

from monitor.stories.shingles import shingles, word_numbers
from monitor.text.fold import Tokens

RUN = 3
"""Words. Two in one place are chance; "Leave a Comment" are three."""
OPENING = 8
CLOSING = 32
"""How many words at a text's ends are looked at. Longer footers are paragraphs."""

SHORTEST_TITLE = 3
LONGEST_PHRASE = 8
LONGEST_PARAGRAPH = 100
PARAGRAPHS = 8
"""At either end of a text."""

TEXT_ENOUGH = 8
"""A text of fewer words takes up nothing of its title."""
LOOKED_AT = 500
"""Words: no title is longer, nor what takes up one."""
REPEATED_WITHIN = 5_000
"""Words of a text in which its title is looked for."""

ENOUGH_ITEMS = 5
"""In 28,528 items of six outlets, what five titles set off and no text took up were sections ("From the archives"), and
of running subjects hardly any; no summary stood in five articles but standing ones."""
GOOD_PART = 0.3
"""Of a feed's items, for words at the ends of texts. Footers stand in most; of three words of news in one place, on the
days of the pandemic's outbreak, in a tenth."""

COMMON_KEPT = 256
FORMS_KEPT = 192
"""At least; up to twice as much between two clearances."""
REMEMBERED = 1000
"""After so many items all of them count half."""

Own = tuple[Sequence[int], Sequence[int]]
"""Numbers of the tokens of title and text."""

_Span = tuple[int, int]
"""Numbers of the first token and of the one after the last."""

_BEGINS, _ENDS, _WHOLE, _PARAGRAPH = range(4)


@dataclass(frozen=True)
class Habits:
    """What one feed repeats: how many of its items show a thing, each thing a number."""

    items: int = 0
    common: Mapping[int, int] = field(default_factory=dict)
    """What is a habit once a good part of the items show it."""
    forms: Mapping[int, int] = field(default_factory=dict)
    """What is a habit however few of the items show it."""

    @cached_property
    def usual(self) -> frozenset[int]:
        least = max(ENOUGH_ITEMS, GOOD_PART * self.items)
        return frozenset(one for one, items in self.common.items() if items >= least)

    @cached_property
    def usual_forms(self) -> frozenset[int]:
        return frozenset(one for one, items in self.forms.items() if items >= ENOUGH_ITEMS)

    def pack(self) -> bytes:
        parts = (self.common, self.forms)
        numbers = chain.from_iterable((*part.keys(), *part.values()) for part in parts)
        return array("q", (self.items, *map(len, parts), *numbers)).tobytes()

    @classmethod
    def unpack(cls, packed: bytes) -> Habits:
        items, common, forms, *numbers = array("q", packed)
        rest = numbers[2 * common :]
        return cls(
            items,
            dict(zip(numbers[:common], numbers[common : 2 * common], strict=True)),
            dict(zip(rest[:forms], rest[forms:], strict=True)),
        )


def learned(habits: Habits, articles: Sequence[tuple[Tokens, Tokens]]) -> Habits:
    """Return the habits with what the title and text of some new articles of the feed add. Word-for-word copies of
    known articles are not to be among them: a text served again is no form."""
    common, forms = Counter(habits.common), Counter(habits.forms)
    for title, text in articles:
        common.update(_edges(text)[0])
        forms.update({number for number, _, _ in chain(_paragraphs(text), _whole(title))})
        for number, low, high in _set_off(title):
            if len(text) < TEXT_ENOUGH:
                common[number] += 1
            else:
                forms[number] += -1 if _takes_up(text, title.folded[low:high]) else 1
    items = habits.items + len(articles)
    older = items >= REMEMBERED
    return Habits(items >> older, _most(common, COMMON_KEPT, older), _most(forms, FORMS_KEPT, older))


def own(habits: Habits, title: Tokens, text: Tokens) -> Own:
    """Return which tokens are the article's own."""
    in_title: list[_Span] = []
    in_text: list[_Span] = [*_repeats(title, text)]
    usual, forms = habits.usual, habits.usual_forms
    if usual:
        in_text += [(low, low + RUN) for number, low in zip(*_edges(text), strict=True) if number in usual]
    if forms:
        in_text += [(low, high) for number, low, high in _paragraphs(text) if number in forms]
        in_title += [(low, high) for number, low, high in _whole(title) if number in forms]
    if usual or forms:
        in_title += [(low, high) for number, low, high in _set_off(title) if number in forms or number in usual]
    return _outside(in_title, len(title)), _outside(in_text, len(text))


def _most(seen: Counter[int], kept: int, older: bool) -> dict[int, int]:
    """Return what was seen most, and of the rest the newest, once there is twice as much as is to be kept."""
    if older:
        seen = Counter({number: items >> 1 for number, items in seen.items() if items > 1})
    if len(seen) <= 2 * kept:
        return seen
    newest_first = reversed(seen.items())
    return dict(reversed(sorted(newest_first, key=itemgetter(1), reverse=True)[:kept]))


def _takes_up(text: Tokens, phrase: Sequence[str]) -> bool:
    words = text.folded[:LOOKED_AT]
    return 2 * sum(word in words for word in phrase) >= len(phrase)


def _outside(spans: Iterable[_Span], length: int) -> Sequence[int]:
    outside: list[int] = []
    at = 0
    for low, high in sorted(spans):
        outside += range(at, low)
        at = max(at, high)
    return outside + list(range(at, length)) if at else range(length)


def _set_off(title: Tokens) -> Iterator[tuple[int, int, int]]:
    """Yield what punctuation sets off at either end of a title."""
    size = len(title)
    if size > LOOKED_AT:
        return
    for at, (start, end) in enumerate(zip(title.starts[1:], title.ends, strict=False), 1):
        # A single space parts words. A possessive ending takes as much room as a dash, and mostly follows one name.
        if start - end > 1:
            if at <= LONGEST_PHRASE and (at > 1 or start - end == 2):
                yield hash((_BEGINS, *word_numbers(title.folded[:at]))), 0, at
            if size - at <= LONGEST_PHRASE:
                yield hash((_ENDS, *word_numbers(title.folded[at:]))), at, size


def _whole(title: Tokens) -> Iterator[tuple[int, int, int]]:
    if title:
        yield hash((_WHOLE, *word_numbers(title.folded[:LOOKED_AT]))), 0, len(title)


def _edges(text: Tokens) -> tuple[list[int], list[int]]:
    """Return the runs at either end of a text, each a number with its distance from there, and where they begin."""
    size = len(text)
    first = max(0, size - CLOSING)
    opening = shingles(word_numbers(text.folded[:OPENING]), RUN)
    closing = shingles(word_numbers(text.folded[first:]), RUN)
    begins = [*range(len(opening)), *range(first, first + len(closing))]
    distances = chain(range(len(opening)), range(OPENING + len(closing), OPENING, -1))
    return list(map(hash, zip(chain(opening, closing), distances, strict=True))), begins


def _paragraphs(text: Tokens) -> Iterator[tuple[int, int, int]]:
    paragraphs = text.paragraphs
    last = paragraphs[-1] if paragraphs else -1
    for paragraph in {*range(min(PARAGRAPHS, last + 1)), *range(max(0, last + 1 - PARAGRAPHS), last + 1)}:
        low, high = bisect_left(paragraphs, paragraph), bisect_left(paragraphs, paragraph + 1)
        if 1 < high - low <= LONGEST_PARAGRAPH:
            yield hash((_PARAGRAPH, *word_numbers(text.folded[low:high]))), low, high


def _repeats(title: Tokens, text: Tokens) -> Iterator[_Span]:
    """Yield where the title is printed again in the text."""
    length = len(title)
    if SHORTEST_TITLE <= length <= LOOKED_AT:
        # Folded words hold no spaces: a part of this text is a run of whole words.
        wanted, words = f" {' '.join(title.folded)} ", f" {' '.join(text.folded[:REPEATED_WITHIN])} "
        at, counted, number = words.find(wanted), 0, 0
        while at >= 0:
            number += words.count(" ", counted, at)
            yield number, number + length
            counted, at = at, words.find(wanted, at + len(wanted) - 1)

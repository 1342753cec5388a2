"""The distinct words of an article: where each stands, where a phrase does, and which of them a wildcard takes.

This module must not know rules, nor what a position is but a number that consecutive words count up.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Set
from functools import cached_property, lru_cache

from monitor.rules.spans import Span

Spend = Callable[[int], None]
"""Told of work before it is done, a unit for each word or position looked at; raises where it is too much."""

_PATTERN_WORK = 1_000
"""What a wildcard's pattern costs to make."""


_BEGINNING = 3
"""Letters by which most wildcards are told to stand nowhere."""


class Vocabulary:
    """The distinct words of an article and the positions of each."""

    def __init__(self, words: list[str], positions: list[int]) -> None:
        self._words, self._at_words = words, positions
        found: defaultdict[str, list[int]] = defaultdict(list)
        for word, position in zip(words, positions, strict=True):
            found[word].append(position)
        self._positions = dict(found)
        self._wildcards: dict[str, tuple[list[int], int]] = {}

    @property
    def words(self) -> Set[str]:
        return self._positions.keys()

    def pairs(self) -> Set[str]:
        """Return the words that may follow one another, two and two, a space between them."""
        # Some hold on either side of a paragraph's end, or where a word has several readings: looking costs more.
        most = max(Counter(self._at_words).values(), default=1)
        readings = (zip(self._words, self._words[reach:], strict=False) for reach in range(1, 2 * most))
        return {joined for pairs in readings for joined in map(" ".join, pairs)}

    def may_hold(self, word: str) -> bool:
        """Tell at next to no cost whether a word or wildcard can stand here: nearly all do not."""
        if word in self._positions:
            return True
        if "*" not in word and "?" not in word:
            return False
        beginning = word[:_BEGINNING]
        return beginning in self._beginnings or "*" in beginning or "?" in beginning

    def phrase(self, words: tuple[str, ...], spend: Spend) -> list[Span]:
        """Return where the words stand one right after another."""
        firsts = self._at(words[0], spend)
        if len(words) == 1 or not firsts:
            return [(first, first) for first in firsts]
        remaining = set(firsts)
        for number in range(1, len(words)):
            at = self._at(words[number], spend)
            spend(len(at))
            remaining.intersection_update([position - number for position in at])
            if not remaining:
                return []
        return [(first, first + len(words) - 1) for first in sorted(remaining)]

    def _at(self, word: str, spend: Spend) -> list[int]:
        found = self._positions.get(word, [])
        if "*" in word or "?" in word:
            if word not in self._wildcards:
                self._wildcards[word] = self._wildcard(word)
            found, work = self._wildcards[word]
            spend(work)
        spend(1 + len(found))
        return found

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self._positions)

    @cached_property
    def _beginnings(self) -> frozenset[str]:
        return frozenset(word[:_BEGINNING] for word in self._positions)

    def _wildcard(self, wildcard: str) -> tuple[list[int], int]:
        """Return where the words of a wildcard stand, and the work of finding them."""
        beginning = wildcard[:_BEGINNING]
        if (
            len(beginning) == _BEGINNING
            and "*" not in beginning
            and "?" not in beginning
            and beginning not in self._beginnings
        ):
            return [], 0
        fixed, _, rest = wildcard.partition("*")
        if not rest and "?" not in fixed:
            low = high = bisect_left(self._sorted, fixed)
            while high < len(self._sorted) and self._sorted[high].startswith(fixed):
                high += 1
            matching, work = self._sorted[low:high], high - low
        else:
            longest = max(re.split(r"[*?]", wildcard), key=len)
            lines = "\n".join(word for word in self._sorted if longest in word)
            matching = _pattern(wildcard).findall(lines) if lines else []
            work = len(self._sorted) // 2 + (_PATTERN_WORK + len(lines) if lines else 0)
        return sorted({at for word in matching for at in self._positions[word]}), work


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

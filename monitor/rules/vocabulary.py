"""The distinct words of an article: where each stands, where a phrase does, and which of them a wildcard takes.

This module must not know rules, nor what a position is but a number that consecutive words count up.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from functools import lru_cache

from monitor.rules.spans import Span


class Vocabulary:
    """The distinct words of an article and the positions of each."""

    def __init__(self, words: list[str], positions: list[int]) -> None:
        found: defaultdict[str, list[int]] = defaultdict(list)
        for word, position in zip(words, positions, strict=True):
            found[word].append(position)
        self._positions = dict(found)
        self._sorted: list[str] | None = None
        self._lines = ""

    def may_hold(self, word: str) -> bool:
        return word in self._positions or "*" in word or "?" in word

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

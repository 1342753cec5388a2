"""Words and runs of words as numbers: what texts are compared by when the question is whether one repeats the other.

The numbers are the same in every process and fit a database's integers. Those of runs are the interpreter's own hashes
of tuples, for their speed: another Python may give others (the last change came with 3.8). What is stored under them
lives for days or is learned anew, so that an upgrade costs a few missed repeats and no repair.

This module must not know what a run of words is good for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import blake2b

_DIGIT_BITS = 30
"""What Python's integers are made of: numbers of one digit are the fastest."""
_LONGEST_KEPT = 40
_MOST_KEPT = 1 << 16


class _Numbers(dict[str, int]):
    """Each word's number. News repeats its words: most cost one look-up. Long words are never kept, and a full table
    starts anew, so that its memory is bounded."""

    def __missing__(self, word: str) -> int:
        number = int.from_bytes(blake2b(word.encode(errors="replace"), digest_size=4).digest()) >> (32 - _DIGIT_BITS)
        if len(word) <= _LONGEST_KEPT:
            if len(self) >= _MOST_KEPT:
                self.clear()
            self[word] = number
        return number


_numbers = _Numbers()


def word_numbers(words: Iterable[str]) -> list[int]:
    """Return a number below 2³⁰ for each word."""
    return list(map(_numbers.__getitem__, words))


def shingles(numbers: Sequence[int], length: int) -> list[int]:
    """Return a signed number of 64 bits for each run of ``length`` words, in order; none where there are fewer."""
    return list(map(hash, zip(*(numbers[place:] for place in range(length)), strict=False)))

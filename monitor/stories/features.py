"""What grouping looks at in an article: how often it uses which terms, in its title and in its text.

A term is a word's stem as a 63-bit number that is the same in every process, so that stories can be kept under it.
Scripts written without spaces have no words here: their terms are pairs of neighbouring characters. Nothing here knows
of stories, nor how common a term is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b

from monitor.text.fold import Tokens

MOST_WORDS = 400
"""Words of a field that are looked at: the event stands at the beginning, and the time is bounded."""

LONGEST_WORD = 40

Own = tuple[Sequence[int], Sequence[int]]
"""Numbers of the tokens of title and text that are the article's own, not what its feed repeats."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """What one article shows."""

    at: datetime | None
    """When it was published; None where nobody says: then time plays no part."""
    title: Mapping[int, int]
    """Term → how often."""
    text: Mapping[int, int]
    words: Mapping[int, str]
    """Term → a word it was made of, as written: for reasons."""


def features(title: Tokens, text: Tokens, own: Own, at: datetime | None) -> Features:
    """Return what an article shows in its own words."""
    words: dict[int, str] = {}
    return Features(at=at, title=_terms(title, own[0], words), text=_terms(text, own[1], words), words=words)


def _terms(tokens: Tokens, own: Sequence[int], words: dict[int, str]) -> Counter[int]:
    found: Counter[int] = Counter()
    before = -1
    for number in own[:MOST_WORDS]:
        word, written = tokens.folded[number], tokens.exact[number]
        if len(word) == 1 and _is_spaceless(word):
            follows = before >= 0 and tokens.ends[before] == tokens.starts[number]
            word, written, before = (
                (tokens.folded[before] + word, tokens.exact[before] + written, number) if follows else ("", "", number)
            )
        else:
            before = -1
        if word:
            term = term_of(word[:LONGEST_WORD])
            found[term] += 1
            words.setdefault(term, written[:LONGEST_WORD])
    return found


def _is_spaceless(letter: str) -> bool:
    """Tell a character of Thai, Lao, Myanmar, Khmer, kana or Han, which come one by one, from a word of one letter."""
    return "\u0e00" <= letter < "\u0f00" or "\u1000" <= letter < "\u10a0" or (letter >= "\u1780" and letter.isalpha())


@lru_cache(maxsize=1 << 16)
def term_of(word: str) -> int:
    """Return the number that stands for a folded word and its inflections."""
    digest = blake2b(stem(word).encode(errors="replace"), digest_size=8).digest()
    return int.from_bytes(digest) >> 1


def stem(word: str) -> str:
    """Return a folded word without its commonest endings.

    On English news this joins what a dictionary-sized stemmer joins: measured, they group alike.
    """
    if len(word) > 4 and word.isascii():
        for ending in ("ing", "ed", "es", "s"):
            if word.endswith(ending) and len(word) - len(ending) >= 3:
                return word[: -len(ending)]
    return word

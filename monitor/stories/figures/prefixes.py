"""Little words and numbers that a language writes onto the next word, taken off again: Arabic "and", Urdu "4people".

Only where a word of the table remains; whether the letters are the word's own is not known otherwise. This module must
not know what a sentence is.
"""

from __future__ import annotations

import re

from monitor.stories.figures.vocabulary import Vocabulary
from monitor.text.fold import Tokens

_DIGITS = re.compile(r"\d+(?=\D)")

LONGEST = 20
"""Letters of a word with all that is written onto it."""


def parted(vocabulary: Vocabulary, tokens: Tokens, most: int) -> Tokens:
    """Return the first tokens, at most so many, with such words as tokens of their own; all where there are none."""
    if vocabulary.prefixes is None:
        return tokens
    folded: list[str] = []
    exact: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    paragraphs: list[int] = []
    for number, word in enumerate(tokens.folded[:most]):
        at, end = tokens.starts[number], tokens.ends[number]
        pieces = [] if len(word) > LONGEST or word in vocabulary.whole else _pieces(vocabulary, word)
        for piece in pieces[:-1]:
            folded.append(piece)
            exact.append(piece)
            starts.append(at)
            at = min(at + len(piece), end)
            ends.append(at)
            paragraphs.append(tokens.paragraphs[number])
        folded.append(pieces[-1] if pieces else word)
        exact.append(pieces[-1] if pieces else tokens.exact[number])
        starts.append(at)
        ends.append(end)
        paragraphs.append(tokens.paragraphs[number])
    return Tokens(
        folded=tuple(folded), exact=tuple(exact), starts=tuple(starts), ends=tuple(ends), paragraphs=tuple(paragraphs)
    )


def _pieces(vocabulary: Vocabulary, word: str) -> list[str]:
    """Return a word cut up, the last piece being one of the table; nothing where it cannot be."""
    digits = _DIGITS.match(word)
    for prefix in [digits[0]] if digits else vocabulary.prefixes or ():
        rest = word.removeprefix(prefix)
        if rest not in ("", word):
            if (rest in vocabulary.whole and len(rest) > 1) or rest.isdecimal():
                return [prefix, rest]
            if further := _pieces(vocabulary, rest):
                return [prefix, *further]
    return []

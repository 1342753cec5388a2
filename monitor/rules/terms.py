"""A word, phrase or wildcard as it is written, cut into the words that are looked for.

Words are cut and folded as those of articles are, so that both agree on what a word is. This module must not know the
grammar around a term.
"""

from __future__ import annotations

import re
from unicodedata import normalize

from monitor.rules.expression import Term
from monitor.rules.operators import fail, refuse_operators
from monitor.text.fold import fold_word, tokenise

FIXED_LETTERS = 3
"""The fewest letters beside ``*`` and ``?`` in a wildcard word."""
QUOTES = {'"': '"', "“": "”“", "”": "”", "„": "“”", "‟": "”", "«": "»"}
# Direction marks come along when Arabic or Hebrew words are pasted; they stand for nothing.
SPACE = re.compile(r"[\s\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+")
# Letters that no news uses stand for * and ? while a term is cut into words: they survive folding.
_STAND_INS = str.maketrans({"*": "\U00010000", "?": "\U00010001"})
_STOOD_FOR = str.maketrans({"\U00010000": "*", "\U00010001": "?"})


def parse_term(source: str) -> Term:
    """Read one item of a group or of a region's names: a word, a phrase (quotes optional), a wildcard, ``=Exact``.

    Raises RuleError as ``parse_expression`` does.
    """
    start, end = _trimmed(source)
    clause = source[start:end]
    exact = clause.startswith("=")
    first = start + 1 if exact else start
    closers = QUOTES.get(source[first:end][:1])
    if closers is not None:
        first, end = phrase_bounds(source, first, closers)
        if SPACE.sub("", source[end + 1 :]):
            fail(end + 1, "something follows the closing quote", "quote the whole item, or nothing of it")
    else:
        refuse_operators(source, first, end)
    return cut_term(source, first, end, clause=clause, at=start, exact=exact)


def _trimmed(source: str) -> tuple[int, int]:
    space = SPACE.match(source)
    start = space.end() if space else 0
    end = len(source)
    while end > start and SPACE.fullmatch(source, end - 1, end):
        end -= 1
    return start, end


def phrase_bounds(source: str, opening: int, closers: str) -> tuple[int, int]:
    """Return where the words of a phrase begin and end, whose opening quote stands at ``opening``."""
    for last in range(opening + 1, len(source)):
        if source[last] in closers:
            return opening + 1, last
    return fail(opening, "the quote is never closed", f"end the phrase with {closers[0]}")


def cut_term(source: str, start: int, end: int, *, clause: str, at: int, exact: bool) -> Term:
    """Cut ``source[start:end]`` into the words of a term, whose clause begins at ``at``."""
    tokens = tokenise(source[start:end].translate(_STAND_INS))
    words = tuple(word.translate(_STOOD_FOR) for word in (tokens.exact if exact else tokens.folded))
    if not words:
        fail(at, "nothing to search for", "a term needs a letter or a digit")
    for number, word in enumerate(words):
        fixed = _fixed_letters(word)
        if fixed == len(_spelled(word)) or fixed >= FIXED_LETTERS:
            continue
        where = start + tokens.starts[number]
        written = source[where : start + tokens.ends[number]]
        neighbours = {tokens.ends[number - 1]} if number else set()
        neighbours |= {tokens.starts[number + 1]} if number + 1 < len(words) else set()
        if fixed == 0 and neighbours & {tokens.starts[number], tokens.ends[number]}:
            hint = "leave it out: each character is a word of its own"
            fail(where, f"{written} beside a script without spaces", hint)
        letters = f"{fixed or 'no'} letter{'' if fixed == 1 else 's'}"
        fail(where, f"{written} fixes {letters}", "a wildcard wants three or more")
    return Term(words=words, exact=exact, clause=clause, start=at)


def _spelled(word: str) -> str:
    """Spell out a word in letters: a Hangul syllable holds two or three."""
    return normalize("NFD", word)


def _fixed_letters(word: str) -> int:
    if "*" not in word and "?" not in word:
        return len(_spelled(word))
    return len(_spelled(fold_word(word.replace("*", "").replace("?", ""))))

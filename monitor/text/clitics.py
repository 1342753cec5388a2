"""The little words that Arabic writes onto the word behind them: and, so, in, like, for, the.

Only for words of Arabic texts: in Urdu and Persian the same letters begin words of their own. Nothing here knows of
rules or articles.
"""

from __future__ import annotations

LEAST_LETTERS = 3
"""What remains of a word is looked for from this many letters on."""

_ARTICLE = "ال"
_CONJUNCTIONS = ("", "و", "ف")
# Behind ل the article is written as ل too: للجيش is ل + الجيش.
_OTHERS = ("ب", "ک", "ل", _ARTICLE, "ب" + _ARTICLE, "ک" + _ARTICLE, "لل")
_ALL = (*_CONJUNCTIONS[1:], *(first + second for first in _CONJUNCTIONS for second in _OTHERS))
_CLITICS = {letter: tuple(clitic for clitic in _ALL if clitic[0] == letter) for letter in "وفبکلا"}
"""By their first letter."""


def without_clitics(word: str) -> tuple[str, ...]:
    """Return what a folded word may stand for once some of و ف, ب ك ل and ال are taken off its beginning.

    The letters alone do not tell whether they are such words or the word's own: every reading is returned.
    """
    found = []
    for clitic in _CLITICS.get(word[:1], ()):
        if word.startswith(clitic) and len(word) >= len(clitic) + LEAST_LETTERS:
            rest = word[len(clitic) :]
            found.append(rest)
            if clitic.endswith("لل"):
                found.append(_ARTICLE + rest)
    return tuple(dict.fromkeys(found))

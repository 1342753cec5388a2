"""Which one-word names of places are everyday words of some language: "und" is no town, whatever GeoNames lists.

wordfreq's lists of words, without those that are common because the place is spoken of (spoken_of.yaml, kept by hand).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from wordfreq import available_languages, top_n_list

from tools.gazetteer.spelling import words_of

if TYPE_CHECKING:
    from tools.gazetteer.places import Entry

_SPOKEN_OF = Path(__file__).parent / "spoken_of.yaml"
_COMMONEST = 3000
_HEAD = (
    "# Everyday words that are also names of places (GeoNames), in folded spelling, by the languages that have them."
    " From wordfreq 3.1.1 (CC BY-SA 4.0). Written by `make packs`.\n"
)


@cache
def languages() -> dict[tuple[str, ...], frozenset[str]]:
    """Return the everyday words, folded, each with the languages that have it among their commonest."""
    spoken_of = {words_of(name) for names in _by_language().values() for name in names}
    found: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for language in sorted(available_languages("small")):
        for word in top_n_list(language, _COMMONEST, wordlist="small"):
            words = words_of(word)
            if words and words not in spoken_of and not word.isdigit():
                found[words].add(language)
    return {words: frozenset(of) for words, of in found.items()}


def is_everyday(written: str) -> bool:
    return words_of(written) in languages()


def listed(entries: Iterable[Entry], peoples: Collection[tuple[str, ...]]) -> str:
    """Return the everyday words that stay names of places, a line for each language that has them."""
    countries = {words_of(name) for entry in entries if entry.kind == "c" for name in entry.names}
    names = {words_of(name) for entry in entries for name in entry.names}
    by_language: dict[str, list[str]] = defaultdict(list)
    for words in sorted((names & languages().keys()) - countries - {*peoples}):
        for language in languages()[words] if len(words) == 1 else ():
            by_language[language].append(words[0])
    return _HEAD + "".join(f"{language}: {' '.join(words)}\n" for language, words in sorted(by_language.items()))


def _by_language() -> dict[str, list[str]]:
    found: dict[str, list[str]] = yaml.load(_SPOKEN_OF.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - it makes strings only
    return found

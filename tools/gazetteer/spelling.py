"""Which spellings of a name are worth searching for, and which count only as written."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from monitor.text.fold import tokenise

_LATIN = re.compile("[A-Za-zÀ-ɏḀ-ỿ]")
_NO_NAME = re.compile(r"[0-9@_,;:()\[\]{}/\\|<>=*&+?!\"\t\n]|https?|www")
_NEVER = frozenset(
    {
        "academy", "airport", "beach", "bridge", "capital", "center", "centre", "church", "coast", "county", "court",
        "district", "downtown", "duma", "harbor", "harbour", "hill", "hills", "jewish", "kanal", "lake", "mission",
        "new town", "old town", "park", "port", "river", "station", "the city", "the farm", "the island", "the valley",
        "the white house", "town", "university", "village", "white house",
    }
)  # fmt: skip
"""What some place bears and hardly any text means by it."""
_COMMON_WORDS = Path(__file__).parents[2] / "monitor" / "regions" / "words" / "common.txt"


@cache
def words_of(written: str) -> tuple[str, ...]:
    return tokenise(written).folded


@cache
def _common_words() -> frozenset[str]:
    lines = _COMMON_WORDS.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))


def is_exact(written: str) -> bool:
    """Say whether it is an acronym or so short that only its capitals tell it from a word."""
    letters = [letter for letter in written if letter.isalpha()]
    if not letters or not _LATIN.match(letters[0]):
        return False
    return len(letters) < 3 or (len(letters) <= 5 and all(map(str.isupper, letters)))


def is_name(written: str) -> bool:
    """Say whether it can be searched for at all: some letters, no codes and no addresses."""
    words = words_of(written)
    if len("".join(words)) < 2 or len(written) > 60 or _NO_NAME.search(written) or " ".join(words) in _NEVER:
        return False
    return not (_LATIN.search(written) and sum(map(str.isalpha, written)) < 3)


def is_worth(written: str) -> bool:
    """Say whether one of GeoNames' many other names of a town is more than noise.

    It lists transliterations in small letters ("khewt ta"), codes of airports and ports ("UET"), and single common
    words ("One" for an Italian Onè).
    """
    words = words_of(written)
    if len(words) > (6 if _LATIN.search(written) else 12):
        return False
    if not _LATIN.search(written):
        return True
    letters = [letter for letter in written if letter.isalpha()]
    capitals = sum(map(str.isupper, letters))
    if len(letters) < 3 or not capitals or (len(letters) <= 5 and capitals == len(letters)):
        return False
    return not (len(words) == 1 and words[0] in _common_words())

"""What languages add to the names of places: “Харкові” is in Харків, “대구에서” in 대구, “Ankara'nın” of Ankara.

Only what is written onto a name is taken off; whether the rest is a name the gazetteer says. Every reading is returned.
This module must not know places, nor what a text is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from monitor.text.fold import fold_word

LEAST_LETTERS = 4
"""Letters from which a name is looked for without its ending; in Korean, where a letter is a syllable, two."""
_LEAST = {"ko": 2}


def _table(*lines: str) -> dict[str, tuple[str, ...]]:
    """Read “ending ending > what stands there in the dictionary”, “-” for nothing, into the bases of each ending."""
    bases: dict[str, tuple[str, ...]] = {}
    for line in lines:
        endings, _, base = line.partition(" > ")
        for ending in endings.split():
            bases[ending] = (*bases.get(ending, ()), base.replace("-", ""))
    return bases


_NAMES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "ru": _table(
        "ом е а у ым > -",
        "е ы и у ой > а",
        "и ю ей > я",
        "и я ю ью > ь",
        "ном ного ному ным > ный",
        "ском ского скому ским > ский",
        "ской скую > ская",
    ),
    "uk": _table(
        "ові ова ову овом > ів",
        "єві єва єву євом > їв",
        "ом і а у > -",
        "і и у ою > а",
        "ї ю ею єю > я",
        "і ю > ь",
        "ці цю > ця",
        "ці > ка",
        "зі > га",
        "ській ську > ська",
    ),
    "sr": _table("у а ом > -", "и е у ом > а", "u a om > -", "i e u om > a"),
    "pl": _table("ie iem iu ia owi em u a i > -", "y ie e i > a", "ce > ka", "dze > ga", "dzie > d", "skiej > ska"),
    "ko": _table("에서는 에서 에는 에선 으로 까지 부터 에 의 은 는 이 가 을 를 와 과 도 로 서 > -"),
}
_PREFIXES = {"he": ("וב", "ול", "ומ", "וה", "שב", "שמ", "ב", "ל", "מ", "ה", "ו", "ש")}

_ADJECTIVES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "es": _table("os as a > o", "as > a", "a es as s > -"),
    "pt": _table("os as a > o", "as > a", "a es as s > -"),
    "it": _table("i e a > o", "e > a", "i > e"),
    "fr": _table("s e es ne nes > -"),
    "de": _table("e en er es em > -"),
    "nl": _table("e > -"),
    "pl": _table("a ie iego iemu im ich iej imi > i", "y ego emu ym ych ej ymi > y"),
    "ru": _table("ие ого ому им их ая ой ую ими ом ое > ий", "ые ого ому ым ых ая ой ую ыми ом ое > ый"),
}

INFLECTED = frozenset(("tr", *_PREFIXES, *_NAMES))
"""Languages that write names otherwise than they are listed."""
WITH_ADJECTIVES = frozenset(_ADJECTIVES)
"""Languages that write nationalities in small letters."""


def bare_names(written: str, folded: str, language: str | None) -> Iterator[str]:
    """Yield the folded words that a word may be once what its language added to it is taken off, longest ending first.

    ``written``: the word as it stands in the text, with its apostrophe.
    """
    if language == "tr":
        stem = without_apostrophe(written)
        bare = [fold_word(stem)] if stem != written else []
    elif language in _PREFIXES:
        bare = [folded[len(prefix) :] for prefix in _PREFIXES[language] if folded.startswith(prefix)]
    else:
        bare = list(_without_ending(folded, _NAMES.get(language or "", {})))
    least = _LEAST.get(language or "", LEAST_LETTERS)
    yield from (word for word in bare if len(word) >= least)


def without_apostrophe(written: str) -> str:
    """Return a word up to its apostrophe, behind which Turkish writes the endings of names."""
    return written.replace("’", "'").partition("'")[0]


def adjectives(folded: str, language: str | None) -> Iterator[str]:
    """Yield what a word in small letters may be as an adjective of nationality: "rusas" is "rusa" and "ruso"."""
    table = _ADJECTIVES.get(language or "")
    if table is not None and len(folded) >= LEAST_LETTERS:
        yield folded
        yield from _without_ending(folded, table)


def _without_ending(word: str, bases: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    for size in range(min(_LONGEST, len(word) - 1), 0, -1):
        for base in bases.get(word[-size:], ()):
            yield word[:-size] + base


_LONGEST = 4
"""Letters of the longest ending."""

"""Words as rules compare them: text cut into tokens that know where they stand, each in a folded spelling.

Two spellings that a reader takes for the same word fold to the same string: case, width, accents, Arabic, Urdu and
Persian letter variants, digits of any script, invisible characters. Marks are dropped only after letters of scripts in
which they are optional; in Devanagari, Bengali or Thai they are vowels and stay.

Scripts written without spaces give one token per ideograph, or per base letter with its marks, so that a word of theirs
is a phrase and needs no segmenter. Nothing here knows of rules or articles.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from unicodedata import category, decimal, normalize

LEDE_WORDS = 60
"""How many of a text's first words are its lede."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """The words of one text, as parallel tuples."""

    folded: tuple[str, ...]
    exact: tuple[str, ...]
    """As written, but for what a reader does not see or would call no letter: soft hyphens, joiners, dots of U.S."""
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    """Offsets in code points of the text as given; a possessive ending lies outside."""
    paragraphs: tuple[int, ...]
    """Number of the paragraph, from 0, that each token stands in; paragraphs are parted by blank lines."""

    def __len__(self) -> int:
        return len(self.folded)


# Characters that no reader sees: soft hyphen, joiners and non-joiners, direction marks, variation selectors.
_INVISIBLE = "\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
# Letters by class but not by meaning: tatweel stretches a word, the modifier letters stand for apostrophes.
_MEANINGLESS = "\u0640\u07fa\u02b9-\u02df"

# Beyond the first plane only Hanifi Rohingya and Adlam: there each single character slows every word of every text.
_MARKS = "".join(chr(code) for code in range(0x300, 0x10000) if category(chr(code))[0] == "M") + _INVISIBLE
_MARKS += "\U00010d24-\U00010d27\U0001e944-\U0001e94a"

# Han, Kana, Thai, Lao, Myanmar, Khmer. Their digits are left out: those form numbers like everybody's.
_SPACELESS = (
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U000323af"
    "\u0e00-\u0e4f\u0e80-\u0ecf\u0eda-\u0eff\u1000-\u103f\u104a-\u108f\u109a-\u109f\ua9e0-\ua9ef\ua9fa-\ua9ff\uaa60-\uaa7f"
    "\u1780-\u17df"
)

_LETTER = rf"[^\W_{_SPACELESS}]"
_WORD = rf"{_LETTER}+(?:[{_MARKS}]+{_LETTER}*)*"
_LOWER = "[a-zß-öø-ÿа-яё]"
_LINE_BREAK = r"[ \t]*\r?\n[ \t]*"
_JOINT = "|".join(
    (
        "['’‘׳״]",
        '(?<=[א-ת])"(?=[א-ת])',  # Hebrew abbreviations are typed with the straight quote
        rf"(?<={_LOWER})[-‐]{_LINE_BREAK}(?={_LOWER})",
        rf"(?<=\u00ad){_LINE_BREAK}",
    )
)
_POSSESSIVE = "['’ʼ][sS]"
_INITIAL = rf"[^\W\d_{_SPACELESS}]"
_TOKEN = re.compile(
    "|".join(
        (
            # l'attaque, dell'attentato: the article is a word of its own. Elsewhere an apostrophe joins: Sana'a.
            rf"(?i:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|[dns]ell|all|dall|sull|un)(?=['’](?!s\b){_LETTER})",
            rf"{_INITIAL}(?:\.{_INITIAL})+(?![{_MARKS}]|{_LETTER})\.?(?:{_POSSESSIVE}\b)?",  # U.S.
            rf"{_WORD}(?:(?:{_JOINT}){_WORD})*",
            # One letter in two encodings: Lao HO with NO or MO, a vowel after a base with a nasal mark (Thai, Lao AM).
            rf"(?:ຫ[ນມ]|[{_SPACELESS}])[{_MARKS}\uff9e\uff9f]*"
            r"(?:[\u0e33\u0eb3]|(?:(?<=\u0e4d)|(?<=\u0e4d[\u0e48-\u0e4b]))\u0e32"
            r"|(?:(?<=\u0ecd)|(?<=\u0ecd[\u0ec8-\u0ecb]))\u0eb2)?",
        )
    )
)
_BROKEN_WORD = re.compile(rf"[-‐\u00ad]{_LINE_BREAK}")
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n\s*|\u2029")
_ENDING = re.compile(rf"(?<=.){_POSSESSIVE}\Z", re.DOTALL)
_UNWRITTEN = re.compile(rf"[{_INVISIBLE}\s.\"'’‘׳״‐-]")
_DROPPED = re.compile(rf"[{_INVISIBLE}{_MEANINGLESS}]")

# Latin, Greek, Hebrew, Arabic: marks after these are accents or optional vowels.
_ACCENTED = re.compile(
    "[0-9A-Za-z\u00aa-\u02af\u1d00-\u1dbf\u1e00-\u1eff\ua720-\ua7ff\u0370-\u03ff\u0590-\u06ff\u0750-\u077f\u08a0-\u08ff]"
)
# Cyrillic marks make letters (й, ї), but for stress marks over vowels and the dots of ё, which print leaves out.
# Devanagari's make letters too, but for the dot of the borrowed sounds (ज़, फ़), which most papers leave out.
_LEFT_OUT = re.compile("[аеиоуыэюяієү][\u0300\u0301]|е\u0308|[कखगजफ]\u093c")
# The nasal mark of AM is typed before a tone mark or, with its vowel, behind it.
_TONE_FIRST = re.compile("([\u0e48-\u0e4b\u0ec8-\u0ecb])([\u0e4d\u0ecd])")
# A half nasal before a consonant of its own place is also written as a dot: हिन्दी and हिंदी, मुम्बई and मुंबई.
_HALF_NASAL = re.compile("(?:ङ\u094d(?=[क-घ])|ञ\u094d(?=[च-झ])|ण\u094d(?=[ट-ढ])|न\u094d(?=[त-ध])|म\u094d(?=[प-भ]))")

_LETTERS = str.maketrans(
    {
        **dict.fromkeys("يىېۍ", "ی"),
        **dict.fromkeys("كڪ", "ک"),
        **dict.fromkeys("ہھةۃە", "ه"),
        "ٱ": "ا",
        "ګ": "گ",
        **dict.fromkeys("łƚ", "l"),
        **dict.fromkeys("øɔ", "o"),
        **dict.fromkeys("đðɗ", "d"),
        **dict.fromkeys("əɛ", "e"),
        **dict.fromkeys("ŋɲ", "n"),
        **{"ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ħ": "h", "ŧ": "t", "ɓ": "b", "ƙ": "k", "ƴ": "y"},
        "ँ": "ं",
        "ৎ": "ত্",  # and Malayalam's: letters of their own for what others write with a virama and a joiner
        **{"ൺ": "ണ്", "ൻ": "ന്", "ർ": "ര്", "ൽ": "ല്", "ൾ": "ള്", "ൿ": "ക്"},
    }
)  # fmt: skip


def tokenise(text: str) -> Tokens:
    """Cut a text into words. Any string is accepted; the time is linear in its length."""
    folded: list[str] = []
    exact: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    paragraphs: list[int] = []
    for paragraph, (low, high) in enumerate(_paragraph_bounds(text)):
        before = len(folded)
        for at, piece in _pieces(text, low, high):
            for folded_word, exact_word, start, end in _read_known(piece) if len(piece) <= 40 else _read(piece):
                folded.append(folded_word)
                exact.append(exact_word)
                starts.append(at + start)
                ends.append(at + end)
        paragraphs += [paragraph] * (len(folded) - before)
    return Tokens(
        folded=tuple(folded),
        exact=tuple(exact),
        starts=tuple(starts),
        ends=tuple(ends),
        paragraphs=tuple(paragraphs),
    )


def _paragraph_bounds(text: str) -> list[tuple[int, int]]:
    breaks = [found.span() for found in _BLANK_LINE.finditer(text)]
    lows = [0, *(end for _, end in breaks)]
    highs = [*(start for start, _ in breaks), len(text)]
    return list(zip(lows, highs, strict=True))


def _pieces(text: str, low: int, high: int) -> Iterator[tuple[int, str]]:
    """Yield what stands between spaces, with its offset. No word reaches over one, unless a line was broken in it."""
    if _BROKEN_WORD.search(text, low, high):
        yield low, text[low:high]
        return
    for piece in text[low:high].split(" "):
        yield low, piece
        low += len(piece) + 1


def _read(piece: str) -> tuple[tuple[str, str, int, int], ...]:
    """Return the words of a piece: folded, exact, start, and end without a possessive ending."""
    words = []
    for found in _TOKEN.finditer(piece):
        written = found[0]
        ending = _ENDING.search(written)
        word = written[: ending.start()] if ending else written
        exact = normalize("NFC", _UNWRITTEN.sub("", word))
        if folded := fold_word(exact):
            words.append((folded, exact, found.start(), found.start() + len(word)))
    return tuple(words)


# News repeats its words: most of a text costs one look-up each. Long pieces bypass it, so that its memory is bounded.
_read_known = lru_cache(maxsize=1 << 16)(_read)


def fold_word(word: str) -> str:
    """Return the spelling under which a word is compared. Folding twice changes nothing; what is no letter goes."""
    if word.isascii():
        return word.lower() if word.isalnum() else "".join(filter(str.isalnum, word)).lower()
    kept: list[str] = []
    base = ""
    for letter in normalize("NFKD", _DROPPED.sub("", normalize("NFKC", word).casefold())):
        if category(letter)[0] == "M":
            if not _ACCENTED.match(base) and not _LEFT_OUT.match(base + letter):
                kept.append(letter)
        elif letter.isalnum():
            digit = decimal(letter, None)
            base = letter if digit is None else str(digit)
            kept.append(base)
    return normalize("NFC", _TONE_FIRST.sub(r"\2\1", _HALF_NASAL.sub("ं", "".join(kept).translate(_LETTERS))))

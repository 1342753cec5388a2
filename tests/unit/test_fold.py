"""Words: which spellings are one word, where tokens stand, and that no text can upset the reader of them."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.fold import LEDE_WORDS, Tokens, fold_word, tokenise

SAME = [
    # Latin
    ("Quetta", "QUETTA"),
    ("Ｑｕｅｔｔａ", "quetta"),
    ("Noshkī", "NOSHKI"),
    ("Noshkī", "Noshki"),
    ("Straße", "STRASSE"),
    ("Łódź", "lodz"),
    ("Tromsø", "tromso"),
    ("Đà Nẵng", "da nang"),
    ("Đakovo", "dakovo"),
    ("Diyarbakır", "DIYARBAKIR"),
    ("İstanbul", "istanbul"),
    ("Þórshöfn", "thorshofn"),
    ("Ægir", "aegir"),
    ("Œuvre", "oeuvre"),
    ("Żebbuġ Ħamrun", "zebbug hamrun"),
    ("Kiffa Ɓoɗe ƙauye", "kiffa bode kauye"),
    ("Ségou", "segou"),
    ("São Tomé", "sao tome"),
    ("Azərbaycan", "azerbaycan"),
    ("ﬁre", "fire"),
    ("Oʻzbekiston", "O'zbekiston"),
    ("Oʻzbekiston", "Ozbekiston"),
    ("Sana'a", "Sanaa"),
    ("Sana’a", "Sanaʼa"),
    ("Qur’an", "quran"),
    ("O'Brien", "OBrien"),
    ("U.S.", "US"),
    ("U.S", "us"),
    ("u.s.a.", "USA"),
    ("J.K.", "JK"),
    ("Pakistan's", "Pakistan"),
    ("Pakistan’s", "pakistan"),
    ("PAKISTAN’S", "pakistan"),
    ("Pakistanʼs", "pakistan"),
    ("U.S.'s", "US"),
    ("Balo\u00adchistan", "Balochistan"),
    ("Balo\u00ad\nchistan", "Balochistan"),
    ("Balo-\nchistan", "Balochistan"),
    ("Balo-\r\n  chistan", "Balochistan"),
    ("Balo\u200bchistan", "Balochistan"),
    ("cafe\u0301", "café"),
    ("m²", "m2"),
    # Greek
    ("Αθήνα", "ΑΘΗΝΑ"),
    ("ἀγορά", "αγορα"),
    ("Πύργος", "ΠΥΡΓΟΣ"),
    # Cyrillic
    ("Ещё", "еще"),
    ("за́мок", "замок"),
    ("БЕЛУДЖИСТАН", "Белуджистан"),
    ("Слов'янськ", "Словʼянськ"),
    ("Слов’янськ", "слов'янськ"),
    # Arabic, Urdu, Persian, Pashto, Kurdish
    ("كوئتہ", "کوئته"),
    ("كوئٹة", "کوئٹہ"),
    ("بلوچستان", "بَلوچِستان"),
    ("بلوچستان", "بـلـوچـسـتان"),
    ("أحمد", "احمد"),
    ("إيران", "ايران"),
    ("آزادی", "ازادي"),
    ("ٱلله", "الله"),
    ("مؤتمر", "موتمر"),
    ("على", "علي"),
    ("می‌خواهم", "میخواهم"),
    ("دھماکہ", "دهماکه"),
    ("ګلستان", "گلستان"),
    ("ﻛﺘﺎﺏ", "کتاب"),
    ("۱۴۵", "145"),
    ("١٤٥", "۱۴۵"),
    # Hebrew
    ("שָׁלוֹם", "שלום"),
    ('צה"ל', "צה״ל"),
    ("צה״ל", "צהל"),
    # Indic
    ("१४५", "145"),
    ("क़लम", "क\u093cलम"),
    ("ড়", "ড\u09bc"),
    ("க\u0bca", "க\u0bc6\u0bbe"),
    ("প্র\u200cদেশ", "প্রদেশ"),
    # Han, Kana, Hangul, Thai, Lao, Khmer, Burmese
    ("ｶﾞｽ", "ガス"),
    ("か\u3099", "が"),
    ("한국", "\u1112\u1161\u11ab\u1100\u116e\u11a8"),
    ("นำ", "น\u0e4dา"),
    ("ນຳ", "ນ\u0ecdາ"),
    ("๑๔๕", "145"),
    ("၁၄၅", "១៤៥"),
    ("豈", "\u8c48"),
    # Georgian, Armenian, Adlam
    ("ᲗᲑᲘᲚᲘᲡᲘ", "თბილისი"),
    ("ԵՐԵՎԱՆ", "երեվան"),
    ("𞤀", "𞤢"),
]

DIFFERENT = [
    ("दंगा", "दगा"),
    ("की", "का"),
    ("কাল", "কল"),
    ("பால்", "பல்"),
    ("й", "и"),
    ("ї", "і"),
    ("ในไทย", "นไทย"),
    ("ก่", "ก้"),
    ("か", "が"),
    ("は", "ぱ"),
    ("ک", "گ"),
    ("ت", "ٹ"),
    ("ب", "پ"),
    ("کے", "کی"),
    ("昆明", "明昆"),
    ("145", "146"),
    ("assad", "ambassador"),
    ("law-enforcement", "lawenforcement"),
    ("Jean-Pierre", "Jeanpierre"),
    ("ក្រ", "ករ"),
]


def folded(text: str) -> tuple[str, ...]:
    return tokenise(text).folded


@pytest.mark.parametrize(("one", "other"), SAME)
def test_spellings_that_readers_take_for_one_word_fold_alike(one: str, other: str) -> None:
    assert folded(one) == folded(other) != ()


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different_words_stay_different(one: str, other: str) -> None:
    assert folded(one) != folded(other)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        (" \n\t…—!", []),
        ("law-enforcement", ["law", "enforcement"]),
        ("https://www.dawn.com/news/1", ["https", "www", "dawn", "com", "news", "1"]),
        ("snake_case #tag @name", ["snake", "case", "tag", "name"]),
        ("don't l'attaque d’Ivoire qu'il", ["dont", "l", "attaque", "d", "ivoire", "qu", "il"]),
        ("Dell'attentato JUSQU'À", ["dell", "attentato", "jusqu", "a"]),
        ("C's 1990's the terrorists' 'quoted'", ["c", "1990", "the", "terrorists", "quoted"]),
        ("the U.S.Army in the U.S. today", ["the", "us", "army", "in", "the", "us", "today"]),
        ("3.14 1.5", ["3", "14", "1", "5"]),
        ("Well-\nKnown Anti-\nUS", ["well", "known", "anti", "us"]),
        ("昆明2人", ["昆", "明", "2", "人"]),
        ("COVID病毒", ["covid", "病", "毒"]),
        ("ระเบิด", ["ร", "ะ", "เ", "บิ", "ด"]),
        ("ပြည်", ["ပြ", "ည်"]),
        ("नमस्ते दुनिया", ["नमस्ते", "दुनिया"]),
        ("ـ", []),
        ("\u0301x", ["x"]),
        ("a\u20e3", ["a"]),
    ],
)  # fmt: skip
def test_words(text: str, words: list[str]) -> None:
    assert list(folded(text)) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("the US told us", ["the", "US", "told", "us"]),
        ("U.S. café cafe\u0301", ["US", "café", "café"]),
        ("O’Brien's Balo\u00adchistan", ["OBrien", "Balochistan"]),
        ("كوئتہ", ["كوئتہ"]),
    ],
)
def test_exact_words_keep_case_accents_and_letters(text: str, words: list[str]) -> None:
    assert list(tokenise(text).exact) == words


def test_a_token_covers_its_word_without_the_possessive_ending() -> None:
    text = "In Balo\u00adchistan’s capital, the U.S. said."
    tokens = tokenise(text)
    spans = [text[start:end] for start, end in zip(tokens.starts, tokens.ends, strict=True)]
    assert spans == ["In", "Balo\u00adchistan", "capital", "the", "U.S.", "said"]


@pytest.mark.parametrize(
    ("text", "paragraphs"),
    [
        ("a b\nc", (0, 0, 0)),
        ("a\n\nb", (0, 1)),
        ("a\r\n\r\nb", (0, 1)),
        ("a\n \t\n\n\nb c\n\nd", (0, 1, 1, 2)),
        ("a\u2029b", (0, 1)),
        ("\n\na", (1,)),
    ],
)
def test_blank_lines_part_paragraphs(text: str, paragraphs: tuple[int, ...]) -> None:
    assert tokenise(text).paragraphs == paragraphs


def test_the_lede_is_sixty_words() -> None:
    assert LEDE_WORDS == 60


def test_a_word_given_alone_loses_all_that_is_no_letter() -> None:
    assert fold_word("U.S.") == "us"
    assert fold_word("“Ségou!”") == "segou"
    assert fold_word("…") == ""


@given(st.text(max_size=30))
def test_folding_twice_changes_nothing(word: str) -> None:
    assert fold_word(fold_word(word)) == fold_word(word)


letters = st.characters(min_codepoint=0x20, max_codepoint=0x11FF) | st.sampled_from(
    "\u0301\u0640\u200c\u200d\u00ad'’״\"-\n .昆の가ก\u0e33\u0e4d\u0e32ٱئİßſ\u0345\ufdfa㎏ﬃ\ud800\U0001e943"
)


@given(st.text(letters, max_size=60))
def test_tokens_lie_in_the_text_in_order_and_fold_to_themselves(text: str) -> None:
    tokens = tokenise(text)
    assert len(tokens) == len(tokens.exact) == len(tokens.starts) == len(tokens.ends) == len(tokens.paragraphs)
    assert all(end <= start for end, start in zip(tokens.ends, tokens.starts[1:], strict=False))
    assert all(one <= other for one, other in pairwise(tokens.paragraphs))
    for word, exact, start, end in zip(tokens.folded, tokens.exact, tokens.starts, tokens.ends, strict=True):
        assert 0 <= start < end <= len(text)
        assert word == fold_word(word) == fold_word(exact) != ""
        assert fold_word(text[start:end]) == word


@pytest.mark.parametrize("unit", ["a", "a.", "a'", "a\u0301", "x-\n", "\u0301", "昆\u0301", "a\u00ad\n", "\n\n", "l'"])
def test_time_is_linear_in_any_text(unit: str) -> None:
    started = time.process_time()
    assert isinstance(tokenise(unit * 50_000), Tokens)
    assert time.process_time() - started < 3

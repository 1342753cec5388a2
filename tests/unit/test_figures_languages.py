"""Tables of figures in other languages: well formed, and what they say that English does not need. All invented."""

from __future__ import annotations

import time
from importlib.resources import files
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.stories.figures import figures_of
from monitor.stories.figures.numerals import read_number
from monitor.stories.figures.prefixes import parted
from monitor.stories.figures.vocabulary import Vocabulary, vocabulary
from monitor.text.fold import fold_word, tokenise
from tests.timing import allowed

TABLES = {
    file.name.removesuffix(".yaml"): yaml.load(file.read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506
    for file in (files("monitor.stories.figures") / "words").iterdir()
}
OTHERS = sorted(set(TABLES) - {"en"})
# What English has no use for.
MORE_KEYS = {"prefixes", "unit_joint", "head_first"}
MORE_FORMS = {"single", "nothing"}


def words_of(language: str) -> Vocabulary:
    found = vocabulary(language)
    assert found is not None
    return found


def told(text: str, language: str) -> list[str]:
    return [
        f"{figure.count} {figure.group} {figure.outcome}"
        for figure in figures_of("", tokenise(""), text, tokenise(text), language)
    ]


def number_in(text: str, language: str) -> int | None:
    words = words_of(language)
    tokens = parted(words, tokenise(text), 1000)
    gaps = ["", *(text[tokens.ends[at - 1] : tokens.starts[at]] for at in range(1, len(tokens)))]
    found = read_number(words, tokens.folded, gaps, 0, len(tokens))
    return found[0] if found is not None and found[1] == len(tokens) else None


def entries(value: Any) -> list[str]:
    """Return all words and phrases of a part of a table."""
    if isinstance(value, dict):
        return [entry for key, inner in value.items() for entry in (key, *entries(inner))]
    return [entry for inner in value for entry in entries(inner)] if isinstance(value, list) else [value]


@pytest.mark.parametrize("language", OTHERS)
def test_a_table_has_the_keys_of_the_english_one(language: str) -> None:
    table, english = TABLES[language], TABLES["en"]
    assert set(table) - set(english) <= MORE_KEYS
    assert set(table["people"]) == set(english["people"])
    assert set(table["outcomes"]) == set(english["outcomes"])
    assert {key for lists in table["people"].values() for key in lists} <= {"nouns", "offices", "words", "pairs"}
    known = {form for forms in english["outcomes"].values() for form in forms} | MORE_FORMS
    assert {form for forms in table["outcomes"].values() for form in forms} <= known


@pytest.mark.parametrize("language", sorted(TABLES))
def test_the_words_of_a_table_are_folded(language: str) -> None:
    table = {key: value for key, value in TABLES[language].items() if key != "thousands"}
    words = [
        word for entry in entries(table) for word in entry.replace("/", " ").replace("+", " ").replace("*", " ").split()
    ]
    assert len(words) > 500
    assert [word for word in words if not word.startswith("=") and "_" not in word and fold_word(word) != word] == []


@pytest.mark.parametrize(
    ("language", "text", "number"),
    [
        ("es", "treinta y cinco", 35),
        ("es", "ciento treinta y cinco", 135),
        ("es", "mil quinientas", 1500),
        ("es", "doscientos mil", 200_000),
        ("es", "1.200", 1200),
        ("es", "1,5 millones", 1_500_000),
        ("fr", "vingt et un", 21),
        ("fr", "soixante-quinze", 75),
        ("fr", "quatre-vingt-dix-sept", 97),
        ("fr", "deux cent quatre-vingts", 280),
        ("fr", "mille deux cents", 1200),
        ("fr", "1 200", 1200),
        ("fr", "1\u202f200", 1200),
        ("fr", "2019 120", None),
        ("ar", "خمسة وعشرون", 25),
        ("ar", "أحد عشر", 11),
        ("ar", "مئة وخمسة وعشرين", 125),
        ("ar", "ثلاثمئة", 300),
        ("ar", "١٢٬٥٠٠", 12_500),
        ("ar", "خمسة آلاف", 5000),
        ("ur", "پینتالیس", 45),
        ("ur", "تین سو پچاس", 350),
        ("ur", "ڈھائی ہزار", 2500),
        ("ur", "دو لاکھ", 200_000),
        ("ur", "1,25,000", 125_000),
        ("ur", "1 لاکھ 50 ہزار", 150_000),
        ("ur", "دو سو 30", None),
        ("ur", "۱۵", 15),
    ],
)
def test_numbers_are_read_as_the_language_writes_them(language: str, text: str, number: int | None) -> None:
    assert number_in(text, language) == number


CASES = [
    # a noun stands before what describes it
    ("es", "Dos policías estatales y tres civiles murieron.", ["2 security killed", "3 civilians killed"]),
    ("fr", "Au moins 70 soldats français ont été blessés.", ["70 security injured"]),
    ("es", "Otros cinco soldados fueron heridos.", ["5 security injured"]),
    # one is a word of its own
    ("fr", "Le bilan est d'un mort et deux blessés.", ["1 people killed", "2 people injured"]),
    ("fr", "Un séisme a fait une centaine de morts.", ["100 people killed"]),
    ("fr", "L'incendie n'a fait aucune victime.", ["0 people killed"]),
    # two in one word, others in one with "and"
    ("ar", "مقتل جنديين وإصابة 3 آخرين", ["2 security killed", "3 security injured"]),
    ("ar", "مقتل 5 أطفال و7 نساء", ["5 civilians killed", "7 civilians killed"]),
    ("ar", "مقتل الجنود", []),
    ("ar", "مقتل الجنديين", ["2 security killed"]),
    ("ar", "مقتل عشرات الجنود", ["20 security killed"]),
    ("ar", "سقوط 200 قتيل وجريح", []),
    ("ar", "مقتل 120 شخصا على الأقل", ["120 people killed"]),
    # one and many in one word, numbers written onto words
    ("ur", "پولیس اہلکار زخمی ہوئے", []),
    ("ur", "ایک پولیس اہلکار زخمی", ["1 security injured"]),
    ("ur", "24 سالہ نوجوان جاں بحق", ["1 people killed"]),
    ("ur", "4دہشتگرد ہلاک", ["4 militants killed"]),
    ("ur", "دو خواتین سمیت 9 افراد زخمی", ["2 civilians injured", "9 people injured"]),
    ("ur", "3 افراد ہلاک جبکہ ایک زخمی", ["3 people killed", "1 people injured"]),
    ("ur", "10 افراد ہلاک، سب کی شناخت ہو گئی۔پولیس کے مطابق 5 زخمی ہیں", ["10 people killed", "5 people injured"]),
    # what might happen has not
    ("fr", "Les combats pourraient faire 200 morts.", []),
    ("es", "Los combates podrían dejar 200 muertos.", []),
    # a bare number stands alone
    ("fr", "Il y a 60 rescapés et 35 morts.", ["35 people killed"]),
    # places and offices are nobody
    ("es", "Tiroteos en Half Moon Bay, California, dejan 7 muertos", ["7 people killed"]),
    ("es", "En Puerto Tejada, Colombia, siete personas murieron.", ["7 people killed"]),
    ("es", "La policía rescató a ocho cadáveres.", ["8 people killed"]),
    ("fr", "Selon le ministère de la Santé, 16 patients sont morts.", ["16 civilians killed"]),
]


@pytest.mark.parametrize(("language", "text", "expected"), CASES)
def test_what_a_language_needs(language: str, text: str, expected: list[str]) -> None:
    assert told(text, language) == expected


@pytest.mark.parametrize(
    ("language", "text", "source"),
    [
        ("es", "Diez mineros murieron, según ha informado el gobernador.", "el gobernador"),
        ("es", "Según el nuevo balance, diez mineros murieron.", None),
        ("fr", "Un attentat a fait trois morts.", None),
        ("fr", "D'après la gendarmerie, trois skieurs sont morts.", "la gendarmerie"),
        ("ar", "أعلنت وزارة الدفاع مقتل 7 جنود.", "وزارة الدفاع"),
        ("ar", "وفقا للشرطة، أصيب 7 عمال.", "شرطة"),
        ("ar", "في حين أكد المرصد مقتل 7 جنود.", "المرصد"),
        ("ur", "ابتدائی اطلاعات کے مطابق 7 مزدور ہلاک ہوئے۔", None),
        ("ur", "ترجمان کا کہنا ہے کہ 7 مزدور ہلاک ہوئے۔", "ترجمان"),
    ],
)
def test_who_says_it(language: str, text: str, source: str | None) -> None:
    (figure,) = figures_of("", tokenise(""), text, tokenise(text), language)
    assert figure.source == source


def test_a_number_is_at_least_what_follows_its_noun_says() -> None:
    text = "مقتل 120 شخصا على الأقل"
    (figure,) = figures_of("", tokenise(""), text, tokenise(text), "ar")
    assert figure.modifier == "at_least"
    assert figure.quote == "120 شخصا"


def test_a_word_written_together_is_parted_where_it_stands() -> None:
    text = "مقتل جندي وإصابة 3 والجنود و30 ووووو"
    tokens = parted(words_of("ar"), tokenise(text), 1000)
    assert [text[start:end] for start, end in zip(tokens.starts, tokens.ends, strict=True)] == [
        "مقتل", "جندي", "و", "إصابة", "3", "و", "ال", "جنود", "و", "30", "ووووو",
    ]  # fmt: skip
    assert tokens.paragraphs == (0,) * 11
    assert [len(part) for part in (tokens.folded, tokens.exact, tokens.starts, tokens.ends)] == [11] * 4


@given(st.text(alphabet="والبلفك12 \u064b\u0640مقتل"))
def test_parting_words_loses_none(text: str) -> None:
    tokens = tokenise(text)
    found = parted(words_of("ar"), tokens, 10_000)
    assert len(found) >= len(tokens)
    assert all(start <= end for start, end in zip(found.starts, found.ends, strict=True))
    assert sorted(found.starts) == list(found.starts)
    assert set(tokens.ends) <= set(found.ends)


@pytest.mark.parametrize("language", OTHERS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_row_of_a_table_s_words_is_read(language: str, data: st.DataObject) -> None:
    words = [*sorted(words_of(language).whole), ",", ". ", "12", "3", "(", ")", "،", "\n"]
    text = " ".join(data.draw(st.lists(st.sampled_from(words), max_size=60)))
    for figure in figures_of("", tokenise(""), text, tokenise(text), language):
        assert 0 <= figure.start <= figure.end <= len(text)
        assert text[figure.start : figure.end] == figure.quote


@pytest.mark.parametrize("language", OTHERS)
def test_a_hostile_text_costs_little(language: str) -> None:
    verb = min(words_of(language).outcome_words)
    texts = [
        " ".join(str(number) for number in range(10_000)) + f" {verb}",
        "و" * 100_000 + f" {verb}",
        "والجنود 12 " * 100_000 + verb,
        f"{verb} " * 20_000,
        " ".join(sorted(words_of(language).whole) * 5),
    ]
    for text in texts:
        tokens = tokenise(text)
        begin = time.process_time()
        figures_of("", tokenise(""), text, tokens, language)
        assert time.process_time() - begin < allowed(0.2)

"""What languages write onto the names of places, and how they write nationalities."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.regions.inflection import adjectives, bare_names, without_apostrophe
from monitor.text.fold import fold_word
from tests.small_world import gazetteer, mentions, name, place, resolved

LANGUAGES = st.sampled_from(["ru", "uk", "sr", "pl", "ko", "he", "tr", "es", "fr", "it", "pt", "de", "nl", "en", None])


@pytest.mark.parametrize(
    ("language", "written", "base"),
    [
        ("tr", "Ankara'nın", "Ankara"),
        ("tr", "İstanbul'da", "İstanbul"),
        ("tr", "Türkiye’nin", "Türkiye"),
        ("ru", "Грозном", "Грозный"),
        ("ru", "Чечни", "Чечня"),
        ("ru", "Белгороде", "Белгород"),
        ("ru", "Москвой", "Москва"),
        ("ru", "Казани", "Казань"),
        ("ru", "России", "Россия"),
        ("ru", "Волжском", "Волжский"),
        ("uk", "Харкові", "Харків"),
        ("uk", "Києві", "Київ"),
        ("uk", "Одесі", "Одеса"),
        ("uk", "Україні", "Україна"),
        ("uk", "Маріуполі", "Маріуполь"),
        ("uk", "Вінниці", "Вінниця"),
        ("sr", "Београду", "Београд"),
        ("sr", "Srbiji", "Srbija"),
        ("pl", "Warszawie", "Warszawa"),
        ("pl", "Rosji", "Rosja"),
        ("pl", "Polsce", "Polska"),
        ("pl", "Belgradzie", "Belgrad"),
        ("ko", "대구에서", "대구"),
        ("ko", "서울의", "서울"),
        ("he", "בחיפה", "חיפה"),
        ("he", "ובירושלים", "בירושלים"),
    ],
)
def test_names_are_found_as_their_language_writes_them(language: str, written: str, base: str) -> None:
    assert fold_word(base) in bare_names(written, fold_word(written.replace("'", "").replace("’", "")), language)
    world = gazetteer(name(base, place(base, "XX")))
    assert [one.start for one in mentions(f"w {written} w", world=world, language=language)] == [2]
    assert mentions(f"w {written} w", world=world, language="en") == []


@pytest.mark.parametrize(
    ("language", "written"),
    [("ru", "Оме"), ("ko", "구에"), ("he", "בעיר"), ("tr", "Ankara"), ("en", "Парижу"), (None, "x")],
)
def test_short_names_and_other_languages_are_left_alone(language: str | None, written: str) -> None:
    assert list(bare_names(written, fold_word(written), language)) == []


def test_only_names_of_one_word_are_inflected() -> None:
    world = gazetteer(name("Белгород Foo", place("Белгород Foo", "XX")))
    assert mentions("в Белгороде Foo", world=world, language="ru") == []


def test_a_word_that_begins_a_sentence_is_no_town() -> None:
    como, russia = place("Como", "IT-CO", 80_000), place("Russia", "RU", kind="country")
    world = gazetteer(name("Кома", como), name("Россия", russia))
    text = "Кому это? России. Для Кому"
    assert [one.start for one in mentions(text, world=world, language="ru")] == [10, 22]


def test_a_turkish_name_ends_at_its_apostrophe() -> None:
    world = gazetteer(name("Ankara", place("Ankara", "TR-06", 5_000_000)))
    assert [one.written for one in mentions("Ankara'nın, Ankara", world=world, language="tr")] == ["Ankara", "Ankara"]
    assert without_apostrophe("Türkiye’nin") == "Türkiye"


@pytest.mark.parametrize(
    ("language", "word", "base"),
    [
        ("es", "rusas", "rusa"),
        ("es", "rusos", "ruso"),
        ("es", "españolas", "español"),
        ("fr", "malienne", "malien"),
        ("fr", "françaises", "français"),
        ("it", "francesi", "francese"),
        ("it", "russe", "russo"),
        ("pt", "brasileiras", "brasileiro"),
        ("de", "russischen", "russisch"),
        ("nl", "russische", "russisch"),
        ("pl", "rosyjskich", "rosyjski"),
        ("ru", "российских", "российский"),
    ],
)
def test_a_nationality_in_small_letters_is_evidence(language: str, word: str, base: str) -> None:
    country = place("Anywhere", "XX", kind="country")
    world = gazetteer(name(base, country, origin="demonym"), name("Anywhere", country))
    (found,) = mentions(f"- {word} -", world=world, language=language)
    assert found.is_adjective
    assert mentions(f"- {word} -", world=world, language="en") == []
    assert fold_word(base) in adjectives(fold_word(word), language)


def test_only_countries_have_such_adjectives() -> None:
    lazio, poland = place("Lazio", "IT-62", kind="area"), place("Poland", "PL", kind="country")
    world = gazetteer(
        name("romano", lazio, origin="demonym"),
        name("Pole", poland, origin="demonym"),
        name("nuevo", place("Nuevo", "XX")),
    )
    assert mentions("el nuevo pole romano", world=world, language="es") == []


@given(st.text(max_size=12), LANGUAGES)
def test_any_word_has_few_readings(word: str, language: str | None) -> None:
    folded = fold_word(word)
    assert len([*bare_names(word, folded, language), *adjectives(folded, language)]) <= 20


def test_adjectives_resolve_to_their_country() -> None:
    (one,) = resolved("a Pakistani town")
    assert one.place is not None
    assert not one.mention.is_adjective

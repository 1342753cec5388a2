"""What grouping looks at in an article."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.stories.features import MOST_WORDS, Features, features, stem, term_of
from monitor.text.fold import tokenise

AT = datetime(2026, 4, 11, 9, tzinfo=UTC)


def shown(title: str, text: str = "") -> Features:
    title_tokens, text_tokens = tokenise(title), tokenise(text)
    return features(title_tokens, text_tokens, (range(len(title_tokens)), range(len(text_tokens))), AT)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("attacks", "attack"),
        ("attacked", "attack"),
        ("attacking", "attack"),
        ("bus", "bus"),
        ("sing", "sing"),
        ("losses", "loss"),
        ("145", "145"),
        ("دھماکے", "دھماکے"),
    ],
)
def test_stems(word: str, expected: str) -> None:
    assert stem(word) == expected


def test_a_terms_number_is_the_same_in_every_process() -> None:
    assert term_of("mastung") == 9019181916054887741
    assert term_of("attacks") == term_of("attacked")


def test_terms_are_counted_by_field_and_keep_a_word_for_readers() -> None:
    found = shown("Mastung attacked", "Gunmen attack a post. Attacks went on; 17 died.")
    attack = term_of("attack")
    assert found.title[attack] == 1
    assert found.text[attack] == 2
    assert found.words[attack] == "attacked"
    assert found.words[term_of("17")] == "17"
    assert found.at == AT


def test_only_own_words_count() -> None:
    title = tokenise("Daily Example | Levies post burnt")
    found = features(title, tokenise(""), (range(2, len(title)), ()), None)
    assert set(found.words.values()) == {"Levies", "post", "burnt"}
    assert found.text == {}


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("東京地震", {"東京", "京地", "地震"}),
        ("東京 地震", {"東京", "地震"}),
        ("東", set()),
        ("M6地震", {"M6", "地震"}),
        ("ကခ", {"ကခ"}),
        ("กข", {"กข"}),
        ("A Ω b", {"A", "Ω", "b"}),
    ],
)
def test_scripts_without_spaces_give_pairs_of_neighbours(text: str, pairs: set[str]) -> None:
    assert set(shown(text).words.values()) == pairs


def test_looks_at_a_bounded_part() -> None:
    found = shown(" ".join(f"n{number}" for number in range(10_000)), "9" * 100_000)
    assert len(found.title) == MOST_WORDS
    assert max(map(len, found.words.values())) <= 40


@given(st.text(), st.text())
def test_any_text_has_features(title: str, text: str) -> None:
    found = shown(title, text)
    assert found.words.keys() == found.title.keys() | found.text.keys()
    assert all(0 <= term < 1 << 63 for term in found.words)

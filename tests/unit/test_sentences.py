"""Sentences of a text, with where they stand."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.sentences import sentence_spans, sentences


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", []),
        (" \n ", []),
        ("One stop. Two stops!  “Three.” Four", ["One stop.", "Two stops!", "“Three.”", "Four"]),
        ("Gen. Ali of the U.S. Army saw St. Louis. He left", ["Gen. Ali of the U.S. Army saw St. Louis.", "He left"]),
        ("The first one ended. it went on", ["The first one ended. it went on"]),
        ("First paragraph\n\nSecond one", ["First paragraph", "Second one"]),
        ("A headline without stop\nA summary. It has two.", ["A headline without stop", "A summary.", "It has two."]),
        ("THE TEXT WAS\nWRAPPED TO A\nWIDTH. YES\n\nIT WAS", ["THE TEXT WAS\nWRAPPED TO A\nWIDTH.", "YES", "IT WAS"]),
        ("One sentence goes\non below. Two", ["One sentence goes\non below.", "Two"]),
        ("ایک جملہ۔ دوسرا جملہ", ["ایک جملہ۔", "دوسرا جملہ"]),
        ("第一句。第二句", ["第一句。", "第二句"]),
    ],
)  # fmt: skip
def test_sentences_are_found_where_they_stand(text: str, parts: list[str]) -> None:
    assert [text[start:end] for start, end in sentence_spans(text)] == parts


@given(st.text(alphabet="aA. !?\n…”。S", max_size=80))
def test_spans_stand_in_order_and_lose_no_letter(text: str) -> None:
    spans = sentence_spans(text)
    assert all(start < end for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert "".join("".join(text[start:end].split()) for start, end in spans) == "".join(text.split())


def test_a_paragraph_is_split_without_regard_to_its_lines() -> None:
    assert sentences("One\nsentence. And two.") == ["One\nsentence.", "And two."]
    assert sentences(" ") == []

"""Two lines of an article: whole sentences of it, the ones that say most."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.digests.gist import LENGTH, gist

TITLE = "Blast in Quetta"
LONG = "Officials said that the road to the border was closed for hours on Sunday after the blast near the bus stand. "
ROAD = "The road to Chaman was closed in both directions until the evening."
TRADE = "Traders kept their shops shut for the rest of the day."
DEAD = "Three soldiers were killed, the hospital in Quetta said."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", "", id="no text"),
        pytest.param("Blast in Quetta.", "", id="nothing but the headline"),
        pytest.param("BLAST IN QUETTA: Two people were hurt.", "BLAST IN QUETTA: Two people were hurt.", id="more"),
        pytest.param("Blast in Quetta. Two people were hurt.", "Two people were hurt.", id="headline left out"),
        pytest.param("A blast. It hit Quetta.", "A blast. It hit Quetta.", id="in turn"),
        pytest.param("One. Two.", "One. Two.", id="short ones, for want of better"),
        pytest.param(f"{ROAD} {ROAD} {TRADE}", f"{ROAD} … {TRADE}", id="nothing twice"),
        pytest.param(f"{ROAD} {TRADE} {DEAD} No one else was hurt.", f"{ROAD} {TRADE} {DEAD}", id="three of them"),
        pytest.param("پہلا جملہ۔ دوسرا جملہ۔", "پہلا جملہ۔ دوسرا جملہ۔", id="urdu"),
        pytest.param(
            "警方说，爆炸造成三人死亡。道路已经关闭。", "警方说，爆炸造成三人死亡。 道路已经关闭。", id="chinese"
        ),
        pytest.param(
            LONG + LONG.replace("Sunday", "Monday") * 2,
            f"{LONG}{LONG.replace('Sunday', 'Monday')}".strip(),
            id="as many as fit",
        ),
        pytest.param(f"{ROAD}\n\nPhoto: Reuters", ROAD, id="no caption"),
        pytest.param(f"{ROAD} The hospital said that at least...", ROAD, id="nothing that breaks off"),
        pytest.param(
            "The U.S. officials met Gen. Khan. He left.",
            "The U.S. officials met Gen. Khan. He left.",
            id="abbreviations",
        ),
    ],
)
def test_quotes_the_opening(text: str, expected: str) -> None:
    assert gist(TITLE, text) == expected


def span(text: str, words: str) -> tuple[int, int]:
    start = text.index(words)
    return start, start + len(words)


FILLER = (
    "The province has seen rain, wind and cold for the better part of a week, and more of it is expected to come soon."
)


SCENERY = " ".join(FILLER.replace("province", place) for place in ("province", "country", "border", "coast", "plain"))


@pytest.mark.parametrize(
    "marks",
    [
        pytest.param({"evidence": [span(f"{SCENERY} {DEAD}", "were killed")]}, id="what it was matched for"),
        pytest.param(
            {"figures": [span(f"{SCENERY} {DEAD}", "Three soldiers")], "places": ["Quetta"]}, id="a figure and a place"
        ),
    ],
)
def test_a_sentence_that_holds_what_matters_is_preferred(marks: dict[str, Any]) -> None:
    text = f"{SCENERY} {DEAD}"
    assert DEAD not in gist(TITLE, text)
    assert gist(TITLE, text, **marks).endswith(f" … {DEAD}")


def test_a_sentence_that_speaks_of_another_is_not_quoted_without_it() -> None:
    long = LONG.replace(". ", ", ") * 3 + "and that was all."
    text = f"{long} He said so in Quetta. {TRADE}"
    assert gist(TITLE, text, evidence=[span(text, "said so")]) == TRADE
    text = f"{ROAD} {FILLER} {FILLER.replace('rain', 'hail')} {FILLER.replace('rain', 'snow')} He said so in Quetta."
    assert "He said" not in gist(TITLE, text, evidence=[span(text, "said so")])


def test_a_whole_sentence_is_preferred_to_a_cut_one() -> None:
    long = LONG.replace(". ", ", ") * 3 + "and that was all."
    assert gist(TITLE, f"{long} {DEAD}") == DEAD


def test_half_a_sentence_at_the_end_of_what_is_read_is_none() -> None:
    text = f"{ROAD} {'Nothing else was known of it. ' * 128}{'Gunmen attacked the post and a ' * 40}"
    assert gist(TITLE, text, evidence=[span(text, "attacked")]) == f"{ROAD} Nothing else was known of it."


def test_a_sentence_is_cut_at_a_word_where_there_is_no_other() -> None:
    cut = gist(TITLE, "word " * 200)
    assert len(cut) <= LENGTH and cut.endswith("word…")


@given(st.text(max_size=60), st.text(st.sampled_from("ab A.!?\n\u06d4،\u3002"), max_size=900))
def test_nothing_is_invented_and_nothing_is_too_long(title: str, text: str) -> None:
    quoted = gist(title, text)
    assert len(quoted) <= LENGTH
    whole = " ".join(text.split())
    for part in quoted.removesuffix("…").split(" … "):
        assert "".join(part.split()) in "".join(whole.split())

"""Wire copy is found however it was cut, signed or edited; forms, live pages and rival reports are no copies."""

from __future__ import annotations

import random
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.stories.duplicates import (
    CANDIDATES,
    CROWD,
    KEYS,
    MOST_WORDS,
    NUMBERS_SAMPLED,
    SAMPLED,
    TITLE_KEYS,
    TITLE_SAMPLED,
    Copy,
    Originals,
    Sample,
    Sketch,
    find_copies,
    probes,
    sketch,
)


def words(text: str) -> list[str]:
    return [word.strip(".,:").lower() for word in text.split()]


WIRE = words("""
    Quetta: At least 31 civilians and 17 security personnel were killed on Saturday when armed men attacked towns of the
    province at the same hour, the government said. The attackers stormed a police station, blocked two roads
    and set fire to a bank before troops drove them back, according to a spokesman. Hospitals in three districts called
    an emergency and asked for blood. Train services were suspended and mobile data was cut off until further
    notice. No group had claimed responsibility by the evening. The chief minister told reporters that the operation
    would go on until the last of the attackers was found, and promised help to the families of those who died.
""")
RIVAL = words("""
    Gunmen struck police posts and banks across the province on Saturday in what residents called the worst violence for
    years. Shopkeepers in the provincial capital pulled down their shutters as helicopters circled overhead. A doctor at
    the main hospital counted 29 bodies by noon. Officials blamed a separatist group, which later said that hundreds of
    its fighters had taken part. Farmers on the coast spoke of burning lorries on the road to the port.
""")
TITLE = words("Dozens killed as armed men storm towns across the province")
WORDS = [f"word{number}" for number in range(500)]


def rng(seed: int) -> random.Random:
    return random.Random(seed)


def text(seed: int, length: int) -> list[str]:
    return rng(seed).choices(WORDS, k=length)


def cut(wire: list[str]) -> list[str]:
    return wire[: len(wire) // 2]


def signed(wire: list[str]) -> list[str]:
    return [*words("By our own correspondent in the city 12 30"), *wire, *text(3, 40)]


def edited(wire: list[str]) -> list[str]:
    chance = rng(8)
    return [chance.choice(WORDS) if chance.random() < 0.08 else word for word in wire]


def copies(*items: Sketch, pool: Originals | None = None) -> dict[int, Copy]:
    """Give the items one by one; returns what was found."""
    pool = pool or Originals()
    found: dict[int, Copy] = {}
    for number, one in enumerate(items):
        batch = find_copies({number: one}, pool)
        found |= batch.copies
        for article, keys in batch.keys.items():
            pool.add(article, one, keys)
    return found


@pytest.mark.parametrize("edit", [list, cut, signed, edited], ids=["same", "cut", "signed", "edited"])
@pytest.mark.parametrize("original_first", [True, False])
@pytest.mark.parametrize("title", [TITLE, []])
def test_wire_copy_is_found(edit: object, original_first: bool, title: list[str]) -> None:
    assert callable(edit)
    one = sketch(TITLE, WIRE, outlet="Daily Example")
    other = sketch(title, edit(WIRE), outlet="The Sample")
    found = copies(*((one, other) if original_first else (other, one)))
    assert found.keys() == {1}
    assert found[1].of == 0
    assert 0.5 <= found[1].share <= 1
    assert "of the shorter text stands in both" in found[1].reason


def test_a_fuller_report_is_the_copy_of_the_wire_text_that_it_holds() -> None:
    for times in (2, 4, 8):
        wire, rest = text(1, 80), text(2, 80 * (times - 1))
        assert copies(sketch([], wire), sketch([], [*rest[:30], *wire, *rest[30:]])).keys() == {1}


def test_rival_reports_of_one_event_are_no_copies() -> None:
    quotation = text(4, 36)
    one = sketch(TITLE, [*WIRE, *quotation])
    other = sketch(words("Province reels after day of attacks"), [*RIVAL, *quotation])
    assert copies(one, other) == {}


def test_a_quotation_is_no_copy_even_where_it_fills_half_of_a_text() -> None:
    quotation = text(4, 40)
    assert copies(sketch([], [*quotation, *text(5, 20)]), sketch([], [*text(6, 30), *quotation])) == {}


FORM = """
    The state bank said that {} bonds of {} million rupees due in {} were sold at {} to {} bidders on the day, and that
    the next sale would be held in the same place under the rules that it made known before, with terms that the market
    knows, to buyers who are on its list and who have paid what they owe from the sale before this one.
"""


def test_a_form_with_other_numbers_is_no_copy() -> None:
    one = sketch([], words(FORM.format(3, 450, 2031, 101, 12)))
    assert copies(one, sketch([], words(FORM.format(5, 900, 2036, 99, 17)))) == {}
    assert copies(one, sketch([], words(FORM.format(3, 450, 2031, 101, 17)))).keys() == {1}


SHORT = words("Police said that the blast hit a market in the morning and that shops were closed")
REWRITTEN = words("A bomb went off among stalls before noon on Sunday leaving windows broken all around")


BLAST = "Five killed in blast at Quetta market"
LONG = f"{BLAST} as traders open their shops"


@pytest.mark.parametrize(
    ("title", "other_title", "text", "other_text", "is_copy"),
    [
        # The same headline: alone, with the same teaser, with another teaser, with another one under a long headline.
        (BLAST, BLAST, [], [], True),
        (BLAST, BLAST, [], SHORT, True),
        (BLAST, "Five killed in a blast at Quetta market today", SHORT, SHORT[:13], True),
        (BLAST, BLAST, SHORT, REWRITTEN, False),
        (LONG, LONG, SHORT, REWRITTEN, True),
        # Other numbers.
        ("3 killed in blast at Quetta market", "5 killed in blast at Quetta market", [], [], False),
        ("3 killed in blast at Quetta market", "5 killed in blast at Quetta market", SHORT, SHORT, False),
        # Part of a headline, and one too short to say anything.
        (BLAST, LONG, [], [], False),
        ("Morning briefing", "Morning briefing", [], [], False),
        ("Morning briefing", "Morning briefing", SHORT, REWRITTEN, False),
        # The same teaser under another headline.
        ("Blast hits market", "Shops close after morning explosion", SHORT, SHORT, True),
        ("Blast hits market", "Shops close after morning explosion", SHORT[:8], SHORT[:8], False),
        ("", "", SHORT, [*SHORT, "again"], True),
        ("", "", [], [], False),
    ],
)
def test_short_items(title: str, other_title: str, text: list[str], other_text: list[str], is_copy: bool) -> None:
    one = sketch(words(title), text, outlet="Daily Example")
    other = sketch(words(other_title), other_text, outlet="The Sample")
    assert bool(copies(one, other)) is is_copy
    assert bool(copies(other, one)) is is_copy


def test_a_long_headline_over_two_long_texts_is_no_copy() -> None:
    title = words("Five killed in blast at Quetta market as traders open their shops")
    assert copies(sketch(title, text(1, 90)), sketch(title, text(2, 90))) == {}


@pytest.mark.parametrize(
    ("title", "other", "is_copy"),
    [
        (TITLE, WIRE, True),  # printed again under another address
        (TITLE, [*text(9, 60), *WIRE], False),  # a live page's next edition
        (TITLE, cut(WIRE), False),
        (TITLE, ["44" if word == "31" else word for word in WIRE], False),
        (words("What else we know of the attacks so far"), WIRE, False),
    ],
)
def test_within_one_outlet_only_whole_repeats_are_copies(title: list[str], other: list[str], is_copy: bool) -> None:
    one = sketch(TITLE, WIRE, outlet="Daily Example")
    assert bool(copies(one, sketch(title, other, outlet="Daily Example"))) is is_copy


def test_forms_of_one_outlet_are_no_copies() -> None:
    week = ["week", "in", "pictures"]
    standing = ["the", "best", "photographs", "of", "the", "past", "seven", "days", "chosen", "by", "our", "editors"]
    assert copies(*(sketch(week, standing, outlet="Daily Example") for _ in range(3))) == {}


def test_scripts_without_spaces() -> None:
    wire = [chr(0x4E00 + rng(at).randrange(3000)) for at in range(120)]
    assert copies(sketch([], wire), sketch([], cut(wire))).keys() == {1}


def test_a_copy_of_a_copy_is_the_original_s() -> None:
    wire = WIRE
    found = copies(sketch([], wire), sketch([], signed(wire)), sketch([], cut(wire)), sketch([], edited(wire)))
    assert {article: copy.of for article, copy in found.items()} == {1: 0, 2: 0, 3: 0}


def test_the_best_original_is_taken() -> None:
    wire = text(1, 200)
    half = sketch([], [*wire[:90], *text(2, 60)])
    whole = sketch([], [*text(3, 60), *wire[60:], *text(3, 40)])
    assert copies(half, whole) == {}
    assert copies(half, whole, sketch([], wire[60:]))[2].of == 1


def test_one_batch_is_like_many() -> None:
    items = {number: sketch([], text(number % 7, 100 + number)) for number in range(30)}
    at_once = find_copies(items, Originals())
    assert {article: copy.of for article, copy in at_once.copies.items()} == {
        number: number % 7 for number in range(7, 30)
    }
    assert at_once.copies == copies(*items.values())
    assert at_once.keys.keys() == set(range(7))
    assert find_copies({}, Originals()) == find_copies({}, Originals())


def test_few_keys_and_all_of_them_probes() -> None:
    for length in (0, 3, 5, 60, 3000):
        one = sketch(TITLE, text(length, length))
        (keys,) = find_copies({1: one}, Originals()).keys.values()
        assert len(keys) <= KEYS + TITLE_KEYS
        assert set(keys) <= set(probes(one))
        assert len(probes(one)) <= SAMPLED + TITLE_SAMPLED


class Counting(Originals):
    """A pool that says how it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[int] = []

    def holding(self, keys: Collection[int]) -> Mapping[int, Sequence[int]]:
        found = super().holding(keys)
        self.calls.append(max(map(len, found.values()), default=0))
        return found

    def sketches(self, articles: Collection[int]) -> Mapping[int, Sketch]:
        assert len(articles) <= CANDIDATES
        return super().sketches(articles)


def test_what_a_feed_repeats_is_soon_no_key() -> None:
    pool = Counting()
    form = text(1, 30)
    assert copies(*(sketch([], [*form, *text(number, 60)]) for number in range(2, 150)), pool=pool) == {}
    assert len(pool.calls) == 148
    assert max(pool.calls) == CROWD
    copied = sketch([], [*form, *text(140, 60)])
    assert [one.of for one in find_copies({999: copied}, pool).copies.values()] == [138]


def test_a_sketch_that_was_forgotten_is_no_original() -> None:
    class Forgetful(Originals):
        def sketches(self, articles: Collection[int]) -> Mapping[int, Sketch]:
            return {}

    pool = Forgetful()
    assert copies(sketch([], WIRE), sketch([], WIRE), pool=pool) == {}


SAMPLES = st.builds(
    lambda lowest, more: Sample(tuple(sorted(set(lowest))), len(set(lowest)) + more),
    st.lists(st.integers(-(2**63), 2**63 - 1), max_size=60),
    st.integers(0, 2**40),
)


@given(st.builds(Sketch, text=SAMPLES, title=SAMPLES, numbers=SAMPLES, outlet=st.integers(0, 2**30)))
def test_packed_sketches_are_the_same(one: Sketch) -> None:
    assert Sketch.unpack(one.pack()) == one
    assert replace(one, outlet=1).pack() != replace(one, outlet=2).pack()


@given(st.lists(st.sampled_from(WORDS[:6]), max_size=80), st.lists(st.sampled_from(WORDS[:6]), max_size=80))
def test_any_two_items_can_be_compared(one: list[str], other: list[str]) -> None:
    found = copies(sketch(one[:5], one), sketch(other[:5], other))
    assert all(0 <= copy.share <= 1 for copy in found.values())
    assert found.keys() <= {1}


@pytest.mark.parametrize(
    "given_words",
    [[], ["a"], ["x" * 2_000_000], ["a"] * 400_000, [str(number) for number in range(10_000)], text(1, 400_000)],
    ids=["no word", "one word", "a long word", "one word again and again", "numbers", "a long text"],
)
def test_hostile_items_cost_little(given_words: list[str]) -> None:
    started = time.process_time()
    one = sketch(given_words[:1000], given_words)
    copies(one, one, one)
    assert time.process_time() - started < 0.5  # a tenth of that on an idle machine
    assert len(one.pack()) < 8 * (MOST_WORDS // 8 + TITLE_SAMPLED + NUMBERS_SAMPLED + 10)

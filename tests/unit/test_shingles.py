"""Numbers of words and of runs of words."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.stories import shingles as module
from monitor.stories.shingles import shingles, word_numbers

WORDS = st.lists(st.sampled_from(["attack", "in", "quetta", "on", "monday", "ب", "中", "17"]), max_size=12)


@given(WORDS, st.integers(1, 4))
def test_runs_are_equal_where_their_words_are(words: list[str], length: int) -> None:
    runs = shingles(word_numbers(words), length)
    slices = [tuple(words[at : at + length]) for at in range(len(words) - length + 1)]
    assert len(runs) == len(slices)
    assert len(set(runs)) == len(set(slices))
    assert [runs.index(run) for run in runs] == [slices.index(one) for one in slices]


@pytest.mark.parametrize("length", [1, 2, 3, 4])
def test_fewer_words_than_a_run_takes_make_none(length: int) -> None:
    assert shingles(word_numbers(["quetta"] * (length - 1)), length) == []


def test_order_counts() -> None:
    assert shingles(word_numbers(["militants", "killed"]), 2) != shingles(word_numbers(["killed", "militants"]), 2)


def test_numbers_are_the_same_in_every_process() -> None:
    code = "from monitor.stories.shingles import *; print(shingles(word_numbers(['attack', 'in', 'quetta']), 3))"
    others = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert others == {str(shingles(word_numbers(["attack", "in", "quetta"]), 3))}


def test_numbers_fit_a_database() -> None:
    numbers = word_numbers(f"word{number}" for number in range(2000))
    assert all(0 <= number < 2**30 for number in numbers)
    assert all(-(2**63) <= run < 2**63 for run in shingles(numbers, 4))


def test_memory_of_words_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_KEPT", 10)
    known = module._Numbers()
    monkeypatch.setattr(module, "_numbers", known)
    words = [f"word{number}" for number in range(95)]
    first = word_numbers(words)
    assert len(known) <= 10
    assert word_numbers(words) == first
    long = "x" * 1000
    assert word_numbers([long]) == word_numbers([long])
    assert long not in known

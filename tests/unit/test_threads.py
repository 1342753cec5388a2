"""Which alerts what is owed is divided into, and when each of them is due."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.digests.owing import Owed
from monitor.digests.threads import SILENT_AFTER, Bundle, by_thread
from tests.builders import NOON, owed, stored

MINUTE = timedelta(minutes=1)
ROOTS = {1: "alert-1", 2: "alert-2", 3: "alert-2"}


def new(number: int, story: int = 9, minutes: float = 0, **more: Any) -> Owed:
    return owed(number, article=stored(number, story=story), owed_at=NOON + minutes * MINUTE, **more)


def copy(number: int, story: int, minutes: float = 0) -> Owed:
    """Owe something of a told story that is no reason for an alert."""
    return new(number, story, minutes, story_told=True)


def change(number: int, story: int, minutes: float = 0) -> Owed:
    return new(number, story, minutes, story_told=True, material=True)


def divided(
    *debts: Owed, minutes: float = 1, foldable: bool = False, roots: Mapping[int, str] = ROOTS
) -> list[tuple[str | None, list[int], bool]]:
    found = by_thread(debts, roots, now=NOON + minutes * MINUTE, bundle=MINUTE, foldable=foldable)
    return [(one.root, [debt.id for debt in one.owed], one.is_silent) for one in found]


@pytest.mark.parametrize(
    ("debts", "minutes", "expected"),
    [
        ([], 1, []),
        ([new(1)], 0.9, []),
        ([new(1), new(2, minutes=0.5)], 1, [(None, [1, 2], False)]),
        ([change(1, 1), new(2), change(3, 3), change(4, 2)], 1, [
            (None, [2], False), ("alert-1", [1], False), ("alert-2", [3, 4], False),
        ]),
        # Threads come in the order in which something was first owed of them.
        ([change(1, 2, 0.2), change(2, 1)], 2, [("alert-1", [2], False), ("alert-2", [1], False)]),
        # A thread has a bundle of its own.
        ([change(1, 1, 0.5), new(2)], 1, [(None, [2], False)]),
        ([new(1, minutes=0.5), change(2, 1)], 1, [("alert-1", [2], False)]),
        # A story that was told, nobody knows in which alert, counts as new.
        ([change(1, 7), new(2)], 1, [(None, [1, 2], False)]),
    ],
)  # fmt: skip
def test_news_and_each_thread_are_alerts_of_their_own(
    debts: list[Owed], minutes: float, expected: list[tuple[str | None, list[int], bool]]
) -> None:
    assert divided(*debts, minutes=minutes) == expected
    assert divided(*debts, minutes=minutes, foldable=True) == expected


@pytest.mark.parametrize(
    ("debts", "rides", "edits"),
    [
        ([copy(1, 1)], [], [("alert-1", [1], True)]),
        ([copy(1, 1), change(2, 1, 0.2)], [("alert-1", [1, 2], False)], [("alert-1", [1, 2], False)]),
        (
            [copy(1, 1), copy(2, 2), new(3)],
            [(None, [3, 1, 2], False)],
            [(None, [3], False), ("alert-1", [1], True), ("alert-2", [2], True)],
        ),
        (
            [copy(1, 1), change(2, 2), copy(3, 3)],
            [("alert-2", [2, 3], False)],
            [("alert-2", [2, 3], False), ("alert-1", [1], True)],
        ),
        # There is no message of it to edit.
        ([copy(1, 7), change(2, 1)], [("alert-1", [2], False)], [("alert-1", [2], False)]),
        ([copy(1, 7)], [], []),
        # The alert of its thread is about to go out.
        ([copy(1, 1), change(2, 1, 9.5), new(3)], [(None, [3], False)], [(None, [3], False)]),
        ([copy(1, 7), new(2, minutes=9.5), change(3, 1)], [("alert-1", [3], False)], [("alert-1", [3], False)]),
    ],
)
def test_what_wakes_nobody_rides_along_or_is_an_edit(
    debts: list[Owed], rides: list[tuple[str | None, list[int], bool]], edits: list[tuple[str | None, list[int], bool]]
) -> None:
    assert divided(*debts, minutes=10) == rides
    assert divided(*debts, minutes=10, foldable=True) == edits


def test_an_edit_waits_for_more_of_its_kind() -> None:
    silent = SILENT_AFTER / MINUTE
    debts = [copy(1, 1), copy(2, 1, silent - 1)]
    assert divided(*debts, minutes=silent - 0.01, foldable=True) == []
    assert divided(*debts, minutes=silent, foldable=True) == [("alert-1", [1, 2], True)]


written = st.lists(
    st.tuples(st.sampled_from([new, copy, change]), st.integers(1, 8), st.floats(0, 20, allow_nan=False)), max_size=12
)


@given(written, st.floats(0, 40), st.booleans())
def test_each_debt_is_told_once_in_its_own_thread_or_as_a_rider(
    chosen: list[tuple[Any, int, float]], minutes: float, foldable: bool
) -> None:
    debts = [make(number, story, at) for number, (make, story, at) in enumerate(chosen)]
    now = NOON + minutes * MINUTE
    found: list[Bundle[Owed]] = by_thread(debts, ROOTS, now=now, bundle=MINUTE, foldable=foldable)
    told = [one.id for bundle in found for one in bundle.owed]
    assert len(told) == len(set(told))
    assert len({one.root for one in found}) == len(found)
    for bundle in found:
        assert any(one.wakes for one in bundle.owed) != bundle.is_silent
        own = [one for one in bundle.owed if one.wakes or (foldable and one.story in ROOTS)]
        assert all(ROOTS.get(one.story) == bundle.root for one in own)
    overdue = {one.id for one in debts if one.wakes and one.owed_at + MINUTE <= now}
    assert overdue <= set(told)
    if foldable:
        assert {one.id for one in debts if one.story in ROOTS and one.owed_at + SILENT_AFTER <= now} <= set(told) | {
            one.id
            for one in debts
            if any(other.wakes and ROOTS.get(other.story) == ROOTS.get(one.story) for other in debts)
        }

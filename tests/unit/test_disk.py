"""When a disk counts as nearly full."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.disk import Room, room_beside
from monitor.errors import StoreError

GB = 1_000_000_000


@pytest.mark.parametrize(
    ("free", "total", "scarce"),
    [
        (49_999_999, 500 * GB, True),
        (50_000_000, 500 * GB, False),
        (50_000_000, 1 * GB, False),  # the smaller of both: 5 % of a gigabyte
        (49_999_999, 1 * GB, True),
        (150_000, 3_000_000, False),
        (149_999, 3_000_000, True),
        (0, 0, False),
    ],
)
def test_room_is_scarce_under_fifty_megabytes_or_five_percent(free: int, total: int, scarce: bool) -> None:
    assert Room(free=free, total=total).scarce is scarce


@pytest.mark.parametrize(
    ("free", "total", "ample"),
    [
        (99_999_999, 500 * GB, False),
        (100_000_000, 500 * GB, True),
        (299_999, 3_000_000, False),
        (300_000, 3_000_000, True),
        (0, 0, True),
    ],
)
def test_room_is_ample_again_from_twice_that_on(free: int, total: int, ample: bool) -> None:
    assert Room(free=free, total=total).ample is ample


def test_room_is_seen_where_the_file_lies(tmp_path: Path) -> None:
    room = room_beside(tmp_path / "not-there-yet.db")
    assert 0 < room.free < room.total
    with pytest.raises(StoreError, match="cannot see how much room"):
        room_beside(tmp_path / "no" / "folder" / "file.db")

"""Which versions of SQLite and expat are worth a remark."""

from __future__ import annotations

import pytest

from monitor.libraries import outdated


@pytest.mark.parametrize(
    ("sqlite", "sound"),
    [
        ("3.40.1", False),
        ("3.44.5", False),
        ("3.44.6", True),
        ("3.45.0", False),
        ("3.50.6", False),
        ("3.50.7", True),
        ("3.50.12", True),
        ("3.51.2", False),
        ("3.51.3", True),
        ("3.53.0", True),
        ("4.0.0", True),
    ],
)
def test_sqlite(sqlite: str, sound: bool) -> None:
    assert (outdated(sqlite, "expat_2.7.2") == []) is sound


@pytest.mark.parametrize(
    ("expat", "sound"), [("expat_2.5.0", False), ("expat_2.7.1", False), ("expat_2.7.2", True), ("expat_2.10.0", True)]
)
def test_expat(expat: str, sound: bool) -> None:
    assert (outdated("3.51.3", expat) == []) is sound


def test_this_python_is_judged_too() -> None:
    assert {one.name for one in outdated()} <= {"SQLite", "expat"}


def test_what_is_old_is_named_with_what_would_be_safer() -> None:
    found = [(one.name, one.version, one.sound_since) for one in outdated("3.40.1", "expat_2.5.0")]
    assert found == [("SQLite", "3.40.1", "3.51.3"), ("expat", "2.5.0", "2.7.2")]

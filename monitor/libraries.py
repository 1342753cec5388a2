"""What is known of the versions of SQLite and expat that this Python was built with, where that is worth knowing.

Neither comes with Dateline, so that nobody can be refused for them: it works on with less between it and a fault.
"""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass
from pyexpat import EXPAT_VERSION

Version = tuple[int, ...]

SQLITE_SOUND: Version = (3, 51, 3)
SQLITE_MENDED: tuple[Version, ...] = ((3, 44, 6), (3, 50, 7))
"""Older lines that the repair was brought to (SQLite's notes on "the WAL-reset bug")."""

EXPAT_SOUND: Version = (2, 7, 2)
"""The first that limits how much memory a small document can ask for (CVE-2025-59375)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outdated:
    """A library that is older than it should be."""

    name: str
    version: str
    sound_since: str
    why: str
    """What an older one can do, and what keeps that from harm."""


def outdated(sqlite: str = sqlite3.sqlite_version, expat: str = EXPAT_VERSION) -> list[Outdated]:
    """Return what is older than it should be; none of it stops anything."""
    found = []
    if not _is_sound(_numbers(sqlite)):
        why = "it can very rarely damage a database that two programs use at once; there is a backup of every day"
        found.append(Outdated(name="SQLite", version=sqlite, sound_since=_text(SQLITE_SOUND), why=why))
    if _numbers(expat) < EXPAT_SOUND:
        why = "a hostile feed can make it take much memory; it runs in a process of its own, within a limit"
        found.append(Outdated(name="expat", version=_text(_numbers(expat)), sound_since=_text(EXPAT_SOUND), why=why))
    return found


def _is_sound(version: Version) -> bool:
    return version >= SQLITE_SOUND or any(mended <= version < (*mended[:2], 1000) for mended in SQLITE_MENDED)


def _numbers(version: str) -> Version:
    return tuple(int(number) for number in re.findall(r"\d+", version))


def _text(version: Version) -> str:
    return ".".join(map(str, version))

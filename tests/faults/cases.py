"""Invented news, each of a case with a number, by which it is found again in whatever was told of it."""

from __future__ import annotations

import random
import re

from tests.fakes import item

CASE = re.compile(r"case\d{6}")


def name_of(number: int) -> str:
    return f"case{number:06}"


def report_of(number: int, chance: random.Random) -> str:
    """Return an RSS item that has nothing in common with any other: each is a story of its own."""
    words = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=9)) for _ in range(30)]
    title = f"{words[0].capitalize()} {words[1]} {name_of(number)} {words[2]} {words[3]}"
    return item(number, title, f"{' '.join(words[4:])}.")

"""How a problem names what was written: fit for one line, and beside the known word that is most like it."""

from __future__ import annotations

import difflib
from collections.abc import Collection


def shorten(text: str, limit: int = 40) -> str:
    """Return a piece of a file fit for a one-line message."""
    line = " ".join("".join(character if character.isprintable() else " " for character in text).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def did_you_mean(word: str, known: Collection[str]) -> str:
    """Return a hint that names the most similar known word, or nothing."""
    found = difflib.get_close_matches(word[:80], known, n=1)
    return f"did you mean `{found[0]}`?" if found else ""

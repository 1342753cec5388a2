"""How a problem names what was written: fit for one line, and beside the known word that is most like it."""

from __future__ import annotations

import difflib
from collections.abc import Collection

from monitor.text.lines import one_line, shorten


def briefly(text: str, limit: int = 40) -> str:
    """Return a piece of a file fit for a one-line message."""
    return shorten(one_line("".join(character if character.isprintable() else " " for character in text)), limit)


def did_you_mean(word: str, known: Collection[str]) -> str:
    """Return a hint that names the most similar known word, or nothing."""
    found = difflib.get_close_matches(word[:80], known, n=1)
    return f"did you mean `{found[0]}`?" if found else ""


def percent(part: float) -> str:
    return f"{100 * part:.0f} %"

"""What bounds a count: "in two separate operations", "on May 3"; and totals over years, which are background."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.stories.figures.reading import YEARS, Item
from monitor.stories.figures.vocabulary import Vocabulary

_SCOPE = frozenset(("adverbs", "date", "definite", "months", "number", "one", "others", "things", "word"))


def scope(words: Vocabulary, items: Sequence[Item], at: int) -> Sequence[Item]:
    """Return the phrase behind a figure, from an item on, that bounds what was counted; empty where there is none."""
    while at < len(items) and not items[at].hard and items[at].kind not in ("stops", "who", "outcome"):
        end = at + 1
        while end < len(items) and not items[end].comma and not items[end].hard and items[end].kind in _SCOPE:
            end += 1
        phrase = items[at:end]
        if items[at].kind == "in" and any(
            one.kind in ("number", "date", "months") or one.folded in words.scopes for one in phrase
        ):
            return phrase
        at = end
    return ()


def background(words: Vocabulary, items: Sequence[Item]) -> list[int]:
    """Return the items that make a number beside them a total over years."""
    found = []
    for at, item in enumerate(items):
        behind = items[at + 1 : at + 4]
        if (
            item.kind == "background"
            or (item.folded in words.since and any(one.kind == "date" and one.count in YEARS for one in behind))
            or (item.kind == "background_over" and any(one.folded in words.years for one in behind))
        ):
            found.append(at)
    return found


def shares_clause(items: Sequence[Item], at: int, others: Sequence[int]) -> bool:
    """Tell whether one of the others stands in the clause of an item."""
    return any(
        not any(
            one.hard or one.kind == "who" or (one.kind == "stops" and one is not items[other])
            for one in items[min(at, other) + 1 : max(at, other) + 1]
        )
        for other in others
    )

"""What stands behind a noun for people and still speaks of them: "… of the banned Lashkar, identified as Khan (35)"."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.model import Group
from monitor.stories.figures.reading import Item

LONGEST = 12
"""Items of one noun phrase."""

_COMPLEMENT = frozenset(("definite", "one", "word", "person", "aside", "things", "adverbs", "figure"))
_DESCRIBING = frozenset(("aside", "named", "aged", "age", "modifier_behind"))
_DESCRIBED_BY = frozenset(("word", "person", "number", "figure", "definite", "of", "one", "aside", "things", "others"))


def complement(items: Sequence[Item], last: int) -> tuple[int, Group | None]:
    """Return the last item of "(members) of the banned wing of Lashkar", and the group it tells."""
    tell: Group | None = None
    begin = last
    while (
        last + 1 < len(items) and items[last + 1].kind == "of" and not items[last + 1].comma and last - begin < LONGEST
    ):
        at = last + 2
        while at < len(items) and (at == last + 2 or not items[at].comma):
            item = items[at]
            is_inside = (
                item.kind in ("and", "in") and items[at - 1].is_name and at + 1 < len(items) and items[at + 1].is_name
            )
            is_inside = is_inside or (item.kind == "some" and item.is_capital)  # "All Assam Students Union"
            if item.kind not in _COMPLEMENT and not is_inside:
                break
            tell = tell or item.word.tells
            if item.kind == "person" and item.word.group != "people":
                tell = tell or item.word.group
            at += 1
        while items[at - 1].kind in ("definite", "one", "adverbs"):
            at -= 1
        if at == last + 2:
            break
        last = at - 1
    return last, tell


def names_lead_to_people(items: Sequence[Item], of: int) -> bool:
    """Tell whether "of" stands inside a name before the noun: "Islamic Movement of India (SIMI) members"."""
    at = of + 1
    if not (at < len(items) and items[at].is_name):
        return False
    while (
        at < len(items) and at - of < LONGEST and not items[at].comma and items[at].kind in ("word", "aside", "person")
    ):
        if items[at].kind == "person" and not items[at].is_capital:
            return True
        at += 1
    return False


def reach(items: Sequence[Item], last: int) -> int:
    """Return the last item of what is said of people behind their noun, up to a verb."""
    at = last + 1
    while at < len(items):
        item = items[at]
        if item.hard or item.kind not in _DESCRIBING:
            break
        at += 1
        if item.kind in ("aside", "age", "modifier_behind"):
            continue
        while (
            at < len(items)
            and not items[at].comma
            and not items[at].hard
            and (
                items[at].kind in _DESCRIBED_BY
                or (items[at].kind == "and" and at + 1 < len(items) and items[at + 1].is_name)
            )
        ):
            at += 1
    return at - 1

"""The people that a sentence mentions: how many, in which words, of which group."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.stories.figures.mentions import Mention
from monitor.stories.figures.phrases import RUN, Phrase
from monitor.stories.figures.quantities import Quantity, quantity
from monitor.stories.figures.reading import Item

_BEGINNINGS = frozenset(
    (
        "age", "a_total", "another", "bands", "between", "both", "definite", "modifier", "nobody", "none", "number",
        "one", "outcome", "others", "person", "some", "vague", "word",
    )
)  # fmt: skip
_COUNTABLE = frozenset(("counts", "verbs", "before"))


def mentions(items: Sequence[Item]) -> list[Mention]:
    """Return the people that a sentence mentions, in order."""
    found: list[Mention] = []
    at = 0
    while at < len(items):
        mention = _mention(items, at) if items[at].kind in _BEGINNINGS else None
        if mention is not None:
            found.append(mention)
            at = mention.last
        at += 1
    return found


def _mention(items: Sequence[Item], at: int) -> Mention | None:
    item = items[at]
    if item.kind == "nobody":
        return _nobody(items, at)
    if "nothing" in item.word.takes:
        return Mention(at, at, at, 0, who=at + 1, group="people", outcomes={item.word.takes["nothing"]: at})
    if "single" in item.word.takes:
        return Mention(at, at, at, 1, who=at + 1, is_single=True, outcomes={item.word.takes["single"]: at})
    how_many = quantity(items, at)
    if how_many is not None:
        return _counted(items, at, how_many)
    if item.kind in ("person", "bands", "age") or (item.kind == "word" and (item.is_name or item.word.tells)):
        return Phrase(items, at, at, Quantity(None, at)).mention()
    return None


def _nobody(items: Sequence[Item], at: int) -> Mention:
    """Return "no one", and "none of the soldiers"."""
    last, group = at, items[at].word.group
    if at + 1 < len(items) and items[at + 1].kind == "of":
        for behind in range(at + 2, min(at + 6, len(items))):
            if items[behind].kind == "person":
                last, group = behind, items[behind].word.group
                break
    return Mention(at, last, last, 0, who=at, group=group or "people", head=items[at].folded)


def _counted(items: Sequence[Item], start: int, how_many: Quantity) -> Mention | None:
    """Read the words behind a quantity, past the "of" in "five of the guards"."""
    at = how_many.behind
    if at + 1 < len(items) and items[at].kind == "definite" and items[at - 1].kind == "vague":
        at += 1  # Arabic counts "dozens the soldiers"
    if at == len(items) or items[at].comma or items[at].kind not in ("of", "theirs"):
        return Phrase(items, start, at, how_many).mention()
    if items[at].kind == "theirs":
        if at + 1 < len(items) and items[at + 1].kind == "person" and not items[at + 1].comma:
            return Phrase(items, start, at + 1, how_many).mention()  # "two of them women"
        return _those(start, at, how_many) if how_many.is_counted and not how_many.is_definite else None
    inner = at + 1
    while inner < len(items) and items[inner].kind in ("definite", "some"):
        inner += 1
    if inner == len(items):
        return None
    if items[at - 1].kind == "vague" and inner == at + 1 and not _COUNTABLE.isdisjoint(items[inner].word.takes):
        # "dozens of deaths"
        if "counts" in items[inner].word.takes:
            return Phrase(items, start, inner, how_many).mention()
        bare = Mention(start, at - 1, at, how_many.count, how_many.count_max, how_many.modifier, at, is_open=True)
        return bare if how_many.is_counted else None
    if items[inner].kind == "number":  # "120 of the 137 passengers"
        inner += 1
    if inner + 1 < len(items) and "verbs" in items[inner].word.takes and items[inner + 1].kind == "person":
        inner += 1  # "one of the injured policemen"
    if inner < len(items) and items[inner].kind in RUN:
        return Phrase(items, start, inner, how_many, is_part=True).mention()
    if items[inner - 1].kind == "definite" and "verbs" in items[inner].word.takes:
        return _those(start, inner, how_many)  # "one of the injured"
    return None  # "five of the houses", and "three of those arrested", who were told of before


def _those(start: int, last: int, quantity: Quantity) -> Mention:
    mention = Mention(start, last, last, quantity.count, quantity.count_max, quantity.modifier, last + 1)
    mention.is_others = mention.is_definite = True
    return mention

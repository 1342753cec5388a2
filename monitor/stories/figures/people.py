"""The people that a sentence mentions: how many, in which words, of which group.

Noun phrases are read left to right: number, words, a noun for people, what follows it. What happened to the people is
not known here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from monitor.model import Casualty, Group, Modifier
from monitor.stories.figures.reading import Item
from monitor.stories.figures.vocabulary import Vocabulary

LONGEST = 12
"""Items of one noun phrase."""

_COMPLEMENT = frozenset(("definite", "one", "word", "person", "aside", "things", "adverbs", "figure"))
_RUN = frozenset(("word", "person", "others", "ordinals", "aside", "bands", "age"))


@dataclass(slots=True)
class Mention:
    """People that a sentence speaks of; ``first`` to ``last`` are its items, the last one included."""

    first: int
    last: int
    reach: int
    """The last item of what only describes them: "…, identified as Khan (35)"."""
    count: int | None
    """None where no number is told: "militants"."""
    count_max: int | None = None
    modifier: Modifier = "exactly"
    who: int = 0
    """The item with which the words for the people begin; behind ``last`` where there are none."""
    group: Group | None = None
    is_open: bool = False
    """No word that the vocabulary knows says that these are people."""
    is_name: bool = False
    """Only a name, without a noun."""
    is_named: bool = False
    is_definite: bool = False
    is_single: bool = False
    is_others: bool = False
    is_compound: bool = False
    """More words follow the noun: "an official statement"."""
    head: str = ""
    outcomes: dict[Casualty, int] = field(default_factory=dict)
    """What happened to them, with the item that says so."""


@dataclass(slots=True)
class _Quantity:
    count: int | None
    behind: int
    count_max: int | None = None
    modifier: Modifier = "exactly"
    is_single: bool = False
    is_definite: bool = False
    is_others: bool = False
    is_counted: bool = False
    is_none: bool = False


def mentions(vocabulary: Vocabulary, items: Sequence[Item]) -> list[Mention]:
    """Return the people that a sentence mentions, in order."""
    found: list[Mention] = []
    at = 0
    while at < len(items):
        mention = _mention(vocabulary, items, at)
        if mention is None:
            at += 1
        else:
            found.append(mention)
            at = max(mention.last, at) + 1
    return found


def _mention(vocabulary: Vocabulary, items: Sequence[Item], at: int) -> Mention | None:
    item = items[at]
    if item.kind == "nobody":
        return Mention(at, at, at, 0, who=at, group="people", head=item.folded)
    quantity = _quantity(items, at)
    if quantity is not None:
        return _noun(items, at, quantity.behind, quantity)
    if item.kind in ("person", "bands", "age") or (item.kind == "word" and (item.is_name or item.word.tells)):
        return _noun(items, at, at, _Quantity(None, at))
    return None


def _quantity(items: Sequence[Item], at: int) -> _Quantity | None:
    """Return the number, article or other word that begins a noun phrase."""
    modifier: Modifier = "exactly"
    start = at
    while at < len(items) and items[at].kind in ("modifier", "a_total"):
        modifier = items[at].word.modifier or modifier
        at += 1
    if at >= len(items):
        return None
    item = items[at]
    between = item.kind == "between"
    if between:
        at += 1
        if at >= len(items):
            return None
        item = items[at]
    found: _Quantity | None = None
    if item.kind == "number":
        found = _Quantity(item.count, at + 1, modifier=modifier, is_counted=True)
        following = items[at + 1] if at + 1 < len(items) else None
        last = items[at + 2] if at + 2 < len(items) else None
        if following and following.kind == "number" and following.joined:
            found.count_max, found.behind = following.count, at + 2
        elif (
            following and last and last.kind == "number" and not last.comma and not following.comma
            and (following.kind in ("range", "infinitive") or (between and following.kind == "and"))
            and last.count > item.count
        ):
            found.count_max, found.behind = last.count, at + 3
    elif between:
        return None
    elif item.kind == "vague":
        found = _Quantity(item.word.count, at + 1, modifier="about" if modifier == "exactly" else modifier, is_counted=True)
    elif item.kind == "both":
        found = _Quantity(item.word.count, at + 1, is_definite=True, is_counted=True)
    elif modifier != "exactly" and start != at:
        if item.kind == "one":
            found = _Quantity(1, at + 1, modifier=modifier, is_single=True)
        else:
            return None
    elif item.kind == "one":
        found = _Quantity(1, at + 1, is_single=True)
        if at + 1 < len(items) and items[at + 1].kind == "vague":
            return None
    elif item.kind == "none":
        found = _Quantity(0, at + 1, is_none=True)
    elif item.kind == "some":
        found = _Quantity(None, at + 1)
    elif item.kind in ("another", "definite"):
        found = _Quantity(1, at + 1, is_single=True, is_definite=item.kind == "definite", is_others=item.kind == "another")
        inner = _quantity(items, at + 1)
        if inner is not None and inner.is_counted:
            found.count, found.count_max, found.modifier = inner.count, inner.count_max, inner.modifier
            found.behind, found.is_single, found.is_counted = inner.behind, False, True
    if found and found.behind < len(items) and items[found.behind].kind == "modifier_behind":
        found.modifier = items[found.behind].word.modifier or "at_least"
        found.behind += 1
    return found


def _noun(items: Sequence[Item], start: int, at: int, quantity: _Quantity) -> Mention | None:
    """Read the words behind a quantity; ``start`` is where the phrase begins."""
    partitive = False
    if at < len(items) and quantity.behind > start and items[at].kind == "of" and not items[at].comma:
        inner = at + 1
        while inner < len(items) and items[inner].kind in ("definite", "some"):
            inner += 1
        if inner > at + 1 and items[inner - 1].kind == "some" and not (inner < len(items) and items[inner].kind in _RUN):
            return None  # "three of those arrested" tells of the same again
        if inner < len(items) and (items[inner].kind in _RUN):
            at, partitive = inner, True
        else:
            return None  # "five of the houses"
    elif at < len(items) and items[at].kind == "theirs" and quantity.is_counted and not items[at].comma:
        return Mention(start, at, at, quantity.count, quantity.count_max, quantity.modifier, at + 1, is_others=True)
    head = tell = None
    others = quantity.is_others
    end = at
    is_thing = False
    names = 0
    attribute: tuple[Casualty, int] | None = None
    while end < len(items) and end - at < LONGEST:
        item = items[end]
        if end > at and (item.hard or (item.comma and item.kind != "aside")):
            break
        if head is not None and item.kind == "person" and item.is_capital and _is_surname(items[head], item):
            item.is_name = True  # a people's or a rank's name that a person bears
        elif item.kind == "person" or (item.kind == "bands" and quantity.count in (None, 1)):
            head = end
            tell = item.word.tells or tell
        elif item.kind in ("others", "ordinals"):
            if item.kind == "ordinals" and not quantity.is_single:
                break
            others = True
        elif item.kind == "aside":
            if end == at and not quantity.is_counted:
                break
            tell = tell or item.word.tells
        elif item.kind == "age" or (item.kind == "of" and _names_lead_to_people(items, end)):
            pass
        elif item.kind == "word":
            if quantity.behind == start and head is None and names and not item.is_name:
                break  # a name ends where its capitals do
            tell = tell or item.word.tells
            names += item.is_name
        elif item.kind == "things":
            is_thing = True
            if not any(one.kind == "person" for one in items[end + 1 : end + 4]):
                if head is None:
                    break
                if end == head + 1 or not items[head].word.is_plural:
                    head = None
                break
        elif item.kind == "adverbs" and head is None and end + 1 < len(items) and items[end + 1].kind in _RUN:
            pass
        elif item.kind == "outcome" and head is None and _is_attribute(items, end, quantity):
            form, outcome = next(iter(item.word.takes.items()))
            if form == "verbs" or outcome == "missing":
                attribute = outcome, end
        else:
            break
        end += 1
    is_counted_noun = end < len(items) and not items[end].comma and "counts" in items[end].word.takes
    if is_counted_noun and start and items[start - 1].kind == "suffering" and "acts" in items[end].word.takes:
        return None  # "sustained two wounds"
    if is_counted_noun and head in (None, end - 1) and quantity.behind > start and (quantity.is_counted or quantity.is_none):
        noun = items[end]
        group = items[head].word.group if head is not None else None
        mention = Mention(start, end, end, quantity.count, quantity.count_max, quantity.modifier, at, head=noun.folded)
        mention.group = tell if group in (None, "people") else group
        mention.outcomes[noun.word.takes["counts"]] = end
        return mention
    last = head
    is_name = head is None and names > 0 and quantity.behind == start
    if head is None:
        if is_thing and not others:
            return None
        last = end - 1
        if quantity.is_none and not others:
            return None
        is_titled = names and not items[at].is_name and items[last].is_name and not tell  # "the follower Rafiq Mir"
        if quantity.is_definite and not quantity.is_counted and not others and not is_titled:
            return None
        is_name = is_name or bool(is_titled)
        if end == at and not (quantity.is_counted or others):
            return None
        if quantity.behind == start and not names and not others:
            return None  # an unknown word
    assert last is not None
    if items[last].owns or (last + 1 < len(items) and items[last + 1].folded == "s" and not items[last + 1].comma):
        return None  # somebody's house or wife
    begin_names = last
    while head is not None and last + 1 < end and (items[last + 1].is_name or items[last + 1].kind == "aside"):
        last += 1
    is_named = any(one.is_name for one in items[begin_names + 1 : last + 1])
    group: Group | None = None
    if head is not None:
        person = items[head].word
        group = person.group
        if (
            quantity.behind == start
            and items[head].is_capital
            and group == "people"
            and not is_named
            and last + 1 < len(items)
            and items[last + 1].kind == "word"
            and not items[last + 1].comma
        ):
            return None  # "Syrian air defences"
        if quantity.behind == start:  # no article: a headline, a title before a name, or many
            quantity.count = None if person.is_plural else items[head].word.count or 1
            quantity.is_single = not person.is_plural
        elif items[head].kind == "bands" and quantity.count == 1:
            quantity.count = items[head].word.count
            quantity.is_single = False
        elif quantity.is_single and person.is_plural and not partitive:
            quantity.count = None
        elif quantity.is_definite and quantity.count == 2 and not person.is_plural:
            return None  # "both Honduran and ..."
        last, of_tell = _complement(items, last)
        if group == "people":
            group = tell or of_tell or group
        elif group == "civilians" and tell == "militants":
            group = tell
    elif is_name:
        if tell:
            return None  # an organisation
        quantity.count, quantity.is_single = 1, True
    elif others and tell is None:
        group = None
    mention = Mention(
        start,
        last,
        last,
        quantity.count,
        quantity.count_max,
        quantity.modifier,
        at,
        group if head is not None else tell,
        is_open=head is None and not is_name and not others,
        is_name=is_name,
        is_named=is_name or is_named,
        is_definite=quantity.is_definite,
        is_single=quantity.is_single,
        is_others=others,
        is_compound=head is not None and end > begin_names + 1 and items[begin_names + 1].kind == "word" and not is_named,
        head=items[head].folded if head is not None else "",
    )
    if attribute is not None and head is not None and not mention.is_definite:
        mention.outcomes[attribute[0]] = attribute[1]
    mention.reach = _reach(items, last)
    mention.is_named = mention.is_named or any(one.is_name for one in items[last + 1 : mention.reach + 1])
    return mention


def _is_surname(head: Item, item: Item) -> bool:
    return not item.word.is_plural and (item.word.group == "people" or head.word.group != "people")


def _is_attribute(items: Sequence[Item], at: int, quantity: _Quantity) -> bool:
    following = items[at + 1] if at + 1 < len(items) else None
    return (
        following is not None
        and not following.comma
        and (following.kind in ("person",) or bool(following.word.tells and following.kind == "word"))
        and (quantity.is_single or quantity.is_counted)
    )


def _complement(items: Sequence[Item], last: int) -> tuple[int, Group | None]:
    """Return the last item of "(members) of the banned wing of Lashkar", and the group it tells."""
    tell: Group | None = None
    begin = last
    while last + 1 < len(items) and items[last + 1].kind == "of" and not items[last + 1].comma and last - begin < LONGEST:
        at = last + 2
        while at < len(items) and items[at].kind in _COMPLEMENT and (at == last + 2 or not items[at].comma):
            item = items[at]
            tell = tell or item.word.tells
            if item.kind == "person" and item.word.group != "people":
                tell = tell or item.word.group
            at += 1
        if at == last + 2:
            break
        last = at - 1
    return last, tell


def _names_lead_to_people(items: Sequence[Item], of: int) -> bool:
    """Tell whether "of" stands inside a name before the noun: "Islamic Movement of India (SIMI) members"."""
    at = of + 1
    if not (at < len(items) and items[at].is_name):
        return False
    while at < len(items) and at - of < LONGEST and items[at].kind in ("word", "aside") and not items[at].comma:
        at += 1
    return at < len(items) and items[at].kind == "person" and not items[at].comma


def _reach(items: Sequence[Item], last: int) -> int:
    """Return the last item of what is said of people behind their noun, up to a verb."""
    at = last + 1
    while at < len(items):
        item = items[at]
        if item.hard or item.kind not in ("aside", "named", "aged", "age"):
            break
        at += 1
        if item.kind in ("aside", "age"):
            continue
        while at < len(items) and not items[at].comma and not items[at].hard and (
            items[at].kind in ("word", "person", "number", "figure", "definite", "of", "one", "aside", "things", "others")
            or (items[at].kind == "and" and at + 1 < len(items) and items[at + 1].is_name)
        ):
            at += 1
    return at - 1

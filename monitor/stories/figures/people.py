"""The people that a sentence mentions: how many, in which words, of which group.

Noun phrases are read left to right: number, words, a noun for people, what follows it. What happened to the people is
not known here, but for what is said inside the phrase: "two wounded soldiers", "12 deaths".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from monitor.model import Casualty, Group, Modifier
from monitor.stories.figures.quantities import Quantity, quantity
from monitor.stories.figures.reading import Item

LONGEST = 12
"""Items of one noun phrase."""

ADULT = 18

_BEGINNINGS = frozenset(
    (
        "age", "a_total", "another", "bands", "between", "both", "definite", "modifier", "nobody", "none", "number",
        "one", "outcome", "others", "person", "some", "vague", "word",
    )
)  # fmt: skip
_COUNTABLE = frozenset(("counts", "verbs", "before"))
_RUN = frozenset(("word", "person", "others", "ordinals", "aside", "bands", "age"))
_COMPLEMENT = frozenset(("definite", "one", "word", "person", "aside", "things", "adverbs", "figure"))
_DESCRIBING = frozenset(("aside", "named", "aged", "age"))
_DESCRIBED_BY = frozenset(
    ("word", "person", "number", "figure", "definite", "of", "one", "aside", "things", "others", "age")
)


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
    """None where nothing tells it."""
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
    shares_title: bool = False
    """A title before another name is its title too."""
    head: str = ""
    outcomes: dict[Casualty, int] = field(default_factory=dict)
    """What happened to them, with the item that says so."""


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
        return _Phrase(items, at, at, Quantity(None, at)).mention()
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
        return _Phrase(items, start, at, how_many).mention()
    if items[at].kind == "theirs":
        if at + 1 < len(items) and items[at + 1].kind == "person" and not items[at + 1].comma:
            return _Phrase(items, start, at + 1, how_many).mention()  # "two of them women"
        return _those(start, at, how_many) if how_many.is_counted and not how_many.is_definite else None
    inner = at + 1
    while inner < len(items) and items[inner].kind in ("definite", "some"):
        inner += 1
    if inner == len(items):
        return None
    if items[at - 1].kind == "vague" and inner == at + 1 and not _COUNTABLE.isdisjoint(items[inner].word.takes):
        # "dozens of deaths"
        if "counts" in items[inner].word.takes:
            return _Phrase(items, start, inner, how_many).mention()
        bare = Mention(start, at - 1, at, how_many.count, how_many.count_max, how_many.modifier, at, is_open=True)
        return bare if how_many.is_counted else None
    if items[inner].kind == "number":  # "120 of the 137 passengers"
        inner += 1
    if inner + 1 < len(items) and "verbs" in items[inner].word.takes and items[inner + 1].kind == "person":
        inner += 1  # "one of the injured policemen"
    if inner < len(items) and items[inner].kind in _RUN:
        return _Phrase(items, start, inner, how_many, is_part=True).mention()
    if items[inner - 1].kind == "definite" and "verbs" in items[inner].word.takes:
        return _those(start, inner, how_many)  # "one of the injured"
    return None  # "five of the houses", and "three of those arrested", who were told of before


def _those(start: int, last: int, quantity: Quantity) -> Mention:
    mention = Mention(start, last, last, quantity.count, quantity.count_max, quantity.modifier, last + 1)
    mention.is_others = mention.is_definite = True
    return mention


class _Phrase:
    """The words of one noun phrase behind its quantity."""

    def __init__(
        self, items: Sequence[Item], start: int, at: int, how_many: Quantity, *, is_part: bool = False
    ) -> None:
        self.items = items
        self.start = start
        self.at = at
        self.how_many = how_many
        self.is_bare = at == start
        """No number or article begins it."""
        self.is_part = is_part
        self.head: int | None = None
        self.tells: Group | None = None
        self.age: int | None = None
        self.names = 0
        self.is_others = how_many.is_others
        self.is_thing = False
        self.attribute: tuple[Casualty, int] | None = None
        self.end = at
        while self.end < len(items) and self.end - at < LONGEST and self._goes_on(items[self.end]):
            self.end += 1

    def _goes_on(self, item: Item) -> bool:
        """Tell whether an item still belongs to the phrase, and take in what it says."""
        at = self.end
        if (at > self.at or not self.is_bare) and (item.hard or (item.comma and item.kind != "aside")):
            return False
        match item.kind:
            case "person":
                return self._take_person(item)
            case "bands" if self.how_many.count in (None, 1):
                self.head = at
            case "others":
                self.is_others = True
            case "ordinals" if self.how_many.is_single:
                self.is_others = True
            case "aside":
                self.tells = self.tells or item.word.tells
                return at > self.at or self.how_many.is_counted
            case "age":
                self.age = at
            case "of":
                return _names_lead_to_people(self.items, at)
            case "labels" if item.word.tells and self.how_many.is_counted:
                self.tells = self.tells or item.word.tells
            case "word":
                if self.is_bare and self.head is None and self.names and not item.is_name:
                    return False  # a name ends where its capitals do
                if self.head is not None and self.head < at - 1 and self.items[at - 1].is_name and not item.is_name:
                    return False
                self.tells = self.tells or item.word.tells
                self.names += item.is_name
            case "things":
                return self._take_thing()
            case "adverbs":
                return self.head is None and at + 1 < len(self.items) and self.items[at + 1].kind in _RUN
            case "outcome":
                return self.head is None and self._take_attribute(item)
            case _:
                return False
        return True

    def _take_person(self, item: Item) -> bool:
        if self.head is not None and item.is_capital and _is_surname(self.items[self.head], item):
            item.is_name = True  # a people's or a rank's name that a person bears
            self.tells = self.tells or item.word.tells  # "a woman Maoist"
        else:
            self.head = self.end
            self.tells = item.word.tells or self.tells
        return True

    def _take_thing(self) -> bool:
        self.is_thing = True
        for one in self.items[self.end + 1 : self.end + 4]:
            if one.kind == "person":
                return True  # "two bus passengers"
            if one.kind == "outcome":
                break
        if self.head is not None and (self.end == self.head + 1 or not self.items[self.head].word.is_plural):
            self.head = None  # "a police station"
        return False

    def _take_attribute(self, item: Item) -> bool:
        """Take in "wounded" of "two wounded soldiers"."""
        following = self.items[self.end + 1] if self.end + 1 < len(self.items) else None
        if following is None or following.comma or following.hard or "counts" in item.word.takes:
            return False
        if not (self.how_many.is_single or self.how_many.is_counted):
            return False
        if following.kind != "person" and not (following.kind == "word" and following.word.tells):
            return False
        form, outcome = next(iter(item.word.takes.items()))
        if form == "behind":
            return False  # "the van injuring inspector Khan"
        if form == "verbs" or outcome == "missing":
            self.attribute = outcome, self.end
        return True

    def mention(self) -> Mention | None:
        """Return the people of the phrase; None where it speaks of something else."""
        noun = self.items[self.end] if self.end < len(self.items) else None
        if noun is not None and not noun.comma and "counts" in noun.word.takes and not self.is_bare:
            if self.start and self.items[self.start - 1].kind == "suffering" and "acts" in noun.word.takes:
                return None  # "sustained two wounds"
            if self.head in (None, self.end - 1) and (self.how_many.is_counted or self.how_many.is_none):
                return self._of_counted_noun(noun)
        if self.head is not None:
            return self._of_noun(self.head)
        if self.is_thing and not self.is_others:
            return None
        return self._of_others() if self.is_others else self._of_unknown()

    def _of_counted_noun(self, noun: Item) -> Mention:
        """Return the people of "12 civilian deaths"."""
        mention = self._as_mention(self.end, self.how_many)
        mention.who = self.end + 1
        mention.group = self.tells
        if self.head is not None and self.items[self.head].word.group != "people":
            mention.group = self.items[self.head].word.group
        mention.head = noun.folded
        mention.outcomes[noun.word.takes["counts"]] = self.end
        return mention

    def _of_noun(self, head: int) -> Mention | None:
        person = self.items[head].word
        last = head
        while last + 1 < self.end and (self.items[last + 1].is_name or self.items[last + 1].kind == "aside"):
            last += 1
        is_named = any(one.is_name for one in self.items[head + 1 : last + 1])
        has_more = last + 1 < self.end and self.items[last + 1].kind == "word"
        if self._owns(last) or (
            not self.how_many.is_counted
            and has_more
            and not is_named
            and person.group == "people"
            and self.items[head].is_capital
        ):
            return None  # "the driver's house", "Syrian air defences"
        how_many = self._how_many(head, is_named=is_named)
        if how_many is None:
            return None
        last, of_whom = _complement(self.items, last)
        mention = self._as_mention(last, how_many)
        mention.reach = _reach(self.items, last)
        mention.is_named = is_named or any(one.is_name for one in self.items[last + 1 : mention.reach + 1])
        mention.is_compound = has_more and not is_named
        mention.head = self.items[head].folded
        mention.group = person.group
        if person.is_kin and of_whom is not None:
            of_whom = "civilians"
        if person.group == "people" or person.is_office:
            mention.group = self.tells or of_whom or person.group
        elif person.group == "security" and of_whom == "militants":
            mention.group = "militants"  # "a sergeant of the Liberation Front"
        elif person.group == "civilians" and self.tells == "militants":
            mention.group = "militants"
        if self.attribute is not None and not mention.is_definite:
            outcome, at = self.attribute
            mention.outcomes[outcome] = at
        return mention

    def _how_many(self, head: int, *, is_named: bool) -> Quantity | None:
        """Return how many the noun makes it; None where the quantity is not of it."""
        how_many, person = self.how_many, self.items[head].word
        if self.is_bare:  # no article: a headline, a title before a name ("constables Abdul and Karim"), or many
            is_single = is_named or not (person.is_plural or (person.is_either and self.age is None))
            return replace(how_many, count=(person.count or 1) if is_single else None, is_single=is_single)
        if self.items[head].kind == "bands":
            return replace(how_many, count=person.count, is_single=False)
        if how_many.is_single and person.is_plural and not self.is_part and not is_named:
            return replace(how_many, count=None)
        if how_many.is_definite and person.count and not how_many.is_counted:
            return replace(how_many, count=person.count, is_single=False)  # one word for two
        if how_many.is_definite and how_many.count == 2 and not (person.is_plural or person.is_either):
            return None  # "both Honduran and ..."
        return how_many

    def _of_others(self) -> Mention | None:
        """Return "eight others", and whom no other noun tells."""
        if self._owns(self.end - 1):
            return None
        mention = self._as_mention(max(self.end - 1, self.start), self.how_many)
        mention.group = self.tells
        return mention

    def _of_unknown(self) -> Mention | None:
        """Return a name, a bare number, somebody of whom only the age is told, or people of an unknown noun."""
        last = max(self.end - 1, self.start)
        is_titled = (
            self.names > 0 and not self.items[self.at].is_name and self.items[last].is_name and not self.tells
        )  # "the follower Rafiq Mir"
        is_name = self.names > 0 and (self.is_bare or (self.how_many.is_definite and is_titled))
        if self.how_many.is_none or self._owns(last):
            return None
        if self.age is not None and self.how_many.is_single and not self.names:
            mention = self._as_mention(self.age, self.how_many)
            mention.group = "civilians" if 0 < self.items[self.age].count < ADULT else "people"
            return mention
        if is_name:
            if self.tells or any(one.kind == "aside" and one.is_capital for one in self.items[self.at : self.end]):
                return None  # an organisation, with its letters in brackets
            mention = self._as_mention(last, replace(self.how_many, count=1, is_single=True))
            mention.is_name = mention.is_named = True
            end, of_whom = _complement(self.items, last)
            mention.reach = _reach(self.items, end)
            if not any(one.kind == "things" for one in self.items[last + 1 : end + 1]):
                mention.group = of_whom  # "Khan of the Frontier Corps"
            return mention
        if self.is_bare or (self.how_many.is_definite and not self.how_many.is_counted):
            return None
        if self.end == self.at and not self.how_many.is_counted:
            several = self.how_many.count is None
            return Mention(self.start, self.start, self.start, None, is_others=True) if several else None
        mention = self._as_mention(last, self.how_many)
        mention.group = self.tells
        mention.is_open = True
        mention.reach = _reach(self.items, last)
        return mention

    def _as_mention(self, last: int, how_many: Quantity) -> Mention:
        behind = self.items[last + 1] if last + 1 < len(self.items) else None
        modifier = behind.word.modifier if behind is not None and behind.kind == "modifier_behind" else None
        return Mention(
            self.start,
            last,
            last,
            how_many.count,
            how_many.count_max,
            modifier or how_many.modifier,
            self.at,
            is_definite=how_many.is_definite,
            is_single=how_many.is_single,
            is_others=self.is_others,
        )

    def _owns(self, last: int) -> bool:
        """Tell whether somebody's house or wife is spoken of; older texts lose the apostrophe of "the driver s"."""
        if self.items[last].owns:
            return True
        return last + 1 < len(self.items) and self.items[last + 1].folded == "s" and not self.items[last + 1].comma


def _is_surname(head: Item, item: Item) -> bool:
    return not item.word.is_plural and (item.word.group == "people" or head.word.group != "people")


def _complement(items: Sequence[Item], last: int) -> tuple[int, Group | None]:
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


def _names_lead_to_people(items: Sequence[Item], of: int) -> bool:
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


def _reach(items: Sequence[Item], last: int) -> int:
    """Return the last item of what is said of people behind their noun, up to a verb."""
    at = last + 1
    while at < len(items):
        item = items[at]
        if item.hard or item.kind not in ("aside", "named", "aged", "age", "modifier_behind"):
            break
        at += 1
        if item.kind in ("aside", "age", "modifier_behind"):
            continue
        while (
            at < len(items)
            and not items[at].comma
            and not items[at].hard
            and (
                items[at].kind
                in ("word", "person", "number", "figure", "definite", "of", "one", "aside", "things", "others")
                or (items[at].kind == "and" and at + 1 < len(items) and items[at + 1].is_name)
            )
        ):
            at += 1
    return at - 1

"""A noun phrase of people, read left to right behind its quantity: words, a noun, what follows it.

What happened to the people is not known here, but for what is said inside: "two wounded soldiers", "12 deaths".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from monitor.model import Casualty, Group
from monitor.stories.figures.complements import LONGEST, complement, names_lead_to_people, reach
from monitor.stories.figures.mentions import Mention
from monitor.stories.figures.quantities import Quantity
from monitor.stories.figures.reading import Item

ADULT = 18

RUN = frozenset(("word", "person", "others", "ordinals", "aside", "bands", "age"))
"""What may stand before the noun."""


class Phrase:
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
                return names_lead_to_people(self.items, at)
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
                return self.head is None and at + 1 < len(self.items) and self.items[at + 1].kind in RUN
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
        if "behind" in item.word.takes and "verbs" not in item.word.takes:
            return False  # "the van injuring inspector Khan"
        form, outcome = next(iter(item.word.takes.items()))
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
        last, of_whom = complement(self.items, last)
        mention = self._as_mention(last, how_many)
        mention.reach = reach(self.items, last)
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
        if mention.group == "people" and self.age is not None and 0 < self.items[self.age].count < ADULT:
            mention.group = "civilians"  # "his 2-year-old son"
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
            end, of_whom = complement(self.items, last)
            mention.reach = reach(self.items, end)
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
        mention.reach = reach(self.items, last)
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

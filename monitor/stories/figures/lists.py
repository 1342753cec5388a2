"""The mentions of one sentence, and which of them stand in one list: "two soldiers, a guard and Khan, a trader"."""

from __future__ import annotations

from collections.abc import Container, Sequence
from itertools import pairwise

from monitor.stories.figures.mentions import Mention
from monitor.stories.figures.reading import Item
from monitor.stories.figures.vocabulary import Vocabulary

PLACE = frozenset(("in", "of", "word", "things", "aside", "date", "months", "definite"))
"""What may stand between people and the rest of a list: "two soldiers in Quetta and a guard"."""


class Lists:
    """One sentence: its items and who is mentioned in it."""

    def __init__(
        self, vocabulary: Vocabulary, items: Sequence[Item], found: Sequence[Mention], known: Container[str]
    ) -> None:
        self.vocabulary = vocabulary
        self.items = items
        self.known = known
        """Names of people told of before."""
        self.mentions: list[Mention] = []
        for mention in found:
            if not self.mentions or mention.first > self.mentions[-1].reach:
                self.mentions.append(mention)
        self.number = {id(mention): number for number, mention in enumerate(self.mentions)}
        self.starting = {mention.first: mention for mention in self.mentions}
        self.covering = {at: mention for mention in self.mentions for at in range(mention.first, mention.reach + 1)}
        self._share_titles()
        self.subjects: dict[int, Sequence[Mention]] = {}
        """The people before each outcome word, for the next one that shares them."""
        self.objects: set[int] = set()
        """The mentions, by identity, that an outcome word before them took."""

    def _share_titles(self) -> None:
        """Give the group of a plural title to each of the names behind it: "constables Umar and Ali"."""
        for before, this in pairwise(self.mentions):
            titles = self.items[before.first : before.last] if before.is_single and before.is_named else ()
            if (
                this.is_name
                and this.group is None
                and self.adjoins(before, this)
                and (before.shares_title or any(one.word.is_plural or one.word.is_either for one in titles))
            ):
                this.group, this.shares_title = before.group, True

    def coordinated(self, mention: Mention) -> list[Mention]:
        """Return the mentions of a list that ends with this one; names that only repeat others are left out."""
        found = [mention]
        shared: Mention | None = None
        number = self.number[id(mention)]
        while number > 0:
            this, before = self.mentions[number], self.mentions[number - 1]
            if id(before) in self.objects or not self.adjoins(before, this):
                break
            if before.is_open and not before.is_single and before.last == before.first:
                break
            if before.outcomes and self.items[before.last].word.takes:
                break  # "one dead and two injured"
            if found[-1].who > found[-1].last and found[-1].is_open and before.who <= before.last:
                break  # "60 survivors and 35 dead"
            if before.is_name and number > 1 and self._is_place(self.mentions[number - 2], before):
                break
            if self.kind(before.first - 1) in ("in", "by", "infinitive") or (
                before.is_name and self.kind(before.first - 1) == "definite"
            ):
                break  # "the Ministry of Health, 16 patients"
            if self.kind(before.first - 1) == "including":
                whole = self.covering.get(before.first - 2)
                return [*found, *self.coordinated(whole)] if whole is not None else found
            if not self.has_and(this):
                if not before.is_name and (before.count or 0) > 1 and all(one.is_named for one in found):
                    found.clear()
                elif self.repeats(before, this):
                    self.introduce(before, this)
                    found.remove(this)
                    shared = this if this.count != 1 else None  # "Khan and Umar, both traders"
                elif before.is_single and not any(map(self.has_and, found)):
                    break  # "soldiers retake Noshki, five militants killed"
            if shared is not None and before.is_name:
                self.introduce(before, shared)
            found.append(before)
            number -= 1
        return found

    def adjoins(self, before: Mention, this: Mention) -> bool:
        """Tell whether only a comma or "and" stands between two mentions."""
        begin = before.reach + 1
        while self.vocabulary.is_head_first and begin < this.first and self._is_adjective(begin, before):
            begin += 1
        between = self.items[begin : this.first]
        if len(between) > 3 and between[-1].kind == "and" and all(one.kind in PLACE for one in between[:-1]):
            return before.count is not None and (
                before.first == 0 or self.items[before.first].comma or self.kind(before.first - 1) in ("stops", "who")
            )
        if between and len(between) <= 3 and between[0].comma and all(one.kind == "word" for one in between):
            return this.is_single and this.who == this.first  # "Khan, organising secretary of the party"
        if this.count is None and len(between) == 2 and between[1].kind == "word":
            between = between[:1]  # "drivers and machine operators"
        if any(one.kind not in ("and", "along", "adverbs") for one in between) or len(between) > 2:
            return False
        return any(one.kind in ("and", "along") for one in between) or self.has_comma(before.reach + 1)

    def has_and(self, mention: Mention) -> bool:
        return self.kind(mention.first - 1) in ("and", "along")

    def goes_on(self, following: Mention, this: Mention) -> bool:
        """Tell whether a mention behind a comma belongs to a list or says who the one before is."""
        if self.repeats(this, following):
            return True
        later = self.mentions[self.number[id(following)] + 1 :][:1]
        return bool(later) and self.adjoins(following, later[0])

    def _is_place(self, town: Mention, name: Mention) -> bool:
        """Tell whether a name says where a town lies: "in Half Moon Bay, California"."""
        return town.is_name and self.kind(town.first - 1) == "in" and self.adjoins(town, name)

    def _is_adjective(self, at: int, noun: Mention) -> bool:
        item = self.items[at]
        return item.kind == "word" and not (item.comma or item.hard or item.is_name) and at <= noun.reach + 2

    @staticmethod
    def introduce(name: Mention, title: Mention) -> None:
        if name.is_named and title.group not in (None, "people"):
            name.group = title.group

    @staticmethod
    def repeats(before: Mention, this: Mention) -> bool:
        """Tell whether the second of two mentions, parted by a comma, says who the first one is."""
        if this.is_named:
            return not before.is_named
        return before.is_named and (this.is_single or this.is_definite or this.count is None)

    def kind(self, at: int) -> str:
        return self.items[at].kind if 0 <= at < len(self.items) else ""

    def has_comma(self, at: int) -> bool:
        return at < len(self.items) and self.items[at].comma

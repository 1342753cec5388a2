"""The items of one sentence with its mentions: which people stand before a predicate, and which behind a word.

    two soldiers and a guard, who came late, ← were killed      killed → two soldiers and a guard in Quetta

Knows positions and lists, not what happened to anybody.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from itertools import pairwise

from monitor.stories.figures.people import Mention
from monitor.stories.figures.reading import Item
from monitor.stories.figures.vocabulary import Vocabulary

FARTHEST = 40
"""Items between a predicate and its people."""

PLACE = frozenset(("in", "of", "word", "things", "aside", "date", "months", "definite"))
"""What may stand between people and the rest of a list: "two soldiers in Quetta and a guard"."""

_PREDICATE = frozenset(("adverbs", "be", "being", "have", "not", "not_real", "infinitive", "aside"))
_GOVERNORS = frozenset(("in", "of", "by", "infinitive"))
_RELATIVE = frozenset(("who",))
_ASIDES = frozenset(("who", "named", "including"))
_OPENERS = frozenset(("who", "named", "including", "in", "both", "some", "by", "of"))
_RELATIVE_LENGTH = 14
_LONGEST_PREDICATE = 6


class Row:
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
                and (before.shares_title or any(one.word.is_plural for one in titles))
            ):
                this.group, this.shares_title = before.group, True

    def before(self, begin: int, is_passive: bool) -> list[Mention]:
        """Return the people of whom the predicate that begins there speaks."""
        edge = begin
        at = begin - 1
        lowest = max(-1, begin - FARTHEST)
        if begin < len(self.items) and self.items[begin].hard:
            return []
        while at > lowest:
            item = self.items[at]
            mention = self.covering.get(at)
            if self.has_comma(at + 1) and self.kind(at + 1) not in _OPENERS:
                opener = (self._opener(begin, _RELATIVE) if at == begin - 1 else None) or self._opener(at + 1, _ASIDES)
                if opener is not None:
                    edge, at = opener, opener - 1
                    continue
            if mention is not None and not self._is_nothing(mention, begin, edge):
                governor = self._governor(mention)
                is_governed = governor in _GOVERNORS or governor == "including"
                if governor == "among" or (is_governed and self.kind(at + 1) == "who"):
                    return [mention]
                if governor in _GOVERNORS and not self.items[mention.first].hard:
                    if mention.reach == begin - 1 and not is_passive and mention.count is not None:
                        return [mention]  # "a toll of 9 dead", "the burial of the ten men killed in the attack"
                    at = mention.first - 2
                    continue
                if governor == "including":
                    edge, at = mention.first - 1, mention.first - 2
                    continue
                return self.coordinated(mention)
            if item.word.takes and mention is None:
                if at in self.subjects and self._shares(at, begin):
                    return list(self.subjects[at])
                if (at := self._antecedent(at)) < 0:
                    return []
                continue
            if item.hard:
                return []
            if item.kind in ("stops", "be"):
                opener = self._opener(at + 1) if self.has_comma(begin) else None
                at = opener - 1 if opener is not None else self._antecedent(at)
                continue
            if self.has_comma(at + 1) and item.kind != "who" and (opener := self._opener(at + 1)) is not None:
                at = opener - 1
                continue
            at -= 1
        return []

    def _governor(self, mention: Mention) -> str:
        """Return the kind of the word that governs a mention: "by" in "by suspected militants"."""
        at = mention.first - 1
        while self.kind(at) == "adverbs" and not self.items[at + 1].comma:
            at -= 1
        return self.kind(at)

    def _shares(self, verb: int, begin: int) -> bool:
        """Tell whether a predicate has the people of the one before: "were abducted and later killed"."""
        between = range(verb + 1, begin)
        return not any(at in self.covering for at in between) and (
            not between or self.has_comma(begin) or any(self.items[at].kind == "and" for at in between)
        )

    def _antecedent(self, at: int) -> int:
        """Return the people whom a clause without commas describes: "six persons who were watching"; -1 for none."""
        for who in range(at, max(at - _RELATIVE_LENGTH, 0), -1):
            if self.items[who].kind == "who" and who - 1 in self.covering:
                return who - 1
            if self.items[who].hard:
                break
        return -1

    def _is_nothing(self, mention: Mention, begin: int, edge: int) -> bool:
        """Tell whether what looks like people is too vague to be them so far from the verb."""
        if (
            mention.is_name
            and self.kind(mention.first - 1) in ("word", "things", "of", "by", "in", "definite")
            and (not self.items[mention.first].comma or self.items[mention.first - 1].is_name)
            and self.items[mention.last].folded not in self.known
        ):
            return True  # a place
        if self._is_too_few(mention, begin):
            return True
        return (mention.is_open or mention.is_name) and not (
            mention.reach == edge - 1 or (mention.is_name and self.has_comma(mention.reach + 1))
        )

    def _is_too_few(self, mention: Mention, be: int) -> bool:
        """Tell whether a predicate of many cannot be of one: "two officers who answered a call were killed"."""
        if not mention.is_single or self.items[be].folded not in self.vocabulary.are:
            return False
        number = self.number[id(mention)]
        return number == 0 or not self.adjoins(self.mentions[number - 1], mention)

    def _opener(self, behind: int, openers: frozenset[str] = _OPENERS) -> int | None:
        """Return where the insertion begins that a comma closes before an item: ", who came late,"."""
        has_verb = False
        for at in range(behind - 1, max(behind - FARTHEST, 0), -1):
            item = self.items[at]
            if item.comma and item.kind in openers and (not has_verb or item.kind == "who"):
                return at
            if item.hard:
                return None
            if item.kind == "who":
                has_verb = False  # it was that clause's own
            has_verb = has_verb or item.kind == "be" or (bool(item.word.takes) and at not in self.covering)
        return None

    def coordinated(self, mention: Mention) -> list[Mention]:
        """Return the mentions of a list that ends with this one; names that only repeat others are left out."""
        found = [mention]
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
            if not self._has_and(this):
                if not before.is_name and (before.count or 0) > 1 and all(one.is_named for one in found):
                    found.clear()
                elif self._repeats(before, this):
                    self._introduce(before, this)
                    found.remove(this)
                elif before.is_single and not any(map(self._has_and, found)):
                    break  # "soldiers retake Noshki, five militants killed"
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

    def _has_and(self, mention: Mention) -> bool:
        return self.kind(mention.first - 1) in ("and", "along")

    def _goes_on(self, following: Mention, this: Mention) -> bool:
        """Tell whether a mention behind a comma belongs to a list or says who the one before is."""
        if self._repeats(this, following):
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
    def _introduce(name: Mention, title: Mention) -> None:
        if name.is_named and title.group not in (None, "people"):
            name.group = title.group

    @staticmethod
    def _repeats(before: Mention, this: Mention) -> bool:
        """Tell whether the second of two mentions, parted by a comma, says who the first one is."""
        if this.is_named:
            return not before.is_named
        return before.is_named and (this.is_single or this.is_definite or this.count is None)

    def behind(self, at: int, *, is_subject: bool = False) -> list[Mention]:
        """Return the people that stand behind an outcome word, from an item on.

        A predicate that follows takes them away, unless the outcome word is its subject: "the murder of two was …".
        """
        at = self._first_behind(self.shared(at))
        mention = self.starting.get(at)
        if mention is None or (mention.is_open and mention.is_single) or (self.is_subject(mention) and not is_subject):
            return []
        found, this, is_title = [mention], mention, False
        while (number := self.number[id(this)] + 1) < len(self.mentions):
            following = self.mentions[number]
            if not self.adjoins(this, following):
                break
            if self.is_subject(following) and not (is_subject and self.kind(following.first - 1) == "and"):
                break
            if this.reach > this.last and self.kind(this.last + 1) == "named":
                break
            if not self._has_and(following) and following.is_single and not self._goes_on(following, this):
                break  # "killed two men, an official said"
            if not self._has_and(following) and self._repeats(this, following):
                self._introduce(this, following)
                if this.count != 1:
                    break
                this, is_title = following, True
                continue
            if is_title and following.who == following.first and not following.is_named:
                break  # "Khan, a student and member of the party"
            is_title = False
            found.append(following)
            this = following
        return found

    def shared(self, at: int) -> int:
        """Return where the people stand that two outcome words share: "shooting and killing two men"."""
        if self.kind(at) == "and" and at + 1 < len(self.items) and self.items[at + 1].word.takes:
            return at + 2
        return at

    def _first_behind(self, at: int) -> int:
        """Return the item behind an outcome word with which its people begin, past what may stand between."""
        skipped = 0
        while at < len(self.items) and at not in self.starting and not self.items[at].hard:
            item = self.items[at]
            if item.comma or skipped > 3:
                return -1
            if item.kind == "pronouns" and self.kind(at + 1) in ("and", "along"):  # "injuring him and eight others"
                at += 1
            elif item.kind == "in" and not skipped:  # "at gunpoint", "on November 8"
                skipped = 2
            elif item.kind in ("word", "date", "months") or (item.kind == "things" and item.word.tells):
                skipped += 1
            elif item.kind not in ("adverbs", "aside"):
                return -1
            at += 1
        if at < len(self.items) and self.items[at].hard:
            return -1
        if (
            skipped
            and (mention := self.starting.get(at)) is not None
            and (mention.is_open or mention.is_others or mention.is_name)
        ):
            return -1
        return at

    def is_subject(self, mention: Mention) -> bool:
        """Tell whether a predicate follows that will take the mention."""
        at = mention.reach + 1
        while at < len(self.items) and at <= mention.reach + 6 and not self.items[at].hard:
            item = self.items[at]
            if item.kind in ("be", "have"):
                return not self._is_too_few(mention, at) and any(
                    one.word.takes for one in self.items[at + 1 : at + _LONGEST_PREDICATE]
                )
            if item.word.takes and at not in self.covering:
                return (
                    not {"verbs", "before", "weak", "loose"}.isdisjoint(item.word.takes)
                    and self.starting.get(at + 1) is None
                )
            if item.kind not in ("adverbs", "aside") or item.comma:
                return False
            at += 1
        return False

    def predicate(self, at: int) -> tuple[int, bool, bool]:
        """Return where the verb's group begins, whether it is passive, and whether it tells what happened."""
        begin = at
        is_passive, is_real = False, True
        while begin > 0 and begin - 1 not in self.covering and not self.items[begin].hard:
            before = self.items[begin - 1]
            is_adverb = before.kind in ("word", "stops") and self.kind(begin - 2) in ("be", "have")
            if before.kind in ("date", "months") and any(self.kind(begin - back) == "be" for back in (3, 4)):
                is_adverb = True  # "were on July 27 injured"
            if before.kind == "in" and self.kind(begin - 2) == "be" and self.kind(begin) in ("date", "months"):
                is_adverb = True
            if before.kind not in _PREDICATE and not is_adverb:  # "were cowardly shot", "had since been freed"
                break
            begin -= 1
            kind = self.items[begin].kind
            is_passive = is_passive or kind == "be"
            is_real = is_real and kind not in ("not", "not_real")
        kinds = [one.kind for one in self.items[begin:at]]
        return begin, is_passive, is_real and ("infinitive" not in kinds or "have" in kinds)

    def kind(self, at: int) -> str:
        return self.items[at].kind if 0 <= at < len(self.items) else ""

    def has_comma(self, at: int) -> bool:
        return at < len(self.items) and self.items[at].comma

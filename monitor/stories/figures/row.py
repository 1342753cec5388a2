"""The items of one sentence with its mentions: which people stand before a predicate, and which behind a word.

    two soldiers and a guard, who came late, ← were killed      killed → two soldiers and a guard in Quetta

Knows positions and lists, not what happened to anybody.
"""

from __future__ import annotations

from monitor.stories.figures.lists import Lists
from monitor.stories.figures.mentions import Mention

FARTHEST = 40
"""Items between a predicate and its people."""

_PREDICATE = frozenset(("adverbs", "be", "being", "have", "not", "not_real", "infinitive", "aside"))
_GOVERNORS = frozenset(("in", "of", "by", "infinitive"))
_RELATIVE = frozenset(("who",))
_ASIDES = frozenset(("who", "named", "including"))
_OPENERS = frozenset(("who", "named", "including", "in", "both", "some", "by", "of"))
_RELATIVE_LENGTH = 14
_LONGEST_PREDICATE = 6


class Row(Lists):
    """One sentence, as its predicates see it."""

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
            if following.is_name and this.is_named and (this.count or 0) > 1:
                break  # "three men Khan, Umar and Ali"
            if following.is_others and following.is_definite and not self.has_and(following):
                break  # "ten persons, four of them seriously"
            if not self.has_and(following) and following.is_single and not self.goes_on(following, this):
                break  # "killed two men, an official said"
            if not self.has_and(following) and self.repeats(this, following):
                self.introduce(this, following)
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

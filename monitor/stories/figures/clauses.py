"""What happened to the people of a sentence: outcome words take the people before or behind them.

    two soldiers and a guard ← were killed      killed → two soldiers and a guard      the murder → of two soldiers

Knows items and mentions, not the words of any language.
"""

from __future__ import annotations

from collections.abc import Container, Sequence

from monitor.model import Casualty
from monitor.stories.figures.people import Mention
from monitor.stories.figures.reading import Item
from monitor.stories.figures.vocabulary import Vocabulary

FARTHEST = 40
"""Items between an outcome word and its people."""

_PREDICATE = frozenset(("adverbs", "be", "being", "have", "not", "not_real", "infinitive", "aside"))
_GOVERNORS = frozenset(("in", "of", "by", "infinitive"))
_RELATIVE = frozenset(("who",))
_ASIDES = frozenset(("who", "named", "including"))
_OPENERS = frozenset(("who", "named", "including", "in", "both", "some", "by", "of"))
_RELATIVE_LENGTH = 14
_NONE_LENGTH = 7
_PLACE = frozenset(("in", "of", "word", "things", "aside", "date", "months", "definite"))
_BODILY = frozenset(("killed", "injured", "abducted"))


class Clauses:
    """The outcome words of one sentence, linked with its mentions."""

    def __init__(
        self, vocabulary: Vocabulary, items: Sequence[Item], found: Sequence[Mention], known: Container[str]
    ) -> None:
        self.vocabulary = vocabulary
        self.known = known
        """Names of people told of before."""
        self.items = items
        self.mentions: list[Mention] = []
        for mention in found:
            if not self.mentions or mention.first > self.mentions[-1].reach:
                self.mentions.append(mention)
        self.number = {id(mention): number for number, mention in enumerate(self.mentions)}
        self.starting = {mention.first: mention for mention in self.mentions}
        self.covering = {at: mention for mention in self.mentions for at in range(mention.first, mention.reach + 1)}
        self.subjects: dict[int, list[Mention]] = {}
        """The people before each outcome word, for the next one that shares them."""
        self.objects: set[int] = set()
        self.weak: set[tuple[int, Casualty]] = set()

    def link(self) -> None:
        """Write into each mention what happened to its people."""
        for at, item in enumerate(self.items):
            if item.word.takes and at not in self.covering:
                self._read_outcome(at, item)
            elif item.word.takes and "tolls" in item.word.takes:
                self._toll(at, item.word.takes["tolls"])
        self._parts()
        for mention in self.mentions:
            if len(mention.outcomes) > 1:
                for outcome in [one for one in mention.outcomes if (id(mention), one) in self.weak]:
                    del mention.outcomes[outcome]

    # --- one outcome word ------------------------------------------------------------------------------------------

    def _read_outcome(self, at: int, item: Item) -> None:
        takes = item.word.takes
        if "tolls" in takes and self._toll(at, takes["tolls"]):
            return
        for form in ("acts", "weak_acts", "bodies"):
            if form in takes and self._kind(at + 1) == "of":
                self._act(at, form, takes[form])
                return
        if "counts" in takes and self._none(at, takes["counts"]):
            return
        if self._suffered(at, item.folded):
            return
        begin, is_passive, is_real = self._predicate(at)
        if self._kind(at - 1) == "definite":
            outcome = takes.get("verbs") or takes.get("before")
            behind = at + 1
            while self._kind(behind) == "adverbs":
                behind += 1
            if outcome and self._kind(at - 2) == "among":
                self._give(self._among(at), outcome, at)
            elif outcome and self._kind(behind) == "including":  # "the dead included two women"
                self._give([one for one in self._behind(behind + 1) if not one.is_named], outcome, at)
            return
        if not is_real:
            return
        for form in ("verbs", "weak", "loose"):
            if form in takes:
                self._verb(at, begin, is_passive, takes[form], is_weak=form == "weak")
                return
        if "behind" in takes and not ("acts" in takes and self._is_noun(at)):
            self._give(self._behind(at + 1), takes["behind"], at, as_objects=True)
        elif "before" in takes:
            before = self._before(begin, is_passive)
            self._give(before or self._described(at), takes["before"], at, as_subjects=True)

    def _act(self, at: int, form: str, outcome: Casualty) -> None:
        people = self._behind(at + 2, is_subject=True)
        if people and people[0].is_name and people[0].last == people[0].first:
            return  # "the death of CDs"
        if form == "bodies" and any(one.is_named or one.is_definite for one in people):
            return  # told of before
        self._give(people, outcome, at, is_weak=form == "weak_acts")

    def _none(self, at: int, outcome: Casualty) -> bool:
        """Link "no" or "not" with what is counted farther on: "did not cause any casualties"."""
        for before in range(at - 1, max(at - _NONE_LENGTH, -1), -1):
            item = self.items[before]
            if item.kind in ("none", "not"):
                mention = Mention(before, at, at, 0, who=before + 1, group="people", head=self.items[at].folded)
                mention.outcomes[outcome] = at
                self.mentions.append(mention)
                return True
            if item.kind not in ("word", "adverbs", "and", "have", "of", "range", "things", "some", "person") or item.hard:
                break
        return False

    def _verb(self, at: int, begin: int, is_passive: bool, outcome: Casualty, *, is_weak: bool) -> None:
        has_being = any(one.kind == "being" for one in self.items[begin:at])
        behind = [] if is_passive or has_being or self._kind(at + 1) == "by" else self._behind(at + 1)
        if behind and not (behind[0].first == at + 1 and self.items[at + 1].comma):
            self._give(behind, outcome, at, is_weak=is_weak, as_objects=True)
            return
        if not is_passive and not has_being and self._kind(self._shared(at + 1)) in ("definite", "pronouns"):
            return  # it has an object, of whom no number is told
        if not is_passive and any(one.kind == "have" for one in self.items[begin:at]):
            return  # it did so to somebody else
        before = self._before(begin, is_passive)
        if before:
            self._give(before, outcome, at, is_weak=is_weak, as_subjects=True)
        elif not is_passive:
            self._give(self._inverted(at), outcome, at)

    def _predicate(self, at: int) -> tuple[int, bool, bool]:
        """Return where the verb's group begins, whether it is passive, and whether it tells what happened."""
        begin = at
        is_passive, is_real = False, True
        while begin > 0 and begin - 1 not in self.covering and not self.items[begin].hard:
            before = self.items[begin - 1]
            is_adverb = before.kind in ("word", "stops") and self._kind(begin - 2) in ("be", "have")
            if before.kind not in _PREDICATE and not is_adverb:  # "were cowardly shot", "had since been freed"
                break
            begin -= 1
            kind = self.items[begin].kind
            is_passive = is_passive or kind == "be"
            if kind == "infinitive":
                is_real = is_real and any(one.kind == "have" for one in self.items[begin:at])
            is_real = is_real and kind not in ("not", "not_real")
        return begin, is_passive, is_real

    def _among(self, at: int) -> list[Mention]:
        """Return the people of "two girls were among the wounded" and "among the wounded were two girls"."""
        if self._kind(at + 1) == "be":
            people = self._behind(at + 2)
        else:
            people = self._before(self._predicate(at - 2)[0], True)
        return [one for one in people if not one.is_named]

    def _described(self, at: int) -> list[Mention]:
        """Return the person of "missing teenager Ali", whom no article makes one that was told of before."""
        mention = self.starting.get(at + 1)
        if mention is None or self.items[mention.first].comma or mention.who != mention.first:
            return []
        return [mention] if mention.is_single and not mention.is_open and not mention.is_compound else []

    def _is_noun(self, at: int) -> bool:
        """Tell whether an article before it makes a noun of a word: "the heinous killing"."""
        while at > 0 and not self.items[at].hard and self.items[at - 1].kind in ("word", "definite", "one"):
            at -= 1
            if self.items[at].kind != "word":
                return True
        return False

    def _toll(self, at: int, outcome: Casualty) -> bool:
        for behind in range(at + 1, min(at + 25, len(self.items))):
            item = self.items[behind]
            mention = self.starting.get(behind)
            if item.hard or (item.word.takes and mention is None) or item.kind in ("stops", "who"):
                return False
            if mention is not None and mention.count is not None and not mention.is_single:
                if self._is_subject(mention):
                    return False
                self._give([mention], outcome, at)
                return True
        return False

    def _suffered(self, at: int, noun: str) -> bool:
        """Link "sustained serious injuries", whose verb alone tells nothing."""
        for outcome, verbs, nouns in self.vocabulary.suffering:
            if noun not in nouns:
                continue
            for verb in range(at - 1, max(at - 6, -1), -1):
                if self.items[verb].folded in verbs:
                    break
                if self.items[verb].kind in ("number", "stops", "outcome"):
                    return False
            else:
                continue
            begin = verb
            for be in range(verb - 1, max(verb - 8, -1), -1):
                if be in self.covering or self.items[be].hard or self.items[be].kind in ("stops", "outcome"):
                    break
                if self.items[be].kind in ("be", "have"):
                    begin = be
                    break
            if begin == verb and self.items[verb].kind == "in":
                return False  # "a man with serious injuries" may be spoken of for anything
            begin, _, is_real = self._predicate(begin)
            if is_real:
                self._give(self._before(begin, True), outcome, at, as_subjects=True)
            return True
        return False

    def _give(
        self,
        mentions: Sequence[Mention],
        outcome: Casualty,
        at: int,
        *,
        is_weak: bool = False,
        as_subjects: bool = False,
        as_objects: bool = False,
    ) -> None:
        mentions = [*mentions, *self._gapped(mentions, at)]
        if as_subjects:
            self.subjects[at] = mentions
        for mention in mentions:
            if as_objects:
                self.objects.add(id(mention))
            if mention.count is None or outcome in mention.outcomes or not self._suffers(mention, outcome, at):
                continue
            mention.outcomes[outcome] = at
            if is_weak:
                self.weak.add((id(mention), outcome))

    def _gapped(self, mentions: Sequence[Mention], at: int) -> list[Mention]:
        """Return the bare number that shares all that was said: "arrested 16 in Dhaka and 42 in Karachi"."""
        if not mentions:
            return []
        place = max(mentions[-1].reach, at) + 1
        behind = place
        while self._kind(behind) in _PLACE and behind - place < 6 and not self.items[behind].hard:
            behind += 1
        this = self.starting.get(behind + 1)
        if self._kind(place) != "in" or self._kind(behind) != "and" or this is None or self._kind(this.reach + 1) != "in":
            return []
        if not this.is_open or this.who <= this.last:
            return []
        this.group = mentions[-1].group
        return [this]

    def _suffers(self, mention: Mention, outcome: Casualty, at: int) -> bool:
        if mention.is_open:
            if outcome in self.vocabulary.weak and mention.last > mention.first:
                return False
            if mention.is_single and (outcome not in _BODILY or "weak" in self.items[at].word.takes):
                return False
        if "loose" in self.items[at].word.takes and (mention.is_open or (mention.is_name and not mention.is_named)):
            return False
        if outcome in self.vocabulary.weak and (
            (mention.is_name and id(mention) in self.objects) or (mention.is_single and mention.is_compound)
        ):
            return False
        if outcome == "displaced" and (mention.is_single or mention.is_open or mention.is_others or mention.group in ("militants", "security")):
            return False  # who fled
        if mention.is_definite and mention.is_single and mention.head in self.vocabulary.again:
            return mention.reach > mention.last
        return not (outcome == "killed" and mention.is_single and mention.head in self.vocabulary.own_death)

    # --- the people before it ----------------------------------------------------------------------------------------

    def _before(self, begin: int, is_passive: bool) -> list[Mention]:
        """Return the people of whom the predicate that begins there speaks."""
        at = begin - 1
        lowest = max(-1, begin - FARTHEST)
        if begin < len(self.items) and self.items[begin].hard:
            return []
        while at > lowest:
            item = self.items[at]
            mention = self.covering.get(at)
            if self._has_comma(at + 1) and self._kind(at + 1) not in _OPENERS:
                opener = (self._opener(begin, _RELATIVE) if at == begin - 1 else None) or self._opener(at + 1, _ASIDES)
                if opener is not None:
                    at = opener - 1
                    continue
            if mention is not None and not self._is_nothing(mention, begin):
                governor = self._kind(mention.first - 1)
                if governor == "among" or (governor == "of" and self._kind(at + 1) == "who"):
                    return [mention]
                if governor in _GOVERNORS and not self._begins_clause(mention.first):
                    if mention.reach == begin - 1 and not is_passive and governor == "in":
                        return [mention]
                    at = mention.first - 2
                    continue
                if governor == "including":
                    at = mention.first - 2
                    continue
                return self._coordinated(mention, is_closed=self._has_comma(begin))
            if item.word.takes and mention is None:
                if at in self.subjects and all(one not in self.covering for one in range(at + 1, begin)):
                    return self.subjects[at]
                if (at := self._antecedent(at)) < 0:
                    return []
                continue
            if item.hard:
                return []
            if item.kind in ("stops", "be"):
                opener = self._opener(at + 1) if self._has_comma(begin) else None
                at = opener - 1 if opener is not None else self._antecedent(at)
                continue
            if self._has_comma(at + 1) and item.kind != "who" and (opener := self._opener(at + 1)) is not None:
                at = opener - 1
                continue
            at -= 1
        return []

    def _antecedent(self, at: int) -> int:
        """Return the people whom a clause without commas describes: "six persons who were watching"; -1 for none."""
        for who in range(at, max(at - _RELATIVE_LENGTH, 0), -1):
            if self.items[who].kind == "who" and who - 1 in self.covering:
                return who - 1
            if self.items[who].hard or self.items[who].kind == "stops":
                break
        return -1

    def _is_nothing(self, mention: Mention, begin: int) -> bool:
        """Tell whether what looks like people is too vague to be them so far from the verb."""
        if (
            mention.is_name
            and self._kind(mention.first - 1) in ("word", "of", "by", "in")
            and self.items[mention.last].folded not in self.known
        ):
            return True  # a place
        return (mention.is_open or mention.is_name) and not (
            mention.reach == begin - 1 or (mention.is_name and self._has_comma(mention.reach + 1))
        )

    def _begins_clause(self, at: int) -> bool:
        return self.items[at].hard

    def _opener(self, behind: int, openers: frozenset[str] = _OPENERS) -> int | None:
        """Return where the insertion begins that a comma closes before an item: ", who came late,"."""
        has_verb = False
        for at in range(behind - 1, max(behind - FARTHEST, 0), -1):
            item = self.items[at]
            if item.comma and item.kind in openers and (not has_verb or item.kind == "who"):
                return at
            if item.hard:
                return None
            has_verb = has_verb or item.kind == "be" or (bool(item.word.takes) and at not in self.covering)
        return None

    def _coordinated(self, mention: Mention, *, is_closed: bool) -> list[Mention]:
        """Return the mentions of a list that ends with this one; names that only repeat others are left out."""
        found = [mention]
        number = self.number[id(mention)]
        while number > 0:
            this, before = self.mentions[number], self.mentions[number - 1]
            if id(before) in self.objects or not self._adjoins(before, this) or self.items[this.first].hard:
                break
            if before.is_open and not before.is_single and before.last == before.first:
                break
            if self._kind(before.first - 1) in ("in", "by", "infinitive"):
                break
            has_and = this.first > before.reach + 1
            if not has_and and self._repeats(before, this):
                self._introduce(before, this)
                found.remove(this)
                if not before.is_named and (before.count or 0) > 1 and all(one.is_named for one in found):
                    found.clear()
            found.append(before)
            number -= 1
        return found

    def _adjoins(self, before: Mention, this: Mention) -> bool:
        """Tell whether only a comma or "and" stands between two mentions."""
        between = self.items[before.reach + 1 : this.first]
        if len(between) > 3 and between[-1].kind == "and" and all(one.kind in _PLACE for one in between[:-1]):
            return before.count is not None and (
                before.first == 0 or self.items[before.first].comma or self._kind(before.first - 1) in ("stops", "who")
            )
        if between and len(between) <= 3 and between[0].comma and all(one.kind == "word" for one in between):
            return this.is_single and this.who == this.first  # "Khan, organising secretary of the party"
        if any(one.kind not in ("and", "adverbs") for one in between) or len(between) > 2:
            return False
        return any(one.kind == "and" for one in between) or self._has_comma(before.reach + 1)

    @staticmethod
    def _introduce(name: Mention, title: Mention) -> None:
        if name.is_named and title.group not in (None, "people"):
            name.group = title.group

    @staticmethod
    def _repeats(before: Mention, this: Mention) -> bool:
        """Tell whether the second of two mentions, parted by a comma, says who the first one is."""
        if this.is_named:
            return not before.is_named
        return before.is_named and (this.is_single or this.is_definite)

    # --- the people behind it ----------------------------------------------------------------------------------------

    def _behind(self, at: int, *, is_subject: bool = False) -> list[Mention]:
        """Return the people that stand behind an outcome word, from an item on.

        A predicate that follows takes them away, unless the outcome word is its subject: "the murder of two was …".
        """
        at = self._first_behind(self._shared(at))
        mention = self.starting.get(at)
        if mention is None or (mention.is_open and mention.is_single) or (self._is_subject(mention) and not is_subject):
            return []
        found, this, is_title = [mention], mention, False
        while (number := self.number[id(this)] + 1) < len(self.mentions):
            following = self.mentions[number]
            if not self._adjoins(this, following) or self.items[following.first].hard:
                break
            if self._is_subject(following) and not (is_subject and self._kind(following.first - 1) == "and"):
                break
            if this.reach > this.last and self._kind(this.last + 1) == "named":
                break
            if following.first == this.reach + 1 and self._repeats(this, following):
                self._introduce(this, following)
                if (this.count or 0) > 1:
                    break
                this, is_title = following, True
                continue
            if is_title and following.who == following.first and not following.is_named:
                break  # "Khan, a student and member of the party"
            is_title = False
            found.append(following)
            this = following
        return found

    def _shared(self, at: int) -> int:
        """Return where the people stand that two outcome words share: "shooting and killing two men"."""
        if self._kind(at) == "and" and at + 1 < len(self.items) and self.items[at + 1].word.takes:
            return at + 2
        return at

    def _first_behind(self, at: int) -> int:
        """Return the item behind an outcome word with which its people begin, past what may stand between."""
        skipped = 0
        while at < len(self.items) and at not in self.starting and not self.items[at].hard:
            item = self.items[at]
            if item.comma or skipped > 3:
                return -1
            if item.kind == "pronouns" and self._kind(at + 1) == "and":  # "injuring him and eight others"
                at += 1
            elif item.kind == "in" and not skipped:  # "at gunpoint", "on November 8"
                skipped = 2
            elif item.kind in ("word", "date", "months"):
                skipped += 1
            elif item.kind not in ("adverbs", "aside"):
                return -1
            at += 1
        if at < len(self.items) and self.items[at].hard:
            return -1
        if skipped and (mention := self.starting.get(at)) is not None and (
            mention.is_open or mention.is_others or mention.is_name
        ):
            return -1
        return at

    def _is_subject(self, mention: Mention) -> bool:
        """Tell whether a predicate follows that will take the mention."""
        at = mention.reach + 1
        while at < len(self.items) and at <= mention.reach + 6 and not self.items[at].hard:
            item = self.items[at]
            if item.kind in ("be", "have"):
                return True
            if item.word.takes and at not in self.covering:
                return not {"verbs", "before", "weak", "loose"}.isdisjoint(item.word.takes) and self.starting.get(at + 1) is None
            if item.kind not in ("adverbs", "aside") or item.comma:
                return False
            at += 1
        return False

    def _inverted(self, at: int) -> list[Mention]:
        """Return the people of "also killed were two commanders"."""
        for be in range(at + 1, min(at + 12, len(self.items) - 1)):
            if self.items[be].hard or self.items[be].comma or self.items[be].kind == "stops":
                return []
            if self.items[be].kind == "be":
                return self._behind(be + 1)
        return []

    # --- parts of those before ---------------------------------------------------------------------------------------

    def _parts(self) -> None:
        """Let "including two children" suffer what those before suffered, and "two babies" "among 11 people injured"."""
        for number, mention in enumerate(self.mentions):
            governor = self._kind(mention.first - 1)
            if governor == "including" and not mention.outcomes and mention.count:
                whole = next((one for one in reversed(self.mentions[:number]) if one.outcomes), None)
                if whole is None:
                    continue
                part: Mention | None = mention
                while part is not None and not part.outcomes:
                    if self._suffers(part, next(iter(whole.outcomes)), 0) and not part.is_definite:
                        part.outcomes.update(whole.outcomes)
                    following = self.mentions[self.number[id(part)] + 1 :][:1]
                    part = following[0] if following and self._adjoins(part, following[0]) else None
            elif governor == "among" and mention.outcomes:
                at = mention.first - 2
                while at >= 0 and self.items[at].kind in ("be", "adverbs"):
                    at -= 1
                part = self.covering.get(at)
                if part is not None:
                    for one in self._coordinated(part, is_closed=False):
                        if one.count and not one.outcomes:
                            one.outcomes.update(mention.outcomes)

    def _kind(self, at: int) -> str:
        return self.items[at].kind if 0 <= at < len(self.items) else ""

    def _has_comma(self, at: int) -> bool:
        return at < len(self.items) and self.items[at].comma

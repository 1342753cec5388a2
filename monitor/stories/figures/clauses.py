"""What happened to the people of a sentence: each outcome word takes the people before or behind it.

Knows the roles of words and the row they stand in, not the words of any language.
"""

from __future__ import annotations

from collections.abc import Sequence

from monitor.model import Casualty, Group
from monitor.stories.figures.people import Mention
from monitor.stories.figures.reading import Item
from monitor.stories.figures.row import PLACE, Row

_NONE_LENGTH = 7
_BODILY = frozenset(("killed", "injured", "abducted"))
_DONE_TO_ONE = frozenset(("killed", "abducted"))
_BETWEEN_NONE = frozenset(
    ("word", "adverbs", "and", "have", "of", "range", "things", "some", "person", "in", "infinitive", "suffering")
)


class Clauses:
    """The outcome words of one sentence, linked with its mentions."""

    def __init__(self, row: Row) -> None:
        self.row = row
        self.weak: set[tuple[int, Casualty]] = set()
        """What a mention suffered by a word that says less than others may."""

    def link(self) -> None:
        """Write into each mention what happened to its people."""
        for at, item in enumerate(self.row.items):
            if item.word.takes and at not in self.row.covering:
                self._read_outcome(at, item)
        self._parts()
        for mention in self.row.mentions:
            if (
                mention.outcomes
                and "counts" in self.row.items[mention.last].word.takes
                and mention.group in (None, "people")
            ):
                mention.group = self._sufferers(mention)
        for mention in self.row.mentions:
            if len(mention.outcomes) > 1:
                for outcome in [one for one in mention.outcomes if (id(mention), one) in self.weak]:
                    del mention.outcomes[outcome]

    def _sufferers(self, mention: Mention) -> Group | None:
        """Return the group of those who "suffered 12 casualties", or on whom they were inflicted."""
        behind, before = mention.last + 1, mention.first - 1
        if self.row.kind(behind) in ("in", "among", "of", "infinitive"):
            near = self.row.items[behind + 1 : behind + 5]
        elif self.row.kind(before) == "suffering":
            near = self.row.items[max(before - 6, 0) : before][::-1]
        else:
            return mention.group
        for item in near:
            if item.comma or item.kind in ("things", "by"):
                break  # "in an attack by rebels"
            told = item.word.tells or (item.word.group if item.kind == "person" else None)
            if told not in (None, "people"):
                return told
        return mention.group

    def _read_outcome(self, at: int, item: Item) -> None:
        takes = item.word.takes
        if "tolls" in takes and self._toll(at, takes["tolls"]):
            return
        for form in ("acts", "weak_acts", "bodies"):
            if form in takes and self.row.kind(at + 1) in ("of", "infinitive"):
                self._act(at, form, takes[form])
                return
        if "counts" in takes and self._none(at, takes["counts"]):
            return
        if "bodies" in takes:
            if not self._counted(at, takes["bodies"], self.row.vocabulary.found):
                self._own_body(at, takes["bodies"])
            return
        if "lives" in takes:
            self._counted(at, takes["lives"], self.row.vocabulary.takers)
            return
        if self._suffered(at, item.folded):
            return
        if "acts" in takes and takes["acts"] in _DONE_TO_ONE and self._owned(at, takes["acts"]):
            return
        begin, is_passive, is_real = self.row.predicate(at)
        if self.row.kind(at - 1) in ("definite", "some"):
            self._again(at, takes.get("verbs") or takes.get("before") or takes.get("counts"))
            return
        if not is_real:
            return
        if "losses" in takes:
            people = [one for one in self.row.behind(at + 1) if one.group in ("militants", "security")]
            self._give([one for one in people if not one.is_open and not one.is_single], takes["losses"], at)
            return
        for form in ("verbs", "weak", "loose"):
            if form in takes:
                self._verb(at, begin, is_passive, takes[form], is_weak=form == "weak")
                return
        if "behind" in takes:
            people = self.row.behind(at + 1)
            if not (people and "acts" in takes and self._is_modifier(at, people[0])):
                self._give(people, takes["behind"], at, as_objects=True)
        elif "before" in takes:
            before = self.row.before(begin, is_passive)
            self._give(before or self._described(at), takes["before"], at, as_subjects=True)

    def _act(self, at: int, form: str, outcome: Casualty) -> None:
        for item in reversed(self.row.items[max(at - 4, 0) : at]):
            if item.kind == "not_real":
                return  # "demanded the release of"
            if item.kind == "stops":
                break
        first = at + 2
        if self.row.kind(first) == "outcome" and first not in self.row.covering:
            first += 1  # "the body of abducted trader Khan"
        people = self.row.behind(first, is_subject=True)
        if people and people[0].is_name and people[0].last == people[0].first:
            return  # "the death of CDs"
        number = self.row.covering.get(at - 1)
        if form == "bodies" and number is not None and number.is_open and people and people[0].count is None:
            number.group, people = people[0].group, [number]  # "six bodies of rebels"
        if form == "bodies" and any(one.is_named or one.is_definite for one in people) and not self._is_found(at):
            return  # told of before
        self._give(people, outcome, at, is_weak=form == "weak_acts")

    def _owned(self, at: int, outcome: Casualty) -> bool:
        """Link "Khan's murder"."""
        name = self.row.items[at - 1] if at else None
        if name is None or not name.is_name or not name.owns:
            return False
        mention = Mention(at - 1, at - 1, at - 1, 1, who=at - 1, is_name=True, is_named=True, is_single=True)
        mention.outcomes[outcome] = at
        self.row.mentions.append(mention)
        return True

    def _is_found(self, at: int) -> bool:
        return any(item.folded in self.row.vocabulary.found for item in self.row.items[at + 1 : at + 12])

    def _counted(self, at: int, outcome: Casualty, verbs: frozenset[str]) -> bool:
        """Link "two bullet-riddled bodies were found", "recovered a body" and "claimed two lives"."""
        last = at - 1
        while self.row.kind(last) in ("adverbs", "outcome"):
            last -= 1
        number = self.row.covering.get(last)
        if number is None and self.row.kind(last) == "one":
            number = Mention(last, last, last, 1, who=last + 1, is_open=True, is_single=True)
            self.row.mentions.append(number)
        if number is None or not number.is_open or not number.count or self.row.items[at].comma:
            return False
        near = [*self.row.items[max(number.first - 3, 0) : number.first], *self.row.items[at + 1 : at + 12]]
        if any(item.folded in verbs for item in near):
            number.outcomes[outcome] = at
        return True

    def _own_body(self, at: int, outcome: Casualty) -> None:
        """Link "Khan's bullet-riddled body was found"."""
        for before in range(at - 1, max(at - 6, -1), -1):
            item = self.row.items[before]
            if (
                item.is_name
                and (item.owns or self.row.items[before + 1].folded == "s")
                and before not in self.row.covering
            ):
                if self._is_found(at):
                    mention = Mention(
                        before, before, before, 1, who=before, is_name=True, is_named=True, is_single=True
                    )
                    mention.outcomes[outcome] = at
                    self.row.mentions.append(mention)
                return
            if item.kind not in ("word", "things", "adverbs"):
                return

    def _none(self, at: int, outcome: Casualty) -> bool:
        """Link "no" or "not" with what is counted farther on: "did not cause any casualties"."""
        for before in range(at - 1, max(at - _NONE_LENGTH, -1), -1):
            item = self.row.items[before]
            if item.kind in ("none", "not"):
                mention = Mention(before, at, at, 0, who=before + 1, group="people", head=self.row.items[at].folded)
                mention.outcomes[outcome] = at
                self.row.mentions.append(mention)
                return True
            if item.kind not in _BETWEEN_NONE or item.hard or item.folded in self.row.vocabulary.word:
                break
        return False

    def _verb(self, at: int, begin: int, is_passive: bool, outcome: Casualty, *, is_weak: bool) -> None:
        has_being = any(one.kind == "being" for one in self.row.items[begin:at])
        behind = [] if is_passive or has_being or self.row.kind(at + 1) == "by" else self.row.behind(at + 1)
        if behind and not (behind[0].first == at + 1 and self.row.items[at + 1].comma):
            self._give(behind, outcome, at, is_weak=is_weak, as_objects=True)
            return
        if not is_passive and not has_being and self._has_object(at):
            return
        if not is_passive and any(one.kind == "have" for one in self.row.items[begin:at]):
            return  # it did so to somebody else
        before = self.row.before(begin, is_passive)
        if "loose" in self.row.items[at].word.takes and not is_passive:
            before = [one for one in before if not one.is_single]  # "the picture that a photographer captured"
        if before:
            self._give(before, outcome, at, is_weak=is_weak, as_subjects=True)
        elif not is_passive:
            self._give(self._inverted(at), outcome, at)

    def _has_object(self, at: int) -> bool:
        """Tell whether it is done to something of which no number of people is told: "captured a town"."""
        behind = self.row.shared(at + 1)
        thing = self.row.starting.get(behind)
        if self.row.has_comma(behind):
            return False
        return self.row.kind(behind) in ("definite", "pronouns") or (
            thing is not None and thing.is_open and thing.is_single
        )

    def _again(self, at: int, outcome: Casualty | None) -> None:
        """Link what "the injured", who were told of before, are said to be: "two girls were among the injured"."""
        behind = at + 1
        while self.row.kind(behind) == "adverbs":
            behind += 1
        people: list[Mention] = []
        if self.row.kind(at - 2) == "among":
            people = (
                self.row.behind(behind + 1)
                if self.row.kind(behind) == "be"  # "among the wounded were two girls"
                else self.row.before(self.row.predicate(at - 2)[0], True)
            )
        elif self.row.kind(behind) == "including":  # "the dead included two women"
            people = self.row.behind(behind + 1)
        if outcome is not None:
            self._give([one for one in people if not one.is_named], outcome, at)

    def _described(self, at: int) -> list[Mention]:
        """Return the person of "missing teenager Ali", whom no article makes one that was told of before."""
        mention = self.row.starting.get(at + 1)
        if mention is None or self.row.items[mention.first].comma or mention.who != mention.first:
            return []
        return [mention] if mention.is_single and not mention.is_open else []

    def _is_modifier(self, at: int, mention: Mention) -> bool:
        """Tell whether a noun stands before another one: "rescue officials", "the heinous killing Karim spoke of"."""
        if mention.is_single and mention.who == mention.first and not mention.is_named:
            return True
        if not mention.is_name:
            return False
        while at > 0 and not self.row.items[at].hard and self.row.items[at - 1].kind in ("word", "definite", "one"):
            at -= 1
            if self.row.items[at].kind != "word":
                return True
        return False

    def _toll(self, at: int, outcome: Casualty) -> bool:
        for behind in range(at + 1, min(at + 25, len(self.row.items))):
            item = self.row.items[behind]
            mention = self.row.starting.get(behind)
            if item.hard or (item.word.takes and mention is None) or item.kind in ("stops", "who"):
                return False
            if mention is not None and mention.count is not None and not mention.is_single:
                if self.row.is_subject(mention):
                    return False
                self._give([mention], outcome, at)
                return True
        return False

    def _suffered(self, at: int, noun: str) -> bool:
        """Link "sustained serious injuries", whose verb alone tells nothing."""
        for outcome, verbs, nouns in self.row.vocabulary.suffering:
            if noun not in nouns:
                continue
            for verb in range(at - 1, max(at - 6, -1), -1):
                if self.row.items[verb].folded in verbs:
                    break
                if self.row.items[verb].kind in ("number", "stops", "outcome"):
                    return False
            else:
                continue
            begin = verb
            for be in range(verb - 1, max(verb - 8, -1), -1):
                if (
                    be in self.row.covering
                    or self.row.items[be].hard
                    or self.row.items[be].kind in ("stops", "outcome")
                ):
                    break
                if self.row.items[be].kind in ("be", "have"):
                    begin = be
                    break
            if begin == verb and self.row.items[verb].kind == "in":
                return False  # "a man with serious injuries" may be spoken of for anything
            begin, _, is_real = self.row.predicate(begin)
            if is_real:
                self._give(self.row.before(begin, True), outcome, at, as_subjects=True)
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
            self.row.subjects[at] = mentions
        for mention in mentions:
            if as_objects:
                self.row.objects.add(id(mention))
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
        while self.row.kind(behind) in PLACE and behind - place < 6 and not self.row.items[behind].hard:
            behind += 1
        this = self.row.starting.get(behind + 1)
        if (
            self.row.kind(place) != "in"
            or self.row.kind(behind) != "and"
            or this is None
            or self.row.kind(this.reach + 1) != "in"
        ):
            return []
        if this.is_single or not this.count or self.row.is_subject(this):
            return []
        if this.is_open:
            this.group = mentions[-1].group
        return [this]

    def _is_real(self, begin: int) -> bool:
        """Tell whether the verb before people, if any, tells what happened."""
        while self.row.kind(begin - 1) in ("adverbs", "be", "have"):
            begin -= 1
        return self.row.kind(begin - 1) != "not_real"

    def _suffers(self, mention: Mention, outcome: Casualty, at: int) -> bool:
        if mention.outcomes and "counts" in self.row.items[mention.last].word.takes:
            return False  # "12 deaths"
        if mention.who > mention.last and not self._is_real(mention.first):
            return False  # "could leave 12 dead"
        if mention.is_open:
            if outcome in self.row.vocabulary.weak and mention.last >= mention.who:
                return False
            if mention.is_single and (outcome not in _BODILY or "weak" in self.row.items[at].word.takes):
                return False
        if "loose" in self.row.items[at].word.takes and (
            mention.is_open or mention.is_name or (mention.is_single and mention.is_compound)
        ):
            return False
        if outcome in self.row.vocabulary.weak and (
            (mention.is_name and id(mention) in self.row.objects and self.row.items[mention.first].kind != "age")
            or (mention.is_single and mention.is_compound)
        ):
            return False
        if outcome == "displaced" and (
            mention.is_single or mention.is_open or mention.is_others or mention.group in ("militants", "security")
        ):
            return False  # who fled
        if mention.is_definite and mention.is_single and mention.head in self.row.vocabulary.again:
            return mention.reach > mention.last
        return not (outcome == "killed" and mention.is_single and mention.head in self.row.vocabulary.own_death)

    def _inverted(self, at: int) -> list[Mention]:
        """Return the people of "also killed were two commanders"."""
        for be in range(at + 1, min(at + 12, len(self.row.items) - 1)):
            if self.row.items[be].hard or self.row.items[be].comma or self.row.items[be].kind == "stops":
                return []
            if self.row.items[be].kind == "be":
                return self.row.behind(be + 1)
        return []

    def _breakdown(self, whole: Mention) -> None:
        """Let those who add up to the whole suffer the same: "nine people were wounded: seven men and two soldiers"."""
        for outcome, at in tuple(whole.outcomes.items()):
            first = self.row.starting.get(at + 1)
            parts = [] if first is None or whole.first > at else [first]
            while parts and (number := self.row.number[id(parts[-1])] + 1) < len(self.row.mentions):
                following = self.row.mentions[number]
                if id(following) not in self.row.number or not self.row.adjoins(parts[-1], following):
                    break
                parts.append(following)
            if (
                len(parts) > 1
                and all(one.count for one in parts)
                and sum(one.count or 0 for one in parts) == whole.count
            ):
                for one in parts:
                    one.outcomes.setdefault(outcome, at)

    def _parts(self) -> None:
        """Let "including two children" suffer what those before did, and "two babies" "among 11 people injured"."""
        for number, mention in enumerate(self.row.mentions):
            self._breakdown(mention)
            governor = self.row.kind(mention.first - 1)
            if governor in ("including", "along") and not mention.outcomes and mention.count:
                whole = next((one for one in reversed(self.row.mentions[:number]) if one.outcomes), None)
                if whole is None:
                    continue
                part: Mention | None = mention
                while part is not None and not part.outcomes:
                    if self._suffers(part, next(iter(whole.outcomes)), 0) and (part.is_named or not part.is_definite):
                        part.outcomes.update(whole.outcomes)
                        if part.head in self.row.vocabulary.again and whole.group in ("militants", "security"):
                            part.group = whole.group
                    following = self.row.mentions[self.row.number[id(part)] + 1 :][:1]
                    part = following[0] if following and self.row.adjoins(part, following[0]) else None
            elif governor == "among" and mention.outcomes:
                at = mention.first - 2
                while at >= 0 and self.row.items[at].kind in ("be", "adverbs"):
                    at -= 1
                part = self.row.covering.get(at)
                if part is not None:
                    for one in self.row.coordinated(part):
                        if one.count and not one.outcomes:
                            one.outcomes.update(mention.outcomes)

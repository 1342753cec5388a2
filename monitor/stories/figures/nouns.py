"""Outcome words that are nouns or need another word: "the murder of two", "no casualties", "sustained injuries".

Knows the roles of words and the row they stand in, not the words of any language.
"""

from __future__ import annotations

from monitor.model import Casualty
from monitor.stories.figures.mentions import Mention
from monitor.stories.figures.outcomes import Outcomes
from monitor.stories.figures.row import Row

_NONE_LENGTH = 7
_DONE_TO_ONE = frozenset(("killed", "abducted"))
_BETWEEN_NONE = frozenset(
    ("word", "adverbs", "and", "have", "of", "range", "things", "some", "person", "in", "infinitive", "suffering")
)


class Nouns:
    """The outcome nouns of one sentence."""

    def __init__(self, row: Row, outcomes: Outcomes) -> None:
        self.row = row
        self.outcomes = outcomes

    def link(self, at: int) -> bool:
        """Link an outcome word with its people; False where it is none of these nouns."""
        row, item = self.row, self.row.items[at]
        takes = item.word.takes
        if "tolls" in takes and self._toll(at, takes["tolls"]):
            return True
        for form in ("acts", "weak_acts", "bodies"):
            if form in takes and row.kind(at + 1) in ("of", "infinitive"):
                self._act(at, form, takes[form])
                return True
        if "counts" in takes and self._none(at, takes["counts"]):
            return True
        if "bodies" in takes:
            if not self._counted(at, takes["bodies"], row.vocabulary.found):
                self._own_body(at, takes["bodies"])
            return True
        if "lives" in takes:
            self._counted(at, takes["lives"], row.vocabulary.takers)
            return True
        if self._suffered(at, item.folded):
            return True
        if "acts" in takes and takes["acts"] in _DONE_TO_ONE and self._owned(at, takes["acts"]):
            return True
        if row.kind(at - 1) in ("definite", "some"):
            self._again(at, takes.get("verbs") or takes.get("before") or takes.get("counts"))
            return True
        return False

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
        self.outcomes.give(people, outcome, at, is_weak=form == "weak_acts")

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
            self.outcomes.give([one for one in people if not one.is_named], outcome, at)

    def _toll(self, at: int, outcome: Casualty) -> bool:
        for behind in range(at + 1, min(at + 25, len(self.row.items))):
            item = self.row.items[behind]
            mention = self.row.starting.get(behind)
            if item.hard or (item.word.takes and mention is None) or item.kind in ("stops", "who"):
                return False
            if mention is not None and mention.count is not None and not mention.is_single:
                if self.row.is_subject(mention):
                    return False
                self.outcomes.give([mention], outcome, at)
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
                self.outcomes.give(self.row.before(begin, True), outcome, at, as_subjects=True)
            return True
        return False

"""What happened to the people of a sentence: each outcome word takes the people before or behind it.

Knows the roles of words and the row they stand in, not the words of any language.
"""

from __future__ import annotations

from monitor.model import Casualty
from monitor.stories.figures.mentions import Mention
from monitor.stories.figures.nouns import Nouns
from monitor.stories.figures.outcomes import Outcomes
from monitor.stories.figures.parts import share_parts, sufferers
from monitor.stories.figures.reading import Item
from monitor.stories.figures.row import Row


class Clauses:
    """The outcome words of one sentence, linked with its mentions."""

    def __init__(self, row: Row) -> None:
        self.row = row
        self.outcomes = Outcomes(row)
        self.nouns = Nouns(row, self.outcomes)

    def link(self) -> None:
        """Write into each mention what happened to its people."""
        for at, item in enumerate(self.row.items):
            if item.word.takes and at not in self.row.covering and not self.nouns.link(at):
                self._read_verb(at, item)
        share_parts(self.row, self.outcomes)
        for mention in self.row.mentions:
            if (
                mention.outcomes
                and "counts" in self.row.items[mention.last].word.takes
                and mention.group in (None, "people")
            ):
                mention.group = sufferers(self.row, mention)
        self.outcomes.drop_weak()

    def _read_verb(self, at: int, item: Item) -> None:
        takes = item.word.takes
        begin, is_passive, is_real = self.row.predicate(at)
        if not is_real:
            return
        if "losses" in takes:
            people = [one for one in self.row.behind(at + 1) if one.group in ("militants", "security")]
            self.outcomes.give([one for one in people if not one.is_open and not one.is_single], takes["losses"], at)
            return
        for form in ("verbs", "weak", "loose"):
            if form in takes:
                self._verb(at, begin, is_passive, takes[form], is_weak=form == "weak")
                return
        if "behind" in takes:
            people = self.row.behind(at + 1)
            if not (people and "acts" in takes and self._is_modifier(at, people[0])):
                self.outcomes.give(people, takes["behind"], at, as_objects=True)
        elif "before" in takes:
            before = self.row.before(begin, is_passive)
            self.outcomes.give(before or self._described(at), takes["before"], at, as_subjects=True)

    def _verb(self, at: int, begin: int, is_passive: bool, outcome: Casualty, *, is_weak: bool) -> None:
        has_being = any(one.kind == "being" for one in self.row.items[begin:at])
        behind = [] if is_passive or has_being or self.row.kind(at + 1) == "by" else self.row.behind(at + 1)
        if behind and not (behind[0].first == at + 1 and self.row.items[at + 1].comma):
            self.outcomes.give(behind, outcome, at, is_weak=is_weak, as_objects=True)
            return
        if not is_passive and not has_being and self._has_object(at):
            return
        if not is_passive and any(one.kind == "have" for one in self.row.items[begin:at]):
            return  # it did so to somebody else
        before = self.row.before(begin, is_passive)
        if "loose" in self.row.items[at].word.takes and not is_passive:
            before = [one for one in before if not one.is_single]  # "the picture that a photographer captured"
        if before:
            self.outcomes.give(before, outcome, at, is_weak=is_weak, as_subjects=True)
        elif not is_passive:
            self.outcomes.give(self._inverted(at), outcome, at)

    def _has_object(self, at: int) -> bool:
        """Tell whether it is done to something of which no number of people is told: "captured a town"."""
        behind = self.row.shared(at + 1)
        thing = self.row.starting.get(behind)
        if self.row.has_comma(behind):
            return False
        return self.row.kind(behind) in ("definite", "pronouns") or (
            thing is not None and thing.is_open and thing.is_single
        )

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

    def _inverted(self, at: int) -> list[Mention]:
        """Return the people of "also killed were two commanders"."""
        for be in range(at + 1, min(at + 12, len(self.row.items) - 1)):
            if self.row.items[be].hard or self.row.items[be].comma or self.row.items[be].kind == "stops":
                return []
            if self.row.items[be].kind == "be":
                return self.row.behind(be + 1)
        return []

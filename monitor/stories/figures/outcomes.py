"""Which of the people of a sentence suffered what: who may, and who shares it unsaid.

Knows mentions and outcomes, not the words that link them.
"""

from __future__ import annotations

from collections.abc import Sequence

from monitor.model import Casualty
from monitor.stories.figures.lists import PLACE
from monitor.stories.figures.mentions import Mention
from monitor.stories.figures.row import Row

_BODILY = frozenset(("killed", "injured", "abducted"))


class Outcomes:
    """What the people of one sentence suffered; it is written into the mentions."""

    def __init__(self, row: Row) -> None:
        self.row = row
        self.weak: set[tuple[int, Casualty]] = set()
        """What a mention suffered by a word that says less than others may."""

    def give(
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
            if mention.count is None or outcome in mention.outcomes or not self.suffers(mention, outcome, at):
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

    def suffers(self, mention: Mention, outcome: Casualty, at: int) -> bool:
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

    def _is_real(self, begin: int) -> bool:
        """Tell whether the verb before people, if any, tells what happened."""
        while self.row.kind(begin - 1) in ("adverbs", "be", "have"):
            begin -= 1
        return self.row.kind(begin - 1) != "not_real"

    def drop_weak(self) -> None:
        """Take away what a word told that says less than another word about the same people."""
        for mention in self.row.mentions:
            if len(mention.outcomes) > 1:
                for outcome in [one for one in mention.outcomes if (id(mention), one) in self.weak]:
                    del mention.outcomes[outcome]

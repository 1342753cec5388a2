"""What a sentence claims, denies or accuses somebody of: a few verbs with what must stand around them.

The words are data (``lexicon``). Negations and hypotheses ("no group claimed responsibility") state nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from monitor.model import StatementKind
from monitor.stories.said.lexicon import NO_WORDS, Words
from monitor.stories.said.marks import is_passive, is_saying
from monitor.stories.said.names import Speaker
from monitor.stories.said.reading import Reading
from monitor.stories.said.speakers import following, subject

LONGEST_BETWEEN = 7
"""Words from "said" to what is said: "said on Monday in an email that"."""

LONGEST_ABOUT = 25
"""Words of what is claimed or denied; longer ones are cut."""

_QUOTES = ('"', "'", "“", "‘", "”", "’")


class Found(NamedTuple):
    kind: StatementKind
    who: Speaker
    about: tuple[int, int]
    """Token numbers."""


class Sentence:
    """One sentence, looked through for the verbs that make a statement."""

    def __init__(self, reading: Reading, low: int, high: int) -> None:
        self.reading = reading
        self.words = reading.words
        self.folded = reading.tokens.folded
        self.low = low
        self.high = high

    def statements(self) -> Iterator[Found]:
        kinds = set()
        for at in range(self.low, self.high):
            found = self._at(at)
            if found is not None and not (found.kind in kinds and self._is_gerund(at)):
                kinds.add(found.kind)
                yield found

    def _at(self, at: int) -> Found | None:
        words, word = self.words, self.folded[at]
        if word in words.claiming or word in words.taking:
            return self._claim(at)
        if word in words.denying:
            return self._denial(at)
        if word in words.rejecting:
            return self._rejection(at)
        if word in words.accusing:
            return self._accusation(at, words.accused_of)
        if word in words.blaming:
            return self._blame(at)
        if word in words.alleging and self._next(at + 1) in words.that:
            return self._found("accuses", at, self._accused(at + 2))
        if word in words.members and self.folded[at - 1] in words.possessives and at > self.low:
            return self._deed_of_members(at)
        if word in words.doings:
            return self._own_deed(at)
        return None

    # --- claims ------------------------------------------------------------------------------------------------

    def _claim(self, at: int) -> Found | None:
        words = self.words
        behind = self._skip(at + 1)
        if self._next(behind) in words.responsibility:
            doubtful = self.folded[at] in words.taking or self.folded[behind] in words.credit
            if doubtful and not self._any(words.deeds, behind + 1, behind + 10):
                return None
            start = self._skip(behind + 1)
            start += self._next(start) in words.links
            return self._found("claims_responsibility", at, self._clause(start))
        if self.folded[at] in words.taking:
            return None
        if self._next(behind) in words.held:
            return self._found("claims_responsibility", at, self._clause(at + 1), groups_only=True)
        if is_passive(self.reading, self.low, at):
            return self._claimed_by(at)
        end = next((one for one in range(at + 1, min(at + 6, self.high)) if self._stops(one)), min(at + 6, self.high))
        deed = next((one for one in range(at + 1, end) if self.folded[one] in words.deeds), None)
        if deed is None or self._any(words.deeds, self.low, at) or self._next(deed + 1) in words.be | words.unsaid:
            return None
        return self._found("claims_responsibility", at, self._clause(at + 1), groups_only=True)

    def _claimed_by(self, at: int) -> Found | None:
        """ "The attack was claimed by X", "responsibility for the attack was claimed by X"."""
        if self._next(at + 1) not in self.words.agents or not self._any(
            self.words.deeds | self.words.responsibility, self.low, at
        ):
            return None
        who = following(self.reading, at + 2, self.high)
        if who is None or self._unsaid(at):
            return None
        end = at
        while end > self.low and self.folded[end - 1] in self.words.be | self.words.adverbs:
            end -= 1
        return Found("claims_responsibility", who, (self.low, end))

    def _deed_of_members(self, at: int) -> Found | None:
        """ "The group said its fighters had attacked …"."""
        words = self.words
        if self._next(at + 1) not in words.adverbs | words.doings | words.holding:
            return None
        return self._told(at - 1)

    def _own_deed(self, at: int) -> Found | None:
        """ "The group says it attacked …", "the rebels said that they had killed …"."""
        start = at - 1
        while start > self.low and self.folded[start] in self.words.adverbs:
            start -= 1
        return self._told(start) if self.folded[start] in self.words.own else None

    def _told(self, start: int) -> Found | None:
        """Return what somebody says of their own deeds, from "it" or "its men" on: "said (on Monday) (that) it …"."""
        words = self.words
        for verb in range(start - 1, max(self.low, start - LONGEST_BETWEEN), -1):
            if self.reading.breaks(verb + 1) or self.folded[verb] in words.negations | words.denying:
                return None
            if self.folded[verb] in words.says:
                if not is_saying(self.reading, self.low, self.high, verb):
                    return None
                return self._found("claims_responsibility", verb, self._clause(start), groups_only=True)
        return None

    # --- denials -----------------------------------------------------------------------------------------------

    def _denial(self, verb: int) -> Found | None:
        words, at = self.words, verb
        if is_passive(self.reading, self.low, at) or self._any(words.undeniable, at + 1, at + 4):
            return None
        if self._next(at + 1) in words.adverbs and self.reading.breaks(at + 2):  # "he denied, however, that"
            at += 1
        at = self.reading.behind_date(at + 1, self.high) - 1
        behind = self._next(at + 1)
        if behind in words.that:
            return self._found("denies", verb, self._clause(at + 2))
        alone = behind == "" or self._parts(at + 1)  # "which he denies"
        if self._is_gerund(at + 1) or (alone and self.folded[verb - 1] in words.pronouns and verb > self.low):
            return self._found("denies", verb, self._clause(at + 1))
        if behind and self._any(words.allegations, at + 1, self._stop(at + 1)):
            return self._found("denies", verb, self._clause(at + 1))
        return None

    def _rejection(self, at: int) -> Found | None:
        """ "Rejected the allegation", "dismissed the report as baseless"."""
        words = self.words
        if is_passive(self.reading, self.low, at):
            return None
        as_what = next((one for one in range(at + 1, min(at + 12, self.high)) if self.folded[one] in words.manner), at)
        if self._any(words.rejectable, at + 1, self._stop(at + 1)) or self._any(
            words.baseless, as_what + 1, as_what + 3
        ):
            found = self._found("denies", at, self._clause(at + 1))
            if found is not None and self.words.courts.isdisjoint(self.folded[found.who.start : found.who.end]):
                return found
        return None

    # --- accusations -------------------------------------------------------------------------------------------

    def _accusation(self, at: int, links: Words) -> Found | None:
        """ "X accused Y of …"; who is accused is what it is about."""
        if is_passive(self.reading, self.low, at):
            return None
        return self._found("accuses", at, self._accused(at + 1, links))

    def _blame(self, at: int) -> Found | None:
        """ "X blamed Y for …", "X blamed the attack on Y"."""
        if is_passive(self.reading, self.low, at) or (
            self._next(at + 1) in self.words.blamed_on and self.folded[at - 1] not in self.words.adverbs
        ):
            return None
        for one in range(at + 1, min(at + 10, self.high)):
            if self.reading.breaks(one):
                return None
            if self.folded[one] in self.words.blamed_on:
                return self._found("accuses", at, self._accused(one + 1))
            if self.folded[one] in self.words.blamed_for:
                break
        accused = self._accused(at + 1, self.words.blamed_for)
        if accused is None and (bare := self._accused(at + 1)) is not None:
            accused = bare if bare[1] == self.high or self._parts(bare[1]) else None
        return self._found("accuses", at, accused)

    def _accused(self, at: int, links: Words = NO_WORDS) -> tuple[int, int] | None:
        """Return whom an accusation names, from its first token, up to what leads on to the deed."""
        at += self._next(at) in self.words.accused_marks
        accused = following(self.reading, at, self.high)
        if accused is None or not self.words.pronouns.isdisjoint(self.folded[accused.start : accused.end]):
            return None
        if self.folded[accused.start] in self.words.others:
            return None
        if not links:
            return accused.start, accused.end
        leading = [one for one in range(at + 1, min(at + 20, self.high - 1)) if self.folded[one] in links]
        deed = next((one for one in leading if self._is_gerund(one + 1)), leading[0] if leading else None)
        if deed is None or (deed > accused.end and not self.reading.breaks(accused.end)):
            return None
        return accused.start, min(accused.end, deed)

    def _is_gerund(self, at: int) -> bool:
        return self._next(at).endswith(tuple(self.words.gerund))

    # --- what all share ----------------------------------------------------------------------------------------

    def _found(
        self, kind: StatementKind, verb: int, about: tuple[int, int] | None, *, groups_only: bool = False
    ) -> Found | None:
        """Return the statement of a verb's subject, unless it says that nothing was said."""
        if about is None or self._unsaid(verb):
            return None
        who = self._subject(verb)
        if who is None or not (who.certain or who.outlet or who.refers):
            return None
        if who.pronoun and self.folded[who.start] in self.words.plural:
            return None
        if groups_only and any(self.folded[at] in self.words.office_holders for at in range(who.start, who.end)):
            return None
        return Found(kind, who, about)

    def _subject(self, verb: int) -> Speaker | None:
        if not self._is_gerund(verb):
            return subject(self.reading, self.low, verb)
        before = self.folded[verb - 1]
        if not self.reading.breaks(verb) and (before not in self.words.documents or before in self.words.nouns):
            return None
        at = self.low  # "On Monday, the army condemned the raid, accusing …"
        if self.folded[at] in self.words.prepositions:
            at = next((one for one in range(at + 1, verb) if self.reading.breaks(one)), verb)
        return following(self.reading, at, verb) if at < verb else None

    def _unsaid(self, verb: int) -> bool:
        start = next((at for at in range(verb, self.low, -1) if self.reading.breaks(at)), self.low)
        return not (
            self.words.unsaid.isdisjoint(self.folded[max(self.low, verb - 4) : verb])
            and self.words.negations.isdisjoint(self.folded[start:verb])
        )

    def _skip(self, at: int) -> int:
        """Return where the object begins, behind "the sole", "on Monday"."""
        while at < self.high - 1 and (self.folded[at] in self.words.qualifiers or self.reading.is_adjunct(at)):
            at += 1
        return at

    def _next(self, at: int) -> str:
        return self.folded[at] if at < self.high else ""

    def _any(self, words: Words, start: int, end: int) -> bool:
        return not words.isdisjoint(self.folded[start : min(end, self.high)])

    def _stops(self, at: int) -> bool:
        return self._parts(at) or self.folded[at] in self.words.breakers or self.folded[at] in self.words.asides

    def _stop(self, at: int) -> int:
        end = at
        while end < self.high and end - at < LONGEST_ABOUT and (end == at or not self._stops(end)):
            end += 1
        return end

    def _is_verb(self, word: str) -> bool:
        words = self.words
        return word in words.says or word in words.be or word in words.adverbs or word in words.stating

    def _parts(self, at: int) -> bool:
        """Tell whether another mark than a quote parts a token from the one before it."""
        return self.reading.breaks(at) and self.reading.gap(at).strip() not in _QUOTES

    def _runs_on(self, at: int) -> bool:
        """Tell whether a sentence without its stop ends at a token: "the attack Police said"."""
        return self.reading.unpunctuated and self.folded[at - 1] in self.words.deeds and self.reading.capital(at)

    def _clause(self, start: int) -> tuple[int, int]:
        """Return what is claimed or denied: up to a mark, another clause or how it was said."""
        folded, words = self.folded, self.words
        end = start
        while end < min(self.high, start + LONGEST_ABOUT):
            if (behind := self.reading.behind_parenthesis(end, self.high)) is not None and end > start:
                end = behind
            elif self._parts(end):
                break
            if end > start and (folded[end] in words.manner | words.participles or self._runs_on(end)):
                break
            if folded[end] in words.joins and end + 1 < self.high and self._is_verb(folded[end + 1]):
                break
            if folded[end] in words.asides and self._any(words.documents, end + 1, end + 4):
                break
            end += 1
        while end > start + 1 and (folded[end - 1] in words.links or folded[end - 1] in words.breakers):
            end -= 1
        return start, end

"""A text as attribution reads it: tokens, what stands between them, and which look like names.

Must not know what a source is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from monitor.stories.said.lexicon import Lexicon
from monitor.text.fold import Tokens

RUN_ON = 10
"""From this many tokens on, a sentence without any comma or stop is taken for several without punctuation."""

LONGEST_DATELINE = 14
"""Tokens."""

LONGEST_ADJUNCT = 12
"""Tokens of "on the sidelines of a meeting" between a verb and what is said."""

# A full stop with a space behind it stands, inside a sentence, behind an abbreviation.
_BREAK = re.compile(r"[,;:!?\"“”„«»()\[\]—–،؛:]|\.(?!\s)|--|\s[-‒]\s|\s['‘]|['’]\s")
_DASH = re.compile(r"[—–]|--|\s-\s")
_OPENING = re.compile(r"[(\[]")
_CLOSING = re.compile(r"[)\]]")
_HEADING = re.compile(r"--\s*\[")
_PARENTHESES = re.compile(r"\s*[(\[][^)\]]*(?:[)\]]|$)")


@dataclass(slots=True)
class Reading:
    """A text with its tokens, read by a language's words. Tokens are named by their numbers."""

    text: str
    tokens: Tokens
    words: Lexicon
    caseless: bool = field(init=False)
    """All in capitals, or in a script that has none: they tell nothing."""
    unpunctuated: bool = False
    """Some sentences lack their stops."""

    def __post_init__(self) -> None:
        opening = self.text[:400]
        self.caseless = opening == opening.upper()

    def gap(self, at: int) -> str:
        """Return what stands between a token and the one before it."""
        return self.text[self.tokens.ends[at - 1] : self.tokens.starts[at]] if 0 < at < len(self.tokens) else ""

    def breaks(self, at: int) -> bool:
        """Tell whether a mark parts a token from the one before it."""
        gap = self.gap(at)
        if gap == " " or (gap in (",", ".") and self.tokens.folded[at].isdigit()):  # "1,000"
            return False
        return _BREAK.search(gap) is not None

    def dashes(self, at: int) -> bool:
        gap = self.gap(at)
        return gap != " " and _DASH.search(gap) is not None

    def opens_parenthesis(self, at: int) -> bool:
        """Tell whether nothing but an opening parenthesis stands before a token."""
        return self.gap(at).strip() in ("(", "[")

    def before_parenthesis(self, low: int, end: int) -> int:
        """Return where the parenthesis that closes right before a token opened; the token itself where none does."""
        if not _CLOSING.search(self.gap(end)):
            return end
        at = end - 1
        while at > low and not _OPENING.search(self.gap(at)):
            at -= 1
        return at

    def behind_parenthesis(self, at: int, high: int) -> int | None:
        """Return where a phrase goes on behind the parenthesis that opens right before a token, if it does."""
        if not self.opens_parenthesis(at):
            return None
        while at < high and not _CLOSING.search(self.gap(at)):
            at += 1
        return at if at < high and self.gap(at).strip() in (")", "]") else None

    def capital(self, at: int) -> bool:
        """Tell whether a token looks like a name; in a caseless text every word does that is no function word."""
        if self.caseless:
            return not self.tokens.folded[at].isdigit() and not self.is_function(self.tokens.folded[at])
        return self.tokens.exact[at][:1].isupper()

    def is_function(self, word: str) -> bool:
        words = self.words
        return (
            word in words.prepositions
            or word in words.breakers
            or word in words.determiners
            or word in words.be
            or word in words.pronouns
            or word in words.links
        )

    def is_verb(self, word: str) -> bool:
        return word in self.words.says and word not in self.words.nouns

    def leads(self, word: str) -> bool:
        """Tell whether a word is a preposition and nothing else."""
        return word in self.words.prepositions and word not in self.words.breakers

    def opens(self, at: int) -> bool:
        """Tell whether a token begins a sentence in a text without stops."""
        words, folded = self.words, self.tokens.folded
        if folded[at] not in words.openers or self.caseless or not self.capital(at):
            return False
        if folded[at - 1] in words.inverted or self.is_function(folded[at - 1]):
            return False
        in_name = folded[at - 1] in words.modifiers or self.capital(at - 1)
        in_name = in_name or (at + 1 < len(folded) and self.capital(at + 1))
        return not (in_name and folded[at] in words.speakers)

    def in_dashes(self, low: int, first: int, last: int) -> bool:
        """Tell whether a dash between ``low`` and ``first`` opens what another behind ``last`` closes."""
        opened = sum(map(self.dashes, range(low, first + 1)))
        return opened % 2 == 1 and any(map(self.dashes, range(last, min(last + 40, len(self.tokens)))))

    def behind_dateline(self, high: int) -> int:
        """Return where a text begins behind its dateline: "QUETTA, Pakistan — ", "LIMA, 6 FEB 89 (EFE) -- [TEXT]"."""
        if self.caseless:
            at = next((at for at in range(1, min(high, 2 * LONGEST_DATELINE)) if _HEADING.search(self.gap(at))), 0)
            while 0 < at < high - 1 and ("]" not in self.gap(at) or "[" in self.gap(at)):
                at += 1
            return at
        dash = next((at for at in range(1, min(high - RUN_ON, LONGEST_DATELINE + 1)) if self.dashes(at)), 0)
        folded = self.tokens.folded
        named = all(
            (self.capital(at) and folded[at] not in self.words.known) or folded[at].isdigit() for at in range(dash)
        )
        return dash if named else 0

    # --- what stands around a verb -----------------------------------------------------------------------------

    def is_adjunct(self, at: int) -> bool:
        """Tell whether a token may stand between subject and verb: "also", "on May 3"."""
        words, folded = self.words, self.tokens.folded
        word = folded[at]
        if word in words.adverbs:
            return True
        if len(word) > 5 and word.endswith(tuple(words.adverbial)) and word not in words.speakers:
            return True
        behind = folded[at + 1] if at + 1 < len(folded) else ""
        before = folded[at - 1] if at else ""
        if word.isdigit():
            return before in words.dates or behind in words.dates
        return word in words.dated and (behind in words.dates or behind.isdigit())

    def before_adjuncts(self, low: int, end: int) -> int:
        """Return where a subject ends before its verb."""
        while end > low:
            before = self.before_parenthesis(low, end)
            if before == end and self.is_adjunct(end - 1):
                before -= 1
            if before == end:
                break
            end = before
        return end

    def behind_date(self, at: int, high: int) -> int:
        """Return where a date that begins at a token ends: "on May 3"."""
        end = at
        while end < min(high, at + 4) and self.is_adjunct(end):
            end += 1
        return end

    def behind_adjuncts(self, verb: int, high: int) -> int:
        """Return where what is said may begin behind a verb: behind "on Friday", "in a statement", "told CNN"."""
        words, folded = self.words, self.tokens.folded
        at = verb + 1
        if folded[verb] in words.tells:
            at += at < high and folded[at] in words.determiners
            while at < high and not self.breaks(at) and (self.capital(at) or folded[at] in words.speakers):
                at += 1
        while at < high and not self.breaks(at):
            if self.is_adjunct(at):
                at += 1
            elif folded[at] in words.prepositions and (end := self._behind_phrase(at, high)) is not None:
                at = end
            else:
                return at
        return at

    def _behind_phrase(self, at: int, high: int) -> int | None:
        """Return where "in a statement" ends, at a mark or the sentence's end; None where a clause begins in it."""
        words, folded = self.words, self.tokens.folded
        end = at + 1
        while end < high and not self.breaks(end):
            if folded[end] in words.that or folded[end] in words.be or folded[end].isdigit():
                return None
            end += 1
        return end if end - at <= LONGEST_ADJUNCT else None

    def written(self, first: int, last: int) -> str:
        """Return tokens as the text has them, on one line, without what stands in parentheses."""
        return " ".join(_PARENTHESES.sub("", self.text[self.tokens.starts[first] : self.tokens.ends[last - 1]]).split())

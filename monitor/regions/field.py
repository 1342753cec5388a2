"""One text that names are looked for in, and how it is laid out: what parts two words, where a sentence begins.

This module must not know places.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from monitor.text.fold import LEDE_WORDS, Tokens

Part = Literal["title", "lede", "text"]

# A name may run over these: Saint-Denis, Trinidad & Tobago, a line's end; a full stop only behind St. and its like.
_INSIDE = re.compile(r"(?:[ \t\u00a0]*\r?\n[ \t]*|[ \t\u00a0]+|[-‐‑–'’&/]| & )*")
_POSSESSIVE = re.compile(r"['’]s[ \t\u00a0]+")
_STOP = re.compile(r"\.?[ \t\u00a0]*(?:\r?\n[ \t]*)?")
_COMMA = re.compile(r",\s+|\s+\(|,?\s*-\s*(?=[A-Z])")
_SPACE = re.compile(r"[ \t\u00a0]*(?:\r?\n[ \t]*)?")
_SENTENCE_END = re.compile(r"(?:^|[.!?:;\n\u2022|—–]|\.[\"'”’)])[\s\"'“‘(\[*<-]*$")
_JUDGED = 60
"""Words from which the style of a text is told; a longer text is no heading."""
_BEHIND_DATELINE = tuple(",:(-–—/|")
_DATELINE = 4
"""Words within which a text's dateline begins."""


@dataclass(frozen=True, kw_only=True)
class Field:
    """An article's title, or its text. Tokens are counted from 0."""

    name: Literal["title", "text"]
    text: str
    tokens: Tokens

    @cached_property
    def is_shouting(self) -> bool:
        """Whether it is in capitals throughout."""
        cased = _cased(self.tokens.exact)
        return len(cased) >= 3 and sum(word.isupper() for word in cased) > 0.7 * len(cased)

    @cached_property
    def is_heading(self) -> bool:
        """Whether it is short and nearly every word begins with a capital."""
        cased = _cased(self.tokens.exact)
        capitals = sum(word[0].isupper() for word in cased)
        return len(cased) >= 3 and capitals > 0.7 * len(cased) and len(self.tokens) < _JUDGED

    def part(self, at: int) -> Part:
        """Return which part of the article a token belongs to."""
        return "lede" if self.name == "text" and at < LEDE_WORDS else self.name

    def quoted(self, first: int, last: int) -> str:
        """Return some words as written, on one line."""
        return " ".join(self.text[self.tokens.starts[first] : self.tokens.ends[last]].split())

    def runs_on(self, at: int) -> bool:
        """Tell whether a token and the next may be of one name."""
        return self._parted(_INSIDE, at) or (len(self.tokens.folded[at]) <= 3 and self._parted(_STOP, at))

    def runs_on_possessive(self, at: int) -> bool:
        """Tell whether a token is the owner of the next: Cox's Bazar."""
        return self._parted(_POSSESSIVE, at)

    def only_space(self, at: int) -> bool:
        """Tell whether nothing but a space parts a token from the next: no comma, no 's."""
        return self._parted(_SPACE, at)

    def only_stop(self, at: int) -> bool:
        """Tell whether at most a full stop and a space part a token from the next."""
        return self._parted(_STOP, at)

    def comma_behind(self, at: int) -> bool:
        """Tell whether a comma, a bracket or a dash parts a token from the next."""
        return self._parted(_COMMA, at)

    def follows_name(self, at: int) -> bool:
        """Tell whether a comma and a word with a capital stand before a token: an unknown town's name."""
        return at > 0 and self.tokens.exact[at - 1][0].isupper() and self.comma_behind(at - 1)

    def begins_sentence(self, at: int) -> bool:
        """Tell whether a token is the first of a sentence, a list's item or a quotation."""
        start = self.tokens.starts[at]
        return _SENTENCE_END.search(self.text[max(0, start - 12) : start]) is not None

    def shows_no_name(self, at: int) -> bool:
        """Tell whether a capital at a token says nothing, as any word there has one."""
        return self.is_shouting or self.is_heading or self.begins_sentence(at)

    def is_dateline(self, at: int, last: int) -> bool:
        """Tell whether words in capitals stand where news says where it was written."""
        if self.is_shouting or self.name != "text" or at >= _DATELINE or not self.tokens.exact[at].isupper():
            return False
        end = self.tokens.ends[last]
        return self.text[end : end + 3].lstrip()[:1] in _BEHIND_DATELINE

    def _parted(self, by: re.Pattern[str], at: int) -> bool:
        tokens = self.tokens
        if at + 1 >= len(tokens):
            return False
        return by.fullmatch(self.text, tokens.ends[at], tokens.starts[at + 1]) is not None


def _cased(exact: Sequence[str]) -> list[str]:
    return [word for word in exact[:_JUDGED] if len(word) > 3 and word[0].lower() != word[0].upper()]

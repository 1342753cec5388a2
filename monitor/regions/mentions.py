"""Which words of an article are names of places at all, and what beside them speaks for or against it.

A name counts only as a name is written: with a capital in scripts that have them, an acronym exactly. The longest name
wins. What stands around a mention becomes cues, each with points: "Paris" in "Paris Hilton" is a person's, in "near
Paris" surely a place's. Which place a mention is stays open here; nothing here knows of rules.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from monitor.regions.abbreviations import POST, PRESS
from monitor.regions.gazetteer import Gazetteer, Name, Place
from monitor.text.clitics import without_clitics
from monitor.text.fold import LEDE_WORDS, Tokens

MOST_MENTIONS = 2_000
"""Mentions taken of one article: no news text has more, and what a hostile one costs stays bounded."""

ABBREVIATION = "abbreviation"
BY_RULES = "rules"
"""The origin of names that stand in the rule files; one written there in small letters may stand in any."""
PERSON = "a person's name"
NO_NAMES: Mapping[str, tuple[Name, ...]] = {}

Part = Literal["title", "lede", "text"]
Addend = tuple[str, float]
"""What speaks for or against something, in words, and its points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One text to look through: an article's title, or its text."""

    name: Literal["title", "text"]
    text: str
    tokens: Tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A name of a place where it stands, with all the places that it may mean."""

    field: Literal["title", "text"]
    part: Part
    first: int
    last: int
    """Tokens of the field, from 0."""
    start: int
    end: int
    """Offsets in code points of the field."""
    written: str
    """The field from start to end."""
    name: Name
    cues: tuple[Addend, ...] = ()
    qualifier: Name | None = None
    """The area that is named right behind it: "Texas" in "Paris, Texas"."""

    @property
    def points(self) -> float:
        """Points for being the name of a place here at all; 0 where nothing speaks for or against it."""
        return sum(points for _, points in self.cues)


# A name may run over these: Saint-Denis, Trinidad & Tobago, a line's end; a full stop only behind St. and its like.
_INSIDE = re.compile(r"(?:[ \t\u00a0]*\r?\n[ \t]*|[ \t\u00a0]+|[-‐‑–'’&/]| & )*")
_STOP = re.compile(r"\.?[ \t\u00a0]*(?:\r?\n[ \t]*)?")
_COMMA = re.compile(r",\s+|\s+\(|,?\s*-\s*(?=[A-Z])")
_SPACE = re.compile(r"[ \t\u00a0]*(?:\r?\n[ \t]*)?")
_SENTENCE_END = re.compile(r"(?:^|[.!?:;\n\u2022|—–]|\.[\"'”’)])[\s\"'“‘(\[*<-]*$")

_DOTTED = re.compile(r"(?:[A-Z]\.)+[A-Z][a-z]?\.?")
_JUDGED = 60
"""Words from which the style of a text is told; a longer text is no heading."""
# Every word that an abbreviation can begin with, folded.
_ABBREVIATED = frozenset(re.split(r"[. ]", written)[0] for written in PRESS) | {
    written.replace(".", "") for written in PRESS
}


def find(
    fields: Sequence[Field],
    gazetteer: Gazetteer,
    *,
    language: str | None = None,
    own: Mapping[str, tuple[Name, ...]] = NO_NAMES,
    local: Gazetteer | None = None,
) -> list[Mention]:
    """Return the names of places in an article, in order.

    ``own``: further names by their first word, taken first. ``local``: more places, of where the outlet sits.
    """
    written = frozenset(word for field in fields for word in field.tokens.exact)
    found: list[Mention] = []
    for field in fields:
        scan = _Scan(field, gazetteer, own, local, written, arabic=language == "ar")
        found += scan.mentions(MOST_MENTIONS - len(found))
    return found


@cache
def words(file: str) -> frozenset[str]:
    """Return the words of a list in the package's data: ``common`` or ``given``."""
    lines = (files("monitor.regions") / "words" / f"{file}.txt").read_text("utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))


def is_common(name: tuple[str, ...]) -> bool:
    """Tell whether a name, in folded words, is also an everyday word: "Nice", "Reading", "Mobile"."""
    return len(name) == 1 and name[0] in words("common")


def _is_persons(name: Name) -> bool:
    """Tell whether a word is a person's name before all, as towns of that name are small."""
    word, place = name.words[0], name.places[0]
    if place.kind != "town" or place.population >= _LARGE:
        return False
    return word in words("surnames") or word in words("given")


def _is_prominent(place: Place) -> bool:
    """Tell whether readers think of the place first, whatever else its name means."""
    return place.kind == "country" or str(place.id) in words("capitals")


_LARGE = 300_000
_ACRONYM = 4
"""Letters up to which a word in capitals is taken for an acronym."""
_BEHIND_DATELINE = tuple(",:(-–—/|")
_DATELINE = 4
"""Words within which a text's dateline begins."""


class _Scan:
    """One field, looked through once from its beginning."""

    def __init__(
        self,
        field: Field,
        gazetteer: Gazetteer,
        own: Mapping[str, tuple[Name, ...]],
        local: Gazetteer | None,
        written: frozenset[str],
        *,
        arabic: bool,
    ) -> None:
        self.field = field
        self.text = field.text
        self.gazetteer = gazetteer
        self.own = own
        self.local = local
        self.small: set[tuple[str, ...]] = set()
        """Names met that only the home of the outlet knows."""
        self.written = written
        self.arabic = arabic
        tokens = field.tokens
        self.folded, self.exact, self.starts, self.ends = tokens.folded, tokens.exact, tokens.starts, tokens.ends
        self.shouting, self.heading = _styles(tokens.exact)

    def mentions(self, most: int) -> list[Mention]:
        found: list[Mention] = []
        at, size = 0, len(self.folded)
        own, exact = self.own, self.exact
        while at < size and len(found) < most:
            word = self.folded[at]
            match = None if exact[at][0].islower() and word not in own else self._name_at(at)
            if match is None:
                at += 1
                continue
            name, last = match
            mention = self._mention(name, at, last)
            found.append(mention)
            at = last + 1
            if mention.qualifier is not None and mention.qualifier.origin == ABBREVIATION:
                area = mention.qualifier
                found.append(self._mention(area, at, at + len(area.words) - 1))
                at += len(area.words)
        return found

    def _name_at(self, at: int) -> tuple[Name, int] | None:
        """Return the longest name that stands at a token, written as a name, and its last token."""
        follows = self.folded[at + 1] if at + 1 < len(self.folded) else ""
        for name in self._starting(self.folded[at]):
            if (len(name.words) == 1 or name.words[1] == follows) and self._stands(name, at):
                return name, at + len(name.words) - 1
        if self.folded[at] not in _ABBREVIATED:
            return None
        return self._abbreviation_at(at, behind_comma=self._follows_name(at), post=False)

    def _starting(self, word: str) -> Sequence[Name]:
        names = self.gazetteer.starting(word)
        if word in self.own:
            names = (*self.own[word], *names)
        if self.local is not None and (nearby := self.local.starting(word)):
            known = {name.words for name in names}
            nearby = tuple(name for name in nearby if name.words not in known)
            self.small.update(name.words for name in nearby)
            names = tuple(sorted((*names, *nearby), key=lambda name: -len(name.words)))
        if not names and self.arabic:
            bare = (name for rest in without_clitics(word) for name in self.gazetteer.starting(rest))
            names = tuple(name for name in bare if len(name.words) == 1)
        return names

    def _stands(self, name: Name, at: int) -> bool:
        length = len(name.words)
        last = at + length - 1
        if length > 1:
            if self.folded[at + 1 : at + length] != name.words[1:]:
                return False
            if not all(self._runs_on(between) for between in range(at, last)):
                return False
        if name.exact:
            return " ".join(self.exact[at : at + length]) == name.written.replace(".", "")
        if name.origin != BY_RULES and (" ".join(name.words) in words("elsewhere") or self._is_acronym(name, at)):
            return False
        if name.origin == BY_RULES and name.written[0].islower():
            return True
        return not self.exact[at][0].islower() and not self.exact[last][0].islower()

    def _is_acronym(self, name: Name, at: int) -> bool:
        """Tell whether a short word in capitals only looks like a name: the EU is not Eu in France."""
        word = self.exact[at]
        if len(word) > _ACRONYM or len(name.words) > 1 or not word.isupper() or word == name.written:
            return False
        return name.places[0].population < _LARGE if self.shouting else not self._is_dateline(at, at)

    def _is_dateline(self, at: int, last: int) -> bool:
        """Tell whether a name in capitals stands where news says where it was written."""
        if self.shouting or self.field.name != "text" or at >= _DATELINE or not self.exact[at].isupper():
            return False
        return self.text[self.ends[last] : self.ends[last] + 3].lstrip()[:1] in _BEHIND_DATELINE

    def _follows_name(self, at: int) -> bool:
        """Tell whether a comma and a word with a capital stand before a token: an unknown town's name."""
        if at == 0 or not self.exact[at - 1][0].isupper():
            return False
        return _COMMA.fullmatch(self.text, self.ends[at - 1], self.starts[at]) is not None

    def _abbreviation_at(self, at: int, *, behind_comma: bool, post: bool = True) -> tuple[Name, int] | None:
        """Return the area that is abbreviated at a token, and its last token; ``post``: as the post does it too."""
        for last in (at + 1, at):
            if last >= len(self.folded):
                continue
            end = self.ends[last]
            written = self.text[self.starts[at] : end + (self.text[end : end + 1] == ".")]
            short = written.replace(" ", "").casefold()
            code = PRESS.get(short) or (PRESS.get(f"{short}.") if behind_comma and (post or len(short) > 2) else None)
            if code is not None and not behind_comma and not _DOTTED.fullmatch(written):
                code = None
            if code is None and behind_comma and post and last == at:
                code = POST.get(written.rstrip("."))
            area = self.gazetteer.area(code) if code is not None else None
            if area is not None and not written[0].islower():
                return Name(self.folded[at : last + 1], written, (area,), False, ABBREVIATION), last
        return None

    def _mention(self, name: Name, at: int, last: int) -> Mention:
        field = self.field.name
        qualifier = self._qualifier(last)
        end = self.ends[last]
        if name.origin == ABBREVIATION:
            end = self.starts[at] + len(name.written)
        return Mention(
            field=field,
            part="lede" if field == "text" and at < LEDE_WORDS else field,
            first=at,
            last=last,
            start=self.starts[at],
            end=end,
            written=self.text[self.starts[at] : end],
            name=name,
            cues=tuple(self._cues(name, at, last)),
            qualifier=qualifier,
        )

    # --- what stands beside it ---

    def _qualifier(self, last: int) -> Name | None:
        """Return the area or country named behind a comma or in brackets, written out or abbreviated."""
        after = last + 1
        if after >= len(self.folded) or not _COMMA.fullmatch(self.text, self.ends[last], self.starts[after]):
            return None
        abbreviated = self._abbreviation_at(after, behind_comma=True)
        if abbreviated is not None:
            return abbreviated[0]
        for name in self.gazetteer.starting(self.folded[after]):
            if any(place.kind in ("country", "area") for place in name.places) and self._stands(name, after):
                return name
        return None

    def _cues(self, name: Name, at: int, last: int) -> list[Addend]:
        cues: list[Addend] = []
        if name.origin == ABBREVIATION:
            return cues
        if is_common(name.words) and not any(map(_is_prominent, name.places[:3])):
            no_sign = self.shouting or self.heading or self._begins_sentence(at)
            cues.append(("a common word", -5.0 if no_sign else -3.0))
            if not self.shouting and name.words[0] in self.written:
                cues.append((f"“{name.words[0]}” in small letters too", -2.0))
        elif len(name.words) == 1 and _is_persons(name):
            cues.append(("also a person's name", -1.0))
        if name.words in self.small:
            cues.append(("a small place", -2.0))
        if self._is_dateline(at, last):
            cues.append(("a dateline", 3.0))
        if at > 0 and (self._only_space(at - 1) or self._is_short_title(at - 1)):
            cues += self._cues_before(name, at)
        if last + 1 < len(self.folded) and self._only_space(last):
            cues += self._cues_after(name, at, last)
        return cues

    def _cues_before(self, name: Name, at: int) -> list[Addend]:
        word, spelled = self.folded[at - 1], self.exact[at - 1]
        if word in words("within"):
            return [(f"“{self._quoted(at - 1, at)}”", 1.5)]
        if not spelled[0].isupper():
            return []
        quoted = self._quoted(at - 1, at)
        small = name.places[0].kind == "town"
        stopped = self.text[self.ends[at - 1]] == "."
        initial = len(spelled) == 1 and not self.shouting and (stopped or word not in ("a", "i"))
        if word in words("directions"):
            return [(f"another place: {quoted}", -1.5)] if small else []
        if word in words("given") or (small and (initial or word in words("titles"))):
            return [(f"{PERSON}: {quoted}", -4.0)]
        if small and not (self.shouting or self.heading or self._begins_sentence(at - 1)):
            return [(f"a longer name: {quoted}", -2.0)]
        return []

    def _is_short_title(self, at: int) -> bool:
        """Tell whether a token is "Mr." or "J." with nothing but a space behind its full stop."""
        if len(self.folded[at]) > 1 and self.folded[at] not in words("titles"):
            return False
        return _STOP.fullmatch(self.text, self.ends[at], self.starts[at + 1]) is not None

    def _cues_after(self, name: Name, at: int, last: int) -> list[Addend]:
        word, spelled = self.folded[last + 1], self.exact[last + 1]
        quoted = self._quoted(at, last + 1)
        if not spelled[0].isupper():
            person = word in words("doing") and name.places[0].kind == "town" and not _is_prominent(name.places[0])
            return [(f"{PERSON}: {quoted}", -3.0)] if person else []
        if word in words("namesakes") and name.places[0].kind != "country":
            return [(f"named after it: {quoted}", -3.0)]
        if word in words("organisations"):
            return [(f"an organisation: {quoted}", -1.0)]
        if at == last and self.folded[at] in words("given"):
            if word in words("surnames"):
                return [(f"{PERSON}: {quoted}", -4.0)]
            if not self.shouting and not self.heading:
                return [(f"may be a person's: {quoted}", -2.0)]
        return []

    def _runs_on(self, at: int) -> bool:
        """Tell whether a token and the next may be of one name."""
        if len(self.folded[at]) <= 3 and _STOP.fullmatch(self.text, self.ends[at], self.starts[at + 1]):
            return True
        return _INSIDE.fullmatch(self.text, self.ends[at], self.starts[at + 1]) is not None

    def _only_space(self, at: int) -> bool:
        """Tell whether nothing but a space parts a token from the next: no comma, no 's."""
        return _SPACE.fullmatch(self.text, self.ends[at], self.starts[at + 1]) is not None

    def _begins_sentence(self, at: int) -> bool:
        start = self.starts[at]
        return _SENTENCE_END.search(self.text[max(0, start - 12) : start]) is not None

    def _quoted(self, first: int, last: int) -> str:
        return " ".join(self.text[self.starts[first] : self.ends[last]].split())


def _styles(exact: Sequence[str]) -> tuple[bool, bool]:
    """Tell whether a text is in capitals throughout, and whether nearly every word of it begins with one."""
    judged = [word for word in exact[:_JUDGED] if len(word) > 3 and word[0].lower() != word[0].upper()]
    if len(judged) < 3:
        return False, False
    shouting = sum(word.isupper() for word in judged) > 0.7 * len(judged)
    heading = sum(word[0].isupper() for word in judged) > 0.7 * len(judged) and len(exact) < _JUDGED
    return shouting, heading

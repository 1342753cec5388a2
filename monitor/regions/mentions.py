"""Which words of an article are names of places at all.

A name counts only as a name is written: with a capital in scripts that have them, an acronym exactly. The longest name
wins. What stands around a mention becomes cues; which place it is stays open here. Nothing here knows of rules.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Literal

from monitor.regions.abbreviations import ABBREVIATION, BEGINNINGS, abbreviated
from monitor.regions.cues import SMALL, Addend, cues
from monitor.regions.field import Field, Part
from monitor.regions.gazetteer import Gazetteer, Name
from monitor.regions.inflection import INFLECTED, WITH_ADJECTIVES, adjectives, bare_names, without_apostrophe
from monitor.regions.wordlists import LARGE, is_prominent, phrases
from monitor.text.clitics import without_clitics

MOST_MENTIONS = 2_000
"""Mentions taken of one article: no news text has more, and what a hostile one costs stays bounded."""
MOST_WORDS = 20_000
"""Words of a field that are looked through: what says where a text is about stands long before."""
BY_RULES = "rules"
"""The origin of names that stand in the rule files; one written there in small letters may stand in any."""
NO_NAMES: Mapping[str, tuple[Name, ...]] = {}
_ACRONYM = 4
"""Letters up to which a word in capitals is taken for an acronym."""


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

    is_adjective: bool = False
    """Whether it is a nationality in small letters, "tropas rusas": evidence for the country, and no name."""

    @property
    def points(self) -> float:
        """Points for being the name of a place here at all; 0 where nothing speaks for or against it."""
        return sum(points for _, points in self.cues)


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
    written = frozenset(chain.from_iterable(field.tokens.exact for field in fields))
    found: list[Mention] = []
    for field in fields:
        scan = _Scan(field, gazetteer, own, local, written, language)
        found += scan.mentions(MOST_MENTIONS - len(found))
    return found


class _Scan:
    """One field, looked through once from its beginning."""

    def __init__(
        self,
        field: Field,
        gazetteer: Gazetteer,
        own: Mapping[str, tuple[Name, ...]],
        local: Gazetteer | None,
        written: frozenset[str],
        language: str | None,
    ) -> None:
        self.field = field
        self.gazetteer = gazetteer
        self.own = own
        self.local = local
        self.small: set[tuple[str, ...]] = set()
        """Names met that only the home of the outlet knows."""
        self.written = written
        self.language = language
        self.folded, self.exact = field.tokens.folded, field.tokens.exact

    def mentions(self, most: int) -> list[Mention]:
        found: list[Mention] = []
        at, size = 0, min(len(self.folded), MOST_WORDS)
        own, exact = self.own, self.exact
        has_adjectives = self.language in WITH_ADJECTIVES
        while at < size and len(found) < most:
            if exact[at][0].islower() and self.folded[at] not in own:
                if has_adjectives and (adjective := self._adjective_at(at)) is not None:
                    found.append(self._mention(adjective, at, is_adjective=True))
                at += 1
                continue
            name, passed = self._name_at(at), self._no_place(at)
            if name is None or (len(name.words) <= passed and not name.exact and name.origin != BY_RULES):
                at += max(1, passed)
                continue
            mention = self._mention(name, at)
            found.append(mention)
            at = mention.last + 1
            area = mention.qualifier
            if area is not None and area.origin == ABBREVIATION:
                found.append(self._mention(area, at))
                at += len(area.words)
        return found

    def _name_at(self, at: int) -> Name | None:
        """Return the longest name that stands at a token, written as a name."""
        word = self.folded[at]
        names = self._starting(word)
        if names:
            follows = self.folded[at + 1] if at + 1 < len(self.folded) else ""
            for name in names:
                if (len(name.words) == 1 or name.words[1] == follows) and self._stands(name, at):
                    return name
        if word in BEGINNINGS:
            return abbreviated(self.field, at, self.gazetteer, behind_comma=self.field.follows_name(at), post=False)
        return self._inflected_at(at) if self.language in INFLECTED else None

    def _inflected_at(self, at: int) -> Name | None:
        """Return the name of one word to which the language of the article added something.

        At a sentence's start only those of countries and capitals: "Кому" is no Como there.
        """
        tokens = self.field.tokens
        is_any_word = self.exact[at][0].isupper() and self.language != "tr" and self.field.begins_sentence(at)
        written = self.field.text[tokens.starts[at] : tokens.ends[at]]
        for word in bare_names(written, self.folded[at], self.language):
            for name in self.gazetteer.starting(word):
                is_likely = len(name.words) == 1 and (is_prominent(name.places[0]) or not is_any_word)
                if is_likely and self._stands(name, at):
                    return name
        return None

    def _adjective_at(self, at: int) -> Name | None:
        """Return the country's adjective that stands at a token in small letters, as many languages write it."""
        for word in adjectives(self.folded[at], self.language):
            for name in self.gazetteer.starting(word):
                is_nationality = name.is_demonym and name.written[0].islower() and name.places[0].kind == "country"
                if len(name.words) == 1 and is_nationality:
                    return name
        return None

    def _no_place(self, at: int) -> int:
        """Return how many words from a token on are the name of no country and no area: "Latin America"."""
        for name in phrases("elsewhere").get(self.folded[at], ()):
            last = at + len(name) - 1
            if self.folded[at : last + 1] == name and not self.exact[last][0].islower():
                return len(name)
        return 0

    def _starting(self, word: str) -> Sequence[Name]:
        names = self.gazetteer.starting(word)
        if word in self.own:
            names = tuple(sorted((*self.own[word], *names), key=lambda name: -len(name.words)))
        if self.local is not None and (nearby := self.local.starting(word)):
            known = {name.words for name in names}
            nearby = tuple(name for name in nearby if name.words not in known)
            self.small.update(name.words for name in nearby)
            names = tuple(sorted((*names, *nearby), key=lambda name: -len(name.words)))
        if not names and self.language == "ar":
            bare = (name for rest in without_clitics(word) for name in self.gazetteer.starting(rest))
            names = tuple(name for name in bare if len(name.words) == 1)
        return names

    def _stands(self, name: Name, at: int) -> bool:
        length = len(name.words)
        last = at + length - 1
        if length > 1:
            if self.folded[at + 1 : at + length] != name.words[1:]:
                return False
            if not all(self._runs_on(name, between) for between in range(at, last)):
                return False
        if name.exact:
            return " ".join(self.exact[at : at + length]) == name.written.replace(".", "")
        if name.origin != BY_RULES and (self._is_acronym(name, at) or self._is_foreign(name)):
            return False
        if name.origin == BY_RULES and name.written[0].islower():
            return True
        return not self.exact[at][0].islower() and not self.exact[last][0].islower()

    def _runs_on(self, name: Name, at: int) -> bool:
        if self.field.runs_on(at):
            return True
        return any(mark in name.written for mark in ("'s ", "’s ")) and self.field.runs_on_possessive(at)

    def _is_foreign(self, name: Name) -> bool:
        """Tell whether a short name is one of other languages: "Sec" is Vietnamese for Czechia."""
        if len(name.words) > 1 or len(name.words[0]) > _ACRONYM or not name.words[0].isascii():
            return False
        languages = name.origin.partition(": ")[2].split(", ")
        return languages != [""] and "en" not in languages and self.language not in languages

    def _is_acronym(self, name: Name, at: int) -> bool:
        """Tell whether a short word in capitals only looks like a name: the EU is not Eu in France."""
        word = self.exact[at]
        if len(word) > _ACRONYM or len(name.words) > 1 or not word.isupper() or word == name.written:
            return False
        return name.places[0].population < LARGE if self.field.is_shouting else not self.field.is_dateline(at, at)

    def _mention(self, name: Name, at: int, *, is_adjective: bool = False) -> Mention:
        field, last = self.field, at + len(name.words) - 1
        start, end = field.tokens.starts[at], field.tokens.ends[last]
        if name.origin == ABBREVIATION:
            end = start + len(name.written)
        elif self.language == "tr" and len(name.words) == 1:
            end = start + len(without_apostrophe(field.text[start:end]))
        return Mention(
            field=field.name,
            part=field.part(at),
            first=at,
            last=last,
            start=start,
            end=end,
            written=field.text[start:end],
            name=name,
            cues=() if is_adjective else self._cues(name, at),
            qualifier=None if is_adjective else self._qualifier(last),
            is_adjective=is_adjective,
        )

    def _cues(self, name: Name, at: int) -> tuple[Addend, ...]:
        if name.origin == ABBREVIATION:
            return ()
        found = tuple(cues(self.field, name, at, self.written, self.language))
        return (*found, SMALL) if name.words in self.small else found

    def _qualifier(self, last: int) -> Name | None:
        """Return the area or country named behind a comma or in brackets, written out or abbreviated."""
        after = last + 1
        if not self.field.comma_behind(last):
            return None
        area = abbreviated(self.field, after, self.gazetteer, behind_comma=True)
        if area is not None:
            return area
        for name in self.gazetteer.starting(self.folded[after]):
            if any(place.kind in ("country", "area") for place in name.places) and self._stands(name, after):
                return name
        return None

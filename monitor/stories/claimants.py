"""Who is who among those that one story's figures and statements come from.

"Sarfaraz Bugti", "Chief Minister Bugti" and "the chief minister" are one claimant, "the military" and "Pakistan's
military" too, where only one of the story's claimants can be meant; where several can, or it is not clear, a name stays
a claimant of its own. So does one who is not named at all, "officials" or "a senior police officer", in every text
anew. Decided name by name in the order in which they come, so that what was told is never taken apart later. This
module must not know what is claimed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files

import yaml

from monitor.regions import packs
from monitor.text.fold import fold_word, tokenise
from monitor.text.lines import one_line, shorten

LONGEST_NAME = 60
"""Characters of a claimant as shown. What is longer is a clause rather than a name."""

MOST_NAMESAKES = 50
"""Claimants of a story with a word in common that a name is compared with."""

CLAIMANTS_COMPARED = 500
"""Claimants of a story until which a new name is compared with them: a story with more is hostile."""

_ASIDE = re.compile(r"\(([^()]*)\)")


@cache
def words(kind: str) -> frozenset[str]:
    """Return a list of `ledger.yaml`."""
    table = yaml.safe_load((files("monitor.stories") / "ledger.yaml").read_text("utf-8"))
    return frozenset(map(fold_word, table[kind].split()))


@dataclass(frozen=True, slots=True)
class _Reading:
    """A claimant's name taken apart."""

    roles: frozenset[str]
    """Of bodies and offices; of voices only where nothing else is named."""
    of: frozenset[str]
    """What tells one body or office from others of its kind: "Pakistan", "Quetta", "defence", "BLA"."""
    person: tuple[str, ...]
    """Or any other name without a role: "Reuters", "Hamas"."""
    is_named: bool
    """Whether ``roles`` with ``of`` is one group's own name rather than a kind of body and a place."""
    is_anybody: bool
    """Whether another text may mean somebody else by it: "officials", "a witness", "the district police chief"."""
    initials: str

    @property
    def is_voice(self) -> bool:
        """Whether it is one who speaks for others: "a Hamas official"."""
        return not self.person and self.roles <= words("voices")


@dataclass(slots=True, eq=False)
class Claimant:
    """One who says something, under every name that the story's articles give."""

    name: str
    """The fullest of the names."""
    order: int
    is_outlet: bool = False
    """Whether it is an outlet, with what it states as its own."""
    is_anybody: bool = False
    """Whether it is one of a single text only, as it has no name."""
    readings: list[_Reading] = field(default_factory=list)

    @property
    def is_source(self) -> bool:
        """Whether it is somebody whom any text may quote by name."""
        return not (self.is_outlet or self.is_anybody)

    @property
    def subject(self) -> str:
        """The name as a sentence begins with it."""
        return self.name if self.is_outlet else self.name[:1].upper() + self.name[1:]

    @property
    def say(self) -> str:
        """Return "say" or "says", whichever it takes."""
        return "say" if self.is_plural else "says"

    @property
    def is_plural(self) -> bool:
        named = tokenise(self.name)
        until = next((place for place, word in enumerate(named.folded) if place and word in words("of")), None)
        if not named.folded:
            return False
        word, exact = named.folded[:until][-1], named.exact[:until][-1]
        return (exact.islower() and word.endswith("s") and not word.endswith("ss")) or word in words("plural")


class Claimants:
    """The claimants of one story so far."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int | None], Claimant] = {}
        self._by_word: dict[str, list[Claimant]] = {}
        self._count = 0

    def outlet(self, source: str) -> Claimant:
        """Return the outlet of that name, which is also meant where a text names it as its source."""
        key = _key(source), None
        if key not in self._known:
            self._known[key] = self._new(source)
        self._known[key].is_outlet = True
        return self._known[key]

    def named(self, name: str, text: int | None = None) -> Claimant:
        """Return who is meant by a name; by what names nobody, somebody of that very ``text``."""
        is_anybody = _read(name).is_anybody
        key = _key(name), text if is_anybody else None
        if key not in self._known:
            if is_anybody or self._count >= CLAIMANTS_COMPARED:
                self._known[key] = Claimant(_shown(name), self._next(), is_anybody=is_anybody)
            else:
                self._known[key] = self._find(name)
        return self._known[key]

    def _next(self) -> int:
        self._count += 1
        return self._count

    def _find(self, name: str) -> Claimant:
        reading = _read(name)
        named = {*reading.roles, *reading.of, *reading.person, reading.initials}
        near = dict.fromkeys(one for word in sorted(named) for one in self._by_word.get(word, [])[:MOST_NAMESAKES])
        fits = [(fit, one) for one in near if not one.is_outlet and (fit := _fit(reading, one))]
        best = max((fit for fit, _ in fits), default=0)
        meant = [one for fit, one in fits if fit == best]
        if len(meant) != 1:
            return self._new(name)
        (claimant,) = meant
        if _fullness(reading) > max(map(_fullness, claimant.readings)):
            claimant.name = _shown(name)
        self._learn(claimant, reading)
        return claimant

    def _new(self, name: str) -> Claimant:
        claimant = Claimant(_shown(name), self._next())
        self._learn(claimant, _read(name))
        return claimant

    def _learn(self, claimant: Claimant, reading: _Reading) -> None:
        claimant.readings.append(reading)
        for word in {*reading.roles, *reading.of, *reading.person, reading.initials}:
            known = self._by_word.setdefault(word, [])
            if claimant not in known:
                known.append(claimant)


def _fit(reading: _Reading, claimant: Claimant) -> int:
    """Return 2 for a name as specific as one of the claimant's, 1 for a fuller or shorter one, 0 for another's."""
    if any(_is_other(reading, one) for one in claimant.readings):
        return 0
    alike = [one for one in claimant.readings if _is_same(reading, one)]
    return (1 + any(one.of == reading.of and one.roles == reading.roles for one in alike)) if alike else 0


def _is_other(one: _Reading, other: _Reading) -> bool:
    """Tell whether two names cannot be one's: two men of the police, the armies of two countries."""
    if one.person and other.person and one.roles | one.of and other.roles | other.of:
        return not _is_same_person(one.person, other.person)
    return one.roles == other.roles and not (one.of <= other.of or other.of <= one.of)


def _is_same(one: _Reading, other: _Reading) -> bool:
    if one.person and other.person and _is_same_person(one.person, other.person):
        return True
    if _is_short_for(one, other) or _is_short_for(other, one) or _speaks_for(one, other) or _speaks_for(other, one):
        return True
    if not one.roles or one.roles != other.roles or (one.person and other.person):
        return False
    less, more = sorted((one, other), key=lambda each: len(each.of))
    if less.of == more.of:
        return True
    return less.of < more.of and not (more.is_named or one.is_voice or other.is_voice)


def _is_short_for(short: _Reading, full: _Reading) -> bool:
    """Tell whether a name is, or is of, what another's initials or the letters in brackets behind it say."""
    return len(full.initials) > 1 and full.initials in (*short.person, *short.of)


def _speaks_for(voice: _Reading, body: _Reading) -> bool:
    """Tell whether "a Hamas official" is one of "Hamas"."""
    return bool(voice.of) and voice.roles <= words("voices") and not body.roles and voice.of == set(body.person)


def _is_same_person(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    if one[-1] != other[-1] or (one[-1] in words("common") and one != other):
        return False
    if set(one) <= set(other) or set(other) <= set(one):
        return True
    return _is_misspelt("".join(one[:-1]), "".join(other[:-1]))


def _is_misspelt(one: str, other: str) -> bool:
    """Tell whether two spellings of a given name differ by one letter: "Sarfraz", "Sarfaraz"."""
    same = next((at for at, (ours, theirs) in enumerate(zip(one, other, strict=False)) if ours != theirs), 0)
    ours, theirs = one[same:], other[same:]
    return same > 0 and (ours[1:] == theirs or ours == theirs[1:] or ours[1:] == theirs[1:])


def _shown(name: str) -> str:
    return shorten(one_line(name), LONGEST_NAME)


@lru_cache(maxsize=4096)
def _key(name: str) -> str:
    tokens = tokenise(name[: 4 * LONGEST_NAME])
    return " ".join(word for word in tokens.folded if word not in words("fillers")) or name.casefold()


def _fullness(reading: _Reading) -> tuple[int, int]:
    return len(reading.person), len(reading.roles) + len(reading.of)


@lru_cache(maxsize=4096)
def _read(name: str) -> _Reading:
    name = name[: 4 * LONGEST_NAME]
    before, _, behind = _ASIDE.sub(" ", name).partition(",")
    tokens = tokenise(before)
    kinds = [_kind(word) for word in tokens.folded]
    last = max((place for place, kind in enumerate(kinds) if kind), default=-1)
    roles, voices, of, person = set[str](), set[str](), set[str](), list[str]()
    names = set[str]()
    capital = True
    belongs = False
    for place, (word, exact, kind) in enumerate(zip(tokens.folded, tokens.exact, kinds, strict=True)):
        if word in words("of"):
            belongs = True
        elif word in words("fillers"):
            continue
        elif kind == "voice":
            voices.add(_singular(word))
        elif kind:
            roles.add(_singular(word))
            capital = capital and exact[:1].isupper()
        elif place < last or (belongs and last >= 0):
            country = _country(word)
            of.add(country or word)
            if not country and exact[:1].isalpha() and not exact[:1].islower():
                names.add(word)
        elif not exact[:1].islower():
            person.append(word)
    # "Chief minister" is an office, "police chief" is the police, "chief" anybody's.
    if "chief" in voices and roles & words("offices"):
        of.add("chief")
    is_body_of_name = last >= 0 and not roles and any(exact.isupper() for exact in tokens.exact[:last])
    if all(word in words("anybody") or word in words("plural") for word in person):
        person.clear()
    is_named = bool(roles & words("naming")) and capital and not all(map(str.isupper, of))
    is_anybody = _is_one_of_many(tokens.folded, voices, of) if roles else names <= words("unspecific")
    if not roles and not is_body_of_name:
        roles = voices
    if behind and person and not roles:
        described = _read(behind.strip())
        roles, of = set(described.roles), set(described.of)
    return _Reading(
        roles=frozenset(roles),
        of=frozenset(of),
        person=tuple(person),
        is_named=is_named,
        is_anybody=is_anybody and not person and not is_named,
        initials=_initials(name, tokens.exact),
    )


def _is_one_of_many(named: tuple[str, ...], voices: set[str], of: set[str]) -> bool:
    """Tell whether a body or an office has many of those who are named so: officers, hospitals, deputies."""
    if named[0] in words("indefinite") and voices <= words("many"):  # "a police spokesman" speaks for the police
        return True
    return of <= words("unspecific") and not words("many").isdisjoint(named)


@lru_cache(maxsize=4096)
def _country(word: str) -> str | None:
    """Return the code, in capitals, of a country that a word names: "pakistan", "pakistani"."""
    names = packs.load(frozenset()).named((word,))
    return next((place.country for name in names for place in name.places[:1] if place.kind == "country"), None)


def _initials(name: str, exact: tuple[str, ...]) -> str:
    """Return "bla" for the Baloch Liberation Army, and for BLA itself; two letters only if they stand in brackets."""
    aside = _ASIDE.search(name)
    if aside and aside[1].isupper():
        return aside[1].casefold()
    capitals = [word for word in exact if word[:1].isupper() and word.casefold() not in words("fillers")]
    if len(capitals) == 1:
        word = capitals[0].casefold()
        return word if capitals[0].isupper() and len(word) > 1 and word not in words("common") else ""
    return "".join(word[0] for word in capitals).casefold() if len(capitals) > 2 else ""


def _kind(word: str) -> str:
    if _singular(word) in words("voices"):
        return "voice"
    return "role" if {word, _singular(word)} & (words("bodies") | words("offices")) else ""


@lru_cache(maxsize=4096)
def _singular(word: str) -> str:
    stem = f"{word[:-3]}y" if word.endswith("ies") else word.removesuffix("s")
    known = words("voices") | words("bodies") | words("offices")
    return stem if stem in known else word

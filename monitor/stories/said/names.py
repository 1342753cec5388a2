"""The name of a source: what is shortest of all that belongs to it, and how well it names somebody.

"The provincial chief minister Sarfaraz Bugti" is Sarfaraz Bugti; "a police spokesman" stays what it is. Must not know
how a source is found.
"""

from __future__ import annotations

from dataclasses import dataclass

from monitor.stories.said.reading import Reading


@dataclass(frozen=True, slots=True)
class Speaker:
    """A source as token numbers: all that belongs to it, and the shortest form that names it."""

    start: int
    end: int
    name: tuple[int, int]
    pronoun: bool = False
    refers: bool = False
    """To somebody named before: a pronoun, "its spokesman"."""
    certain: bool = False
    """A name of several words, an office or a body."""
    outlet: bool = False
    """A name alone, without office: where it passes news on, an outlet."""


def speaker_of(reading: Reading, start: int, end: int, name: tuple[int, int]) -> Speaker | None:
    """Return a source, shortened to its name where its office leads to one; None where it is nobody."""
    words, folded = reading.words, reading.tokens.folded
    first, last = name
    if all(word in words.nobody or word in words.determiners for word in folded[first:last]):
        return None
    if folded[last - 1] in words.suffered or folded[last - 1] in words.dates:
        return None
    while first < last - 1 and folded[first] in words.articles:
        first += 1
    first = _behind_office(reading, first, last)
    if not reading.caseless:
        proper = last
        while proper > first and (reading.capital(proper - 1) or (proper < last and len(folded[proper - 1]) <= 2)):
            proper -= 1
        if first < proper < last and reading.capital(proper) and not reading.is_function(folded[proper - 1]):
            first = proper
    capitals = sum(map(reading.capital, range(first, last)))
    known = any(word in words.speakers or word in words.offices for word in folded[start:last])
    return Speaker(
        start,
        end,
        (first, last),
        refers=folded[first] in words.bodily and known,
        certain=known or (capitals > 1 and not reading.caseless),
        outlet=not known and capitals > 0,
    )


def _behind_office(reading: Reading, first: int, last: int) -> int:
    """Return where the name behind a title or office begins; the office itself where none follows."""
    words, folded = reading.words, reading.tokens.folded
    office = max((at for at in range(first, last) if folded[at] in words.offices), default=last)
    at = office + 1
    if at + 1 < last and folded[at] in words.links and folded[at + 1] in words.modifiers:  # "minister of defence X"
        while at < last - 1 and (folded[at] in words.links or folded[at] in words.modifiers):
            at += 1
    named = at < last and all(reading.capital(one) and folded[one] not in words.speakers for one in range(at, last))
    return at if named else first


def properness(reading: Reading, source: Speaker) -> int:
    """Return how well a source is named: by a name alone, by one with what it is, or not at all."""
    if source.outlet or source.name[0] > source.start + 1:
        return 2
    return int(not reading.caseless and any(map(reading.capital, range(*source.name))))

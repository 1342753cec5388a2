"""Marks: the words of a sentence that name a source, and how far they reach.

    "police said that …" reaches forward, "…, police said" backward, "according to …" both ways

The words are data (``lexicon``); how a source is cut out of the words around a verb is the business of ``speakers``.
Nothing here knows of figures or statements.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from monitor.stories.said.names import Speaker
from monitor.stories.said.reading import Reading
from monitor.stories.said.speakers import closes, following, headline, outlet, subject

HEADING = 6
"""In so many first or last tokens of a headline its source stands: "Police: …", "… - UN"."""

OBJECT = 6
"""How near the object must follow its verb: "put the official toll at"."""

LONGEST_QUOTING = 12
"""Tokens from "quoted" to "as saying"."""

_NO_VERB = re.compile(r"[(\[]|['’]s")


@dataclass(frozen=True, slots=True)
class Mark:
    """Words that name a source, and where what they attribute stands."""

    speaker: Speaker
    start: int
    end: int
    """Token numbers of the mark, source included."""
    before: bool
    after: bool
    relay: bool = False
    """An outlet that passes on what it heard."""


def marks_of(reading: Reading, low: int, high: int) -> Iterator[Mark]:
    """Yield the marks of a sentence, in order."""
    words, folded = reading.words, reading.tokens.folded
    yield from _heading(reading, low, high)
    previous: Mark | None = None
    behind = low
    for at in range(low, high):
        word = folded[at]
        if at < behind:
            continue
        mark = None
        if word in words.says:
            mark = _verb(reading, low, high, at)
        elif word in words.participles and folded[at - 1] in words.manner:
            mark = _quoted(reading, low, at)
        elif word in words.participles and previous is not None:
            mark = Mark(previous.speaker, at, at + 1, before=False, after=True)
        elif _puts(reading, high, at):
            if (speaker := subject(reading, low, at)) is not None:
                mark = Mark(speaker, speaker.start, at + 1, before=False, after=True)
        elif word in words.according_starts:
            mark = _according(reading, low, high, at)
        if mark is not None:
            previous, behind = mark, mark.end
            yield mark


def _puts(reading: Reading, high: int, at: int) -> bool:
    """Tell whether a word begins to give a number: "put the toll at", "speaks of"."""
    words, folded = reading.words, reading.tokens.folded
    if folded[at] in words.speaks:
        return at + 1 < high and folded[at + 1] in words.links
    return folded[at] in words.puts and not words.counted.isdisjoint(folded[at + 1 : min(at + OBJECT, high)])


def _heading(reading: Reading, low: int, high: int) -> Iterator[Mark]:
    """Yield the sources that stand before a colon or behind the last dash or colon of a headline."""
    colon = next((at for at in range(low + 1, min(low + HEADING, high)) if reading.gap(at).strip() == ":"), low)
    if colon > low and (speaker := headline(reading, low, colon)) is not None:
        yield Mark(speaker, low, colon, before=False, after=True)
    for at in range(high - 1, max(high - HEADING, low + 2), -1):
        gap = reading.gap(at)
        if gap.strip() in (":", "-", "–", "—", "--") and gap[-1].isspace():
            if (speaker := headline(reading, at, high)) is not None:
                yield Mark(speaker, at, high, before=True, after=False)
            break


def _according(reading: Reading, low: int, high: int, at: int) -> Mark | None:
    """Return the mark of a phrase that names its source behind it, "according to", or before it, as Urdu does."""
    words, folded = reading.words, reading.tokens.folded
    for phrase in words.according:
        behind = at + len(phrase)
        if folded[at:behind] == phrase and (speaker := following(reading, behind, high)) is not None:
            relay = folded[speaker.end - 1] in words.outlets
            return Mark(speaker, at, speaker.end, before=True, after=True, relay=relay)
    for phrase in words.accordingly:
        if folded[at : at + len(phrase)] == phrase and (speaker := subject(reading, low, at)) is not None:
            return Mark(speaker, speaker.start, at + len(phrase), before=True, after=True)
    return None


def _quoted(reading: Reading, low: int, saying: int) -> Mark | None:
    """Return the mark of "X was quoted by a paper as saying"."""
    for at in range(saying - 2, max(low, saying - LONGEST_QUOTING), -1):
        if reading.tokens.folded[at] in reading.words.quoted and is_passive(reading, low, at):
            speaker = subject(reading, low, at - 1)
            return Mark(speaker, speaker.start, saying + 1, before=False, after=True) if speaker else None
    return None


def _verb(reading: Reading, low: int, high: int, at: int) -> Mark | None:
    words, folded = reading.words, reading.tokens.folded
    if is_passive(reading, low, at) or not is_saying(reading, low, high, at):
        return None
    if folded[at] in words.claims and not words.other_objects.isdisjoint(folded[at + 1 : min(at + OBJECT, high)]):
        speaker = subject(reading, low, at)
        return Mark(speaker, speaker.start, at + 1, before=False, after=False) if speaker else None
    if folded[at] in words.leading and (speaker := following(reading, at + 1, high)) is not None:
        forward = speaker.end < high and folded[speaker.end] in words.that
        if forward or closes(reading, speaker.end, high):
            return Mark(speaker, at, speaker.end, before=not forward, after=forward)
    relay = folded[at] in words.relays
    if folded[at] in words.inverted and _stands_apart(reading, low, high, at):
        speaker = following(reading, at + 1, high)
        if relay and (speaker is None or not closes(reading, speaker.end, high)):
            speaker = outlet(reading, at + 1, high) or speaker
        if speaker is not None and ((relay and speaker.outlet) or closes(reading, speaker.end, high)):
            return Mark(speaker, at, speaker.end, before=True, after=False, relay=relay and speaker.outlet)
    speaker = subject(reading, low, at)
    if speaker is None or (at > low and folded[at - 1] in words.relatives and not _introduces(reading, high, at)):
        return None
    trailing = speaker.start > low and _trails(reading, high, at, speaker)
    return Mark(speaker, speaker.start, at + 1, before=trailing, after=not trailing, relay=relay and speaker.outlet)


def is_passive(reading: Reading, low: int, verb: int) -> bool:
    """Tell whether a verb's subject is what is said, not who says it: "was reported"."""
    words, folded = reading.words, reading.tokens.folded
    before = verb - 1
    while before >= low and folded[before] in words.adverbs:
        before -= 1
    return before >= low and folded[before] in words.be


def is_saying(reading: Reading, low: int, high: int, verb: int) -> bool:
    """Tell whether a word says something here: no noun ("its final report"), no other sense ("declared a curfew")."""
    words, folded = reading.words, reading.tokens.folded
    word = folded[verb]
    if word in words.declarations and not _introduces(reading, high, verb):
        return False
    if _NO_VERB.search(reading.gap(verb)):
        return False
    if word not in words.nouns:
        return True
    if verb + 1 < high and folded[verb + 1] in words.complements:
        return False
    if reading.breaks(verb):
        return True
    owned = words.articles | words.possessives
    before, second = (folded[at] if at >= low else "" for at in (verb - 1, verb - 2))
    if before in owned:
        return False
    return second not in owned or before in words.speakers or reading.capital(verb - 1)


def _introduces(reading: Reading, high: int, verb: int) -> bool:
    """Tell whether what is said begins right behind a verb: "that", a quote."""
    at = verb + 1
    if reading.tokens.folded[verb] in reading.words.tells:  # "told us that"
        at = next((one for one in range(at, min(at + 3, high)) if reading.tokens.folded[one] in reading.words.that), at)
    noun = reading.tokens.folded[verb] in reading.words.nouns
    if at >= high:
        return not noun
    if reading.tokens.folded[at] in reading.words.that:
        return True
    return any(mark in reading.gap(at) for mark in (':"“' if noun else ":,"))


def _stands_apart(reading: Reading, low: int, high: int, verb: int) -> bool:
    """Tell whether a verb may stand before its subject: behind a comma or quote, or "… on May 3 reports Dawn"."""
    if verb <= low or verb + 1 >= high or reading.breaks(verb + 1):
        return False
    first = verb
    while first > low and reading.tokens.folded[first - 1] in reading.words.adverbs:
        first -= 1
    if reading.breaks(first):
        return True
    return reading.tokens.folded[verb] in reading.words.relays and not reading.caseless and reading.capital(verb + 1)


def _trails(reading: Reading, high: int, verb: int, speaker: Speaker) -> bool:
    """Tell whether subject and verb come behind what they say: nothing follows but when, where or how it was said."""
    words, folded = reading.words, reading.tokens.folded
    rest = reading.behind_adjuncts(verb, high)
    if rest >= high or reading.breaks(rest):
        return True
    if rest + 1 < high and folded[rest] in words.breakers and folded[rest + 1] in words.participles:
        return True  # "he said while adding that …"
    if not reading.unpunctuated or not reading.capital(rest) or any(map(reading.capital, range(*speaker.name))):
        return False
    return folded[speaker.start - 1] not in words.breakers  # "… he said The blast …"

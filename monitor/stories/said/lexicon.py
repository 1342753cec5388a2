"""The words by which a language says who says something: one table per language, so that one is added without code.

This module must not know what is done with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from monitor.text.fold import fold_word

Words = frozenset[str]
NO_WORDS: Words = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """A language's words, folded; ``en.yaml`` says what each list is for. A language may lack some."""

    according: tuple[tuple[str, ...], ...] = ()
    accordingly: tuple[tuple[str, ...], ...] = ()
    says: Words = NO_WORDS
    tells: Words = NO_WORDS
    dated: Words = NO_WORDS
    that: Words = NO_WORDS
    inverted: Words = NO_WORDS
    leading: Words = NO_WORDS
    relays: Words = NO_WORDS
    nouns: Words = NO_WORDS
    complements: Words = NO_WORDS
    declarations: Words = NO_WORDS
    relatives: Words = NO_WORDS
    joins: Words = NO_WORDS
    claims: Words = NO_WORDS
    documents: Words = NO_WORDS
    persons: Words = NO_WORDS
    participles: Words = NO_WORDS
    quoted: Words = NO_WORDS
    puts: Words = NO_WORDS
    speaks: Words = NO_WORDS
    counted: Words = NO_WORDS
    suffered: Words = NO_WORDS
    other_objects: Words = NO_WORDS
    be: Words = NO_WORDS
    adverbs: Words = NO_WORDS
    adverbial: Words = NO_WORDS
    dates: Words = NO_WORDS
    determiners: Words = NO_WORDS
    articles: Words = NO_WORDS
    possessives: Words = NO_WORDS
    bodily: Words = NO_WORDS
    pronouns: Words = NO_WORDS
    plural: Words = NO_WORDS
    nobody: Words = NO_WORDS
    speakers: Words = NO_WORDS
    modifiers: Words = NO_WORDS
    offices: Words = NO_WORDS
    kinds: Words = NO_WORDS
    outlets: Words = NO_WORDS
    links: Words = NO_WORDS
    authors: Words = NO_WORDS
    prepositions: Words = NO_WORDS
    breakers: Words = NO_WORDS
    openers: Words = NO_WORDS
    also: Words = NO_WORDS

    # statements
    claiming: Words = NO_WORDS
    taking: Words = NO_WORDS
    responsibility: Words = NO_WORDS
    credit: Words = NO_WORDS
    held: Words = NO_WORDS
    qualifiers: Words = NO_WORDS
    agents: Words = NO_WORDS
    manner: Words = NO_WORDS
    deeds: Words = NO_WORDS
    members: Words = NO_WORDS
    holding: Words = NO_WORDS
    own: Words = NO_WORDS
    doings: Words = NO_WORDS
    office_holders: Words = NO_WORDS
    denying: Words = NO_WORDS
    rejecting: Words = NO_WORDS
    allegations: Words = NO_WORDS
    rejectable: Words = NO_WORDS
    undeniable: Words = NO_WORDS
    courts: Words = NO_WORDS
    baseless: Words = NO_WORDS
    accusing: Words = NO_WORDS
    accused_marks: Words = NO_WORDS
    accused_of: Words = NO_WORDS
    blaming: Words = NO_WORDS
    blamed_for: Words = NO_WORDS
    blamed_on: Words = NO_WORDS
    alleging: Words = NO_WORDS
    negations: Words = NO_WORDS
    others: Words = NO_WORDS
    unsaid: Words = NO_WORDS
    asides: Words = NO_WORDS
    gerund: Words = NO_WORDS

    # put together from these
    according_starts: Words = NO_WORDS
    heads: Words = NO_WORDS
    """Who can speak: bodies, offices."""
    known: Words = NO_WORDS
    """These, and what stands before them."""
    stating: Words = NO_WORDS
    """Words without one of which a text holds no statement."""


@cache
def lexicon(language: str | None) -> Lexicon | None:
    """Return a language's table, English where the language is not known; None where there is no table."""
    code = language or "en"
    file = files("monitor.stories.said") / f"{code}.yaml"
    if not code.isalpha() or not file.is_file():
        return None
    table = yaml.load(file.read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 (words only: "on" is no truth value)
    according, accordingly = (tuple(tuple(_folded(phrase)) for phrase in table.pop(name, ())) for name in _PHRASES)
    lists = {name: frozenset(_folded(words)) for name, words in table.items()}
    return Lexicon(
        according=according,
        accordingly=accordingly,
        according_starts=frozenset(phrase[0] for phrase in (*according, *accordingly)),
        heads=_together(lists, "speakers", "offices"),
        known=_together(lists, "speakers", "offices", "modifiers"),
        stating=_together(lists, *_STATING),
        **lists,
    )


_PHRASES = ("according", "accordingly")
_STATING = ("claiming", "taking", "members", "doings", "denying", "rejecting", "accusing", "blaming", "alleging")


def _folded(words: str) -> list[str]:
    return [fold_word(word) for word in words.split()]


def _together(lists: dict[str, Words], *names: str) -> Words:
    return NO_WORDS.union(*(lists.get(name, NO_WORDS) for name in names))

"""The words of one language with which texts count people, from the table of its name in ``words/``.

The rules of this package name roles ("a word that introduces a part of those before"), the tables name the words: a
language is added by writing a table. This module must not know what a sentence is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar, cast

import yaml

from monitor.model import Casualty, Group, Modifier

_Meaning = TypeVar("_Meaning")

_TABLES = files("monitor.stories.figures") / "words"


@dataclass(frozen=True, slots=True)
class Word:
    """What a word or phrase of a language does in a sentence about people."""

    kind: str
    """Its role: a key of the table, or "person", "outcome", "word" (none)."""
    count: int = 0
    modifier: Modifier | None = None
    group: Group | None = None
    is_plural: bool = False
    is_either: bool = False
    """One and many are the same word."""
    tells: Group | None = None
    """The group that it tells of a noun for people beside it: "police" in "police official"."""
    takes: Mapping[str, Casualty] = field(default_factory=dict)
    """How it takes people, and what happens to them: ``{"verbs": "killed"}``."""
    is_office: bool = False
    """A noun whose group gives way to what the words beside it tell."""
    is_kin: bool = False
    """Whoever is said to be that of somebody is no fighter for it: "the son of a policeman"."""


PLAIN = Word("word")


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """One language's table."""

    words: Mapping[str, Word]
    exact: Mapping[str, Word]
    """Letters that are this word only as written: "IS"."""
    phrases: Mapping[str, tuple[tuple[tuple[str, ...], Word], ...]]
    """Phrases by their first word, longest first."""
    outcome_words: frozenset[str]
    """A word of all that tells an outcome, mostly the first: a text without any holds no figure."""
    numbers: Mapping[str, tuple[tuple[tuple[str, ...], int], ...]]
    """Words and phrases for numbers, by their first word, longest first."""
    scales: Mapping[str, int]
    joints: frozenset[str]
    unit_joint: frozenset[str]
    thousands: frozenset[str]
    prefixes: tuple[str, ...] | None
    """Little words that are written onto the word behind them, as numbers are too; None where nothing is."""
    whole: frozenset[str]
    """Words of the table, from which none is taken off."""
    is_head_first: bool
    """A noun stands before what describes it."""
    again: frozenset[str]
    own_death: frozenset[str]
    himself: frozenset[str]
    takers: frozenset[str]
    found: frozenset[str]
    word: frozenset[str]
    are: frozenset[str]
    against: frozenset[str]
    months: frozenset[str]
    scopes: frozenset[str]
    since: frozenset[str]
    years: frozenset[str]
    weak: frozenset[str]
    suffering: tuple[tuple[Casualty, frozenset[str], frozenset[str]], ...]
    """Verbs and nouns that tell an outcome only together."""


@cache
def vocabulary(language: str) -> Vocabulary | None:
    """Return a language's words; None where it has no table."""
    table = _TABLES / f"{language}.yaml"
    if not language.isalpha() or not table.is_file():
        return None
    # The base loader leaves every word a word: "no" and "on" are none of YAML's truth values here.
    return _vocabulary(yaml.load(table.read_text("utf-8"), Loader=yaml.BaseLoader))  # noqa: S506


# The first role named here wins, where a word has several.
_ROLES = (
    "be", "being", "pronouns", "have", "not", "infinitive", "not_real", "none", "nobody", "one", "another",
    "theirs", "definite", "some", "a_total", "others", "ordinals", "ages", "aged", "range", "between", "of",
    "including", "among", "along", "and", "who", "named", "by", "in", "stops", "adverbs", "background",
    "background_over", "things", "labels",
)  # fmt: skip


def _vocabulary(table: Mapping[str, Any]) -> Vocabulary:
    found: dict[tuple[str, ...], Word] = {}
    exact: dict[str, Word] = {}

    def add(phrase: str, word: Word) -> None:
        if phrase.startswith("="):
            exact[phrase[1:]] = word
            return
        key = tuple(phrase.split())
        old = found.get(key)
        if old is not None:
            word = replace(
                old,
                is_plural=old.is_plural or word.is_plural,
                is_either=old.is_either or word.is_either,
                tells=old.tells or word.tells,
                takes={**word.takes, **old.takes},
                group=old.group or word.group,
            )
        found[key] = word

    for outcome, forms in table["outcomes"].items():
        for form, phrases in forms.items():
            for phrase in phrases:
                add(phrase, Word("outcome", takes={form: cast(Casualty, outcome)}))
    for modifier, phrases in table["modifiers"].items():
        for phrase in phrases:
            add(phrase, Word("modifier", modifier=modifier))
    for modifier, phrases in table.get("modifiers_behind", {}).items():
        for phrase in phrases:
            add(phrase, Word("modifier_behind", modifier=modifier))
    for role, counts in (("vague", table["vague"]), ("both", table.get("both", {})), ("bands", table["bands"])):
        for phrase, count in counts.items():
            add(phrase, Word(role, count=int(count), group="people"))
    for group, lists in table["people"].items():
        for nouns in ("nouns", "offices", "kin"):
            noun = Word("person", group=group, is_office=nouns == "offices", is_kin=nouns == "kin")
            for one, many in _nouns(lists.get(nouns, ())):
                if one:
                    add(one, replace(noun, is_either=one == many))
                if many and one != many:
                    add(many, replace(noun, is_plural=True))
        for pair in lists.get("pairs", ()):
            add(pair, Word("person", count=2, group=group))
    for role in _ROLES:
        for one, many in _nouns(table.get(role, ())):
            for phrase in filter(None, (one, many)):
                add(phrase, Word(role))
    for group, lists in table["people"].items():
        for phrase in lists.get("words", ()):
            add(phrase, Word("word", tells=group))
    for pair in table.get("suffering", {}).values():
        for verb in pair["verbs"]:
            add(verb, Word("suffering"))
    numbers = {tuple(phrase.split()): int(number) for phrase, number in table["numbers"].items()}
    suffering = tuple(
        (cast(Casualty, outcome), frozenset(pair["verbs"]), frozenset(pair["nouns"]))
        for outcome, pair in table.get("suffering", {}).items()
    )
    return Vocabulary(
        words={key[0]: word for key, word in found.items() if len(key) == 1},
        exact=exact,
        phrases=_by_first_word({key: word for key, word in found.items() if len(key) > 1}),
        outcome_words=frozenset(_marking(key, word) for key, word in found.items() if word.takes)
        | frozenset(noun for _, _, nouns in suffering for noun in nouns),
        numbers=_by_first_word(numbers),
        scales={word: int(scale) for word, scale in table["scales"].items()},
        joints=frozenset(table.get("number_joint", ())),
        unit_joint=frozenset(table.get("unit_joint", ())),
        thousands=frozenset(table.get("thousands", ",")),
        prefixes=tuple(table["prefixes"]) if "prefixes" in table else None,
        is_head_first="head_first" in table,
        whole=frozenset(word for key in (*found, *numbers) for word in key).union(table["scales"]),
        again=frozenset(table.get("again", ())),
        word=frozenset(table.get("word", ())),
        found=frozenset(table.get("found", ())),
        are=frozenset(table.get("are", ())),
        against=frozenset(table.get("against", ())),
        own_death=frozenset(table.get("own_death", ())),
        himself=frozenset(table.get("himself", ())),
        takers=frozenset(table.get("takers", ())),
        months=frozenset(table.get("months", ())),
        scopes=frozenset(table.get("scopes", ())),
        since=frozenset(table.get("background_since", ())),
        years=frozenset(table.get("years", ())),
        weak=frozenset(table.get("weak_outcomes", ())),
        suffering=suffering,
    )


def _marking(phrase: tuple[str, ...], word: Word) -> str:
    """Return the word of a phrase without which it is nowhere: not the "no" of "no casualties"."""
    return max(phrase, key=len) if "single" in word.takes or "nothing" in word.takes else phrase[0]


def _by_first_word(
    phrases: Mapping[tuple[str, ...], _Meaning],
) -> dict[str, tuple[tuple[tuple[str, ...], _Meaning], ...]]:
    """Return phrases by their first words, the longest first."""
    found: defaultdict[str, list[tuple[tuple[str, ...], _Meaning]]] = defaultdict(list)
    for key in sorted(phrases, key=len, reverse=True):
        found[key[0]].append((key, phrases[key]))
    return {word: tuple(entries) for word, entries in found.items()}


def _nouns(entries: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield singular and plural of "soldier+s", "man/men", "/troops", "sheep*s" (one and many, and another plural)."""
    for entry in entries:
        if "*" in entry:
            one, _, ending = entry.partition("*")
            yield one, one
            yield "", one + ending
        elif "+" in entry:
            one, _, ending = entry.partition("+")
            yield one, one + ending
        else:
            one, _, many = entry.partition("/")
            yield one, many

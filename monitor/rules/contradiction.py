"""Whether a condition can hold at all: what it requires, against what it excludes.

Only what is certain is said: what is called impossible no article meets, whatever it says. This module must not know
rules or files.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import takewhile

from monitor.model import FieldName
from monitor.rules.expression import And, AtLeast, Expression, GroupRef, Near, Not, Or, Scoped, Term
from monitor.rules.wording import briefly
from monitor.text.fold import LEDE_WORDS, fold_word

_MOST_COMPARED = 50_000
"""Pairs looked at; a condition that needs more is not called impossible."""

Fact = tuple[FieldName | None, Expression]
"""An expression and the field it is looked for in; None for title and text."""
_Claim = tuple[FieldName | None, Expression, bool]
"""A fact, and whether it is to hold."""


@dataclass(frozen=True, slots=True)
class Clash:
    """Why a condition can never hold."""

    node: Expression
    """The part of it that cannot be met."""
    reason: str


class _TooManyPairs(Exception):  # noqa: N818 - it is an outcome, caught below
    pass


def find_clash(
    required: Iterable[Expression],
    excluded: Iterable[Expression],
    *,
    groups: Mapping[str, Sequence[Term]],
) -> Clash | None:
    """Say why no article can meet all that is ``required`` and nothing that is ``excluded``; None where one may."""
    claims: list[_Claim] = [(None, node, True) for node in required]
    claims += [(None, node, False) for node in excluded]
    try:
        return _Search(groups).clash([], [], claims)
    except _TooManyPairs:
        return None


class _Search:
    def __init__(self, groups: Mapping[str, Sequence[Term]]) -> None:
        self._groups = groups
        self._compared = 0

    def clash(self, held: list[Fact], absent: list[Fact], claims: list[_Claim]) -> Clash | None:
        """Look for what the claims have against each other and against what is known to hold and to be absent."""
        new_held, new_absent, choices = _facts(claims)
        for fact in new_held:
            if clash := _impossible(fact) or self._excluded(fact, absent + new_absent):
                return clash
        for fact in held:
            if clash := self._excluded(fact, new_absent):
                return clash
        held, absent = held + new_held, absent + new_absent
        for field, node, wanted in choices:
            clashes = (self.clash(held, absent, [(field, part, wanted)]) for part in node.parts)
            found = list(takewhile(lambda clash: clash is not None, clashes))
            if len(found) == len(node.parts) and (first := found[0]):
                what = "can be met of" if wanted else "can be missing of"
                return Clash(first.node, f"nothing {what} {briefly(node.clause)}: {first.reason}")
        return None

    def _excluded(self, fact: Fact, absent: list[Fact]) -> Clash | None:
        field, node = fact
        for other in absent:
            if self._implies(fact, other):
                return _required_and_excluded(node, other[1])
        if field is None and not isinstance(node, AtLeast):  # what stands in neither stands nowhere
            in_title = any(self._implies(("title", node), other) for other in absent)
            in_text = in_title and next((other for other in absent if self._implies(("text", node), other)), None)
            if in_text:
                return _required_and_excluded(node, in_text[1])
        return None

    def _implies(self, fact: Fact, other: Fact) -> bool:
        """Tell whether one fact can never hold without the other."""
        self._compare(1)
        if not _lies_in(fact[0], other[0]):
            return False
        one, two = fact[1], other[1]
        if one == two:
            return True
        if isinstance(one, AtLeast) and isinstance(two, AtLeast):
            return one.count >= two.count and one.unit == two.unit
        if isinstance(one, Near) and isinstance(two, Near):
            straight = (one.left, one.right) == (two.left, two.right) and (one.ordered or not two.ordered)
            turned = (one.left, one.right) == (two.right, two.left) and not two.ordered
            return one.distance <= two.distance and (straight or turned)
        ones, others = self._choices(one), self._choices(two)
        self._compare(len(ones) * len(others))
        return bool(ones) and all(any(contains(term, wider) for wider in others) for term in ones)

    def _compare(self, pairs: int) -> None:
        self._compared += pairs
        if self._compared > _MOST_COMPARED:
            raise _TooManyPairs

    def _choices(self, node: Expression) -> Sequence[Term]:
        match node:
            case Term():
                return (node,)
            case GroupRef():
                return self._groups[node.group]
            case _:
                return ()


def _facts(claims: list[_Claim]) -> tuple[list[Fact], list[Fact], list[tuple[FieldName | None, And | Or, bool]]]:
    """Take claims apart into what must hold, what must be absent, and choices of which one part must come true."""
    held: list[Fact] = []
    absent: list[Fact] = []
    choices: list[tuple[FieldName | None, And | Or, bool]] = []
    waiting = claims[::-1]
    while waiting:
        field, node, wanted = waiting.pop()
        below: tuple[_Claim, ...] = ()
        match node:
            case Not():
                below = ((field, node.part, not wanted),)
            case Scoped():
                below = ((node.field, node.unit, wanted),)
            case AtLeast(count=1):
                below = ((field, node.unit, wanted),)
            case And() | Or():
                if isinstance(node, And) == wanted:
                    below = tuple((field, part, wanted) for part in node.parts)
                else:
                    choices.append((field, node, wanted))
            case _:
                (held if wanted else absent).append((field, node))
                if wanted and isinstance(node, Near):
                    below = ((field, node.left, True), (field, node.right, True))
                elif wanted and isinstance(node, AtLeast):
                    below = ((field, node.unit, True),)
        waiting.extend(reversed(below))
    return held, absent, choices


def _required_and_excluded(node: Expression, other: Expression) -> Clash:
    required, excluded = briefly(node.clause), briefly(other.clause)
    return Clash(other, f"it requires {required} and excludes {'the same' if required == excluded else excluded}")


def _impossible(fact: Fact) -> Clash | None:
    field, node = fact
    if isinstance(node, Near) and not _fields(node, field):
        return Clash(node, f"{briefly(node.clause)} reaches from one field into another")
    if isinstance(node, AtLeast) and node.count > LEDE_WORDS:
        scope = node.unit.field if isinstance(node.unit, Scoped) else field
        if scope == "lede":
            return Clash(node, f"the lede has {LEDE_WORDS} words")
    return None


def _fields(node: Expression, field: FieldName | None) -> frozenset[FieldName]:
    """Return the fields in which something can stand."""
    match node:
        case Scoped():
            return _fields(node.unit, node.field)
        case AtLeast():
            return _fields(node.unit, field)
        case Or():
            return frozenset().union(*(_fields(part, field) for part in node.parts))
        case Near():
            return _fields(node.left, field) & _fields(node.right, field)
        case _:
            if field is None:
                return frozenset(("title", "text"))
            return frozenset(("text",) if field == "lede" else (field,))


def _lies_in(field: FieldName | None, other: FieldName | None) -> bool:
    if field == other:
        return True
    return field in ("title", "lede", "text") if other is None else (field, other) == ("lede", "text")


def contains(term: Term, other: Term) -> bool:
    """Tell whether wherever a term stands, another stands inside it."""
    if other.exact and not term.exact:
        return False
    words = tuple(map(fold_word, term.words)) if term.exact and not other.exact else term.words
    if words != term.words and any("*" in word or "?" in word for word in term.words):
        return False  # folding takes the wildcards away
    length = len(other.words)
    return any(
        all(map(_covers, other.words, words[start : start + length])) for start in range(len(words) - length + 1)
    )


def _covers(wildcard: str, word: str) -> bool:
    if wildcard == word:
        return True
    if "?" in word or "*" in word[:-1]:
        return False
    if word.endswith("*"):
        prefix = wildcard[:-1]
        return wildcard.endswith("*") and "*" not in prefix and "?" not in prefix and word.startswith(prefix)
    return fnmatchcase(word, wildcard)

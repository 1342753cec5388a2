"""The expressions of the rule language as a tree of frozen, hashable values.

Two expressions that mean the same condition compare equal wherever they were written: ``start``, ``end`` and ``clause``
(the source text, for evidence) take no part in equality, so that a rule set can share work between rules.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field

from monitor.model import FieldName


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    clause: str = field(default="", compare=False)
    """The source text of this node, as written."""
    start: int = field(default=0, compare=False)
    """Offset of the clause in its expression, in characters from 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term(Node):
    """A word, a wildcard word or a phrase of them: consecutive tokens."""

    words: tuple[str, ...]
    """Folded (or, where ``exact``, as written) words; ``*`` is any run of letters, ``?`` one letter."""
    exact: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRef(Node):
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionRef(Node):
    region: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scoped(Node):
    field: FieldName
    unit: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class AtLeast(Node):
    count: int
    unit: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Near(Node):
    left: Expression
    right: Expression
    distance: int
    """Most words between the nearest ends."""
    ordered: bool
    """BEFORE rather than NEAR."""


@dataclass(frozen=True, slots=True, kw_only=True)
class And(Node):
    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Or(Node):
    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Not(Node):
    part: Expression


Expression = Term | GroupRef | RegionRef | Scoped | AtLeast | Near | And | Or | Not


def children(expression: Expression) -> tuple[Expression, ...]:
    """Return the parts that an expression is directly made of."""
    match expression:
        case And() | Or():
            return expression.parts
        case Near():
            return (expression.left, expression.right)
        case Not():
            return (expression.part,)
        case Scoped() | AtLeast():
            return (expression.unit,)
        case _:
            return ()


def walk(expression: Expression) -> Iterator[Expression]:
    """Yield an expression and everything in it, in the order of the source."""
    waiting = [expression]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(children(node)))


def meaning(expression: Expression) -> Hashable:
    """Return a value that is equal for two conditions which differ only in the order or repetition of their parts."""
    match expression:
        case And() | Or():
            kind = type(expression)
            parts = {meaning(part) for part in _unnested(expression, kind)}
            return parts.pop() if len(parts) == 1 else (kind, frozenset(parts))
        case Near(ordered=False):
            return Near, expression.distance, frozenset((meaning(expression.left), meaning(expression.right)))
        case Near():
            return Near, expression.distance, (meaning(expression.left), meaning(expression.right))
        case Not():
            return Not, meaning(expression.part)
        case Scoped():
            return Scoped, expression.field, meaning(expression.unit)
        case AtLeast():
            return AtLeast, expression.count, meaning(expression.unit)
        case _:
            return expression


def _unnested(expression: Expression, kind: type) -> Iterator[Expression]:
    for part in children(expression):
        if isinstance(part, kind):
            yield from _unnested(part, kind)
        else:
            yield part


def references(expression: Expression) -> tuple[tuple[GroupRef, ...], tuple[RegionRef, ...]]:
    """Return every mention of a group and of a region, with its place in the source."""
    nodes = tuple(walk(expression))
    groups = tuple(node for node in nodes if isinstance(node, GroupRef))
    return groups, tuple(node for node in nodes if isinstance(node, RegionRef))

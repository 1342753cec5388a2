"""The lexemes of an expression, put together into its tree.

    expr := and (OR and)*            and  := not (AND not)*            not  := NOT not | near
    near := unit ((NEAR|BEFORE)/n unit)*
    unit := term | "a phrase, wild*" | =Exact | ="Exact Phrase" | $group | @region | field:unit | ATLEAST/n unit
            | (expr)

Names of groups and regions are not resolved here, and columns count inside the expression.
"""

from __future__ import annotations

from typing import NoReturn

from monitor.model import FieldName
from monitor.rules.expression import (
    And,
    AtLeast,
    Expression,
    GroupRef,
    Near,
    Not,
    Or,
    RegionRef,
    Scoped,
    children,
    walk,
)
from monitor.rules.lexer import Lexeme, lexemes
from monitor.rules.operators import close_operator, fail

MAX_DEPTH = 50
"""The most levels that an expression may nest, so that no recursion over one can run out of stack."""


def parse_expression(source: str) -> Expression:
    """Read a condition as RULES.md defines it.

    Raises RuleError, without file and line, on anything else; its column counts from 1 inside ``source``.
    """
    return _Parser(source).parse()


class _Parser:
    def __init__(self, source: str) -> None:
        self._source = source
        self._lexemes = lexemes(source)
        self._at = 0
        self._depth = 0

    def parse(self) -> Expression:
        if self._next.kind == "end":
            fail(0, "the expression is empty", "write a word to search for")
        expression = self._or(None)
        self._refuse_more()
        _check_depth(expression)
        return expression

    @property
    def _next(self) -> Lexeme:
        return self._lexemes[self._at]

    def _take(self) -> Lexeme:
        lexeme = self._next
        self._at += 1
        return lexeme

    def _clause(self, start: int) -> str:
        return self._source[start : self._lexemes[self._at - 1].end]

    def _or(self, before: Lexeme | None) -> Expression:
        start = self._next.start
        parts = [self._and(before)]
        while self._next.kind == "OR":
            parts.append(self._and(self._take()))
        return parts[0] if len(parts) == 1 else Or(parts=tuple(parts), clause=self._clause(start), start=start)

    def _and(self, before: Lexeme | None) -> Expression:
        start = self._next.start
        parts = [self._not(before)]
        while self._next.kind == "AND":
            parts.append(self._not(self._take()))
        return parts[0] if len(parts) == 1 else And(parts=tuple(parts), clause=self._clause(start), start=start)

    def _not(self, before: Lexeme | None) -> Expression:
        if self._next.kind != "NOT":
            return self._near(before)
        sign = self._take()
        self._descend(sign)
        part = self._not(sign)
        self._depth -= 1
        return Not(part=part, clause=self._clause(sign.start), start=sign.start)

    def _near(self, before: Lexeme | None) -> Expression:
        start = self._next.start
        left = self._unit(before)
        while self._next.kind in ("NEAR", "BEFORE"):
            operator = self._take()
            following = self._lexemes[self._at]
            if following.kind == "NOT":
                hint = f"write (a {operator.text} b) AND NOT c"
                fail(following.start, f"NOT cannot stand inside {operator.text}", hint)
            right = self._unit(operator)
            if not isinstance(left, Near):  # which was looked into when it was read
                _refuse_inside(left, f"inside {operator.text}", And, Not)
            _refuse_inside(right, f"inside {operator.text}", And, Not)
            left = Near(
                left=left,
                right=right,
                distance=operator.number,
                ordered=operator.kind == "BEFORE",
                clause=self._clause(start),
                start=start,
            )
        return left

    def _unit(self, before: Lexeme | None) -> Expression:
        lexeme = self._take()
        start = lexeme.start
        match lexeme.kind:
            case "term":
                assert lexeme.term is not None  # noqa: S101 - every lexeme of this kind has one
                return lexeme.term
            case "group":
                return GroupRef(group=lexeme.text[1:], clause=lexeme.text, start=start)
            case "region":
                return RegionRef(region=lexeme.text[1:], clause=lexeme.text, start=start)
            case "(":
                return self._parenthesised(lexeme)
            case "field":
                unit = self._nested_unit(lexeme)
                _refuse_inside(unit, f"inside {lexeme.text}", Scoped)
                name: FieldName = lexeme.text[:-1]  # type: ignore[assignment]  # the lexer knows the fields
                return Scoped(field=name, unit=unit, clause=self._clause(start), start=start)
            case "ATLEAST":
                unit = self._nested_unit(lexeme)
                _refuse_inside(unit, f"inside {lexeme.text}", And, Not, AtLeast)
                return AtLeast(count=lexeme.number, unit=unit, clause=self._clause(start), start=start)
            case _:
                return _missing_operand(lexeme, before)

    def _nested_unit(self, before: Lexeme) -> Expression:
        self._descend(before)
        unit = self._unit(before)
        self._depth -= 1
        return unit

    def _parenthesised(self, opening: Lexeme) -> Expression:
        self._descend(opening)
        inner = self._or(opening)
        self._depth -= 1
        if self._next.kind == "end":
            fail(opening.start, "the parenthesis is never closed", "add )")
        self._refuse_more(closing=True)
        self._take()
        return inner

    def _descend(self, lexeme: Lexeme) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            _too_deep(lexeme.start)

    def _refuse_more(self, *, closing: bool = False) -> None:
        """Fail where something follows a complete expression, but for the ``)`` that is awaited."""
        lexeme = self._next
        if lexeme.kind == "end" or (closing and lexeme.kind == ")"):
            return
        if lexeme.kind == ")":
            fail(lexeme.start, ") closes nothing", "remove it, or add ( before")
        if lexeme.kind == "NOT":
            fail(lexeme.start, "NOT right after a term", "write AND NOT")
        meant = close_operator(lexeme.text)
        hint = "write AND, OR, NEAR/n, or quote the phrase"
        fail(lexeme.start, "two terms side by side", f"did you mean {meant}? Else {hint}" if meant else hint)


def _missing_operand(found: Lexeme, before: Lexeme | None) -> NoReturn:
    if before is None:
        if found.kind == ")":
            fail(found.start, ") closes nothing", "remove it, or add ( before")
        fail(found.start, f"{found.text} has nothing on its left", "write a term before it")
    if before.kind == "(" and found.kind == ")":
        fail(before.start, "nothing between the parentheses", "write a term in them")
    if found.kind == "end":
        fail(before.start, f"{before.text} has nothing on its right", "write a term after it")
    hint = f"write NOT in front: NOT {before.text}…" if found.kind == "NOT" else "write a term between them"
    fail(found.start, f"{before.text} wants a term, not {found.text}", hint)


def _refuse_inside(expression: Expression, inside: str, *kinds: type) -> None:
    for node in walk(expression):
        if isinstance(node, kinds):
            shown = "a field" if isinstance(node, Scoped) else type(node).__name__.upper()
            hint = "name the field once" if isinstance(node, Scoped) else "words, phrases, groups, regions and ORs may"
            fail(node.start, f"{shown} cannot stand {inside}", hint)


def _check_depth(expression: Expression) -> None:
    """Bound the height of the tree: a chain of NEARs grows it without a single parenthesis."""
    level: list[Expression] = [expression]
    for _ in range(MAX_DEPTH + 1):
        below = [child for node in level for child in children(node)]
        if not below:
            return
        level = below
    _too_deep(level[0].start)


def _too_deep(offset: int) -> NoReturn:
    fail(offset, "nested too deeply", f"at most {MAX_DEPTH} levels; put lists of words into groups")

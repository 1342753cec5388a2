"""The source text of an expression, cut into lexemes: operators, parentheses, names, fields and terms.

Columns count inside the expression. This module must not know what may follow what.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal
from unicodedata import normalize

from monitor.rules.expression import Term
from monitor.rules.operators import FIELDS, QUOTE_HINT, Operator, fail, read_field, read_operator
from monitor.rules.terms import QUOTES, SPACE, cut_term, phrase_bounds
from monitor.text.fold import tokenise

_CHUNK = re.compile(r'[^\s()"“”„‟«»]+')
_NAME = re.compile(r"[a-z0-9-]+")
_IN_WORDS = frozenset("-.'’ʼ‐‑׳״*?_")
_HINTS = {
    **dict.fromkeys("&+", "write AND, or quote the words"),
    **dict.fromkeys("|,;،؛、", "write OR, or quote the words"),
    "!": "write AND NOT, or quote the words",
    "~": "write a NEAR/5 b, or quote the words",
    **dict.fromkeys("[]{}", "write ( and ), or quote the words"),
    "#": "leave it out: tags are found by their words, and a comment cannot stand inside > or |",
}
_OTHER_QUOTES = frozenset("'‘’‚‛`´‹›「」『』《》〈〉")
PHRASE_HINT = 'write the phrase in double quotes: "…"'

_SIGNS = frozenset('()$@=:*?/"')

Kind = Operator | Literal["(", ")", "field", "group", "region", "term", "end"]


@dataclass(frozen=True, slots=True)
class Lexeme:
    kind: Kind
    text: str
    start: int
    end: int
    number: int = 0
    """The n of an operator that has one."""
    term: Term | None = None


def lexemes(source: str) -> list[Lexeme]:
    """Cut an expression into its lexemes, the last of which is of kind ``end``; raises RuleError."""
    found: list[Lexeme] = []
    at = 0
    while True:
        if space := SPACE.match(source, at):
            at = space.end()
        lexeme = _lexeme(source, at)
        found.append(lexeme)
        if lexeme.kind == "end":
            return found
        at = lexeme.end


def _lexeme(source: str, at: int) -> Lexeme:
    first = source[at : at + 1]
    if first == "":
        return Lexeme("end", "", at, at)
    if first == "(":
        return Lexeme("(", first, at, at + 1)
    if first == ")":
        return Lexeme(")", first, at, at + 1)
    if first in QUOTES:
        return _quoted(source, at, at)
    if first == "»":
        fail(at, "» closes a quote that was never opened", PHRASE_HINT)
    if first == "=" and source[at + 1 : at + 2] in QUOTES:
        return _quoted(source, at, at + 1)
    found = _CHUNK.match(source, at)
    assert found is not None  # noqa: S101 - every other character begins a chunk
    chunk = found[0]
    if first in "$@":
        return _name(chunk, at)
    if first == "=":
        if chunk == "=":
            fail(at, "= wants a word right after it", 'write =Word or ="Some Words"')
        _check_letters(chunk, at, 1)
        return _worded(source, at, at + 1, found.end(), exact=True)
    if operator := read_operator(source, at, found.end()):
        kind, number = operator
        return Lexeme(kind, chunk, at, found.end(), number)
    if field := read_field(chunk, at):
        return Lexeme("field", f"{field}:", at, at + len(field) + 1)
    _check_letters(chunk, at, 0)
    return _worded(source, at, at, found.end(), exact=False)


def _quoted(source: str, start: int, opening: int) -> Lexeme:
    first, last = phrase_bounds(source, opening, QUOTES[source[opening]])
    term = cut_term(source, first, last, clause=source[start : last + 1], at=start, exact=opening > start)
    return Lexeme("term", term.clause, start, last + 1, term=term)


def _name(chunk: str, at: int) -> Lexeme:
    kind: Kind = "group" if chunk[0] == "$" else "region"
    found = _NAME.match(chunk, 1)
    if found is None or (found.end() < len(chunk) and (chunk[found.end()].isalnum() or chunk[found.end()] == "_")):
        small = _NAME.fullmatch(chunk.lower(), 1)
        hint = chunk.lower() if small else f"{chunk[0]} and an id of small letters, digits and hyphens"
        fail(at, f"{chunk} names no {kind}", f"write {hint}")
    if found.end() < len(chunk):
        follows = chunk[found.end()]
        hint = "put wildcards into its list" if follows in "*?" else "leave it out, or write AND, OR or NEAR/n"
        fail(at + found.end(), f"{_shown(follows)} cannot follow a {kind}", hint)
    return Lexeme(kind, chunk, at, at + len(chunk))


def _worded(source: str, start: int, first: int, end: int, *, exact: bool) -> Lexeme:
    term = cut_term(source, first, end, clause=source[start:end], at=start, exact=exact)
    return Lexeme("term", term.clause, start, end, term=term)


def _check_letters(chunk: str, at: int, first: int) -> None:
    """Refuse a bare word with anything in it that is neither a letter nor usual inside words."""
    if chunk[first] in _OTHER_QUOTES:
        fail(at + first, f"{chunk[first]} does not begin a phrase", PHRASE_HINT)
    if chunk[first] in "-–—":
        fail(at + first, f"{chunk[first]} has no meaning before a term", "write AND NOT, or quote the words")
    for offset in range(first, len(chunk)):
        letter = chunk[offset]
        if letter in _IN_WORDS or letter.isalnum() or _joins(letter):
            continue
        fail(at + offset, f"{_shown(letter)} has no meaning here", _hint(letter, chunk[:offset]))


@lru_cache(maxsize=1 << 10)
def _joins(letter: str) -> bool:
    """Tell of a mark or a joiner, which have no class of their own worth asking for, whether it belongs to a word."""
    return len(tokenise("x" + letter + "x")) == 1


def _shown(letter: str) -> str:
    return letter if letter.isprintable() else f"U+{ord(letter):04X}"


def _hint(letter: str, before: str) -> str:
    if letter == ":" and not before:
        return "write the field right before it: title:word"
    if letter == "=" and before in FIELDS:
        return f"write {before}:"
    plain = normalize("NFKC", letter)
    if plain != letter and plain in _SIGNS:
        return f"write {plain}"
    return _HINTS.get(plain, QUOTE_HINT)

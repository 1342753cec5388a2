"""The words of an expression that are operators or fields, and those that only look like them.

What looks like an operator and is none is an error, never silently a word: a rule that loses alerts must not load.
This module must not know what operators do, nor where one may stand.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Literal, NoReturn, get_args

from monitor.errors import RuleError
from monitor.model import FieldName

MAX_DISTANCE = 999
"""The largest n of NEAR/n and BEFORE/n: about the length of an article, beyond which AND says the same."""
QUOTE_HINT = "quote it to search for the word"

Operator = Literal["AND", "OR", "NOT", "NEAR", "BEFORE", "ATLEAST"]

_FIELDS: tuple[FieldName, ...] = get_args(FieldName)
_OTHER_FIELD_NAMES = {
    "body": "text", "content": "text", "intext": "text", "headline": "title", "intitle": "title", "summary": "lede",
    "lead": "lede", "site": "url", "domain": "url", "inurl": "url", "link": "url", "outlet": "source", "feed": "source",
    "category": "section", "tag": "section", "language": "lang", "by": "author", "byline": "author",
}  # fmt: skip
_FIELD = re.compile(r"([^\W\d]+):")
_OPERATOR = re.compile(r"(AND|OR|NOT)|(NEAR|BEFORE|ATLEAST)/([0-9]{1,9})")
_BOOLEAN_LIKE = re.compile(r"(and|or|not)", re.IGNORECASE)
_JOINED = re.compile(r"(AND|OR)[-_/]?NOT|XOR", re.IGNORECASE)
_DISTANCE_LIKE = re.compile(r"(near|before|atleast)(?:[^\w\s]*\d.*|[/~:=].*)?", re.IGNORECASE)
_SIGN = re.compile(r'[()$@"“”„‟«»=]')
_KNOWN_FIELD = re.compile(rf"(?:{'|'.join(_FIELDS)}):")
_FOREIGN = re.compile(r"(?:w|n|p|s|pre|onear)/\w*|(?:adj|within|around|proximity)[/~]?\d+", re.IGNORECASE)


def fail(offset: int, message: str, hint: str = "") -> NoReturn:
    """Raise an error at a character of an expression, ``offset`` counting from 0."""
    raise RuleError(message, column=offset + 1, hint=hint)


def read_operator(chunk: str, at: int) -> tuple[Operator, int] | None:
    """Return the operator that a chunk at ``at`` is, with its number or 0; None for a chunk unlike any operator."""
    found = _OPERATOR.fullmatch(chunk)
    if found is None:
        _refuse_lookalike(chunk, at)
        return None
    operator: Operator = found[1] or found[2]  # type: ignore[assignment]  # the pattern lists them
    number = int(found[3] or 0)
    if operator == "ATLEAST" and number == 0:
        fail(at, "ATLEAST/0 always holds", "write ATLEAST/1 or more")
    if number > MAX_DISTANCE:
        limit = f"n is at most {MAX_DISTANCE}"
        fail(at, f"{chunk} is too far", limit if operator == "ATLEAST" else f"{limit}; beyond that write AND")
    return operator, number


def _refuse_lookalike(chunk: str, at: int) -> None:
    if _BOOLEAN_LIKE.fullmatch(chunk):
        fail(at, f"{chunk} is not an operator", f"write {chunk.upper()}, or {QUOTE_HINT}")
    if found := _DISTANCE_LIKE.fullmatch(chunk):
        fail(at, f"{chunk} is not an operator", f"write {found[1].upper()}/{_digits(chunk)}, or {QUOTE_HINT}")
    if _FOREIGN.fullmatch(chunk):
        fail(at, f"{chunk} is not an operator", f"write NEAR/{_digits(chunk)}, or {QUOTE_HINT}")
    if found := _JOINED.fullmatch(chunk):
        meant = f"{found[1].upper()} NOT" if found[1] else "(a OR b) AND NOT (a AND b)"
        fail(at, f"{chunk} is not an operator", f"write {meant}, or {QUOTE_HINT}")


def _digits(chunk: str) -> str:
    found = re.search(r"\d+", chunk)
    return found[0] if found else "5"


def read_field(chunk: str, at: int) -> FieldName | None:
    """Return the field that a chunk begins with, as in ``title:word``; None where it begins with no such name."""
    found = _FIELD.match(chunk)
    if found is None:
        return None
    for field in _FIELDS:
        if found[1] == field:
            return field
    name = found[1].lower()
    close = get_close_matches(name, _FIELDS, n=1)
    meant = _OTHER_FIELD_NAMES.get(name) or (close[0] if close else "")
    hint = f"did you mean {meant}:" if meant else f"fields are {', '.join(_FIELDS)}; or {QUOTE_HINT}"
    return fail(at, f"there is no field {found[1]}", hint)


def refuse_operators(source: str, start: int, end: int) -> None:
    """Refuse in an unquoted item of a group what an expression would read as more than words."""
    hint = "groups and names hold words, phrases and wildcards; quote the item to search for these words"
    for chunk in re.compile(r"\S+").finditer(source, start, end):
        word = chunk[0]
        distance = _DISTANCE_LIKE.fullmatch(word) or _FOREIGN.fullmatch(word)
        if _OPERATOR.fullmatch(word) or (distance and not word.isalpha()):
            fail(chunk.start(), f"{word} is no word", hint)
        if found := _SIGN.search(word) or _KNOWN_FIELD.match(word):
            fail(chunk.start() + found.start(), f"{found[0]} is no part of a word", hint)

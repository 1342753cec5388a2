"""The words of an expression that are operators or fields, and those that only look like them.

What looks like an operator and is none is an error, never silently a word: a rule that loses alerts must not load.
This module must not know what operators do, nor where one may stand.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Literal, NoReturn, get_args
from unicodedata import normalize

from monitor.errors import RuleError
from monitor.model import FieldName
from monitor.text.lines import shorten

MAX_DISTANCE = 999
"""The largest n of NEAR/n and BEFORE/n: about the length of an article, beyond which AND says the same."""
QUOTE_HINT = "quote it to search for the word"

_LONGEST = 200
"""Characters of a message: the word that it names may be as long as a file."""

Operator = Literal["AND", "OR", "NOT", "NEAR", "BEFORE", "ATLEAST"]

_OPERATORS: tuple[Operator, ...] = get_args(Operator)
FIELDS: tuple[FieldName, ...] = get_args(FieldName)
_OTHER_FIELD_NAMES = {
    "body": "text", "content": "text", "intext": "text", "headline": "title", "intitle": "title", "summary": "lede",
    "lead": "lede", "site": "url", "domain": "url", "inurl": "url", "link": "url", "outlet": "source", "feed": "source",
    "category": "section", "tag": "section", "language": "lang", "by": "author", "byline": "author",
}  # fmt: skip
_FIELD = re.compile(r"([^\W\d]+):")
_OPERATOR = re.compile(r"(AND|OR|NOT)|(NEAR|BEFORE|ATLEAST)/([0-9]+)")
_BOOLEAN_LIKE = re.compile(r"(and|or|not)", re.IGNORECASE)
_JOINED = re.compile(
    r"(?P<and_not>(?:and|but)[-_/]?not|(?-i:NOR))|(?P<or_not>or[-_/]?not)|(?P<or>and/or)|xor", re.IGNORECASE
)
_JOINED_MEANS = {"and_not": "AND NOT", "or_not": "OR NOT", "or": "OR", None: "(a OR b) AND NOT (a AND b)"}
_GLUED = re.compile(r"(AND|OR|NOT)[-‐–—].+")
_DISTANCE_LIKE = re.compile(r"(near|before|atleast)(?:[^\w\s]*\d.*|[/~:=].*)?", re.IGNORECASE)
_SIGN = re.compile(r'[()$@"“”„‟«»=]')
_KNOWN_FIELD = re.compile(rf"(?:{'|'.join(FIELDS)}):")
_FOREIGN = re.compile(r"(?:w|n|p|s|pre|onear)/\w*|(?:adj|within|around|proximity)[/~]?\d+", re.IGNORECASE)
_NUMBERED = re.compile(r"([^\W\d_]{2,})[/~]\d+")
_NUMBER_BEHIND = re.compile(r"[\s/(]*(\d{1,9})(?!\w)")


def fail(offset: int, message: str, hint: str = "") -> NoReturn:
    """Raise an error at a character of an expression, ``offset`` counting from 0."""
    raise RuleError(shorten(message, _LONGEST), column=offset + 1, hint=shorten(hint, _LONGEST))


def read_operator(source: str, at: int, end: int) -> tuple[Operator, int] | None:
    """Return the operator that ``source[at:end]`` is, with its number or 0; None where it is unlike any operator."""
    chunk = source[at:end]
    found = _OPERATOR.fullmatch(chunk)
    if found is None:
        _refuse_lookalike(source, at, end)
        return None
    operator: Operator = found[1] or found[2]  # type: ignore[assignment]  # the pattern lists them
    number = int((found[3] or "").lstrip("0")[:9] or 0)
    if operator == "ATLEAST" and number == 0:
        fail(at, "ATLEAST/0 always holds", "write ATLEAST/1 or more")
    if number > MAX_DISTANCE:
        if operator == "ATLEAST":
            fail(at, f"{shorten(chunk, 30)} is too many", f"n is at most {MAX_DISTANCE}")
        fail(at, f"{shorten(chunk, 30)} is too far", f"n is at most {MAX_DISTANCE}; beyond that write AND")
    return operator, number


def _refuse_lookalike(source: str, at: int, end: int) -> None:
    chunk = source[at:end]
    plain = normalize("NFKC", chunk)  # a full-width operator is one that was meant
    if meant := _meant(plain, source, end):
        fail(at, f"{chunk} is not an operator", f"write {meant}, or {QUOTE_HINT}")
    if found := _NUMBERED.fullmatch(plain):
        name = found[1].upper()
        if close := get_close_matches(name, ("NEAR", "BEFORE", "ATLEAST"), n=1, cutoff=0.7):
            meant = f"{close[0]}/{_digits(plain, source, end)}"
            fail(at, f"{chunk} is not an operator", f"did you mean {meant}? Or {QUOTE_HINT}")
        if found[1] == name:
            fail(at, f"{chunk} is not an operator", f"NEAR/n, BEFORE/n and ATLEAST/n are; or {QUOTE_HINT}")


def _meant(chunk: str, source: str, end: int) -> str:
    """Return what is to be written instead of a chunk, ending there, that looks like an operator and is none."""
    if _BOOLEAN_LIKE.fullmatch(chunk):
        return chunk.upper()
    if found := _DISTANCE_LIKE.fullmatch(chunk):
        return f"{found[1].upper()}/{_digits(chunk, source, end)}"
    if _FOREIGN.fullmatch(chunk):
        return f"NEAR/{_digits(chunk, source, end)}"
    if found := _GLUED.fullmatch(chunk):
        return f"{found[1]} {chunk[len(found[1]) + 1 :]}"
    found = _JOINED.fullmatch(chunk)
    return _JOINED_MEANS[found.lastgroup] if found else ""


def _digits(chunk: str, source: str, end: int) -> int:
    found = re.search(r"\d{1,9}", chunk) or _NUMBER_BEHIND.match(source, end)
    return min(int(found[found.lastindex or 0]), MAX_DISTANCE) if found else 5


def close_operator(word: str) -> str:
    """Return the operator that a word in capitals is likely to be a misprint of; empty for other words."""
    if not word.isupper():
        return ""
    turned = [operator for operator in _OPERATORS if sorted(operator) == sorted(word)]
    return next(iter(turned or get_close_matches(word, _OPERATORS, n=1, cutoff=0.8)), "")


def read_field(chunk: str, at: int) -> FieldName | None:
    """Return the field that a chunk begins with, as in ``title:word``; None where it begins with no such name."""
    found = _FIELD.match(chunk)
    if found is None:
        return None
    for field in FIELDS:
        if found[1] == field:
            return field
    name = found[1].lower()
    close = get_close_matches(name, FIELDS, n=1)
    meant = _OTHER_FIELD_NAMES.get(name) or (close[0] if close else "")
    hint = f"did you mean {meant}:" if meant else f"fields are {', '.join(FIELDS)}; or {QUOTE_HINT}"
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

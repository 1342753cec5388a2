"""The source text of an expression, read into its tree.

    expr := and (OR and)*            and  := not (AND not)*            not  := NOT not | near
    near := unit ((NEAR|BEFORE)/n unit)*
    unit := term | "a phrase, wild*" | =Exact | ="Exact Phrase" | $group | @region | field:unit | ATLEAST/n unit
            | (expr)

What looks like an operator and is none is an error, never silently a word: a rule that loses alerts must not load.
Names of groups and regions are not resolved here, and columns count inside the expression.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal, NoReturn, get_args
from unicodedata import normalize

from monitor.errors import RuleError
from monitor.model import FieldName
from monitor.rules.expression import And, AtLeast, Expression, GroupRef, Near, Not, Or, RegionRef, Scoped, Term
from monitor.text.fold import fold_word, tokenise

MAX_DISTANCE = 999
"""The largest n of NEAR/n and BEFORE/n: about the length of an article, beyond which AND says the same."""
MAX_DEPTH = 50
"""The most levels that an expression may nest, so that no recursion over one can run out of stack."""
FIXED_LETTERS = 3
"""The fewest letters beside ``*`` and ``?`` in a wildcard word."""

_FIELDS: tuple[FieldName, ...] = get_args(FieldName)
_OTHER_FIELD_NAMES = {
    "body": "text", "content": "text", "intext": "text", "headline": "title", "intitle": "title", "summary": "lede",
    "lead": "lede", "site": "url", "domain": "url", "inurl": "url", "link": "url", "outlet": "source", "feed": "source",
    "category": "section", "tag": "section", "language": "lang", "by": "author", "byline": "author",
}  # fmt: skip
_QUOTES = {'"': '"', "“": "”“", "”": "”", "„": "“”", "‟": "”", "«": "»"}
# Direction marks come along when Arabic or Hebrew words are pasted; they stand for nothing.
_SPACE = re.compile(r"[\s\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+")
_CHUNK = re.compile(r'[^\s()"“”„‟«»]+')
_FIELD = re.compile(r"([^\W\d]+):")
_NAME = re.compile(r"[a-z0-9-]+")
_OPERATOR = re.compile(r"(AND|OR|NOT)|(NEAR|BEFORE|ATLEAST)/([0-9]{1,9})")
_BOOLEAN_LIKE = re.compile(r"(and|or|not)", re.IGNORECASE)
_JOINED = re.compile(r"(AND|OR)[-_/]?NOT|XOR", re.IGNORECASE)
_DISTANCE_LIKE = re.compile(r"(near|before|atleast)(?:[^\w\s]*\d.*|[/~:=].*)?", re.IGNORECASE)
_FOREIGN = re.compile(r"(?:w|n|p|s|pre|onear)/\w*|(?:adj|within|around|proximity)[/~]?\d+", re.IGNORECASE)
_IN_WORDS = frozenset("-.'’ʼ‐‑׳״*?_")
_WORDS_OF_CODE = {"&": "AND", "&&": "AND", "|": "OR", "||": "OR", ",": "OR", ";": "OR", "!": "AND NOT", "+": "AND"}
_QUOTE_HINT = "quote it to search for the word"
_SIDE_BY_SIDE = "write AND, OR, NEAR/n, or quote the phrase"
# Letters that no news uses stand for * and ? while a term is cut into words: they survive folding.
_STAND_INS = str.maketrans({"*": "\U00010000", "?": "\U00010001"})
_STOOD_FOR = str.maketrans({"\U00010000": "*", "\U00010001": "?"})

_Kind = Literal["(", ")", "AND", "OR", "NOT", "NEAR", "BEFORE", "ATLEAST", "field", "group", "region", "term", "end"]


@dataclass(frozen=True, slots=True)
class _Lexeme:
    kind: _Kind
    text: str
    start: int
    end: int
    number: int = 0
    term: Term | None = None


def parse_expression(source: str) -> Expression:
    """Read a condition as RULES.md defines it.

    Raises RuleError, without file and line, on anything else; its column counts from 1 inside ``source``.
    """
    return _Parser(source).parse()


def parse_term(source: str) -> Term:
    """Read one item of a group or of a region's names: a word, a phrase (quotes optional), a wildcard, ``=Exact``.

    Raises RuleError as ``parse_expression`` does.
    """
    start, end = _trimmed(source, 0, len(source))
    clause = source[start:end]
    exact = clause.startswith("=")
    first = start + 1 if exact else start
    closers = _QUOTES.get(source[first:end][:1])
    if closers is not None:
        first, end = _phrase_bounds(source, first, closers)
        if _SPACE.sub("", source[end + 1 :]):
            _fail(end + 1, "something follows the closing quote", "quote the whole item, or nothing of it")
    else:
        _refuse_operators(source, first, end)
    return _term(source, first, end, clause=clause, at=start, exact=exact)


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


def references(expression: Expression) -> tuple[tuple[GroupRef, ...], tuple[RegionRef, ...]]:
    """Return every mention of a group and of a region, with its place in the source."""
    nodes = tuple(walk(expression))
    groups = tuple(node for node in nodes if isinstance(node, GroupRef))
    return groups, tuple(node for node in nodes if isinstance(node, RegionRef))


def terms(expression: Expression) -> tuple[Term, ...]:
    """Return the words and phrases written in the expression itself, without those of its groups."""
    return tuple(node for node in walk(expression) if isinstance(node, Term))


# --- from characters to lexemes ----------------------------------------------------------------------------------


def _fail(offset: int, message: str, hint: str = "") -> NoReturn:
    raise RuleError(message, column=offset + 1, hint=hint)


def _lexemes(source: str) -> list[_Lexeme]:
    found: list[_Lexeme] = []
    at = 0
    while True:
        if space := _SPACE.match(source, at):
            at = space.end()
        lexeme = _lexeme(source, at)
        found.append(lexeme)
        if lexeme.kind == "end":
            return found
        at = lexeme.end


def _lexeme(source: str, at: int) -> _Lexeme:
    first = source[at : at + 1]
    if first == "":
        return _Lexeme("end", "", at, at)
    if first == "(":
        return _Lexeme("(", first, at, at + 1)
    if first == ")":
        return _Lexeme(")", first, at, at + 1)
    if first in _QUOTES:
        return _quoted(source, at, at)
    if first == "»":
        _fail(at, "» closes a quote that was never opened")
    if first == "=" and source[at + 1 : at + 2] in _QUOTES:
        return _quoted(source, at, at + 1)
    found = _CHUNK.match(source, at)
    assert found is not None  # noqa: S101 - every other character begins a chunk
    chunk = found[0]
    if first in "$@":
        return _name(chunk, at)
    if first == "=":
        if chunk == "=":
            _fail(at, "= wants a word right after it", 'write =Word or ="Some Words"')
        _check_letters(chunk, at, 1)
        return _worded(source, at, at + 1, found.end(), exact=True)
    return _operator(chunk, at) or _field(chunk, at) or _bare(source, chunk, at)


def _quoted(source: str, start: int, opening: int) -> _Lexeme:
    first, last = _phrase_bounds(source, opening, _QUOTES[source[opening]])
    term = _term(source, first, last, clause=source[start : last + 1], at=start, exact=opening > start)
    return _Lexeme("term", term.clause, start, last + 1, term=term)


def _phrase_bounds(source: str, opening: int, closers: str) -> tuple[int, int]:
    for last in range(opening + 1, len(source)):
        if source[last] in closers:
            return opening + 1, last
    return _fail(opening, "the quote is never closed", f"end the phrase with {closers[0]}")


def _name(chunk: str, at: int) -> _Lexeme:
    kind: _Kind = "group" if chunk[0] == "$" else "region"
    if not _NAME.fullmatch(chunk, 1):
        _fail(at, f"{chunk} names no {kind}", f"write {chunk[0]} and an id of small letters, digits and hyphens")
    return _Lexeme(kind, chunk, at, at + len(chunk))


def _operator(chunk: str, at: int) -> _Lexeme | None:
    if found := _OPERATOR.fullmatch(chunk):
        kind: _Kind = found[1] or found[2]  # type: ignore[assignment]  # the pattern lists these kinds
        number = int(found[3] or 0)
        if kind == "ATLEAST" and number == 0:
            _fail(at, "ATLEAST/0 always holds", "write ATLEAST/1 or more")
        if number > MAX_DISTANCE:
            limit = f"n is at most {MAX_DISTANCE}"
            _fail(at, f"{chunk} is too far", limit if kind == "ATLEAST" else f"{limit}; beyond that write AND")
        return _Lexeme(kind, chunk, at, at + len(chunk), number)
    if _BOOLEAN_LIKE.fullmatch(chunk):
        _fail(at, f"{chunk} is not an operator", f"write {chunk.upper()}, or {_QUOTE_HINT}")
    if found := _DISTANCE_LIKE.fullmatch(chunk):
        _fail(at, f"{chunk} is not an operator", f"write {found[1].upper()}/{_digits(chunk)}, or {_QUOTE_HINT}")
    if _FOREIGN.fullmatch(chunk):
        _fail(at, f"{chunk} is not an operator", f"write NEAR/{_digits(chunk)}, or {_QUOTE_HINT}")
    if found := _JOINED.fullmatch(chunk):
        meant = f"{found[1].upper()} NOT" if found[1] else "(a OR b) AND NOT (a AND b)"
        _fail(at, f"{chunk} is not an operator", f"write {meant}, or {_QUOTE_HINT}")
    return None


def _digits(chunk: str) -> str:
    found = re.search(r"\d+", chunk)
    return found[0] if found else "5"


def _field(chunk: str, at: int) -> _Lexeme | None:
    found = _FIELD.match(chunk)
    if not found:
        return None
    name = found[1]
    if name in _FIELDS:
        return _Lexeme("field", found[0], at, at + found.end())
    close = get_close_matches(name.lower(), _FIELDS, n=1)
    meant = _OTHER_FIELD_NAMES.get(name.lower()) or (close[0] if close else "")
    hint = f"did you mean {meant}:" if meant else f"fields are {', '.join(_FIELDS)}; or {_QUOTE_HINT}"
    return _fail(at, f"there is no field {name}", hint)


def _bare(source: str, chunk: str, at: int) -> _Lexeme:
    _check_letters(chunk, at, 0)
    return _worded(source, at, at, at + len(chunk), exact=False)


def _worded(source: str, start: int, first: int, end: int, *, exact: bool) -> _Lexeme:
    term = _term(source, first, end, clause=source[start:end], at=start, exact=exact)
    return _Lexeme("term", term.clause, start, end, term=term)


def _check_letters(chunk: str, at: int, first: int) -> None:
    """Refuse a bare word with anything in it that is neither a letter nor usual inside words."""
    if chunk[first] in "'‘’":
        _fail(at + first, f"{chunk[first]} does not begin a phrase", 'write the phrase in double quotes: "…"')
    if chunk[first] in "-–—":
        _fail(at + first, f"{chunk[first]} has no meaning before a term", "write AND NOT, or quote the words")
    for offset in range(first, len(chunk)):
        letter = chunk[offset]
        # A mark or a joiner has no class of its own worth asking for: behind a letter it belongs to the word.
        if letter in _IN_WORDS or letter.isalnum() or len(tokenise("x" + letter + "x")) == 1:
            continue
        rest = chunk[offset:]
        meant = _WORDS_OF_CODE.get(rest) or _WORDS_OF_CODE.get(letter)
        shown = letter if letter.isprintable() else f"U+{ord(letter):04X}"
        _fail(
            at + offset, f"{shown} has no meaning here", f"write {meant}, or quote the words" if meant else _QUOTE_HINT
        )


# --- terms -------------------------------------------------------------------------------------------------------


def _trimmed(source: str, start: int, end: int) -> tuple[int, int]:
    space = _SPACE.match(source, start, end)
    start = space.end() if space else start
    while end > start and _SPACE.fullmatch(source, end - 1, end):
        end -= 1
    return start, end


def _refuse_operators(source: str, start: int, end: int) -> None:
    """Refuse in an unquoted item what an expression would read as more than words."""
    hint = "groups and names hold words, phrases and wildcards; quote the item to search for these words"
    at = start
    while at < end:
        chunk = re.compile(r"\S+").match(source, at, end)
        if chunk is None:
            at += 1
            continue
        word = chunk[0]
        distance = _DISTANCE_LIKE.fullmatch(word) or _FOREIGN.fullmatch(word)
        if _OPERATOR.fullmatch(word) or (distance and not word.isalpha()):
            _fail(at, f"{word} is no word", hint)
        if (found := re.search(r'[()$@"“”„‟«»=]', word)) or (found := re.match(rf"(?:{'|'.join(_FIELDS)}):", word)):
            _fail(at + found.start(), f"{found[0]} is no part of a word", hint)
        at = chunk.end()


def _term(source: str, start: int, end: int, *, clause: str, at: int, exact: bool) -> Term:
    """Cut ``source[start:end]`` into the words of a term."""
    tokens = tokenise(source[start:end].translate(_STAND_INS))
    words = tuple(word.translate(_STOOD_FOR) for word in (tokens.exact if exact else tokens.folded))
    if not words:
        _fail(at, "nothing to search for", "a term needs a letter or a digit")
    for number, word in enumerate(words):
        fixed = _fixed_letters(word)
        if fixed == len(_spelled(word)) or fixed >= FIXED_LETTERS:
            continue
        where = start + tokens.starts[number]
        neighbours = {tokens.ends[number - 1]} if number else set()
        neighbours |= {tokens.starts[number + 1]} if number + 1 < len(words) else set()
        if fixed == 0 and neighbours & {tokens.starts[number], tokens.ends[number]}:
            _fail(where, f"{word} beside a script without spaces", "leave it out: each character is a word of its own")
        _fail(
            where, f"{word} fixes {fixed or 'no'} letter{'' if fixed == 1 else 's'}", "a wildcard wants three or more"
        )
    return Term(words=words, exact=exact, clause=clause, start=at)


def _spelled(word: str) -> str:
    """Spell out a word in letters: a Hangul syllable holds two or three."""
    return normalize("NFD", word)


def _fixed_letters(word: str) -> int:
    if "*" not in word and "?" not in word:
        return len(_spelled(word))
    return len(_spelled(fold_word(word.replace("*", "").replace("?", ""))))


# --- from lexemes to the tree ------------------------------------------------------------------------------------


class _Parser:
    def __init__(self, source: str) -> None:
        self._source = source
        self._lexemes = _lexemes(source)
        self._at = 0
        self._depth = 0

    def parse(self) -> Expression:
        if self._next.kind == "end":
            _fail(0, "the expression is empty", "write a word to search for")
        expression = self._or(None)
        self._refuse_more()
        _check_depth(expression)
        return expression

    @property
    def _next(self) -> _Lexeme:
        return self._lexemes[self._at]

    def _take(self) -> _Lexeme:
        lexeme = self._next
        self._at += 1
        return lexeme

    def _clause(self, start: int) -> str:
        return self._source[start : self._lexemes[self._at - 1].end]

    def _or(self, before: _Lexeme | None) -> Expression:
        start = self._next.start
        parts = [self._and(before)]
        while self._next.kind == "OR":
            parts.append(self._and(self._take()))
        return parts[0] if len(parts) == 1 else Or(parts=tuple(parts), clause=self._clause(start), start=start)

    def _and(self, before: _Lexeme | None) -> Expression:
        start = self._next.start
        parts = [self._not(before)]
        while self._next.kind == "AND":
            parts.append(self._not(self._take()))
        return parts[0] if len(parts) == 1 else And(parts=tuple(parts), clause=self._clause(start), start=start)

    def _not(self, before: _Lexeme | None) -> Expression:
        if self._next.kind != "NOT":
            return self._near(before)
        sign = self._take()
        self._descend(sign)
        part = self._not(sign)
        self._depth -= 1
        return Not(part=part, clause=self._clause(sign.start), start=sign.start)

    def _near(self, before: _Lexeme | None) -> Expression:
        start = self._next.start
        left = self._unit(before)
        while self._next.kind in ("NEAR", "BEFORE"):
            operator = self._take()
            following = self._lexemes[self._at]
            if following.kind == "NOT":
                _fail(following.start, f"NOT cannot stand inside {operator.text}", "write a AND NOT b around it")
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

    def _unit(self, before: _Lexeme | None) -> Expression:
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

    def _nested_unit(self, before: _Lexeme) -> Expression:
        self._descend(before)
        unit = self._unit(before)
        self._depth -= 1
        return unit

    def _parenthesised(self, opening: _Lexeme) -> Expression:
        self._descend(opening)
        inner = self._or(opening)
        self._depth -= 1
        if self._next.kind == "end":
            _fail(opening.start, "the parenthesis is never closed", "add )")
        self._refuse_more(closing=True)
        self._take()
        return inner

    def _descend(self, lexeme: _Lexeme) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            _too_deep(lexeme.start)

    def _refuse_more(self, *, closing: bool = False) -> None:
        """Fail where something follows a complete expression, but for the ``)`` that is awaited."""
        lexeme = self._next
        if lexeme.kind == "end" or (closing and lexeme.kind == ")"):
            return
        if lexeme.kind == ")":
            _fail(lexeme.start, ") closes nothing", "remove it, or add ( before")
        if lexeme.kind == "NOT":
            _fail(lexeme.start, "NOT right after a term", "write AND NOT")
        _fail(lexeme.start, "two terms side by side", _SIDE_BY_SIDE)


def _missing_operand(found: _Lexeme, before: _Lexeme | None) -> NoReturn:
    if before is None:
        if found.kind == ")":
            _fail(found.start, ") closes nothing", "remove it, or add ( before")
        _fail(found.start, f"{found.text} has nothing on its left", "write a term before it")
    if before.kind == "(" and found.kind == ")":
        _fail(before.start, "nothing between the parentheses", "write a term in them")
    if found.kind == "end":
        _fail(before.start, f"{before.text} has nothing on its right", "write a term after it")
    hint = f"write NOT in front: NOT {before.text}…" if found.kind == "NOT" else "write a term between them"
    _fail(found.start, f"{before.text} wants a term, not {found.text}", hint)


def _refuse_inside(expression: Expression, inside: str, *kinds: type) -> None:
    for node in walk(expression):
        if isinstance(node, kinds):
            shown = "a field" if isinstance(node, Scoped) else type(node).__name__.upper()
            hint = "name the field once" if isinstance(node, Scoped) else "words, phrases, groups, regions and ORs may"
            _fail(node.start, f"{shown} cannot stand {inside}", hint)


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
    _fail(offset, "nested too deeply", f"at most {MAX_DEPTH} levels; put lists of words into groups")

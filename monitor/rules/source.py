"""The text of one rule file: bytes to plain values, and from every value back to its line and column.

YAML is parsed by PyYAML into events; the values are built here, because scalars follow YAML 1.2's core schema (``NO``,
``on`` and ``22:30`` are text), keys must be unique, and hostile input (deep nesting, alias bombs) must cost nothing.
This module must not know what the keys mean.
"""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from monitor.errors import RuleError

MAX_BYTES = 32 * 1024 * 1024
MAX_DEPTH = 40
MAX_ALIASED = 100_000
"""Values that aliases may repeat in all: far beyond any honest file, far below what a bomb unfolds to."""

MAX_NUMBER = 100

Path = tuple[str | int, ...]
"""The keys and list indexes that lead to a value: ``("rules", "attacks", "score", 0, "if")``."""

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_UNPRINTABLE = re.compile("[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_NULL = re.compile(r"(?:null|Null|NULL|~)?")
_BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
_INT = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_INFINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")

_PROBLEMS = {
    "mapping values are not allowed": (
        "a `:` where no key can stand",
        "check the indentation, and put text that holds `: ` in quotes",
    ),
    "could not find expected ':'": ("a line that is neither a key nor a list item", "write `key: value` or `- item`"),
    "did not find expected key": (
        "text where a key is expected",
        "check the indentation; a value that starts with a quote ends at the closing one: '\"two words\" OR three'",
    ),
    "did not find expected '-' indicator": ("a key inside a list", "indent it under its list item, or start it with -"),
    "did not find expected ',' or ']'": ("a list that is not closed", "close it with ]"),
    "did not find expected ',' or '}'": ("a block that is not closed", "close it with }"),
    "did not find expected node content": ("a value is missing", "look for a comma too many or a bracket too few"),
    "found unknown escape character": (
        "an unknown escape after \\",
        "in double quotes write \\\\, or use single quotes",
    ),
    "found incompatible YAML document": ("another version of YAML", "leave the %YAML line out"),
    "block sequence entries are not allowed": ("a list item where none can stand", "start it on a line of its own"),
}


@dataclass(slots=True)
class _Node:
    """A value with the stretch of text it was read from."""

    value: Any
    start: int
    end: int
    style: str = ""
    size: int = 1
    """Values in it, itself included, with aliases unfolded."""
    children: dict[str | int, _Node] = field(default_factory=dict)
    keys: dict[str | int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One rule file as values and places; ``problems`` are those that leave the rest of the file readable."""

    file: str
    values: Any
    problems: tuple[RuleError, ...] = ()
    text: str = field(repr=False)
    lines: tuple[int, ...] = field(repr=False)
    """Where each line starts in ``text``."""
    root: _Node = field(repr=False)

    def place(self, path: Path, offset: int | None = None) -> tuple[int, int]:
        """Return line and column, from 1, of the value at ``path``, or of the character at ``offset`` in its text.

        Parts of the path that the file does not have are passed over: the place is that of the nearest value around.
        """
        node = self._node(path)
        return self._position(_opening(self.text, node) if offset is None else _origin(self.text, node, offset))

    def key_place(self, path: Path) -> tuple[int, int]:
        """Return line and column of the key (or list item) that ``path`` ends with."""
        parent = self._node(path[:-1])
        return self._position(parent.keys.get(path[-1], parent.start)) if path else (1, 1)

    def error(self, message: str, path: Path, *, offset: int | None = None, hint: str = "") -> RuleError:
        """Return an error placed at a value."""
        line, column = self.place(path, offset)
        return RuleError(message, file=self.file, line=line, column=column, hint=hint)

    def key_error(self, message: str, path: Path, *, hint: str = "") -> RuleError:
        """Return an error placed at a key."""
        line, column = self.key_place(path)
        return RuleError(message, file=self.file, line=line, column=column, hint=hint)

    def _node(self, path: Path) -> _Node:
        node = self.root
        for part in path:
            node = node.children.get(part, node)
        return node

    def _position(self, index: int) -> tuple[int, int]:
        line = bisect_right(self.lines, index)
        return line, index - self.lines[line - 1] + 1


def read_source(file: str, data: bytes) -> Source:
    """Read the bytes of a rule file.

    Raises RuleError, with file, line and column, where the file cannot be understood as one YAML document.
    """
    text = _decode(file, data)
    lines = (0, *(found.end() for found in re.finditer("\n", text)))

    def fail(message: str, index: int, hint: str = "") -> RuleError:
        line = bisect_right(lines, index)
        return RuleError(message, file=file, line=line, column=index - lines[line - 1] + 1, hint=hint)

    bad = _UNPRINTABLE.search(text)
    if bad:
        raise fail(f"the character U+{ord(bad[0]):04X} cannot stand in a rule file", bad.start(), "delete it")
    problems: list[RuleError] = []
    try:
        root = _compose(yaml.parse(text, Loader=_Loader), fail, problems)
    except yaml.MarkedYAMLError as error:
        raise _yaml_error(error, text, fail) from None
    return Source(file=file, values=root.value, problems=tuple(problems), text=text, lines=lines, root=root)


def _decode(file: str, data: bytes) -> str:
    if len(data) > MAX_BYTES:
        limit = MAX_BYTES // 1024 // 1024
        raise RuleError(f"larger than {limit} MB", file=file, line=1, column=1, hint="split it into several files")
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        raise RuleError("not UTF-8", file=file, line=line, column=column, hint="save the file as UTF-8") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _yaml_error(error: yaml.MarkedYAMLError, text: str, fail: Callable[..., RuleError]) -> RuleError:
    problem = error.problem or "not YAML"
    mark = error.problem_mark or error.context_mark
    index = min(mark.index, len(text)) if mark else 0
    line_start = text.rfind("\n", 0, index) + 1
    found = re.compile(r" *\t").match(text, line_start)
    if found:
        return fail("a tab in the indentation", found.end() - 1, "indent with spaces")
    if "end of stream" in problem and error.context_mark:
        return fail("a quote that is never closed", error.context_mark.index, "close it, or double it inside the text")
    if "cannot start any token" in problem:
        return fail(f"a value cannot start with {text[index]}", index, "put the whole value in quotes")
    for beginning, (message, hint) in _PROBLEMS.items():
        if problem.startswith(beginning):
            return fail(message, index, hint)
    return fail(f"not YAML: {problem}", index, "check quotes, brackets and indentation around here")


def _compose(events: Iterator[Any], fail: Callable[..., RuleError], problems: list[RuleError]) -> _Node:
    """Build the values of one document without recursion; duplicate and non-text keys are added to ``problems``."""
    root: _Node | None = None
    anchors: dict[str, _Node] = {}
    open_nodes: list[_Node] = []
    open_anchors: list[str | None] = []
    keys: list[str | None] = []  # of each open node: the key that waits for its value
    aliased = 0

    def put(node: _Node, written: str = "") -> None:
        nonlocal root
        if not open_nodes:
            root = node
            return
        parent = open_nodes[-1]
        parent.size += node.size
        if isinstance(parent.value, list):
            parent.children[len(parent.value)] = node
            parent.keys[len(parent.value)] = node.start
            parent.value.append(node.value)
            return
        key = keys[-1]
        if key is None:
            keys[-1] = read_key(parent, node, written)
            return
        keys[-1] = None
        if key not in parent.value:
            parent.value[key] = node.value
            parent.children[key] = node

    def read_key(parent: _Node, node: _Node, key: str) -> str:
        if isinstance(node.value, dict | list):
            raise fail("a key must be a word", node.start, "put it in quotes")
        if key in parent.keys:
            problems.append(fail(f"`{shorten(key)}` stands here twice", node.start, "keep one of them"))
        elif not isinstance(node.value, str):
            problems.append(fail(f"the key `{shorten(key)}` is not text", node.start, "put it in quotes"))
        elif key == "<<":
            problems.append(fail("merge keys (<<) are not part of YAML 1.2", node.start, "write the keys out"))
        parent.keys.setdefault(key, node.start)
        return key

    for event in events:
        start, end = event.start_mark.index, event.end_mark.index
        match event:
            case yaml.ScalarEvent():
                tagged = event.tag not in (None, "!", "tag:yaml.org,2002:str")
                if tagged:
                    raise fail("tags (!…) are not used here", start, "leave the tag out, or quote the value")
                plain = event.implicit[0]
                value = _typed(event.value) if plain else event.value
                node = _Node(value, start, end, event.style or ("plain" if plain else "tagged"))
                if event.anchor is not None:
                    anchors[event.anchor] = node
                put(node, event.value)
            case yaml.AliasEvent():
                if event.anchor not in anchors:
                    name = shorten(str(event.anchor))
                    raise fail(f"*{name} repeats nothing above", start, "put a value that starts with * in quotes")
                node = anchors[event.anchor]
                aliased += node.size
                if aliased > MAX_ALIASED:
                    raise fail("aliases repeat too many values", start, "write the values out")
                put(node, node.value if isinstance(node.value, str) else "")
            case yaml.CollectionStartEvent():
                if event.tag not in (None, "!"):
                    raise fail("tags (!…) are not used here", start, "leave the tag out")
                if len(open_nodes) == MAX_DEPTH:
                    raise fail("nested too deeply", start, "no rule file nests this far")
                is_list = isinstance(event, yaml.SequenceStartEvent)
                open_nodes.append(_Node([] if is_list else {}, start, end))
                open_anchors.append(event.anchor)
                keys.append(None)
            case yaml.CollectionEndEvent():
                node, anchor = open_nodes.pop(), open_anchors.pop()
                keys.pop()
                node.end = end
                if anchor is not None:
                    anchors[anchor] = node
                put(node)
            case yaml.DocumentStartEvent() if root is not None:
                raise fail("a second document (---)", start, "write it to a file of its own")
            case _:
                pass
    return root or _Node(None, 0, 0)


def _typed(text: str) -> Any:
    """Type a plain scalar by YAML 1.2's core schema; what is too long to be meant as a number stays text."""
    if len(text) > MAX_NUMBER:
        return text
    if _NULL.fullmatch(text):
        return None
    if _BOOL.fullmatch(text):
        return text[0] in "tT"
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _BASED.fullmatch(text):
        return int(text, 0)
    if _INFINITE.fullmatch(text):
        return float(text.replace(".", ""))
    return text


# --- from an offset in a value to an offset in the file ----------------------------------------------------------

_TOKEN = {
    "'": re.compile(r"''|[^'\s]"),
    '"': re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|(?s:.))|[^\s\\]"),
}
_ANY = re.compile(r"\S")
_PROPERTIES = re.compile(r"(?:[&!]\S*\s+)*")
_SPACE_ESCAPES = frozenset("tnvN_LP \n\t")


def _opening(text: str, node: _Node) -> int:
    """Return where a value begins: behind its anchor, at its quote or block header if it has one."""
    found = _PROPERTIES.match(text, node.start, node.end)
    return found.end() if found else node.start


def _origin(text: str, node: _Node, offset: int) -> int:
    """Return where the ``offset``-th character of a text value stands in the file.

    Folding, chomping and indentation change nothing but white space: so the n-th other character of the value is the
    n-th one of the source, and white space is placed right behind the character before it.
    """
    start = _opening(text, node)
    if not isinstance(node.value, str):
        return start
    if node.style in ("|", ">"):
        start = text.find("\n", start, node.end) + 1
    elif node.style in ("'", '"'):
        start += 1
    before = sum(not character.isspace() for character in node.value[:offset])
    wanted = before if offset < len(node.value) and not node.value[offset].isspace() else before - 1
    stands = start
    seen = -1
    for token in _TOKEN.get(node.style, _ANY).finditer(text, start, node.end):
        if node.style == '"' and token[0][0] == "\\" and _is_space(token[0]):
            continue
        seen += 1
        stands = token.start() if wanted == before else token.end()
        if seen == wanted:
            break
    return stands


def _is_space(escape: str) -> bool:
    if escape[1] in "xuU" and len(escape) > 2:
        return chr(int(escape[2:], 16)).isspace()
    return escape[1] in _SPACE_ESCAPES


def shorten(text: str, limit: int = 40) -> str:
    """Return a piece of the file fit for a one-line message."""
    line = " ".join("".join(character if character.isprintable() else " " for character in text).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"

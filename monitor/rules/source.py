"""The text of one rule file: bytes to plain values, and from every value back to its line and column.

This module must not know what the keys mean.
"""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import yaml

from monitor.errors import RuleError
from monitor.rules.nodes import Node, compose
from monitor.rules.origins import opening, origin

MAX_BYTES = 32 * 1024 * 1024

Path = tuple[str | int, ...]
"""The keys and list indexes that lead to a value: ``("rules", "attacks", "score", 0, "if")``."""

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_UNPRINTABLE = re.compile("[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_COMMENT = re.compile(r"(?:^|[ \t])#")
_PROBLEMS = {
    "mapping values are not allowed": (
        "a `:` where no key can stand",
        "check the indentation and the line above, which may lack its colon; put text that holds `: ` in quotes",
    ),
    "could not find expected ':'": (
        "a line that is neither a key nor a list item",
        "write `key: value` or `- item`; or the line above lacks its colon",
    ),
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One rule file as values and places; ``problems`` are those that leave the rest of the file readable."""

    file: str
    values: Any
    problems: tuple[RuleError, ...] = ()
    text: str = field(repr=False)
    lines: tuple[int, ...] = field(repr=False)
    """Where each line starts in ``text``."""
    root: Node = field(repr=False)

    def place(self, path: Path, offset: int | None = None) -> tuple[int, int]:
        """Return line and column, from 1, of the value at ``path``, or of the character at ``offset`` in its text.

        Parts of the path that the file does not have are passed over: the place is that of the nearest value around.
        """
        node = self._node(path)
        return self._position(opening(self.text, node) if offset is None else origin(self.text, node, offset))

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

    def _node(self, path: Path) -> Node:
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
        root = compose(yaml.parse(text, Loader=_Loader), fail, problems)
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
        opening_at = error.context_mark.index
        inside = '\\"' if text[opening_at : opening_at + 1] == '"' else "''"
        return fail("a quote that is never closed", opening_at, f"close it; inside the text write {inside}")
    if "cannot start any token" in problem:
        return fail(f"a value cannot start with {text[index]}", index, "put the whole value in quotes")
    for beginning, (message, hint) in _PROBLEMS.items():
        if problem.startswith(beginning):
            if "expected" in problem and _follows_comment(text, index):
                hint = "a comment ends the value above: write it over the key"
            return fail(message, index, hint)
    return fail(f"not YAML: {problem}", index, "check quotes, brackets and indentation around here")


def _follows_comment(text: str, index: int) -> bool:
    """Tell whether the last line before a place that begins its own line holds a comment."""
    above = text[:index].rstrip()
    return "\n" in text[len(above) : index] and _COMMENT.search(above[above.rfind("\n") + 1 :]) is not None

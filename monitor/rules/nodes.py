"""The values of one YAML document, each with the stretch of text it was read from.

PyYAML parses into events; the values are built here, because scalars follow YAML 1.2's core schema (``NO``, ``on`` and
``22:30`` are text), keys must be unique, and hostile input (deep nesting, alias bombs) must cost nothing. This module
must not know bytes or lines, nor what the keys mean.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import yaml

from monitor.errors import RuleError
from monitor.rules.wording import briefly

MAX_DEPTH = 40
MAX_ALIASED = 100_000
"""Values that aliases may repeat in all: far beyond any honest file, far below what a bomb unfolds to."""

MAX_NUMBER = 100

_NULL = re.compile(r"(?:null|Null|NULL|~)?")
_BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
_INT = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_INFINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")


@dataclass(slots=True)
class Node:
    """A value with the stretch of text it was read from."""

    value: Any
    start: int
    end: int
    style: str = ""
    size: int = 1
    """Values in it, itself included, with aliases unfolded."""
    children: dict[str | int, Node] = field(default_factory=dict)
    keys: dict[str | int, int] = field(default_factory=dict)


def compose(events: Iterable[Any], fail: Callable[..., RuleError], problems: list[RuleError]) -> Node:
    """Build the values of one document without recursion; duplicate and non-text keys are added to ``problems``."""
    composer = _Composer(fail, problems)
    for event in events:
        composer.take(event)
    return composer.root or Node(None, 0, 0)


class _Composer:
    def __init__(self, fail: Callable[..., RuleError], problems: list[RuleError]) -> None:
        self.root: Node | None = None
        self._fail = fail
        self._problems = problems
        self._anchors: dict[str, Node] = {}
        self._aliased = 0
        self._open_nodes: list[Node] = []
        self._open_anchors: list[str | None] = []
        self._keys: list[str | None] = []
        """Of each open node the key that waits for its value."""

    def take(self, event: Any) -> None:
        start, end = event.start_mark.index, event.end_mark.index
        match event:
            case yaml.ScalarEvent():
                self._scalar(event, start, end)
            case yaml.AliasEvent():
                self._alias(event, start)
            case yaml.CollectionStartEvent():
                self._open(event, start, end)
            case yaml.CollectionEndEvent():
                self._close(end)
            case yaml.DocumentStartEvent() if self.root is not None:
                raise self._fail("a second document (---)", start, "write it to a file of its own")
            case _:
                pass

    def _scalar(self, event: Any, start: int, end: int) -> None:
        if event.tag not in (None, "!", "tag:yaml.org,2002:str"):
            raise self._fail("tags (!…) are not used here", start, "leave the tag out, or quote the value")
        plain = event.implicit[0]
        value = _typed(event.value) if plain else event.value
        node = Node(value, start, end, event.style or ("plain" if plain else "tagged"))
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        self._put(node, event.value)

    def _alias(self, event: Any, start: int) -> None:
        if event.anchor not in self._anchors:
            name = briefly(str(event.anchor))
            raise self._fail(f"*{name} repeats nothing above", start, "put a value that starts with * in quotes")
        node = self._anchors[event.anchor]
        self._aliased += node.size
        if self._aliased > MAX_ALIASED:
            raise self._fail("aliases repeat too many values", start, "write the values out")
        self._put(node, node.value if isinstance(node.value, str) else "")

    def _open(self, event: Any, start: int, end: int) -> None:
        if event.tag not in (None, "!"):
            raise self._fail("tags (!…) are not used here", start, "leave the tag out")
        if len(self._open_nodes) == MAX_DEPTH:
            raise self._fail("nested too deeply", start, "no rule file nests this far")
        self._open_nodes.append(Node([] if isinstance(event, yaml.SequenceStartEvent) else {}, start, end))
        self._open_anchors.append(event.anchor)
        self._keys.append(None)

    def _close(self, end: int) -> None:
        node, anchor = self._open_nodes.pop(), self._open_anchors.pop()
        self._keys.pop()
        node.end = end
        if anchor is not None:
            self._anchors[anchor] = node
        self._put(node)

    def _put(self, node: Node, written: str = "") -> None:
        """Put a complete node where it stands: at the root, in a list, as a key, or as the value of one."""
        if not self._open_nodes:
            self.root = node
            return
        parent = self._open_nodes[-1]
        parent.size += node.size
        if isinstance(parent.value, list):
            parent.children[len(parent.value)] = node
            parent.keys[len(parent.value)] = node.start
            parent.value.append(node.value)
            return
        key = self._keys[-1]
        if key is None:
            self._check_key(parent, node, written)
            parent.keys.setdefault(written, node.start)
            self._keys[-1] = written
            return
        self._keys[-1] = None
        if key not in parent.value:
            parent.value[key] = node.value
            parent.children[key] = node

    def _check_key(self, parent: Node, node: Node, key: str) -> None:
        if isinstance(node.value, dict | list):
            raise self._fail("a key must be a word", node.start, "put it in quotes")
        if key in parent.keys:
            self._problems.append(self._fail(f"`{briefly(key)}` stands here twice", node.start, "keep one of them"))
        elif not isinstance(node.value, str):
            self._problems.append(self._fail(f"the key `{briefly(key)}` is not text", node.start, "put it in quotes"))
        elif key == "<<":
            self._problems.append(
                self._fail("merge keys (<<) are not part of YAML 1.2", node.start, "write the keys out")
            )


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

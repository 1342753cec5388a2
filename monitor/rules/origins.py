"""From a character of a value back to the character of the file that it was read from.

This module must not know lines or keys.
"""

from __future__ import annotations

import re

from monitor.rules.nodes import Node

_TOKEN = {
    "'": re.compile(r"''|[^'\s]"),
    '"': re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|(?s:.))|[^\s\\]"),
}
_ANY = re.compile(r"\S")
_PROPERTIES = re.compile(r"(?:[&!]\S*\s+)*")
_SPACE_ESCAPES = frozenset("tnvN_LP \n\t")


def opening(text: str, node: Node) -> int:
    """Return where a value begins: behind its anchor, at its quote or block header if it has one."""
    found = _PROPERTIES.match(text, node.start, node.end)
    return found.end() if found else node.start


def origin(text: str, node: Node, offset: int) -> int:
    """Return where the ``offset``-th character of a text value stands in the file.

    Folding, chomping and indentation change nothing but white space: so the n-th other character of the value is the
    n-th one of the source, and white space is placed right behind the character before it.
    """
    start = opening(text, node)
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

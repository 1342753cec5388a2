"""`rules/feeds.yaml`, edited by commands with its comments and order kept.

A new one names the schema by which editors complete and check it, and brings it along.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import YAMLError

from monitor.errors import RuleError
from monitor.rules.schema import schema_text

_NEW = b"# yaml-language-server: $schema=schema.json\nversion: 1\n"


class FeedFile:
    """The file, read at once, written by `save`. Raises RuleError where it cannot be read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._yaml = YAML()
        self._yaml.preserve_quotes = True
        self._yaml.width = 4096
        self._yaml.indent(mapping=2, sequence=4, offset=2)
        self._before = path.read_bytes() if path.exists() else None
        schema = path.with_name("schema.json")
        self._new_schema = schema if self._before is None and not schema.exists() else None
        try:
            self._document: Any = self._yaml.load((self._before or _NEW).decode("utf-8"))
        except (YAMLError, UnicodeDecodeError) as error:
            raise RuleError("cannot be read", file=str(path), line=1, column=1, hint="run `dateline check`") from error
        if not isinstance(self._document, CommentedMap):
            self._document = CommentedMap(version=1)

    def add(
        self,
        *,
        url: str,
        name: str,
        id_: str | None,
        home: str | None,
        taken: Collection[str],
        tags: Sequence[str] = (),
    ) -> str:
        """Add a feed; returns its id, made from its name where none is given and free of those ``taken``."""
        listed = self._feeds()
        id_ = id_ or _free_id(name, {*taken, *listed})
        if id_ in listed:
            raise RuleError(f"there is a feed {id_!r} already", file=str(self.path), hint="give another with --id")
        spec = CommentedMap(url=url, name=" ".join(name.split()))
        if home:
            spec["home"] = home
        if tags:
            spec["tags"] = list(tags)
        listed[id_] = spec
        return id_

    def remove(self, id_: str) -> bool:
        return self._feeds().pop(id_, None) is not None

    def save(self) -> None:
        written = io.BytesIO()
        self._yaml.dump(self._document, written)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._replace(written.getvalue())
        if self._new_schema:
            self._new_schema.write_text(schema_text(), encoding="utf-8")

    def undo(self) -> None:
        """Bring back what the file held before."""
        if self._new_schema:
            self._new_schema.unlink()
        if self._before is None:
            self.path.unlink()
        else:
            self._replace(self._before)

    def _replace(self, content: bytes) -> None:
        """Put the whole file in place at once: the daemon reads it whenever it changes."""
        draft = self.path.with_name(f".{self.path.name}.new")
        draft.write_bytes(content)
        draft.replace(self.path)

    def _feeds(self) -> Any:
        if not isinstance(self._document.get("feeds"), CommentedMap):
            self._document["feeds"] = CommentedMap()
        return self._document["feeds"]


def _free_id(name: str, taken: Collection[str]) -> str:
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    wish = re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[:40].strip("-") or "feed"
    number, free = 1, wish
    while free in taken:
        number += 1
        free = f"{wish}-{number}"
    return free

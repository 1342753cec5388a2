"""Where every entry of the rule files is written, for what is to be said of one.

This module must not know what is wrong with an entry.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from monitor.errors import RuleError
from monitor.rules.ruleset import Finding
from monitor.rules.source import Path, Source


@dataclass(frozen=True, slots=True)
class Places:
    """Where every entry of the rule files is written."""

    sources: Mapping[tuple[str, str], Source] = field(default_factory=dict)
    """By section and id."""

    def source(self, path: Path) -> Source:
        """Return the file of the entry that ``path`` lies in, as ``("rules", "attacks", "when")``."""
        return self.sources[str(path[0]), str(path[1])]

    def finding(
        self, level: Literal["error", "warning"], message: str, path: Path, *, offset: int | None = None, hint: str = ""
    ) -> Finding:
        """Return a finding at a value; at the key where ``path`` is an entry."""
        return as_finding(self.error(message, path, offset=offset, hint=hint), level)

    def error(self, message: str, path: Path, *, offset: int | None = None, hint: str = "") -> RuleError:
        """Return an error at the same places."""
        source = self.source(path)
        if len(path) == 2:
            return source.key_error(message, path, hint=hint)
        return source.error(message, path, offset=offset, hint=hint)


def as_finding(error: RuleError, level: Literal["error", "warning"] = "error") -> Finding:
    """Return an error as a finding."""
    return Finding(
        file=error.file, line=error.line, column=error.column, level=level, message=error.message, hint=error.hint
    )

"""The files of a home as bytes and text, and every one that cannot be read as a finding.

This module must not know what stands in rule files and templates.
"""

from __future__ import annotations

import os
import stat
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from monitor.rules.ruleset import Finding
from monitor.rules.source import MAX_BYTES

_SETTLED_NS = 3_000_000_000
"""A file written less than this ago may be written again within one tick of its time stamp: it is read each time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeFiles:
    """What the folders of a home hold."""

    rules: dict[str, bytes]
    """By names like ``rules/feeds.yaml``."""
    templates: dict[str, str]
    """By names like ``digest/email.html``: the home's over the built-in ones."""
    overrides: frozenset[str] = frozenset()
    """Names of the templates that are the home's own."""
    findings: tuple[Finding, ...] = ()
    """Files that could not be read, and files that are there in vain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamps:
    """What tells changed files from unchanged ones without reading them."""

    files: tuple[tuple[str, int, int, int, int], ...]
    settled: bool
    """Every file is old enough for its time stamp to be trusted."""


def read_home(home: Path, *, builtin: Path) -> HomeFiles:
    """Read the rule files and templates of a home, over the templates of the built-in one; raises nothing."""
    findings: list[Finding] = []
    rules = read_rules(home / "rules", findings)
    templates = read_templates(builtin, findings)
    overrides = {} if builtin.resolve() == home.resolve() else read_templates(home, findings)
    return HomeFiles(
        rules=rules, templates={**templates, **overrides}, overrides=frozenset(overrides), findings=tuple(findings)
    )


def read_rules(folder: Path, findings: list[Finding]) -> dict[str, bytes]:
    """Read the rule files of a folder; what cannot be read is added to ``findings``."""
    rules = {}
    paths = _listing(folder, findings)
    for path in paths:
        shown = f"rules/{_shown(path.name)}"
        if path.suffix == ".yaml":
            data = _content(path, shown, findings)
            if data is not None:
                rules[shown] = data
        elif path.suffix.lower() in (".yml", ".yaml"):
            hint = f"rename it to {_shown(path.stem)}.yaml"
            findings.append(problem(shown, "this file is not read", hint, level="warning"))
    if not any(path.suffix == ".yaml" for path in paths):
        hint = "dateline init writes a starter desk; --home names the folder that holds rules/"
        findings.append(problem(_shown(str(folder)), "there is no rule file (*.yaml) here", hint))
    return rules


def read_templates(home: Path, findings: list[Finding]) -> dict[str, str]:
    """Read the templates of a home; what cannot be read is added to ``findings``."""
    templates = {}
    for path in _template_paths(home / "templates", findings):
        name = f"{_shown(path.parent.name)}/{_shown(path.name)}"
        data = _content(path, f"templates/{name}", findings)
        if data is None:
            continue
        try:
            templates[name] = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            findings.append(problem(f"templates/{name}", "not UTF-8", "save the file as UTF-8", line=line))
    return templates


def _template_paths(folder: Path, findings: list[Finding]) -> list[Path]:
    return [
        path
        for inner in _listing(folder, findings)
        if _is_folder(inner, findings)
        for path in _listing(inner, findings)
        if not path.name.endswith("~") and not _is_folder(path, findings)
    ]


def _is_folder(path: Path, findings: list[Finding]) -> bool:
    try:
        return path.is_dir()
    except OSError as error:  # in a folder that may be listed and not entered
        findings.append(_unreadable(_shown(str(path)), error))
        return False


def _listing(folder: Path, findings: list[Finding]) -> list[Path]:
    """Return what lies in a folder but for hidden files, in order; nothing where there is no folder."""
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except FileNotFoundError:
        return []
    except OSError as error:
        findings.append(_unreadable(_shown(str(folder)), error))
        return []


def _content(path: Path, shown: str, findings: list[Finding]) -> bytes | None:
    """Return the bytes of a file, at most one more than a rule file may have."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            findings.append(problem(shown, "not a file", "rename or remove it"))
            return None
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        findings.append(_unreadable(shown, error))
        return None


def read_stamps(home: Path, *, builtin: Path) -> Stamps:
    """Look at the time stamps of all files that ``read_home`` reads."""
    stamps: list[tuple[str, int, int, int, int]] = []
    newest = 0
    ignored: list[Finding] = []
    for path in (
        *_listing(home / "rules", ignored),
        *_template_paths(builtin / "templates", ignored),
        *_template_paths(home / "templates", ignored),
    ):
        try:
            found = path.stat()
        except OSError:
            stamps.append((str(path), 0, 0, 0, 0))
            continue
        stamps.append((str(path), found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns))
        newest = max(newest, found.st_mtime_ns)
    # Compared with the machine's own clock, which wrote them, and not with the injected one.
    return Stamps(files=tuple(stamps), settled=newest < time.time_ns() - _SETTLED_NS)


def _unreadable(file: str, error: OSError) -> Finding:
    return problem(file, f"cannot be read: {error.strerror}", "check its permissions, or remove it")


def _shown(name: str) -> str:
    """Return a file name fit for a line of a message, whatever bytes it is made of."""
    readable = os.fsencode(name).decode("utf-8", "replace")
    return "".join(character if character.isprintable() else "�" for character in readable)


def problem(
    file: str, message: str, hint: str, *, line: int = 1, level: Literal["error", "warning"] = "error"
) -> Finding:
    """Return a finding about a file as a whole, or a line of it."""
    return Finding(file=file, line=line, column=1, level=level, message=message, hint=hint)

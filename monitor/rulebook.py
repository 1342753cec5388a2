"""The rule files and templates of a home, and the last good set made of them.

Everything that can fail (reading, compiling rules and templates) is done before one swap: a bad file changes nothing,
and ``error`` says where it is bad. Each good set leaves a copy in ``state/``, so that a restart with a bad file still
has rules. This module must not know who uses the rules.
"""

from __future__ import annotations

import json
import tempfile
import threading
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from monitor.clock import Clock
from monitor.digests.proof import flaws
from monitor.digests.render import Templates, compile_templates
from monitor.errors import RuleError, SettingsError
from monitor.home_files import HomeFiles, Stamps, problem, read_home, read_stamps, read_templates
from monitor.redaction import keep_secret, keys_of
from monitor.rules.check import check_rules
from monitor.rules.compile import compile_rules, version_of
from monitor.rules.places import Places, as_finding
from monitor.rules.ruleset import Finding, RuleSet
from monitor.settings import Variables

_COPY = Path("state", "rules-last-good.json")


def builtin_home() -> Path:
    """Return the folder with the starter rules and built-in templates: package data, or the checkout's root."""
    package = Path(__file__).parent
    packaged = package / "_home"
    return packaged if packaged.is_dir() else package.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What came of compiling a home; a good one has rules and templates and no error."""

    rules: RuleSet | None
    templates: Templates | None
    places: Places
    findings: tuple[Finding, ...]

    @property
    def first_error(self) -> Finding | None:
        return next((finding for finding in self.findings if finding.level == "error"), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loaded:
    files: HomeFiles
    rules: RuleSet
    templates: Templates
    loaded_at: datetime


class Rulebook:
    """The rules and templates in force; other threads may read while one loads."""

    def __init__(self, home: Path, *, clock: Clock | None = None) -> None:
        self.error: str | None = None
        """What is wrong with the files, if they are not what is in force."""
        self.findings: tuple[Finding, ...] = ()
        """All that was found in the files when they were last compiled."""
        self._home = home
        self._clock = clock or Clock()
        self._loaded: _Loaded | None = None
        self._tried: HomeFiles | None = None
        """The files that were last compiled, good or bad."""
        self._loading = threading.Lock()
        self._seen: object = None
        """Time stamps of the files that were last read; None while these cannot be trusted."""

    @property
    def files(self) -> HomeFiles:
        """What the rules in force were compiled from."""
        return self._loaded.files if self._loaded else HomeFiles(rules={}, templates={})

    @property
    def rules(self) -> RuleSet:
        return self._loaded.rules if self._loaded else RuleSet(version="")

    @property
    def templates(self) -> Templates:
        return self._loaded.templates if self._loaded else compile_templates({})

    @property
    def builtin_templates(self) -> Templates:
        """The program's own templates: for a digest on which the home's fail."""
        return compile_templates(read_templates(builtin_home(), []))

    @property
    def version(self) -> str:
        return self.rules.version

    @property
    def loaded_at(self) -> datetime | None:
        """Since when these very files are in force, over restarts as far as the copy in ``state/`` tells."""
        return self._loaded.loaded_at if self._loaded else None

    def load(self) -> None:
        """Load at the start: the files, or where they are bad the last good copy (then ``error`` says so).

        Raises RuleError, which names the first problem, where there is neither.
        """
        self.load_leniently()
        if self._loaded is None:
            first = next(finding for finding in self.findings if finding.level == "error")
            raise RuleError(first.message, file=first.file, line=first.line, column=first.column, hint=first.hint)
        if self.error is None:
            self._keep_copy()

    def load_leniently(self) -> None:
        """Load as ``load`` does, only to look: nothing is written, and where there is nothing good no rules are."""
        stamps = read_stamps(self._home, builtin=builtin_home())
        files, copy = read_home(self._home, builtin=builtin_home()), _read_copy(self._home / _COPY)
        if not self._take(stamps, files):
            self._load_copy(copy)
        elif copy.get("files") == _content(files):
            self._date_back(copy)

    def reload_if_changed(self) -> bool:
        """Load the files where they are other than last time; return whether another set is in force now."""
        with self._loading:
            stamps = read_stamps(self._home, builtin=builtin_home())
            if stamps.files == self._seen:
                return False
            files = read_home(self._home, builtin=builtin_home())
            if files == self._tried:
                self._seen = stamps.files if stamps.settled else None
                return False
            return self._take(stamps, files) and self._keep_copy()

    def reload(self) -> bool:
        """Load the files, changed or not; return whether they are in force now."""
        with self._loading:
            stamps = read_stamps(self._home, builtin=builtin_home())
            return self._take(stamps, read_home(self._home, builtin=builtin_home())) and self._keep_copy()

    def _take(self, stamps: Stamps, files: HomeFiles) -> bool:
        # The stamps were taken before the files were read: what changes in between is seen next time.
        self._seen = stamps.files if stamps.settled else None
        self._tried = files
        attempt = compile_home(files)
        self.findings = attempt.findings
        self.error = None if attempt.first_error is None else str(attempt.first_error)
        return self._swap(files, attempt)

    def _swap(self, files: HomeFiles, attempt: Attempt) -> bool:
        if attempt.first_error or attempt.rules is None or attempt.templates is None:
            return False
        self._keep_secrets(attempt.rules)
        self._loaded = _Loaded(
            files=files, rules=attempt.rules, templates=attempt.templates, loaded_at=self._clock.now()
        )
        return True

    def _keep_secrets(self, rules: RuleSet) -> None:
        """Let nothing show what the rules name, from before it is first used."""
        keep_secret(*keys_of(rules.operator.heartbeat or ""))
        variables = Variables(self._home)
        for feed in rules.feeds.values():
            for value in (*feed.headers.values(), feed.auth or ""):
                with suppress(SettingsError):  # that feed's failure, when it is polled
                    if value.startswith("env:"):
                        variables.secret(value.removeprefix("env:"))

    # --- the last good copy

    def _keep_copy(self) -> Literal[True]:
        """Write the files in force to the state folder; a disk that takes no copy is a warning only."""
        assert self._tried is not None  # noqa: S101 - called after a good load
        content, path = _content(self._tried), self._home / _COPY
        try:
            if _read_copy(path).get("files") != content:
                path.parent.mkdir(exist_ok=True)
                _write_whole(path, json.dumps({"saved_at": self._clock.now().isoformat(), "files": content}))
        except OSError as error:
            note = problem(str(path), f"no copy of the rules could be kept: {error.strerror}", "", level="warning")
            self.findings = (*self.findings, note)
        return True

    def _load_copy(self, copy: dict[str, Any]) -> None:
        try:
            rules = {str(name): str(text).encode() for name, text in copy["files"]["rules"].items()}
            overrides = {str(name): str(text) for name, text in copy["files"]["templates"].items()}
        except (KeyError, TypeError, AttributeError, ValueError):
            return
        findings: list[Finding] = []
        builtin = read_templates(builtin_home(), findings)
        files = HomeFiles(rules=rules, templates={**builtin, **overrides}, findings=tuple(findings))
        if self._swap(files, compile_home(files)):
            self._date_back(copy)
            saved_at = _saved_at(copy)
            day = f"{saved_at:%Y-%m-%d %H:%M} UTC" if saved_at else "an earlier day"
            self.error = f"{self.error}; the copy of {day} is in force"

    def _date_back(self, copy: dict[str, Any]) -> None:
        """Take over from the copy when what is loaded came into force."""
        if self._loaded and (saved_at := _saved_at(copy)):
            self._loaded = replace(self._loaded, loaded_at=saved_at)


def _content(files: HomeFiles) -> dict[str, dict[str, str]]:
    """Return what the copy keeps of files that were compiled without an error."""
    return {
        "rules": {name: data.decode("utf-8") for name, data in files.rules.items()},
        "templates": {name: files.templates[name] for name in sorted(files.overrides)},
    }


def _saved_at(copy: dict[str, Any]) -> datetime | None:
    try:
        saved_at = datetime.fromisoformat(copy["saved_at"])
        return saved_at.astimezone(UTC) if saved_at.tzinfo else None
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def last_good_version(home: Path) -> str | None:
    """Return the version of the rules that were last good, without compiling them; None where none ever were."""
    try:
        rules = _read_copy(home / _COPY)["files"]["rules"]
        return version_of({str(name): str(text).encode() for name, text in rules.items()})
    except (KeyError, TypeError, AttributeError, ValueError):
        return None


def _read_copy(path: Path) -> dict[str, Any]:
    try:
        copy = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return copy if isinstance(copy, dict) else {}


def _write_whole(path: Path, text: str) -> None:
    """Write a file that is there complete or not at all, readable for its owner only."""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, prefix=".", delete=False) as new:
        written = Path(new.name)
        try:
            new.write(text)
            new.flush()
            written.replace(path)
        except OSError:
            written.unlink()
            raise


# --- reading and compiling ---------------------------------------------------------------------------------------


def check_home(home: Path) -> tuple[Finding, ...]:
    """Return everything that `dateline check` has to say of a home's rules and templates, by file and line."""
    attempt = compile_home(read_home(home, builtin=builtin_home()))
    doubts = check_rules(attempt.rules, attempt.places) if attempt.rules else ()
    failures = check_templates(attempt.templates) if attempt.templates else ()
    found = (*attempt.findings, *doubts, *failures)
    return tuple(sorted(found, key=lambda finding: (finding.file, finding.line, finding.column)))


def check_templates(templates: Templates) -> tuple[Finding, ...]:
    """Fill every template with the worst that it may meet: some mistakes show only then."""
    return tuple(as_finding(flaw.error, flaw.level) for flaw in flaws(templates))


def compile_home(files: HomeFiles) -> Attempt:
    """Compile rules and templates; raises nothing."""
    findings = list(files.findings)
    templates = None
    names = {name.partition("/")[0] for name in files.templates}
    try:
        templates = compile_templates(files.templates)
    except RuleError as error:
        findings.append(as_finding(error))
    incomplete = any(finding.level == "error" for finding in files.findings)
    compiled = compile_rules(files.rules, templates=templates.names if templates else names, incomplete=incomplete)
    return Attempt(
        rules=compiled.rules,
        templates=templates,
        places=compiled.places,
        findings=(*findings, *compiled.findings),
    )

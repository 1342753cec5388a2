"""What `make audit` complains of, and that the lock files can be audited at all."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from tools.audit.findings import Ignored, problems, read_ignored

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 11, 23)
REPORT = {
    "dependencies": [
        {"name": "idna", "version": "3.10", "vulns": []},
        {
            "name": "jinja2",
            "version": "3.1.6",
            "vulns": [{"id": "PYSEC-2026-1", "aliases": ["CVE-2026-1"], "fix_versions": ["3.1.7", "3.2"]}],
        },
    ]
}
TOLD = "jinja2 3.1.6: CVE-2026-1, PYSEC-2026-1, mended in 3.1.7, 3.2"


def ignored(until: date, name: str = "PYSEC-2026-1") -> Ignored:
    return Ignored(id=name, reason="we have no sandbox", until=until)


@pytest.mark.parametrize(
    ("passed_over", "told"),
    [
        ([], [TOLD]),
        ([ignored(TODAY)], []),
        ([ignored(TODAY, "CVE-2026-1")], []),
        (
            [ignored(date(2026, 11, 22))],
            [TOLD, "PYSEC-2026-1: passed over until 2026-11-22: we have no sandbox"],
        ),
        (
            [ignored(TODAY), ignored(TODAY, "GHSA-of-old")],
            ["GHSA-of-old: in ignored.toml, but no package has it any more"],
        ),
    ],
)
def test_what_has_to_be_mended(passed_over: list[Ignored], told: list[str]) -> None:
    assert [*problems(REPORT, tuple(passed_over), TODAY)] == told


def test_a_vulnerability_without_a_remedy_and_a_package_that_nobody_knows() -> None:
    vulnerable = {"name": "a", "version": "1", "vulns": [{"id": "X-1", "aliases": [], "fix_versions": []}]}
    report = {"dependencies": [vulnerable, {"name": "b", "skip_reason": "not found"}]}
    assert [*problems(report, (), TODAY)] == ["a 1: X-1, not mended yet", "b: not looked up: not found"]


def test_an_entry_is_read() -> None:
    text = '[[ignored]]\nid = "PYSEC-2026-1"\nreason = "we have no sandbox"\nuntil = 2026-11-23\n'
    assert read_ignored(text) == (ignored(TODAY),)


@pytest.mark.parametrize(
    "entry",
    [
        'id = "X"\nuntil = 2026-11-23',
        'id = "X"\nreason = " "\nuntil = 2026-11-23',
        'id = "X"\nreason = "r"',
        'id = "X"\nreason = "r"\nuntil = "2026-11-23"',
        'id = "X"\nreason = "r"\nuntil = 2026-11-23T00:00:00',
        'id = "X"\nreason = "r"\nuntil = 2026-11-23\nforever = true',
    ],
)
def test_no_entry_without_a_reason_and_an_end(entry: str) -> None:
    with pytest.raises(ValueError, match="an entry needs id, reason and until"):
        read_ignored(f"[[ignored]]\n{entry}\n")


def test_the_list_of_the_project_can_be_read() -> None:
    read_ignored((ROOT / "tools" / "audit" / "ignored.toml").read_text("utf-8"))


LOCK_FILES = [*ROOT.glob("requirements/*.txt"), *ROOT.glob("tools/*/requirements.txt")]


@pytest.mark.parametrize("path", LOCK_FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_lock_files_pin_everything_by_hash_and_name_no_index(path: Path) -> None:
    text = path.read_text("utf-8")
    entries = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert len(entries) > 5
    for entry in entries:
        assert re.match(r"[a-z0-9._-]+(\[[a-z0-9,-]+\])?==\S+ ", entry), entry
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry
    assert not re.search(r"://|^-|index", text, re.MULTILINE)


def test_make_audit_looks_at_every_lock_file() -> None:
    recipe = re.search(r"^audit:.*\n\t(.*)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert recipe
    looked_at = {path for word in recipe[1].split() if word.endswith(".txt") for path in ROOT.glob(word)}
    assert looked_at == set(LOCK_FILES)

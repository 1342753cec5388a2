"""`dateline regions`: printed and as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from monitor.cli import app

RULES = """\
version: 1
regions:
  balochistan:
    name: Balochistan
    codes: [PK-BA]
    names: [Bolan Gorge]
    ambiguous: {Kalat: [Quetta]}
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "desk.yaml").write_text(RULES, encoding="utf-8")
    return tmp_path


def run(home: Path, *words: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, ["regions", *words, "--home", str(home)])
    assert done.exit_code == code, done.output
    return done.output


def rows(home: Path, *words: str, code: int = 0) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run(home, *words, "--json", code=code))
    return found


def test_show_a_region_of_the_rule_files(home: Path) -> None:
    found = {row["name"]: row for row in rows(home, "show", "balochistan")}
    assert found["Quetta"]["verdict"] == "safe"
    assert found["Quetta"]["place"]["geonames_id"] == 1167528
    assert found["Kalat"]["why"].startswith("only with Quetta; also ")
    assert found["Bolan Gorge"] == {
        "name": "Bolan Gorge", "origin": "rules", "verdict": "safe", "why": "", "place": None,
    }  # fmt: skip


def test_show_a_code_in_words(home: Path) -> None:
    said = run(home, "show", "PK-IS")
    assert "Islamabad" in said
    assert "safe" in said.splitlines()[-1]
    assert said.splitlines() == [line.rstrip() for line in said.splitlines()]


def test_show_nothing(home: Path) -> None:
    assert "did you mean `balochistan`" in run(home, "show", "balochistn", code=1)


def test_a_region_without_names_is_a_no(home: Path) -> None:
    (home / "rules" / "more.yaml").write_text("version: 1\nregions:\n  x: {names: [Durand Line]}\n", encoding="utf-8")
    assert [row["name"] for row in rows(home, "show", "x")] == ["Durand Line"]


def test_find(home: Path) -> None:
    (row,) = rows(home, "find", "noshki")
    assert (row["name"], row["written"], row["region"], row["regions"]) == (
        "Nushki",
        "Noshki",
        "PK-BA",
        ["balochistan"],
    )
    assert row["population"] > 1000
    said = run(home, "find", "hyderabad")
    assert "IN-TS" in said
    assert "PK-SD" in said


def test_find_nothing(home: Path) -> None:
    assert rows(home, "find", "noshky", code=1) == []
    assert "Noshki" in run(home, "find", "noshky", code=1)
    assert run(home, "find", "xqzzyx", code=1) == "No place is called xqzzyx.\n"

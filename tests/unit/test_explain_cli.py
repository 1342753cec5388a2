"""How `explain` looks on a terminal: no line wider than it, and none that begins in the margin of another."""

import io

import pytest
from rich.console import Console

from monitor.cli import rules as commands
from monitor.rules.explain import Explanation, Line, explain
from tests.unit.test_explain import ARTICLE, rule_set


def printed(monkeypatch: pytest.MonkeyPatch, explanation: Explanation) -> list[str]:
    screen = Console(file=io.StringIO(), width=80, force_terminal=True, color_system=None, highlight=False)
    monkeypatch.setattr(commands, "out", screen)
    commands._say_explanation(explanation)
    file = screen.file
    assert isinstance(file, io.StringIO)
    return [line.rstrip() for line in file.getvalue().splitlines()]


def test_a_long_line_goes_on_below_its_text(monkeypatch: pytest.MonkeyPatch) -> None:
    (found,) = explain(rule_set(), ARTICLE)
    lines = printed(monkeypatch, found)
    assert max(map(len, lines)) <= 80
    assert lines[0].startswith("HIGH  Armed attacks in Balochistan") and lines[1].startswith(" " * 6)
    where = next(number for number, line in enumerate(lines) if line.startswith("  where  Balochistan"))
    assert lines[where + 1].startswith(" " * 9) and lines[where + 1][9:].strip()
    assert lines[-1] == ""


def test_markup_in_a_quote_is_no_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    odd = Explanation(rule="r", name="R", match=None, lines=(Line(label="[+1]", text="[red]x"),))
    assert printed(monkeypatch, odd) == ["no match  R", "  [+1]   [red]x", ""]

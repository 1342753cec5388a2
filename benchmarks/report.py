"""Tables, and the limits that must hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

console = Console(highlight=False, soft_wrap=True)
console.width = max(console.width, 120)


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """Something that must hold: ``measured`` is to be at most ``limit``."""

    what: str
    measured: float
    limit: float
    unit: str = ""

    @property
    def holds(self) -> bool:
        return self.measured <= self.limit


def say(line: str) -> None:
    console.print(line, markup=False)


def show(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table; columns with a name are numbers, but for the first."""
    table = Table(title=title, title_justify="left", title_style="bold", box=None, padding=(0, 2, 0, 0))
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number and column else "left")
    for row in rows:
        table.add_row(*row)
    console.print()
    console.print(table)


def verdict(goals: Sequence[Goal]) -> int:
    """Print what must hold beside what was measured; returns the exit code."""
    rows = [
        (goal.what, f"{goal.measured:.2f}{goal.unit}", f"{goal.limit:.2f}{goal.unit}", "yes" if goal.holds else "NO")
        for goal in goals
    ]
    show("Must hold", ("", "measured", "at most", "holds"), rows)
    return 0 if all(goal.holds for goal in goals) else 1

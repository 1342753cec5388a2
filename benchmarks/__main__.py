"""The command: runs what is asked for, prints it, and says whether what must hold does."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from benchmarks import backtest, once, polls, report, rules, stories


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="What Dateline costs.")
    parser.add_argument(
        "which", nargs="?", choices=("polls", "once", "backtest", "rules", "stories"), help="one of them (all)"
    )
    parser.add_argument("--rounds", type=int, default=3, help="how often each takes its turn (%(default)s)")
    parser.add_argument("--feeds", type=int, default=300, help="of `polls` (%(default)s)")
    arguments = parser.parse_args()
    benchmarks: dict[str, Callable[[], list[report.Goal]]] = {
        "polls": lambda: polls.run(rounds=arguments.rounds, feeds=arguments.feeds),
        "once": once.run,
        "backtest": backtest.run,
        "rules": lambda: rules.run(rounds=arguments.rounds),
        "stories": stories.run,
    }
    goals = [goal for which in ([arguments.which] if arguments.which else benchmarks) for goal in benchmarks[which]()]
    return report.verdict(goals)


sys.exit(main())

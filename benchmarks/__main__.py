"""The command: runs what is asked for, prints it, and says whether what must hold does."""

from __future__ import annotations

import argparse
import sys

from benchmarks import once, polls, report


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="What Dateline costs.")
    parser.add_argument("which", nargs="?", choices=("polls", "once"), help="one of them (both)")
    parser.add_argument("--rounds", type=int, default=3, help="of `polls`: how often each takes its turn (%(default)s)")
    parser.add_argument("--feeds", type=int, default=300, help="of `polls` (%(default)s)")
    arguments = parser.parse_args()
    goals = []
    if arguments.which != "once":
        goals += polls.run(rounds=arguments.rounds, feeds=arguments.feeds)
    if arguments.which != "polls":
        goals += once.run()
    return report.verdict(goals)


sys.exit(main())

"""The real program under the hammer: processes that are killed, channels that fail, disks that fill.

`make faults` runs this folder with small numbers, `make torture` with the full ones; `make test` leaves it out, because
its tests start processes and wait.
"""

from __future__ import annotations

import os

FULL = os.environ.get("DATELINE_TORTURE") == "1"


def times(short: int, full: int) -> int:
    """Return how often a test does its worst: ``short`` in `make faults`, ``full`` in `make torture`."""
    return full if FULL else short

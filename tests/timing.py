"""How long tests may take: limits are for a machine with nothing else to do."""

from __future__ import annotations

import os
import sys


def allowed(seconds: float) -> float:
    """Return the processor time that a test may take.

    More while coverage is measured, which slows Python down, and where another worker of the suite runs beside it: two
    processes share caches, and on rented machines often a core.
    """
    slower = 1 if sys.gettrace() is None else 5
    return seconds * slower * (2 if "PYTEST_XDIST_WORKER" in os.environ else 1)

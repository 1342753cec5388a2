"""How long tests may take: limits are for a machine with nothing else to do."""

from __future__ import annotations

import sys


def allowed(seconds: float) -> float:
    """Return the processor time that a test may take: more while coverage is measured, which slows Python down."""
    return seconds if sys.gettrace() is None else 5 * seconds

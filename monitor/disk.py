"""How much room is left where a file lies, and whether that is too little to go on storing, or enough to begin again.

Must not know what the file is.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from monitor.errors import StoreError

LEAST_FREE_BYTES = 50_000_000
"""Enough for what is on its way to be told and recorded after polling has stopped."""
LEAST_FREE_SHARE = 0.05
"""Where the whole disk is small, so much of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """In bytes, as far as whoever asks may use it."""

    free: int
    total: int

    @property
    def scarce(self) -> bool:
        return self.free < self._least

    @property
    def ample(self) -> bool:
        """Whether there is room again after it was scarce."""
        return self.free >= self.enough

    @property
    def enough(self) -> float:
        """How much has to be free again: so far above the limit that a log which comes and goes does not make it."""
        return 2 * self._least

    @property
    def _least(self) -> float:
        return min(LEAST_FREE_BYTES, self.total * LEAST_FREE_SHARE)


def room_beside(file: Path) -> Room:
    """Return the room on the disk that holds a file. Raises StoreError where its folder is gone."""
    try:
        usage = shutil.disk_usage(file.parent)
    except OSError as error:
        raise StoreError(f"cannot see how much room there is in {file.parent}: {error.strerror}") from error
    return Room(free=usage.free, total=usage.total)

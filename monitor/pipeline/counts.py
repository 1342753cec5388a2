"""What a run did, in numbers. A story that is new in a run is not updated by it, however many articles join it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from monitor.model import DeliveryState


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Adds up over feeds and deliveries; ``as_json`` is what `dateline once` prints."""

    polled: int = 0
    not_modified: int = 0
    failed: int = 0
    new: int = 0
    revised: int = 0
    duplicate: int = 0
    matches: int = 0
    kept_ids: int = 0
    """Entries known by the ids they had before."""
    renamed: int = 0
    """Known entries under new ids."""
    stories_new: frozenset[int] = frozenset()
    stories_touched: frozenset[int] = frozenset()
    sent: int = 0
    held: int = 0
    undeliverable: int = 0
    unknown: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            **{one.name: _together(getattr(self, one.name), getattr(other, one.name)) for one in fields(self)}
        )

    @classmethod
    def of_delivery(cls, state: DeliveryState) -> Counts:
        """Count what came of one try; what is held is counted once, as it stands in the end."""
        return cls(
            sent=state == DeliveryState.SENT,
            undeliverable=state == DeliveryState.FAILED,
            unknown=state == DeliveryState.UNKNOWN,
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "feeds": {"polled": self.polled, "not_modified": self.not_modified, "failed": self.failed},
            "articles": {"new": self.new, "revised": self.revised, "duplicate": self.duplicate},
            "matches": self.matches,
            "stories": {"new": len(self.stories_new), "updated": len(self.stories_touched - self.stories_new)},
            "deliveries": {
                "sent": self.sent,
                "held": self.held,
                "failed": self.undeliverable,
                "unknown": self.unknown,
            },
        }


def _together(one: Any, other: Any) -> Any:
    return one | other if isinstance(one, frozenset) else one + other

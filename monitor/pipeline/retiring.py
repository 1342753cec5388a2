"""What time takes: stories that fell silent, articles that nobody wants any more."""

from __future__ import annotations

from datetime import timedelta

from monitor.app import Services
from monitor.store import pools, reading, upkeep

AGEING = timedelta(days=2)
"""How much time can have passed since the last call: one day as a rule, and more where the program was not running."""


def retire(services: Services) -> int:
    """Close silent stories, and forget unmatched articles that are older than DATELINE_KEEP; returns how many.

    To be called each day. A clock that is a year ahead for a moment must not cost the archive, so that with each call
    no more than `AGEING` has passed, whatever the clock says.
    """
    with services.store.writing() as db:
        now, last = services.clock.now(), upkeep.done_at(db, upkeep.RETIRED)
        if last is not None:
            now = min(now, last + AGEING)
        upkeep.record(db, upkeep.RETIRED, now)
        pools.forget_old(db, now)
        keep = services.settings.keep
        return 0 if keep is None else reading.forget_unmatched(db, now - keep)

"""Whether all is well enough that silence means "nothing happened": the judgement behind `/healthz` and the heartbeat.

It looks at what the work has left in the database, not at what anybody says of himself. Must not know who asks.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass

from monitor.clock import Clock
from monitor.digests.words import counted
from monitor.disk import Room
from monitor.errors import StoreError
from monitor.model import DeliveryState, FeedHealth
from monitor.store import Store
from monitor.store.standing import Standing, read_standing

OUTAGE_FEEDS = 5
"""So many feeds do not fail at the same time by themselves."""

FRESH_SECONDS = 1.0
"""For so long an answer is given again: whoever asks often must not cost more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """The rules that are in force, as far as whoever asks can know."""

    version: str
    refused: bool
    """The files say something else that cannot be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look at how things stand."""

    ailments: tuple[str, ...]
    """Why silence would not mean that nothing happened; empty where all is well."""
    standing: Standing | None
    """None where the database does not answer."""
    rules: InForce
    database_bytes: int | None
    room: Room | None

    @property
    def blind(self) -> bool:
        """No feed can be read: that is the network, not a lack of news."""
        feeds = self.standing.feeds if self.standing else {}
        return not feeds.get(FeedHealth.OK) and feeds.get(FeedHealth.FAILING, 0) >= OUTAGE_FEEDS

    @property
    def summary(self) -> str:
        """One line for people."""
        if self.ailments or self.standing is None:
            return "; ".join(self.ailments)
        feeds, waiting = self.standing.feeds, self.standing.deliveries.get(DeliveryState.PENDING, 0)
        failing = feeds.get(FeedHealth.FAILING, 0) + feeds.get(FeedHealth.GONE, 0)
        read = f"{counted(sum(feeds.values()), 'feed')}, {failing} unread"
        return f"Watching {read}; {counted(waiting, 'message')} waiting"


class Health:
    """Looks when asked, at most once a second; from any thread."""

    def __init__(
        self,
        store: Store,
        *,
        clock: Clock,
        in_force: Callable[[Standing | None], InForce],
        besides: Callable[[], Iterable[str]],
    ) -> None:
        """``besides`` returns what else ails, of which the database knows nothing."""
        self._store = store
        self._clock = clock
        self._in_force = in_force
        self._besides = besides
        self._looking = threading.Lock()
        self._last: tuple[float, Look] | None = None

    def look(self) -> Look:
        with self._looking:
            if self._last is None or time.monotonic() - self._last[0] > FRESH_SECONDS:
                self._last = time.monotonic(), self._look()
            return self._last[1]

    def _look(self) -> Look:
        standing, ailments = None, list(self._besides())
        try:
            with self._store.reading() as db:
                standing = read_standing(db, self._clock.now())
        except StoreError as error:
            ailments.append(f"the database does not answer: {error}")
        rules = self._in_force(standing)
        if standing and standing.unpolled_since:
            ailments.append(f"a feed is due since {standing.unpolled_since:%Y-%m-%d %H:%M} UTC and nobody polls it")
        if standing and standing.unsent_since:
            ailments.append(f"a message is due since {standing.unsent_since:%Y-%m-%d %H:%M} UTC and nobody sends it")
        if standing and standing.unheard_since:
            ailments.append(
                f"the operator has not heard what is wrong since {standing.unheard_since:%Y-%m-%d %H:%M} UTC"
            )
        if not rules.version:
            ailments.append("no rules are in force")
        room = self._room()
        if room and room.scarce:
            ailments.append("the disk is nearly full: polling waits for room")
        return Look(ailments=tuple(ailments), standing=standing, rules=rules, database_bytes=self._size(), room=room)

    def _room(self) -> Room | None:
        """Return the room beside the database's file; None where it has none, or its folder is gone."""
        with suppress(StoreError):
            return self._store.room()
        return None

    def _size(self) -> int | None:
        if self._store.file is None:
            return None
        with suppress(OSError):
            files = (self._store.file, self._store.file.with_name(f"{self._store.file.name}-wal"))
            return sum(file.stat().st_size for file in files if file.exists())
        return None

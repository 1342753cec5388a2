"""Into which messages what is owed of an alert is divided: one for news, and one for each thread that goes on.

Pure. Must not know what a message says, nor how a channel keeps threads.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from monitor.digests.owing import OfStory
from monitor.rules.ruleset import Subscription

AnyDue = TypeVar("AnyDue", bound=OfStory)

SILENT_AFTER = timedelta(minutes=5)
"""Copies and edits come in flurries while a story is fresh: each flurry is one edit of its message, soon enough that
whoever opens it reads the current state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle(Generic[AnyDue]):
    """What one alert tells."""

    root: str | None = None
    """The alert in whose thread it goes on; None for a message of its own."""
    owed: tuple[AnyDue, ...]
    is_silent: bool = False
    """It only brings its root up to date: nothing in it is a reason to call anybody."""


def can_edit(subscription: Subscription) -> bool:
    """Tell whether all its readers see a message change that they were sent."""
    return all(destination.startswith("slack:") for destination in subscription.to)


def by_thread(
    owed: Iterable[AnyDue],
    roots: Mapping[int, str],
    *,
    now: datetime,
    bundle: timedelta,
    silent_after: timedelta = SILENT_AFTER,
    foldable: bool,
) -> list[Bundle[AnyDue]]:
    """Return the alerts that are due now, in the order in which they are told; what is in none of them stays owed.

    ``owed`` is what may be told now (``loud_enough``, and no catch-up: that is one message of everything), ``roots``
    the alerts that first told its readers of its stories. An alert is due once its oldest debt that wakes has waited
    ``bundle``: one for all stories without a root, then one for each root.
    What wakes nobody goes along with the next alert of its root. Where none is coming it becomes, if ``foldable``
    (``can_edit``), a silent one of its root after ``silent_after``; else it goes along with the next news. Never with
    another root, in whose thread it would be taken for that one's story.
    """
    threads: dict[str | None, list[AnyDue]] = {None: []}
    for one in sorted(owed, key=lambda one: one.owed_at):
        threads.setdefault(roots.get(one.story), []).append(one)
    due: dict[str | None, list[AnyDue]] = {}
    silent: dict[str | None, list[AnyDue]] = {}
    others: list[AnyDue] = []
    for root, members in threads.items():
        waking = [one.owed_at for one in members if one.wakes]
        if waking:
            if waking[0] + bundle <= now:
                due[root] = members
        elif root is None or not foldable:
            others += members
        elif members[0].owed_at + silent_after <= now:
            silent[root] = members
    if None in due:
        due[None] += others
    return [Bundle(root=root, owed=tuple(members)) for root, members in due.items()] + [
        Bundle(root=root, owed=tuple(members), is_silent=True) for root, members in silent.items()
    ]

"""One subscription's turn to be told: what is heard of what it is owed, divided into digests, stored with its messages.

Pure rooms decide what is told, in which threads, and what it says; here the calls stand in order.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from monitor.app import Rendered, Services
from monitor.digests.compose import compose, coverage
from monitor.digests.due import is_catch_up
from monitor.digests.floods import LIMIT as FLOOD
from monitor.digests.floods import WINDOW_LIMIT as WINDOW_FLOOD
from monitor.digests.floods import Outline, floods_in, outline_of
from monitor.digests.owing import Owed, known_by
from monitor.digests.silences import AnyOwed, hear, holds, lines
from monitor.digests.threads import SILENT_AFTER, by_thread, can_edit
from monitor.digests.words import counted
from monitor.errors import RuleError
from monitor.model import Coverage, Digest, Flood, Notice, Severity, Silence, Window
from monitor.pipeline.operating import TEMPLATES, tell_operator
from monitor.rules.ruleset import Subscription
from monitor.store import feed_states, floods, leavers, outbox, silences, telling

NO_TIME = timedelta(0)
NEWS = "new articles matched"


def bundle_of(subscription: Subscription, bundling: bool) -> timedelta:
    """Return how long an alert waits for more of the same event."""
    return subscription.bundle if bundling else NO_TIME


@dataclass(frozen=True, slots=True, kw_only=True)
class _Flood:
    told: tuple[Flood, ...] = ()
    debts: Set[int] = frozenset()
    """Those that it tells of."""
    outlines: tuple[Outline, ...] = ()

    def __add__(self, other: _Flood) -> _Flood:
        return _Flood(
            told=self.told + other.told, debts=self.debts | other.debts, outlines=self.outlines + other.outlines
        )


NO_FLOOD = _Flood()


class Turn:
    """One subscription's turn to be told, inside one transaction."""

    def __init__(
        self, db: Connection, services: Services, subscription: Subscription, window: Window, now: datetime
    ) -> None:
        self.composed: list[Digest] = []
        self._db = db
        self._services = services
        self._rules = services.rulebook.rules
        self._subscription = subscription
        self._window = window
        self._now = now

    def tell_alerts(self, loud: frozenset[Severity], *, bundling: bool) -> None:
        """Tell new stories in one alert, and what changed of told ones each in its own thread."""
        flood = self._flood(loud, FLOOD)
        owed, changed = self._summed_up(self._heard(loud, without=flood.debts), FLOOD, lambda one: one.wakes)
        flood += changed
        if is_catch_up(self._subscription, [*owed, *flood.outlines], self._now):
            self._tell(owed, self._after_quiet_hours(), flood=flood, is_catch_up=True)
            return
        bundles = by_thread(
            owed,
            telling.roots(self._db, self._subscription.id, {one.article.story for one in owed}),
            now=self._now,
            bundle=bundle_of(self._subscription, bundling),
            silent_after=SILENT_AFTER if bundling else NO_TIME,
            foldable=can_edit(self._subscription),
        )
        for bundle in bundles:
            if bundle.root is None:
                self._tell(bundle.owed, NEWS, flood=flood)
                flood = NO_FLOOD
            elif bundle.is_silent and self._has_thread(bundle.root):
                self._tell(bundle.owed, "further reports", root=bundle.root, silently=True)
            else:
                self._tell(bundle.owed, "a story that you were told of has changed", root=bundle.root)
        if flood.told:
            self._tell((), NEWS, flood=flood)

    def tell_window(self, loud: frozenset[Severity]) -> None:
        """Tell what came up to the window's end; nothing new is said as such, or skipped, as the subscription wants."""
        flood = self._flood(loud, WINDOW_FLOOD)
        owed, changed = self._summed_up(self._heard(loud, without=flood.debts), WINDOW_FLOOD)
        flood += changed
        in_quiet_hours = loud < frozenset(Severity)
        if not owed and not flood.told and (in_quiet_hours or not self._subscription.say_empty):
            if not in_quiet_hours:
                telling.close_window(self._db, self._subscription.id, self._window.to_at)
            return
        if not owed and not flood.told:
            self._begin_where_told()
        held = is_catch_up(self._subscription, [*owed, *flood.outlines], self._now)
        zone = self._subscription.timezone
        at = f"{self._window.to_at.astimezone(ZoneInfo(zone)):%H:%M} in {zone}"
        reason = f"{at}, {self._after_quiet_hours()}" if held else at
        self._tell(owed, reason, flood=flood, is_catch_up=held, keep_open=in_quiet_hours)

    def _begin_where_told(self) -> None:
        """Leave out of an empty window what was told by itself in quiet hours: there was news."""
        until = telling.told_until(self._db, self._subscription.id)
        if until and self._window.from_at < until < self._window.to_at:
            self._window = replace(self._window, from_at=until)

    def _after_quiet_hours(self) -> str:
        quiet = self._subscription.quiet
        return f"after quiet hours, {quiet.start}–{quiet.end}" if quiet else "after quiet hours"

    # --- what is there to tell ---

    def _heard(self, loud: frozenset[Severity], *, without: Collection[int] = ()) -> list[Owed]:
        """Return what is owed and may be told now."""
        owed = telling.open_debts(self._db, self._subscription, self._window.to_at, without=without)
        return [one for one in self._not_silenced(owed) if one.severity in loud]

    def _flood(self, loud: frozenset[Severity], limit: int) -> _Flood:
        """Return what comes in such numbers from one feed by one rule that it is only summed up."""
        owed = floods.outlines(self._db, self._subscription, self._window.to_at, loud, above=limit)
        return self._flood_in(self._not_silenced(owed), limit)

    def _summed_up(
        self, owed: list[Owed], limit: int, counts: Callable[[Owed], bool] = lambda one: True
    ) -> tuple[list[Owed], _Flood]:
        """Divide what is owed into what is told one by one and a flood: of edits, say, of all that a flood told."""
        counted = [one for one in owed if one.matches and counts(one)]
        if len({one.story for one in counted}) <= limit:
            return owed, NO_FLOOD
        flood = self._flood_in([outline_of(one) for one in counted], limit)
        # New stories were summed up before (``_flood``): these are known to the readers.
        flood = replace(flood, told=tuple(replace(one, is_of_edits=True) for one in flood.told))
        return [one for one in owed if one.id not in flood.debts], flood

    def _flood_in(self, outlines: Sequence[Outline], limit: int) -> _Flood:
        names = {rule: one.name for rule, one in self._rules.rules.items()}
        feeds = {feed: one.name for feed, one in self._rules.feeds.items()}
        # A digest by the clock lists as many as it can; an alert about an archive calls nobody for fifty of its items.
        told, debts = floods_in(outlines, names, feeds, limit, keep=limit if limit == WINDOW_FLOOD else 0)
        return _Flood(told=tuple(told), debts=debts, outlines=tuple(one for one in outlines if one.id in debts))

    def _not_silenced(self, owed: Sequence[AnyOwed]) -> Sequence[AnyOwed]:
        """Return what no silence keeps back; the rest is put aside."""
        heard = hear(owed, self._silences, self._now)
        silences.mute(self._db, {silence: [one.id for one in kept] for silence, kept in heard.muted.items()})
        return heard.owed

    @cached_property
    def _silences(self) -> Sequence[Silence]:
        """Those that hold, and those that ended in this window: what they kept back is still to be said."""
        return silences.listed(self._db, min(self._window.from_at, self._now))

    def _footer(self) -> Sequence[str]:
        """Return what is muted, in words."""
        id_ = self._subscription.id
        kept_back = silences.kept_back(self._db, id_)
        return lines(
            [one for one in self._silences if holds(one, self._now) or one.id in kept_back],
            kept_back,
            silences.headlines(self._db, self._silences, id_),
            self._rules,
            self._subscription,
        )

    @cached_property
    def _coverage(self) -> Coverage:
        return coverage(self._rules.feeds, feed_states.of(self._db).values(), self._window)

    # --- telling it ---

    def _tell(
        self,
        owed: Sequence[Owed],
        reason: str,
        *,
        root: str | None = None,
        flood: _Flood = NO_FLOOD,
        is_catch_up: bool = False,
        silently: bool = False,
        keep_open: bool = False,
    ) -> None:
        """Compose and store a digest, with its messages; ``silently`` it only edits the alert that it continues."""
        files = telling.story_files(self._db, self._subscription.id, {one.article.story for one in owed})
        digest = compose(
            self._subscription,
            self._rules,
            owed,
            files,
            window=self._window,
            coverage=self._coverage,
            reason=reason,
            as_of=self._now,
            silences=self._footer(),
            floods=flood.told,
            continues=root,
            is_catch_up=is_catch_up,
        )
        digest = replace(digest, id=telling.unused_id(self._db, digest.id))
        told = [*(one.id for one in owed), *flood.debts]
        telling.save_digest(self._db, digest, told, now=self._now, keep_open=keep_open)
        self._enqueue(digest, silently=silently)
        self.composed.append(digest)

    def _enqueue(self, digest: Digest, *, silently: bool) -> None:
        services, root = self._services, telling.read_digest(self._db, digest.continues) if digest.continues else None
        edit = self._edit_of(root, silently=silently) if root and self._goes_to_slack else None
        faults = [edit.fault] if edit else []
        for destination in self._destinations:
            said = None if silently else services.render(digest, destination, root=root)
            messages = said.messages if said else ()
            faults += [said.fault] if said else []
            if edit and destination.startswith("slack:"):
                messages = (*messages, *edit.messages)
            missing = services.channels.missing(destination)
            outbox.enqueue(self._db, digest, destination, messages, now=self._now, held=missing)
        for fault in filter(None, faults):
            self._tell_operator(fault, digest)

    def _has_thread(self, root: str) -> bool:
        """Tell whether an alert got anywhere, or still may: else nobody would see it edited."""
        return any(outbox.root_of(self._db, root, destination) for destination in self._destinations)

    @cached_property
    def _destinations(self) -> Sequence[str]:
        left, mine = leavers.left(self._db), self._subscription
        return [destination for destination in mine.to if (mine.id, destination) not in left]

    @property
    def _goes_to_slack(self) -> bool:
        return any(destination.startswith("slack:") for destination in self._destinations)

    def _tell_operator(self, fault: RuleError, digest: Digest) -> None:
        what = f"{fault.file}, line {fault.line}, fails: {fault.message}"
        hint = f"{digest.id} went out by the built-in template. `dateline check` tries every template; mend this one."
        # A fault of templates that are read anew is another one: what failed for some messages only may do so again.
        key = f"{TEMPLATES}{self._services.rulebook.templates.version}/{fault.file}"
        notice = Notice(key=key, what=what, hint=hint, since_at=self._now)
        tell_operator(self._db, self._services, notice)

    def _edit_of(self, root: Digest, *, silently: bool) -> Rendered:
        """Render an alert's first message anew, with its stories as they stand now and the count of its replies."""
        replies = outbox.count_replies(self._db, root.id) + (not silently)
        told = telling.told_in_thread(self._db, self._subscription, root)
        files = telling.story_files(self._db, self._subscription.id, {one.article.story for one in told})
        current = compose(
            self._subscription,
            self._rules,
            told,
            {story: known_by(file.reports, self._now) for story, file in files.items()},
            window=Window(from_at=root.window.from_at, to_at=self._now),
            coverage=self._coverage,
            reason=f"{counted(replies, 'update')} in this thread" if replies else "further reports",
            silences=self._footer(),
            floods=root.floods,
            is_catch_up=root.is_catch_up,
        )
        return self._services.render_edit(current)

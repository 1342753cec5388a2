"""Composing: what is owed and due becomes stored digests with their messages, one transaction for each subscription."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from monitor.app import Rendered, Services
from monitor.digests.compose import compose, coverage
from monitor.digests.due import is_catch_up, loud_enough, loud_window_due, window_due
from monitor.digests.floods import LIMIT as FLOOD
from monitor.digests.floods import WINDOW_LIMIT as WINDOW_FLOOD
from monitor.digests.floods import Outline, floods_in
from monitor.digests.owing import Owed, known_by
from monitor.digests.silences import AnyOwed, hear, lines
from monitor.digests.threads import SILENT_AFTER, by_thread, can_edit
from monitor.digests.timing import Clock, Immediately
from monitor.digests.words import counted
from monitor.errors import RuleError, StoreError
from monitor.model import Coverage, Digest, Flood, Notice, Severity, Silence, Window
from monitor.pipeline.operating import TEMPLATES, tell_operator
from monitor.rules.ruleset import Subscription
from monitor.store import floods, leavers, outbox, polls, silences, telling

NO_TIME = timedelta(0)
NEWS = "new articles matched"


def compose_digests(services: Services, *, bundling: bool = True) -> list[str]:
    """Compose every digest that is due now; returns their ids. Without ``bundling`` alerts do not wait for more."""
    now = services.clock.now()
    with services.store.reading() as db:
        closed, waiting = telling.windows_closed_at(db), telling.in_debt_to(db)
        due = [
            (one, *found)
            for one in services.rulebook.rules.subscriptions.values()
            # Asked once for all: of a thousand subscriptions hardly one waits for anything in a given second.
            if one.id in waiting or isinstance(one.schedule, Clock)
            if (found := _due(db, one, closed.get(one.id, now), now, bundling=bundling))
        ]
    composed = []
    for subscription, window, loud in due:
        try:
            with services.store.writing() as db:
                turn = _Turn(db, services, subscription, window, now)
                if isinstance(subscription.schedule, Immediately):
                    turn.tell_alerts(loud, bundling=bundling)
                else:
                    turn.tell_window(loud)
        except StoreError:
            raise
        except Exception:
            # The one broad net of composing: what breaks one subscription's digest must not keep the others waiting.
            services.log.exception("digest could not be composed", subscription=subscription.id)
            continue
        for digest in turn.composed:
            stories = len(digest.stories)
            services.log.info("digest composed", digest=digest.id, stories=stories, to=list(subscription.to))
        composed += [digest.id for digest in turn.composed]
    return composed


def _due(
    db: Connection, subscription: Subscription, closed_at: datetime, now: datetime, *, bundling: bool
) -> tuple[Window, frozenset[Severity]] | None:
    """Return the window to be told now and the severities that may be, None where nothing is due."""
    match subscription.schedule:
        case Immediately():
            loud = loud_enough(subscription, now)
            # Asked first, so that what waits (through quiet hours, say) is not read in full every second.
            news = telling.news_waits(db, subscription.id, now - _bundle(subscription, bundling), loud)
            listed = now - (SILENT_AFTER if bundling else NO_TIME)
            waits = news or (can_edit(subscription) and telling.reports_wait(db, subscription.id, listed, loud))
            return (Window(from_at=closed_at, to_at=now), loud) if waits else None
        case Clock() as schedule:
            if window := window_due(subscription, schedule, closed_at, now):
                return window, frozenset(Severity)
            if window := loud_window_due(subscription, schedule, closed_at, now):
                loud = loud_enough(subscription, window.to_at)
                return (window, loud) if telling.anything_waits(db, subscription.id, window.to_at, loud) else None
            return None


def _bundle(subscription: Subscription, bundling: bool) -> timedelta:
    return subscription.bundle if bundling else NO_TIME


@dataclass(frozen=True, slots=True, kw_only=True)
class _Flood:
    told: Sequence[Flood] = ()
    debts: Collection[int] = ()
    """Those that it tells of."""
    outlines: Sequence[Outline] = ()


NO_FLOOD = _Flood()


class _Turn:
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
        owed = self._heard(loud, without=flood.debts)
        if is_catch_up(self._subscription, [*owed, *flood.outlines], self._now):
            self._tell(owed, self._after_quiet_hours(), flood=flood, is_catch_up=True)
            return
        bundles = by_thread(
            owed,
            telling.roots(self._db, self._subscription.id, {one.article.story for one in owed}),
            now=self._now,
            bundle=_bundle(self._subscription, bundling),
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
        owed = self._heard(loud, without=flood.debts)
        in_quiet_hours = loud < frozenset(Severity)
        if not owed and not flood.told and (in_quiet_hours or not self._subscription.say_empty):
            if not in_quiet_hours:
                telling.close_window(self._db, self._subscription.id, self._window.to_at)
            return
        held = is_catch_up(self._subscription, [*owed, *flood.outlines], self._now)
        zone = self._subscription.timezone
        at = f"{self._window.to_at.astimezone(ZoneInfo(zone)):%H:%M} in {zone}"
        reason = f"{at}, {self._after_quiet_hours()}" if held else at
        self._tell(owed, reason, flood=flood, is_catch_up=held, keep_open=in_quiet_hours)

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
        outlines = self._not_silenced(owed)
        names = {rule: one.name for rule, one in self._rules.rules.items()}
        feeds = {feed: one.name for feed, one in self._rules.feeds.items()}
        told, debts = floods_in(outlines, names, feeds, limit)
        return _Flood(told=told, debts=debts, outlines=[one for one in outlines if one.id in debts])

    def _not_silenced(self, owed: Sequence[AnyOwed]) -> Sequence[AnyOwed]:
        """Return what no silence keeps back; the rest is put aside."""
        heard = hear(owed, self._silences, self._now)
        silences.mute(self._db, {silence: [one.id for one in kept] for silence, kept in heard.muted.items()})
        return heard.owed

    @cached_property
    def _silences(self) -> Sequence[Silence]:
        return silences.listed(self._db, self._now)

    def _footer(self) -> Sequence[str]:
        """Return what is muted, in words."""
        id_ = self._subscription.id
        return lines(
            self._silences,
            silences.kept_back(self._db, id_),
            silences.headlines(self._db, self._silences, id_),
            self._rules,
            self._subscription,
        )

    @cached_property
    def _coverage(self) -> Coverage:
        return coverage(self._rules.feeds, polls.feed_states(self._db).values(), self._window)

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

"""Composing: what is owed and due becomes stored digests with their messages, one transaction for each subscription."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from monitor.app import Services
from monitor.digests.due import loud_enough, loud_window_due, window_due
from monitor.digests.threads import SILENT_AFTER, can_edit
from monitor.digests.timing import Clock, Immediately
from monitor.errors import StoreError
from monitor.model import Severity, Window
from monitor.pipeline.turn import NO_TIME, Turn, bundle_of
from monitor.rules.ruleset import Subscription
from monitor.store import telling


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
                turn = Turn(db, services, subscription, window, now)
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
            news = telling.news_waits(db, subscription.id, now - bundle_of(subscription, bundling), loud)
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

"""Composing digests: what is owed and due becomes a stored digest with its messages, in one transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.app import Services
from monitor.digests.compose import alert_due, compose, coverage, window_due
from monitor.digests.owing import Owed
from monitor.digests.timing import Clock, Immediately
from monitor.model import Window
from monitor.rules.ruleset import Subscription
from monitor.store import outbox, polls, telling


def compose_digests(services: Services, *, bundling: bool = True) -> list[str]:
    """Compose every digest that is due now; returns their ids. Without ``bundling`` alerts do not wait for more."""
    now = services.clock.now()
    with services.store.reading() as db:
        closed, owed = telling.windows_closed_at(db), telling.subscriptions_owed(db)
    composed = []
    for subscription in services.rulebook.rules.subscriptions.values():
        window = _window(subscription, subscription.id in owed, closed.get(subscription.id, now), now)
        digest = window and _compose_one(services, subscription, window, now, bundling=bundling)
        composed += [digest] if digest else []
    return composed


def _window(subscription: Subscription, owed: bool, closed_at: datetime, now: datetime) -> Window | None:
    match subscription.schedule:
        case Immediately():
            return Window(from_at=closed_at, to_at=now) if owed else None
        case Clock() as schedule:
            return window_due(subscription, schedule, closed_at, now)


def _compose_one(
    services: Services, subscription: Subscription, window: Window, now: datetime, *, bundling: bool
) -> str | None:
    rules = services.rulebook.rules
    with services.store.writing() as db:
        owed: tuple[Owed, ...] = telling.open_debts(db, subscription, window.to_at)
        if isinstance(subscription.schedule, Immediately):
            owed = alert_due(subscription, owed, now, bundle=subscription.bundle if bundling else timedelta(0))
            if not owed:
                return None
            reason = "new articles matched"
        else:
            if not owed and not subscription.say_empty:
                telling.close_window(db, subscription.id, window.to_at)
                return None
            reason = f"{window.to_at.astimezone(ZoneInfo(subscription.timezone)):%H:%M} in {subscription.timezone}"
        seen = coverage(rules.feeds, polls.feed_states(db).values(), window)
        digest = compose(subscription, rules, owed, window=window, coverage=seen, reason=reason)
        digest = replace(digest, id=telling.unused_id(db, digest.id))
        telling.save_digest(db, digest, owed, now=now)
        for destination in subscription.to:
            messages, missing = services.render(digest, destination), services.channels.missing(destination)
            outbox.enqueue(db, digest, destination, messages, now=now, held=missing)
    services.log.info("digest composed", digest=digest.id, stories=len(digest.stories), to=list(subscription.to))
    return digest.id

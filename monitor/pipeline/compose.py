"""Composing digests: what is owed and due becomes a stored digest with its messages, in one transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from monitor.app import Services
from monitor.digests.compose import compose, coverage
from monitor.digests.due import alert_due, loud_enough, window_due
from monitor.digests.owing import Owed
from monitor.digests.timing import Clock, Immediately
from monitor.errors import StoreError
from monitor.model import Window
from monitor.rules.ruleset import Subscription
from monitor.store import outbox, polls, telling

NO_TIME = timedelta(0)


def compose_digests(services: Services, *, bundling: bool = True) -> list[str]:
    """Compose every digest that is due now; returns their ids. Without ``bundling`` alerts do not wait for more."""
    now = services.clock.now()
    subscriptions = services.rulebook.rules.subscriptions.values()
    with services.store.reading() as db:
        closed = telling.windows_closed_at(db)
        windows = {
            one.id: _window(db, one, closed.get(one.id, now), now, bundle=one.bundle if bundling else NO_TIME)
            for one in subscriptions
        }
    composed = []
    for subscription in subscriptions:
        window = windows[subscription.id]
        try:
            digest = window and _compose_one(services, subscription, window, now, bundling=bundling)
        except StoreError:
            raise
        except Exception:
            # The one broad net of composing: what breaks one subscription's digest must not keep the others waiting.
            services.log.exception("digest could not be composed", subscription=subscription.id)
            continue
        composed += [digest] if digest else []
    return composed


def _window(
    db: Connection, subscription: Subscription, closed_at: datetime, now: datetime, *, bundle: timedelta
) -> Window | None:
    match subscription.schedule:
        case Immediately():
            # Asked first, so that what waits (through quiet hours, say) is not read in full every second.
            waits = telling.news_waits(db, subscription.id, now - bundle, loud_enough(subscription, now))
            return Window(from_at=closed_at, to_at=now) if waits else None
        case Clock() as schedule:
            return window_due(subscription, schedule, closed_at, now)


def _compose_one(
    services: Services, subscription: Subscription, window: Window, now: datetime, *, bundling: bool
) -> str | None:
    rules = services.rulebook.rules
    with services.store.writing() as db:
        owed: tuple[Owed, ...] = telling.open_debts(db, subscription, window.to_at)
        if isinstance(subscription.schedule, Immediately):
            owed = alert_due(subscription, owed, now, bundle=subscription.bundle if bundling else NO_TIME)
            if not owed:
                return None
            reason = "new articles matched"
        else:
            if not owed and not subscription.say_empty:
                telling.close_window(db, subscription.id, window.to_at)
                return None
            reason = f"{window.to_at.astimezone(ZoneInfo(subscription.timezone)):%H:%M} in {subscription.timezone}"
        seen = coverage(rules.feeds, polls.feed_states(db).values(), window)
        files = telling.story_files(db, subscription.id, {one.article.story for one in owed})
        digest = compose(subscription, rules, owed, files, window=window, coverage=seen, reason=reason, as_of=now)
        digest = replace(digest, id=telling.unused_id(db, digest.id))
        telling.save_digest(db, digest, owed, now=now)
        for destination in subscription.to:
            messages, missing = services.render(digest, destination), services.channels.missing(destination)
            outbox.enqueue(db, digest, destination, messages, now=now, held=missing)
    services.log.info("digest composed", digest=digest.id, stories=len(digest.stories), to=list(subscription.to))
    return digest.id

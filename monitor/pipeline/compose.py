"""Composing: what is owed and due becomes stored digests with their messages, one transaction for each subscription."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from monitor.app import Services
from monitor.digests.due import loud_enough, loud_window_due, window_due
from monitor.digests.threads import SILENT_AFTER, can_edit
from monitor.digests.timing import Clock, Immediately
from monitor.digests.words import counted
from monitor.errors import StoreError
from monitor.model import Digest, Notice, Severity, Window
from monitor.pipeline.matching import put_aside
from monitor.pipeline.operating import tell_operator
from monitor.pipeline.turn import NO_TIME, Turn, bundle_of
from monitor.redaction import redact
from monitor.rules.ruleset import Subscription
from monitor.store import notices, telling

TRIED_AGAIN_AFTER = timedelta(minutes=1)
"""Before a digest is composed again that could not be."""

MOST_TRIALS = 100
"""To find the articles that a digest cannot be composed with; with each minute there are as many."""

DIGESTS = "digest/"
"""How the keys of notices about digests begin that cannot be composed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Due:
    subscription: Subscription
    window: Window
    loud: frozenset[Severity]
    """What may be told now."""
    bundling: bool


def compose_digests(services: Services, *, bundling: bool = True) -> list[str]:
    """Compose every digest that is due now; returns their ids. Without ``bundling`` alerts do not wait for more."""
    now = services.clock.now()
    with services.store.reading() as db:
        closed, waiting = telling.windows_closed_at(db), telling.in_debt_to(db)
        found = [
            _due(db, one, closed.get(one.id, now), now, bundling=bundling)
            for one in services.rulebook.rules.subscriptions.values()
            # Asked once for all: of a thousand subscriptions hardly one waits for anything in a given second.
            if one.id in waiting or isinstance(one.schedule, Clock)
        ]
    composed = []
    for due in filter(None, found):
        if NO_TIME < services.stuck.get(due.subscription.id, now) - now <= TRIED_AGAIN_AFTER:
            continue
        try:
            with services.store.writing() as db:
                digests = _tell(db, services, due, now)
        except StoreError:
            raise
        except Exception as error:
            # The one broad net of composing: what breaks one subscription's digest must not keep the others waiting.
            services.log.exception("digest could not be composed", subscription=due.subscription.id)
            services.stuck[due.subscription.id] = now + TRIED_AGAIN_AFTER
            _leave_out(services, due, now, error)
            continue
        for digest in digests:
            stories = len(digest.stories)
            services.log.info("digest composed", digest=digest.id, stories=stories, to=list(due.subscription.to))
        composed += [digest.id for digest in digests]
    return composed


def _tell(db: Connection, services: Services, due: _Due, now: datetime) -> list[Digest]:
    turn = Turn(db, services, due.subscription, due.window, now)
    if isinstance(due.subscription.schedule, Immediately):
        turn.tell_alerts(due.loud, bundling=due.bundling)
    else:
        turn.tell_window(due.loud)
    # What was left out stays left out: this is over once it was told.
    key = DIGESTS + due.subscription.id
    if not services.rulebook.rules.operator.to or notices.is_told(db, key):
        notices.end_notice(db, key)
    return turn.composed


def _due(
    db: Connection, subscription: Subscription, closed_at: datetime, now: datetime, *, bundling: bool
) -> _Due | None:
    """Return the window to be told now and the severities that may be, None where nothing is due."""

    def due(window: Window, loud: frozenset[Severity]) -> _Due:
        return _Due(subscription=subscription, window=window, loud=loud, bundling=bundling)

    match subscription.schedule:
        case Immediately():
            loud = loud_enough(subscription, now)
            # Asked first, so that what waits (through quiet hours, say) is not read in full every second.
            news = telling.news_waits(db, subscription.id, now - bundle_of(subscription, bundling), loud)
            listed = now - (SILENT_AFTER if bundling else NO_TIME)
            waits = news or (can_edit(subscription) and telling.reports_wait(db, subscription.id, listed, loud))
            return due(Window(from_at=closed_at, to_at=now), loud) if waits else None
        case Clock() as schedule:
            if window := window_due(subscription, schedule, closed_at, now):
                return due(window, frozenset(Severity))
            if window := loud_window_due(subscription, schedule, closed_at, now):
                loud = loud_enough(subscription, window.to_at)
                return due(window, loud) if telling.anything_waits(db, subscription.id, window.to_at, loud) else None
            return None


# --- what breaks a digest ---


def _leave_out(services: Services, due: _Due, now: datetime, error: Exception) -> None:
    """Set aside the articles that break a digest, so that the others are told with the next try; tell the operator."""
    reason, name = redact(f"{type(error).__name__}: {error}"[:500]), due.subscription.id
    with services.store.reading() as db:
        owed = telling.open_debt_ids(db, name, due.window.to_at)
    broken = _broken(services, due, now, owed)
    what = f"The digest {name} could not be composed: {reason}"
    if broken:
        left_out = counted(len(broken), "article")
        what = f"The digest {name} goes without {left_out} that broke it: {reason}"
    hint = (
        "Another version of Dateline will do better; please report this. `dateline explain` shows what was set aside."
    )
    with services.store.writing() as db:
        articles = telling.forgive(db, broken)
        put_aside(db, services, dict.fromkeys(articles, f"could not be told: {reason}"), now)
        tell_operator(db, services, Notice(key=DIGESTS + name, what=what, hint=hint, since_at=now))


def _broken(services: Services, due: _Due, now: datetime, owed: Sequence[int]) -> list[int]:
    """Return the debts that cannot even be told alone; none where nothing can be told, which is no article's fault."""
    broken: list[int] = []
    parts, is_any_told = [owed], False
    for _ in range(MOST_TRIALS):
        if not parts:
            break
        part = parts.pop()
        if _can_be_told(services, due, now, part):
            is_any_told = True
        elif len(part) == 1:
            broken += part
        else:
            half = len(part) // 2
            parts += [part[half:], part[:half]]
    return broken if is_any_told else []


class _TriedError(Exception):
    """Undoes a trial."""


def _can_be_told(services: Services, due: _Due, now: datetime, owed: Collection[int]) -> bool:
    try:
        with services.store.writing() as db:
            telling.forgive_all_but(db, due.subscription.id, owed)
            _tell(db, services, due, now)
            raise _TriedError
    except _TriedError:
        return True
    except StoreError:
        raise
    except Exception:
        return False

"""What `dateline status` answers: how things stand, and what needs the operator's hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from monitor.digests.words import counted
from monitor.feeds.trouble import FAMILY as FEEDS
from monitor.feeds.trouble import needs_of
from monitor.libraries import outdated
from monitor.lock import running_since
from monitor.model import DeliveryState, FeedHealth, FeedState, Notice
from monitor.rulebook import Rulebook
from monitor.settings import Settings
from monitor.store import Store, feed_states, leavers, notices, outbox, upkeep
from monitor.store.notices import RULES

LONG_FAILING = timedelta(hours=24)
"""A feed that fails for less is usually back before anyone could do anything."""

OVERDUE = timedelta(hours=1)

OLD_BACKUP = timedelta(days=2)


def status_of(
    store: Store, rulebook: Rulebook, *, pid: int | None, settings: Settings, now: datetime
) -> dict[str, Any]:
    """Return the JSON of `status`, with times as aware datetimes."""
    with store.reading() as db:
        states = list(feed_states.of(db).values())
        counts = outbox.count_states(db)
        troubled = outbox.oldest(db, (DeliveryState.FAILED, DeliveryState.HELD, DeliveryState.UNKNOWN))
        noticed, left, backup_at = notices.open_notices(db), leavers.left(db), upkeep.done_at(db, upkeep.BACKUP)
    needs = _rule_needs(rulebook) + _daemon_needs(states, pid, now) + _feed_needs(rulebook, states)
    needs += [_need(notice) for notice in noticed if not notice.key.startswith(_SEEN_ABOVE)]
    needs += _backup_needs(backup_at, running_since(settings) if pid else None, now)
    needs += _reader_needs(rulebook, left)
    needs += [
        {
            "what": f"{counted(count, 'delivery', 'deliveries')} {state}: {error}",
            "since": since,
            "hint": f"dateline deliveries list --state {state}",
        }
        for state, error, since, count in troubled
    ]
    health = Counter(state.health for state in states)
    return {
        "ok": not needs,
        "needs": needs,
        "feeds": {
            "ok": health[FeedHealth.OK],
            "failing": health[FeedHealth.FAILING],
            "gone": health[FeedHealth.GONE],
            "quiet": sum(state.quiet_since is not None for state in states),
            "unstable": sum(state.unstable_since is not None for state in states),
        },
        "deliveries": {
            "pending": counts.get(DeliveryState.PENDING, 0) + counts.get(DeliveryState.CLAIMED, 0),
            **{str(state): counts.get(state, 0) for state in DeliveryState if state not in _UNDER_WAY},
        },
        "unsubscribed": [
            {"digest": subscription, "destination": destination, "since": since}
            for (subscription, destination), since in left.items()
        ],
        "libraries": [asdict(one) for one in outdated()],
        "rules": {"version": rulebook.version, "loaded_at": rulebook.loaded_at, "error": rulebook.error},
        "daemon": {"running": pid is not None, "pid": pid, "since": running_since(settings) if pid else None},
    }


_UNREAD = (FeedHealth.FAILING, FeedHealth.GONE)
_SEEN_ABOVE = (FEEDS, RULES)
"""What is said as it stands now, and not as it stood when the operator was told."""
_UNDER_WAY = (DeliveryState.PENDING, DeliveryState.CLAIMED)


def _rule_needs(rulebook: Rulebook) -> list[dict[str, Any]]:
    if rulebook.error is None:
        return []
    return [{"what": f"the rule files have errors: {rulebook.error}", "since": None, "hint": "dateline check"}]


def _daemon_needs(states: list[FeedState], pid: int | None, now: datetime) -> list[dict[str, Any]]:
    due = [state.next_poll_at for state in states if state.next_poll_at is not None]
    if pid is not None or not due or now - min(due) < OVERDUE:
        return []
    return [{"what": "nobody polls: no daemon runs", "since": min(due), "hint": "dateline run"}]


def _feed_needs(rulebook: Rulebook, states: list[FeedState]) -> list[dict[str, Any]]:
    if states and all(state.health in _UNREAD for state in states):
        since = min((state.failing_since for state in states if state.failing_since), default=None)
        reasons = Counter(state.error for state in states).most_common(1)
        hint = f"most say: {reasons[0][0]}; look at the network and at `dateline feeds list`"
        return [{"what": f"none of the {len(states)} feeds can be read", "since": since, "hint": hint}]
    feeds = rulebook.rules.feeds
    troubled = [(feeds[state.feed], state) for state in states if state.feed in feeds]
    return [_need(notice) for feed, state in troubled for notice in needs_of(feed, state, dead_after=LONG_FAILING)]


def _backup_needs(backup_at: datetime | None, runs_since: datetime | None, now: datetime) -> list[dict[str, Any]]:
    """The daemon makes one a day; a day on which it could not is nothing yet."""
    since = backup_at or runs_since
    if runs_since is None or since is None or now - max(since, runs_since) < OLD_BACKUP:
        return []
    what = "the database has not been backed up for two days"
    return [{"what": what, "since": backup_at, "hint": "dateline backup says what is in the way"}]


def _need(notice: Notice) -> dict[str, Any]:
    return {"what": notice.what, "since": notice.since_at, "hint": notice.hint}


def _reader_needs(rulebook: Rulebook, left: Mapping[tuple[str, str], datetime]) -> list[dict[str, Any]]:
    needs = []
    for subscription in rulebook.rules.subscriptions.values():
        since = [left[subscription.id, one] for one in subscription.to if (subscription.id, one) in left]
        if since and len(since) == len(subscription.to):
            what = f"nobody gets digest {subscription.id}: everyone it went to has unsubscribed"
            hint = "add a reader to its `to:`, or remove the digest"
            needs.append({"what": what, "since": max(since), "hint": hint})
    return needs

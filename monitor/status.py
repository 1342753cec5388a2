"""What `dateline status` answers: how things stand, and what needs the operator's hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.digests.words import counted
from monitor.model import DeliveryState, FeedHealth, FeedState
from monitor.rulebook import Rulebook
from monitor.settings import Settings
from monitor.store import Store, leavers, notices, outbox, polls

LONG_FAILING = timedelta(hours=24)
"""A feed that fails for less is usually back before anyone could do anything."""

OVERDUE = timedelta(hours=1)


def status_of(
    store: Store, rulebook: Rulebook, *, pid: int | None, settings: Settings, now: datetime
) -> dict[str, Any]:
    """Return the JSON of `status`, with times as aware datetimes."""
    with store.reading() as db:
        states = list(polls.feed_states(db).values())
        counts = outbox.count_states(db)
        troubled = outbox.oldest(db, (DeliveryState.FAILED, DeliveryState.HELD, DeliveryState.UNKNOWN))
        noticed, left = notices.open_notices(db), leavers.left(db)
    needs = _rule_needs(rulebook) + _daemon_needs(states, pid, now) + _feed_needs(states, now)
    needs += [{"what": notice.what, "since": notice.since_at, "hint": notice.hint} for notice in noticed]
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
        },
        "deliveries": {
            "pending": counts.get(DeliveryState.PENDING, 0) + counts.get(DeliveryState.CLAIMED, 0),
            **{str(state): counts.get(state, 0) for state in DeliveryState if state not in _UNDER_WAY},
        },
        "unsubscribed": [
            {"digest": subscription, "destination": destination, "since": since}
            for (subscription, destination), since in left.items()
        ],
        "rules": {"version": rulebook.version, "loaded_at": rulebook.loaded_at, "error": rulebook.error},
        "daemon": {"running": pid is not None, "pid": pid, "since": _since(settings) if pid else None},
    }


_UNREAD = (FeedHealth.FAILING, FeedHealth.GONE)
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


def _feed_needs(states: list[FeedState], now: datetime) -> list[dict[str, Any]]:
    if states and all(state.health in _UNREAD for state in states):
        since = min((state.failing_since for state in states if state.failing_since), default=None)
        reasons = Counter(state.error for state in states).most_common(1)
        hint = f"most say: {reasons[0][0]}; look at the network and at `dateline feeds list`"
        return [{"what": f"none of the {len(states)} feeds can be read", "since": since, "hint": hint}]
    return [
        {
            "what": f"feed {state.feed}: {state.error}",
            "since": state.failing_since,
            "hint": "give it another address or remove it: dateline feeds remove " + state.feed,
        }
        for state in states
        if state.health is FeedHealth.GONE
        or (state.health is FeedHealth.FAILING and now - (state.failing_since or now) >= LONG_FAILING)
    ]


def _reader_needs(rulebook: Rulebook, left: Mapping[tuple[str, str], datetime]) -> list[dict[str, Any]]:
    needs = []
    for subscription in rulebook.rules.subscriptions.values():
        since = [left[subscription.id, one] for one in subscription.to if (subscription.id, one) in left]
        if since and len(since) == len(subscription.to):
            what = f"nobody gets digest {subscription.id}: everyone it went to has unsubscribed"
            hint = "add a reader to its `to:`, or remove the digest"
            needs.append({"what": what, "since": max(since), "hint": hint})
    return needs


def _since(settings: Settings) -> datetime:
    return datetime.fromtimestamp((settings.state / "dateline.lock").stat().st_mtime, UTC)

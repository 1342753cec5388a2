"""What the operator should know of a feed, in words.

Functions of the feed and its state; must not know who is told, or when he was told before.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.feeds.timing import effective_url
from monitor.model import Feed, FeedHealth, FeedState, Notice
from monitor.redaction import redact

FAMILY = "feed/"
"""How the keys of all notices of feeds begin."""

DEAD_AFTER = timedelta(days=7)
"""A feed that fails for less comes back by itself as a rule, and `status` shows it meanwhile."""

COSTLY_AFTER = 5
"""Polls in a row whose document went beyond the limits of time and memory: one alone may be an accident."""

_COSTLY = "is too costly to read"
_MEND = "Give it another address in the rule file, or remove it there."


def costly(reason: str) -> str:
    """Return why a poll failed whose document went beyond the limits of time and memory."""
    return f"{_COSTLY}: {reason}"


def needs_of(feed: Feed, state: FeedState, *, dead_after: timedelta = DEAD_AFTER) -> list[Notice]:
    """Return what only the operator can mend: a feed that is gone, dead for so long, too costly, or has moved."""
    failing_since = state.failing_since or state.last_polled_at
    if failing_since is None or state.last_polled_at is None or state.health is FeedHealth.PAUSED:
        return []
    found = []
    if state.health is FeedHealth.GONE:
        what = f"is gone for good and not asked any more: {state.error}"
        found.append(_notice(feed, "gone", what, _MEND, failing_since))
    elif state.health is FeedHealth.FAILING and (
        _is_costly(state) or state.last_polled_at - failing_since >= dead_after
    ):
        what = f"could not be read since {_day(failing_since)}: {state.error}"
        found.append(_notice(feed, "dead", what, _MEND, failing_since))
    if (address := effective_url(state)) != state.url:
        hint = "Put the new address into the rule file; until then Dateline asks there by itself."
        found.append(_notice(feed, "moved", f"has moved to {redact(address)}", hint, state.last_polled_at))
    return found


def notices_of(feed: Feed, state: FeedState) -> list[Notice]:
    """Return all that the operator is to hear of a feed as it stands."""
    found = needs_of(feed, state)
    if state.quiet_since is not None:
        what = f"is quieter than it usually is: nothing new since {_day(state.quiet_since)}"
        hint = "Look at the outlet's page: it may have given this feed up."
        found.append(_notice(feed, "quiet", what, hint, state.quiet_since))
    if state.unstable_since is not None:
        hint = "Nothing to do: Dateline knows its entries by their words, and tells none twice."
        found.append(
            _notice(feed, "unstable", "gives its old entries new ids again and again", hint, state.unstable_since)
        )
    return found


def lasts(feed: Feed, state: FeedState, notice: Notice) -> bool:
    """Tell whether a notice goes on although its cause is not seen at the moment: a feed that was given up for lost
    fails still, now in another way.
    """
    return state.health is FeedHealth.FAILING and notice.key == _key(feed, "dead")


def over(feed: Feed, state: FeedState, notice: Notice) -> str | None:
    """Return how a notice ended where that is worth a word: a feed given up for lost can be read again."""
    is_back = state.health is FeedHealth.OK and state.first_polled_at is not None
    return (
        f"{_name(feed)} can be read again"
        if is_back and notice.key in (_key(feed, "gone"), _key(feed, "dead"))
        else None
    )


def _is_costly(state: FeedState) -> bool:
    return state.failures >= COSTLY_AFTER and (state.error or "").startswith(_COSTLY)


def _notice(feed: Feed, kind: str, what: str, hint: str, since_at: datetime) -> Notice:
    return Notice(key=_key(feed, kind), what=f"{_name(feed)} {what}", hint=hint, since_at=since_at)


def _key(feed: Feed, kind: str) -> str:
    return f"{FAMILY}{feed.id}/{kind}"


def _name(feed: Feed) -> str:
    return f"The feed {feed.id}" if feed.name == feed.id else f"{feed.name} ({feed.id})"


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%B}"

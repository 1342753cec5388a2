"""A digest as it would have been at some moment: composed of what was known and told then, not stored, not sent."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from monitor.digests.compose import compose, coverage
from monitor.digests.due import preview_window
from monitor.digests.silences import hear, holds, lines
from monitor.model import Digest
from monitor.rules.ruleset import RuleSet, Subscription
from monitor.store import past, silences


def preview(db: Connection, rules: RuleSet, subscription: Subscription, at: datetime) -> Digest:
    """Return what a subscription's window up to a moment holds, by the rules of today.

    An alert's window is the day before, as one message: neither bundled, nor divided into threads and floods.
    """
    window = preview_window(subscription, at)
    holding = [one for one in silences.listed(db, at, holding_only=False) if holds(one, at)]
    heard = hear(past.owed_in(db, subscription, window), holding, at)
    kept_back = {silence: len({one.article.id for one in muted}) for silence, muted in heard.muted.items()}
    headlines = silences.headlines(db, holding, subscription.id)
    return compose(
        subscription,
        rules,
        heard.owed,
        past.files_at(db, subscription.id, {one.story for one in heard.owed}, window.from_at),
        window=window,
        coverage=coverage(rules.feeds, past.feed_states_at(db, at), window),
        reason="a preview, sent to nobody",
        silences=lines(holding, kept_back, headlines, rules, subscription),
    )

"""A back-test as JSON: what `backtest --json` prints.

The keys are a contract with readers outside; it may grow, but no key changes its meaning.
"""

from __future__ import annotations

from typing import Any

from monitor.backtest.compare import Kind
from monitor.backtest.replay import Outgoing
from monitor.backtest.report import Backtest, Changed, RuleCount, Series, Verdict
from monitor.digests.timing import Immediately

JsonObject = dict[str, Any]


def to_json(found: Backtest) -> JsonObject:
    """Return the whole answer; times are aware datetimes."""
    return {
        "since": found.question.since,
        "until": found.question.until,
        "articles": {
            "tested": found.articles,
            "broken": found.broken,
            "fault": found.fault or None,
            "matched_today": found.articles_before,
            "matched_tried": found.articles_after,
        },
        "rules": [_rule(one) for one in found.rules],
        **{
            str(kind): {"count": found.count(kind), "matches": [_changed(one) for one in found.changed[kind]]}
            for kind in Kind
        },
        "digests": [_series(one) for one in found.digests],
    }


def _rule(one: RuleCount) -> JsonObject:
    return {
        "rule": one.rule,
        "name": one.name,
        "today": one.before,
        "tried": one.after,
        **{str(kind): count for kind, count in one.differences.items()},
        "too_costly": one.too_costly,
        "days": [{"day": str(day), "today": before, "tried": after} for day, before, after in one.days],
    }


def _changed(one: Changed) -> JsonObject:
    article = one.article.article
    return {
        "article": one.article.id,
        "stored_at": one.article.stored_at,
        "source": article.source,
        "title": article.title,
        "link": article.link,
        "rule": one.rule,
        "today": _verdict(one.before),
        "tried": _verdict(one.after),
    }


def _verdict(one: Verdict) -> JsonObject:
    return {"severity": one.severity, "why": one.why}


def _series(one: Series) -> JsonObject:
    return {
        "digest": one.subscription.id,
        "kind": "alert" if isinstance(one.subscription.schedule, Immediately) else "digest",
        "to": list(one.subscription.to),
        "today": one.before,
        "tried": None if one.outgoing is None else [_outgoing(sent) for sent in one.outgoing],
    }


def _outgoing(one: Outgoing) -> JsonObject:
    return {
        "from": one.window.from_at,
        "to": one.window.to_at,
        "stories": {str(level): count for level, count in one.stories.items()},
        "articles": list(one.articles),
    }

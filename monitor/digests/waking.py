"""What readers who know a story are woken for all the same: it got graver for them, or what its articles say changed.

Decided when an article is stored, so that nothing depends on a clock later. Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from monitor.digests.owing import Debt
from monitor.model import Severity
from monitor.stories.changes import changes
from monitor.stories.reports import Moment, Report, moment

Gravest = Mapping[tuple[str, int], Severity]
"""Subscription and story → the gravest severity at which it was owed before."""


def with_what_is_material(
    debts: Sequence[Debt], gravest: Gravest, reports: Mapping[int, Sequence[Report]], now: datetime
) -> list[Debt]:
    """Mark which of the debts that arise at ``now`` wake those who know the story.

    ``reports`` are those of the stories that somebody was owed before, with these debts' articles among them.
    """
    fresh = {(debt.article, debt.revision) for debt in debts}
    found = {story: mattering(of_story, fresh, now) for story, of_story in reports.items()}
    return [
        replace(
            debt,
            material=debt.article in found.get(debt.story, ())
            or debt.severity.rank > gravest.get((debt.subscription, debt.story), debt.severity).rank,
        )
        for debt in debts
    ]


def mattering(reports: Sequence[Report], fresh: Collection[tuple[int, int]], now: datetime) -> set[int]:
    """Return the articles that say what matters to those who know the story without the ``fresh`` ones.

    ``fresh`` are articles with their revisions.
    """
    after = moment(reports, now)
    before = Moment(at=now, reports=tuple(one for one in after.reports if (one.article, one.revision) not in fresh))
    found = changes(before, after)
    return {article for change in found if change.is_material for article in change.articles}

"""A flood: so many new stories of one feed by one rule at once that one line tells of them all.

A feed that changes its addresses or empties its archive into one poll must not bury what else there is to tell. A story
that anything else reports as well is still told by itself. Pure; must not know where the debts are kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from monitor.digests.owing import Owed
from monitor.model import ArticleRef, Flood, Match, Severity

LIMIT = 50
"""More new stories of one feed by one rule than this are a flood: nobody reads so many alerts one by one."""

WINDOW_LIMIT = 100
"""The same for a digest by the clock: it may well bring a whole day of a busy feed, but not an archive."""

EXAMPLES = 10

Channel = tuple[str, str]
"""A feed and a rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """What is owed as news, as far as it can be told without reading the article."""

    id: int
    """The debt's."""
    story: int
    feed: str
    severity: Severity
    owed_at: datetime
    matches: tuple[Match, ...]
    """Those that the subscription takes, strongest first, without their evidence."""
    article: ArticleRef
    is_shared: bool = False
    """Its story has an open debt that has no outline: another feed reports it."""

    @property
    def wakes(self) -> bool:
        """Its story is new to the subscription."""
        return True

    @property
    def channel(self) -> Channel:
        return self.feed, self.matches[0].rule


def outline_of(owed: Owed) -> Outline:
    """Return what is owed without its article's words; it has to have a match."""
    return Outline(
        id=owed.id,
        story=owed.story,
        feed=owed.feed,
        severity=owed.severity,
        owed_at=owed.owed_at,
        matches=owed.matches,
        article=owed.reference,
    )


def floods_in(
    outlines: Iterable[Outline],
    rule_names: Mapping[str, str],
    feed_names: Mapping[str, str],
    limit: int = LIMIT,
    *,
    keep: int = 0,
) -> tuple[list[Flood], set[int]]:
    """Return the floods among what is due at once, and the debts that they tell.

    Of each flood so many stories are left to be told one by one as ``keep`` says, the gravest and newest.

    A debt counts for its strongest rule. Names that are not known any more are given as their ids.
    """
    stories: dict[int, list[Outline]] = {}
    for one in outlines:
        stories.setdefault(one.story, []).append(one)
    alone = [members for members in stories.values() if not any(one.is_shared for one in members)]
    flooded = _without(_flooded(alone, limit), keep)
    channels: dict[Channel, list[Outline]] = {}
    for members in flooded:
        for one in members:
            channels.setdefault(one.channel, []).append(one)
    floods = [
        _flood((feed, rule), members, rule_names.get(rule, rule), feed_names.get(feed, feed))
        for (feed, rule), members in sorted(channels.items())
    ]
    floods.sort(key=lambda flood: -flood.severity.rank)
    return floods, {one.id for members in flooded for one in members}


def _flooded(stories: list[list[Outline]], limit: int) -> list[list[Outline]]:
    """Return the stories that nothing but floods reports: leaving one out may end another flood."""
    while True:
        counts = Counter(channel for members in stories for channel in {one.channel for one in members})
        left = [members for members in stories if all(counts[one.channel] > limit for one in members)]
        if len(left) == len(stories):
            return left
        stories = left


def _without(flooded: list[list[Outline]], keep: int) -> list[list[Outline]]:
    kept = Counter[Channel]()
    rest = []
    for members in sorted(flooded, key=lambda members: min(map(_by_weight, members))) if keep else flooded:
        channels = {one.channel for one in members}
        if any(kept[channel] < keep for channel in channels):
            kept.update(channels)
        else:
            rest.append(members)
    return rest


def _flood(channel: Channel, members: list[Outline], rule_name: str, source: str) -> Flood:
    feed, rule = channel
    gravest = sorted(members, key=_by_weight)
    firsts: dict[int, ArticleRef] = {}
    for one in gravest:
        firsts.setdefault(one.story, one.article)
    return Flood(
        rule=rule,
        name=rule_name,
        feed=feed,
        source=source,
        severity=gravest[0].severity,
        stories=len(firsts),
        articles=len({one.article.id for one in members}),
        examples=tuple(islice(firsts.values(), EXAMPLES)),
    )


def _by_weight(one: Outline) -> tuple[int, bool, int]:
    """Order by severity; originals before copies, newer before older."""
    return -one.severity.rank, one.article.duplicate_of is not None, -one.article.id

"""From new articles to their stories: what the feed repeats is left out, copies are told, the rest is grouped.

One batch at a time, in the order of arrival. Pure: what is known of earlier articles comes from two pools, and what
comes back is for the store to keep.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from monitor.stories import boilerplate, duplicates, grouping
from monitor.stories.boilerplate import Habits
from monitor.stories.duplicates import Copy, Sketch
from monitor.stories.features import features
from monitor.stories.grouping import Grouping
from monitor.text.fold import Tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A new article."""

    id: int
    title: Tokens
    text: Tokens
    at: datetime | None
    """When it was published; None where nobody says: then time plays no part."""
    feed: str
    """Empty where nobody says: then nothing is known of its habits."""
    outlet: str
    copy_of: int | None = None
    """The article of which it is a copy word for word, where that is known already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """What one batch changes."""

    stories: Mapping[int, int]
    """Article → its story."""
    habits: Mapping[str, Habits]
    """Feed → what it repeats, as far as is known by now."""
    copies: Mapping[int, Copy] = field(default_factory=dict)
    """Near-duplicates, by article."""
    sketches: Mapping[int, Sketch] = field(default_factory=dict)
    keys: Mapping[int, Sequence[int]] = field(default_factory=dict)
    """Under which each new original is to be found."""
    grouping: Grouping


def assign(
    arrivals: Sequence[Arrival],
    habits: Mapping[str, Habits],
    originals: duplicates.Pool,
    live: grouping.Pool,
    stories_of: Callable[[Collection[int]], Mapping[int, int]],
    *,
    apart: Collection[tuple[int, int]] = (),
) -> Assignment:
    """Decide the story of each new article; ``stories_of`` looks up those of stored articles."""
    habits = _learned(habits, arrivals)
    own = {one.id: boilerplate.own(habits.get(one.feed, Habits()), one.title, one.text) for one in arrivals}
    sketches = {
        one.id: duplicates.sketch(
            [one.title.folded[number] for number in own[one.id][0]],
            [one.text.folded[number] for number in own[one.id][1]],
            outlet=one.outlet,
        )
        for one in arrivals
        if one.copy_of is None
    }
    found = duplicates.find_copies(sketches, originals)
    copied = {one.id: one.copy_of for one in arrivals if one.copy_of is not None}
    copied |= {article: copy.of for article, copy in found.copies.items()}
    shown = {one.id: features(one.title, one.text, own[one.id], one.at) for one in arrivals if one.id not in copied}
    grouped = grouping.group(shown, live, apart=apart)
    merged = {one.story: one.into for one in grouped.merges}
    known = stories_of({of for of in copied.values() if of not in grouped.joined})
    stories: dict[int, int] = {}
    for one in arrivals:
        if one.id in grouped.joined:
            story = grouped.joined[one.id].story
        else:
            of = copied[one.id]
            story = stories[of] if of in stories else known.get(of, one.id)
        while story in merged:
            story = merged[story]
        stories[one.id] = story
    return Assignment(
        stories=stories, habits=habits, copies=found.copies, sketches=sketches, keys=found.keys, grouping=grouped
    )


def _learned(habits: Mapping[str, Habits], arrivals: Sequence[Arrival]) -> dict[str, Habits]:
    # A text served again and again is no habit of its feed.
    shown: defaultdict[str, list[tuple[Tokens, Tokens]]] = defaultdict(list)
    for one in arrivals:
        if one.feed and one.copy_of is None:
            shown[one.feed].append((one.title, one.text))
    known = {feed: boilerplate.learned(habits.get(feed, Habits()), of_feed) for feed, of_feed in shown.items()}
    return {**habits, **known}

"""From a batch of new articles to their stories: copies go with their originals, the rest is grouped."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from monitor.stories.assign import Arrival, Assignment, assign
from monitor.stories.boilerplate import Habits
from monitor.stories.duplicates import Originals
from monitor.stories.live import LiveStories
from monitor.text.fold import tokenise

RAID = (
    "Gunmen attacked a levies checkpost in the Khadkocha area of Mastung late on Saturday and killed two guards, a "
    "commissioner said. The attackers fled towards the hills when reinforcements arrived from Quetta, and the highway "
    "stayed closed for four hours while the bomb disposal squad cleared the road of two more devices."
)
BRIDGE = (
    "The port authority opened the second harbour bridge in Gwadar, eleven months later than the contract had asked."
)


class Archive:
    """What a store would keep between batches."""

    def __init__(self) -> None:
        self.originals = Originals()
        self.live = LiveStories()
        self.stories: dict[int, int] = {}
        self.habits: Mapping[str, Habits] = {}
        self.asked: list[set[int]] = []

    def take(self, *arrivals: Arrival) -> Assignment:
        found = assign(arrivals, self.habits, self.originals, self.live, self.stories_of)
        for article, keys in found.keys.items():
            self.originals.add(article, found.sketches[article], keys)
        self.live.add(found.grouping)
        self.stories |= found.stories
        self.habits = found.habits
        return found

    def stories_of(self, articles: Collection[int]) -> dict[int, int]:
        self.asked.append(set(articles))
        return {one: self.stories[one] for one in articles if one in self.stories}


def arrival(number: int, title: str, text: str, *, feed: str = "", copy_of: int | None = None) -> Arrival:
    return Arrival(
        id=number, title=tokenise(title), text=tokenise(text), at=None, feed=feed, outlet=feed, copy_of=copy_of
    )


def test_a_copy_joins_the_story_of_its_original() -> None:
    archive = Archive()
    archive.take(arrival(1, "Two guards killed in Mastung", RAID, feed="dawn"))
    found = archive.take(
        arrival(2, "Levies checkpost attacked", f"MASTUNG: {RAID} (Indus Wire)", feed="daily"),
        arrival(3, "Harbour bridge opens", BRIDGE, feed="daily"),
    )
    assert found.stories == {2: 1, 3: 3}
    assert found.copies[2].of == 1 and found.copies[2].share > 0.9
    assert 2 not in found.grouping.joined, "a copy is not weighed"
    assert set(found.keys) == {3}, "a copy is not looked for again"
    assert archive.asked[-1] == {1}


def test_an_original_of_the_same_batch_is_known() -> None:
    archive = Archive()
    found = archive.take(
        arrival(1, "Two guards killed in Mastung", RAID, feed="dawn"),
        arrival(2, "Two guards killed", RAID.upper(), feed="daily"),
        arrival(3, "Two guards killed in Mastung", RAID, feed="indus", copy_of=1),
    )
    assert found.stories == {1: 1, 2: 1, 3: 1}
    assert archive.asked == [set()]


def test_the_copy_of_a_forgotten_article_begins_a_story() -> None:
    found = Archive().take(arrival(7, "Two guards killed in Mastung", RAID, copy_of=3))
    assert found.stories == {7: 7}


def test_stories_merged_by_a_batch_are_followed() -> None:
    archive = Archive()
    words = [
        "Khadkocha",
        "levies",
        "checkpost",
        "gunmen",
        "Kanak",
        "ambush",
        "Dasht",
        "convoy",
        "Lakpass",
        "devices",
        "Kolpur",
        "helicopter",
    ]
    here, there, all_of_it = " ".join(words[:7]), " ".join(words[5:]), " ".join(words)
    archive.take(arrival(1, here, here), arrival(2, there, there), arrival(3, "Harbour bridge opens", BRIDGE))
    assert archive.stories == {1: 1, 2: 2, 3: 3}
    found = archive.take(arrival(4, all_of_it, all_of_it), arrival(5, there, there, copy_of=2))
    assert [(one.story, one.into) for one in found.grouping.merges] == [(2, 1)]
    assert found.stories == {4: 1, 5: 1}


def test_habits_are_learned_feed_by_feed_and_only_where_the_feed_is_known() -> None:
    archive = Archive()
    archive.take(
        arrival(1, "One", BRIDGE, feed="dawn"), arrival(2, "Two", RAID, feed="daily"), arrival(3, "Three", "x")
    )
    assert set(archive.habits) == {"dawn", "daily"}
    archive.take(arrival(4, "One", BRIDGE, feed="indus", copy_of=1))
    assert set(archive.habits) == {"dawn", "daily"}, "what is served again is no habit"

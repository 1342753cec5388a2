"""What the operator hears of a feed, and when it is worth a word that it is over."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitor.feeds.trouble import costly, needs_of, notices_of, over
from monitor.model import Feed, FeedHealth, FeedState

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
DAY = timedelta(days=1)
URL = "https://dawn.example/rss"
DAWN = Feed(id="dawn", url=URL, name="Dawn")


def state(**values: Any) -> FeedState:
    return FeedState(feed="dawn", url=URL, first_polled_at=NOW - 30 * DAY, **({"last_polled_at": NOW} | values))


FAILING = state(health=FeedHealth.FAILING, error="no such host", failing_since=NOW - 7 * DAY, failures=9)
QUIET = "Dawn (dawn) is quieter than it usually is: nothing new since"
COSTLY = state(health=FeedHealth.FAILING, error=costly("takes too long"), failing_since=NOW, failures=5)
GONE = state(health=FeedHealth.GONE, error="answered 410 Gone", failing_since=NOW)
MOVED = state(moved_to="https://new.example/rss", moved_seen=3)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (state(), []),
        (FeedState(feed="dawn", url=URL, next_poll_at=NOW), []),
        (FAILING, ["Dawn (dawn) could not be read since 16 November: no such host"]),
        (replace(FAILING, failing_since=NOW - 6 * DAY), []),
        (replace(FAILING, health=FeedHealth.PAUSED), []),
        (replace(COSTLY, failures=4), []),
        (COSTLY, [f"Dawn (dawn) could not be read since 23 November: {COSTLY.error}"]),
        (GONE, ["Dawn (dawn) is gone for good and not asked any more: answered 410 Gone"]),
        (MOVED, ["Dawn (dawn) has moved to https://new.example/rss"]),
        (
            replace(MOVED, moved_to="https://new.example/rss?key=k3y"),
            ["Dawn (dawn) has moved to https://new.example/rss?key=•••"],
        ),
        (replace(MOVED, moved_seen=2), []),
        (
            state(quiet_since=NOW - 2 * DAY),
            ["Dawn (dawn) is quieter than it usually is: nothing new since 21 November"],
        ),
        (state(unstable_since=NOW), ["Dawn (dawn) gives its old entries new ids again and again"]),
    ],
)
def test_what_is_said_of_a_feed(found: FeedState, said: list[str]) -> None:
    assert [one.what for one in notices_of(DAWN, found)] == said


def test_a_feed_may_have_several_troubles_each_with_a_key_and_a_time() -> None:
    found = notices_of(DAWN, replace(FAILING, quiet_since=NOW - 9 * DAY, unstable_since=NOW))
    assert {one.key: one.since_at for one in found} == {
        "feed/dawn/dead": NOW - 7 * DAY,
        "feed/dawn/quiet": NOW - 9 * DAY,
        "feed/dawn/unstable": NOW,
    }


def test_quiet_and_unstable_feeds_need_nobody() -> None:
    assert needs_of(DAWN, state(quiet_since=NOW, unstable_since=NOW)) == []
    assert len(needs_of(DAWN, replace(FAILING, failing_since=NOW - DAY), dead_after=DAY)) == 1


def test_a_name_that_is_no_name_is_not_said_twice() -> None:
    (one,) = notices_of(replace(DAWN, name="dawn"), GONE)
    assert one.what.startswith("The feed dawn is gone")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (FAILING, state(), "Dawn (dawn) can be read again"),
        (GONE, state(), "Dawn (dawn) can be read again"),
        (FAILING, GONE, None),
        (FAILING, replace(FAILING, health=FeedHealth.PAUSED), None),
        (GONE, FeedState(feed="dawn", url="https://new.example/rss"), None),
        (MOVED, state(), None),
        (state(quiet_since=NOW), state(), None),
    ],
)
def test_only_a_feed_that_was_lost_is_said_to_be_back(before: FeedState, after: FeedState, said: str | None) -> None:
    (notice,) = notices_of(DAWN, before)
    assert over(DAWN, after, notice) == said

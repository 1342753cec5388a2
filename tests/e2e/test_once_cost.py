"""`dateline once --all` on 150 real feeds stays within what it may cost: the cheap half of `make bench`.

The limits are those that must hold; the tight one of time is held against processor time, which other work on the
machine hardly changes.
"""

from __future__ import annotations

from benchmarks import once
from tests.data import needs_data


@needs_data
def test_once_stays_within_its_limits() -> None:
    cold, again, idle = once.measure()

    assert cold.counts["feeds"]["polled"] == once.FILES
    assert cold.counts["feeds"]["failed"] < 10, "only what is no feed at all"
    assert cold.counts["articles"]["new"] > 2_000
    assert cold.cost.wall < 60
    assert cold.cost.peak_mb < 300

    read = once.FILES - cold.counts["feeds"]["failed"]
    assert again.counts["feeds"]["not_modified"] == read, "an unchanged feed is neither sent nor read again"
    assert again.counts["articles"]["new"] == again.counts["articles"]["revised"] == 0
    assert again.cost.cpu < 5

    assert idle.counts["feeds"]["polled"] == 0

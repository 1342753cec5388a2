"""A digest that says of itself that it is a test."""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.model import Change, Coverage, Digest, RegionSection, Severity, StoryItem, Window


def trial_digest(now: datetime) -> Digest:
    """Return an alert marked as a test, for `dateline test`."""
    story = StoryItem(
        id=0,
        severity=Severity.LOW,
        headline="Test message: nothing has happened",
        gist="You asked Dateline to show that it can reach you here. This is what an alert looks like.",
        where=(),
        changes=(Change(kind="new_story", text="Test"),),
        figures=(),
        statements=(),
        origins=1,
        articles=(),
        why=(),
        first_seen_at=now,
        updated_at=now,
    )
    return Digest(
        id=f"test-{now:%Y%m%dT%H%M%SZ}",
        subscription="test",
        kind="alert",
        template="alert",
        reason="somebody ran `dateline test`",
        timezone="UTC",
        window=Window(from_at=now - timedelta(minutes=1), to_at=now),
        regions=(RegionSection(code=None, name="Test", stories=(story,)),),
        coverage=Coverage(checked=0, failed=(), quiet=()),
    )

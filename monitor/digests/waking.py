"""What is new of a story to those who were told of it, and whether they are woken for it.

Asked whenever something is stored of a story that is owed to somebody who knows it, so that no clock decides it later;
and told by the digest in the same words. Pure.
"""

from __future__ import annotations

from datetime import datetime

from monitor.digests.owing import StoryFile
from monitor.model import Change, Severity
from monitor.stories.changes import changes
from monitor.stories.reports import Report, moment


def since_told(file: StoryFile, *, until: datetime, as_of: datetime, timezone: str = "UTC") -> tuple[Change, ...]:
    """Return what happened to a story since one subscription was told of it.

    Articles count that were stored by ``until``, as they read at ``as_of``.
    """
    last = file.last_told
    # What a merge brought since is new to them, but for what they were told of it as another story.
    known = [one for one in file.reports if last and (one.article in file.told or not _came_after(one, last.sent_at))]
    before = None if last is None else moment(known, last.until_at, read_at=last.sent_at)
    told = {article: one.sent_at for article, one in file.told.items()}
    return changes(before, moment(file.reports, until, read_at=as_of), told=told, timezone=timezone)


def wakes(file: StoryFile, severity: Severity, now: datetime) -> bool:
    """Tell whether a story that was told changed enough to be told at once.

    ``severity`` is the gravest of what is owed of it.
    """
    if all(severity.rank > one.severity.rank for one in file.told.values()):
        return True
    return any(change.is_material for change in since_told(file, until=now, as_of=now))


def _came_after(report: Report, at: datetime) -> bool:
    return report.joined_at is not None and report.joined_at > at

"""How far the desk could see: what was read, what failed and what is quiet, in words.

No news and not having looked never read alike; every surface takes its words from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from monitor.digests.local_time import LocalTime
from monitor.digests.words import counted, name, one_line
from monitor.model import Coverage, FeedTrouble
from monitor.text.lines import listed

_TROUBLES_SHOWN = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    name: str
    since: str
    error: str

    def __str__(self) -> str:
        since = f" since {self.since}" if self.since else ""
        return f"{self.name}{since}{f' ({self.error})' if self.error else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """How far the desk could see. ``blind``: so little was read that no news means nothing."""

    state: Literal["clear", "partial", "blind"]
    headline: str
    """What an empty digest says instead of its stories: no news and not having looked never read alike."""
    explanation: str
    """What follows from that, in a sentence."""
    warning: str
    """What stands above the stories where something could not be read; empty where all was."""
    checked: str
    failed: tuple[Trouble, ...]
    more_failed: int
    quiet: tuple[Trouble, ...]
    more_quiet: int
    summary: str
    """"41 feeds checked · 2 failing · 1 quiet"."""


def sight_of(coverage: Coverage, local: LocalTime) -> Sight:
    checked, failing, quiet = coverage.checked, len(coverage.failed), len(coverage.quiet)
    feeds = counted(checked, "feed")
    state: Literal["clear", "partial", "blind"]
    if checked == 0:
        state = "blind"
        headline = f"Could not look at {counted(failing, 'feed')}" if failing else "Could not look: no feed was checked"
        explanation = "This is not an all-clear: what was not read may hold news."
    elif failing:
        state, headline = "partial", f"No matching news from {feeds}; {failing} failing"
        explanation = "Nothing matched in what could be read. What could not be read is named below."
    else:
        state, headline = "clear", f"No matching news from {feeds}"
        explanation = "Every feed was read, and nothing in it matched."
    failed = tuple(_trouble(trouble, local) for trouble in coverage.failed)
    names = listed(tuple(trouble.name for trouble in failed), 3)
    summary = [f"{feeds} checked", f"{failing} failing" if failing else "", f"{quiet} quiet" if quiet else ""]
    return Sight(
        state=state,
        headline=headline,
        explanation=explanation,
        warning=f"Could not read {names}. There may be news that is not in here." if failing else "",
        checked=feeds,
        failed=failed[:_TROUBLES_SHOWN],
        more_failed=len(coverage.failed[_TROUBLES_SHOWN:]),
        quiet=tuple(_trouble(trouble, local) for trouble in coverage.quiet[:_TROUBLES_SHOWN]),
        more_quiet=len(coverage.quiet[_TROUBLES_SHOWN:]),
        summary=" · ".join(filter(None, summary)),
    )


def _trouble(trouble: FeedTrouble, local: LocalTime) -> Trouble:
    return Trouble(
        name=name(trouble.name or trouble.feed, 60),
        since=local.time(trouble.since_at),
        error=one_line(trouble.error, 120),
    )

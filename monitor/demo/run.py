"""The invented day, run through the real pipeline: HTTP to the loopback server, a database, and a simulated clock.

The clock jumps from minute to minute, so that three hours pass in seconds; the order of the steps is the daemon's.
Feeds are polled one after another, each every five minutes, so that every run of the demo tells the same.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TextIO

import structlog

from monitor.app import Services, open_services
from monitor.clock import Clock
from monitor.demo.day import Answering, Carried, Day, Edited, Happening, Published, Renewed
from monitor.demo.home import LOG, OUTBOX, settings_for
from monitor.demo.newsroom import Newsroom
from monitor.digests.render import render_as
from monitor.digests.words import counted
from monitor.lock import sole_run
from monitor.model import Digest
from monitor.pipeline import Counts, compose_digests, due_feeds, poll_feed, settle, start
from monitor.pipeline.deliver import deliver_all
from monitor.rules.ruleset import RuleSet
from monitor.store import telling

MINUTE = timedelta(minutes=1)
POLL_EVERY = timedelta(minutes=5)


class SimulatedClock(Clock):
    """A clock that stands still until it is moved."""

    def __init__(self, at: datetime) -> None:
        self._at = at.astimezone(UTC)

    def now(self) -> datetime:
        return self._at

    def move(self, by: timedelta) -> None:
        self._at += by

    async def sleep(self, seconds: float) -> None:
        self.move(timedelta(seconds=seconds))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A digest that went out."""

    at: datetime
    digest: Digest
    folder: Path
    """Where its files lie."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What the day came to."""

    counts: Counts
    sent: tuple[Sent, ...]
    rules: RuleSet
    """By which it was decided."""


async def run_day(day: Day, newsroom: Newsroom, folder: Path, *, say: Callable[[str], None]) -> Played:
    """Let the day pass; ``folder`` holds the demo's home. Each thing worth knowing is said in one line."""
    settings, clock = settings_for(folder), SimulatedClock(day.starts_at)
    with sole_run(settings), (folder / LOG).open("w", encoding="utf-8") as log:
        async with open_services(settings, clock=clock) as services:
            services = replace(services, log=_logger(log, clock))
            await services.in_store(lambda: start(services))
            counts, sent = await _pass_time(day, newsroom, services, clock, say)
            for one in sent:
                slack = render_as(one.digest, services.rulebook.templates, "slack")
                (one.folder / "slack.json").write_text(slack, "utf-8")
            return Played(counts=counts, sent=tuple(sent), rules=services.rulebook.rules)


async def _pass_time(
    day: Day, newsroom: Newsroom, services: Services, clock: SimulatedClock, say: Callable[[str], None]
) -> tuple[Counts, list[Sent]]:
    total, sent = Counts(), list[Sent]()
    waiting, unseen = deque(day.happenings), list[Happening]()
    for minute in range((day.ends_at - day.starts_at) // MINUTE + 1):
        now = day.starts_at + minute * MINUTE
        while waiting and waiting[0].at <= now:
            newsroom.happen(waiting[0])
            unseen.append(waiting.popleft())
        if minute * MINUTE % POLL_EVERY == timedelta(0):
            counts = await _poll(services)
            total += counts
            if line := _polled(counts, unseen, first=minute == 0):
                say(f"{now:%H:%M}  {line}")
            unseen.clear()
        for digest in await services.in_store(lambda: _compose(services)):
            sent.append(Sent(at=now, digest=digest, folder=services.settings.home / OUTBOX / digest.id))
            first, *rest = _told(digest)
            say(f"{now:%H:%M}    {first}")
            for line in rest:
                say(f"                 {line}")
        await settle(services)
        total += await deliver_all(services)
        clock.move(now + MINUTE - clock.now())
    return total, sent


async def _poll(services: Services) -> Counts:
    counts = Counts()
    for feed in await services.in_store(lambda: due_feeds(services, every_feed=True)):
        counts += await poll_feed(services, feed)
    return counts


def _compose(services: Services) -> list[Digest]:
    ids = compose_digests(services)
    with services.store.reading() as db:
        return [digest for one in ids if (digest := telling.read_digest(db, one))]


def _logger(out: TextIO, clock: Clock) -> Any:
    """Return the services' logger: the same lines as a daemon's, at the demo's time of day."""

    def stamp(logger: Any, method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
        return {"at": f"{clock.now():%H:%M}Z", "level": method, **event}

    return structlog.wrap_logger(
        structlog.WriteLogger(out),
        processors=[stamp, structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger("info"),
    )


# --- what is said ------------------------------------------------------------------------------------------------


def _polled(counts: Counts, unseen: list[Happening], *, first: bool) -> str:
    """Say in one line what the outlets did and what came of polling them; nothing where there was nothing."""
    if first:
        return f"first look: {counts.new} articles stored, none told, for they are the feeds' past"
    published = sum(isinstance(one, Published) for one in unseen)
    said = [f"{published} published"] if published else []
    for one in unseen:
        match one:
            case Carried():
                said.append("1 more feed carries an article that is known")
            case Edited():
                said.append(f"an edit {one.note}")
            case Renewed():
                said.append(f"{one.feed} {one.note}")
            case Answering():
                said.append(f"{one.feed} is back" if one.status == 200 else f"{one.feed} answers {one.status}")
    found = [f"{counts.new} new"] if counts.new else []
    found += [counted(counts.duplicate, "word-for-word copy", "word-for-word copies")] if counts.duplicate else []
    found += [f"{counts.revised} edited"] if counts.revised else []
    found += ["nothing for the desk"] if counts.new and not counts.matches else []
    return f"{', '.join(said)} → {', '.join(found) or 'nothing new'}" if said or found else ""


def _told(digest: Digest) -> list[str]:
    """Say what went out and why."""
    stories = digest.stories
    if digest.kind == "digest":
        return [f"DIGEST  {counted(len(stories), 'story', 'stories')}, {digest.reason}"]
    first = f"{stories[0].severity}: {stories[0].headline}"
    more = f" (and {len(stories) - 1} more)" if len(stories) > 1 else ""
    if digest.continues:
        return [f"UPDATE  {first}{more}", *(change.text for change in stories[0].changes[:2])]
    why = [f"why: {stories[0].why[0].text}"] if stories[0].why else []
    return [f"ALERT   {first}{more}", *why]

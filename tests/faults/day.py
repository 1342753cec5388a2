"""A day of the daemon by an injected clock: its own jobs, one after the other, against servers on the loopback."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter, defaultdict, deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import web
from sqlalchemy import func, select

from monitor import pipeline
from monitor.app import Services, open_services
from monitor.channels.email import EmailChannel
from monitor.channels.slack import SlackChannel
from monitor.daemon import Daemon
from monitor.model import DeliveryState
from monitor.settings import load_settings
from monitor.status import status_of
from monitor.store import outbox
from monitor.store.tables import DELIVERY, OWED
from tests.fakes import FixedClock, rss
from tests.faults.cases import CASE, name_of, report_of
from tests.servers.slack import TOKEN, Fault, LoopbackSlack
from tests.servers.slack_limits import Json
from tests.servers.smtp import LoopbackSmtp
from tests.servers.web import Answer, FeedServer

DESK = "C0ASIA"

RULES = """\
version: 1
feeds:
  outlet: {{url: "{feeds}/outlet", name: Outlet, language: en, every: 20s, first_poll: 100}}
rules:
  cases: {{name: Cases, when: "case*", severity: high}}
digests:
  alerts: {{rules: [cases], when: immediately, bundle: 0s, to: [{to}]}}
operator: {{to: ["folder:ops"]}}
"""

HANG_SECONDS = 0.3
"""How long the channels wait for an answer: real time, of which a test has little."""


class DaySlack(LoopbackSlack):
    """A Slack by the injected clock, whose token may be revoked."""

    def __init__(self, clock: FixedClock) -> None:
        super().__init__(clock=lambda: clock.now().timestamp(), page=200)
        self.revoked = False
        self.too_fast = 0
        """Messages within a second of the one before in the same channel."""

    async def _answer(self, request: web.Request) -> web.Response:
        return (
            web.json_response({"ok": False, "error": "invalid_auth"})
            if self.revoked
            else await super()._answer(request)
        )

    async def _do(
        self, request: web.Request, arguments: Json, faults: deque[Fault], act: Callable[[Json], web.Response]
    ) -> web.Response:
        if faults and faults[0].error == "invalid_blocks" and not arguments.get("blocks"):
            return act(arguments)  # there is nothing to say it of
        return await super()._do(request, arguments, faults, act)

    def _refusal(self, channel: str | None, word_for_archived: str) -> web.Response | None:
        refusal = super()._refusal(channel, word_for_archived)
        self.too_fast += refusal is not None and refusal.status == 429
        return refusal


class Day:
    """The servers, the clock, and the daemon between them."""

    def __init__(self, home: Path, clock: FixedClock, feeds: FeedServer, slack: DaySlack, smtp: LoopbackSmtp):
        self.home = home
        self.clock = clock
        self.feeds = feeds
        self.slack = slack
        self.smtp = smtp
        self.cases: list[str] = []
        self.chance = random.Random(0)
        self.services: Services
        self._daemon: Daemon
        self._open = AsyncExitStack()
        self._window: list[str] = []
        self._done: defaultdict[str, datetime] = defaultdict(clock.now)

    async def begin(self) -> None:
        """Start the program."""
        settings = load_settings(self.home)
        self.services = await self._open.enter_async_context(open_services(settings, clock=self.clock))
        ready: Any = self.services.channels.ready
        ready["slack"] = SlackChannel(TOKEN, self.slack.url, timeout_seconds=HANG_SECONDS)
        ready["email"] = EmailChannel(self.smtp.address, "desk@example.org", timeout_seconds=HANG_SECONDS)
        self._daemon = Daemon(self.services)
        await self.services.in_store(lambda: pipeline.start(self.services))

    async def end(self) -> None:
        await self._open.aclose()

    async def restart(self) -> None:
        await self.end()
        await self.begin()

    def publish(self) -> str:
        """Let the outlet write of another case."""
        number = len(self.cases)
        self.cases.append(name_of(number))
        self._window = [report_of(number, self.chance), *self._window][:20]
        self.feeds.script("/outlet", Answer(rss(*self._window)))
        return self.cases[-1]

    async def spend(self, span: timedelta, *, step: float = 20) -> None:
        """Let time pass: in steps of half a second while something could be sent, else of ``step`` seconds."""
        end = self.clock.now() + span
        while self.clock.now() < end:
            await self._tick()
            seconds = 0.5 if await self.services.in_store(self._busy) else step
            self.clock.at = min(self.clock.now() + timedelta(seconds=seconds), end)

    async def until(self, condition: Callable[[], Awaitable[bool]], *, within: timedelta, step: float = 60) -> None:
        end = self.clock.now() + within
        while not await condition():
            assert self.clock.now() < end, self.open_ends()
            await self.spend(timedelta(seconds=step), step=step)

    async def settle(self, *, within: timedelta = timedelta(days=3)) -> None:
        """Let time pass until everything is told, or given up."""

        async def told() -> bool:
            return not self.open_ends()

        await self.until(told, within=within)

    async def _tick(self) -> None:
        daemon = self._daemon
        await daemon.digest()
        await daemon.poll()
        await asyncio.gather(*daemon.polling.values())
        await daemon.digest()
        await daemon.send()
        await asyncio.gather(*daemon.sending.values())
        for chore, seconds in ((daemon.settle, 30), (daemon.attend, 60)):
            if self.clock.now() - self._done[chore.__name__] >= timedelta(seconds=seconds):
                self._done[chore.__name__] = self.clock.now()
                await chore()

    def _busy(self) -> bool:
        with self.services.store.reading() as db:
            return outbox.any_due(db, self.clock.now())

    # --- what became of it ---

    def states(self) -> dict[str, int]:
        """Count what was to be told of the cases, by its state."""
        with self.services.store.reading() as db:
            cases = select(DELIVERY.c.state, func.count()).where(DELIVERY.c.subscription == "alerts")
            rows = db.execute(cases.group_by(DELIVERY.c.state))
            return {str(state): count for state, count in rows}

    def given_up(self) -> list[tuple[str, str]]:
        """Return what nobody tries to send any more, with the reason."""
        with self.services.store.reading() as db:
            lost = select(DELIVERY.c.key, DELIVERY.c.error).where(DELIVERY.c.state == DeliveryState.FAILED)
            return [(row.key, row.error) for row in db.execute(lost)]

    def open_ends(self) -> dict[str, int]:
        """Return what is still to be told or found out, by its state."""
        with self.services.store.reading() as db:
            owed = db.scalar(select(func.count()).select_from(OWED).where(OWED.c.digest.is_(None))) or 0
            doubts = select(func.count()).where(DELIVERY.c.state == DeliveryState.UNKNOWN, DELIVERY.c.repeats == 0)
            unknown = db.scalar(doubts) or 0
        states = self.states()
        found = {state: states.get(state, 0) for state in ("pending", "claimed", "held")} | {
            "owed": owed,
            "unknown": unknown,
        }
        return {state: count for state, count in found.items() if count}

    def told(self, channel: str = DESK) -> Counter[str]:
        """Return how often a channel was told of each case; a message's other parts go into its details."""
        first = [one for one in self.slack.messages(channel) if one.key is not None and one.key.endswith("/0")]
        messages = [json.dumps([one.text, one.blocks]) for one in first]
        return Counter(case for words in messages for case in set(CASE.findall(words)))

    def notices(self) -> list[str]:
        """Return what the operator was sent."""
        return [one.read_text("utf-8") for one in sorted(self.home.glob("ops/*/digest.txt"))]

    def needs(self) -> list[str]:
        """Return what `dateline status` names."""
        services = self.services
        found = status_of(services.store, services.rulebook, pid=None, settings=services.settings, now=self.clock.now())
        return [str(need["what"]) for need in found["needs"]]


@asynccontextmanager
async def open_day(home: Path, *to: str) -> AsyncIterator[Day]:
    """Open a home with one subscription that goes to these destinations."""
    clock = FixedClock()
    slack, smtp, feeds = DaySlack(clock), LoopbackSmtp(), FeedServer()
    async with feeds, slack.running(), smtp.running():
        (home / "rules").mkdir(parents=True)
        rules = RULES.format(feeds=feeds.url(""), to=", ".join(f'"{one}"' for one in to))
        (home / "rules" / "desk.yaml").write_text(rules, encoding="utf-8")
        (home / ".env").write_text("DATELINE_ALLOW_NETWORKS=127.0.0.0/8\n", encoding="utf-8")
        day = Day(home, clock, feeds, slack, smtp)
        try:
            await day.begin()
            yield day
        finally:
            await day.end()

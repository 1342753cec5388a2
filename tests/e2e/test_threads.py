"""A day's alert that goes on, over real HTTP, Slack and SMTP: thread, edit of the first message, mails that answer."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from monitor import pipeline
from monitor.app import Services, open_services
from monitor.settings import load_settings
from tests.fakes import FixedClock, rss
from tests.pipeline.test_joining import FIRST, RISEN, SECOND
from tests.servers.slack import TOKEN, Fault, LoopbackSlack
from tests.servers.smtp import LoopbackSmtp
from tests.servers.web import Answer, FeedServer

RULES = """\
version: 1
feeds:
  dawn: {{url: "{dawn}", name: Dawn, language: en, first_poll: 100}}
  daily: {{url: "{daily}", name: Daily, language: en, first_poll: 100}}
rules:
  attacks: {{name: Armed attacks, when: "attack* OR storm*", severity: high}}
digests:
  alerts: {{rules: [attacks], when: immediately, to: ["slack:#asia-desk"]}}
  mails: {{rules: [attacks], when: immediately, to: ["email:reader@example.org"]}}
"""


@dataclass
class Loopback:
    web: FeedServer
    slack: LoopbackSlack
    smtp: LoopbackSmtp
    clock: FixedClock
    services: Services

    async def serve(self, feed: str, *items: str) -> None:
        self.web.script(f"/{feed}", Answer(rss(*items)))
        await pipeline.run_once(self.services, every_feed=True)
        self.clock.advance(minutes=20)


@asynccontextmanager
async def running(home: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Loopback]:
    clock = FixedClock()
    async with (
        FeedServer() as web,
        LoopbackSlack(clock=lambda: clock.now().timestamp()).running() as slack,
        LoopbackSmtp().running() as smtp,
    ):
        for name, value in (
            ("DATELINE_ALLOW_NETWORKS", "127.0.0.0/8"),
            ("SLACK_BOT_TOKEN", TOKEN),
            ("DATELINE_SLACK_API_URL", slack.url),
            ("SMTP_URL", f"smtp://127.0.0.1:{smtp.address.port}?tls=none"),
            ("DATELINE_EMAIL_FROM", "Desk <desk@example.org>"),
            ("DATELINE_PUBLIC_URL", "https://desk.example.org"),
            ("DATELINE_SECRET_KEY", "0123456789abcdef"),
        ):
            monkeypatch.setenv(name, value)
        (home / "rules").mkdir()
        rules = RULES.format(dawn=web.url("/dawn"), daily=web.url("/daily"))
        (home / "rules" / "desk.yaml").write_text(rules, encoding="utf-8")
        web.script("/daily", Answer(rss()))
        async with open_services(load_settings(home), clock=clock) as services:
            yield Loopback(web, slack, smtp, clock, services)


@pytest.fixture
async def loopback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Loopback]:
    async with running(tmp_path, monkeypatch) as opened:
        yield opened


async def test_a_story_goes_on_in_one_thread_and_its_first_message_tells_how_it_stands(loopback: Loopback) -> None:
    await loopback.serve("dawn", FIRST)
    await loopback.serve("daily", SECOND)
    (root,) = loopback.slack.messages()
    assert "Daily" in json.dumps(root.blocks), "a second report calls nobody, and is listed"
    await loopback.serve("daily", SECOND, RISEN)
    root, reply = loopback.slack.messages()
    assert root.thread_ts is None
    assert reply.thread_ts == root.ts
    assert "2" in json.dumps(reply.blocks)
    assert "5" in json.dumps(reply.blocks)
    assert "5" in json.dumps(root.blocks)
    assert len(root.texts) == 2, "edited twice"
    assert loopback.slack.refused == []


async def test_a_mail_answers_the_first_and_carries_the_way_out(loopback: Loopback) -> None:
    await loopback.serve("dawn", FIRST)
    await loopback.serve("daily", RISEN)
    first, second = (received.mail for received in loopback.smtp.received)
    assert second["References"] == second["In-Reply-To"] == first["Message-ID"]
    assert second["Subject"] == f"Re: {first['Subject']}"
    assert first["References"] is None
    assert first["List-Unsubscribe"].startswith("<https://desk.example.org/u/")
    assert first["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


async def test_lost_answers_lead_to_no_second_reply_or_edit(loopback: Loopback) -> None:
    await loopback.serve("dawn", FIRST)
    loopback.slack.faults += [Fault(accept=True, cut=True)]
    loopback.slack.edit_faults += [Fault(accept=True, cut=True)]
    await loopback.serve("daily", RISEN)
    for _ in range(3):
        await pipeline.run_once(loopback.services)
        loopback.clock.advance(minutes=20)
    root, reply = loopback.slack.messages()
    assert reply.thread_ts == root.ts
    assert "5" in json.dumps(root.blocks)

"""Real polls through the real daemon code: real HTTP and SMTP, a Slack that enforces its limits, a SQLite file.

Every feed of data/feeds_polls is served from loopback, poll by poll in its own order, while the clock is moved on by
hand. What is expected is worked out here, from the documents, by other means than the program's own.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import feedparser
import pytest
from sqlalchemy import func, select

from monitor import pipeline
from monitor.app import open_services
from monitor.daemon import Daemon
from monitor.settings import load_settings
from monitor.store import outbox, telling
from monitor.store.tables import ARTICLE, DELIVERY, DIGEST, OWED, REVISION, SIGHTING
from tests.data import DATA, needs_data
from tests.fakes import FixedClock
from tests.servers.slack import TOKEN, Fault, LoopbackSlack
from tests.servers.smtp import LoopbackSmtp
from tests.servers.web import Answer, FeedServer

POLLS = DATA / "feeds_polls"
START = datetime(2026, 11, 22, 6, 30, tzinfo=UTC)
STEP = timedelta(hours=7)  # longer than any interval: every feed is due at every step
ALERTED = re.compile(r"\b(coronavirus|covid|police)", re.IGNORECASE)

TRACKING = re.compile(r"#.*|[?&](utm_|at_|ref=|partner=)[^&#]*")


@dataclass
class Expected:
    """What the documents hold, counted without the program: identities, edits, and which must be alerted."""

    parents: dict[str, str] = field(default_factory=dict)
    words: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    edits: int = 0
    alerted: set[str] = field(default_factory=set)
    matched: set[str] = field(default_factory=set)

    def identity(self, name: str) -> str:
        while self.parents.setdefault(name, name) != name:
            name = self.parents[name]
        return name

    def poll(self, feed: str, document: bytes, *, first: bool) -> None:
        for entry in feedparser.parse(document).entries:
            guid, link = entry.get("id") or entry.get("link", ""), TRACKING.sub("", entry.get("link", ""))
            key = f"{feed} {guid}"
            self.parents[self.identity(key)] = self.identity(f"url {link}")
            words = (" ".join(entry.title.split()), " ".join(entry.get("summary", "").split()))
            before = self.words.get((feed, guid))
            title_before, self.words[feed, guid] = before and before[0], words
            self.edits += before is not None and before != words
            if ALERTED.search(words[0]) and words[0] != title_before and key not in self.matched:
                self.matched.add(key)
                if not (first and before is None):
                    self.alerted.add(key)

    def identities(self) -> set[str]:
        return {self.identity(f"{feed} {guid}") for feed, guid in self.words}


@dataclass
class Loopback:
    web: FeedServer
    slack: LoopbackSlack
    smtp: LoopbackSmtp
    clock: FixedClock
    home: Path


@pytest.fixture
async def loopback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Loopback]:
    clock = FixedClock(START)
    async with (
        FeedServer() as web,
        LoopbackSlack(clock=lambda: clock.now().timestamp()).running() as slack,
        LoopbackSmtp().running() as smtp,
    ):
        monkeypatch.setenv("DATELINE_ALLOW_NETWORKS", "127.0.0.0/8")
        monkeypatch.setenv("SLACK_BOT_TOKEN", TOKEN)
        monkeypatch.setenv("DATELINE_SLACK_API_URL", slack.url)
        monkeypatch.setenv("SMTP_URL", f"smtp://127.0.0.1:{smtp.address.port}?tls=none")
        monkeypatch.setenv("DATELINE_EMAIL_FROM", "Desk <desk@example.org>")
        yield Loopback(web, slack, smtp, clock, tmp_path)


def write_rules(home: Path, feeds: dict[str, str]) -> None:
    listed = "\n".join(f'  {name}: {{url: "{url}", name: {name}, language: en}}' for name, url in feeds.items())
    (home / "rules").mkdir()
    (home / "rules" / "desk.yaml").write_text(
        f"""\
version: 1
feeds:
{listed}
rules:
  health:
    name: Coronavirus and police
    when: title:(coronavirus* OR covid* OR police*)
    severity: high
digests:
  alerts: {{rules: [health], when: immediately, to: ["slack:#asia-desk"]}}
  morning: {{rules: [health], when: "07:00", timezone: Asia/Karachi, to: ["email:reader@example.org"]}}
""",
        encoding="utf-8",
    )


@asynccontextmanager
async def daemon_of(loopback: Loopback) -> AsyncIterator[Daemon]:
    async with open_services(load_settings(loopback.home), clock=loopback.clock) as services:
        daemon = Daemon(services)
        await services.in_store(lambda: pipeline.start(services))
        yield daemon


async def cycle(daemon: Daemon, clock: FixedClock) -> None:
    """One round of the daemon's jobs, each run to its end; the clock goes on a little between them."""
    await daemon.digest()
    await daemon.poll()
    await finished(daemon.polling)
    clock.advance(seconds=61)
    await daemon.digest()
    await daemon.settle()
    while True:
        await daemon.send()
        if not daemon.sending:
            with daemon.services.store.reading() as db:
                if not outbox.any_due(db, clock.now()):
                    return
        await finished(daemon.sending)
        clock.advance(seconds=1)


async def finished(tasks: dict[Any, asyncio.Task[Any]]) -> None:
    while tasks:
        await asyncio.gather(*tasks.values())
        await asyncio.sleep(0)  # for their callbacks to clear them away


@needs_data
async def test_replay_of_real_polls(loopback: Loopback) -> None:
    polls = {folder.name: sorted(folder.glob("*.xml")) for folder in sorted(POLLS.iterdir()) if folder.is_dir()}
    write_rules(loopback.home, {name: loopback.web.url(f"/{name}") for name in polls})
    expected = Expected()
    # Some posts are taken while the answer is lost: history has to be asked, and must keep them from being repeated.
    loopback.slack.faults.extend(
        [
            Fault(),
            Fault(accept=True, cut=True),
            Fault(),
            Fault(status=500),
            Fault(status=429, headers={"Retry-After": "5"}),
        ]
    )
    steps = max(len(documents) for documents in polls.values())
    for step in range(steps):
        for name, documents in polls.items():
            if step < len(documents):
                body = documents[step].read_bytes()
                expected.poll(name, body, first=step == 0)
                loopback.web.script(f"/{name}", Answer(body, etag=f'"{step}"', gzip=step % 2 == 0))
        # A daemon of its own for each step: nothing may depend on what a process remembers.
        async with daemon_of(loopback) as daemon:
            await cycle(daemon, loopback.clock)
        loopback.clock.advance(seconds=STEP.total_seconds())
    async with daemon_of(loopback) as daemon:
        for _ in range(3):
            await cycle(daemon, loopback.clock)
            loopback.clock.advance(hours=1)
        check(daemon, expected, loopback, feeds=len(polls))


def check(daemon: Daemon, expected: Expected, loopback: Loopback, *, feeds: int) -> None:
    with daemon.services.store.reading() as db:
        articles = {row.id: row for row in db.execute(select(ARTICLE.c.id, ARTICLE.c.title, ARTICLE.c.duplicate_of))}
        revisions = db.scalar(select(func.count()).select_from(REVISION))
        sightings: dict[int, set[str]] = defaultdict(set)
        for row in db.execute(select(SIGHTING.c.feed, SIGHTING.c.key, SIGHTING.c.article)):
            sightings[row.article].add(f"{row.feed} {row.key}")
        alerts = [
            telling.read_digest(db, one) for one in db.scalars(select(DIGEST.c.id).where(DIGEST.c.kind == "alert"))
        ]
        debts = db.execute(
            select(OWED.c.digest, OWED.c.article).where(OWED.c.kind == "news", OWED.c.digest.is_not(None))
        )
        news_in = {(row.digest, row.article) for row in debts}
        states = Counter(db.scalars(select(DELIVERY.c.state)))
        to_slack = DELIVERY.c.destination.like("slack:%")
        edits = {row.key: row.edits for row in db.execute(select(DELIVERY.c.key, DELIVERY.c.edits).where(to_slack))}

    assert len(articles) == len(expected.identities()), "articles stored = distinct identities served"
    assert revisions == expected.edits, "edits recorded as revisions"
    assert expected.edits > 50

    listed = [
        (alert.id, article.id) for alert in alerts if alert for story in alert.stories for article in story.articles
    ]
    news = Counter(article for alert, article in listed if (alert, article) in news_in)
    told = {article for article, _ in news.items()}
    # An article is expected under any of the guids it was served with.
    owed = {next(one for one, keys in sightings.items() if keys & names(guid)) for guid in expected.alerted}
    assert len(owed) > 100
    assert told == owed, "every expected alert sent, and no other"
    assert [article for article, times in news.items() if times > 1] == [], "no alert sent twice"

    assert states == {"sent": states["sent"]}
    posted = {message.key for message in loopback.slack.posted}  # an edited one bears the key of its edit
    assert posted <= set(edits)
    assert len(posted) == len(loopback.slack.posted) == list(edits.values()).count(False), "in spite of lost answers"
    assert sum(len(message.texts) for message in loopback.slack.posted) == list(edits.values()).count(True) > 10
    assert loopback.slack.refused == []
    assert "conversations.history" in loopback.slack.calls
    mornings = {mail.mail["Message-ID"] for mail in loopback.smtp.received}
    assert len(mornings) == len(loopback.smtp.received) >= 6
    print(
        f"replay: {len(articles)} articles, {revisions} revisions, {len(told)} alerted in {len(alerts)} alerts, "
        f"{len(posted)} Slack messages, {len(mornings)} mails"
    )
    assert feeds == len({asked.path for asked in loopback.web.requests})


def names(key: str) -> set[str]:
    """A guid as the store may know it: as it is, or by the address that it is."""
    from monitor.text.urls import canonical_url

    feed, _, guid = key.partition(" ")
    return {key, f"{feed} {canonical_url(guid)}"}

"""The promises of a desk, held against random days: polls, edits, rules, silences, faults and crashes in any order.

A small model knows what feeds served and what each reader is to be told. After every day all faults end and time
passes; then every owed article has arrived, or is accounted for, and nothing was told twice as news.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Coroutine, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal
from unittest.mock import patch

import structlog
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sqlalchemy import Row, select

from monitor import pipeline
from monitor.digests.render import Templates, compile_templates
from monitor.errors import DeliveryError
from monitor.model import Asked, Delivery, FetchFailed, Receipt
from monitor.store import Store, leavers, silences
from monitor.store.tables import ARTICLE, DELIVERY, DIGEST, LEAVER, OWED, REVISION
from tests.fakes import Desk, FixedClock, item, open_desk, rss
from tests.faults import FULL, times
from tests.pipeline.test_crash import Crash, Fuse, MortalStore

EXAMPLES, STEPS = times(10, 400), times(25, 50)

# --- what feeds serve --------------------------------------------------------------------------------------------

FEEDS = ("dawn", "daily")
VERBS = {"attack": "Attack on", "blast": "Blast at", "quiet": "Quiet day at"}
PLACES = (
    *("Zarghun checkpost", "Khuzai railway", "Mashkel mine", "Turbat market"),
    *("Turbat mosque", "Washuk school", "Nushki bridge", "Ziarat hospital"),
)
LAST = len(PLACES)
"""The number of the news that comes after everything else."""

Kind = Literal["attack", "blast", "quiet"]


@dataclass(frozen=True)
class Story:
    """One version of one item of a feed; two feeds that show the same number show the same words."""

    number: int
    kind: Kind
    edit: int

    @property
    def place(self) -> str:
        return (*PLACES, "Gwadar harbour")[self.number]

    @property
    def title(self) -> str:
        killed = f", {self.edit + 2} killed" if self.edit else ""
        return f"{VERBS[self.kind]} {self.place}{killed}"

    @property
    def text(self) -> str:
        word = self.place.split()[0].lower()
        return f"{self.place}: {' '.join(word + part for part in 'abcdefgh')} {word}{self.edit}{self.kind}."


def link(feed: str, number: int) -> str:
    return f"https://{feed}.example/news/{number}00{number}"


# --- channels ----------------------------------------------------------------------------------------------------

Fault = Literal["passing", "retry after", "lost", "arrived", "message refused", "all refused", "bug"]
FAULTS: tuple[Fault, ...] = ("passing", "retry after", "lost", "arrived", "message refused", "all refused", "bug")


@dataclass
class World:
    """What outlives every crash: the clock, the channels with what arrived there, and the readers' model."""

    home: Path
    clock: FixedClock
    fuse: Fuse = field(default_factory=lambda: Fuse(0))
    faults: list[Fault] = field(default_factory=list)
    cannot_ask: bool = False
    arrived: list[Delivery] = field(default_factory=list)
    ambiguous: Counter[str] = field(default_factory=Counter)
    refused: set[str] = field(default_factory=set)

    async def send(self, delivery: Delivery) -> Receipt:
        self.fuse.burn()
        fault = self.faults.pop(0) if self.faults else None
        match fault:
            case "passing":
                raise DeliveryError("busy")
            case "retry after":
                raise DeliveryError("slow down", retry_after=timedelta(minutes=7))
            case "lost":
                self.ambiguous[delivery.key] += 1
                raise DeliveryError("connection lost", ambiguous=True)
            case "message refused":
                self.refused.add(delivery.key)
                raise DeliveryError("too long", permanent=True)
            case "all refused":
                raise DeliveryError("invalid_auth", permanent=True, refuses="channel")
            case "bug":
                self.ambiguous[delivery.key] += 1
                raise ZeroDivisionError
            case "arrived":
                self.ambiguous[delivery.key] += 1
                self.arrived.append(delivery)
                raise DeliveryError("no answer", ambiguous=True)
        self.arrived.append(delivery)
        try:
            self.fuse.burn()
        except Crash:
            self.ambiguous[delivery.key] += 1
            raise
        return Receipt(reference=f"C1:{delivery.key}")

    async def ask(self, delivery: Delivery) -> Receipt | Asked:
        if not delivery.destination.startswith("slack:"):
            return Asked.CANNOT_TELL
        if self.cannot_ask:
            raise DeliveryError("history is not there")
        there = delivery.key in {one.key for one in self.arrived}
        return Receipt(reference=f"C1:{delivery.key}") if there else Asked.ABSENT

    async def close(self) -> None: ...


# --- rule files --------------------------------------------------------------------------------------------------


EMAIL, SLACK = "email:a@example.org", "slack:#desk"
DESTINATIONS = {"alerts": (SLACK, EMAIL), "hours": (EMAIL,)}
QUIET = ', quiet: {hours: "22:00-06:00"}'


@dataclass(frozen=True)
class Rules:
    wide: bool = False
    """``attacks`` takes blasts as well."""
    blasts: bool = True
    """There is a digest of blasts by the clock."""
    quiet: bool = False
    paused: str = ""

    def text(self) -> str:
        feeds = "".join(
            f'  {feed}: {{url: "https://{feed}.example/rss", name: {feed.title()}, language: en, first_poll: 100'
            f"{', paused: true' if feed == self.paused else ''}}}\n"
            for feed in FEEDS
        )
        blasts = f'  hours: {{rules: [blasts], when: every 3h, to: ["{EMAIL}"]}}\n'
        return (
            f"version: 1\nfeeds:\n{feeds}rules:\n"
            f"  attacks: {{name: Attacks, when: {'attack* OR blast*' if self.wide else 'attack*'}, severity: high}}\n"
            "  blasts: {name: Blasts, when: blast*, severity: medium}\n"
            "digests:\n"
            f'  alerts: {{rules: [attacks], when: immediately, to: ["{SLACK}", "{EMAIL}"]'
            f"{QUIET if self.quiet else ''}}}\n"
            f"{blasts if self.blasts else ''}"
        )

    def matched(self, kind: Kind) -> set[str]:
        wide = {"attacks"} if self.wide else set()
        return {"attack": {"attacks"}, "blast": {"blasts"} | wide, "quiet": set()}[kind]

    @property
    def subscriptions(self) -> dict[str, str]:
        """Each subscription's rule."""
        return {"alerts": "attacks"} | ({"hours": "blasts"} if self.blasts else {})


# --- the machine -------------------------------------------------------------------------------------------------


STORIES = st.tuples(st.sampled_from(FEEDS), st.integers(0, LAST - 1), st.sampled_from(tuple(VERBS)))


@cache
def compiled(sources: tuple[tuple[str, str], ...]) -> Templates:
    return compile_templates(dict(sources))


class Promises(RuleBasedStateMachine):
    """Each rule is something that happens to a desk; the promises are looked at when it is over."""

    def __init__(self) -> None:
        super().__init__()
        structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
        self.folder = Path(tempfile.mkdtemp(prefix="promises-"))
        self.world = World(home=self.folder, clock=FixedClock())
        self.in_force = Rules()
        self.serving: dict[str, dict[int, Story]] = {feed: {} for feed in FEEDS}
        self.renamed: Counter[str] = Counter()
        self.stored: dict[str, tuple[str, int]] = {}
        """Link → the title and revision that are stored by now."""
        self.kinds: dict[str, Kind] = {}
        """Title → what it tells of."""
        self.matched: defaultdict[str, set[str]] = defaultdict(set)
        """Link → the rules that it matched so far."""
        self.owed: defaultdict[str, set[str]] = defaultdict(set)
        """Subscription → links."""
        self.served = set[str]()
        """Links that stood in a document which was polled to the end."""
        self.edits: Counter[int] = Counter()
        self.broken: dict[str, str] = {}
        self.exempt: set[tuple[str, str]] = set()
        """Digests, and destinations that had left when they were composed, or while they waited."""
        self.set_back = self.crashes = 0
        self.loop = asyncio.new_event_loop()
        self.stack = AsyncExitStack()
        self.patches = (
            patch("tests.fakes.Store", MortalStore),
            # They stay what they are, and take most of the time of every change of the rules.
            patch("monitor.rulebook.compile_templates", lambda sources: compiled(tuple(sources.items()))),
        )
        for one in self.patches:
            one.start()
        self.watching = Store(f"sqlite:///{self.folder}/state/dateline.db")
        self.open()

    # --- driving ---

    def open(self) -> None:
        """Start the program; it may die at that, too."""
        while True:
            MortalStore.fuse = self.world.fuse
            self.desk: Desk = self.loop.run_until_complete(self._enter())
            if self.do(lambda: self.desk.services.in_store(lambda: pipeline.start(self.desk.services))):
                return

    async def _enter(self) -> Desk:
        desk = await self.stack.enter_async_context(
            open_desk(self.folder, self.in_force.text(), clock=self.world.clock)
        )
        ready = dict.fromkeys(desk.services.channels.ready, self.world)
        object.__setattr__(desk.services.channels, "ready", ready)
        return desk

    def do(self, step: Callable[[], Coroutine[Any, Any, Any]]) -> bool:
        """Run a step to its end, or to the process's; tells which."""
        try:
            self.loop.run_until_complete(step())
        except Crash:
            self.crashes += 1
            self._bury()
            return False
        finally:
            self.look()
        return True

    def _bury(self) -> None:
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.loop.run_until_complete(self.stack.aclose())
        self.loop.close()
        self.loop, self.stack = asyncio.new_event_loop(), AsyncExitStack()
        self.world.fuse = Fuse(0)

    def step(self, step: Callable[[], Coroutine[Any, Any, Any]]) -> bool:
        if self.do(step):
            return True
        self.open()
        return False

    def in_store(self, work: Callable[[], Any]) -> bool:
        return self.step(lambda: self.desk.services.in_store(work))

    def look(self) -> None:
        """Learn who has left, which articles and edits were stored, and work out who is to be told of them."""
        for gone in self.query(select(LEAVER)):
            mine = DIGEST.c.subscription == gone.subscription
            self.exempt |= {(row.id, gone.destination) for row in self.query(select(DIGEST.c.id).where(mine))}
        for row in self.query(select(ARTICLE.c.link, ARTICLE.c.title, ARTICLE.c.revision)):
            if self.stored.get(row.link) != (row.title, row.revision):
                self.stored[row.link] = row.title, row.revision
                fresh = self.in_force.matched(self.kinds[row.title]) - self.matched[row.link]
                self.matched[row.link] |= fresh
                for subscription, wanted in self.in_force.subscriptions.items():
                    if wanted in fresh:
                        self.owed[subscription].add(row.link)

    def query(self, query: Any) -> list[Row[Any]]:
        with self.watching.reading() as db:
            return list(db.execute(query))

    # --- what feeds do ---

    @initialize(stories=st.lists(STORIES, min_size=2, max_size=5))
    def first_news(self, stories: list[tuple[str, int, Kind]]) -> None:
        self.publish(stories)

    @rule(stories=st.lists(STORIES, min_size=1, max_size=3))
    def news_and_edits(self, stories: list[tuple[str, int, Kind]]) -> None:
        self.publish(stories)
        self.go_through_every_step()

    def publish(self, stories: list[tuple[str, int, Kind]]) -> None:
        for feed, number, kind in stories:
            self.edits[number] += 1
            story = Story(number=number, kind=kind, edit=self.edits[number])
            self.kinds[story.title] = kind
            self.serving[feed][number] = story

    @rule(feed=st.sampled_from(FEEDS))
    def copy_from_the_other(self, feed: str) -> None:
        (other,) = set(FEEDS) - {feed}
        self.serving[feed] |= self.serving[other]

    @rule(feed=st.sampled_from(FEEDS), number=st.integers(0, LAST - 1))
    def drop(self, feed: str, number: int) -> None:
        self.serving[feed].pop(number, None)

    @rule(feed=st.sampled_from(FEEDS))
    def rewrite_ids(self, feed: str) -> None:
        self.renamed[feed] += 1

    @rule(feed=st.sampled_from(FEEDS), how=st.sampled_from(("fails", "is cut")))
    def break_feed(self, feed: str, how: str) -> None:
        self.broken[feed] = how

    def serve(self) -> None:
        """Put what feeds serve in front of the next poll."""
        for feed, stories in self.serving.items():
            items = [
                item(n, one.title, one.text, guid=f"{feed}-{n}-{self.renamed[feed]}", link=link(feed, n))
                for n, one in stories.items()
            ]
            page = rss(*items)
            how = self.broken.get(feed)
            if how == "is cut" and items:
                page = page[: page.rindex(b"</title>") - 5]
            self.desk.fetcher.pages[feed] = FetchFailed(reason="answered 500", status=500) if how == "fails" else page

    def polled(self) -> None:
        """Note what was served in a poll that came to its end."""
        for feed, stories in self.serving.items():
            whole = [link(feed, number) for number in stories]
            if feed != self.in_force.paused and self.broken.get(feed) != "fails":
                self.served |= set(whole[:-1] if self.broken.get(feed) == "is cut" else whole)
        self.broken.clear()

    # --- what the program does ---

    @rule()
    def go_through_every_step(self) -> None:
        self.serve()
        if self.step(lambda: pipeline.run_once(self.desk.services, every_feed=True)):
            self.polled()

    @rule()
    def poll(self) -> None:
        self.serve()
        feeds = [one for one in self.desk.services.rulebook.rules.feeds.values() if not one.paused]
        if self.step(lambda: pipeline.poll_feeds(self.desk.services, feeds)):
            self.polled()

    @rule()
    def compose(self) -> None:
        self.in_store(lambda: pipeline.compose_digests(self.desk.services))

    @rule()
    def deliver(self) -> None:
        self.step(lambda: pipeline.deliver(self.desk.services))

    @rule()
    def settle(self) -> None:
        self.step(lambda: pipeline.settle(self.desk.services))

    @rule(steps=st.integers(1, 40))
    def crash_soon(self, steps: int) -> None:
        self.world.fuse = MortalStore.fuse = Fuse(steps)

    @rule(stories=st.lists(STORIES, max_size=2), steps=st.integers(1, 40))
    def crash_amid_news(self, stories: list[tuple[str, int, Kind]], steps: int) -> None:
        self.crash_soon(steps)
        self.news_and_edits(stories)

    @rule(minutes=st.sampled_from((1, 2, 20, 61, 200, 600)))
    def time_passes(self, minutes: int) -> None:
        self.world.clock.advance(minutes=minutes)

    @rule(minutes=st.sampled_from((10, 50, 90, 26 * 60)))
    def clock_is_set_back(self, minutes: int) -> None:
        self.world.clock.advance(minutes=-minutes)
        self.set_back += 1
        self.in_store(lambda: pipeline.watch_feeds(self.desk.services))

    # --- what people do ---

    @rule(
        change=st.sampled_from(
            ({"wide": True}, {"wide": False}, {"blasts": False}, {"blasts": True}, {"quiet": True}, {"quiet": False})
        )
    )
    def change_rules(self, change: dict[str, Any]) -> None:
        self.follow(replace(self.in_force, **change))

    @rule(feed=st.sampled_from(("", *FEEDS)))
    def pause(self, feed: str) -> None:
        self.follow(replace(self.in_force, paused=feed))

    def follow(self, wanted: Rules) -> None:
        (self.folder / "rules" / "desk.yaml").write_text(wanted.text(), encoding="utf-8")
        self.desk.services.rulebook.reload()
        assert self.desk.services.rulebook.error is None
        self.in_force = wanted
        for gone in self.owed.keys() - wanted.subscriptions.keys():
            del self.owed[gone]
        self.in_store(lambda: pipeline.watch_feeds(self.desk.services))

    @rule()
    def spoil_rules(self) -> None:
        (self.folder / "rules" / "desk.yaml").write_text(self.in_force.text().replace("when:", "whne:", 1))
        assert not self.desk.services.rulebook.reload()
        self.in_store(lambda: pipeline.watch_feeds(self.desk.services))

    @rule(what=st.sampled_from((("rule", "attacks"), ("rule", "blasts"), ("feed", "dawn"))))
    def silence(self, what: tuple[Any, str]) -> None:
        def add() -> None:
            now = self.world.clock.now()
            with self.desk.services.store.writing() as db:
                until = now + timedelta(hours=2)
                silences.add(db, *what, author="ana", comment="enough", now=now, ends_at=until)

        self.in_store(add)

    @rule()
    def lift_silences(self) -> None:
        def lift() -> None:
            now = self.world.clock.now()
            with self.desk.services.store.writing() as db:
                for one in silences.listed(db, now):
                    silences.lift(db, one.id, now)

        self.in_store(lift)

    @rule(subscription=st.sampled_from(tuple(DESTINATIONS)), leaves=st.booleans())
    def reader_leaves_or_comes_back(self, subscription: str, leaves: bool) -> None:
        def go() -> None:
            with self.desk.services.store.writing() as db:
                if leaves:
                    leavers.leave(db, subscription, EMAIL, self.world.clock.now())
                else:
                    leavers.come_back(db, subscription, EMAIL)

        self.in_store(go)

    @rule(faults=st.lists(st.sampled_from(FAULTS), min_size=1, max_size=4))
    def channels_fail(self, faults: list[Fault]) -> None:
        self.world.faults += faults

    @rule(cannot=st.booleans())
    def history_cannot_be_asked(self, cannot: bool) -> None:
        self.world.cannot_ask = cannot

    # --- what must hold ---

    def teardown(self) -> None:
        try:
            self.calm_down()
            self.check()
        finally:
            self.loop.run_until_complete(self.stack.aclose())
            self.loop.close()
            for one in self.patches:
                one.stop()
            self.watching.close()
            structlog.reset_defaults()
            shutil.rmtree(self.folder)

    def calm_down(self) -> None:
        """Let all faults end, and time pass."""
        self.world.fuse = MortalStore.fuse = Fuse(0)
        self.world.faults.clear()
        self.world.cannot_ask = False
        self.pause("")
        for _ in range(16):
            self.world.clock.advance(hours=3, minutes=20)
            self.go_through_every_step()
        # What changes nothing rides along with the next news.
        self.publish([("dawn", LAST, "attack")])
        for _ in range(4):
            self.go_through_every_step()
            self.world.clock.advance(hours=3)

    def check(self) -> None:
        articles = {row.id: row for row in self.query(select(ARTICLE))}
        links = Counter(row.link for row in articles.values())
        assert set(links.values()) <= {1}, "an article is stored once"
        assert self.served <= links.keys(), "all that was served is stored"

        numbers = {row.link: row.id for row in articles.values()}
        digests = {row.id: row for row in self.query(select(DIGEST).order_by(DIGEST.c.composed_at))}
        told = {name: json.loads(row.content) for name, row in digests.items()}
        listed = {name: Counter(_articles(content)) for name, content in told.items()}
        news: defaultdict[tuple[str, int], list[Row[Any]]] = defaultdict(list)
        for row in self.query(select(OWED).where(OWED.c.kind == "news")):
            news[row.subscription, row.article].append(row)

        for (subscription, article), rows in news.items():
            assert sum(row.digest is not None for row in rows) <= 1, f"{article} is news to {subscription} once"
        revisions = Counter(row.article for row in self.query(select(REVISION.c.article)))
        for subscription in DESTINATIONS:
            of_it = [listed[name] for name, row in digests.items() if row.subscription == subscription]
            for article, times_listed in sum(of_it, Counter[int]()).items():
                assert times_listed <= 1 + revisions[article], f"{article} is listed again for no reason"

        states: defaultdict[tuple[str, str], list[Row[Any]]] = defaultdict(list)
        for row in self.query(select(DELIVERY).where(~DELIVERY.c.edits)):
            states[row.digest, row.destination].append(row)
        for subscription, owed in self.owed.items():
            for one in owed:
                rows = news[subscription, numbers[one]]
                assert rows, f"{one} is owed to {subscription}"
                digest = next((row.digest for row in rows if row.digest), None)
                if digest is None:
                    assert all(row.silence for row in rows), f"{one} was forgotten by {subscription}"
                    continue
                assert numbers[one] in listed[digest] or told[digest].get("floods"), f"{one} stands in {digest}"
                for destination in DESTINATIONS[subscription]:
                    if (digest, destination) not in self.exempt:
                        assert states[digest, destination], f"{digest} goes to {destination}"
        for rows in states.values():
            for row in rows:
                self.check_delivery(row, rows)

        assert self.query(select(OWED.c.id).where(OWED.c.digest.is_(None), OWED.c.silence.is_(None))) == []
        self.check_windows(digests.values())

    def check_delivery(self, row: Row[Any], parts: list[Row[Any]]) -> None:
        times_arrived = sum(one.key == row.key for one in self.world.arrived)
        if row.destination.startswith("slack:"):
            assert times_arrived <= 1, f"{row.key} was posted {times_arrived} times"
        else:
            assert times_arrived <= 2, f"{row.key} was mailed {times_arrived} times"
            assert times_arrived < 2 or self.world.ambiguous[row.key] or self.crashes, f"{row.key} repeated for nothing"
        match row.state:
            case "sent":
                assert times_arrived, f"{row.key} is said to be sent"
            case "failed":
                old = self.world.clock.now() - row.created_at > timedelta(hours=48)
                assert old or {one.key for one in parts} & self.world.refused, f"{row.key} failed: {row.error}"
            case "unknown":
                assert row.repeats == 1 and self.world.ambiguous[row.key] + self.crashes >= 2, f"{row.key} is unknown"
            case other:
                raise AssertionError(f"{row.key} is still {other}: {row.error}")

    def check_windows(self, digests: Iterable[Row[Any]]) -> None:
        windows: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
        for row in digests:
            if row.subscription in DESTINATIONS:
                window = json.loads(row.content)["window"]
                assert window["from"] <= window["to"] or self.set_back, f"the window of {row.id} ends before it begins"
                windows[row.subscription].append((window["from"], window["to"]))
        if not self.set_back:
            for subscription, of_it in windows.items():
                for one, following in pairwise(of_it):
                    assert one[1] <= following[0] or subscription == "alerts", f"{one} and {following} overlap"


def _articles(content: dict[str, Any]) -> list[int]:
    return [
        article["id"] for region in content["regions"] for story in region["stories"] for article in story["articles"]
    ]


def test_the_promises_hold_whatever_happens() -> None:
    run_state_machine_as_test(
        Promises,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=not FULL,
            suppress_health_check=list(HealthCheck),
        ),
    )

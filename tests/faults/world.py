"""What stands around the program while it is killed: feeds that move on, and slow servers.

with World(tmp_path) as world:
    program = world.start()
    …
    program.kill()
    world.calm_down()                       # what a killed program had sent has arrived, or has not
    world.settle()                          # until everything is told
    world.check(ambiguous=…)                # told once each, everywhere
"""

from __future__ import annotations

import asyncio
import json
import random
import shutil
import sqlite3
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import AbstractAsyncContextManager, ExitStack, closing, contextmanager
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from aiohttp import web

from tests.fakes import rss
from tests.faults.cases import CASE, name_of, report_of
from tests.faults.program import QUICK, Death, Program
from tests.servers.slack import TOKEN, LoopbackSlack
from tests.servers.slack_limits import Json
from tests.servers.smtp import LoopbackSmtp
from tests.servers.web import Answer, FeedServer

Server = TypeVar("Server")

OPEN, SILENT = "slack:#asia-desk", "slack:#closed-desk"
"""A channel whose history can be read, and one whose history cannot."""
MAIL, FOLDER = "email:desk@example.org", "folder:out"

UNREAD = 16
_IDS = {OPEN: "C0ASIA", SILENT: "G0SECRET"}

RULES = """\
version: 1
feeds:
  window: {{url: "http://127.0.0.1:{port}/window", name: Window, language: en, every: 1s, first_poll: 100}}
  fleeting: {{url: "http://127.0.0.1:{port}/fleeting", name: Fleeting, language: en, every: 1s, first_poll: 100}}
rules:
  cases: {{name: Cases, when: "case*", severity: high}}
digests:
  open: {{rules: [cases], when: immediately, bundle: 0s, to: ["{OPEN}"]}}
  silent: {{rules: [cases], when: immediately, bundle: 0s, to: ["{SILENT}"]}}
  mail: {{rules: [cases], when: immediately, bundle: 0s, to: ["{MAIL}"]}}
  folder: {{rules: [cases], when: immediately, bundle: 0s, to: ["{FOLDER}"]}}
"""


@contextmanager
def in_thread(server: AbstractAsyncContextManager[Server]) -> Iterator[Server]:
    """Run a server in a thread and a loop of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name=type(server).__name__, daemon=True)
    thread.start()

    def in_loop(work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, loop).result(60)

    try:
        yield in_loop(server.__aenter__())
        in_loop(server.__aexit__(None, None, None))
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


class Feeds(FeedServer):
    """Two feeds whose items do not wait for whoever missed them.

    ``/window`` shows its newest 20 items, one more at each request that keeps up. ``/fleeting`` shows two items until
    its reader says, by their ETag, that it has them; then they are gone for good, and two others are there. A program
    that keeps an ETag without the items loses them.
    """

    def __init__(self, chance: random.Random) -> None:
        super().__init__(address="0.0.0.0")
        self.cases: list[str] = []
        """All that were ever shown."""
        self.asked_at: defaultdict[str, list[float]] = defaultdict(list)
        """By path; monotonic seconds."""
        self.moves = True
        """Without it, nothing new comes."""
        self._chance = chance
        self._numbers = count()
        self._window: list[str] = []
        self._fleeting: list[str] = []
        self._ends: dict[str, int] = {}
        """How many cases there were when the window was shown, by its ETag."""
        self._read = 0

    def _next(self, path: str) -> Answer:
        self.asked_at[path].append(time.monotonic())
        known = self.requests[-1].headers.get("if-none-match")
        if path == "/window":
            self._read = self._ends.get(known or "", self._read)
            # A program that never lives long enough to read anything has lost nothing that it could have told.
            if not self._window or (self.moves and len(self.cases) - self._read < UNREAD):
                self._window = [self._new(), *self._window][:20]
            shown = self._window
            self._ends[_etag(shown)] = len(self.cases)
        elif path == "/fleeting":
            if not self._fleeting or (self.moves and known == _etag(self._fleeting)):
                self._fleeting = [self._new(), self._new()]
            shown = self._fleeting
        else:
            return super()._next(path)
        return Answer(rss(*shown), etag=_etag(shown))

    def _new(self) -> str:
        number = next(self._numbers)
        self.cases.append(name_of(number))
        return report_of(number, self._chance)


def _etag(shown: list[str]) -> str:
    return f'"{hash(tuple(shown)):x}"'


class SlowSlack(LoopbackSlack):
    """Takes up to a quarter of a second before it posts and before it says so, and shows no history of one channel."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__(clock=time.time, page=200)
        self.busy = 0
        self._chance = chance

    async def _answer(self, request: web.Request) -> web.Response:
        self.busy += 1
        try:
            await asyncio.sleep(self._chance.random() / 4)
            answer = await super()._answer(request)
            await asyncio.sleep(self._chance.random() / 4)
            return answer
        finally:
            self.busy -= 1

    def _history(self, arguments: Json) -> web.Response:
        if arguments.get("channel") == _IDS[SILENT]:
            return web.json_response({"ok": False, "error": "missing_scope", "needed": "groups:history"})
        return super()._history(arguments)

    def _replies(self, arguments: Json) -> web.Response:
        return self._history(arguments) if arguments.get("channel") == _IDS[SILENT] else super()._replies(arguments)


class SlowSmtp(LoopbackSmtp):
    def __init__(self, chance: random.Random) -> None:
        super().__init__()
        self._chance = chance

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        await asyncio.sleep(self._chance.random() / 4)
        answer = await super().handle_DATA(server, session, envelope)
        await asyncio.sleep(self._chance.random() / 4)
        return answer


class World:
    """A home, the servers that it talks to, and the program on it."""

    def __init__(self, home: Path, *, rules: str = RULES, seed: int = 0) -> None:
        self.home = home
        self.chance = random.Random(seed)
        self.feeds = Feeds(random.Random(seed))
        self.slack = SlowSlack(random.Random(seed))
        self.smtp = SlowSmtp(random.Random(seed))
        self.doubts: Counter[str] = Counter()
        """Messages that were on their way when the program was killed, by their destination."""
        self.kills = 0
        self.environment: dict[str, str] = {}
        self._rules = rules
        self._running: list[Program] = []
        self._open = ExitStack()

    def __enter__(self) -> Self:
        self._open.enter_context(in_thread(self.feeds))
        self._open.enter_context(in_thread(self.slack.running()))
        self._open.enter_context(in_thread(self.smtp.running()))
        (self.home / "rules").mkdir(parents=True)
        rules = self._rules.format(port=self.feeds.port, OPEN=OPEN, SILENT=SILENT, MAIL=MAIL, FOLDER=FOLDER)
        (self.home / "rules" / "desk.yaml").write_text(rules, encoding="utf-8")
        self.environment = {
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "DATELINE_HOME": str(self.home),
            "DATELINE_ALLOW_NETWORKS": "127.0.0.0/8",
            "DATELINE_LOG": "json",
            "DATELINE_SLACK_API_URL": self.slack.url,
            "SLACK_BOT_TOKEN": TOKEN,
            "SMTP_URL": f"smtp://127.0.0.1:{self.smtp.address.port}?tls=none",
            "DATELINE_EMAIL_FROM": "Desk <dateline@example.org>",
        }
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for program in self._running:
            program.kill()
        self._open.close()

    # --- the program ---

    def start(
        self, *arguments: str, death: Death | None = None, values: Mapping[str, Any] = QUICK, wait: bool = True
    ) -> Program:
        """Start the program (the daemon, unless ``arguments`` say otherwise), and wait until it runs, or is dead."""
        log = self.home / "log"
        program = Program(*(arguments or ("run",)), environment=self.environment, log=log, values=values, death=death)
        self._running.append(program)
        if wait and not arguments and not program.says('"started"'):
            assert death is not None, program.said
        return program

    def kill(self, program: Program) -> None:
        """Kill it, and count what it was sending."""
        program.kill()
        self.bury(program)

    def forget(self, program: Program) -> None:
        """Leave alone a program that has ended."""
        self._running.remove(program)

    def bury(self, program: Program) -> None:
        """Count what a dead program was sending, and wait until that has arrived or is lost."""
        self.forget(program)
        self.kills += 1
        self.doubts.update(self._claimed())
        time.sleep(0.02)
        while self.slack.busy:
            time.sleep(0.005)
        end = time.monotonic() + 3
        while left := program.left_behind():
            assert time.monotonic() < end, f"processes {left} outlive the program that started them"
            time.sleep(0.01)

    def _claimed(self) -> list[str]:
        database = self.home / "state" / "dateline.db"
        if not database.exists():
            return []
        copy = self.home / "copy.db"
        for suffix in ("", "-wal"):
            Path(f"{copy}{suffix}").unlink(missing_ok=True)
            if Path(f"{database}{suffix}").exists():
                shutil.copy(f"{database}{suffix}", f"{copy}{suffix}")
        with closing(sqlite3.connect(copy)) as db:
            if not list(db.execute("SELECT 1 FROM sqlite_master WHERE name = 'delivery'")):
                return []
            return [row[0] for row in db.execute("SELECT destination FROM delivery WHERE state = 'claimed'")]

    def query(self, words: str) -> list[Any]:
        with closing(sqlite3.connect(self.home / "state" / "dateline.db", timeout=30)) as db:
            return list(db.execute(words))

    def forget_backups(self) -> None:
        """Let the daily backup be due."""
        if (self.home / "state" / "dateline.db").exists():
            with closing(sqlite3.connect(self.home / "state" / "dateline.db", timeout=30)) as db, db:
                db.execute("DELETE FROM upkeep WHERE name = 'backup'")

    # --- what became of it ---

    def settle(self, *, values: Mapping[str, Any] = QUICK, within: float = 300) -> None:
        """Let nothing new happen, and run until everything is stored and told."""
        self.feeds.moves = False
        program = self.start(values=values)
        end = time.monotonic() + within
        while self._open_ends():
            assert program.lives, program.said[-3000:]
            assert time.monotonic() < end, f"still open after {within} s: {self._open_ends()}\n{program.said[-2000:]}"
            time.sleep(0.2)
        assert program.stop() < 5
        assert program.process.exitcode == 0, program.said[-3000:]
        self.forget(program)

    def _open_ends(self) -> list[Any]:
        stored, shown = self.query("SELECT count(*) FROM article")[0][0], len(self.feeds.cases)
        return [
            *([("articles", stored, shown)] if stored < shown or not stored else []),
            *self.query("SELECT 'owed', count(*) FROM owed WHERE digest IS NULL HAVING count(*)"),
            *self.query(
                "SELECT state, destination, error, count(*) FROM delivery WHERE state NOT IN ('sent', 'failed') "
                "AND NOT (state = 'unknown' AND repeats > 0) GROUP BY 1, 2, 3"
            ),
        ]

    def check(self) -> dict[str, Any]:
        """Check that each case was told once at each place; return the figures."""
        assert [row[0] for row in self.query("PRAGMA integrity_check")] == ["ok"]
        figures: dict[str, Any] = {"kills": self.kills, "cases": len(self.feeds.cases), "doubts": dict(self.doubts)}
        for place, messages, may_repeat in (
            (OPEN, self._slack(OPEN), 0),
            (SILENT, self._slack(SILENT), self.doubts[SILENT]),
            (MAIL, self._mails(), self.doubts[MAIL]),
            (FOLDER, self._folders(), 0),
        ):
            told = Counter(case for _, cases in messages for case in cases)
            copies = Counter(key for key, _ in messages)
            told_in_one = Counter(case for cases in dict(messages).values() for case in cases)
            lost = set(self.feeds.cases) - set(told)
            in_doubt = self._in_doubt(place)
            assert lost <= in_doubt, f"{place} never heard of {sorted(lost - in_doubt)}"
            assert set(told_in_one.values()) == {1}, f"{place} was told twice: {told_in_one.most_common(3)}"
            repeated = sum(copies.values()) - len(copies)
            assert repeated <= may_repeat, f"{place} has {repeated} repeats, {may_repeat} were in doubt"
            assert max(copies.values()) <= 2, copies.most_common(3)
            figures[place] = {"messages": len(copies), "repeated": repeated, "lost in doubt": len(lost)}
        log = (self.home / "log").read_text(encoding="utf-8", errors="replace")
        assert "Traceback" not in log, log[log.index("Traceback") - 1000 :][:4000]
        return figures

    def _in_doubt(self, place: str) -> set[str]:
        """Return the cases of messages of which nobody knows whether they arrived, not even after one repeat.

        `status` names them. There are none of a channel that can be asked, and none without faults of its own.
        """
        payloads = self.query("SELECT destination, payload FROM delivery WHERE state = 'unknown'")
        return {case for destination, payload in payloads if destination == place for case in CASE.findall(payload)}

    def _slack(self, place: str) -> list[tuple[str, frozenset[str]]]:
        """Return the key of each message with the cases that it tells of first: details and edits repeat them."""
        assert not self.slack.refused, self.slack.refused[:3]
        found = []
        for one in self.slack.messages(_IDS[place]):
            text = one.texts[0] if one.texts else one.text
            assert one.key is not None
            cases = CASE.findall(json.dumps([text, one.blocks])) if one.key.endswith("/0") else []
            found.append((one.key, frozenset(cases)))
        return found

    def _mails(self) -> list[tuple[str, frozenset[str]]]:
        found = []
        for received in self.smtp.received:
            assert received.recipients == (MAIL.removeprefix("email:"),)
            body = received.mail.get_body(("plain",))
            assert body is not None
            found.append((str(received.mail["Message-ID"]), frozenset(CASE.findall(body.get_content()))))
        return found

    def _folders(self) -> list[tuple[str, frozenset[str]]]:
        folders = sorted((self.home / "out").iterdir())
        return [(one.name, frozenset(CASE.findall((one / "digest.txt").read_text("utf-8")))) for one in folders]

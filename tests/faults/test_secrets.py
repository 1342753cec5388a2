"""Secrets planted in every setting, and all that goes wrong with them: no output holds one, in any form."""

from __future__ import annotations

import base64
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from aiosmtpd.smtp import SMTP, AuthResult

from monitor.links import Links
from tests.fakes import item, rss
from tests.faults import times
from tests.faults.program import QUICK, Program
from tests.faults.world import in_thread
from tests.planted import hits
from tests.servers.slack import TOKEN, Fault, LoopbackSlack
from tests.servers.smtp import LoopbackSmtp
from tests.servers.web import Answer, FeedServer

LOGIN = 'p4ss:w0rd/"of=the+feed'
KEY = "k3y-of-the-feed-0123"
MAIL_USER = "AKIA-as-long-as-a-key"
MAIL_PASSWORD = "p4ss'w0rd/of+the mail"
SIGNING = "s1gning-key/of the pages"
DATABASE = "p4ss-of-the-database"
BEAT = "0b5e1f6a-beat-4c1e-9d0f"
IN_ADDRESS = "t0ken-in-the-address"
STRANGE = "xoxb-tok3n-of-nobody"
NOTHING: Mapping[str, str] = {}
ROOT = Path(__file__).parents[2]

PLANTED = (TOKEN, STRANGE, LOGIN, KEY, MAIL_USER, MAIL_PASSWORD, SIGNING, DATABASE, BEAT, IN_ADDRESS)

FEEDS = {
    "good": Answer(rss(item(1, "Case of the day", "Something happened."))),
    "refused": Answer(status=401, body=f"no {LOGIN} {KEY}".encode()),
    "elsewhere": Answer(status=302, redirect="http://127.0.0.9:9/"),
    "bounced": Answer(status=302, redirect=f"ftp://{quote(LOGIN)}@host/{KEY}"),
    "circle": Answer(status=302, redirect="/circle"),
    "cut": Answer(body=b"x" * 1000, cut_at=10),
    "hanging": Answer(hang_at=-1),
    "nonsense": Answer(raw=f"{KEY} {LOGIN}\r\n\r\n".encode()),
    "page": Answer(body=f"<html><title>{KEY}</title>{LOGIN} {KEY}".encode(), content_type="text/html"),
    "broken": Answer(body=f"<rss><channel><title>{KEY}</title><item {LOGIN}".encode()),
}

RULES = """\
version: 1
feeds:
{feeds}
  nobody: {{url: "http://127.0.0.1:9/rss?page=1&api_key={key}", name: Nobody, every: 1s}}
rules:
  cases: {{name: Cases, when: "case*", severity: high}}
digests:
  channel: {{rules: [cases], when: immediately, bundle: 0s, to: ["slack:#asia-desk", "folder:out"]}}
  mail: {{rules: [cases], when: immediately, bundle: 0s, to: ["email:desk@example.org"]}}
operator:
  to: ["slack:#ops", "folder:told"]
  heartbeat: {beat}
"""


class TellTale(LoopbackSmtp):
    """Repeats what it was given to log in with, until it is told to be good."""

    is_good = False

    def _authenticate(self, server: SMTP, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
        if self.is_good:
            return super()._authenticate(server, session, envelope, mechanism, given)
        login, password = given.login.decode(), given.password.decode()
        plain = base64.b64encode(f"\0{login}\0{password}".encode()).decode()
        said = f"535 5.7.8 no {login}:{password} {plain} {base64.b64encode(given.password).decode()}"
        return AuthResult(success=False, handled=False, message=said)


def explode(*_arguments: object, **_named: object) -> None:
    """Break with all that the process was given, as a careless library would."""
    held = {name: value for name, value in os.environ.items() if name not in ("PATH",)}
    held |= {name: Path(file).read_text() for name, file in held.items() if name.endswith("_FILE")}
    encoded = [base64.b64encode(value.encode()) for value in held.values()]
    raise RuntimeError(f"with {held} as {encoded} and {quote(repr(held))}")


class Desk:
    """A home full of secrets, and all that the program ever said on it."""

    def __init__(self, home: Path, form: str, *, by_file: bool) -> None:
        self.home = home
        self.said = home.parent / "said"
        self.form = form
        self._by_file = by_file
        self.feeds, self.slack, self.smtp = (
            FeedServer(),
            LoopbackSlack(),
            TellTale(user=MAIL_USER, password=MAIL_PASSWORD),
        )
        self.pages: list[bytes] = []
        self.environment: dict[str, str] = {}

    @contextmanager
    def open(self) -> Iterator[None]:
        with ExitStack() as servers:
            servers.enter_context(in_thread(self.feeds))
            servers.enter_context(in_thread(self.slack.running()))
            servers.enter_context(in_thread(self.smtp.running()))
            self._write()
            yield

    def _write(self) -> None:
        (self.home / "rules").mkdir(parents=True)
        for name, answer in FEEDS.items():
            self.feeds.script(f"/{name}", answer)
        self.feeds.script(f"/ping/{BEAT}", Answer(status=500))
        with_secrets = "headers: {X-Key: env:FEED_KEY}, auth: env:FEED_LOGIN"
        feeds = "".join(
            f'  {name}: {{url: "{self.feeds.url(f"/{name}")}", first_poll: 9, every: 1s, {with_secrets}}}\n'
            for name in FEEDS
        )
        rules = RULES.format(feeds=feeds, key=IN_ADDRESS, beat=self.feeds.url(f"/ping/{BEAT}"))
        (self.home / "rules" / "desk.yaml").write_text(rules)
        user, password = quote(MAIL_USER, safe=""), quote(MAIL_PASSWORD, safe="")
        secrets = {
            "SLACK_BOT_TOKEN": TOKEN,
            "SMTP_URL": f"smtp://{user}:{password}@127.0.0.1:{self.smtp.address.port}?tls=none",
            "DATELINE_SECRET_KEY": SIGNING,
            "FEED_LOGIN": f"reader:{LOGIN}",
            "FEED_KEY": KEY,
        }
        if self._by_file:
            folder = self.home.parent / "secrets"
            folder.mkdir(mode=0o700)
            for name, secret in secrets.items():
                (folder / name).write_text(f"{secret}\n")
            secrets = {f"{name}_FILE": str(folder / name) for name in secrets}
        self.environment = secrets | {
            "PATH": "/usr/bin:/bin",
            "DATELINE_HOME": str(self.home),
            "DATELINE_ALLOW_NETWORKS": "127.0.0.0/8",
            "DATELINE_FETCH_TIMEOUT": "2s",
            "DATELINE_LOG": self.form,
            "DATELINE_PUBLIC_URL": "https://desk.example.org",
            "DATELINE_SLACK_API_URL": self.slack.url,
            "DATELINE_EMAIL_FROM": "Desk <dateline@example.org>",
        }

    def start(self, *words: str, values: Mapping[str, Any] = QUICK, given: Mapping[str, str] = NOTHING) -> Program:
        """Start the program; what is ``given`` in the environment takes the place of the home's own."""
        own = {name: value for name, value in self.environment.items() if name.removesuffix("_FILE") not in given}
        return Program(*words, environment={**own, **given}, log=self.said, values=values)

    def run(self, *words: str, given: Mapping[str, str] = NOTHING) -> str:
        """Run a command to its end; return what it said."""
        program = self.start(*words, given=given)
        program.ends()
        return program.said

    def get(self, address: str, **headers: str) -> int:
        answer = httpx.get(address, headers=headers, trust_env=False, timeout=10)
        self.pages.append(f"{answer.headers}\n{answer.text}".encode())
        return answer.status_code

    def shown(self) -> dict[str, bytes]:
        """Return all that came out of the program, by where it came out."""
        shown = {"output": self.said.read_bytes(), "pages": b"\n".join(self.pages)}
        shown |= {"slack": repr(self.slack.posted).encode(), "mails": repr(self.smtp.received).encode()}
        for file in self.home.rglob("*"):
            if file.is_file() and file.parent.name != "rules":
                shown[str(file.relative_to(self.home))] = file.read_bytes()
        return shown

    def check(self) -> None:
        for place, shown in self.shown().items():
            # What the rule files hold is kept with them, as the address that a feed is known by, and not shown.
            kept = {"state/rules-last-good.json": {BEAT, IN_ADDRESS}}.get(place, set())
            kept |= {IN_ADDRESS} if ".db" in place else set()
            assert set(hits(shown, PLANTED)) <= kept, f"{place}: {_around(shown)}"


def _around(shown: bytes) -> str:
    text = shown.decode("utf-8", "replace")
    found = next((match for secret in PLANTED if (match := re.search(re.escape(secret), text))), None)
    return text[max(0, found.start() - 500) : found.end() + 100] if found else "in another form"


def wait_for(program: Program, *words: str) -> None:
    for one in words:
        assert program.says(one, within=90), program.said[-3000:]


WAYS = {"json, in files": ("json", True), "console, in the environment": ("console", False)}


@pytest.fixture(params=[*WAYS.values()][: times(1, 2)], ids=[*WAYS][: times(1, 2)])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    form, by_file = request.param
    desk = Desk(tmp_path / "home", form, by_file=by_file)
    with desk.open():
        yield desk


COMMANDS = (
    *("status", "status --json", "deliveries list", "feeds list", "check", "silence list", "db upgrade"),
    *("preview channel", "preview mail --as json", "preview mail --as email", "explain --article 1"),
)


def test_planted_secrets_come_out_nowhere(desk: Desk) -> None:
    limited = Fault(error="ratelimited", status=429, headers={"Retry-After": "1"})
    desk.slack.faults.extend([Fault(cut=True), limited, *[Fault(status=500)] * times(0, 1)])
    daemon = desk.start("run", "--web", "--port", "0", values={**QUICK, "monitor.daemon.life:HEARTBEAT_SECONDS": 5.0})
    wait_for(daemon, "pages shown", "sent", "not sent", *(name for name in FEEDS if name not in ("good", "cut")))
    found = re.search(r"http://127\.0\.0\.1:\d+", daemon.said)
    assert found
    links = Links("", SIGNING.encode())
    for address in (links.page("nothing"), links.unsubscribe("mail", "email:desk@example.org"), f"/d/{KEY}"):
        desk.get(found[0] + address)
    for address in ("/", "/healthz", "/metrics", f"/{quote(SIGNING)}"):
        desk.get(found[0] + address)
    assert desk.get(found[0], Host="evil.example") == 421
    end = time.monotonic() + 90
    while not desk.slack.posted:
        assert time.monotonic() < end, daemon.said[-3000:]
        time.sleep(0.2)
    daemon.stop()

    assert "535 5.7.8 no" in desk.run("deliveries", "list", "--json")
    assert "api_key=•••" in desk.run("feeds", "list", "--json")
    for command in COMMANDS:
        desk.run(*command.split())
    for name in ("refused", "page", "nobody", "broken"):
        desk.run("feeds", "test", name)
    address = f"http://reader:{quote(LOGIN, safe='')}@127.0.0.1:9/?token={IN_ADDRESS}"
    assert "•••@127.0.0.1" in desk.run("feeds", "test", address)
    desk.run("explain", "--url", address)
    assert "535 5.7.8 no •••" in desk.run("test", "email:desk@example.org")
    assert "invalid_auth" in desk.run("test", "slack:#asia-desk", given={"SLACK_BOT_TOKEN": STRANGE})
    desk.smtp.is_good = True
    assert "took it" in desk.run("test", "email:desk@example.org")
    desk.run("once", "--all", "--json")
    assert desk.smtp.received and desk.slack.posted
    desk.check()


CRASHING = """
from monitor.cli import main, running
from tests.faults.test_secrets import explode
running.status_of = explode
main()
"""


def test_a_crash_shows_no_secret(desk: Desk) -> None:
    desk.run("once", "--all")
    everything = {**QUICK, "monitor.pipeline.poll:store_items": explode, "monitor.pipeline:compose_digests": explode}
    desk.feeds.script("/good", Answer(rss(item(2, "Case of tomorrow", "Something else happened."))))
    daemon = desk.start("run", values=everything)
    wait_for(daemon, "poll broke", "RuntimeError: with", "could not be processed: RuntimeError")
    daemon.stop()
    assert "could not be processed: RuntimeError" in desk.run("feeds", "list", "--json")
    crashed = subprocess.run(
        [sys.executable, "-c", CRASHING, "status"],
        env=desk.environment | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
    )
    desk.pages.append(crashed.stdout + crashed.stderr)
    assert crashed.returncode == 1
    assert b"crashed" in crashed.stderr and b"Traceback" in crashed.stderr
    # The pages fetch nothing, and know no feed's secret.
    given = {"FEED_LOGIN": "", "FEED_KEY": ""}
    pages = desk.start("web", "--port", "0", values={"monitor.store.telling:read_digest": explode}, given=given)
    wait_for(pages, "pages shown")
    found = re.search(r"http://127\.0\.0\.1:\d+", pages.said)
    assert found
    assert desk.get(found[0] + Links("", SIGNING.encode()).page("channel-1")) == 500
    wait_for(pages, "page failed")
    pages.stop()
    desk.check()


BROKEN = {
    "SMTP_URL": [f"smtp://desk:{quote(MAIL_PASSWORD)}", f"smtp://{quote(MAIL_PASSWORD)}?tls=x", MAIL_PASSWORD],
    "DATABASE_URL": [
        f"oracle://desk:{DATABASE}@db/desk",
        f"postgresql://desk:{DATABASE}@127.0.0.1:9/desk",
        f"sqlite:////nowhere/desk.db?key={DATABASE}",
    ],
    "DATELINE_SECRET_KEY": [BEAT[:12]],
    "SLACK_BOT_TOKEN_FILE": [f"/nowhere/{'x'}"],
}


def test_settings_that_are_refused_are_not_shown(desk: Desk) -> None:
    for name, values in BROKEN.items():
        for value in values:
            said = desk.run("status", given={name: value})
            assert "error" in said or "daemon" in said, f"{name}={value}: {said}"
            assert "Traceback" not in said
    assert hits(desk.said.read_bytes(), [*PLANTED, BEAT[:12], quote(MAIL_PASSWORD)]) == []

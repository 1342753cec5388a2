"""What settings, rule files and `env:` variables hold comes out nowhere: not in errors, outcomes, logs or warnings."""

from __future__ import annotations

import base64
import json
import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

import httpx
import pytest
import structlog
from aiosmtpd.smtp import SMTP, AuthResult

from monitor.app import open_services
from monitor.channels.email import EmailChannel
from monitor.errors import DeliveryError, StoreError
from monitor.feeds.fetch import Fetcher
from monitor.feeds.timing import initial_state
from monitor.logs import configure_logs, log_crash, log_crashes
from monitor.model import EmailMessage, Feed, FetchFailed
from monitor.redaction import MARK, keep_secret
from monitor.rulebook import Rulebook, check_home
from monitor.settings import Settings, load_settings
from monitor.store import Store
from tests.digest_samples import delivery
from tests.fakes import RULES, START
from tests.planted import hits
from tests.servers.smtp import LoopbackSmtp
from tests.servers.web import Answer, FeedServer

LOGIN = 'p4ss:w0rd/"of=the+feed'
KEY = "k3y-of-the-feed-0123"
PASSWORD = "p4ss'w0rd/of+the mail"
TOKEN = "xoxb-tok3n-of-slack"
SECRETS = (LOGIN, KEY, PASSWORD, TOKEN)
SENDER = "Desk <desk@example.org>"
MAIL = delivery(EmailMessage(subject="One", text="One\n", html="<p>One</p>\n"), "email:reader@example.net")


@pytest.fixture(params=["console", "json"])
def form(request: pytest.FixtureRequest) -> Iterator[str]:
    """Logs in each form; those of libraries too."""
    handlers, before = logging.getLogger().handlers, structlog.get_config()
    configure_logs(request.param)
    yield request.param
    logging.getLogger().handlers = handlers
    structlog.configure(**before)


def home_of(home: Path, **lines: str) -> Settings:
    given = {"DATELINE_ALLOW_NETWORKS": "127.0.0.0/8", "DATELINE_FETCH_TIMEOUT": "1s", **lines}
    text = "".join(f"{name}='{value}'\n" for name, value in given.items())
    (home / ".env").write_text(text)
    (home / ".env").chmod(0o600)
    return load_settings(home)


# --- feeds -------------------------------------------------------------------------------------------------------

ANSWERS = {
    "refused": Answer(status=401),
    "forbidden": Answer(status=403, body=f"no {LOGIN} {KEY}".encode()),
    "elsewhere": Answer(status=302, redirect="http://127.0.0.9:9/"),
    "with the login": Answer(status=302, redirect=f"ftp://{quote(LOGIN)}@host/{KEY}"),
    "no address": Answer(status=302, redirect=f"http://[{KEY}/"),
    "circle": Answer(status=302, redirect="/feed"),
    "cut": Answer(body=b"x" * 1000, cut_at=10),
    "hanging": Answer(hang_at=-1),
    "no HTTP": Answer(raw=f"{KEY} {LOGIN}\r\n\r\n".encode()),
    "bad header": Answer(raw=f"HTTP/1.1 200 OK\r\nno header {KEY} {LOGIN}\r\n\r\n".encode()),
    "packed": Answer(body=KEY.encode(), headers={"Content-Encoding": "gzip"}),
    "packed strangely": Answer(body=b"x", headers={"Content-Encoding": KEY}),
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=[*ANSWERS])
async def test_a_feed_with_a_login_says_nothing_of_it(
    tmp_path: Path, answer: Answer, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "key").write_text(f"{KEY}\n")
    settings = home_of(tmp_path, FEED_LOGIN=f"reader:{LOGIN}", FEED_KEY_FILE="key")
    async with FeedServer() as server, Fetcher(settings) as fetcher:
        server.script("/feed", answer)
        one = Feed(
            id="dawn",
            url=f"{server.url('/feed')}",
            name="Dawn",
            auth="env:FEED_LOGIN",
            headers={"X-Key": "env:FEED_KEY", "X-Bearer": "env:FEED_KEY"},
        )
        outcome = await fetcher.fetch(one, initial_state(one, START))
        sent = server.asked("/feed")[0].headers
    assert (sent["x-key"], sent["authorization"]) == (
        KEY,
        f"Basic {base64.b64encode(f'reader:{LOGIN}'.encode()).decode()}",
    )
    assert isinstance(outcome, FetchFailed)
    assert hits(repr(outcome), SECRETS) == []
    structlog.get_logger("dateline").warning("feed not read", reason=outcome.reason, headers=sent, url=one.url)
    logging.getLogger("aiohttp.client").warning("sent %s", sent)
    logging.getLogger("aiohttp.client").error("broke", exc_info=httpx.ConnectError(f"with {sent}"))
    told = "".join(capsys.readouterr())
    assert told.count("\n") >= 3
    assert hits(told, SECRETS) == []


@pytest.mark.parametrize("value", [f"{KEY}\u0416", f"{KEY}\nX-Other: 1"])
async def test_a_secret_that_no_header_can_hold_is_not_quoted(tmp_path: Path, value: str) -> None:
    async with Fetcher(home_of(tmp_path), environment={"FEED_KEY": value}) as fetcher:
        one = Feed(id="dawn", url="http://127.0.0.1:9/", name="Dawn", headers={"X-Key": "env:FEED_KEY"})
        outcome = await fetcher.fetch(one, initial_state(one, START))
    assert isinstance(outcome, FetchFailed)
    assert outcome.reason == "has a header X-Key with letters that no header can hold"


async def test_a_file_of_a_secret_that_is_gone_is_that_feeds_failure(tmp_path: Path) -> None:
    async with Fetcher(home_of(tmp_path, FEED_KEY_FILE="lost")) as fetcher:
        one = Feed(id="dawn", url="http://127.0.0.1:9/", name="Dawn", headers={"X-Key": "env:FEED_KEY"})
        outcome = await fetcher.fetch(one, initial_state(one, START))
    assert isinstance(outcome, FetchFailed)
    assert outcome.reason == "FEED_KEY_FILE: cannot read lost: No such file or directory"


def test_a_key_in_an_address_is_warned_of_and_a_password_refused(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    file = tmp_path / "rules" / "desk.yaml"
    file.write_text(f"version: 1\nfeeds:\n  dawn:\n    url: https://dawn.example/rss?page=1&api_key={KEY}\n")
    with file.open("a") as more:
        more.write(f"    headers: {{X-Key: {KEY}, X-Token: env:TOKEN, Accept: text/xml}}\n")
    warned = [str(one) for one in check_home(tmp_path) if "key" in one.message]
    assert warned == [
        "rules/desk.yaml:4:10: warning: a key stands in the address of `dawn`, and so in the database and its backups: "
        "`api_key` (if the publisher takes it in a header, write `headers: {X-Key: env:NAME}`)",
        "rules/desk.yaml:5:22: warning: a key stands in header `X-Key` of `dawn` (write env:NAME, and set that)",
    ]
    for url in (f"https://reader:{KEY}@dawn.example/rss", f"htps:// reader:{KEY}@dawn.example/", f"reader:{KEY}@dawn"):
        file.write_text(f"version: 1\nfeeds: {{dawn: {{url: '{url}'}}}}\n")
        rulebook = Rulebook(tmp_path)
        rulebook.load_leniently()
        assert rulebook.error is not None
        assert hits(rulebook.error, [KEY]) == []


def test_what_the_rules_name_is_secret_once_they_are_loaded(tmp_path: Path) -> None:
    home_of(tmp_path, FEED_LOGIN=f"reader:{LOGIN}", FEED_KEY=f"Bearer {TOKEN}", LOST_FILE="lost")
    (tmp_path / "rules").mkdir()
    address = f"https://hc.example.org/ping/{KEY}"
    feed = (
        "{url: 'https://dawn.example/', auth: env:FEED_LOGIN, headers: {X-A: env:FEED_KEY, X-B: env:LOST, X-C: plain}}"
    )
    rules = f"version: 1\nfeeds: {{dawn: {feed}}}\noperator: {{heartbeat: '{address}'}}\n"
    (tmp_path / "rules" / "desk.yaml").write_text(rules)
    Rulebook(tmp_path).load()
    said = str(DeliveryError(f"{address}, {KEY}, {LOGIN}, {TOKEN}, plain"))
    assert said == f"{MARK}, {MARK}, {MARK}, {MARK}, plain"


# --- mail and database -------------------------------------------------------------------------------------------


class TellTale(LoopbackSmtp):
    """Repeats what it was given to log in with, as it was given."""

    def _authenticate(self, _server: SMTP, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
        login, password = given.login.decode(), given.password.decode()
        plain = base64.b64encode(f"\0{login}\0{password}".encode()).decode()
        said = f"535 5.7.8 no {login}:{password} {plain} {base64.b64encode(given.password).decode()}"
        return AuthResult(success=False, handled=False, message=said)


async def test_a_mail_server_that_repeats_the_login(
    tmp_path: Path, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async with TellTale(user="desk", password=PASSWORD).running() as server:
        url = f"smtp://desk:{quote(PASSWORD, safe='')}@127.0.0.1:{server.address.port}?tls=none"
        settings = home_of(tmp_path, SMTP_URL=quote(url, safe="/:?=@%"))
        assert settings.smtp is not None
        with pytest.raises(DeliveryError) as caught:
            await EmailChannel(settings.smtp, SENDER, timeout_seconds=5).send(MAIL)
    assert "535 5.7.8 no" in str(caught.value)
    assert hits(f"{caught.value} {caught.value!r}", SECRETS) == []
    structlog.get_logger("dateline").error("sending broke", exc_info=caught.value)
    told = capsys.readouterr().err
    assert "Traceback" in told
    assert hits(told, SECRETS) == []
    assert hits(repr(settings), SECRETS) == []


def test_a_database_that_cannot_be_opened(tmp_path: Path, form: str, capsys: pytest.CaptureFixture[str]) -> None:
    settings = home_of(tmp_path, DATABASE_URL=f"postgresql://desk:{TOKEN}@127.0.0.1:9/desk")
    with pytest.raises(StoreError) as caught:
        Store(settings.database_url).prepare()
    structlog.get_logger("dateline").error("no database", exc_info=caught.value)
    assert hits(f"{caught.value} {capsys.readouterr().err}", SECRETS) == []


async def test_files_that_everybody_can_read_are_told_at_the_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = home_of(tmp_path)
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "desk.yaml").write_text(RULES)
    for mode, told in ((0o644, 1), (0o600, 0)):
        (tmp_path / ".env").chmod(mode)
        async with open_services(settings):
            pass
        said = "".join(capsys.readouterr())
        assert said.count("secrets can be read by every user of this machine") == told
        assert said.count(f"chmod 600 {tmp_path}/.env") == told


# --- logs --------------------------------------------------------------------------------------------------------


def break_down(secret: str) -> None:
    held = {"token": secret}  # what a traceback with local variables would show
    raise LookupError(f"no {held}")


def lines_of(form: str, told: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in told.splitlines()] if form == "json" else []


def test_every_way_into_the_log_is_watched(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    keep_secret(*SECRETS)
    log = structlog.get_logger("dateline")
    for secret in SECRETS:
        log.warning(secret, plain=secret, quoted=quote(secret), nested=[{"a": (secret,)}], raw=secret.encode())
        logging.getLogger("uvicorn.error").error("%r in %s", secret, {"a": secret})
        try:
            break_down(secret)
        except LookupError as error:
            log.exception("broke", error=error)
            logging.getLogger("asyncio").error("Task exception was never retrieved", exc_info=error)
    told = capsys.readouterr().err
    assert hits(told, SECRETS) == []
    assert MARK in told
    assert told.count("LookupError") >= 2 * len(SECRETS)
    assert all({"event", "level", "timestamp"} <= line.keys() for line in lines_of(form, told))


def test_libraries_are_heard_from_warnings_on(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    logging.getLogger("slack_sdk").debug("headers")
    logging.getLogger("alembic").info("Context impl")
    logging.getLogger("asyncio").warning("slow")
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "slow" in told and "asyncio" in told


def test_a_log_line_that_cannot_be_made_is_not_shown_as_it_is(
    form: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging, "raiseExceptions", False)
    logging.getLogger("somebody").error("%d things", TOKEN)
    assert "".join(capsys.readouterr()) == ""


def test_crashes_become_log_lines(
    form: Literal["console", "json"], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for owner, name in ((sys, "unraisablehook"), (threading, "excepthook")):
        monkeypatch.setattr(owner, name, getattr(owner, name))
    monkeypatch.setattr(logging, "raiseExceptions", True)
    keep_secret(TOKEN)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        log_crashes()
        warnings.warn(f"about {TOKEN}", stacklevel=1)
        logging.captureWarnings(False)
    try:
        break_down(TOKEN)
    except LookupError as error:
        log_crash(error)

    class Unruly:
        def __del__(self) -> None:
            break_down(TOKEN)

    Unruly()
    thread = threading.Thread(target=break_down, args=(TOKEN,))
    thread.start()
    thread.join()
    told = capsys.readouterr().err
    assert hits(told, [TOKEN]) == []
    assert "UserWarning: about" in told
    assert told.count("LookupError: ") == 3
    assert len(lines_of(form, told)) == (4 if form == "json" else 0)

"""`dateline web` and `dateline run --web`: started as processes, used over HTTP, stopped by a signal."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from monitor.cli import web as cli_web
from monitor.errors import StoreError
from monitor.links import links_of
from monitor.settings import load_settings
from tests.e2e.test_cli import ATTACK, TEXT, Home
from tests.fakes import RULES, item, rss
from tests.servers.smtp import LoopbackSmtp
from tests.servers.web import Answer, feed_server_thread

AMNA = "email:amna@example.org"
STOP_SECONDS = 3.0


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """A desk whose alerts go to a mailbox, over no mail server yet: they wait."""
    with feed_server_thread() as server:
        rules = RULES.replace("https://dawn.example/rss", server.url("/dawn"))
        rules = rules.replace("https://daily.example/rss", server.url("/daily")).replace("folder:out", AMNA, 1)
        (tmp_path / "rules").mkdir()
        (tmp_path / "rules" / "desk.yaml").write_text(rules, encoding="utf-8")
        server.script("/dawn", Answer(rss(item(1, ATTACK, TEXT)), etag='"1"'))
        server.script("/daily", Answer(rss(), etag='"1"'))
        lines = ("DATELINE_PUBLIC_URL=https://desk.example.org", "DATELINE_SECRET_KEY=0123456789abcdef")
        (tmp_path / ".env").write_text("\n".join(lines))
        yield Home(tmp_path, server)


@contextmanager
def launched(home: Home, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Start a command that shows the pages on a free port."""
    process = subprocess.Popen(
        [sys.executable, "-m", "monitor", *arguments, "--port", "0", "--json"],
        cwd=home.path,
        env=home.environment(),
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def shown_at(process: subprocess.Popen[str]) -> str:
    """Wait until a command shows the pages; return their address."""
    assert process.stderr is not None
    lines = (json.loads(line) for line in process.stderr if line.startswith("{"))
    return next(str(line["at"]) for line in lines if line["event"] == "pages shown")


@contextmanager
def started(home: Home, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    with launched(home, *arguments) as process:
        yield process, shown_at(process)


def stop(process: subprocess.Popen[str]) -> tuple[int, float]:
    begun = time.monotonic()
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    return process.returncode, time.monotonic() - begun


def leave_path(home: Home) -> str:
    links = links_of(load_settings(home.path))
    assert links
    return links.unsubscribe("alerts", AMNA).removeprefix("https://desk.example.org")


def ask(method: str, address: str, **more: Any) -> httpx.Response:
    return httpx.request(method, address, headers={"Host": "desk.example.org"}, trust_env=False, timeout=10, **more)


@pytest.mark.parametrize("command", [("web",), ("run", "--web")], ids=" ".join)
def test_the_pages_are_shown_act_and_stop_in_time(home: Home, command: tuple[str, ...]) -> None:
    home.run("once", "--all")
    (held,) = home.json("deliveries", "list", "--json")
    assert (held["destination"], held["state"]) == (AMNA, "held")
    with started(home, *command) as (process, address):
        assert ask("GET", address + leave_path(home)).status_code == 200
        assert ask("POST", address + leave_path(home), data={"List-Unsubscribe": "One-Click"}).status_code == 200
        status = home.json("status", "--json", code=1)
        (gone,) = status["unsubscribed"]
        assert (gone["digest"], gone["destination"]) == ("alerts", AMNA)
        assert set(status["deliveries"].values()) == {0}
        assert ["nobody gets digest alerts" in need["what"] for need in status["needs"]] == [True]
        host, port = address.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as slow:
            slow.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 26\r\n\r\nList")
            code, seconds = stop(process)
    assert (code, seconds < STOP_SECONDS) == (0, True)
    shown = home.run("status", code=1)
    assert re.search(r"unsubscribed\s+email:amna@example.org from alerts since 20", shown)


async def test_the_links_of_a_mail_that_was_sent(home: Home) -> None:
    """From the bytes that the mail server got to the page, out of the subscription, and back."""

    async def once(number: int, title: str) -> int:
        home.server.script("/dawn", Answer(rss(item(number, title, TEXT)), etag=f'"{number}"'))
        await asyncio.to_thread(home.run, "once", "--all")
        return len(smtp.received)

    async with LoopbackSmtp().running() as smtp:
        with (home.path / ".env").open("a") as settings:
            settings.write(
                f"\nSMTP_URL=smtp://127.0.0.1:{smtp.address.port}?tls=none\nDATELINE_EMAIL_FROM=desk@example.org"
            )
        assert await once(1, ATTACK) == 1
        mail = smtp.received[0].mail
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        (leave,) = re.findall(r"<https://desk\.example\.org(/u/[^>]+)>", mail["List-Unsubscribe"])
        html = mail.get_body(("html",))
        assert html is not None
        (page,) = re.findall(r'"https://desk\.example\.org(/d/[^"]+)"', html.get_content())
        with started(home, "web") as (_, address):
            assert ATTACK in ask("GET", address + page).text
            assert ask("POST", address + leave, data={"List-Unsubscribe": "One-Click"}).status_code == 200
            assert await once(2, "Blast kills two traders at a market in Gwadar") == 1
            assert ask("POST", f"{address}{leave}/undo").status_code == 200
            assert await once(3, "Police officer killed in blast near Quetta railway station") == 2


def test_both_processes_start_on_a_new_home_at_once(home: Home) -> None:
    with launched(home, "web") as web, launched(home, "run", "--web") as run:
        address, other = shown_at(web), shown_at(run)
        assert address != other
        assert {ask("GET", one).status_code for one in (address, other)} == {200}
        assert web.poll() is run.poll() is None


def test_the_pages_never_make_a_database_of_their_own(home: Home) -> None:
    """On a disk of its own it would be empty for ever: everybody "unsubscribed", and the daemon mails on."""
    refused = home.run("web", "--port", "0", code=1)
    assert f"there is no database sqlite:///{home.path}/state/dateline.db yet: start `dateline run`" in refused
    assert not (home.path / "state").exists()


def test_an_empty_file_is_no_database(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli_web, "DAEMON_SECONDS", 0)
    (home.path / "state").mkdir()
    (home.path / "state" / "dateline.db").touch()
    with pytest.raises(StoreError, match="there is no database"):
        cli_web.web(home=home.path, port=0)


def test_a_second_daemon_is_told_of_the_first_and_not_of_its_port(home: Home) -> None:
    with started(home, "run", "--web") as (process, address):
        refused = home.run("run", "--web", "--port", address.rpartition(":")[2], code=1)
    assert f"Dateline already runs here, with pid {process.pid}" in refused


def test_who_left_stays_off_while_the_digest_is_away_from_the_rule_files(home: Home) -> None:
    home.run("once", "--all")
    rules = home.path / "rules" / "desk.yaml"
    with started(home, "web") as (_, address):
        assert ask("POST", address + leave_path(home)).status_code == 200
    whole = rules.read_text()
    for shown in (whole.replace("  alerts:", "  others:"), whole):
        rules.write_text(shown)
        home.run("once")
    (gone,) = home.json("status", "--json", code=1)["unsubscribed"]
    assert (gone["digest"], gone["destination"]) == ("alerts", AMNA)


def test_it_refuses_what_it_must_not_do(home: Home) -> None:
    (home.path / ".env").unlink()
    refused = home.run("web", "--host", "0.0.0.0", code=1)
    assert "set DATELINE_PUBLIC_URL and DATELINE_SECRET_KEY first" in refused
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for command in (("web",), ("run", "--web")):
            assert f"cannot listen on 127.0.0.1, port {port}" in home.run(*command, "--port", port, code=1)


def test_a_platform_names_the_port(home: Home) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "-m", "monitor", "web"],
            cwd=home.path,
            env=home.environment() | {"PORT": port},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 1
    assert f"port {port}" in done.stderr
    procfile = (Path(__file__).parents[2] / "Procfile").read_text()
    assert "web: dateline web --host 0.0.0.0\n" in procfile


def test_no_other_command_pays_for_the_web() -> None:
    code = "import sys, monitor.cli; print({'fastapi', 'starlette', 'uvicorn'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=os.environ, check=True)
    assert done.stdout.strip() == "set()"

"""What is shown to those who watch from outside, over real HTTP; and what systemd is told, over a real socket."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import structlog
from starlette.types import ASGIApp

from monitor.clock import Clock
from monitor.daemon import systemd
from monitor.health import Health, InForce
from monitor.metrics import Watched
from monitor.rulebook import Rulebook, last_good_version
from monitor.settings import load_settings
from monitor.store import Store
from monitor.web import address_of, listen, make_app, make_watching, serve
from monitor.web.watching import is_local

ANALYZE = shutil.which("systemd-analyze") or ""
UNITS = Path(__file__).parents[2] / "docs" / "systemd"


@asynccontextmanager
async def shown(
    home: Path, *, pages: bool, runs: bool = True, public_url: str = ""
) -> AsyncIterator[httpx.AsyncClient]:
    """Show what the web process shows, or what the daemon shows without it."""
    if public_url:
        (home / ".env").write_text(f"DATELINE_PUBLIC_URL={public_url}\nDATELINE_SECRET_KEY={'x' * 16}\n")
    settings = load_settings(home)
    store, clock, log = Store(settings.database_url), Clock(), structlog.get_logger()
    store.prepare()
    rules = InForce(version="1", refused=False)
    health = Health(store, clock=clock, in_force=lambda _: rules, besides=lambda: () if runs else ("no daemon runs",))
    watched = Watched(health, clock=clock)
    app: ASGIApp = make_watching(watched, log=log)
    if pages:
        app = make_app(settings, store, watched=watched, clock=clock, log=log)
    listening, until = listen(settings, "127.0.0.1", 0), asyncio.Event()
    address = address_of(listening)
    task = asyncio.create_task(serve(app, listening, until=until))
    try:
        async with httpx.AsyncClient(base_url=address, trust_env=False, timeout=10) as client:
            yield client
    finally:
        until.set()
        await task
        store.close()


PASSED_ON = [
    {"X-Forwarded-For": "203.0.113.9"},
    {"X-Forwarded-Proto": "https"},
    {"X-Real-IP": "203.0.113.9"},
    {"Forwarded": "for=203.0.113.9"},
    {"Via": "1.1 proxy"},
    {"Host": "desk.example.org"},
]


@pytest.mark.parametrize("pages", [True, False])
async def test_metrics_are_for_this_machine_only(tmp_path: Path, pages: bool) -> None:
    """A proxy's connection comes from this machine as well: Miniflux's CVE-2023-27591."""
    async with shown(tmp_path, pages=pages, public_url="https://desk.example.org") as client:
        answer = await client.get("/metrics")
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/plain; version=")
        assert "\ndateline_healthy 1.0\n" in answer.text
        for headers in PASSED_ON:
            refused = await client.get("/metrics", headers=headers)
            known = pages or "Host" not in headers  # a name that is none of ours has no pages at all
            assert refused.status_code == (404 if known else 421), headers
            assert "dateline_" not in refused.text
        assert (await client.post("/metrics")).status_code == 405


async def test_metrics_come_in_the_form_that_is_asked_for(tmp_path: Path) -> None:
    async with shown(tmp_path, pages=False) as client:
        answer = await client.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
        assert answer.headers["content-type"].startswith("application/openmetrics-text")
        assert answer.text.endswith("# EOF\n")


@pytest.mark.parametrize("peer", [None, ("203.0.113.9", 4), ("::ffff:203.0.113.9", 4), ("10.0.0.1", 4), ("fe80::1", 4)])
def test_a_stranger_is_not_local_whatever_he_says(peer: tuple[str, int] | None) -> None:
    assert not is_local({"type": "http", "client": peer, "headers": [(b"host", b"localhost")]})


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8321", "[::1]:8321"])
def test_this_machine_is_local_under_its_own_names(host: str) -> None:
    assert is_local({"type": "http", "client": ("127.0.0.1", 4), "headers": [(b"host", host.encode())]})


@pytest.mark.parametrize("pages", [True, False])
async def test_everybody_may_ask_for_health_and_hears_nothing_of_the_inside(tmp_path: Path, pages: bool) -> None:
    async with shown(tmp_path, pages=pages) as client:
        for headers in ({}, *PASSED_ON, {"Host": "10.1.2.3:8321"}):
            answer = await client.get("/healthz", headers=headers)
            assert (answer.status_code, answer.json()) == (200, {"ok": True}), headers
            assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("pages", [True, False])
async def test_only_this_machine_hears_what_ails(tmp_path: Path, pages: bool) -> None:
    async with shown(tmp_path, pages=pages, runs=False) as client:
        answer = await client.get("/healthz")
        assert (answer.status_code, answer.json()) == (503, {"ok": False, "reasons": ["no daemon runs"]})
        for headers in PASSED_ON:
            answer = await client.get("/healthz", headers=headers)
            assert (answer.status_code, answer.json()) == (503, {"ok": False}), headers
        assert (await client.head("/healthz")).status_code == 503


async def test_health_answers_below_the_public_path(tmp_path: Path) -> None:
    async with shown(tmp_path, pages=True, public_url="https://desk.example.org/news") as client:
        assert (await client.get("/news/healthz", headers={"Host": "10.1.2.3"})).status_code == 200


def test_the_version_in_force_is_known_from_outside(tmp_path: Path) -> None:
    """The web process does not compile the rules to name their version."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "desk.yaml").write_text("version: 1\nfeeds: {dawn: {url: 'https://dawn.example/rss'}}\n")
    assert last_good_version(tmp_path) is None
    rulebook = Rulebook(tmp_path)
    rulebook.load()
    assert last_good_version(tmp_path) == rulebook.version
    (tmp_path / "state" / "rules-last-good.json").write_text('{"files": {"rules": []}}')
    assert last_good_version(tmp_path) is None


# --- systemd ---


@pytest.fixture
def heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        yield listening


def test_systemd_is_told_in_one_datagram(heard: socket.socket) -> None:
    systemd.notify("READY=1", "STATUS=Läuft")
    assert heard.recv(1000) == "READY=1\nSTATUS=Läuft".encode()


def test_a_name_without_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(f"\0dateline-test-{os.getpid()}")
        listening.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", f"@dateline-test-{os.getpid()}")
        systemd.notify("STOPPING=1")
        assert listening.recv(1000) == b"STOPPING=1"


@pytest.mark.parametrize("address", [None, "/nowhere/notify", "@nobody-listens-here"])
def test_nobody_to_tell_is_no_error(monkeypatch: pytest.MonkeyPatch, address: str | None) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    if address:
        monkeypatch.setenv("NOTIFY_SOCKET", address)
    systemd.notify("READY=1")


@pytest.mark.parametrize(
    ("microseconds", "pid", "seconds"),
    [
        ("60000000", None, 60.0),
        ("60000000", "own", 60.0),
        ("60000000", "1", None),
        (None, None, None),
        ("0", None, None),
        ("soon", None, None),
        ("60000000", "me", None),
    ],
)
def test_how_often_systemd_wants_to_hear(
    monkeypatch: pytest.MonkeyPatch, microseconds: str | None, pid: str | None, seconds: float | None
) -> None:
    for name, value in (("WATCHDOG_USEC", microseconds), ("WATCHDOG_PID", str(os.getpid()) if pid == "own" else pid)):
        monkeypatch.delenv(name, raising=False)
        if value is not None:
            monkeypatch.setenv(name, value)
    assert systemd.watchdog_seconds() == seconds


@pytest.mark.skipif(not ANALYZE, reason="systemd-analyze is not installed")
@pytest.mark.parametrize("unit", ["dateline.service", "dateline-web.service"])
def test_the_services_are_walled_in(unit: str) -> None:
    """Exposure from 0 (best) to 10, as systemd itself judges it."""
    told = subprocess.run(
        [ANALYZE, "security", "--offline=true", "--no-pager", str(UNITS / unit)],
        capture_output=True,
        text=True,
        check=False,
    )
    exposure = re.search(r"Overall exposure level for \S+: (\d+\.\d+)", told.stdout)
    assert exposure, told.stderr
    assert float(exposure[1]) <= 2.5


@pytest.mark.skipif(not ANALYZE, reason="systemd-analyze is not installed")
def test_systemd_understands_every_line_of_the_services() -> None:
    told = subprocess.run(
        [ANALYZE, "verify", "--man=no", *map(str, sorted(UNITS.glob("*.service")))],
        capture_output=True,
        text=True,
        check=False,
    )
    ours = [line for line in told.stderr.splitlines() if "dateline" in line and "not executable" not in line]
    assert not ours

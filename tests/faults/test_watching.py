"""Whether a daemon that stands still is noticed: the real program, a real notify socket, a database that is held."""

from __future__ import annotations

import os
import socket
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes import RULES
from tests.faults import times
from tests.faults.program import Program

WATCHDOG_SECONDS = 2.0


class Systemd:
    """What the program tells whoever started it."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self.heard: list[tuple[float, str]] = []

    def listen(self, seconds: float, *, until: str = "") -> bool:
        """Listen for so long, or until it is told a certain line; return whether that came."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._socket.settimeout(left)
            try:
                lines = self._socket.recv(4096).decode().splitlines()
            except TimeoutError:
                break
            self.heard += [(time.monotonic(), line) for line in lines]
            if until in lines:
                return True
        return False

    def alive(self, since: float) -> list[float]:
        return [at - since for at, line in self.heard if line == "WATCHDOG=1" and at >= since]

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[Systemd]:
    told = Systemd(tmp_path / "notify")
    yield told
    told.close()


def test_a_daemon_whose_store_hangs_is_noticed(tmp_path: Path, systemd: Systemd) -> None:
    (tmp_path / "home" / "rules").mkdir(parents=True)
    (tmp_path / "home" / "rules" / "desk.yaml").write_text(RULES)
    environment = {
        "PATH": os.environ["PATH"],
        "DATELINE_HOME": str(tmp_path / "home"),
        "NOTIFY_SOCKET": str(tmp_path / "notify"),
        "WATCHDOG_USEC": str(int(WATCHDOG_SECONDS * 1_000_000)),
    }
    hangs = {"monitor.store.engine:BUSY_SECONDS": 3600}  # a disk that does not answer is nothing that a test can have
    program = Program("run", environment=environment, log=tmp_path / "log", values=hangs)
    try:
        assert systemd.listen(60, until="READY=1"), program.said
        assert not systemd.alive(0)
        for _ in range(times(1, 10)):
            assert systemd.listen(WATCHDOG_SECONDS * 5, until="WATCHDOG=1")
            holding = sqlite3.connect(tmp_path / "home" / "state" / "dateline.db", isolation_level=None)
            holding.execute("BEGIN IMMEDIATE")
            held = time.monotonic()
            systemd.listen(WATCHDOG_SECONDS * 4)
            assert all(after < WATCHDOG_SECONDS for after in systemd.alive(held)), systemd.alive(held)
            holding.close()
        assert systemd.listen(WATCHDOG_SECONDS * 5, until="WATCHDOG=1")
        assert any(line.startswith("STATUS=Watching 2 feeds") for _, line in systemd.heard)
        program.process.terminate()
        assert systemd.listen(10, until="STOPPING=1")
        assert program.ends(within=10) == 0
    finally:
        program.kill()

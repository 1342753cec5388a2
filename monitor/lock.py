"""One run per database: the lock that the process holds which polls and sends.

It is the operating system's, so that a killed process leaves none behind; what it leaves is its pid in the file, by
which the next run knows that the last one was cut off. The file lies beside the database, so that two homes which share
one share its lock.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from monitor.errors import DamagedError, StoreError
from monitor.settings import Settings

PATIENCE_SECONDS = 1.0
"""Whoever holds the lock has written its pid by then, and whoever only looked at it is gone."""


@dataclass(slots=True)
class Run:
    """The run that holds the lock."""

    sound: bool
    """Whether nothing speaks against the database: the run before ended by itself, or the whole of it was looked at."""


@contextmanager
def sole_run(settings: Settings) -> Iterator[Run]:
    """Hold the database's lock. What is not `Run.sound` at the end is not for the next run either.

    Raises StoreError naming the pid of the process that holds it.
    """
    path = lock_file(settings)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+")
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error.strerror}") from error
    with file:
        _take(file)
        file.seek(0)
        run = Run(sound=not file.read().strip())
        _write(file, f"{os.getpid()}\n")
        try:
            yield run
        except DamagedError:
            run.sound = False
            raise
        finally:
            if run.sound:  # else the pid stays, as after a run that was cut off
                _write(file, "")


def _take(file: IO[str]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            pid = _pid_in(file)
            # A pid that nobody has was left by a run that was killed: the holder is about to write its own.
            if time.monotonic() > end or (pid and _lives(pid)):
                raise StoreError(f"Dateline already runs here, with pid {pid or 'unknown'}") from error
            time.sleep(0.02)
        else:
            return


def _write(file: IO[str], text: str) -> None:
    with suppress(OSError):  # a full disk takes no pid; the lock holds all the same
        file.truncate(0)
        file.write(text)
        file.flush()


def _pid_in(file: IO[str]) -> int:
    """Return the pid that stands in the file, 0 where none does."""
    file.seek(0)
    with suppress(ValueError):
        return int(file.read())
    return 0


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        pass
    return True


def running_pid(settings: Settings) -> int | None:
    """Return the pid of the process that holds the database's lock, None where nobody does."""
    with suppress(OSError), lock_file(settings).open("r+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return _pid_in(file)
    return None


def running_since(settings: Settings) -> datetime:
    """Return when the lock was taken, where it is held."""
    return datetime.fromtimestamp(lock_file(settings).stat().st_mtime, UTC)


def lock_file(settings: Settings) -> Path:
    """Return where the lock lies. Another database server's is the home's own: that of this machine only."""
    database = settings.database_file
    return database.resolve().with_suffix(".lock") if database else settings.state / "dateline.lock"

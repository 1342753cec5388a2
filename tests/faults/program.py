"""The real program as a process that a test starts, watches and kills.

It is forked off a server that has imported it once: five hundred starts would otherwise be an hour of imports. What the
program is given is its command line and environment, as from a shell. A test may shorten the waits of the environment
(how long Slack takes until a message shows in a channel's history, how soon a failed try is repeated) and let the
process die by SIGKILL in the middle of a named step; neither needs a hook in the product.
"""

from __future__ import annotations

import importlib
import inspect
import itertools
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import Any

PRELOADED = ["tests.faults.program", "monitor.cli", "monitor.daemon", "monitor.channels.slack", "monitor.annotate"]

_FORKING = multiprocessing.get_context("forkserver")
_FORKING.set_forkserver_preload(PRELOADED)


@dataclass(frozen=True, slots=True)
class Death:
    """Where a process dies: right before or after the ``call``-th call of a function."""

    function: str
    """``module:name`` or ``module:class.name``."""
    call: int = 1
    before: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What is different from a customer's machine."""

    values: Mapping[str, Any] = field(default_factory=dict)
    """By ``module:name`` or ``module:class.name``."""
    death: Death | None = None


QUICK = {
    # The Slack of the tests shows a message in its history at once, and faults of the tests pass quickly.
    "monitor.digests.sending:ASK_AFTER": timedelta(0),
    "monitor.digests.sending:RETRY_AFTER": (timedelta(seconds=1),),
}


def hurried(since: float, factor: float) -> datetime:
    """What the clock says where time has passed so many times faster since a moment (seconds of the epoch)."""
    return datetime.fromtimestamp(since + (time.time() - since) * factor, UTC)


class Program:
    """One process of ``dateline``. Its standard output and error are appended to a file."""

    def __init__(
        self,
        *arguments: str,
        environment: Mapping[str, str],
        log: Path,
        values: Mapping[str, Any] = QUICK,
        death: Death | None = None,
    ) -> None:
        changes = Changes(values=values, death=death)
        self._log = log
        log.touch()
        self._from = log.stat().st_size
        self.process = _FORKING.Process(target=_be, args=(arguments, dict(environment), log, changes))
        self.process.start()

    @property
    def pid(self) -> int:
        assert self.process.pid is not None
        return self.process.pid

    @property
    def said(self) -> str:
        """What this process wrote so far."""
        with self._log.open("rb") as file:
            file.seek(self._from)
            return file.read().decode(errors="replace")

    @property
    def lives(self) -> bool:
        return self.process.is_alive()

    def says(self, words: str, *, within: float = 60) -> bool:
        """Wait until it has written these words; False where it ended without."""
        end = time.monotonic() + within
        while words not in self.said:
            if not self.lives:
                return words in self.said
            assert time.monotonic() < end, f"{words!r} did not come within {within} s:\n{self.said[-3000:]}"
            time.sleep(0.01)
        return True

    def kill(self) -> None:
        self.process.kill()
        self.process.join()

    def stop(self) -> float:
        """Send SIGTERM; return the seconds until it has ended."""
        asked = time.monotonic()
        self.process.terminate()
        self.process.join(30)
        return time.monotonic() - asked

    def ends(self, *, within: float = 60) -> int:
        """Wait until it has ended; return its exit code, negative for a signal."""
        self.process.join(within)
        assert self.process.exitcode is not None, f"still running after {within} s:\n{self.said[-3000:]}"
        return self.process.exitcode

    def left_behind(self) -> Sequence[int]:
        """Return the processes that it started and that are still there, once it has ended itself."""
        return [pid for pid in _processes() if _session(pid) == self.pid and pid != self.pid]


def _processes() -> list[int]:
    return [int(one.name) for one in Path("/proc").iterdir() if one.name.isdecimal()]


def _session(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except ProcessLookupError:
        return None


def _be(arguments: Sequence[str], environment: Mapping[str, str], log: Path, changes: Changes) -> None:
    """Become the program."""
    os.setsid()  # whatever it starts can be told by this
    with log.open("ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    os.environ.clear()
    os.environ.update(environment)
    for name, value in changes.values.items():
        holder, last = _find(name)
        assert hasattr(holder, last), f"{name} is no more"
        setattr(holder, last, value)
    if changes.death:
        _plan(changes.death)
    from monitor.cli import main

    sys.argv = ["dateline", *arguments]
    main()


def _plan(death: Death) -> None:
    """Let a function kill the process at one of its calls, wherever it is called from."""
    holder, last = _find(death.function)
    original = getattr(holder, last)
    deadly = _deadly(original, death)
    setattr(holder, last, deadly)
    if inspect.ismodule(holder):
        # Modules that have imported the function by its name call it by that.
        for other in _modules_of_the_program():
            for alias, value in list(vars(other).items()):
                if value is original:
                    setattr(other, alias, deadly)


def _find(name: str) -> tuple[Any, str]:
    """Return what holds the thing of this name, and its last name there."""
    module, _, path = name.partition(":")
    *owners, last = path.split(".")
    holder: Any = importlib.import_module(module)
    for owner in owners:
        holder = getattr(holder, owner)
    return holder, last


def _modules_of_the_program() -> list[Any]:
    return [module for name, module in list(sys.modules.items()) if name.startswith("monitor")]


def _deadly(original: Callable[..., Any], death: Death) -> Callable[..., Any]:
    calls = itertools.count(1)

    def die(call: int, *, before: bool) -> None:
        if call >= death.call and before == death.before:
            os.kill(os.getpid(), signal.SIGKILL)

    @wraps(original)
    def plain(*arguments: Any, **named: Any) -> Any:
        die(call := next(calls), before=True)
        result = original(*arguments, **named)
        die(call, before=False)
        return result

    @wraps(original)
    async def waiting(*arguments: Any, **named: Any) -> Any:
        die(call := next(calls), before=True)
        result = await original(*arguments, **named)
        die(call, before=False)
        return result

    return waiting if inspect.iscoroutinefunction(original) else plain

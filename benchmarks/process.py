"""Time and memory of a process together with its children.

The system adds a child's processor time to its parent's only once it has ended and been waited for; children that
still run are looked up in /proc. Where there is none (macOS), those are left out.

The most memory is read from /proc too (VmHWM): Linux lets a new program's ru_maxrss begin with that of the process
which started it, so that a test suite of 700 MB would be told as the size of every command it runs.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_LOOK_EVERY = 0.02  # seconds
_TICKS = os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc/self/status").exists()
_MAXRSS_BYTES = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """``cpu`` (user and system) and ``wall`` in seconds; ``peak_mb``: the most memory, children included."""

    cpu: float
    wall: float
    peak_mb: float


def cpu_so_far() -> float:
    """Return the seconds of processor time that this process and its children have used."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime + sum(map(_cpu_of, _children_of(os.getpid())))


def peak_so_far() -> float:
    """Return the most memory in MB that this process, and each of its children that still run, ever had."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _MAXRSS_BYTES / 1e6
    return own + sum(map(_peak_of, _children_of(os.getpid())))


def run(command: Sequence[str], *, environment: Mapping[str, str], given: str = "") -> tuple[str, Cost]:
    """Run a command with ``given`` as its input; returns what it printed. Raises RuntimeError where it fails."""
    with (
        tempfile.TemporaryFile("w+") as wanted,
        tempfile.TemporaryFile("w+") as printed,
        tempfile.TemporaryFile("w+") as said,
    ):
        wanted.write(given)
        wanted.seek(0)
        started, peak = time.monotonic(), 0.0
        process = subprocess.Popen(command, env=environment, stdin=wanted, stdout=printed, stderr=said)
        while (ended := os.wait4(process.pid, os.WNOHANG))[0] == 0:
            peak = max(peak, sum(map(_peak_of, (process.pid, *_children_of(process.pid)))))
            time.sleep(_LOOK_EVERY)
        wall = time.monotonic() - started
        process.returncode = os.waitstatus_to_exitcode(ended[1])
        if process.returncode:
            said.seek(0)
            raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}:\n{said.read()[-4000:]}")
        used = ended[2]
        printed.seek(0)
        if not _PROC:
            peak = used.ru_maxrss * _MAXRSS_BYTES / 1e6
        return printed.read(), Cost(cpu=used.ru_utime + used.ru_stime, wall=wall, peak_mb=peak)


def _children_of(pid: int) -> list[int]:
    """Return the running descendants of a process."""
    found = []
    for listed in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, _read(listed).split()):
            found += [child, *_children_of(child)]
    return found


def _cpu_of(pid: int) -> float:
    fields = _read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / _TICKS  # utime, stime and those of ended children: proc_pid_stat(5)


def _peak_of(pid: int) -> float:
    for line in _read(Path(f"/proc/{pid}/status")).splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024 / 1e6
    return 0.0


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:  # it ended meanwhile
        return ""

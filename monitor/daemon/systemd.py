"""What systemd is told by the service it runs: ready, alive, stopping, and how it goes (`sd_notify`, in a datagram).

Without systemd nothing happens. Must not know what being alive means.
"""

from __future__ import annotations

import os
import socket


def notify(*lines: str) -> None:
    """Send lines such as ``READY=1`` or ``STATUS=…`` to whoever started this process and wants to hear.

    What cannot be told is not worth an error: the service goes on, and a missing WATCHDOG=1 speaks for itself.
    """
    if not (address := os.environ.get("NOTIFY_SOCKET")):
        return
    if address.startswith("@"):  # a name without a file
        address = f"\0{address[1:]}"
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as to_systemd:
            to_systemd.setblocking(False)
            to_systemd.sendto("\n".join(lines).encode(), address)
    except OSError:
        pass


def watchdog_seconds() -> float | None:
    """Return within what time systemd wants a WATCHDOG=1 of this process; None where it does not watch."""
    try:
        seconds = int(os.environ.get("WATCHDOG_USEC", "0")) / 1_000_000
        watched = int(os.environ.get("WATCHDOG_PID", os.getpid()))
    except ValueError:
        return None
    return seconds if seconds > 0 and watched == os.getpid() else None

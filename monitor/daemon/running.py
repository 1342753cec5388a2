"""One run of the daemon from its lock to its end, and the signals between. Must not know the jobs."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable

from monitor.app import Services, open_services
from monitor.daemon.jobs import Daemon
from monitor.lock import sole_run
from monitor.rulebook import Rulebook
from monitor.settings import Settings

LOOPBACK = "127.0.0.1"


async def run_daemon(
    settings: Settings,
    load: Callable[[], Rulebook],
    *,
    greet: Callable[[Services], None],
    on_stop: Callable[[], None] = lambda: None,
    pages_at: tuple[str, int] | None = None,
) -> None:
    """Run the service until SIGTERM or SIGINT; SIGHUP reads the rule files again.

    ``load`` reads the rules, once the lock is held; ``greet`` is called once everything is open, ``on_stop`` when a
    signal asks for the end; at ``pages_at``, a host and a port, the subscriber pages are shown.
    Raises StoreError where a daemon already runs on this home.
    """
    with sole_run(settings) as run:
        rulebook = load()
        pages_on = _listen(settings, *pages_at) if pages_at else None
        metrics_on = _listen(settings, LOOPBACK, settings.metrics_port) if settings.metrics_port else None
        async with open_services(settings, rulebook=rulebook, run=run) as services:
            daemon = Daemon(services, pages_on=pages_on, metrics_on=metrics_on)
            loop = asyncio.get_running_loop()

            def stop() -> None:
                on_stop()
                daemon.stop()

            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, stop)
            greet(services)
            reload = daemon.safely(daemon.reload_now)
            loop.add_signal_handler(signal.SIGHUP, lambda: daemon.in_background(reload()))
            await daemon.run()


def _listen(settings: Settings, host: str, port: int) -> socket.socket:
    from monitor import web  # half a second, for which not every run has a use

    return web.listen(settings, host, port)

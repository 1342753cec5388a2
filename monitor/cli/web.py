"""`web`: the subscriber pages, as a process of their own."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from typing import Annotated

import structlog
import typer

from monitor.cli.base import Home, app, err, settings_of
from monitor.clock import Clock
from monitor.errors import StoreError
from monitor.health import Health, InForce
from monitor.links import links_of
from monitor.lock import running_pid
from monitor.logs import configure_logs
from monitor.metrics import Watched
from monitor.rulebook import last_good_version
from monitor.settings import Settings
from monitor.store import Store
from monitor.store.standing import Standing

DAEMON_SECONDS = 10.0
"""How long a daemon that was started at the same moment may take to make a new home's database."""

LOOPBACK = "127.0.0.1"
PORT = 8321

Host = Annotated[
    str, typer.Option(help="Address to listen on; any but this machine's own wants a public address and a key set.")
]
Port = Annotated[int, typer.Option(min=0, max=65535, envvar="PORT", help="Port to listen on; 0 takes a free one.")]


@app.command()
def web(
    host: Host = LOOPBACK,
    port: Port = PORT,
    home: Home = None,
    as_json: Annotated[bool, typer.Option("--json", help="Log JSON, as with DATELINE_LOG=json.")] = False,
) -> None:
    """Show the pages that mails link to (the digest in the browser, unsubscribing) until Ctrl-C or SIGTERM.

    It runs beside the daemon, on the same home and disk; `dateline run --web` does both in one process.

    Example: `dateline web --home ~/desk --port 8321`
    """
    from monitor.web import address_of, listen, make_app, serve  # half a second that no other command has to pay

    clock = Clock()

    settings = settings_of(home)
    if as_json:
        settings = settings.model_copy(update={"log": "json"})
        configure_logs(settings.log)
    log = structlog.get_logger("dateline")
    with listen(settings, host, port) as listening:
        store = _store_of_daemon(settings)
        if links_of(settings) is None:
            err.print("[yellow]Mails have no links yet:[/] set DATELINE_PUBLIC_URL and DATELINE_SECRET_KEY.")

        async def go() -> None:
            stop = asyncio.Event()
            for number in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(number, stop.set)
            log.info("pages shown", at=address_of(listening))
            watched = Watched(_health(settings, store, clock), clock=clock)
            await serve(make_app(settings, store, watched=watched, clock=clock, log=log), listening, until=stop)
            sys.stderr.flush()
            # A page that waits for the database must not hold the process up.
            os._exit(0)

        asyncio.run(go())


def _health(settings: Settings, store: Store, clock: Clock) -> Health:
    """Judge the daemon from outside: by its lock, its copy of the rules and what it has stored."""

    def in_force(standing: Standing | None) -> InForce:
        version = last_good_version(settings.home) or ""
        return InForce(version=version, refused=standing is not None and standing.rules_refused)

    def besides() -> list[str]:
        return [] if running_pid(settings) else ["no daemon runs"]

    return Health(store, clock=clock, in_force=in_force, besides=besides)


def _store_of_daemon(settings: Settings) -> Store:
    """Open the database that the daemon made. On one of our own we would say "unsubscribed", and it would mail on."""
    store, end = Store(settings.database_url, create=False), time.monotonic() + DAEMON_SECONDS
    while True:
        try:
            store.prepare()
        except StoreError:  # not there yet, or half made
            if time.monotonic() > end:
                raise
            time.sleep(0.2)
        else:
            return store

"""`init`, `run`, `once`, `demo`, `status`: a home and what runs on it."""

from __future__ import annotations

import asyncio
import os
import shutil
import threading
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer

from monitor import pipeline
from monitor.app import Services, open_services, settle_memory
from monitor.cli import web
from monitor.cli.base import (
    AsJson,
    Home,
    answer,
    app,
    err,
    escape,
    out,
    print_json,
    refuse,
    rulebook_of,
    say_indented,
    settings_of,
    store_of,
    table,
    working,
)
from monitor.daemon import run_daemon
from monitor.digests.timing import Immediately
from monitor.digests.words import counted
from monitor.lock import Run, running_pid, sole_run
from monitor.logs import configure_logs
from monitor.model import FeedHealth
from monitor.rulebook import Rulebook, builtin_home
from monitor.status import status_of
from monitor.store import feed_states

LONGEST_STOP_SECONDS = 2.8
"""Who presses Ctrl-C waits no longer than three."""


@app.command()
def init(
    place: Annotated[
        Path | None, typer.Argument(metavar="FOLDER", help="Where to make the home (default: this folder).")
    ] = None,
    home: Annotated[Path | None, typer.Option("--home", help="The same.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write a starter home: the Balochistan desk's rules and `.env.example`.

    Example: `dateline init ~/desk && cd ~/desk && dateline run`
    """
    if place and home:
        raise refuse("name the home once: as FOLDER or with --home")
    source, folder = builtin_home(), place or home or Path()
    if (folder / "rules").exists():
        raise refuse(f"{folder / 'rules'} exists already; nothing was written")
    shutil.copytree(source / "rules", folder / "rules")
    (folder / "templates").mkdir(exist_ok=True)
    (folder / "state").mkdir(exist_ok=True)
    (folder / "state" / ".gitignore").write_text("*\n!.gitignore\n")
    shutil.copy(source / ".env.example", folder / ".env.example")

    def say() -> None:
        out.print(f"Wrote a starter home to [bold]{escape(folder.absolute())}[/]. Next:")
        out.print(f"  edit   {escape(folder / 'rules')}   then   dateline check --home {escape(folder)}")
        out.print(f"  start  dateline run --home {escape(folder)}")

    answer({"home": folder.absolute()}, as_json, say)


@app.command()
def run(
    home: Home = None,
    with_web: Annotated[bool, typer.Option("--web", help="Show the subscriber pages too: `dateline web`.")] = False,
    host: web.Host = web.LOOPBACK,
    port: web.Port = web.PORT,
    as_json: Annotated[bool, typer.Option("--json", help="Log JSON, as with DATELINE_LOG=json.")] = False,
) -> None:
    """Start the daemon: polls, matches, delivers until Ctrl-C or SIGTERM. SIGHUP reads the rules again.

    Example: `dateline run --home ~/desk`
    """
    settings = settings_of(home)
    if as_json:
        settings = settings.model_copy(update={"log": "json"})
        configure_logs(settings.log)
    spoken = settings.log == "console"

    def load() -> Rulebook:
        rulebook = rulebook_of(settings)
        settle_memory()
        return rulebook

    async def go() -> None:
        greet, pages_at = _greet if spoken else _log_start, (host, port) if with_web else None
        await run_daemon(settings, load, greet=greet, on_stop=_cut_off_later, pages_at=pages_at)
        if spoken:
            err.print("Stopped.")

    asyncio.run(go())


def _cut_off_later() -> None:
    """End the process if it does not end by itself: nothing is lost, for a step is committed or it never happened."""
    cut_off = threading.Timer(LONGEST_STOP_SECONDS, os._exit, (0,))
    cut_off.daemon = True
    cut_off.start()


def _greet(services: Services) -> None:
    settings, rules = services.settings, services.rulebook.rules
    err.print(f"[bold]Dateline {version('dateline')}[/]  home {escape(settings.home)}")
    err.print(f"Watching {counted(len(rules.feeds), 'feed')} with {counted(len(rules.rules), 'rule')}.")
    if failing := _failing(services):
        failed = f"{failing} of {counted(len(rules.feeds), 'feed')} could not be read when last asked"
        err.print(f"[yellow]{failed}[/], and will be asked again now.")
    err.print("Digests go to:")
    for subscription in rules.subscriptions.values():
        when = "alerts" if isinstance(subscription.schedule, Immediately) else "digest"
        for destination in subscription.to:
            missing = services.channels.missing(destination)
            kind, _, place = destination.partition(":")
            where = f"folder {settings.under_home(place)}" if kind == "folder" else destination
            note = f"  [yellow]held: {missing}[/]" if missing else ""
            err.print(f"  {escape(subscription.id)} ({when}) → {escape(where)}{note}")
    err.print("Ctrl-C ends it.\n")


def _log_start(services: Services) -> None:
    rules = services.rulebook.rules
    services.log.info("started", version=version("dateline"), feeds=len(rules.feeds), rules=len(rules.rules))


def _failing(services: Services) -> int:
    with services.store.reading() as db:
        states = feed_states.of(db, services.rulebook.rules.feeds)
    return sum(state.health is FeedHealth.FAILING for state in states.values())


@app.command()
def once(
    home: Home = None,
    every_feed: Annotated[bool, typer.Option("--all", help="Poll every feed, due or not.")] = False,
    as_json: AsJson = False,
) -> None:
    """Poll the feeds that are due, go through every step once, deliver what is due, print the counts.

    Example: `dateline once --all --json`
    """
    settings = settings_of(home)

    async def go(rulebook: Rulebook, run: Run) -> pipeline.Counts:
        async with open_services(settings, rulebook=rulebook, run=run) as services:
            return await pipeline.run_once(services, every_feed=every_feed)

    with sole_run(settings) as run, working("Polling, matching, delivering"):
        rulebook = rulebook_of(settings)
        settle_memory()
        counts = asyncio.run(go(rulebook, run))
    answer(counts.as_json(), as_json, lambda: _say_counts(counts))
    if counts.undeliverable:
        raise typer.Exit(1)


def _say_counts(counts: pipeline.Counts) -> None:
    out.print(f"feeds       {counts.polled} polled, {counts.not_modified} not modified, {counts.failed} failed")
    copies = counted(counts.duplicate, "copy", "copies")
    out.print(f"articles    {counts.new} new ({copies}), {counts.revised} revised")
    out.print(f"matches     {counts.matches}")
    stories = counts.as_json()["stories"]
    out.print(f"stories     {stories['new']} new, {stories['updated']} updated")
    out.print(
        f"deliveries  {counts.sent} sent, {counts.held} held, {counts.undeliverable} failed, {counts.unknown} unknown"
    )


@app.command()
def demo(
    folder: Annotated[Path, typer.Option("--out", "--home", help="Where to put the result.")] = Path("demo-output"),
    as_json: AsJson = False,
) -> None:
    """Play an invented day of six outlets through the real pipeline and show what subscribers would have got.

    Example: `dateline demo --out /tmp/demo`
    """
    from monitor.demo import play

    totals = play(folder, say=(lambda line: None) if as_json else (lambda line: out.print(line, markup=False)))
    if as_json:
        print_json(totals)


@app.command()
def status(home: Home = None, as_json: AsJson = False) -> None:
    """Say whether all is well and what needs a hand; exits 1 when something does.

    Example: `dateline status || mail -s "Dateline needs a hand" ops@example.org`
    """
    settings = settings_of(home)
    rulebook = Rulebook(settings.home)
    rulebook.load_leniently()
    store = store_of(settings)
    state = status_of(store, rulebook, pid=running_pid(settings), settings=settings, now=datetime.now(UTC))
    answer(state, as_json, lambda: _say_status(state))
    if not state["ok"]:
        raise typer.Exit(1)


def _say_status(state: dict[str, Any]) -> None:
    out.print("[bold green]All is well.[/]" if state["ok"] else "[bold red]Something needs a hand:[/]")
    for need in state["needs"]:
        since = f" since {need['since']:%Y-%m-%d %H:%M} UTC" if need["since"] else ""
        say_indented(f"{escape(need['what'])}{since}", 2)
        say_indented(f"[dim]{escape(need['hint'])}[/]", 4)
    daemon = state["daemon"]
    rows = table("", "")
    rows.show_header = False
    rows.add_row("daemon", f"running, pid {daemon['pid']}" if daemon["running"] else "not running")
    rows.add_row("feeds", ", ".join(f"{count} {name}" for name, count in state["feeds"].items()))
    rows.add_row("deliveries", ", ".join(f"{count} {name}" for name, count in state["deliveries"].items()))
    if gone := state["unsubscribed"]:
        lines = [f"{one['destination']} from {one['digest']} since {one['since']:%Y-%m-%d %H:%M} UTC" for one in gone]
        rows.add_row("unsubscribed", escape("\n".join(lines)))
    rules = state["rules"]
    since = f" since {rules['loaded_at']:%Y-%m-%d %H:%M} UTC" if rules["loaded_at"] else ""
    rows.add_row("rules", f"version {rules['version']}{since}" if rules["version"] else "none in force")
    if old := state["libraries"]:
        older = ", ".join(f"{one['name']} {one['version']} ({one['sound_since']} is safer)" for one in old)
        rows.add_row("libraries", f"[dim]{older}[/]")
    out.print(rows)

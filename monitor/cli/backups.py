"""`backup`, `restore`: a sound copy of the database, and putting one back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.base import AsJson, Home, answer, app, escape, out, settings_of, working
from monitor.digests.words import counted
from monitor.errors import StoreError
from monitor.lock import sole_run
from monitor.settings import Settings
from monitor.store import backups
from monitor.store.restoring import Restored
from monitor.store.restoring import restore as put_back


@app.command()
def backup(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="Where to write it (default: state/backups/, by its time).")
    ] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Copy the database as it stands, also while the daemon runs. The daemon does it daily and keeps 7 copies.

    Example: `dateline backup /mnt/elsewhere/dateline.db`
    """
    database, now = _file_of(settings_of(home), "pg_dump"), datetime.now(UTC)
    target = (file or backups.name_for(database, now)).absolute()
    if target == database.resolve():
        raise StoreError(f"{target} is the database itself")
    if target.exists() and not backups.is_database(target):
        raise StoreError(f"{target} is there already and is no backup: name another file")
    with working("Copying and checking the database"):
        backups.make(database, target)
    size = target.stat().st_size

    def say() -> None:
        out.print(f"The database was copied to [bold]{escape(target)}[/] ({size / 1e6:,.1f} MB) and checked.")

    answer({"backup": target, "made_at": now, "bytes": size}, as_json, say)


@app.command()
def restore(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="The backup (default: the newest sound one in state/backups/)."),
    ] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Put a backup in the place of the database, which is moved aside. The daemon must be stopped.

    Example: `dateline restore state/backups/dateline-20261122T030000Z.db`
    """
    settings = settings_of(home)
    database, now = _file_of(settings, "pg_restore"), datetime.now(UTC)
    with sole_run(settings) as run, working("Checking the backup and putting it in place"):
        done = put_back(database, file, now=now)
        run.sound = True
    made_at = done.backup.made_at
    told = {
        "database": database,
        "backup": done.backup.path,
        "made_at": made_at,
        "former": done.former,
        "passed_over": done.passed_over,
        "in_doubt": done.in_doubt,
    }
    answer(told, as_json, lambda: _say_restored(done, now - made_at))


def _say_restored(done: Restored, age: timedelta) -> None:
    for path in done.passed_over:
        out.print(f"[yellow]{escape(path)} is damaged itself[/], and was passed over.")
    made_at = f"{done.backup.made_at:%Y-%m-%d %H:%M} UTC"
    out.print(f"The database is that of [bold]{made_at}[/] again, {_ago(age)}: {escape(done.backup.path)}")
    if done.former:
        out.print(f"The former one was kept as {escape(done.former)}.")
    out.print("\nWhat was stored, told or decided since then is not known any more:")
    out.print("  Articles that the feeds still show are stored again, and may be told a second time.")
    out.print("  So may what a digest tells whose hour has passed since then.")
    if done.in_doubt:
        waited = counted(done.in_doubt, "message")
        out.print(f"  {waited} that waited then may have been sent: the channels are asked before they are sent again.")
    out.print("Start Dateline again, and `dateline web` if it runs by itself.")


def _ago(age: timedelta) -> str:
    if age < timedelta(0):
        return "by its name of the future: a clock was wrong"
    hours = age / timedelta(hours=1)
    if hours < 1:
        return "less than an hour old"
    return f"{counted(int(hours), 'hour')} old" if hours < 48 else f"{counted(int(hours // 24), 'day')} old"


def _file_of(settings: Settings, instead: str) -> Path:
    if settings.database_file is None:
        raise StoreError(f"the database is not a file: use `{instead}`")
    return settings.database_file

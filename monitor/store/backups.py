"""Backups of a SQLite database: made while others write to it, checked before they count, the newest kept beside it.

Must not know the tables, nor how a backup is put in place (`store.restoring`).
"""

from __future__ import annotations

import os
import re
import sqlite3
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from monitor.disk import room_beside
from monitor.errors import DamagedError, FullError, StoreError
from monitor.store.damage import find_damage, meaning, reader, refuse_half_restored, told_by

KEPT = 7

STAMP = "%Y%m%dT%H%M%SZ"
"""How times are written in the names of files, in UTC."""
_ABANDONED_SECONDS = 24 * 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    path: Path
    made_at: datetime


def folder_of(file: Path) -> Path:
    return file.resolve().parent / "backups"


def name_for(file: Path, now: datetime) -> Path:
    """Return where a backup of now belongs that is to be kept with the others."""
    return folder_of(file) / f"{file.resolve().stem}-{now.astimezone(UTC):{STAMP}}.db"


def backup_at(path: Path) -> Backup:
    """Return a backup wherever it lies, dated by its name, else by its file."""
    found = re.search(r"-(\d{8}T\d{6}Z)\.db\Z", path.name, re.ASCII)
    with suppress(ValueError):
        if found:
            return Backup(path=path, made_at=datetime.strptime(found[1], STAMP).replace(tzinfo=UTC))
    return Backup(path=path, made_at=datetime.fromtimestamp(path.stat().st_mtime, UTC))


def kept(file: Path, now: datetime) -> list[Backup]:
    """Return the backups that lie beside a database, the newest first.

    Those of the future come last: a clock that stood wrong made them, nobody knows when.
    """
    return sorted(_found(file), key=lambda one: (one.made_at <= now, one.made_at), reverse=True)


def any_kept(file: Path) -> bool:
    return bool(_found(file))


def _found(file: Path) -> list[Backup]:
    ours = re.compile(rf"{re.escape(file.resolve().stem)}-\d{{8}}T\d{{6}}Z\.db", re.ASCII)
    folder = folder_of(file)
    with suppress(OSError):
        return [backup_at(path) for path in folder.iterdir() if ours.fullmatch(path.name)]
    return []


def make(file: Path, target: Path) -> None:
    """Copy a database as it stands at this moment; the copy is checked, and there complete or not at all.

    Raises FullError where twice its size is not free, DamagedError where the copy is not sound, else StoreError.
    """
    refuse_half_restored(file)
    draft = target.with_name(f".{target.name}.new")
    try:
        size = file.stat().st_size
        target.parent.mkdir(parents=True, exist_ok=True)
        if room_beside(target).free < 2 * size:
            needed = f"twice its size must be free, {2 * size / 1e6:,.0f} MB"
            raise FullError(f"no room for a copy of {file.name} in {target.parent}: {needed}")
        draft.unlink(missing_ok=True)
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        try:
            with closing(reader(file)) as db:
                db.execute("VACUUM INTO ?", (str(draft),))
            if problem := find_damage(draft):
                raise DamagedError(f"database {file} is damaged, a copy of it is not sound: {problem}")
            durable(draft)
            draft.replace(target)
            durable(target.parent)
        finally:
            draft.unlink(missing_ok=True)
    except sqlite3.Error as error:
        if problem := told_by(error):
            raise DamagedError(f"database {file} is damaged: {problem}; {advice(file)}") from error
        raise meaning(error, str(file)) from error
    except OSError as error:
        raise StoreError(f"{file} could not be copied to {target.parent}: {error.strerror}") from error


def is_database(path: Path) -> bool:
    """Tell whether a path is a database's file: nothing else may be overwritten with one."""
    with suppress(OSError), path.open("rb") as file:
        return file.read(16) == b"SQLite format 3\0"
    return False


def forget_old(file: Path, now: datetime) -> None:
    """Delete all but the newest backups beside a database, and what a killed program left half made.

    ``now`` is the time by which the last one was named: it stays, whatever else there is.
    """
    for one in kept(file, now)[KEPT:]:
        one.path.unlink(missing_ok=True)
    with suppress(OSError):
        for draft in folder_of(file).glob(f".{file.resolve().stem}-*.db.new"):
            if time.time() - draft.stat().st_mtime > _ABANDONED_SECONDS:
                draft.unlink(missing_ok=True)


def durable(path: Path) -> None:
    """Return once a file, or what a folder lists, has reached the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def advice(file: Path) -> str:
    """Say in one line what can be done about a damaged database."""
    newest = next((one for one in kept(file, datetime.now(UTC)) if _opens(one.path)), None)
    if newest is None:
        return f"there is no backup in {folder_of(file)}; `dateline restore FILE` takes one from elsewhere"
    return f"`dateline restore` puts back the newest backup, {newest.path.name} ({newest.made_at:%Y-%m-%d %H:%M} UTC)"


def _opens(path: Path) -> bool:
    """Tell whether a backup can be read at all: all of it was when it was made, and is again before it is used."""
    try:
        with closing(reader(path)) as db:
            return bool(db.execute("SELECT 1 FROM alembic_version").fetchone())
    except sqlite3.Error:
        return False

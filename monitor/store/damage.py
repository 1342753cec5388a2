"""Whether a SQLite file is still what was written to it, and what an error of SQLite's says about that.

A restore that was cut off while it exchanged the files leaves a mark: the file may then be there without its log, which
SQLite takes for a sound database.

Must not know the tables: whatever is in the file is looked at.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import quote

from monitor.errors import FullError, StoreError
from monitor.store.sealed import SEALED_SINCE, is_whole

_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)

_NO_ROOM = (
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR_WRITE,
    sqlite3.SQLITE_IOERR_FSYNC,
    sqlite3.SQLITE_IOERR_TRUNCATE,
    sqlite3.SQLITE_IOERR_SHMSIZE,
)
"""A quota and a limit on the size of files end in an I/O error of writing, a full disk in one of the others as well."""

_UNDECODABLE = "Could not decode to UTF-8"
"""How the driver's error begins for a text that is none; it has no code."""


def told_by(error: BaseException) -> str | None:
    """Return the damage that an error of the driver tells of, None where it is about something else."""
    if str(error).startswith(_UNDECODABLE):  # it goes on with the words of a feed
        return "it holds a text that cannot be read"
    return str(error) if getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGED else None


def meaning(error: BaseException, name: str) -> StoreError:
    """Return what any other error of the driver means for the database of that name."""
    code, text = getattr(error, "sqlite_errorcode", 0), str(error)
    if code & 0xFF == sqlite3.SQLITE_FULL or code in _NO_ROOM:
        return FullError(f"database {name}: no room is left on its disk ({text})")
    return StoreError(f"database {name}: {text}")


def restore_mark(file: Path) -> Path | None:
    """Return what a restore that was cut off has left beside a database, None where none was."""
    file = file.resolve()
    ours = re.compile(rf"\.{re.escape(file.name)}\.restored-\d{{8}}T\d{{6}}Z", re.ASCII)
    with suppress(OSError):
        return next((path for path in file.parent.iterdir() if ours.fullmatch(path.name)), None)
    return None


def refuse_half_restored(file: Path) -> None:
    """Raise StoreError where a restore of a database was cut off: neither the old one is there whole, nor the new."""
    if restore_mark(file):
        raise StoreError(f"a restore of database {file} was cut off: run `dateline restore` again")


def find_damage(file: Path) -> str | None:
    """Read the whole file, its indexes and every value in it; return what is wrong with it, None where nothing is.

    Takes about as long as copying the file twice, and holds nobody up. Raises StoreError where it cannot be looked at.
    """
    try:
        with closing(reader(file)) as db:
            (verdict,) = db.execute("PRAGMA integrity_check(1)").fetchone()
            if verdict != "ok":
                return str(verdict).removeprefix("*** in database main ***\n")
            tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            sealed = "alembic_version" in tables and _schema(db) >= SEALED_SINCE
            for table in tables:
                if problem := _unreadable(db, table, sealed=sealed):
                    return problem
    except sqlite3.Error as error:
        if damage := told_by(error):
            return damage
        raise meaning(error, str(file)) from error
    return None


def _schema(db: sqlite3.Connection) -> str:
    row = db.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else ""


def _unreadable(db: sqlite3.Connection, table: str, *, sealed: bool) -> str | None:
    """SQLite looks at the order of things, not at what they say: bytes may not be what was stored (`store.sealed`),
    texts none at all, JSON broken, times nonsense."""
    columns = [(row[1], row[2].upper()) for row in db.execute(f'PRAGMA table_info("{table}")')]
    bytes_of = [name for name, kind in columns if sealed and kind == "BLOB"]
    broken = [
        *(f'"{name}" IS NOT NULL AND NOT is_whole("{name}")' for name in bytes_of),
        *(f'"{name}" IS NOT NULL AND NOT json_valid("{name}")' for name, kind in columns if kind == "JSON"),
        *(f'"{name}" IS NOT NULL AND julianday("{name}") IS NULL' for name, kind in columns if kind == "DATETIME"),
    ]
    if broken and db.execute(f'SELECT 1 FROM "{table}" WHERE {" OR ".join(broken)} LIMIT 1').fetchone():  # noqa: S608
        return f"table {table} holds values that cannot be read"
    texts = [name for name, kind in columns if kind in ("TEXT", "VARCHAR")]
    if texts:
        rows = db.execute(f'SELECT {", ".join(f"{chr(34)}{name}{chr(34)}" for name in texts)} FROM "{table}"')  # noqa: S608
        while rows.fetchmany(500):  # the driver decodes them
            pass
    return None


def reader(file: Path) -> sqlite3.Connection:
    """Open a file for reading, whoever else writes to it."""
    db = sqlite3.connect(f"file:{quote(str(file.absolute()))}?mode=ro", uri=True, timeout=5, isolation_level=None)
    db.create_function("is_whole", 1, _is_whole, deterministic=True)
    return db


def _is_whole(value: object) -> bool:
    return isinstance(value, bytes) and is_whole(value)

"""Opening the database: its address, its pragmas, its version, and the two kinds of transaction."""

from __future__ import annotations

import json
import os
import sqlite3
import struct
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from monitor.disk import Room, room_beside
from monitor.errors import DamagedError, StoreError
from monitor.store import backups, damage

if TYPE_CHECKING:
    from alembic.config import Config

_MIGRATIONS = Path(__file__).parent / "migrations"

BUSY_SECONDS = 5
"""How long a statement waits for another process's lock before it fails and is tried again later."""


CACHE_KILOBYTES = 32_000
CHECKPOINT_PAGES = 8_000
"""What new articles are compared with lies all over its tables. With a cache that holds the pages in use, and a log
that takes in several polls' changes of a page before it is copied back, storing costs a fifth less (`benchmarks`)."""

_SYMPTOMS = (
    ValueError, TypeError, LookupError, ArithmeticError, AssertionError, AttributeError, MemoryError, struct.error,
    zlib.error,
)  # fmt: skip
"""What reading a value runs into that is not what was written. It may as well be a fault of ours, so that the file is
looked at before it is blamed."""

BLAMELESS_SECONDS = 3600.0
"""After a look that found nothing, symptoms are taken for what they most likely are, for so long."""


class Store:
    """An open database. ``writing`` and ``reading`` give a connection inside a transaction of its own.

    With ``create=False`` a database that is not there is not made: ``prepare`` refuses. Raises StoreError where a
    restore of it was cut off.
    """

    def __init__(self, url: str, *, create: bool = True) -> None:
        self.url = make_url(url)
        self.sqlite = self.url.get_backend_name() == "sqlite"
        self.file = Path(self.url.database) if self.sqlite and self.url.database not in (None, "", ":memory:") else None
        """Where it lies; None where it is no file."""
        self._create = create
        self._found_sound_at: float | None = None
        if self.file:
            damage.refuse_half_restored(self.file)
        if create and self.file:
            _make_private(self.file)
        try:
            self.engine = create_engine(self.url, json_deserializer=_read_json)
        except ImportError as error:
            raise StoreError(f"database {self.name}: its driver is not installed ({error})") from error
        if self.sqlite:
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)

    @contextmanager
    def writing(self, *, durable: bool = False) -> Iterator[Connection]:
        """Hold the write lock from the first statement on: what is read inside cannot change before it commits.

        What is committed outlives the process; ``durable``, and with it all that was committed before, a power cut too.
        """
        with self._wrapped(), self.engine.connect() as connection:
            options = {"sqlite_begin": "BEGIN IMMEDIATE", "sqlite_synchronous": "FULL" if durable else "NORMAL"}
            connection = connection.execution_options(**options)
            with connection.begin():
                yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self._wrapped(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def _wrapped(self) -> Iterator[None]:
        try:
            yield
        except DamagedError as error:  # of a value that was read
            raise self._damaged(error) from error
        except SQLAlchemyError as error:
            reason = getattr(error, "orig", None) or error
            if problem := damage.told_by(reason):
                raise self._damaged(problem) from error
            if not isinstance(error, OperationalError):
                self._suspect(error)
            raise damage.meaning(reason, self.name) from error
        except _SYMPTOMS as error:
            self._suspect(error)
            raise

    def _suspect(self, symptom: Exception) -> None:
        now = time.monotonic()
        if self.file and (self._found_sound_at is None or now - self._found_sound_at > BLAMELESS_SECONDS):
            self.check(symptom)
            self._found_sound_at = now

    def check(self, symptom: Exception | None = None) -> None:
        """Read the whole database, from any thread, while it is written to. Raises DamagedError where it is not sound.

        Nothing of this can be said of a database that is no file: its server sees to it.
        """
        if self.file and not self._is_no_file() and (problem := damage.find_damage(self.file)):
            raise self._damaged(problem) from symptom

    def _damaged(self, problem: object) -> DamagedError:
        advice = f"; {backups.advice(self.file)}" if self.file else ""
        return DamagedError(f"database {self.name} is damaged: {problem}{advice}")

    def empty_log(self) -> None:
        """Copy the log back into the file as far as that is possible now: it may have grown to CHECKPOINT_PAGES."""
        connection = self.engine.raw_connection()
        try:
            if self.sqlite:
                with suppress(sqlite3.Error):
                    connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()

    def room(self) -> Room | None:
        """Return the room that is left where it lies; None where that is not ours to see."""
        return room_beside(self.file) if self.file else None

    @property
    def name(self) -> str:
        return self.url.render_as_string(hide_password=True)

    def close(self) -> None:
        self.engine.dispose()

    # --- version ---

    def version(self) -> str | None:
        """Return the schema's revision, None for an empty database."""
        with self.reading() as db:
            if not inspect(db).has_table("alembic_version"):
                return None
            found: str | None = db.scalar(text("SELECT version_num FROM alembic_version"))
            return found

    def prepare(self) -> None:
        """Create the tables of an empty database; raise StoreError on one that is older or newer than this program."""
        if not self._create and (self._is_no_file() or self._is_empty()):
            raise StoreError(f"there is no database {self.name} yet: start `dateline run` on this home first")
        # In this order: the daemon and the web may start on a new home at the same moment.
        is_empty, current, newest = self._is_empty(), self.version(), _revisions()[-1]
        if is_empty:
            if self.file and backups.any_kept(self.file):
                what = f"{backups.advice(self.file)}; to begin anew, move {backups.folder_of(self.file)} away"
                raise DamagedError(f"database {self.name} is empty, but has been backed up: {what}")
            self.upgrade()
        elif current != newest:
            known = current is None or self.is_known()
            what = "run `dateline db upgrade`" if known else "it was written by a newer Dateline"
            raise StoreError(f"database {self.name} has schema {current}, this program wants {newest}: {what}")

    def is_known(self) -> bool:
        """Tell whether the schema is this program's or an older one: `upgrade` can bring it up to date."""
        return self.version() in _revisions()

    def upgrade(self) -> str:
        """Bring the schema to this program's version; returns it."""
        from alembic import command  # a quarter of a second, for which hardly any run has a use

        config = _config()
        with self._wrapped(), self.engine.connect() as connection:
            connection = connection.execution_options(sqlite_begin="BEGIN IMMEDIATE")
            config.attributes["connection"] = connection
            with connection.begin():  # all steps or none: half an upgrade would be a schema that nobody expects
                command.upgrade(config, "head")
        return _revisions()[-1]

    def _is_no_file(self) -> bool:
        return self.file is not None and not self.file.exists()

    def _is_empty(self) -> bool:
        with self.reading() as db:
            return not inspect(db).get_table_names()


def _read_json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, TypeError) as error:
        raise DamagedError("a stored value is no JSON any more") from error


def _make_private(file: Path) -> None:
    """Let the database be its owner's alone, and with it what SQLite puts beside it."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            os.close(os.open(file, os.O_CREAT | os.O_WRONLY, 0o600))
    except OSError as error:
        raise StoreError(f"database {file} cannot be written: {error.strerror}") from error


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver's own transaction handling starts transactions late and as readers; we say BEGIN ourselves.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA temp_store = MEMORY")
    cursor.execute(f"PRAGMA cache_size = -{CACHE_KILOBYTES}")
    cursor.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if "sqlite_synchronous" in options:
        connection.exec_driver_sql(f"PRAGMA synchronous = {options['sqlite_synchronous']}")
    connection.exec_driver_sql(options.get("sqlite_begin", "BEGIN"))


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config


def _revisions() -> list[str]:
    """Return the schema's revisions, the newest last: each migration's file begins with its own."""
    return sorted(path.name[:4] for path in (_MIGRATIONS / "versions").glob("[0-9]*.py"))

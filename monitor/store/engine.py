"""Opening the database: its address, its pragmas, its version, and the two kinds of transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, event, inspect
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from monitor.errors import StoreError

BUSY_SECONDS = 5
"""How long a statement waits for another process's lock before it fails and is tried again later."""


CACHE_KILOBYTES = 32_000
CHECKPOINT_PAGES = 8_000
"""What new articles are compared with lies all over its tables. With a cache that holds the pages in use, and a log
that takes in several polls' changes of a page before it is copied back, storing costs a fifth less (`benchmarks`)."""


class Store:
    """An open database. ``writing`` and ``reading`` give a connection inside a transaction of its own.

    With ``create=False`` a database that is not there is not made: ``prepare`` refuses.
    """

    def __init__(self, url: str, *, create: bool = True) -> None:
        self.url = make_url(url)
        self.sqlite = self.url.get_backend_name() == "sqlite"
        self._create = create
        if create and self.sqlite and self.url.database:
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
        try:
            self.engine = create_engine(self.url)
        except ImportError as error:
            raise StoreError(f"database {self.name}: its driver is not installed ({error})") from error
        if self.sqlite:
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Hold the write lock from the first statement on: what is read inside cannot change before it commits."""
        with self._wrapped(), self.engine.connect() as connection:
            connection = connection.execution_options(sqlite_begin="BEGIN IMMEDIATE")
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
        except SQLAlchemyError as error:
            reason = getattr(error, "orig", None) or error
            raise StoreError(f"database {self.name}: {reason}") from error

    @property
    def name(self) -> str:
        return self.url.render_as_string(hide_password=True)

    def close(self) -> None:
        self.engine.dispose()

    # --- version ---

    def version(self) -> str | None:
        """Return the schema's revision, None for an empty database."""
        with self.reading() as db:
            return MigrationContext.configure(db).get_current_revision()

    def prepare(self) -> None:
        """Create the tables of an empty database; raise StoreError on one that is older or newer than this program."""
        if not self._create and (self._is_no_file() or self._is_empty()):
            raise StoreError(f"there is no database {self.name} yet: start `dateline run` on this home first")
        # In this order: the daemon and the web may start on a new home at the same moment.
        is_empty, current, newest = self._is_empty(), self.version(), _newest()
        if is_empty:
            self.upgrade()
        elif current != newest:
            known = current in {script.revision for script in _scripts().walk_revisions()}
            what = "run `dateline db upgrade`" if known or current is None else "it was written by a newer Dateline"
            raise StoreError(f"database {self.name} has schema {current}, this program wants {newest}: {what}")

    def upgrade(self) -> str:
        """Bring the schema to this program's version; returns it."""
        config = _config()
        with self._wrapped(), self.engine.connect() as connection:
            connection = connection.execution_options(sqlite_begin="BEGIN IMMEDIATE")
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
        return _newest()

    def _is_no_file(self) -> bool:
        return self.sqlite and bool(self.url.database) and not Path(str(self.url.database)).exists()

    def _is_empty(self) -> bool:
        with self.reading() as db:
            return not inspect(db).get_table_names()


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver's own transaction handling starts transactions late and as readers; we say BEGIN ourselves.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA temp_store = MEMORY")
    cursor.execute(f"PRAGMA cache_size = -{CACHE_KILOBYTES}")
    cursor.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN"))


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _newest() -> str:
    newest = _scripts().get_current_head()
    assert newest is not None  # noqa: S101 - the package always carries its migrations
    return newest

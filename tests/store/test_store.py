"""The database: its version, its lock, and that nothing in it fails quietly."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from sqlmodel import SQLModel

from monitor.errors import DamagedError, FullError, StoreError
from monitor.store import Store, backups, damage, engine, feed_states, polls
from tests.fakes import START


def open_store(path: Path) -> Store:
    return Store(f"sqlite:///{path}")


def test_an_empty_database_gets_its_tables(tmp_path: Path) -> None:
    store = open_store(tmp_path / "deep" / "dateline.db")
    assert store.version() is None
    store.prepare()
    assert store.version() == "0006"
    store.prepare()
    store.close()


def test_migrations_and_tables_agree(tmp_path: Path) -> None:
    store = open_store(tmp_path / "dateline.db")
    store.prepare()
    with store.reading() as db:
        differences = compare_metadata(MigrationContext.configure(db), SQLModel.metadata)
    assert differences == []
    store.close()


@pytest.mark.parametrize(
    ("statement", "hint"),
    [
        ("UPDATE alembic_version SET version_num = '9999'", "it was written by a newer Dateline"),
        ("DROP TABLE alembic_version", "run `dateline db upgrade`"),
    ],
)
def test_another_version_is_refused_with_what_to_do(tmp_path: Path, statement: str, hint: str) -> None:
    store = open_store(tmp_path / "dateline.db")
    store.prepare()
    with store.writing() as db:
        db.execute(text(statement))
    with pytest.raises(StoreError, match=hint):
        store.prepare()
    store.close()


def test_writers_wait_for_each_other_and_say_so_when_it_takes_too_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0)
    store = open_store(tmp_path / "dateline.db")
    store.prepare()
    other = sqlite3.connect(tmp_path / "dateline.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="database is locked"), store.writing():
        pass
    with store.reading() as db:
        assert feed_states.of(db) == {}
    other.execute("ROLLBACK")
    with store.writing() as db:
        assert list(polls.article_ids(db, 3)) == [1, 2, 3]
    with store.writing() as db:
        assert list(polls.article_ids(db, 2)) == [4, 5]
        assert list(polls.article_ids(db, 0)) == []
    other.close()
    store.close()


def test_a_transaction_that_fails_leaves_nothing(tmp_path: Path) -> None:
    store = open_store(tmp_path / "dateline.db")
    store.prepare()
    with pytest.raises(RuntimeError), store.writing() as db:
        polls.article_ids(db, 3)
        raise RuntimeError
    with store.writing() as db:
        assert list(polls.article_ids(db, 1)) == [1]
    store.close()


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "dateline.db").write_bytes(b"not a database, but long enough to be read as one" * 100)
    store = open_store(tmp_path / "dateline.db")
    with pytest.raises(StoreError, match=r"dateline\.db is damaged: file is not a database; there is no backup"):
        store.prepare()
    store.close()


def test_a_database_whose_driver_is_missing_is_refused_without_its_password() -> None:
    with pytest.raises(StoreError, match="its driver is not installed") as caught:
        Store("postgresql+pg8000://desk:secret@db.example/dateline")
    assert "secret" not in str(caught.value)


# --- what an error means -----------------------------------------------------------------------------------------


def _prepared(path: Path) -> Store:
    store = open_store(path / "dateline.db")
    store.prepare()
    return store


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO counter VALUES (CAST(x'ff41' AS TEXT), 1)",
        "INSERT INTO habit VALUES ('dawn', x'00')",
        "INSERT INTO habit VALUES ('dawn', 'words')",
        "INSERT INTO upkeep VALUES ('backup', 'yesterday')",
        "INSERT INTO match VALUES (1, 'r', 0, 'high', 1.0, '[', '[]', '[]', 'v', '2026-11-23 00:00:00')",
        "INSERT INTO match VALUES (1, 'r', 0, 'high', 1.0, 7, '[]', '[]', 'v', '2026-11-23 00:00:00')",
    ],
)
def test_a_value_that_cannot_be_read_is_damage_with_advice(tmp_path: Path, statement: str) -> None:
    store = _prepared(tmp_path)
    with store.writing() as db:
        db.exec_driver_sql(statement)
    table = SQLModel.metadata.tables[statement.split()[2]]
    with pytest.raises(DamagedError, match=r"is damaged: .*; there is no backup in .*/backups"), store.reading() as db:
        db.execute(select(table)).all()
    store.close()


def test_a_fault_of_ours_is_not_blamed_on_a_sound_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked = []
    monkeypatch.setattr(damage, "find_damage", lambda _: looked.append("looked"))
    store = _prepared(tmp_path)
    for _ in range(3):
        with pytest.raises(KeyError, match="ours"), store.reading():
            raise KeyError("ours")
        with pytest.raises(StoreError, match="UNIQUE constraint failed"), store.writing() as db:
            db.execute(text("INSERT INTO counter VALUES ('one', 1), ('one', 1)"))
    assert looked == ["looked"], "the file is read once, not at every repetition of a fault"
    store.close()


def test_a_fault_on_a_damaged_file_is_blamed_on_it(tmp_path: Path) -> None:
    store = _prepared(tmp_path)
    with store.writing() as db:
        db.exec_driver_sql("INSERT INTO habit VALUES ('dawn', x'00')")
    with pytest.raises(DamagedError) as raised, store.reading():
        raise KeyError("a row that is not there")
    assert isinstance(raised.value.__cause__, KeyError)
    store.close()


@pytest.mark.parametrize(
    ("code", "meant"),
    [
        (sqlite3.SQLITE_FULL, FullError),
        (sqlite3.SQLITE_IOERR_WRITE, FullError),
        (sqlite3.SQLITE_IOERR_SHMSIZE, FullError),
        (sqlite3.SQLITE_IOERR_READ, StoreError),
        (sqlite3.SQLITE_BUSY, StoreError),
        (sqlite3.SQLITE_CORRUPT, DamagedError),
        (sqlite3.SQLITE_CORRUPT_INDEX, DamagedError),
        (sqlite3.SQLITE_NOTADB, DamagedError),
    ],
)
def test_errors_of_the_driver_mean_what_they_say(tmp_path: Path, code: int, meant: type[StoreError]) -> None:
    store = _prepared(tmp_path)
    error = sqlite3.OperationalError("what it says")
    error.sqlite_errorcode = code
    with pytest.raises(StoreError, match="what it says") as raised, store.reading():
        raise OperationalError("SELECT", {}, error)
    assert type(raised.value) is meant
    store.close()


def test_an_empty_database_that_has_backups_is_not_begun_anew(tmp_path: Path) -> None:
    store = _prepared(tmp_path)
    backups.make(tmp_path / "dateline.db", backups.name_for(tmp_path / "dateline.db", START))
    store.close()
    (tmp_path / "dateline.db").write_bytes(b"")
    store = open_store(tmp_path / "dateline.db")
    with pytest.raises(DamagedError, match=r"is empty, but has been backed up: `dateline restore` .*begin anew"):
        store.prepare()
    store.close()


def test_a_database_in_memory_has_no_file_to_look_at() -> None:
    store = Store("sqlite://")
    assert store.file is None
    assert store.room() is None
    store.check()
    store.empty_log()
    with pytest.raises(ValueError, match="ours"), store.reading():
        raise ValueError("ours")
    with pytest.raises(DamagedError, match=r"^database sqlite:// is damaged: value$"), store.reading():
        raise DamagedError("value")
    store.close()


def test_an_upgrade_is_done_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store(tmp_path / "dateline.db")

    def fail(_: object) -> None:
        raise OSError("the machine stops here")

    with monkeypatch.context() as broken:
        broken.setattr("sqlalchemy.engine.Transaction.commit", fail)
        with pytest.raises(OSError, match="stops here"):
            store.upgrade()
    assert store.version() is None
    assert store.upgrade() == store.version()
    store.close()


def test_the_log_is_emptied_into_the_file(tmp_path: Path) -> None:
    store = _prepared(tmp_path)
    with store.writing() as db:
        db.exec_driver_sql("INSERT INTO counter VALUES ('x', 1)")
    assert (tmp_path / "dateline.db-wal").stat().st_size > 0
    store.empty_log()
    assert (tmp_path / "dateline.db-wal").stat().st_size == 0
    assert store.room() is not None
    store.close()


def test_what_must_outlive_a_power_cut_is_on_the_disk_when_it_is_committed(tmp_path: Path) -> None:
    store = open_store(tmp_path / "dateline.db")
    for durable, level in ((False, 1), (True, 2), (False, 1)):  # NORMAL, FULL (the pragma's own numbers)
        with store.writing(durable=durable) as db:
            assert db.exec_driver_sql("PRAGMA synchronous").scalar() == level
    store.close()

"""The database: its version, its lock, and that nothing in it fails quietly."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text
from sqlmodel import SQLModel

from monitor.errors import StoreError
from monitor.store import Store, engine, polls


def open_store(path: Path) -> Store:
    return Store(f"sqlite:///{path}")


def test_an_empty_database_gets_its_tables(tmp_path: Path) -> None:
    store = open_store(tmp_path / "deep" / "dateline.db")
    assert store.version() is None
    store.prepare()
    assert store.version() == "0003"
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
        assert polls.feed_states(db) == {}
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
    with pytest.raises(StoreError, match=r"dateline\.db: file is not a database"):
        store.prepare()
    store.close()


def test_a_database_whose_driver_is_missing_is_refused_without_its_password() -> None:
    with pytest.raises(StoreError, match="its driver is not installed") as caught:
        Store("postgresql+pg8000://desk:secret@db.example/dateline")
    assert "secret" not in str(caught.value)

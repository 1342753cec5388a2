"""Backups: sound, complete or not there, the newest kept; and what is put back, with its doubts."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import sqlite3
import stat
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from monitor.disk import Room
from monitor.errors import DamagedError, FullError, StoreError
from monitor.store import Store, backups, restoring
from monitor.store.damage import find_damage
from monitor.store.sealed import seal
from monitor.store.tables import DELIVERY, HABIT

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A database with a delivery in each state, and some bytes. What waits is being repeated."""
    store = Store(f"sqlite:///{tmp_path}/dateline.db")
    store.prepare()
    with store.writing() as db:
        db.execute(insert(HABIT), [{"feed": "dawn", "content": b"what it repeats in every item" * 20}])
        states = ("pending", "claimed", "held", "sent", "failed", "unknown")
        db.execute(insert(DELIVERY), [_delivery(number, state) for number, state in enumerate(states)])
    store.close()
    return tmp_path / "dateline.db"


def _delivery(number: int, state: str) -> dict[str, object]:
    return {
        "key": f"digest/{number}",
        "digest": "digest",
        "subscription": "alerts",
        "destination": "slack:#desk",
        "part": 0,
        "parts": 1,
        "payload": "{}",
        "state": state,
        "repeats": int(state == "pending"),
        "created_at": NOW,
        "next_attempt_at": NOW + timedelta(hours=3),
    }


def _back_up(file: Path, at: datetime = NOW) -> Path:
    target = backups.name_for(file, at)
    backups.make(file, target)
    return target


def _cut_off_in_use(file: Path) -> None:
    """Leave what a killed daemon leaves: a row in the file, and a hundred in its log alone."""
    with sqlite3.connect(file) as db:
        db.execute("INSERT INTO habit VALUES ('since', ?)", [seal(b"")])
    db.close()
    with sqlite3.connect(file) as db:
        db.executemany("INSERT INTO habit VALUES (?, ?)", [(f"since{number}", seal(b"")) for number in range(100)])
        db.commit()
        left = {path: path.read_bytes() for path in (file, Path(f"{file}-wal"), Path(f"{file}-shm"))}
    db.close()
    for path, content in left.items():
        path.write_bytes(content)


def _stored_since(file: Path) -> int:
    store = Store(f"sqlite:///{file}")
    store.prepare()
    with store.reading() as db:
        found = db.scalar(select(func.count()).where(HABIT.c.feed.like("since%"))) or 0
    store.close()
    return found


def _overwrite(path: Path, before: bytes) -> None:
    content = path.read_bytes()
    place = content.index(before)
    path.write_bytes(content[:place] + b"\xff" * len(before) + content[place + len(before) :])


# --- making ---


def test_a_backup_is_whole_private_and_dated(file: Path) -> None:
    target = _back_up(file)
    assert target == file.parent / "backups" / "dateline-20261123T030000Z.db"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert find_damage(target) is None
    assert backups.backup_at(target).made_at == NOW
    assert [one.name for one in target.parent.iterdir()] == [target.name]


def test_a_backup_is_made_while_others_write(file: Path) -> None:
    store = Store(f"sqlite:///{file}")
    with store.writing() as db:
        db.execute(insert(HABIT), [{"feed": "uncommitted", "content": b""}])
        target = _back_up(file)
    store.close()
    copy = Store(f"sqlite:///{target}")
    with copy.reading() as db:
        assert list(db.scalars(select(HABIT.c.feed))) == ["dawn"]
    copy.close()


def test_the_newest_seven_are_kept_and_nothing_else_is_touched(file: Path) -> None:
    made = [_back_up(file, NOW + timedelta(days=day)) for day in range(9)]
    folder = made[0].parent
    others = [folder / "other-20261123T030000Z.db", folder / "dateline-mine.db", folder / ".dateline-new.db.new"]
    half_made = folder / ".dateline-20261101T030000Z.db.new"
    for one in (*others, half_made):
        one.write_text("")
    os.utime(half_made, (time.time() - 90_000,) * 2)
    last = NOW + timedelta(days=8)
    backups.forget_old(file, last)
    assert [one.path for one in backups.kept(file, last)] == made[:1:-1]
    assert sorted(folder.iterdir()) == sorted([*others, *made[2:]])
    backups.forget_old(file.parent / "elsewhere" / "dateline.db", last)


def test_a_backup_of_the_future_is_the_last_to_be_trusted_and_no_reason_to_delete_others(file: Path) -> None:
    future = [_back_up(file, NOW + timedelta(days=365 + day)) for day in range(7)]
    assert backups.kept(file, NOW)[0].path == future[-1]  # better than none
    for day in range(8):
        now = NOW + timedelta(days=day)
        made = _back_up(file, now)
        backups.forget_old(file, now)
        ranked = [one.path for one in backups.kept(file, now)]
        assert (ranked[0], len(ranked)) == (made, 7)
        assert restoring.restore(file, None, now=now).backup.path == made
    assert not set(ranked) & set(future)


def test_a_damaged_database_gives_no_backup(file: Path) -> None:
    _overwrite(file, b"what it repeats")
    with pytest.raises(DamagedError, match="holds values that cannot be read"):
        _back_up(file)
    assert backups.kept(file, NOW) == []
    file.write_bytes(b"no database" * 1000)
    with pytest.raises(DamagedError, match="file is not a database; there is no backup"):
        _back_up(file)
    assert list(backups.folder_of(file).iterdir()) == []


def test_a_backup_needs_twice_the_room(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backups, "room_beside", lambda _: Room(free=2 * file.stat().st_size - 1, total=10**12))
    with pytest.raises(FullError, match=r"no room for a copy of dateline\.db"):
        _back_up(file)
    monkeypatch.setattr(backups, "room_beside", lambda _: Room(free=2 * file.stat().st_size, total=10**12))
    _back_up(file)


def test_what_cannot_be_copied_is_named(file: Path) -> None:
    with pytest.raises(StoreError, match="could not be copied"):
        backups.make(file.parent / "nothing.db", file.parent / "copy.db")
    (file.parent / "backups").write_text("a file where the folder should be")
    with pytest.raises(StoreError, match="could not be copied"):
        _back_up(file)
    assert backups.kept(file, NOW) == []


def test_advice_names_the_newest_backup_that_opens(file: Path) -> None:
    assert "there is no backup in" in backups.advice(file)
    good, bad = _back_up(file), _back_up(file, NOW + timedelta(days=1))
    bad.write_bytes(b"no database" * 1000)
    assert f"`dateline restore` puts back the newest backup, {good.name} (2026-11-23 03:00 UTC)" == backups.advice(file)


# --- damage ---


def test_every_kind_of_damage_is_found(file: Path) -> None:
    assert find_damage(file) is None
    sound = file.read_bytes()
    for statement in (
        "UPDATE delivery SET payload = CAST(x'ff41' AS TEXT)",
        "UPDATE delivery SET created_at = 'yesterday'",
        "UPDATE habit SET content = x'00'",
        "UPDATE habit SET content = 'words'",
        "INSERT INTO match VALUES (1, 'r', 0, 'high', 1.0, '[', '[]', '[]', 'v', '2026-11-23 00:00:00')",
    ):
        with sqlite3.connect(file) as db:
            db.execute(statement)
        db.close()
        assert find_damage(file), statement
        file.write_bytes(sound)
    with sqlite3.connect(file) as db:
        db.execute("PRAGMA writable_schema = ON")
        db.execute("UPDATE sqlite_master SET rootpage = 2 WHERE name = 'ix_delivery_due'")
    db.close()
    assert find_damage(file)


def test_bytes_of_before_they_were_sealed_are_no_damage(file: Path) -> None:
    with sqlite3.connect(file) as db:
        db.execute("UPDATE habit SET content = x'00'")
        db.execute("UPDATE alembic_version SET version_num = '0005'")
    db.close()
    assert find_damage(file) is None
    store = Store(f"sqlite:///{file}")
    with store.writing() as db_:
        db_.exec_driver_sql("UPDATE story SET cluster = NULL")
    store.close()


def test_what_cannot_be_looked_at_is_no_damage(file: Path) -> None:
    with pytest.raises(StoreError, match="unable to open"):
        find_damage(file.parent / "nothing.db")


# --- restoring ---


def test_the_newest_sound_backup_takes_the_place_of_the_database(file: Path) -> None:
    good, bad = _back_up(file), _back_up(file, NOW + timedelta(days=1))
    _overwrite(bad, b"what it repeats")
    file.write_bytes(b"damaged beyond everything")
    Path(f"{file}-wal").write_bytes(b"a log that must not be taken for that of the copy")
    done = restoring.restore(file, None, now=NOW + timedelta(days=2))
    assert (done.backup.path, done.backup.made_at, done.passed_over) == (good, NOW, (bad,))
    assert done.former == file.parent / "dateline-before-20261125T030000Z.db"
    assert done.former.read_bytes() == b"damaged beyond everything"
    assert Path(f"{done.former}-wal").exists()
    assert not Path(f"{file}-wal").exists()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert sorted(one.name for one in file.parent.iterdir() if one.name.startswith(".")) == []


def test_what_waited_is_in_doubt_and_asked_about_at_once(file: Path) -> None:
    done = restoring.restore(file, _back_up(file), now=NOW)
    assert done.in_doubt == 3
    store = Store(f"sqlite:///{file}")
    store.prepare()
    with store.reading() as db:
        rows = list(db.execute(select(DELIVERY)))
    store.close()
    assert [row.state for row in rows] == ["unknown", "unknown", "unknown", "sent", "failed", "unknown"]
    assert {row.next_attempt_at for row in rows[:3]} == {NOW}
    assert rows[0].error == "waited in the backup of 2026-11-23 03:00 UTC, may have been sent since"
    assert [row.repeats for row in rows[:3]] == [0, 0, 0]  # others are neither asked about nor sent


def test_a_backup_from_elsewhere_is_restored_where_nothing_is(file: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere" / "copy.db"
    backups.make(file, elsewhere)
    new = tmp_path / "new" / "dateline.db"
    done = restoring.restore(new, elsewhere, now=NOW)
    assert done.former is None
    assert find_damage(new) is None
    assert abs(done.backup.made_at - datetime.now(UTC)) < timedelta(minutes=1)


def test_an_older_schema_is_brought_up_to_date(file: Path) -> None:
    backup = _back_up(file)
    with sqlite3.connect(backup) as db:
        db.execute("UPDATE habit SET content = x'01'")
        db.execute("DROP INDEX ix_delivery_sent")
        db.execute("UPDATE alembic_version SET version_num = '0005'")
    db.close()
    restoring.restore(file, backup, now=NOW)
    store = Store(f"sqlite:///{file}")
    store.prepare()
    with store.reading() as db_:
        assert list(db_.scalars(select(HABIT.c.content))) == [b"\x01"]
    store.close()


@pytest.mark.parametrize("statement", ["UPDATE alembic_version SET version_num = '9999'", "DROP TABLE alembic_version"])
def test_what_is_no_database_of_ours_is_refused_and_changes_nothing(file: Path, statement: str) -> None:
    backup = _back_up(file)
    with sqlite3.connect(backup) as db:
        db.execute(statement)
    db.close()
    before = file.read_bytes()
    with pytest.raises(StoreError, match="is not a database of this Dateline"):
        restoring.restore(file, backup, now=NOW)
    assert file.read_bytes() == before
    assert not [one.name for one in file.parent.iterdir() if one.name.startswith((".", "dateline-before"))]


def test_a_damaged_backup_and_none_at_all_are_refused(file: Path) -> None:
    with pytest.raises(StoreError, match="there is no backup in"):
        restoring.restore(file, None, now=NOW)
    with pytest.raises(StoreError, match="no such file"):
        restoring.restore(file, file.parent / "nothing.db", now=NOW)
    backup = _back_up(file)
    _overwrite(backup, b"what it repeats")
    with pytest.raises(DamagedError, match="is damaged itself"):
        restoring.restore(file, backup, now=NOW)
    with pytest.raises(StoreError, match="there is no sound backup in"):
        restoring.restore(file, None, now=NOW)


def test_a_log_without_its_database_is_not_taken_for_that_of_the_backup(file: Path) -> None:
    _back_up(file)
    _cut_off_in_use(file)
    file.unlink()
    done = restoring.restore(file, None, now=NOW)
    assert done.former is None
    assert find_damage(file) is None
    assert _stored_since(file) == 0
    assert (file.parent / "dateline-before-20261123T030000Z.db-wal").stat().st_size > 0


@pytest.mark.parametrize("lost", [False, True])
def test_a_restore_that_is_killed_leaves_one_of_both_or_is_asked_for_again(
    file: Path, tmp_path_factory: pytest.TempPathFactory, lost: bool
) -> None:
    _back_up(file)
    _cut_off_in_use(file)
    if lost:
        file.unlink()
    found = set()
    for step in range(1, 100):
        home = tmp_path_factory.mktemp("killed") / "state"
        one = shutil.copytree(file.parent, home) / file.name
        if not _restore_and_die(one, step):
            break
        found.add(_what_is_there(one))
        for earlier in range(step, 0, -1):  # it is run again, and killed again
            if not _restore_and_die(one, earlier):
                break
            _what_is_there(one)
        done = restoring.restore(one, None, now=NOW + timedelta(hours=2))
        assert (_stored_since(one), find_damage(one)) == (0, None)
        formers = [_stored_since(former) for former in home.glob("dateline-before-*.db")]
        assert lost or 101 in formers
        assert (done.former is None) == (not formers)
        assert not [left for left in home.iterdir() if left.name.startswith(".")]
    assert step > 5
    assert {"refused", "empty" if lost else "old"} <= found <= {"refused", "empty" if lost else "old", "new"}


def _what_is_there(file: Path) -> str:
    try:
        store = Store(f"sqlite:///{file}")
    except StoreError as error:
        assert f"a restore of database {file} was cut off: run `dateline restore` again" == str(error)
        with pytest.raises(StoreError, match="was cut off"):
            _back_up(file)
        return "refused"
    store.close()
    try:
        return {101: "old", 0: "new"}[_stored_since(file)]
    except DamagedError as error:
        assert "is empty, but has been backed up" in str(error)
        return "empty"


def _restore_and_die(file: Path, step: int) -> bool:
    """Restore in a process that is killed before it changes the disk for the so-many-th time; False where it came to
    its end."""
    process = multiprocessing.get_context("fork").Process(target=_restore_until, args=(file, step))
    process.start()
    process.join()
    assert process.exitcode in (0, -signal.SIGKILL)
    return process.exitcode != 0


def _restore_until(file: Path, step: int) -> None:
    left = step

    def count(event: str, of: tuple[object, ...]) -> None:
        nonlocal left
        if event in ("os.rename", "os.remove", "os.link", "os.truncate") and os.path.lexists(str(of[0])):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)
    restoring.restore(file, None, now=NOW)


def test_what_is_in_the_way_is_never_overwritten(file: Path) -> None:
    backup = _back_up(file)
    first, second = (restoring.restore(file, backup, now=NOW).former for _ in range(2))
    assert (first, second) == (
        file.parent / "dateline-before-20261123T030000Z.db",
        file.parent / "dateline-before-20261123T030001Z.db",
    )
    (file.parent / ".dateline.db.restored-20261123T030000Z").touch()
    with pytest.raises(StoreError, match="are both there: move one elsewhere, and restore again"):
        restoring.restore(file, backup, now=NOW)
    assert find_damage(file.parent / "dateline-before-20261123T030000Z.db") is None


def test_a_disk_that_refuses_is_named(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    backup = _back_up(file)

    def refuse(*_: object) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(restoring, "durable", refuse)
    with pytest.raises(StoreError, match="could not be restored: Operation not permitted"):
        restoring.restore(file, backup, now=NOW)
    assert _what_is_there(file) == "new"

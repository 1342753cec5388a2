"""`dateline backup` and `restore`: printed and as JSON, on a home whose database is well, broken or not there."""

from __future__ import annotations

import fcntl
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from monitor.cli import app
from monitor.errors import DamagedError, MonitorError
from monitor.store import Store
from tests.fakes import RULES


class Desk:
    def __init__(self, home: Path) -> None:
        (home / "rules").mkdir()
        (home / "rules" / "desk.yaml").write_text(RULES, encoding="utf-8")
        self.home = home
        self.database = home / "state" / "dateline.db"

    def prepare(self) -> None:
        store = Store(f"sqlite:///{self.database}")
        store.prepare()
        store.close()

    def run(self, *words: str) -> str:
        done = CliRunner().invoke(app, [*words, "--home", str(self.home)])
        assert done.exit_code == 0, done.output
        return " ".join(done.output.split())

    def json(self, *words: str) -> Any:
        return json.loads(self.run(*words, "--json"))

    def error(self, *words: str) -> MonitorError:
        done = CliRunner().invoke(app, [*words, "--home", str(self.home)])
        assert isinstance(done.exception, MonitorError), done.output
        assert "\n" not in str(done.exception)
        return done.exception


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_backup_is_put_back_where_nothing_can_be_opened_any_more(desk: Desk) -> None:
    desk.prepare()
    made = desk.json("backup")
    assert Path(made["backup"]).parent == desk.home / "state" / "backups"
    assert made["bytes"] == Path(made["backup"]).stat().st_size
    desk.database.write_bytes(b"not a database any more" * 1000)
    for command in ("status", "once", "backup", "feeds list", "deliveries list", "stories list"):
        error = desk.error(*command.split())
        assert isinstance(error, DamagedError)
        assert "is damaged: file is not a database; `dateline restore` puts back the newest backup" in str(error)
        assert Path(made["backup"]).name in str(error)
    done = desk.json("restore")
    assert (done["backup"], done["in_doubt"], done["passed_over"]) == (made["backup"], 0, [])
    assert Path(done["former"]).read_bytes().startswith(b"not a database any more")
    assert desk.json("status")["feeds"]["failing"] == 0


def test_people_are_told_what_a_restore_means(desk: Desk) -> None:
    desk.prepare()
    copy = desk.home / "elsewhere" / "dateline-20260901T030000Z.db"
    assert f"was copied to {copy}" in desk.run("backup", str(copy))
    store = Store(f"sqlite:///{copy}")
    with store.writing() as db:
        db.exec_driver_sql(
            "INSERT INTO delivery (key, digest, subscription, destination, part, parts, payload, state, attempts, "
            "repeats, created_at, next_attempt_at) VALUES ('k', 'd', 's', 'slack:#desk', 0, 1, '{}', 'pending', 0, 0, "
            "'2026-09-01 00:00:00', '2026-09-01 00:00:00')"
        )
    store.close()
    said = desk.run("restore", str(copy))
    assert "The database is that of 2026-09-01 03:00 UTC again" in said
    assert "days old" in said
    assert "The former one was kept as" in said
    assert "may be told a second time" in said
    assert "1 message that waited then may have been sent: the channels are asked" in said


def test_newer_damaged_backups_are_named(desk: Desk) -> None:
    desk.prepare()
    good = desk.json("backup")["backup"]
    older, future = (Path(good).with_name(f"dateline-{year}0101T000000Z.db") for year in (2020, 2099))
    shutil.copy(good, older)
    shutil.copy(good, future)
    Path(good).write_bytes(b"not a database" * 1000)
    said = desk.run("restore")
    assert f"{good} is damaged itself, and was passed over." in said
    assert "The database is that of 2020-01-01 00:00 UTC again" in said
    older.unlink()
    assert "of 2099-01-01 00:00 UTC again, by its name of the future: a clock was wrong" in desk.run("restore")


def test_every_command_asks_for_a_restore_that_was_cut_off(desk: Desk) -> None:
    desk.prepare()
    desk.run("backup")
    (desk.home / "state" / ".dateline.db.restored-20261123T030000Z").touch()
    for command in (
        "run",
        "run --web",
        "web --port 0",
        "once",
        "status",
        "backup",
        "feeds list",
        "deliveries list",
        "stories list",
        "silence list",
        "explain --article 1",
        "preview alerts",
        "db upgrade",
        "db rebuild",
    ):
        said = str(desk.error(*command.split()))
        assert said == f"a restore of database {desk.database} was cut off: run `dateline restore` again", command
    desk.run("restore")
    desk.run("status")


def test_a_restore_keeps_off_while_somebody_runs(desk: Desk) -> None:
    desk.prepare()
    desk.run("backup")
    with (desk.home / "state" / "dateline.lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        desk.run("backup", str(desk.home / "more.db"))
        assert "already runs here" in str(desk.error("restore"))


def test_what_cannot_be_done_is_said(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "could not be copied" in str(desk.error("backup"))
    desk.prepare()
    assert "is the database itself" in str(desk.error("backup", str(desk.database)))
    assert "there is no backup in" in str(desk.error("restore"))
    assert "no such file" in str(desk.error("restore", str(desk.home / "nothing.db")))
    monkeypatch.setenv("DATABASE_URL", "postgresql://somewhere/db")
    assert "use `pg_dump`" in str(desk.error("backup"))
    assert "use `pg_restore`" in str(desk.error("restore"))


def test_a_backup_takes_the_place_of_an_older_one_and_of_nothing_else(desk: Desk, tmp_path: Path) -> None:
    desk.prepare()
    for _ in range(2):
        desk.run("backup", str(tmp_path / "copy.db"))
    rules = desk.home / "rules" / "desk.yaml"
    for taken in (rules, desk.home):
        assert "is there already and is no backup" in str(desk.error("backup", str(taken)))
    assert rules.read_text(encoding="utf-8") == RULES

"""One run per database: who holds the lock, and how the last one ended."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.errors import DamagedError, StoreError
from monitor.lock import lock_file, running_pid, running_since, sole_run
from monitor.settings import Settings

HOLDER = """
import sys, pathlib
from monitor.lock import sole_run
from monitor.settings import Settings
with sole_run(Settings(home=pathlib.Path(sys.argv[1]), database="sqlite:///state/dateline.db")):
    print("held", flush=True)
    sys.stdin.read()
"""


def settings_of(home: Path, database: str = "sqlite:///state/dateline.db") -> Settings:
    return Settings(home=home, database=database)


@pytest.fixture
def holder(tmp_path: Path) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    held = subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], stdin=pipe, stdout=pipe, text=True)
    assert held.stdout is not None and held.stdout.readline() == "held\n"
    return held


def end(held: subprocess.Popen[str]) -> None:
    held.kill()
    held.communicate()


def test_a_second_run_is_refused_and_told_the_firsts_pid(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    settings = settings_of(tmp_path)
    assert running_pid(settings) == holder.pid
    assert running_since(settings).tzinfo is not None
    with pytest.raises(StoreError, match=f"already runs here, with pid {holder.pid}$"), sole_run(settings):
        pass
    end(holder)
    assert running_pid(settings) is None


def test_a_killed_run_leaves_no_lock_but_a_doubt(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    end(holder)
    settings = settings_of(tmp_path)
    for _ in range(2):  # whoever does not look at the database leaves the doubt to the next
        with sole_run(settings) as run:
            assert not run.sound
            assert running_pid(settings) == os.getpid()
    with sole_run(settings) as run:
        run.sound = True
    with sole_run(settings) as run:
        assert run.sound


def test_an_end_by_any_fault_but_damage_is_a_clean_one(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    for fault, expected in ((StoreError("locked"), True), (KeyboardInterrupt(), True), (DamagedError("bad"), False)):
        with pytest.raises(type(fault)), sole_run(settings):
            raise fault
        with sole_run(settings) as run:
            assert run.sound is expected
            run.sound = True


def test_whoever_holds_it_without_a_pid_is_waited_for_a_moment(
    tmp_path: Path, holder: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.lock.PATIENCE_SECONDS", 0.0)
    settings = settings_of(tmp_path)
    for left, said in (("", "unknown"), ("nonsense", "unknown"), ("99999999", "99999999")):
        lock_file(settings).write_text(left)
        with pytest.raises(StoreError, match=f"with pid {said}$"), sole_run(settings):
            pass
    end(holder)


def test_the_lock_belongs_to_the_database_whichever_home_opens_it(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "linked").symlink_to(tmp_path / "real")
    one = settings_of(tmp_path / "one", f"sqlite:///{tmp_path}/real/news.db")
    other = settings_of(tmp_path / "other", f"sqlite:///{tmp_path}/linked/news.db")
    assert lock_file(one) == lock_file(other) == tmp_path / "real" / "news.lock"
    with sole_run(one), pytest.raises(StoreError, match=f"pid {os.getpid()}"), sole_run(other):
        pass


def test_a_database_that_is_no_file_is_locked_in_the_home(tmp_path: Path) -> None:
    assert lock_file(settings_of(tmp_path, "postgresql://somewhere/db")) == tmp_path / "state" / "dateline.lock"
    assert lock_file(settings_of(tmp_path)) == tmp_path / "state" / "dateline.lock"


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")
    with pytest.raises(StoreError, match=r"cannot write .*dateline\.lock"), sole_run(settings_of(tmp_path)):
        pass
    assert running_pid(settings_of(tmp_path)) is None

"""A database whose file is not what was written: found, said in one line, and replaced by one command."""

from __future__ import annotations

import json
import os
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

from monitor.store.damage import find_damage
from tests.fakes import RULES, item, rss
from tests.faults import times
from tests.faults.program import Program
from tests.servers.web import Answer, feed_server_thread

LETTERS, PLACES = "abcdefghijklmnop", ("Quetta", "Mastung", "Gwadar")

COMMANDS = ("status", "feeds list", "deliveries list", "stories list", "explain --article 7", "once --json")


class Desk:
    """A home with a day's work in its database."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.database = home / "state" / "dateline.db"
        self.environment = {
            "PATH": os.environ["PATH"],
            "DATELINE_HOME": str(home),
            "DATELINE_ALLOW_NETWORKS": "127.0.0.0/8",
        }

    def run(self, command: str) -> tuple[int, str]:
        program = Program(*command.split(), environment=self.environment, log=self.home / "log")
        code = program.ends()
        assert "Traceback" not in program.said, f"dateline {command}\n{program.said}"
        return code, program.said

    def put(self, database: bytes) -> None:
        """Let the database be this, as after a clean end."""
        for side in ("-wal", "-shm"):
            Path(f"{self.database}{side}").unlink(missing_ok=True)
        self.database.write_bytes(database)
        (self.home / "state" / "dateline.lock").write_text("")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    home = tmp_path_factory.mktemp("desk")
    with feed_server_thread() as server:
        rules = RULES
        for feed in ("dawn", "daily"):
            rules = rules.replace(f"https://{feed}.example/rss", server.url(f"/{feed}"))
            server.script(f"/{feed}", Answer(rss(*_items(feed)), etag='"1"'))
        (home / "rules").mkdir()
        (home / "rules" / "desk.yaml").write_text(rules, encoding="utf-8")
        desk = Desk(home)
        assert desk.run("once --all")[0] == 0
        assert desk.run("backup")[0] == 0
        yield desk


def _items(feed: str) -> list[str]:
    chance = random.Random(feed)
    found = []
    for number in range(100):
        words = ["".join(chance.choices(LETTERS, k=8)) for _ in range(60)]
        title = f"Attack {number} in {chance.choice(PLACES)}: {' '.join(words[:3])}"
        link = f"https://{feed}.example/news/{number}"
        found.append(item(number, title, f"{' '.join(words)}. At least {number + 2} people were killed.", link=link))
    return found


def _content(database: Path) -> str:
    """Return a hash of every value in every table; of none where they cannot be read."""
    found = sha256()
    try:
        with closing(sqlite3.connect(database)) as db:
            tables = sorted(name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'"))
            db.text_factory = bytes
            for table in tables:
                for row in db.execute(f'SELECT * FROM "{table}"'):  # noqa: S608
                    found.update(repr(row).encode())
    except sqlite3.Error:
        return ""
    return found.hexdigest()


def test_damage_is_found_and_no_command_breaks_on_it(desk: Desk) -> None:
    sound = desk.database.read_bytes()
    before, chance = _content(desk.database), random.Random(6)
    found = harmful = 0
    damages = times(20, 200)
    while harmful < damages:
        place = chance.randrange(len(sound) - 64)
        damaged = sound[:place] + chance.randbytes(64) + sound[place + 64 :]
        desk.put(damaged)
        damage, changed = find_damage(desk.database), _content(desk.database) != before
        if not damage and not changed:
            continue  # it hit what no page uses
        harmful += 1
        found += damage is not None
        for command in COMMANDS:
            desk.put(damaged)
            code, said = desk.run(command)
            assert code in (0, 1), (command, said)
    desk.put(sound)
    print(f"{found} of {damages} found")
    assert found >= damages * 0.95, f"{found} of {damages}"


def test_after_a_run_that_was_cut_off_the_damage_is_named_and_one_command_mends_it(desk: Desk) -> None:
    sound = desk.database.read_bytes()
    place = sound.index(b"Attack 7 in")
    desk.put(sound[:place] + bytes([0xFF]) * 8 + sound[place + 8 :])
    lock = desk.home / "state" / "dateline.lock"
    for command in ("once", "run"):
        lock.write_text("99999999\n")  # as a killed run leaves it
        code, said = desk.run(command)
        assert code == 1
        assert "is damaged" in said
        assert "`dateline restore` puts back the newest backup, dateline-" in said
        assert lock.read_text(), "the next run looks as well"
    code, said = desk.run("restore --json")
    assert code == 0
    assert find_damage(desk.database) is None
    assert Path(json.loads(said)["former"]).exists()
    assert desk.run("once")[0] == 0
    desk.put(sound)

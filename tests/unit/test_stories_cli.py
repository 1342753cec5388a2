"""`dateline stories`: listed, shown, merged and split, printed and as JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert
from typer.testing import CliRunner

from monitor.cli import app, base
from monitor.errors import StoreError
from monitor.model import Figure, Statement
from monitor.store import Store, polls
from monitor.store import stories as stored
from monitor.store.tables import ARTICLE
from monitor.stories.grouping import Related
from monitor.stories.reports import Spot
from tests.story_values import figure, spot, statement

HOUR = timedelta(hours=1)
NOW = datetime.now(UTC).replace(minute=5, second=0, microsecond=0) - HOUR


class Desk:
    """A home with a database, told what was reported."""

    def __init__(self, folder: Path) -> None:
        (folder / "rules").mkdir()
        (folder / "rules" / "desk.yaml").write_text("version: 1\n", encoding="utf-8")
        self.folder = folder
        self._store = Store(f"sqlite:///{folder}/state/dateline.db")
        self._store.prepare()

    def add(
        self, number: int, title: str, *said: Figure | Statement | Spot, story: int = 1, hours_ago: int = 0, **more: Any
    ) -> None:
        at = NOW - hours_ago * HOUR
        blank = dict.fromkeys(("feed", "text", "link", "url", "author", "section", "content_hash", "reason"), "")
        values = {"id": number, "title": title, "source": f"Outlet {number}", "story": story, "stored_at": at}
        figures = [one for one in said if isinstance(one, Figure)]
        statements = [one for one in said if isinstance(one, Statement)]
        places = [one for one in said if isinstance(one, Spot)]
        with self._store.writing() as db:
            db.execute(insert(ARTICLE).values(**blank | values | {"revision": 0, "owed": True} | more))
            polls.article_ids(db, number)
            stored.save_reports(db, [(number, 0, figures, statements, places)])
            if number == story:
                stored.save_stories(db, [story], [], at)
            else:
                stored.save_stories(db, [], [story], at)

    def relate(self, one: int, other: int) -> None:
        with self._store.writing() as db:
            stored.save_related(db, [Related(story=one, other=other, score=0.31)], NOW)

    def run(self, *words: str, code: int = 0) -> str:
        done = CliRunner().invoke(app, ["stories", *words, "--home", str(self.folder)])
        assert done.exit_code == code, done.output
        return done.output

    def json(self, *words: str) -> Any:
        return json.loads(self.run(*words, "--json"))

    def error(self, *words: str) -> str:
        done = CliRunner().invoke(app, ["stories", *words, "--home", str(self.folder)])
        assert isinstance(done.exception, StoreError)
        return str(done.exception)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture
def busy(desk: Desk) -> Desk:
    """One story of a day, and an older one."""
    desk.add(9, "Rail link to Quetta [cut]", story=9, hours_ago=60)
    desk.add(1, "12 killed in Quetta", figure(12, "Police"), figure(12), spot("Quetta"), hours_ago=5, home="PK-BA")
    desk.add(2, "A dozen dead", figure(12), hours_ago=4, home="PK-SD")
    desk.add(3, "A dozen dead", figure(12), hours_ago=4, duplicate_of=2)
    desk.add(
        4,
        "Toll rises",
        figure(31, "police officials", modifier="at_least"),
        figure(41, "the military", "insurgents", "militants", scope="in two operations"),
        figure(7, "hospitals", outcome="injured"),
        statement("claims_responsibility", "the BLA", "the attack"),
        spot("Gwadar"),
        hours_ago=1,
        home="GB",
    )
    desk.relate(1, 9)
    return desk


def test_list_in_words(busy: Desk) -> None:
    said = busy.run("list", "--all")
    first, facts, figures, *_ = said.splitlines()
    assert first == "1  12 killed in Quetta"
    assert facts.startswith("  3 independent reports, 4 articles · ")
    assert facts.endswith(" UTC · Gwadar and Quetta")
    assert figures == (
        "  41 insurgents killed in two operations (the military); at least 31 people killed (Police); 2 more"
    )
    assert said.splitlines()[-1] == "1 story in the last 24h"
    assert "9  Rail link to Quetta [cut]" in busy.run("list", "--all", "--since", "3d").splitlines()


def test_list_as_json(busy: Desk) -> None:
    (found,) = busy.json("list", "--all")
    assert (found["id"], found["origins"], found["articles"], found["where"]) == (1, 3, 4, ["Gwadar", "Quetta"])
    assert [one["claimant"] for one in found["figures"]] == ["the military", "Police", "Outlet 2", "hospitals"]
    assert [one["id"] for one in busy.json("list", "--all", "--since", "3d")] == [1, 9]
    assert [one["id"] for one in busy.json("list", "--all", "--since", "3d", "--limit", "1")] == [1]


def test_list_nothing(busy: Desk) -> None:
    assert busy.run("list") == (
        "No story got a report in the last 24h; --all lists those that no rule matched, too.\n"
    )  # fmt: skip
    assert busy.run("list", "--since", "5m", "--all") == "No story got a report in the last 5m.\n"
    assert busy.json("list") == []
    assert "--since soon: write a number" in busy.run("list", "--since", "soon", code=2)


def test_show_in_words(busy: Desk) -> None:
    said = busy.run("show", "1")
    lines = said.splitlines()
    assert lines[0] == "12 killed in Quetta"
    assert lines[1].startswith("story 1 · 3 independent reports, 4 articles · ")
    assert lines[2] == "Gwadar and Quetta"
    assert lines[4].startswith("▄█··▄ reports, ")
    board = [" ".join(line.split()) for line in lines[6:12]]
    assert [line for line in board if line.startswith(("killed", "militants killed The military"))]
    assert any("Police" in line and "at least 31 (was 12)" in line and "Outlet 4" in line for line in board)
    assert any("not said" in line and "12" in line and "Outlet 2 +1" in line for line in board)
    assert "The BLA claimed responsibility for the attack" in lines
    assert "A dozen dead (copy of 2)" in said
    assert "→ Police now say at least 31 people killed, not 12" in said
    assert "1 outlet in Balochistan: Outlet 1" in lines
    assert "1 outlet in the rest of Pakistan: Outlet 2" in lines
    assert "1 outlet abroad: Outlet 4" in lines
    assert "1 outlet home not given: Outlet 3" in lines
    assert lines[-1] == "possibly related: 9 Rail link to Quetta [cut] (0.31)"


def test_show_a_story_of_which_little_is_known(desk: Desk) -> None:
    desk.add(5, "Rain", story=5, home="PK-BA")
    said = desk.run("show", "5")
    assert [line.split("·")[0].strip() for line in said.splitlines()[:2]] == ["Rain", "story 5"]
    assert "who says so" not in said


def test_show_as_json(busy: Desk) -> None:
    found = busy.json("show", "1")
    assert (found["id"], found["asked"]) == (1, 1)
    assert found["statements"][0]["claimant"] == "the BLA"
    assert found["related"] == [{"story": 9, "headline": "Rail link to Quetta [cut]", "score": 0.31}]
    assert found["events"] == []


def test_show_what_is_not_there(busy: Desk) -> None:
    assert busy.error("show", "77") == "there is no story 77: `dateline stories list` shows those there are"
    busy.run("show", "0", code=2)


def test_merge_and_show_what_was_merged(busy: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "getpass", _Users("amina"))
    assert busy.run("merge", "1", "9") == "Merged 9 into 1.\n"
    said = busy.run("show", "9").splitlines()
    assert said[0] == "Story 9 was merged into 1:"
    assert said[-1].endswith(" story 9 was merged into 1 by amina: by hand")
    found = busy.json("show", "9")
    assert (found["id"], found["asked"], found["articles"]) == (1, 9, 5)
    assert [(one["kind"], one["other"], one["by"]) for one in found["events"]] == [("merged", 9, "amina")]
    assert "merged into 1" in busy.error("merge", "9", "1")
    assert "there is no story 77" in busy.error("merge", "1", "77")


def test_split_takes_copies_along(busy: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "getpass", _Users(None))
    assert busy.run("split", "1", "2") == "Story 2 has 2 articles of story 1 now.\n"
    assert busy.json("show", "2")["articles"] == 2
    assert busy.run("show", "1").splitlines()[-2].endswith(" 2 articles of story 1 became story 2 by somebody: by hand")
    assert busy.error("split", "1", "9") == "article 9 is not in story 1"


def test_merge_and_split_as_json(busy: Desk) -> None:
    assert busy.json("merge", "1", "9")["merged"] == [9]
    assert busy.json("split", "1", "9")["articles"] == [9]


class _Users:
    def __init__(self, name: str | None) -> None:
        self._name = name

    def getuser(self) -> str:
        if self._name is None:
            raise KeyError("no such user")
        return self._name

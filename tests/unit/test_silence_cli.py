"""`dateline silence`: made, listed and ended, printed and as JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, update
from typer.testing import CliRunner

from monitor.cli import app, base
from monitor.store import Store, silences
from monitor.store import stories as stored
from monitor.store.tables import ARTICLE, OWED, STORY
from tests.fakes import RULES

NOW = datetime.now(UTC)
BLANK = dict.fromkeys(("feed", "source", "text", "link", "url", "author", "section", "content_hash", "reason"), "")
WHY = ("--comment", "planned exercise", "--by", "Amna")


class Desk:
    """A home with two stories, of which an article is owed."""

    def __init__(self, folder: Path) -> None:
        (folder / "rules").mkdir()
        (folder / "rules" / "desk.yaml").write_text(RULES, encoding="utf-8")
        self.folder = folder
        self.store = Store(f"sqlite:///{folder}/state/dateline.db")
        self.store.prepare()
        with self.store.writing() as db:
            for number, title in ((1, "Gunmen storm [checkpoint]"), (2, "Rail link to Quetta")):
                row = {"id": number, "title": title, "story": number, "revision": 0, "owed": True, "stored_at": NOW}
                db.execute(insert(ARTICLE).values(**BLANK | row))
            stored.save_stories(db, [1, 2], [], NOW)
            debt = {
                "subscription": "alerts",
                "article": 1,
                "story": 1,
                "kind": "news",
                "revision": 0,
                "severity": "low",
            }
            db.execute(insert(OWED).values(**debt, owed_at=NOW))

    def run(self, *words: str, code: int = 0) -> str:
        done = CliRunner().invoke(app, ["silence", *words, "--home", str(self.folder)])
        assert done.exit_code == code, done.output
        return " ".join(done.output.split()) if code else done.output

    def json(self, *words: str) -> Any:
        return json.loads(self.run(*words, "--json"))

    def error(self, *words: str) -> str:
        done = CliRunner().invoke(app, ["silence", *words, "--home", str(self.folder)])
        assert done.exception is not None
        return str(done.exception)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_add_list_and_expire(desk: Desk) -> None:
    said = desk.run("add", "--story", "1", "--until", "2999-11-23 18:00", "--timezone", "Asia/Karachi", *WHY)
    assert said == "Silence 1: story 1 “Gunmen storm [checkpoint]”, until 2999-11-23 18:00 in Asia/Karachi.\n"
    desk.run("add", "--feed", "dawn", "--for", "4h", *WHY)
    with desk.store.writing() as db:
        silences.mute(db, {1: [1]})
    first, second = desk.run("list").splitlines()[1:]
    assert first.split()[:3] == ["2", "feed", "dawn"]
    assert second.split("  ")[0] == "1"
    for part in ("story 1 “Gunmen storm [checkpoint]”", "2999-11-23 13:00", "1 article", "Amna", "planned exercise"):
        assert part in second
    assert desk.run("expire", "1") == "Silence 1 is over; 1 article that it kept back will be told after all.\n"
    assert desk.run("expire", "2") == "Silence 2 is over.\n"
    assert desk.run("list") == "Nothing is silenced; --all lists what was.\n"
    assert desk.run("list", "--all").count(", over") == 2
    assert desk.error("expire", "1") == "silence 1 is over already"
    assert "there is no silence 9" in desk.error("expire", "9")


def test_nothing_was_ever_silenced(desk: Desk) -> None:
    assert desk.run("list", "--all") == "Nothing was ever silenced.\n"
    assert desk.json("list") == []


def test_as_json(desk: Desk) -> None:
    made = desk.json("add", "--story", "1", "--for", "4h", *WHY)
    times = {name: datetime.fromisoformat(made.pop(name)) for name in ("created_at", "ends_at")}
    assert times["ends_at"] - times["created_at"] == timedelta(hours=4)
    assert made == {
        "id": 1,
        "scope": "story",
        "target": "1",
        "author": "Amna",
        "comment": "planned exercise",
        "lifted_at": None,
        "headline": "Gunmen storm [checkpoint]",
        "holds": True,
        "kept_back": 0,
    }
    with desk.store.writing() as db:
        silences.mute(db, {1: [1]})
    (listed,) = desk.json("list")
    assert (listed["id"], listed["kept_back"]) == (1, 1)
    assert desk.json("expire", "1")["released"] == 1
    (over,) = desk.json("list", "--all")
    assert (over["holds"], over["kept_back"]) == (False, 0)
    assert desk.json("add", "--rule", "attacks", "--for", "1d", *WHY)["headline"] is None
    assert desk.json("add", "--region", "balochistan", "--for", "1d", *WHY)["target"] == "balochistan"


def test_a_story_that_was_merged_is_silenced_as_the_one_it_lives_on_as(desk: Desk) -> None:
    with desk.store.writing() as db:
        db.execute(update(STORY).where(STORY.c.id == 2).values(merged_into=1))
    assert desk.json("add", "--story", "2", "--for", "4h", *WHY)["target"] == "1"


def test_who_says_nothing_of_himself_is_called_by_his_login(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "login_name", lambda: "nobody")
    monkeypatch.setattr("monitor.cli.silence.login_name", lambda: "amina")
    assert desk.json("add", "--feed", "dawn", "--for", "4h", "--comment", "a\nb")["author"] == "amina"
    assert desk.json("list")[0]["comment"] == "a b"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--rule", "atacks", "--for", "4h", *WHY), "there is no rule 'atacks' (did you mean `attacks`?)"),
        (("--region", "sindh", "--for", "4h", *WHY), "there is no region 'sindh' (there is balochistan)"),
        (("--feed", "down", "--for", "4h", *WHY), "there is no feed 'down' (did you mean `dawn`?)"),
        (("--for", "4h", *WHY), "say what to silence: one of --story, --rule, --region and --feed"),
        (("--feed", "dawn", "--rule", "attacks", "--for", "4h", *WHY), "say what to silence: one of"),
        (("--feed", "dawn", *WHY), "say how long: one of --for and --until"),
        (("--feed", "dawn", "--for", "4h", "--until", "2999-01-01", *WHY), "say how long: one of --for and --until"),
        (("--feed", "dawn", "--for", "soon", *WHY), "--for soon: write a number from 1 and s, m, h, d or w"),
        (("--feed", "dawn", "--for", "0h", *WHY), "--for 0h: write a number from 1"),
        (("--feed", "dawn", "--for", "999999999w", *WHY), "--for 999999999w: write a number from 1"),
        (
            ("--feed", "dawn", "--until", "tomorrow", *WHY),
            "--until tomorrow: not an ISO time, such as 2026-11-22T07:00",
        ),
        (("--feed", "dawn", "--until", "9999-12-31T23:59-12:00", *WHY), "not an ISO time"),
        (("--feed", "dawn", "--until", "2020-01-01", *WHY), "--until 2020-01-01: that time is over"),
        (("--feed", "dawn", "--for", "4h", "--timezone", "Asia/Karatchi", *WHY), "(did you mean `Asia/Karachi`?)"),
        (("--feed", "dawn", "--for", "4h", "--comment", " "), "--comment: say why; every digest says it"),
        (("--feed", "dawn", "--for", "4h"), "Missing option '--comment'"),
    ],
)
def test_what_cannot_be_silenced_is_refused_with_what_is_near(
    desk: Desk, words: tuple[str, ...], expected: str
) -> None:
    assert expected in desk.run("add", *words, code=2)


def test_a_story_that_is_not_there(desk: Desk) -> None:
    found = desk.error("add", "--story", "77", "--for", "4h", *WHY)
    assert found == "there is no story 77: `dateline stories list` shows those there are"

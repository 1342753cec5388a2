"""The command line as its users have it: as a process, on a home, against loopback servers."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import RULES, item, rss
from tests.servers.web import Answer, FeedServer, feed_server_thread

ATTACK = "Militants attack police post in Mastung"
TEXT = "Armed men attacked a police post near the highway early on Sunday and left before help came, officials said."


@dataclass
class Home:
    path: Path
    server: FeedServer

    def run(self, *arguments: str, input_: str | None = None, code: int | None = 0) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "monitor", *arguments],
            cwd=self.path,
            env=self.environment(),
            input=input_,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert code is None or done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout if code in (0, None) else done.stdout + done.stderr

    def json(self, *arguments: str, code: int = 0) -> Any:
        found = self.run(*arguments, code=None)
        return json.loads(found)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "monitor", "run", *arguments],
            cwd=self.path,
            env=self.environment(),
            stderr=subprocess.PIPE,
            text=True,
        )

    def environment(self) -> dict[str, str]:
        ours = {
            name: value for name, value in os.environ.items() if not name.startswith(("DATELINE_", "SLACK_", "SMTP_"))
        }
        return ours | {"DATELINE_ALLOW_NETWORKS": "127.0.0.0/8", "PYTHONPATH": str(Path(__file__).parents[2])}


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    with feed_server_thread() as server:
        rules = RULES.replace("https://dawn.example/rss", server.url("/dawn"))
        rules = rules.replace("https://daily.example/rss", server.url("/daily"))
        (tmp_path / "rules").mkdir()
        (tmp_path / "rules" / "desk.yaml").write_text(rules, encoding="utf-8")
        server.script("/dawn", Answer(rss(item(1, ATTACK, TEXT), item(2, "Cricket in Lahore")), etag='"1"'))
        server.script("/daily", Answer(rss(item(9, ATTACK, TEXT, link="https://daily.example/9")), etag='"1"'))
        yield Home(tmp_path, server)


def test_once_explain_preview_and_status_on_one_home(home: Home) -> None:
    assert home.json("once", "--all", "--json") == {
        "feeds": {"polled": 2, "not_modified": 0, "failed": 0},
        "articles": {"new": 3, "revised": 0, "duplicate": 1},
        "matches": 2,
        "stories": {"new": 2, "updated": 0},
        "deliveries": {"sent": 1, "held": 0, "failed": 0, "unknown": 0},
    }
    (digest,) = (home.path / "out").iterdir()
    assert sorted(file.name for file in digest.iterdir()) == ["digest.html", "digest.json", "digest.txt"]
    content = json.loads((digest / "digest.json").read_text())
    (story,) = content["regions"][0]["stories"]
    assert (story["headline"], story["origins"], len(story["articles"])) == (ATTACK, 1, 2)
    assert ATTACK in (digest / "digest.txt").read_text()

    again = home.json("once", "--all", "--json")
    assert (again["feeds"]["not_modified"], again["articles"]["new"], again["deliveries"]["sent"]) == (2, 0, 0)

    explained = home.run("explain", "--article", str(story["articles"][0]["id"]))
    assert "Mastung" in explained and "sent" in explained and "folder:out" in explained
    numbers = {story["articles"][0]["id"], story["articles"][1]["id"]}
    other = next(number for number in (1, 2, 3) if number not in numbers)
    missed = home.run("explain", "--article", str(other), "--rule", "attacks", code=1)
    assert "Balochistan" in missed
    shown = home.json("preview", "alerts", "--json")
    assert [one["headline"] for region in shown["regions"] for one in region["stories"]] == [ATTACK]
    assert shown["kind"] == "alert"
    assert "Mastung" in home.run("preview", content["id"])
    status = home.json("status", "--json")
    assert (status["ok"], status["feeds"]["ok"], status["deliveries"]["sent"]) == (True, 2, 1)
    assert status["daemon"] == {"running": False, "pid": None, "since": None}
    (delivery,) = home.json("deliveries", "list", "--json")
    assert (delivery["state"], delivery["destination"]) == ("sent", "folder:out")
    home.run("deliveries", "retry", str(delivery["id"]), code=2)


def test_feeds_are_listed_tested_added_and_removed(home: Home) -> None:
    home.run("once", "--all")
    rows = home.json("feeds", "list", "--json")
    assert [(row["id"], row["state"], row["articles"]) for row in rows] == [("dawn", "ok", 2), ("daily", "ok", 1)]
    assert set(rows[0]) == {
        *("id", "url", "name", "state", "articles", "last_polled_at", "last_changed_at"),
        *("next_poll_at", "failures", "quiet_since", "unstable_since", "error"),
    }
    tested = home.json("feeds", "test", home.server.url("/dawn"), "--json")
    assert (tested["status"], tested["error"], tested["entries"][0]["title"]) == (200, None, ATTACK)
    assert "404" in home.json("feeds", "test", home.server.url("/nothing"), "--json", code=1)["error"]

    feeds = home.path / "rules" / "feeds.yaml"
    feeds.write_text(
        "version: 1\n# my own feeds\nfeeds:\n  # the first\n  own: {url: 'https://own.example/rss', name: Own}\n"
    )
    link = f'<link rel="alternate" type="application/rss+xml" href="{home.server.url("/found")}">'
    page = f"<html><head>{link}</head></html>"
    home.server.script("/site", Answer(page.encode(), content_type="text/html"))
    home.server.script("/found", Answer(rss(item(1, "Found"))))
    assert "outlet" in home.run("feeds", "add", home.server.url("/site"))
    assert home.server.url("/found") in feeds.read_text() and "# the first" in feeds.read_text()
    home.run("feeds", "add", home.server.url("/found"), code=2)
    opml = home.run("feeds", "export")
    assert opml.count("<outline") >= 4
    (home.path / "other.opml").write_text(opml.replace("/found", "/other"))
    assert home.run("feeds", "import", "other.opml") == "Added 1 feed, 3 were there already.\n"
    assert home.json("feeds", "import", "other.opml", "--json") == {"added": 0, "known": 4}
    exported = home.json("feeds", "export", "--json")
    assert {"id": "own", "url": "https://own.example/rss", "name": "Own", "tags": []} in exported
    assert home.json("feeds", "remove", "own", "--json") == {"id": "own"}
    assert "own:" not in feeds.read_text() and "# my own feeds" in feeds.read_text()
    home.run("feeds", "remove", "own", code=2)
    home.run("check")


def test_an_edit_that_would_break_the_rules_is_undone(home: Home) -> None:
    before = (home.path / "rules" / "desk.yaml").read_text()
    home.run("feeds", "remove", "dawn", code=2)  # it stands in another file than the one that commands edit
    assert (home.path / "rules" / "desk.yaml").read_text() == before
    home.server.script("/found", Answer(rss(item(1, "Found"))))
    home.run("feeds", "add", home.server.url("/found"), "--id", "Not An Id", code=1)
    assert [path.name for path in (home.path / "rules").iterdir()] == ["desk.yaml"]


def test_a_new_file_of_feeds_can_be_edited_with_help(home: Home) -> None:
    home.server.script("/found", Answer(rss(item(1, "Found"))))
    address = home.server.url("/found")
    assert home.json("feeds", "add", address, "--id", "new", "--json") == {"id": "new", "url": address, "also": []}
    first, *_ = (home.path / "rules" / "feeds.yaml").read_text().splitlines()
    assert first == "# yaml-language-server: $schema=schema.json"
    schema = (Path(__file__).parents[2] / "rules" / "schema.json").read_text("utf-8")
    assert (home.path / "rules" / "schema.json").read_text("utf-8") == schema
    assert re.search(r"^new +new +0 ", home.run("feeds", "list"), re.MULTILINE)  # never asked so far


def test_feeds_that_fail_say_why_below_the_table(home: Home) -> None:
    home.server.script("/daily", Answer(b"", status=404))
    home.run("once", "--all")
    table, _, errors = home.run("feeds", "list").partition("\n\n")
    assert re.search(r"^daily +failing ", table, re.MULTILINE) and re.search(r"^dawn +ok ", table, re.MULTILINE)
    assert errors == "daily: answered 404 Not Found\n"


def test_annotate_reads_and_writes_lines(home: Home) -> None:
    lines: list[dict[str, Any]] = [
        {"id": "a", "title": ATTACK, "text": TEXT, "url": "https://e.org/1"},
        {"id": 7, "title": ATTACK, "text": f"<p>{TEXT}</p>", "url": "https://e.org/2?utm_source=x"},
        {"id": "c", "title": "Same address", "url": "https://e.org/1#top"},
    ]
    given = "\n".join(json.dumps(line) for line in lines)
    out = [json.loads(line) for line in home.run("annotate", "-", input_=given).splitlines()]
    assert [(one["id"], one["duplicate_of"]) for one in out] == [("a", None), (7, "a"), ("c", "a")]
    assert out[1]["plain"] == TEXT
    assert [one["rule"] for one in out[0]["matches"]] == ["attacks"]
    for one, line in zip(out, lines, strict=True):
        for match in one["matches"]:
            for evidence in match["evidence"]:
                field = one.get("plain", line["text"]) if evidence["field"] == "text" else line[evidence["field"]]
                assert field[evidence["start"] : evidence["end"]] == evidence["text"]
    only = json.loads(home.run("annotate", "-", "--only", "duplicates", "--json", input_=given).splitlines()[0])
    assert set(only) == {"id", "duplicate_of", "language"}
    broken = home.run("annotate", "-", input_='{"id": 1, "title": "x"}\nnot json\n{"title": "no id"}', code=1)
    assert "line 2" in broken and "line 3" in broken and '"id": 1' in broken
    home.run("annotate", "-", "--only", "weather", input_="", code=2)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("explain",), 2),
        (("explain", "--article", "99"), 2),
        (("explain", "--article", "99999999999999999999"), 2),
        (("explain", "--text", "nothing.txt"), 1),
        (("explain", "--text", "a.txt", "--rule", "nothing"), 2),
        (("preview", "nothing"), 2),
        (("preview", "daily", "--at", "yesterday"), 2),
        (("annotate", "nothing.jsonl"), 1),
        (("deliveries", "retry", "99"), 2),
        (("deliveries", "retry", "99999999999999999999"), 2),
        (("test", "pigeon:home"), 2),
        (("test", "slack:#desk"), 1),
        (("feeds", "import", "nothing.opml"), 1),
        (("init", "."), 2),
        (("init", "desk", "--home", "desk"), 2),
        (("test", "email:desk@example.org"), 1),
        (("no-such-command",), 2),
        (("backtest",), 2),
        (("backtest", "--rules", "nowhere"), 2),
        (("backtest", "--rules", "rules/desk.yaml"), 2),
        (("backtest", "--rules", "rules", "--since", "yesterday"), 2),
        (("backtest", "--rules", "rules", "--since", "0d"), 2),
        (("backtest", "--rules", "rules", "--rule", "nothing"), 2),
        (("backtest", "--rules", "rules", "--digest", "nothing"), 2),
        (("backtest", "--rules", "rules", "--digest", "alerts"), 2),
        (("backtest", "--rules", "rules", "--at", "2026-11-22T07:00"), 2),
        (("once", "--home", "nowhere"), 1),
    ],
    ids=str,
)
def test_wrong_use_is_said(home: Home, arguments: tuple[str, ...], code: int) -> None:
    assert home.run(*arguments, code=code).strip()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("explain", "--text", "-", "--rule", "atacks"), "there is no rule 'atacks' (did you mean `attacks`?)"),
        (("explain", "--text", "-", "--rule", "zz"), "there is no rule 'zz' (there is attacks)"),
        (("preview", "zz"), "there is no digest 'zz' (there are alerts and daily)"),
        (("backtest", "--rules", "rules", "--rule", "zz"), "'zz' today nor in rules (there is attacks)"),
        (("backtest", "--rules", "rules", "--digest", "dayly"), "'dayly' in rules (did you mean `daily`?)"),
        (("backtest", "--rules", "rules/desk.yaml"), "rules/desk.yaml: not a folder"),
        (("backtest", "--rules", "rules", "--since", "0d"), "write a number from 1 and s, m, h, d or w"),
    ],
    ids=str,
)
def test_wrong_use_is_told_with_what_is_right(home: Home, arguments: tuple[str, ...], said: str) -> None:
    assert said in home.run(*arguments, code=2)


def test_explain_text_and_url(home: Home) -> None:
    (home.path / "a.txt").write_text(f"{ATTACK}\n\n{TEXT}")
    assert "Armed attacks" in home.run("explain", "--text", "a.txt")
    home.server.script(
        "/page", Answer(f"<html><title>{ATTACK}</title><p>{TEXT}</p></html>".encode(), content_type="text/html")
    )
    found = home.json("explain", "--url", home.server.url("/page"), "--json")
    assert [one["rule"] for one in found["matches"]] == ["attacks"]
    assert home.run("explain", "--text", "-", input_="Nothing\n\nhappened", code=1)
    (home.path / "page.html").write_text(f"<!DOCTYPE html>\n<html>\n<title>{ATTACK}</title>\n<p>{TEXT}</p></html>\n")
    assert home.json("explain", "--text", "page.html", "--json") == found


def test_backtest_tells_what_other_rules_would_catch_lose_and_send(home: Home) -> None:
    desk, draft = home.path / "rules" / "desk.yaml", home.path / "draft"
    desk.write_text(desk.read_text().replace("when: immediately", "when: immediately, bundle: 0s"))
    home.run("once", "--all")
    draft.mkdir()
    rules = desk.read_text().replace("attack* OR blast*", "cricket").replace("where: balochistan", "languages: [en]")
    (draft / "desk.yaml").write_text(rules.replace("regions: [balochistan]", "rules: [attacks]"))
    said = home.run("backtest", "--rules", "draft", "--since", "1d", "--limit", "1")
    assert re.search(r"^attacks +2 +1 +1 +2 +0 +·█ *$", said, re.MULTILINE)
    assert "Newly caught: 1\n" in said and "  Dawn: Cricket in Lahore\n    attacks none → high" in said
    assert "Newly lost: 2\n" in said and f": {ATTACK}\n    attacks high → none" in said
    assert "    tried  when: no cricket found\n  … and 1 more match\n" in said
    assert "alerts: 1 alert (today 1)\n" in said and "UTC  1 story: 1 high (1 article)" in said
    found = home.json("backtest", "--rules", "draft", "--json")
    assert found["articles"] == {"tested": 3, "broken": 0, "fault": None, "matched_today": 2, "matched_tried": 1}
    assert [found[kind]["count"] for kind in ("caught", "lost", "changed")] == [1, 2, 0]
    assert [one["title"] for one in found["lost"]["matches"]] == [ATTACK] * 2
    assert found["lost"]["matches"][0]["tried"] == {"severity": None, "why": "when: no cricket found"}
    alerts = found["digests"][0]
    assert (alerts["digest"], alerts["today"], alerts["tried"][0]["stories"]) == ("alerts", 1, {"high": 1})
    assert "Cricket in Lahore" in home.run("backtest", "--rules", "draft", "--digest", "alerts")
    digest = home.json("backtest", "--rules", "draft", "--digest", "alerts", "--json")
    assert [one["headline"] for region in digest["regions"] for one in region["stories"]] == ["Cricket in Lahore"]
    deliveries = home.json("deliveries", "list", "--json")
    assert [one["state"] for one in deliveries] == ["sent"]  # to try is to look


def test_backtest_takes_a_home_and_refuses_broken_rules(home: Home) -> None:
    home.run("once", "--all")
    other = home.path / "other"
    shutil.copytree(home.path / "rules", other / "rules")
    assert "2 match today's rules, 2 those in other." in home.run("backtest", "--rules", "other", "--rule", "attacks")
    desk = other / "rules" / "desk.yaml"
    desk.write_text(desk.read_text().replace("attack* OR blast*", "attack* near/5 blast*"))
    said = home.run("backtest", "--rules", "other", code=1)
    line = 1 + desk.read_text()[: desk.read_text().index("near/5")].count("\n")
    assert "the rules in other cannot be used" in said and f"other/rules/desk.yaml:{line}:19: error: " in said
    (finding,) = home.json("backtest", "--rules", "other", "--json")
    assert (finding["file"], finding["line"], finding["column"]) == ("other/rules/desk.yaml", line, 19)
    (finding,) = home.json("backtest", "--rules", "other/rules", "--json")
    assert finding["file"] == "other/rules/desk.yaml"


def test_backtest_takes_the_last_good_rules_where_todays_have_an_error(home: Home) -> None:
    home.run("once", "--all")
    shutil.copytree(home.path / "rules", home.path / "draft")
    desk = home.path / "rules" / "desk.yaml"
    desk.write_text(desk.read_text().replace("attack* OR blast*", "attack* near/5 blast*"))
    done = home.run("backtest", "--rules", "draft", code=None)
    assert "2 match today's rules, 2 those in draft." in done


def test_backtest_names_the_digests_that_the_draft_drops(home: Home) -> None:
    desk, draft = home.path / "rules" / "desk.yaml", home.path / "draft"
    desk.write_text(desk.read_text().replace("when: immediately", "when: immediately, bundle: 0s"))
    home.run("once", "--all")
    draft.mkdir()
    (draft / "desk.yaml").write_text(re.sub(r"  alerts:.*?(?=  daily:)", "", desk.read_text(), flags=re.DOTALL))
    assert "alerts: not in draft: today 1 alert\n" in home.run("backtest", "--rules", "draft")
    gone = home.json("backtest", "--rules", "draft", "--json")["digests"][-1]
    assert (gone["digest"], gone["today"], gone["tried"]) == ("alerts", 1, None)


def test_explain_tells_the_whole_life_of_an_article(home: Home) -> None:
    home.run("once", "--all")
    life = home.json("explain", "--article", "1", "--json")["life"]
    stages = [step["stage"] for step in life["steps"]]
    assert stages[:4] == ["fetched", "stored", "copied", "matched"] or stages[:3] == ["fetched", "stored", "matched"]
    assert {"owed", "composed", "sent", "waiting"} <= set(stages)
    alert = life["owed"][0]["told"]
    (sent,) = alert["deliveries"]
    assert (sent["destination"], sent["state"], sent["attempts"]) == ("folder:out", "sent", 1)
    said = home.run("explain", "--article", "1", "--rule", "attacks")
    assert re.search(r"UTC\b", said) and alert["digest"] in said and sent["receipt"] in said
    assert re.search(r" waiting +for daily: its next digest, 20\d\d-.* in UTC", said)


def test_check_names_file_line_and_column(home: Home) -> None:
    assert [one for one in home.json("check", "--json") if one["level"] == "error"] == []
    assert home.run("check").endswith("All good: 1 rule, 2 feeds.\n")
    assert not (home.path / "state").exists()  # to check is to look
    rules = home.path / "rules" / "desk.yaml"
    rules.write_text(rules.read_text().replace("attack* OR blast*", "attack* near/5 blast*"))
    (finding,) = [one for one in home.json("check", "--json", code=1) if one["level"] == "error"]
    line = 1 + rules.read_text()[: rules.read_text().index("near/5")].count("\n")
    assert (finding["file"], finding["line"], finding["column"]) == ("rules/desk.yaml", line, 19)
    assert f"rules/desk.yaml:{line}:19: error:" in home.run("check", code=1)
    assert "rules/desk.yaml" in home.run("once", code=1)


def test_status_gives_every_reason_why_deliveries_are_held(home: Home) -> None:
    rules = home.path / "rules" / "desk.yaml"
    places = "['slack:#a', 'slack:#b', 'email:desk@example.org']"
    rules.write_text(re.sub(r"to: \[.*?\]", f"to: {places}", rules.read_text()))
    assert home.json("once", "--all", "--json")["deliveries"]["held"] == 3
    status = home.json("status", "--json", code=1)
    assert [(need["what"], need["hint"]) for need in status["needs"]] == [
        ("2 deliveries held: undeliverable: no SLACK_BOT_TOKEN", "dateline deliveries list --state held"),
        ("1 delivery held: undeliverable: no SMTP_URL", "dateline deliveries list --state held"),
    ]
    listed = home.json("deliveries", "list", "--json")
    assert all(one["digest"] in home.run("deliveries", "list") for one in listed)  # ids are never cut
    number = listed[0]["id"]
    assert home.json("deliveries", "retry", str(number), "--json") == {"id": number, "state": "pending"}


def test_a_bad_rule_file_leaves_the_last_good_rules_in_force(home: Home) -> None:
    home.run("once", "--all")
    (home.path / "rules" / "desk.yaml").write_text("rules: [")
    counts = home.json("once", "--all", "--json")
    assert counts["feeds"]["polled"] == 2
    (home.path / "state" / "rules-last-good.json").unlink()
    assert re.search(r"^rules +none in force *$", home.run("status", code=1), re.MULTILINE)
    status = home.json("status", "--json", code=1)
    assert status["ok"] is False and "desk.yaml" in status["rules"]["error"]


def test_the_daemon_delivers_refuses_a_second_and_stops_at_once(home: Home) -> None:
    rules = home.path / "rules" / "desk.yaml"
    rules.write_text(rules.read_text().replace("when: immediately", "when: immediately, bundle: 1s"))
    daemon = home.start()
    try:
        assert daemon.stderr is not None
        for line in daemon.stderr:
            if " sent " in line:
                break
        assert (home.path / "out").is_dir()
        assert str(daemon.pid) in home.run("once", code=1)
        assert str(daemon.pid) in home.run("run", code=1)
        status = home.json("status", "--json")
        assert (status["daemon"]["running"], status["daemon"]["pid"]) == (True, daemon.pid)
        rules.write_text("rules: [")
        daemon.send_signal(signal.SIGHUP)
        for line in daemon.stderr:
            if "rules not loaded" in line:
                break
        assert "desk.yaml" in line
        daemon.send_signal(signal.SIGINT)
        assert daemon.wait(timeout=3) == 0
    finally:
        daemon.kill()
        daemon.communicate()


def test_a_starter_home_is_complete(home: Home, tmp_path: Path) -> None:
    assert home.json("init", "--home", "desk", "--json") == {"home": str(tmp_path / "desk")}
    assert (tmp_path / "desk" / ".env.example").is_file()
    assert "All good" in home.run("check", "--strict", "--home", "desk")
    assert home.json("db", "upgrade", "--home", "desk", "--json").keys() == {"database", "schema"}
    assert "folder:" in (tmp_path / "desk" / "rules" / "digests.yaml").read_text()


def test_a_test_message_arrives(home: Home) -> None:
    sent = home.json("test", "folder:trial", "--json")
    assert sent["destination"] == "folder:trial" and Path(sent["reference"]).parent == home.path / "trial"
    (folder,) = (home.path / "trial").iterdir()
    assert "test" in (folder / "digest.txt").read_text().lower()


def test_the_demo_says_its_totals(home: Home) -> None:
    totals = home.json("demo", "--home", "day", "--json")
    assert totals["feeds"]["polled"] > 100 and totals["alerts"] > totals["digests"] > 0
    assert Path(totals["page"]).is_file() and Path(totals["home"]).parent == home.path / "day"


def test_help_lists_commands_as_they_are_needed(home: Home) -> None:
    shown = re.findall(r"^│ ([a-z]+) ", home.run("--help").partition(" Commands ")[2], re.MULTILINE)
    assert (shown[:3], shown[-3:]) == (["init", "run", "once"], ["restore", "db", "demo"])


def test_a_daemon_that_logs_json_says_nothing_else_and_an_other_says_what_fails(home: Home) -> None:
    home.server.script("/daily", Answer(b"", status=404))
    home.run("once", "--all")
    for arguments, first in ((["--json"], '"event": "started"'), ([], "Dateline ")):
        daemon = home.start(*arguments)
        try:
            assert daemon.stderr is not None
            said_first = (line for line in daemon.stderr if "warning" not in line)  # of this machine's libraries
            lines = [next(said_first) for _ in range(3 if not arguments else 1)]
            assert first in lines[0]
            assert (
                arguments
                or lines[2] == "1 of 2 feeds could not be read when last asked, and will be asked again now.\n"
            )
            daemon.send_signal(signal.SIGINT)
            said = daemon.communicate(timeout=15)[1]
            assert not arguments or all(json.loads(line) for line in said.splitlines())
        finally:
            daemon.kill()
            daemon.communicate()

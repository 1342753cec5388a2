"""`dateline preview`: what a reader would get, printed, and nothing sent."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from monitor.cli import app
from monitor.links import LeaveLink, Links, PageLink
from tests.fakes import open_desk
from tests.pipeline.test_joining import FIRST
from tests.pipeline.test_preview import RULES, poll, sent

MAILED = RULES.replace('"folder:out"', '"folder:out", "email:desk@example.org", "slack:#desk"')


@pytest.fixture
async def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DATELINE_PUBLIC_URL", "https://news.example.org")
    monkeypatch.setenv("DATELINE_SECRET_KEY", "0123456789abcdef0123456789abcdef")
    async with open_desk(tmp_path, MAILED) as desk:
        await poll(desk, "dawn", FIRST, minutes=60)
        await poll(desk, "dawn", FIRST, minutes=60)
        (digest,) = sent(desk, "hourly")
        (tmp_path / "digest").write_text(digest.id)
    return tmp_path


def shown(home: Path, *arguments: str) -> str:
    result = CliRunner().invoke(app, ["preview", *arguments, "--home", str(home)])
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.parametrize("form", ["email", "text"])
@pytest.mark.parametrize("stored", [False, True])
def test_a_mail_is_shown_with_the_links_of_its_first_reader(home: Path, form: str, stored: bool) -> None:
    what = [(home / "digest").read_text()] if stored else ["hourly", "--at", "2026-11-22T07:00"]
    found = re.findall(r"https://news\.example\.org/[du]/([\w-]+)", shown(home, *what, "--as", form))
    key = Links("https://news.example.org", b"0123456789abcdef0123456789abcdef")
    read = {key.read(token) for token in found}
    assert LeaveLink("hourly", "email:desk@example.org") in read
    assert any(isinstance(one, PageLink) and one.digest.startswith("hourly-20261122T07") for one in read)


def test_a_past_moment_reads_as_the_digest_that_was_sent_then(home: Path) -> None:
    past, stored = (
        json.loads(shown(home, *what, "--json"))
        for what in (("hourly", "--at", "2026-11-22T07:00"), ((home / "digest").read_text(),))
    )
    assert past["reason"] == "a preview, sent to nobody"
    assert past["regions"] == stored["regions"]


def test_slack_and_other_forms_hold_no_personal_links(home: Path) -> None:
    for form in ("slack", "json"):
        assert "news.example.org" not in shown(home, "hourly", "--at", "2026-11-22T07:00", "--as", form)
    assert "news.example.org" not in shown(home, "alerts", "--at", "2026-11-22T07:00", "--as", "email")

"""`dateline demo`: the invented day through the real pipeline, and what its subscribers were told."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from monitor.demo import play
from monitor.demo.day import Carried, Day, Published, load_day
from monitor.demo.home import ALERTS, SUMMARY, clear
from monitor.demo.newsroom import address_of
from monitor.errors import SettingsError
from monitor.model import Match, Severity
from monitor.rulebook import Rulebook
from monitor.store import Store
from monitor.store.tables import ARTICLE, MATCH
from monitor.store.telling import read_match

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Demo:
    """The demo's result as its reader finds it."""

    day: Day
    folder: Path
    said: tuple[str, ...]

    @property
    def home(self) -> Path:
        return self.folder / "home"

    def link(self, item: str) -> str:
        return address_of(self.day, self.day.items[item])

    def digests(self, subscription: str) -> list[Json]:
        found = [json.loads(file.read_text("utf-8")) for file in self.home.glob("digests/*/digest.json")]
        return sorted((one for one in found if one["digest"] == subscription), key=lambda one: str(one["id"]))

    def mentions(self, subscription: str, link: str) -> list[tuple[Json, Json]]:
        """Return the stories of a subscription's digests that list an address, in order, each with its article."""
        return [
            (story, article)
            for digest in self.digests(subscription)
            for region in digest["regions"]
            for story in region["stories"]
            for article in story["articles"]
            if article["link"] == link
        ]

    def stored(self) -> dict[str, tuple[int, list[Match]]]:
        """Return every stored article's number and matches, by its address."""
        store = Store(f"sqlite:///{self.home / 'state' / 'dateline.db'}")
        try:
            with store.reading() as db:
                numbers = {row.link: row.id for row in db.execute(select(ARTICLE.c.link, ARTICLE.c.id))}
                matches: dict[int, list[Match]] = {}
                for row in db.execute(select(MATCH)).mappings():
                    matches.setdefault(row["article"], []).append(read_match(row))
                return {link: (number, matches.get(number, [])) for link, number in numbers.items()}
        finally:
            store.close()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder, said = tmp_path_factory.mktemp("demo") / "result", list[str]()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("CI", "1")  # no browser
        environment.setenv("DATABASE_URL", "sqlite:///of-somebody-else.db")  # not the demo's to write to
        play(folder, say=said.append)
    yield Demo(load_day(), folder, tuple(said))


def events(day: Day) -> list[Published]:
    return [one for one in day.happenings if isinstance(one, Published) and one.is_event]


def test_every_item_is_stored_once(demo: Demo) -> None:
    assert demo.stored().keys() == {demo.link(item) for item in demo.day.items}


def test_unchanged_feeds_answer_not_modified(demo: Demo) -> None:
    asked, not_modified = next(re.findall(r"\d+", line)[:2] for line in demo.said if "not modified" in line)
    assert int(not_modified) > int(asked) / 2


def test_the_first_poll_is_silent_even_about_what_matches(demo: Demo) -> None:
    stored = demo.stored()
    past = [demo.link(one.id) for one in demo.day.backlog]
    assert sum(bool(stored[link][1]) for link in past) == 2
    for link in past:
        assert not demo.mentions(ALERTS, link)
        assert not demo.mentions(SUMMARY, link)


def test_nobody_is_told_of_what_is_no_business_of_the_desk(demo: Demo) -> None:
    background = [one for one in demo.day.happenings if isinstance(one, Published) and not one.is_event]
    assert len(background) >= 25
    told = [one.id for one in background for who in (ALERTS, SUMMARY) if demo.mentions(who, demo.link(one.id))]
    assert told == []


@pytest.mark.parametrize("subscription", [ALERTS, SUMMARY])
def test_each_article_is_told_once_as_news_and_again_only_as_changed(demo: Demo, subscription: str) -> None:
    stored = demo.stored()
    floor = Severity.HIGH if subscription == ALERTS else Severity.LOW
    for event in events(demo.day):
        _, matches = stored[demo.link(event.id)]
        owed = any(match.severity.rank >= floor.rank for match in matches)
        told = demo.mentions(subscription, demo.link(event.id))
        assert bool(told) == owed, event.id
        for story, _ in told[1:]:
            assert "revision" in {change["kind"] for change in story["changes"]}, event.id
    assert all(demo.mentions(SUMMARY, demo.link(event.id)) for event in events(demo.day))


def test_wire_copies_are_listed_as_duplicates_of_their_original(demo: Demo) -> None:
    stored = demo.stored()
    copies = [one for one in events(demo.day) if one.copy_of]
    assert len(copies) == 4
    for copy in copies:
        assert copy.copy_of is not None
        original, _ = stored[demo.link(copy.copy_of)]
        told = demo.mentions(SUMMARY, demo.link(copy.id))
        assert [article["duplicate_of"] for _, article in told] == [original], copy.id


def test_an_article_in_two_feeds_is_one_article(demo: Demo) -> None:
    carried = [one for one in demo.day.happenings if isinstance(one, Carried)]
    assert len(carried) == 2
    for one in carried:
        assert len(demo.mentions(SUMMARY, demo.link(one.item))) == 1


@pytest.mark.parametrize("subscription", [ALERTS, SUMMARY])
def test_the_correction_is_told_as_a_change(demo: Demo, subscription: str) -> None:
    first, again = demo.mentions(subscription, demo.link("toll-wire"))
    assert first[1]["title"].startswith("31 killed")
    assert again[1]["title"].startswith("12 killed")
    changes = [change["text"] for change in again[0]["changes"] if change["kind"] == "revision"]
    assert len(changes) == 1
    assert "that you were sent at" in changes[0]
    assert "“12 killed" in changes[0]


def test_renewed_ids_and_dates_are_no_news(demo: Demo) -> None:
    assert any("sada-e-chiltan gives all its items new ids" in line and "nothing new" in line for line in demo.said)


@pytest.mark.parametrize(
    ("time", "feed", "error"),
    [("T0530", "gulf-meridian", "500"), ("T0700", "harbour-post-front-page", "404")],
    ids=["a server that fails", "a feed that is gone"],
)
def test_a_digest_names_the_feed_that_could_not_be_read(demo: Demo, time: str, feed: str, error: str) -> None:
    digest = next(one for one in demo.digests(SUMMARY) if time in one["id"])
    assert digest["coverage"]["checked"] == 7
    assert [trouble["feed"] for trouble in digest["coverage"]["failed"]] == [feed]
    assert error in digest["coverage"]["failed"][0]["error"]


def test_what_was_published_while_the_server_failed_is_told_once_it_is_back(demo: Demo) -> None:
    (_, article), *more = demo.mentions(SUMMARY, demo.link("hospitals"))
    assert article["id"] == demo.stored()[demo.link("hospitals")][0]
    assert not more
    first_digest = demo.digests(SUMMARY)[0]
    assert demo.link("hospitals") not in json.dumps(first_digest)


def test_the_result_is_files_that_the_page_leads_to(demo: Demo) -> None:
    page = (demo.folder / "index.html").read_text("utf-8")
    folders = list((demo.home / "digests").iterdir())
    assert len(folders) == len(demo.digests(ALERTS)) + len(demo.digests(SUMMARY))
    for folder in folders:
        assert {file.name for file in folder.iterdir()} == {"digest.html", "digest.txt", "digest.json", "slack.json"}
        assert f'href="home/digests/{folder.name}/digest.html"' in page
        assert json.loads((folder / "slack.json").read_text("utf-8"))[0]["blocks"]
    assert "://" not in page  # self-contained: nothing is loaded from elsewhere


def test_the_home_is_complete(demo: Demo) -> None:
    rulebook = Rulebook(demo.home)
    rulebook.load()
    assert rulebook.error is None
    assert not [finding for finding in rulebook.findings if finding.level == "error"]
    assert set(rulebook.rules.subscriptions) == {ALERTS, SUMMARY}
    assert not (demo.home / "of-somebody-else.db").exists()


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(SettingsError, match="no demo has written"):
        clear(tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "result").write_text("")
    with pytest.raises(SettingsError, match="is a file"):
        clear(tmp_path / "result")


def test_a_former_demo_is_made_anew_and_only_that(tmp_path: Path) -> None:
    clear(tmp_path)
    (tmp_path / "home" / "rules").mkdir(parents=True)
    (tmp_path / "index.html").write_text("old")
    (tmp_path / "notes.txt").write_text("the visitor's own")
    clear(tmp_path)
    assert not (tmp_path / "home").exists()
    assert not (tmp_path / "index.html").exists()
    assert (tmp_path / "notes.txt").read_text() == "the visitor's own"

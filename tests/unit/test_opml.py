"""OPML lists in and out."""

import html
import re
from contextlib import suppress
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import ParseError
from monitor.feeds.opml import OpmlFeed, read_opml, write_opml
from tests.data import DATA, needs_data

LISTS = sorted((DATA / "opml_countries").glob("*.opml"))


def opml(body: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><opml version="2.0"><body>{body}</body></opml>'.encode()


def test_folders_and_categories() -> None:
    found = read_opml(
        opml(
            """
            <outline text="Loose" xmlUrl="https://a.example/rss"/>
            <outline text="Pakistan">
              <outline text=" Dawn
                 Balochistan " xmlUrl=" https://dawn.example/rss?a=1&amp;b=2 "/>
              <outline text="Urdu">
                <outline title="جنگ" text="" xmlUrl="https://jang.example/rss" category="/Desk/Asia,daily"/>
              </outline>
            </outline>
            <outline text="Again"><outline text="Other name" xmlUrl="https://a.example/rss"/></outline>
            <outline xmlUrl="https://nameless.example/rss"/>
            <outline text="A site" type="link" url="https://list.example/list.opml"/>
            <outline text="No feed" htmlUrl="https://page.example/"/>
            """
        )
    )
    assert found == (
        OpmlFeed(url="https://a.example/rss", name="Loose", categories=("Again",)),
        OpmlFeed(url="https://dawn.example/rss?a=1&b=2", name="Dawn Balochistan", categories=("Pakistan",)),
        OpmlFeed(url="https://jang.example/rss", name="جنگ", categories=("Desk/Asia", "daily", "Pakistan/Urdu")),
        OpmlFeed(url="https://nameless.example/rss", name="https://nameless.example/rss"),
    )


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", b"\xef\xbb\xbf"),
        ("utf-16-le", b"\xff\xfe"),
        ("utf-16-be", b"\xfe\xff"),
        ("latin-1", b""),
    ],
)
def test_encodings(encoding: str, mark: bytes) -> None:
    declaration = f'<?xml version="1.0" encoding="{encoding}"?>' if not mark else ""
    text = f'{declaration}<opml version="1.0"><body><outline text="Café" xmlUrl="https://a.example/"/></body></opml>'
    assert read_opml(mark + text.encode(encoding)) == (OpmlFeed(url="https://a.example/", name="Café"),)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "no <opml> element"),
        (b"https://a.example/list.opml", "no <opml> element"),
        (b"<html><body>Sign in</body></html>", "no <opml> element"),
        (opml(""), "lists no feeds"),
        (opml('<outline text="Folder"/>'), "lists no feeds"),
        (opml('<outline xmlUrl="http://a.example/"/></outline>'), "not closed where they should be"),
        (opml("").replace(b"UTF-8", b"klingon"), "not the encoding that it declares, klingon"),
        (opml("\u00e9").replace(b"UTF-8", b"ascii"), "not the encoding that it declares, ascii"),
        (b"\xff\xfe\x00", "not the encoding that it declares, utf-16-le"),
    ],
)
def test_what_is_no_list_says_so(data: bytes, says: str) -> None:
    with pytest.raises(ParseError, match=says):
        read_opml(data)


@settings(max_examples=60)
@given(st.binary(max_size=80).map(lambda noise: opml("<outline xmlUrl='http://a'/>") + noise) | st.binary(max_size=80))
def test_nothing_but_parse_errors_comes_out(data: bytes) -> None:
    with suppress(ParseError):
        assert read_opml(data)


def test_folders_are_written_together_and_everything_is_escaped() -> None:
    feeds = [
        OpmlFeed(url="https://a.example/?a=1&b=2", name='"A" & <B>\x00\ufffe', categories=("R&D", "Zwei")),
        OpmlFeed(url="https://b.example/", name="B", categories=("R&D",)),
        OpmlFeed(url="https://c.example/", name="C"),
    ]
    root = ElementTree.fromstring(write_opml(feeds).encode())  # noqa: S314 - our own
    top = root.findall("body/outline")
    assert [one.get("text") for one in top] == ["R&D", "C", "Zwei"]
    assert [one.get("xmlUrl") for one in top[0]] == ["https://a.example/?a=1&b=2", "https://b.example/"]
    assert top[0][0].get("title") == '"A" & <B>'


words = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=12)
lists = st.lists(
    st.builds(
        OpmlFeed,
        url=words.map(lambda word: f"https://a.example/{word}"),
        name=words,
        categories=st.lists(words, max_size=3, unique=True).map(tuple),
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda feed: feed.url,
)


@settings(max_examples=100)
@given(lists)
def test_what_is_written_reads_back_the_same(feeds: list[OpmlFeed]) -> None:
    assert read_opml(write_opml(feeds).encode()) == tuple(feeds)


@needs_data
@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.stem)
def test_real_lists_round_trip(path: Path) -> None:
    data = path.read_bytes()
    feeds = read_opml(data)
    written = re.findall(r'xmlUrl="([^"]+)"', data.decode())  # not all of them are well-formed
    assert {feed.url for feed in feeds} == {html.unescape(url).strip() for url in written}
    assert read_opml(write_opml(feeds).encode()) == feeds

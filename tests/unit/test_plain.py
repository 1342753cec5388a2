"""The fast path for plain RSS: what it takes it reads as feedparser does, and it takes nothing doubtful."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from monitor.feeds.parse import syndication
from monitor.feeds.parse.plain import MAX_LENGTH, read_plain

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/" '
    'xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"'
)
LINK = "<link>https://e.org/1</link>"


def document(
    item: str, channel: str = "<title>Outlet</title><link>https://e.org/</link><language>en</language>"
) -> str:
    return f'<rss version="2.0" {SPACES}><channel>{channel}<item>{item}</item></channel></rss>'


@pytest.mark.parametrize(
    "item",
    [
        pytest.param(f"<title>Blast in Quetta</title>{LINK}<guid>https://e.org/1</guid>", id="least"),
        pytest.param("<title>T</title><guid>https://e.org/1</guid>", id="guid as link"),
        pytest.param(f"<title>T</title>{LINK}<guid isPermaLink='false'>17</guid>", id="guid that is no link"),
        pytest.param(f"{LINK}<description>&lt;p&gt;A &amp;amp; B&lt;/p&gt;</description>", id="no title"),
        pytest.param(
            f"<title><![CDATA[A & B]]></title>{LINK}<description>Short</description>"
            "<content:encoded><![CDATA[<p>One</p><p>Two</p>]]></content:encoded>",
            id="two texts",
        ),
        pytest.param(
            f"<title>T</title>{LINK}<category>War</category><category domain='x'>Peace</category>"
            "<dc:creator>Ann</dc:creator><author>Bo</author>"
            "<pubDate>Sun, 22 Nov 2026 07:00:00 +0500</pubDate><dc:date>2026-11-22T03:00:00Z</dc:date>",
            id="categories, authors, dates",
        ),
        pytest.param(f"<title>T</title>{LINK}<pubDate>Sun, 22 Nov 2026 07:00:00 PKT</pubDate>", id="zone by name"),
        pytest.param(
            f"<title>T</title>{LINK}<feedburner:origLink>https://f.org/2</feedburner:origLink>"
            "<enclosure url='https://e.org/a.mp3'/><comments>https://e.org/1#c</comments>",
            id="original link, enclosure",
        ),
        pytest.param(f"<title>دھماکہ کوئٹہ</title>{LINK}<media:thumbnail url='https://e.org/a.png'/>", id="Urdu"),
    ],
)
def test_what_it_takes_is_read_as_feedparser_does(item: str) -> None:
    text = document(item)
    plain, reference = read_plain(text), syndication._feedparser(text)
    assert plain is not None

    def entries(result: object) -> list[object]:
        found = result.entries  # type: ignore[attr-defined]
        return [syndication._entry(one, base="https://e.org/", language="en", now=NOW) for one in found]

    assert entries(plain) == entries(reference)
    assert [plain.feed.get(name) for name in ("title", "link", "language")] == ["Outlet", "https://e.org/", "en"]
    assert plain.version == reference.version == "rss20"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("<feed xmlns='http://www.w3.org/2005/Atom'/>", id="Atom"),
        pytest.param("<rss version='0.91'><channel/></rss>", id="older RSS"),
        pytest.param("<rss version='2.0'><channel></rss>", id="broken"),
        pytest.param("<rss version='2.0'></rss>", id="no channel"),
        pytest.param("<rss version='2.0'><canal/></rss>", id="another child"),
        pytest.param(document(f"{LINK}<title xml:lang='ur'>T</title>"), id="language of an element"),
        pytest.param(document(f"{LINK}<title>A</title><title>B</title>"), id="two titles"),
        pytest.param(document(f"{LINK}<title>A <b>bold</b></title>"), id="markup between tags"),
        pytest.param(document(f"{LINK}<title type='html'>A</title>"), id="unknown attribute"),
        pytest.param(document(f"{LINK}<georss:point xmlns:georss='x'>1 2</georss:point>"), id="unknown element"),
        pytest.param(document(f"{LINK}<author>ann@e.org (Ann)</author>"), id="author by address"),
        pytest.param(document("<title>T</title><link>/relative</link>"), id="relative link"),
        pytest.param(document(f"{LINK}<title>caf\xc3\xa9</title>"), id="encoded twice"),
        pytest.param(document(f"{LINK}<title>a\x93b</title>"), id="letters of Windows"),
        pytest.param(document(LINK, "<title>T</title><skipHours/>"), id="unknown element of the channel"),
        pytest.param(
            document(LINK, "<title>T</title><atom:link href='https://e.org/'/>"), id="second link of the feed"
        ),
        pytest.param(document(f"{LINK}<description>{'a' * MAX_LENGTH}</description>"), id="large"),
    ],
)
def test_it_leaves_alone_what_is_not_plain(text: str) -> None:
    assert read_plain(text) is None


def test_a_link_of_the_feed_to_itself_is_plain() -> None:
    text = document(LINK, "<title>T</title><atom:link rel='self' href='https://e.org/rss'/><ttl>5</ttl>")
    assert read_plain(text) is not None

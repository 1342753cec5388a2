"""Feeds of every format, broken and hostile ones too, to entries."""

import json
import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import ParseError
from monitor.feeds.parse import parse_feed, syndication
from monitor.feeds.parse.document import MAX_ENTRIES
from monitor.feeds.parse.encoding import decode
from monitor.feeds.parse.fields import MAX_GUID, MAX_TEXT, MAX_TITLE
from monitor.model import Entry, ParsedFeed

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
URL = "https://feeds.example.org/rss/all.xml"


def parse(document: str | bytes, content_type: str | None = None) -> ParsedFeed:
    body = document.encode("utf-8", "surrogatepass") if isinstance(document, str) else document
    return parse_feed(body, url=URL, content_type=content_type, now=NOW)


def rss(items: str, channel: str = "<link>https://example.org/</link>") -> str:
    return f'<?xml version="1.0"?>\n<rss version="2.0"><channel><title>Desk</title>{channel}{items}</channel></rss>'


def atom(entries: str, attributes: str = "") -> str:
    return f'<feed xmlns="http://www.w3.org/2005/Atom" {attributes}><title>Desk</title>{entries}</feed>'


def item(fields: str) -> Entry:
    (entry,) = parse(rss(f"<item>{fields}</item>")).entries
    return entry


# --- formats -----------------------------------------------------------------------------------------------------

WHOLE = Entry(
    guid="g1",
    link="https://example.org/1",
    title="Blast & fire in Quetta",
    text="One.\n\nTwo.",
    author="Asma Khan",
    section="Balochistan; Security",
    language="en",
    published_at=datetime(2026, 11, 20, 5, 30, tzinfo=UTC),
)

FORMATS = {
    "RSS 2.0": """<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Desk</title>
        <link>https://example.org/</link><language>en</language><item><guid isPermaLink="false"> g1 </guid>
        <link>https://example.org/1</link><title>Blast &amp;amp; fire in Quetta</title>
        <dc:creator>Asma Khan</dc:creator><description>&lt;p&gt;One.&lt;/p&gt;&lt;p&gt;Two.&lt;/p&gt;</description>
        <category>Balochistan</category>
        <category>Security</category><pubDate>Fri, 20 Nov 2026 10:30:00 +0500</pubDate></item></channel></rss>""",
    "RSS 1.0": """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
        xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Desk</title><link>https://example.org/</link>
        <dc:language>en</dc:language></channel><item rdf:about="g1"><title>Blast &amp;amp; fire in Quetta</title>
        <link>https://example.org/1</link><description><![CDATA[<p>One.<p>Two.]]></description>
        <dc:creator>Asma Khan</dc:creator><dc:subject>Balochistan</dc:subject><dc:subject>Security</dc:subject>
        <dc:date>2026-11-20T10:30:00+05:00</dc:date></item></rdf:RDF>""",
    "Atom 1.0": """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>Desk</title>
        <link href="https://example.org/"/><entry><id>g1</id><title type="html">Blast &amp;amp; fire in Quetta</title>
        <link rel="edit" href="https://example.org/edit"/><link href="https://example.org/1"/>
        <author><name>Asma Khan</name></author><summary>One.</summary><category term="b" label="Balochistan"/>
        <category term="Security"/><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>One.</p><p>Two.</p>
        </div></content><published>2026-11-20T05:30:00Z</published><updated>2026-11-21T05:30:00Z</updated></entry></feed>""",
    "Atom 0.3": """<feed version="0.3" xmlns="http://purl.org/atom/ns#" xml:lang="en"><title>Desk</title>
        <link rel="alternate" type="text/html" href="https://example.org/"/><entry><id>g1</id>
        <title mode="escaped" type="text/html">Blast &amp;amp; fire in Quetta</title>
        <link rel="alternate" type="text/html" href="https://example.org/1"/><author><name>Asma Khan</name></author>
        <content type="text/html" mode="escaped">&lt;p&gt;One.&lt;/p&gt;&lt;p&gt;Two.&lt;/p&gt;</content>
        <category term="Balochistan"/><category term="Security"/><issued>2026-11-20T05:30:00Z</issued></entry>
        </feed>""",
    "JSON Feed 1.1": json.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": "Desk",
            "home_page_url": "https://example.org/",
            "language": "en",
            "items": [
                {
                    "id": "g1",
                    "url": "/1",
                    "title": "Blast &amp; fire in Quetta",
                    "summary": "One.",
                    "content_html": "<p>One.</p><p>Two.</p>",
                    "authors": [{"name": "Asma Khan"}, {"url": "x"}],
                    "tags": ["Balochistan", "Security", 7],
                    "date_published": "2026-11-20T10:30:00+05:00",
                },
                "no item",
            ],
        }
    ).replace(", 7]", ", null]"),
}  # fmt: skip


@pytest.mark.parametrize("document", FORMATS.values(), ids=FORMATS)
def test_every_format_gives_the_same_entry(document: str) -> None:
    feed = parse(document)
    assert feed == ParsedFeed(title="Desk", link="https://example.org/", language="en", entries=(WHOLE,))


def test_news_sitemap() -> None:
    feed = parse(
        """<?xml version="1.0" encoding="UTF-8"?>
        <urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"
                xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
        <url><loc>https://example.org/1?a=1&amp;b=2</loc><image:image><image:title>No title</image:title></image:image>
        <n:news><n:publication><n:name>The Desk</n:name><n:language>en</n:language></n:publication>
        <n:publication_date>2026-11-20T10:30:00+05:00</n:publication_date>
        <n:title>Blast &amp;amp; fire</n:title><n:keywords>Quetta, Blast</n:keywords></n:news></url>
        <url><loc>https://example.org/about</loc></url></urlset>"""
    )
    assert feed.title == "The Desk"
    assert feed.language == "en"
    assert feed.entries == (
        Entry(
            guid="https://example.org/1?a=1&b=2",
            link="https://example.org/1?a=1&b=2",
            title="Blast & fire",
            text="",
            section="Quetta; Blast",
            language="en",
            published_at=datetime(2026, 11, 20, 5, 30, tzinfo=UTC),
        ),
    )


def test_a_cut_sitemap_gives_what_was_read() -> None:
    feed = parse(
        "<urlset xmlns:n='n'><url><loc>https://example.org/1</loc><n:news><n:title>T</n:title></n:news></url><ur"
    )
    assert [entry.title for entry in feed.entries] == ["T"]
    assert feed.truncated
    assert feed.problem is not None and feed.problem.startswith("broken XML")


def test_an_endless_title_in_a_sitemap() -> None:
    title = "<![CDATA[x]]>" * 20_000
    (entry,) = parse(f"<urlset><url><loc>https://example.org/1</loc><title>{title}</title></url></urlset>").entries
    assert entry.title == "x" * MAX_TITLE


def test_an_empty_news_sitemap_is_a_feed_without_news() -> None:
    assert parse("<urlset></urlset>") == ParsedFeed(title="", link=None, language=None, entries=())


def test_json_feed_of_version_1() -> None:
    feed = {"version": "https://jsonfeed.org/version/1", "title": "Desk", "author": {"name": "Editor"}}
    item: dict[str, object] = {
        "id": 7,
        "external_url": "https://example.org/x",
        "content_text": "A line.",
        "author": {},
    }
    undated = {"id": "https://example.org/2", "date_modified": "2026-11-19", "title": True, "language": "ur"}
    first, second = parse(json.dumps({**feed, "items": [item, undated]})).entries
    assert (first.guid, first.link, first.title, first.author) == ("7", "https://example.org/x", "A line.", "Editor")
    assert (second.link, second.title, second.language) == ("https://example.org/2", "https://example.org/2", "ur")
    assert second.published_at == datetime(2026, 11, 19, tzinfo=UTC)


# --- what is no feed ---------------------------------------------------------------------------------------------

NO_FEEDS = {
    "empty": (b" \n", "is empty"),
    "declaration alone": (b'<?xml version="1.0"?><!-- nothing -->', "without any element"),
    "page": (b"<!DOCTYPE html><html><head><title>Dawn &amp; Co</title>", "an HTML page titled 'Dawn & Co', not a feed"),
    "page without a title": (b"<HTML><body>x", "an HTML page, not a feed"),
    "piece of a page": (b"<div>Maintenance</div>", "an HTML page"),
    "page in XHTML": (b'<?xml version="1.0"?><!DOCTYPE html PUBLIC "x"><x:html xmlns:x="y"/>', "an HTML page"),
    "words": (b"Too many requests", "begins with 'Too many requests'"),
    "bytes": (b"\x1f\x8b\x08\x00\xff\xfe", "neither XML nor JSON"),
    "comment never closed": (b"<!-- never closed", "neither XML nor JSON"),
    "other XML": (b"<catalog><book/></catalog>", "root <catalog>"),
    "list of feeds": (b'<opml version="2.0"></opml>', "feeds import"),
    "list of sitemaps": (b"<sitemapindex></sitemapindex>", "list of sitemaps"),
    "error": (b"<Error><Code>AccessDenied</Code></Error>", "an error message"),
    "plain sitemap": (b"<urlset><url><loc>https://example.org/</loc></url></urlset>", "only news sitemaps"),
    "sitemap with entities": (b'<!DOCTYPE urlset [<!ENTITY a "b">]><urlset><url>&a;</url></urlset>', "entities"),
    "broken JSON": (b'{"version": "https://jsonfeed.org/version/1", "items": [{"id', "cannot be read"),
    "deep JSON": (b'{"items":' + b"[" * 100_000, "cannot be read"),
    "number too long": (b'{"items": [' + b"9" * 5_000 + b"]}", "cannot be read"),
    "other JSON": (b'{"error": "not found"}', "no JSON Feed"),
    "list of anything": (b"[1, 2]", "no JSON Feed"),
    "items of anything": (b'{"items": [1]}', "no JSON Feed"),
    "attributes": (rss("<item " + " ".join(f'a{n}="x"' for n in range(300)) + "/>").encode(), "256 attributes"),
    "namespaces": (rss("".join(f'<a{n}:b xmlns:a{n}="x"/>' for n in range(300))).encode(), "256 namespaces"),
}


@pytest.mark.parametrize(("body", "message"), NO_FEEDS.values(), ids=NO_FEEDS)
def test_what_is_no_feed_says_what_it_is(body: bytes, message: str) -> None:
    with pytest.raises(ParseError, match=message.replace("[", r"\[")):
        parse(body)


def test_a_feed_without_entries_is_a_feed() -> None:
    assert parse(rss("")).entries == ()
    assert parse('<feed xmlns="http://www.w3.org/2005/Atom"/>') == ParsedFeed(
        title="", link=None, language=None, entries=()
    )


# --- fields ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "title"),
    [
        pytest.param("<title> A\n  title </title>", "A title", id="white space"),
        pytest.param("<title>a&#0;b\x00\u202ec</title>", "abc", id="controls"),
        pytest.param("<title>it&#39;s &#x41; &#128293;</title>", "it's A 🔥", id="references"),
        pytest.param("<title>&lt;b&gt;Bold&lt;/b&gt; AT&amp;amp;T</title>", "Bold AT&T", id="markup"),
        pytest.param("<title><script>alert(1)</script>Blast</title>", "Blast", id="unescaped script"),
        pytest.param("<title>x &lt; y</title>", "x < y", id="no markup"),
        pytest.param(f"<title>{'x' * 5_000}</title>", "x" * MAX_TITLE, id="too long"),
        pytest.param("<description>&lt;p&gt;Short text.&lt;/p&gt;</description>", "Short text.", id="text instead"),
        pytest.param(f"<description>{'word ' * 50}</description>", ("word " * 14).strip() + "…", id="first words"),
        pytest.param(f"<description>{'w' * 30} {'x' * 80}</description>", "w" * 30 + "…", id="few long words"),
        pytest.param(f"<description>{'w' * 300}</description>", "w" * 100 + "…", id="one long word"),
        pytest.param("<link>https://example.org/1</link>", "https://example.org/1", id="link instead"),
    ],
)
def test_title(fields: str, title: str) -> None:
    assert item(fields).title == title


def test_an_entry_that_says_nothing_is_dropped() -> None:
    feed = parse(rss("<item><guid isPermaLink='false'>g</guid></item><item><title>t</title></item><item/>"))
    assert [entry.title for entry in feed.entries] == ["t"]


CONTENT = 'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
MEDIA = 'xmlns:media="http://search.yahoo.com/mrss/"'


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        pytest.param(
            f"<description>Short.</description><content:encoded {CONTENT}>&lt;p&gt;Long.&lt;p&gt;Text."
            "</content:encoded>",
            "Long.\n\nText.",
            id="longest",
        ),
        pytest.param(
            f"<description>Long description.</description><content:encoded {CONTENT}>x</content:encoded>",
            "Long description.",
            id="longest, the other way round",
        ),
        pytest.param(
            f"<description>News.</description><media:description {MEDIA}>A very long caption.</media:description>",
            "News.",
            id="captions are not the text",
        ),
        pytest.param(f"<media:description {MEDIA} type='plain'>Film.</media:description>", "Film.", id="unless alone"),
        pytest.param(f"<description>{'x' * (MAX_TEXT + 5)}</description>", "x" * MAX_TEXT, id="too long"),
        pytest.param("<description>&#xD800;a&#x1F;</description>", "a", id="illegal references"),
    ],
)
def test_text(fields: str, text: str) -> None:
    assert item(f"<title>t</title>{fields}").text == text


def test_content_that_is_no_text_is_left_out() -> None:
    feed = parse(atom('<entry><title>t</title><content type="image/png">iVBORw0KGgo=</content></entry>'))
    assert feed.entries[0].text == ""


@pytest.mark.parametrize(
    ("fields", "link"),
    [
        pytest.param("<link> https://example.org/1 </link>", "https://example.org/1", id="absolute"),
        pytest.param("<link>/1</link>", "https://example.org/1", id="relative to the site"),
        pytest.param("<link>https://example.org/?a=1&amp;b=2</link>", "https://example.org/?a=1&b=2", id="ampersand"),
        pytest.param("<guid>https://example.org/1</guid>", "https://example.org/1", id="permalink"),
        pytest.param('<guid isPermaLink="false">https://example.org/1</guid>', "https://example.org/1", id="id"),
        pytest.param('<guid isPermaLink="false">17</guid>', None, id="id that is no address"),
        pytest.param("<guid>17</guid>", None, id="id that is no address and forgets to say so"),
        pytest.param("<guid>17</guid><link>/1</link>", "https://example.org/1", id="such an id before a link"),
        pytest.param('<enclosure url="https://example.org/1.mp3"/>', "https://example.org/1.mp3", id="enclosure"),
        pytest.param("<link>javascript:alert(1)</link>", None, id="script"),
        pytest.param(
            '<link>https://feeds.example.com/~r/1</link><f:origLink xmlns:f="http://rssnamespace.org/feedburner/ext/1.0">'
            "https://example.org/1</f:origLink>",
            "https://example.org/1",
            id="counting redirect",
        ),
    ],
)
def test_link(fields: str, link: str | None) -> None:
    assert item(f"<title>t</title>{fields}").link == link


@pytest.mark.parametrize(
    ("attributes", "link", "expected"),
    [
        ("", '<link href="1.html"/>', "https://feeds.example.org/rss/1.html"),
        ('xml:base="https://example.org/a/"', '<link href="1.html"/>', "https://example.org/a/1.html"),
        ('xml:base="/b/"', '<link href="1.html"/>', "https://feeds.example.org/b/1.html"),
        ("", '<link type="application/xhtml+xml" href="https://example.org/x"/>', "https://example.org/x"),
        ("", '<link rel="related" href="https://example.org/r"/>', "https://example.org/r"),
        ("", '<link type="image/png" href="https://example.org/i"/>', "https://example.org/i"),
    ],
    ids=["document", "xml:base", "relative xml:base", "xhtml", "related", "other type"],
)
def test_atom_link(attributes: str, link: str, expected: str) -> None:
    (entry,) = parse(atom(f"<entry><title>t</title>{link}</entry>", attributes)).entries
    assert entry.link == expected


def test_guid_is_an_identity_as_written() -> None:
    assert item("<title>t</title><guid isPermaLink='false'>  a  b </guid>").guid == "a b"
    assert item("<title>t</title><guid> </guid>").guid is None
    assert item("<title>t</title>").guid is None
    assert item(f"<title>t</title><guid isPermaLink='false'>{'g' * MAX_GUID}</guid>").guid == "g" * MAX_GUID
    assert item(f"<title>t</title><guid isPermaLink='false'>{'g' * (MAX_GUID + 1)}</guid>").guid is None


@pytest.mark.parametrize(
    ("fields", "author"),
    [
        ("<author>desk@example.org (Asma Khan)</author>", "Asma Khan"),
        ("<author>desk@example.org</author>", "desk@example.org"),
        ('<dc:creator xmlns:dc="http://purl.org/dc/elements/1.1/">A &amp;amp; B</dc:creator>', "A & B"),
        (f"<author>{'a' * 40_000}</author>", "a" * 300),
        ("", ""),
    ],
    ids=["RSS", "address", "creator", "too long", "none"],
)
def test_author(fields: str, author: str) -> None:
    assert item(f"<title>t</title>{fields}").author == author


def test_several_authors_and_categories() -> None:
    (entry,) = parse(
        atom(
            "<entry><title>t</title><author><name>A</name></author><author><name>B</name></author>"
            '<category term="x" label="X"/><category term="http://schemas.example/kind"/><category term="X"/></entry>'
        )
    ).entries
    assert entry.author == "A, B"
    assert entry.section == "X"


@pytest.mark.parametrize(
    ("feed", "entry", "expected"),
    [
        ('xml:lang="en-US"', "<title>t</title>", "en-US"),
        ('xml:lang="en"', '<title xml:lang="ur_PK">t</title>', "ur-PK"),
        ('xml:lang="en"', '<title>t</title><content type="html" xml:lang="ps">x</content>', "ps"),
        ('xml:lang="english language"', "<title>t</title>", None),
        ("", "<title>t</title>", None),
    ],
    ids=["feed", "title", "content", "rubbish", "none"],
)
def test_language(feed: str, entry: str, expected: str | None) -> None:
    assert parse(atom(f"<entry>{entry}</entry>", feed)).entries[0].language == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Fri, 20 Nov 2026 10:30:00 +0500", datetime(2026, 11, 20, 5, 30, tzinfo=UTC)),
        ("Fri, 20 Nov 2026 10:30:00 GMT", datetime(2026, 11, 20, 10, 30, tzinfo=UTC)),
        ("Fri, 20 Nov 2026 10:30:00 EST", datetime(2026, 11, 20, 15, 30, tzinfo=UTC)),
        ("Fri, 20 Nov 2026 10:30:00 PKT", datetime(2026, 11, 20, 5, 30, tzinfo=UTC)),
        ("Fri, 20 Nov 2026 10:30:00 IST", datetime(2026, 11, 20, 5, 0, tzinfo=UTC)),
        ("Fri, 20 Nov 2026 10:30:00 XYZ", datetime(2026, 11, 20, 10, 30, tzinfo=UTC)),
        ("2026-11-20", datetime(2026, 11, 20, tzinfo=UTC)),
        ("2026-11-20T23:59:60Z", datetime(2026, 11, 21, tzinfo=UTC)),
        ("Mon, 23 Nov 2026 11:00:00 GMT", datetime(2026, 11, 23, 11, tzinfo=UTC)),
        ("Mon, 23 Nov 2026 13:00:00 GMT", None),
        ("Fri, 20 Nov 2099 10:30:00 GMT", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("0001-01-01T00:00:00Z", None),
        ("0000-01-01T00:00:00Z", None),
        ("99999-01-01T00:00:00Z", None),
        ("2026-11-20T10:30:00+99999999999", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_published_at(written: str, expected: datetime | None) -> None:
    assert item(f"<title>t</title><pubDate>{written}</pubDate>").published_at == expected


def test_updated_stands_in_for_an_absurd_or_missing_date() -> None:
    (entry,) = parse(
        atom(
            "<entry><title>t</title><published>0001-01-01T00:00:00Z</published>"
            "<updated>2026-11-20T05:30:00Z</updated></entry>"
        )
    ).entries
    assert entry.published_at == datetime(2026, 11, 20, 5, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-11-20T05:30:00Z", datetime(2026, 11, 20, 5, 30, tzinfo=UTC)),
        ("2026-11-20T05:30:00.123-05:00", datetime(2026, 11, 20, 10, 30, tzinfo=UTC)),
        ("2026-11-20T05:30", datetime(2026, 11, 20, 5, 30, tzinfo=UTC)),
        ("0001-01-01T00:00:00+05:00", None),
        ("2027-01-01", None),
        ("soon", None),
    ],
)
def test_date_of_a_json_feed(written: str, expected: datetime | None) -> None:
    feed = {"version": "https://jsonfeed.org/version/1", "items": [{"title": "t", "date_published": written}]}
    assert parse(json.dumps(feed)).entries[0].published_at == expected


# --- broken documents --------------------------------------------------------------------------------------------

ACCENTS = rss("<item><title>Qué pasó “así” en Nuñoa</title></item>")


def test_a_truncated_feed_gives_its_entries_and_says_so() -> None:
    whole = rss("".join(f"<item><guid>{n}</guid><title>Title {n}</title></item>" for n in range(5)))
    feed = parse(whole[:-50])
    assert feed.truncated
    assert [entry.title for entry in feed.entries][:4] == [f"Title {n}" for n in range(4)]
    assert not parse(whole).truncated
    assert not parse(whole + "\n<!-- cached -->").truncated


def test_a_root_closed_in_an_article_does_not_hide_the_cut() -> None:
    assert parse(rss("<item><title>t</title><description><![CDATA[</rss>]]></description></item>")[:-16]).truncated


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        pytest.param(ACCENTS.encode(), None, id="UTF-8"),
        pytest.param(b"\xef\xbb\xbf" + ACCENTS.encode(), None, id="UTF-8 with mark"),
        pytest.param(ACCENTS.encode("utf-16"), None, id="UTF-16 with mark"),
        pytest.param(ACCENTS.encode("utf-16-le"), None, id="UTF-16 LE"),
        pytest.param(ACCENTS.encode("utf-16-be"), None, id="UTF-16 BE"),
        pytest.param(ACCENTS.encode("utf-32"), None, id="UTF-32"),
        pytest.param(
            ACCENTS.replace("?>", ' encoding="iso-8859-1"?>').encode("cp1252"), None, id="Latin 1, so it says"
        ),
        pytest.param(ACCENTS.replace("?>", ' encoding="utf-16"?>').encode(), None, id="UTF-16 is only said"),
        pytest.param(ACCENTS.replace("?>", ' encoding="undefined"?>').encode(), None, id="no encoding"),
        pytest.param(ACCENTS.replace("?>", ' encoding="punycode"?>').encode(), None, id="no encoding for documents"),
        pytest.param(ACCENTS.replace("?>", ' encoding="x-klingon"?>').encode(), None, id="unheard of"),
        pytest.param(
            ACCENTS.replace("?>", ' encoding="utf-8"?>').encode("cp1252"),
            "not in the encoding that it declares (utf-8); read as Windows-1252",
            id="wrongly declared",
        ),
        pytest.param(ACCENTS.encode("cp1252"), "no encoding declared; read as Windows-1252", id="not declared"),
    ],
)
def test_encodings(body: bytes, problem: str | None) -> None:
    feed = parse(body)
    assert feed.entries[0].title == "Qué pasó “así” en Nuñoa"
    assert feed.problem == problem


def test_the_header_says_the_encoding_where_the_document_does_not() -> None:
    russian = rss("<item><title>Взрыв в Кветте</title></item>").encode("koi8-r")
    assert parse(russian, "text/xml; charset=koi8-r").entries[0].title == "Взрыв в Кветте"


def test_few_characters_may_be_utf_8_by_accident() -> None:
    chinese = '<?xml version="1.0" encoding="gb2312"?><rss version="2.0"><item><title>联通</title></item></rss>'
    assert parse(chinese.encode("gb2312")).entries[0].title == "联通"


def test_seven_bit_encodings() -> None:
    japanese = '<?xml version="1.0" encoding="iso-2022-jp"?><rss version="2.0"><item><title>日本</title></item></rss>'
    assert parse(japanese.encode("iso-2022-jp")).entries[0].title == "日本"


def test_some_broken_characters_do_not_make_another_encoding() -> None:
    body = rss("<item><title>کوئٹہ میں دھماکہ</title></item>").encode().replace("ں".encode(), b"\xda")
    feed = parse(body)
    assert feed.entries[0].title.startswith("کوئٹہ")
    assert feed.problem == "no encoding declared; read as UTF-8 with 1 broken characters"
    assert decode(b"\xef\xbb\xbf<rss>\xff", None) == ("<rss>\ufffd", "broken characters in utf-8")


def test_rubbish_before_the_feed() -> None:
    warning = "<br />\n<b>Warning</b>: mysql_connect() in <b>/srv/x.php</b>\n"
    feed = parse(warning + rss("<item><title>t</title></item>"))
    assert feed.entries[0].title == "t"
    assert feed.problem == f"{len(warning)} characters of something else before the feed"


@pytest.mark.parametrize(
    ("items", "title"),
    [
        ("<item><title>t & u</title></item>", "t & u"),
        ("<item><title>t</title></i><item>", "t"),
        ("<item><x:y>z</x:y><title>t</title></item>", "t"),
    ],
    ids=["ampersand", "wrong end", "prefix without namespace"],
)
def test_broken_xml_is_read_with_tolerance(items: str, title: str) -> None:
    feed = parse(rss(items))
    assert feed.entries[0].title == title
    assert feed.problem is not None


def test_where_feedparser_fails_its_less_usual_elements_are_left_out() -> None:
    feed = parse(rss("<textInput>x</item><item><title>t</title><width>x</height></width></item>"))
    assert feed.entries[0].title == "t"
    assert feed.problem is not None and feed.problem.startswith("feedparser failed (")
    with pytest.raises(ParseError, match="on which feedparser fails"):
        parse("<rss version='2.0'><channel><item><link>/a</item>b</link></item></channel></rss>")


# --- hostile documents -------------------------------------------------------------------------------------------

HOSTILE = {
    "author": f"<author>a@{'a.' * 20_000}!</author>",
    "categories": "".join(f"<category>c{n}</category>" for n in range(20_000)),
    "categories in CDATA": "".join(f"<category domain='x'><![CDATA[c{n}]]></category>\n" for n in range(20_000)),
    "keywords": f"<keywords>{','.join(map(str, range(20_000)))}</keywords>",
    "comments": f"<description>{'&lt;!--' * 80_000}</description>",
    "depth": "<a>" * 20_000 + "</a>" * 20_000,
    "reopened elements": f"<description>{'&lt;font a=1&gt;' * 5_000}{'&lt;p&gt;x' * 5_000}</description>",
}


@pytest.mark.parametrize("fields", HOSTILE.values(), ids=HOSTILE)
def test_hostile_entries_cost_little(fields: str) -> None:
    began = time.process_time()
    entry = item(f"<title>t</title>{fields}")
    assert entry.title == "t"
    assert time.process_time() - began < 3


@pytest.mark.parametrize(
    "head",
    [
        "<!DOCTYPE rss [\n" + "".join(f'<!ENTITY e{n} "x">\n' for n in range(20_000)) + "]>",
        '<!DOCTYPE rss [\n<!ENTITY a "aaaaaaaaaa">\n<!ENTITY b "&a;&a;&a;&a;">\n<!ENTITY c "&b;&b;&b;&b;">\n]>',
        '<!DOCTYPE rss [\n<!ENTITY c SYSTEM "file:///etc/passwd">\n]>',
        "\n" * 200_000,
    ],
    ids=["many declarations", "entities of entities", "file", "blank lines"],
)
def test_hostile_heads_cost_little_and_expand_nothing(head: str) -> None:
    began = time.process_time()
    (entry,) = parse(head + "<rss version='2.0'><channel><item><title>t&c;</title></item></channel></rss>").entries
    assert entry.title == "t&c;"
    assert time.process_time() - began < 3


def test_declared_letters_are_still_read() -> None:
    head = '<!DOCTYPE rss [\n<!ENTITY eacute "&#233;">\n]>'
    assert parse(head + rss("<item><title>caf&eacute;</title></item>")[21:]).entries[0].title == "café"


def test_a_flood_is_read_up_to_the_limit() -> None:
    feed = parse(f"<urlset>{'<url><title>t</title></url>' * (MAX_ENTRIES + 1)}</urlset>")
    assert len(feed.entries) == MAX_ENTRIES
    assert feed.problem == "50,001 entries; the first 50,000 were read"


def test_floods_of_other_formats() -> None:
    items = [{"title": "t"}] * (MAX_ENTRIES + 1)
    feed = parse(json.dumps({"version": "https://jsonfeed.org/version/1", "items": items}))
    assert len(feed.entries) == MAX_ENTRIES
    assert feed.problem == "50,001 entries; the first 50,000 were read"


# --- anything ----------------------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    [
        *(
            b"<",
            b">",
            b"&",
            b'"',
            b"\0",
            b"\xff",
            b"<![CDATA[",
            b"]]>",
            b"&#xD800;",
            b"<!--",
            b"-->",
            b"&foo;",
            b"text",
        ),
        *(b"<item>", b"</item>", b"<entry>", b"<title>", b"</title>", b"<title a='b'>", b"<link/>", b"</link>"),
        *(b"<link>javascript:x</link>", b"<source url='x'>", b"<image>", b"<textInput>", b"<name>x</name>", b"<svg>"),
        *(b"<content type='xhtml'>", b"<width>x</width>", b"<pubDate>-1</pubDate>", b"<category/>", b"\xed\xa0\x80"),
        *(b"<x:y xmlns:x='q'>", b"</channel>", b"</rss>"),
    ]
)
HEADS = st.sampled_from(
    [
        *(b"", b"\xff\xfe", b'{"version": "1", "items": [', b"<?xml version='1.0' encoding='idna'?><rss><item>"),
        *(b"<rss version='2.0'><channel>", b"<feed xmlns='http://www.w3.org/2005/Atom'>", b"<urlset><url>"),
    ]
)


@settings(max_examples=400, deadline=None)
@given(HEADS, st.lists(PIECES, max_size=15).map(b"".join), st.sampled_from([None, "text/xml; charset=utf-16", "x;é"]))
def test_any_bytes_give_clean_entries_or_a_parse_error(head: bytes, rest: bytes, content_type: str | None) -> None:
    try:
        feed = parse(head + rest, content_type)
    except ParseError as error:
        assert str(error)
        return
    for entry in feed.entries:
        assert entry.title
        assert entry.title == " ".join(entry.title.split())
        assert entry.guid is None or entry.guid
        assert entry.link is None or entry.link.startswith(("http://", "https://"))
        assert entry.published_at is None or entry.published_at <= NOW + timedelta(days=1)
        for value in (entry.title, entry.text, entry.author, entry.section, entry.guid or "", entry.link or ""):
            assert "\0" not in value
            value.encode()


@pytest.mark.parametrize("tries", [1, 2])
def test_a_lack_of_memory_is_no_fault_of_the_document(monkeypatch: pytest.MonkeyPatch, tries: int) -> None:
    outcomes = [ValueError("odd"), MemoryError()][2 - tries :]

    def fails(text: str) -> None:
        raise outcomes.pop(0)

    monkeypatch.setattr(syndication, "_feedparser", fails)
    with pytest.raises(MemoryError):
        parse(atom("<entry><title>t</title></entry>"))
    assert outcomes == []


def test_codecs_of_bytes_are_no_encodings() -> None:
    document = b"<?xml version='1.0' encoding='zip'?>" + rss("<item><title>caf\xe9</title></item>")[21:].encode(
        "latin-1"
    )
    assert [entry.title for entry in parse(document).entries] == ["café"]

"""Long documents in parts: together they say what the whole document says."""

import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds import parse as parsing
from monitor.feeds.parse import join_parts, parse_feed, parse_parts
from monitor.feeds.parse.document import MAX_ENTRIES, read_document
from monitor.feeds.parse.parts import ENTRIES_A_PART, parts_of
from monitor.model import ParsedFeed

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
URL = "https://feeds.example.org/rss/all.xml"


def read(document: str, *, most: int) -> ParsedFeed:
    """Parse a document in parts of ``most`` entries."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parsing, "parts_of", lambda document: parts_of(document, most=most))
        return parse_feed(document.encode(), url=URL, content_type=None, now=NOW)


# --- the parts are the whole -------------------------------------------------------------------------------------

WORDS = st.text(st.sampled_from("ab é&;#1\n"), max_size=12).map(lambda text: text.replace("&", "&amp;"))
TEXTS = st.one_of(
    WORDS,
    st.sampled_from(
        [
            "<![CDATA[<p>Said.</p><item><title>none</title></item>]]>",
            "<![CDATA[</item></entry></channel></rss></feed>]]>",
            "<!-- <item><entry></item> -->x",
            "&lt;item&gt;x&lt;/item&gt;",
            "<![CDATA[a]]> and <![CDATA[<item> b]]>",
        ]
    ),
)
HEADS = st.sampled_from(
    [
        "<title>Desk</title><link>https://example.org/a/</link><language>ur</language>",
        "<title>Desk</title><!-- <item> -->",
        "<title>Items</title><link href='https://example.org/'/><items>none</items>",
        "",
    ]
)
BETWEEN = st.sampled_from(["", "\n", "<!-- </item> -->", "<!--<entry>-->\n"])


@st.composite
def entries(draw: st.DrawFn, name: str) -> list[str]:
    count = draw(st.integers(0, 9))
    return [
        f"{draw(BETWEEN)}<{name}><title>{number} {draw(WORDS)}</title><link>/n/{number}</link><id>{number}</id>"
        f"<guid>{number}</guid><link href='/n/{number}'/><description>{draw(TEXTS)}</description></{name}>"
        for number in range(count)
    ]


@st.composite
def documents(draw: st.DrawFn) -> str:
    kind = draw(st.sampled_from(["rss", "atom", "rdf", "prefixed"]))
    head, tail = draw(HEADS), draw(st.sampled_from(["", "\n<!-- cached -->", "<generator>x</generator>"]))
    shown = "".join(draw(entries({"rss": "item", "atom": "entry", "rdf": "item", "prefixed": "a:entry"}[kind])))
    match kind:
        case "rss":
            whole = f'<rss version="2.0" xml:lang="fr"><channel>{head}{shown}{tail}</channel></rss>'
        case "atom":
            whole = f'<feed xmlns="http://www.w3.org/2005/Atom" xml:base="/b/">{head}{shown}{tail}</feed>'
        case "prefixed":
            whole = f'<a:feed xmlns:a="http://www.w3.org/2005/Atom">{shown}{tail}</a:feed>'
        case _:
            whole = (
                '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
                f"<channel>{head}</channel>{shown}</rdf:RDF>"
            )
    return whole


@given(documents(), st.integers(1, 4))
def test_the_parts_are_the_whole(document: str, most: int) -> None:
    assert read(document, most=most) == read(document, most=MAX_ENTRIES)


@given(st.lists(WORDS, min_size=5, max_size=9), st.integers(1, 4), st.integers(6, 200))
def test_a_document_that_ends_early_ends_early_in_its_last_part(titles: list[str], most: int, missing: int) -> None:
    items = "".join(f"<item><guid>{n}</guid><title>{n} {title}</title></item>" for n, title in enumerate(titles))
    cut = f'<rss version="2.0"><channel><title>Desk</title>{items}</channel></rss>'[:-missing]
    whole, parts = read(cut, most=MAX_ENTRIES), read(cut, most=most)
    assert whole.truncated and parts.truncated
    # The last entry may be half an entry; how much of it is read, the parser's first or second way may decide.
    assert [entry.title for entry in parts.entries][:-1] == [entry.title for entry in whole.entries][:-1]
    *before, last = parts_of(read_document(cut.encode(), None), most=most)
    assert not any(part.truncated for part in before) and last.truncated


# --- sizes -------------------------------------------------------------------------------------------------------


def flood(count: int, root: str = "rss") -> str:
    item = "<item><title>t</title><link>https://example.org/1</link></item>"
    match root:
        case "rss":
            return f'<rss version="2.0"><channel><title>Desk</title>{item * count}</channel></rss>'
        case "feed":
            return f'<feed xmlns="http://www.w3.org/2005/Atom">{item.replace("item", "entry") * count}</feed>'
        case _:
            return f'<rdf:RDF xmlns:rdf="r" xmlns="http://purl.org/rss/1.0/"><channel/>{item * count}</rdf:RDF>'


@pytest.mark.parametrize("root", ["rss", "feed", "rdf:RDF"])
def test_no_part_is_longer_than_two_thousand_entries_and_none_beyond_the_limit_is_read(root: str) -> None:
    document = read_document(flood(MAX_ENTRIES + 3, root).encode(), None)
    parts = list(parts_of(document))
    assert {part.text.count("<title>t") for part in parts} == {ENTRIES_A_PART}
    assert len(parts) == MAX_ENTRIES // ENTRIES_A_PART
    assert {part.problem for part in parts} == {"50,003 entries; the first 50,000 were read"}
    assert all(part.text.endswith(f"</{root}>") for part in parts)


def test_the_first_problem_is_told() -> None:
    document = flood(2 * ENTRIES_A_PART + 1).replace("<item>", "<item>&nope;", 1)
    parts = list(parse_parts(document.encode(), url=URL, content_type=None, now=NOW))
    assert [len(part.entries) for part in parts] == [ENTRIES_A_PART, ENTRIES_A_PART, 1]
    assert parts[0].problem and parts[1].problem is parts[2].problem is None
    assert join_parts(parts) == replace(parts[0], entries=sum((part.entries for part in parts), ()))


def test_addresses_listed_before_the_entries_are_in_no_part() -> None:
    listed = "".join(f"<rdf:li rdf:resource='https://example.org/{n}'/>" for n in range(9))
    items = "".join(f"<item rdf:about='{n}'><title>{n}</title></item>" for n in range(9))
    document = read_document(
        f"<rdf:RDF xmlns:rdf='r' xmlns='http://purl.org/rss/1.0/'><channel><title>Desk</title><items><rdf:Seq>{listed}"
        f"</rdf:Seq></items></channel>{items}</rdf:RDF>".encode(),
        None,
    )
    parts = list(parts_of(document, most=4))
    assert [part.text.count("<item ") for part in parts] == [4, 4, 1]
    assert not any("rdf:li" in part.text for part in parts)
    assert all("<channel><title>Desk</title></channel>" in part.text for part in parts)


@pytest.mark.parametrize("piece", ["<![CDATA[", "<!--", "<item", "<items ", "</item", "<a:items "])
def test_what_is_never_closed_takes_linear_time(piece: str) -> None:
    document = flood(5).replace("<item>", piece * 100_000 + "<item>", 1)
    for _ in range(2):
        began = time.process_time()
        list(parts_of(read_document(document.encode(), None), most=2))
        document += document
        assert time.process_time() - began < 2

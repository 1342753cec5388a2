"""Markup to text: what is kept, what is dropped, and that no string is too hostile."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.text.html import MAX_MARKUP, head_tags, looks_like_html, page_title, plain_text
from monitor.text.lines import one_line

TEXTS = {
    "nothing": ("", ""),
    "paragraphs": ("<p>One.</p><p>Two\n  lines.</p>", "One.\n\nTwo lines."),
    "paragraph ends where another begins": ("<p>One<p>Two", "One\n\nTwo"),
    "one br is a line": ("One<br>two<BR/>three<br />four", "One\ntwo\nthree\nfour"),
    "two br are a paragraph": ("One<br><br/>\n<br>two", "One\n\ntwo"),
    "headings, lists, quotes": (
        "<h2>Head</h2><ul><li>a<li>b</ul><blockquote>c</blockquote>d",
        "Head\n\na\n\nb\n\nc\n\nd",
    ),
    "rows are paragraphs, cells are words": ("<table><tr><td>1<td>2<tr><th>3</table>", "1 2\n\n3"),
    "inline elements do not part words": ("<b>K</b>abul and <em>Quet</em>ta", "Kabul and Quetta"),
    "pictures do": ("Quetta<img src=a.jpg>blast", "Quetta blast"),
    "white space is folded": ("<p>a\t \n\r\n  b\u2003c&nbsp;&nbsp;d</p>", "a b c d"),
    "blank lines part plain text": ("One\nwrapped line\n \nTwo", "One wrapped line\n\nTwo"),
    "blank lines part inline markup": ("One <a href=x>link</a>\n\nTwo", "One link\n\nTwo"),
    "but not block markup": ("<p>One\n\nstill one</p>", "One still one"),
    "scripts, styles, drawings": (
        "a<script>if (x < 1) alert('</p>')</script><style>p{}</style><svg><text>s</text></svg><noscript>n</noscript>b",
        "a b",
    ),
    "script is never closed": ("a<script>alert(1)", "a"),
    "script in capitals": ("a<SCRIPT type=x>1</Script >b", "a b"),
    "a self-closed drawing has no content": ("<svg/>text", "text"),
    "words for old browsers": ("<video src=x>Your browser cannot</video>text", "text"),
    "comments": ("a<!-- <p>no</p> -->b<!---->c<!--> d", "abc d"),
    "comment is never closed": ("a<p>b<!-- rest", "a\n\nb"),
    "declarations": ("<!DOCTYPE html><?php x ?><p>a</p></>", "a"),
    "CDATA marks that were escaped": ("<![CDATA[a <b>b</b>]]>", "a b"),
    "references": ("A &amp; B &#8217;&#x2019; &eacute; &lt;b&gt;", "A & B ’’ é <b>"),
    "references escaped twice": ("It&amp;#8217;s &amp;amp;", "It’s &"),
    "references without a semicolon stay": ("?a=1&copy=2 AT&T &nosuch; &", "?a=1&copy=2 AT&T &nosuch; &"),
    "markup escaped twice": ("&lt;p&gt;One&lt;/p&gt;&lt;p&gt;Tw&amp;ouml;&lt;/p&gt;", "One\n\nTwö"),
    "an escaped tag among tags is text": ("<p>Use &lt;p&gt; tags</p>", "Use <p> tags"),
    "what is no tag stays": ("a < b, <john@example.org>, <3 & x<y", "a < b, <john@example.org>, <3 & x<y"),
    "quoted brackets in attributes": ("""<a title="a > b" rel='>'>link</a>""", "link"),
    "quotes that delimit nothing": ("<p title=Bob's>it's</p> it's", "it's\n\nit's"),
    "cut in a tag": ("<p>cut <a href=\"http://exa", "cut"),
    "controls and overrides": ("a\x00b\x08\u202ec\u2066d\ufeff\xade\ud800\x85", "abcde"),
    "joiners and direction marks stay": ("می\u200cروم \u200fa", "می\u200cروم \u200fa"),
    "surrogate and NUL references": ("<p>a&#xD800;b&#0;c</p>", "a\ufffdb\ufffdc"),
    "unknown elements among known": ("<p>a<foo-bar x=1>b</foo-bar></p>", "ab"),
}  # fmt: skip


@pytest.mark.parametrize(("markup", "text"), TEXTS.values(), ids=TEXTS)
def test_plain_text(markup: str, text: str) -> None:
    assert plain_text(markup) == text


@pytest.mark.parametrize(
    "markup",
    [
        "<p>a",
        "a<br/>b",
        "a</b>",
        "<a href='x'>y</a>",
        "AT&amp;T",
        "it&#8217;s",
        "<!-- x -->",
        "<H1 class=a>",
        "a&nbsp;b",
    ],
)
def test_looks_like_html(markup: str) -> None:
    assert looks_like_html(markup)


@pytest.mark.parametrize(
    "text", ["", "a < b > c", "<john@example.org>", "AT&T & more", "&nosuch;", "<3", "x<y>z", "a &copy= b", "<pre-war>"]
)
def test_plain_text_is_not_taken_for_html(text: str) -> None:
    assert not looks_like_html(text)


def test_one_line() -> None:
    assert one_line(" A\tlong\n\ntitle\u2028with \x00<b>controls</b>\u202e ") == "A long title with <b>controls</b>"


def test_only_the_beginning_of_a_huge_document_is_read() -> None:
    assert plain_text("<p>" + "a" * (2 * MAX_MARKUP)) == "a" * (MAX_MARKUP - 3)


PIECES = st.sampled_from(
    [
        *"<>/!?&;#='\" \n-ab]", "<p>", "</p>", "<br>", "<script>", "</script>", "<!--", "-->", "<![CDATA[",
        "&lt;", "&amp;", "&#x", "&#0;", "<a href=", "<svg", "/>", "\x00", "\ud800", "\u202e", "\xa0", "\r", "é",
    ]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=30).map("".join))
def test_text_is_always_clean(markup: str) -> None:
    text = plain_text(markup)
    text.encode()
    assert text == text.strip()
    assert not re.search("[\x00\t\r\u202e]|  |\n\n\n| \n|\n ", text)
    assert "\n" not in one_line(text)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(["<b>", "</b>", "<p>", "</p>", "<i class='x'>", "word", " ", "\n"]), max_size=30))
def test_tags_take_no_words_with_them(pieces: list[str]) -> None:
    assert plain_text("".join(pieces)).count("word") == pieces.count("word")


@pytest.mark.parametrize(
    "piece",
    (
        *("<", "</", "<!", "<!--", "<![CDATA[", "<script>", "<script/>", "</script", '<a x="', "<a '", "<a =", "<br\t"),
        *("&", "&#", "&lt;p ", " \n", "<p>", "<font a=1><p>"),
    ),
)
def test_time_is_linear(piece: str) -> None:
    """Twice the markup in about twice the time: the quadratic cases would take minutes."""
    markup = piece * (400_000 // len(piece))
    began = time.process_time()
    plain_text(markup)
    looks_like_html(markup)
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    ("markup", "title"),
    [
        ("<html><head><title>Blast in\n Quetta &amp; more</title></head>", "Blast in Quetta & more"),
        ("<TITLE lang='en'>A</TITLE><title>B</title>", "A"),
        ("<title>", ""),
        ("no page at all", ""),
        ("<title" * 10_000, ""),
    ],
    ids=["plain", "capitals", "empty", "none", "hostile"],
)
def test_page_title(markup: str, title: str) -> None:
    assert page_title(markup) == title


def test_head_tags() -> None:
    page = """<base href=/top><p>x</p><LINK rel='alternate' href="/a?b&amp;c" data-x=1><link><a href="/no">no</a>"""
    assert list(head_tags(page)) == [
        ("base", {"href": "/top"}),
        ("link", {"rel": "alternate", "href": "/a?b&c", "data-x": "1"}),
        ("link", {}),
    ]

"""Links made absolute and harmless; addresses made one spelling."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.text.urls import MAX_URL, absolute_link, canonical_url

BASE = "https://example.org/news/feed.xml"

LINKS = {
    "absolute": ("https://example.org/a?b=1#c", "https://example.org/a?b=1#c"),
    "relative to the folder": ("a.html", "https://example.org/news/a.html"),
    "relative to the site": ("/a", "https://example.org/a"),
    "without scheme": ("//other.example/a", "https://other.example/a"),
    "forgotten scheme": ("www.dawn.com/news/1", "https://www.dawn.com/news/1"),
    "blanks and breaks": (" https://example.org/a\n b\t", "https://example.org/a%20b"),
    "what breaks out of messages": ('https://example.org/<a>|"b"', "https://example.org/%3Ca%3E%7C%22b%22"),
    "escaped twice": ("https://example.org/?a=1&amp;b=2&#038;c=3", "https://example.org/?a=1&b=2&c=3"),
    "other letters stay readable": ("https://example.org/خبر", "https://example.org/خبر"),
    "overrides": ("https://example.org/\u202ea\x00\ud800", "https://example.org/a"),
    "host of version 6": ("http://[::1]:8080/a", "http://[::1]:8080/a"),
    "script": ("javascript:alert(1)", None),
    "script in disguise": ("java\nscript:alert(1)", None),
    "data": ("data:text/html,x", None),
    "file": ("file:///etc/passwd", None),
    "mail": ("mailto:a@example.org", None),
    "tag": ("tag:example.org,2026:1", None),
    "no host": ("http://", None),
    "no host either": ("https:///a", None),
    "host of nonsense": ("http://a b/", None),
    "broken host": ("http://[::1/", None),
    "port of nonsense": ("http://example.org:99999/", None),
    "nothing": ("  ", None),
    "too long": ("https://example.org/" + "a" * MAX_URL, None),
    "too long once escaped": ("https://example.org/" + "<" * 1_000, None),
}


@pytest.mark.parametrize(("link", "expected"), LINKS.values(), ids=LINKS)
def test_absolute_link(link: str, expected: str | None) -> None:
    assert absolute_link(link, BASE) == expected


def test_a_relative_link_without_a_base_is_none() -> None:
    assert absolute_link("/a") is None


SAME = {
    "scheme": ("http://dawn.com/news/1", "https://dawn.com/news/1"),
    "case of scheme and host": ("HTTPS://DAWN.com/News", "https://dawn.com/News"),
    "default ports": ("http://dawn.com:80/a", "https://dawn.com/a"),
    "default port of https": ("https://dawn.com:443/a", "https://dawn.com/a"),
    "other port": ("http://dawn.com:8080/a", "https://dawn.com:8080/a"),
    "dot after the host": ("http://dawn.com./a", "https://dawn.com/a"),
    "credentials": ("https://user:secret@dawn.com/a", "https://dawn.com/a"),
    "empty path": ("https://dawn.com?a=1", "https://dawn.com/?a=1"),
    "root": ("https://dawn.com", "https://dawn.com/"),
    "trailing slash": ("https://dawn.com/a/", "https://dawn.com/a"),
    "doubled slash": ("https://dawn.com//a///b", "https://dawn.com/a/b"),
    "dots": ("https://dawn.com/a/../b/./c", "https://dawn.com/b/c"),
    "escaped dots": ("https://dawn.com/a/%2e%2e/b", "https://dawn.com/b"),
    "escapes": ("https://dawn.com/%7euser/%e2%82%ac/%41", "https://dawn.com/~user/%E2%82%AC/A"),
    "escaped slash is no slash": ("https://dawn.com/a%2fb", "https://dawn.com/a%2Fb"),
    "letters": ("https://dawn.com/خبر", "https://dawn.com/%D8%AE%D8%A8%D8%B1"),
    "host of other letters": ("https://пример.рф/a", "https://xn--e1afmkfd.xn--p1ai/a"),
    "version 6": ("http://[0:0::1]/a", "https://[::1]/a"),
    "order of parameters": ("https://dawn.com/?b=2&a=1&&c", "https://dawn.com/?a=1&b=2&c="),
    "utm": ("https://dawn.com/1?utm_source=rss&UTM_medium=x&id=5", "https://dawn.com/1?id=5"),
    "BBC": ("https://www.bbc.co.uk/news/1?at_medium=RSS&at_campaign=KARANGA", "https://www.bbc.co.uk/news/1"),
    "New York Times": ("https://nytimes.com/1.html?partner=rss&emc=rss&smid=tw", "https://nytimes.com/1.html"),
    "Sydney Morning Herald": ("https://smh.com.au/1?ref=rss&utm_medium=rss", "https://smh.com.au/1"),
    "heise, Le Monde": ("https://heise.de/1?wt_mc=rss.red&xtor=RSS-3208", "https://heise.de/1"),
    "others": ("https://dawn.com/1?fbclid=a&gclid=b&ito=1490&ns_mchannel=rss&CMP=Share&mc_cid=1", "https://dawn.com/1"),
    "a reference that is a number stays": ("https://dawn.com/1?ref=2026/114", "https://dawn.com/1?ref=2026%2F114"),
    "ids stay": ("https://dawn.com/?cid=1&eid=2&game=3", "https://dawn.com/?cid=1&eid=2&game=3"),
    "place in a page": ("https://dawn.com/1#comments", "https://dawn.com/1"),
    "text fragment": ("https://dawn.com/1#:~:text=Quetta", "https://dawn.com/1"),
    "tracker as fragment": ("https://dawn.com/1#xtor=RSS-12345", "https://dawn.com/1"),
    "page behind a hash": ("https://dawn.com/#!/news/é", "https://dawn.com/#!/news/%C3%A9"),
    "post of a live blog": ("https://dawn.com/live#block-6a1f", "https://dawn.com/live#block-6a1f"),
    "one of a day's posts": ("http://scripting.com/09/06.html#a090616", "https://scripting.com/09/06.html#a090616"),
    "AMP page": ("https://dawn.com/news/1/amp/", "https://dawn.com/news/1"),
    "AMP parameter": ("https://dawn.com/1?outputType=amp&amp=1&amp", "https://dawn.com/1"),
    "section named amp": ("https://dawn.com/amp", "https://dawn.com/amp"),
    "AMP cache": ("https://dawn-com.cdn.ampproject.org/c/s/dawn.com/1/amp", "https://dawn.com/1"),
    "AMP viewer": ("https://www.google.com/amp/s/dawn.com/1", "https://dawn.com/1"),
    "Google alert": ("https://www.google.com/url?rct=j&sa=t&url=http://dawn.com/1%3Fid%3D5&ct=ga", "https://dawn.com/1?id=5"),
    "Bing news": ("http://www.bing.com/news/apiclick.aspx?tid=1&url=https%3a%2f%2fdawn.com%2f1", "https://dawn.com/1"),
    "redirect to nowhere": ("https://www.google.com/url?sa=t", "https://www.google.com/url?sa=t"),
    "mobile hosts are not guessed": ("https://m.dawn.com/1", "https://m.dawn.com/1"),
    "no web address": ("ftp://dawn.com/1", ""),
    "relative": ("/news/1", ""),
    "nothing": ("", ""),
    "too long once encoded": ("https://dawn.com/" + "é" * 1_000, ""),
    "redirects within redirects": ("https://" + "www.google.com/amp/s/" * 12 + "dawn.com/1", ""),
    "host beyond IDNA": (f"https://{'é' * 70}.com/", ""),
}  # fmt: skip


@pytest.mark.parametrize(("url", "expected"), SAME.values(), ids=SAME)
def test_canonical_url(url: str, expected: str) -> None:
    assert canonical_url(url) == expected


PIECES = st.sampled_from(
    [
        *"ab/?#&=%;:.@[]+ ~!'()|\\<\"\x00é中", "%2e", "%2F", "%25", "%e9", "..", "//", "/./", "http:", "https://",
        "/amp/",
        "utm_x=1", "&a=b", "ref=rss", "xn--", "#!", "#12345", "://x.com", "\ud800", "url=http://b.c/", "www.", "[::1]",
    ]
)  # fmt: skip
STARTS = st.sampled_from(
    ["http://a.b/", "https://www.google.com/url?url=", "http://", "http://x.cdn.ampproject.org/c/s/", "", "https://a.b"]
)


@settings(max_examples=500, deadline=None)
@given(STARTS, st.lists(PIECES, max_size=12).map("".join))
def test_canonical_urls_are_final(start: str, rest: str) -> None:
    canonical = canonical_url(start + rest)
    assert canonical.isascii()
    assert canonical == "" or canonical.startswith("https://")
    assert canonical_url(canonical) == canonical


@settings(max_examples=300, deadline=None)
@given(STARTS, st.lists(PIECES, max_size=12).map("".join))
def test_links_are_safe_and_final(start: str, rest: str) -> None:
    link = absolute_link(start + rest, BASE)
    if link is not None:
        link.encode()
        assert link.lower().startswith(("http://", "https://"))
        assert not set(link) & set('<>"| \n\\')
        assert absolute_link(link, BASE) == link


@given(
    host=st.sampled_from(["dawn.com", "www.dawn.com", "news.bbc.co.uk", "x.google.com", "x.cdn.ampproject.org"]),
    segments=st.lists(st.text("abAB09-_.~%/", max_size=6), max_size=4),
    last=st.sampled_from(["", "amp", "ampere", "1-storm", "AMP", "index.html", ".", ".."]),
    scheme=st.sampled_from(["http", "https"]),
)
def test_plain_addresses_take_a_short_cut_to_the_same_place(
    host: str, segments: list[str], last: str, scheme: str
) -> None:
    url = "/".join([f"{scheme}://{host}", *segments, last])
    # A fragment goes away, and with it the short cut is not taken.
    assert canonical_url(url) == canonical_url(f"{url}#top")

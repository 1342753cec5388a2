"""Documents that no honest feed serves: what each of them once did to a parser stands beside it.

``HOSTILE`` maps a name to what makes the bytes; none is larger than what the fetcher lets through. ``CANARY`` stands
where an address is that must never be asked; tests put their own server there.
"""

from __future__ import annotations

import json
from collections.abc import Callable

CANARY = b"http://127.0.0.1:9/canary"

MEGABYTE = 1_000_000
LARGEST = 20 * MEGABYTE
"""Bytes, unpacked."""


def each(count: int, pattern: str, between: str = "") -> str:
    """The pattern once for each number, which stands where it has ``%``."""
    return between.join(pattern.replace("%", str(number)) for number in range(count))


def rss(items: str = "", *, channel: str = "", before: str = "", root: str = "") -> bytes:
    shown = f"{before}<rss version='2.0'{root}><channel><title>Outlet</title>{channel}{items}</channel></rss>"
    return shown.encode("utf-8", "surrogatepass")


def item(fields: str) -> str:
    return f"<item><guid>g</guid><link>https://outlet.example/1</link><title>Blast in Quetta</title>{fields}</item>"


def one(fields: str) -> bytes:
    return rss(item(fields))


def text(markup: str) -> bytes:
    """An item whose text is this HTML."""
    return one(f"<description><![CDATA[{markup}]]></description>")


def atom(entries: str, root: str = "") -> bytes:
    return f"<feed xmlns='http://www.w3.org/2005/Atom'{root}><title>Outlet</title>{entries}</feed>".encode()


def entry(fields: str) -> bytes:
    return atom(f"<entry><id>g</id><title>Blast in Quetta</title>{fields}</entry>")


def encoded(name: str, body: str = "<title>x</title>") -> bytes:
    return f"<?xml version='1.0' encoding='{name}'?>".encode() + rss(body)


def _laughs() -> bytes:
    lines = ["<!ENTITY l0 'lol'>", *(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 11))]
    return rss("<item><title>&l10;</title></item>", before=f"<!DOCTYPE rss [{''.join(lines)}]>")


def _blow_up() -> bytes:
    doctype = f"<!DOCTYPE rss [<!ENTITY a '{'a' * 50_000}'>]>"
    return rss(f"<item><title>{'&a;' * 50_000}</title></item>", before=doctype)


def _external(kind: str, address: str) -> Callable[[], bytes]:
    def make() -> bytes:
        doctype = f"<!DOCTYPE rss [<!ENTITY {kind} SYSTEM '{address}'>{'%e;' if '%' in kind else ''}]>"
        return rss("<item><title>&e;</title></item>", before=doctype)

    return make


_CANARY = CANARY.decode()

ENTITIES: dict[str, Callable[[], bytes]] = {
    "billion laughs": _laughs,
    "quadratic blow-up": _blow_up,
    "file entity": _external("e", "file:///etc/passwd"),
    "web entity": _external("e", _CANARY),
    "web parameter entity": _external("% e", _CANARY),
    "web document type": lambda: rss(item(""), before=f"<!DOCTYPE rss SYSTEM '{_CANARY}'>"),
    "web style sheet": lambda: rss(item(""), before=f"<?xml-stylesheet href='{_CANARY}' type='text/xsl'?>"),
    "inclusion": lambda: one(f"<xi:include xmlns:xi='http://www.w3.org/2001/XInclude' href='{_CANARY}' parse='text'/>"),
    "web schema": lambda: rss(
        item(""), root=f" xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:schemaLocation='x {_CANARY}'"
    ),
    "20,000 entities": lambda: rss(
        item("<description>&e1;</description>"),
        before="<!DOCTYPE rss [" + each(20_000, "<!ENTITY e% 'x'>") + "]>",
    ),
    "entity of itself": lambda: rss(
        "<item><title>&a;</title></item>", before="<!DOCTYPE rss [<!ENTITY a '&b;'><!ENTITY b '&a;'>]>"
    ),
    "endless document type": lambda: rss(item(""), before="<!DOCTYPE rss [" + "<!ENTITY " * 200_000),
    "million references": lambda: one(f"<description>{'&amp;' * 1_000_000}</description>"),
    "references of references": lambda: one(f"<description>&{'amp;' * 500_000}lt;b></description>"),
    "unknown references": lambda: one(f"<description>{'&nope;' * 500_000}</description>"),
    "letters by number": lambda: one(f"<description>{'&#x62;&#108;' * 300_000}</description>"),
}

LONG: dict[str, Callable[[], bytes]] = {
    # 12.6 s of feedparser
    "author of dots": lambda: one(f"<author>a@{'a.' * 20_000}!</author>"),
    "author in brackets": lambda: one(f"<author>{'(' * 40_000}a@a.a</author>"),
    "author in CDATA": lambda: one(f"<author><![CDATA[a@{'a.' * 500_000}]]></author>"),
    "Dublin Core creator": lambda: rss(
        item(f"<dc:creator>a@{'a.' * 500_000}!</dc:creator>"), root=" xmlns:dc='http://purl.org/dc/elements/1.1/'"
    ),
    "owner in a prefix of its own": lambda: rss(
        item(f"<x:author>a@{'a.' * 50_000}!</x:author>"),
        root=" xmlns:x='http://www.itunes.com/DTDs/Podcast-1.0.dtd'",
    ),
    "Atom author of dots": lambda: entry(f"<author><name>a@{'a.' * 50_000}!</name></author>"),
    # 6.3 s
    "20,000 attributes": lambda: one("<description " + each(20_000, "a%='x'", " ") + ">x</description>"),
    "attribute of 5 MB": lambda: one(f"<description a='{'x' * 5 * MEGABYTE}'>x</description>"),
    "attributes without quotes": lambda: one(f"<description {'a=b ' * 100_000}>x</description>"),
    "attributes of HTML": lambda: text(f"<p {each(50_000, 'a%=b', ' ')}>x</p>"),
    "20,000 namespaces": lambda: rss(item(""), root=each(20_000, " xmlns:n%='u%'")),
    "namespaces in entries": lambda: rss(each(20_000, "<item xmlns:n%='u%'><n%:title>t</n%:title></item>")),
    "name of 5 MB": lambda: one(f"<{'x' * 5 * MEGABYTE}>x</{'x' * 5 * MEGABYTE}>"),
    # 9.1 s
    "20,000 categories": lambda: one(each(20_000, "<category>c%</category>")),
    "categories between other elements": lambda: one(each(20_000, "<category>c%</category><x/>")),
    "categories as attributes": lambda: entry(each(20_000, "<category term='c%'/>")),
    "keywords": lambda: rss(
        item(f"<itunes:keywords>{each(50_000, 'k%', ', ')}</itunes:keywords>"),
        root=" xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd'",
    ),
    "100,000 links": lambda: entry(each(100_000, "<link href='https://outlet.example/%'/>")),
    "100,000 enclosures": lambda: one(each(100_000, "<enclosure url='u%'/>")),
    "50,000 authors": lambda: entry(each(50_000, "<author><name>n%</name></author>")),
    "50,000 titles": lambda: one(each(50_000, "<title>t%</title>")),
    "20,000 contents": lambda: entry(each(20_000, "<content type='html'>c%</content>")),
    "50,000 dates": lambda: one("<pubDate>Sun, 22 Nov 2026 06:00:00 GMT</pubDate>" * 50_000),
    "date of 1 MB": lambda: one(f"<pubDate>{'1 ' * 500_000}</pubDate>"),
    "date of digits": lambda: one(f"<pubDate>{'1' * MEGABYTE}</pubDate>"),
    "coordinates": lambda: rss(
        item(f"<georss:polygon>{'1.5 ' * 500_000}</georss:polygon>"),
        root=" xmlns:georss='http://www.georss.org/georss'",
    ),
    "id of 5 MB": lambda: rss(f"<item><guid>{'x' * 5 * MEGABYTE}</guid><title>t</title></item>"),
    "link of 5 MB": lambda: rss(f"<item><link>https://a.example/{'x' * 5 * MEGABYTE}</link><title>t</title></item>"),
    "link of layers": lambda: rss(f"<item><link>{'https://a.example/?url=' * 50_000}</link><title>t</title></item>"),
    "title of 5 MB": lambda: rss(f"<item><title>{'x' * 5 * MEGABYTE}</title></item>"),
    "title of tags": lambda: rss(f"<item><title><![CDATA[{'<b>x' * 500_000}]]></title></item>"),
    "text of 20 MB": lambda: one(f"<description>{'Police said so. ' * (LARGEST // 17)}</description>"),
    "base64": lambda: atom(
        f"<entry><title>t</title><content type='text/plain' mode='base64'>{'QUFB' * 1_000_000}</content></entry>"
    ),
}

MARKUP: dict[str, Callable[[], bytes]] = {
    "40,000 deep": lambda: one("<x>" * 40_000 + "</x>" * 40_000),
    "million deep": lambda: one("<x>" * 1_000_000),
    "40,000 items deep": lambda: rss("<item><title>t</title>" * 40_000),
    "HTML 100,000 deep": lambda: text("<div>" * 100_000 + "x"),
    "XHTML 40,000 deep": lambda: entry(f"<content type='xhtml'>{'<div>' * 40_000}x{'</div>' * 40_000}</content>"),
    "tables in tables": lambda: text("<table><tr><td>" * 50_000),
    "style attribute": lambda: text(f'<p style="{"a:b(" * 2_000}">x</p>'),
    "small tags": lambda: text("<b>x</b>" * 105_000),
    "open angles": lambda: text("<" * MEGABYTE),
    "open tags": lambda: text("<a href='" * 200_000),
    "open comments": lambda: text("<!--" * 250_000),
    "open declarations": lambda: text("<!" * 500_000),
    "open instructions": lambda: text("<?" * 500_000),
    "closed tags": lambda: text("</p" * 300_000),
    "open marked sections": lambda: text("<![" * 300_000),
    "half references": lambda: text("&#" * 500_000),
    "angles in XML": lambda: one("<" * 500_000),
    "CDATA in XML": lambda: one("<![CDATA[" * 200_000),
    "CDATA ends in XML": lambda: one("]]>" * 300_000),
    "comments in XML": lambda: one("<!--" * 250_000),
    "comment of 10 MB": lambda: rss(item(""), before=f"<!--{'-' * 10 * MEGABYTE}"),
    "instruction of 5 MB": lambda: rss(item(""), before=f"<?x {'x' * 5 * MEGABYTE}"),
    "500,000 items begun": lambda: rss("<item " * 500_000),
    "script": lambda: rss(
        "<item><title>&lt;script>alert(1)&lt;/script></title><link>javascript:alert(1)</link></item>"
    ),
    "links of other schemes": lambda: rss(
        "".join(
            f"<item><title>t</title><link>{scheme}</link></item>"
            for scheme in (
                "data:text/html,x",
                "file:///etc/passwd",
                "vbscript:x",
                "//127.0.0.1/x",
                "http://[",
                "gopher://a/",
            )
        )
    ),
    "whitespace": lambda: b" " * (LARGEST - 1_000) + rss(item("")),
    "only white space": lambda: b"\n" * LARGEST,
    "only angles": lambda: b"<" * LARGEST,
    "rubbish before": lambda: b"x" * MEGABYTE + rss(item("")),
    "two documents": lambda: rss(item("")) * 20_000,
}

LETTERS: dict[str, Callable[[], bytes]] = {
    **{
        f"encoding {name}": lambda name=name: encoded(name)  # type: ignore[misc]
        for name in ("undefined", "punycode", "idna", "unicode-escape", "utf-7", "zlib", "bz2", "hex", "rot13", "mbcs")
    },
    "broken letters in an odd encoding": lambda: encoded("zlib") + b"\xff\xfe\xfd",
    "encoding of 1 MB": lambda: encoded("x" * MEGABYTE),
    "lone surrogate": lambda: one("<description>&#xD800; &#55296; \ud800</description>"),
    "letters beyond Unicode": lambda: one("<description>&#x110000; &#99999999999999999999; &#x0;</description>"),
    "NUL and controls": lambda: one("<description>a\x00b\x01\x08\x0b\x1f\x7f\x85</description>"),
    "only NUL": lambda: bytes(LARGEST),
    "UTF-16 of nothing": lambda: b"\xff\xfe" + b"\x00\xd8" * 500_000,
    "UTF-32 beyond": lambda: b"\xff\xfe\x00\x00" + b"\xff\xff\xff\x7f" * 200_000,
    "half UTF-8": lambda: rss(item("")) + b"\xe2\x82" * 500_000,
    "escapes of ISO 2022": lambda: encoded("iso-2022-jp") + b"\x1b$B" * 300_000,
    "HZ": lambda: encoded("hz") + b"~{" * 300_000,
    "overlong UTF-8": lambda: rss("").replace(b"Outlet", b"\xc0\xbcscript\xc0\xbe" * 1000),
    "right to left": lambda: one(f"<description>{chr(0x202E) * 100_000}</description>"),
    "piled accents": lambda: one(f"<description>{'a' + chr(0x301) * 1_000_000}</description>"),
    "no space in 5 MB": lambda: one(f"<description>{'ب' * 2_500_000}</description>"),
    "header in a title": lambda: rss("<item><title>=?utf-8?q?=0D=0ABcc:_victim=40outlet.example?=</title></item>"),
    "mentions in a title": lambda: rss("<item><title>&lt;!channel> @here &lt;@U1|x> &lt;https://x|y></title></item>"),
}

DATES: dict[str, Callable[[], bytes]] = {
    f"date {written[:30]}": lambda written=written: one(f"<pubDate>{written}</pubDate>")  # type: ignore[misc]
    for written in (
        "0000-01-01T00:00:00Z",
        "99999-01-01T00:00:00Z",
        "-0001-12-31T00:00:00Z",
        "Sun, 22 Nov 2026 06:00:00 +99999999999",
        "Sun, 22 Nov 10000 06:00:00 GMT",
        "Sun, 99 Nov 2026 99:99:99 GMT",
        "2026-366",
        "2026-W99-9",
        "２０２６-11-22",
        "22 Nov 2026 06:00:00 " + "(" * 50_000,
        "T" * 100_000,
        "nan",
    )
}

JSON: dict[str, Callable[[], bytes]] = {
    "JSON million deep": lambda: b'{"version":"1","items":' + b"[" * 1_000_000,
    "JSON maps deep": lambda: b'{"items":' * 200_000,
    "JSON number of 5 MB": lambda: b'{"version":"1","items":[{"id":' + b"1" * 5 * MEGABYTE + b"}]}",
    "JSON odd numbers": lambda: b'{"version":"1","items":[{"id":1e999,"title":NaN},{"id":-Infinity,"title":"t"}]}',
    "JSON of wrong kinds": lambda: json.dumps(
        {"version": 1, "title": [], "items": [None, 1, [], {}, {"id": {}, "title": [], "tags": {"a": 1}, "authors": 3}]}
    ).encode(),
    "JSON lone surrogate": lambda: b'{"version":"1","items":[{"id":"\\ud800","title":"\\udfff x","url":"\\ud800"}]}',
    "JSON million tags": lambda: json.dumps(
        {"version": "1", "items": [{"id": "g", "title": "t", "tags": [f"t{n}" for n in range(1_000_000)]}]}
    ).encode(),
    "JSON million items": lambda: b'{"version":"1","items":[' + b'{"title":"t"},' * 1_000_000 + b"{}]}",
    "JSON million keys": lambda: json.dumps({"version": "1", "items": [{f"k{n}": n for n in range(500_000)}]}).encode(),
    "JSON same key": lambda: b'{"version":"1","items":[{' + b'"title":"t",' * 500_000 + b'"id":"g"}]}',
}

FLOODS: dict[str, Callable[[], bytes]] = {
    "100,000 items": lambda: rss("<item><title>t</title><guid>g</guid></item>" * 100_000),
    "50,000 ids": lambda: rss(each(50_000, "<item><title>Word% t</title><guid>%</guid></item>")),
    "100,000 entries": lambda: atom("<entry><title>t</title><id>g</id></entry>" * 100_000),
    "100,000 pages": lambda: b"<urlset>" + b"<url><loc>l</loc><title>t</title></url>" * 100_000 + b"</urlset>",
    "pages deep": lambda: b"<urlset>" + b"<url>" * 500_000,
    "million empty items": lambda: rss("<item/>" * 1_000_000),
    "truncated": lambda: rss(item("") * 3)[:-120],
    "truncated in a tag": lambda: rss(item("") * 3)[:-150] + b"<titl",
    "nothing": lambda: b"",
    "sitemap with entities": lambda: (
        b"<!DOCTYPE urlset [<!ENTITY e 'x'>]><urlset><url><title>&e;</title></url></urlset>"
    ),
}

DEAR = frozenset(
    (
        *("billion laughs", "categories between other elements", "million deep", "40,000 items deep"),
        *("500,000 items begun", "two documents", "100,000 items", "50,000 ids", "100,000 entries"),
        *("million empty items", "JSON million tags", "JSON million items", "50,000 authors", "100,000 links"),
        *("100,000 enclosures", "50,000 dates", "100,000 pages", "open angles", "closed tags", "angles in XML"),
        *("unknown references", "only NUL"),
    )
)
"""What takes more than a second, or is stopped after ten: for those who have time."""

KINDS = {
    "entities": ENTITIES,
    "long": LONG,
    "markup": MARKUP,
    "letters": LETTERS,
    "dates": DATES,
    "JSON": JSON,
    "floods": FLOODS,
}
HOSTILE = {name: make for kind in KINDS.values() for name, make in kind.items()}

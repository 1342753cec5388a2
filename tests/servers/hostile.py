"""Servers that no honest outlet runs, as answers for `FeedServer`, and addresses that a feed must not lead to.

The table is that of the attacks which plain HTTP clients fall for: a megabyte that unpacks to a gigabyte, answers that
never end, redirects into the operator's own network.
"""

from __future__ import annotations

import gzip
import zlib

from tests.servers.web import Answer

RSS = b"<rss version='2.0'><channel><title>Outlet</title></channel></rss>"
MEGABYTE = 1_000_000


def _bomb(header: bytes) -> bytes:
    """A gigabyte of nothing in a megabyte; it ends before its end, which nobody should reach."""
    packer = zlib.compressobj(9, wbits=-15)
    block = packer.compress(bytes(MEGABYTE)) + packer.flush(zlib.Z_FULL_FLUSH)
    return header + block * 1_000


_GZIP = gzip.compress(b"", mtime=0)[:10]
_ZLIB = zlib.compress(b"", 9)[:2]


def _packed(body: bytes, encoding: str) -> Answer:
    return Answer(body, headers={"Content-Encoding": encoding})


def answers() -> dict[str, Answer]:
    """What a hostile server answers, by what it is."""
    return {
        "gzip of 1 GB": _packed(_bomb(_GZIP), "gzip"),
        "bare deflate of 1 GB": _packed(_bomb(b""), "deflate"),
        "deflate of 1 GB": _packed(_bomb(_ZLIB), "deflate"),
        "gzip twice": _packed(gzip.compress(_bomb(_GZIP), mtime=0), "gzip, gzip"),
        "brotli": _packed(b"\x5b" * MEGABYTE, "br"),
        "zstandard": _packed(b"\x28\xb5\x2f\xfd" * 1_000, "zstd"),
        "half a gzip": _packed(gzip.compress(RSS * 1_000, mtime=0)[:-20], "gzip"),
        "no gzip": _packed(RSS, "gzip"),
        "a byte now and then": Answer(b"x", endless=True),
        "head that never ends": Answer(raw=b"HTTP/1.1 200 OK\r\nServer: ", hang_at=0),
        "head that goes on": Answer(raw=b"X: y\r\n", endless=True),
        "chunk that never ends": Answer(
            raw=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<rss ", hang_at=0
        ),
        "chunk of 1 TB": Answer(
            raw=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffff\r\n" + b"x" * MEGABYTE, hang_at=0
        ),
        "chunk of less than nothing": Answer(
            raw=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nx\r\n0\r\n\r\n"
        ),
        "length of 1 TB": Answer(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 1099511627776\r\n\r\n<rss", hang_at=0),
        "length of less than nothing": Answer(raw=b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n<rss"),
        "two lengths": Answer(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 9\r\n\r\n<rss></r>"),
        "nothing at all": Answer(RSS, hang_at=-1),
        "head and no body": Answer(RSS, hang_at=0),
        "half a body": Answer(RSS * 100, cut_at=200),
        "endless body": Answer(b"<item/>" * 10_000, endless=True),
        "endless 1xx": Answer(raw=b"HTTP/1.1 103 Early Hints\r\n\r\n", endless=True),
        "header of 5 MB": Answer(raw=b"HTTP/1.1 200 OK\r\nX: " + b"x" * 5 * MEGABYTE + b"\r\n\r\n"),
        "100,000 headers": Answer(raw=b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000 + b"\r\n" + RSS),
        "100,000 cookies": Answer(raw=b"HTTP/1.1 200 OK\r\n" + b"Set-Cookie: a=b\r\n" * 100_000 + b"\r\n" + RSS),
        "no HTTP": Answer(raw=b"SSH-2.0-OpenSSH_9.0\r\n\r\n"),
        "status of letters": Answer(raw=b"HTTP/1.1 OK 200\r\n\r\n"),
        "status 999": Answer(RSS, status=999),
        "redirect to itself": Answer(status=302, redirect="?again"),
        "redirect nowhere": Answer(status=301),
        "redirect to a file": Answer(status=302, redirect="file:///etc/passwd"),
        "redirect to gopher": Answer(status=302, redirect="gopher://127.0.0.1:6379/_FLUSHALL"),
        "redirect to data": Answer(status=302, redirect="data:text/xml,<rss/>"),
        "redirect to rubbish": Answer(status=302, redirect="http://[::1"),
        "redirect of 60 kB": Answer(status=302, redirect="/" + "x" * 60_000),
        "wait for ever": Answer(status=503, headers={"Retry-After": "9" * 400}),
        "upgrade": Answer(
            raw=b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n", hang_at=0
        ),
        "not modified unasked": Answer(status=304),
    }


LOOPBACK = (
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "017700000001",
    "0.0.0.0",
    "0",
    "localhost",
    "localhost.",
    "LOCALHOST",
    "127.0.0.1.",
    "outlet.example@127.0.0.1",
    "outlet.example%40127.0.0.1",
    "127.0.0.2",
    "127.255.255.254",
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "[::1%25lo]",
    "１２７.０.０.１",
    "127。0。0。1",
    "①②⑦.⓪.⓪.①",
    "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
    "127.0.0.1\\@outlet.example",
    "%31%32%37.0.0.1",
)
"""Spellings of this machine."""

INSIDE = (
    "169.254.169.254",
    "[fe80::1]",
    "[fd00:ec2::254]",
    "[::ffff:169.254.169.254]",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.0.1",
    "100.64.0.1",
    "192.0.0.8",
    "224.0.0.1",
    "255.255.255.255",
    "[ff02::1]",
    "[fec0::1]",
)
"""Addresses of other machines that are nobody's business: clouds tell their secrets at the first of them."""

"""Undoing a body's compression, by no more than a limit allows: a few bytes may claim to be gigabytes.

Must not know where the bytes come from.
"""

from __future__ import annotations

import zlib

from monitor.errors import FetchError

_MEMBER = b"\x1f\x8b"
"""How a member of a gzip file begins; there may be several (RFC 1952, 2.2)."""

_SLICE = 4096
"""What follows a member's end is copied: slices keep that cheap, however many members there are."""


class Unpacker:
    """A body unpacked piece by piece, never by more than its limit allows."""

    def __init__(self, encoding: str, *, most: int) -> None:
        self._encoding = encoding.strip().lower().removeprefix("x-")
        if self._encoding not in ("", "identity", "gzip", "deflate"):
            shown = "".join(filter(str.isprintable, self._encoding))[:40]
            raise FetchError(f"answered in the encoding {shown!r}, which was not asked for")
        self._most = most
        self._left = most
        self._pieces: list[bytes] = []
        self._zlib: zlib._Decompress | None = None
        self._may_go_on = self._encoding == "gzip"
        self._begun = b""

    def add(self, piece: bytes) -> None:
        if self._encoding in ("gzip", "deflate"):
            piece = self._inflate(piece)
        self._left -= len(piece)
        if self._left < 0:
            raise FetchError(f"unpacks to more than {self._most // 1_000_000} MB")
        self._pieces.append(piece)

    @property
    def size(self) -> int:
        """How many bytes it has come to."""
        return self._most - self._left

    def finish(self) -> bytes:
        if self._zlib is not None and not self._zlib.eof:
            raise FetchError("answered with a compressed document that ends early")
        return b"".join(self._pieces)

    def _inflate(self, piece: bytes) -> bytes:
        if self._zlib is None:
            # "deflate" means zlib's format, and some servers send the bare stream all the same (RFC 9110, 8.4.1.2).
            bare = self._encoding == "deflate" and piece[0] & 0x0F != 8
            self._zlib = zlib.decompressobj(-15 if bare else 47)
        unpacked, left = [], self._left
        try:
            for start in range(0, len(piece), _SLICE):
                rest = piece[start : start + _SLICE]
                while rest and left >= 0:
                    if self._zlib.eof and not (rest := self._next_member(rest)):
                        break
                    unpacked.append(self._zlib.decompress(rest, left + 1))
                    left -= len(unpacked[-1])
                    rest = self._zlib.unused_data
        except zlib.error as error:
            raise FetchError("answered with a damaged compressed document") from error
        return b"".join(unpacked)

    def _next_member(self, rest: bytes) -> bytes:
        """Return what is to be unpacked after the end of a member: nothing, but where another one follows."""
        rest, self._begun = self._begun + rest, b""
        if self._may_go_on:
            if rest.startswith(_MEMBER):
                self._zlib = zlib.decompressobj(31)
                return rest
            self._may_go_on = rest == _MEMBER[:1]
            self._begun = rest if self._may_go_on else b""
        return b""

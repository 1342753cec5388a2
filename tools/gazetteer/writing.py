"""The files as `monitor.regions.packs` reads them. The same values give the same bytes."""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from monitor.regions.packs import BLOCK
from tools.gazetteer.spelling import words_of

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_CHUNK = 16
"""Lines of a chunk: few to search through, many to share what they begin with."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """One name as a pack holds it."""

    written: str
    exact: bool
    origin: str
    places: tuple[int, ...]


def base36(number: int) -> str:
    digits = ""
    while number or not digits:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits


def pack(spellings: Iterable[Spelling]) -> bytes:
    lines: dict[bytes, list[Spelling]] = {}
    for spelling in spellings:
        lines.setdefault(words_of(spelling.written)[0].encode(), []).append(spelling)
    origins = sorted({spelling.origin for line in lines.values() for spelling in line})
    written = []
    for word in sorted(lines):
        fields = [field.encode() for spelling in _sorted(lines[word]) for field in _fields(spelling, origins)]
        written.append(b"\t".join([word, *fields]))
    chunks = [b"\n".join(written[low : low + _CHUNK]) for low in range(0, len(written), _CHUNK)]
    return zlib.compress(b"\n\n".join(["\t".join(origins).encode(), *chunks]), 9)


def _sorted(spellings: Iterable[Spelling]) -> list[Spelling]:
    return sorted(spellings, key=lambda spelling: (spelling.written, spelling.origin))


def _fields(spelling: Spelling, origins: Sequence[str]) -> tuple[str, str, str]:
    flags = f"{origins.index(spelling.origin)}{'=' * spelling.exact}"
    return spelling.written, flags, " ".join(map(base36, spelling.places))


def table(rows: Sequence[Sequence[object]]) -> bytes:
    """Return places in blocks, each by columns."""
    blocks = []
    for low in range(0, len(rows), BLOCK):
        columns = zip(*rows[low : low + BLOCK], strict=True)
        blocks.append(zlib.compress("\n".join("\t".join(map(str, column)) for column in columns).encode(), 9))
    ends = array("I", accumulate(map(len, blocks)))
    return len(blocks).to_bytes(4, "little") + ends.tobytes() + b"".join(blocks)


def listed(rows: Iterable[Sequence[object]]) -> bytes:
    return zlib.compress("\n".join("\t".join(map(str, row)) for row in rows).encode(), 9)

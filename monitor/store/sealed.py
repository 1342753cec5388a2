"""Bytes that show whether they are what was stored: SQLite looks at the order of its pages, not at what they say."""

from __future__ import annotations

import zlib
from typing import Any

from sqlalchemy import Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator

from monitor.errors import DamagedError

SEALED_SINCE = "0006"
"""The schema in which all bytes are sealed."""

SEAL = 4
"""Bytes of the checksum at the end of the value: CRC-32, which tells accidents, not forgery."""


def seal(value: bytes) -> bytes:
    return value + zlib.crc32(value).to_bytes(SEAL)


def is_whole(value: bytes) -> bool:
    return len(value) >= SEAL and zlib.crc32(value[:-SEAL]).to_bytes(SEAL) == value[-SEAL:]


class Sealed(TypeDecorator[bytes]):
    """A column of bytes, each value with its checksum. Raises DamagedError where one is read that is not whole."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> Any:
        return None if value is None else seal(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> bytes | None:
        if value is None:
            return None
        if not isinstance(value, bytes) or not is_whole(value):
            raise DamagedError("a stored value is not what was written")
        return value[:-SEAL]

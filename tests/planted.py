"""Looks for secrets that a test planted, in whatever form they came out; knows nothing of how they are hidden."""

from __future__ import annotations

import base64
import codecs
import html
import re
from collections.abc import Iterable, Iterator
from urllib.parse import unquote_plus

_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{8,}")
_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[\"'\\/nrt])")
_SOFT_BREAK = re.compile(r"=\r?\n")


def hits(shown: bytes | str, secrets: Iterable[str]) -> list[str]:
    """Return the secrets that can be read in what was shown: as they are, escaped, percent-encoded, or in base64."""
    texts = [*_readings(shown.decode("utf-8", "replace") if isinstance(shown, bytes) else shown)]
    return [secret for secret in secrets if any(secret in text for text in texts)]


def _readings(text: str) -> Iterator[str]:
    whole = _SOFT_BREAK.sub("", text)
    for one in (text, whole):
        yield one
        yield unquote_plus(one)
        yield html.unescape(one)
        for _ in range(4):
            yield (one := _ESCAPE.sub(_unescaped, one))
    yield codecs.decode(whole.encode(errors="replace"), "quopri").decode("utf-8", "replace")
    for run in _BASE64.findall(text.replace("\r\n", "").replace("\n", "")):
        letters = run.replace("-", "+").replace("_", "/")
        for start in range(4):
            part = letters[start:]
            yield base64.b64decode(part[: len(part) // 4 * 4]).decode("utf-8", "replace")


def _unescaped(found: re.Match[str]) -> str:
    code = found[0][1:]
    return chr(int(code[1:], 16)) if code[0] in "ux" and len(code) > 1 else code

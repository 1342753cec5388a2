"""What must never be shown, taken out of whatever leaves the process as a log line, an error or a listing.

Who reads a secret names it here (`keep_secret`); the logs and the error tree show no text that has not been through
`redact`. What is known lasts as long as the process: a secret stays one wherever it turns up. This module must not know
what a secret is for, nor who shows what.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, quote, quote_plus, urlsplit

MARK = "•••"

AS_LONG_AS_A_KEY = 16
"""Characters from which on a name or a piece of an address is taken for a key."""

_SHORTEST = 5
"""A shorter one would take pieces out of ordinary words, and protects nothing."""
_SHORTEST_HIDDEN = 8
"""Of one that may stand inside base64: the letters of a shorter one are found there by chance."""

_KEY_NAME = r"(?:[\w.-]*(?:token|secret|passwd|password|signature|api[_-]?key|access[_-]?key)|key|auth|pwd|sig)"
_KEY_HEADER = re.compile(rf"(?:X-)?{_KEY_NAME}|(?:Proxy-)?Authorization|Cookie", re.IGNORECASE)
_IN_QUERY = re.compile(rf"([?&;]{_KEY_NAME}=)(?!{MARK})[^&;#\s\"'<>`]+", re.IGNORECASE)
_USER = re.compile(r"(?<=://)(?!USER:PASSWORD@)[^\s/?#\"'<>`@][^\s/?#\"'<>`]*@")
"""Not in our own words on how to write it."""

_SPECIAL = re.compile(r"[^ !#-&(-.0-\[\]-~]")
"""What some format writes with a backslash."""

_known: set[str] = set()
_forms: tuple[str, ...] = ()
"""Every way of writing what is known, the longest first: a secret may hold another one."""
_escaped: tuple[re.Pattern[str], ...] = ()
"""What is known and reads otherwise inside quotes, inside quotes within quotes, and so on."""


def keep_secret(*secrets: str | None) -> None:
    """Show these never again, in any of the forms in which protocols and formats write them."""
    global _escaped, _forms
    new = {secret.strip() for secret in secrets if secret} - _known
    if new := {secret for secret in new if len(secret) >= _SHORTEST}:
        _known.update(new)
        forms = {*_forms, *(form for secret in new for form in _ways_to_write(secret))}
        _forms = tuple(sorted(forms, key=lambda form: (-len(form), form)))
        quoted = [re.compile("".join(map(_as_escaped, secret))) for secret in new if _SPECIAL.search(secret)]
        _escaped = tuple(sorted((*_escaped, *quoted), key=lambda pattern: -len(pattern.pattern)))


def redact(text: str) -> str:
    """Return a text without what is known to be secret, and without keys and passwords in addresses."""
    for pattern in _escaped:
        text = pattern.sub(MARK, text)
    for form in _forms:
        if form in text:
            text = text.replace(form, MARK)
    return _USER.sub(f"{MARK}@", _IN_QUERY.sub(rf"\1{MARK}", text))


def names_key(header: str) -> bool:
    """Tell whether a header's name says that it carries what lets in."""
    return bool(_KEY_HEADER.fullmatch(header))


def key_in(url: str) -> str | None:
    """Return the name of the parameter by which an address carries a key, None where it has none."""
    names = (name for name, value in parse_qsl(urlsplit(url).query) if value)
    return next((name for name in names if re.fullmatch(_KEY_NAME, name, re.IGNORECASE)), None)


def keys_of(url: str) -> tuple[str, ...]:
    """Return an address and those of its pieces that may be keys: for one that lets in whoever knows it."""
    parts = urlsplit(url)
    pieces = [*parts.path.split("/"), *(value for _, value in parse_qsl(parts.query)), parts.password or ""]
    return url, *(piece for piece in pieces if len(piece) >= AS_LONG_AS_A_KEY)


def _ways_to_write(secret: str) -> Iterator[str]:
    yield from (secret, html.escape(secret))
    for encoded in (quote(secret), quote(secret, safe=""), quote_plus(secret)):
        yield from (encoded, re.sub("%..", lambda code: code[0].lower(), encoded))
    if len(secret) >= _SHORTEST_HIDDEN:
        yield from _inside_base64(secret.encode(errors="replace"))


def _as_escaped(character: str) -> str:
    """Return a pattern for a character as JSON, Python and others write it, over and over."""
    if character in "'\"\\/":
        return rf"\\*{re.escape(character)}"
    if character.isascii() and character.isprintable():
        return re.escape(character)
    codes = {json.dumps(character)[1:-1], repr(character.encode(errors="replace"))[2:-1], ascii(character)[1:-1]}
    written = "|".join(sorted(re.escape(code).replace(r"\\", r"\\+") for code in codes))
    return rf"(?:{re.escape(character)}|{written})"


def _inside_base64(secret: bytes) -> Iterator[str]:
    """Yield what stays of it in base64 whatever stands around it: ``user:password`` of a login, a header, a cookie."""
    for before in range(3):
        first, bits = -(-before * 8 // 6), (before + len(secret)) * 8
        for alphabet in (base64.b64encode, base64.urlsafe_b64encode):
            yield alphabet(bytes(before) + secret).decode()[first : bits // 6]

"""The bytes of a document to its text. What the bytes are counts more than what anybody says of them.

It must not know whether the document is XML or JSON.
"""

from __future__ import annotations

import codecs
import re

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
    (b"{\0", "utf-16-le"),
    (b"\0{", "utf-16-be"),
    (b"\x4c\x6f\xa7\x94", "cp037"),
)
"""Byte order marks, and what a first "<" or "{" looks like without one (XML 1.0, appendix F). The order matters."""
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']\s*([\w.:-]{1,40})""")
_CHARSET = re.compile(r"""charset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE | re.ASCII)
_MEANT = {"iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "euc_kr": "cp949"}
"""What is really meant by these names (WHATWG Encoding Standard)."""
_NEVER_MEANT = frozenset(("punycode", "idna", "undefined", "unicode-escape", "raw-unicode-escape", "utf-7"))
"""Python codecs that say they are text encodings; as the encoding of a feed they are an attack."""
_WITH_MARK = ("utf-16", "utf-32")
"""A document that only says so, without looking so, is something else."""
_SEVEN_BITS = ("iso2022", "hz")
_FEW = 8
"""Characters beyond ASCII up to which bytes may be UTF-8 by accident (a Chinese word of two GB 2312 characters can)."""

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_SUSPECT_REFERENCE = re.compile(r"&#(?:[xX]([0-9a-fA-F]+)|([0-9]{1,2}|[0-9]{5,}));")


def decode(body: bytes, content_type: str | None) -> tuple[str, str | None]:
    """The text of ``body`` and what was wrong with its encoding, if anything; never raises.

    A mark of UTF-16 or UTF-32 decides; bytes that are UTF-8 beyond doubt are UTF-8; then counts what the document, then
    what the Content-Type header declares; the rest is mended. Characters that XML forbids, and references to them, are
    left out: a strict reader would stop there.
    """
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return _marked(body, encoding)
    declared = _DECLARED.match(body[:512])
    charset = _CHARSET.search(content_type or "")
    names = [declared[1].decode("ascii", "ignore")] if declared else []
    names += [charset[1]] if charset else []
    known = [encoding for encoding in map(_encoding, names) if encoding]
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        beyond_ascii = len(body) - len(text)
        doubtful = known and known[0] != "utf-8" and beyond_ascii <= _FEW
        if not doubtful or not (beyond_ascii or known[0].startswith(_SEVEN_BITS)):
            return _legal(text), None
    for encoding in known:
        try:
            return _legal(body.decode(encoding)), None
        except (UnicodeError, LookupError):  # the latter: "zip" is a codec, but of bytes
            continue
    return _mended(body, names)


def _encoding(name: str) -> str | None:
    try:
        encoding = codecs.lookup(name).name
    except LookupError:
        return None
    if encoding in _NEVER_MEANT or encoding.startswith(_WITH_MARK):
        return None
    return _MEANT.get(encoding, encoding)


def _marked(body: bytes, encoding: str) -> tuple[str, str | None]:
    try:
        return _legal(body.decode(encoding)), None
    except UnicodeError:
        return _legal(body.decode(encoding, "replace")), f"broken characters in {encoding}"


def _mended(body: bytes, names: list[str]) -> tuple[str, str]:
    """UTF-8 with some broken characters, else Windows-1252, which gives nearly every byte a meaning."""
    said = f"not in the encoding that it declares ({', '.join(names)})" if names else "no encoding declared"
    text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    valid = len(text) - len(text.encode("ascii", "ignore")) - broken
    if broken * 4 <= valid:
        return _legal(text), f"{said}; read as UTF-8 with {broken} broken characters"
    return _legal(body.decode("cp1252", "replace")), f"{said}; read as Windows-1252"


def _legal(text: str) -> str:
    text = _ILLEGAL.sub("", text.removeprefix("\ufeff"))
    return _SUSPECT_REFERENCE.sub(_legal_reference, text) if "&#" in text else text


def _legal_reference(found: re.Match[str]) -> str:
    digits = (found[1] or found[2]).lstrip("0")
    number = int(digits or "0", 16 if found[1] else 10) if len(digits) < 8 else 0
    if number in (9, 10, 13) or 32 <= number < 0xD800 or 0xE000 <= number < 0xFFFE or 0x10000 <= number < 0x110000:
        return found[0]
    return ""

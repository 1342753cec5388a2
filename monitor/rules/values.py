"""The kinds of text that stand as values in rule files, each with its check and its JSON Schema.

A check returns the value to keep and raises pydantic's custom error with a message and a hint for people. This module
must not know which key takes which kind (``spec``), nor what ids exist (``resolve``).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

import idna
from pydantic import AfterValidator, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from monitor.digests.timing import Schedule, parse_duration, parse_when
from monitor.errors import RuleError
from monitor.regions.packs import is_area
from monitor.rules.wording import did_you_mean

SeverityWord = Literal["low", "medium", "high", "critical"]

_ID = r"^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$"
_DURATION = r"^\s*\d{1,9}\s*[smhdw]\s*$"
_HOURS = r"^(?:[01]?\d|2[0-3]):[0-5]\d\s*-\s*(?:[01]?\d|2[0-3]):[0-5]\d$"
_AREA = r"^[A-Z]{2}(?:-[A-Z0-9]{1,3})?$"
_HEADER = r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_SLACK = re.compile(r"#[^\s#@,.:;!?'\"<>&/\\()\[\]{}A-Z]{1,80}|[CGD][A-Z0-9]{7,20}")
_MAILBOX = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DESTINATION_HINT = 'write "slack:#channel", "email:desk@example.org" or "folder:state/outbox"'


def wrong(message: str, hint: str = "", offset: int | None = None) -> PydanticCustomError:
    """Return the error that a check raises; ``offset`` is the place inside the text, where it is known."""
    return PydanticCustomError("rule", "{message}", {"message": message, "hint": hint, "offset": offset})


def _id(text: str) -> str:
    if not re.fullmatch(_ID, text) or len(text) > 80:
        suggestion = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:80]
        raise wrong(f"`{text[:80]}` is not an id", f"small letters, digits and hyphens: {suggestion or 'asia-desk'}")
    return text


def _words(text: str) -> str:
    text = text.strip()
    if not text:
        raise wrong("is empty", "write something, or delete it")
    if _CONTROL.search(text):
        raise wrong("holds a line break or control character", "keep it on one line")
    return text


def _expression(text: str) -> str:
    if not text.strip():
        raise wrong("is empty", "write a condition, or delete the key")
    return text


def _web_address(text: str) -> str:
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in ("http", "https") or re.search(r"\s", text) or _CONTROL.search(text):
        shown = "what stands here" if "@" in text else f"`{text[:80]}`"  # it may be a password
        raise wrong(f"{shown} is not a web address", "http:// or https://, a host name, no spaces")
    if parts.username is not None or parts.password is not None:
        raise wrong("a user name or password stands in the address", "write `auth: env:NAME` instead")
    return text


def _area(text: str) -> str:
    if is_area(text):
        return text
    hint = f"did you mean {text.upper()}?" if is_area(text.upper()) else "ISO 3166, as PK or PK-BA"
    raise wrong(f"`{text[:80]}` is no country or area code", hint)


def _language(text: str) -> str:
    if not re.fullmatch(r"[a-z]{2,3}", text):
        raise wrong(f"`{text[:80]}` is no language code", "two small letters, as en or ur")
    # Imported here: its table takes tens of milliseconds that files without languages need not spend.
    from pycountry import languages

    found = languages.get(alpha_2=text) if len(text) == 2 else languages.get(alpha_3=text)
    if found is None:
        raise wrong(f"`{text}` is no language code", "ISO 639, as en or ur")
    if getattr(found, "alpha_2", text) != text:
        raise wrong(f"`{text}` has a shorter code", f"write {found.alpha_2}")
    return text


def _timezone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (LookupError, ValueError, OSError):
        raise wrong(f"`{text[:80]}` is no time zone", did_you_mean(text, _zones()) or "as Asia/Karachi") from None
    return text


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _hours(text: str) -> str:
    if not re.fullmatch(_HOURS, text.strip()):
        raise wrong(f"`{text[:80]}` are no hours of the day", 'write "22:00-06:00"')
    start, end = (f"{part.strip():0>5}" for part in text.split("-"))
    if start == end:
        raise wrong(f"`{text[:80]}` begins and ends at the same time", 'write "22:00-06:00"')
    return f"{start}-{end}"


def _header_name(text: str) -> str:
    if not re.fullmatch(_HEADER, text):
        raise wrong(f"`{text[:80]}` is no header name", "letters, digits and hyphens, as X-Key")
    return text


def _secret(text: str) -> str:
    if not re.fullmatch(r"env:[A-Za-z_][A-Za-z0-9_]*", text):
        raise wrong("must name an environment variable", "write env:NAME and set NAME to user:password")
    return text


def _header_value(text: str) -> str:
    return _secret(text) if text.startswith("env:") else _words(text)


def destination(text: str) -> str:
    """Return a destination in the form that deliveries carry: e-mail domains in small ASCII letters."""
    kind, colon, address = text.partition(":")
    if not colon or kind not in ("slack", "email", "folder"):
        raise wrong(f"`{text[:80]}` is no destination", _DESTINATION_HINT)
    if kind == "slack":
        if not _SLACK.fullmatch(address):
            raise wrong(f"`{address[:80]}` is no Slack channel", 'write "slack:#channel" or "slack:C0123456789"')
        return text
    if kind == "folder":
        if not address.strip() or _CONTROL.search(address) or address.startswith("~"):
            raise wrong(f"`{address[:80]}` is no folder", "a path, from the home or from /")
        return text
    return f"email:{_email(address)}"


def _email(address: str) -> str:
    mailbox, _, domain = address.rpartition("@")
    try:
        host = idna.encode(domain, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        host = ""
    known_shape = re.fullmatch(r"(?:[a-z0-9_-]+\.)+[a-z][a-z0-9-]*", host) or host == "localhost"
    if not known_shape or not _MAILBOX.fullmatch(mailbox) or len(mailbox) > 64 or len(host) > 250:
        raise wrong(f"`{address[:80]}` is no e-mail address", 'one plain address: "email:desk@example.org"')
    return f"{mailbox}@{host}"


def _destinations(found: list[str]) -> list[str]:
    for position, one in enumerate(found):
        if one in found[:position]:
            raise wrong(f"`{one}` stands in it twice", "keep one")
    return found


def _duration(low: timedelta, high: timedelta) -> Callable[[object], timedelta]:
    def check(value: object) -> timedelta:
        hint = "write a number and s, m, h, d or w: 90s, 10m, 3h, 7d"
        if not isinstance(value, str):
            raise wrong("must be a duration", hint)
        try:
            found = parse_duration(value)
        except RuleError as error:
            raise wrong(error.message, error.hint) from None
        except OverflowError:
            found = timedelta.max
        if not low <= found <= high:
            raise wrong(f"`{value[:80]}` is out of range", f"{_spoken(low)} to {_spoken(high)}")
        return found

    return check


def _spoken(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    size, unit = next(pair for pair in ((86400, "d"), (3600, "h"), (1, "s")) if seconds % pair[0] == 0)
    return f"{seconds // size}{unit}" if seconds else "0s"


def _when(value: object) -> Schedule:
    if not isinstance(value, str):
        raise wrong("must be text", 'write immediately, hourly, "every 3h", "07:00, 17:00" or "07:00 on mon-fri"')
    try:
        return parse_when(value)
    except RuleError as error:
        raise wrong(error.message, error.hint, error.column - 1 if error.column else None) from None
    except OverflowError:
        raise wrong(f"`{value[:80]}` is out of range", "a digest comes every 1m to every 1d") from None


def _text(pattern: str | None = None, **more: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "minLength": 1, **({"pattern": pattern} if pattern else {}), **more})


_LONG = timedelta(days=3650)

Id = Annotated[str, AfterValidator(_id), _text(_ID)]
Words = Annotated[str, AfterValidator(_words), _text()]
Condition = Annotated[str, AfterValidator(_expression), _text(examples=["$attack NEAR/20 ($armed OR $forces)"])]
WebAddress = Annotated[str, AfterValidator(_web_address), _text(r"^https?://\S+$", format="uri")]
AreaCode = Annotated[str, AfterValidator(_area), _text(_AREA, examples=["PK", "PK-BA"])]
Language = Annotated[str, AfterValidator(_language), _text(r"^[a-z]{2,3}$", examples=["en", "ur"])]
TimeZone = Annotated[str, AfterValidator(_timezone), _text(examples=["UTC", "Asia/Karachi"])]
Hours = Annotated[str, AfterValidator(_hours), _text(_HOURS, examples=["22:00-06:00"])]
HeaderName = Annotated[str, AfterValidator(_header_name), _text(_HEADER)]
HeaderValue = Annotated[str, AfterValidator(_header_value), _text(examples=["env:DAWN_KEY"])]
Secret = Annotated[str, AfterValidator(_secret), _text("^env:[A-Za-z_][A-Za-z0-9_]*$", examples=["env:DAWN_AUTH"])]
Destination = Annotated[
    str,
    AfterValidator(destination),
    _text("^(slack|email|folder):.+", examples=["slack:#asia-desk", "email:desk@example.org", "folder:state/outbox"]),
]
Destinations = Annotated[list[Destination], AfterValidator(_destinations)]
Interval = Annotated[timedelta, PlainValidator(_duration(timedelta(seconds=1), _LONG)), _text(_DURATION)]
Pause = Annotated[timedelta, PlainValidator(_duration(timedelta(0), timedelta(days=1))), _text(_DURATION)]
When = Annotated[
    Schedule,
    PlainValidator(_when),
    _text(examples=["immediately", "hourly", "every 3h", "07:00, 17:00", "07:00 on mon-fri"]),
]

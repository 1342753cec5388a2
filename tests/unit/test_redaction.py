"""What is known to be secret leaves no text in any form, and ordinary words stay."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import redaction
from monitor.errors import DeliveryError, MonitorError, RuleError
from monitor.redaction import MARK, keep_secret, key_in, keys_of, names_key, redact

TOKEN = "xoxb-12-Ab/\"c'd\\é+ &%"


def in_small_codes(text: str) -> str:
    return re.sub("%..", lambda code: code[0].lower(), quote(text))


FORMS: dict[str, Callable[[str], str]] = {
    "plain": lambda text: text,
    "JSON": json.dumps,
    "JSON with letters": lambda text: json.dumps(text, ensure_ascii=False),
    "repr": repr,
    "quoted over and over": lambda text: json.dumps(repr([repr({"a": text})])),
    "repr of bytes": lambda text: repr(text.encode("latin-1")),
    "HTML": html.escape,
    "percent": quote,
    "all percent": lambda text: quote(text, safe=""),
    "small percent": in_small_codes,
    "form": quote_plus,
}


@pytest.mark.parametrize("form", FORMS.values(), ids=[*FORMS])
def test_every_form_of_a_secret_is_taken_out(form: Callable[[str], str]) -> None:
    text = f"a {form(TOKEN)} b"
    assert redact(text) == text
    keep_secret(TOKEN)
    assert re.fullmatch(rf"a [\"'b\\\\{{}}\[\]a: ]*{MARK}[\"'\\\\{{}}\[\]]* b", redact(text))


@pytest.mark.parametrize("alphabet", [base64.b64encode, base64.urlsafe_b64encode])
@given(secret=st.text(st.characters(codec="utf-8"), min_size=8, max_size=40), before=st.binary(max_size=9))
def test_a_secret_inside_base64_is_taken_out(alphabet: Callable[[bytes], bytes], secret: str, before: bytes) -> None:
    keep_secret(secret)
    kept = secret.strip()
    if len(kept) < 8:
        return
    written = alphabet(before + kept.encode() + b" and what follows").decode()
    shown = redact(written)
    assert MARK in shown
    # What is left is too little: the letters of at most one byte on either side.
    assert len(shown.replace(MARK, "")) <= len(written) - (len(kept.encode()) - 2) * 8 // 6


def test_a_secret_that_holds_another_is_taken_out_whole() -> None:
    keep_secret("password", "user:password/more")
    assert redact("user:password/more, password, more") == f"{MARK}, {MARK}, more"


def test_what_is_too_short_or_nothing_is_no_secret() -> None:
    keep_secret(None, "", "    ", "news", " desk\n")
    assert redact("no news at the desk") == "no news at the desk"


def test_blanks_around_a_secret_are_not_part_of_it() -> None:
    keep_secret("hunter22\n")
    assert redact("is hunter22 it?") == f"is {MARK} it?"


def test_what_is_known_already_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    keep_secret(TOKEN)
    monkeypatch.setattr(redaction, "_ways_to_write", None)
    keep_secret(TOKEN, None)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://me:pass@host.example/feed", "https://•••@host.example/feed"),
        ("https://a-bare-token@host.example/feed", "https://•••@host.example/feed"),
        ("(smtp://me:p%40ss@mail:587?tls=none)", "(smtp://•••@mail:587?tls=none)"),
        ("postgresql+psycopg://desk:***@db/desk", "postgresql+psycopg://•••@db/desk"),
        ("https://host/feed?key=abc&page=2", "https://host/feed?key=•••&page=2"),
        (
            "https://host/feed?page=2&auth_token=abc: no such host",
            "https://host/feed?page=2&auth_token=••• no such host",
        ),
        ("https://host/feed?X-Amz-Signature=abc#top", "https://host/feed?X-Amz-Signature=•••#top"),
        ("https://host/feed?apiKey=abc&amp;API_KEY=d", "https://host/feed?apiKey=•••&amp;API_KEY=•••"),
        ("https://host/feed?key=", "https://host/feed?key="),
        ("https://host/feed?keyword=Quetta&monkey=1", "https://host/feed?keyword=Quetta&monkey=1"),
        ("https://medium.example/@writer/1", "https://medium.example/@writer/1"),
        ("https://host/?to=me@example.org", "https://host/?to=me@example.org"),
        ("write to desk@example.org", "write to desk@example.org"),
        ("smtp://USER:PASSWORD@HOST:PORT?tls=MODE", "smtp://USER:PASSWORD@HOST:PORT?tls=MODE"),
    ],
)
def test_keys_and_passwords_in_addresses_need_not_be_known(text: str, shown: str) -> None:
    assert redact(text) == shown
    assert redact(shown) == shown


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://host/feed?page=1&Token=abc", "Token"),
        ("https://host/feed?client_secret=abc", "client_secret"),
        ("https://host/feed?token=", None),
        ("https://host/token=abc?page=1", None),
        ("https://host/feed", None),
    ],
)
def test_keys_in_addresses_are_found(url: str, name: str | None) -> None:
    assert key_in(url) == name


@pytest.mark.parametrize(
    ("header", "is_key"),
    [
        *((name, True) for name in ("X-Key", "x-api-key", "Authorization", "Cookie", "X-Auth-Token", "apikey")),
        *((name, False) for name in ("X-Keyword", "Accept", "Referer", "X-Monkey")),
    ],
)
def test_headers_that_carry_keys(header: str, is_key: bool) -> None:
    assert names_key(header) is is_key


def test_an_address_that_lets_in_who_knows_it() -> None:
    key = "0123456789abcdef"
    assert keys_of(f"https://hc.example.org/ping/{key}") == (f"https://hc.example.org/ping/{key}", key)
    assert keys_of(f"https://x:{key}@h/ping?a=b{key}&page=2") == (
        f"https://x:{key}@h/ping?a=b{key}&page=2",
        f"b{key}",
        key,
    )
    assert keys_of("") == ("",)


def test_no_error_of_ours_holds_a_secret() -> None:
    keep_secret("hunter22-hunter22")
    said = "it answered hunter22-hunter22"
    rule = RuleError(said, file="a.yaml", hint=said)
    for error in (MonitorError(said), DeliveryError(said, permanent=True), rule):
        assert "hunter22" not in f"{error} {error!r} {error.args}"
    assert (rule.message, rule.hint) == (f"it answered {MARK}", f"it answered {MARK}")
    assert str(MonitorError()) == ""

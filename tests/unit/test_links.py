from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from itertools import islice, permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.links import LeaveLink, Links, PageLink, Refused, links_of
from monitor.settings import load_settings

KEY = b"a key of at least sixteen characters"
LINKS = Links("https://desk.example.org", KEY)
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
TOKEN_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def token(address: str) -> str:
    return address.rsplit("/", 1)[1]


LEAVE = token(LINKS.unsubscribe("asia-desk-daily", "email:desk@example.org"))
PAGE = token(LINKS.page("asia-desk-daily-20261122T120000Z"))


@given(WORDS, WORDS, st.binary(min_size=1))
def test_a_leave_link_reads_back(subscription: str, destination: str, key: bytes) -> None:
    links = Links("https://desk.example.org/news", key)
    address = links.unsubscribe(subscription, destination)
    assert address.startswith("https://desk.example.org/news/u/")
    assert address.isascii()
    assert links.read(token(address)) == LeaveLink(subscription, destination)


@given(WORDS, st.binary(min_size=1))
def test_a_page_link_reads_back(digest: str, key: bytes) -> None:
    links = Links("http://127.0.0.1:8321", key)
    address = links.page(digest)
    assert address.startswith("http://127.0.0.1:8321/d/")
    assert links.read(token(address)) == PageLink(digest)


def test_links_stay_short_and_the_same() -> None:
    """Mails already sent must go on working: this token is what version 1 wrote."""
    assert LEAVE == "5D03PVnxHbriTQDLc-0mJfPyC3Vhc2lhLWRlc2stZGFpbHkAZW1haWw6ZGVza0BleGFtcGxlLm9yZw"
    assert len(LINKS.unsubscribe("asia-desk-daily", "email:desk@example.org")) < 120


@pytest.mark.parametrize(
    ("altered", "why"),
    [
        ("", Refused.ALTERED),
        ("A", Refused.ALTERED),
        ("AAAA", Refused.ALTERED),
        (LEAVE[:4], Refused.ALTERED),
        (LEAVE[:-4], Refused.ALTERED),
        (LEAVE + "=", Refused.ALTERED),
        (LEAVE + "A", Refused.ALTERED),
        (LEAVE + "AAAA", Refused.ALTERED),
        (f"{LEAVE[:9]}.{LEAVE[9:]}", Refused.ALTERED),
        (f"{LEAVE[:9]}\n{LEAVE[9:]}", Refused.ALTERED),
        (f" {LEAVE}", Refused.ALTERED),
        ("é" + LEAVE, Refused.ALTERED),
        (LEAVE.swapcase(), Refused.ALTERED),
        ("AAAA" + LEAVE[4:], Refused.OTHER_KEY),
        (token(Links(LINKS.public_url, KEY[:-1]).unsubscribe("asia-desk-daily", "email:a@b.c")), Refused.OTHER_KEY),
        (LEAVE[:-3] + PAGE[-3:], Refused.ALTERED),
    ],
)
def test_an_altered_link_is_refused(altered: str, why: Refused) -> None:
    assert LINKS.read(altered) == why


def test_every_bit_of_a_token_counts() -> None:
    for place, letter in enumerate(LEAVE):
        for other in TOKEN_LETTERS.replace(letter, ""):
            assert isinstance(LINKS.read(LEAVE[:place] + other + LEAVE[place + 1 :]), Refused), (place, other)


def test_spare_bits_of_the_last_character_do_not_make_a_second_spelling() -> None:
    """Where the bytes do not fill the last character, several characters decode to the same bytes."""
    spare = next(
        one
        for length in range(3)
        if len(one := token(LINKS.unsubscribe("daily", f"email:{'a' * length}@example.org"))) % 4
    )
    same = [
        spare[:-1] + letter
        for letter in TOKEN_LETTERS
        if urlsafe_b64decode(spare[:-1] + letter + "==") == urlsafe_b64decode(spare + "==")
    ]
    assert len(same) > 1
    assert [LINKS.read(one) for one in same if one != spare] == [Refused.ALTERED] * (len(same) - 1)


def test_the_proof_of_one_link_serves_no_other() -> None:
    def parts(one: str) -> tuple[bytes, bytes]:
        content = urlsafe_b64decode(one + "=" * (-len(one) % 4))
        return content[:19], content[19:]

    addresses = [LINKS.unsubscribe("daily", f"email:reader{number}@example.org") for number in range(30)]
    addresses += [LINKS.unsubscribe("dail", "yemail:reader1@example.org"), LINKS.page("daily"), LINKS.page("")]
    pieces = [parts(token(address)) for address in addresses]
    for (proof, own), (_, other) in islice(permutations(pieces, 2), 1_000):
        assert own != other
        mixed = urlsafe_b64encode(proof + other).rstrip(b"=").decode()
        assert LINKS.read(mixed) == Refused.ALTERED


@given(st.text())
def test_nothing_made_up_is_accepted_or_breaks(made_up: str) -> None:
    assert isinstance(LINKS.read(made_up), Refused)


def test_the_key_is_not_shown() -> None:
    assert "key of at least" not in repr(LINKS)


@pytest.mark.parametrize(
    ("lines", "there"),
    [
        ([], False),
        (["DATELINE_PUBLIC_URL=https://desk.example.org"], False),
        (["DATELINE_SECRET_KEY=0123456789abcdef"], False),
        (["DATELINE_PUBLIC_URL=https://desk.example.org/", "DATELINE_SECRET_KEY=0123456789abcdef"], True),
    ],
)
def test_links_want_an_address_and_a_key(tmp_path: Path, lines: list[str], there: bool) -> None:
    (tmp_path / ".env").write_text("\n".join(lines))
    links = links_of(load_settings(tmp_path))
    assert links == (Links("https://desk.example.org", b"0123456789abcdef") if there else None)

"""Untrusted words and addresses: what is left of them."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.digests.words import counted, host_of, is_right_to_left, name, one_line, web_link
from monitor.text.lines import listed
from tests.digest_samples import HOSTILE_LINKS
from tests.hostile_titles import hostile_titles


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("  two\r\n\tlines\u2028here ", "two lines here"),
        ("\u202egnp.exe\u202c", "gnp.exe"),
        ("nul\x00 bell\x07", "nul bell"),
        ("half \ud83d pair", "half pair"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩‍👩‍👧", "👩‍👩‍👧"),
        ("h" + "\u0301" * 50, "h" + "\u0301" * 3),
        ("", ""),
    ],
)
def test_one_line(text: str, line: str) -> None:
    assert one_line(text) == line


@pytest.mark.parametrize(
    ("text", "limit", "line"),
    [
        ("exactly ten", 11, "exactly ten"),
        ("a sentence that is cut", 15, "a sentence…"),
        ("cut after a comma, here", 19, "cut after a comma…"),
        ("unbroken" * 9, 12, "unbrokenunb…"),
    ],
)
def test_one_line_is_cut_at_a_word(text: str, limit: int, line: str) -> None:
    assert one_line(text, limit) == line


@given(st.text(max_size=80), st.integers(10, 60))
def test_one_line_is_clean_short_and_stays_so(text: str, limit: int) -> None:
    line = one_line(text, limit)
    assert len(line) <= limit
    assert one_line(line, limit) == line
    assert all(unicodedata.category(character) not in ("Cc", "Cs", "Zl", "Zp") for character in line)
    assert not re.search("[\u202a-\u202e\u2066-\u2069]|  |^ | $", line)
    line.encode()


@pytest.mark.parametrize(
    ("address", "link"),
    [
        ("https://a.example/x?y=1&z=%20#f", "https://a.example/x?y=1&z=%20#f"),
        (" HTTP://a.example ", "HTTP://a.example"),
        ("https://a.example/a b|c>d\"e'f`", "https://a.example/a%20b%7Cc%3Ed%22e%27f%60"),
        ("https://a.example/\r\nx", "https://a.example/%0D%0Ax"),
        ("https://a.example/خبر", "https://a.example/خبر"),
        ("https://a.example/\u202etxt", "https://a.example/txt"),
        ("https://a.example/\u2028x", "https://a.example/%E2%80%A8x"),
        ("javascript:alert(1)", None),
        ("java\nscript:alert(1)", None),
        ("data:text/html,x", None),
        ("//a.example", None),
        ("https://", None),
        ("https:///path", None),
        ("https:a.example", None),
        ("https://@a.example", None),
        ("https://[half", None),
        ("https://a.example:99999/", None),
        ("", None),
        ("https://a.example/" + "x" * 3000, None),
    ],
)
def test_web_link(address: str, link: str | None) -> None:
    assert web_link(address) == link


@pytest.mark.parametrize("address", HOSTILE_LINKS)
def test_no_hostile_link_is_anything_but_a_web_address(address: str) -> None:
    link = web_link(address)
    assert link is None or re.fullmatch(r"https?://[^\s\"'<>\\^`{|}]+", link)


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://www.a.example/x", "a.example"),
        ("https://A.example:8", "a.example"),
        ("nothing", ""),
        ("https://[half", ""),
    ],
)
def test_host_of(address: str, host: str) -> None:
    assert host_of(address) == host


@pytest.mark.parametrize(
    ("text", "right_to_left"),
    [("بلوچستان", True), ("שלום", True), ("Quetta", False), ("", False), ("123", False), ("BLA کا حملہ", True)],
)
def test_is_right_to_left(text: str, right_to_left: bool) -> None:
    assert is_right_to_left(text) is right_to_left


def test_a_name_from_right_to_left_is_isolated() -> None:
    assert name("کوئٹہ", 60) == "\u2068کوئٹہ\u2069"
    assert name("Quetta", 60) == "Quetta"


@pytest.mark.parametrize("title", hostile_titles()[:40])
def test_isolates_are_balanced_whatever_stands_in_them(title: str) -> None:
    shown = name(title, 60)
    assert shown.count("\u2068") == shown.count("\u2069") <= 1


@pytest.mark.parametrize(("number", "words"), [(0, "0 feeds"), (1, "1 feed"), (1200, "1,200 feeds")])
def test_counted(number: int, words: str) -> None:
    assert counted(number, "feed") == words
    assert counted(2, "story", "stories") == "2 stories"


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ((), ""),
        (("Sindh",), "Sindh"),
        (("Balochistan", "Sindh"), "Balochistan and Sindh"),
        (("A", "B", "C", "D"), "A, B and 2 more"),
    ],
)
def test_listed(names: tuple[str, ...], words: str) -> None:
    assert listed(names, 2) == words


def test_listed_within_its_limit() -> None:
    assert listed(("A", "B", "C"), 3) == "A, B and C"

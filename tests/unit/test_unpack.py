"""Packed bodies come out the same however they arrive, and cost no more than they are long."""

from __future__ import annotations

import gzip
import time
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import FetchError
from monitor.feeds.unpack import Unpacker


@given(
    members=st.lists(st.binary(max_size=50), min_size=1, max_size=4),
    behind=st.sampled_from([b"", b"\0\0", b"\x1f", b"\x1f\x1f\x8b", b"words"]),
    at_once=st.integers(1, 200),
)
def test_members_are_one_document_wherever_the_pieces_end(members: list[bytes], behind: bytes, at_once: int) -> None:
    packed = b"".join(gzip.compress(member) for member in members) + behind
    unpacker = Unpacker("gzip", most=10_000)
    for start in range(0, len(packed), at_once):
        unpacker.add(packed[start : start + at_once])
    assert unpacker.finish() == b"".join(members)


def test_the_limit_is_that_of_all_members_together() -> None:
    for most, fits in ((30_000_000, True), (29_999_999, False)):
        unpacker = Unpacker("gzip", most=most)
        try:
            unpacker.add(gzip.compress(bytes(10_000_000)) * 3)
        except FetchError as error:
            assert (fits, str(error)) == (False, "unpacks to more than 29 MB")
        else:
            assert fits
            assert unpacker.size == 30_000_000


def test_no_more_is_unpacked_than_the_limit_allows() -> None:
    packed = gzip.compress(bytes(10_000_000)) * 20
    unpacker = Unpacker("gzip", most=1_000_000)
    tracemalloc.start()
    with pytest.raises(FetchError, match="unpacks to more than 1 MB"):
        unpacker.add(packed)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4_000_000


def test_many_members_cost_no_more_than_their_bytes() -> None:
    packed = gzip.compress(b"x") * 200_000
    unpacker = Unpacker("gzip", most=1_000_000)
    began = time.process_time()
    unpacker.add(packed)
    assert time.process_time() - began < 3  # 0.2 s; copying the rest for each of them takes 10
    assert unpacker.finish() == b"x" * 200_000


def test_a_member_that_is_cut_off_is_said() -> None:
    unpacker = Unpacker("gzip", most=1000)
    unpacker.add(gzip.compress(b"whole") + gzip.compress(b"cut off")[:-1])
    with pytest.raises(FetchError, match="ends early"):
        unpacker.finish()

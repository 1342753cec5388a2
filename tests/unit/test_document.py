"""A digest as JSON: nothing lost on the way there and back, and the contract's keys."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.digests.document import from_json, to_json
from monitor.model import (
    ArticleRef,
    Change,
    Coverage,
    Digest,
    Evidence,
    FeedTrouble,
    RegionSection,
    Severity,
    StoryItem,
    Why,
    Window,
)
from tests.digest_samples import BUSY_DAY, PARTIAL, SAMPLES, digest

WORDS = st.text(max_size=12)
INSTANTS = st.datetimes(
    datetime(1990, 1, 1),
    datetime(2090, 1, 1),
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30))]),
)
NUMBERS = st.integers(0, 10**9)
EVIDENCE = st.builds(Evidence, clause=WORDS, field=WORDS, start=NUMBERS, end=NUMBERS, text=WORDS)
ARTICLES = st.builds(
    ArticleRef,
    id=NUMBERS,
    title=WORDS,
    link=WORDS,
    source=WORDS,
    published_at=st.none() | INSTANTS,
    duplicate_of=st.none() | NUMBERS,
    language=st.none() | WORDS,
)
RECORDS = st.dictionaries(WORDS, st.none() | st.booleans() | NUMBERS | WORDS, max_size=3)


def tuples(of: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(of, max_size=2).map(tuple)


WHYS = st.builds(
    Why,
    rule=WORDS,
    name=WORDS,
    severity=st.sampled_from(Severity),
    score=st.floats(-100, 100),
    text=WORDS,
    evidence=tuples(EVIDENCE),
)
STORIES = st.builds(
    StoryItem,
    id=NUMBERS,
    severity=st.sampled_from(Severity),
    headline=WORDS,
    gist=WORDS,
    where=tuples(WORDS),
    changes=tuples(st.builds(Change, kind=st.sampled_from(["new_story", "revision"]), text=WORDS)),
    figures=tuples(RECORDS),
    statements=tuples(RECORDS),
    origins=NUMBERS,
    articles=tuples(ARTICLES),
    why=tuples(WHYS),
    first_seen_at=INSTANTS,
    updated_at=INSTANTS,
)
TROUBLES = st.builds(FeedTrouble, feed=WORDS, name=WORDS, since_at=st.none() | INSTANTS, error=WORDS)
DIGESTS = st.builds(
    Digest,
    id=WORDS,
    subscription=WORDS,
    kind=st.sampled_from(["alert", "digest"]),
    template=WORDS,
    reason=WORDS,
    timezone=WORDS,
    window=st.builds(Window, from_at=INSTANTS, to_at=INSTANTS),
    regions=tuples(st.builds(RegionSection, code=st.none() | WORDS, name=WORDS, stories=tuples(STORIES))),
    coverage=st.builds(Coverage, checked=NUMBERS, failed=tuples(TROUBLES), quiet=tuples(TROUBLES)),
    silences=tuples(WORDS),
)


@given(DIGESTS)
def test_comes_back_equal_through_written_json(one: Digest) -> None:
    assert from_json(json.loads(json.dumps(to_json(one)))) == one


@pytest.mark.parametrize("name", SAMPLES)
def test_samples_come_back_equal(name: str) -> None:
    assert from_json(json.loads(json.dumps(to_json(SAMPLES[name])))) == SAMPLES[name]


def test_has_the_keys_of_the_contract() -> None:
    document = to_json(digest(*BUSY_DAY.regions, coverage=PARTIAL))
    assert {"id", "digest", "kind", "reason", "window", "regions", "coverage", "silences"} <= document.keys()
    assert document["window"] == {"from": "2026-11-22T07:00:00Z", "to": "2026-11-22T12:00:00Z"}
    region = document["regions"][0]
    assert region.keys() == {"code", "name", "stories"}
    story = region["stories"][0]
    assert story.keys() >= {
        "id", "severity", "headline", "gist", "where", "changes", "figures", "statements", "origins", "articles", "why"
    }  # fmt: skip
    assert story["changes"][0].keys() == {"kind", "text"}
    assert story["articles"][0].keys() >= {"id", "title", "link", "source", "published", "duplicate_of"}
    assert story["why"][0].keys() >= {"rule", "severity", "score", "text", "evidence"}
    assert story["why"][0]["evidence"][0].keys() == {"clause", "field", "start", "end", "text"}
    assert document["coverage"].keys() == {"checked", "failed", "quiet"}
    assert document["coverage"]["failed"][0] == {
        "feed": "dawn",
        "name": "Dawn",
        "error": "answered 500 Internal Server Error",
        "since": "2026-11-22T04:10:00Z",
    }

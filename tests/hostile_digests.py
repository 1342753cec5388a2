"""Digests at their worst, for whatever shows them: the same hostile words everywhere, and as many of all as wanted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from monitor.model import Change, Coverage, Digest, Flood, Severity
from tests.digest_samples import article, digest, figure, region, story, trouble, why
from tests.hostile_titles import PAYLOADS


def flood(
    title: str = "From the archive: bomb at bus stand", examples: int = 10, link_length: int = 0, **changes: Any
) -> Flood:
    told = tuple(
        replace(one, link=f"{one.link}?{'x' * link_length}") if link_length else one
        for number in range(examples)
        for one in [article(900 + number, "Makran Post", f"{title} {number}", number)]
    )
    values: dict[str, Any] = {
        "rule": "balochistan-attacks",
        "name": "Armed attacks in Balochistan",
        "feed": "makran-post",
        "source": "Makran Post",
        "severity": Severity.HIGH,
        "stories": 640,
        "articles": 812,
        "examples": told,
    }
    return Flood(**(values | changes))


def crammed(word: str, link_length: int, stories: int, pieces: int, regions: int, **changes: Any) -> Digest:
    """A digest with the same words everywhere, and so many pieces in every list."""
    one = article(1, word, word, link="https://outlet.example/" + "&" * link_length)
    told = {"text": f"3 {word} {word}", "source": word, "outlet": word}
    said = {"text": f"{word} denied {word}", "quote": word}
    items = [
        story(
            number,
            Severity.HIGH,
            replace(one, title=f"{number} {word}"),
            *(replace(one, id=2 + other) for other in range(pieces)),
            *(replace(one, id=50 + other, duplicate_of=1) for other in range(pieces)),
            gist=word,
            where=(word,) * pieces,
            changes=(Change(kind="revision", text=word),) * pieces,
            figures=(told, *(figure(9, word, "people", "killed", word, word, 3, before=(4,)),) * pieces),
            statements=(said,) * pieces,
            why=(why(text=word),) * pieces,
            severity_before=Severity.LOW if number % 2 else None,
        )
        for number in range(stories)
    ]
    failed = (trouble(word, 0, word),) * pieces
    return digest(
        *(region(word, *items) for _ in range(regions)),
        coverage=Coverage(checked=9, failed=failed, quiet=failed),
        silences=(word,) * pieces,
        **changes,
    )


_WORDS = st.text(max_size=400) | st.sampled_from(PAYLOADS) | st.sampled_from(["&" * 300, "😀" * 300, "ا" * 300])
_FLOODS = st.builds(
    flood,
    title=_WORDS,
    examples=st.integers(0, 12),
    link_length=st.sampled_from([0, 900, 2_900]),
    source=_WORDS,
    name=_WORDS,
    severity=st.sampled_from(Severity),
)
DIGESTS = st.builds(
    crammed,
    word=_WORDS,
    link_length=st.integers(0, 2_900),
    stories=st.integers(0, 14),
    pieces=st.integers(0, 30),
    regions=st.integers(1, 3),
    floods=st.lists(_FLOODS, max_size=14).map(tuple),
    is_catch_up=st.booleans(),
    continues=st.sampled_from([None, "an-alert"]),
    kind=st.sampled_from(["alert", "digest"]),
)

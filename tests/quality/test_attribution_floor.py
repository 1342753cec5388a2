"""How often a figure gets the source that the text gives it; run with ``-s`` to see it.

The rules were written on the texts whose id has an even checksum; the others were kept aside and only measured.
"""

from __future__ import annotations

import json
from zlib import crc32

import pytest

from monitor.stories.attribution import sources
from monitor.text.fold import tokenise
from monitor.text.sentences import sentence_spans
from tests.data import DATA, needs_data
from tests.quality.attributed import Score

pytestmark = needs_data


@pytest.mark.parametrize(("half", "floor"), [("written on", 0.98), ("kept aside", 0.92)])
def test_sources_of_labelled_figures(half: str, floor: float) -> None:
    score = Score()
    for line in (DATA / "figures" / "dev.jsonl").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        if crc32(record["id"].encode()) & 1 == (half == "kept aside"):
            text, figures = record["text"], record["figures"]
            spans = [(figure["start"], figure["end"]) for figure in figures]
            found = sources(text, tokenise(text), sentence_spans(text), spans, "en")
            for source, figure in zip(found, figures, strict=True):
                score.count(source, figure["source"])
    print(f"\n{half}: {score}")
    assert score.f1 >= floor

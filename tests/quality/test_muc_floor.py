"""How well a rule for terrorism finds the relevant messages of MUC-3/4; run with ``-s`` to see it.

The rule (muc_rules.yaml) was written on the first 300 messages alone, its words and points held against halves of
these. The other 400 were only measured. The floors are a little below that.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitor.model import Article
from monitor.rules.compile import compile_rules
from monitor.rules.match import match_article
from monitor.rules.ruleset import RuleSet
from tests.data import DATA, needs_data

WRITTEN_ON = 300
RULES = Path(__file__).parent / "muc_rules.yaml"

pytestmark = needs_data


@pytest.fixture(scope="module")
def rules() -> RuleSet:
    compiled = compile_rules({"muc_rules.yaml": RULES.read_bytes()}, templates=())
    assert compiled.findings == ()
    assert compiled.rules is not None
    return compiled.rules


@pytest.mark.parametrize(
    ("part", "precision_floor", "recall_floor"),
    [("written on", 0.76, 0.86), ("unseen", 0.80, 0.75)],
)
def test_relevant_messages(rules: RuleSet, part: str, precision_floor: float, recall_floor: float) -> None:
    lines = (DATA / "conflict_muc4" / "messages.jsonl").read_text(encoding="utf-8").splitlines()
    messages = [json.loads(line) for line in (lines[:WRITTEN_ON] if part == "written on" else lines[WRITTEN_ON:])]
    relevant = {message["id"] for message in messages if message["relevant"]}
    found = {message["id"] for message in messages if match_article(rules, Article(title="", text=message["text"]))}
    precision, recall = len(found & relevant) / len(found), len(found & relevant) / len(relevant)
    print(f"\n{part}: {len(messages)} messages, {len(relevant)} relevant, {precision=:.3f} {recall=:.3f}")
    assert precision >= precision_floor
    assert recall >= recall_floor

"""Urdu words that are names of places as well: the starter desk takes none of them for the place it watches.

165 articles of business, health, showbiz, sport and technology; one names a district of Balochistan, in passing.
"""

import json
from pathlib import Path

from monitor.model import Article
from monitor.rules.compile import compile_rules
from monitor.rules.positions import Positions
from monitor.rules.regional import Regional
from tests.data import DATA, needs_data

RULES = Path(__file__).parents[2] / "rules"


@needs_data
def test_no_article_about_other_things_is_about_balochistan() -> None:
    rules = compile_rules(
        {file.name: file.read_bytes() for file in RULES.glob("*.yaml")}, templates=("alert", "digest")
    )
    assert rules.rules is not None
    lines = (DATA / "urdu_articles" / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    articles = [Article(title="", text=json.loads(line)["text"], language="ur") for line in lines]
    found = [Regional(rules.rules, Positions(article)).found("balochistan") for article in articles]
    assert len(found) > 100
    assert sum(bool(one.spans) for one in found) == 1
    assert max(one.share for one in found) < 0.15

"""What is quoted of real English and Urdu news proves what it is quoted for, and every miss has a reason."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from monitor.model import Article
from monitor.rules.compile import compile_rules
from monitor.rules.explain import explain
from tests.data import DATA, needs_data
from tests.unit.test_explain import check_proof, quoted

RULES = """
regions:
  here: {names: [Karachi, Sindh, San Salvador, Lima, Peshawar, پاکستان, "پاکستانی ٹیم", لاہور], not: [Port Lima]}
groups:
  attack: [attack*, "bomb* blast*", kill*, =TTP, "حمل*", ہلاک, "فائرنگ"]
  armed: [militant*, terrorist*, guerrilla*, "armed men", soldier*, polic*, فوج, "پولیس*"]
rules:
  near:
    when: $attack NEAR/12 ($armed OR "security forces") BEFORE/30 (district OR area* OR depart?ent OR کے)
    where: {region: here, share: 0}
    score: [{add: 1, if: title:$attack}, {add: 1, if: ATLEAST/3 $armed}, {add: 1, if: lede:(=Police OR polic*)}]
  parts:
    when: (title:$attack OR lede:("was injured" OR were OR میں) OR @here) AND NOT cricket
    score: [{add: 1, if: ATLEAST/2 @here}, {add: 1, if: $attack NEAR/15 @here}, {add: 1, if: NOT zebra}]
  many: {when: ATLEAST/4 (the OR کے OR "of the") AND (="The" OR ="کی" OR ATLEAST/2 (killed NEAR/20 injured))}
  never: {when: $attack NEAR/1 (zebra OR @here BEFORE/2 $armed), unless: zebra}
"""


def articles() -> Iterator[Article]:
    for path in ("conflict_satp/docs.jsonl", "conflict_muc4/messages.jsonl", "urdu_articles/articles.jsonl"):
        with (DATA / path).open(encoding="utf-8") as lines:
            for line in islice(lines, 300):
                record = json.loads(line)
                yield Article(title=record["text"][:90], text=record["text"], language=record.get("lang", "en"))


@needs_data
def test_what_is_quoted_of_real_articles_proves_what_it_is_quoted_for() -> None:
    rules = compile_rules({"a.yaml": RULES.encode()}, templates=()).rules
    assert rules is not None
    quotes: Counter[tuple[str, str | None]] = Counter()
    misses: Counter[str] = Counter()
    for article in articles():
        for rule in rules.rules:
            (explanation,) = explain(rules, article, rule)
            if explanation.match is None:
                assert explanation.failed.startswith(("where: ", "when: ", "unless: "))
                misses[rule] += 1
                continue
            for quote in quoted(explanation.match):
                check_proof(rules, article, quote)
                quotes[rule, article.language] += 1
    assert quotes.total() > 2000
    assert quotes["near", "en"] > 50
    assert all(quotes[rule, language] > 10 for rule in ("parts", "many") for language in ("en", "ur"))
    assert misses.total() > 500

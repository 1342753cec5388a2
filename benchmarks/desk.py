"""Rule sets of any size, of the kind that desks write, and articles of 700 words to hold them against.

Words and names of the rules are taken from texts that are not among the articles, by how often they stand there.
"""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from monitor.model import Article, Severity
from monitor.rules.compile import compile_rules
from monitor.rules.grammar import parse_expression
from monitor.rules.ruleset import Rule, RuleSet, ScoreLine
from tests.data import DATA

WORDS = 700
_CODES = """
PK PK-BA PK-SD PK-KP AF IR IR-11 IN IN-JK IN-MN BD MM MM-16 PH PH-14 TH MY ID LK NP CN JP KP UA UA-14 RU BY PL DE FR GB
IE ES IT GR TR SY LB IL IQ YE SA EG LY SD SS ET SO KE UG CD RW ML BF NE NG TD CM CF MZ ZA US US-TX CA MX GT HN CO VE BR
"""
_AREAS = tuple(_CODES.split())
_COMMON = 0.03
"""Words of more texts than these tell nothing: no desk looks for them."""
_FEWEST_GROUPS = 20
_RULES_A_GROUP = 250


@dataclass(frozen=True, slots=True)
class Corpus:
    """Articles, and what rules are made of: words and names as often as they stand in other texts."""

    articles: list[Article]
    words: list[str]
    names: list[str]
    single_names: list[str]
    """Names of one word that tell enough to be watched for: no Friday, no Department."""


def corpus() -> Corpus:
    """Join English news reports to articles of 700 words. Raises OSError where there are none."""
    reports = [json.loads(line) for line in (DATA / "places_toponyms" / "articles.jsonl").open(encoding="utf-8")]
    read, others = reports[::2], [report["text"] for report in reports[1::2]]
    words = [re.findall(r"\b[a-z]{5,14}\b", text) for text in others]
    texts_with = Counter(word for of_text in words for word in set(of_text))
    telling = [word for of_text in words for word in of_text if texts_with[word] <= _COMMON * len(others)]
    names = re.findall(r"(?<=[a-z] )[A-Z][a-z]{3,}(?: [A-Z][a-z]{3,})?(?= [a-z])", " ".join(others))
    texts_naming = Counter(name for text in others for name in set(re.findall(r"\b[A-Z][A-Za-z]{2,}\b", text)))
    lasts = [name.split()[-1] for name in names]
    single_names = [name for name in lasts if texts_naming[name] <= _COMMON * len(others)]
    return Corpus(articles=list(_joined(read)), words=telling, names=names, single_names=single_names)


def _joined(reports: list[dict[str, str]]) -> Iterator[Article]:
    texts: list[str] = []
    for report in reports:
        texts.append(report["text"])
        if sum(text.count(" ") for text in texts) > WORDS:
            cut = re.match(rf"(?:\S+\s+){{{WORDS}}}", "\n\n".join(texts))
            if cut:
                yield Article(title=report["title"], text=cut[0], url=report["url"], language="en")
            texts = []


def rule_set(number: int, made_of: Corpus, *, seed: int = 1) -> RuleSet:
    """Make ``number`` rules: words and phrases, wildcards, NEAR and BEFORE, groups, regions by code, scores."""
    writer = _Writer(random.Random(seed), made_of, groups=max(_FEWEST_GROUPS, number // _RULES_A_GROUP))  # noqa: S311
    lines = ["version: 1", "regions:"]
    lines += [f"  {code.lower()}: {{codes: [{code}]}}" for code in _AREAS]
    lines += ["groups:", *writer.groups()]
    compiled = compile_rules({"desk.yaml": "\n".join(lines).encode()}, templates=())
    assert compiled.rules is not None, compiled.findings
    return replace(compiled.rules, rules={rule.id: rule for rule in map(writer.rule, range(number))})


class _Writer:
    def __init__(self, chance: random.Random, made_of: Corpus, *, groups: int) -> None:
        self._chance = chance
        self._made_of = made_of
        self._groups = groups

    def groups(self) -> Iterator[str]:
        for number in range(self._groups):
            terms = {self._word() for _ in range(self._chance.randint(3, 8))}
            terms |= {self._entity() for _ in range(self._chance.randint(1, 6))}
            yield f"  g{number}: [{', '.join(map(json.dumps, sorted(terms)))}]"

    def rule(self, number: int) -> Rule:
        chance = self._chance
        # Topics are watched in a region; names may be watched anywhere.
        topic, regional = chance.choice(
            ((self._near, 1.0), (self._about, 1.0), (self._named, 0.5), (self._before, 0.8), (self._counted, 0.5))
        )
        return Rule(
            id=f"rule-{number}",
            name=f"Rule {number}",
            where=(chance.choice(_AREAS).lower(),) if chance.random() < regional else (),
            when=parse_expression(topic()),
            unless=parse_expression(f"title:({self._word()} OR {self._word()})") if chance.random() < 0.3 else None,
            score=self._score() if chance.random() < 0.3 else (),
            severity=((Severity.LOW, 0), (Severity.MEDIUM, 3), (Severity.HIGH, 5)),
        )

    def _near(self) -> str:
        return f"{self._group()} NEAR/{self._distance()} ({self._group()} OR {self._word()})"

    def _about(self) -> str:
        return f"{self._group()} NEAR/{self._distance()} ({self._entity()} OR {self._entity()} OR {self._word()})"

    def _named(self) -> str:
        return f"({self._entity()} OR {self._entity()}) AND ({self._word()} OR {self._group()}) AND NOT {self._word()}"

    def _before(self) -> str:
        return f"({self._word()} OR {self._entity()}) BEFORE/{self._distance()} ({self._word()} OR {self._entity()})"

    def _counted(self) -> str:
        return f"ATLEAST/2 {self._group()} AND {self._entity()} NEAR/{self._distance()} {self._word()}"

    def _score(self) -> tuple[ScoreLine, ...]:
        found = [
            (3, f"title:{self._group()}"),
            (2, f"ATLEAST/3 {self._group()}"),
            (-2, f"{self._word()} OR {self._word()}"),
        ]
        return tuple(ScoreLine(add=add, condition=parse_expression(written)) for add, written in found)

    def _distance(self) -> int:
        return self._chance.choice((5, 8, 10, 15, 20))

    def _group(self) -> str:
        return f"$g{self._chance.randrange(self._groups)}"

    def _entity(self) -> str:
        """Return a person, firm or place, of which there are more than any article knows."""
        if self._chance.random() < 0.2:
            return f"={self._chance.choice(self._made_of.single_names)}"
        first, last = (self._chance.choice(self._made_of.names).split() for _ in range(2))
        return f'"{first[0]} {last[-1]}"'

    def _word(self) -> str:
        word = self._chance.choice(self._made_of.words)
        return f"{word[: max(5, len(word) - 2)]}*" if self._chance.random() < 0.4 else word

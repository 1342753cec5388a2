"""Rule sets of 1,000 and 100,000 rules against news: articles a second, and the gain over each rule by itself."""

from __future__ import annotations

import gc
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks import desk, report
from benchmarks.report import Goal
from monitor.model import Article, Match
from monitor.rules.index import Index
from monitor.rules.match import match_article, match_rule, possible
from monitor.rules.reading import Reading
from monitor.rules.ruleset import Rule, RuleSet

DESK, MANY = 1_000, 100_000
_ONE_BY_ONE = 2
"""Articles a round that all the rules are held against one by one: it takes seconds for each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Rounds of one rule set: CPU milliseconds per article with the index, and rule by rule."""

    rules: int
    index_seconds: float
    index_mb: float
    candidates: float
    matches: float
    indexed: list[float]
    one_by_one: list[float]
    given_words: list[float]
    """The gain where words and places are found already, as research on indexes counts it."""

    @property
    def gain(self) -> float:
        return median(slow / fast for slow, fast in zip(self.one_by_one, self.indexed, strict=True))


def run(*, rounds: int) -> list[Goal]:
    """Measure and print; returns what must hold. Raises RuntimeError where the two ways find other matches."""
    made_of = desk.corpus()
    report.say(f"rules: {len(made_of.articles)} English reports of {desk.WORDS} words; CPU in {rounds} rounds")
    few, many = (measure(number, made_of, rounds=rounds) for number in (DESK, MANY))
    columns = (
        "rules",
        "index s",
        "index MB",
        "candidates",
        "matches",
        "ms an article",
        "one by one",
        "gain",
        "given words",
    )
    report.show("Per article (medians)", columns, [_row(few), _row(many)])
    return [
        Goal(what=f"{DESK:,} rules: CPU per article of 700 words", measured=median(few.indexed), limit=5, unit=" ms"),
        Goal(what=f"{MANY:,} rules: CPU beside one by one", measured=1000 / many.gain, limit=5, unit=" ‰"),
        Goal(what=f"{MANY:,} rules: time to index", measured=many.index_seconds, limit=20, unit=" s"),
        Goal(what=f"{MANY:,} rules: memory of the index", measured=many.index_mb, limit=100, unit=" MB"),
    ]


def measure(number: int, made_of: desk.Corpus, *, rounds: int) -> Measured:
    """Take turns: the index over all articles, then every rule over a few of them."""
    rules = desk.rule_set(number, made_of)
    index_seconds = _cpu(lambda: rules.index)
    for article in made_of.articles:  # so that each has been seen once, as most words of news have
        match_article(rules, article)
    gc.collect()
    gc.freeze()  # as in a process that has long loaded its rules
    indexed, slow, given_words = [], [], []
    for turn in range(rounds):
        indexed.append(_per_article(made_of.articles, lambda article: match_article(rules, article)))
        few = made_of.articles[turn * _ONE_BY_ONE :][:_ONE_BY_ONE]
        slow.append(_per_article(few, lambda article: one_by_one(rules, article)))
        given_words.append(_gain_given_words(rules, few))
        if any(one_by_one(rules, article) != match_article(rules, article) for article in few[:1]):
            raise RuntimeError("the index finds other matches than every rule by itself")
        report.say(f"  {number:,} rules, round {turn + 1}: {indexed[-1]:.2f} ms, one by one {slow[-1]:.1f} ms")
    gc.unfreeze()
    return Measured(
        rules=number,
        index_seconds=index_seconds,
        index_mb=_memory(rules),  # last: what runs after tracemalloc runs slower
        candidates=sum(_candidates(rules, article) for article in made_of.articles) / len(made_of.articles),
        matches=sum(len(match_article(rules, article)) for article in made_of.articles) / len(made_of.articles),
        indexed=indexed,
        one_by_one=slow,
        given_words=given_words,
    )


def one_by_one(rules: RuleSet, article: Article) -> tuple[Match, ...]:
    """Hold every rule against an article: the same engine, its memory of the article included, without the index."""
    reading = Reading(article, rules)
    return tuple(match for rule in rules.index.rules if (match := match_rule(reading, rule)) is not None)


def _gain_given_words(rules: RuleSet, articles: Sequence[Article]) -> float:
    slow = _per_reading([_prepared(rules, article) for article in articles], lambda _: iter(rules.index.rules))
    return slow / _per_reading([_prepared(rules, article) for article in articles], possible)


def _prepared(rules: RuleSet, article: Article) -> Reading:
    """Return a reading whose words and places are found."""
    reading = Reading(article, rules)
    for region in reading.regional.possible():
        reading.regional.share(region)
    return reading


def _per_reading(readings: Sequence[Reading], among: Callable[[Reading], Iterator[Rule]]) -> float:
    """Return the CPU milliseconds of holding rules against an article."""
    return (
        1000
        * _cpu(lambda: [match_rule(reading, rule) for reading in readings for rule in among(reading)])
        / len(readings)
    )


def _candidates(rules: RuleSet, article: Article) -> int:
    return sum(1 for _ in possible(Reading(article, rules)))


def _cpu(action: Callable[[], object]) -> float:
    started = time.process_time()
    action()
    return time.process_time() - started


def _per_article(articles: Sequence[Article], read: Callable[[Article], object]) -> float:
    """Return milliseconds."""
    return 1000 * _cpu(lambda: [read(article) for article in articles]) / len(articles)


def _memory(rules: RuleSet) -> float:
    """Return the MB that an index holds beside the rule set that it is made of."""
    gc.collect()
    tracemalloc.start()
    index = Index(rules)
    gc.collect()
    taken = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    del index
    return taken / 1e6


def _row(measured: Measured) -> tuple[str, ...]:
    return (
        f"{measured.rules:,}",
        f"{measured.index_seconds:.1f}",
        f"{measured.index_mb:.0f}",
        f"{measured.candidates:.0f}",
        f"{measured.matches:.1f}",
        f"{median(measured.indexed):.2f}",
        f"{median(measured.one_by_one):.1f}",
        f"{measured.gain:.0f} ×",
        f"{median(measured.given_words):.0f} ×",
    )

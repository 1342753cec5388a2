"""Conditions that nothing can meet: each is found for a reason, and none that something meets."""

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model import Article
from monitor.rules.contradiction import find_clash
from monitor.rules.expression import Term
from monitor.rules.grammar import parse_expression
from monitor.rules.reading import Reading
from tests.timing import allowed
from tests.unit.test_match import SMALL, grown, items, leaves

GROUPS = {
    "g": items("attack*", "suicide bomb*"),
    "wide": items("attack*", "bomb*", "=BLA"),
    "exact": items("=BLA", '="Frontier Corps"'),
    "many": tuple(Term(words=(f"word{number}",)) for number in range(400)),
    "more": tuple(Term(words=(f"word{number}",)) for number in range(400, 0, -1)),
}


def reason(when: str, unless: str = "") -> tuple[str, str] | None:
    """Return the part of a condition that cannot be met, and why."""
    excluded = [parse_expression(unless)] if unless else []
    clash = find_clash([parse_expression(when)], excluded, groups=GROUPS)
    return None if clash is None else (clash.node.clause, clash.reason)


@pytest.mark.parametrize(
    ("when", "node", "said"),
    [
        ("a AND NOT a", "a", "it requires a and excludes the same"),
        ("a AND NOT (b OR A)", "A", "it requires a and excludes A"),
        ("attack AND NOT attack*", "attack*", "it requires attack and excludes attack*"),
        ("attacks* AND NOT attack*", "attack*", "it requires attacks* and excludes attack*"),
        ("attack AND NOT att?ck", "att?ck", "it requires attack and excludes att?ck"),
        ('"police post" AND NOT police', "police", 'it requires "police post" and excludes police'),
        ('"the police posts" AND NOT "polic* posts"', '"polic* posts"', None),
        ("=BLA AND NOT bla", "bla", "it requires =BLA and excludes bla"),
        ("=BLA AND NOT =BLA", "=BLA", "it requires =BLA and excludes the same"),
        ("=BL*AX AND NOT =BL*AX", "=BL*AX", None),
        ("title:a AND NOT a", "a", "it requires a and excludes the same"),
        ("lede:a AND NOT text:a", "a", None),
        ("lede:a AND NOT a", "a", None),
        ("section:sport AND NOT section:sport*", "sport*", None),
        ("a AND NOT title:a AND NOT text:a", "a", None),
        ("(a NEAR/3 b) AND NOT b", "b", None),
        ("(a NEAR/3 b) AND NOT (b NEAR/5 a)", "b NEAR/5 a", None),
        ("(a BEFORE/3 b) AND NOT (a NEAR/3 b)", "a NEAR/3 b", None),
        ("(a BEFORE/3 b) AND NOT (a BEFORE/4 b)", "a BEFORE/4 b", None),
        ("ATLEAST/3 a AND NOT a", "a", None),
        ("ATLEAST/3 a AND NOT ATLEAST/2 a", "ATLEAST/2 a", None),
        ("a AND NOT ATLEAST/1 a", "a", None),
        ("$g AND NOT $g", "$g", None),
        ("$exact AND NOT $exact", "$exact", None),
        ("=BLA AND NOT $exact", "$exact", "it requires =BLA and excludes $exact"),
        ("attacks AND NOT $g", "$g", None),
        ("$g AND NOT $wide", "$wide", "it requires $g and excludes $wide"),
        ("@r AND NOT @r", "@r", None),
        ("NOT (NOT a) AND NOT a", "a", None),
        ("(a OR b) AND NOT a AND NOT b", "a", "nothing can be met of a OR b: it requires a and excludes the same"),
        ("a AND b AND NOT (a AND b)", None, "nothing can be missing of a AND b: it requires a and excludes the same"),
        ("(a AND NOT a) OR (b AND NOT b)", "a", None),
        ("(a OR (b AND (c OR d))) AND NOT (a OR c OR d)", "a", None),
        ("title:a NEAR/5 text:b", "title:a NEAR/5 text:b", "title:a NEAR/5 text:b reaches from one field into another"),
        ("section:a BEFORE/2 (b OR $g)", "section:a BEFORE/2 (b OR $g)", None),
        ("(title:a NEAR/2 b) NEAR/2 ATLEAST/2 lede:c", "(title:a NEAR/2 b) NEAR/2 ATLEAST/2 lede:c", None),
        ("lede:ATLEAST/61 a", "ATLEAST/61 a", "the lede has 60 words"),
        ("ATLEAST/61 lede:a", "ATLEAST/61 lede:a", "the lede has 60 words"),
    ],
)  # fmt: skip
def test_what_nothing_can_meet(when: str, node: str | None, said: str | None) -> None:
    found = reason(when)
    assert found is not None
    assert node in (None, found[0])
    assert said in (None, found[1])


@pytest.mark.parametrize(
    "when",
    [
        "a AND NOT b",
        "a AND NOT title:a",
        "a AND NOT lede:a AND NOT title:a",
        "text:a AND NOT lede:a",
        "a AND NOT section:a",
        "attack* AND NOT attack",
        "attack* AND NOT attacks*",
        "a?tack* AND NOT attack*",
        "*stan AND NOT pakistan",
        "bla AND NOT =BLA",
        "=BLA* AND NOT bla*",
        'police AND NOT "police post"',
        "a OR NOT a",
        "(a OR b) AND NOT a",
        "NOT (a AND NOT a)",
        "(a NEAR/5 b) AND NOT (a NEAR/3 b)",
        "(a NEAR/3 b) AND NOT (a BEFORE/3 b)",
        "(a BEFORE/3 b) AND NOT (b BEFORE/3 a)",
        "ATLEAST/2 a AND NOT ATLEAST/3 a",
        "a AND NOT ATLEAST/2 a",
        "ATLEAST/2 a AND NOT ATLEAST/2 b",
        "$wide AND NOT $g",
        "$g AND NOT @r",
        "a NEAR/5 title:b",
        "lede:a NEAR/5 text:b",
        "ATLEAST/60 lede:a",
        "ATLEAST/61 text:a",
        "lang:pt AND lang:br",
    ],
)
def test_what_something_may_meet(when: str) -> None:
    assert reason(when) is None


def test_what_is_excluded_apart() -> None:
    assert reason("$g NEAR/5 b", "title:x OR attack* OR bomb*") is None
    assert reason("($g OR c) NEAR/5 b", "title:x OR b") == ("b", "it requires b and excludes the same")


def test_a_condition_too_large_to_compare_is_not_judged() -> None:
    started = time.process_time()
    assert reason("$many AND NOT $more") is None
    assert reason("$many AND NOT $many") is not None
    nears = [f"(a{number} NEAR/5 b)" for number in range(3_000)]
    assert reason(" AND ".join(nears), " OR ".join(reversed([near.replace("b", "c") for near in nears]))) is None
    assert reason(" AND ".join(["lang:ur"] * 5_000)) is None
    assert time.process_time() - started < allowed(3)


# --- against articles --------------------------------------------------------------------------------------------

words = ["a", "b", "c", "x", "A", "abcd", "abce"]
tags = ["en", "en-GB", "ur", "hi-IN", "pt-BR", "eng", None]
units = st.one_of(
    leaves,
    st.recursive(leaves, grown, max_leaves=3),
    st.sampled_from(["lede:a", "title:a", "text:a", "abc?", "abcd*", "=A", "lang:ur", "lang:en", "lang:hi"]),
    st.tuples(leaves, leaves).map(lambda pair: f"({pair[0]} OR {pair[1]})"),
    st.tuples(leaves, leaves).map(lambda pair: f"({pair[0]} AND {pair[1]})"),
    st.tuples(leaves, leaves).map(lambda pair: f"({pair[0]} OR NOT {pair[1]})"),
)
literals = st.tuples(st.sampled_from(["", "NOT "]), units).map("".join)
conditions = st.lists(literals.map(lambda one: f"({one})"), min_size=2, max_size=6).map(" AND ".join)


def articles(chance: random.Random) -> list[Article]:
    def some(most: int) -> str:
        return " ".join(chance.choices(words, k=chance.randrange(most)))

    return [
        Article(
            title=some(5), text="\n\n".join(some(9) for _ in range(chance.randrange(3))), language=chance.choice(tags)
        )
        for _ in range(300)
    ]


MANY = [Reading(article, SMALL) for article in articles(random.Random(5))]


@settings(max_examples=400, deadline=None)
@given(conditions)
def test_nothing_that_some_article_meets_is_called_impossible(when: str) -> None:
    condition = parse_expression(when)
    if find_clash([condition], [], groups=SMALL.groups) is not None:
        assert not any(reading.holds(condition) for reading in MANY)

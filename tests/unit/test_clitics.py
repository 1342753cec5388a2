"""Arabic's clitics: which words a word may stand for, and that rules find them in Arabic articles only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Article
from monitor.rules.grammar import parse_expression
from monitor.rules.match import match_article
from monitor.rules.reading import Reading
from monitor.rules.ruleset import Rule, RuleSet
from monitor.text.clitics import LEAST_LETTERS, without_clitics
from monitor.text.fold import fold_word
from tests.unit.test_match import NO_RULES


@pytest.mark.parametrize(
    ("word", "stands_for"),
    [
        ("والباكستانية", "الباكستانية باكستانية"),
        ("الباكستانية", "باكستانية"),
        ("بالجيش", "الجيش جيش"),
        ("كالجيش", "الجيش جيش"),
        ("للجيش", "لجيش جيش الجيش"),
        ("وللجيش", "للجيش لجيش جيش الجيش"),
        ("فبالجيش", "بالجيش الجيش جيش"),
        ("لإسرائيل", "إسرائيل"),
        ("وبغداد", "بغداد غداد"),
        ("جيش", ""),
        ("ولد", ""),  # too little would remain
        ("الله", ""),
        ("attack", ""),
        ("", ""),
    ],
)
def test_what_a_word_may_stand_for(word: str, stands_for: str) -> None:
    assert set(without_clitics(fold_word(word))) == {fold_word(one) for one in stands_for.split()}


@given(st.text("وفبکلالجیش", max_size=12))
def test_enough_of_a_word_remains_at_its_end(word: str) -> None:
    for one in without_clitics(word):
        assert len(one) >= LEAST_LETTERS
        assert word.endswith(one.removeprefix("ال"))
        assert one != word


@pytest.mark.parametrize(
    ("when", "text", "expected"),
    [
        ("باكستان*", "الحكومة الباكستانية", True),
        ("باكستان", "وباكستان", True),
        ("الجيش", "هجوم للجيش", True),
        ("جيش", "بالجيش", True),
        ("جيش", "الجيشان", False),
        ('"قوات الامن"', "وقوات الأمن", True),
        ('"قوات أمن"', "للقوات الأمن", True),
        ("هجوم NEAR/0 جيش", "والهجوم بالجيش", True),
        ("ATLEAST/2 *جيش*", "والجيش", False),
        ("ATLEAST/2 جيش", "والجيش بالجيش", True),
        ("جيش NEAR/5 الجيش", "والجيش", False),
        ("=جيش", "الجيش", False),
        ("title:جيش", "الجيش", False),
        ("lede:جيش", "الجيش", True),
    ],
)
def test_terms_are_found_behind_clitics_in_arabic(when: str, text: str, expected: bool) -> None:
    expression = parse_expression(when)
    for language in ("ar", "ar-EG", "AR", "ara"):
        assert Reading(Article(title="", text=text, language=language), NO_RULES).holds(expression) is expected


@pytest.mark.parametrize("language", ["ur", "fa", "ps", "arz", None, "en"])
def test_no_other_language_has_them(language: str | None) -> None:
    reading = Reading(Article(title="", text="والباكستان", language=language), NO_RULES)
    assert not reading.holds(parse_expression("باكستان"))


def test_a_rule_matches_by_what_a_word_stands_for() -> None:
    condition = parse_expression("هجوم NEAR/3 (جيش OR شرطة)")
    rules = RuleSet(version="1", rules={"r": Rule(id="r", name="R", when=condition)})
    (match,) = match_article(rules, Article(title="الهجوم على قوات للجيش", language="ar"))
    assert [quote.text for quote in match.evidence] == ["الهجوم على قوات للجيش"]
    assert match_article(rules, Article(title="الهجوم على قوات للجيش", language="fa")) == ()


def test_a_quote_is_the_whole_word() -> None:
    article = Article(title="", text="قتل جندي بالجيش أمس", language="ar")
    (quote,) = Reading(article, NO_RULES).evidence(parse_expression("جيش"))
    assert (quote.text, article.text[quote.start : quote.end]) == ("بالجيش", "بالجيش")

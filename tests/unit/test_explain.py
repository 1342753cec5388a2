"""What `explain` and the digests' why-lines say, word for word."""

import re
import time
from dataclasses import replace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Article, Evidence, Feed, FieldName, Match, Severity
from monitor.rules.explain import describe, explain, rows
from monitor.rules.expression import And, Near, RegionRef, walk
from monitor.rules.grammar import parse_expression
from monitor.rules.match import match_article
from monitor.rules.positions import field_text
from monitor.rules.reading import Reading
from monitor.rules.ruleset import FeedScope, Region, Rule, RuleSet, ScoreLine
from monitor.rules.terms import parse_term
from monitor.rules.why import WHY_LINE_LENGTH, why_line
from tests.unit.test_match import SMALL, expressions, unscoped


def rule_set(**changes: Any) -> RuleSet:
    for key in ("when", "unless"):
        if isinstance(changes.get(key), str):
            changes[key] = parse_expression(changes[key])
    rule = replace(
        Rule(
            id="balochistan-attacks",
            name="Armed attacks in Balochistan",
            where=("balochistan",),
            when=parse_expression("$attack NEAR/20 ($armed OR $forces)"),
            unless=parse_expression("title:(cricket OR =PSL) OR section:sport"),
            languages=frozenset({"ur", "en"}),
            score=(
                ScoreLine(add=4, condition=parse_expression("title:$attack")),
                ScoreLine(add=3, condition=parse_expression("ATLEAST/3 $armed")),
                ScoreLine(add=-3, condition=parse_expression('anniversary OR "years ago"')),
            ),
            threshold=4,
            severity=((Severity.LOW, 4), (Severity.MEDIUM, 5), (Severity.HIGH, 6)),
        ),
        **changes,
    )
    groups = {
        "attack": ("attack*", "ambush*", "raid*"),
        "armed": ("militant*", "=BLA"),
        "forces": ("security forces", "soldier*", "polic*"),
    }
    return RuleSet(
        version="1",
        feeds={"dawn": Feed(id="dawn", url="https://dawn.com/feed", name="Dawn", trust=0.9)},
        regions={
            "balochistan": Region(
                id="balochistan",
                name="Balochistan",
                terms=tuple(map(parse_term, ("Balochistan", "Quetta", "Mastung", "Noshki", "Gwadar"))),
                excluded=(parse_term("Quetta Gladiators"),),
                ambiguous=((parse_term("Kalat"), (parse_term("Pakistan"), parse_term("Baloch*"))),),
            ),
            "sindh": Region(id="sindh", name="Sindh", terms=(parse_term("Karachi"),)),
        },
        groups={name: tuple(map(parse_term, sources)) for name, sources in groups.items()},
        rules={rule.id: rule},
    )


ARTICLE = Article(
    title="Militants attack police post in Mastung, three soldiers killed",
    text=(
        "QUETTA: Militants ambushed a convoy of security forces near Quetta on\nFriday, officials said.\n\n"
        "The BLA claimed the raid. Trouble reached Noshki."
    ),
    feed="dawn",
    language="en-GB",
)


def described(rules: RuleSet, article: Article) -> list[str]:
    (explanation,) = explain(rules, article, "balochistan-attacks")
    return describe(explanation).splitlines()


def test_a_match_is_laid_out_as_the_rule_reference_shows() -> None:
    (explanation,) = explain(rule_set(), ARTICLE)
    assert (explanation.rule, explanation.failed) == ("balochistan-attacks", "")
    assert (explanation.match,) == match_article(rule_set(), ARTICLE)
    assert describe(explanation).splitlines() == [
        "HIGH  Armed attacks in Balochistan         score 6.3 = 7 × trust 0.9 (threshold 4; medium 5, high 6)",
        "  where  Balochistan, 100 % of the place evidence: Quetta ×2 (lede), Mastung (title), Noshki (lede)",
        "  when   “Militants attack” police post in Mastung (title)            $attack NEAR/20 ($armed OR $forces)",
        "  +4     title has “attack”",
        "  +3     3 or more of $armed: “Militants”, “Militants”, “BLA”",
        '   0     anniversary OR "years ago": absent',
    ]


def test_without_levels_and_trust_the_score_is_plain() -> None:
    rules = rule_set(severity=Severity.CRITICAL, score=(), threshold=0, where=(), when="soldiers AND NOT zebra")
    assert described(rules, replace(ARTICLE, feed=""))[:2] == [
        "CRITICAL  Armed attacks in Balochistan     score 0 (threshold 0)",
        "  when   post in Mastung, three “soldiers” killed (title)             soldiers",
    ]


def test_words_are_quoted_with_their_neighbours_of_the_same_paragraph() -> None:
    article = Article(title="", text="One two.\n\nThey say: the\n“raid” failed.\n\nThree.")
    rules = rule_set(where=(), when="raid", score=(), threshold=0)
    assert described(rules, article)[1].startswith("  when   They say: the ““raid”” failed (text)")


@pytest.mark.parametrize(
    ("condition", "line"),
    [
        ("killed", "+1     killed: “killed”"),
        ("lede:(convoy NEAR/3 forces)", "+1     lede has “convoy of security forces”"),
        ("killed AND police", "+1     killed AND police: “police”, “killed”"),
        ("NOT zebra", "+1     NOT zebra: holds"),
        ("ATLEAST/2 militants", "+1     2 or more of militants: “Militants”, “Militants”"),
        ("ATLEAST/9 word*", "+1     9 or more of word*: " + ", ".join(["“word”"] * 8) + " …"),
    ],
)
def test_a_score_line_says_what_was_found(condition: str, line: str) -> None:
    rules = rule_set(score=(ScoreLine(add=1, condition=parse_expression(condition)),), threshold=0)
    article = replace(ARTICLE, feed="", text=ARTICLE.text + " word" * 10)
    assert described(rules, article)[-1].strip() == line


MISSES: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({}, {"language": "fr"}, "languages: article is fr, rule wants en, ur"),
    ({"scope": FeedScope(feeds=frozenset({"x"}))}, {}, "feeds: dawn is out of the rule's scope"),
    (
        {"scope": FeedScope(feeds=frozenset({"x"}))},
        {"feed": ""},
        "feeds: an article without a feed is out of the rule's scope",
    ),
    ({}, {"title": "", "text": ""}, "where: no name of Balochistan found"),
    (
        {"where": ("balochistan", "sindh")},
        {"title": "Lahore", "text": ""},
        "where: no name of Balochistan found; no name of Sindh found",
    ),
    (
        {},
        {"title": "Quetta Gladiators attack", "text": ""},
        "where: Quetta at word 1 (title) stands inside a name that Balochistan excludes",
    ),
    (
        {},
        {"title": "", "text": "Old Kalat"},
        "where: Kalat at word 2 (text) counts for Balochistan only beside one of Pakistan, Baloch*",
    ),
    (
        {},
        {"title": "Two attacks in Quetta", "text": ""},
        "when: $attack NEAR/20 ($armed OR $forces): attacks at word 2 (title), none of $armed OR $forces found",
    ),
    (
        {"when": "$attack NEAR/20 $armed"},
        {"title": "Quetta militants", "text": ""},
        "when: $attack NEAR/20 $armed: none of $attack found, militants at word 2 (title)",
    ),
    (
        {"when": "$attack NEAR/20 @sindh"},
        {"title": "Quetta", "text": ""},
        "when: $attack NEAR/20 @sindh: none of $attack found, no name of Sindh found",
    ),
    (
        {"when": "$attack NEAR/20 $armed"},
        {"title": "", "text": "Quetta: attack and attack" + " word" * 37 + " militants, militants"},
        "when: $attack NEAR/20 $armed: attack at word 4, militants at word 42: 37 words apart, NEAR/20 (text)",
    ),
    (
        {"when": "$attack NEAR/20 $armed"},
        {"title": "", "text": "Quetta: attack.\n\nMilitants fled"},
        "when: $attack NEAR/20 $armed: attack at word 2, Militants at word 3: in different paragraphs, NEAR/20 (text)",
    ),
    (
        {"when": "$attack NEAR/20 $armed"},
        {"title": "Quetta attack", "text": "Militants fled"},
        "when: $attack NEAR/20 $armed: attack at word 2 (title), Militants at word 1 (text): "
        "in different fields, NEAR/20",
    ),
    (
        {"when": "$attack BEFORE/3 $armed"},
        {"title": "Militants attack Quetta", "text": ""},
        "when: $attack BEFORE/3 $armed: Militants at word 1, attack at word 2: in the other order, BEFORE/3 (title)",
    ),
    (
        {"when": "attack NEAR/3 att*"},
        {"title": "attack in Quetta", "text": ""},
        "when: attack NEAR/3 att*: attack at word 1 (title): both in the same words, NEAR/3",
    ),
    ({"when": "attack AND zebra"}, {}, "when: no zebra found"),
    ({"when": "=police AND =POLICE"}, {}, "when: no =POLICE found; there is police at word 3 (title)"),
    ({"when": '="Police Posts"'}, {}, 'when: no ="Police Posts" found'),
    (
        {"when": "$attack BEFORE/3 $armed"},
        {"title": "", "text": "Quetta: militants attack and so on and so on, militants"},
        "when: $attack BEFORE/3 $armed: attack at word 3, militants at word 10: 6 words apart, BEFORE/3 (text)",
    ),
    (
        {"when": "$attack NEAR/0 $armed"},
        {"title": "Quetta: attack by militants", "text": ""},
        "when: $attack NEAR/0 $armed: attack at word 2, militants at word 4: 1 word apart, NEAR/0 (title)",
    ),
    (
        {"when": "title:z1 OR z2 OR z3\nOR z4 OR z5"},
        {},
        "when: no z1 found in title; no z2 found; no z3 found; no z4 found; …",
    ),
    ({"when": "z1 OR\n z2"}, {}, "when: none of z1 OR z2 found"),
    (
        {"where": (), "when": "attack AND @balochistan"},
        {"title": "Quetta Gladiators attack", "text": ""},
        "when: Quetta at word 1 (title) stands inside a name that Balochistan excludes",
    ),
    ({"when": "attack AND @sindh"}, {}, "when: no name of Sindh found"),
    ({"when": "attack AND NOT police"}, {}, "when: NOT police: police found: police at word 3 (title)"),
    ({"when": "NOT (NOT zebra)"}, {}, "when: NOT (NOT zebra): NOT zebra holds"),
    ({"when": 'zebra OR "a b"'}, {}, 'when: none of zebra OR "a b" found'),
    (
        {"when": "zebra OR text:police"},
        {},
        "when: no zebra found; no police found in text; there is police at word 3 (title)",
    ),
    (
        {"when": "title:$attack"},
        {"title": "Quetta"},
        "when: none of $attack found in title; there is ambushed at word 3 (text)",
    ),
    ({"when": "ATLEAST/5 $armed"}, {}, "when: ATLEAST/5 $armed: 3 found: Militants ×2 (title, lede), BLA (lede)"),
    ({"when": "ATLEAST/5 zebra"}, {}, "when: ATLEAST/5 zebra: none found"),
    ({}, {"title": ARTICLE.title + " at cricket"}, "unless: cricket found: cricket at word 11 (title)"),
    ({}, {"section": "World; Sport"}, "unless: section:sport found: Sport at word 2 (section)"),
]


@pytest.mark.parametrize(("rule", "article", "failed"), MISSES, ids=[failed[:60] for _, _, failed in MISSES])
def test_a_miss_names_the_first_clause_that_failed(rule: dict[str, Any], article: dict[str, Any], failed: str) -> None:
    rules, subject = rule_set(**rule), replace(ARTICLE, **article)
    assert explain(rules, subject) == ()
    assert described(rules, subject) == ["no match  Armed attacks in Balochistan", f"  {failed}"]


def test_names_that_do_not_count_are_shown_with_a_match() -> None:
    article = replace(ARTICLE, title="Militants attack Quetta Gladiators in Mastung, police say", text="Kalat.")
    where, *doubts = described(rule_set(threshold=0), article)[1:4]
    assert re.fullmatch(r"  where  Balochistan, \d+ % of the place evidence: Mastung \(title\)", where)
    assert doubts == [
        "  not    Quetta at word 3 (title) stands inside a name that Balochistan excludes",
        "  not    Kalat at word 1 (text) counts for Balochistan only beside one of Pakistan, Baloch*",
    ]


def test_too_small_a_share_is_shown_beside_the_largest() -> None:
    article = Article(title="London, Paris, Berlin and Madrid", text="London. " + "word " * 60 + "Quetta")
    head, line = described(rule_set(), article)
    assert head == "no match  Armed attacks in Balochistan"
    assert re.fullmatch(r"  where: Balochistan has a share of \d+ %, below 15 %: (\S.* \d+ %, ){3}\S.* \d+ %", line)


def test_a_rule_that_was_given_up_is_no_miss() -> None:
    rules = rule_set(where=(), when=" NEAR/500 ".join(["w*ord OR word"] * 9), score=(), threshold=0)
    article = Article(title="", text="word " * 3_000)
    assert described(rules, article)[1:] == ["  too costly: given up, so that it is not known whether it holds"]


def test_a_score_below_the_threshold_shows_its_sum() -> None:
    article = replace(ARTICLE, title="Quetta: years ago police foiled an ambush", text="")
    assert described(rule_set(), article) == [
        "no match  Armed attacks in Balochistan     score 0.9 = 1 × trust 0.9 (threshold 4; medium 5, high 6)",
        "  score 0.9 below threshold 4",
        "  +4     title has “ambush”",
        "   0     ATLEAST/3 $armed: absent",
        '  -3     anniversary OR "years ago": “years ago”',
    ]


def test_a_name_is_shown_as_usual_though_a_dateline_shouts_it_first() -> None:
    rules = rule_set(when=None, unless=None, score=(), threshold=0)
    for text, said in (
        ("QUETTA: Police. Quetta was calm. QUETTA", "Quetta ×3"),
        ("Quetta was calm. QUETTA", "Quetta ×2"),
        ("QUETTA. QUETTA", "QUETTA ×2"),
    ):
        (explanation,) = explain(rules, Article(title="Calm", text=text))
        assert explanation.lines[0].text.endswith(f": {said} (lede)")


def test_a_line_is_its_margin_and_its_text() -> None:
    (found,) = explain(rule_set(), ARTICLE)
    assert [margin for margin, _ in rows(found)] == ["HIGH  ", *(f"  {line.label:<6} " for line in found.lines)]
    (missed,) = explain(rule_set(when="zebra"), ARTICLE, "balochistan-attacks")
    assert list(rows(missed))[1:] == [("  ", "when: no zebra found")]


def test_names_beyond_the_eighth_are_only_hinted_at() -> None:
    rules = rule_set(where=("many",), when=None, unless=None, score=(), threshold=0)
    towns = [f"town{number}" for number in range(9)]
    many = Region(id="many", name="Many", terms=tuple(map(parse_term, towns)))
    rules = replace(rules, regions={"many": many})
    article = Article(title="", text="word " * 60 + " ".join(towns) + " town8 town8")
    most = ", ".join(towns[:7])
    assert described(rules, article)[1] == f"  where  Many, 100 % of the place evidence: town8 ×3, {most}, …"


# --- one line ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "article", "line"),
    [
        ({}, {}, "Balochistan (“Mastung”) · attack near armed: “Militants attack”"),
        (
            {"when": "$attack NEAR/20 (@balochistan OR =PSL)"},
            {},
            "Balochistan (“Mastung”) · attack near Balochistan: “attack police post in Mastung”",
        ),
        (
            {"when": 'title:("police post" BEFORE/5 ATLEAST/1 soldier*)'},
            {},
            "Balochistan (“Mastung”) · police post before soldier*: “police post in Mastung, three soldiers”",
        ),
        ({"when": "attack AND killed"}, {}, "Balochistan (“Mastung”) · “attack”, “killed”"),
        ({"when": "$forces OR three"}, {}, "Balochistan (“Mastung”) · “police”, “three”"),
        ({"when": None}, {}, "Balochistan (“Mastung”)"),
        ({"when": None}, {"title": "BALOCHISTAN attack", "text": "militants, militants, BLA"}, "Balochistan"),
        ({"where": (), "when": "post\nOR killed"}, {}, "“post”, “killed”"),
        ({"where": (), "when": None}, {}, "Armed attacks in Balochistan"),
    ],
)
def test_one_line_for_readers(rule: dict[str, Any], article: dict[str, Any], line: str) -> None:
    rules, subject = rule_set(**rule), replace(ARTICLE, **article)
    (match,) = match_article(rules, subject)
    assert why_line(rules, match, subject) == line


def test_a_long_quote_keeps_both_its_ends() -> None:
    article = replace(ARTICLE, title="Mastung: attack " + "and so on " * 30 + "by militants")
    rules = rule_set(when="$attack NEAR/200 title:$armed", score=(), threshold=0)
    (match,) = match_article(rules, article)
    line = why_line(rules, match, article)
    assert line.startswith("Balochistan (“Mastung”) · attack near armed: “attack and so on")
    assert line.endswith("and so on by militants”")
    assert " … " in line
    assert len(line) <= WHY_LINE_LENGTH


def test_a_line_never_outgrows_its_length() -> None:
    rules = rule_set(
        where=(), when="$attack NEAR/9 (" + " OR ".join(f"milit?nts OR militan{'t*' * n}" for n in range(1, 30)) + ")"
    )
    (match,) = match_article(rules, ARTICLE)
    line = why_line(rules, match, ARTICLE)
    assert len(line) == WHY_LINE_LENGTH
    assert line.endswith("…")


def test_the_line_of_an_old_match_needs_neither_its_rule_nor_its_words() -> None:
    rules = rule_set()
    (match,) = match_article(rules, ARTICLE)
    without_rule = replace(rules, rules={}, regions={})
    assert why_line(without_rule, match, ARTICLE) == "balochistan (“Mastung”) · “Militants attack”"
    bare = replace(match, regions=(), evidence=())
    assert why_line(without_rule, bare, ARTICLE) == "balochistan-attacks"
    rewritten = rule_set(when="soldiers")
    assert why_line(rewritten, match, ARTICLE) == "Balochistan (“Mastung”) · “Militants attack”"
    assert why_line(rules, match, Article(title="")) == "Balochistan (“Mastung”) · “Militants attack”"
    edited = replace(ARTICLE, title="A calm day all over Mastung, says everyone")
    assert why_line(rules, match, edited) == "Balochistan (“Mastung”) · attack near armed or forces: “Militants attack”"


def test_a_tree_that_no_source_gives_is_named_by_its_clause() -> None:
    parts = (parse_expression("attack"), parse_expression("police"))
    odd = Near(
        left=And(parts=parts, clause="attack AND police"), right=parts[1], distance=9, ordered=False, clause="odd"
    )
    rules = rule_set(when=odd)
    (match,) = match_article(rules, ARTICLE)
    assert why_line(rules, match, ARTICLE).endswith(" · attack AND police near police: “attack police”")


@given(expressions, st.text(max_size=30), st.text(max_size=60))
def test_everything_can_be_explained(source: str, title: str, text: str) -> None:
    article = Article(title=f"{title} a b c", text=text)
    line = ScoreLine(add=1, condition=parse_expression(f"({source}) OR a"))
    for when, threshold in ((source, 0.0), (f"NOT ({source})", 0.0), (source, 9.0)):
        rule = Rule(id="q", name="Q", when=parse_expression(when), score=(line,), threshold=threshold)
        rules = replace(SMALL, rules={"q": rule})
        (explanation,) = explain(rules, article, "q")
        assert "Q" in describe(explanation)
        assert (explanation.match is None) == bool(explanation.failed)
        if explanation.match is not None:
            assert 0 < len(why_line(rules, explanation.match, article)) <= WHY_LINE_LENGTH
            for quote in quoted(explanation.match):
                check_proof(rules, article, quote)


def quoted(match: Match) -> list[Evidence]:
    return [*match.evidence, *(quote for line in match.points for quote in line.evidence)]


def check_proof(rules: RuleSet, article: Article, quote: Evidence) -> None:
    """What is quoted stands at its offsets, and by itself makes its clause hold again."""
    assert field_text(article, cast(FieldName, quote.field))[quote.start : quote.end] == quote.text != ""
    clause = parse_expression(quote.clause)
    if any(isinstance(node, RegionRef) for node in walk(clause)):  # whether a name counts, the whole article decides
        reading = Reading(article, rules)
        span = reading.positions.span_of(quote)
        assert span is not None
        assert reading.holds(unscoped(clause), (span[0], span[1] + 1))
    else:
        alone = Article(title="", text=quote.text, language=article.language)
        assert Reading(alone, rules).holds(unscoped(clause))


@given(
    st.lists(st.sampled_from(["a", "b", "c", "¶"]), max_size=12),
    st.lists(st.sampled_from(["a", "b", "c", "¶"]), max_size=25),
    st.sampled_from(["NEAR", "BEFORE"]),
)
def test_the_nearest_pair_is_the_nearest_of_all(title: list[str], text: list[str], operator: str) -> None:
    rules = replace(SMALL, rules={"q": Rule(id="q", name="Q", when=parse_expression(f"a {operator}/0 b"))})
    article = Article(title=" ".join(title).replace("¶", "\n\n"), text=" ".join(text).replace("¶", "\n\n"))
    (explanation,) = explain(rules, article, "q")
    said = re.search(r"(\w) at word (\d+), (\w) at word (\d+): (\d+) words? apart, \w+/0 \((\w+)\)", explanation.failed)
    distances = []
    for words in (title, text):
        for paragraph in "".join(words).split("¶"):
            ones, others = ([at for at, word in enumerate(paragraph) if word == wanted] for wanted in "ab")
            distances += [other - one - 1 for one in ones for other in others if one < other]
            distances += [one - other - 1 for one in ones for other in others if other < one and operator == "NEAR"]
    assert (said is not None) == bool(distances and min(distances) > 0)
    if said is not None:
        assert int(said[5]) == min(distances) == int(said[4]) - int(said[2]) - 1
        words = [word for word in (title if said[6] == "title" else text) if word != "¶"]
        assert (words[int(said[2]) - 1], words[int(said[4]) - 1]) == (said[1], said[3])


def test_the_nearest_pair_of_many_is_found_in_linear_time() -> None:
    rules = rule_set(when="attack BEFORE/0 police", where=(), score=(), threshold=0)
    article = Article(title="", text="attack so " * 40_000 + "on and police " + "police so " * 40_000)
    started = time.process_time()
    assert described(rules, article)[1].endswith(
        "attack at word 79999, police at word 80003: 3 words apart, BEFORE/0 (text)"
    )
    assert time.process_time() - started < 10

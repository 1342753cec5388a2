"""The expression parser: what it reads, and what it says about everything else, to the column."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.errors import RuleError
from monitor.rules.expression import (
    And,
    AtLeast,
    Expression,
    GroupRef,
    Near,
    Not,
    Or,
    RegionRef,
    Scoped,
    Term,
    children,
    references,
    walk,
)
from monitor.rules.grammar import MAX_DEPTH, parse_expression
from monitor.rules.terms import parse_term

COMMENT = "leave it out: tags are found by their words, and a comment cannot stand inside > or |"
QUOTE = "quote it to search for the word"
ITEMS = "groups and names hold words, phrases and wildcards; quote the item to search for these words"
FIELDS = f"fields are title, text, lede, source, author, url, section, lang; or {QUOTE}"
DEEP = "at most 50 levels; put lists of words into groups"
INSIDE = "words, phrases, groups, regions and ORs may"
SIDE = "write AND, OR, NEAR/n, or quote the phrase"
PHRASE = 'write the phrase in double quotes: "…"'
BETWEEN = "leave it out, or write AND, OR or NEAR/n"
NAME = "and an id of small letters, digits and hyphens"


def word(text: str, *, exact: bool = False) -> Term:
    return Term(words=tuple(text.split()), exact=exact)


a, b, c, d = (word(letter) for letter in "abcd")

READ: list[tuple[str, Expression]] = [
    ("attack", word("attack")),
    ("  Attack ", word("attack")),
    ("Ségou", word("segou")),
    ("=BLA", word("BLA", exact=True)),
    ('="Frontier Corps"', word("Frontier Corps", exact=True)),
    ('"security  forces"', word("security forces")),
    ("“security forces”", word("security forces")),
    ("„security forces“", word("security forces")),
    ("«security forces»", word("security forces")),
    ('"a AND b"', word("a and b")),
    ('"near/5"', word("near 5")),
    ("law-enforcement", word("law enforcement")),
    ("U.S.", word("us")),
    ("dawn.com", word("dawn com")),
    ("Pakistan's", word("pakistan")),
    ("O’Brien", word("obrien")),
    ("near-miss", word("near miss")),
    ("nearby", word("nearby")),
    ("attack*", word("attack*")),
    ("*stan", word("*stan")),
    ("colo?r*", word("colo?r*")),
    ('"suicide bomb*"', word("suicide bomb*")),
    ("=Bal*an", word("Bal*an", exact=True)),
    ("دھماک*", word("دهماک*")),
    ("می‌خواهم", word("میخواهم")),
    ("\u200fکوئٹہ\u200f OR \u202bمستونگ\u202c", Or(parts=(word("کویٹه"), word("مستونگ")))),
    ("昆明", word("昆 明")),
    ("평양*", word("평양*")),
    ("$attack", GroupRef(group="attack")),
    ("@punjab-pk", RegionRef(region="punjab-pk")),
    ("a AND b AND c", And(parts=(a, b, c))),
    ("a OR b OR c", Or(parts=(a, b, c))),
    ("a OR b AND c", Or(parts=(a, And(parts=(b, c))))),
    ("(a OR b) AND c", And(parts=(Or(parts=(a, b)), c))),
    ("(a)AND(b)", And(parts=(a, b))),
    ("a AND NOT b", And(parts=(a, Not(part=b)))),
    ("NOT NOT a", Not(part=Not(part=a))),
    ("NOT a NEAR/5 b", Not(part=Near(left=a, right=b, distance=5, ordered=False))),
    ("a NEAR/0 b", Near(left=a, right=b, distance=0, ordered=False)),
    (
        "a NEAR/5 b BEFORE/2 c",
        Near(left=Near(left=a, right=b, distance=5, ordered=False), right=c, distance=2, ordered=True),
    ),
    ("a NEAR/999 (b OR c)", Near(left=a, right=Or(parts=(b, c)), distance=999, ordered=False)),
    ("title:a", Scoped(field="title", unit=a)),
    ("title: a", Scoped(field="title", unit=a)),
    ('lede:("x y" OR =PSL)', Scoped(field="lede", unit=Or(parts=(word("x y"), word("PSL", exact=True))))),
    ("title:(a AND NOT b)", Scoped(field="title", unit=And(parts=(a, Not(part=b))))),
    ("NOT title:a", Not(part=Scoped(field="title", unit=a))),
    ("title:a NEAR/3 b", Near(left=Scoped(field="title", unit=a), right=b, distance=3, ordered=False)),
    ("url:dawn.com", Scoped(field="url", unit=word("dawn com"))),
    ("ATLEAST/3 $armed", AtLeast(count=3, unit=GroupRef(group="armed"))),
    ("ATLEAST/2 (a OR b)", AtLeast(count=2, unit=Or(parts=(a, b)))),
    ("ATLEAST/2 title:a", AtLeast(count=2, unit=Scoped(field="title", unit=a))),
    ("title:ATLEAST/2 a", Scoped(field="title", unit=AtLeast(count=2, unit=a))),
    ("((((a))))", a),
    ("a\n  OR\tb\u00a0OR c", Or(parts=(a, b, c))),
]


@pytest.mark.parametrize(("source", "tree"), READ)
def test_reads(source: str, tree: Expression) -> None:
    assert parse_expression(source) == tree


MALFORMED = [
    ("", 1, "the expression is empty", "write a word to search for"),
    (" \n ", 1, "the expression is empty", "write a word to search for"),
    # operators that are none
    ("a near/5 b", 3, "near/5 is not an operator", f"write NEAR/5, or {QUOTE}"),
    ("near/5", 1, "near/5 is not an operator", f"write NEAR/5, or {QUOTE}"),
    ("a NEAR5 b", 3, "NEAR5 is not an operator", f"write NEAR/5, or {QUOTE}"),
    ("a NEAR b", 3, "NEAR is not an operator", f"write NEAR/5, or {QUOTE}"),
    ("a NEAR/ b", 3, "NEAR/ is not an operator", f"write NEAR/5, or {QUOTE}"),
    ("a NEAR/x b", 3, "NEAR/x is not an operator", f"write NEAR/5, or {QUOTE}"),
    ("a NEAR/0? b", 3, "NEAR/0? is not an operator", f"write NEAR/0, or {QUOTE}"),
    ("a NEAR:7 b", 3, "NEAR:7 is not an operator", f"write NEAR/7, or {QUOTE}"),
    ("a NEAR-7 b", 3, "NEAR-7 is not an operator", f"write NEAR/7, or {QUOTE}"),
    ("a NEAR/-1 b", 3, "NEAR/-1 is not an operator", f"write NEAR/1, or {QUOTE}"),
    ("a NEAR/1000 b", 3, "NEAR/1000 is too far", "n is at most 999; beyond that write AND"),
    ("near(5, a, b)", 1, "near is not an operator", f"write NEAR/5, or {QUOTE}"),
    ("a before/3 b", 3, "before/3 is not an operator", f"write BEFORE/3, or {QUOTE}"),
    ("a BEFORE b", 3, "BEFORE is not an operator", f"write BEFORE/5, or {QUOTE}"),
    ("a W/5 b", 3, "W/5 is not an operator", f"write NEAR/5, or {QUOTE}"),
    ("a w/10 b", 3, "w/10 is not an operator", f"write NEAR/10, or {QUOTE}"),
    ("a PRE/3 b", 3, "PRE/3 is not an operator", f"write NEAR/3, or {QUOTE}"),
    ("a ADJ4 b", 3, "ADJ4 is not an operator", f"write NEAR/4, or {QUOTE}"),
    ("a WITHIN/4 b", 3, "WITHIN/4 is not an operator", f"write NEAR/4, or {QUOTE}"),
    ("a and b", 3, "and is not an operator", f"write AND, or {QUOTE}"),
    ("a AND not b", 7, "not is not an operator", f"write NOT, or {QUOTE}"),
    ("a and not b", 3, "and is not an operator", f"write AND, or {QUOTE}"),
    ("a Or b", 3, "Or is not an operator", f"write OR, or {QUOTE}"),
    ("or", 1, "or is not an operator", f"write OR, or {QUOTE}"),
    ("a ANDNOT b", 3, "ANDNOT is not an operator", f"write AND NOT, or {QUOTE}"),
    ("a XOR b", 3, "XOR is not an operator", f"write (a OR b) AND NOT (a AND b), or {QUOTE}"),
    ("a & b", 3, "& has no meaning here", "write AND, or quote the words"),
    ("a && b", 3, "& has no meaning here", "write AND, or quote the words"),
    ("a || b", 3, "| has no meaning here", "write OR, or quote the words"),
    ("a, b", 2, ", has no meaning here", "write OR, or quote the words"),
    ("!a", 1, "! has no meaning here", "write AND NOT, or quote the words"),
    ("a -b", 3, "- has no meaning before a term", "write AND NOT, or quote the words"),
    ("AT&T", 3, "& has no meaning here", "write AND, or quote the words"),
    ("24/7", 3, "/ has no meaning here", QUOTE),
    ("10:30", 3, ": has no meaning here", QUOTE),
    ('"a b"~5', 6, "~ has no meaning here", "write a NEAR/5 b, or quote the words"),
    ("#quetta", 1, "# has no meaning here", COMMENT),
    ("a\x00b", 2, "U+0000 has no meaning here", QUOTE),
    ("=a:b", 3, ": has no meaning here", QUOTE),
    # misprints and other languages' operators
    ("a NAER/5 b", 3, "NAER/5 is not an operator", f"did you mean NEAR/5? Or {QUOTE}"),
    ("a BEFOR/7 b", 3, "BEFOR/7 is not an operator", f"did you mean BEFORE/7? Or {QUOTE}"),
    ("atlaest/3 b", 1, "atlaest/3 is not an operator", f"did you mean ATLEAST/3? Or {QUOTE}"),
    ("a NOTNEAR~5 b", 3, "NOTNEAR~5 is not an operator", f"did you mean NEAR/5? Or {QUOTE}"),
    ("a AFTER/5 b", 3, "AFTER/5 is not an operator", f"NEAR/n, BEFORE/n and ATLEAST/n are; or {QUOTE}"),
    ("km/50", 3, "/ has no meaning here", QUOTE),
    ("a NEAR 10 b", 3, "NEAR is not an operator", f"write NEAR/10, or {QUOTE}"),
    ("a NEAR /7 b", 3, "NEAR is not an operator", f"write NEAR/7, or {QUOTE}"),
    ("a NEAR/ 7 b", 3, "NEAR/ is not an operator", f"write NEAR/7, or {QUOTE}"),
    ("near(7, a, b)", 1, "near is not an operator", f"write NEAR/7, or {QUOTE}"),
    ("a NEAR/5.5 b", 3, "NEAR/5.5 is not an operator", f"write NEAR/5, or {QUOTE}"),
    ("a NEAR/5,b", 3, "NEAR/5,b is not an operator", f"write NEAR/5, or {QUOTE}"),
    ("a near/9999 b", 3, "near/9999 is not an operator", f"write NEAR/999, or {QUOTE}"),
    ("a NEAR/9999 b", 3, "NEAR/9999 is too far", "n is at most 999; beyond that write AND"),
    (f"a NEAR/{'9' * 5000} b", 3, f"NEAR/{'9' * 24}… is too far", "n is at most 999; beyond that write AND"),
    ("a ONEAR/3 b", 3, "ONEAR/3 is not an operator", f"write NEAR/3, or {QUOTE}"),
    ("a AND/OR b", 3, "AND/OR is not an operator", f"write OR, or {QUOTE}"),
    ("a and/or b", 3, "and/or is not an operator", f"write OR, or {QUOTE}"),
    ("a BUTNOT b", 3, "BUTNOT is not an operator", f"write AND NOT, or {QUOTE}"),
    ("a AND_NOT b", 3, "AND_NOT is not an operator", f"write AND NOT, or {QUOTE}"),
    ("a NOR b", 3, "NOR is not an operator", f"write AND NOT, or {QUOTE}"),
    ("a OR_NOT b", 3, "OR_NOT is not an operator", f"write OR NOT, or {QUOTE}"),
    ("a AND NOT-b", 7, "NOT-b is not an operator", f"write NOT b, or {QUOTE}"),
    ("a OR–b", 3, "OR–b is not an operator", f"write OR b, or {QUOTE}"),
    ("a ANDD b", 3, "two terms side by side", f"did you mean AND? Else {SIDE}"),
    ("a ADN b", 3, "two terms side by side", f"did you mean AND? Else {SIDE}"),
    ("a NTO b", 3, "two terms side by side", f"did you mean NOT? Else {SIDE}"),
    ("a NATO", 3, "two terms side by side", SIDE),
    # signs of other keyboards
    ("a ＡＮＤ b", 3, "ＡＮＤ is not an operator", f"write AND, or {QUOTE}"),
    ("a NEAR／5 b", 3, "NEAR／5 is not an operator", f"write NEAR/5, or {QUOTE}"),
    ("a NEAR/۵ b", 3, "NEAR/۵ is not an operator", f"write NEAR/5, or {QUOTE}"),
    ("（a OR b）", 1, "（ has no meaning here", "write ("),
    ("title：a", 6, "： has no meaning here", "write :"),
    ("＄attack", 1, "＄ has no meaning here", "write $"),
    ("＝BLA", 1, "＝ has no meaning here", "write ="),
    ("a ＆ b", 3, "＆ has no meaning here", "write AND, or quote the words"),
    ("دھماکہ، حملہ", 7, "، has no meaning here", "write OR, or quote the words"),
    ("دھماکہ؛ حملہ", 7, "؛ has no meaning here", "write OR, or quote the words"),
    ("昆明、袭击", 3, "、 has no meaning here", "write OR, or quote the words"),
    ("「a b」", 1, "「 does not begin a phrase", PHRASE),
    ("`a b`", 1, "` does not begin a phrase", PHRASE),
    ("‚a b‘", 1, "‚ does not begin a phrase", PHRASE),
    ('"a b”', 1, "the quote is never closed", 'end the phrase with "'),
    ("[a OR b]", 1, "[ has no meaning here", "write ( and ), or quote the words"),
    ("a + b", 3, "+ has no meaning here", "write AND, or quote the words"),
    ("a; b", 2, "; has no meaning here", "write OR, or quote the words"),
    ("lang=ur", 5, "= has no meaning here", "write lang:"),
    ("titel=ur", 6, "= has no meaning here", QUOTE),
    ("title :a", 7, ": has no meaning here", "write the field right before it: title:word"),
    ("a^2", 2, "^ has no meaning here", QUOTE),
    # terms side by side
    ("a b", 3, "two terms side by side", "write AND, OR, NEAR/n, or quote the phrase"),
    ('"a""b"', 4, "two terms side by side", "write AND, OR, NEAR/n, or quote the phrase"),
    ("a OR (b c)", 9, "two terms side by side", "write AND, OR, NEAR/n, or quote the phrase"),
    ("a (b)", 3, "two terms side by side", "write AND, OR, NEAR/n, or quote the phrase"),
    ("$a @b", 4, "two terms side by side", "write AND, OR, NEAR/n, or quote the phrase"),
    ("a title:b", 3, "two terms side by side", "write AND, OR, NEAR/n, or quote the phrase"),
    ("a NOT b", 3, "NOT right after a term", "write AND NOT"),
    ("(a NOT b)", 4, "NOT right after a term", "write AND NOT"),
    # missing operands
    ("AND a", 1, "AND has nothing on its left", "write a term before it"),
    ("NEAR/3 a", 1, "NEAR/3 has nothing on its left", "write a term before it"),
    ("a AND", 3, "AND has nothing on its right", "write a term after it"),
    ("a NEAR/3", 3, "NEAR/3 has nothing on its right", "write a term after it"),
    ("NOT", 1, "NOT has nothing on its right", "write a term after it"),
    ("title:", 1, "title: has nothing on its right", "write a term after it"),
    ("ATLEAST/3", 1, "ATLEAST/3 has nothing on its right", "write a term after it"),
    ("a AND OR b", 7, "AND wants a term, not OR", "write a term between them"),
    ("a NEAR/3 NEAR/3 b", 10, "NEAR/3 wants a term, not NEAR/3", "write a term between them"),
    ("(a OR )", 7, "OR wants a term, not )", "write a term between them"),
    ("title:NOT a", 7, "title: wants a term, not NOT", "write NOT in front: NOT title:…"),
    # parentheses and quotes
    ("(a", 1, "the parenthesis is never closed", "add )"),
    ("((a) OR b", 1, "the parenthesis is never closed", "add )"),
    ("(", 1, "( has nothing on its right", "write a term after it"),
    (")", 1, ") closes nothing", "remove it, or add ( before"),
    ("a)", 2, ") closes nothing", "remove it, or add ( before"),
    ("a OR ()", 6, "nothing between the parentheses", "write a term in them"),
    ('a OR "b', 6, "the quote is never closed", 'end the phrase with "'),
    ("“b", 1, "the quote is never closed", "end the phrase with ”"),
    ("b»", 2, "» closes a quote that was never opened", PHRASE),
    ("'a b'", 1, "' does not begin a phrase", 'write the phrase in double quotes: "…"'),
    ("‘a b’", 1, "‘ does not begin a phrase", 'write the phrase in double quotes: "…"'),
    ('""', 1, "nothing to search for", "a term needs a letter or a digit"),
    ('a OR " … "', 6, "nothing to search for", "a term needs a letter or a digit"),
    ("...", 1, "nothing to search for", "a term needs a letter or a digit"),
    ("=", 1, "= wants a word right after it", 'write =Word or ="Some Words"'),
    ("= BLA", 1, "= wants a word right after it", 'write =Word or ="Some Words"'),
    # wildcards
    ("*", 1, "* fixes no letters", "a wildcard wants three or more"),
    ("a OR ab*", 6, "ab* fixes 2 letters", "a wildcard wants three or more"),
    ("a??", 1, "a?? fixes 1 letter", "a wildcard wants three or more"),
    ("ك*", 1, "ك* fixes 1 letter", "a wildcard wants three or more"),
    ("AB*", 1, "AB* fixes 2 letters", "a wildcard wants three or more"),
    ('"law *"', 6, "* fixes no letters", "a wildcard wants three or more"),
    ('="co-op *"', 9, "* fixes no letters", "a wildcard wants three or more"),
    ("昆明*", 3, "* beside a script without spaces", "leave it out: each character is a word of its own"),
    ("*昆明", 1, "* beside a script without spaces", "leave it out: each character is a word of its own"),
    # fields and names
    ("titel:x", 1, "there is no field titel", "did you mean title:"),
    ("Title:x", 1, "there is no field Title", "did you mean title:"),
    ("a OR body:x", 6, "there is no field body", "did you mean text:"),
    ("site:dawn.com", 1, "there is no field site", "did you mean url:"),
    ("https://dawn.com", 1, "there is no field https", FIELDS),
    ("title:text:a", 7, "a field cannot stand inside title:", "name the field once"),
    ("title:(a OR lede:b)", 13, "a field cannot stand inside title:", "name the field once"),
    ("$", 1, "$ names no group", f"write $ {NAME}"),
    ("$Attack", 1, "$Attack names no group", "write $attack"),
    ("@Punjab-PK", 1, "@Punjab-PK names no region", "write @punjab-pk"),
    ("@sindh_north", 1, "@sindh_north names no region", f"write @ {NAME}"),
    ("$ attack", 1, "$ names no group", f"write $ {NAME}"),
    ("a OR @balochistan*", 18, "* cannot follow a region", "put wildcards into its list"),
    ("$attack?", 8, "? cannot follow a group", "put wildcards into its list"),
    ("$a,$b", 3, ", cannot follow a group", BETWEEN),
    ("$attack.", 8, ". cannot follow a group", BETWEEN),
    ("@sindh's", 7, "' cannot follow a region", BETWEEN),
    ("$a\x07", 3, "U+0007 cannot follow a group", BETWEEN),
    # what cannot stand inside
    ("a NEAR/5 NOT b", 10, "NOT cannot stand inside NEAR/5", "write (a NEAR/5 b) AND NOT c"),
    ("a NEAR/5 (NOT b)", 11, "NOT cannot stand inside NEAR/5", INSIDE),
    ("a NEAR/5 (b AND c)", 11, "AND cannot stand inside NEAR/5", INSIDE),
    ("(a AND b) BEFORE/2 c", 2, "AND cannot stand inside BEFORE/2", INSIDE),
    ("a NEAR/5 title:(b OR (c AND d))", 23, "AND cannot stand inside NEAR/5", INSIDE),
    ("ATLEAST/0 a", 1, "ATLEAST/0 always holds", "write ATLEAST/1 or more"),
    ("ATLEAST/1000 a", 1, "ATLEAST/1000 is too many", "n is at most 999"),
    ("ATLEAST 3 a", 1, "ATLEAST is not an operator", f"write ATLEAST/3, or {QUOTE}"),
    ("atleast/3 a", 1, "atleast/3 is not an operator", f"write ATLEAST/3, or {QUOTE}"),
    ("ATLEAST/3 (a AND b)", 12, "AND cannot stand inside ATLEAST/3", INSIDE),
    ("ATLEAST/3 (a OR NOT b)", 17, "NOT cannot stand inside ATLEAST/3", INSIDE),
    ("ATLEAST/3 ATLEAST/2 a", 11, "ATLEAST cannot stand inside ATLEAST/3", INSIDE),
    # depth
    ("(" * 60 + "a" + ")" * 60, 51, "nested too deeply", DEEP),
    ("NOT " * 60 + "a", 201, "nested too deeply", DEEP),
    ("a" + " NEAR/1 a" * 60, 1, "nested too deeply", DEEP),
    ("(" * 100_000, 51, "nested too deeply", DEEP),
]


@pytest.mark.parametrize(("source", "column", "message", "hint"), MALFORMED)
def test_refuses_with_column_and_hint(source: str, column: int, message: str, hint: str) -> None:
    with pytest.raises(RuleError) as caught:
        parse_expression(source)
    assert (caught.value.column, caught.value.message, caught.value.hint) == (column, message, hint)


@pytest.mark.parametrize(
    "source", ["(" * MAX_DEPTH + "a" + ")" * MAX_DEPTH, "NOT " * MAX_DEPTH + "a", "a" + " NEAR/1 a" * MAX_DEPTH]
)
def test_reads_what_is_nested_as_deeply_as_allowed(source: str) -> None:
    assert a in list(walk(parse_expression(source)))


@pytest.mark.parametrize(
    "source",
    [
        "a OR " * 20_000 + "a",
        '"a" OR ' * 20_000 + "b c",
        "x" * 300_000 + ":a",
        "$" + "A" * 300_000,
        "a\u0301" * 100_000,
    ],
)
def test_large_expressions_take_linear_time_and_short_messages(source: str) -> None:
    started = time.process_time()
    try:
        parse_expression(source)
    except RuleError as error:
        assert len(str(error)) < 500
    assert time.process_time() - started < 8


def test_clauses_are_the_source_as_written() -> None:
    source = ' title:( "a b" OR $g )  AND ($x NEAR/5 (y OR @r)) '
    clauses = [(node.clause, node.start) for node in walk(parse_expression(source))]
    assert clauses == [
        (source.strip(), 1),
        ('title:( "a b" OR $g )', 1),
        ('"a b" OR $g', 9),
        ('"a b"', 9),
        ("$g", 18),
        ("$x NEAR/5 (y OR @r)", 29),
        ("$x", 29),
        ("y OR @r", 40),
        ("y", 40),
        ("@r", 45),
    ]
    assert all(source[start:].startswith(clause) for clause, start in clauses)


def test_what_is_in_an_expression_comes_in_the_order_of_the_source() -> None:
    expression = parse_expression("$b OR @r AND NOT (x NEAR/3 $a) OR ATLEAST/2 title:(=Y OR @q)")
    groups, regions = references(expression)
    assert [(node.group, node.start) for node in groups] == [("b", 0), ("a", 27)]
    assert [node.region for node in regions] == ["r", "q"]
    terms = [node for node in walk(expression) if isinstance(node, Term)]
    assert [term.clause for term in terms] == ["x", "=Y"]
    assert children(terms[0]) == ()


@pytest.mark.parametrize(
    ("source", "term"),
    [
        ("attack*", word("attack*")),
        ("suicide bomb*", word("suicide bomb*")),
        (" Baloch Liberation Army ", word("baloch liberation army")),
        ("Sistan and Baluchestan", word("sistan and baluchestan")),
        ('"Sistan AND Baluchestan"', word("sistan and baluchestan")),
        ("“near/5”", word("near 5")),
        ("near", word("near")),
        ("Near East", word("near east")),
        ("=BLA", word("BLA", exact=True)),
        ("=Frontier Corps", word("Frontier Corps", exact=True)),
        ('="Frontier Corps"', word("Frontier Corps", exact=True)),
        ("Côte d’Ivoire", word("cote d ivoire")),
        ("Washington, D.C.", word("washington dc")),
        ("Bosnia & Herzegovina", word("bosnia herzegovina")),
        ("24/7", word("24 7")),
        ("\u200fکوئٹہ\u200f", word("کویٹه")),
        ("昆明", word("昆 明")),
    ],
)
def test_reads_an_item(source: str, term: Term) -> None:
    assert parse_term(source) == term
    assert parse_term(source).clause == source.strip(" \u200f")


@pytest.mark.parametrize(
    ("source", "column", "message", "hint"),
    [
        ("", 1, "nothing to search for", "a term needs a letter or a digit"),
        ("=", 1, "nothing to search for", "a term needs a letter or a digit"),
        ("a AND b", 3, "AND is no word", ITEMS),
        ("a NEAR/5 b", 3, "NEAR/5 is no word", ITEMS),
        ("a near/5 b", 3, "near/5 is no word", ITEMS),
        ("w/5 b", 1, "w/5 is no word", ITEMS),
        (" NOT a", 2, "NOT is no word", ITEMS),
        ("$armed", 1, "$ is no part of a word", ITEMS),
        ("x @asia", 3, "@ is no part of a word", ITEMS),
        ("(a)", 1, "( is no part of a word", ITEMS),
        ("Kalat (city)", 7, "( is no part of a word", ITEMS),
        ("title:a", 1, "title: is no part of a word", ITEMS),
        ("a =B", 3, "= is no part of a word", ITEMS),
        ('the "a b"', 5, '" is no part of a word', ITEMS),
        ('"a b" c', 6, "something follows the closing quote", "quote the whole item, or nothing of it"),
        ('"a b', 1, "the quote is never closed", 'end the phrase with "'),
        ("suicide *", 9, "* fixes no letters", "a wildcard wants three or more"),
        ("ab*", 1, "ab* fixes 2 letters", "a wildcard wants three or more"),
    ],
)
def test_refuses_an_item_with_column_and_hint(source: str, column: int, message: str, hint: str) -> None:
    with pytest.raises(RuleError) as caught:
        parse_term(source)
    assert (caught.value.column, caught.value.message, caught.value.hint) == (column, message, hint)


OPERATORS = ["AND", "OR", "NOT", "NEAR/3", "BEFORE/2", "ATLEAST/2", "near", "NEAR", "title:", "lede:", "x:"]
SIGNS = ["(", ")", '"', "“", "”", "»", "=", "$", "@", "/", "*", "?", "-", "'", ".", " ", "  ", "\u200f"]
pieces = st.sampled_from([*OPERATORS, *SIGNS, "a", "5", "Quetta", "bomb*", "昆"])


@given(st.lists(pieces, max_size=12).map("".join) | st.lists(pieces, max_size=12).map(" ".join) | st.text(max_size=30))
@example("\ud800")
@example("\u200fANDAND")
@example("a:" * 100)
def test_any_text_is_an_expression_or_a_rule_error_inside_it(source: str) -> None:
    for parse in (parse_expression, parse_term):
        try:
            nodes = list(walk(parse(source)))
        except RuleError as error:
            assert 1 <= error.column <= len(source) + 1
            assert error.message
        else:
            assert all(node.clause and source[node.start :].startswith(node.clause) for node in nodes)

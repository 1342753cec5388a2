"""Rule files as text: YAML 1.2 typing, every error at its place, and the way back from a value to the file."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import RuleError
from monitor.rules.source import MAX_BYTES, Path, Source, read_source
from monitor.rules.wording import briefly


def read(text: str) -> Source:
    return read_source("a.yaml", text.encode())


def at(source: Source, path: Path, offset: int | None = None) -> str:
    """Return what stands in the file where a value is said to be."""
    line, column = source.place(path, offset)
    return source.text.split("\n")[line - 1][column - 1 :]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("NO", "NO"),
        ("no", "no"),
        ("on", "on"),
        ("Yes", "Yes"),
        ("22:30", "22:30"),
        ("07:00", "07:00"),
        ("1_000", "1_000"),
        ("2026-01-31", "2026-01-31"),
        ("=", "="),
        ("true", True),
        ("FALSE", False),
        ("~", None),
        ("null", None),
        ("", None),
        ("12", 12),
        ("-3", -3),
        ("010", 10),
        ("0o17", 15),
        ("0x1F", 31),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("-.inf", float("-inf")),
        ("1.2.3", "1.2.3"),
        ("'12'", "12"),
        ('"true"', "true"),
        ("!!str 12", "12"),
        ("=Exact", "=Exact"),
        ("$attack NEAR/20 ($armed OR $forces)", "$attack NEAR/20 ($armed OR $forces)"),
        ("title:(cricket OR =PSL)", "title:(cricket OR =PSL)"),
        ("#", None),
        ("9" * 400, "9" * 400),
    ],
)
def test_scalars_follow_yaml_1_2(written: str, value: Any) -> None:
    found = read(f"key: {written}\n").values["key"]
    assert found == value
    assert type(found) is type(value)


def test_not_a_number() -> None:
    assert read("key: .nan").values["key"] != read("key: .nan").values["key"]


def test_nested_values_and_aliases() -> None:
    source = read("a: &words [one, two]\nb: {c: *words, d: [*words, {}]}\n")
    assert source.values == {"a": ["one", "two"], "b": {"c": ["one", "two"], "d": [["one", "two"], {}]}}
    assert source.problems == ()


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n", "\ufeff"])
def test_a_file_without_values(text: str) -> None:
    assert read(text).values is None


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("a: [1\nb: 2", "2:2", "a list that is not closed"),
        ("a: {b: 1\nc: 2", "2:2", "a block that is not closed"),
        ("a:\n\tb: 1", "2:1", "a tab in the indentation"),
        ("a:\n  \tb: 1", "2:3", "a tab in the indentation"),
        ("a:\n  b: 'never closed\nc: 1\n", "2:6", "a quote that is never closed"),
        ("a: b: c", "1:5", "a `:` where no key can stand"),
        ("a: @home AND x", "1:4", "a value cannot start with @"),
        ("a: `x`", "1:4", "a value cannot start with `"),
        ("- a\nb: 1", "2:1", "a key inside a list"),
        ('when: "two words" OR three', "1:19", "text where a key is expected"),
        ('a: "\\q"', "1:5", "an unknown escape after \\"),
        ("a: - b", "1:4", "a list item where none can stand"),
        ("a: [b, , c]", "1:8", "a value is missing"),
        ("%YAML 3.0\n---\na: 1", "1:1", "another version of YAML"),
        ("a: 1\nb\nc: 2", "3:1", "a line that is neither a key nor a list item"),
        ("%TAG x\n", "1:6", "not YAML: did not find expected '!'"),
        ("a: *stan", "1:4", "*stan repeats nothing above"),
        ("a: &x [*x]", "1:8", "*x repeats nothing above"),
        ("a: 1\n---\nb: 2", "2:1", "a second document (---)"),
        ("a: !foo 1", "1:4", "tags (!…) are not used here"),
        ("a: !!python/object:os.system {}", "1:4", "tags (!…) are not used here"),
        ("? [a]\n: 1", "1:3", "a key must be a word"),
        ("a: x\x07y", "1:5", "the character U+0007 cannot stand in a rule file"),
        ("a: x\n b: \x00", "2:5", "the character U+0000 cannot stand in a rule file"),
        ("a: x\u2028y", "1:5", "the character U+2028 cannot stand in a rule file"),
        ("a: " + "[" * 50_000, "1:43", "nested too deeply"),
        ("- " * 10_000, "1:81", "nested too deeply"),
    ],
)
def test_what_is_no_rule_file_is_an_error_at_its_place(text: str, place: str, message: str) -> None:
    with pytest.raises(RuleError) as caught:
        read(text)
    error = caught.value
    assert (f"{error.line}:{error.column}", error.message, error.file) == (place, message, "a.yaml")
    assert error.hint


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"a: 1\nb: \xff\n", "2:4"),
        ("a: 1\nb: über\n".encode("latin-1"), "2:4"),
        ("\ufeffé: \n".encode() + b"\xc3", "2:1"),
        ("a: 1".encode("utf-16"), "1:1"),
    ],
)
def test_bytes_that_are_not_utf8(data: bytes, place: str) -> None:
    with pytest.raises(RuleError, match="not UTF-8") as caught:
        read_source("a.yaml", data)
    assert f"{caught.value.line}:{caught.value.column}" == place


def test_a_huge_file() -> None:
    with pytest.raises(RuleError, match="larger than 32 MB"):
        read_source("a.yaml", b"#" * (MAX_BYTES + 1))


def test_an_alias_bomb_costs_nothing() -> None:
    levels = "".join(f"{chr(98 + level)}: &{chr(98 + level)} [{f'*{chr(97 + level)}, ' * 9}]\n" for level in range(20))
    with pytest.raises(RuleError, match="aliases repeat too many values"):
        read("a: &a [x, x, x, x, x, x, x, x, x]\n" + levels)


@pytest.mark.parametrize(
    ("text", "problems", "values"),
    [
        ("a: 1\nb: 2\na: 3\n", ["3:1: `a` stands here twice (keep one of them)"], {"a": 1, "b": 2}),
        (
            "a:\n  x: {k: 1, k: [2]}\nb: {c: 1}\nb: {d: 1}\n",
            ["2:13: `k` stands here twice (keep one of them)", "4:1: `b` stands here twice (keep one of them)"],
            {"a": {"x": {"k": 1}}, "b": {"c": 1}},
        ),
        ("1: x\n", ["1:1: the key `1` is not text (put it in quotes)"], {"1": "x"}),
        ("true: x\n", ["1:1: the key `true` is not text (put it in quotes)"], {"true": "x"}),
        ("'1': x\n", [], {"1": "x"}),
        ("no: x\n", [], {"no": "x"}),
        (
            "a: &a {b: 1}\nc:\n  <<: *a\n",
            ["3:3: merge keys (<<) are not part of YAML 1.2 (write the keys out)"],
            {"a": {"b": 1}, "c": {"<<": {"b": 1}}},
        ),
        ("k: &k word\n*k : x\n", [], {"k": "word", "word": "x"}),
    ],
)
def test_problems_that_leave_the_rest_readable(text: str, problems: list[str], values: Any) -> None:
    source = read(text)
    assert [str(problem).removeprefix("a.yaml:") for problem in source.problems] == problems
    assert source.values == values


DESK = """\
rules:
  x:
    when: 'it''s OR attack'
    a: "t\\u0041b\\n\\"q\\" \\
        zz"
    b: >-   # folded
      one two

      three
    c: plain
      goes on
    d: |2
        kept
       as it is
    e: &mark "word"
    l: [a, [b, {k: deep}], *mark]
"""


@pytest.mark.parametrize(
    ("path", "offset", "stands"),
    [
        (("rules",), None, "x:"),
        (("rules", "x", "when"), None, "'it''s OR attack'"),
        (("rules", "x", "when"), 0, "it''s OR attack'"),
        (("rules", "x", "when"), 2, "''s OR attack'"),
        (("rules", "x", "when"), 3, "s OR attack'"),
        (("rules", "x", "when"), 4, " OR attack'"),
        (("rules", "x", "when"), 8, "attack'"),
        (("rules", "x", "when"), 14, "'"),
        (("rules", "x", "when"), 99, "'"),
        (("rules", "x", "a"), 1, '\\u0041b\\n\\"q\\" \\'),
        (("rules", "x", "a"), 4, '\\"q\\" \\'),
        (("rules", "x", "a"), 5, 'q\\" \\'),
        (("rules", "x", "a"), 8, 'zz"'),
        (("rules", "x", "b"), None, ">-   # folded"),
        (("rules", "x", "b"), 0, "one two"),
        (("rules", "x", "b"), 8, "three"),
        (("rules", "x", "c"), 6, "goes on"),
        (("rules", "x", "d"), 2, "kept"),
        (("rules", "x", "d"), 8, "as it is"),
        (("rules", "x", "e"), None, '"word"'),
        (("rules", "x", "e"), 1, 'ord"'),
        (("rules", "x", "l", 1, 0), None, "b, {k: deep}], *mark]"),
        (("rules", "x", "l", 1, 1, "k"), 1, "eep}], *mark]"),
        (("rules", "x", "l", 2), None, '"word"'),
        (("rules", "x", "l"), 5, "[a, [b, {k: deep}], *mark]"),
        (("rules", "x", "e", "not", "there"), None, '"word"'),
    ],
)
def test_the_way_back_to_the_file(path: Path, offset: int | None, stands: str) -> None:
    assert at(read(DESK), path, offset) == stands


def test_the_way_back_to_a_key() -> None:
    source = read(DESK)
    assert source.key_place(()) == (1, 1)
    assert source.key_place(("rules", "x")) == (2, 3)
    assert source.key_place(("rules", "x", "l", 1)) == (16, 12)
    assert source.key_place(("rules", "x", "unheard")) == (3, 5)
    assert str(source.key_error("bad", ("rules", "x", "e"), hint="h")) == "a.yaml:15:5: bad (h)"
    assert str(source.error("bad", ("rules", "x", "e"), offset=1)) == "a.yaml:15:16: bad"


def test_lines_are_those_of_an_editor() -> None:
    source = read("a: 1\r\nb: |\r\n  x\r\n  y\r\nc: 'z'\r\n")
    assert source.place(("c",)) == (5, 4)
    assert source.place(("b",), 2) == (4, 3)


words = st.text(st.sampled_from("abé(\"'\\:#-*@$ \n\tاٹ中\u00a0{}[],&!|>%"), max_size=40)


@given(words, st.sampled_from([None, "'", '"', "|", ">"]), st.sampled_from([12, 80]))
def test_every_character_of_a_value_is_found_in_the_file(value: str, style: str | None, width: int) -> None:
    text = yaml.dump({"k": {"v": value}}, default_style=style, width=width, allow_unicode=True)
    source = read(text)
    (outer,) = source.values.values()
    (found,) = outer.values()
    if found != value:  # the dumper's own trouble with spaces at line ends
        return
    for offset, character in enumerate(value):
        stands = at(source, ("k", "v"), offset)
        if not character.isspace():
            assert stands.startswith((character, "\\", "''"))
    line, column = source.place(("k", "v"), len(value))
    assert 1 <= column <= len(source.text.split("\n")[line - 1]) + 1


@given(st.one_of(st.binary(max_size=60), st.text("ab:-[]{}&*!|>'\"#%@`\n\t 1~?,é\x00", max_size=60).map(str.encode)))
def test_no_bytes_raise_anything_but_a_rule_error(data: bytes) -> None:
    try:
        source = read_source("a.yaml", data)
    except RuleError as error:
        assert error.line >= 1
        assert error.column >= 1
    else:
        assert source.key_place(("a", 0)) >= (1, 1)


def test_pieces_in_messages_are_short_and_clean() -> None:
    assert briefly("a\n\x1b[31m  b") == "a [31m b"
    assert briefly("x" * 50) == "x" * 39 + "…"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("a:\n  b: 'never closed\n", "close it; inside the text write ''"),
        ('a:\n  b: "never closed\n', 'close it; inside the text write \\"'),
        ("rules\n  r: {when: storm}\n", "the line above, which may lack its colon"),
        ("rules:\n  r:\n    when storm\n    where: home\n", "the line above, which may lack its colon"),
        ("a: 1\nb\nc: 2", "or the line above lacks its colon"),
        ("r:\n  when: a AND\n    # note\n\n    b\n", "a comment ends the value above"),
        ("r:\n  when: a AND # note\n    b\n  where: x\n", "a comment ends the value above"),
        ("- a AND # note\n  b\n", "a comment ends the value above"),
    ],
)
def test_a_hint_says_what_to_do(text: str, hint: str) -> None:
    with pytest.raises(RuleError) as caught:
        read(text)
    assert hint in caught.value.hint

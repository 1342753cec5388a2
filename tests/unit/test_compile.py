"""Rule files to a rule set: everything resolved, every problem of every file at once and in place, nothing raised."""

import gzip
import random
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.digests.timing import Immediately
from monitor.model import Article, Quiet, Severity
from monitor.rules.compile import Compiled, compile_rules
from monitor.rules.grammar import parse_expression
from monitor.rules.ruleset import Example, FeedScope, Operator, RuleSet, ScoreLine
from monitor.rules.terms import parse_term
from tests.timing import allowed

TEMPLATES = frozenset({"alert", "digest", "brief"})
STARTER = {
    f"rules/{file.name}": file.read_bytes() for file in sorted((Path(__file__).parents[2] / "rules").glob("*.yaml"))
}


def compiled(*texts: str) -> Compiled:
    files = {f"{name}.yaml": text.encode() for name, text in zip("abc", texts, strict=False)}
    return compile_rules(files, templates=TEMPLATES)


def findings(*texts: str) -> list[str]:
    result = compiled(*texts)
    assert (result.rules is None) == bool(result.findings)
    return [str(finding) for finding in result.findings]


def good(*texts: str) -> RuleSet:
    result = compiled(*texts)
    assert result.findings == ()
    assert result.rules is not None
    return result.rules


DESK = """
feeds:
  dawn: {url: "https://www.dawn.com/feeds/home", home: PK-SD, tags: [national, daily, national], trust: 0.9, every: 5m}
  irna: {url: "https://en.irna.ir/rss", name: IRNA, tags: [state], paused: true, max_age: 7d, first_poll: 2}
regions:
  balochistan: {codes: [PK-BA], names: [Quetta, =BYC, quetta], ambiguous: {Mach: [Bolan]}, rivals: [IR-11, sistan],
                not: [Quetta Gladiators], name: Balochistan province}
  sistan: {codes: [IR-11], min_population: 5}
groups:
  attack: ["attack*", ambush, ambush]
"""
RULES = """
rules:
  home-attacks:
    where: balochistan
    when: $attack NEAR/20 @sistan
    unless: cricket
    score: [{add: 4, if: title:$attack}, {add: -1.5, if: storm}]
    threshold: 2
    severity: {high: 6, low: 4}
    examples: {match: [one], skip: [two]}
  storms: {when: storm, severity: critical, languages: [en, ur], name: Storms}
  both: {where: [sistan, balochistan, sistan]}
  some: {where: {region: sistan, share: 0.4}}
"""
DIGESTS = """
digests:
  now: {rules: [home-*, storms], severity: high, when: immediately, to: ["slack:#x"], bundle: 5s,
        quiet: {hours: "22:00-06:00", except: critical}}
  daily: {regions: [balochistan], when: "07:00", timezone: Asia/Karachi, to: ["email:a@b.c"], empty: skip,
          template: brief}
operator: {to: ["email:ops@b.c"], heartbeat: "https://hc.example.org/1"}
"""


def test_files_become_one_rule_set() -> None:
    rules = good(DESK, RULES, DIGESTS)
    dawn, irna = rules.feeds["dawn"], rules.feeds["irna"]
    assert (dawn.id, dawn.name, dawn.home, dawn.trust, dawn.tags) == (
        "dawn",
        "dawn.com",
        "PK-SD",
        0.9,
        ("national", "daily"),
    )
    assert (dawn.every, dawn.max_age, dawn.paused) == (timedelta(minutes=5), None, False)
    assert (irna.name, irna.max_age, irna.paused, irna.first_poll) == ("IRNA", timedelta(days=7), True, 2)
    region = rules.regions["balochistan"]
    assert region.name == "Balochistan province"
    assert [term.clause.strip('"') for term in region.terms] == ["Quetta", "=BYC"]
    assert region.excluded == (parse_term("Quetta Gladiators"),)
    assert region.ambiguous == ((parse_term("Mach"), (parse_term("Bolan"),)),)
    assert region.rivals == ("IR-11", "sistan")
    assert (rules.regions["sistan"].name, rules.regions["sistan"].min_population) == ("Sistan", 5)
    assert rules.groups == {"attack": (parse_term("attack*"), parse_term("ambush"))}
    assert rules.operator == Operator(to=("email:ops@b.c",), heartbeat="https://hc.example.org/1")


def test_rules_and_subscriptions_are_resolved() -> None:
    rules = good(DESK, RULES, DIGESTS)
    rule = rules.rules["home-attacks"]
    assert (rule.name, rule.where, rule.share, rule.threshold) == ("Home attacks", ("balochistan",), 0.15, 2)
    assert (rule.when, rule.unless) == (parse_expression("$attack NEAR/20 @sistan"), parse_expression("cricket"))
    assert rule.score == (
        ScoreLine(add=4, condition=parse_expression("title:$attack")),
        ScoreLine(add=-1.5, condition=parse_expression("storm")),
    )
    assert rule.severity == ((Severity.LOW, 4), (Severity.HIGH, 6))
    assert rule.examples == (
        Example(text="one", should_match=True, file="b.yaml", line=10, column=24),
        Example(text="two", should_match=False, file="b.yaml", line=10, column=37),
    )
    storms = rules.rules["storms"]
    assert (storms.name, storms.severity, set(storms.languages)) == ("Storms", Severity.CRITICAL, {"en", "ur"})
    assert (storms.where, storms.share, storms.scope) == ((), 0.15, None)
    assert rules.rules["both"].where == ("sistan", "balochistan")
    assert (rules.rules["some"].where, rules.rules["some"].share) == (("sistan",), 0.4)

    now, daily = rules.subscriptions["now"], rules.subscriptions["daily"]
    assert (set(now.rules), now.regions) == ({"home-attacks", "storms"}, ())
    assert (now.floor, now.schedule, now.bundle) == (Severity.HIGH, Immediately(), timedelta(seconds=5))
    assert now.quiet == Quiet(start="22:00", end="06:00", except_=Severity.CRITICAL)
    assert (now.template, now.say_empty, now.timezone) == ("alert", True, "UTC")
    assert (set(daily.rules), daily.regions) == ({"home-attacks", "both"}, ("balochistan",))
    assert (daily.template, daily.say_empty, daily.timezone, daily.floor) == ("brief", False, "Asia/Karachi", None)


def test_the_version_is_that_of_the_files() -> None:
    first = good(DESK).version
    assert len(first) == 12
    assert first == good(DESK).version
    assert first != good(DESK + "\n").version
    assert first != good("", DESK).version


def test_no_files_are_an_empty_rule_set() -> None:
    result = compile_rules({}, templates=())
    assert result.rules is not None
    assert result.rules.rules == {}


FEEDS = """
feeds:
  dawn: {url: "https://a.org", tags: [national, pk], home: PK-SD}
  geo: {url: "https://b.org", tags: [national]}
  bbc: {url: "https://c.org", home: GB}
  lost: {url: nowhere, tags: [odd]}
"""


@pytest.mark.parametrize(
    ("written", "scope"),
    [
        ("[]", None),
        ("{}", FeedScope(everything=True)),
        ("[dawn]", FeedScope(feeds=frozenset({"dawn"}))),
        ("[national]", FeedScope(feeds=frozenset({"dawn", "geo"}))),
        ("[national, GB, PK-SD]", FeedScope(feeds=frozenset({"dawn", "geo"}), homes=frozenset({"GB", "PK-SD"}))),
        ("{ids: [bbc], tags: [pk]}", FeedScope(feeds=frozenset({"bbc", "dawn"}))),
        ("{home: [GB]}", FeedScope(homes=frozenset({"GB"}))),
        (
            "{not: [geo, PK]}",
            FeedScope(everything=True, without_feeds=frozenset({"geo"}), without_homes=frozenset({"PK"})),
        ),
        (
            "{tags: [national], not: [pk]}",
            FeedScope(feeds=frozenset({"dawn", "geo"}), without_feeds=frozenset({"dawn"})),
        ),
    ],
)
def test_scopes(written: str, scope: FeedScope | None) -> None:
    rules = good(FEEDS.replace("nowhere", "'https://d.org'"), f"rules: {{r: {{when: x, feeds: {written}}}}}")
    assert rules.rules["r"].scope == scope


def test_an_empty_scope_block_takes_every_feed() -> None:
    scope = good("rules: {r: {when: x, feeds: {}}}").rules["r"].scope
    assert scope is not None
    assert scope.admits(Article(title="", feed="any"))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # expressions, at the column in the file
        ("rules: {r: {when: storm OR}}", ["1:25: error: OR has nothing on its right (write a term after it)"]),
        (
            "rules:\n  r:\n    when: >\n      storm\n      OR flood near/5 rain\n",
            ["5:16: error: near/5 is not an operator (write NEAR/5, or quote it to search for the word)"],
        ),
        (
            "rules:\n  r:\n    when: 'it''s OR storm AND'\n",
            ["3:27: error: AND has nothing on its right (write a term after it)"],
        ),
        (
            "rules: {r: {unless: a b}}",
            ["1:23: error: two terms side by side (write AND, OR, NEAR/n, or quote the phrase)"],
        ),
        ("rules: {r: {score: [{add: 1, if: (a}]}}", ["1:34: error: the parenthesis is never closed (add ))"]),
        (
            "groups: {g: [ab*]}\nrules: {r: {when: $g}}",
            ["1:14: error: ab* fixes 2 letters (a wildcard wants three or more)"],
        ),
        # ids that do not exist
        (
            "groups: {attack: [raid]}\nrules: {r: {when: storm OR $atack}}",
            ["2:28: error: unknown group `atack` (did you mean `attack`?)"],
        ),
        ("rules: {r: {when: $attack}}", ["1:19: error: unknown group `attack` (there is no group)"]),
        (
            "regions: {home: {names: [Quetta]}}\nrules: {r: {when: storm NEAR/5 @hom}}",
            ["2:32: error: unknown region `hom` (did you mean `home`?)"],
        ),
        (
            "regions: {home: {names: [Quetta]}}\nrules: {r: {where: [home, far]}}",
            ["2:27: error: unknown region `far` (known: home)"],
        ),
        ("rules: {r: {where: home}}", ["1:20: error: unknown region `home` (there is no region)"]),
        ("rules: {r: {where: {region: home}}}", ["1:29: error: unknown region `home` (there is no region)"]),
        (
            "regions: {a: {names: [Quetta], rivals: [IR, b]}}",
            ["1:45: error: unknown region or area `b` (known: a)"],
        ),
        (
            FEEDS.replace("nowhere", "'https://d.org'") + "rules: {r: {when: x, feeds: [dwan, ZZ]}}",
            [
                "7:30: error: unknown feed, tag or home `dwan` (did you mean `dawn`?)",
                "7:36: error: unknown feed, tag or home `ZZ` (known: bbc, dawn, geo, lost, national, odd, pk)",
            ],
        ),
        (
            FEEDS.replace("nowhere", "'https://d.org'")
            + "rules: {r: {when: x, feeds: {ids: [national], tags: [dawn]}}}",
            [
                "7:36: error: unknown feed `national` (known: bbc, dawn, geo, lost)",
                "7:54: error: unknown tag `dawn` (known: national, odd, pk)",
            ],
        ),
        (
            "rules: {storm-a: {when: x}}\ndigests: {d: {rules: [strom-a, 'flood-*'], when: hourly, to: ['folder:o']}}",
            [
                "2:23: error: unknown rule `strom-a` (did you mean `storm-a`?)",
                "2:32: error: unknown rule `flood-*` (known: storm-a)",
            ],
        ),
        (
            "regions: {a: {names: [Quetta]}, b: {names: [Sibi]}}\nrules: {r: {where: a}}\n"
            "digests: {d: {regions: [a, b, c], when: hourly, to: ['folder:o']}}",
            [
                "3:28: error: no rule looks at region `b` (write `where: b` in a rule)",
                "3:31: error: unknown region `c` (known: a, b)",
            ],
        ),
        (
            "rules: {r: {when: x}}\ndigests: {d: {rules: [r], when: hourly, to: ['folder:o'], template: breif}}",
            ["2:69: error: unknown template `breif` (did you mean `brief`?)"],
        ),
        (
            "groups: {g: [storm, '', 'ab*', flood]}",
            [
                "1:21: error: item 2 of `g` is empty (write something, or delete it)",
                "1:26: error: ab* fixes 2 letters (a wildcard wants three or more)",
            ],
        ),
        (
            "regions: {a: {names: [~, Quetta, '!']}}",
            [
                "1:23: error: item 1 of `names` has no value (give it one, or delete it)",
                "1:35: error: nothing to search for (a term needs a letter or a digit)",
            ],
        ),
        # regions
        ("regions: {a: {}}", ["1:11: error: region `a` has nothing to look for (give it codes or names)"]),
        ("regions: {a: {names: []}}", ["1:11: error: region `a` has nothing to look for (give it codes or names)"]),
        ("regions: {a: {codes: [XX]}}", ["1:23: error: `XX` is no country or area code (ISO 3166, as PK or PK-BA)"]),
        (
            "regions: {a: {names: [Quetta], ambiguous: {'!': [x], Mach: ['!']}}}",
            [
                "1:44: error: nothing to search for (a term needs a letter or a digit)",
                "1:62: error: nothing to search for (a term needs a letter or a digit)",
            ],
        ),
    ],
)
def test_problems_of_one_file(text: str, found: list[str]) -> None:
    assert findings(text) == [f"a.yaml:{one}" for one in found]


def test_ids_are_unique_across_files() -> None:
    first = "feeds: {f: {url: 'https://a.org'}}\nrules:\n  r: {when: x}\noperator: {to: []}\n"
    second = "rules:\n  r: {when: y}\n  s: {when: z}\noperator: {to: []}\n"
    assert findings(first, second) == [
        "b.yaml:2:3: error: `r` is there already (see a.yaml:3; ids are unique across files)",
        "b.yaml:4:1: error: `operator` is there already (see a.yaml:4)",
    ]


def test_ids_of_different_kinds_may_be_equal() -> None:
    assert good("groups: {x: [storm]}\nrules: {x: {when: $x}}", "regions: {x: {names: [Quetta]}}")


def test_every_problem_of_every_file_is_found_at_once_and_none_twice() -> None:
    found = findings(
        "rules:\n  r: {when: storm OR, titel: x, severity: hi}\n  s: {when: $none}\n",
        "feeds: {r: {}}\ngroups: {g: 1}\nrules: {t: {when: $g}}\n"
        "digests: {d: {rules: [r, s], when: hourly, to: ['folder:o']}}",
    )
    assert [one.split(": ")[0] for one in found] == [
        "a.yaml:2:19", "a.yaml:2:23", "a.yaml:2:43", "a.yaml:3:13", "b.yaml:1:9", "b.yaml:2:13",
    ]  # fmt: skip


def test_ids_that_may_stand_in_a_file_that_is_no_yaml_are_not_called_unknown() -> None:
    text = "regions: {home: {names: [Quetta]}}\nrules: {r: {when: $elsewhere OR}, s: {where: elsewhere}}\n"
    text += "digests:\n  d: {rules: [t-*], when: hourly, to: ['folder:o']}\n"
    text += "  e: {regions: [home], when: hourly, to: ['folder:o']}\n"
    found = findings(text, "a: b: c")
    assert [one.split(": ")[0] for one in found] == ["a.yaml:2:30", "b.yaml:1:5"]


def test_a_set_that_lacks_files_is_none() -> None:
    result = compile_rules({"a.yaml": b"rules: {r: {when: $elsewhere}}"}, templates=TEMPLATES, incomplete=True)
    assert (result.rules, result.findings) == (None, ())


def test_an_entry_with_a_problem_is_still_known() -> None:
    text = FEEDS + "rules: {r: {when: x, feeds: [lost, odd]}, s: {when: '('}}\n"
    text += "digests: {d: {rules: [s], when: hourly, to: ['folder:o']}}\n"
    assert [one.split(": ")[0] for one in findings(text)] == ["a.yaml:6:15", "a.yaml:7:54"]


def test_a_default_template_that_is_missing() -> None:
    text = b"rules: {r: {when: x}}\ndigests: {d: {rules: [r], when: hourly, to: ['folder:o']}}"
    result = compile_rules({"a.yaml": text}, templates=("alert",))
    assert [str(finding) for finding in result.findings] == [
        "a.yaml:2:11: error: unknown template `digest` (known: alert)"
    ]


# --- nothing raises ----------------------------------------------------------------------------------------------


def _flipped(data: bytearray, chance: random.Random) -> bytes:
    for _ in range(chance.randint(1, 4)):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(data)


def _overwritten(data: bytearray, chance: random.Random) -> bytes:
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(data))
        end = min(len(data), at + chance.choice((0, 1, 1, 5, 40)))
        data[at:end] = chance.choice(
            (
                b"",
                b"\x00",
                b"\xff",
                b":",
                b'"',
                b"\n",
                b"\t",
                b"[",
                b"*",
                b"- ",
                b"&a ",
                b"(",
                b"{",
                b"!",
                b"\xe2\x80\x8b",
            )
        )
    return bytes(data)


def _lines_moved(data: bytearray, chance: random.Random) -> bytes:
    lines = bytes(data).split(b"\n")
    for _ in range(chance.randint(1, 5)):
        line = lines[chance.randrange(len(lines))]
        if chance.random() < 0.5:
            lines.remove(line)
        lines.insert(chance.randrange(len(lines) + 1), chance.choice((b"", b"  ", b"\t")) + line)
    return b"\n".join(lines)


def _words_swapped(data: bytearray, chance: random.Random) -> bytes:
    words = bytes(data).split(b" ")
    for _ in range(chance.randint(1, 6)):
        one, other = chance.randrange(len(words)), chance.randrange(len(words))
        words[one], words[other] = words[other], words[one]
    return b" ".join(words)


def _cut(data: bytearray, chance: random.Random) -> bytes:
    return bytes(data[: chance.randrange(len(data))])


def _grown(data: bytearray, chance: random.Random) -> bytes:
    at = chance.randrange(len(data))
    many = chance.choice((2_000, 20_000))
    piece = chance.choice(
        (b"[", b"{a: ", b"- ", b"? ", b"(", b'"', b"\n", b" ", b"&a *a ", b"x", b"NOT ", b"\xcc\x81", b"\x00")
    )
    return bytes(data[:at]) + piece * many + bytes(data[at:])


def _encoded(data: bytearray, chance: random.Random) -> bytes:
    text = bytes(data).decode("utf-8")
    return chance.choice(
        (
            text.encode("utf-16"),
            text.encode("utf-16-le"),
            text.encode("utf-32"),
            text.encode("cp1256", "replace"),
            text.replace("\n", "\r\n").encode(),
            text.replace("\n", "\r").encode(),
            text.replace("  ", "\t").encode(),
            text.encode("utf-8-sig"),
            ("\ufeff" + text).encode("utf-8-sig"),
            gzip.compress(bytes(data)),
        )
    )


def _bombed(data: bytearray, chance: random.Random) -> bytes:
    levels = chance.randint(5, 40)
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    bomb += "".join(f"a{n + 1}: &a{n + 1} [{', '.join([f'*a{n}'] * 9)}]\n" for n in range(levels))
    return bytes(data) + bomb.encode() + b"groups: *a5\n"


Mutation = Callable[[bytearray, random.Random], bytes]
MUTATIONS: tuple[Mutation, ...] = (
    _flipped,
    _overwritten,
    _lines_moved,
    _words_swapped,
    _cut,
    _grown,
    _encoded,
    _bombed,
)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__.strip("_"))
def test_mutated_starter_files_never_raise_and_every_finding_has_a_place(
    mutation: Mutation,
) -> None:
    chance = random.Random(7)
    joined = list(STARTER.items())
    broken = 0
    for _ in range(30):
        name, data = chance.choice(joined)
        files = {**STARTER, name: mutation(bytearray(data), chance)}
        started = time.process_time()
        result = compile_rules(files, templates=TEMPLATES)
        assert time.process_time() - started < allowed(1)
        assert (result.rules is None) == bool(result.findings)
        broken += result.rules is None
        lines = files[name].decode("utf-8", "replace").splitlines()
        for finding in result.findings:
            assert finding.file in STARTER
            assert 1 <= finding.line <= len(lines) + 1 or finding.file != name
            assert finding.column >= 1
            assert finding.level == "error"
            assert finding.message.isprintable() and len(str(finding)) < 1000
    assert broken >= 10


values = st.recursive(
    st.sampled_from(
        ["x", "home", "$g", "@home", "x OR", "", " ", "a@b.c", "07:00", "é" * 90, 1, -1.5, True, None, 10**40]
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["a", "B", "where", "when", "if", "add", "to", "names", "codes", "not", ""]), inner
        )
    ),
    max_leaves=6,
)


@settings(max_examples=150)
@given(
    st.dictionaries(
        st.sampled_from(["version", "feeds", "regions", "groups", "rules", "digests", "operator", "x"]),
        st.dictionaries(st.sampled_from(["a", "b-c", "", "[key]", "word"]), values, max_size=2) | values,
        max_size=4,
    )
)
def test_no_values_raise(content: dict[str, object]) -> None:
    import yaml

    text = yaml.safe_dump(content, allow_unicode=True)
    result = compile_rules({"a.yaml": text.encode(), "b.yaml": b"groups: {g: [x]}"}, templates=TEMPLATES)
    assert (result.rules is None) == bool(result.findings)


@given(st.dictionaries(st.text(max_size=5), st.binary(max_size=30), max_size=3))
def test_no_bytes_raise(files: dict[str, bytes]) -> None:
    compile_rules(files, templates=())

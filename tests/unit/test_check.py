"""What `dateline check` says beyond errors: examples that fail, and parts that are unlikely to be meant."""

import pytest

from monitor.rules.check import check_rules
from monitor.rules.compile import compile_rules
from tests.marks import unmarked

TOLD = "digests: {d: {rules: ['*'], when: hourly, to: ['folder:o']}}\n"


def doubts(marked: str) -> list[str]:
    """Return what is found in a text, each thing at one of its marks, in their order."""
    text, places = unmarked(marked)
    compiled = compile_rules({"a.yaml": text.encode()}, templates={"alert", "digest"})
    assert compiled.findings == ()
    assert compiled.rules is not None
    found = check_rules(compiled.rules, compiled.places)
    assert [f"{finding.line}:{finding.column}" for finding in found] == places
    return [str(finding).split(": ", 1)[1] for finding in found]


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ("{when: storm, examples: {match: [Storm hits coast], skip: [Calm sea]}}", []),
        (
            "{when: storm, examples: {match: [▲Calm sea]}}",
            ["error: `r` does not match this example (when: storm not found)"],
        ),
        (
            "{when: storm, examples: {skip: [▲A storm, Calm, ▲No storm]}}",
            [
                'error: `r` matches this example (by "storm")',
                'error: `r` matches this example (by "storm")',
            ],
        ),
        (
            "{where: home, examples: {match: [▲Storm hits coast]}}",
            ["error: `r` does not match this example (where: no name of home found)"],
        ),
        (
            "{when: storm, unless: cricket, examples: {match: [▲Storm ends cricket]}}",
            ["error: `r` does not match this example (unless: cricket found)"],
        ),
        (
            "{when: storm, threshold: 2, score: [{add: 3, if: coast}], examples: {match: [▲Storm]}}",
            ["error: `r` does not match this example (score 0 below threshold 2)"],
        ),
        (
            "{when: NOT storm, examples: {skip: [▲Calm]}}",
            ["error: `r` matches this example (nothing keeps it out)"],
        ),
        # a scope would keep out every example, which comes from nowhere
        ("{when: storm, feeds: [f], languages: [ur], examples: {match: [Storm hits coast]}}", []),
    ],
)
def test_examples(rule: str, found: list[str]) -> None:
    text = (
        f"regions: {{home: {{names: [Quetta]}}, h: {{names: [Sibi]}}}}\nrules: {{r: {rule}, s: {{where: [home, h]}}}}\n"
    )
    said = doubts(text + TOLD + "feeds: {f: {url: 'https://x.org'}}")
    assert [one.split(" (")[0] for one in said] == [one.split(" (")[0] for one in found]
    for one, wanted in zip(said, found, strict=True):
        assert one.split("(")[1].split()[0] == wanted.split("(")[1].split()[0]


@pytest.mark.parametrize(
    ("term", "warned"),
    [
        ("bla", "`bla` is short for a word of its own (write a longer phrase; an acronym as =BLA)"),
        ("'\"ied\"'", "`ied` is short for a word of its own (write a longer phrase; an acronym as =IED)"),
        ("BLA", "`BLA` is also found in small letters (write =BLA, or a longer phrase)"),
        ("NATO", "`NATO` is also found in small letters (write =NATO, or a longer phrase)"),
        ("IEDs", "`IEDs` is also found in small letters (write =IEDs, or a longer phrase)"),
        ("IED*", "`IED*` is also found in small letters (write =IED*, or a longer phrase)"),
        ("=BLA", None),
        ("=IED*", None),
        ("=bla", None),
        ("war", None),
        ("bus", None),
        ("Gun", None),
        ("'\"aid\"'", None),
        ("wars", None),
        ("war*", None),
        ("war crimes", None),
        ("9/11", None),
        ("دھماکہ", None),
        ("بس", None),
        ("Quetta", None),
    ],
)
def test_short_terms(term: str, warned: str | None) -> None:
    marked = f"'▲{term[1:]}" if warned and term[0] == "'" else f"▲{term}" if warned else term
    text = f"groups:\n  g:\n    - {marked}\nregions:\n  home:\n    codes: [PK]\n    names:\n      - {marked}\n"
    text += "rules: {r: {where: home, when: $g}}\n" + TOLD
    expected = [f"warning: {warned}", f"warning: {warned}"] if warned else []
    assert doubts(text) == expected


@pytest.mark.parametrize(
    ("term", "warned"),
    [
        ("con*", "`con*` takes everyday words: concern, condition, conference … (fix more letters, or list the words)"),
        ("'*ing'", "`*ing` takes everyday words: according, being, bring … (fix more letters, or list the words)"),
        ("inte*", "`inte*` takes everyday words: intelligence, interest, international … "
         "(fix more letters, or list the words)"),
        ("polic*", None),
        ("war*", None),
        ("'*stan'", None),
        ("conflict*", None),
        ("work*", None),
        ("wom?n", None),
        ("=Con*", None),
        ("suicide con*", None),
    ],
)  # fmt: skip
def test_wildcards_that_take_everyday_words(term: str, warned: str | None) -> None:
    marked = f"'▲{term[1:]}" if warned and term[0] == "'" else f"▲{term}" if warned else term
    assert doubts(f"groups: {{g: [{marked}]}}\nrules: {{r: {{when: $g}}}}\n" + TOLD) == (
        [f"warning: {warned}"] if warned else []
    )


def test_short_terms_inside_conditions() -> None:
    text = "rules:\n  r: {when: 'title:(storm OR ▲bla) AND lang:ur AND section:bla', unless: ▲NATO,\n"
    text += "      score: [{add: 1, if: lede:▲IED}]}\n"
    assert [one.split(" is ")[0] for one in doubts(text + TOLD)] == [
        "warning: `bla`",
        "warning: `NATO`",
        "warning: `IED`",
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "groups: {g: [storm], ▲h: [flood]}\nrules: {r: {when: $g}}\n" + TOLD,
            ["warning: no rule uses group `h` (write $h in a condition)"],
        ),
        (
            "regions: {a: {names: [Quetta]}, ▲b: {names: [Sibi], rivals: [c]}, c: {names: [Kalat]},\n"
            "          d: {names: [Zhob]}}\n"
            "rules: {r: {where: a}, s: {when: storm NEAR/5 @d}}\n" + TOLD,
            ["warning: no rule looks at region `b` (write `where: b`)"],
        ),
        (
            "regions:\n  a: {names: [Quetta, =BYC], not: ▲['quett*', byc, Sibi]}\n"
            "  b: {names: [Quetta, Sibi], not: [Quetta, Quetta Gladiators, Sibi Road]}\n"
            "  c: {codes: [PK], names: [Quetta], not: [Quetta]}\n"
            "  d: {names: [quetta], ambiguous: {Mach: [Bolan]}, not: [Quetta]}\n"
            "rules: {r: {where: [a, b, c, d]}}\n" + TOLD,
            ["warning: `not` leaves no name of `a` (no article can be about it)"],
        ),
        (
            "rules: {▲r: {when: storm}, s: {when: flood}}\ndigests: {d: {rules: [s], when: hourly, to: ['folder:o']}}",
            ["warning: no digest takes rule `r` (nobody is told of its matches)"],
        ),
        (
            "rules: {▲r: {unless: storm}}\n" + TOLD,
            ["warning: `r` matches every article (add `where` or `when`)"],
        ),
        (
            "rules: {r: {when: storm OR  flood, name: A}, ▲s: {when: storm OR flood, examples: {match: [storm]}}}\n"
            + TOLD,
            ["warning: `s` says the same as `r` (keep one of them)"],
        ),
        (
            "rules: {r: {when: storm}, s: {when: storm, severity: high}}\n" + TOLD,
            [],
        ),
        (
            "regions: {x: {names: [Quetta]}, y: {names: [Sibi]}}\n"
            "rules:\n"
            "  r: {where: [x, y], when: a1 AND (b1 OR c1 OR title:d1) AND f1 NEAR/5 g1, unless: NOT h1,\n"
            "      score: [{add: 1, if: i1}, {add: 2, if: ATLEAST/2 j1}]}\n"
            "  ▲s: {where: [y, x], when: g1 NEAR/5 f1 AND ((title:d1 OR c1) OR b1 OR b1) AND a1, unless: NOT h1,\n"
            "      score: [{add: 2, if: ATLEAST/2 j1}, {add: 1, if: i1 OR i1}]}\n" + TOLD,
            ["warning: `s` says the same as `r` (keep one of them)"],
        ),
        (
            "rules: {r: {when: a1 BEFORE/5 b1}, s: {when: b1 BEFORE/5 a1}, t: {when: a1 AND b1}, u: {when: a1 OR b1},\n"
            "        v: {when: a1, score: [{add: 1, if: b1}]},\n"
            "        w: {when: a1, score: [{add: 1, if: b1}, {add: 1, if: b1}]}}\n" + TOLD,
            [],
        ),
        (
            "feeds:\n  a: {url: 'https://x.org'}\n  ▲b: {url: 'https://x.org'}\n",
            ["warning: `b` has the address of `a` (keep one of them)"],
        ),
    ],
)
def test_what_nothing_uses_and_what_says_too_little(text: str, found: list[str]) -> None:
    assert doubts(text) == found


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ("when: attack AND NOT ▲attack*", "it requires attack and excludes attack*"),
        ("when: storm, unless: 'title:x1 OR ▲storm'", "it requires storm and excludes the same"),
        ("where: home, unless: NOT NOT ▲@home", "it requires @home and excludes the same"),
        ("where: [home, away], unless: (▲@home OR @away)", "nothing can be met of @home OR @away: "
         "it requires @home and excludes the same"),
        ("where: [home, away], unless: '@home'", None),
        ("where: home, when: storm AND NOT ▲@home", "it requires @home and excludes the same"),
        ("when: $g, unless: ▲flood* OR storm*", None),
        ("when: ▲title:a1 NEAR/5 text:b1", "title:a1 NEAR/5 text:b1 reaches from one field into another"),
    ],
)  # fmt: skip
def test_a_rule_that_can_never_match(rule: str, found: str | None) -> None:
    text = "regions: {home: {names: [Quetta]}, away: {names: [Sibi]}}\ngroups: {g: [flood, storm]}\n"
    text += "rules:\n  r:\n"
    for part in rule.split(", ") if "[home, away]" not in rule else [rule[:19], rule[21:]]:
        text += f"    {part if found else part.replace('▲', '')}\n"
    text += "  s: {where: [home, away], when: $g}\n"
    assert doubts(text + TOLD) == ([f"warning: `r` can never match ({found})"] if found else [])


def test_points_that_can_never_be_given_do_not_count() -> None:
    text = "rules: {r: {when: a1, unless: b1, threshold: ▲2, score: [{add: 1, if: c1}, {add: 1, if: ▲title:b1}]}}\n"
    assert doubts(text + TOLD) == [
        "warning: the threshold 2 can never be reached (1 is the most, with the best trust)",
        "warning: these points can never be given (it requires b1 and excludes the same)",
    ]


def test_examples_are_read_in_the_language_that_their_letters_show() -> None:
    text = "rules: {r: {when: 'باكستان*', languages: [ar],\n"
    text += "            examples: {match: ['الحكومة الباكستانية تعلن'], skip: ['أفغانستان']}},\n"
    text += "        s: {when: 'lang:ur', examples: {match: ['کوئٹہ میں دھماکے سے پانچ افراد ہلاک ہو گئے ہیں']}}}\n"
    assert doubts(text + TOLD) == []


FEEDS = "feeds: {a: {url: 'https://a.org', trust: 0.5, home: PK}, b: {url: 'https://b.org', trust: 0.9}}\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("rules: {r: {when: x1, score: [{add: 4, if: y1}], threshold: 4}}\n", []),
        (
            "rules: {r: {when: x1, score: [{add: 4, if: y1}, {add: -9, if: z1}], threshold: ▲5}}\n",
            ["warning: the threshold 5 can never be reached (4 is the most, with the best trust)"],
        ),
        (
            FEEDS + "rules: {r: {when: x1, score: [{add: 10, if: y1}], severity: {low: 4, high: 9, critical: ▲9.5}}}\n",
            ["warning: severity critical can never be reached (9 is the most, with the best trust)"],
        ),
        (
            FEEDS
            + "rules: {r: {when: x1, feeds: [PK], score: [{add: 10, if: y1}],\n"
            + "            severity: {low: 4, high: 5, critical: ▲6}}}\n",
            ["warning: severity critical can never be reached (5 is the most, with the best trust)"],
        ),
        (
            FEEDS + "rules: {r: {when: x1, feeds: ▲{not: [a, b]}}}\n",
            ["warning: `r` reads no feed (every feed is left out)"],
        ),
    ],
)
def test_points_that_no_feed_can_reach(text: str, found: list[str]) -> None:
    assert doubts(text + TOLD) == found


@pytest.mark.parametrize(
    ("floor", "severity", "found"),
    [
        ("high", "high", []),
        ("▲high", "medium", ["warning: no rule of `d` can reach high (medium is the highest they reach)"]),
        ("▲critical", "{low: 0, high: 3}", [
            "warning: no rule of `d` can reach critical (high is the highest they reach)",
        ]),
        ("▲high", "{low: 0, high: ▲4}", [
            "warning: severity high can never be reached (3 is the most, with the best trust)",
            "warning: no rule of `d` can reach high (low is the highest they reach)",
        ]),
    ],
)  # fmt: skip
def test_floors_that_no_rule_can_reach(floor: str, severity: str, found: list[str]) -> None:
    text = f"rules: {{r: {{when: storm, score: [{{add: 3, if: wind}}], severity: {severity}}}}}\n"
    text += f"digests: {{d: {{rules: [r], severity: {floor}, when: hourly, to: ['folder:o']}}}}\n"
    assert doubts(text) == found


def test_a_floor_over_a_rule_that_can_never_match() -> None:
    text = "rules: {r: {when: storm, threshold: ▲1}}\n"
    text += "digests: {d: {rules: [r], severity: ▲low, when: hourly, to: ['folder:o']}}\n"
    assert [one.removeprefix("warning: ") for one in doubts(text)] == [
        "the threshold 1 can never be reached (0 is the most, with the best trust)",
        "no rule of `d` can reach low (none of them can match)",
    ]


@pytest.mark.parametrize(
    ("floor", "loud", "vain"),
    [("low", "low", True), ("high", "high", True), ("high", "medium", True), ("high", "critical", False)],
)
def test_quiet_hours_that_everything_breaks_through(floor: str, loud: str, vain: bool) -> None:
    text = "rules: {r: {when: storm, severity: critical}}\ndigests:\n  d:\n    when: immediately\n"
    text += f"    severity: {floor}\n    quiet: {{hours: '22:00-06:00', except: {'▲' if vain else ''}{loud}}}\n"
    text += "    rules: [r]\n    to: ['folder:o']\n"
    hint = f"it is told nothing below {floor}, and {loud} breaks through"
    assert doubts(text) == ([f"warning: the quiet hours of `d` hold nothing ({hint})"] if vain else [])


@pytest.mark.parametrize("when", ["immediately", '"05:00"', '"23:00, 05:59 on mon-fri"'])
def test_quiet_hours_may_take_in_every_due_time(when: str) -> None:
    text = f"rules: {{r: {{when: storm}}}}\ndigests:\n  d:\n    when: {when}\n"
    assert doubts(text + "    quiet: {hours: '22:00-06:00'}\n    rules: [r]\n    to: ['folder:o']\n") == []

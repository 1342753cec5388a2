"""What may be written in a rule file: every key's own check, worded for people and placed, and the published schema."""

import json
import runpy
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.rules import schema
from monitor.rules.source import read_source
from monitor.rules.spec import RuleFile
from monitor.rules.validate import Validated, validate

ROOT = Path(__file__).parents[2]


def read(text: str) -> Validated:
    return validate(read_source("a.yaml", text.encode()))


def problems(text: str) -> list[str]:
    return [str(problem).removeprefix("a.yaml:") for problem in read(text).problems]


FEED = "feeds: {f: {url: 'https://x.org/', %s}}"
REGION = "regions: {r: {codes: [PK], %s}}"
RULE = "rules: {r: {when: storm, %s}}"
DIGEST = "digests: {d: {rules: [r], when: hourly, to: ['folder:o'], %s}}"


# ▲ marks where the problem is said to be.
@pytest.mark.parametrize(
    ("text", "problem"),
    [
        # the file
        ("▲5", "the file must be a block of keys (write `key: value` lines below it)"),
        ("▲- a", "the file must be a block of keys (write `key: value` lines below it)"),
        ("version: ▲2", "`version` must be 1, not `2`"),
        ("version: ▲'1'", "`version` must be 1, not `1` (write it without quotes)"),
        ("▲digest: {}", "unknown key `digest` (did you mean `digests`?)"),
        ("feeds: ▲5", "`feeds` must be a block of keys (write `key: value` lines below it)"),
        (
            "feeds: {▲Dawn News: {url: 'https://x.org'}}",
            "`Dawn News` is not an id (small letters, digits and hyphens: dawn-news)",
        ),
        ("feeds: {▲--: {url: 'https://x.org'}}", "`--` is not an id (small letters, digits and hyphens: asia-desk)"),
        ("feeds: {f: ▲3}", "`f` must be a block of keys (write `key: value` lines below it)"),
        ("feeds: {▲f: {name: X}}", "`url` is missing"),
        (
            "feeds: {f: {url: ▲ftp://x.org}}",
            "`ftp://x.org` is not a web address (http:// or https://, a host name, no spaces)",
        ),
        (
            "feeds: {f: {url: ▲'http://[x'}}",
            "`http://[x` is not a web address (http:// or https://, a host name, no spaces)",
        ),
        (
            "feeds: {f: {url: ▲'https://u:p@x.org'}}",
            "a user name or password stands in the address (write `auth: env:NAME` instead)",
        ),
        (
            FEED % "▲titel: X",
            "unknown key `titel` (known here: auth, every, first_poll, headers, home, language, "
            "max_age, name, paused, tags, trust, url, user_agent)",
        ),
        (FEED % "▲langauge: en", "unknown key `langauge` (did you mean `language`?)"),
        (FEED % "trust: ▲1.5", "`trust` must be at most 1"),
        (FEED % "trust: ▲-1", "`trust` must be at least 0"),
        (FEED % "trust: ▲high", "`trust` must be a number"),
        (FEED % "trust: ▲true", "`trust` must be a number"),
        (FEED % "trust: ▲.nan", "`trust` must be a number"),
        (FEED % "every: ▲0s", "`0s` is out of range (1s to 3650d)"),
        (FEED % "every: ▲999999999w", "`999999999w` is out of range (1s to 3650d)"),
        (FEED % "every: ▲10", "`every` must be a duration (write a number and s, m, h, d or w: 90s, 10m, 3h, 7d)"),
        (FEED % "every: ▲soon", "'soon' is not a duration (write a number and s, m, h, d or w: 90s, 10m, 3h, 7d)"),
        (FEED % "home: ▲pk", "`pk` is no country or area code (did you mean PK?)"),
        (FEED % "home: ▲PK-99", "`PK-99` is no country or area code (ISO 3166, as PK or PK-BA)"),
        (FEED % "language: ▲English", "`English` is no language code (two small letters, as en or ur)"),
        (FEED % "language: ▲xx", "`xx` is no language code (ISO 639, as en or ur)"),
        (FEED % "language: ▲urd", "`urd` has a shorter code (write ur)"),
        (FEED % "name: ▲''", "`name` is empty (write something, or delete it)"),
        (FEED % 'name: ▲"a\\nb"', "`name` holds a line break or control character (keep it on one line)"),
        (FEED % "▲name: ", "`name` has no value (give it one, or delete it)"),
        (FEED % "name: ▲5", "`name` must be text (put it in quotes)"),
        (FEED % "tags: ▲national", "`tags` must be a list (write [one, two], or lines that start with -)"),
        (FEED % "tags: [a, ▲~]", "item 2 of `tags` has no value (give it one, or delete it)"),
        (REGION % "names: [Quetta, ▲'']", "item 2 of `names` is empty (write something, or delete it)"),
        (FEED % "paused: ▲maybe", "`paused` must be true or false"),
        (FEED % "first_poll: ▲1.5", "`first_poll` must be a whole number"),
        (
            FEED % "auth: ▲'user:secret'",
            "`auth` must name an environment variable (write env:NAME and set NAME to user:password)",
        ),
        (FEED % "headers: {▲a b: c}", "`a b` is no header name (letters, digits and hyphens, as X-Key)"),
        (
            FEED % "headers: {X: ▲'env:1'}",
            "`X` must name an environment variable (write env:NAME and set NAME to user:password)",
        ),
        (FEED % 'headers: {X: ▲"a\\r\\nb"}', "`X` holds a line break or control character (keep it on one line)"),
        (REGION % "▲cods: [PK]", "unknown key `cods` (did you mean `codes`?)"),
        (REGION % "names: [▲1947]", "item 1 of `names` must be text (put it in quotes)"),
        (REGION % "ambiguous: {Mach: ▲[]}", "`Mach` is empty (write something, or delete the key)"),
        (REGION % "min_population: ▲few", "`min_population` must be a whole number"),
        ("groups: {g: ▲[]}", "`g` is empty (write something, or delete the key)"),
        ("groups: {g: ▲word}", "`g` must be a list (write [one, two], or lines that start with -)"),
        (RULE % "▲wehn: x", "unknown key `wehn` (did you mean `when`?)"),
        (RULE % "where: ▲3", "`where` must be a word, a list or a block of keys"),
        (RULE % "where: ▲[]", "`where` is empty (write something, or delete the key)"),
        (RULE % "where: {region: x, ▲regio: y}", "unknown key `regio` (did you mean `region`?)"),
        (RULE % "where: {region: x, share: ▲2}", "`share` must be at most 1"),
        (RULE % "feeds: ▲national", "`feeds` must be a list or a block of keys"),
        (RULE % "feeds: {▲tag: [a]}", "unknown key `tag` (did you mean `tags`?)"),
        (RULE % "severity: ▲hi", "`severity` must be low, medium, high or critical, not `hi` (did you mean `high`?)"),
        (RULE % "severity: {▲hi: 3}", "unknown key `hi` (did you mean `high`?)"),
        (RULE % "severity: {▲x: 3}", "unknown key `x` (known here: low, medium, high, critical)"),
        (
            RULE % "severity: ▲{low: 5, high: 4}",
            "`severity` must ask more points of a higher level (let the points rise: {low: 4, medium: 5, high: 6})",
        ),
        (RULE % "score: [▲{add: 1}]", "`if` is missing"),
        (RULE % "score: [{add: ▲'1', if: x}]", "`add` must be a number"),
        (RULE % "unless: ▲' '", "`unless` is empty (write a condition, or delete the key)"),
        (RULE % "examples: {match: ▲x}", "`match` must be a list (write [one, two], or lines that start with -)"),
        ("digests: {▲d: {rules: [r], to: ['folder:o']}}", "`when` is missing"),
        ("digests: {▲d: {rules: [r], when: hourly}}", "`to` is missing"),
        (
            "digests: {▲d: {rules: [r], when: hourly, to: ['folder:o'], regions: [r]}}",
            "`d` has both `rules` and `regions` (keep one: regions stand for all rules that look at them)",
        ),
        (
            "digests: {▲d: {when: hourly, to: ['folder:o']}}",
            "`d` has neither `rules` nor `regions` (write rules: [some-rule-*] or regions: [some-region])",
        ),
        (
            "digests: {d: {rules: ▲[], when: hourly, to: ['folder:o']}}",
            "`rules` is empty (write something, or delete the key)",
        ),
        (
            "digests: {d: {rules: [r], when: '07:00, ▲25:00', to: ['folder:o']}}",
            "'25:00' is not a time of day (write immediately, "
            'hourly, "every 3h", "07:00, 17:00" or "07:00 on mon-fri")',
        ),
        (
            "digests: {d: {rules: [r], when: ▲every 999999999w, to: ['folder:o']}}",
            "`every 999999999w` is out of range (a digest comes every 1m to every 1d)",
        ),
        (
            "digests: {d: {rules: [r], when: ▲7, to: ['folder:o']}}",
            '`when` must be text (write immediately, hourly, "every 3h", "07:00, 17:00" or "07:00 on mon-fri")',
        ),
        (
            "digests: {d: {rules: [r], when: hourly, to: ▲'folder:o'}}",
            "`to` must be a list (write [one, two], or lines that start with -)",
        ),
        (DIGEST % "timezone: ▲asia/karaci", "`asia/karaci` is no time zone (did you mean `Asia/Karachi`?)"),
        (DIGEST % "timezone: ▲../../etc/passwd", "`../../etc/passwd` is no time zone (as Asia/Karachi)"),
        (DIGEST % "empty: ▲say", "`empty` must be say so or skip, not `say` (did you mean `say so`?)"),
        (DIGEST % "quiet: {hours: ▲'22-6'}", '`22-6` are no hours of the day (write "22:00-06:00")'),
        (
            DIGEST % "quiet: {hours: ▲'6:00-06:00'}",
            '`6:00-06:00` begins and ends at the same time (write "22:00-06:00")',
        ),
        (
            DIGEST % "quiet: {hours: '22:00-06:00', except: ▲x}",
            "`except` must be low, medium, high or critical, not `x`",
        ),
        (DIGEST % "bundle: ▲2d", "`2d` is out of range (0s to 1d)"),
        ("operator: {to: ▲['email:a@b.c', 'email:a@B.c']}", "`email:a@b.c` stands in it twice (keep one)"),
        (
            "operator: {heartbeat: ▲hc.example.org}",
            "`hc.example.org` is not a web address (http:// or https://, a host name, no spaces)",
        ),
    ],
)
def test_what_is_wrong_is_said_at_its_place(text: str, problem: str) -> None:
    before, _, after = text.partition("▲")
    assert problems(before + after) == [f"1:{len(before) + 1}: {problem}"]


def test_a_folder_of_time_zones_is_none() -> None:
    (problem,) = problems(DIGEST % "timezone: Asia")
    assert "`Asia` is no time zone" in problem


@pytest.mark.parametrize(
    ("destination", "kept"),
    [
        ("slack:#asia-desk", "slack:#asia-desk"),
        ("slack:#новости_2", "slack:#новости_2"),
        ("slack:C0123456789", "slack:C0123456789"),
        ("email:desk@example.org", "email:desk@example.org"),
        ("email:First.Last+tag@News.Example.ORG", "email:First.Last+tag@news.example.org"),
        ("email:desk@bücher.example", "email:desk@xn--bcher-kva.example"),
        ("email:root@localhost", "email:root@localhost"),
        ("folder:state/outbox", "folder:state/outbox"),
        ("folder:/var/lib/dateline/out", "folder:/var/lib/dateline/out"),
    ],
)
def test_destinations(destination: str, kept: str) -> None:
    found = read(f"operator: {{to: [{json.dumps(destination)}]}}")
    assert found.problems == ()
    assert found.spec.operator is not None
    assert found.spec.operator.to == [kept]


@pytest.mark.parametrize(
    "destination",
    [
        "",
        "desk@example.org",
        "teams:x",
        "slack",
        "slack:",
        "slack:asia-desk",
        "slack:#Asia Desk",
        "slack:#a\nb",
        "slack:#a,#b",
        "slack:<!channel>",
        "email:desk",
        "email:desk@",
        "email:@example.org",
        "email:desk@example",
        "email:a@example.org,b@example.org",
        "email:a@example.org b@example.org",
        "email:Desk <desk@example.org>",
        "email:desk@example.org\nBcc: x@example.org",
        "email:desk\r@example.org",
        "email:dësk@example.org",
        "email:.desk@example.org",
        "email:de..sk@example.org",
        "email:desk@exa_mple..org",
        "email:desk@[127.0.0.1]",
        "email:desk@127.0.0.1",
        "email:" + "x" * 65 + "@example.org",
        "email:desk@" + "x" * 64 + ".org",
        "folder:",
        "folder:~/outbox",
        "folder:a\x07b",
    ],
)
def test_what_is_no_destination(destination: str) -> None:
    assert len(problems(f"operator: {{to: [{json.dumps(destination)}]}}")) == 1


def test_everything_that_may_be_written() -> None:
    found = read("""
version: 1
feeds:
  dawn:
    url: https://www.dawn.com/feeds/home
    name: Dawn
    home: PK-SD
    language: bal
    trust: 0
    every: 1s
    tags: [national]
    paused: true
    headers: {X-Key: env:DAWN_KEY, Accept-Language: en}
    auth: env:DAWN_AUTH
    user_agent: Desk/1
    max_age: 7d
    first_poll: 3
regions:
  home: {name: Home, codes: [PK-BA, PK], min_population: 0, names: [=BYC], ambiguous: {Mach: [Bolan]}, rivals: [IR],
         not: [Quetta Gladiators]}
groups: {attack: ["attack*", دھماک*]}
rules:
  a: {where: home, when: "@home AND $attack", severity: high}
  b: {where: [home], feeds: [dawn, national, PK], languages: [en, ur]}
  c: {where: {region: home, share: 0.3}, unless: x, feeds: {ids: [dawn], tags: [national], home: [PK], not: [IR]},
      score: [{add: -1.5, if: x}], threshold: 1, severity: {high: 3, low: 1}, name: C,
      examples: {match: [x], skip: [y]}}
digests:
  now: {rules: ["*"], severity: low, when: immediately, bundle: 0s, to: ["slack:#x"], template: alert,
        quiet: {hours: 22:00-06:00, except: critical}}
  daily: {regions: [home], when: "07:00, 17:00 on mon-fri", timezone: Asia/Karachi, to: ["folder:x"], empty: skip}
operator: {to: ["email:a@b.c"], heartbeat: "https://hc.example.org/ping/1"}
""")
    assert found.problems == ()
    spec: Any = found.spec
    assert spec.feeds["dawn"].max_age == timedelta(days=7)
    assert spec.feeds["dawn"].every == timedelta(seconds=1)
    assert spec.rules["c"].severity == {"low": 1, "high": 3}
    assert list(spec.rules["c"].severity) == ["low", "high"]
    assert spec.digests["now"].quiet.hours == "22:00-06:00"


def test_blank_sections_are_sections_without_entries() -> None:
    found = read("feeds:\nregions:\ngroups:\nrules:\ndigests:\noperator:\n")
    assert found.problems == ()
    assert found.spec == RuleFile(feeds=None)


def test_all_problems_are_reported_and_the_rest_is_kept() -> None:
    found = read("""
feeds:
  good: {url: 'https://x.org', trust: 5}
  lost: {url: 'x.org', langauge: en}
rules:
  bad: {when: storm, severity: hi, wehre: x, examples: {match: [1]}}
digests:
  lost: {rules: [bad], when: never, to: ['folder:o']}
  kept: {rules: [bad], when: hourly, to: ['folder:o'], empty: 3}
sundries: 1
""")
    assert len(found.problems) == 9
    assert set(found.spec.feeds or ()) == {"good"}
    assert set(found.spec.digests or ()) == {"kept"}
    assert (found.spec.rules or {})["bad"].when == "storm"
    assert [problem.line for problem in sorted(found.problems, key=lambda problem: problem.line)] == [
        3, 4, 4, 6, 6, 6, 8, 9, 10,
    ]  # fmt: skip


# --- the published schema ----------------------------------------------------------------------------------------


def test_the_published_schema_is_that_of_the_models() -> None:
    assert (ROOT / "rules" / "schema.json").read_text(encoding="utf-8") == schema.schema_text()


def test_every_key_is_described_and_no_unknown_one_allowed() -> None:
    made = schema.schema()
    blocks = [made, *made["$defs"].values()]
    assert len(blocks) > 8
    for block in blocks:
        assert block["description"]
        assert block["additionalProperties"] is False
        for name, key in block["properties"].items():
            assert key.get("description"), name
    assert '"null"' not in json.dumps(made["$defs"])
    assert made["$defs"]["Feed"]["properties"]["every"]["default"] == "10m"


def test_writing_and_checking_the_schema(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "schema.json"
    assert schema.main(["--check", str(file)]) == 1
    assert "is stale" in capsys.readouterr().err
    assert schema.main([str(file)]) == 0
    assert schema.main(["--check", str(file)]) == 0
    file.write_text("{}")
    assert schema.main(["--check", str(file)]) == 1


def test_the_schema_as_a_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["schema", str(tmp_path / "schema.json")])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(schema.__file__), run_name="__main__")
    assert ended.value.code == 0
    assert (tmp_path / "schema.json").read_text(encoding="utf-8") == schema.schema_text()


@pytest.mark.parametrize("file", sorted((ROOT / "rules").glob("*.yaml")), ids=lambda file: file.name)
def test_each_starter_file_names_the_schema(file: Path) -> None:
    assert file.read_text(encoding="utf-8").startswith("# yaml-language-server: $schema=schema.json\n")

"""The pages for operators and readers, held against the program: nothing missing or invented, every example run."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import typer
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from sqlalchemy import Table

from monitor.cli import app
from monitor.digests.timing import parse_when
from monitor.errors import RuleError
from monitor.feeds import timing
from monitor.home_files import read_home
from monitor.model import Article, DeliveryState, FieldName
from monitor.rulebook import check_home
from monitor.rules import spec
from monitor.rules.compile import compile_rules
from monitor.rules.grammar import parse_expression
from monitor.rules.match import match_article
from monitor.rules.ruleset import Finding, RuleSet
from monitor.rules.source import read_source
from monitor.rules.validate import validate
from monitor.settings import Settings, load_settings
from monitor.store import tables

ROOT = Path(__file__).parents[2]
PAGES = {
    page: (ROOT / page).read_text("utf-8")
    for page in (
        "README.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "docs/operator.md",
        "docs/rules.md",
        "docs/architecture.md",
        "docs/security.md",
    )
}
ENV_EXAMPLE = (ROOT / ".env.example").read_text("utf-8")


def code_blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGES[page], re.MULTILINE | re.DOTALL)


def table_rows(page: str, first_header: str) -> list[list[str]]:
    """Return the cells of every table of a page whose first column is headed so."""
    found: list[list[str]] = []
    inside = False
    for line in PAGES[page].splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")] if line.startswith("|") else []
        if not cells:
            inside = False
        elif cells[0].strip() == first_header:
            inside = True
        elif inside and not set(cells[0]) <= {"-", "|"}:
            found.append(cells)
    return found


def code(cell: str) -> str:
    """Return what stands between the backticks of a cell that is code."""
    assert cell.startswith("`"), cell
    assert cell.endswith("`"), cell
    return cell.strip("`")


def section(page: str, heading: str) -> str:
    found = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", PAGES[page], re.MULTILINE | re.DOTALL)
    assert found is not None, heading
    return found[1]


# --- the command line --------------------------------------------------------------------------------------------


def commands(command: Any = None, name: str = "dateline") -> Iterator[tuple[str, Any]]:
    command = command or typer.main.get_command(app)
    inner = getattr(command, "commands", None)
    if inner is None:
        yield name, command
        return
    for word, one in inner.items():
        yield from commands(one, f"{name} {word}")


COMMANDS = dict(commands())


def options(name: str) -> set[str]:
    return {option for parameter in COMMANDS[name].params for option in parameter.opts if option.startswith("-")}


def test_every_command_is_in_the_table() -> None:
    table = {" ".join(word for word in code(row[0]).split() if word.islower()) for row in table_rows_of_commands()}
    assert table == COMMANDS.keys()


def table_rows_of_commands() -> list[list[str]]:
    return [row for row in table_rows("docs/operator.md", "command") if row[0].startswith("`dateline")]


@pytest.mark.parametrize("name", [*COMMANDS])
def test_every_option_is_told(name: str) -> None:
    row = next(row for row in table_rows_of_commands() if code(row[0]).startswith(name))
    told = " ".join(row) + section("docs/operator.md", "Commands").partition("| command")[0]
    assert [option for option in options(name) if option.startswith("--") and option not in told] == []


@pytest.mark.parametrize("name", [*COMMANDS])
def test_every_command_takes_a_home_and_answers_in_json(name: str) -> None:
    assert {"--home", "--json"} <= options(name)


def told_commands() -> Iterator[tuple[str, str]]:
    for page, text in {**PAGES, ".env.example": ENV_EXAMPLE}.items():
        blocks = re.findall(r"^```(?:sh|ini)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
        lines = [line for block in blocks for line in block.splitlines()]
        for snippet in lines + re.findall(r"`([^`\n]+)`", text):
            if found := re.search(r"(?:^|[ /])(dateline [a-z].*)", snippet.partition("  #")[0]):
                yield page, found[1]


@pytest.mark.parametrize(("page", "line"), [*told_commands()])
def test_every_command_told_of_exists(page: str, line: str) -> None:
    words = [*shlex.split(line.partition(" |")[0]), "", ""]
    name = next((name for name in (" ".join(words[:3]), " ".join(words[:2])) if name in COMMANDS), None)
    assert name is not None or words[1] in ("feeds", "deliveries", "db"), line
    given = {word for word in words if re.match(r"--?[a-z]", word)}
    assert name is None or given <= options(name) | {"--home"}, line


# --- settings ----------------------------------------------------------------------------------------------------

SETTINGS = {str(field.validation_alias): field for field in Settings.model_fields.values()}


def test_every_setting_is_in_the_table() -> None:
    assert {code(row[0]) for row in table_rows("docs/operator.md", "name")} == SETTINGS.keys()


@pytest.mark.parametrize("row", table_rows("docs/operator.md", "name"), ids=lambda row: row[0])
def test_the_defaults_of_settings_are_true(row: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name, told = code(row[0]), row[1]
    if name == "DATELINE_HOME":
        return
    monkeypatch.delenv(name, raising=False)
    field = next(field for field, info in Settings.model_fields.items() if info.validation_alias == name)
    default = getattr(load_settings(tmp_path), field)
    if told == "none":
        assert not default
    else:
        (tmp_path / ".env").write_text(f"{name}={code(told)}\n")
        assert getattr(load_settings(tmp_path), field) == default


def test_the_example_of_settings_can_be_uncommented(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    lines = re.findall(r"^#([A-Z][A-Z_]+=.+)$", ENV_EXAMPLE, re.MULTILINE)
    assert {line.partition("=")[0] for line in lines} <= SETTINGS.keys()
    (tmp_path / ".env").write_text("\n".join(lines), "utf-8")
    settings = load_settings(tmp_path)
    assert settings.smtp is not None
    assert settings.email_from == "Balochistan desk <desk@example.org>"


# --- the rule language -------------------------------------------------------------------------------------------


def keys(model: type[BaseModel]) -> set[str]:
    return {field.alias or name for name, field in model.model_fields.items()}


@pytest.mark.parametrize(
    ("heading", "model"),
    [
        ("feeds", spec.FeedSpec),
        ("regions", spec.RegionSpec),
        ("rules", spec.RuleSpec),
        ("digests", spec.DigestSpec),
    ],
)
def test_every_key_has_its_row_and_no_other(heading: str, model: type[BaseModel]) -> None:
    rows = re.findall(r"^\| `(\w+)` \|", section("docs/rules.md", heading), re.MULTILINE)
    assert set(rows) - {"hourly", "immediately"} == keys(model)


@pytest.mark.parametrize(
    ("heading", "model"),
    [
        ("Files", spec.RuleFile),
        ("rules", spec.WhereSpec),
        ("rules", spec.ScopeSpec),
        ("rules", spec.ScoreSpec),
        ("rules", spec.ExamplesSpec),
        ("digests", spec.QuietSpec),
        ("operator", spec.OperatorSpec),
    ],
)
def test_every_inner_key_is_told(heading: str, model: type[BaseModel]) -> None:
    told = set(re.findall(r"[\w]+", " ".join(re.findall(r"`([^`]+)`", section("docs/rules.md", heading)))))
    assert keys(model) <= told


def test_no_model_of_the_rule_files_was_forgotten() -> None:
    models = {one for one in vars(spec).values() if isinstance(one, type) and issubclass(one, spec._Spec)}
    assert len(models - {spec._Spec}) == 11  # those of the two tests above


def default_of(field: FieldInfo) -> str | None:
    """Return a default as a page writes it; None where it has words of its own."""
    extra = field.json_schema_extra
    if isinstance(extra, dict):
        return str(extra["default"])
    if isinstance(field.default, bool):
        return str(field.default).lower()
    return f"{field.default}" if isinstance(field.default, str | int | float) else None


@pytest.mark.parametrize(
    ("heading", "model"),
    [("feeds", spec.FeedSpec), ("regions", spec.RegionSpec), ("rules", spec.RuleSpec), ("digests", spec.DigestSpec)],
)
def test_the_defaults_of_keys_are_true(heading: str, model: type[BaseModel]) -> None:
    told = dict(re.findall(r"^\| `(\w+)` \| `([^`]+)` \|", section("docs/rules.md", heading), re.MULTILINE))
    for name, field in model.model_fields.items():
        default = default_of(field)
        if default is not None and not field.is_required():
            assert told[field.alias or name] in (default, default.removesuffix(".0")), name


def guide() -> RuleSet:
    """Return the example desk of docs/rules.md."""
    found = compiled(code_blocks("docs/rules.md", "yaml")[0])
    assert isinstance(found, RuleSet)
    return found


def compiled(text: str) -> RuleSet | tuple[Finding, ...]:
    result = compile_rules({"rules/page.yaml": text.encode()}, templates={"alert", "digest", "brief"})
    return result.rules or result.findings


RULE_FILES = [(page, text) for page in PAGES for text in code_blocks(page, "yaml")]


@pytest.mark.parametrize(("page", "text"), [one for one in RULE_FILES if "version: 1" in one[1]])
def test_complete_rule_files_pass_the_check(page: str, text: str, tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "page.yaml").write_text(text, "utf-8")
    assert [str(finding) for finding in check_home(tmp_path)] == []
    assert "examples:" in text


@pytest.mark.parametrize(("page", "text"), RULE_FILES)
def test_pieces_of_rule_files_have_known_keys_and_values(page: str, text: str) -> None:
    assert [str(problem) for problem in validate(read_source("page.yaml", text.encode())).problems] == []


def article(text: str) -> Article:
    """Return an article with a headline, or with the field that a cell names before a colon."""
    found = re.fullmatch(r"(text|source|author|url|section|lang): (.+)", text)
    if found is None:
        return Article(title=text)
    fields: dict[str, Any] = {"language" if found[1] == "lang" else found[1]: found[2]}
    return Article(title="", **fields)


def holds(expression: str, text: str) -> bool:
    yaml = code_blocks("docs/rules.md", "yaml")[0].partition("\nrules:")[0]
    rules = compiled(f"{yaml}\nrules: {{page: {{when: {yaml_text(expression)}}}}}\n")
    assert isinstance(rules, RuleSet), rules
    return bool(match_article(rules, article(text)))


def yaml_text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


EXPRESSIONS = [(code(row[0]), row[1], row[2]) for row in table_rows("docs/rules.md", "expression")]


@pytest.mark.parametrize(
    ("expression", "yes", "no"),
    [*EXPRESSIONS, *((code(row[0]), row[1], row[2]) for row in table_rows("docs/rules.md", "region"))],
)
def test_expressions_do_what_their_row_says(expression: str, yes: str, no: str) -> None:
    assert holds(expression, yes)
    assert not holds(expression, no)


OPERATORS = ("AND", "OR", "NOT", "NEAR/", "BEFORE/", "ATLEAST/", '"', "=", "*", "?", "$", "@", "(")


def test_every_operator_and_field_has_an_example() -> None:
    written = " ".join(expression for expression, _, _ in EXPRESSIONS)
    fields = [f"{field}:" for field in get_args(FieldName)]
    assert [sign for sign in (*OPERATORS, *fields) if sign not in written] == []
    explained = " ".join(row[0] + row[1] for row in table_rows("docs/rules.md", "operator"))
    assert [name for name in get_args(FieldName) if f"`{name}`" not in explained] == []
    assert [sign for sign in OPERATORS if sign not in explained] == []


@pytest.mark.parametrize("row", table_rows("docs/rules.md", "you wrote"), ids=lambda row: row[0])
def test_errors_are_worded_as_told(row: list[str]) -> None:
    with pytest.raises(RuleError) as caught:
        parse_expression(code(row[0]))
    assert row[1] == f"{caught.value.message} ({caught.value.hint})"


@pytest.mark.parametrize("row", table_rows("docs/rules.md", "headline"), ids=lambda row: row[0])
def test_the_example_rule_decides_as_told(row: list[str]) -> None:
    found = match_article(guide(), Article(title=row[0]))
    assert [match.severity for match in found] == ([] if row[1] == "no match" else [row[1]])


def test_every_form_of_when_can_be_read() -> None:
    forms = [code(row[0]) for row in table_rows("docs/rules.md", "form of `when`")]
    assert len(forms) == 7
    for form in forms:
        parse_when(form)


# --- what the tables of architecture and operation name ------------------------------------------------------------


def test_every_table_of_the_database_is_told() -> None:
    named = {code(row[0]) for row in table_rows("docs/architecture.md", "table")}
    assert named == {table.name for table in vars(tables).values() if isinstance(table, Table)}


def test_every_room_is_told() -> None:
    rooms = " ".join(" ".join(row) for row in table_rows("docs/architecture.md", "layer"))
    package = ROOT / "monitor"
    found = {one.name for one in package.iterdir() if (one.is_dir() and one.name[0] not in "._") or one.suffix == ".py"}
    untold = {name for name in found if f"`{name}`" not in rooms and f"`{name}/" not in rooms}
    assert untold <= {"__init__.py", "__main__.py"}


def test_every_state_of_a_delivery_is_told() -> None:
    assert [code(row[0]) for row in table_rows("docs/operator.md", "state")] == [str(one) for one in DeliveryState]
    states = section("docs/architecture.md", "The states of a delivery")
    assert [one for one in DeliveryState if f"--> {one}" not in states] == []


def test_numbers_told_are_those_of_the_code() -> None:
    from monitor.daemon import slots
    from monitor.digests import render, sending
    from monitor.feeds import parsing
    from monitor.feeds.parse import document, fields
    from monitor.pipeline import poll
    from monitor.pipeline.deliver import SENDS_AT_ONCE
    from monitor.rules import source
    from monitor.text import fold

    assert [wait.total_seconds() / 60 for wait in sending.RETRY_AFTER] == [1, 5, 15, 60]
    assert (sending.GIVE_UP_AFTER.total_seconds(), sending.HELD_FOR.total_seconds()) == (48 * 3600, 24 * 3600)
    assert timing.LONGEST_BACK_OFF.total_seconds() == timing.LEAST_QUIET.total_seconds() == 24 * 3600
    assert timing.LONGEST_INTERVAL.total_seconds() == 6 * 3600
    assert timing.SAME_MOVES == 3
    assert (slots.POLLS_AT_ONCE, SENDS_AT_ONCE, poll.SLICE) == (32, 8, 200)
    assert (parsing.PATIENT_SECONDS, parsing.PATIENT_MB, parsing.MOST_BYTES) == (10, 512, 100_000_000)
    assert (parsing.USUAL_BYTES, parsing.QUICK_SECONDS, parsing.SECONDS_A_PART_MORE) == (2_000_000, 1, 2)
    assert (fields.MAX_TITLE, fields.MAX_TEXT, fields.MAX_NAME, fields.MAX_SECTION) == (1_000, 200_000, 300, 2_000)
    assert (document.MAX_ENTRIES, source.MAX_BYTES, render.MAIL_BYTES) == (50_000, 32 * 1024 * 1024, 90_000)
    assert fold.LEDE_WORDS == 60


def test_the_built_in_templates_are_those_told() -> None:
    names = {name.partition("/")[0] for name in read_home(ROOT, builtin=ROOT).templates}
    assert names == {"digest", "alert", "brief", "common"}


# --- what security rests on -----------------------------------------------------------------------------------------


GUARDED = [row for row in table_rows("docs/security.md", "threat") if len(row) == 3 and row[2]]


@pytest.mark.parametrize("row", GUARDED, ids=lambda row: row[0][:40])
def test_every_threat_has_its_test(row: list[str]) -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", row[2])
    assert ", ".join(f"`{file}::{test}`" for file, test in named) == row[2]
    for file, test in named:
        assert re.search(rf"^(?:async )?def {test}\(", (ROOT / file).read_text("utf-8"), re.MULTILINE), test


# --- links and paths ---------------------------------------------------------------------------------------------


def anchors(text: str) -> set[str]:
    """Return the anchors that a Markdown page has on the usual hosts."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", [*PAGES])
def test_links_lead_somewhere(page: str) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", PAGES[page]):
        if target.startswith(("https://", "http://")):
            continue
        path, _, anchor = target.partition("#")
        file = ((ROOT / page).parent / path).resolve() if path else ROOT / page
        assert file.is_file(), target
        assert not anchor or anchor in anchors(file.read_text("utf-8")), target


def test_modules_told_of_exist() -> None:
    package = ROOT / "monitor"
    for name in re.findall(r"`(?:monitor/)?((?:\w+/)*\w+\.py)`", PAGES["docs/architecture.md"]):
        assert any(package.rglob(name)), name


@pytest.mark.parametrize("page", [*PAGES, ".env.example"])
def test_no_paths_of_one_machine(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    assert re.findall(r"/(?:work|root|Users|home/\w+)/|index-url|localhost:\d", text) == []


@pytest.mark.parametrize("picture", sorted((ROOT / "docs" / "images").iterdir()), ids=lambda path: path.name)
def test_pictures_are_small_and_used(picture: Path) -> None:
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size < 250_000
    assert any(f"images/{picture.name}" in text for text in PAGES.values())


def test_make_targets_told_of_exist() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    told = {name for text in PAGES.values() for name in re.findall(r"(?:`|^)make ([a-z]+)", text, re.MULTILINE)}
    assert {"run", "test", "check", "bench", "lock", "schema"} <= told
    assert [name for name in told if not re.search(rf"^{name}:", makefile, re.MULTILINE)] == []


def test_every_event_that_is_promised_is_logged() -> None:
    """Alarms are built on the names of log lines: a renamed one would be an alarm that never comes."""
    events = [name for cells in table_rows("docs/operator.md", "event") for name in re.findall(r"`([^`]+)`", cells[0])]
    source = "\n".join(path.read_text("utf-8") for path in (ROOT / "monitor").rglob("*.py"))
    logged = set(re.findall(r"log\.(?:warning|error|exception)\(\s*\"([^\"]+)\"", source))
    assert len(events) > 12
    assert set(events) <= logged


def test_every_metric_is_told() -> None:
    told = {
        name for cells in table_rows("docs/operator.md", "metric") for name in re.findall(r"dateline_\w+", cells[0])
    }
    source = (ROOT / "monitor" / "metrics.py").read_text("utf-8")
    kinds = {"_counter": "_total", "_info": "_info"}
    made = re.findall(r"(_counter|_histogram|_gauge|_by|_age)\(\s*\"(\w+)\"", source)
    assert told == {f"dateline_{name}{kinds.get(kind, '')}" for kind, name in made} | {"dateline_rules_info"}

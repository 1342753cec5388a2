"""The rulebook on real folders: what is read, what a bad file changes (nothing), and what a restart finds."""

import json
import os
import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.errors import RuleError
from monitor.home_files import read_home
from monitor.rulebook import Rulebook, builtin_home, check_home
from tests.fakes import FixedClock
from tests.unit.test_compile import MUTATIONS, Mutation

RULES = "rules: {storm: {when: storm}}\n"
DIGESTS = "digests: {d: {rules: [storm], when: hourly, to: ['folder:out']}}\n"
BAD = "rules: {storm: {when: storm OR}}\n"
BAD_IS = "rules/rules.yaml:1:29: error: OR has nothing on its right (write a term after it)"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "rules.yaml").write_text(RULES)
    (tmp_path / "rules" / "digests.yaml").write_text(DIGESTS)
    return tmp_path


def settle(home: Path) -> None:
    """Let the files look old, as they would be after some seconds."""
    for path in home.rglob("*"):
        os.utime(path, (1_700_000_000, 1_700_000_000), follow_symlinks=False)


def override(home: Path, name: str, text: str) -> Path:
    path = home / "templates" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


# --- loading -----------------------------------------------------------------------------------------------------


def test_a_home_is_loaded(home: Path) -> None:
    clock = FixedClock()
    rulebook = Rulebook(home, clock=clock)
    assert (rulebook.version, rulebook.loaded_at, rulebook.rules.rules) == ("", None, {})
    assert rulebook.templates.names == set()
    rulebook.load()
    assert set(rulebook.rules.rules) == {"storm"}
    assert (rulebook.error, rulebook.findings, rulebook.loaded_at) == (None, (), clock.now())
    assert rulebook.version == rulebook.rules.version
    assert {"digest", "alert", "brief"} <= rulebook.templates.names


def test_the_starter_home_has_nothing_to_complain_of() -> None:
    assert check_home(builtin_home()) == ()


def test_only_yaml_files_of_the_folder_itself_are_read(home: Path) -> None:
    (home / "rules" / "more").mkdir()
    (home / "rules" / "more" / "deep.yaml").write_text("nonsense: [")
    for name in (".hidden.yaml", "notes.txt", "rules.yaml~", "schema.json"):
        (home / "rules" / name).write_text("nonsense: [")
    (home / "rules" / ".#rules.yaml").symlink_to("someone@host.123")
    (home / "rules" / "late.yml").write_text("nonsense: [")
    files = read_home(home, builtin=builtin_home())
    assert set(files.rules) == {"rules/rules.yaml", "rules/digests.yaml"}
    assert [str(finding) for finding in files.findings] == [
        "rules/late.yml:1:1: warning: this file is not read (rename it to late.yaml)"
    ]
    Rulebook(home).load()


def test_a_home_without_rules(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match=r"there is no rule file \(\*\.yaml\) here") as caught:
        Rulebook(tmp_path).load()
    assert caught.value.file == str(tmp_path / "rules")


def test_a_file_name_with_a_line_break_breaks_no_line(home: Path) -> None:
    (home / "rules" / "a\nb.yaml").write_text("nonsense: 1")
    (finding,) = check_home(home)
    assert str(finding).startswith("rules/a�b.yaml:1:1: error: ")


def test_files_that_cannot_be_read_are_named_and_the_others_still_checked(home: Path) -> None:
    rules = home / "rules"
    (rules / "folder.yaml").mkdir()
    (rules / "gone.yaml").symlink_to(home / "nowhere")
    (rules / "loop.yaml").symlink_to(rules / "loop.yaml")
    os.mkfifo(rules / "pipe.yaml")
    (rules / "rules.yaml").write_text(BAD)
    os.link(rules / "digests.yaml", os.fsencode(rules) + b"/caf\xe9.yaml")
    assert [str(finding).split(" (")[0] for finding in check_home(home)] == [
        "rules/digests.yaml:1:11: error: `d` is there already",
        "rules/folder.yaml:1:1: error: not a file",
        "rules/gone.yaml:1:1: error: cannot be read: No such file or directory",
        "rules/loop.yaml:1:1: error: cannot be read: Too many levels of symbolic links",
        "rules/pipe.yaml:1:1: error: not a file",
        BAD_IS.split(" (")[0],
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_named(home: Path) -> None:
    (home / "rules" / "rules.yaml").chmod(0)
    override(home, "alert/subject.txt", "x").parent.chmod(0)
    (home / "templates").chmod(0o600)
    said = [str(finding) for finding in check_home(home)]
    assert any(one.startswith("rules/rules.yaml:1:1: error: cannot be read: Permission denied") for one in said)
    (home / "templates").chmod(0o700)
    assert any("cannot be read" in str(finding) and "alert" in finding.file for finding in check_home(home))


def test_a_file_where_a_folder_is_expected(tmp_path: Path) -> None:
    (tmp_path / "rules").write_text("")
    said = [finding.message for finding in check_home(tmp_path)]
    assert said == ["cannot be read: Not a directory", "there is no rule file (*.yaml) here"]


def test_examples_and_doubts_are_part_of_the_check(home: Path) -> None:
    (home / "rules" / "rules.yaml").write_text("rules: {storm: {when: storm, examples: {match: [calm]}}}\n")
    (finding,) = check_home(home)
    assert str(finding).startswith("rules/rules.yaml:1:49: error: `storm` does not match this example")


# --- reloading ---------------------------------------------------------------------------------------------------


def test_nothing_changed(home: Path) -> None:
    rulebook = Rulebook(home)
    rulebook.load()
    before = rulebook.rules
    assert not rulebook.reload_if_changed()
    (home / "rules" / "rules.yaml").touch()
    assert not rulebook.reload_if_changed()
    settle(home)
    assert not rulebook.reload_if_changed()
    assert not rulebook.reload_if_changed()
    assert rulebook.rules is before


def test_a_change_is_loaded_even_within_one_tick_of_the_clock(home: Path) -> None:
    rulebook = Rulebook(home)
    rulebook.load()
    path = home / "rules" / "rules.yaml"
    for word in ("flood", "quake"):
        path.write_text(RULES.replace("when: storm", f"when: {word}"))
        settle(home)
        assert rulebook.reload_if_changed()
        assert rulebook.rules.rules["storm"].when is not None
        assert rulebook.rules.rules["storm"].when.clause == word
        assert not rulebook.reload_if_changed()


def test_a_bad_file_changes_nothing_and_says_where(home: Path) -> None:
    clock = FixedClock()
    rulebook = Rulebook(home, clock=clock)
    rulebook.load()
    before, templates, at = rulebook.rules, rulebook.templates, rulebook.loaded_at
    clock.advance(minutes=5)
    (home / "rules" / "rules.yaml").write_text(BAD)
    assert not rulebook.reload_if_changed()
    assert rulebook.error == BAD_IS
    assert [str(finding) for finding in rulebook.findings] == [BAD_IS]
    assert (rulebook.rules, rulebook.templates, rulebook.loaded_at) == (before, templates, at)
    assert not rulebook.reload_if_changed()
    assert not rulebook.reload()
    assert rulebook.error == BAD_IS
    (home / "rules" / "rules.yaml").write_text(RULES)
    assert rulebook.reload_if_changed()
    assert not rulebook.findings
    assert rulebook.loaded_at == clock.now()


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__.strip("_"))
def test_any_bytes_are_a_whole_set_or_none(home: Path, mutation: Mutation) -> None:
    chance = random.Random(11)
    both = b"rules: {storm: {when: storm}, flood: {when: flood}}\n"
    rulebook = Rulebook(home)
    rulebook.load()
    for _ in range(4):
        before = rulebook.rules
        (home / "rules" / "rules.yaml").write_bytes(mutation(bytearray(both), chance))
        loaded = rulebook.reload()
        assert loaded == (not rulebook.findings)
        assert (rulebook.rules is not before) == loaded
        if loaded:
            assert "storm" in rulebook.rules.rules  # which the other file names: never half of the two
        else:
            assert rulebook.error
            assert all(finding.line >= 1 and finding.column >= 1 for finding in rulebook.findings)


def test_a_file_added_and_all_files_removed(home: Path) -> None:
    rulebook = Rulebook(home)
    rulebook.load()
    (home / "rules" / "more.yaml").write_text("rules: {flood: {when: flood}}\n")
    assert rulebook.reload_if_changed()
    assert set(rulebook.rules.rules) == {"storm", "flood"}
    for path in (home / "rules").iterdir():
        path.unlink()
    assert not rulebook.reload_if_changed()
    assert rulebook.error is not None
    assert "there is no rule file" in rulebook.error
    assert set(rulebook.rules.rules) == {"storm", "flood"}


def test_a_link_that_leads_nowhere_keeps_the_last_good_set(home: Path) -> None:
    rulebook = Rulebook(home)
    rulebook.load()
    (home / "rules" / "gone.yaml").symlink_to(home / "nowhere")
    (home / "templates" / "alert").mkdir(parents=True)
    (home / "templates" / "alert" / "subject.txt").symlink_to(home / "nowhere")
    assert not rulebook.reload_if_changed()
    assert [finding.file for finding in rulebook.findings] == ["rules/gone.yaml", "templates/alert/subject.txt"]
    assert set(rulebook.rules.rules) == {"storm"}


def test_a_reload_on_request_loads_what_did_not_change(home: Path) -> None:
    rulebook = Rulebook(home)
    rulebook.load()
    before = rulebook.rules
    assert rulebook.reload()
    assert rulebook.rules is not before
    assert rulebook.rules == before


# --- templates ---------------------------------------------------------------------------------------------------


def test_a_homes_templates_lie_over_the_built_in_ones(home: Path) -> None:
    rulebook = Rulebook(home)
    rulebook.load()
    override(home, "mine/subject.txt", "Mine")
    override(home, "mine/subject.txt~", "{% bad")
    override(home, "mine/deep/x.txt", "{% bad")
    (home / "templates" / "README").write_text("{% bad")
    assert rulebook.reload_if_changed()
    assert "mine" in rulebook.templates.names
    assert read_home(home, builtin=builtin_home()).overrides == {"mine/subject.txt"}
    (home / "rules" / "digests.yaml").write_text(DIGESTS.replace("hourly", "hourly, template: mine"))
    assert rulebook.reload_if_changed()
    assert rulebook.rules.subscriptions["d"].template == "mine"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"one\n{% if %}\n", "templates/alert/subject.txt:2:"),
        (b"one\ntwo\n\xff", "templates/alert/subject.txt:3:1: error: not UTF-8"),
    ],
)
def test_a_bad_template_changes_nothing(home: Path, content: bytes, said: str) -> None:
    rulebook = Rulebook(home)
    rulebook.load()
    before = rulebook.rules
    assert rulebook.builtin_templates.names == rulebook.templates.names
    override(home, "alert/subject.txt", "").write_bytes(content)
    (home / "rules" / "rules.yaml").write_text(RULES + "# changed\n")
    assert not rulebook.reload_if_changed()
    assert rulebook.rules is before
    assert rulebook.error is not None
    assert rulebook.error.startswith(said)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("alert/subject.txt", "{{ view.nosuch }}", "1:1: error: 'monitor.digests.view.View object' has no attribute"),
        ("alert/email.html", "one\n{{ nosuch.thing }}", "2:1: error: 'nosuch' is undefined"),
        (
            "brief/email.txt",
            "{% for one in view.regions %}\n{% for it in one.stories %}\n{{ it.nosuch }}\n{% endfor %}{% endfor %}",
            "3:1: error: 'monitor.digests.view.Story object' has no attribute",
        ),
        ("digest/email.txt", "{% if not view.count %}{{ 1 / 0 }}{% endif %}", "1:1: error: division by zero"),
        ("digest/email.txt", "{% include 'nosuch.txt' %}", "1:1: error: there is no template 'nosuch.txt'"),
    ],
    ids=str,
)
def test_a_template_that_cannot_be_filled_is_found_by_the_check(home: Path, name: str, content: str, said: str) -> None:
    override(home, name, content)
    assert any(str(finding).startswith(f"templates/{name}:{said}") for finding in check_home(home))


def test_a_template_that_would_leave_a_story_out_is_found_by_the_check(home: Path) -> None:
    override(home, "brief/email.txt", "{% for one in view.stories[:9] %}{{ one.headline }} {% endfor %}")
    assert {(one.file, one.level, one.message) for one in check_home(home)} == {
        ("templates/brief/email.txt", "error", "leaves out a story"),
        ("templates/brief/email.txt", "error", "leaves out a flood"),
        ("templates/brief/email.txt", "warning", "does not say which feeds could not be read"),
    }


# --- the last good copy ------------------------------------------------------------------------------------------


def test_a_start_with_a_bad_file_uses_the_last_good_copy_and_says_so(home: Path) -> None:
    template = override(home, "mine/subject.txt", "Mine")
    first = Rulebook(home, clock=FixedClock(datetime(2026, 1, 2, 3, 4, tzinfo=UTC)))
    first.load()
    (home / "rules" / "rules.yaml").write_text(BAD)
    template.write_text("{% bad")
    second = Rulebook(home)
    second.load()
    assert second.rules == first.rules
    assert "mine" in second.templates.names
    assert second.error is not None
    assert second.error.endswith("; the copy of 2026-01-02 03:04 UTC is in force")
    assert second.loaded_at == first.loaded_at
    assert not second.reload_if_changed()
    template.write_text("Mine")
    (home / "rules" / "rules.yaml").write_text(RULES)
    assert second.reload_if_changed()
    assert second.error is None


def test_the_copy_is_complete_private_and_written_only_when_it_differs(home: Path) -> None:
    Rulebook(home).load()
    (copy,) = (home / "state").iterdir()
    assert copy.name == "rules-last-good.json"
    assert copy.stat().st_mode & 0o077 == 0
    settle(home)
    Rulebook(home).load()
    assert copy.stat().st_mtime == 1_700_000_000
    assert json.loads(copy.read_text())["files"]["rules"]["rules/rules.yaml"] == RULES


def test_after_a_restart_unchanged_files_are_in_force_since_they_were_first_loaded(home: Path) -> None:
    clock = FixedClock()
    first = Rulebook(home, clock=clock)
    first.load()
    clock.advance(minutes=5)
    second = Rulebook(home, clock=clock)
    second.load()
    assert second.loaded_at == first.loaded_at != clock.now()
    (home / "rules" / "rules.yaml").write_text(RULES + "# changed\n")
    third = Rulebook(home, clock=clock)
    third.load()
    assert third.loaded_at == clock.now()


@pytest.mark.parametrize("saved_at", [None, 7, "long ago", "2026-01-02", "0001-01-01T00:00:00+23:00"])
def test_a_copy_that_does_not_say_since_when(home: Path, saved_at: object) -> None:
    Rulebook(home).load()
    path = home / "state" / "rules-last-good.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"saved_at": saved_at}))
    clock = FixedClock()
    rulebook = Rulebook(home, clock=clock)
    rulebook.load()
    assert rulebook.loaded_at == clock.now()
    (home / "rules" / "rules.yaml").write_text(BAD)
    rulebook = Rulebook(home, clock=clock)
    rulebook.load()
    assert rulebook.error is not None
    assert rulebook.error.endswith("; the copy of an earlier day is in force")


def test_a_bad_reload_does_not_touch_the_copy(home: Path) -> None:
    rulebook = Rulebook(home)
    rulebook.load()
    (home / "rules" / "rules.yaml").write_text(BAD)
    assert not rulebook.reload()
    assert "storm OR" not in (home / "state" / "rules-last-good.json").read_text()


@pytest.mark.parametrize(
    "content",
    [
        None,
        "",
        "[]",
        "{}",
        '{"files": 3}',
        '{"files": {"rules": {"a": 1}}}',
        '{"files": {"rules": {"rules/a.yaml": "\\ud800"}, "templates": {}}}',
        '{"files": {"rules": {"rules/a.yaml": "rules: ["}, "templates": {}}}',
        "[" * 100_000,
    ],
)
def test_a_start_with_a_bad_file_and_no_copy_raises_the_first_problem(home: Path, content: str | None) -> None:
    (home / "rules" / "rules.yaml").write_text(BAD)
    if content is not None:
        (home / "state").mkdir()
        (home / "state" / "rules-last-good.json").write_text(content)
    rulebook = Rulebook(home)
    with pytest.raises(RuleError) as caught:
        rulebook.load()
    assert str(caught.value) == BAD_IS.replace("error: ", "")
    assert rulebook.error == BAD_IS


def test_looking_raises_nothing_and_writes_nothing(home: Path) -> None:
    Rulebook(home).load_leniently()
    assert not (home / "state").exists()
    (home / "rules" / "rules.yaml").write_text(BAD)
    rulebook = Rulebook(home)
    rulebook.load_leniently()
    assert (rulebook.error, rulebook.version, rulebook.rules.rules) == (BAD_IS, "", {})


@pytest.mark.parametrize("obstacle", ["state", "state/rules-last-good.json"])
def test_a_disk_that_takes_no_copy_is_a_warning(home: Path, obstacle: str) -> None:
    if obstacle == "state":
        (home / "state").write_text("")
    else:
        (home / obstacle / "x").mkdir(parents=True)
    rulebook = Rulebook(home)
    rulebook.load()
    assert set(rulebook.rules.rules) == {"storm"}
    assert rulebook.error is None
    (finding,) = rulebook.findings
    assert (finding.level, finding.message.split(":")[0]) == ("warning", "no copy of the rules could be kept")
    assert [path.name for path in home.glob("state/.*")] == []

"""The desks that come with the program: the one in `rules/`, and in `rules/examples/` those to copy there."""

from pathlib import Path

import pytest

from monitor.rules.check import check_rules
from monitor.rules.compile import Compiled, compile_rules

RULES = Path(__file__).parents[2] / "rules"
STARTER = {f"rules/{file.name}": file.read_bytes() for file in sorted(RULES.glob("*.yaml"))}
EXAMPLES = {file.stem: file for file in sorted((RULES / "examples").glob("*.yaml"))}
LANGUAGES = {
    "mindanao": {"en", "tl"},
    "central-sahel": {"en", "fr"},
    "donbas": {"en", "uk", "ru"},
    "rakhine": {"en", "my"},
}
LETTERS = {"": range(0x600, 0x700), "donbas": range(0x400, 0x530), "rakhine": range(0x1000, 0x10A0)}
"""Of the other script that a desk has examples in; the starter desk has no name."""


def compiled(files: dict[str, bytes]) -> Compiled:
    found = compile_rules(files, templates={"alert", "digest"})
    assert found.findings == ()
    return found


def desk(name: str) -> dict[str, bytes]:
    return {f"rules/{name}.yaml": EXAMPLES[name].read_bytes()} if name else STARTER


def test_every_example_desk_is_known() -> None:
    assert EXAMPLES.keys() == LANGUAGES.keys()


@pytest.mark.parametrize("name", ["", *LANGUAGES])
def test_a_desk_is_a_rule_set_of_its_own_with_nothing_to_complain_of(name: str) -> None:
    found = compiled(desk(name))
    assert found.rules is not None
    assert check_rules(found.rules, found.places) == ()
    assert len(found.rules.rules) >= 4
    assert found.rules.feeds
    assert {subscription.say_empty for subscription in found.rules.subscriptions.values()} == {True}
    assert any(subscription.floor for subscription in found.rules.subscriptions.values())


@pytest.mark.parametrize("name", ["", *LANGUAGES])
def test_a_desk_has_examples_of_both_kinds_in_its_languages(name: str) -> None:
    found = compiled(desk(name))
    assert found.rules is not None
    examples = [example for rule in found.rules.rules.values() for example in rule.examples]
    for should_match in (True, False):
        texts = [example.text for example in examples if example.should_match is should_match]
        assert len(texts) == len(set(texts)) >= 10
        letters = LETTERS.get(name, range(0x41, 0x7B))
        local = [text for text in texts if any(ord(letter) in letters for letter in text)]
        assert len(local) >= 2
    for rule in found.rules.rules.values():
        assert {example.should_match for example in rule.examples} == {True, False}, rule.id


@pytest.mark.parametrize("name", ["", *LANGUAGES])
def test_the_feeds_of_a_desk_are_described(name: str) -> None:
    found = compiled(desk(name))
    assert found.rules is not None
    assert {feed.language for feed in found.rules.feeds.values()} == LANGUAGES.get(name, {"en", "ur"})
    assert all(feed.name and feed.home and feed.tags for feed in found.rules.feeds.values())


def test_all_desks_stand_beside_each_other() -> None:
    found = compiled(STARTER | {f"rules/{file.name}": file.read_bytes() for file in EXAMPLES.values()})
    assert found.rules is not None
    assert check_rules(found.rules, found.places) == ()


@pytest.mark.parametrize("file", EXAMPLES.values(), ids=lambda file: file.name)
def test_an_example_names_the_schema_it_has_once_copied(file: Path) -> None:
    assert file.read_text(encoding="utf-8").startswith("# yaml-language-server: $schema=schema.json\n")

"""Which words are names of places, and what beside them speaks against it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.regions.field import Field
from monitor.regions.mentions import BY_RULES, MOST_MENTIONS, MOST_WORDS, find
from monitor.regions.wordlists import is_common, words
from monitor.text.fold import tokenise
from tests.small_world import NICE, gazetteer, mentions, name, place


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A blast in Quetta killed two.", ["Quetta"]),
        ("quetta, pakistan", []),
        ("QUETTA: Two died in QUETTA.", ["QUETTA", "QUETTA"]),
        ("Quetta's bazaar", ["Quetta"]),
        ("United States and the united states", ["United States"]),
        ("United. States", []),
        ("US troops tell us", ["US"]),
        ("Us and them", []),
        ("St. Petersburg, St Petersburg", ["St. Petersburg", "St Petersburg"]),
        ("in Springfield, Mo., on Friday", ["Springfield", "Mo."]),
        ("in Springfield, MO 65801", ["Springfield", "MO"]),
        ("in Springfield (Missouri)", ["Springfield", "Missouri"]),
        ("in Unheardof, Mo., and Elsewhere, Ga", ["Mo."]),
        ("Elsewhere, Miss and Mr", []),
        ("he said, mo.", []),
        ("from the M.O. suburbs of Mo.", []),
        ("پاکستان میں", ["پاکستان"]),
    ],
)
def test_names(text: str, found: list[str]) -> None:
    assert [one.written for one in mentions(text)] == found


def test_offsets_are_those_of_the_field() -> None:
    text = "“Quetta,” said Springfield, W. Va., of Springfield, Mo."
    for one in mentions(text):
        assert text[one.start : one.end] == one.written
    assert mentions(text)[-1].written == "Mo."


def test_arabic_writes_little_words_onto_a_name() -> None:
    assert [one.written for one in mentions("ولبنان", language="ar")] == ["ولبنان"]
    assert mentions("ولبنان", language="ur") == []


def test_the_longest_name_wins() -> None:
    world = gazetteer(name("York", place("York", "GB")), name("New York", place("New York", "US-NY")))
    world_york = gazetteer(name("New York", place("New York", "US-NY")), name("New", place("New", "US-KY")))
    assert [one.written for one in mentions("New York and York", world=world)] == ["New York", "York"]
    assert [one.written for one in mentions("New York, New", world=world_york)] == ["New York", "New"]


def test_a_longer_name_wins_over_one_of_the_rules() -> None:
    world = gazetteer(name("New York", place("New York", "US-NY")))
    own = {"new": (name("New", place("Kivu", "CD-NK", kind="area"), origin=BY_RULES),)}
    text = "New York and New"
    found = find([Field(name="text", text=text, tokens=tokenise(text))], world, own=own)
    assert [one.written for one in found] == ["New York", "New"]


def test_parts() -> None:
    found = mentions("word " * 59 + "Quetta Quetta", "Quetta")
    assert [one.part for one in found] == ["title", "lede", "text"]


@pytest.mark.parametrize(
    ("text", "qualifier"),
    [
        ("Paris, Texas", "Texas"),
        ("Paris (France)", "France"),
        ("Springfield, Mo.", "Mo."),
        ("Paris. Texas", None),
        ("Paris, where", None),
        ("Paris", None),
    ],
)
def test_the_area_behind_a_name(text: str, qualifier: str | None) -> None:
    world = gazetteer(
        *(name(one, place(one, "US-XX")) for one in ("Paris", "Springfield")),
        name("Texas", place("Texas", "US-TX", kind="area")),
        name("France", place("France", "FR", kind="country")),
        name("where", place("Where", "FR")),
    )
    found = mentions(text, world=world)[0].qualifier
    assert (found and found.written) == qualifier


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("They met near Quetta", 1.5),
        ("Nothing of Quetta", 0),
        ("a boat of Nice origin", -3),
        ("Nice is what they said", -5),
        ("so Nice and nice", -5),
        ("In short: Nice things", -5),
        ("in Nice", -1.5),
        ("they saw Paul Quetta", -4),
        ("they saw Senator Quetta", -4),
        ("they saw J. Quetta", -4),
        ("they saw Foo A. Quetta", -4),
        ("I saw A Quetta", -2),
        ("they left South Quetta", -1.5),
        ("they left South Pakistan", 0),
        ("a Foo Punjabi", -2),
        ("a Foo Pakistani", 0),
        ("a Punjabi Regiment", -3),
        ("with Foo Quetta", -2),
        ("the old Quetta Street", -3),
        ("the old Quetta Times", -1),
        ("then Quetta said no", -3),
        ("and Quetta said no", 0),
        ("police of Quetta said no", 0),
        ("police in Quetta said no", 1.5),
        ("and Quetta rose", 0),
        ("and Quetta Foo", 0),
        ("then Paris Hilton", -5),
        ("then Paris Library", -3),
        ("then Paris", -1),
        ("India's Senator Pakistan", 0),
        ("it was the Pakistan Street", 0),
        ("with Pakistan Airlines then", -3),
        ("the Pakistan Canal then", -3),
        ("it was Lake Pakistan", -3),
        ("it was Lake Quetta", -2),
    ],
)
def test_cues(text: str, points: float) -> None:
    world = gazetteer(
        name("Quetta", place("Quetta", "PK-BA", 200_000)),
        name("Nice", NICE),
        name("Paris", place("Paris", "US-TX", 25_000)),
        name("Pakistan", place("Pakistan", "PK", kind="country")),
        name("Pakistani", place("Pakistan", "PK", kind="country"), origin="demonym"),
        name("Punjabi", place("Punjab", "PK-PB", kind="area"), origin="demonym"),
    )
    assert mentions(text, world=world)[-1].points == points


def test_a_dateline_is_a_place() -> None:
    assert dict(mentions("QUETTA: Two died.")[0].cues)["a dateline"] > 0
    assert mentions("Quetta: Two died.")[0].points == 0


def test_places_of_the_home_alone_are_small_ones() -> None:
    local = gazetteer(name("Mastung", place("Mastung", "PK-BA")), name("Quetta", place("Quetta", "PK-BA")))
    world = gazetteer(name("Quetta", place("Quetta", "PK-BA", 1_000_000)))
    text = "of Mastung or Quetta"
    found = find([Field(name="text", text=text, tokens=tokenise(text))], world, local=local)
    assert [(one.written, one.points) for one in found] == [("Mastung", -2), ("Quetta", 0)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The AU met", []),
        ("Meeting in Au today", ["Au"]),
        ("AU: The town in France", ["AU"]),
        ("THREE MEN OF AU CAME HERE TODAY", []),
        ("MEN FROM ROME CAME HERE TODAY", ["ROME"]),
        ("Africa met Quetta on Monday", ["Quetta"]),
        ("Latin America met America", ["America"]),
        ("Clients of Bank of America left", []),
        ("the French Open then, and French open talks", ["French"]),
        ("America and North Korea, Latin", ["America", "North Korea", "Latin"]),
    ],
)
def test_words_that_only_look_like_names(text: str, found: list[str]) -> None:
    world = gazetteer(
        name("Au", place("Au", "FR-NOR", 7_000)),
        name("Rome", place("Rome", "IT-62", 2_300_000)),
        name("Quetta", place("Quetta", "PK-BA")),
        name("Africa", place("Africa", "TN")),
        name("Monday", place("Monday", "PY")),
        name("America", place("United States", "US", kind="country")),
        name("Latin", place("Latin", "PY")),
        name("French", place("France", "FR", kind="country"), origin="demonym"),
        name("North Korea", place("North Korea", "KP", kind="country")),
    )
    assert [one.written for one in mentions(text, world=world)] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("in Cox's Bazar", ["Cox's Bazar"]),
        ("in Cox’s Bazar", ["Cox’s Bazar"]),
        ("in Cox Bazar", ["Cox Bazar"]),
        ("Quetta's Foo", []),
    ],
)
def test_a_name_may_hold_a_possessive(text: str, found: list[str]) -> None:
    world = gazetteer(name("Cox’s Bazar", place("Cox’s Bazar", "BD-B")), name("Quetta Foo", place("Foo", "PK-BA")))
    assert [one.written for one in mentions(text, world=world)] == found


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("a Sec and a Peru", "en", ["Peru"]),
        ("a Sec and a Peru", None, ["Peru"]),
        ("a Sec and a Peru", "vi", ["Sec", "Peru"]),
        ("Tschechien, Új Foo, Čes", "en", ["Tschechien", "Új Foo"]),
        ("Чех", "en", ["Чех"]),
    ],
)
def test_short_names_count_in_their_own_language(text: str, language: str | None, found: list[str]) -> None:
    czechia = place("Czechia", "CZ", kind="country")
    world = gazetteer(
        name("Séc", czechia, origin="CLDR: vi"),
        name("Tschechien", czechia, origin="CLDR: de"),
        name("Čes", czechia, origin="CLDR: hr, sl"),
        name("чех", czechia, origin="CLDR: ru"),
        name("Új Foo", czechia, origin="CLDR: hu"),
        name("Peru", place("Peru", "PE", kind="country"), origin="CLDR: de, en"),
    )
    assert [one.written for one in mentions(text, world=world, language=language)] == found


def test_lists_are_folded_words() -> None:
    assert is_common(("nice",))
    assert not is_common(("quetta",))
    assert not is_common(("nice", "nice"))
    assert is_common(("para",), "es")
    assert not is_common(("para",))
    assert "#" not in "".join(words("common"))


@given(st.text(), st.text())
def test_any_text_is_read(title: str, text: str) -> None:
    fields = {"title": title, "text": text}
    for one in mentions(text, title):
        assert fields[one.field][one.start : one.end] == one.written


def test_names_are_looked_for_in_the_first_words() -> None:
    assert len(mentions("word " * (MOST_WORDS - 1) + "Quetta Quetta")) == 1


def test_a_text_of_names_costs_little() -> None:
    text = "Paris, Texas and Georgia, US. " * 20_000
    begun = time.process_time()
    assert len(mentions(text)) == MOST_MENTIONS
    assert time.process_time() - begun < 5

"""The packs as they are in the repository: what is in them, how they are read, and what reading them costs."""

from __future__ import annotations

import subprocess
import sys

import pytest

from monitor.regions import packs
from monitor.regions.gazetteer import Gazetteer, Name
from monitor.regions.search import find, suggest
from monitor.regions.wordlists import is_common
from monitor.text.fold import tokenise
from tests.whole_gazetteer import all_places

PAKISTAN = frozenset({"PK-BA"})


def named(gazetteer: Gazetteer, text: str) -> list[Name]:
    return list(gazetteer.named(tokenise(text).folded))


def codes(gazetteer: Gazetteer, text: str) -> list[str]:
    return [place.code for name in named(gazetteer, text) for place in name.places]


# --- the codes of ISO 3166 ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("PK", "Pakistan"),
        ("PK-BA", "Balochistan"),
        ("GB-ENG", "England"),
        ("FR-75C", "Paris"),
        ("ID-JB", "West Java"),
        ("XK", "Kosovo"),
        ("NO", "Norway"),
    ],
)
def test_areas(code: str, name: str) -> None:
    assert packs.is_area(code)
    assert packs.areas()[code].name == name
    assert packs.areas()[code].code == code


@pytest.mark.parametrize("code", ["", "XX", "PK-XX", "pk", "PK-BA ", "PAK", "AN"])
def test_what_is_no_area(code: str) -> None:
    assert not packs.is_area(code)


def test_all_countries_and_areas_are_there_with_a_point() -> None:
    assert len(packs.countries()) == 250
    assert len(packs.areas()) > 5_200
    empty = [code for code, area in packs.areas().items() if area.latitude == area.longitude == 0]
    assert empty == []


def test_places_are_joined_to_areas() -> None:
    """The share of all people of towns whose towns have an area; the rest live where ISO has none."""
    people = placed = 0
    for place in all_places():
        if place.kind == "town":
            people += place.population
            placed += place.population * bool(place.area)
    assert placed / people > 0.98  # 0.986 measured


# --- what a gazetteer holds --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Balochistan", "PK-BA"),
        ("Baluchistan", "PK-BA"),
        ("بلوچستان", "PK-BA"),
        ("Noshki", "PK-BA"),
        ("نوشکی", "PK-BA"),
        ("Kech", "PK-BA"),
        ("Turbat", "PK-BA"),
        ("Usta Muhammad", "PK-BA"),
        ("Shaheed Sikandarabad", "PK-BA"),
        ("Quetta", "PK-BA"),
        ("کوئٹہ", "PK-BA"),
        ("Kyiv", "UA-30"),
        ("Киев", "UA-30"),
        ("Donetsk", "UA-14"),
        ("Pakistan", "PK"),
        ("Пакистан", "PK"),
        ("巴基斯坦", "PK"),
        ("Russia", "RU"),
        ("UAE", "AE"),
        ("Pakistani", "PK"),
        ("Texas", "US-TX"),
        ("Texans", "US-TX"),
        ("DR Congo", "CD"),
        ("Gaza Strip", "PS-GZA"),
        ("Donbas", "UA-14"),
    ],
)
def test_names(text: str, code: str) -> None:
    assert codes(packs.load(PAKISTAN), text)[:1] == [code]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Punjab", {"PK-PB", "IN-PB"}),
        ("Hyderabad", {"PK-SD", "IN-TS"}),
        ("Kalat", {"PK-BA", "AF-ZAB"}),
        ("Georgia", {"GE", "US-GA"}),
        ("Paris", {"FR-IDF", "US-TX"}),
        ("Congo", {"CD", "CG"}),
        ("Kashmir", {"IN-JK", "PK-JK"}),
        ("Punjabi", {"PK-PB", "IN-PB"}),
    ],
)
def test_homonyms_come_along(text: str, expected: set[str]) -> None:
    assert expected <= set(codes(packs.load(PAKISTAN), text))


@pytest.mark.parametrize(
    "text", ["", "of", "East", "OK", "UET", "White House", "Jewish", "University", "khewt ta", "One", "I"]
)
def test_noise_is_left_out(text: str) -> None:
    assert named(packs.load(PAKISTAN), text) == []


def test_words_before_and_behind_all_names() -> None:
    gazetteer = packs.load(PAKISTAN)
    assert gazetteer.starting("") == gazetteer.starting("\U0010ffff") == ()


def test_acronyms_are_exact() -> None:
    (name,) = named(packs.load(PAKISTAN), "UAE")
    assert name.exact
    assert not named(packs.load(PAKISTAN), "Quetta")[0].exact


def test_the_order_of_names_and_places() -> None:
    gazetteer = packs.load(PAKISTAN)
    names = gazetteer.starting("new")
    assert [len(name.words) for name in names] == sorted((len(name.words) for name in names), reverse=True)
    for name in names:
        assert name.words[0] == "new"
        people = [place.population for place in name.places]
        assert people == sorted(people, reverse=True)


def test_small_places_are_known_where_they_are_watched() -> None:
    assert codes(packs.load(PAKISTAN), "Nushki") == ["PK-BA"]
    assert codes(packs.load(frozenset()), "Nushki") == []
    assert codes(packs.load(PAKISTAN, min_population=100_000), "Nushki") == []
    assert codes(packs.load(frozenset({"AF"})), "Nushki") == []


def test_listed_names_are_looked_up_everywhere() -> None:
    assert codes(packs.load(frozenset(), frozenset({("noshki",), ("no", "such", "place"), ()})), "Noshki") == ["PK-BA"]


def test_a_part_is_watched_with_its_whole() -> None:
    assert "ID-JB" in codes(packs.load(frozenset({"ID-JW"})), "Lembang")


def test_local_leaves_the_world_out() -> None:
    local = packs.local("PK")
    assert codes(local, "Nushki") == ["PK-BA"]
    assert codes(local, "Berlin") == []


def test_codes_without_a_pack_are_passed_over() -> None:
    assert codes(packs.load(frozenset({"XX-YY"})), "Quetta") == ["PK-BA"]


# --- the files ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("country", ["PK", "UA", "CN", "TH", "IL", "IN", "GR", "VN"])
def test_packs_agree_with_the_fold_of_today(country: str) -> None:
    """Where this fails, a change of `text.fold` wants `make packs`."""
    words = {name.words[0] for name, _ in packs.expand(country)}
    local = packs.local(country, 0)
    assert [word for word in words if not local.starting(word)] == []


def test_a_name_in_a_pack_is_told_once() -> None:
    names = [(name.words, name.written if name.exact else "") for name, _ in packs.expand("PK")]
    assert len(names) == len(set(names))


COST = """
import resource, sys, time
import monitor.text.fold, importlib.resources, zlib
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
from monitor.regions import packs
start = time.process_time()
gazetteer = packs.load(frozenset({"PK", "AF", "IR"}))
assert gazetteer.starting("quetta")
spent = time.process_time() - start
print(spent, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""


def test_loading_three_countries_costs_little() -> None:
    done = subprocess.run([sys.executable, "-c", COST], capture_output=True, text=True, check=True)
    seconds, megabytes = map(float, done.stdout.split())
    assert seconds < 0.4  # 0.07 measured; 0.15 is the target
    assert megabytes < 30


# --- looking names up --------------------------------------------------------------------------------------------


def test_find() -> None:
    assert [(name.written, place.name, place.code) for name, place in find("noshki")] == [("Noshki", "Nushki", "PK-BA")]
    assert [place.code for _, place in find("HYDERABAD")][:2] == ["IN-TS", "PK-SD"]
    assert "PK-BA" in {place.code for _, place in find("نوشکی")}


def test_find_takes_the_beginning_of_a_name() -> None:
    assert {name.written for name, _ in find("Dera Murad J")} >= {"Dera Murad Jamali"}
    assert {name.written for name, _ in find("Noshk")} >= {"Noshki"}


@pytest.mark.parametrize("text", ["", "-", "xqzzyx", "Quetta Gladiators Stadium"])
def test_find_nothing(text: str) -> None:
    assert find(text) == []


def test_suggest() -> None:
    assert "Noshki" in suggest("Noshky")
    assert suggest("") == []


EVERYDAY = {
    "ar": "كيف الدولة بأنه سنة الجديد منا كبيرا السلطات عالية لأول يوميا الأمل",
    "de": "von der gerät namen kuche suss eher dort",
    "es": "capaz lugar manos hago gente toma columna cabo",
    "fa": "دو آب خبر کاری تازه سن مسئله بالای میدان سینه میل",
    "fr": "dis pire trente sainte bon tir",
    "he": "בו רוצה אלו אנו אולם קורה שפה דיבר גובה",
    "hi": "और तक किसी बार साल मेरी क्षेत्र शहर मिला लाख हिन्दी सारी",
    "ru": "но так об кофе могу глаз метро роли",
    "tr": "gul araba bir tane yas merkezi",
    "uk": "місто час мати ваш усі",
    "ur": "اب دو خبر کہنا فوجی سن مسئلہ کاری میدان تازہ سنگھ جنت داخلہ",
    "zh": "中央 胜利 民主 联合 青年",
}
"""Words among the commonest of each language that GeoNames or iso-codes list as somebody's name for a place."""
SPOKEN_OF = (
    "القاهرة حلب نينوى Köln Londres تهران Genève ירושלים दिल्ली Москва Чечня Київ لاہور کراچی 北京 新疆 四川 西藏 石川"
)


@pytest.mark.parametrize(("language", "words"), EVERYDAY.items())
def test_everyday_words_are_no_places(language: str, words: str) -> None:
    gazetteer = packs.load(frozenset())
    names = [tokenise(word).folded for word in words.split()]
    assert [name for name in names if gazetteer.named(name) and not is_common(name, language)] == []


def test_places_that_are_spoken_of_are_known() -> None:
    gazetteer = packs.load(frozenset())
    assert [word for word in SPOKEN_OF.split() if not gazetteer.named(tokenise(word).folded)] == []

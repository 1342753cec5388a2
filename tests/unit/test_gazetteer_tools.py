"""How the generator of the packs joins areas, sifts spellings and writes files."""

import pytest

from monitor.regions.packs import Pack
from tools.gazetteer.areas import alternatives, is_only_direction, join, keys
from tools.gazetteer.forms import further
from tools.gazetteer.spelling import is_exact, is_name, is_worth
from tools.gazetteer.writing import Spelling, base36, pack


def test_units_are_joined_by_name_never_by_code() -> None:
    units = {"PK.02": "Balochistan", "PK.04": "Punjab", "PK.06": "Azad Kashmir"}
    areas = {"PK-04": ["Balochistan"], "PK-02": ["Punjab Province"], "PK-JK": ["Azad Jammu and Kashmir"]}
    assert join(units, areas, {"PK.06": "PK-JK"}) == {"PK.02": "PK-04", "PK.04": "PK-02", "PK.06": "PK-JK"}


@pytest.mark.parametrize(
    ("unit", "names", "joined"),
    [
        ("Balkh Province", ["Balkh"], True),
        ("Bryansk Oblast", ["Bryansk"], True),
        ("Khowst", ["Khōst"], True),
        ("Zhytomyr Oblast", ["Zhytomyrska oblast"], True),
        ("North Darfur", ["South Darfur"], False),
        ("Kayah", ["Kachin"], False),
    ],
)
def test_how_alike_names_must_be(unit: str, names: list[str], joined: bool) -> None:
    assert bool(join({"XX.1": unit}, {"XX-A": names}, {})) == joined


def test_what_two_areas_are_called_joins_to_neither() -> None:
    assert join({"KG.1": "Osh"}, {"KG-GO": ["Osh"], "KG-O": ["Osh"]}, {"KG.1": None}) == {}


def test_keys_loosen() -> None:
    assert keys("Province of Balkh") == ("provinceofbalkh", "balkh", "balkh")


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("Iran, Islamic Republic of", ["Iran", "Islamic Republic of Iran"]),
        ("Korea, Republic of", ["Republic of Korea"]),
        ("Cocos (Keeling) Islands", ["Cocos Islands", "Keeling Islands"]),
        ("Bridgend [Pen-y-bont ar Ogwr GB-POG]", ["Bridgend", "Pen-y-bont ar Ogwr"]),
        ("Catalunya [Cataluña]", ["Catalunya", "Cataluña"]),
        ("Centar †", ["Centar"]),
    ],
)
def test_alternatives(written: str, names: list[str]) -> None:
    assert alternatives(written) == names


def test_directions_are_no_names() -> None:
    assert is_only_direction("Eastern Region")
    assert not is_only_direction("Eastern Cape")


@pytest.mark.parametrize(
    ("written", "name", "worth", "exact"),
    [
        ("Quetta", True, True, False),
        ("کوئٹہ", True, True, False),
        ("奎達", True, True, False),
        ("khewt ta", True, False, False),
        ("UET", True, False, True),
        ("One", True, False, False),
        ("Paris 16", False, True, False),
        ("https://x.org", False, True, False),
        ("El", False, False, True),
        ("", False, True, False),
        ("University", False, True, False),
    ],
)
def test_spellings(written: str, name: bool, worth: bool, exact: bool) -> None:
    assert is_name(written) == name
    assert not written or not name or is_worth(written) == worth
    assert is_exact(written) == exact


def test_what_is_written_is_read() -> None:
    spellings = [
        Spelling(f"{first} {second}", second == "X", "GeoNames", (number, 36))
        for number, (first, second) in enumerate((a, b) for a in ("Kalat", "Quetta", "کوئٹہ") for b in ("X", "City"))
    ]
    packed = pack(spellings)
    assert packed == pack(reversed(spellings))
    found = {name.written: (name.exact, name.origin, numbers) for name, numbers in Pack(packed)}
    assert found == {each.written: (each.exact, each.origin, each.places) for each in spellings}
    assert [name.written for name, _ in Pack(packed).starting("kalat")] == ["Kalat City", "Kalat X"]
    assert {name.written for name, _ in Pack(packed).beginning("qu")} == {"Quetta City", "Quetta X"}


@pytest.mark.parametrize("number", [0, 1, 35, 36, 235_000])
def test_base36(number: int) -> None:
    assert int(base36(number), 36) == number


@pytest.mark.parametrize(
    ("name", "forms"),
    [
        ("新疆维吾尔自治区", ["新疆"]),
        ("西藏自治区", ["西藏"]),
        ("四川省", ["四川"]),
        ("石川県", ["石川"]),
        ("東京都", ["東京"]),
        ("北海道", []),
        ("경기도", ["경기"]),
        ("전라남도", []),
        ("Амурская область", ["Амурской области", "Амурскую область", "Амурской областью"]),
        ("Приморский край", ["Приморского края", "Приморскому краю", "Приморском крае"]),
        ("Quetta", []),
    ],
)
def test_further_forms_of_the_names_of_areas(name: str, forms: list[str]) -> None:
    assert list(further(name)) == forms

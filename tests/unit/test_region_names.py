"""The names that ISO 3166 gives to countries and areas."""

import pycountry
import pytest

from monitor.regions.names import area_names, is_area


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("PK", ("Pakistan", "Islamic Republic of Pakistan")),
        ("PK-BA", ("Balochistan",)),
        ("IR", ("Iran", "Islamic Republic of Iran")),
        ("IR-11", ("Sīstān va Balūchestān",)),
        ("RU", ("Russian Federation", "Russia")),
        ("PS", ("Palestine", "State of Palestine")),
        ("CG", ("Congo", "Republic of the Congo")),
        ("CD", ("Democratic Republic of the Congo", "DR Congo", "Democratic Republic of Congo", "DRC")),
        ("KP", ("North Korea", "Democratic People's Republic of Korea")),
        ("VG", ("British Virgin Islands",)),
        ("FK", ("Falkland Islands", "Malvinas")),
        ("MF", ("Saint Martin",)),
        ("CC", ("Cocos Islands", "Keeling Islands")),
        ("TW", ("Taiwan",)),
        ("BQ", ("Bonaire, Sint Eustatius and Saba",)),
        ("ES-CT", ("Catalunya", "Cataluña")),
        ("ES-B", ("Barcelona",)),
        ("ES-AS", ("Asturias", "Principado de Asturias")),
        ("ES-VC", ("Comunidad Valenciana",)),
        ("GB-BGE", ("Bridgend", "Pen-y-bont ar Ogwr")),
        ("GB-VGL", ("Vale of Glamorgan", "Bro Morgannwg")),
        ("SE-AB", ("Stockholms län",)),
        ("GW-BL", ("Bolama", "Bijagós")),
        ("NA-KA", ("Karas",)),
        ("MK-814", ("Centar",)),
        ("PH-14", ("Autonomous Region in Muslim Mindanao",)),
        ("XX", ()),
        ("PK-XX", ()),
        ("pk", ()),
        ("", ()),
        ("PK-BA ", ()),
        ("PAK", ()),
    ],
)
def test_names(code: str, names: tuple[str, ...]) -> None:
    assert area_names(code) == names
    assert is_area(code) == bool(names)


def test_every_code_has_names_without_brackets_and_notes() -> None:
    codes = [country.alpha_2 for country in pycountry.countries] + [area.code for area in pycountry.subdivisions]
    assert len(codes) > 5000
    for code in codes:
        names = area_names(code)
        assert names
        assert len(set(names)) == len(names)
        assert not any(set(name) & set("[]()*†/") - ({"/"} if "/" in name[1:-1] else set()) for name in names)
        assert all(name == name.strip() and len(name) > 1 for name in names)

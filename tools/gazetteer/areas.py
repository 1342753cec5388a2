"""The areas of ISO 3166-2, their names, and which of them each unit of GeoNames is.

Units are joined to areas by name, and by hand (areas.yaml) where the names do not tell; never by equal code.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher

from monitor.text.fold import tokenise


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_GENERIC = _words(
    "province provincia provincie provinsi of region regiao regione autonomous state estado county counties oblast"
    " oblys oblysy oblisi governorate gouvernorat muhafazat mintaqat department departamento departement district"
    " distrito distrikt municipality urban municipio municipiul opstina prefecture wilaya wilayat republic respublika"
    " kraj kray krai judet judetul lan lans maakunta fylke zupanija rayon raion raionul voblast voblasc oblasti"
    " territory division zone capital city parish canton kanton comunidad comunitat autonoma principado foral del de la"
    " le les el al of the and du des di da do dos y et e va viloyati welayaty velayat provincija okrug federal special"
    " administrative national union area island islands atoll atholhu komuna comuna comune sheng shi shih tinh thanh"
    " pho changwat voivodeship aimag ostan xian quarter pradesh corporation regional borough"
)
_DIRECTIONS = _words(
    "north south east west northern southern eastern western central centre center middle upper lower northeast"
    " northwest southeast southwest northeastern northwestern southeastern southwestern capital coast island islands"
    " outer inner interior metropolitan mountain lakes highlands littoral nord sud est ouest norte sur sul este oeste"
    " centro centrale plateaux plateau delta"
)
_ISO_IN_NOTE = re.compile(r"\s*\b[A-Z]{2}-[A-Z0-9]{2,3}$")
_NO_NAME = re.compile(r"[a-z]|[A-Z]{2}-|[A-Z]+(?:-partial)?$|Région$|(?:French|Dutch) part$|(?:Arctic )?Region\b")
"""Notes in brackets that are no names: codes, acronyms, remarks."""
_LIKE_ENOUGH = 0.84


def keys(name: str) -> tuple[str, str, str]:
    """Return a name in three ever looser forms: as it is, without words for units, without adjectives' endings."""
    words = tokenise(name).folded
    bare = "".join(word for word in words if word not in _GENERIC) or "".join(words)
    return "".join(words), bare, re.sub(r"(?:ovskaya|skaya|skaja|skiy|skij|skogo|sky|ska|sko|us|as|os|s)$", "", bare)


def is_only_direction(name: str) -> bool:
    """Say whether a name says no more than "Eastern Region" does: any country has one."""
    return all(word in _GENERIC or word in _DIRECTIONS for word in tokenise(name).folded)


def join(
    units: Mapping[str, str], areas: Mapping[str, Iterable[str]], by_hand: Mapping[str, str | None]
) -> dict[str, str]:
    """Return GeoNames code → ISO code for one country, given names by code on both sides."""
    joined = {unit: code for unit, code in by_hand.items() if unit in units and code}
    left = [unit for unit in units if unit not in by_hand]
    free = {code: list(names) for code, names in areas.items() if code not in joined.values()}

    def settle(unit: str, code: str) -> None:
        joined[unit] = code
        left.remove(unit)
        del free[code]

    for strength in range(3):
        by_key: dict[str, set[str]] = defaultdict(set)
        for code, names in free.items():
            for name in names:
                by_key[keys(name)[strength]].add(code)
        for unit in tuple(left):
            codes = by_key[keys(units[unit])[strength]]
            if len(codes) == 1 and codes <= free.keys():
                settle(unit, *codes)
    likenesses = sorted(
        (-SequenceMatcher(None, keys(units[unit])[1], keys(name)[1]).ratio(), unit, code)
        for unit in left
        for code, names in free.items()
        for name in names
    )
    for unlikeness, unit, code in likenesses:
        if -unlikeness >= _LIKE_ENOUGH and unit in left and code in free:
            settle(unit, code)
    return joined


def alternatives(written: str) -> list[str]:
    """Take apart what one ISO name says: notes in brackets, inverted names, two names side by side."""
    name = written.strip(" †*/")
    note = re.search(r"\s*[\[(]([^\])]*)[\])]", name)
    if note:
        inside = _ISO_IN_NOTE.sub("", note[1])
        names = alternatives(name[: note.start()] + name[note.end() :])
        if _NO_NAME.match(inside):
            return names
        # A note in the middle replaces the word before it: "Cocos (Keeling) Islands".
        return [*names, *([inside + name[note.end() :]] if inside else [])]
    if " / " in name:
        return [part.strip() for part in name.split(" / ")]
    head, comma, tail = name.partition(", ")
    if not comma or re.search(r" (?:and|y) |,", tail):
        return [name]
    inverted = f"{tail.removeprefix('The ')} {head}"
    # "Korea" and "Virgin Islands" alone are two countries each; "wallonne" and "Valenciana" are no names.
    if head in ("Congo", "Korea", "Virgin Islands") or head.endswith("iana") or head[0].islower():
        return [inverted]
    return [head] if tail == "The" else [head, inverted]

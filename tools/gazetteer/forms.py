"""Further forms of an area's name: without the word that says what sort of area it is, or in other cases."""

from __future__ import annotations

import re
from collections.abc import Iterator

_CHINESE = re.compile(r"(.{2,}?)(?:维吾尔|壮族|回族)?(?:特别行政区|自治区|省|市|县|縣)")
_JAPANESE = re.compile(r"(.{2,})[県府]|東京都")
_KOREAN = re.compile(r"([\uac00-\ud7a3]{2,}?)(?:특별자치도|특별자치시|특별시|광역시|(?<![남북])도)")
_OBLAST = re.compile(r"(.+)ая (область|республика)", re.IGNORECASE)
_KRAI = re.compile(r"(.+[кн])ий край")
_CASES = {
    "область": ("ой области", "ую область", "ой областью"),
    "республика": ("ой Республики", "ой Республике", "ую Республику"),
}


def further(name: str) -> Iterator[str]:
    """Yield what newspapers write for an area's full name: 新疆, 石川, “в Амурской области”."""
    for full in (_CHINESE, _JAPANESE, _KOREAN):
        found = full.fullmatch(name)
        if found:
            yield found[1] or "東京"
            return
    if found := _OBLAST.fullmatch(name):
        yield from (found[1] + case for case in _CASES[found[2].lower()])
    elif found := _KRAI.fullmatch(name):
        yield from (found[1] + case for case in ("ого края", "ому краю", "ом крае"))

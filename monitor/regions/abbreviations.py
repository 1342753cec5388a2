"""How North American and Australian news shortens the area behind a town: "Springfield, Mo.", "Salem, OR".

The Associated Press's abbreviations and those of the post. They name an area only behind a comma, or by two letters
with dots: "La.", "Me." and "OK" are words of other meanings too.
"""

from __future__ import annotations

import re

from monitor.regions.field import Field
from monitor.regions.gazetteer import Gazetteer, Name

ABBREVIATION = "abbreviation"
"""The origin of the names that are made here."""

_PRESS = {
    "US": "Ala. AL Ariz. AZ Ark. AR Calif. CA Colo. CO Conn. CT Del. DE D.C. DC Fla. FL Ga. GA Ill. IL Ind. IN Kan. KS "
    "Kans. KS Ky. KY La. LA Md. MD Mass. MA Mich. MI Minn. MN Miss. MS Mo. MO Mont. MT Neb. NE Nev. NV N.H. NH N.J. NJ "
    "N.M. NM N.Y. NY N.C. NC N.D. ND Okla. OK Ore. OR Pa. PA Penn. PA R.I. RI S.C. SC S.D. SD Tenn. TN Tex. TX Vt. VT "
    "Va. VA Wash. WA W.Va. WV Wis. WI Wisc. WI Wyo. WY",
    "CA": "Alta. AB B.C. BC Man. MB N.B. NB Nfld. NL N.S. NS Ont. ON P.E.I. PE Que. QC Sask. SK",
    "AU": "N.S.W. NSW Qld. QLD Tas. TAS Vic. VIC",
}
_POST = {
    "US": "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH "
    "OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY",
    "CA": "AB BC MB NB NL NS ON PE QC SK",
    "AU": "NSW QLD TAS VIC",
}

_BY_PRESS = {
    written.casefold(): f"{country}-{code}"
    for country, pairs in _PRESS.items()
    for written, code in zip(pairs.split()[::2], pairs.split()[1::2], strict=True)
}
_BY_POST = {code: f"{country}-{code}" for country, codes in _POST.items() for code in codes.split()}
_DOTTED = re.compile(r"(?:[A-Z]\.)+[A-Z][a-z]?\.?")

BEGINNINGS = frozenset(re.split(r"[. ]", written)[0] for written in _BY_PRESS) | {
    written.replace(".", "") for written in _BY_PRESS
}
"""Every folded word that an abbreviation can begin with, but those of the post."""


def abbreviated(field: Field, at: int, gazetteer: Gazetteer, *, behind_comma: bool, post: bool = True) -> Name | None:
    """Return the area that is abbreviated at a token; ``post``: as the post does it too."""
    tokens = field.tokens
    for last in (at + 1, at):
        if last >= len(tokens):
            continue
        end = tokens.ends[last]
        written = field.text[tokens.starts[at] : end + (field.text[end : end + 1] == ".")]
        code = _code(written, behind_comma=behind_comma, post=post)
        area = gazetteer.area(code) if code is not None and not written[0].islower() else None
        if area is not None:
            return Name(tokens.folded[at : last + 1], written, (area,), False, ABBREVIATION)
    return None


def _code(written: str, *, behind_comma: bool, post: bool) -> str | None:
    short = written.replace(" ", "").casefold()
    if not behind_comma:
        return _BY_PRESS.get(short) if _DOTTED.fullmatch(written) else None
    code = _BY_PRESS.get(short) or (_BY_PRESS.get(f"{short}.") if post or len(short) > 2 else None)
    return code or (_BY_POST.get(written.rstrip(".")) if post else None)

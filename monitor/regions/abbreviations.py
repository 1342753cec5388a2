"""How North American and Australian news shortens the area behind a town: "Springfield, Mo.", "Salem, OR".

The Associated Press's abbreviations and those of the post. They name an area only behind a comma, or by two letters
with dots: "La.", "Me." and "OK" are words of other meanings too.
"""

from __future__ import annotations

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

PRESS = {
    written.casefold(): f"{country}-{code}"
    for country, pairs in _PRESS.items()
    for written, code in zip(pairs.split()[::2], pairs.split()[1::2], strict=True)
}
"""Area codes by abbreviation in small letters, with its dots."""
POST = {code: f"{country}-{code}" for country, codes in _POST.items() for code in codes.split()}
"""Area codes by the post's capitals."""

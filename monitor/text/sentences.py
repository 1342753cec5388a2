"""Sentences of a text, for quoting: Latin, Urdu/Arabic, Devanagari and CJK full stops."""

import re

# A stop ends a sentence when white space follows and the next word does not start in lower case ("U.S. officials",
# "Gen. officers" still split: a short quote is better than a wrong one). CJK stops need no space.
_END = re.compile(r"(?<=[.!?۔؟।…])[\"'”’»)\]]*\s+(?![a-z])|(?<=[。！？])")
_INITIALS = re.compile(r"(?:\b[A-Z]|\b(?:Mr|Mrs|Ms|Dr|Gen|Col|Maj|Lt|Capt|Sgt|St|No|vs))\.$")


def sentences(text: str) -> list[str]:
    """Split a paragraph into its sentences, in order, each stripped."""
    parts: list[str] = []
    for piece in _END.split(text):
        piece = piece.strip()
        if parts and _INITIALS.search(parts[-1]):
            parts[-1] = f"{parts[-1]} {piece}"
        elif piece:
            parts.append(piece)
    return parts

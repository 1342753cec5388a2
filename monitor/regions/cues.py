"""What stands beside a name and speaks for or against its being a place there: “near Paris”, “Paris Hilton”.

Each cue has points; which place a name means stays open. This module must not know the other names of the article.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from monitor.regions.field import Field
from monitor.regions.gazetteer import Name
from monitor.regions.wordlists import is_common, is_persons, is_prominent, words

Addend = tuple[str, float]
"""What speaks for or against something, in words, and its points."""
DATELINE = "a dateline"
PERSON = "a person's name"
MAYBE_PERSON = "may be a person's"
COMMON = "a common word"
SMALL: Addend = ("a small place", -2.0)


def cues(field: Field, name: Name, at: int, written: Collection[str], language: str | None = None) -> Iterator[Addend]:
    """Yield what speaks for or against a name at a token; ``written``: the article's words, as they are spelled."""
    last = at + len(name.words) - 1
    if is_common(name.words, language) and not any(map(is_prominent, name.places[:3])):
        yield COMMON, -5.0 if field.shows_no_name(at) else -3.0
        if not field.is_shouting and name.words[0] in written:
            yield f"“{name.words[0]}” in small letters too", -2.0
    elif is_persons(name):
        yield "also a person's name", -1.0
    if field.is_dateline(at, last):
        yield DATELINE, 3.0
    if at > 0 and (field.only_space(at - 1) or _is_short_title(field, at - 1)):
        yield from _before(field, name, at)
    if field.only_space(last):
        yield from _behind(field, name, at, last)


_JOINING = frozenset(["of", "for", "on", "and", "or"])
"""Words before a name that, as those of ``within``, keep it from being the subject of the verb behind it."""


def _before(field: Field, name: Name, at: int) -> Iterator[Addend]:
    word, spelled = field.tokens.folded[at - 1], field.tokens.exact[at - 1]
    if word in words("within"):
        yield f"“{field.quoted(at - 1, at)}”", 1.5
        return
    if not spelled[0].isupper():
        return
    quoted = field.quoted(at - 1, at)
    kind = name.places[0].kind
    small = kind == "town" or (kind == "area" and name.is_demonym)
    if word in words("features") and not small:
        yield f"named after it: {quoted}", -3.0
    elif word in words("directions"):
        if kind == "town":
            yield f"another place: {quoted}", -1.5
    elif word in words("given") or (small and (_is_initial(field, at - 1) or word in words("titles"))):
        yield f"{PERSON}: {quoted}", -4.0
    elif small and not field.shows_no_name(at - 1):
        yield f"a longer name: {quoted}", -2.0


def _behind(field: Field, name: Name, at: int, last: int) -> Iterator[Addend]:
    word, spelled = field.tokens.folded[last + 1], field.tokens.exact[last + 1]
    quoted, place = field.quoted(at, last + 1), name.places[0]
    if not spelled[0].isupper():
        is_doing = word in words("doing") and place.kind == "town" and not is_prominent(place)
        if is_doing and not _is_object(field, at):
            yield f"{MAYBE_PERSON}: {quoted}", -3.0
    elif word in words("own" if place.kind == "country" else "namesakes"):
        yield f"named after it: {quoted}", -3.0
    elif word in words("organisations"):
        yield f"an organisation: {quoted}", -1.0
    elif at == last and name.words[0] in words("given") and not name.is_demonym:
        if word in words("surnames"):
            yield f"{PERSON}: {quoted}", -4.0
        elif not field.is_shouting and not field.is_heading:
            yield f"{MAYBE_PERSON}: {quoted}", -2.0


def _is_object(field: Field, at: int) -> bool:
    """Tell whether the word before a name makes it say where: "Police in Mosul said"."""
    before = field.tokens.folded[at - 1] if at > 0 and field.only_space(at - 1) else ""
    return before in words("within") or before in _JOINING


def _is_initial(field: Field, at: int) -> bool:
    """Tell whether a token is a letter of a person's name, as in "J. Quetta"."""
    stopped = field.text[field.tokens.ends[at]] == "."
    alone = len(field.tokens.exact[at]) == 1 and not field.is_shouting
    return alone and (stopped or field.tokens.folded[at] not in ("a", "i"))


def _is_short_title(field: Field, at: int) -> bool:
    """Tell whether a token is "Mr." or "J." with nothing but a space behind its full stop."""
    word = field.tokens.folded[at]
    return (len(word) == 1 or word in words("titles")) and field.only_stop(at)

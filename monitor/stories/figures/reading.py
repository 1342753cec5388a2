"""A sentence as a row of items: numbers, phrases and words, each with its role and what stands before it.

Knows the vocabulary, not what follows from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.regions import wordlists
from monitor.stories.figures.numerals import read_number
from monitor.stories.figures.vocabulary import PLAIN, Vocabulary, Word
from monitor.text.fold import Tokens

LONGEST_ASIDE = 25
"""A bracket that is not closed within so many words is read as a comma."""

_CAPITALS = 0.8
"""From this share of capitalised words on, as in headlines, a capital says nothing."""

_LONG = 6
"""Letters; no headline writes such a word without a capital where it writes capitals at all."""

_MONEY = frozenset("$£€₹¥")
_OPENING, _CLOSING = "([", ")]"
_HARD = frozenset(";:—–؛")
_QUOTES = frozenset("\"“”«»‘’'")
_FUNCTION = frozenset(("one", "definite", "in", "stops", "some", "another", "both"))
_BODILY = ("killed", "injured", "abducted", "arrested")
_BEHIND_NAMES = frozenset(("age", "be", "have", "outcome", "suffering", "adverbs", "aside"))
_NAMING = frozenset(("acts", "bodies"))
_LONGEST_NAME = 4
_LONGEST_INSERTION = 16
_POSSESSIVES = frozenset(("'s", "’s", "' ", "’ "))
_IN_NUMBERS = frozenset((",", ".", ":", "/"))
_OLDEST = 110
YEARS = range(1900, 2100)


@dataclass(slots=True)
class Item:
    first: int
    last: int
    """Tokens, the last one included."""
    kind: str
    word: Word
    folded: str
    count: int = 0
    is_name: bool = False
    is_capital: bool = False
    """It is written with a capital, in a sentence in which that tells something."""
    comma: bool = False
    """A comma stands before it."""
    hard: bool = False
    """A clause ends before it."""
    joined: bool = False
    """Nothing but a hyphen stands before it."""
    owns: bool = False
    """It is a possessor: "the driver's"."""


def read_items(vocabulary: Vocabulary, text: str, tokens: Tokens, low: int, high: int) -> list[Item]:
    """Return the items of the tokens from ``low`` to before ``high``, which are one sentence."""
    folded, exact, starts, ends = tokens.folded, tokens.exact, tokens.starts, tokens.ends
    words = folded[low:high]
    gaps = ["", *(text[ends[at - 1] : starts[at]] for at in range(low + 1, high))]
    if starts[low] and text[starts[low] - 1] in _MONEY:
        gaps[0] = text[starts[low] - 1]
    cased = _capitals_tell(exact, low, high)
    given = wordlists.words("given")
    items: list[Item] = []
    at, end = 0, high - low
    while at < end:
        gap = gaps[at]
        comma = hard = joined = False
        if gap != " ":
            if at and _opens(gap) and (closing := _closing(gaps, at)):
                aside = Item(low + at, low + closing - 1, "aside", _aside(vocabulary, words[at:closing]), "")
                aside.is_capital = closing == at + 1 and exact[low + at].isupper()
                items.append(aside)
                at = closing
                gap = gaps[at][1:]
            if items and gap[:2] in _POSSESSIVES:
                items[-1].owns = True
            comma = "," in gap or "،" in gap or " -" in gap or _opens(gap) or "--" in gap
            hard = not _HARD.isdisjoint(gap)
            joined = gap == "-"
        behind = _number(vocabulary, words, gaps, at, end)
        if behind is not None:
            count, kind, following = behind
            item = Item(low + at, low + following - 1, kind, PLAIN, words[following - 1], count)
        else:
            word, following = _look_up(vocabulary, words, at, end)
            written = exact[low + at]
            if cased and written in vocabulary.exact:
                word, following = vocabulary.exact[written], at + 1
            item = Item(low + at, low + following - 1, word.kind, word, words[following - 1])
            if items and items[-1].folded in vocabulary.against and (word.tells or word.kind == "person"):
                item.kind, item.word = "word", PLAIN  # "anti Maoist operation"
            if (
                vocabulary.is_head_first
                and gap == " "
                and items
                and items[-1].kind == word.kind == "person"
                and (word.group == "people")
            ):
                item.kind, item.word = "word", PLAIN  # "soldats français"
            item.is_capital = cased and written[0].isupper()
            if word.kind == "word":
                item.is_name = written[0].isupper() if cased and at else words[at] in given
                item.is_name = item.is_name and words[at] not in vocabulary.scopes  # "killed Friday"
                if item.is_name and not cased and not (items and items[-1].is_name):
                    # Without capitals a given name alone may be any word: a surname has to follow.
                    item.is_name = following < end and _look_up(vocabulary, words, following, end)[0] is PLAIN
                elif not cased and word is PLAIN and items and items[-1].is_name and not joined and gap.isspace():
                    item.is_name = len(items) < 4 or any(one.comma or not one.is_name for one in items[-3:])
            elif cased and at and gap == " " and word.kind in _FUNCTION and written[0].isupper():
                hard = True  # an article that wears a capital begins a sentence whose stop was lost
        item.comma, item.hard, item.joined = comma, hard, joined
        items.append(item)
        at = following
    if not cased and sum(map(str.isupper, exact[low:high])) > end * _CAPITALS:
        _find_names(items)
    _weed_numbers(items, vocabulary.months)
    if len(items) > 1 and cased and items[0].kind == "word" and items[0].is_capital:
        items[0].is_name = (
            items[1].is_name
            or items[1].kind in _BEHIND_NAMES
            or items[0].owns
            or items[1].folded == "s"
            or (items[1].comma and items[1].kind in ("one", "definite", "number"))
        )
    return items


def _find_names(items: list[Item]) -> None:
    """Mark names that no capitals show, where only a name can stand: "(that) CORRALES WAS INJURED", "MURDER OF ..."."""
    for at, item in enumerate(items):
        if item.kind == "be" or "before" in item.word.takes:
            verb = at
            while verb < len(items) and items[verb].kind in ("be", "adverbs"):
                verb += 1
            takes = items[verb].word.takes if verb < len(items) else {}
            if (takes.get("verbs") or takes.get("before")) not in _BODILY:
                continue
            if at > 1 and items[at].comma and items[at - 1].comma and items[at - 1].kind == "number":
                at -= 1  # "PORTH, 65, WAS KILLED"
            if items[at].comma:  # "LOPEZ, WHO WORKED THERE, WAS KIDNAPPED"
                openers = range(at - 1, max(at - _LONGEST_INSERTION, 0), -1)
                at = next((back for back in openers if items[back].comma and items[back].kind == "who"), at)
            begin = at
            while (
                begin and _is_bare(items[begin - 1]) and (begin == at or not (items[begin].comma or items[begin].hard))
            ):
                begin -= 1
            first = items[begin]
            starts_clause = begin == 0 or first.comma or first.hard or items[begin - 1].kind in ("stops", "who", "and")
            if starts_clause and 0 < at - begin <= _LONGEST_NAME:
                for name in items[begin:at]:
                    name.is_name = True
        elif item.kind == "of" and at and not _NAMING.isdisjoint(items[at - 1].word.takes):
            end = at + 1
            while end < len(items) and _is_bare(items[end]) and not items[end].comma and not items[end].hard:
                end += 1
            if 2 <= end - at - 1 <= _LONGEST_NAME and (end == len(items) or items[end].kind != "person"):
                for name in items[at + 1 : end]:
                    name.is_name = True


def _is_bare(item: Item) -> bool:
    return item.kind == "word" and not item.word.tells and not item.folded.isdecimal()


def _aside(vocabulary: Vocabulary, words: Sequence[str]) -> Word:
    """Return what a bracket tells of the people before it: "(SIMI)"."""
    for at in range(len(words)):
        word, _ = _look_up(vocabulary, words, at, len(words))
        if word.tells:
            return Word("aside", tells=word.tells)
    return PLAIN


def _look_up(vocabulary: Vocabulary, words: Sequence[str], at: int, end: int) -> tuple[Word, int]:
    first = words[at]
    for phrase, word in vocabulary.phrases.get(first, ()):
        behind = at + len(phrase)
        if behind <= end and tuple(words[at:behind]) == phrase:
            return word, behind
    return vocabulary.words.get(first, PLAIN), at + 1


def _number(
    vocabulary: Vocabulary, words: Sequence[str], gaps: Sequence[str], at: int, end: int
) -> tuple[int, str, int] | None:
    """Return a number with its kind, "number" or "figure" (of something else), and the token behind it."""
    first = words[at]
    if not first.isdecimal() and first not in vocabulary.numbers and first not in vocabulary.scales:
        return None
    read = read_number(vocabulary, words, gaps, at, end)
    if read is None:
        if not first.isdecimal():
            return None
        at += 1
        while at < end and words[at].isdecimal() and gaps[at] in _IN_NUMBERS:
            at += 1
        return 0, "figure", at
    count, behind = read
    before, after = gaps[at], gaps[behind] if behind < end else ""
    kind = "number"
    if behind < end and (aged := _look_up(vocabulary, words, behind, end))[0].kind == "ages":
        return count, "age", aged[1]
    if (
        not _MONEY.isdisjoint(before)
        or before in ("/", ".", ":")
        or after.startswith(("%", "/"))
        or (before == "-" and not words[at - 1].isdecimal())
        or (after == "-" and not words[behind].isdecimal() and words[behind] not in vocabulary.numbers)
    ):
        kind = "figure"
    return count, kind, behind


def _weed_numbers(items: list[Item], months: frozenset[str]) -> None:
    """Mark numbers that date or label something."""
    for at, item in enumerate(items):
        if item.kind != "number" and item.folded not in months:
            continue
        before = items[at - 1] if at else None
        after = items[at + 1] if at + 1 < len(items) else None
        if item.folded in months and any(one and one.kind in ("number", "date") for one in (before, after)):
            item.kind, item.word, item.is_name = "months", PLAIN, False  # May and April are verbs and names too
        if item.kind != "number":
            continue
        is_digits = item.folded.isdecimal()
        if (
            before
            and is_digits
            and item.count <= _OLDEST
            and (
                (item.comma and before.kind in ("word", "person") and (after is None or after.comma or after.hard))
                or (
                    not item.comma
                    and before.is_name
                    and (after is None or after.kind not in ("person", "word", "others"))
                )
            )
        ):
            item.kind = "age"  # "Khan, 41, died"
        elif (
            before and before.kind in ("months", "labels", "date") and not item.comma and not item.hard and is_digits
        ) or (after and after.folded in months and not after.comma and is_digits):
            item.kind = "date"
        elif before and ((before.kind == "none" and is_digits) or before.kind == "aged"):
            item.kind = "figure"
        elif (
            item.count in YEARS
            and item.first == item.last
            and (
                after is None
                or after.comma
                or after.hard
                or after.kind not in ("person", "others", "outcome", "word", "ages")
                or (before is not None and before.kind == "in")
            )
        ):
            item.kind = "date"


def _capitals_tell(exact: Sequence[str], low: int, high: int) -> bool:
    long = [word for word in exact[low:high] if len(word) > 3]
    small = [word for word in long if not word[0].isupper()]
    return len(long) - len(small) < _CAPITALS * len(long) or any(len(word) >= _LONG for word in small)


def _opens(gap: str) -> bool:
    return "(" in gap or "[" in gap


def _closing(gaps: Sequence[str], at: int) -> int:
    """Return the token before which the bracket that opens before ``at`` is closed; 0 where none is."""
    for behind in range(at + 1, min(len(gaps), at + LONGEST_ASIDE)):
        if ")" in gaps[behind] or "]" in gaps[behind]:
            return behind
    return 0

"""Who a text says something by: the words of a source, cut out of the words around a verb of saying.

A source is a name ("Sarfaraz Bugti"), a body ("the military"), an office ("Police spokesman") or a pronoun. It is found
by walking from the verb over what can belong to it, up to a stop, a clause or a number. Nothing here knows what is said.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from monitor.stories.said.reading import Reading

LONGEST = 14
"""Tokens of a source with all its offices; a walk goes no further."""

MOST_UNKNOWN = 3
"""Words in a row that no list knows and that look like no name: a longer row is a clause, not a source."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """A source as token numbers: all that belongs to it, and the shortest form that names it."""

    start: int
    end: int
    name: tuple[int, int]
    pronoun: bool = False
    refers: bool = False
    """To somebody named before: a pronoun, "its spokesman"."""
    certain: bool = False
    """A name of several words, an office or a body."""
    outlet: bool = False
    """A name alone, without office: where it passes news on, an outlet."""


# --- before the verb -------------------------------------------------------------------------------------------------


def subject(reading: Reading, low: int, verb: int) -> Speaker | None:
    """Return the source that ends right before a verb, or before what stands between commas before the verb."""
    words, folded = reading.words, reading.tokens.folded
    end = reading.before_adjuncts(low, verb)
    if end > low and folded[end - 1] in words.relatives:
        return _ending(reading, low, reading.before_adjuncts(low, end - 1))
    if end > low and folded[end - 1] in words.joins:
        return following(reading, low, end - 1)
    if end > low and reading.dashes(end):
        end = max(filter(reading.dashes, range(low + 1, end)), default=low)
    for _ in range(3):  # "R. Singh, 45, the district police chief, said"
        if end <= low or not reading.breaks(end) or reading.opens_parenthesis(end):
            break
        segment = end - 1
        while segment > low and not reading.breaks(segment):
            segment -= 1
        if segment == low:
            return None
        inner = _phrase(reading, segment, end)
        if inner is not None and inner.start != segment:
            inner = None
        outer = _phrase(reading, low, reading.before_parenthesis(low, segment))
        if outer is not None and (inner is None or _properness(reading, outer) >= _properness(reading, inner)):
            return outer
        if inner is not None and _properness(reading, inner):
            return inner
        end = segment
    return _ending(reading, low, end)


def _ending(reading: Reading, low: int, end: int) -> Speaker | None:
    """Return the source that ends at a token, unless it belongs to another one before: "the BLA in a statement"."""
    words, folded = reading.words, reading.tokens.folded
    found = _phrase(reading, low, end) if end > low else None
    if found is None or found.start == low:
        return found
    if (named := _appointed(reading, low, found)) is not None:
        return named
    before = folded[found.start - 1]
    if found.start == low + 1 or not reading.leads(before) or reading.breaks(found.start):
        return found
    if found.name[0] > found.start + 1:
        return found
    if before in words.authors and not words.documents.isdisjoint(folded[max(low, found.start - 5) : found.start]):
        return found
    return subject(reading, low, found.start - 1)


def _appointed(reading: Reading, low: int, office: Speaker) -> Speaker | None:
    """Return the name that an office with a comma only before it belongs to: "R. Singh, head of police said"."""
    words, first = reading.words, reading.tokens.folded[office.start]
    if reading.gap(office.start).strip() != "," or office.outlet or office.name[0] > office.start + 1:
        return None
    if first not in words.offices and first not in words.determiners:
        return None
    named = _phrase(reading, low, office.start)
    if named is None or (named.start > low and not reading.breaks(named.start)):
        return None
    return named if named.outlet or named.name[0] > named.start else None


def _phrase(reading: Reading, low: int, end: int) -> Speaker | None:
    """Return the source whose last token stands before ``end``: walk back over what can belong to it."""
    words, folded = reading.words, reading.tokens.folded
    at = cut = end
    start: int | None = None
    unknown = 0
    if folded[end - 1] in words.pronouns:
        return Speaker(end - 1, end, (end - 1, end), pronoun=True, refers=True)
    while at > max(low, end - LONGEST):
        if at < end and reading.breaks(at) and not reading.opens_parenthesis(at):
            opened = reading.before_parenthesis(low, at)
            if opened == at or reading.gap(at).strip() not in (")", "]"):
                break
            at = opened
            continue
        word = folded[at - 1]
        if word in words.links or word in words.determiners or reading.leads(word):
            if word in words.determiners:
                start = at = at - 1
                if at <= low or reading.breaks(at) or folded[at - 1] not in words.links | words.prepositions:
                    break
            link = at - 1
            if link <= low or reading.breaks(link + 1):
                break
            head = folded[link - 1]
            if word in words.links and reading.capital(link - 1):
                at = link
                continue
            if head not in words.speakers and head not in words.offices:
                break
            if head in words.documents and folded[link] in words.authors:
                return _speaker(reading, link, end, (link + 1, cut))
            if folded[link] not in words.links:
                cut, start = link, None
            at = link
        elif word in words.persons:
            return None
        elif word in words.breakers or word in words.be or word.isdigit() or reading.is_verb(word) or reading.is_adjunct(at - 1):
            break
        elif reading.capital(at - 1) or word in words.known:
            start = at = at - 1
        elif unknown < MOST_UNKNOWN:
            unknown += 1
            at -= 1
        else:
            break
    if start is None:
        clause = at > low and not reading.breaks(at) and folded[at - 1] not in words.breakers
        if clause or unknown == MOST_UNKNOWN:
            return None
        start = at
    return _speaker(reading, start, end, (start, cut))


# --- behind the verb -------------------------------------------------------------------------------------------------


def following(reading: Reading, start: int, high: int) -> Speaker | None:
    """Return the source that begins right at a token."""
    end = _extent(reading, start, high)
    if end is None:
        return None
    if (author := _author(reading, start, end, high)) is not None:
        return author
    speaker = _speaker(reading, start, end, (start, end))
    if speaker is None or speaker.outlet or end >= high or reading.gap(end).strip() not in (",", "),"):
        return speaker
    if reading.tokens.folded[end - 1] not in reading.words.offices or not reading.capital(end):
        return speaker
    further = _extent(reading, end, high)  # "said the superintendent of police, R. Singh"
    named = further and _speaker(reading, end, further, (end, further))
    return Speaker(start, named.end, named.name, certain=True) if named and named.outlet else speaker


def _author(reading: Reading, start: int, end: int, high: int) -> Speaker | None:
    """Return who is behind a document: "a statement issued by the ministry"."""
    words, folded = reading.words, reading.tokens.folded
    if words.documents.isdisjoint(folded[start:end]):
        return None
    for at in range(start + 1, min(end + 3, high - 1)):
        if reading.breaks(at):
            return None
        if folded[at] in words.authors and not words.documents.isdisjoint(folded[start:at]):
            further = _extent(reading, at + 1, high)
            speaker = further and _speaker(reading, at + 1, further, (at + 1, further))
            return replace(speaker, start=start) if speaker else None
    return None


def _extent(reading: Reading, start: int, high: int) -> int | None:
    """Return where the source that begins at a token ends: walk on over what can belong to it."""
    words, folded = reading.words, reading.tokens.folded
    at = closed = start
    known = False
    while at < min(high, start + LONGEST):
        if at > closed and reading.breaks(at):
            behind = reading.behind_parenthesis(at, high)
            if behind is None:
                break
            at = closed = behind
            continue
        word = folded[at]
        if word in words.links:
            if at == start:
                return None
        elif word in words.determiners:
            if at > start and folded[at - 1] not in words.links:
                break
        elif reading.is_function(word) or word in words.dates or word in words.participles or word.isdigit() or reading.is_verb(word) or (at > start and reading.opens(at)):
            break
        elif reading.capital(at) or word in words.known:
            if at > start and _is_complete(reading, at - 1) and not (reading.caseless and word in words.known):
                if reading.capital(at):
                    break
            known = True
        elif known and (reading.capital(at - 1) or _is_complete(reading, at - 1)):
            if reading.unpunctuated or at + 1 >= high or not reading.capital(at + 1) or reading.breaks(at + 1):
                break
        at += 1
    while at > start and folded[at - 1] in words.links:
        at -= 1
    return at if at > start and (known or at - start <= 2) else None


def _is_complete(reading: Reading, at: int) -> bool:
    """Tell whether a token is the last of a source, "sources", which no name follows."""
    word = reading.tokens.folded[at]
    if reading.capital(at) and not reading.caseless:
        return False
    return word in reading.words.speakers and word not in reading.words.offices


def outlet_end(reading: Reading, start: int, high: int) -> int | None:
    """Return where the name of an outlet that begins at a token ends, though no stop may tell."""
    words, folded = reading.words, reading.tokens.folded
    if start >= high or not reading.capital(start):
        return None
    for at in range(start, min(high, start + 5)):
        if at > start and (reading.opens(at) or not (reading.capital(at) or folded[at] in words.links | words.outlets)):
            return at
        behind = folded[at + 1] if at + 1 < high else ""
        if folded[at] in words.outlets and behind not in words.outlets:
            return min(high, at + 3) if behind in words.links else at + 1
    return min(high, start + 3) if reading.unpunctuated else None


def outlet(reading: Reading, start: int, high: int) -> Speaker | None:
    """Return the outlet whose name begins at a token, where its last word tells that it is one."""
    end = outlet_end(reading, start, high)
    if end is None or (reading.tokens.folded[end - 1] not in reading.words.outlets and not closes(reading, end, high)):
        return None
    return Speaker(start, end, (start, end), outlet=True)


def closes(reading: Reading, at: int, high: int) -> bool:
    """Tell whether a source behind its verb is over at a token, and the clause with it."""
    if at >= high or reading.breaks(at):
        return True
    words, word = reading.words, reading.tokens.folded[at]
    return word in words.prepositions or word in words.breakers or word in words.dates or word in words.adverbs


def headline(reading: Reading, start: int, end: int) -> Speaker | None:
    """Return the source that a headline puts before a colon or behind a dash: "Police: …", "… - UN"."""
    exact = reading.tokens.exact[end - 1]
    acronym = end - start == 1 and 2 <= len(exact) <= 6 and exact.isupper() and exact.isalpha() and not reading.caseless
    if not acronym and reading.tokens.folded[end - 1] not in reading.words.speakers:
        return None
    return _speaker(reading, start, end, (start, end))


# --- names -----------------------------------------------------------------------------------------------------------


def _speaker(reading: Reading, start: int, end: int, name: tuple[int, int]) -> Speaker | None:
    """Return a source, shortened to its name where its office leads to one; None where it is nobody."""
    words, folded = reading.words, reading.tokens.folded
    first, last = name
    if all(word in words.nobody or word in words.determiners for word in folded[first:last]):
        return None
    if folded[last - 1] in words.suffered or folded[last - 1] in words.dates:
        return None
    while first < last - 1 and folded[first] in words.articles:
        first += 1
    first = _behind_office(reading, first, last)
    if not reading.caseless:
        proper = last
        while proper > first and (reading.capital(proper - 1) or (proper < last and len(folded[proper - 1]) <= 2)):
            proper -= 1
        if first < proper < last and reading.capital(proper) and not reading.is_function(folded[proper - 1]):
            first = proper
    capitals = sum(map(reading.capital, range(first, last)))
    known = any(word in words.speakers or word in words.offices for word in folded[start:last])
    return Speaker(
        start,
        end,
        (first, last),
        refers=folded[first] in words.bodily and known,
        certain=known or (capitals > 1 and not reading.caseless),
        outlet=not known and capitals > 0,
    )


def _behind_office(reading: Reading, first: int, last: int) -> int:
    """Return where the name behind a title or office begins; the office itself where none follows."""
    words, folded = reading.words, reading.tokens.folded
    office = max((at for at in range(first, last) if folded[at] in words.offices), default=last)
    at = office + 1
    if at + 1 < last and folded[at] in words.links and folded[at + 1] in words.modifiers:  # "minister of defence X"
        while at < last - 1 and (folded[at] in words.links or folded[at] in words.modifiers):
            at += 1
    named = at < last and all(reading.capital(one) and folded[one] not in words.speakers for one in range(at, last))
    return at if named else first


def _properness(reading: Reading, speaker: Speaker) -> int:
    """Return how well a source is named: by a name alone, by one with what it is, or not at all."""
    if speaker.outlet or speaker.name[0] > speaker.start + 1:
        return 2
    return int(not reading.caseless and any(map(reading.capital, range(*speaker.name))))

"""Who a text says something by: the words of a source, cut out of the words around a verb of saying.

A source is a name ("Sarfaraz Bugti"), a body ("the military"), an office ("Police spokesman") or a pronoun. It is found
by walking from the verb over what can belong to it, up to a stop, a clause or a number. Nothing here knows what is
said.
"""

from __future__ import annotations

from dataclasses import replace

from monitor.stories.said.names import Speaker, properness, speaker_of
from monitor.stories.said.reading import Reading

LONGEST = 14
"""Tokens of a source with all its offices; a walk goes no further."""

LENGTHS = range(2, 5)
"""Letters of an acronym that a headline may name as its source; longer ones in capitals are places in datelines."""

MOST_UNKNOWN = 3
"""Words in a row that no list knows and that look like no name: a longer row is a clause, not a source."""


# --- before the verb -------------------------------------------------------------------------------------------------


def subject(reading: Reading, low: int, verb: int) -> Speaker | None:
    """Return the source that ends right before a verb, or before what stands between commas before the verb."""
    words, folded = reading.words, reading.tokens.folded
    if verb > low and reading.dashes(verb):  # "police -- who came late -- said"
        return _ending(reading, low, max(filter(reading.dashes, range(low + 1, verb)), default=low))
    end = verb if reading.gap(verb).strip() == "," else reading.before_adjuncts(low, verb)
    if end > low and folded[end - 1] in words.relatives:
        return _ending(reading, low, reading.before_adjuncts(low, end - 1))
    if end > low and folded[end - 1] in words.joins:
        return following(reading, low, end - 1)
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
        if outer is not None and (inner is None or properness(reading, outer) >= properness(reading, inner)):
            return outer
        if inner is not None and properness(reading, inner):
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
    words, folded = reading.words, reading.tokens.folded
    first = folded[office.start]
    if reading.gap(office.start).strip() != "," or office.name[0] > office.start + (first in words.articles):
        return None
    if first not in words.offices and first not in words.determiners:
        return None
    is_body = folded[office.name[1] - 1] in words.speakers or reading.caseless
    if is_body and words.kinds.isdisjoint(folded[office.start : office.end]):
        return None
    named = _phrase(reading, low, office.start)
    if named is None or (named.start > low and not reading.breaks(named.start)):
        return None
    is_name = folded[named.start] not in words.determiners and all(map(reading.capital, range(*named.name)))
    return named if is_name else None


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
        determiner = word in words.determiners and at < end  # "the larger one said"
        if word in words.links or determiner or reading.leads(word):
            if determiner:
                start = at = at - 1
                if at <= low or reading.breaks(at) or folded[at - 1] not in words.links | words.prepositions:
                    break
            link = at - 1
            if link <= low or reading.breaks(link + 1):
                break
            head = folded[link - 1]
            if folded[link] in words.links and head not in words.documents:
                at = link
                continue
            if head in words.documents and folded[link] in words.authors:
                return speaker_of(reading, link, end, (link + 1, cut))
            if head not in words.speakers and head not in words.offices:
                break
            at = cut = link
            start = None
        elif word in words.persons:
            return None
        elif (
            word.isdigit() and at == end and at - 1 > low and reading.gap(at - 1) == " " and reading.capital(at - 2)
        ):  # "Rescue 1122 said"
            start = at = at - 1
        elif (
            word in words.breakers
            or word in words.be
            or word.isdigit()
            or reading.is_verb(word)
            or reading.is_adjunct(at - 1)
        ):
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
    return speaker_of(reading, start, end, (start, cut))


# --- behind the verb -------------------------------------------------------------------------------------------------


def following(reading: Reading, start: int, high: int) -> Speaker | None:
    """Return the source that begins right at a token."""
    end = _extent(reading, start, high)
    if end is None:
        return None
    if (author := _author(reading, start, end, high)) is not None:
        return author
    speaker = speaker_of(reading, start, end, (start, end))
    if speaker is None or speaker.outlet or end >= high or reading.gap(end).strip() not in (",", "),"):
        return speaker
    words, folded = reading.words, reading.tokens.folded
    office = end - 3 if end - 3 >= start and folded[end - 2] in words.links else end - 1
    if folded[office] not in words.offices or not reading.capital(end):
        return speaker
    further = _extent(reading, end, high)  # "said the superintendent of police, R. Singh"
    named = further and speaker_of(reading, end, further, (end, further))
    if not named or not named.outlet or not closes(reading, named.end, high):
        return speaker
    return Speaker(start, named.end, named.name, certain=True)


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
            speaker = further and speaker_of(reading, at + 1, further, (at + 1, further))
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
        elif (
            reading.is_function(word)
            or word in words.dates
            or word in words.participles
            or word.isdigit()
            or reading.is_verb(word)
            or (at > start and reading.opens(at))
        ):
            break
        elif reading.capital(at) or word in words.known:
            goes_on = not reading.capital(at) or (reading.caseless and word in words.known)
            if at > start and _is_complete(reading, at - 1) and not goes_on:
                break
            known = True
        elif known and (reading.capital(at - 1) or folded[at - 1] in words.heads) and not _leads_on(reading, at, high):
            break
        at += 1
    while at > start and folded[at - 1] in words.links:
        at -= 1
    return at if at > start and (known or at - start <= 2) else None


def _leads_on(reading: Reading, at: int, high: int) -> bool:
    """Tell whether an unknown word stands inside a name: "Chief executive Neil Doncaster"."""
    if reading.unpunctuated or at + 1 >= high:
        return False
    return reading.capital(at + 1) and not reading.breaks(at + 1)


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
    acronym = (
        end - start == 1 and len(exact) in LENGTHS and exact.isupper() and exact.isalpha() and not reading.caseless
    )
    if not acronym and reading.tokens.folded[end - 1] not in reading.words.speakers:
        return None
    return speaker_of(reading, start, end, (start, end))

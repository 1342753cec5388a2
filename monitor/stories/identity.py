"""Which entries are articles already known, which are edits, copies, or new: article identity.

    guid within a feed  →  canonical URL across feeds  →  headline and words within a feed  →  content

A moved date never makes an article new, nor does a rewritten guid. When in doubt, two articles are kept: showing one
text twice is a smaller fault than losing one. Pure: the store looks up what is known in one batch, this decides.
"""

from __future__ import annotations

import re
from collections import ChainMap, Counter
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Literal
from urllib.parse import urlsplit

from monitor.model import Entry, ParsedFeed
from monitor.text.urls import canonical_url

SHORTEST_GUID = 4
"""Shorter guids are positions in a list ("1", "2", …) in the feeds seen, and are reused for the next item."""

ENOUGH_WORDS = 8
"""Two items with the same few words ("Morning briefing") need not be the same text; with this many they are."""

WHOLE_TEXT_WORDS = 40
"""A text this long that is the same to the letter is a copy, whatever its headline."""

ALIKE = 0.2
"""Least share of the shorter text's words that an edit keeps. In data/stream_replay, 1,793 of 1,954 real edits do; the
others keep their guid. Only asked where a feed's own guid changed while its link stayed."""

LEAST_RENAMED = 3
"""So many entries that return under new ids at once, and are the most of their document, have been renamed. Fewer may
be what recurs ("Morning briefing"), unless the feed is known to rename."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An entry with its identities worked out."""

    entry: Entry
    key: str
    """Its identity within the feed."""
    url: str
    """Canonical URL where that identifies it across feeds, else empty."""
    content_hash: str
    """Changes exactly when title or text do."""
    copy_hash: str | None
    """Equal in word-for-word copies; None where the text is too short to say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """How a feed showed an article the last time."""

    article: int
    url: str
    content_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownArticle:
    """As much of a stored article as identity needs. ``text`` is filled only where words have to be compared."""

    id: int
    feed: str
    story: int
    content_hash: str
    revision: int = 0
    owed: bool = True
    """False where it lay in the past of the feed that showed it first."""
    text: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the store knows about the items of one poll."""

    sightings: MutableMapping[str, Sighting] = field(default_factory=dict)
    """By key, in this feed."""
    urls: MutableMapping[str, int] = field(default_factory=dict)
    """Canonical URL → article, in any feed."""
    copies: MutableMapping[str, int] = field(default_factory=dict)
    """Copy hash → the earliest article that has it."""
    articles: MutableMapping[int, KnownArticle] = field(default_factory=dict)
    namesakes: Mapping[str, Sequence[int]] = field(default_factory=dict)
    """Headline → this feed's articles of earlier polls that had it lately, the newest first; asked for only where most
    of a document seems new (`strangers`)."""
    unstable: bool = False
    """The feed is known to rename its entries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What one item is.

    ``new``: a new article; ``revised``: an edit of a known one; ``attached``: a known article under an identity (feed,
    guid or URL) not seen before; ``seen``: nothing new.
    """

    kind: Literal["new", "revised", "attached", "seen"]
    item: Item
    article: int
    story: int
    duplicate_of: int | None = None
    renamed: bool = False
    """It is, or may be, an entry that this feed showed under another id before."""
    reason: str


def strangers(items: Sequence[Item], known: Known) -> list[Item]:
    """Return the items that neither id nor address tells, if they are most of a document: all may have been renamed."""
    told = sum(item.key in known.sightings for item in items)
    unknown = [item for item in items if item.key not in known.sightings and item.url not in known.urls]
    return unknown if known.unstable or len(unknown) > told else []


def content_hash(title: str, text: str) -> str:
    return _digest(_folded(title), _folded(text))


def copy_hash(title: str, text: str) -> str | None:
    """Return a hash that word-for-word copies share, or None where there are too few words to tell."""
    words = len(text.split())
    if words >= WHOLE_TEXT_WORDS:
        return _digest("", _folded(text).casefold())
    if words + len(title.split()) >= ENOUGH_WORDS:
        return _digest(_folded(title).casefold(), _folded(text).casefold())
    return None


def items_of(parsed: ParsedFeed) -> tuple[Item, ...]:
    """Work out the identities of a document's entries; entries that stand in it twice come out once.

    Inside one document an identity must be one item's own: a guid or link that unlike entries share identifies none of
    them and is left out.
    """
    links = {entry.link: canonical_url(entry.link) for entry in parsed.entries if entry.link}
    home = canonical_url(parsed.link) if parsed.link else ""
    guids: dict[str, set[tuple[str, str]]] = {}
    urls: dict[str, set[str]] = {}
    for entry in parsed.entries:
        if url := links.get(entry.link or "", ""):
            urls.setdefault(url, set()).add(_folded(entry.title))
    for entry in parsed.entries:
        url = links.get(entry.link or "", "")
        if entry.guid:
            guids.setdefault(entry.guid, set()).add((url, _folded(entry.title) if len(urls.get(url, "")) != 1 else ""))
    items: dict[str, Item] = {}
    for entry in parsed.entries:
        url = links.get(entry.link or "", "")
        own_url = url if url and url != home and len(urls[url]) == 1 and _names_an_article(url) else ""
        content = content_hash(entry.title, entry.text)
        guid = entry.guid or ""
        own_guid = guid if guid and len(guids[guid]) == 1 and (len(guid) >= SHORTEST_GUID or not own_url) else ""
        # Never the address alone: whether it is an item's own depends on what else stands in the document today.
        key = own_guid or " ".join(filter(None, (guid, url, _digest(_folded(entry.title), ""))))
        item = Item(
            entry=entry, key=key, url=own_url, content_hash=content, copy_hash=copy_hash(entry.title, entry.text)
        )
        if key not in items or len(entry.text) > len(items[key].entry.text):
            items[key] = item
    return tuple(items.values())


def identify(feed: str, items: Sequence[Item], known: Known, ids: Iterator[int]) -> tuple[Decision, ...]:
    """Decide what each item of one poll is; ``ids`` gives the ids of new articles."""
    # What this poll itself brings counts for its later items; laid over what is known, which stays as it was.
    urls: ChainMap[str, int] = ChainMap({}, known.urls)
    copies: ChainMap[str, int] = ChainMap({}, known.copies)
    articles: ChainMap[int, KnownArticle] = ChainMap({}, known.articles)
    so_far = replace(known, urls=urls, copies=copies, articles=articles)
    renamed = _renamed(items, known)
    believed = renamed if known.unstable or len(renamed) >= LEAST_RENAMED else {}
    decisions = []
    for item in items:
        if item.key in believed:
            decision = _as_renamed(feed, item, articles[believed[item.key]])
        else:
            decision = _identify(feed, item, so_far, ids)
        if item.key in renamed or _has_new_id(feed, decision, known):
            decision = replace(decision, renamed=True)
        decisions.append(decision)
        if item.url:
            urls.setdefault(item.url, decision.article)
        if decision.kind == "new":
            articles[decision.article] = KnownArticle(
                id=decision.article,
                feed=feed,
                story=decision.story,
                content_hash=item.content_hash,
                text=item.entry.text,
            )
            if item.copy_hash:
                copies.setdefault(item.copy_hash, decision.article)
    return tuple(decisions)


def _renamed(items: Sequence[Item], known: Known) -> dict[str, int]:
    """Return which items say what an article of an earlier poll said that has not been told yet from its document."""
    taken = {known.sightings[item.key].article for item in items if item.key in known.sightings}
    taken |= {known.urls[item.url] for item in items if item.url in known.urls}
    pages = Counter(_page(item.url) for item in items)
    found: dict[str, int] = {}
    for item in strangers(items, known):
        for number in known.namesakes.get(item.entry.title, ()):
            own_page = pages[_page(item.url)] == 1
            if number not in taken and _says_the_same(item, known.articles[number], own_page=own_page):
                found[item.key] = number
                taken.add(number)
                break
    return found


def _says_the_same(item: Item, article: KnownArticle, *, own_page: bool) -> bool:
    """Tell whether an item with an article's headline is that article: the same words, or its page with others.

    A page that other items have as well (`story.php?id=7`) is not told by its path.
    """
    if item.content_hash == article.content_hash:
        return True
    is_there = own_page and _page(item.url) != "" and _page(item.url) == _page(article.url)
    return is_there and alike(article.text, _words(item))


def _page(url: str) -> str:
    """Return an address without its query; of a front page nothing."""
    parts = urlsplit(url)
    return parts._replace(query="").geturl() if parts.path.strip("/") else ""


def _as_renamed(feed: str, item: Item, article: KnownArticle) -> Decision:
    if article.content_hash == item.content_hash:
        return _decision("attached", item, article, f"the same words in {feed} under another id")
    return _decision("revised", item, article, f"the same page and headline in {feed}, edited, under another id")


def _has_new_id(feed: str, decision: Decision, known: Known) -> bool:
    if decision.kind not in ("attached", "revised") or decision.item.key in known.sightings:
        return False
    return decision.article in known.articles and known.articles[decision.article].feed == feed


def _identify(feed: str, item: Item, known: Known, ids: Iterator[int]) -> Decision:
    sighting = known.sightings.get(item.key)
    if sighting is not None and not _is_reused(item, sighting, known.articles[sighting.article]):
        article = known.articles[sighting.article]
        return _known(feed, item, article, sighting, f"guid known in {feed}")
    if item.url in known.urls:
        article = known.articles[known.urls[item.url]]
        if article.feed != feed:
            return _decision("attached", item, article, f"same address as in {article.feed}")
        if article.content_hash == item.content_hash:
            return _decision("attached", item, article, "same address and words under another guid")
        if alike(article.text, _words(item)):
            return _decision("revised", item, article, "same address, edited, under another guid")
    original = known.copies.get(item.copy_hash) if item.copy_hash else None
    number = next(ids)
    if original is None:
        return Decision(kind="new", item=item, article=number, story=number, reason="not seen before")
    return Decision(
        kind="new",
        item=item,
        article=number,
        story=known.articles[original].story,
        duplicate_of=original,
        reason=f"the same words as article {original}",
    )


def _is_reused(item: Item, sighting: Sighting, article: KnownArticle) -> bool:
    """Tell whether a guid stands for another text now ("latest-news"): neither address nor words are alike.

    An edit may change both (a live page that gets its final headline), but then the number in its address stays.
    """
    if not item.url or not sighting.url or item.url == sighting.url or item.content_hash == sighting.content_hash:
        return False
    numbers, before = (set(re.findall(r"\d{5,}", urlsplit(url).path)) for url in (item.url, sighting.url))
    return not numbers & before and not alike(article.text, _words(item))


def _known(feed: str, item: Item, article: KnownArticle, sighting: Sighting, reason: str) -> Decision:
    """Tell an edit from another outlet's rendition: a feed's item is an edit when it changed in that feed, and either
    the article is that feed's own or the feed had shown the article's current words before."""
    changed = item.content_hash not in (sighting.content_hash, article.content_hash)
    if changed and (article.feed == feed or sighting.content_hash == article.content_hash):
        return _decision("revised", item, article, f"{reason}, edited")
    if item.content_hash != sighting.content_hash or item.url != sighting.url:
        return _decision("attached", item, article, f"{reason}, shown differently")
    return _decision("seen", item, article, reason)


def _decision(kind: Literal["revised", "attached", "seen"], item: Item, article: KnownArticle, reason: str) -> Decision:
    return Decision(kind=kind, item=item, article=article.id, story=article.story, reason=reason)


def _words(item: Item) -> str:
    return f"{item.entry.title} {item.entry.text}"


def alike(one: str, other: str) -> bool:
    """Tell whether two texts share enough words to be versions of each other."""
    ours, theirs = ({word for word in re.findall(r"\w+", text.casefold()) if len(word) > 3} for text in (one, other))
    shorter = min(len(ours), len(theirs))
    return shorter == 0 or len(ours & theirs) / shorter >= ALIKE


def _names_an_article(url: str) -> bool:
    """Tell an article's address from a front page's, which many items of alert feeds share."""
    parts = urlsplit(url)
    return parts.path.strip("/") != "" or parts.query != ""


def _folded(text: str) -> str:
    return " ".join(text.split())


def _digest(title: str, text: str) -> str:
    return blake2b(f"{title}\0{text}".encode(errors="replace"), digest_size=16).hexdigest()

"""`dateline annotate`: the pure rooms over a stream of articles, in order, without a database."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import chain, count, islice, repeat
from typing import Any

from monitor.errors import ParseError
from monitor.model import Article, Entry, Figure, Match
from monitor.regions import packs
from monitor.regions.gazetteer import Place
from monitor.regions.mentions import Mention
from monitor.rules.match import match_article
from monitor.rules.positions import Positions, Words, words_of
from monitor.rules.regional import Regional
from monitor.rules.ruleset import RuleSet
from monitor.stories.assign import Arrival, assign
from monitor.stories.boilerplate import Habits
from monitor.stories.duplicates import Originals
from monitor.stories.figures import figures_of
from monitor.stories.identity import Decision, Item, Known, KnownArticle, content_hash, copy_hash, identify
from monitor.stories.live import LiveStories
from monitor.stories.statements import statements_of
from monitor.text.html import looks_like_html, plain_text
from monitor.text.language import language_of
from monitor.text.urls import canonical_url

PARTS = ("duplicates", "story", "places", "regions", "figures", "matches")

_TEXTS = ("title", "text", "url", "feed", "source", "home", "author", "section", "language", "published")

_NEED_POSITIONS = frozenset({"places", "regions", "matches"})

_DIGITS = 10_000

BATCH = 2_000
"""Lines that are grouped together: what some minutes of polls bring. In a batch the most alike are joined first."""


def annotate(
    rules: RuleSet, lines: Iterable[str | bytes], *, only: Collection[str] = PARTS
) -> Iterator[dict[str, Any] | ParseError]:
    """Yield one object per line, in their order; a ParseError, naming the line, for one that is no article.

    Stories are told at the end of all lines: two that began apart may turn out to be one.
    """
    archive = _Archive()
    grouped = "duplicates" in only or "story" in only
    annotated = chain.from_iterable(
        _annotated(rules, batch, only, archive if grouped else None)
        for batch in _batches(lines, BATCH if grouped else 1)
    )
    for out, number in list(annotated) if "story" in only else annotated:
        if number is not None and isinstance(out, dict) and "story" in only:
            out["story"] = archive.story(number)
        yield out


def _batches(lines: Iterable[str | bytes], size: int) -> Iterator[list[tuple[int, str | bytes]]]:
    numbered = ((number, line) for number, line in enumerate(lines, start=1) if line.strip())
    while batch := list(islice(numbered, size)):
        yield batch


def _annotated(
    rules: RuleSet, batch: Sequence[tuple[int, str | bytes]], only: Collection[str], archive: _Archive | None
) -> Iterator[tuple[dict[str, Any] | ParseError, int | None]]:
    """Yield what there is to say of each line, but for its story, with the number of its article in the archive."""
    read = [_read(rules, number, line) for number, line in batch]
    lines = [one for one in read if isinstance(one, _Line)]
    filed = iter(archive.add(lines) if archive else repeat((None, None)))
    for one in read:
        if isinstance(one, ParseError):
            yield one, None
        else:
            number, original = next(filed)
            yield _out(rules, one, only, original), number


def _out(rules: RuleSet, line: _Line, only: Collection[str], original: Any) -> dict[str, Any]:
    article = line.article
    positions = None if _NEED_POSITIONS.isdisjoint(only) else Positions(article, line.words)
    out: dict[str, Any] = {"id": line.id}
    if "duplicates" in only:
        out["duplicate_of"] = original
    if "story" in only:
        out["story"] = None
    out["language"] = article.language
    if positions is not None and ("places" in only or "regions" in only):
        regional = Regional(rules, positions)
        if "places" in only:
            out["places"] = [
                place_json(one.mention, place)
                for one in regional.places()
                if not one.mention.is_adjective and (place := one.place)
            ]
        if "regions" in only:
            out["regions"] = [
                {"code": code, "share": share} for code, share in _rounded(regional.shares()).items() if code
            ]
    if "figures" in only:
        said = article.title, line.words[0], article.text, line.words[1], article.language
        out["figures"] = [figure_json(figure) for figure in figures_of(*said)]
        out["statements"] = [asdict(statement) for statement in statements_of(*said)]
    if "matches" in only:
        out["matches"] = [match_json(match) for match in match_article(rules, article, positions)]
    if line.plain is not None:
        out["plain"] = line.plain
    return out


def _rounded(shares: dict[str, float]) -> dict[str, float]:
    """Return shares of four digits that still add up to 1: what is cut off goes to the largest."""
    parts = {code: int(share * _DIGITS + 1e-6) for code, share in shares.items()}
    if parts:
        parts[next(iter(parts))] += _DIGITS - sum(parts.values())
    return {code: part / _DIGITS for code, part in parts.items()}


def place_json(mention: Mention, place: Place) -> dict[str, Any]:
    return {
        "name": mention.written,
        "start": mention.start,
        "end": mention.end,
        "field": mention.field,
        "kind": place.kind,
        "geonames_id": place.id if place.id > 0 else None,
        "latitude": place.latitude if place.country else None,
        "longitude": place.longitude if place.country else None,
        "country": place.country or None,
        "region": place.area or None,
    }


def figure_json(figure: Figure) -> dict[str, Any]:
    names = ("count", "count_max", "modifier", "who", "group", "outcome", "source", "start", "end", "field", "quote")
    return {name: getattr(figure, name) for name in (*names, "background")}


def match_json(match: Match) -> dict[str, Any]:
    return {
        "rule": match.rule,
        "severity": str(match.severity),
        "score": match.score,
        "evidence": [asdict(evidence) for evidence in match.evidence],
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    id: Any
    article: Article
    plain: str | None
    """Its plain text, where its text was HTML."""
    words: Words


def _read(rules: RuleSet, number: int, line: str | bytes) -> _Line | ParseError:
    try:
        record = _record(line)
    except (ValueError, RecursionError) as error:
        return ParseError(f"line {number}: {error}")
    article, plain = _article(rules, record)
    return _Line(id=record["id"], article=article, plain=plain, words=words_of(article))


def _record(line: str | bytes) -> dict[str, Any]:
    record = json.loads(line)
    if not isinstance(record, dict) or "id" not in record:
        raise ValueError("not a JSON object with an id")
    for name in _TEXTS:
        if not isinstance(record.get(name, ""), str | None):
            raise ValueError(f"{name} is not a text")
    return record


def _article(rules: RuleSet, record: dict[str, Any]) -> tuple[Article, str | None]:
    """Return the article, and its plain text where its text was HTML."""
    given = {name: record.get(name) or "" for name in _TEXTS}
    feed = rules.feeds.get(given["feed"])
    plain = plain_text(given["text"]) if looks_like_html(given["text"]) else None
    text = given["text"] if plain is None else plain
    declared = given["language"] or (feed.language if feed else None)
    return (
        Article(
            title=given["title"],
            text=text,
            link=given["url"],
            url=canonical_url(given["url"]) if given["url"] else "",
            feed=given["feed"],
            source=given["source"] or (feed.name if feed else ""),
            home=_home(given["home"]) or (feed.home if feed else None),
            author=given["author"],
            section=given["section"],
            language=given["language"] or language_of(f"{given['title']}\n{text}", declared),
            published_at=_time(given["published"]),
        ),
        plain,
    )


def _home(given: str) -> str | None:
    """Return an ISO 3166 code in capitals; None for what is none."""
    code = given.strip().upper()
    return code if packs.is_area(code) else None


def _time(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


class _Archive:
    """The lines read so far, as the store would keep their articles: who is whose copy, and which stories there are."""

    def __init__(self) -> None:
        self._known = Known()
        self._numbers = count(1)
        self._lines = count(1)
        self._ids: dict[int, Any] = {}
        """Article → what its first line is called."""
        self._stories: dict[int, int] = {}
        self._merged: dict[int, int] = {}
        self._habits: Mapping[str, Habits] = {}
        self._originals = Originals()
        self._live = LiveStories()

    def add(self, lines: Iterable[_Line]) -> list[tuple[int, Any]]:
        """Take in a batch of lines; returns the number of each one's article, and what the line is called that it
        repeats, None where it repeats none."""
        decisions = [(self._identify(line), line) for line in lines]
        arrivals = [_arrival(one, line) for one, line in decisions if one.kind == "new"]
        assigned = assign(
            arrivals,
            self._habits,
            self._originals,
            self._live,
            lambda articles: {article: self._stories[article] for article in articles},
        )
        self._habits = assigned.habits
        for article, keys in assigned.keys.items():
            self._originals.add(article, assigned.sketches[article], keys)
        self._live.add(assigned.grouping)
        self._merged |= {one.story: one.into for one in assigned.grouping.merges}
        self._stories |= assigned.stories
        copies = {one.article: one.duplicate_of for one, _ in decisions if one.duplicate_of is not None}
        copies |= {article: copy.of for article, copy in assigned.copies.items()}
        return [
            (one.article, self._ids.get(copies.get(one.article, 0) if one.kind == "new" else one.article))
            for one, _ in decisions
        ]

    def _identify(self, line: _Line) -> Decision:
        article = line.article
        item = Item(
            entry=Entry(guid=None, link=article.link, title=article.title, text=article.text),
            key="",
            url=article.url,
            content_hash=content_hash(article.title, article.text),
            copy_hash=copy_hash(article.title, article.text),
        )
        # Each line stands for a feed of its own: its id is no guid, and the same address elsewhere is the same article.
        (decision,) = identify(f"line {next(self._lines)}", [item], self._known, self._numbers)
        if decision.kind == "new":
            number = decision.article
            self._ids[number] = line.id
            self._known.articles[number] = KnownArticle(
                id=number, feed="", story=number, content_hash=item.content_hash, text=article.text
            )
            if item.url:
                self._known.urls.setdefault(item.url, number)
            if item.copy_hash:
                self._known.copies.setdefault(item.copy_hash, number)
        return decision

    def story(self, number: int) -> Any:
        """Return what the first line of an article's story is called, as far as is known by now."""
        story = self._stories[number]
        while story in self._merged:
            story = self._merged[story]
        return self._ids[story]


def _arrival(decision: Decision, line: _Line) -> Arrival:
    article = line.article
    return Arrival(
        id=decision.article,
        title=line.words[0],
        text=line.words[1],
        at=article.published_at,
        feed=article.feed or article.source,
        outlet=article.source or article.feed,
        copy_of=decision.duplicate_of,
    )

"""`dateline annotate`: the pure rooms over a stream of articles, in order, without a database."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import count
from typing import Any

from monitor.errors import ParseError
from monitor.model import Article, Entry, Match
from monitor.regions import packs
from monitor.regions.gazetteer import Place
from monitor.regions.mentions import Mention
from monitor.rules.match import match_article
from monitor.rules.positions import Positions
from monitor.rules.regional import Regional
from monitor.rules.ruleset import RuleSet
from monitor.stories.identity import Item, Known, KnownArticle, content_hash, copy_hash, identify
from monitor.text.html import looks_like_html, plain_text
from monitor.text.language import language_of
from monitor.text.urls import canonical_url

PARTS = ("duplicates", "places", "regions", "matches")

_TEXTS = ("title", "text", "url", "feed", "source", "home", "author", "section", "language", "published")

_DIGITS = 10_000


def annotate(
    rules: RuleSet, lines: Iterable[str | bytes], *, only: Collection[str] = PARTS
) -> Iterator[dict[str, Any] | ParseError]:
    """Yield one object per line, in their order; a ParseError, naming the line, for one that is no article."""
    duplicates = _Duplicates()
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            record = _record(line)
        except (ValueError, RecursionError) as error:
            yield ParseError(f"line {number}: {error}")
            continue
        article, plain = _article(rules, record)
        out: dict[str, Any] = {"id": record["id"]}
        if "duplicates" in only:
            out["duplicate_of"] = duplicates.of(record["id"], article)
        out["language"] = article.language
        positions = Positions(article)
        if "places" in only or "regions" in only:
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
        if "matches" in only:
            out["matches"] = [match_json(match) for match in match_article(rules, article, positions)]
        if plain is not None:
            out["plain"] = plain
        yield out


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


def match_json(match: Match) -> dict[str, Any]:
    return {
        "rule": match.rule,
        "severity": str(match.severity),
        "score": match.score,
        "evidence": [asdict(evidence) for evidence in match.evidence],
    }


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
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


class _Duplicates:
    """Article identity over a stream: the same address, or the same words."""

    def __init__(self) -> None:
        self.urls: dict[str, int] = {}
        self.copies: dict[str, int] = {}
        self.articles: dict[int, KnownArticle] = {}
        self.numbers = count(1)
        self.ids: dict[int, Any] = {}

    def of(self, id_: Any, article: Article) -> Any:
        item = Item(
            entry=Entry(guid=None, link=article.link, title=article.title, text=article.text),
            key="",
            url=article.url,
            content_hash=content_hash(article.title, article.text),
            copy_hash=copy_hash(article.title, article.text),
        )
        # Each line stands for a feed of its own: its id is no guid, and the same address elsewhere is the same article.
        known = Known(urls=self.urls, copies=self.copies, articles=self.articles)
        (decision,) = identify(f"line {id_}", [item], known, self.numbers)
        if decision.kind != "new":
            return self.ids[decision.article]
        self.ids[decision.article] = id_
        self.articles[decision.article] = KnownArticle(
            id=decision.article, feed="", story=decision.story, content_hash=item.content_hash, text=article.text
        )
        if item.url:
            self.urls.setdefault(item.url, decision.article)
        if item.copy_hash:
            self.copies.setdefault(item.copy_hash, decision.article)
        return self.ids.get(decision.duplicate_of or 0)

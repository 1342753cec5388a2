"""What it costs to find a new article's story and its figures, with few and with many articles stored before.

Articles are real summaries of six outlets, as their polls brought them. The archive before them is made of others of
the same stream, whose rarer words are varied so that no two articles are alike and the vocabulary grows as it does in
news. It came at a steady rate; as in a home that has run for so long, originals of the last 14 days are kept to be
compared with, stories of the last four days are live, and frequencies have decayed.
"""

from __future__ import annotations

import gzip
import json
import random
import tempfile
import time
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from math import sqrt
from operator import itemgetter
from pathlib import Path
from string import ascii_lowercase
from types import SimpleNamespace
from typing import Any, cast

from sqlalchemy import Connection, text

from benchmarks import report
from benchmarks.report import Goal
from monitor.app import Services
from monitor.model import Article, Entry, Feed
from monitor.pipeline.joining import group_new, save_said
from monitor.rules.match import Outcome
from monitor.rules.positions import words_of
from monitor.store import Store, pools
from monitor.stories import grouping
from monitor.stories.clusters import Cluster
from monitor.stories.duplicates import CROWD, KEYS, TITLE_KEYS, sketch
from monitor.stories.features import Features, features
from monitor.stories.grouping import HALF_LIFE, cluster_of
from monitor.stories.identity import Decision, Item
from monitor.stories.nodes import SILENT
from monitor.text.fold import Tokens, tokenise
from tests.data import DATA

SIZES = (10_000, 100_000, 1_000_000)
PER_DAY = 10_000
"""Five times what a regional desk reads."""
ARRIVALS = 3_000
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)

Row = dict[str, Any]

_RARE = 20
"""Words of at most so many of the archive's templates are varied."""
_FEWEST_VARIANTS = 3
"""So that articles of one event, of which the templates hold many, are none here."""
_CHUNK = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """CPU milliseconds per article, and what was found."""

    stored: int
    grouping: float
    figures: float
    copies: int
    joined: int
    found: int

    @property
    def both(self) -> float:
        return self.grouping + self.figures


def run() -> list[Goal]:
    """Measure and print; returns what must hold. Raises OSError where the real stream is missing."""
    polls, templates = _stream()
    report.say(f"stories: {ARRIVALS:,} arriving summaries, {len(templates):,} others make the archive")
    measured = [_measure(size, polls, templates) for size in SIZES]
    columns = (
        "stored before",
        "grouping, ms",
        "figures, ms",
        "both, articles/s",
        "copies",
        "joined a story",
        "figures",
    )
    report.show("CPU per arriving article, stored in SQLite", columns, [_line(one) for one in measured])
    return [
        Goal(what=f"grouping and figures, {most.stored:,} stored: CPU", measured=most.both, limit=2, unit=" ms")
        for most in measured
    ] + [
        Goal(
            what=f"the same with {measured[-1].stored:,} beside {measured[0].stored:,} stored",
            measured=measured[-1].both / measured[0].both,
            limit=1.5,
        )
    ]


def _line(one: Measured) -> tuple[str, ...]:
    costs = f"{one.grouping:.2f}", f"{one.figures:.2f}", f"{1000 / one.both:.0f}"
    return (f"{one.stored:,}", *costs, f"{one.copies:,}", f"{one.joined:,}", f"{one.found:,}")


# --- what arrives ---


def _stream() -> tuple[list[list[Article]], list[tuple[Tokens, Tokens]]]:
    """Return the articles of each poll, and the words of others."""
    with gzip.open(DATA / "stream_replay" / "stream.jsonl.gz", "rt", encoding="utf-8") as lines:
        entries = [entry for entry in map(json.loads, lines) if entry["rev"] == 0]
    half = len(entries) // 2
    polls = groupby(entries[half:], key=lambda one: (one["feed"], one["polled_at"]))
    made_of = [(tokenise(one["title"]), tokenise(one["summary"])) for one in entries[:half]]
    return [[_article(one) for one in poll] for _, poll in polls], made_of


def _article(entry: Mapping[str, str]) -> Article:
    return Article(
        title=entry["title"],
        text=entry["summary"],
        link=entry["link"],
        url=entry["link"],
        feed=entry["feed"],
        source=entry["feed"],
        language="en",
        published_at=NOW - timedelta(hours=1),
    )


def _measure(size: int, polls: Sequence[Sequence[Article]], templates: Sequence[tuple[Tokens, Tokens]]) -> Measured:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{folder}/dateline.db")
        store.upgrade()
        started = time.monotonic()
        _Archive(size, templates).fill(store)
        report.say(f"  {size:,} articles stored in {time.monotonic() - started:.0f} s, {_megabytes(folder)} MB")
        measured = _arrive(store, size, polls)
        store.close()
    return measured


def _megabytes(folder: str) -> int:
    return round(sum(file.stat().st_size for file in Path(folder).iterdir()) / 1e6)


def _arrive(store: Store, size: int, polls: Sequence[Sequence[Article]]) -> Measured:
    services = cast(Services, SimpleNamespace(log=_Loud()))
    joining = reading = 0.0
    number = arrived = copies = joined = 0
    for poll, articles in enumerate(polls):
        if arrived >= ARRIVALS:
            break
        new = [(_decision(size + number + at, article), article) for at, article in enumerate(articles, start=1)]
        number += len(articles)
        words = {one.article: words_of(article) for one, article in new}
        feed = Feed(id=articles[0].feed, url="", name=articles[0].source)
        moments = [time.process_time()]
        with store.writing() as db:
            decided = group_new(db, services, feed, new, words, NOW)
            moments.append(time.process_time())
            save_said(db, services, decided, words, dict.fromkeys(words, Outcome(matches=())), [])
            moments.append(time.process_time())
        moments.append(time.process_time())
        if poll:  # the first one loads tables of words
            began, grouped, read, committed = moments
            joining += grouped - began + committed - read
            reading += read - grouped
            arrived += len(articles)
            copies += sum(one.duplicate_of is not None for one, _ in decided)
            joined += sum(one.story != one.article for one, _ in decided)
    with store.reading() as db:
        found = db.scalar(text("SELECT sum(json_array_length(figures)) FROM report")) or 0
    return Measured(
        stored=size,
        grouping=1000 * joining / arrived,
        figures=1000 * reading / arrived,
        copies=copies,
        joined=joined,
        found=found,
    )


class _Loud:
    """A log for steps that go on without what they could not do: here nothing may fail."""

    def exception(self, event: str, **_fields: object) -> None:
        raise RuntimeError(event)


def _decision(number: int, article: Article) -> Decision:
    entry = Entry(guid=article.link, link=article.link, title=article.title, text=article.text)
    item = Item(entry=entry, key=article.link, url=article.url, content_hash="", copy_hash=None)
    return Decision(kind="new", item=item, article=number, story=number, reason="")


# --- what is stored before ---


class _Archive:
    """Articles as if they had come through the pipeline, each a story of its own."""

    def __init__(self, size: int, templates: Sequence[tuple[Tokens, Tokens]]) -> None:
        self.size = size
        self.templates = templates
        self.chance = random.Random(size)  # noqa: S311 - invents news, guards nothing
        items = Counter(word for title, body in templates for word in {*title.folded, *body.folded})
        total = sum(0.5 ** ((NOW - self._at(number)) / HALF_LIFE) for number in range(1, size + 1))
        self.variants = max(_FEWEST_VARIANTS, round(sqrt(total / len(templates))))
        """Of each rare word: a vocabulary grows as the root of the text (Heaps)."""
        self.rare = {word for word, count in items.items() if count <= _RARE}
        counts: dict[int, float] = {}
        for word, count in items.items():
            variants = _variants(word, self.variants) if word in self.rare else [word]
            for term in (term for variant in variants for term in _features(tokenise(variant), NOW).text):
                counts[term] = counts.get(term, 0.0) + count * total / len(templates) / len(variants)
        self.counts = {term: max(1, round(count)) for term, count in counts.items()}
        self.counted = _Counted(round(total), self.counts)

    def fill(self, store: Store) -> None:
        with store.writing() as db:
            pools.count_terms(db, self.counts, round(self.counted.total), NOW)
        for first in range(1, self.size + 1, _CHUNK):
            with store.writing() as db:
                self._fill(db, range(first, min(first + _CHUNK, self.size + 1)))
        with store.writing() as db:
            # As `find_copies` does: a run of words in many originals is a key no longer.
            numbered = "SELECT key, article, row_number() OVER (PARTITION BY key ORDER BY article) AS n FROM sketch_key"
            surplus = f"SELECT key, article FROM ({numbered}) WHERE n > {CROWD}"  # noqa: S608 - all our own
            db.execute(text(f"DELETE FROM sketch_key WHERE (key, article) IN ({surplus})"))  # noqa: S608

    def _fill(self, db: Connection, numbers: Sequence[int]) -> None:
        rows: dict[str, list[Row]] = {name: [] for name in ("article", "sketch", "sketch_key", "story", "story_key")}
        for number in numbers:
            title, body = map(self._varied, self.chance.choice(self.templates))
            at = self._at(number)
            rows["article"].append(_article_row(number, title, body, at))
            cluster = cluster_of([_features(body, at, title)], self.counted) if NOW - at < SILENT else None
            rows["story"].append(_story_row(number, at, cluster))
            rows["story_key"] += [{"term": term, "story": number} for term in (cluster.keys if cluster else ())]
            if NOW - at < pools.COPIED_WITHIN:
                drawn = sketch(title.folded, body.folded, outlet=f"outlet{number % 300}")
                rows["sketch"].append({"article": number, "content": drawn.pack()})
                keys = drawn.text.lowest[:KEYS] + drawn.title.lowest[:TITLE_KEYS]
                rows["sketch_key"] += [{"key": key, "article": number} for key in keys]
        for name, of_table in rows.items():
            if of_table:
                # In the order of the first column, the key: random insertions in bulk take several times as long.
                columns = list(of_table[0])
                of_table.sort(key=itemgetter(columns[0]))
                named = ", ".join(f":{column}" for column in columns)
                db.exec_driver_sql(f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({named})", of_table)  # noqa: S608

    def _at(self, number: int) -> datetime:
        return NOW - timedelta(days=(self.size - number) / PER_DAY)

    def _varied(self, words: Tokens) -> Tokens:
        varied = (
            self.chance.choice(_variants(word, self.variants)) if word in self.rare else word for word in words.folded
        )
        return replace(words, folded=tuple(varied))


class _Counted(grouping.Pool):
    """How common each term is in the archive, and no stories."""

    def __init__(self, total: int, counts: Mapping[int, float]) -> None:
        self._total = total
        self._counts = counts

    @property
    def total(self) -> float:
        return self._total

    def frequencies(self, terms: Collection[int]) -> Mapping[int, float]:
        return {term: self._counts[term] for term in terms if term in self._counts}

    def holding(self, keys: Collection[int]) -> Mapping[int, Collection[int]]:
        return {}

    def clusters(self, stories: Collection[int]) -> Mapping[int, Cluster]:
        return {}


def _variants(word: str, count: int) -> list[str]:
    return [word, *(f"{word}{letter}" for letter in ascii_lowercase[: count - 1])]


def _features(body: Tokens, at: datetime, title: Tokens | None = None) -> Features:
    title = title or tokenise("")
    return features(title, body, (range(len(title)), range(len(body))), at)


def _article_row(number: int, title: Tokens, body: Tokens, at: datetime) -> Row:
    feed = f"outlet{number % 300}"
    link = f"https://{feed}.example/news/{number}"
    words = {"title": " ".join(title.folded), "text": " ".join(body.folded), "author": "", "section": ""}
    where = {"feed": feed, "source": feed, "language": "en", "link": link, "url": link}
    hashes = {"content_hash": f"{number:032x}", "copy_hash": f"{number:032x}"}
    decided = {"story": number, "revision": 0, "owed": 1, "reason": "new", "published_at": _moment(at)}
    return {"id": number, "stored_at": _moment(at)} | words | where | hashes | decided


def _story_row(number: int, at: datetime, cluster: Cluster | None) -> Row:
    packed = cluster.pack() if cluster else None
    return {"id": number, "first_seen_at": _moment(at), "updated_at": _moment(at), "cluster": packed}


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S.%f}"

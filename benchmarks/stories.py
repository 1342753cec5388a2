"""What it costs to find a new article's story and its figures, with few and with many articles stored before.

Articles are real summaries of six outlets, as their polls brought them. The archive before them is made of others of the
same stream, whose rarer words are varied so that no two articles are alike and the vocabulary grows as it does in news.
All of the archive came within the two weeks for which originals are kept, and what came in the last four days is live:
the most that can be stored to compare with.
"""

from __future__ import annotations

import gzip
import json
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby, islice
from math import sqrt
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import structlog
from sqlalchemy import Connection, Table, insert, text

from benchmarks import report
from benchmarks.report import Goal
from monitor.app import Services
from monitor.model import Article, Entry, Feed
from monitor.pipeline.joining import group_new, save_said
from monitor.rules.match import Outcome
from monitor.rules.positions import Positions
from monitor.store import Store, pools
from monitor.store.tables import ARTICLE, SKETCH, SKETCH_KEY, STORY, STORY_KEY
from monitor.stories.clusters import KEYS, Cluster, vector
from monitor.stories.duplicates import CROWD, find_copies, sketch
from monitor.stories.duplicates import Originals as NoOriginals
from monitor.stories.features import features
from monitor.stories.grouping import COMMON, SILENT
from monitor.stories.identity import Decision, Item
from monitor.text.fold import Tokens, tokenise
from tests.data import DATA

SIZES = (10_000, 100_000, 1_000_000)
ARRIVALS = 3_000
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)

_RARE = 20
"""Words of at most so many of the archive's templates are varied."""
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
    columns = ("stored before", "grouping, ms", "figures, ms", "both, articles/s", "copies", "joined a story", "figures")
    report.show("CPU per arriving article, stored in SQLite", columns, [_row(one) for one in measured])
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


def _row(one: Measured) -> tuple[str, ...]:
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
    services = cast(Services, SimpleNamespace(log=structlog.get_logger()))
    grouping = figures = 0.0
    number, copies, joined = size, 0, 0
    for articles in polls:
        if number >= size + ARRIVALS:
            break
        new = [(_decision(number + at, article), article) for at, article in enumerate(articles, start=1)]
        number += len(articles)
        positions = {one.article: Positions(article) for one, article in new}
        feed = Feed(id=articles[0].feed, url="", name=articles[0].source)
        started = time.process_time()
        with store.writing() as db:
            decided = group_new(db, services, feed, new, positions, NOW)
        grouped = time.process_time()
        with store.writing() as db:
            save_said(db, services, decided, positions, dict.fromkeys(positions, Outcome(matches=())), {})
        figures += time.process_time() - grouped
        grouping += grouped - started
        copies += sum(one.duplicate_of is not None for one, _ in decided)
        joined += sum(one.story != one.article for one, _ in decided)
    with store.reading() as db:
        found = db.scalar(text("SELECT sum(json_array_length(figures)) FROM report")) or 0
    arrived = number - size
    return Measured(
        stored=size,
        grouping=1000 * grouping / arrived,
        figures=1000 * figures / arrived,
        copies=copies,
        joined=joined,
        found=found,
    )


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
        words = Counter(word for title, body in templates for word in {*title.folded, *body.folded})
        self.rare = {word for word, count in words.items() if count <= _RARE}
        self.variants = max(1, round(sqrt(size / len(templates))))
        """Of each rare word: a vocabulary grows as the root of the text (Heaps)."""
        self.total = float(size)
        self.frequencies: dict[int, float] = {}
        for word, count in words.items():
            variants = [self._variant(word, at) for at in range(self.variants)] if word in self.rare else [word]
            for variant in variants:
                shown = _features(_tokens([variant]), _tokens([]), NOW)
                for term in shown.title:
                    part = count * size / len(templates) / len(variants)
                    self.frequencies[term] = self.frequencies.get(term, 0.0) + part

    def fill(self, store: Store) -> None:
        with store.writing() as db:
            pools.count_terms(db, {term: round(count) for term, count in self.frequencies.items()}, self.size, NOW)
        for first in range(1, self.size + 1, _CHUNK):
            with store.writing() as db:
                self._fill(db, range(first, min(first + _CHUNK, self.size + 1)))
        with store.writing() as db:
            # As `find_copies` does: a run of words in many originals is a key no longer.
            numbered = "SELECT key, article, row_number() OVER (PARTITION BY key ORDER BY article) AS n FROM sketch_key"
            surplus = f"SELECT key, article FROM ({numbered}) WHERE n > {CROWD}"  # noqa: S608 - all our own
            db.execute(text(f"DELETE FROM sketch_key WHERE (key, article) IN ({surplus})"))  # noqa: S608

    def _fill(self, db: Connection, numbers: Sequence[int]) -> None:
        rows: dict[Table, list[tuple[Any, ...]]] = {table: [] for table in (ARTICLE, SKETCH, SKETCH_KEY, STORY, STORY_KEY)}
        for number in numbers:
            title, body = self._varied(self.chance.choice(self.templates))
            at = NOW - timedelta(days=14) * (1 - number / self.size)
            drawn = sketch(title.folded, body.folded, outlet=f"outlet {number % 300}")
            keys = find_copies({number: drawn}, NoOriginals()).keys[number]
            rows[SKETCH].append((number, drawn.pack()))
            rows[SKETCH_KEY] += [(key, number) for key in keys]
            rows[ARTICLE].append(self._row(number, " ".join(title.folded), " ".join(body.folded), at))
            live = self._cluster(title, body, at) if NOW - at < SILENT else None
            rows[STORY].append((number, _stored(at), _stored(at), None, live and live.pack()))
            rows[STORY_KEY] += [(key, number) for key in (live.keys if live else ())]
        for table, of_table in rows.items():
            places = ", ".join("?" * len(table.columns))
            # In the order of their keys: a bulk of random insertions takes ten times as long.
            db.exec_driver_sql(f"INSERT INTO {table.name} VALUES ({places})", sorted(of_table, key=lambda row: row[:1]))

"""`dateline backtest` as an operator runs it: 50 rules against 50 others, on an archive of 100,000 real feed items."""

from __future__ import annotations

import gzip
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from benchmarks import process, report
from benchmarks.home import environment
from benchmarks.process import Cost
from benchmarks.report import Goal
from monitor.errors import ParseError
from monitor.feeds.parse import parse_feed
from monitor.settings import load_settings
from monitor.store import Store
from monitor.store.tables import ARTICLE
from tests.data import DATA

ARTICLES = 100_000
LONG_ARTICLES, LONG_WORDS = 10_000, 700
DAYS = 13

_FOLDERS = ("feeds_polls", "feeds_snapshots", "feeds_southasia")
_COUNTRIES = ("PK", "AF", "IN", "BD", "UA", "PH", "NZ", "US", "GB", "CN")
_TOPICS = {
    "attacks": "$attack NEAR/20 ($armed OR $forces)",
    "arrests": '$forces NEAR/12 (arrest* OR detain* OR "taken into custody")',
    "floods": '(flood* OR cyclone* OR typhoon* OR earthquake* OR "heavy rain*") AND NOT metaphor*',
    "health": "ATLEAST/2 (covid* OR virus* OR vaccin* OR hospital*)",
    "protests": "title:(protest* OR strike* OR rally) OR (shutdown* BEFORE/8 (city OR road* OR market*))",
}
_GROUPS = {
    "attack": ["attack*", "ambush*", "blast*", "raid*", "explosion*", "suicide bomb*", "gunfire", "shot dead"],
    "armed": ["militant*", "insurgent*", "separatist*", "gunm?n", "rebel*", "Taliban"],
    "forces": ["security forces", "law enforcement", "soldier*", "polic*", "troop*", "army"],
}


def run() -> list[Goal]:
    """Measure and print; returns what must hold. Raises RuntimeError where the real feeds are missing."""
    texts = _texts()
    report.say(f"backtest: {len(texts):,} distinct feed items, {len(_COUNTRIES) * len(_TOPICS)} rules on either side")
    long = list(islice(_joined(texts), LONG_ARTICLES))
    short_cost, short = _measure(texts, ARTICLES)
    long_cost, found = _measure(long, LONG_ARTICLES)
    report.show(
        "The whole process",
        ("articles", "words each", "wall s", "CPU s", "peak MB", "articles/s", "caught", "lost"),
        [_row(texts, ARTICLES, short_cost, short), _row(long, LONG_ARTICLES, long_cost, found)],
    )
    return [
        Goal(what=f"backtest, {ARTICLES:,} articles, 50 rules: time", measured=short_cost.wall, limit=60, unit=" s")
    ]


def _row(texts: Sequence[tuple[str, str]], count: int, cost: Cost, found: dict[str, Any]) -> tuple[str, ...]:
    words = sum(len(f"{title} {text}".split()) for title, text in texts) / len(texts)
    differences = (str(found[kind]["count"]) for kind in ("caught", "lost"))
    numbers = (f"{words:.0f}", f"{cost.wall:.1f}", f"{cost.cpu:.1f}", f"{cost.peak_mb:.0f}", f"{count / cost.wall:.0f}")
    return (f"{count:,}", *numbers, *differences)


def _measure(texts: Sequence[tuple[str, str]], count: int) -> tuple[Cost, dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        home, draft = Path(folder) / "home", Path(folder) / "draft"
        _write_rules(home / "rules", least=2)
        _write_rules(draft, least=1)
        _fill(home, texts, count)
        command = [str(Path(sys.executable).with_name("dateline")), "backtest", "--json", "--limit", "20"]
        printed, cost = process.run([*command, "--home", str(home), "--rules", str(draft)], environment=environment())
        found: dict[str, Any] = json.loads(printed)
        if found["articles"]["tested"] != count:
            raise RuntimeError(f"{found['articles']} were tested, {count} are stored")
        return cost, found


def _write_rules(folder: Path, *, least: int) -> None:
    """Write 50 rules; how many words about health are wanted is what the draft changes."""
    rules = {
        f"{topic}-{country.lower()}": {
            "where": country.lower(),
            "when": when.replace("ATLEAST/2", f"ATLEAST/{least}"),
            "unless": "title:(cricket OR football) OR section:sport",
            "score": [
                {"add": 4, "if": "title:($attack OR virus*)"},
                {"add": 2, "if": "$attack"},
                {"add": -2, "if": '"years ago"'},
            ],
            "severity": {"low": 0, "medium": 2, "high": 5},
        }
        for country in _COUNTRIES
        for topic, when in _TOPICS.items()
    }
    files = {
        "version": 1,
        "feeds": {"wire": {"url": "https://wire.example/rss", "name": "Wire", "language": "en"}},
        "regions": {country.lower(): {"name": country, "codes": [country]} for country in _COUNTRIES},
        "groups": _GROUPS,
        "rules": rules,
        "digests": {
            "alerts": {"rules": ["*"], "severity": "high", "when": "immediately", "to": ["folder:out"]},
            "daily": {"rules": ["*"], "when": "07:00, 17:00", "to": ["folder:out"]},
        },
    }
    folder.mkdir(parents=True)
    (folder / "desk.yaml").write_text(json.dumps(files))  # JSON is YAML


def _fill(home: Path, texts: Sequence[tuple[str, str]], count: int) -> None:
    store = Store(load_settings(home).database_url)
    store.prepare()
    began = datetime.now(UTC) - timedelta(days=DAYS)
    rows = (
        {
            **{"id": number, "story": number, "feed": "wire", "source": "Wire", "title": title, "text": text},
            **{"link": f"https://wire.example/{number}", "url": f"https://wire.example/{number}", "author": ""},
            **{"section": "World", "language": "en", "content_hash": str(number), "revision": 0, "owed": True},
            **{"stored_at": began + timedelta(days=DAYS) * number / (count + 1), "reason": "not seen before"},
        }
        for number, (title, text) in enumerate(islice(cycle(texts), count), start=1)
    )
    with store.writing() as db:
        while some := list(islice(rows, 5000)):
            db.execute(insert(ARTICLE), some)
    store.close()


def _texts() -> list[tuple[str, str]]:
    """Return the distinct items of all the real feeds at hand, as feeds gave them."""
    with gzip.open(DATA / "stream_replay" / "stream.jsonl.gz", "rt", encoding="utf-8") as lines:
        items = [(record["title"], record["summary"] or "") for record in map(json.loads, lines)]
    for name in _FOLDERS:
        for path in sorted((DATA / name).rglob("*")):
            if path.suffix in (".xml", ".rss", ".atom", ".json", ".rdf"):
                items += _items(path)
    return list(dict.fromkeys(items))


def _items(path: Path) -> list[tuple[str, str]]:
    try:
        feed = parse_feed(path.read_bytes(), url="https://wire.example/", content_type=None, now=datetime.now(UTC))
    except ParseError:
        return []
    return [(entry.title, entry.text) for entry in feed.entries]


def _joined(texts: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield articles of 700 words made of several items, without end."""
    words: list[str] = []
    headline = ""
    for title, text in cycle(texts):
        headline = headline or title
        words += f"{title} {text}".split()
        if len(words) >= LONG_WORDS:
            yield headline, " ".join(words[:LONG_WORDS])
            words, headline = [], ""

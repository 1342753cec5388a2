"""The fast path on every real document: where it takes one, each entry is what feedparser's would be."""

from __future__ import annotations

from datetime import UTC, datetime

from monitor.errors import ParseError
from monitor.feeds.parse import syndication
from monitor.feeds.parse.document import read_document
from monitor.feeds.parse.plain import read_plain
from tests.data import DATA, needs_data

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@needs_data
def test_it_reads_real_documents_as_feedparser_does() -> None:
    documents = taken = entries = 0
    for path in sorted(DATA.glob("feeds_*/**/*")):
        if not path.is_file() or path.suffix in (".md", ".json", ".jsonl"):
            continue
        try:
            text = read_document(path.read_bytes(), None).text
        except ParseError:
            continue
        documents += 1
        text = syndication._CAPTION.sub(r"<\1media:caption>", syndication._MEDIA.sub("", text))
        plain = read_plain(text)
        if plain is None:
            continue
        reference = syndication._feedparser(text)
        ours, theirs = (
            [syndication._entry(one, base="https://e.org/", language=None, now=NOW) for one in found.entries]
            for found in (plain, reference)
        )
        assert ours == theirs, path
        for name in ("title", "link", "language"):
            assert plain.feed.get(name, "") == reference.feed.get(name, ""), path
        taken += 1
        entries += len(ours)
    print(f"plain: {taken} of {documents} documents, {entries} entries, all as feedparser reads them")
    assert taken > 200
    assert entries > 4_000

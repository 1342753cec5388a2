"""Odd documents polled again: entries that share ids, have none, come cut, or carry dates that cannot be."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from monitor import pipeline
from monitor.store.tables import ARTICLE, OWED
from tests.fakes import Desk, item, open_desk

NEWS = [f"Militants attack {what} in Mastung" for what in ("a police post", "a bank", "the railway", "a convoy")]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_desk(tmp_path) as opened:
        opened.serve("daily")
        yield opened


async def poll(desk: Desk, *items: str) -> tuple[int, int]:
    """Serve a document and return how many articles were new, and how many alerts were owed by now."""
    desk.serve("dawn", *items)
    return await look(desk)


async def look(desk: Desk) -> tuple[int, int]:
    counts = (await pipeline.run_once(desk.services, every_feed=True)).as_json()
    desk.clock.advance(minutes=10)
    with desk.services.store.reading() as db:
        owed = list(db.scalars(select(OWED.c.id).where(OWED.c.subscription == "alerts", OWED.c.kind == "news")))
    return counts["articles"]["new"], len(owed)


GUID_CLASH = [item(n, title, guid="the-same-guid") for n, title in enumerate(NEWS)]
GUID_CLASH_ONE_LINK = [
    item(n, title, guid="the-same-guid", link="https://outlet.example/news") for n, title in enumerate(NEWS)
]
NO_IDENTITY = [f"<item><title>{title}</title><description>{n}</description></item>" for n, title in enumerate(NEWS)]
DOCUMENTS = {
    "one id": GUID_CLASH,
    "one id and link": GUID_CLASH_ONE_LINK,
    "no ids": NO_IDENTITY,
    "one of them twice": [NO_IDENTITY[0], *NO_IDENTITY],
}


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
async def test_entries_without_an_id_of_their_own_are_four_articles_however_often(
    desk: Desk, document: list[str]
) -> None:
    assert await poll(desk, *document) == (4, 4)
    for turned in (document, document[::-1], document[1:], document):
        assert await poll(desk, *turned) == (0, 4)


async def test_a_document_that_is_cut_tells_its_last_entry_once_it_is_whole(desk: Desk) -> None:
    desk.serve("dawn", *(item(n, title) for n, title in enumerate(NEWS[:3])))
    whole = desk.fetcher.pages["dawn"]
    assert isinstance(whole, bytes)
    desk.fetcher.pages["dawn"] = whole[: whole.index(b"the railway") + 5]
    assert [await look(desk) for _ in range(3)] == [(2, 2), (0, 2), (0, 2)]
    desk.fetcher.pages["dawn"] = whole
    assert [await look(desk) for _ in range(2)] == [(1, 3), (0, 3)]


DATES = [
    "",
    "yesterday",
    "Sun, 22 Nov 2026 06:00:00 GMT",
    "Fri, 22 Nov 2030 06:00:00 GMT",
    "Sat, 01 Jan 0000 00:00:00 GMT",
    "0000-00-00T00:00:00Z",
    "99999-01-01T00:00:00Z",
    "Sun, 22 Nov 2026 06:00:00 +99999999999",
    "Thu, 01 Jan 1970 00:00:00 GMT",
]


async def test_no_date_makes_an_article_new_or_keeps_it_from_being_told(desk: Desk) -> None:
    for turn, _ in enumerate(DATES):
        items = [item(n, title, published=DATES[(turn + n) % len(DATES)]) for n, title in enumerate(NEWS)]
        assert await poll(desk, *items) == (4 if turn == 0 else 0, 4)
    with desk.services.store.reading() as db:
        dates = list(db.scalars(select(ARTICLE.c.published_at).where(ARTICLE.c.published_at.is_not(None))))
    assert all(1970 <= date.year <= 2027 for date in dates)

"""Finding a site's feeds, through the real fetcher, from a server on the loopback address."""

from collections.abc import AsyncIterator
from ipaddress import ip_network
from pathlib import Path

import pytest

from monitor.errors import FetchError
from monitor.feeds.discover import COMMON_PATHS, MOST_CANDIDATES, FoundFeed, find_feeds
from monitor.feeds.fetch import Fetcher
from monitor.model import Fetched
from monitor.settings import Settings
from tests.fakes import InlineParsers
from tests.servers.web import Answer, FeedServer

PARSERS = InlineParsers()


def rss(title: str) -> Answer:
    item = "<item><title>Blast in Quetta</title><link>https://dawn.example/1</link></item>"
    return Answer(f'<rss version="2.0"><channel><title>{title}</title>{item}</channel></rss>'.encode())


def page(head: str) -> Answer:
    return Answer(
        f"<!doctype html><html><head>{head}</head><body>News</body></html>".encode(), content_type="text/html"
    )


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    async with FeedServer() as running:
        yield running


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    async with Fetcher(Settings(home=Path("/nowhere"), allow_networks=(ip_network("127.0.0.1/32"),))) as running:
        yield running


async def test_an_address_that_is_a_feed_is_taken(server: FeedServer, fetcher: Fetcher) -> None:
    server.script("/news", rss("Dawn"))
    assert await find_feeds(fetcher, PARSERS, server.url("/news")) == (
        FoundFeed(url=server.url("/news"), title="Dawn"),
    )
    assert len(server.requests) == 1


@pytest.mark.parametrize(("status", "kept"), [(301, "/new"), (302, "/old")])
async def test_only_a_permanent_move_changes_the_address(
    server: FeedServer, fetcher: Fetcher, status: int, kept: str
) -> None:
    server.script("/old", Answer(status=status, redirect="/new"))
    server.script("/new", rss("Dawn"))
    assert await find_feeds(fetcher, PARSERS, server.url("/old")) == (FoundFeed(url=server.url(kept), title="Dawn"),)


async def test_feeds_named_by_the_page_come_in_its_order(server: FeedServer, fetcher: Fetcher) -> None:
    links = """
        <base href=/feeds/>
        <link rel="stylesheet" type="text/css" href="style.css">
        <link rel="Alternate feed" type="application/RSS+xml; charset=utf-8" href=" main.xml ">
        <link rel=alternate type=application/atom+xml href=/comments.xml>
        <link rel=alternate type=application/rss+xml href=main.xml>
        <link rel=alternate type=application/rss+xml href=same.xml>
        <link rel=alternate type=application/rss+xml href=gone.xml>
        <link rel=alternate type=application/rss+xml href=page.html>
        <link rel=alternate type=application/rss+xml href="http://[">
        <link rel=alternate type=application/rss+xml href="http://127.0.0.2/feed">
        <link rel=alternate type=application/rss+xml>
        <link rel=alternate type=text/html hreflang=ur href=/ur>
    """
    server.script("/", page(links))
    server.script("/feeds/main.xml", rss("Dawn"))
    server.script("/comments.xml", rss("Comments"))
    server.script("/feeds/same.xml", Answer(status=302, redirect="/feeds/main.xml"))
    server.script("/feeds/page.html", page(""))
    assert await find_feeds(fetcher, PARSERS, server.url("/")) == (
        FoundFeed(url=server.url("/feeds/main.xml"), title="Dawn"),
        FoundFeed(url=server.url("/comments.xml"), title="Comments"),
    )
    assert not server.asked("/ur")


@pytest.mark.parametrize("place", COMMON_PATHS)
async def test_the_usual_places_are_tried(server: FeedServer, fetcher: Fetcher, place: str) -> None:
    server.script("/desk/quetta", page("<link rel=alternate type=application/rss+xml href=/gone.xml>"))
    server.script(place, rss("Dawn"))
    assert await find_feeds(fetcher, PARSERS, server.url("/desk/quetta")) == (
        FoundFeed(url=server.url(place), title="Dawn"),
    )


async def test_a_page_that_is_refused_does_not_hide_the_feed(server: FeedServer, fetcher: Fetcher) -> None:
    server.script("/", Answer(status=403))
    server.script("/rss.xml", rss("Dawn"))
    assert await find_feeds(fetcher, PARSERS, server.url("/")) == (FoundFeed(url=server.url("/rss.xml"), title="Dawn"),)


async def test_a_site_without_a_scheme_falls_back_to_http(server: FeedServer, fetcher: Fetcher) -> None:
    server.script("/", page("<link rel=alternate type=application/rss+xml href=/main.xml>"))
    server.script("/main.xml", rss("Dawn"))
    site = f"127.0.0.1:{server.port}"
    assert await find_feeds(fetcher, PARSERS, site) == (FoundFeed(url=server.url("/main.xml"), title="Dawn"),)


async def test_nothing_found_and_nothing_there(server: FeedServer, fetcher: Fetcher) -> None:
    server.script("/", page(""))
    assert await find_feeds(fetcher, PARSERS, server.url("/")) == ()
    with pytest.raises(FetchError, match="/none: answered 404 Not Found"):
        await find_feeds(fetcher, PARSERS, server.url("/none"))
    with pytest.raises(FetchError, match=r"https://127\.0\.0\.2: .* is not a public address"):
        await find_feeds(fetcher, PARSERS, "127.0.0.2")


async def test_a_page_cannot_send_us_to_any_number_of_places(server: FeedServer, fetcher: Fetcher) -> None:
    links = [f"<link rel=alternate type=application/rss+xml href=/{number}>" for number in range(500)]
    server.script("/", page("".join(links)))
    assert await find_feeds(fetcher, PARSERS, server.url("/")) == ()
    assert len(server.requests) == 1 + MOST_CANDIDATES + len(COMMON_PATHS)


async def test_faults_of_our_own_are_not_taken_for_a_missing_feed(server: FeedServer, fetcher: Fetcher) -> None:
    server.script("/", page(""))

    class BrokenLater:
        async def get_page(self, url: str) -> Fetched:
            if url.endswith("/"):
                return await fetcher.get_page(url)
            raise RuntimeError(url)

    with pytest.raises(RuntimeError, match=COMMON_PATHS[0]):
        await find_feeds(BrokenLater(), PARSERS, server.url("/"))

"""`feeds`: the sources, and `rules/feeds.yaml`, which these commands edit with its comments kept."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from monitor.cli.base import (
    AsJson,
    Home,
    answer,
    app,
    escape,
    out,
    refuse,
    rulebook_of,
    settings_of,
    store_of,
    table,
    working,
)
from monitor.digests.words import counted
from monitor.errors import MonitorError, ParseError
from monitor.feeds.discover import find_feeds
from monitor.feeds.feedfile import FeedFile
from monitor.feeds.fetch import Fetcher
from monitor.feeds.opml import OpmlFeed, read_opml, write_opml
from monitor.feeds.parsing import Parsers
from monitor.feeds.timing import initial_state
from monitor.model import Feed, Fetched, FetchFailed
from monitor.redaction import redact
from monitor.rulebook import Rulebook
from monitor.settings import Settings
from monitor.store import feed_states, reading

feeds = typer.Typer(no_args_is_help=True, help="The sources.")
app.add_typer(feeds, name="feeds")


@feeds.command("list")
def list_(home: Home = None, as_json: AsJson = False) -> None:
    """List the feeds, how they are doing, and when they are polled next.

    Example: `dateline feeds list --json`
    """
    settings = settings_of(home)
    configured = rulebook_of(settings).rules.feeds
    now = datetime.now(UTC)
    with store_of(settings).reading() as db:
        states, articles = feed_states.of(db), reading.articles_per_feed(db)
    rows: list[dict[str, Any]] = []
    for feed in configured.values():
        state = states.get(feed.id) or initial_state(feed, now)
        rows.append(
            {
                "id": feed.id,
                "url": redact(feed.url),
                "name": feed.name,
                "state": "paused" if feed.paused else str(state.health),
                "articles": articles.get(feed.id, 0),
                "last_polled_at": state.last_polled_at,
                "last_changed_at": state.last_changed_at,
                "next_poll_at": None if feed.paused else state.next_poll_at,
                "failures": state.failures,
                "quiet_since": state.quiet_since,
                "unstable_since": state.unstable_since,
                "error": state.error,
            }
        )

    def say() -> None:
        shown = table("feed", "state", "articles", "last change", "next poll")
        for row in rows:
            shown.add_row(
                escape(row["id"]),
                _spoken_state(row),
                str(row["articles"]),
                _ago(row["last_changed_at"], now),
                _ago(row["next_poll_at"], now),
            )
        out.print(shown if rows else "No feeds. `dateline feeds add SITE` adds one.")
        failing = [row for row in rows if row["error"]]
        for row in failing:
            before = "\n" if row is failing[0] else ""
            out.print(f"{before}[bold]{escape(row['id'])}[/]: {escape(row['error'])}")

    answer(rows, as_json, say)


def _spoken_state(row: dict[str, Any]) -> str:
    if row["state"] != "ok":
        return str(row["state"])
    odd = "quiet" if row["quiet_since"] else "unstable ids" if row["unstable_since"] else "ok"
    return "new" if row["last_polled_at"] is None else odd


def _ago(moment: datetime | None, now: datetime) -> str:
    if moment is None:
        return "–"
    minutes = round((moment - now).total_seconds() / 60)
    amount = abs(minutes)
    spoken = f"{amount} min" if amount < 120 else f"{amount // 60} h" if amount < 2880 else f"{amount // 1440} days"
    return "now" if amount == 0 else f"in {spoken}" if minutes > 0 else f"{spoken} ago"


@feeds.command()
def add(
    site: Annotated[str, typer.Argument(help="A feed's address, or that of a page which has one.")],
    id_: Annotated[str | None, typer.Option("--id", help="Its id in the rule files (default: from its name).")] = None,
    name: Annotated[str | None, typer.Option(help="The outlet, as shown to readers.")] = None,
    home_code: Annotated[str | None, typer.Option("--outlet-home", help="ISO code of where the outlet sits.")] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Add a feed to `rules/feeds.yaml`; for a page, its feed is looked for.

    Example: `dateline feeds add https://www.dawn.com --outlet-home PK-SD`
    """
    settings = settings_of(home)
    known = rulebook_of(settings).rules.feeds
    address = site if "://" in site else f"https://{site}"
    with working(f"Looking for the feed of {redact(address)}"):
        found = asyncio.run(_find(settings, address))
    if not found:
        raise MonitorError(f"{address}: neither a feed nor a page that names one")
    chosen = found[0]
    for feed in known.values():
        if feed.url == chosen.url:
            raise refuse(f"{redact(chosen.url)} is there already, as {feed.id}")
    file = FeedFile(settings.home / "rules" / "feeds.yaml")
    new = file.add(
        url=chosen.url, name=name or chosen.title or redact(chosen.url), id_=id_, home=home_code, taken=known
    )
    _save(settings, file)

    def say() -> None:
        out.print(f"Added [bold]{escape(new)}[/]: {escape(redact(chosen.url))}")
        for other in found[1:]:
            out.print(f"  also found: {escape(redact(other.url))} {escape(other.title)}")

    answer({"id": new, "url": redact(chosen.url), "also": [redact(other.url) for other in found[1:]]}, as_json, say)


async def _find(settings: Settings, address: str) -> Any:
    async with Fetcher(settings) as fetcher, Parsers() as parsers:
        return await find_feeds(fetcher, parsers, address)


@feeds.command()
def remove(id_: Annotated[str, typer.Argument(metavar="ID")], home: Home = None, as_json: AsJson = False) -> None:
    """Remove a feed from `rules/feeds.yaml`; its articles are kept.

    Example: `dateline feeds remove dawn-balochistan`
    """
    settings = settings_of(home)
    file = FeedFile(settings.home / "rules" / "feeds.yaml")
    if not file.remove(id_):
        raise refuse(f"there is no feed {id_!r} in {file.path}")
    _save(settings, file)
    answer({"id": id_}, as_json, lambda: out.print(f"Removed {escape(id_)}."))


@feeds.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="An OPML file.")], home: Home = None, as_json: AsJson = False
) -> None:
    """Add the feeds of an OPML file to `rules/feeds.yaml`.

    Example: `dateline feeds import subscriptions.opml`
    """
    settings = settings_of(home)
    known = dict(rulebook_of(settings).rules.feeds)
    try:
        outline = read_opml(file.read_bytes())
    except OSError as error:
        raise MonitorError(f"{file}: {error.strerror}") from error
    except ParseError as error:
        raise ParseError(f"{file}: {error}") from error
    target = FeedFile(settings.home / "rules" / "feeds.yaml")
    urls, added = {feed.url for feed in known.values()}, 0
    for feed in outline:
        if feed.url not in urls:
            urls.add(feed.url)
            target.add(url=feed.url, name=feed.name, id_=None, home=None, taken=known, tags=feed.categories)
            added += 1
    if added:
        _save(settings, target)
    present = len(outline) - added
    answer(
        {"added": added, "known": present},
        as_json,
        lambda: out.print(
            f"Added {counted(added, 'feed')}, {present} {'was' if present == 1 else 'were'} there already."
        ),
    )


@feeds.command()
def export(home: Home = None, as_json: AsJson = False) -> None:
    """Print the feeds as OPML, or as JSON.

    Example: `dateline feeds export > subscriptions.opml`
    """
    configured = rulebook_of(settings_of(home)).rules.feeds.values()
    outline = [OpmlFeed(url=feed.url, name=feed.name, categories=feed.tags) for feed in configured]
    rows = [{"id": feed.id, "url": feed.url, "name": feed.name, "tags": feed.tags} for feed in configured]
    answer(rows, as_json, lambda: typer.echo(write_opml(outline), nl=False))


@feeds.command("test")
def test_feed(
    url: Annotated[str, typer.Argument(help="A feed's address, or the id of one in the rule files.")],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Fetch and parse a feed, store nothing, show what came.

    Example: `dateline feeds test https://www.dawn.com/feeds/balochistan`
    """
    settings = settings_of(home)
    configured = rulebook_of(settings).rules.feeds
    feed = configured.get(url) or Feed(id="test", url=url if "://" in url else f"https://{url}", name="test")
    with working(f"Reading {redact(feed.url)}"):
        found = asyncio.run(_test(settings, feed))

    def say() -> None:
        if found["error"]:
            out.print(f"[bold red]{escape(found['url'])}[/]: {escape(found['error'])}")
        for entry in found["entries"]:
            published = f"{entry['published']:%Y-%m-%d %H:%M}" if entry["published"] else "no date        "
            out.print(
                f"{published}  [bold]{escape(entry['title'])}[/]\n                  {escape(entry['link'] or '')}"
            )
        if not found["error"]:
            out.print(counted(len(found["entries"]), "entry", "entries"))

    answer(found, as_json, say)
    if found["error"]:
        raise typer.Exit(1)


async def _test(settings: Settings, feed: Feed) -> dict[str, Any]:
    now = datetime.now(UTC)
    result: dict[str, Any] = {"url": redact(feed.url), "status": None, "error": None, "entries": []}
    async with Fetcher(settings) as fetcher:
        outcome = await fetcher.fetch(feed, initial_state(feed, now))
    match outcome:
        case FetchFailed():
            result |= {"status": outcome.status, "error": outcome.reason}
        case Fetched():
            result |= {"url": redact(outcome.url), "status": 200}
            try:
                async with Parsers() as parsers:
                    parsed = await parsers.parse(
                        outcome.body, url=outcome.url, content_type=outcome.content_type, now=now
                    )
            except ParseError as error:
                return result | {"error": str(error)}
            result["entries"] = [
                {"id": entry.guid, "title": entry.title, "link": entry.link, "published": entry.published_at}
                for entry in parsed.entries
            ]
    return result


def _save(settings: Settings, file: FeedFile) -> None:
    """Write the edited file, unless the rule files would have errors with it."""
    file.save()
    rulebook = Rulebook(settings.home)
    if not rulebook.reload():
        file.undo()
        raise MonitorError(f"nothing was changed, because the rule files would have errors: {rulebook.error}")

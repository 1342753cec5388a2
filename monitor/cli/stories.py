"""`stories`: the events behind the articles: who reports them, who claims what; merged and split by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer
from sqlalchemy import Connection

from monitor.cli import story_page as page
from monitor.cli.base import (
    HIGHEST_NUMBER,
    AsJson,
    Home,
    answer,
    app,
    back,
    bars,
    escape,
    login_name,
    out,
    print_table,
    say_indented,
    settings_of,
    store_of,
    table,
)
from monitor.digests.words import counted
from monitor.errors import StoreError
from monitor.model import Change, RelatedStory, StoryEvent, StorySummary
from monitor.pipeline import joining
from monitor.store import stories as stored
from monitor.stories import wording
from monitor.stories.claims import Value
from monitor.stories.ledger import Ledger, Line, ledger
from monitor.stories.reports import Report, moment
from monitor.text.lines import listed, one_line, shorten

stories = typer.Typer(no_args_is_help=True, help="Events, each with all its reports.")
app.add_typer(stories, name="stories")

Number = Annotated[int, typer.Argument(metavar="STORY", min=1, max=HIGHEST_NUMBER)]

_FIGURES_LISTED, _PLACES_LISTED, _PLACES_SHOWN = 2, 3, 12
_STATEMENTS_SHOWN = 20
_SOURCES = {"inside": "in {area}", "country": "in {country}", "abroad": "abroad", "unknown": "home not given"}


@stories.command("list")
def list_(
    since: Annotated[str, typer.Option(help="How far back: 12h, 14d, 4w.")] = "24h",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 30,
    everything: Annotated[bool, typer.Option("--all", help="Those that no rule matched, too.")] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """List the stories that got new reports, the latest first.

    Example: `dateline stories list --since 12h`
    """
    now = datetime.now(UTC)
    with store_of(settings_of(home)).reading() as db:
        found = stored.listed(db, back(now, since), limit, everything=everything)
        reports = stored.reports_of(db, [one.id for one in found])
    told = [(one, of_one, ledger(moment(of_one, now))) for one in found for of_one in [reports.get(one.id, [])]]

    def say() -> None:
        for one, of_one, board in told:
            _say_story(one, page.where(of_one), board)
        out.print(f"{counted(len(told), 'story', 'stories')} in the last {since}" if told else _none(since, everything))

    answer([page.summary_json(*one) for one in told], as_json, say)


def _none(since: str, everything: bool) -> str:
    hint = "" if everything else "; --all lists those that no rule matched, too"
    return f"No story got a report in the last {escape(since)}{hint}."


def _say_story(story: StorySummary, where: Sequence[str], board: Ledger) -> None:
    facts = (_breadth(story), _seen(story), escape(listed(where, _PLACES_LISTED)))
    out.print(f"[bold cyan]{story.id}[/]  [bold]{escape(_line(story.headline, 200))}[/]")
    say_indented(f"[dim]{' · '.join(filter(None, facts))}[/]", 2)
    lines = [line for row in board.rows() for line in row.lines]
    if lines:
        told = [f"{wording.claim(line.claim.shown.figure)} ({line.claim.claimant.name})" for line in lines]
        more = f"; {len(told) - _FIGURES_LISTED} more" if len(told) > _FIGURES_LISTED else ""
        say_indented(f"{escape('; '.join(told[:_FIGURES_LISTED]))}{more}", 2)
    out.print()


@stories.command()
def show(number: Number, home: Home = None, as_json: AsJson = False) -> None:
    """Show a story: its figures side by side, what was claimed and denied, its course, its sources.

    Example: `dateline stories show 1042`
    """
    now = datetime.now(UTC)
    with store_of(settings_of(home)).reading() as db:
        story = story_of(db, number)
        reports = stored.reports(db, story.id)
        events, related = stored.events(db, story.id), stored.related(db, story.id)
    board = ledger(moment(reports, now))
    course = page.course(reports)

    def say() -> None:
        _say_head(story, number, reports)
        _say_figures(board, story.updated_at)
        _say_statements(board, story.updated_at)
        _say_course(course, story.updated_at)
        _say_sources(page.sources(reports))
        _say_links(events, related)

    links = {"events": [asdict(event) for event in events], "related": [asdict(one) for one in related]}
    answer(page.story_json(story, reports, board, course) | {"asked": number} | links, as_json, say)


def story_of(db: Connection, number: int) -> StorySummary:
    """Return a story, or the one that it was merged into. Raises StoreError where there is none of that number."""
    story = stored.summary(db, number)
    if story is None:
        raise StoreError(f"there is no story {number}: `dateline stories list` shows those there are")
    return story if story.merged_into is None else story_of(db, story.merged_into)


def _say_head(story: StorySummary, asked: int, reports: Sequence[Report]) -> None:
    if asked != story.id:
        out.print(f"[yellow]Story {asked} was merged into {story.id}:[/]\n")
    out.print(f"[bold]{escape(_line(story.headline, 300))}[/]")
    out.print(f"[dim]story {story.id} · {_breadth(story)} · {_seen(story)}[/]")
    if where := page.where(reports):
        out.print(escape(listed(where, _PLACES_SHOWN)))
    if hours := page.per_hour(reports):
        line = bars(page.shared([count for _, count in hours]))
        out.print(f"\n[cyan]{line}[/] [dim]reports, {_time(hours[0][0])} – {_time(hours[-1][0], hours[0][0])}[/]")


def _breadth(story: StorySummary) -> str:
    articles, origins = counted(story.articles, "article"), counted(story.origins, "independent report")
    return origins if story.articles == story.origins else f"{origins}, {articles}"


def _seen(story: StorySummary) -> str:
    first, last = story.first_seen_at.astimezone(UTC), story.updated_at.astimezone(UTC)
    if first == last:
        return f"{_time(first)} UTC"
    return f"{_time(first)} – {_time(last, first)} UTC"


def _say_figures(board: Ledger, today: datetime) -> None:
    if not board.rows():
        return
    shown = table("", "who says so", "how many", "since", "read in")
    for row in board.rows():
        fate = f"{row.group} {row.outcome}"
        for line in row.lines:
            value = line.claim.shown
            who = "[dim]not said[/]" if line.claim.claimant.is_outlet else escape(line.claim.claimant.subject)
            shown.add_row(
                fate, who, escape(_how_many(line)), _time(value.cited[1].at, today), escape(_outlets(line, value))
            )
            fate = ""
    out.print()
    print_table(shown)


def _how_many(line: Line) -> str:
    figure = line.claim.shown.figure
    earlier = [wording.amount(value.figure) for value in line.claim.values if value is not line.claim.shown]
    scope = shorten(one_line(figure.scope), 40)
    was = f"(was {', '.join(earlier[-3:])})" if earlier else ""
    return " ".join(filter(None, (wording.amount(figure), scope, was)))


def _outlets(line: Line, value: Value) -> str:
    sources = [value.cited[1].source, *(one.source for one in value.carriers)]
    sources += [report.source for claim in line.others for report in claim.shown.carriers]
    names = tuple(dict.fromkeys(sources))
    return names[0] if len(names) == 1 else f"{names[0]} +{len(names) - 1}"


def _say_statements(board: Ledger, today: datetime) -> None:
    for said in board.statements()[:_STATEMENTS_SHOWN]:
        out.print(f"\n[bold]{escape(wording.statement(said.claimant.subject, said.statement))}[/]")
        quote = shorten(one_line(said.statement.quote), 300)
        out.print(f"[dim]{_time(said.report.at, today)}, {escape(said.report.source)}:[/] “{escape(quote)}”")


def _say_course(points: Sequence[page.Point], today: datetime) -> None:
    shown = table("time", "outlet", "headline")
    for point in points:
        for report in point.reports:
            edited = "[yellow]edited:[/] " if report.revision else ""
            copied = f" [dim](copy of {report.duplicate_of})[/]" if report.duplicate_of else ""
            headline = f"{edited}{escape(_line(report.title, 200))}{copied}"
            shown.add_row(_time(report.at, today), escape(one_line(report.source)), headline)
        for change in point.changes:
            shown.add_row("", "", _change(change))
    out.print()
    print_table(shown)


def _change(change: Change) -> str:
    return f"[{'bold' if change.is_material else 'dim'}]→ {escape(change.text)}[/]"


def _say_sources(sources: page.Sources) -> None:
    area, country = page.area_name(sources.area), page.area_name(sources.area.partition("-")[0])
    out.print()
    for part, label in _SOURCES.items():
        names = getattr(sources, part)
        if names:
            where = label.format(area=area, country=f"the rest of {country}" if area != country else country)
            out.print(f"[bold]{counted(len(names), 'outlet')} {escape(where)}:[/] {escape(', '.join(names))}")


def _say_links(events: Sequence[StoryEvent], related: Sequence[RelatedStory]) -> None:
    for event in events:
        articles = counted(len(event.articles), "article")
        if event.kind == "merged":
            what = f"story {event.other} was merged into {event.story}"
        else:
            what = f"{articles} of story {event.other} became story {event.story}"
        out.print(f"[dim]{_time(event.at)}[/] {escape(f'{what} by {event.by}: {event.reason}')}")
    for one in related:
        out.print(f"[dim]possibly related:[/] {one.story} {escape(_line(one.headline, 200))} [dim]({one.score:.2f})[/]")


@stories.command()
def merge(
    into: Annotated[int, typer.Argument(metavar="INTO", min=1, max=HIGHEST_NUMBER, help="The story that stays.")],
    others: Annotated[list[int], typer.Argument(metavar="OTHER…", min=1, max=HIGHEST_NUMBER)],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Make several stories one: they are of one event. Who did it, and when, is recorded.

    Example: `dateline stories merge 1042 1047 1051`
    """
    by = login_name()
    with store_of(settings_of(home)).writing() as db:
        joining.merge(db, into, others, by=by, at=datetime.now(UTC))
    numbers = listed(tuple(map(str, dict.fromkeys(others))), 10)
    answer({"into": into, "merged": others, "by": by}, as_json, lambda: out.print(f"Merged {numbers} into {into}."))


@stories.command()
def split(
    number: Number,
    articles: Annotated[list[int], typer.Argument(metavar="ARTICLE…", min=1, max=HIGHEST_NUMBER)],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Make some of a story's articles a story of their own: they are of another event. Who did it is recorded.

    Their copies go with them. `stories show STORY --json` has the numbers of its articles.

    Example: `dateline stories split 1042 1050 1053`
    """
    by = login_name()
    with store_of(settings_of(home)).writing() as db:
        event = stored.split(db, number, articles, by=by, at=datetime.now(UTC))
    count = counted(len(event.articles), "article")
    answer(asdict(event), as_json, lambda: out.print(f"Story {event.story} has {count} of story {number} now."))


def _time(moment: datetime, today: datetime | None = None) -> str:
    """Return a time in UTC, with its day unless that is ``today``'s."""
    local = moment.astimezone(UTC)
    is_today = today is not None and today.astimezone(UTC).date() == local.date()
    return f"{local:%H:%M}" if is_today else f"{local.day} {local:%b %H:%M}"


def _line(text: str, limit: int) -> str:
    return shorten(one_line(text), limit)

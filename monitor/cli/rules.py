"""`check`, `explain`, `annotate`, `preview`: rules and digests looked at without sending anything."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Column, Table

from monitor.annotate import PARTS, match_json
from monitor.annotate import annotate as annotate_lines
from monitor.cli.base import (
    HIGHEST_NUMBER,
    AsJson,
    Home,
    answer,
    app,
    err,
    escape,
    moment,
    out,
    print_json,
    print_json_line,
    refuse,
    rulebook_of,
    settings_of,
    store_of,
    table,
    unknown,
    working,
)
from monitor.cli.life import Step, steps
from monitor.digests.render import Form, render_as
from monitor.digests.words import counted
from monitor.errors import MonitorError, ParseError
from monitor.feeds.fetch import Fetcher
from monitor.links import links_of
from monitor.model import Article, Fetched
from monitor.pipeline.preview import preview as preview_of
from monitor.rulebook import Rulebook, check_home
from monitor.rules.explain import Explanation, describe, explain, rows
from monitor.settings import Settings
from monitor.store import telling
from monitor.store.life import Life, life_of
from monitor.text.html import looks_like_html, page_title, plain_text
from monitor.text.language import language_of
from monitor.text.urls import canonical_url


@app.command()
def check(
    home: Home = None,
    strict: Annotated[bool, typer.Option("--strict", help="Fail on warnings too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Validate rules, templates and destinations, and run the examples inside the rules.

    Example: `dateline check --strict`
    """
    settings = settings_of(home)
    with working("Checking"):
        findings = check_home(settings.home)
    errors = sum(finding.level == "error" for finding in findings)

    def say() -> None:
        for finding in findings:
            style = "red" if finding.level == "error" else "yellow"
            out.print(f"[{style}]{escape(finding)}[/]")
        if not findings:
            rulebook = Rulebook(settings.home)
            rulebook.load_leniently()
            rules = rulebook.rules
            held = f"{counted(len(rules.rules), 'rule')}, {counted(len(rules.feeds), 'feed')}"
            out.print(f"[bold green]All good:[/] {held}.")
        else:
            out.print(f"{counted(errors, 'error')}, {counted(len(findings) - errors, 'warning')}")

    rows = [asdict(finding) for finding in findings]
    answer(rows, as_json, say)
    if errors or (strict and findings):
        raise typer.Exit(1)


@app.command("explain")
def explain_(
    text: Annotated[
        Path | None, typer.Option(help="A text file: headline, then the text; - is standard input.")
    ] = None,
    url: Annotated[str | None, typer.Option(help="A page to fetch and explain.")] = None,
    article: Annotated[
        int | None, typer.Option(min=1, max=HIGHEST_NUMBER, help="A stored article, by its number.")
    ] = None,
    rule: Annotated[str | None, typer.Option(help="Only this rule, and why not where it does not match.")] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Say why an article matched, or which clause failed; exits 1 where no rule matches.

    Example: `dateline explain --article 4711 --rule balochistan-attacks`
    """
    if sum(given is not None for given in (text, url, article)) != 1:
        raise refuse("give one of --text, --url and --article")
    settings = settings_of(home)
    rules = rulebook_of(settings).rules
    if rule is not None and rule not in rules.rules:
        raise unknown("rule", rule, rules.rules)
    life: Life | None = None
    if article is not None:
        with store_of(settings).reading() as db:
            life = life_of(db, article)
        if life is None:
            raise refuse(f"there is no article {article}")
        subject = life.article.article
    else:
        subject = _read_text(text) if text else _fetch_page(settings, str(url))

    explanations = explain(rules, subject, rule)
    matched = [one for one in explanations if one.match is not None]
    became = steps(life, rules, datetime.now(UTC), rule) if life else []

    def say() -> None:
        out.print(f"[bold]{escape(subject.title)}[/]\n")
        for explanation in explanations:
            _say_explanation(explanation)
        if not explanations:
            out.print("No rule matches. `--rule R` says which clause of R failed.\n")
        if became:
            _say_steps(became)

    matches = [match_json(one.match) for one in matched if one.match]
    found: dict[str, Any] = {"title": subject.title, "matches": matches}
    if life is not None:
        found["life"] = asdict(life) | {"steps": [asdict(step) for step in became]}
    found["explanations"] = [describe(one) for one in explanations]
    answer(found, as_json, say)
    if not matched:
        raise typer.Exit(1)


def _read_text(path: Path) -> Article:
    try:
        words = sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise MonitorError(f"{path}: {error.strerror}") from error
    if words.lstrip().startswith("<") and looks_like_html(words):
        return _page(words)
    title, _, rest = words.strip().partition("\n")
    body = plain_text(rest) if looks_like_html(rest) else rest.strip()
    return Article(title=title.strip(), text=body, language=language_of(words, None))


def _fetch_page(settings: Settings, url: str) -> Article:
    async def fetch() -> Fetched:
        async with Fetcher(settings) as fetcher:
            return await fetcher.get_page(url)

    with working(f"Reading {url}"):
        page = asyncio.run(fetch())
    return _page(page.body.decode("utf-8", errors="replace"), link=page.url, url=canonical_url(page.url))


def _page(markup: str, link: str = "", url: str = "") -> Article:
    words = plain_text(markup)
    title = page_title(markup) or words.partition("\n")[0]
    return Article(title=title, text=words, link=link, url=url, language=language_of(words, None))


def _say_explanation(explanation: Explanation) -> None:
    """Print the block of an explanation; on a terminal a long line goes on below its text, not below its margin."""
    if not out.is_terminal:
        out.print(escape(describe(explanation)) + "\n")
        return
    for margin, text in rows(explanation):
        line = Table.grid(Column(width=len(margin)), Column(overflow="fold"))
        line.add_row(escape(margin), escape(text))
        out.print(line)
    out.print()


def _say_steps(became: list[Step]) -> None:
    out.print("[bold]What became of it[/]")
    shown = table("UTC", "", "")
    for step in became:
        shown.add_row(f"{step.at.astimezone(UTC):%Y-%m-%d %H:%M:%S}", step.stage, escape(step.text))
    out.print(shown)


@app.command()
def annotate(
    file: Annotated[Path, typer.Argument(help="Articles, one JSON object a line; - is standard input.")],
    only: Annotated[str, typer.Option(help=f"Parts to print: {','.join(PARTS)}.")] = ",".join(PARTS),
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Run the pure pipeline over articles, in order, without a database; prints one JSON object a line.

    Example: `dateline annotate articles.jsonl --only matches`
    """
    del as_json  # it prints nothing else
    parts = [part.strip() for part in only.split(",") if part.strip()]
    if unknown := [part for part in parts if part not in PARTS]:
        raise refuse(f"no such part: {', '.join(unknown)}; this version has {', '.join(PARTS)}")
    rules = rulebook_of(settings_of(home)).rules
    failed = False
    try:
        source = sys.stdin.buffer if str(file) == "-" else file.open("rb")
    except OSError as error:
        raise MonitorError(f"{file}: {error.strerror}") from error
    with source:
        for found in annotate_lines(rules, source, only=parts):
            if isinstance(found, ParseError):
                failed = True
                err.print(f"{escape(file)}: {escape(found)}")
            else:
                print_json_line(found)
    if failed:
        raise typer.Exit(1)


@app.command()
def preview(
    digest: Annotated[str, typer.Argument(help="A subscription's id, or the id of a digest already composed.")],
    at: Annotated[str | None, typer.Option(help="ISO time; without an offset it is the digest's local time.")] = None,
    as_: Annotated[Form, typer.Option("--as", help="The form; email is HTML, to be opened in a browser.")] = "text",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Render a digest without sending it: what its window would hold at a time (default: now).

    A past moment shows what was known, told and silenced by then, under the rules of today. Of a digest that tells
    immediately it shows the day before that moment.

    Example: `dateline preview balochistan-daily --at 2026-11-22T07:00 --as email > digest.html`
    """
    if as_json and as_ != "slack":  # which is JSON as well
        as_ = "json"
    settings = settings_of(home)
    rulebook = rulebook_of(settings)
    rules = rulebook.rules
    with store_of(settings).reading() as db:
        if subscription := rules.subscriptions.get(digest):
            shown = preview_of(db, rules, subscription, moment(at, subscription.timezone))
        elif stored := telling.read_digest(db, digest):
            shown = stored
        else:
            raise unknown("digest", digest, rules.subscriptions)
        readers = rules.subscriptions[shown.subscription].to if shown.subscription in rules.subscriptions else ()
    mailbox = next((one for one in readers if one.startswith("email:")), None)
    rendered = render_as(shown, rulebook.templates, as_, mailbox=mailbox, links=links_of(settings))
    if as_ in ("json", "slack"):
        print_json(json.loads(rendered))
    else:
        sys.stdout.write(rendered)

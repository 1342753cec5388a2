"""`backtest`: other rules tried on what is stored."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from monitor.backtest import Backtest, Changed, Kind, Question, Series, Side, backtest, digest_of
from monitor.backtest.document import to_json
from monitor.backtest.replay import Outgoing
from monitor.backtest.report import RuleCount
from monitor.cli.base import (
    AsJson,
    Home,
    answer,
    app,
    back,
    bars,
    err,
    escape,
    moment,
    out,
    print_json,
    progress_bar,
    refuse,
    rulebook_of,
    say_indented,
    settings_of,
    store_of,
    table,
    unknown,
)
from monitor.digests.render import render_as
from monitor.digests.timing import Immediately
from monitor.digests.words import counted, one_line
from monitor.home_files import HomeFiles, read_home, read_rules
from monitor.model import Severity
from monitor.rulebook import builtin_home, compile_home
from monitor.rules.ruleset import Finding
from monitor.store import Store

SHOWN, SHOWN_IN_JSON = 20, 1000
"""Differences of a kind, unless `--limit` says otherwise."""

_MOST_BARS = 15
"""A fortnight, and what fits beside the numbers on 80 columns."""
_TITLE, _WHY = 100, 200
_TITLES = {Kind.CAUGHT: "Newly caught", Kind.LOST: "Newly lost", Kind.CHANGED: "Of another severity"}


@app.command("backtest")
def backtest_(
    rules: Annotated[
        Path, typer.Option("--rules", metavar="DIR", help="The rules to try: a folder of rule files, or a home.")
    ],
    since: Annotated[str, typer.Option(help="How far back: 12h, 14d, 4w.")] = "14d",
    rule: Annotated[str | None, typer.Option(help="List the differences of this rule only.")] = None,
    limit: Annotated[
        int | None, typer.Option(min=0, help=f"How many to list of each kind ({SHOWN}; with --json {SHOWN_IN_JSON}).")
    ] = None,
    digest: Annotated[
        str | None, typer.Option(metavar="ID", help="Print instead the last digest of this subscription.")
    ] = None,
    at: Annotated[str | None, typer.Option(help="With --digest: the last one by this ISO time.")] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Hold the stored articles against today's rules and those in DIR: what DIR newly catches and loses, and why, and
    the digests that would have gone out. Nothing is stored or sent.

    Example: `dateline backtest --rules draft/rules --since 14d`
    """
    settings = settings_of(home)
    if at is not None and digest is None:
        raise refuse("--at goes with --digest")
    if not rules.is_dir():
        raise refuse(f"{rules}: {'not a' if rules.exists() else 'no such'} folder")
    until = datetime.now(UTC)
    question = Question(
        since=back(until, since),
        until=until,
        limit=limit if limit is not None else SHOWN_IN_JSON if as_json else SHOWN,
        rule=rule,
    )
    rulebook = rulebook_of(settings)
    today = Side(files=rulebook.files, rules=rulebook.rules, templates=rulebook.templates)
    tried = _tried(rules, today, as_json)
    either = {**today.rules.rules, **tried.rules.rules}
    if rule is not None and rule not in either:
        raise unknown("rule", rule, either, f" today nor in {rules}")
    if digest is not None and digest not in tried.rules.subscriptions:
        raise unknown("digest", digest, tried.rules.subscriptions, f" in {rules}")
    store = store_of(settings)
    with progress_bar("Articles") as progress:
        found = backtest(store, today, tried, question, progress)
    if digest is not None:
        _print_digest(store, tried, found, digest, at, as_json)
    else:
        answer(to_json(found), as_json, lambda: _say(found, rules))
    if found.broken:
        raise typer.Exit(1)


def _tried(folder: Path, today: Side, as_json: bool) -> Side:
    """Compile the rules to be tried; those with errors are answered with what `check` says of them."""
    files = _files(folder, today.files)
    attempt = compile_home(files)
    if attempt.first_error or attempt.rules is None or attempt.templates is None:
        errors = [_as_given(folder, finding) for finding in attempt.findings if finding.level == "error"]
        if as_json:
            print_json([asdict(finding) for finding in errors])
        err.print(f"[bold red]error[/]: the rules in {escape(folder)} cannot be used")
        for finding in errors:
            err.print(escape(finding))
        raise typer.Exit(1)
    return Side(files=files, rules=attempt.rules, templates=attempt.templates)


def _files(folder: Path, ours: HomeFiles) -> HomeFiles:
    """Read a home, or a folder of rule files to be tried with the templates of ours."""
    if _is_home(folder):
        return read_home(folder, builtin=builtin_home())
    findings: list[Finding] = []
    rules = read_rules(folder, findings)
    return replace(ours, rules=rules, findings=tuple(findings))


def _is_home(folder: Path) -> bool:
    return (folder / "rules").is_dir()


def _as_given(folder: Path, finding: Finding) -> Finding:
    """Name the file of a finding by the folder as it was given: `rules/` would be taken for today's."""
    file = Path(finding.file)
    if file.is_relative_to(folder):
        return finding
    return replace(finding, file=str(folder / (file if _is_home(folder) else file.name)))


def _print_digest(store: Store, tried: Side, found: Backtest, name: str, at: str | None, as_json: bool) -> None:
    series = next(one for one in found.digests if one.subscription.id == name)
    digest = digest_of(store, tried, series, moment(at, series.subscription.timezone))
    if digest is None:
        raise refuse(f"no digest of {name} would have gone out by then; there are {len(series.outgoing or ())}")
    rendered = render_as(digest, tried.templates, "json" if as_json else "text")
    if as_json:
        print_json(json.loads(rendered))
    else:
        sys.stdout.write(rendered)


# --- for people ---


def _say(found: Backtest, folder: Path) -> None:
    asked = found.question
    out.print(
        f"[bold]{counted(found.articles, 'article')}[/] stored from {asked.since:%Y-%m-%d %H:%M}"
        f" to {asked.until:%Y-%m-%d %H:%M} UTC:"
    )
    out.print(f"{found.articles_before:,} match today's rules, {found.articles_after:,} those in {escape(folder)}.")
    if found.broken:
        out.print(f"[yellow]{counted(found.broken, 'article')} could not be matched[/], first {escape(found.fault)}")
    _say_rules(found)
    for kind, title in _TITLES.items():
        _say_differences(title, found.changed[kind], found.count(kind))
    out.print("\n[bold underline]Digests that would have gone out[/]")
    for series in found.digests:
        _say_series(series, folder, asked.limit)


def _say_rules(found: Backtest) -> None:
    for one in found.rules:
        if one.too_costly:
            articles = counted(one.too_costly, "article")
            out.print(f"[yellow]{escape(one.rule)} costs too much and was given up on {articles}.[/]")
    rows = [one for one in found.rules if one.before or one.after]
    rows.sort(key=lambda one: (-sum(one.differences.values()), -one.after))
    if not rows:
        return
    shown = table("\nmatches by rule", "\ntoday", "\ntried", "\ncaught", "\nlost", "other\nseverity", "tried,\nby day")
    for column in shown.columns[1:6]:
        column.justify = "right"
    for one in rows[: found.question.limit]:
        numbers = (one.before, one.after, *(one.differences[kind] for kind in Kind))
        shown.add_row(escape(one.rule), *(f"{number:,}" for number in numbers), bars(_by_day(one, found.question)))
    out.print(shown)
    _say_more(len(rows) - found.question.limit, "rule", "rules")


def _say_more(more: int, what: str, whats: str) -> None:
    if more > 0:
        out.print(f"  … and {counted(more, f'more {what}', f'more {whats or what}')}")


def _by_day(one: RuleCount, question: Question) -> list[int]:
    """Return a rule's matches by day, of long times by several days together."""
    first = question.since.date()
    days = (question.until.date() - first).days + 1
    counts = [0] * min(days, _MOST_BARS)
    for day, _, after in one.days:
        counts[(day - first).days * len(counts) // days] += after
    return counts


def _say_differences(title: str, changed: Sequence[Changed], count: int) -> None:
    out.print(f"\n[bold]{title}: {count:,}[/]")
    for one in changed:
        stored = one.article
        source, headline = one_line(stored.article.source, 40), one_line(stored.article.title, _TITLE)
        severity = " → ".join(str(verdict.severity or "none") for verdict in (one.before, one.after))
        say_indented(f"{stored.stored_at:%Y-%m-%d %H:%M}  {escape(source)}: {escape(headline)}", 2)
        say_indented(f"[bold]{escape(one.rule)}[/] {severity}  [dim]article {stored.id}[/]", 4)
        say_indented(f"today  {escape(one_line(one.before.why, _WHY))}", 4)
        say_indented(f"tried  {escape(one_line(one.after.why, _WHY))}", 4)
    _say_more(count - len(changed), "match", "matches")


def _say_series(series: Series, folder: Path, limit: int) -> None:
    subscription = series.subscription
    alerts = isinstance(subscription.schedule, Immediately)
    kind = ("alert", "alerts") if alerts else ("digest", "digests")
    if series.outgoing is None:
        today = counted(series.before or 0, *kind)
        out.print(f"\n[bold]{escape(subscription.id)}[/]: [yellow]not in {escape(folder)}[/]: today {today}")
        return
    sent, news = len(series.outgoing), [one for one in series.outgoing if one.articles]
    notes = ["no such digest today" if series.before is None else f"today {series.before:,}"]
    if len(news) < sent:
        notes.append(f"{sent - len(news):,} without news")
    out.print(f"\n[bold]{escape(subscription.id)}[/]: {counted(sent, *kind)} ({', '.join(notes)})")
    for one in reversed(news[-limit:] if limit else []):
        at = one.window.to_at.astimezone(ZoneInfo(subscription.timezone))
        out.print(f"  {at:%Y-%m-%d %H:%M} {escape(subscription.timezone)}  {_contents(one)}")
    _say_more(len(news) - limit, *(f"{word} before" for word in kind))


def _contents(one: Outgoing) -> str:
    stories = [f"{one.stories[level]} {level}" for level in reversed(Severity) if level in one.stories]
    told = counted(sum(one.stories.values()), "story", "stories")
    return f"{told}: {', '.join(stories)} ({counted(len(one.articles), 'article')})"

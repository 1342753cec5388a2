"""`silence`: mute a story, a rule, a region or a feed for a while, saying who wants it and why."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo, available_timezones

import typer

from monitor.cli.base import (
    HIGHEST_NUMBER,
    AsJson,
    Home,
    answer,
    app,
    escape,
    login_name,
    moment,
    out,
    print_table,
    refuse,
    rulebook_of,
    settings_of,
    store_of,
    table,
    unknown,
)
from monitor.cli.stories import story_of
from monitor.digests.silences import holds
from monitor.digests.timing import parse_duration
from monitor.digests.words import counted
from monitor.errors import RuleError
from monitor.model import Silence, SilenceScope
from monitor.rules.ruleset import RuleSet
from monitor.store import silences
from monitor.text.lines import one_line, shorten

silence = typer.Typer(no_args_is_help=True, help="Mute something for a while.")
app.add_typer(silence, name="silence")

_HEADLINE_LENGTH = 60


@silence.command()
def add(
    comment: Annotated[str, typer.Option(help="Why. Every digest says it while the silence holds.")],
    story: Annotated[int | None, typer.Option(min=1, max=HIGHEST_NUMBER, help="A story's number.")] = None,
    rule: Annotated[str | None, typer.Option(help="A rule's id.")] = None,
    region: Annotated[str | None, typer.Option(help="A region's id: what was found in it alone.")] = None,
    feed: Annotated[str | None, typer.Option(help="A feed's id.")] = None,
    for_: Annotated[str | None, typer.Option("--for", help="How long: 90m, 4h, 7d.")] = None,
    until: Annotated[str | None, typer.Option(help='Until when: "2026-11-23 18:00".')] = None,
    timezone: Annotated[str, typer.Option(help="Zone of --until, as Asia/Karachi.")] = "UTC",
    by: Annotated[str | None, typer.Option("--by", "--author", help="Who wants it (default: your login name).")] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Mute a story, a rule, a region or a feed for a while.

    What it keeps back stays untold when it ends; `silence expire` ends it early and lets that be told after all.

    Example: `dateline silence add --story 1042 --for 4h --comment "planned exercise"`
    """
    now = datetime.now(UTC)
    given: dict[SilenceScope, int | str | None] = {"story": story, "rule": rule, "region": region, "feed": feed}
    chosen = [(scope, value) for scope, value in given.items() if value is not None]
    if len(chosen) != 1:
        raise refuse("say what to silence: one of --story, --rule, --region and --feed")
    if not one_line(comment):
        raise refuse("--comment: say why; every digest says it")
    ends_at = _end(now, for_, until, timezone)
    settings = settings_of(home)
    (scope, value), *_ = chosen
    target = str(value) if scope == "story" else _known(rulebook_of(settings).rules, scope, str(value))
    with store_of(settings).writing() as db:
        if scope == "story":
            target = str(story_of(db, int(target)).id)
        author = one_line(by or "") or login_name()
        made = silences.add(db, scope, target, author=author, comment=one_line(comment), now=now, ends_at=ends_at)
        headlines = silences.headlines(db, [made])
    until_then = f"until {_time(made.ends_at, timezone)} in {timezone}"
    answer(
        _json(made, headlines, {}, now),
        as_json,
        lambda: out.print(f"Silence {made.id}: {escape(_what(made, headlines))}, {until_then}."),
    )


def _end(now: datetime, for_: str | None, until: str | None, timezone: str) -> datetime:
    if timezone not in available_timezones():
        raise unknown("time zone", timezone, available_timezones())
    if (for_ is None) == (until is None):
        raise refuse("say how long: one of --for and --until")
    ends_at = moment(until, timezone, option="--until") if until else _after(now, str(for_))
    if ends_at <= now:
        raise refuse(f"--until {until}: that time is over")
    return ends_at


def _after(now: datetime, span: str) -> datetime:
    try:
        ends_at = now + parse_duration(span)
    except (RuleError, OverflowError):
        ends_at = now
    if ends_at == now:
        raise refuse(f"--for {span}: write a number from 1 and s, m, h, d or w: 90m, 4h, 7d")
    return ends_at


def _known(rules: RuleSet, scope: SilenceScope, target: str) -> str:
    known: dict[str, Collection[str]] = {"rule": rules.rules, "region": rules.regions, "feed": rules.feeds}
    if target not in known[scope]:
        raise unknown(scope, target, known[scope])
    return target


@silence.command("list")
def list_(
    everything: Annotated[bool, typer.Option("--all", help="Those that are over, too.")] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """List the silences that hold, the soonest over first, with what they keep back.

    Example: `dateline silence list`
    """
    now = datetime.now(UTC)
    with store_of(settings_of(home)).reading() as db:
        found = silences.listed(db, now, holding_only=not everything)
        kept_back, headlines = silences.kept_back(db), silences.headlines(db, found)

    def say() -> None:
        if not found:
            out.print("Nothing was ever silenced." if everything else "Nothing is silenced; --all lists what was.")
            return
        shown = table("id", "what", "until (UTC)", "kept back", "by", "why")
        for one in found:
            over = "" if holds(one, now) else ", over"
            shown.add_row(
                str(one.id),
                escape(_what(one, headlines)),
                f"{_time(one.lifted_at or one.ends_at)}{over}",
                counted(kept_back.get(one.id, 0), "article"),
                escape(one.author),
                escape(one.comment),
            )
        print_table(shown)

    answer([_json(one, headlines, kept_back, now) for one in found], as_json, say)


@silence.command()
def expire(
    number: Annotated[int, typer.Argument(metavar="ID", min=1, max=HIGHEST_NUMBER, help="As in `silence list`.")],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """End a silence now; what it kept back is told after all.

    Example: `dateline silence expire 3`
    """
    now = datetime.now(UTC)
    with store_of(settings_of(home)).writing() as db:
        released = silences.kept_back(db).get(number, 0)
        silences.lift(db, number, now)
    told = f"; {counted(released, 'article')} that it kept back will be told after all" if released else ""
    answer(
        {"id": number, "lifted_at": now, "released": released},
        as_json,
        lambda: out.print(f"Silence {number} is over{told}."),
    )


def _json(one: Silence, headlines: Mapping[int, str], kept_back: Mapping[int, int], now: datetime) -> dict[str, Any]:
    headline = headlines.get(int(one.target)) if one.scope == "story" else None
    return asdict(one) | {"headline": headline, "holds": holds(one, now), "kept_back": kept_back.get(one.id, 0)}


def _what(one: Silence, headlines: Mapping[int, str]) -> str:
    if one.scope != "story":
        return f"{one.scope} {one.target}"
    return f"story {one.target} “{shorten(one_line(headlines.get(int(one.target), '')), _HEADLINE_LENGTH)}”"


def _time(moment: datetime, timezone: str = "UTC") -> str:
    return f"{moment.astimezone(ZoneInfo(timezone)):%Y-%m-%d %H:%M}"

"""What all commands share: options, printing for people or as JSON, opening settings and rules."""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, TextIO
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, Progress, TaskProgressColumn, TimeRemainingColumn
from rich.table import Column, Table
from typer.core import TyperGroup

from monitor.clock import Clock
from monitor.digests.timing import parse_duration
from monitor.errors import MonitorError, RuleError
from monitor.logs import configure_logs
from monitor.redaction import redact
from monitor.rulebook import Rulebook
from monitor.rules.wording import did_you_mean
from monitor.settings import Settings, load_settings
from monitor.store import Store
from monitor.text.lines import listed

_ORDER = (
    *("init", "run", "once", "check", "explain", "annotate", "backtest", "preview"),
    *("feeds", "stories", "regions", "status", "deliveries", "silence", "web", "test"),
    *("backup", "restore", "db", "demo"),
)


class _InOrder(TyperGroup):
    """Lists commands as somebody new comes to need them, not as modules happen to define them."""

    def list_commands(self, ctx: Any) -> list[str]:
        return sorted(super().list_commands(ctx), key=_ORDER.index)


app = typer.Typer(
    name="dateline",
    cls=_InOrder,
    help="Regional news monitoring and alerting: polls feeds, matches regional rules, tells what changed, once.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)

Home = Annotated[
    Path | None,
    typer.Option("--home", help="Folder with rules/, templates/, state/ (default: DATELINE_HOME, else this folder)."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of words.")]

HIGHEST_NUMBER = 2**63 - 1
"""What a database's integer column holds: a larger number of an article or delivery is wrong use."""

_UNLIMITED = 10_000
_NAMES_TOLD = 5
_BARS = "▁▂▃▄▅▆▇█"


def _console(stream: TextIO, *, stderr: bool) -> Console:
    """Return a printer that breaks lines between words on a terminal, and nowhere in a pipe or a file."""
    if stream.isatty():
        return Console(stderr=stderr, highlight=False)
    return Console(stderr=stderr, highlight=False, soft_wrap=True, width=_UNLIMITED)


out = _console(sys.stdout, stderr=False)
err = _console(sys.stderr, stderr=True)


def explain_failure(error: MonitorError) -> None:
    err.print(f"[bold red]error[/]: {escape(str(error))}")


def escape(text: object) -> str:
    """Keep words of feeds and files from being read as rich's markup, or as orders to the terminal."""
    printable = "".join(character if character.isprintable() or character in "\n\t" else "�" for character in str(text))
    return printable.replace("[", "\\[")


def print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=_plain) + "\n")


def print_json_line(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=_plain) + "\n")


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def answer(value: Any, as_json: bool, say: Callable[[], None]) -> None:
    """Print a result as JSON, or let ``say`` print it for people."""
    if as_json:
        print_json(value)
    else:
        say()


@contextmanager
def progress_bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """Show on a terminal how much is done and of how much, as the caller says; nothing anywhere else."""
    if not err.is_terminal:
        yield lambda done, total: None
        return
    columns = what, BarColumn(), TaskProgressColumn(), TimeRemainingColumn()
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task("")
        yield lambda done, total: bar.update(task, completed=done, total=total)


@contextmanager
def working(what: str) -> Iterator[None]:
    """Show on a terminal that something goes on; nothing anywhere else."""
    if err.is_terminal:
        with err.status(f"{escape(what)} …"):
            yield
    else:
        yield


def table(*headers: str) -> Table:
    """Return a table whose words are broken rather than cut where they find no room."""
    columns = [Column(header, overflow="fold") for header in headers]
    return Table(*columns, box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")


def print_table(shown: Table) -> None:
    """Print a table; into a file without the blanks that fill its last column."""
    if out.is_terminal:
        out.print(shown)
    else:
        with out.capture() as captured:
            out.print(shown)
        out.out("\n".join(map(str.rstrip, captured.get().splitlines())), highlight=False)


def say_indented(text: str, columns: int) -> None:
    out.print(Padding.indent(text, columns))


def bars(counts: Sequence[int]) -> str:
    """Draw numbers as bars on one line; a dot is none."""
    highest = max(counts, default=0)
    return "".join("·" if not count else _BARS[(count * len(_BARS) - 1) // highest] for count in counts)


def settings_of(home: Path | None) -> Settings:
    settings = load_settings(home)
    if not settings.home.is_dir():
        raise MonitorError(
            f"{settings.home}: no such folder; `dateline init {settings.home}` makes a starter home there"
        )
    configure_logs(settings.log)
    return settings


def rulebook_of(settings: Settings) -> Rulebook:
    rulebook = Rulebook(settings.home, clock=Clock())
    rulebook.load()
    if rulebook.error:
        err.print(f"[bold red]The rule files have errors, the last good ones are used.[/] {escape(rulebook.error)}")
    return rulebook


def store_of(settings: Settings) -> Store:
    store = Store(settings.database_url)
    store.prepare()
    return store


def refuse(message: str) -> typer.Exit:
    """Say what was used wrongly; raise the result: exit code 2."""
    err.print(f"[bold red]usage[/]: {escape(redact(message))}")
    return typer.Exit(2)


def unknown(kind: str, word: str, known: Collection[str], where: str = "") -> typer.Exit:
    """Refuse a name that nothing has, with the one most like it, or a few of those that there are."""
    hint = did_you_mean(word, known) or f"there {_are(tuple(known))}"
    return refuse(f"there is no {kind} {word!r}{where} ({hint})")


def _are(names: tuple[str, ...]) -> str:
    return f"{'is' if len(names) == 1 else 'are'} {listed(names, _NAMES_TOLD)}" if names else "is none"


def moment(text: str | None, timezone: str, option: str = "--at") -> datetime:
    """Read a time given on the command line, by default now; without an offset it is local."""
    if text is None:
        return datetime.now(UTC)
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=ZoneInfo(timezone))).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise refuse(f"{option} {text}: not an ISO time, such as 2026-11-22T07:00") from error


def back(until: datetime, since: str) -> datetime:
    """Read how far back from ``until`` a command is to look."""
    try:
        past = until - parse_duration(since)
    except (RuleError, OverflowError):
        past = until
    if past == until:
        raise refuse(f"--since {since}: write a number from 1 and s, m, h, d or w: 90m, 12h, 14d, 4w")
    return past


def login_name() -> str:
    """Return who works here, for what is recorded with a name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        return "somebody"

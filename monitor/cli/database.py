"""`db`: the database's schema, and what in it is derived."""

from __future__ import annotations

import asyncio
from dataclasses import asdict

import typer

from monitor.app import open_services
from monitor.cli.base import AsJson, Home, answer, app, escape, out, progress_bar, rulebook_of, settings_of
from monitor.digests.words import counted
from monitor.lock import sole_run
from monitor.pipeline.rebuild import Rebuilt
from monitor.pipeline.rebuild import rebuild as rebuild_all
from monitor.store import Store

database = typer.Typer(no_args_is_help=True, help="The database.")
app.add_typer(database, name="db")


@database.command()
def upgrade(home: Home = None, as_json: AsJson = False) -> None:
    """Bring the database's schema to this program's version; run it after an update that says so.

    Example: `dateline db upgrade --home ~/desk`
    """
    settings = settings_of(home)
    with sole_run(settings):
        store = Store(settings.database_url)
        schema = store.upgrade()
    answer(
        {"database": store.name, "schema": schema},
        as_json,
        lambda: out.print(f"The database {escape(store.name)} has schema {schema}."),
    )


@database.command()
def rebuild(home: Home = None, as_json: AsJson = False) -> None:
    """Make again what is derived from the stored articles: what they say, and what new ones are compared with.

    For a database of an older Dateline, or after changed regions. Articles, stories, matches and what was told stay as
    they are. Needs the daemon stopped; cut off, it can be run again.

    Example: `dateline db rebuild --home ~/desk`
    """
    settings = settings_of(home)
    rulebook = rulebook_of(settings)

    async def go() -> Rebuilt:
        async with open_services(settings, rulebook=rulebook) as services:
            with progress_bar("Articles") as progress:
                return rebuild_all(services, progress)

    with sole_run(settings):
        done = asyncio.run(go())
    answer(asdict(done), as_json, lambda: _say_rebuilt(done))


def _say_rebuilt(done: Rebuilt) -> None:
    out.print(f"Went through {counted(done.articles, 'article')}; {done.reports} say something of people or places.")
    if done.stories_compared_anew:
        stories = counted(done.stories_compared_anew, "story", "stories")
        out.print(f"{stories} would be grouped otherwise today, and stay as they are.")
    if done.mended:
        out.print(f"{counted(done.mended, 'article')} that could not be matched before were matched now.")

"""The pages: a stored digest in the browser, the way out of a subscription, and what those see who watch the service.

`site` has the subscriber pages, `looks` their HTML, `watching` is for machines; `guard` stands before them all, and
`server` listens. A process of its own or part of the daemon, it shares the database with the rest and nothing else: it
must import neither the pipeline nor the channels.
"""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp

from monitor.clock import Clock
from monitor.links import links_of
from monitor.metrics import Watched
from monitor.rulebook import Rulebook
from monitor.settings import Settings
from monitor.store import Store
from monitor.web.guard import Guard
from monitor.web.looks import Looks
from monitor.web.server import address_of, listen, serve
from monitor.web.site import make_site, refusal
from monitor.web.watching import HEALTH, watching_routes

__all__ = ["address_of", "listen", "make_app", "make_watching", "serve"]


def make_app(settings: Settings, store: Store, *, watched: Watched, clock: Clock, log: Any) -> ASGIApp:
    """Return the application, with everything that stands before its pages."""
    public = urlsplit(settings.public_url or "")
    looks = Looks(settings.home, public.path)
    site = make_site(
        store=store,
        links=links_of(settings),
        named=lambda subscription, destination: _is_named(settings.home, subscription, destination),
        looks=looks,
        clock=clock,
        log=log,
    )
    site.routes.extend(watching_routes(watched))
    return Guard(
        site,
        host=public.netloc,
        prefix=public.path,
        refuse=lambda status: refusal(looks, status),
        log=log,
        open_to_all=[HEALTH],
    )


def make_watching(watched: Watched, *, log: Any) -> ASGIApp:
    """Return an application for those who watch, without the pages."""

    def refuse(status: HTTPStatus) -> PlainTextResponse:
        return PlainTextResponse(f"{status.phrase}\n", status)

    return Guard(
        Starlette(routes=watching_routes(watched)), host="", prefix="", refuse=refuse, log=log, open_to_all=[HEALTH]
    )


def _is_named(home: Path, subscription: str, destination: str) -> bool:
    """Tell whether the rule files, as they lie there now, send a subscription to a destination."""
    rulebook = Rulebook(home)
    rulebook.load_leniently()
    found = rulebook.rules.subscriptions.get(subscription)
    return found is not None and destination in found.to

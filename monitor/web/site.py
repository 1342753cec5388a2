"""The pages: a digest as it was stored, and leaving a subscription and coming back.

GET shows and never acts: mail scanners follow every link. POST acts at once, whatever is sent with it (RFC 8058). Who
holds a link may use it: there is no session, no cookie and nobody to log in.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from monitor.clock import Clock
from monitor.errors import StoreError
from monitor.links import LeaveLink, Links, PageLink, Refused
from monitor.store import Store, leavers, telling
from monitor.web.looks import Looks

WRITES_AT_ONCE = 4
"""Beside the pages that only show: those do not wait for a database in which somebody else writes."""

_READ = ["GET", "HEAD"]
_SAID = {
    HTTPStatus.BAD_REQUEST: ("That did not arrive whole", "Please try again."),
    HTTPStatus.NOT_FOUND: ("There is no such page", "Open the link in your mail again: it may have been cut."),
    HTTPStatus.METHOD_NOT_ALLOWED: ("That cannot be done here", "Open the link in your mail again."),
    HTTPStatus.REQUEST_TIMEOUT: ("That took too long", "Please try again."),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ("That was too much", "Nothing was changed."),
    HTTPStatus.MISDIRECTED_REQUEST: ("There is no such page", "Open the link in your mail again."),
    HTTPStatus.INTERNAL_SERVER_ERROR: ("Something went wrong here", "It was noted. Please try again later."),
    HTTPStatus.SERVICE_UNAVAILABLE: (
        "That did not work just now",
        "Nothing was changed. Try again in a minute.",
    ),
}
_ALTERED = "This link does not work", "It was cut or changed on its way. Open it again from the mail."
_OTHER_KEY = "This link is too old", "It was signed with a key that is no longer used. Open the link of a newer mail."
_UNKNOWN = (
    "This subscription is not known here",
    "Nothing was changed. Should mails still come, please write to their sender.",
)
_FORGOTTEN = "This digest is no longer kept", "Older mails stay in your mailbox; their pages are removed after a while."


def refusal(looks: Looks, status: HTTPStatus, said: tuple[str, str] | None = None) -> HTMLResponse:
    """Return a page that says what did not work, and nothing about the inside."""
    title, text = said or _SAID.get(status, (status.phrase, ""))
    return HTMLResponse(looks.own("message", title=title, text=text), status)


def make_site(
    *,
    store: Store,
    links: Links | None,
    named: Callable[[str, str], bool],
    looks: Looks,
    clock: Clock,
    log: Any,
) -> FastAPI:
    """Return the application; its pages run in threads, so that the database never holds up an event loop.

    ``named`` tells whether the rule files send a subscription to a destination.
    """
    site = FastAPI(openapi_url=None, redirect_slashes=False)
    writes = CapacityLimiter(WRITES_AT_ONCE)

    @site.exception_handler(HTTPException)
    async def not_there(_: Request, error: HTTPException) -> Response:
        page = refusal(looks, HTTPStatus(error.status_code))
        page.headers.update(error.headers or {})
        return page

    @site.exception_handler(StoreError)
    async def not_now(_: Request, error: StoreError) -> Response:
        log.error("page not shown", error=str(error))
        return refusal(looks, HTTPStatus.SERVICE_UNAVAILABLE)

    @site.exception_handler(Exception)
    async def broken(_: Request, _error: Exception) -> Response:
        return refusal(looks, HTTPStatus.INTERNAL_SERVER_ERROR)

    @site.api_route("/", methods=_READ)
    def home() -> HTMLResponse:
        return HTMLResponse(looks.own("home"))

    @site.api_route("/style.css", methods=_READ)
    def style() -> Response:
        return Response(looks.style(), media_type="text/css")

    @site.api_route("/d/{token}", methods=_READ)
    def digest(token: str) -> HTMLResponse:
        link = _read(token)
        if not isinstance(link, PageLink):
            return _refused(link)
        with store.reading() as db:
            found = telling.read_digest(db, link.digest)
        if found is None:
            return refusal(looks, HTTPStatus.NOT_FOUND, _FORGOTTEN)
        return HTMLResponse(looks.digest(found))

    @site.api_route("/u/{token}", methods=_READ)
    def ask(token: str) -> HTMLResponse:
        link = _recipient(token)
        if not isinstance(link, LeaveLink):
            return link
        with store.reading() as db:
            has_left = (link.subscription, link.destination) in leavers.left(db)
        return _show("left" if has_left else "leave", link, token)

    @site.post("/u/{token}")
    async def leave(token: str) -> HTMLResponse:
        return await to_thread.run_sync(_leave, token, limiter=writes)

    @site.post("/u/{token}/undo")
    async def come_back(token: str) -> HTMLResponse:
        return await to_thread.run_sync(_come_back, token, limiter=writes)

    def _leave(token: str) -> HTMLResponse:
        link = _recipient(token)
        if not isinstance(link, LeaveLink):
            return link
        with store.writing() as db:
            is_new = leavers.leave(db, link.subscription, link.destination, clock.now())
        if is_new:
            log.info("unsubscribed", digest=link.subscription, destination=link.destination)
        return _show("left", link, token)

    def _come_back(token: str) -> HTMLResponse:
        link = _recipient(token)
        if not isinstance(link, LeaveLink):
            return link
        with store.writing() as db:
            is_new = leavers.come_back(db, link.subscription, link.destination)
        if is_new:
            log.info("subscribed again", digest=link.subscription, destination=link.destination)
        return _show("back", link, token)

    def _recipient(token: str) -> LeaveLink | HTMLResponse:
        """Return whom a link takes off what, or the page for a link that does not; never say "done" to a stranger."""
        link = _read(token)
        if not isinstance(link, LeaveLink):
            return _refused(link)
        with store.reading() as db:
            is_known = leavers.is_known(db, link.subscription, link.destination)
            is_followed = link.subscription in telling.windows_closed_at(db)
        if is_known or (is_followed and named(link.subscription, link.destination)):
            return link
        log.warning(
            "the recipient of a signed link is not known here: is this the daemon's database?",
            digest=link.subscription,
            destination=link.destination,
        )
        return refusal(looks, HTTPStatus.NOT_FOUND, _UNKNOWN)

    def _read(token: str) -> PageLink | LeaveLink | Refused:
        return links.read(token) if links else Refused.ALTERED

    def _refused(link: PageLink | LeaveLink | Refused) -> HTMLResponse:
        if link is Refused.OTHER_KEY:
            return refusal(looks, HTTPStatus.GONE, _OTHER_KEY)
        return refusal(looks, HTTPStatus.NOT_FOUND, _ALTERED)

    def _show(name: str, link: LeaveLink, token: str) -> HTMLResponse:
        reader = link.destination.partition(":")[2]
        return HTMLResponse(looks.own(name, digest=link.subscription, reader=reader, address=f"{looks.base}/u/{token}"))

    return site

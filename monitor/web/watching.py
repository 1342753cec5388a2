"""For those who watch from outside: `/healthz` for everybody, `/metrics` for this machine only.

Must not know what is measured.
"""

from __future__ import annotations

from http import HTTPStatus
from ipaddress import ip_address

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Scope

from monitor.metrics import Watched
from monitor.web.guard import LOOPBACK, name_of

HEALTH = "/healthz"
METRICS = "/metrics"

_PASSED_ON = ("forwarded", "via", "x-real-ip")


def watching_routes(watched: Watched) -> list[Route]:
    async def health(request: Request) -> Response:
        ailments = await run_in_threadpool(watched.ailments)
        answer: dict[str, object] = {"ok": not ailments}
        if ailments and is_local(request.scope):
            answer["reasons"] = list(ailments)
        return JSONResponse(answer, HTTPStatus.SERVICE_UNAVAILABLE if ailments else HTTPStatus.OK)

    async def metrics(request: Request) -> Response:
        if not is_local(request.scope):
            raise HTTPException(HTTPStatus.NOT_FOUND)
        content, media_type = await run_in_threadpool(watched.exposition, request.headers.get("accept", ""))
        return Response(content, headers={"Content-Type": media_type})

    return [Route(HEALTH, health), Route(METRICS, metrics)]


def is_local(scope: Scope) -> bool:
    """Tell whether somebody on this machine asks, for himself.

    A proxy on this machine asks for others, and its connection comes from here as well (Miniflux's CVE-2023-27591): it
    says so in a header, or passes on a name that is not this machine's.
    """
    headers = Headers(scope=scope)
    passed_on = any(name in _PASSED_ON or name.startswith("x-forwarded-") for name in headers)
    peer = scope.get("client")
    return bool(
        peer and ip_address(peer[0]).is_loopback and not passed_on and name_of(headers.get("host", "")) in LOOPBACK
    )

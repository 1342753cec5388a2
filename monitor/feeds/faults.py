"""What broke while an address was read, as one clause for people.

Knows the exceptions of httpx, aiohttp and the operating system; must not know what was being read, so that no address
and no secret gets into a clause.
"""

from __future__ import annotations

import socket
import ssl

import aiohttp
import httpx

from monitor.feeds.guard import AddressRefusedError

_NO_SUCH_HOST = frozenset({socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)})  # musl lacks one


def explain(error: BaseException) -> str:
    """Say in one clause what broke: httpx and aiohttp wrap few causes in many classes, so the innermost one speaks."""
    chain = [error]
    while (cause := chain[-1].__cause__) is not None:
        chain.append(cause)
    for cause in reversed(chain):
        reason = _reason(cause)
        if reason is not None:
            return reason
    return f"could not be read ({type(chain[-1]).__name__})"


def _reason(error: BaseException) -> str | None:
    match error:
        case AddressRefusedError():
            return str(error)
        case socket.gaierror(errno=code) if code in _NO_SUCH_HOST:
            return "no such host"
        case socket.gaierror():
            return "the name of its host could not be looked up"
        case ssl.SSLCertVerificationError():
            return f"its certificate is not accepted: {error.verify_message}"
        case ssl.SSLError():
            return "no secure connection could be made"
        case ConnectionRefusedError():
            return "connection refused"
        case aiohttp.ServerDisconnectedError() | ConnectionResetError() | BrokenPipeError():
            return "closed the connection without an answer"
        case aiohttp.ClientPayloadError():
            return "its answer ended early"
        case aiohttp.ClientResponseError():
            return "answered with something that is not HTTP"
        case httpx.RemoteProtocolError():  # what httpx says of a Location that it cannot read
            return "redirects to what is no http or https address"
        case aiohttp.InvalidURL() | UnicodeError():
            return "is not a valid address"
        case OSError(strerror=str(text)):
            return f"no connection: {text.removeprefix('Multiple exceptions: ')}"
        case _:
            return None

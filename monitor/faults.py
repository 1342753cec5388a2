"""What broke on the way to a server, as one clause for people.

Knows the exceptions of httpx, aiohttp and the operating system; must not know what was being read or sent, so that no
address and no secret gets into a clause.
"""

from __future__ import annotations

import socket
import ssl

import aiohttp
import httpx

from monitor.feeds.guard import AddressRefusedError, TooMuchError

_NO_SUCH_HOST = frozenset({socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)})  # musl lacks one


def explain(error: BaseException) -> str:
    """Say in one clause what broke, whatever it was."""
    chain = _causes(error)
    return explain_known(error) or f"could not be read ({type(chain[-1]).__name__})"


def explain_known(error: BaseException) -> str | None:
    """Say what broke, None where it is none of the faults that have words here.

    Libraries wrap few causes in many classes, so the innermost one speaks.
    """
    return next((reason for cause in reversed(_causes(error)) if (reason := _reason(cause))), None)


def _causes(error: BaseException) -> list[BaseException]:
    chain = [error]
    while (cause := chain[-1].__cause__) is not None:
        chain.append(cause)
    return chain


def _reason(error: BaseException) -> str | None:
    match error:
        case AddressRefusedError():
            return str(error)
        case TooMuchError():
            return str(error.strerror)
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
        case TimeoutError():
            return "timed out"
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

"""A mail server of our own on the loopback: keeps what it is given, and misbehaves on demand."""

from __future__ import annotations

import asyncio
import ssl
import warnings
from collections import defaultdict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any, Literal

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from pydantic import SecretStr

from monitor.settings import SmtpServer, TlsMode


@dataclass(frozen=True, slots=True)
class Received:
    sender: str
    recipients: tuple[str, ...]
    content: bytes
    """As it came over the wire."""

    @property
    def mail(self) -> EmailMessage:
        parsed = BytesParser(policy=policy.default).parsebytes(self.content)
        assert isinstance(parsed, EmailMessage)
        return parsed


class LoopbackSmtp:
    """Answers per recipient with ``answers`` (``450 4.2.1 later``), one a try, before it takes a mail.

    ``cuts`` says what to do with the next mails: ``keep`` takes the mail and drops the connection without a word,
    ``lose`` forgets it and drops the connection, ``refuse`` answers 554, ``later`` answers 451.
    """

    def __init__(
        self,
        *,
        tls: TlsMode = "none",
        context: ssl.SSLContext | None = None,
        user: str | None = None,
        password: str | None = None,
    ) -> None:
        self.received: list[Received] = []
        self.answers: dict[str, deque[str]] = defaultdict(deque)
        self.cuts: deque[Literal["keep", "lose", "refuse", "later"]] = deque()
        self.logins: list[str] = []
        self._tls: TlsMode = tls
        self._context = context
        self._user = user
        self._password = password
        self._port = 0

    @property
    def address(self) -> SmtpServer:
        password = SecretStr(self._password) if self._password else None
        return SmtpServer(host="127.0.0.1", port=self._port, user=self._user, password=password, tls=self._tls)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[LoopbackSmtp]:
        server = await asyncio.get_running_loop().create_server(
            self._session, "127.0.0.1", 0, ssl=self._context if self._tls == "implicit" else None
        )
        self._port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            await server.wait_closed()

    def _session(self) -> SMTP:
        with warnings.catch_warnings(action="ignore"):  # that a password without TLS is unsafe
            return SMTP(
                self,
                hostname="loopback.example",
                loop=asyncio.get_running_loop(),
                tls_context=self._context if self._tls == "starttls" else None,
                require_starttls=self._tls == "starttls",
                auth_required=self._user is not None,
                auth_require_tls=False,
                authenticator=self._authenticate,
            )

    def _authenticate(self, _server: SMTP, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
        assert isinstance(given, LoginPassword)
        self.logins.append(given.login.decode())
        wanted = (self._user or "").encode(), (self._password or "").encode()
        return AuthResult(success=(given.login, given.password) == wanted, handled=False)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        if self.answers[address]:
            return self.answers[address].popleft()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Any, envelope: Any) -> str:  # noqa: N802
        cut = self.cuts.popleft() if self.cuts else None
        if cut in (None, "keep"):
            self.received.append(Received(envelope.mail_from, tuple(envelope.rcpt_tos), envelope.original_content))
        if cut in ("keep", "lose"):
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
        return {"refuse": "554 5.7.1 looks like spam", "later": "451 4.3.0 try again"}.get(cut or "", "250 OK")

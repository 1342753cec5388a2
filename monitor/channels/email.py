"""Mail over SMTP: one message to one recipient, with the headers that make a digest a well-behaved list mail."""

from __future__ import annotations

import hashlib
import re
import ssl
from contextlib import suppress
from email import policy
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage as Mail
from email.policy import EmailPolicy
from email.utils import format_datetime, parseaddr
from urllib.parse import quote

import aiosmtplib

from monitor.errors import DeliveryError, Refused
from monitor.faults import explain_known
from monitor.model import Asked, Delivery, EmailMessage, Receipt
from monitor.settings import SmtpServer

_TIMEOUT_SECONDS = 60.0
_GOODBYE_SECONDS = 1.0
_LIST_NAME_LIMIT = 60
_IN_ADDRESS = "!#$%&'()*+,/:;=?@[]~"
"""What may stand in a web address beside letters and digits, and may in a header."""
_MESSAGE_ID = re.compile(r"<[^<>@\s]+@[^<>@\s]+>")


class EmailChannel:
    """A mail server. It cannot be asked afterwards: retries carry the same Message-ID, so that readers see one mail."""

    def __init__(
        self,
        server: SmtpServer,
        sender: str,
        *,
        timeout_seconds: float = _TIMEOUT_SECONDS,
        tls_context: ssl.SSLContext | None = None,
    ) -> None:
        self._server = server
        self._sender = sender
        self._timeout_seconds = timeout_seconds
        self._tls_context = tls_context

    async def send(self, delivery: Delivery) -> Receipt:
        """Hand the mail over to the server, which from then on answers for it."""
        mail = compose_mail(delivery, self._sender)
        reached = handed_over = False
        refuses: Refused = "channel"
        client = self._client()
        try:
            await client.connect()
            reached = True
            if self._server.user is not None and self._server.password is not None:
                await client.login(self._server.user, self._server.password.get_secret_value())
            await client.mail(_address(self._sender).addr_spec)
            refuses = "message"
            await client.rcpt(_address(delivery.destination.partition(":")[2]).addr_spec)
            handed_over = True
            await client.data(mail.as_bytes())
        except aiosmtplib.SMTPResponseException as error:
            answer = " ".join(f"{error.code} {error.message}".split())[:200]
            permanent = 500 <= error.code < 600
            raise DeliveryError(f"the mail server answered {answer}", permanent=permanent, refuses=refuses) from error
        except (aiosmtplib.SMTPException, TimeoutError, OSError) as error:
            happened = "was lost" if reached else "cannot be reached"
            where = f"the mail server {self._server.host}:{self._server.port}"
            raise DeliveryError(f"{where} {happened}: {_reason(error)}", ambiguous=handed_over) from error
        finally:
            # A server that is slow to say goodbye must not make a doubt of what it took.
            with suppress(aiosmtplib.SMTPException, TimeoutError, OSError):
                await client.quit(timeout=_GOODBYE_SECONDS)
            client.close()
        return Receipt(reference=mail["Message-ID"])

    async def ask(self, delivery: Delivery) -> Receipt | Asked:
        return Asked.CANNOT_TELL

    async def close(self) -> None:
        """Nothing is held open."""

    def _client(self) -> aiosmtplib.SMTP:
        return aiosmtplib.SMTP(
            hostname=self._server.host,
            port=self._server.port,
            use_tls=self._server.tls == "implicit",
            start_tls=self._server.tls == "starttls",
            timeout=self._timeout_seconds,
            tls_context=self._tls_context,
        )


def _reason(error: Exception) -> str:
    if isinstance(error, aiosmtplib.SMTPServerDisconnected) and error.__cause__ is None:
        return "it closed the connection"
    return explain_known(error) or " ".join(str(error).split())[:200]


def compose_mail(delivery: Delivery, sender: str) -> Mail:
    """Return the mail, the same for every attempt. Raises DeliveryError (permanent) on an impossible address."""
    message = delivery.message
    if not isinstance(message, EmailMessage):
        raise DeliveryError(f"{delivery.destination} takes mail only", permanent=True)
    author, recipient = _address(sender), _address(delivery.destination.partition(":")[2])
    list_name = re.sub(r"[^A-Za-z0-9-]+", "-", delivery.subscription)[:_LIST_NAME_LIMIT]
    ways_out = [f"<mailto:{quote(author.addr_spec, safe='@+')}?subject=unsubscribe%20{list_name}>"]
    if message.unsubscribe is not None:
        ways_out.insert(0, f"<{quote(message.unsubscribe, safe=_IN_ADDRESS)}>")
    mail = Mail(policy=_WIRE)
    mail["Subject"] = _harmless(message.subject)
    mail["From"] = author
    mail["To"] = recipient
    mail["Date"] = format_datetime(delivery.created_at)
    mail["Message-ID"] = f"<{hashlib.sha256(delivery.key.encode()).hexdigest()[:32]}@{author.domain}>"
    mail["List-Id"] = f"<{list_name}.dateline.{author.domain}>"
    mail["List-Unsubscribe"] = ", ".join(ways_out)
    if message.unsubscribe is not None:
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    if delivery.thread is not None and _MESSAGE_ID.fullmatch(delivery.thread):
        mail["In-Reply-To"] = mail["References"] = delivery.thread
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text, cte=_encoding(message.text))
    mail.add_alternative(message.html, subtype="html", cte=_encoding(message.html))
    return mail


def _harmless(subject: str) -> str:
    """Return a subject that is one line and holds no encoded word.

    Python reads ``=?utf-8?q?=0D=0ABcc:…?=`` in a header that is being written, so that a title could add a recipient.
    """
    subject = subject.encode(errors="replace").decode()  # half a character cannot be encoded
    return " ".join(subject.split()).replace("=?", "= ?")


def _encoding(text: str) -> str:
    """Return the shorter of the two encodings that every mail server passes on."""
    wide = sum(len(character.encode()) for character in text if not character.isascii())
    return "quoted-printable" if wide * 6 < len(text.encode()) else "base64"


def _address(text: str) -> Address:
    name, address = parseaddr(text)
    local, _, domain = address.rpartition("@")
    try:
        # The parser silently takes the first part of what it does not understand.
        whole = text.strip() == address or text.rstrip().endswith(f"<{address}>")
        if not whole or not local.isascii() or not re.fullmatch(r"[^\s@<>]+@[^\s@<>]+", address):
            raise ValueError
        return Address(name, local, domain.encode("idna").decode())
    except (ValueError, IndexError) as error:
        raise DeliveryError(f"{text!r} is no mail address that this server can be given", permanent=True) from error


class _WirePolicy(EmailPolicy):
    """Folds no header but a subject that needs encoding, and ways out between each other.

    Folding at 78 columns, Python breaks a long List-Unsubscribe into encoded words, which no mail client follows, and
    puts a space before some subjects; folding at 998 it writes one encoded word far beyond the 75 characters of RFC
    2047. The older `Header` keeps to those.
    """

    def fold_binary(self, name: str, value: str) -> bytes:
        if name == "Subject" and not value.isascii():
            words = Header(str(value), "utf-8", header_name=name, maxlinelen=75).encode(linesep=self.linesep)
            return f"{name}: {words}{self.linesep}".encode()
        if name == "List-Unsubscribe" and len(value) > _LINE_LIMIT:
            return f"{name}: {value.replace(', ', f',{self.linesep} ')}{self.linesep}".encode()
        return _UNFOLDED.fold_binary(name, value)


_LINE_LIMIT = 900
"""What fits into a line of a mail with the header's name: 998 characters in all (RFC 5322)."""
_UNFOLDED = policy.SMTP.clone(max_line_length=998)
_WIRE = _WirePolicy(linesep="\r\n")

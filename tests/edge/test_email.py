"""The mail channel against a real SMTP server on the loopback: what arrives, and what each failure means."""

import re
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage as Mail
from email.parser import BytesParser
from pathlib import Path

import pytest
from pydantic import SecretStr

from monitor.channels.email import EmailChannel, compose_mail
from monitor.digests.render import Templates, render
from monitor.errors import DeliveryError
from monitor.links import Links
from monitor.model import Asked, EmailMessage, SlackMessage
from monitor.settings import SmtpServer, TlsMode
from tests.digest_samples import BUSY_DAY, NOON, RIGHT_TO_LEFT, delivery, hostile
from tests.hostile_titles import PAYLOADS, hostile_titles
from tests.servers.smtp import LoopbackSmtp
from tests.templates import built_in_templates

SENDER = "Desk <desk@example.org>"
MESSAGE = EmailMessage(subject="Balochistan: 2 stories", text="Quetta\n", html="<p>Quetta</p>\n")
DELIVERY = delivery(MESSAGE, "email:reader@example.net")
HEADERS = [
    *("Subject", "From", "To", "Date", "Message-ID", "List-Id", "List-Unsubscribe", "Auto-Submitted"),
    *("MIME-Version", "Content-Type"),
]


@pytest.fixture(scope="module")
def templates() -> Templates:
    return built_in_templates()


async def send(server: LoopbackSmtp, **changes: object) -> str:
    receipt = await EmailChannel(server.address, SENDER, timeout_seconds=5).send(replace(DELIVERY, **changes))  # type: ignore[arg-type]
    return receipt.reference


def lines_of(mail: Mail) -> list[list[str]]:
    """Return the lines of each part; on the wire they end in CR LF."""
    return [part.get_content().removesuffix("\r\n").split("\r\n") for part in mail.iter_parts()]


async def refused(server: LoopbackSmtp) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await send(server)
    return caught.value


async def test_arrives_with_the_headers_of_a_list_mail() -> None:
    async with LoopbackSmtp().running() as server:
        reference = await send(server)
    [received] = server.received
    assert (received.sender, received.recipients) == ("desk@example.org", ("reader@example.net",))
    mail = received.mail
    assert mail["Subject"] == "Balochistan: 2 stories"
    assert mail["From"].addresses == (Address("Desk", "desk", "example.org"),)
    assert mail["To"].addresses[0].addr_spec == "reader@example.net"
    assert mail["Date"].datetime == NOON
    assert mail["Message-ID"] == reference
    assert mail["List-Id"] == "<asia-desk-daily.dateline.example.org>"
    assert mail["List-Unsubscribe"] == "<mailto:desk@example.org?subject=unsubscribe%20asia-desk-daily>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert lines_of(mail) == [["Quetta"], ["<p>Quetta</p>"]]


async def test_every_attempt_is_the_same_mail_and_every_delivery_another() -> None:
    async with LoopbackSmtp().running() as server:
        first, again = await send(server), await send(server, attempts=2)
        other = await send(server, key="another")
    assert first == again != other
    contents = [received.content.partition(b"boundary")[0] for received in server.received]
    assert contents[0] == contents[1]


@pytest.mark.parametrize("digest", [BUSY_DAY, RIGHT_TO_LEFT], ids=["english", "urdu"])
async def test_a_rendered_digest_survives_the_wire(templates: Templates, digest: object) -> None:
    [message] = render(digest, "email:reader@example.net", templates)  # type: ignore[arg-type]
    assert isinstance(message, EmailMessage)
    async with LoopbackSmtp().running() as server:
        await send(server, message=message)
    [received] = server.received
    assert received.content.isascii()
    assert max(len(line) for line in received.content.split(b"\r\n")) <= 200
    assert received.mail["Subject"] == message.subject
    assert lines_of(received.mail) == [message.text.split("\n")[:-1], message.html.strip().split("\n")]


@pytest.mark.parametrize("title", PAYLOADS)
def test_not_even_an_unclean_subject_adds_a_header(title: str) -> None:
    content = compose_mail(replace(DELIVERY, message=replace(MESSAGE, subject=title)), SENDER).as_bytes()
    assert BytesParser(policy=policy.default).parsebytes(content).keys() == HEADERS


def test_500_hostile_digests_read_back_as_they_were_written(templates: Templates) -> None:
    titles = hostile_titles()
    assert len(titles) == 500
    for title in titles:
        [message] = render(hostile(title, template="alert"), "email:reader@example.net", templates)
        assert isinstance(message, EmailMessage)
        content = compose_mail(replace(DELIVERY, message=message), SENDER).as_bytes()
        parsed = BytesParser(policy=policy.default).parsebytes(content)
        assert isinstance(parsed, Mail)
        assert parsed.keys() == HEADERS
        assert all(len(word) <= 75 for word in re.findall(rb"=\?\S*", content.partition(b"\r\nFrom:")[0]))
        assert parsed["Subject"] == message.subject.replace("=?", "= ?")
        assert lines_of(parsed) == [message.text.split("\n")[:-1], message.html.strip().split("\n")]


async def test_hostile_digests_survive_the_wire(templates: Templates) -> None:
    async with LoopbackSmtp().running() as server:
        for title in PAYLOADS:
            [message] = render(hostile(title, template="alert"), "email:reader@example.net", templates)
            assert isinstance(message, EmailMessage)
            await send(server, message=message)
            received = server.received[-1]
            assert received.recipients == ("reader@example.net",)
            assert received.mail["Bcc"] is None
            assert received.mail["Subject"] == message.subject.replace("=?", "= ?")
            assert lines_of(received.mail) == [message.text.split("\n")[:-1], message.html.strip().split("\n")]


@pytest.mark.parametrize(
    ("answer", "permanent"),
    [("450 4.2.1 greylisted", False), ("452 4.2.2 mailbox full", False), ("550 5.1.1 no such user", True)],
)
async def test_an_answer_about_the_recipient(answer: str, permanent: bool) -> None:
    async with LoopbackSmtp().running() as server:
        server.answers["reader@example.net"].append(answer)
        error = await refused(server)
        assert str(error) == f"the mail server answered {answer}"
        assert (error.permanent, error.ambiguous, error.refuses) == (permanent, False, "message")
        assert server.received == []
        await send(server)
    assert len(server.received) == 1


async def test_an_answer_about_the_mail() -> None:
    async with LoopbackSmtp().running() as server:
        server.cuts.extend(["refuse", "later"])
        first, second = await refused(server), await refused(server)
    assert (first.permanent, first.ambiguous) == (True, False)
    assert (second.permanent, second.ambiguous) == (False, False)


@pytest.mark.parametrize(("cut", "kept"), [("keep", 1), ("lose", 0)])
async def test_a_connection_lost_after_the_mail_leaves_doubt(cut: str, kept: int) -> None:
    async with LoopbackSmtp().running() as server:
        server.cuts.append(cut)  # type: ignore[arg-type]
        error = await refused(server)
    assert (error.ambiguous, error.permanent) == (True, False)
    assert str(error) == f"the mail server 127.0.0.1:{server.address.port} was lost: it closed the connection"
    assert len(server.received) == kept
    assert await EmailChannel(server.address, SENDER).ask(DELIVERY) == Asked.CANNOT_TELL


async def test_a_server_that_is_not_there_leaves_none() -> None:
    async with LoopbackSmtp().running() as server:
        pass
    error = await refused(server)
    assert (error.ambiguous, error.permanent) == (False, False)
    place = f"the mail server 127.0.0.1:{server.address.port}"
    assert str(error) == f"{place} cannot be reached: connection refused"
    with pytest.raises(DeliveryError) as caught:
        await EmailChannel(replace(server.address, host="nosuch.invalid"), SENDER).send(DELIVERY)
    assert str(caught.value).startswith(f"the mail server nosuch.invalid:{server.address.port} cannot be reached: ")
    assert "host" in str(caught.value)  # there is none, or its name cannot be looked up


async def test_a_server_that_says_nothing_timed_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        address = SmtpServer(host="127.0.0.1", port=port, user=None, password=None, tls="none")
        with pytest.raises(DeliveryError, match="cannot be reached: timed out"):
            await EmailChannel(address, SENDER, timeout_seconds=0.2).send(DELIVERY)


async def test_signs_in() -> None:
    async with LoopbackSmtp(user="desk", password="s3cret-word").running() as server:
        await send(server)
        assert server.logins == ["desk"]
        address = replace(server.address, password=SecretStr("wrong-s3cret"))
        with pytest.raises(DeliveryError, match="535") as caught:
            await EmailChannel(address, SENDER, timeout_seconds=5).send(DELIVERY)
    assert (caught.value.permanent, caught.value.refuses) == (True, "channel")
    assert "s3cret" not in f"{caught.value!r}{caught.value.__cause__!r}"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ssl.SSLContext, ssl.SSLContext]]:
    """A server's context and a client's that trusts it."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl to make a certificate with")
    folder: Path = tmp_path_factory.mktemp("tls")
    names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    make = [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    subprocess.run([*make, *names, *files], check=True, capture_output=True)
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    yield server, ssl.create_default_context(cafile=folder / "cert.pem")


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
async def test_speaks_tls(certificate: tuple[ssl.SSLContext, ssl.SSLContext], tls: TlsMode) -> None:
    theirs, ours = certificate
    async with LoopbackSmtp(tls=tls, context=theirs, user="desk", password="s3cret").running() as server:
        await EmailChannel(server.address, SENDER, timeout_seconds=5, tls_context=ours).send(DELIVERY)
    assert len(server.received) == 1


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
async def test_a_certificate_of_nobody_known_is_refused(
    certificate: tuple[ssl.SSLContext, ssl.SSLContext], tls: TlsMode
) -> None:
    async with LoopbackSmtp(tls=tls, context=certificate[0]).running() as server:
        error = await refused(server)
    assert (error.ambiguous, server.received) == (False, [])


async def test_a_server_without_starttls_gets_nothing_in_the_clear() -> None:
    async with LoopbackSmtp().running() as server:
        address = replace(server.address, tls="starttls")
        with pytest.raises(DeliveryError) as caught:
            await EmailChannel(address, SENDER, timeout_seconds=5).send(DELIVERY)
    assert (caught.value.ambiguous, server.received) == (False, [])


@pytest.mark.parametrize(
    "destination",
    ["email:", "email:nobody", "email:a@b@c", "email:a b@example.org", "email:a@exa mple.org", "email:تا@example.org"],
)
def test_an_impossible_address_is_refused_for_good(destination: str) -> None:
    with pytest.raises(DeliveryError) as caught:
        compose_mail(replace(DELIVERY, destination=destination), SENDER)
    assert caught.value.permanent


def test_a_domain_in_letters_of_its_own_is_written_for_the_wire() -> None:
    mail = compose_mail(replace(DELIVERY, destination="email:desk@خبر.example"), SENDER)
    assert mail["To"].addresses[0].domain.startswith("xn--")


def test_only_mail_is_mailed() -> None:
    with pytest.raises(DeliveryError, match="takes mail only"):
        compose_mail(replace(DELIVERY, message=SlackMessage(text="x", blocks=())), SENDER)


# --- the way out and the thread ---


def test_a_mail_without_a_web_is_left_by_mail_alone() -> None:
    mail = compose_mail(DELIVERY, SENDER)
    assert mail["List-Unsubscribe"] == "<mailto:desk@example.org?subject=unsubscribe%20asia-desk-daily>"
    assert mail["List-Unsubscribe-Post"] is None


def test_a_mail_with_a_web_is_left_by_one_post() -> None:
    address = "https://news.example.org/u/abc"
    mail = compose_mail(replace(DELIVERY, message=replace(MESSAGE, unsubscribe=address)), SENDER)
    assert mail["List-Unsubscribe"] == (
        "<https://news.example.org/u/abc>, <mailto:desk@example.org?subject=unsubscribe%20asia-desk-daily>"
    )
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_500_ways_out_arrive_in_one_piece() -> None:
    """Byte for byte, whatever the subscription, the recipient and the public address are called."""
    for number, title in enumerate(hostile_titles()):
        host = "https://news.example.org" + "/a-long-path" * (number % 30)
        subscription, recipient = (
            title[: 3 * number % 900].encode(errors="ignore").decode(),
            f"{'r' * (1 + number % 60)}@example.net",
        )
        links = Links(host, number.to_bytes(32))
        way_out = links.unsubscribe(subscription, f"email:{recipient}")
        one = replace(
            DELIVERY,
            subscription=subscription,
            destination=f"email:{recipient}",
            message=EmailMessage(
                subject="x", text=f"Leave\n  {way_out}\n", html=f'<a href="{way_out}">Leave</a>\n', unsubscribe=way_out
            ),
        )
        sender = f"{'d' * 60}@{'a-long-name-of-a-host.' * (number % 7)}example.org"
        content = compose_mail(one, sender).as_bytes()
        [header] = re.findall(
            rb"^List-Unsubscribe: (<[!-~]+>),(?:\r\n)? (<mailto:[!-~]+>)\r\n(?=\S)", content, re.MULTILINE
        )
        assert header[0] == f"<{way_out}>".encode()
        assert header[1].startswith(f"<mailto:{'d' * 60}@".encode())
        assert content.count(b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n") == 1
        parsed = BytesParser(policy=policy.default).parsebytes(content)
        assert isinstance(parsed, Mail)
        assert lines_of(parsed) == [["Leave", f"  {way_out}"], [f'<a href="{way_out}">Leave</a>']]
        assert parsed.keys() == [*HEADERS[:7], "List-Unsubscribe-Post", *HEADERS[7:]]
        assert re.fullmatch(r"<[A-Za-z0-9-]*\.dateline\.[a-z.-]+>", parsed["List-Id"])


def test_an_address_that_is_no_ascii_or_holds_more_than_one_is_made_harmless() -> None:
    way_out = "https://خبر.example/u/a>, <mailto:x@evil.example>\r\nBcc: x"
    content = compose_mail(replace(DELIVERY, message=replace(MESSAGE, unsubscribe=way_out)), SENDER).as_bytes()
    [header] = re.findall(rb"^List-Unsubscribe: (.*)\r\n", content, re.MULTILINE)
    assert header.count(b"<") == 2 and header.isascii() and b"\r\nBcc" not in content


async def test_an_update_belongs_to_the_mail_that_it_continues() -> None:
    async with LoopbackSmtp().running() as server:
        root = await send(server)
        update = await send(server, key="another", thread=root)
    first, second = (received.mail for received in server.received)
    assert (first["In-Reply-To"], first["References"]) == (None, None)
    assert second["In-Reply-To"] == second["References"] == first["Message-ID"] == root != update


@pytest.mark.parametrize("thread", ["C0123:1700000000.000100", "<a@b>\r\nBcc: x@evil.example", "<a b@c>", ""])
def test_what_is_no_message_is_continued_by_none(thread: str) -> None:
    assert compose_mail(replace(DELIVERY, thread=thread), SENDER).keys() == HEADERS

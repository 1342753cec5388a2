"""The subscriber pages over real HTTP on the loopback address, on a real SQLite file."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import structlog
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import text, update

from monitor.digests.render import compile_templates, render
from monitor.errors import SettingsError
from monitor.health import Health, InForce
from monitor.home_files import read_templates
from monitor.links import Links, Refused, links_of
from monitor.metrics import Watched
from monitor.model import DeliveryState, Digest, EmailMessage
from monitor.rulebook import builtin_home
from monitor.settings import Settings, load_settings
from monitor.store import Store, leavers, outbox, telling
from monitor.store.tables import DIGEST
from monitor.web import address_of, guard, listen, make_app, serve, server
from tests.digest_samples import BUSY_DAY, ONE_STORY, RIGHT_TO_LEFT, hostile
from tests.fakes import START, FixedClock
from tests.hostile_titles import hostile_titles

KEY = "a key of at least sixteen characters"
DAILY, AMNA, BILAL = "asia-desk-daily", "email:amna@example.org", "email:bilal@example.org"
TEMPLATES = compile_templates(read_templates(builtin_home(), []))
RULES = f"""
version: 1
feeds: {{dawn: {{url: "https://dawn.example/rss"}}}}
rules: {{attacks: {{when: attack*}}}}
digests: {{{DAILY}: {{rules: [attacks], when: "07:00", to: ["{AMNA}", "{BILAL}"]}}}}
"""
MAIL = EmailMessage(subject="One story", text="One story", html="<p>One story</p>")


@dataclass
class Web:
    """A server that runs, what it serves, and a client that follows no redirect."""

    settings: Settings
    store: Store
    links: Links
    address: str
    client: httpx.AsyncClient

    @property
    def leave(self) -> str:
        return self.links.unsubscribe(DAILY, AMNA)

    def keep(self, digest: Digest) -> str:
        """Store a digest; return the address of its page."""
        with self.store.writing() as db:
            telling.save_digest(db, digest, (), now=START)
        return self.links.page(digest.id)

    def left(self) -> set[tuple[str, str]]:
        with self.store.reading() as db:
            return set(leavers.left(db))

    async def raw(self, sent: bytes) -> str:
        """Send bytes as they are; return all that comes back until the server closes the connection."""
        reader, writer = await asyncio.open_connection("127.0.0.1", int(self.address.rpartition(":")[2]))
        writer.write(sent)
        answer = await reader.read()
        writer.close()
        return answer.decode()


@asynccontextmanager
async def serving(home: Path, *, path: str = "", key: str | None = KEY) -> AsyncIterator[Web]:
    listening = listen(load_settings(home), "127.0.0.1", 0)
    address, until = address_of(listening), asyncio.Event()
    lines = [f"DATELINE_PUBLIC_URL={address}{path}", f"DATELINE_SECRET_KEY={key}" if key else ""]
    (home / ".env").write_text("\n".join(lines))
    (home / "rules").mkdir()
    (home / "rules" / "desk.yaml").write_text(RULES)
    settings = load_settings(home)
    store = Store(settings.database_url)
    store.prepare()
    with store.writing() as db:
        telling.follow_subscriptions(db, [DAILY], START)
    clock = FixedClock()
    in_force = InForce(version="1", refused=False)
    watched = Watched(Health(store, clock=clock, in_force=lambda _: in_force, besides=tuple), clock=clock)
    app = make_app(settings, store, watched=watched, clock=clock, log=structlog.get_logger())
    task = asyncio.create_task(serve(app, listening, until=until))
    links = links_of(settings) or Links(f"{address}{path}", KEY.encode())
    async with httpx.AsyncClient(base_url=address, trust_env=False, timeout=10) as client:
        yield Web(settings, store, links, address, client)
    until.set()
    await task
    store.close()


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[Web]:
    async with serving(tmp_path) as running:
        yield running


# --- a digest in the browser ---


@pytest.mark.parametrize("digest", [ONE_STORY, BUSY_DAY, RIGHT_TO_LEFT], ids=["one story", "busy day", "right to left"])
async def test_the_page_tells_all_that_the_mail_tells(web: Web, digest: Digest) -> None:
    answer = await web.client.get(web.keep(digest))
    assert answer.status_code == 200
    page = LexborHTMLParser(answer.text)
    words = page.body.text() if page.body else ""
    for story in digest.stories:
        assert story.headline in words
    if digest is RIGHT_TO_LEFT:
        assert page.css_first("h2[dir=rtl]")


async def test_nothing_stands_inline_and_nothing_is_remote(web: Web) -> None:
    for address in (web.keep(BUSY_DAY), web.leave, web.address, f"{web.address}/nothing"):
        page = LexborHTMLParser((await web.client.get(address)).text)
        assert not page.css("script, style, [style], img, iframe, object, embed, base, meta[http-equiv]"), address
        assert [link.attributes["href"] for link in page.css("link")] == ["/style.css"]
    style = await web.client.get("/style.css")
    assert style.headers["content-type"] == "text/css; charset=utf-8"
    assert ".headline" in style.text and ".button" in style.text
    assert "url(" not in style.text and "@import" not in style.text


async def test_hostile_words_stay_words(web: Web) -> None:
    harmless = LexborHTMLParser((await web.client.get(web.keep(replace(hostile("A title"), id="harmless")))).text)
    known = {(node.tag, *sorted(node.attributes)) for node in harmless.css("*")}
    for number, title in enumerate(hostile_titles()[::7]):
        title = title.encode("utf-8", "ignore").decode()  # half a character cannot be stored
        shown = await web.client.get(web.keep(replace(hostile(title), id=f"hostile-{number}")))
        page = LexborHTMLParser(shown.text)
        new = {(node.tag, *sorted(node.attributes)) for node in page.css("*")} - known
        assert {tag for tag, *_ in new} <= {tag for tag, *_ in known}, title
        assert not page.css("script, iframe, form, [onload], [onerror], [onmouseover]"), title
        for link in page.css("a"):
            assert (link.attributes["href"] or "").startswith(("https://", "http://")), title


async def test_a_digest_that_is_not_kept(web: Web) -> None:
    answer = await web.client.get(web.links.page("asia-desk-daily-20200101T000000Z"))
    assert answer.status_code == 404
    assert "no longer kept" in answer.text


async def test_pages_follow_the_templates_of_the_home(web: Web) -> None:
    address, own = web.keep(ONE_STORY), web.settings.home / "templates" / "alert" / "email.html"
    builtin = (await web.client.get(address)).text
    own.parent.mkdir(parents=True)
    for source, shown in (
        ("<p>Our own: {{ view.heading }}</p>", "<p>Our own: "),
        ("{% if %}", builtin),
        ("{{ view.nothing_of_that_name }}", builtin),
    ):
        own.write_text(source)
        assert shown in (await web.client.get(address)).text


async def test_a_style_sheet_of_the_home_that_fails_gives_way_to_the_built_in_one(web: Web) -> None:
    own = web.settings.home / "templates" / "common" / "style.css"
    builtin = (await web.client.get("/style.css")).text
    own.parent.mkdir(parents=True)
    for source in ("body { color: {{ nothing.of.that.name }} }", "body { order: {{ 1 // 0 }} }", "body { color: {{ }"):
        own.write_text(source)
        answer = await web.client.get("/style.css")
        assert (answer.status_code, answer.text) == (200, builtin)


# --- leaving ---


def links_in(mail: EmailMessage) -> list[str]:
    found = [link.attributes["href"] or "" for link in LexborHTMLParser(mail.html).css("a")]
    found += re.findall(r"https?://\S+", mail.text)
    return [*found, mail.unsubscribe or ""]


async def test_scanners_that_follow_every_link_unsubscribe_nobody(web: Web) -> None:
    web.keep(BUSY_DAY)
    with web.store.writing() as db:
        outbox.enqueue(db, BUSY_DAY, AMNA, [MAIL], now=START, held=None)
    (mail,) = render(BUSY_DAY, AMNA, TEMPLATES, links=web.links)
    assert isinstance(mail, EmailMessage)
    ours = {link for link in links_in(mail) if link.startswith(web.address)}
    assert {web.links.page(BUSY_DAY.id), web.links.unsubscribe(BUSY_DAY.subscription, AMNA)} <= ours
    for method in ("GET", "HEAD"):
        answers = await asyncio.gather(*(web.client.request(method, link) for link in ours for _ in range(50)))
        assert {answer.status_code for answer in answers} == {200}
    assert web.left() == set()


async def test_one_post_unsubscribes_at_once(web: Web) -> None:
    with web.store.writing() as db:
        for to in (AMNA, BILAL):
            outbox.enqueue(db, replace(ONE_STORY, subscription=DAILY), to, [MAIL], now=START, held=None)
    asked = await web.client.get(web.leave)
    assert "Stop these mails?" in asked.text and "amna@example.org" in asked.text
    done = await web.client.post(web.leave, data={"List-Unsubscribe": "One-Click"})
    assert (done.status_code, done.history) == (200, [])
    assert "You are unsubscribed" in done.text
    with web.store.reading() as db:
        assert leavers.left(db) == {(DAILY, AMNA): START}
        assert [one.destination for one in outbox.deliveries(db, states=[DeliveryState.PENDING])] == [BILAL]
    assert "You are unsubscribed" in (await web.client.get(web.leave)).text


async def test_leaving_twice_and_coming_back_twice(web: Web) -> None:
    for _ in range(2):
        assert "You are unsubscribed" in (await web.client.post(web.leave)).text
        assert web.left() == {(DAILY, AMNA)}
    for _ in range(2):
        assert "subscribed again" in (await web.client.post(f"{web.leave}/undo")).text
        assert web.left() == set()


@pytest.mark.parametrize(
    ("subscription", "destination"),
    [(DAILY, "email:nobody@example.org"), ("no-such-digest", AMNA), (DAILY, "email:Amna@example.org"), ("", "")],
)
async def test_nobody_is_told_to_be_unsubscribed_from_what_is_not_known_here(
    web: Web, subscription: str, destination: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A database that is not the daemon's would say "done", and the daemon would mail on."""
    with web.store.writing() as db:
        telling.save_digest(db, ONE_STORY, (), now=START)
        outbox.enqueue(db, ONE_STORY, BILAL, [MAIL], now=START, held=None)
    stranger = web.links.unsubscribe(subscription, destination)
    for method, address in (("GET", stranger), ("POST", stranger), ("POST", f"{stranger}/undo")):
        answer = await web.client.request(method, address)
        assert answer.status_code == 404
        assert "This subscription is not known here" in answer.text
        assert "unsubscribed" not in answer.text
        assert_guarded(answer.headers)
    assert web.left() == set()
    assert "not known here: is this the daemon's database?" in "".join(capsys.readouterr())


async def test_a_database_that_no_daemon_has_used_takes_nobody_off(web: Web) -> None:
    """Set up by another command on a disk of its own, beside the very same rule files."""
    with web.store.writing() as db:
        telling.follow_subscriptions(db, [], START)
    for method in ("GET", "POST"):
        assert (await web.client.request(method, web.leave)).status_code == 404
    assert web.left() == set()


async def test_whom_only_the_outbox_knows_can_leave_and_come_back(web: Web) -> None:
    """A mail of before the rule files were changed, and one that was dropped because its reader left."""
    former = "email:former@example.org"
    assert (await web.client.post(web.links.unsubscribe(DAILY, former))).status_code == 404
    with web.store.writing() as db:
        digest = replace(ONE_STORY, subscription=DAILY)
        telling.save_digest(db, digest, (), now=START)
        outbox.enqueue(db, digest, former, [MAIL], now=START, held=None)
    for _ in range(2):
        assert "You are unsubscribed" in (await web.client.post(web.links.unsubscribe(DAILY, former))).text
        assert web.left() == {(DAILY, former)}
    assert "subscribed again" in (await web.client.post(f"{web.links.unsubscribe(DAILY, former)}/undo")).text


async def test_whom_only_the_rule_files_know_can_leave(web: Web) -> None:
    new, rules = "email:new@example.org", web.settings.home / "rules" / "desk.yaml"
    assert (await web.client.get(web.links.unsubscribe(DAILY, new))).status_code == 404
    rules.write_text(RULES.replace(BILAL, new))
    assert (await web.client.get(web.links.unsubscribe(DAILY, new))).status_code == 200
    assert "You are unsubscribed" in (await web.client.post(web.links.unsubscribe(DAILY, new))).text
    rules.write_text("no rules at all")
    assert "You are unsubscribed" in (await web.client.get(web.links.unsubscribe(DAILY, new))).text


async def test_the_buttons_of_the_pages_do_what_they_say(web: Web) -> None:
    async def press(page: httpx.Response) -> httpx.Response:
        (form,) = LexborHTMLParser(page.text).css("form")
        assert form.attributes["method"] == "post"
        return await web.client.post(form.attributes["action"] or "")

    left = await press(await web.client.get(web.leave))
    assert web.left() == {(DAILY, AMNA)}
    back = await press(left)
    assert web.left() == set()
    await press(back)
    assert web.left() == {(DAILY, AMNA)}


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({}, b""),
        ({"Content-Type": "application/x-www-form-urlencoded"}, b"List-Unsubscribe=One-Click"),
        ({"Content-Type": "multipart/form-data; boundary=x"}, b"--x\r\nnot a form at all"),
        ({"Content-Type": "application/json"}, b"{"),
        ({"Content-Type": "text/html; charset=nothing"}, b"\xff" * 4096),
    ],
)
async def test_whatever_is_sent_along_does_not_matter(web: Web, headers: dict[str, str], body: bytes) -> None:
    assert (await web.client.post(web.leave, headers=headers, content=body)).status_code == 200
    assert web.left() == {(DAILY, AMNA)}


def altered(web: Web) -> list[str]:
    """Return a thousand tokens, none of which was ever given out."""
    good = web.leave.rpartition("/")[2]
    other_reader = web.links.unsubscribe(DAILY, BILAL).rpartition("/")[2]
    page = web.links.page(DAILY).rpartition("/")[2]
    other_key = Links(web.links.public_url, b"another key of sixteen characters")
    changed = [good[:place] + one + good[place + 1 :] for place in range(len(good)) for one in "AEIMQUYbfjnrvz37_-"]
    cut = [good[:length] for length in range(1, len(good))] + [good[start:] for start in range(1, len(good))]
    longer = [good + more for more in ("=", "==", "A", "AA", "%00", "%0A", "%20", "_", "-", ".", "~")]
    mixed = [good[:place] + other[place:] for other in (other_reader, page) for place in range(4, 28)]
    signed_otherwise = [other_key.unsubscribe(DAILY, AMNA).rpartition("/")[2], good[::-1], good.swapcase(), good * 2]
    tokens = dict.fromkeys([*cut, *longer, *mixed, *signed_otherwise, *changed])
    return [token for token in tokens if token not in (good, other_reader, page)][:1000]


async def test_a_thousand_altered_links_are_worth_nothing(web: Web) -> None:
    tokens = altered(web)
    assert len(tokens) == 1000
    assert all(isinstance(web.links.read(token), Refused) for token in tokens if "%" not in token)
    with web.store.writing() as db:
        leavers.leave(db, DAILY, BILAL, START)
    at_once = asyncio.Semaphore(8)

    async def ask(method: str, path: str) -> int:
        async with at_once:
            return (await web.client.request(method, path)).status_code

    shapes = (("POST", "/u/{}", 1), ("POST", "/u/{}/undo", 9), ("GET", "/u/{}", 9), ("GET", "/d/{}", 9))
    for method, shape, step in shapes:
        answers = await asyncio.gather(*(ask(method, shape.format(token)) for token in tokens[::step]))
        assert set(answers) <= {404, 410}
    assert web.left() == {(DAILY, BILAL)}


async def test_a_link_of_one_kind_serves_no_other(web: Web) -> None:
    page, leave = (link.rpartition("/")[2] for link in (web.keep(ONE_STORY), web.leave))
    for path in (f"/u/{page}", f"/d/{leave}"):
        for method in ("GET", "POST"):
            assert (await web.client.request(method, path)).status_code in (404, 405)
    assert web.left() == set()


async def test_a_key_that_is_no_longer_used_is_told_apart(web: Web) -> None:
    old = Links(web.links.public_url, b"the key of last year")
    for link in (old.unsubscribe(DAILY, AMNA), old.page(ONE_STORY.id)):
        answer = await web.client.get(link)
        assert answer.status_code == 410
        assert "key that is no longer used" in answer.text
    assert (await web.client.post(old.unsubscribe(DAILY, AMNA))).status_code == 410
    assert web.left() == set()


async def test_without_a_key_no_link_works(tmp_path: Path) -> None:
    async with serving(tmp_path, key=None) as web:
        assert [(await web.client.request(method, web.leave)).status_code for method in ("GET", "POST")] == [404, 404]
        assert web.left() == set()


# --- what every answer has ---

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def assert_guarded(headers: httpx.Headers) -> None:
    assert headers["content-security-policy"] == POLICY
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-robots-tag"] == "noindex"
    assert headers["connection"].lower() == "close", "a proxy that kept it would send its next request as we close it"
    assert not {"set-cookie", "location", "server"} & set(headers)


async def test_headers_on_every_answer(web: Web) -> None:
    for method, path, status in (
        ("GET", "/", 200),
        ("HEAD", "/", 200),
        ("GET", "/style.css", 200),
        ("GET", web.keep(ONE_STORY), 200),
        ("GET", web.leave, 200),
        ("POST", web.leave, 200),
        ("POST", f"{web.leave}/undo", 200),
        ("GET", f"{web.leave}/undo", 405),
        ("DELETE", web.leave, 405),
        ("OPTIONS", "/", 405),
        ("POST", "/", 405),
        ("GET", "/d/altered", 404),
        ("GET", "/d/", 404),
        ("GET", f"{web.leave}/", 404),
        ("GET", "/docs", 404),
        ("GET", "/openapi.json", 404),
        ("GET", "/../../etc/passwd", 404),
        ("GET", "//evil.example/%2e%2e", 404),
        ("GET", "/?next=https://evil.example", 200),
    ):
        answer = await web.client.request(method, path)
        assert (answer.status_code, method, path) == (status, method, path)
        assert_guarded(answer.headers)
        assert (answer.content == b"") == (method == "HEAD")


async def test_what_goes_wrong_inside_stays_inside(web: Web, capsys: pytest.CaptureFixture[str]) -> None:
    page = web.keep(ONE_STORY)
    with web.store.writing() as db:
        db.execute(update(DIGEST).values(content="{}"))
        db.execute(text("DROP TABLE leaver"))
    for method, path, status in (("GET", page, 500), ("GET", web.leave, 503), ("POST", web.leave, 503)):
        answer = await web.client.request(method, path)
        assert answer.status_code == status
        assert_guarded(answer.headers)
        said = "Something went wrong here" if status == 500 else "That did not work just now"
        assert [title.text() for title in LexborHTMLParser(answer.text).css("h1")] == [said]
        assert not re.search(r"Traceback|sqlite|leaver|KeyError|dateline\.db", answer.text)
    told = "".join(capsys.readouterr())
    assert "page failed" in told and "no such table: leaver" in told
    assert web.leave.rpartition("/")[2] not in told, "a log must not hold what lets a reader in"


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1", 200),
        ("127.0.0.1:1", 200),
        ("localhost:8321", 200),
        ("LOCALHOST", 200),
        ("[::1]:8321", 200),
        ("evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("evil.example:127.0.0.1", 421),
        ("127.0.0.1@evil.example", 421),
        ("evil.example/127.0.0.1", 421),
        ("localhost, evil.example", 421),
        ("", 421),
    ],
)
async def test_only_its_own_names_are_answered(web: Web, host: str, status: int) -> None:
    for method in ("GET", "POST"):
        answer = await web.client.request(method, web.leave, headers={"Host": host, "X-Forwarded-Host": "localhost"})
        assert answer.status_code == status
        assert_guarded(answer.headers)
    assert web.left() == ({(DAILY, AMNA)} if status == 200 else set())


@pytest.mark.parametrize(
    "request_",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 70_000,
    ],
)
async def test_what_is_no_http_gets_the_same_headers(web: Web, request_: bytes) -> None:
    head, _, body = (await web.raw(request_)).partition("\r\n\r\n")
    status, *lines = head.split("\r\n")
    assert (status.split()[1], body) == ("400", "")
    assert_guarded(httpx.Headers({name: value for name, _, value in (line.partition(": ") for line in lines)}))


@pytest.mark.parametrize(
    "path",
    [
        *("//evil.example", "///evil.example/..", "/\\evil.example", "/%2f%2fevil.example", "/%5cevil.example"),
        *("/d//evil.example", "/?next=https://evil.example", "/u/x?to=//evil.example", "/d", "/u/", "/style.css/"),
    ],
)
async def test_no_address_leads_elsewhere(web: Web, path: str) -> None:
    head = (await web.raw(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())).partition("\r\n\r\n")[0]
    assert head.split()[1] in ("200", "404")
    assert "\r\nlocation:" not in head.lower()


# --- bounds ---


async def test_a_body_that_is_too_large_changes_nothing(web: Web) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b"x" * 2000

    for body in (b"x" * 4097, b"x" * 1_000_000, chunks()):
        answer = await web.client.post(web.leave, content=body)
        assert answer.status_code == 413
        assert_guarded(answer.headers)
    assert web.left() == set()
    assert (await web.client.post(web.leave, content=b"x" * 4096)).status_code == 200


def post(web: Web, body: bytes, length: int) -> bytes:
    path = web.leave.removeprefix(web.address)
    return f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n".encode() + body


async def test_a_body_that_never_comes_is_not_waited_for(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "BODY_SECONDS", 0.1)
    monkeypatch.setattr(server, "CONNECTION_SECONDS", 0.5)
    answer = await web.raw(post(web, b"List-Unsub", 26))
    assert answer.startswith("HTTP/1.1 408 ")
    assert web.left() == set()


async def test_a_body_that_breaks_off_changes_nothing(web: Web) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", int(web.address.rpartition(":")[2]))
    writer.write(post(web, b"List-Unsub", 26))
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    assert (await web.client.get("/")).status_code == 200
    assert web.left() == set()


async def test_a_connection_that_says_nothing_is_closed(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "CONNECTION_SECONDS", 0.1)
    with suppress(ConnectionResetError):  # closed or reset: either is an end
        async with asyncio.timeout(5):
            assert await web.raw(b"") == ""


async def test_a_request_that_is_being_answered_is_not_cut(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "CONNECTION_SECONDS", 0.05)
    with web.store.writing():
        asked = asyncio.create_task(web.client.post(web.leave))
        await asyncio.wait([asked], timeout=0.5)
        assert not asked.done()
    assert (await asked).status_code == 200
    assert web.left() == {(DAILY, AMNA)}


async def test_who_reads_does_not_wait_for_who_writes(web: Web) -> None:
    web.keep(ONE_STORY)
    with web.store.writing():
        asked = [asyncio.create_task(web.client.post(f"{web.leave}/undo")) for _ in range(3 * server.PAGES_AT_ONCE)]
        await asyncio.wait(asked, timeout=0.5)
        assert not any(one.done() for one in asked)
        async with asyncio.timeout(3):
            for address in (web.leave, web.links.page(ONE_STORY.id), "/style.css"):
                assert (await web.client.get(address)).status_code == 200
    assert {(await one).status_code for one in asked} == {200}


async def test_connections_are_bounded(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "CONNECTIONS", 3)
    port = int(web.address.rpartition(":")[2])
    held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
    for _, writer in held:
        writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n")
        await writer.drain()
    with pytest.raises(httpx.TransportError):
        await web.client.get("/")
    for _, writer in held:
        writer.close()
        await writer.wait_closed()
    assert (await web.client.get("/")).status_code == 200


async def test_a_stop_does_not_wait_for_the_slow(tmp_path: Path) -> None:
    loop = asyncio.get_running_loop()
    async with serving(tmp_path) as web:
        _, writer = await asyncio.open_connection("127.0.0.1", int(web.address.rpartition(":")[2]))
        writer.write(post(web, b"List-Unsub", 26))
        await web.client.get("/")
        begun = loop.time()
    assert loop.time() - begun < 2.5
    writer.close()


# --- where it listens ---


@pytest.mark.parametrize(
    ("host", "says"),
    [
        ("0.0.0.0", "0.0.0.0 can be reached from elsewhere: set DATELINE_PUBLIC_URL and DATELINE_SECRET_KEY first"),
        ("::", "can be reached from elsewhere"),
        ("203.0.113.7", "can be reached from elsewhere"),
        ("no.such.host.invalid", "cannot listen on no.such.host.invalid, port 0: "),
        ("no..name", "cannot listen on no..name, port 0: no such name"),
    ],
)
def test_it_does_not_listen_just_anywhere(tmp_path: Path, host: str, says: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(says)):
        listen(load_settings(tmp_path), host, 0)


def test_it_listens_anywhere_once_links_are_signed(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"DATELINE_PUBLIC_URL=https://desk.example.org\nDATELINE_SECRET_KEY={KEY}")
    with listen(load_settings(tmp_path), "0.0.0.0", 0) as listening:
        assert address_of(listening).startswith("http://0.0.0.0:")


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    settings = load_settings(tmp_path)
    with listen(settings, "localhost", 0) as first:
        port = first.getsockname()[1]
        with pytest.raises(SettingsError, match=rf"^cannot listen on localhost, port {port}: Address already in use$"):
            listen(settings, "localhost", port)


@pytest.mark.parametrize("strip", [str.strip, lambda path: path.removeprefix("/news")], ids=["passed on", "taken off"])
async def test_a_public_address_with_a_path(tmp_path: Path, strip: Callable[[str], str]) -> None:
    async with serving(tmp_path, path="/news") as web:
        assert "/news/u/" in web.leave
        assert (await web.client.get(strip("/news"))).status_code == 200
        assert (await web.client.get("/newsletter")).status_code == 404
        asked = await web.client.get(strip(web.leave.removeprefix(web.address)))
        page = LexborHTMLParser(asked.text)
        assert [one.attributes["href"] for one in page.css("link")] == ["/news/style.css"]
        assert [one.attributes["action"] for one in page.css("form")] == [web.leave.removeprefix(web.address)]
        assert (await web.client.post(strip(web.leave.removeprefix(web.address)))).status_code == 200
        assert web.left() == {(DAILY, AMNA)}


async def test_since_when_somebody_left_is_the_first_time(web: Web) -> None:
    with web.store.writing() as db:
        leavers.leave(db, DAILY, AMNA, START - timedelta(days=3))
    await web.client.post(web.leave)
    with web.store.reading() as db:
        assert leavers.left(db) == {(DAILY, AMNA): START - timedelta(days=3)}

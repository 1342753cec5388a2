"""A Slack of our own on the loopback: it speaks the few methods that Dateline uses, as strictly as Slack does.

``problems_of`` is its judge of messages: every documented limit of Block Kit, and the undocumented one over the sum.
"""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

Json = dict[str, Any]

TOKEN = "xoxb-loopback-0123456789"

# --- the judge ---------------------------------------------------------------------------------------------------

_BLOCKS, _ALL_CHARACTERS, _FALL_BACK = 50, 10_000, 4_000
_ELEMENTS: dict[str, tuple[str, ...]] = {
    "rich_text": ("rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted"),
    "rich_text_section": ("text", "link", "emoji"),
    "rich_text_quote": ("text", "link", "emoji"),
    "rich_text_preformatted": ("text", "link"),
    "rich_text_list": ("rich_text_section",),
}
"""Without the kinds that mention somebody (user, usergroup, channel, broadcast): digests have no use for them."""
_KEYS: dict[str, set[str]] = {
    "header": {"type", "text", "block_id"},
    "divider": {"type", "block_id"},
    "context": {"type", "elements", "block_id"},
    "section": {"type", "text", "fields", "block_id"},
    "rich_text": {"type", "elements", "block_id"},
    "rich_text_section": {"type", "elements"},
    "rich_text_quote": {"type", "elements", "border"},
    "rich_text_preformatted": {"type", "elements", "border"},
    "rich_text_list": {"type", "elements", "style", "indent", "offset", "border"},
    "text": {"type", "text", "style"},
    "link": {"type", "url", "text", "style", "unsafe"},
    "emoji": {"type", "name", "style"},
    "plain_text": {"type", "text", "emoji"},
    "mrkdwn": {"type", "text", "verbatim"},
}
_STYLES = {"bold", "italic", "strike", "code"}
_MENTION = re.compile(r"<[!@#]|@(channel|here|everyone|group)\b", re.IGNORECASE)


def problems_of(text: str, blocks: list[Json]) -> list[str]:
    """Return everything that Slack would refuse in a message, and everything in it that would call on somebody."""
    problems = list(_mrkdwn(text, "text"))
    if not text.strip():
        problems.append("no_text: the fall-back text is empty")
    if len(text) > _FALL_BACK:
        problems.append(f"msg_too_long: text of {len(text)}")
    if len(blocks) > _BLOCKS:
        problems.append(f"invalid_blocks: {len(blocks)} blocks")
    for number, block in enumerate(blocks):
        problems += (f"invalid_blocks: blocks[{number}]: {problem}" for problem in _block(block))
    identifiers = [block["block_id"] for block in blocks if "block_id" in block]
    if len(identifiers) != len(set(identifiers)):
        problems.append("invalid_blocks: a block_id stands twice")
    if (total := sum(len(words) for words in strings_of(blocks))) > _ALL_CHARACTERS:
        problems.append(f"msg_blocks_too_long: {total} characters in all")
    return problems


def strings_of(value: Any, key: str = "") -> Iterator[str]:
    """Yield every text and address in a piece of Block Kit."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from strings_of(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from strings_of(inner, key)
    elif isinstance(value, str) and key in ("text", "url"):
        yield value


def _block(block: Json) -> Iterator[str]:
    kind = block.get("type", "")
    yield from _keys(block)
    if not 0 < len(block.get("block_id", "x")) <= 255:
        yield "block_id must have 1 to 255 characters"
    match kind:
        case "divider":
            return
        case "header":
            yield from _text(block.get("text"), ("plain_text",), 150)
        case "section":
            yield from _text(block.get("text"), ("plain_text", "mrkdwn"), 3_000)
            if len(block.get("fields", ())) > 10:
                yield "more than 10 fields"
            for one in block.get("fields", ()):
                yield from _text(one, ("plain_text", "mrkdwn"), 2_000)
        case "context":
            if not 1 <= len(block["elements"]) <= 10:
                yield f"{len(block['elements'])} context elements"
            for one in block["elements"]:
                yield from _text(one, ("plain_text", "mrkdwn"), 2_000)
        case "rich_text":
            yield from _rich(block)
        case _:
            yield f"unknown block {kind!r}"


def _rich(element: Json) -> Iterator[str]:
    kind = element["type"]
    inner = element.get("elements")
    if not inner:
        yield f"{kind} without elements"
    if kind == "rich_text_list" and element.get("style") not in ("bullet", "ordered"):
        yield "rich_text_list without a style"
    for one in inner or ():
        if one.get("type") not in _ELEMENTS[kind]:
            yield f"{one.get('type')!r} inside {kind}"
            continue
        yield from _keys(one)
        if one["type"].startswith("rich_text"):
            yield from _rich(one)
        else:
            yield from _leaf(one)


def _leaf(element: Json) -> Iterator[str]:
    if set(element.get("style", {})) - _STYLES:
        yield f"unknown style {element['style']}"
    if element["type"] == "emoji":
        if not re.fullmatch(r"[a-z0-9_+-]{1,100}", element.get("name", "")):
            yield f"no emoji {element.get('name')!r}"
        return
    if not 0 < len(element.get("text", "")) <= 3_000:
        yield f"{element['type']} of {len(element.get('text', ''))} characters"
    if element["type"] == "link":
        url = element.get("url", "")
        if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname or re.search(r"[\s<>|]", url):
            yield f"not a web address: {url!r}"
        if len(url) > 3_000:
            yield f"an address of {len(url)} characters"


def _text(text: Any, kinds: tuple[str, ...], limit: int) -> Iterator[str]:
    if not isinstance(text, dict) or text.get("type") not in kinds:
        yield f"text must be one of {kinds}, is {text!r}"
        return
    yield from _keys(text)
    words = text.get("text", "")
    if not isinstance(words, str) or not 0 < len(words) <= limit:
        yield f"text of {len(words)} characters, allowed are 1 to {limit}"
    if text["type"] == "mrkdwn":
        yield from _mrkdwn(words, "mrkdwn")


def _mrkdwn(text: str, where: str) -> Iterator[str]:
    if found := _MENTION.search(text):
        yield f"live mention in {where}: {text[found.start() : found.end() + 20]!r}"


def _keys(piece: Json) -> Iterator[str]:
    if unknown := set(piece) - _KEYS.get(piece.get("type", ""), set(piece)):
        yield f"{piece['type']} has unknown keys {sorted(unknown)}"


# --- the server --------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Fault:
    """What happens to one call instead of its answer.

    ``accept`` posts the message all the same; ``cut`` closes the connection without a word; ``hang`` never answers.
    """

    status: int = 200
    error: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    accept: bool = False
    cut: bool = False
    hang: bool = False


@dataclass(slots=True)
class Posted:
    channel: str
    ts: str
    text: str
    blocks: list[Json]
    metadata: Json | None
    thread_ts: str | None
    arguments: Json

    @property
    def key(self) -> str | None:
        return self.metadata["event_payload"]["key"] if self.metadata else None


class LoopbackSlack:
    """Records what was posted, and answers like Slack.

    ``faults`` are taken one per call of ``chat.postMessage``. With a ``clock`` (seconds), posting twice within a second
    to one channel is answered with 429. ``scopes`` are what the token may do.
    """

    def __init__(self, *, clock: Callable[[], float] | None = None, page: int = 2) -> None:
        self.channels = {
            "C0ASIA": "asia-desk",
            "C0NEWS": "news",
            "C0OPS": "ops",
            "G0SECRET": "closed-desk",
            "C0OLD": "old",
        }
        self.archived = {"C0OLD"}
        self.scopes = {"chat:write", "channels:read", "groups:read", "channels:history", "groups:history"}
        self.posted: list[Posted] = []
        self.faults: deque[Fault] = deque()
        self.calls: list[str] = []
        self.refused: list[str] = []
        self.url = ""
        self._clock = clock
        self._page = page
        self._last_post: dict[str, float] = {}
        self._released = asyncio.Event()

    def messages(self, channel: str = "C0ASIA") -> list[Posted]:
        return [message for message in self.posted if message.channel == channel]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[LoopbackSlack]:
        application = web.Application(client_max_size=2**22)
        application.router.add_post("/api/{method}", self._answer)
        application.router.add_get("/api/{method}", self._answer)
        runner = web.AppRunner(application, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}/api"
        try:
            yield self
        finally:
            self._released.set()
            await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        self.calls.append(method)
        arguments = await _arguments(request)
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return _no("invalid_auth" if "Authorization" in request.headers else "not_authed")
        match method:
            case "chat.postMessage":
                return await self._post(request, arguments)
            case "conversations.list":
                return self._list(arguments)
            case "conversations.history":
                return self._history(arguments)
            case "conversations.replies":
                return self._replies(arguments)
            case "auth.test":
                return web.json_response({"ok": True, "team": "Loopback", "user": "dateline", "bot_id": "B0DATELINE"})
        return _no("unknown_method")

    async def _post(self, request: web.Request, arguments: Json) -> web.Response:
        fault = self.faults.popleft() if self.faults else None
        if fault is None or fault.accept:
            answer = self._accept(arguments)
            if fault is None:
                return answer
        if fault.hang:
            await self._released.wait()
        if fault.cut or fault.hang:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if fault.error:
            return web.json_response({"ok": False, "error": fault.error}, status=fault.status, headers=fault.headers)
        return web.Response(
            status=fault.status, text="<html>sorry</html>", content_type="text/html", headers=fault.headers
        )

    def _accept(self, arguments: Json) -> web.Response:
        if "chat:write" not in self.scopes:
            return _no("missing_scope", needed="chat:write")
        channel = self._channel(arguments.get("channel", ""), by_name=True)
        if channel is None:
            return _no("channel_not_found")
        if channel in self.archived:
            return _no("is_archived")
        if self._clock is not None:
            now = self._clock()
            if now - self._last_post.get(channel, float("-inf")) < 1:
                return web.json_response(
                    {"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": "1"}
                )
            self._last_post[channel] = now
        text, blocks = arguments.get("text", ""), arguments.get("blocks", [])
        thread = arguments.get("thread_ts")
        problems = problems_of(text, blocks)
        if thread is not None and not any(one.ts == thread and one.thread_ts is None for one in self.messages(channel)):
            problems.append("thread_not_found: no such parent")
        if arguments.get("link_names") or arguments.get("unfurl_links", True) or arguments.get("unfurl_media", True):
            problems.append("invalid_arguments: a digest must neither unfurl nor link names")
        if problems:
            self.refused += problems
            return _no(problems[0].partition(":")[0])
        seconds = self._clock() if self._clock else 1_790_000_000
        ts = f"{int(seconds)}.{len(self.posted):06}"
        self.posted.append(Posted(channel, ts, text, blocks, arguments.get("metadata"), thread, arguments))
        return web.json_response({"ok": True, "channel": channel, "ts": ts, "message": {"text": text}})

    def _list(self, arguments: Json) -> web.Response:
        if not {"channels:read", "groups:read"} <= self.scopes:
            return _no("missing_scope", needed="channels:read,groups:read")
        start = int(arguments.get("cursor") or 0)
        identifiers = [one for one in self.channels if one not in self.archived]
        page = [{"id": one, "name": self.channels[one]} for one in identifiers[start : start + self._page]]
        following = str(start + self._page) if start + self._page < len(identifiers) else ""
        return web.json_response({"ok": True, "channels": page, "response_metadata": {"next_cursor": following}})

    def _history(self, arguments: Json) -> web.Response:
        channel = self._channel(arguments.get("channel", ""), by_name=False)
        if "channels:history" not in self.scopes:
            return _no("missing_scope", needed="channels:history")
        if channel is None:
            return _no("channel_not_found")
        found = [one for one in reversed(self.messages(channel)) if one.thread_ts is None]
        return self._paged(found, arguments)

    def _replies(self, arguments: Json) -> web.Response:
        channel = self._channel(arguments.get("channel", ""), by_name=False)
        if "channels:history" not in self.scopes:
            return _no("missing_scope", needed="channels:history")
        parent = arguments.get("ts")
        found = [one for one in self.messages(channel or "") if parent in (one.ts, one.thread_ts)]
        return self._paged(found, arguments) if found else _no("thread_not_found")

    def _paged(self, found: list[Posted], arguments: Json) -> web.Response:
        oldest = float(arguments.get("oldest") or 0)
        found = [one for one in found if float(one.ts) >= oldest]
        start, size = int(arguments.get("cursor") or 0), min(int(arguments.get("limit", 100)), self._page)
        following = str(start + size) if start + size < len(found) else ""
        with_metadata = arguments.get("include_all_metadata") in (True, 1, "1", "true", "True")
        page = [
            {"type": "message", "ts": one.ts, "text": one.text}
            | ({"metadata": one.metadata} if with_metadata and one.metadata else {})
            for one in found[start : start + size]
        ]
        return web.json_response({"ok": True, "messages": page, "response_metadata": {"next_cursor": following}})

    def _channel(self, name: str, *, by_name: bool) -> str | None:
        if name in self.channels:
            return name
        named = {shown: one for one, shown in self.channels.items() if one.startswith("C")}
        return named.get(name.removeprefix("#")) if by_name else None


async def _arguments(request: web.Request) -> Json:
    if request.content_type == "application/json":
        arguments: Json = await request.json()
        return arguments
    return {**request.query, **(await request.post())}


def _no(error: str, **more: str) -> web.Response:
    return web.json_response({"ok": False, "error": error, **more})

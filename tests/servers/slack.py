"""A Slack of our own on the loopback: it speaks the few methods that Dateline uses, as strictly as Slack does.

What it takes of a message is judged by `slack_limits`.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from tests.servers.slack_limits import Json, problems_of, uses_new_blocks

TOKEN = "xoxb-loopback-0123456789"


@dataclass(slots=True)
class Fault:
    """What happens to one call instead of its answer.

    ``accept`` does what was asked all the same; ``cut`` closes the connection without a word; ``hang`` never answers.
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
    is_broadcast: bool = False
    """A reply that the channel shows as well."""
    texts: list[str] = field(default_factory=list)
    """What it said before it was edited, the oldest first."""

    @property
    def key(self) -> str | None:
        return self.metadata["event_payload"]["key"] if self.metadata else None


class LoopbackSlack:
    """Records what was posted, and answers like Slack.

    ``faults`` are taken one per call of ``chat.postMessage``, ``edit_faults`` of ``chat.update``, ``read_faults`` of
    what lists messages. With a ``clock`` (seconds), posting or editing twice within a second in one channel is answered
    with 429. ``scopes`` are what the token may do; without ``has_new_blocks`` a message with a table is refused.
    ``mentions`` are those that a message may hold, and ``of_others`` the ``ts`` of messages of somebody else, which may
    not be edited.
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
        self.edit_faults: deque[Fault] = deque()
        self.read_faults: deque[Fault] = deque()
        self.has_new_blocks = True
        self.of_others: set[str] = set()
        self.calls: list[str] = []
        self.refused: list[str] = []
        self.mentions: set[str] = set()
        self.url = ""
        self._clock = clock
        self._page = page
        self._number = -1
        self._last_write: dict[str, float] = {}
        self._released = asyncio.Event()

    def messages(self, channel: str = "C0ASIA") -> list[Posted]:
        return [message for message in self.posted if message.channel == channel]

    def delete(self, ts: str) -> None:
        """Take a message out of its channel, as a person would."""
        self.posted = [message for message in self.posted if message.ts != ts]

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
                return await self._do(request, arguments, self.faults, self._post)
            case "chat.update":
                return await self._do(request, arguments, self.edit_faults, self._update)
            case "conversations.list":
                return self._list(arguments)
            case "conversations.history":
                return await self._do(request, arguments, self.read_faults, self._history)
            case "conversations.replies":
                return await self._do(request, arguments, self.read_faults, self._replies)
            case "auth.test":
                return web.json_response({"ok": True, "team": "Loopback", "user": "dateline", "bot_id": "B0DATELINE"})
        return _no("unknown_method")

    async def _do(
        self, request: web.Request, arguments: Json, faults: deque[Fault], act: Callable[[Json], web.Response]
    ) -> web.Response:
        fault = faults.popleft() if faults else None
        if fault is None:
            return act(arguments)
        if fault.accept:
            act(arguments)
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

    def _post(self, arguments: Json) -> web.Response:
        channel = self._channel(arguments.get("channel", ""), by_name=True)
        if refusal := self._refusal(channel, "is_archived"):
            return refusal
        assert channel is not None
        thread, is_broadcast = arguments.get("thread_ts"), bool(arguments.get("reply_broadcast"))
        problems = self._problems(arguments)
        if thread is not None and not any(one.ts == thread and one.thread_ts is None for one in self.messages(channel)):
            problems.append("thread_not_found: no such parent")
        if arguments.get("unfurl_links", True) or arguments.get("unfurl_media", True):
            problems.append("invalid_arguments: a digest must not unfurl")
        if is_broadcast and thread is None:
            problems.append("invalid_arguments: only a reply can be broadcast")
        if problems:
            return self._refuse(problems)
        seconds = self._clock() if self._clock else 1_790_000_000
        self._number += 1
        ts = f"{int(seconds)}.{self._number:06}"
        text, blocks, metadata = arguments["text"], arguments.get("blocks", []), arguments.get("metadata")
        self.posted.append(Posted(channel, ts, text, blocks, metadata, thread, arguments, is_broadcast))
        return web.json_response({"ok": True, "channel": channel, "ts": ts, "message": {"text": text}})

    def _update(self, arguments: Json) -> web.Response:
        channel = self._channel(arguments.get("channel", ""), by_name=False)
        if refusal := self._refusal(channel, "is_inactive"):
            return refusal
        assert channel is not None
        edited = next((one for one in self.messages(channel) if one.ts == arguments.get("ts")), None)
        if edited is None:
            return _no("message_not_found")
        if edited.ts in self.of_others:
            return _no("cant_update_message")
        problems = self._problems(arguments)
        shown = {block.get("block_id"): block for block in edited.blocks}
        blocks = arguments.get("blocks", [])
        if any("block_id" not in block or shown.get(block["block_id"], block) != block for block in blocks):
            problems.append("invalid_blocks: what is edited needs new block_ids, or it is not drawn again")
        if arguments.get("parse") != "none":
            problems.append("invalid_arguments: chat.update links names unless it is told parse=none")
        if problems:
            return self._refuse(problems)
        edited.texts.append(edited.text)
        edited.text, edited.blocks, edited.arguments = arguments["text"], arguments["blocks"], arguments
        edited.metadata = arguments.get("metadata", edited.metadata)
        return web.json_response({"ok": True, "channel": channel, "ts": edited.ts, "text": edited.text})

    def _refusal(self, channel: str | None, word_for_archived: str) -> web.Response | None:
        if "chat:write" not in self.scopes:
            return _no("missing_scope", needed="chat:write")
        if channel is None:
            return _no("channel_not_found")
        if channel in self.archived:
            return _no(word_for_archived)
        if self._clock is not None:
            now = self._clock()
            if now - self._last_write.get(channel, float("-inf")) < 1:
                return web.json_response(
                    {"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": "1"}
                )
            self._last_write[channel] = now
        return None

    def _problems(self, arguments: Json) -> list[str]:
        blocks = arguments.get("blocks", [])
        problems = problems_of(arguments.get("text", ""), blocks, mentions=self.mentions)
        if not self.has_new_blocks and uses_new_blocks(blocks):
            problems.append("invalid_blocks: this workspace has no such block")
        if arguments.get("link_names"):
            problems.append("invalid_arguments: a digest must not link names")
        return problems

    def _refuse(self, problems: list[str]) -> web.Response:
        self.refused += problems
        return _no(problems[0].partition(":")[0])

    def _list(self, arguments: Json) -> web.Response:
        if not {"channels:read", "groups:read"} <= self.scopes:
            return _no("missing_scope", needed="channels:read,groups:read")
        if int(arguments.get("limit", 100)) >= 1_000:
            return _no("invalid_limit")
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

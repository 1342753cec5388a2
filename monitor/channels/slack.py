"""Slack through its Web API: one `chat.postMessage` per message, asked back by the key in the message's metadata.

An alert that goes on is edited (`chat.update`), which is harmless to repeat. Two things are tried again at once, since
Slack says that it posted nothing: blocks that it does not take, in their plain form and at last without any, and a
reply whose parent somebody deleted, in the channel.

The SDK's retries are off: the default one posts a second time when the connection broke after the first was taken. No
error raised here holds the token, which is why causes are cut off: the SDK's exceptions carry the request's headers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from monitor.digests.block_kit import in_words
from monitor.errors import DeliveryError, Refused
from monitor.faults import explain
from monitor.model import Asked, Delivery, Receipt, SlackMessage

Json = dict[str, Any]

_TIMEOUT_SECONDS = 30.0
_EVENT = "dateline_delivery"
_CHANNELS_A_PAGE = "999"
"""As many as Slack allows: it gives some 20 pages a minute, and there may be thousands of channels."""
_PAGES_SEARCHED = 10
_CLOCK_SKEW = timedelta(days=1)
"""How far our clock may be ahead of Slack's before a message of ours is missed, and sent again."""
_IDENTIFIER = re.compile(r"[CGDUW][A-Z0-9]{4,}")
_DEFAULT_RETRY = timedelta(seconds=30)

# How Slack's words begin that say a message or a token will never do (the error list of chat.postMessage on
# docs.slack.dev). What begins otherwise is tried again: a word not known here must not lose an alert.
_PERMANENT = re.compile(
    "access_denied|account_inactive|block_mismatch|cannot_|cant_|channel_|edit_window_|ekm_|enterprise_|invalid_|is_"
    "|message_not_found|messages_tab_|metadata_|method_|missing_|msg_|no_|not_|only_one_table_|org_login_|restricted_"
    "|team_access_|team_not_found|thread_not_found|token_|too_many_|user_not_found"
)
# Of those, what is said of us rather than of the message, and what of the place that it goes to.
_OF_US = re.compile(
    "access_denied|account_inactive|ekm_|enterprise_|invalid_auth|missing_scope|no_permission|not_authed|not_allowed_token"
    "|org_login_|team_access_|team_not_found|token_"
)
_OF_PLACE = re.compile("channel_|is_archived|is_inactive|messages_tab_|not_in_channel|restricted_action|user_not_found")
_BLOCKS_REFUSED = frozenset(
    {"invalid_attachments", "invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "only_one_table_allowed"}
)
"""What Slack says of blocks that a workspace does not have (yet), and of a second table."""
_MAY_NOT_READ = frozenset({"missing_scope", "no_permission", "not_allowed_token_type"})
_PARENT_GONE = frozenset({"cannot_reply_to_message", "thread_not_found"})
_IN_DOUBT = frozenset({"internal_error", "fatal_error"})
""""It's possible some aspect of the operation succeeded before the error was raised", says Slack."""
_RATE_LIMITED = frozenset({"ratelimited", "rate_limited"})


class _RefusedError(DeliveryError):
    """Slack did nothing, and said why in a word of its own."""

    def __init__(self, word: str, message: str) -> None:
        refuses: Refused = "channel" if _OF_US.match(word) else "destination" if _OF_PLACE.match(word) else "message"
        super().__init__(message, permanent=bool(_PERMANENT.match(word)), refuses=refuses)
        self.word = word


class SlackChannel:
    def __init__(self, token: str, api_url: str, *, timeout_seconds: float = _TIMEOUT_SECONDS) -> None:
        self._client = AsyncWebClient(
            token=token,
            base_url=f"{api_url.rstrip('/')}/",
            timeout=timeout_seconds,  # type: ignore[arg-type]  # aiohttp takes fractions too
            retry_handlers=[],
        )
        self._identifiers: dict[str, str] = {}

    async def send(self, delivery: Delivery) -> Receipt:
        """Post one part, or edit the one that its ``thread`` names; a thread is named by a receipt: ``channel:ts``."""
        message = delivery.message
        if not isinstance(message, SlackMessage):
            raise DeliveryError(f"{delivery.destination} takes Slack messages only", permanent=True)
        if message.edits and delivery.thread is None:
            raise DeliveryError("there is no message to edit: the alert itself was not posted", permanent=True)
        channel, thread = await self._place(delivery)
        while True:
            try:
                answer = await self._put(delivery, message, channel, thread)
            except _RefusedError as refusal:
                if refusal.word in _BLOCKS_REFUSED and message.blocks:
                    message = _plainer(message)
                elif refusal.word in _PARENT_GONE and thread and not message.edits:
                    thread = None
                elif refusal.word == "message_not_found" and message.edits:
                    # Somebody deleted it: there is nothing left to bring up to date, and nothing to mend.
                    return Receipt(reference=f"{channel}:{thread}")
                else:
                    if refusal.refuses == "destination":  # another channel may bear its name by the next time
                        self._identifiers.pop(delivery.destination.partition(":")[2].removeprefix("#"), None)
                    raise
            else:
                return Receipt(reference=f"{answer['channel']}:{answer['ts']}")

    async def ask(self, delivery: Delivery) -> Receipt | Asked:
        """Look for the delivery's key among the messages posted since it was made."""
        if isinstance(delivery.message, SlackMessage) and delivery.message.edits:
            return Asked.ABSENT  # to be edited once more does no harm
        try:
            channel, thread = await self._place(delivery)
            if not _IDENTIFIER.fullmatch(channel):
                return Asked.CANNOT_TELL
            try:
                return await self._find(delivery, channel, thread)
            except _RefusedError as refusal:
                if refusal.word not in _PARENT_GONE:
                    raise
                return await self._find(delivery, channel, None)  # where `send` puts a reply without a parent
        except _RefusedError as refusal:
            if not refusal.permanent or (refusal.refuses == "channel" and refusal.word not in _MAY_NOT_READ):
                # Nothing is taken from us now, which somebody will mend: then the channel can be asked.
                raise DeliveryError(str(refusal)) from None
            return Asked.CANNOT_TELL  # not in the channel any more, or not allowed to read it

    async def close(self) -> None:
        """Nothing is held open: the SDK opens a session per call."""

    async def _put(self, delivery: Delivery, message: SlackMessage, channel: str, thread: str | None) -> Json:
        body = {
            "channel": channel,
            "text": message.text,
            "metadata": {"event_type": _EVENT, "event_payload": {"key": delivery.key}},
            "link_names": False,
        }
        if message.edits:
            # parse: unlike chat.postMessage it would link the names of channels and people otherwise.
            edited = body | {"ts": thread, "blocks": _redrawn(message.blocks, delivery.key), "parse": "none"}
            return await self._call_harmless("chat.update", json=edited)
        reply = {"thread_ts": thread, "reply_broadcast": message.broadcast} if thread else {}
        unfurls = {"unfurl_links": False, "unfurl_media": False}
        return await self._call("chat.postMessage", json={**body, "blocks": list(message.blocks), **unfurls, **reply})

    async def _place(self, delivery: Delivery) -> tuple[str, str | None]:
        """Return the channel, as an id wherever it can be had, and the thread in it."""
        if delivery.thread:
            channel, _, thread = delivery.thread.partition(":")
            return channel, thread
        name = delivery.destination.partition(":")[2]
        if _IDENTIFIER.fullmatch(name):
            return name, None
        bare = name.removeprefix("#")
        if bare not in self._identifiers:
            await self._learn_identifier(bare)
        return self._identifiers.get(bare, name), None

    async def _learn_identifier(self, name: str) -> None:
        for types in ("public_channel", "private_channel"):
            cursor, query = "", {"types": types, "exclude_archived": "true", "limit": _CHANNELS_A_PAGE}
            try:
                while True:
                    page = await self._read("conversations.list", cursor, **query)
                    self._identifiers |= {channel["name"]: channel["id"] for channel in page["channels"]}
                    if name in self._identifiers:
                        return
                    if not (cursor := _next_cursor(page)):
                        break
            except DeliveryError as error:
                if not error.permanent:  # posting by name is for tokens without the scope, not for a bad moment
                    raise

    async def _find(self, delivery: Delivery, channel: str, thread: str | None) -> Receipt | Asked:
        method = "conversations.replies" if thread else "conversations.history"
        place = {"channel": channel, **({"ts": thread} if thread else {})}
        oldest = f"{(delivery.created_at - _CLOCK_SKEW).timestamp():.6f}"
        cursor = ""
        for _ in range(_PAGES_SEARCHED):
            page = await self._read(method, cursor, **place, include_all_metadata="true", oldest=oldest)
            for message in page["messages"]:
                metadata = message.get("metadata") or {}
                if metadata.get("event_payload", {}).get("key") == delivery.key:
                    return Receipt(reference=f"{channel}:{message['ts']}")
            if not (cursor := _next_cursor(page)):
                return Asked.ABSENT
        return Asked.CANNOT_TELL

    async def _read(self, method: str, cursor: str, **query: str) -> Json:
        paging = {"limit": "200", **({"cursor": cursor} if cursor else {})}
        return await self._call_harmless(method, params={**paging, **query})

    async def _call_harmless(self, method: str, **arguments: Any) -> Json:
        """Call a method that may be called again: a failure of it leaves no doubt about any message."""
        try:
            return await self._call(method, **arguments)
        except DeliveryError as error:
            error.ambiguous = False
            raise

    async def _call(self, method: str, **arguments: Any) -> Json:
        try:
            answer = await self._client.api_call(method, **arguments)
        except SlackApiError as error:
            raise _refusal(error) from None
        except aiohttp.ClientConnectorError as error:
            raise DeliveryError(f"Slack cannot be reached at {error.host}:{error.port}: {explain(error)}") from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise DeliveryError(f"Slack was lost: {explain(error)}", ambiguous=True) from None
        except (AttributeError, ValueError):  # the SDK trips over a 200 that is plain text or no text at all
            raise DeliveryError("Slack answered with something that is not Slack's", ambiguous=True) from None
        return answer.data  # type: ignore[return-value]


def _plainer(message: SlackMessage) -> SlackMessage:
    """Return a message in its plain blocks, or in the end without any: in the words that they hold."""
    if message.plain_blocks:
        return replace(message, blocks=message.plain_blocks, plain_blocks=())
    return replace(message, blocks=(), text=in_words(message.blocks) or message.text)


def _redrawn(blocks: Iterable[Json], key: str) -> list[Json]:
    """Return the blocks with names that no earlier version of the message had, without which Slack may keep the old."""
    name = sha256(key.encode()).hexdigest()[:16]
    return [{**block, "block_id": f"{name}-{number}"} for number, block in enumerate(blocks)]


def _next_cursor(page: Json) -> str:
    return (page.get("response_metadata") or {}).get("next_cursor") or ""


def _refusal(error: SlackApiError) -> DeliveryError:
    response = error.response
    # Where the answer was no JSON at all, it is aiohttp's response instead of the SDK's.
    status: int = getattr(response, "status_code", 0) or getattr(response, "status", 0)
    data = getattr(response, "data", None)
    word = data.get("error", "") if isinstance(data, dict) else ""
    if status == 429 or word in _RATE_LIMITED:
        return DeliveryError("Slack answered ratelimited", retry_after=_retry_after(response.headers))
    # A 200 without a word that can be read may well have posted the message.
    if word in _IN_DOUBT or status >= 500 or (status < 300 and not word):
        return DeliveryError(f"Slack answered {word or status}", ambiguous=True)
    needed = f" (needed: {data['needed']})" if isinstance(data, dict) and data.get("needed") else ""
    return _RefusedError(word, f"Slack answered {word or status}{needed}")


def _retry_after(headers: Any) -> timedelta:
    seconds = headers.get("Retry-After", "")
    return timedelta(seconds=min(int(seconds), 86_400)) if seconds.isdecimal() else _DEFAULT_RETRY

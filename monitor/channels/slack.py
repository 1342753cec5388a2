"""Slack through its Web API: one `chat.postMessage` per message, asked back by the key in the message's metadata.

The SDK's retries are off: the default one posts a second time when the connection broke after the first was taken. No
error raised here holds the token, which is why causes are cut off: the SDK's exceptions carry the request's headers.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from monitor.errors import DeliveryError
from monitor.faults import explain
from monitor.model import Asked, Delivery, Receipt, SlackMessage

_TIMEOUT_SECONDS = 30.0
_EVENT = "dateline_delivery"
_PAGES_SEARCHED = 10
_CLOCK_SKEW = timedelta(days=1)
"""How far our clock may be ahead of Slack's before a message of ours is missed, and sent again."""
_IDENTIFIER = re.compile(r"[CGDUW][A-Z0-9]{4,}")
_DEFAULT_RETRY = timedelta(seconds=30)

# How Slack's words begin that say a message or a token will never do (the error list of chat.postMessage on
# docs.slack.dev). What begins otherwise is tried again: a word not known here must not lose an alert.
_PERMANENT = re.compile(
    "access_denied|account_inactive|cannot_|channel_|ekm_|enterprise_|invalid_|is_|messages_tab_|metadata_|method_"
    "|missing_|msg_|no_|not_|org_login_|restricted_|team_access_|team_not_found|thread_not_found|token_|too_many_"
    "|user_not_found"
)
_IN_DOUBT = frozenset({"internal_error", "fatal_error"})
""""It's possible some aspect of the operation succeeded before the error was raised", says Slack."""
_RATE_LIMITED = frozenset({"ratelimited", "rate_limited"})


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
        """Post one part; its receipt is ``channel:ts``, which later parts name as their ``thread``."""
        message = delivery.message
        if not isinstance(message, SlackMessage):
            raise DeliveryError(f"{delivery.destination} takes Slack messages only", permanent=True)
        channel, thread = await self._place(delivery)
        answer = await self._call(
            "chat.postMessage",
            json={
                "channel": channel,
                "text": message.text,
                "blocks": list(message.blocks),
                "metadata": {"event_type": _EVENT, "event_payload": {"key": delivery.key}},
                "unfurl_links": False,
                "unfurl_media": False,
                "link_names": False,
                **({"thread_ts": thread} if thread else {}),
            },
        )
        return Receipt(reference=f"{answer['channel']}:{answer['ts']}")

    async def ask(self, delivery: Delivery) -> Receipt | Asked:
        """Look for the delivery's key among the messages posted since it was made."""
        try:
            channel, thread = await self._place(delivery)
            if not _IDENTIFIER.fullmatch(channel):
                return Asked.CANNOT_TELL
            return await self._find(delivery, channel, thread)
        except DeliveryError as error:
            if error.permanent:  # no scope to read history, or not in the channel any more
                return Asked.CANNOT_TELL
            raise

    async def close(self) -> None:
        """Nothing is held open: the SDK opens a session per call."""

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
            await self._learn_identifiers()
        return self._identifiers.get(bare, name), None

    async def _learn_identifiers(self) -> None:
        for types in ("public_channel", "private_channel"):
            cursor = ""
            try:
                while True:
                    page = await self._read("conversations.list", cursor, types=types, exclude_archived="true")
                    self._identifiers |= {channel["name"]: channel["id"] for channel in page["channels"]}
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

    async def _read(self, method: str, cursor: str, **query: str) -> dict[str, Any]:
        """Call a method that changes nothing: a failure of it leaves no doubt about any message."""
        try:
            return await self._call(method, params={**query, "limit": "200", **({"cursor": cursor} if cursor else {})})
        except DeliveryError as error:
            error.ambiguous = False
            raise

    async def _call(self, method: str, **arguments: Any) -> dict[str, Any]:
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


def _next_cursor(page: dict[str, Any]) -> str:
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
    return DeliveryError(f"Slack answered {word or status}{needed}", permanent=bool(_PERMANENT.match(word)))


def _retry_after(headers: Any) -> timedelta:
    seconds = headers.get("Retry-After", "")
    return timedelta(seconds=min(int(seconds), 86_400)) if seconds.isdecimal() else _DEFAULT_RETRY

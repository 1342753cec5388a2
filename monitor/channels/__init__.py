"""Where messages go: one channel per scheme of a destination (``slack:``, ``email:``, ``folder:``).

A channel sends one message once and says truthfully what came of it; it never tries again by itself. What to do about
a failure is decided in `digests.sending` and recorded by the pipeline.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

from monitor.channels.email import EmailChannel
from monitor.channels.folder import FolderChannel
from monitor.errors import DeliveryError
from monitor.model import Asked, Delivery, Receipt
from monitor.settings import Settings


class Channel(Protocol):
    async def send(self, delivery: Delivery) -> Receipt:
        """Hand the message over. Raises DeliveryError: permanent, ambiguous, or to be tried again (``retry_after``)."""

    async def ask(self, delivery: Delivery) -> Receipt | Asked:
        """Return the receipt of a message with this delivery's key, if the channel has one.

        Raises DeliveryError if the channel cannot be reached now: to be asked again later.
        """

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Channels:
    """The channels that are set up, by scheme; and for the others what they lack."""

    ready: Mapping[str, Channel]
    lacking: Mapping[str, str]

    def missing(self, destination: str) -> str | None:
        """Return what must be set before anything can be sent there (``no SLACK_BOT_TOKEN``); None: nothing."""
        scheme = destination.partition(":")[0]
        return None if scheme in self.ready else self.lacking.get(scheme, f"no channel {scheme!r}")

    async def send(self, delivery: Delivery) -> Receipt:
        return await self._channel(delivery).send(delivery)

    async def ask(self, delivery: Delivery) -> Receipt | Asked:
        return await self._channel(delivery).ask(delivery)

    def _channel(self, delivery: Delivery) -> Channel:
        missing = self.missing(delivery.destination)
        if missing is not None:
            raise DeliveryError(f"undeliverable: {missing}")
        return self.ready[delivery.destination.partition(":")[0]]


@asynccontextmanager
async def open_channels(settings: Settings) -> AsyncIterator[Channels]:
    """Open every channel for which there are settings; nothing is connected before the first message."""
    ready: dict[str, Channel] = {"folder": FolderChannel(settings.home)}
    lacking = {}
    if settings.slack_bot_token is None:
        lacking["slack"] = "no SLACK_BOT_TOKEN"
    else:
        from monitor.channels.slack import SlackChannel  # slack-sdk takes 60 ms to import: only who uses it pays

        ready["slack"] = SlackChannel(settings.slack_bot_token.get_secret_value(), settings.slack_api_url)
    if settings.smtp is None:
        lacking["email"] = "no SMTP_URL"
    elif settings.email_from is None:
        lacking["email"] = "no DATELINE_EMAIL_FROM"
    else:
        ready["email"] = EmailChannel(settings.smtp, settings.email_from)
    try:
        yield Channels(ready=ready, lacking=lacking)
    finally:
        for channel in ready.values():
            await channel.close()

"""What leaves the house, what keeps it back, and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

SilenceScope = Literal["story", "rule", "region", "feed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """A time-bounded mute. What it keeps back is counted and stays untold, unless it is lifted before its end."""

    id: int
    scope: SilenceScope
    target: str
    """A story's number, or the id of a rule, region or feed."""
    author: str
    comment: str
    created_at: datetime
    ends_at: datetime
    lifted_at: datetime | None = None
    """When somebody ended it early."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something that the operator should know, while it lasts."""

    key: str
    """What it is about; one notice at a time for each: ``template/alert/email.html``."""
    what: str
    hint: str
    since_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A place where nothing is sent for now."""

    place: str
    """A destination as in `to:`, or a scheme (``slack``) for all of its destinations."""
    until_at: datetime
    """When the next message is tried there."""
    refused: bool
    """It refuses what we send until somebody mends something; else it asked to be left alone for a while."""
    reason: str
    since_at: datetime

    def holds(self, destination: str) -> bool:
        return destination == self.place or destination.partition(":")[0] == self.place


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackMessage:
    """One `chat.postMessage`; parts after the first go into the first one's thread."""

    text: str
    blocks: tuple[dict[str, Any], ...]
    plain_blocks: tuple[dict[str, Any], ...] = ()
    """The same without the newest kinds of block, for where Slack refuses those (`invalid_blocks`); may be empty."""
    edits: bool = False
    """It replaces the first message of its thread (`chat.update`) instead of being posted."""
    broadcast: bool = False
    """A reply that is shown in the channel as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailMessage:
    subject: str
    text: str
    html: str
    unsubscribe: str | None = None
    """The web address that takes the recipient off with one POST (RFC 8058); None where there is no web."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderMessage:
    """Files to be written under ``name``, complete or not at all."""

    name: str
    files: dict[str, str]


Message = SlackMessage | EmailMessage | FolderMessage


class DeliveryState(StrEnum):
    PENDING = "pending"
    CLAIMED = "claimed"
    SENT = "sent"
    HELD = "held"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message (or one part of it) on its way to one destination."""

    id: int
    key: str
    """Unique and stable over all attempts: what the channel is asked for after an ambiguous send."""
    digest: str
    subscription: str
    destination: str
    """As in `to:`: ``slack:#asia-desk``, ``email:desk@example.org``, ``folder:state/outbox``."""
    part: int
    parts: int
    message: Message
    state: DeliveryState
    attempts: int
    created_at: datetime
    next_attempt_at: datetime
    thread: str | None = None
    """The receipt of the message whose thread it belongs to: the alert that it continues, or its own part 0."""
    receipt: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A channel's word that it took a message: Slack's ``channel:ts``, a Message-ID, a path."""

    reference: str


class Asked(StrEnum):
    """What a channel answers when it is asked for a message with a given key and cannot show its receipt."""

    ABSENT = "absent"
    CANNOT_TELL = "cannot tell"

"""Signed web addresses: a stored digest in the browser, and the way out of a subscription.

A token says what it is for and carries its own proof, so that nothing about it has to be stored. This module is a
function of the key: it must not know a clock, the web server, or who asks.
"""

from __future__ import annotations

import binascii
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from enum import Enum

from monitor.settings import Settings

_KEY_ID_BYTES = 3
_PROOF_BYTES = 16
"""Half of HMAC-SHA256: the least that RFC 2104 lets stand of it (128 bits), because the address goes into a header."""
_SIGNED_BYTES = _KEY_ID_BYTES + _PROOF_BYTES
_PAGE, _LEAVE = "d", "u"
_BORDER = "\0"
"""Stands in no id and no destination, so that the border between the two cannot be moved."""


@dataclass(frozen=True, slots=True)
class PageLink:
    """Shows a digest."""

    digest: str


@dataclass(frozen=True, slots=True)
class LeaveLink:
    """Takes a recipient off a subscription."""

    subscription: str
    destination: str
    """As in `to:`."""


class Refused(Enum):
    """Why a token is worth nothing."""

    ALTERED = "altered"
    OTHER_KEY = "signed with another key"


@dataclass(frozen=True, slots=True)
class Links:
    """Writes and reads the links of one public address, signed with one key."""

    public_url: str
    """Without a slash at its end; it may have a path."""
    key: bytes = field(repr=False)

    def page(self, digest_id: str) -> str:
        """Return the address that shows a digest."""
        return f"{self.public_url}/d/{self._token(_PAGE + digest_id)}"

    def unsubscribe(self, subscription: str, destination: str) -> str:
        """Return the address that takes a recipient off a subscription: GET asks, POST acts."""
        return f"{self.public_url}/u/{self._token(_LEAVE + subscription + _BORDER + destination)}"

    def read(self, token: str) -> PageLink | LeaveLink | Refused:
        """Return what a token (the last part of an address) was signed for."""
        try:
            content = urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except (binascii.Error, ValueError):
            return Refused.ALTERED
        if _encoded(content) != token:  # stray characters and spare bits would spell the same bytes in other ways
            return Refused.ALTERED
        signed, message = content[:_SIGNED_BYTES], content[_SIGNED_BYTES:]
        key_id, proof = signed[:_KEY_ID_BYTES], signed[_KEY_ID_BYTES:]
        if not message:
            return Refused.ALTERED
        if not hmac.compare_digest(key_id, self._key_id()):
            return Refused.OTHER_KEY
        if not hmac.compare_digest(proof, self._proof(message)):
            return Refused.ALTERED
        purpose, words = message.decode()[:1], message.decode()[1:]
        if purpose == _PAGE:
            return PageLink(words)
        subscription, _, destination = words.partition(_BORDER)
        return LeaveLink(subscription, destination)

    def _token(self, words: str) -> str:
        message = words.encode()
        return _encoded(self._key_id() + self._proof(message) + message)

    def _proof(self, message: bytes) -> bytes:
        return self._mac(b"link\0" + self._key_id() + message)[:_PROOF_BYTES]

    def _key_id(self) -> bytes:
        """Tell keys apart without telling anything of them."""
        return self._mac(b"key")[:_KEY_ID_BYTES]

    def _mac(self, message: bytes) -> bytes:
        return hmac.digest(self.key, b"dateline\0" + message, "sha256")


def links_of(settings: Settings) -> Links | None:
    """Return what signs a home's links; None where its mails hold no web links."""
    if settings.public_url is None or settings.secret_key is None:
        return None
    return Links(settings.public_url, settings.secret_key.get_secret_value().encode())


def _encoded(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()

"""Instants as the readers of one digest would say them.

Knows the digest's zone and window, and no clock: "today" is the day on which the window ends.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.model import Window


class LocalTime:
    """Instants as the subscription's readers would say them: the time alone on the day on which the window ends."""

    def __init__(self, timezone: str, window: Window) -> None:
        self._zone = ZoneInfo(timezone)
        self._from = window.from_at.astimezone(self._zone)
        self._to = window.to_at.astimezone(self._zone)

    def time(self, instant: datetime | None, *, dated: bool = False) -> str:
        if instant is None:
            return ""
        moment = instant.astimezone(self._zone)
        if moment.date() == self._to.date() and not dated:
            return f"{moment:%H:%M}"
        year = f" {moment.year}" if abs((moment - self._to).days) > 180 else ""
        return f"{moment:%a} {moment.day} {moment:%b}{year}, {moment:%H:%M}"

    def window(self) -> str:
        start, end, zone = self._from, self._to, self._zone_name()
        last = f"{end:%a} {end.day} {end:%b} {end.year}"
        if start.date() == end.date():
            return f"{last}, {start:%H:%M}–{end:%H:%M} {zone}"
        return f"{start:%a} {start.day} {start:%b}, {start:%H:%M} – {last}, {end:%H:%M} {zone}"

    def _zone_name(self) -> str:
        """Return ``PKT``; zones without letters of their own read ``UTC+04:30``."""
        letters, offset = self._to.tzname() or "", f"{self._to:%z}"
        return letters if letters.isalpha() else f"UTC{offset[:3]}:{offset[3:5]}"

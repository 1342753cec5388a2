"""The invented day as values: outlets, what their feeds held before, and what happens, minute by minute.

`day.yaml` is where the texts stand. This module must not know how feeds are written or served.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from importlib.resources import files
from typing import Any, Literal
from zoneinfo import ZoneInfo

from ruamel.yaml import YAML

FeedFormat = Literal["rss", "atom", "json"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    id: str
    name: str
    about: str
    """"Quetta daily": what and where it is."""
    home: str
    language: str
    trust: float
    tag: str
    site: str
    feeds: Mapping[str, FeedFormat]


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """An outlet publishes an item in one of its feeds."""

    at: datetime
    feed: str
    id: str
    title: str
    text: str
    section: str
    is_event: bool
    """A desk that watches Balochistan would want to know."""
    copy_of: str | None
    """The item whose words it repeats."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """The very same item, with its address, appears in one more feed."""

    at: datetime
    feed: str
    item: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """An outlet rewrites an item in place: same id, same address."""

    at: datetime
    item: str
    title: str
    text: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewed:
    """A site gives every item of a feed a new id and the present date."""

    at: datetime
    feed: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """From now on a feed's server answers with this status."""

    at: datetime
    feed: str
    status: int


Happening = Published | Carried | Edited | Renewed | Answering


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    starts_at: datetime
    ends_at: datetime
    timezone: str
    outlets: tuple[Outlet, ...]
    backlog: tuple[Published, ...]
    happenings: tuple[Happening, ...]
    """In order."""

    def outlet_of(self, feed: str) -> Outlet:
        return next(outlet for outlet in self.outlets if feed in outlet.feeds)

    @property
    def items(self) -> dict[str, Published]:
        """Every item ever published, by id, the backlog included."""
        return {one.id: one for one in (*self.backlog, *self.happenings) if isinstance(one, Published)}


def load_day() -> Day:
    written = YAML(typ="safe").load(files(__package__).joinpath("day.yaml").read_text("utf-8"))
    calendar = _Calendar(date=written["date"], zone=ZoneInfo(written["timezone"]))
    texts = {one["id"]: one["text"] for one in (*written["backlog"], *written["day"]) if "id" in one and "text" in one}
    return Day(
        starts_at=calendar.moment(written["from"]),
        ends_at=calendar.moment(written["to"]),
        timezone=written["timezone"],
        outlets=tuple(Outlet(id=key, **values) for key, values in written["outlets"].items()),
        backlog=tuple(_published(one, calendar.moment(one["at"]), texts) for one in written["backlog"]),
        happenings=tuple(_happenings(written["day"], calendar, texts)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Calendar:
    date: date
    zone: ZoneInfo

    def moment(self, written: str) -> datetime:
        """Read "09:12", or "-1 18:30" for the evening before; the result is in the day's own time zone."""
        days, _, clock = written.rpartition(" ")
        return datetime.combine(self.date + timedelta(days=int(days or 0)), time.fromisoformat(clock), self.zone)


def _happenings(entries: Iterable[dict[str, Any]], calendar: _Calendar, texts: dict[str, str]) -> Iterable[Happening]:
    for one in entries:
        at = calendar.moment(one["at"])
        if "same_as" in one:
            yield Carried(at=at, feed=one["in"], item=one["same_as"])
        elif "in" in one:
            yield _published(one, at, texts)
        elif "edit" in one:
            yield Edited(at=at, item=one["edit"], title=one["title"], text=_unwrapped(one["text"]), note=one["note"])
        elif "renew" in one:
            yield Renewed(at=at, feed=one["renew"], note=one["note"])
        else:
            yield Answering(at=at, feed=one["feed"], status=one["answers"])


def _published(one: dict[str, Any], at: datetime, texts: dict[str, str]) -> Published:
    original = one.get("copy_of")
    return Published(
        at=at,
        feed=one["in"],
        id=one["id"],
        title=one["title"],
        text=_unwrapped(texts[original or one["id"]]),
        section=one.get("section", ""),
        is_event=one.get("story") == "event",
        copy_of=original,
    )


def _unwrapped(text: str) -> str:
    """Join the lines of each paragraph; paragraphs stay apart by a blank line."""
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.strip().split("\n\n"))

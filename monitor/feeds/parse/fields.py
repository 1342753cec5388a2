"""The fields of an entry from what any format gives for them: plain, bounded, sane.

It must not know which format a value comes from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from monitor.text.html import plain_text
from monitor.text.lines import one_line

MAX_TITLE = 1_000
MAX_TEXT = 200_000
MAX_NAME = 300
"""Characters of an author or category."""
MAX_SECTION = 2_000
MAX_GUID = 2_048
_TITLE_WORDS, _TITLE_LETTERS = 14, 100
_EARLIEST = datetime(1971, 1, 1, tzinfo=UTC)
"""Earlier dates are the zero of somebody's clock, not a date of publication."""
_LATEST = timedelta(days=1)
"""How far ahead of ``now`` a date may be: clocks without a time zone are up to 14 hours off."""

# Names that feedparser does not know and takes for UTC; the two that have several meanings are read as the desks that
# use this program meet them (India, Britain). RFC 2822 knows only American names.
_ZONES = {
    "pkt": 5, "ist": 5.5, "npt": 5.75, "aft": 4.5, "irst": 3.5, "gst": 4, "bdt": 6, "mmt": 6.5, "ict": 7, "wib":
    7, "sgt": 8, "myt": 8, "hkt": 8, "pht": 8, "jst": 9, "kst": 9, "aest": 10, "aedt": 11, "nzst": 12, "nzdt": 13,
    "wet": 0, "bst": 1, "cet": 1, "west": 1, "wat": 1, "cest": 2, "eet": 2, "cat": 2, "sast": 2, "eest": 3, "eat":
    3, "msk": 3, "trt": 3,
}  # fmt: skip
_ZONE_NAME = re.compile(r":[0-9]{2}\s*\(?([a-z]{3,4})\)?\s*$", re.IGNORECASE)


def title_of(markup: str, *, text: str, link: str | None) -> str:
    """The title on one line; where the feed has none, the first words of the text, else the link, else ""."""
    title = one_line(plain_text(markup[: 20 * MAX_TITLE]))
    if title:
        return title[:MAX_TITLE]
    paragraph = one_line(text.partition("\n")[0][:MAX_TITLE])
    words = paragraph.split()[:_TITLE_WORDS]
    while len(words) > 1 and len(" ".join(words)) > _TITLE_LETTERS:
        words.pop()
    first = " ".join(words)[:_TITLE_LETTERS]
    return (first if first == paragraph else f"{first}…") or link or ""


def text_of(candidates: Iterable[str]) -> str:
    """The longest of the texts that an entry carries, as plain paragraphs."""
    return max((plain_text(markup)[:MAX_TEXT] for markup in dict.fromkeys(candidates) if markup), key=len, default="")


def guid_of(value: str) -> str | None:
    """The entry's own id; None where it has none, or one too long to be an id (cutting it could make two alike)."""
    guid = one_line(value)
    return guid if 0 < len(guid) <= MAX_GUID else None


def name_of(value: str) -> str:
    """A person's or thing's name on one line."""
    return one_line(plain_text(value[: 4 * MAX_NAME]))[:MAX_NAME]


def section_of(categories: Iterable[str]) -> str:
    """Categories, each once, joined by "; "; those that are addresses of a scheme are left out."""
    names = (name_of(category) for category in categories)
    return "; ".join(dict.fromkeys(name for name in names if name and "://" not in name))[:MAX_SECTION]


def language_tag(value: str) -> str | None:
    """A declared BCP 47 tag as it stands, or None where it is none."""
    tag = value.strip().replace("_", "-")
    return tag if re.fullmatch(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*", tag) and len(tag) <= 35 else None


def sane_time(parsed: tuple[int, ...] | None, written: str, now: datetime) -> datetime | None:
    """A UTC time tuple as a time, or None where it cannot be when something was published.

    That is before 1971 or more than a day after ``now``: a time in the future is not clamped, because it would change
    with every poll. ``written`` is the feed's own spelling, for zone names that the tuple does not respect.
    """
    if parsed is None:
        return None
    year, month, day, hour, minute, second = parsed[:6]
    try:
        time = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        zone = _ZONE_NAME.search(written)
        if zone:
            time -= timedelta(hours=_ZONES.get(zone[1].lower(), 0))
    except (ValueError, OverflowError):
        return None
    return time if _EARLIEST <= time <= now + _LATEST else None


def iso_time(written: str, now: datetime) -> datetime | None:
    """An ISO 8601 time (RFC 3339, W3C-DTF), made sane; without an offset it counts as UTC."""
    try:
        time = datetime.fromisoformat(written.strip())
        time = time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return sane_time(time.timetuple()[:6], "", now)

"""Invented feeds of the weight of real ones: RSS with entries of 600 characters, one in twenty of them about our towns.

The real feeds at hand whose entries have 300 to 1,500 characters of text take 1.8 kB an entry at the median, as these
do. They hold one tag an entry at the median, and up to six; these hold three.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from email.utils import format_datetime
from html import escape

ENTRIES = 30
TEXT_LENGTH = 600

_PEOPLE = (
    "Officials",
    "Farmers",
    "Teachers",
    "Doctors",
    "Traders",
    "Police",
    "Engineers",
    "Students",
    "Voters",
    "Drivers",
)
_TOWNS = (
    "Lahore",
    "Karachi",
    "Multan",
    "Delhi",
    "Dhaka",
    "Colombo",
    "Nairobi",
    "Leeds",
    "Porto",
    "Geneva",
    "Osaka",
    "Lima",
)
_ACTIONS = ("discussed", "promised", "reviewed", "delayed", "opened", "criticised", "approved", "welcomed", "repaired")
_THINGS = (
    *("the annual budget", "a new bridge", "the water supply", "cotton prices", "school reforms", "a hospital wing"),
    *("the rail timetable", "fishing licences", "a trade agreement", "the harvest", "power cuts", "bus fares"),
)
_TIMES = ("on Monday", "last week", "for the third time", "before the summer", "despite doubts", "in a joint statement")
_OURS = (
    "Gunmen attack police post near {town}, three officers injured",
    "Blast on the road to {town} kills two soldiers, officials say",
    "Militants ambush convoy outside {town}",
)
_OUR_TOWNS = ("Quetta", "Gwadar", "Mastung", "Noshki", "Turbat")


def feed(number: int, *, now: datetime) -> str:
    """Return the document of one outlet; the same number and time give the same document."""
    chance = random.Random(number)  # noqa: S311 - invents news, guards nothing
    outlet = f"https://outlet{number}.example"
    items = "".join(_item(chance, outlet, position, now) for position in range(ENTRIES))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/">\n'
        "<channel>\n"
        f"<title>Outlet {number}</title><link>{outlet}/</link><language>en</language>\n"
        f"<description>News of outlet {number}</description>\n{items}</channel>\n</rss>\n"
    )


def _item(chance: random.Random, outlet: str, position: int, now: datetime) -> str:
    title = _sentence(chance)
    if chance.random() < 0.05:
        title = chance.choice(_OURS).format(town=chance.choice(_OUR_TOWNS))
    paragraphs = [_paragraph(chance, TEXT_LENGTH // 2), _paragraph(chance, TEXT_LENGTH // 2)]
    address = f"{outlet}/news/{now:%Y/%m}/{position}-{title.lower().replace(' ', '-').replace(',', '')}"
    body = f'<p>{paragraphs[0]}</p>\n<p>{paragraphs[1]} <a href="{address}#more">Continue reading</a></p>'
    published = now - timedelta(minutes=90 * position + chance.randrange(60))
    categories = "".join(f"<category><![CDATA[{word}]]></category>" for word in ("World", *chance.sample(_TOWNS, 3)))
    return (
        f"<item>\n<title>{escape(title)}</title>\n<link>{address}?utm_source=rss&amp;utm_medium=feed</link>\n"
        f"<dc:creator><![CDATA[Staff reporter]]></dc:creator>\n<pubDate>{format_datetime(published)}</pubDate>\n"
        f'{categories}\n<guid isPermaLink="false">{outlet}/?p={position}</guid>\n'
        f"<description><![CDATA[{body}]]></description>\n"
        f'<media:thumbnail url="{outlet}/images/{now:%Y/%m}/{position}-160x90.jpg" width="160" height="90"/>\n'
        f'<media:content url="{outlet}/images/{now:%Y/%m}/{position}-800x450.jpg" medium="image" width="800">'
        f'<media:title type="html">{escape(title)}</media:title></media:content>\n</item>\n'
    )


def _paragraph(chance: random.Random, length: int) -> str:
    text = ""
    while len(text) < length:
        text += f"{_sentence(chance)}. "
    return text[:length]


def _sentence(chance: random.Random) -> str:
    return " ".join(map(chance.choice, (_PEOPLE, ("in",), _TOWNS, _ACTIONS, _THINGS, _TIMES)))

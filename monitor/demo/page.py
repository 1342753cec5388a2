"""The page that tells the day: what was published, what each subscriber got, and why the rest stayed away.

Made from the day and what was sent; everything on it that Dateline decided is read from the digests themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from os.path import relpath
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from jinja2 import Environment, StrictUndefined

from monitor.demo.day import Answering, Carried, Day, Edited, Outlet, Published, Renewed
from monitor.demo.newsroom import address_of
from monitor.demo.run import Played, Sent
from monitor.digests.words import counted, is_right_to_left
from monitor.model import Article, Digest
from monitor.rules.explain import explain

Tone = Literal["event", "copy", "background", "note"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A digest as a card on the page."""

    id: str
    at: datetime
    kind: Literal["alert", "update", "digest"]
    severity: str
    """Of its gravest story; empty where it has none."""
    headline: str
    direction: str
    why: str
    note: str
    """What else stands in it."""
    href: str
    """Of its folder, from the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Something that an outlet did."""

    at: datetime
    outlet: Outlet
    tone: Tone
    title: str
    direction: str
    note: str
    told: tuple[Message, ...] = ()


def page(day: Day, played: Played, folder: Path) -> str:
    """Return the page as HTML, for a file that lies in ``folder``."""
    messages = {one.digest.id: _message(one, folder) for one in played.sent}
    told = _told(played, messages)
    lines = list(_lines(day, told, _reason_why_not(day, played)))
    items = [one for one in day.happenings if isinstance(one, Published)]
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(files(__package__).joinpath("page.html").read_text("utf-8")).render(
        day=day,
        counts=played.counts,
        outlets=day.outlets,
        hues={outlet.id: 360 * number // len(day.outlets) for number, outlet in enumerate(day.outlets)},
        timeline=sorted([*lines, *messages.values()], key=lambda one: (one.at, isinstance(one, Message))),
        messages=list(messages.values()),
        opened=next((one for one in messages.values() if one.kind == "digest"), None),
        published=len(items),
        concerned=sum(one.is_event for one in items),
        feeds=sum(len(outlet.feeds) for outlet in day.outlets),
    )


# --- messages ----------------------------------------------------------------------------------------------------


def _message(sent: Sent, folder: Path) -> Message:
    digest, stories = sent.digest, sent.digest.stories
    lead = stories[0] if stories else None
    edits = [change.text for story in stories for change in story.changes if change.kind == "revision"]
    failed = ", ".join(trouble.name for trouble in digest.coverage.failed)
    notes = [digest.reason] if digest.kind == "digest" else []
    notes += [f"and {len(stories) - 1} more"] if digest.kind == "alert" and len(stories) > 1 else []
    notes += [f"{counted(len(edits), 'article')} edited since"] if edits else []
    notes += [f"could not read {failed}"] if failed else []
    headline = lead.headline if lead and digest.kind == "alert" else counted(len(stories), "story", "stories")
    return Message(
        id=digest.id,
        at=sent.at,
        kind="update" if digest.continues else digest.kind,
        severity=str(max((story.severity for story in stories), key=lambda one: one.rank)) if stories else "",
        headline=headline,
        direction=_direction(headline),
        why=_why(digest),
        note="; ".join(notes),
        href=quote(relpath(sent.folder, folder.absolute())),
    )


def _why(digest: Digest) -> str:
    """Return why an alert was sent: what matched, or what changed of a story that was told."""
    if digest.kind != "alert":
        return ""
    lead = digest.stories[0]
    said = [change.text for change in lead.changes] if digest.continues else [why.text for why in lead.why]
    return said[0] if said else ""


def _told(played: Played, messages: dict[str, Message]) -> dict[tuple[str, str], list[Message]]:
    """Return the messages that told of each address: as news, and as a change of what had been told."""
    told: dict[tuple[str, str], list[Message]] = {}
    known: set[tuple[str, str]] = set()
    for sent in played.sent:
        for article in (article for story in sent.digest.stories for article in story.articles):
            first = (sent.digest.subscription, article.link) not in known
            known.add((sent.digest.subscription, article.link))
            told.setdefault(("news" if first else "change", article.link), []).append(messages[sent.digest.id])
    return told


# --- what the outlets did ----------------------------------------------------------------------------------------


def _lines(day: Day, told: dict[tuple[str, str], list[Message]], why_not: Callable[[Published], str]) -> Iterator[Line]:
    items, down = day.items, set[str]()
    for one in day.happenings:
        match one:
            case Published():
                tone: Tone = "background" if not one.is_event else "copy" if one.copy_of else "event"
                notes = [f"not told: {why_not(one)}"] if tone == "background" else []
                notes += ["word for word the agency's text: listed with it"] if tone == "copy" else []
                notes += ["published while its server failed, read once it was back"] if one.feed in down else []
                found = told.get(("news", address_of(day, one)), ())
                yield _line(day, one.at, one.feed, tone, one.title, "; ".join(notes), found)
            case Carried():
                note = "the same article in a second feed: known, not told again"
                yield _line(day, one.at, one.feed, "note", items[one.item].title, note)
            case Edited():
                edited = items[one.item]
                found = told.get(("change", address_of(day, edited)), ())
                yield _line(day, one.at, edited.feed, "note", one.title, f"edited: {one.note}", found)
            case Renewed():
                note = "recognised by address and words: nothing is told again"
                yield _line(day, one.at, one.feed, "note", f"The site {one.note}", note)
            case Answering(status=200):
                down.discard(one.feed)
                yield _line(day, one.at, one.feed, "note", "The server is back", "what it missed is read now")
            case Answering():
                down.add(one.feed)
                note = f"{one.feed} answers {one.status}: every message says so until it is back"
                yield _line(day, one.at, one.feed, "note", "The server fails", note)


def _line(day: Day, at: datetime, feed: str, tone: Tone, title: str, note: str, told: Iterable[Message] = ()) -> Line:
    outlet = day.outlet_of(feed)
    return Line(at=at, outlet=outlet, tone=tone, title=title, direction=_direction(title), note=note, told=tuple(told))


def _reason_why_not(day: Day, played: Played) -> Callable[[Published], str]:
    """Return what says of an item why the desk's first rule did not take it."""
    rule = next(iter(played.rules.rules))

    def why_not(item: Published) -> str:
        outlet = day.outlet_of(item.feed)
        article = Article(
            title=item.title,
            text=item.text,
            feed=item.feed,
            source=outlet.name,
            home=outlet.home,
            section=item.section,
            language=outlet.language,
        )
        return explain(played.rules, article, rule)[0].failed

    return why_not


def _direction(text: str) -> str:
    return "rtl" if is_right_to_left(text) else "ltr"

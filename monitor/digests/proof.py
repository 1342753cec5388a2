"""Templates tried on the torture digests, before a night's alert meets what they cannot bear.

Told is what fails, and what comes out wrong: a story left out, a script, a mail that would be clipped. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from typing import Literal

from monitor.digests.block_kit import BLOCKS_LIMIT, CHARACTERS_LIMIT, characters
from monitor.digests.render import MAIL_BYTES, Templates, render, render_edit
from monitor.digests.sample import torture_digests
from monitor.digests.view import View, view
from monitor.errors import RuleError
from monitor.links import Links
from monitor.model import Digest, EmailMessage, Message, SlackMessage
from monitor.text.lines import shorten

_LINKS = Links("https://dateline.example", b"for trying only")
_ROOT = "an alert with everything"
"""What the updates among the torture digests continue."""
_RECOGNISED = 20
"""A template may shorten a headline or set it in capitals: so many of its letters must be there."""
_ACTIVE = frozenset({"script", "iframe", "object", "embed", "form", "base"})
_ADDRESSES = {
    "href": ("https://", "http://", "mailto:", "tel:", "#"),
    "src": ("https://", "http://", "cid:", "data:image/"),
    "background": ("https://", "http://"),
}
"""How an attribute's address may begin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """Something that a template does wrong, beside the file that does it."""

    error: RuleError
    level: Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with one part of a message."""

    part: str
    """The file of the template that made it: ``email.html``."""
    message: str
    hint: str
    level: Literal["error", "warning"] = "error"


def flaws(templates: Templates) -> tuple[Flaw, ...]:
    """Return what is wrong with the files of all templates, each flaw once."""
    found: dict[tuple[str, int, str], Flaw] = {}
    for name in sorted(templates.names):
        for case, digest in torture_digests().items():
            for flaw in _flaws(replace(digest, template=name), case, templates):
                found.setdefault((flaw.error.file, flaw.error.line, flaw.error.message), flaw)
    return tuple(found.values())


def _flaws(digest: Digest, case: str, templates: Templates) -> Iterator[Flaw]:
    for destination in ("email:desk@dateline.example", "slack:#desk"):
        try:
            messages = _messages(digest, destination, templates)
        except RuleError as error:
            yield Flaw(error=error, level="error")
            continue
        for wrong in (wrong for message in messages for wrong in wrong_with(message, view(digest))):
            file, hint = templates.file(digest.template, wrong.part), f"seen with {case}; {wrong.hint}"
            told = RuleError(wrong.message, file=f"templates/{file}", line=1, column=1, hint=hint)
            yield Flaw(error=told, level=wrong.level)


def _messages(digest: Digest, destination: str, templates: Templates) -> tuple[Message, ...]:
    root = replace(torture_digests()[_ROOT], template=digest.template) if digest.continues else None
    mark = "This is a trial." if digest.kind == "alert" else ""
    messages = render(digest, destination, templates, links=_LINKS, root=root, mark=mark)
    is_edited = root is not None and destination.startswith("slack:")
    return (*messages, render_edit(digest, templates, mark=mark)) if is_edited else messages


def wrong_with(message: Message, whole: View) -> Iterator[Wrong]:
    """Yield what is wrong with a message that is to tell of ``whole``."""
    match message:
        case EmailMessage():
            yield from _wrong_with_page(message.html, whole)
            yield from _left_out("email.txt", message.text, whole)
            if not message.subject.strip():
                yield Wrong("subject.txt", "the subject is empty", "a digest without stories needs one too")
        case SlackMessage():
            blocks, room = len(message.blocks), characters(message.blocks)
            if blocks > BLOCKS_LIMIT or room > CHARACTERS_LIMIT:
                yield Wrong("slack.txt", "the message is too long for Slack", f"{blocks} blocks, {room} characters")


def _wrong_with_page(html: str, whole: View) -> Iterator[Wrong]:
    page, size = _Page(html), len(html.encode())
    for live in dict.fromkeys(page.live):
        yield Wrong("email.html", f"{live} comes alive", "put words of feeds between tags or into quoted attributes")
    if page.nowhere:
        hint = f"{page.nowhere[0]!r} is no address; an article may have none, and words of feeds are none"
        yield Wrong("email.html", "a link leads nowhere", hint)
    if size <= MAIL_BYTES:
        yield from _left_out("email.html", "".join(page.words), whole)
    else:
        hint = f"it has {size:,}, and mail clients cut it off"
        yield Wrong("email.html", f"the mail is larger than {MAIL_BYTES:,} bytes", hint)


def _left_out(part: str, words: str, whole: View) -> Iterator[Wrong]:
    said = " ".join(words.split()).casefold()
    for what, told, hint in (
        ("a story", [story.headline.text for story in whole.stories], "loop over view.regions and their stories"),
        ("a flood", [flood.text for flood in whole.floods], "loop over view.floods"),
    ):
        if any(" ".join(one[:_RECOGNISED].split()).casefold() not in said for one in told):
            yield Wrong(part, f"leaves out {what}", hint)
    if any(trouble.name.casefold() not in said for trouble in whole.sight.failed):
        hint = "no news and not having looked must not read alike: keep parts.coverage(view)"
        yield Wrong(part, "does not say which feeds could not be read", hint, "warning")


class _Page(HTMLParser):
    """The words of a page, and what of it would do more than be read."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.live: list[str] = []
        self.nowhere: list[str] = []
        """Addresses that are none."""
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _ACTIVE:
            self.live.append(f"<{tag}>")
        self.live += (key for key, _ in attrs if key.startswith("on"))
        for key, value in attrs:
            if not (value or "").startswith(_ADDRESSES.get(key, "")):
                self.nowhere.append(shorten(value or "", _RECOGNISED))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

"""Digest → messages: templates compiled all at once, then one message (or a thread of them) per destination.

Everything is made from one view of the stored digest (`view`): mail and text by templates, Slack's blocks by `blocks`.
This module must not know where templates lie or how a message is sent.
"""

from __future__ import annotations

import hashlib
import json
import re
import traceback
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Literal

import css_inline
from jinja2 import TemplateSyntaxError, meta, nodes

from monitor.digests.blocks import slack_edit, slack_messages
from monitor.digests.document import to_json
from monitor.digests.sandbox import ESCAPED, Sandbox, environments, own_markup
from monitor.digests.view import View, view, within
from monitor.digests.words import one_line
from monitor.errors import RuleError
from monitor.links import Links
from monitor.model import Digest, EmailMessage, FolderMessage, Message, SlackMessage

Form = Literal["slack", "email", "text", "json"]

MAIL_BYTES = 90_000
"""Gmail clips a mail near 102 kB and hides what follows, the coverage statement first."""
_SUBJECT_LIMIT = 180
_FEW_EXAMPLES = 3
_OPENING = "slack.txt"
_COMMON = "common"
_FALL_BACK = "digest"
"""The template folder whose files stand in for those that another one does not have."""

_inliner = css_inline.CSSInliner(keep_at_rules=True, minify_css=True, load_remote_stylesheets=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Templates:
    """Every template, compiled: a syntax error can no longer come up."""

    environment: Sandbox
    mrkdwn: Sandbox
    """The same for what Slack reads as its own markup."""
    files: frozenset[str]
    """Names like ``digest/email.html``."""
    version: str
    """Changes with any of them."""

    @property
    def names(self) -> frozenset[str]:
        """What a digest's `template` may be."""
        return frozenset(file.partition("/")[0] for file in self.files) - {_COMMON}

    def file(self, template: str, part: str) -> str:
        """Return the file that fills ``part`` ("email.html") of a template: its own, or the one that stands in."""
        own = f"{template}/{part}"
        return own if own in self.files else f"{_FALL_BACK}/{part}"


def compile_templates(sources: Mapping[str, str]) -> Templates:
    """Compile all templates, given by names like ``digest/email.html``.

    What comes out as HTML is escaped whatever a template says: switching it off is refused, and so is including a file
    that is not escaped. Raises RuleError with file and line.
    """

    def load(name: str) -> tuple[str, str, None]:
        return sources[name], f"templates/{name}", None

    environment, mrkdwn = environments(load)
    for name, source in sources.items():
        try:
            _check(environment.parse(source, name, f"templates/{name}"), name, sources)
            (mrkdwn if name.endswith(_OPENING) else environment).get_template(name)
        except TemplateSyntaxError as error:
            line, message = error.lineno, error.message or "cannot be read"
            hint = "see Jinja's template syntax"
            raise RuleError(message, file=f"templates/{name}", line=line, column=1, hint=hint) from error
    version = hashlib.sha256(json.dumps(sorted(sources.items())).encode()).hexdigest()[:12]
    return Templates(environment=environment, mrkdwn=mrkdwn, files=frozenset(sources), version=version)


def _check(tree: nodes.Template, name: str, sources: Collection[str]) -> None:
    file = f"templates/{name}"
    for node in tree.find_all((nodes.EvalContextModifier, nodes.Filter)):
        if not isinstance(node, nodes.Filter) or node.name == "safe":
            hint = "the words of feeds are hostile: remove safe and autoescape"
            raise RuleError("escaping cannot be switched off", file=file, line=node.lineno, column=1, hint=hint)
    for other in meta.find_referenced_templates(tree):
        if other is None or other not in sources:
            message = f"there is no template {other!r}" if other else "a template is named by an expression"
            raise RuleError(message, file=file, line=1, column=1, hint="name one of " + ", ".join(sorted(sources)))
        if name.endswith(ESCAPED) and not other.endswith(ESCAPED):
            hint = "an HTML template may use .html and .css only"
            raise RuleError(f"{other} is not escaped", file=file, line=1, column=1, hint=hint)


def render(
    digest: Digest,
    destination: str,
    templates: Templates,
    *,
    links: Links | None = None,
    root: Digest | None = None,
    mark: str = "",
) -> tuple[Message, ...]:
    """Return what is to be sent to ``destination`` (``slack:…``, ``email:…``, ``folder:…``).

    Several messages are parts of one: the first is the parent, the others go into its thread. ``root`` is the alert
    that the digest continues, ``mark`` a sentence about this message itself for its footer. Raises RuleError, with
    file and line, if a template fails on this digest.
    """
    match destination.partition(":")[0]:
        case "slack":
            return _Page(digest, templates, view(digest, mark=mark)).slack()
        case "email":
            return (_Page(digest, templates, _as_mail(digest, destination, links, mark)).mail(root),)
        case "folder":
            page = _Page(digest, templates, view(digest, mark=mark))
            files = {"digest.html": page.html(), "digest.txt": page.text(), "digest.json": _json(to_json(digest))}
            return (FolderMessage(name=digest.id, files=files),)
        case scheme:
            raise RuleError(f"{scheme!r} is not a channel", hint="a destination starts with slack:, email: or folder:")


def render_edit(current: Digest, templates: Templates, *, mark: str = "") -> SlackMessage:
    """Return what an alert's first message in a Slack channel is edited to: its stories as they stand now."""
    return _Page(current, templates, view(current, mark=mark)).slack_edit()


def page(digest: Digest, templates: Templates, style_sheet: str) -> str:
    """Return the digest as a page for a browser, whole, with nothing inline but the address of its style sheet."""
    return _Page(digest, templates, view(digest)).page(style_sheet)


def render_as(
    digest: Digest, templates: Templates, form: Form, *, mailbox: str | None = None, links: Links | None = None
) -> str:
    """Return the digest in one form, for people to look at: Block Kit JSON (a list of parts), HTML, text or JSON.

    HTML and text are those of the mail to ``mailbox`` (``email:…``), where there is one.
    """
    as_mail = mailbox if form in ("email", "text") else None
    page = _Page(digest, templates, _as_mail(digest, as_mail, links) if as_mail else view(digest))
    match form:
        case "slack":
            return _json([{"text": part.text, "blocks": list(part.blocks)} for part in page.slack()])
        case "email":
            return page.html(MAIL_BYTES)
        case "text":
            return page.text()
    return _json(to_json(digest))


def _as_mail(digest: Digest, destination: str, links: Links | None, mark: str = "") -> View:
    unsubscribe = links.unsubscribe(digest.subscription, destination) if links else None
    browser = links.page(digest.id) if links else None
    return view(digest, mark=mark, is_mail=True, browser=browser, unsubscribe=unsubscribe)


class _Page:
    """One digest beside its view and its templates."""

    def __init__(self, digest: Digest, templates: Templates, shown: View) -> None:
        self._digest = digest
        self._templates = templates
        self._view = shown
        self._is_brief = digest.template == "brief"

    def slack(self) -> tuple[SlackMessage, ...]:
        first, *others = slack_messages(
            self._view, self.subject(), opening=self._opening(), headlines_only=self._is_brief
        )
        return (replace(first, broadcast=self._view.continues and self._digest.escalates), *others)

    def slack_edit(self) -> SlackMessage:
        return slack_edit(self._view, self.subject(), opening=self._opening(), headlines_only=self._is_brief)

    def mail(self, root: Digest | None) -> EmailMessage:
        subject = self.subject()
        if root and not self._digest.escalates:
            # Gmail keeps a thread together by its subject; what is graver than before stands on its own.
            subject = f"Re: {_Page(root, self._templates, view(root)).subject()}"
        html = self.html(MAIL_BYTES)
        return EmailMessage(subject=subject, text=self.text(), html=html, unsubscribe=self._view.unsubscribe)

    def subject(self) -> str:
        return one_line(self._fill("subject.txt", self._view), _SUBJECT_LIMIT)

    def _opening(self) -> str:
        return own_markup(self._fill(_OPENING, self._view)).strip()

    def text(self) -> str:
        return re.sub(r"\n{3,}", "\n\n", self._fill("email.txt", self._view).strip("\n")) + "\n"

    def page(self, style_sheet: str) -> str:
        return self._fill("email.html", self._view, subject=self.subject(), style_sheet=style_sheet)

    def html(self, limit: int | None = None) -> str:
        """Return the page within ``limit`` bytes.

        Floods lose their examples first, then the least grave stories their details, and at last their place.
        """
        count, subject = self._view.count, self.subject()

        @cache
        def page(rung: int, examples: int) -> str:
            """Return a rung of the ladder: no story (0), all headlines (``count``), all in full (twice that)."""
            shown = within(self._view, shown=min(rung, count), detailed=max(rung - count, 0), examples=examples)
            return inlined(self._fill("email.html", shown, subject=subject, style_sheet=None))

        most = max((len(flood.examples) for flood in self._view.floods), default=0)
        if limit is None:
            return page(2 * count, examples=most)
        for examples in sorted({most, min(most, _FEW_EXAMPLES), 0}, reverse=True):
            if _bytes(page(2 * count, examples=examples)) <= limit:
                return page(2 * count, examples=examples)
        bare = partial(page, examples=0)
        return _fullest(bare, count, 2 * count, limit) or _fullest(bare, 0, count, limit) or bare(0)

    def _fill(self, file: str, shown: View, **values: object) -> str:
        name = self._templates.file(self._digest.template, file)
        environment = self._templates.mrkdwn if file == _OPENING else self._templates.environment
        try:
            return environment.get_template(name).render(values, view=shown)
        except Exception as error:  # a template is a program of the operator's: it may raise anything
            lines = [
                (frame.filename, frame.lineno)
                for frame in traceback.extract_tb(error.__traceback__)
                if frame.filename.startswith("templates/")
            ]
            where, line = lines[-1] if lines else (f"templates/{name}", 1)
            hint = "it compiles, and fails when it is filled"
            raise RuleError(one_line(str(error)), file=where, line=line or 1, column=1, hint=hint) from error


def inlined(page: str) -> str:
    """Return a page with its style sheet at each element, as mail programs want it."""
    return _inliner.inline(page)


def _fullest(page: Callable[[int], str], low: int, high: int, limit: int) -> str | None:
    """Return the page of a rung that fits, the last that does or one close to it; None where not even ``low`` fits.

    The page of ``high`` does not fit. Size grows about evenly in between, so that the first guess is mostly right: it
    aims a little lower, since a second one costs more than the room is worth.
    """
    smallest = _bytes(page(low))
    if smallest > limit:
        return None
    aim = max(limit - limit // 40, smallest)
    while True:
        guess = low + (high - low) * (aim - smallest) // (_bytes(page(high)) - smallest)
        if _bytes(page(guess)) <= limit:
            return page(guess)
        high = guess


def _bytes(page: str) -> int:
    return len(page.encode())


def _json(value: object) -> str:
    # What half a character leaves behind (a lone surrogate) cannot be written as UTF-8; escaped it is valid JSON.
    return json.dumps(value, ensure_ascii=False, indent=2).encode(errors="backslashreplace").decode() + "\n"

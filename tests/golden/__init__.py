"""What readers get, kept as files: every sample digest as Slack JSON, HTML, text and mail headers, compared exactly.

``python -m tests.golden`` writes them anew; a change of a template or of the blocks shows as a difference of words.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from monitor.channels.email import compose_mail
from monitor.digests.render import Templates, render, render_edit
from monitor.links import Links
from monitor.model import Delivery, EmailMessage, SlackMessage
from tests.digest_samples import delivery
from tests.golden.digests import Sample

FOLDER = Path(__file__).parent
LINKS = Links("https://news.example.org/dateline", b"a key that opens nothing but these files")
ROOT_MAIL = "<3f2a90d81c5b47e6a0d9f6e2b7c41588@example.org>"
"""The Message-ID of the mail that an update answers."""


def slack_of(sample: Sample, templates: Templates) -> tuple[SlackMessage, ...]:
    """Return the parts of a sample, and for an update the edit of the alert that it continues."""
    parts = render(sample.digest, "slack:#asia-desk", templates, links=LINKS, root=sample.root, mark=sample.mark)
    edits = (render_edit(sample.standing, templates, mark=sample.mark),) if sample.standing else ()
    return tuple(part for part in (*parts, *edits) if isinstance(part, SlackMessage))


def email_of(sample: Sample, templates: Templates) -> EmailMessage:
    destination = "email:desk@example.org"
    [message] = render(sample.digest, destination, templates, links=LINKS, root=sample.root, mark=sample.mark)
    assert isinstance(message, EmailMessage)
    return message


def delivery_of(sample: Sample, message: EmailMessage) -> Delivery:
    digest = sample.digest
    sent = delivery(message, "email:desk@example.org", f"{digest.id}:0", subscription=digest.subscription)
    return replace(sent, created_at=digest.window.to_at, thread=ROOT_MAIL if digest.continues else None)


def files_of(sample: Sample, templates: Templates) -> dict[str, str]:
    """Return a sample as the files that its folder holds."""
    message = email_of(sample, templates)
    headers = compose_mail(delivery_of(sample, message), "Dateline <dateline@example.org>").as_bytes()
    return {
        "slack.json": _json([_without_defaults(asdict(part)) for part in slack_of(sample, templates)]),
        "email.html": message.html,
        "email.txt": message.text,
        "headers.txt": headers.partition(b"\r\n\r\n")[0].decode("ascii").replace("\r\n", "\n").partition("MIME-")[0],
    }


def kept(name: str) -> dict[str, str]:
    """Return the golden files of a sample."""
    return {file.name: file.read_text("utf-8") for file in sorted((FOLDER / name).glob("*.*"))}


def keep(name: str, files: Mapping[str, str]) -> None:
    folder = FOLDER / name
    folder.mkdir(exist_ok=True)
    for file, words in files.items():
        (folder / file).write_text(words, "utf-8", newline="\n")


def _without_defaults(part: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in part.items() if value}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"

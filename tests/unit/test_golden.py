"""The sample digests as their readers get them: nothing changed unseen, and every limit kept."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import asdict
from email import message_from_bytes, policy
from html import escape

import pytest

from monitor.channels.email import compose_mail
from monitor.digests.render import MAIL_BYTES, Templates
from tests.blockkit_html import page
from tests.golden import FOLDER, ROOT_MAIL, delivery_of, email_of, files_of, kept, slack_of
from tests.golden.digests import SAMPLES
from tests.servers.slack_limits import problems_of
from tests.templates import built_in_templates


@pytest.fixture(scope="module")
def templates() -> Templates:
    return built_in_templates()


def test_every_folder_is_of_a_sample() -> None:
    assert sorted(folder.name for folder in FOLDER.glob("*/") if folder.name != "__pycache__") == sorted(SAMPLES)


@pytest.mark.parametrize("name", SAMPLES)
def test_is_what_was_looked_at(name: str, templates: Templates) -> None:
    golden, now = kept(name), files_of(SAMPLES[name], templates)
    assert now == golden, "\n".join([*_differences(golden, now), "", "`python -m tests.golden` writes it anew"])


def _differences(golden: dict[str, str], now: dict[str, str]) -> Iterator[str]:
    for file in sorted(golden.keys() | now.keys()):
        before, after = golden.get(file, "").splitlines(), now.get(file, "").splitlines()
        yield from difflib.unified_diff(before, after, f"golden {file}", f"now {file}", lineterm="", n=1)


@pytest.mark.parametrize("name", SAMPLES)
def test_slack_takes_every_part_with_and_without_the_newest_blocks(name: str, templates: Templates) -> None:
    for part in slack_of(SAMPLES[name], templates):
        assert problems_of(part.text, list(part.blocks)) == []
        assert problems_of(part.text, list(part.plain_blocks or part.blocks)) == []


@pytest.mark.parametrize("name", SAMPLES)
def test_pictures_leave_no_block_and_no_story_out(name: str, templates: Templates) -> None:
    drawn = page([asdict(part) for part in slack_of(SAMPLES[name], templates)])
    for story in SAMPLES[name].digest.stories:
        assert escape(story.headline) in drawn


@pytest.mark.parametrize("name", SAMPLES)
def test_every_mail_parses_back_and_is_not_clipped(name: str, templates: Templates) -> None:
    sample = SAMPLES[name]
    message = email_of(sample, templates)
    assert len(message.html.encode()) <= MAIL_BYTES
    sent = compose_mail(delivery_of(sample, message), "desk@example.org").as_bytes()
    mail = message_from_bytes(sent, policy=policy.default)
    assert mail["Subject"] == message.subject
    assert (mail["In-Reply-To"] == ROOT_MAIL) == (sample.root is not None)
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None and html is not None
    assert text.get_content().replace("\r\n", "\n") == message.text
    assert html.get_content().replace("\r\n", "\n").strip() == message.html.strip()
    for story in sample.digest.stories:
        assert story.headline in " ".join(message.text.split())

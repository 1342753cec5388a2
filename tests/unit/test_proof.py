"""Templates tried before they are used: what would be wrong with a night's alert is found by `check`."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from monitor.digests.document import from_json, to_json
from monitor.digests.proof import Wrong, flaws, wrong_with
from monitor.digests.render import compile_templates
from monitor.digests.sample import torture_digests
from monitor.digests.view import view
from monitor.model import EmailMessage, FolderMessage, SlackMessage
from tests.digest_samples import BUSY_DAY, EMPTY
from tests.templates import built_in_sources, built_in_templates

STORIES = "{% for story in view.stories %}{{ story.headline }} {% endfor %}"
FLOODS = "{% for flood in view.floods %}{{ flood.text }} {% endfor %}"
FAILED = "{% for one in view.sight.failed %}{{ one.name }} {% endfor %}"
WHOLE = STORIES + FLOODS + FAILED


def flaws_of(**files: str) -> list[str]:
    """What is said of a home's own template, `ours`: keys are like ``email_html``."""
    ours = {f"ours/{name.replace('_', '.')}": source for name, source in files.items()}
    common = {name: source for name, source in built_in_sources().items() if name.startswith(("common/", "digest/"))}
    found = flaws(compile_templates(common | ours))
    return [f"{flaw.level}: {flaw.error.file}:{flaw.error.line}: {flaw.error.message}" for flaw in found]


def test_the_built_in_templates_bear_everything_in_a_second() -> None:
    templates = built_in_templates()
    started = time.process_time()
    assert flaws(templates) == ()
    assert time.process_time() - started < 3.0  # 0.4 s; the machine may be busy


@pytest.mark.parametrize(
    ("files", "found"),
    [
        pytest.param({"email_txt": WHOLE, "email_html": WHOLE}, [], id="bare, but nothing left out"),
        pytest.param(
            {"email_html": "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"},
            [
                "error: templates/ours/email.html:1: its loops go on and on: it does far more than a digest can need",
            ],
            id="without end",
        ),
        pytest.param(
            {"email_html": "\n" + STORIES + FAILED},
            ["error: templates/ours/email.html:1: leaves out a flood"],
            id="without floods",
        ),
        pytest.param(
            {"email_html": WHOLE.replace("view.stories", "view.stories[:30]")},
            ["error: templates/ours/email.html:1: leaves out a story"],
            id="the first thirty",
        ),
        pytest.param(
            {"email_txt": WHOLE.replace("{{ story.headline }}", "{{ story.gist }}")},
            ["error: templates/ours/email.txt:1: leaves out a story"],
            id="without headlines",
        ),
        pytest.param(
            {"email_txt": WHOLE.replace("story.headline", "story.headline.text | upper | truncate(60)")},
            [],
            id="headlines shortened and in capitals",
        ),
        pytest.param(
            {"email_txt": STORIES + FLOODS},
            ["warning: templates/ours/email.txt:1: does not say which feeds could not be read"],
            id="without what failed",
        ),
        pytest.param(
            {"subject_txt": "{{ view.stories[0].headline if view.stories }}"},
            ["error: templates/ours/subject.txt:1: the subject is empty"],
            id="a subject of the first story",
        ),
        pytest.param(
            {"email_html": "<p>\n{% for story in view.stories %}\n{{ story.lead.time | upper }}\n{% endfor %}" + WHOLE},
            ["error: templates/ours/email.html:3: 'None' has no attribute 'time'"],
            id="trusts that there is a report",
        ),
        pytest.param(
            {"email_html": f"<p title={{{{ view.stories[0].headline if view.stories }}}}>{WHOLE}</p>"},
            ["error: templates/ours/email.html:1: onmouseover comes alive"],
            id="an attribute without quotes",
        ),
        pytest.param(
            {"email_html": f"<script>1</script>{WHOLE}"},
            ["error: templates/ours/email.html:1: <script> comes alive"],
            id="its own script",
        ),
        pytest.param(
            {"email_html": WHOLE + "<a href='{{ view.stories[0].link if view.stories }}'>x</a>"},
            ["error: templates/ours/email.html:1: a link leads nowhere"],
            id="trusts that there is a link",
        ),
        pytest.param(
            {"email_html": WHOLE + "<a href=\"{{ view.stories[1].headline if view.count > 1 else '#top' }}\">x</a>"},
            ["error: templates/ours/email.html:1: a link leads nowhere"],
            id="a headline for an address",
        ),
        pytest.param(
            {"email_html": WHOLE + "<img src='data:image/png;base64,AA'><a href='mailto:x@example.org'>x</a>"},
            [],
            id="a logo and a mailbox",
        ),
        pytest.param(
            {"email_html": WHOLE + "{{ nothing.time }}", "slack_txt": "{{ nothing.time }}"},
            [
                "error: templates/ours/email.html:1: 'nothing' is undefined",
                "error: templates/ours/slack.txt:1: 'nothing' is undefined",
            ],
            id="mail and Slack",
        ),
        pytest.param(
            {"email_html": WHOLE + "x" * 90_000},
            ["error: templates/ours/email.html:1: the mail is larger than 90,000 bytes"],
            id="large",
        ),
        pytest.param({"slack_txt": "<!here> " * 5_000}, [], id="a long opening is cut"),
        pytest.param(
            {"slack_txt": "{{ view.stories[0].lead.source if view.stories }}"},
            ["error: templates/ours/slack.txt:1: 'None' has no attribute 'source'"],
            id="an opening that trusts",
        ),
    ],
)
def test_what_is_wrong_with_a_template_is_told_with_its_file(files: dict[str, str], found: list[str]) -> None:
    assert flaws_of(**files) == found


def test_the_hint_says_with_which_digest_it_was_seen() -> None:
    templates = compile_templates(built_in_sources() | {"ours/email.html": STORIES + FAILED})
    (flaw,) = flaws(templates)
    assert flaw.error.hint == "seen with an alert with everything; loop over view.floods"


def test_a_fault_of_a_common_part_is_told_once() -> None:
    sources = built_in_sources() | {"common/parts.txt": "{% macro full(story) %}{% endmacro %}"}
    found = flaws(compile_templates(sources))
    assert len({(flaw.error.file, flaw.error.line, flaw.error.message) for flaw in found}) == len(found) > 0


def test_slack_messages_are_measured() -> None:
    line = {"type": "context", "elements": [{"type": "plain_text", "text": "x" * 300}]}
    whole = view(EMPTY)
    assert list(wrong_with(SlackMessage(text="x", blocks=(line,)), whole)) == []
    for blocks, hint in (((line,) * 34, "34 blocks, 10200 characters"), (({"type": "divider"},) * 51, "51 blocks")):
        (wrong,) = wrong_with(SlackMessage(text="x", blocks=blocks), whole)
        assert wrong == Wrong("slack.txt", "the message is too long for Slack", wrong.hint)
        assert wrong.hint.startswith(hint)


def test_a_message_for_another_day_leaves_its_stories_out() -> None:
    message = EmailMessage(subject="Nothing", text="nothing", html="<p>nothing</p>")
    assert [wrong.part for wrong in wrong_with(message, view(BUSY_DAY))] == ["email.html", "email.txt"]
    assert list(wrong_with(FolderMessage(name="x", files={}), view(BUSY_DAY))) == []


@pytest.mark.parametrize("case", torture_digests())
def test_torture_digests_could_have_been_stored(case: str) -> None:
    digest = torture_digests()[case]
    assert from_json(to_json(digest)) == digest


def test_the_torture_holds_what_hurts() -> None:
    whole = torture_digests()["an alert with everything"]
    stories = whole.stories
    assert {len(story.figures) for story in stories} == {0, 40}
    assert all(len(story.headline) >= 300 for story in stories)
    articles = [article for story in stories for article in story.articles]
    assert all(article.published_at is None for article in articles)
    assert {bool(article.link) for article in articles} == {True, False}
    assert "<script>" in stories[1].headline and "🚨" in stories[1].headline
    assert view(whole).stories[0].headline.direction == "rtl"
    assert whole.floods and whole.silences and whole.coverage.failed and None in {one.code for one in whole.regions}
    assert replace(whole, floods=()).escalates

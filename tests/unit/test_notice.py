"""What Dateline says of itself: a test, and what the operator should know."""

from __future__ import annotations

from datetime import UTC, datetime

from monitor.digests.document import from_json, to_json
from monitor.digests.notice import notice_digest, notice_message, trial_notice
from monitor.model import EmailMessage, FolderMessage, Notice, SlackMessage
from tests.servers.slack_limits import problems_of
from tests.templates import built_in_templates

NOW = datetime(2026, 11, 22, 7, tzinfo=UTC)
TEST = notice_digest("test", trial_notice(NOW), reason="somebody ran `dateline test`")
HOSTILE = notice_digest(
    "operator",
    Notice(key="k", what="<!channel> <script>x</script> fails & falls", hint="<b>mend</b> it", since_at=NOW),
    reason="you are the operator",
)


def test_a_notice_is_a_digest_like_others() -> None:
    assert TEST.id == "test-20261122T070000Z"
    assert from_json(to_json(TEST)) == TEST


def test_a_mail_says_what_and_why_and_nothing_of_news() -> None:
    mail = notice_message(TEST, "email:desk@example.org", built_in_templates())
    assert isinstance(mail, EmailMessage)
    assert mail.subject == "Test message: nothing has happened"
    for part in (mail.text, mail.html):
        assert mail.subject in part
        assert "Dateline can reach you here." in part
        assert "somebody ran `dateline test`" in part
        assert "feeds checked" not in part
        assert "First seen" not in part


def test_slack_gets_it_in_few_lines() -> None:
    message = notice_message(TEST, "slack:#desk", built_in_templates())
    assert isinstance(message, SlackMessage)
    assert message.text == "Test message: nothing has happened"
    assert problems_of(message.text, list(message.blocks)) == []
    assert "somebody ran" in str(message.blocks)


def test_a_folder_gets_it_as_any_digest() -> None:
    message = notice_message(TEST, "folder:out", built_in_templates())
    assert isinstance(message, FolderMessage)
    assert set(message.files) == {"digest.html", "digest.txt", "digest.json"}


def test_words_stay_words() -> None:
    mail = notice_message(HOSTILE, "email:ops@example.org", built_in_templates())
    slack = notice_message(HOSTILE, "slack:#ops", built_in_templates())
    assert isinstance(mail, EmailMessage)
    assert isinstance(slack, SlackMessage)
    assert "<script>" not in mail.html
    assert "<b>mend" not in mail.html
    assert "<!channel>" not in slack.text
    assert problems_of(slack.text, list(slack.blocks)) == []

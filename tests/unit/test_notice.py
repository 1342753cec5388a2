"""What Dateline says of itself: a test, and what the operator should know."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from monitor.digests.document import from_json, to_json
from monitor.digests.notice import MOST_LISTED, notice_digest, notice_message, trial_notice
from monitor.model import Digest, EmailMessage, FolderMessage, Notice, SlackMessage
from tests.servers.slack_limits import problems_of
from tests.templates import built_in_templates

NOW = datetime(2026, 11, 22, 7, tzinfo=UTC)
TEST = notice_digest("test", [trial_notice(NOW)], at=NOW, reason="somebody ran `dateline test`")
HOSTILE = notice_digest(
    "operator",
    [Notice(key="k", what="<!channel> <script>x</script> fails & falls", hint="<b>mend</b> it", since_at=NOW)],
    at=NOW,
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


def several(count: int, over: int = 0) -> Digest:
    notices = [
        Notice(key=f"k{number}", what=f"Feed {number} is gone", hint=f"Mend {number % 2}", since_at=NOW)
        for number in range(count)
    ]
    ended = [f"Feed {number} is back" for number in range(over)]
    return notice_digest("operator", notices, over=ended, at=NOW, reason="you are the operator")


@pytest.mark.parametrize(
    ("count", "over", "subject"),
    [
        (1, 0, "Feed 0 is gone"),
        (0, 1, "Over: Feed 0 is back"),
        (5, 0, "5 things to look at"),
        (1, 1, "1 thing to look at"),
        (0, 2, "2 troubles are over"),
    ],
)
def test_several_are_one_message(count: int, over: int, subject: str) -> None:
    one = several(count, over)
    assert from_json(to_json(one)) == one
    mail = notice_message(one, "email:ops@example.org", built_in_templates())
    slack = notice_message(one, "slack:#ops", built_in_templates())
    folder = notice_message(one, "folder:out", built_in_templates())
    assert isinstance(mail, EmailMessage) and isinstance(slack, SlackMessage) and isinstance(folder, FolderMessage)
    assert (mail.subject, slack.text) == (subject, subject)
    assert problems_of(slack.text, list(slack.blocks)) == []
    assert (folder.files["digest.html"], folder.files["digest.txt"]) == (mail.html, mail.text)
    for said in (mail.text, mail.html, str(slack.blocks)):
        assert all(f"Feed {number} is gone" in said for number in range(count))
        assert all(f"Feed {number} is back" in said for number in range(over))
    assert mail.text.count("Mend ") == min(count, 2), "said once for all that it mends"


def test_who_is_told_of_many_is_told_of_a_few_and_how_many() -> None:
    mail = notice_message(several(300, 9), "email:ops@example.org", built_in_templates())
    slack = notice_message(several(300, 9), "slack:#ops", built_in_templates())
    assert isinstance(mail, EmailMessage) and isinstance(slack, SlackMessage)
    assert mail.text.count("is gone") == MOST_LISTED
    assert "and 289 more" in mail.text
    assert problems_of(slack.text, list(slack.blocks)) == []


@pytest.mark.parametrize(("length", "listed"), [(20, 20), (100, 8), (300, 2), (5000, 2)])
def test_what_is_told_at_once_is_never_longer_than_slack_takes(length: int, listed: int) -> None:
    notices = [
        Notice(key=f"k{number}", what=f"Feed {number} " + "&" * length, hint=f"{number} " + "<" * length, since_at=NOW)
        for number in range(30)
    ]
    digest = notice_digest("operator", notices, at=NOW, reason="you are the operator")
    slack = notice_message(digest, "slack:#ops", built_in_templates())
    assert isinstance(slack, SlackMessage)
    assert problems_of(slack.text, list(slack.blocks)) == []
    assert f"and {30 - listed} more" in str(slack.blocks)

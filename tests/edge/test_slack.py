"""The Slack channel against a loopback Slack that keeps Slack's limits: what is posted, and what failures mean."""

import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web

from monitor.channels import Channels, open_channels
from monitor.channels.slack import SlackChannel
from monitor.digests import block_kit
from monitor.digests.block_kit import in_words
from monitor.digests.render import render
from monitor.errors import DeliveryError
from monitor.model import Asked, Delivery, EmailMessage, Receipt, SlackMessage
from monitor.settings import load_settings
from tests.digest_samples import SAMPLES, delivery
from tests.servers.slack import TOKEN, Fault, LoopbackSlack
from tests.templates import built_in_templates

QUETTA = block_kit.rich_text(block_kit.line(block_kit.words("Quetta")))
TABLE = block_kit.table(("Who",), [(block_kit.line(block_kit.words("Officials")),)])
MESSAGE = SlackMessage(text="Balochistan: 2 stories", blocks=(QUETTA,))
TABLED = replace(MESSAGE, blocks=(QUETTA, TABLE), plain_blocks=(QUETTA,))
PERMANENT = """
    invalid_auth not_authed account_inactive token_revoked token_expired
    channel_not_found not_in_channel is_archived restricted_action restricted_action_read_only_channel
    msg_too_long no_text missing_scope
    metadata_too_large too_many_attachments
    message_not_found cant_update_message edit_window_closed is_inactive block_mismatch
"""
PERMANENT_OF_US = {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "missing_scope"}
PERMANENT_OF_PLACE = {"channel_not_found", "not_in_channel", "is_archived", "restricted_action", "is_inactive"}
POSTED_AT = datetime.fromtimestamp(1_790_000_000, UTC)
DELIVERY = delivery(MESSAGE, "slack:#asia-desk", created_at=POSTED_AT)


@pytest.fixture
async def slack() -> AsyncIterator[LoopbackSlack]:
    async with LoopbackSlack().running() as server:
        yield server


def channel_of(slack: LoopbackSlack, token: str = TOKEN, timeout_seconds: float = 5) -> SlackChannel:
    return SlackChannel(token, slack.url, timeout_seconds=timeout_seconds)


async def refused(channel: SlackChannel, one: Delivery = DELIVERY) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await channel.send(one)
    return caught.value


async def test_posts_what_was_rendered_with_its_key_and_no_unfurling(slack: LoopbackSlack) -> None:
    receipt = await channel_of(slack).send(DELIVERY)
    [posted] = slack.posted
    assert receipt == Receipt(reference=f"C0ASIA:{posted.ts}")
    assert (posted.text, tuple(posted.blocks)) == (MESSAGE.text, MESSAGE.blocks)
    assert posted.metadata == {"event_type": "dateline_delivery", "event_payload": {"key": DELIVERY.key}}
    assert {name: posted.arguments[name] for name in ("unfurl_links", "unfurl_media", "link_names")} == {
        "unfurl_links": False,
        "unfurl_media": False,
        "link_names": False,
    }


@pytest.mark.parametrize("name", SAMPLES)
async def test_every_sample_is_taken_with_its_thread(slack: LoopbackSlack, name: str) -> None:
    channel, thread = channel_of(slack), None
    messages = render(SAMPLES[name], "slack:#asia-desk", built_in_templates())
    for part, message in enumerate(messages):
        receipt = await channel.send(replace(DELIVERY, message=message, part=part, key=f"{name}:{part}", thread=thread))
        thread = thread or receipt.reference
    assert slack.refused == []
    parents = [posted for posted in slack.posted if posted.thread_ts is None]
    assert len(parents) == 1
    assert len(slack.posted) == len(messages)


class TestChannelNames:
    @pytest.mark.parametrize(
        ("destination", "identifier"),
        [
            ("slack:#asia-desk", "C0ASIA"),
            ("slack:asia-desk", "C0ASIA"),
            ("slack:#closed-desk", "G0SECRET"),
            ("slack:C0NEWS", "C0NEWS"),
        ],
    )
    async def test_become_ids(self, slack: LoopbackSlack, destination: str, identifier: str) -> None:
        receipt = await channel_of(slack).send(replace(DELIVERY, destination=destination))
        assert receipt.reference.startswith(f"{identifier}:")
        assert slack.posted[0].arguments["channel"] == identifier

    @pytest.mark.parametrize(("name", "pages"), [("asia-desk", 1), ("closed-desk", 2)])
    async def test_are_looked_for_once_and_no_further_than_needed(
        self, slack: LoopbackSlack, name: str, pages: int
    ) -> None:
        channel = channel_of(slack)
        for key in ("first", "second"):
            await channel.send(replace(DELIVERY, key=key, destination=f"slack:#{name}"))
            assert slack.calls.count("conversations.list") == pages

    async def test_are_posted_to_as_names_where_the_token_may_not_list(self, slack: LoopbackSlack) -> None:
        slack.scopes = {"chat:write"}
        receipt = await channel_of(slack).send(DELIVERY)
        assert slack.posted[0].arguments["channel"] == "#asia-desk"
        assert receipt.reference.startswith("C0ASIA:")

    async def test_unknown_ones_fail_for_good(self, slack: LoopbackSlack) -> None:
        error = await refused(channel_of(slack), replace(DELIVERY, destination="slack:#no-such"))
        assert (str(error), error.permanent) == ("Slack answered channel_not_found", True)

    async def test_archived_ones_fail_for_good(self, slack: LoopbackSlack) -> None:
        error = await refused(channel_of(slack), replace(DELIVERY, destination="slack:C0OLD"))
        assert (str(error), error.permanent) == ("Slack answered is_archived", True)


class TestFailures:
    @pytest.mark.parametrize(
        ("fault", "said", "permanent", "ambiguous", "retry_after"),
        [pytest.param(Fault(error=word), word, True, False, None, id=word) for word in PERMANENT.split()]
        + [
            pytest.param(
                Fault(429, "ratelimited", {"Retry-After": "17"}), "ratelimited", False, False, 17, id="rate limit"
            ),
            pytest.param(Fault(429), "ratelimited", False, False, 30, id="rate limit without a time"),
            pytest.param(
                Fault(429, headers={"Retry-After": "9" * 40}), "ratelimited", False, False, 86400, id="a day at most"
            ),
            pytest.param(Fault(error="rate_limited"), "rate_limited", False, False, 30, id="rate limit as an error"),
            pytest.param(Fault(500), "500", False, True, None, id="500"),
            pytest.param(Fault(503), "503", False, True, None, id="503"),
            pytest.param(Fault(error="internal_error"), "internal_error", False, True, None, id="internal_error"),
            pytest.param(Fault(error="fatal_error"), "fatal_error", False, True, None, id="fatal_error"),
            pytest.param(Fault(error="team_added_to_org"), "team_added_to_org", False, False, None, id="migrating"),
            pytest.param(Fault(error="brand_new_word"), "brand_new_word", False, False, None, id="unknown word"),
            pytest.param(Fault(403), "403", False, False, None, id="403 of a gateway"),
        ],
    )
    async def test_are_told_apart(
        self, slack: LoopbackSlack, fault: Fault, said: str, permanent: bool, ambiguous: bool, retry_after: int | None
    ) -> None:
        slack.faults.append(fault)
        error = await refused(channel_of(slack))
        assert said.replace("rate_limited", "ratelimited") in str(error)
        assert (error.permanent, error.ambiguous) == (permanent, ambiguous)
        assert error.retry_after == (timedelta(seconds=retry_after) if retry_after else None)
        assert slack.posted == []

    @pytest.mark.parametrize(
        ("word", "refuses"),
        [
            *(pytest.param(word, "channel") for word in sorted(PERMANENT_OF_US)),
            *(pytest.param(word, "destination") for word in sorted(PERMANENT_OF_PLACE)),
            *(pytest.param(word, "message") for word in ("msg_too_long", "no_text", "metadata_too_large")),
        ],
    )
    async def test_say_what_they_are_about(self, slack: LoopbackSlack, word: str, refuses: str) -> None:
        slack.faults.append(Fault(error=word))
        assert (await refused(channel_of(slack))).refuses == refuses

    async def test_a_channel_that_was_made_anew_is_found_again(self, slack: LoopbackSlack) -> None:
        channel = channel_of(slack)
        await channel.send(DELIVERY)
        slack.archived.add("C0ASIA")
        await refused(channel)
        del slack.channels["C0ASIA"]
        slack.channels["C1ASIA"] = "asia-desk"
        assert (await channel.send(DELIVERY)).reference.startswith("C1ASIA:")

    @pytest.mark.parametrize("accept", [True, False], ids=["accepted", "lost"])
    async def test_a_connection_cut_after_sending_leaves_doubt_and_posts_no_second_time(
        self, slack: LoopbackSlack, accept: bool
    ) -> None:
        slack.faults.append(Fault(accept=accept, cut=True))
        channel = channel_of(slack)
        error = await refused(channel)
        assert (error.ambiguous, error.permanent) == (True, False)
        assert str(error) == "Slack was lost: closed the connection without an answer"
        assert slack.calls.count("chat.postMessage") == 1
        answer = await channel.ask(DELIVERY)
        assert answer == (Receipt(reference=f"C0ASIA:{slack.posted[0].ts}") if accept else Asked.ABSENT)

    async def test_silence_leaves_doubt(self, slack: LoopbackSlack) -> None:
        slack.faults.append(Fault(accept=True, hang=True))
        error = await refused(channel_of(slack, timeout_seconds=0.2), replace(DELIVERY, destination="slack:C0ASIA"))
        assert error.ambiguous
        assert str(error) == "Slack was lost: timed out"

    async def test_nobody_there_leaves_none(self) -> None:
        async with LoopbackSlack().running() as slack:
            pass
        error = await refused(channel_of(slack), replace(DELIVERY, destination="slack:C0ASIA"))
        assert (error.ambiguous, error.permanent) == (False, False)
        host_and_port = slack.url.split("/")[2]
        assert str(error) == f"Slack cannot be reached at {host_and_port}: connection refused"

    async def test_a_bad_moment_while_names_are_learnt_posts_nothing_and_leaves_no_doubt(self) -> None:
        async with LoopbackSlack().running() as slack:
            pass
        error = await refused(channel_of(slack))
        assert (error.ambiguous, error.permanent) == (False, False)
        assert slack.posted == []

    async def test_a_gateway_that_answers_in_plain_text_leaves_doubt(self) -> None:
        async def welcome(_request: web.Request) -> web.Response:
            return web.Response(text="Please sign in to the hotel network")

        application = web.Application()
        application.router.add_route("*", "/{path:.*}", welcome)
        runner = web.AppRunner(application)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        try:
            channel = SlackChannel(TOKEN, f"http://127.0.0.1:{runner.addresses[0][1]}", timeout_seconds=5)
            error = await refused(channel, replace(DELIVERY, destination="slack:C0ASIA"))
        finally:
            await runner.cleanup()
        assert (error.ambiguous, error.permanent) == (True, False)

    async def test_two_posts_within_a_second_are_told_to_wait(self) -> None:
        seconds = 100.0
        async with LoopbackSlack(clock=lambda: seconds).running() as slack:
            channel = channel_of(slack)
            await channel.send(DELIVERY)
            error = await refused(channel, replace(DELIVERY, key="second"))
            assert error.retry_after == timedelta(seconds=1)
            await channel.send(replace(DELIVERY, key="elsewhere", destination="slack:#news"))
            seconds += 1
            await channel.send(replace(DELIVERY, key="second"))
        assert [posted.key for posted in slack.messages()] == [DELIVERY.key, "second"]

    async def test_the_token_is_in_no_error_and_no_log(
        self, slack: LoopbackSlack, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        secret = "xoxb-do-not-show-me"
        for destination in ("slack:#asia-desk", "slack:C0ASIA"):
            error = await refused(channel_of(slack, token=secret), replace(DELIVERY, destination=destination))
            assert error.permanent
            chain: BaseException | None = error
            while chain is not None:
                assert secret not in f"{chain!r}{chain}{vars(chain)}"
                chain = chain.__cause__
        assert secret not in caplog.text

    async def test_only_slack_messages_are_posted(self, slack: LoopbackSlack) -> None:
        error = await refused(channel_of(slack), replace(DELIVERY, message=EmailMessage(subject="", text="", html="")))
        assert error.permanent


async def posted(slack: LoopbackSlack, message: SlackMessage = MESSAGE) -> tuple[SlackChannel, Delivery]:
    """Post an alert; return its channel and a delivery that belongs to its thread."""
    channel = channel_of(slack)
    receipt = await channel.send(replace(DELIVERY, message=message))
    return channel, replace(DELIVERY, key="second", thread=receipt.reference)


class TestEditing:
    NOW = SlackMessage(text="Balochistan: now 3 stories", blocks=(QUETTA, QUETTA), edits=True)

    async def test_the_alert_says_what_is_so_now(self, slack: LoopbackSlack) -> None:
        channel, second = await posted(slack)
        receipt = await channel.send(replace(second, message=self.NOW))
        [alert] = slack.posted
        assert receipt.reference == second.thread
        assert (alert.text, alert.texts) == (self.NOW.text, [MESSAGE.text])
        assert alert.key == "second"
        assert slack.refused == []

    async def test_again_and_again_it_is_drawn_anew(self, slack: LoopbackSlack) -> None:
        channel, second = await posted(slack)
        names = []
        for number in range(3):
            await channel.send(replace(second, message=self.NOW, key=f"edit {number}"))
            names += [block["block_id"] for block in slack.posted[0].blocks]
        assert len(set(names)) == 6
        assert len(slack.posted[0].texts) == 3

    @pytest.mark.parametrize(
        "fault",
        [
            Fault(accept=True, cut=True),
            Fault(500),
            Fault(error="internal_error"),
            Fault(accept=True, hang=True),
            Fault(429, headers={"Retry-After": "3"}),
        ],
        ids=["cut", "500", "internal error", "silence", "rate limit"],
    )
    async def test_is_harmless_to_repeat_so_that_no_failure_leaves_doubt(
        self, slack: LoopbackSlack, fault: Fault
    ) -> None:
        _, second = await posted(slack)
        channel = channel_of(slack, timeout_seconds=0.2 if fault.hang else 5)
        slack.edit_faults.append(fault)
        error = await refused(channel, replace(second, message=self.NOW))
        assert (error.ambiguous, error.permanent) == (False, False)
        await channel.send(replace(second, message=self.NOW))
        assert slack.posted[0].text == self.NOW.text
        assert slack.refused == []

    async def test_is_never_found_so_that_it_is_repeated(self, slack: LoopbackSlack) -> None:
        channel, second = await posted(slack)
        await channel.send(replace(second, message=self.NOW))
        assert await channel.ask(replace(second, message=self.NOW)) == Asked.ABSENT

    async def test_needs_a_message_to_edit(self, slack: LoopbackSlack) -> None:
        error = await refused(channel_of(slack), replace(DELIVERY, message=self.NOW))
        assert error.permanent
        assert str(error) == "there is no message to edit: the alert itself was not posted"
        assert slack.calls == []

    async def test_of_a_deleted_message_is_done(self, slack: LoopbackSlack) -> None:
        channel, second = await posted(slack)
        slack.delete(slack.posted[0].ts)
        assert (await channel.send(replace(second, message=self.NOW))).reference == second.thread
        assert slack.posted == []

    async def test_of_somebody_elses_message_fails_for_good(self, slack: LoopbackSlack) -> None:
        channel, second = await posted(slack)
        slack.of_others.add(slack.posted[0].ts)
        error = await refused(channel, replace(second, message=self.NOW))
        assert (str(error), error.permanent) == ("Slack answered cant_update_message", True)

    async def test_counts_against_the_channels_one_write_a_second(self) -> None:
        seconds = 100.0
        async with LoopbackSlack(clock=lambda: seconds).running() as slack:
            channel, second = await posted(slack)
            error = await refused(channel, replace(second, message=self.NOW))
            assert error.retry_after == timedelta(seconds=1)
            seconds += 1
            await channel.send(replace(second, message=self.NOW))


class TestThreads:
    @pytest.mark.parametrize("broadcast", [False, True])
    async def test_a_reply_stands_in_its_thread_and_where_it_is_grave_in_the_channel_too(
        self, slack: LoopbackSlack, broadcast: bool
    ) -> None:
        channel, second = await posted(slack)
        await channel.send(replace(second, message=replace(MESSAGE, broadcast=broadcast)))
        alert, reply = slack.posted
        assert (reply.thread_ts, reply.is_broadcast) == (alert.ts, broadcast)

    async def test_a_reply_whose_alert_was_deleted_is_posted_in_the_channel(self, slack: LoopbackSlack) -> None:
        channel, second = await posted(slack)
        slack.delete(slack.posted[0].ts)
        receipt = await channel.send(replace(second, message=replace(MESSAGE, broadcast=True)))
        [reply] = slack.posted
        assert (reply.thread_ts, reply.is_broadcast) == (None, False)
        assert await channel.ask(second) == receipt


class TestPlainBlocks:
    async def test_take_the_place_of_blocks_that_slack_refuses(self, slack: LoopbackSlack) -> None:
        slack.has_new_blocks = False
        channel, second = await posted(slack, TABLED)
        await channel.send(replace(second, message=replace(TABLED, edits=True)))
        [alert] = slack.posted
        assert [block["type"] for block in alert.blocks] == ["rich_text"]
        assert slack.calls.count("chat.postMessage") == slack.calls.count("chat.update") == 2

    @pytest.mark.parametrize(
        "word", ["invalid_blocks", "invalid_blocks_format", "invalid_attachments", "only_one_table_allowed"]
    )
    async def test_are_tried_once_and_then_the_words_alone(self, slack: LoopbackSlack, word: str) -> None:
        slack.faults.extend([Fault(error=word), Fault(error=word)])
        await channel_of(slack).send(replace(DELIVERY, message=TABLED))
        [alert] = slack.posted
        assert (alert.text, alert.blocks) == (in_words(TABLED.plain_blocks), [])
        assert slack.calls.count("chat.postMessage") == 3

    async def test_are_not_needed_for_the_words_alone_to_arrive(self, slack: LoopbackSlack) -> None:
        slack.faults.append(Fault(error="invalid_blocks"))
        await channel_of(slack).send(replace(DELIVERY, message=replace(TABLED, plain_blocks=())))
        assert slack.posted[0].blocks == []

    async def test_that_slack_refuses_with_the_words_fail_for_good(self, slack: LoopbackSlack) -> None:
        slack.faults.extend([Fault(error="invalid_blocks")] * 3)
        error = await refused(channel_of(slack), replace(DELIVERY, message=TABLED))
        assert (str(error), error.permanent, error.refuses) == ("Slack answered invalid_blocks", True, "message")

    async def test_are_not_needed_where_slack_has_tables(self, slack: LoopbackSlack) -> None:
        await posted(slack, TABLED)
        assert [block["type"] for block in slack.posted[0].blocks] == ["rich_text", "table"]

    async def test_are_not_tried_for_another_reason(self, slack: LoopbackSlack) -> None:
        slack.faults.append(Fault(error="channel_not_found"))
        error = await refused(channel_of(slack), replace(DELIVERY, message=TABLED))
        assert error.permanent
        assert slack.calls.count("chat.postMessage") == 1

    async def test_go_where_the_alert_was_deleted_too(self, slack: LoopbackSlack) -> None:
        channel, second = await posted(slack)
        slack.delete(slack.posted[0].ts)
        slack.has_new_blocks = False
        await channel.send(replace(second, message=TABLED))
        [reply] = slack.posted
        assert (reply.thread_ts, len(reply.blocks)) == (None, 1)


class TestAsking:
    async def test_finds_a_message_beyond_the_first_page(self, slack: LoopbackSlack) -> None:
        channel = channel_of(slack)
        receipts = [await channel.send(replace(DELIVERY, key=f"key {number}")) for number in range(7)]
        for number, receipt in enumerate(receipts):
            assert await channel.ask(replace(DELIVERY, key=f"key {number}")) == receipt
        assert await channel.ask(replace(DELIVERY, key="another")) == Asked.ABSENT

    async def test_finds_a_reply_in_its_thread_and_not_in_the_channel(self, slack: LoopbackSlack) -> None:
        channel = channel_of(slack)
        parent = await channel.send(DELIVERY)
        reply = replace(DELIVERY, key="reply", thread=parent.reference)
        assert await channel.ask(reply) == Asked.ABSENT
        receipt = await channel.send(reply)
        assert slack.posted[1].thread_ts == slack.posted[0].ts
        assert await channel.ask(reply) == receipt
        assert await channel.ask(replace(reply, thread=None)) == Asked.ABSENT

    async def test_does_not_look_further_back_than_the_delivery(self, slack: LoopbackSlack) -> None:
        channel = channel_of(slack)
        await channel.send(DELIVERY)
        assert await channel.ask(replace(DELIVERY, created_at=POSTED_AT + timedelta(days=2))) == Asked.ABSENT

    async def test_gives_up_on_an_endless_channel(self, slack: LoopbackSlack) -> None:
        channel = channel_of(slack)
        for number in range(21):
            await channel.send(replace(DELIVERY, key=f"key {number}"))
        assert await channel.ask(replace(DELIVERY, key="another")) == Asked.CANNOT_TELL

    @pytest.mark.parametrize(
        "scopes", [{"chat:write"}, {"chat:write", "channels:read", "groups:read"}], ids=["names", "history"]
    )
    async def test_cannot_tell_without_the_scope(self, slack: LoopbackSlack, scopes: set[str]) -> None:
        slack.scopes = scopes
        channel = channel_of(slack)
        await channel.send(DELIVERY)
        assert await channel.ask(DELIVERY) == Asked.CANNOT_TELL

    @pytest.mark.parametrize("word", ["invalid_auth", "token_expired", "account_inactive"])
    async def test_is_to_be_asked_again_when_the_token_is_mended(self, slack: LoopbackSlack, word: str) -> None:
        channel = channel_of(slack)
        receipt = await channel.send(DELIVERY)
        slack.read_faults.append(Fault(error=word))
        with pytest.raises(DeliveryError) as caught:
            await channel.ask(DELIVERY)
        assert not caught.value.permanent
        assert await channel.ask(DELIVERY) == receipt

    async def test_is_to_be_asked_again_when_slack_is_away(self) -> None:
        async with LoopbackSlack().running() as slack:
            channel = channel_of(slack)
            await channel.send(DELIVERY)
        with pytest.raises(DeliveryError) as caught:
            await channel.ask(DELIVERY)
        assert (caught.value.permanent, caught.value.ambiguous) == (False, False)


class TestOpening:
    @staticmethod
    async def opened(monkeypatch: pytest.MonkeyPatch, tmp_path: Any, **settings: str) -> Channels:
        for name in ("SLACK_BOT_TOKEN", "SMTP_URL", "DATELINE_EMAIL_FROM"):
            monkeypatch.delenv(name, raising=False)
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        async with open_channels(load_settings(tmp_path)) as channels:
            return channels

    async def test_says_what_is_missing(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
        channels = await self.opened(monkeypatch, tmp_path)
        assert channels.missing("slack:#desk") == "no SLACK_BOT_TOKEN"
        assert channels.missing("email:a@example.org") == "no SMTP_URL"
        assert channels.missing("folder:out") is None
        assert channels.missing("pigeon:home") == "no channel 'pigeon'"
        for act in (channels.send, channels.ask):
            with pytest.raises(DeliveryError, match="undeliverable: no SLACK_BOT_TOKEN") as caught:
                await act(DELIVERY)
            assert not caught.value.permanent

    async def test_mail_needs_a_sender_too(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
        channels = await self.opened(monkeypatch, tmp_path, SMTP_URL="smtp://127.0.0.1:25?tls=none")
        assert channels.missing("email:a@example.org") == "no DATELINE_EMAIL_FROM"

    async def test_opens_what_is_set(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Any, slack: LoopbackSlack
    ) -> None:
        channels = await self.opened(
            monkeypatch,
            tmp_path,
            SLACK_BOT_TOKEN=TOKEN,
            DATELINE_SLACK_API_URL=slack.url,
            SMTP_URL="smtp://127.0.0.1:25?tls=none",
            DATELINE_EMAIL_FROM="desk@example.org",
        )
        assert [channels.missing(f"{scheme}:x") for scheme in ("slack", "email", "folder")] == [None, None, None]
        receipt = await channels.send(DELIVERY)
        assert await channels.ask(DELIVERY) == receipt

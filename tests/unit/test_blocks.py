"""Digests as Block Kit: within every limit, and dead to whatever a feed writes."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.digests.blocks import BLOCKS_LIMIT, CHARACTERS_LIMIT, characters, slack_messages
from monitor.digests.view import view
from monitor.model import Change, Coverage, Digest, Severity, SlackMessage
from tests.digest_samples import (
    BLIND,
    BUSY_DAY,
    EMPTY,
    EMPTY_PARTIAL,
    HOSTILE_LINKS,
    HOSTILE_WORDS,
    MASTUNG,
    ONE_STORY,
    OUTAGE,
    SAMPLES,
    article,
    crowded,
    digest,
    hostile,
    hostile_titles,
    region,
    story,
    trouble,
    why,
)
from tests.servers.slack import problems_of, strings_of


def messages_of(one: Digest, subject: str = "Balochistan", *, headlines_only: bool = False) -> tuple[SlackMessage, ...]:
    return slack_messages(view(one), subject, headlines_only=headlines_only)


def problems(messages: tuple[SlackMessage, ...]) -> list[str]:
    return [problem for message in messages for problem in problems_of(message.text, list(message.blocks))]


def words_of(message: SlackMessage) -> str:
    return "\n".join(strings_of(list(message.blocks)))


@pytest.mark.parametrize("headlines_only", [False, True], ids=["full", "headlines"])
@pytest.mark.parametrize("name", SAMPLES)
def test_samples_keep_every_limit(name: str, headlines_only: bool) -> None:
    assert problems(messages_of(SAMPLES[name], headlines_only=headlines_only)) == []


def test_nothing_of_300_hostile_titles_comes_alive() -> None:
    titles = hostile_titles()
    assert len(titles) >= 300
    for title in titles:
        for one in (hostile(title), hostile(title, template="alert")):
            assert problems(messages_of(one, title)) == []


@pytest.mark.parametrize("link", HOSTILE_LINKS)
def test_hostile_links_become_web_links_or_words(link: str) -> None:
    messages = messages_of(hostile("Raid in Mastung", link=link))
    assert problems(messages) == []
    assert "Raid in Mastung" in words_of(messages[0])


@pytest.mark.parametrize("word", [word for word in HOSTILE_WORDS if "<" in word or "@" in word])
def test_mentions_stand_in_places_where_slack_shows_them_as_they_are(word: str) -> None:
    for message in messages_of(hostile(word)):
        for block in message.blocks:
            assert block["type"] in ("rich_text", "context", "header", "divider")
            assert '"mrkdwn"' not in repr(block).replace("'", '"')


def crammed(word: str, link_length: int, stories: int, pieces: int, regions: int) -> Digest:
    """A digest with the same words everywhere, and so many pieces in every list."""
    one = article(1, word, word, link="https://outlet.example/" + "x" * link_length)
    figure = {"text": f"3 {word} {word}", "source": word, "outlet": word}
    statement = {"text": f"{word} denied {word}", "quote": word}
    item = story(
        1,
        Severity.HIGH,
        one,
        *(replace(one, id=2 + number) for number in range(pieces)),
        *(replace(one, id=50 + number, duplicate_of=1) for number in range(pieces)),
        gist=word,
        where=(word,) * pieces,
        changes=(Change(kind="revision", text=word),) * pieces,
        figures=(figure,) * pieces,
        statements=(statement,) * pieces,
        why=(why(text=word),) * pieces,
    )
    failed = (trouble(word, 0, word),) * pieces
    return digest(
        *(region(word, *[item] * stories) for _ in range(regions)),
        coverage=Coverage(checked=9, failed=failed, quiet=failed),
        silences=(word,) * min(pieces, 4),
    )


@settings(max_examples=60, deadline=None)
@given(
    word=st.text(max_size=400) | st.sampled_from(HOSTILE_WORDS),
    link_length=st.integers(0, 2990),
    stories=st.integers(1, 14),
    pieces=st.integers(0, 30),
    regions=st.integers(1, 3),
    headlines_only=st.booleans(),
)
def test_whatever_comes_keeps_every_limit_and_loses_no_story(
    word: str, link_length: int, stories: int, pieces: int, regions: int, headlines_only: bool
) -> None:
    one = crammed(word, link_length, stories, pieces, regions)
    messages = messages_of(one, "subject", headlines_only=headlines_only)
    assert problems(messages) == []
    assert sum(block_bears_a_story(block) for message in messages for block in message.blocks) >= stories * regions


def block_bears_a_story(block: dict[str, Any]) -> bool:
    return block["type"] == "rich_text" and "large_orange_circle" in repr(block)


class TestShape:
    def test_a_short_digest_is_one_message(self) -> None:
        [message] = messages_of(BUSY_DAY)
        assert message.blocks[0]["type"] == "header"
        assert "12:00–17:00 PKT" in words_of(message)
        assert "41 feeds checked" in words_of(message)

    def test_an_alert_of_one_story_begins_with_it(self) -> None:
        [message] = messages_of(ONE_STORY)
        assert not any(block["type"] == "header" for block in message.blocks)
        assert MASTUNG.headline in words_of(message)

    def test_a_long_digest_is_an_overview_with_the_details_in_the_thread(self) -> None:
        parent, *thread = messages_of(crowded(40))
        assert thread
        assert "Details in the thread" in words_of(parent)
        assert "41 feeds checked" in words_of(parent)
        assert all(f"clash number {number}\n" in f"{words_of(parent)}\n" for number in range(40))
        for number in range(40):
            assert any(f"Report 0 of clash number {number}\n" in f"{words_of(part)}\n" for part in thread)
        assert [part.text for part in thread[:2]] == [f"Balochistan ({n} of {len(thread)})" for n in (1, 2)]

    def test_an_overview_that_is_too_long_says_how_many_more(self) -> None:
        parent, *thread = messages_of(crowded(90))
        assert len(parent.blocks) <= BLOCKS_LIMIT
        shown = sum(f"clash number {number}\n" in f"{words_of(parent)}\n" for number in range(90))
        assert f"{90 - shown} more. Details in the thread" in words_of(parent)
        assert all(
            any(f"of clash number {number}\n" in f"{words_of(part)}\n" for part in thread) for number in range(90)
        )

    def test_headlines_alone_go_on_in_the_thread(self) -> None:
        parent, *thread = messages_of(crowded(90), headlines_only=True)
        assert "The rest in the thread" in words_of(parent)
        together = "".join(f"{words_of(part)}\n" for part in (parent, *thread))
        assert all(together.count(f"clash number {number}\n") == 1 for number in range(90))
        assert "hills above the town" not in together

    def test_headlines_that_fit_have_no_thread(self) -> None:
        [message] = messages_of(BUSY_DAY, headlines_only=True)
        assert "thread" not in words_of(message)

    def test_regions_are_named_where_there_are_several(self) -> None:
        assert {"Balochistan\n", "Sindh\n"} <= set(strings_of(list(messages_of(BUSY_DAY)[0].blocks)))
        assert "Balochistan\n" not in set(strings_of(list(messages_of(OUTAGE)[0].blocks)))

    @pytest.mark.parametrize(
        ("figures", "outlets"), [(0, 4), (8, 1)], ids=["some other reports fit", "no other report fits"]
    )
    def test_a_story_with_long_links_gives_up_other_reports_first(self, figures: int, outlets: int) -> None:
        link = "https://outlet.example/" + "x" * 970
        many = [article(number, f"Outlet {number}", "Raid " * 60, link=link) for number in range(12)]
        words = "changed " * 50
        figure = {"text": f"3 {words} {words}", "source": words, "outlet": words}
        statement = {"text": f"{words} denied {words}", "quote": words}
        one = story(
            1,
            Severity.LOW,
            *many,
            gist=words * 2,
            changes=(Change(kind="revision", text=words),) * 5,
            figures=(figure,) * figures,
            statements=(statement,) * 3,
        )
        messages = messages_of(digest(region("B", one)))
        assert problems(messages) == []
        told = messages[-1]
        assert characters(told.blocks) <= CHARACTERS_LIMIT
        assert words_of(told).count(link) == outlets

    def test_a_story_without_anything_but_its_headline(self) -> None:
        bare = replace(MASTUNG, headline="", articles=(), gist="", where=(), why=())
        for headlines_only in (False, True):
            messages = messages_of(digest(region("B", bare)), headlines_only=headlines_only)
            assert problems(messages) == []
            assert "(no title)" in words_of(messages[0])

    def test_an_address_too_long_for_slack_is_left_out(self) -> None:
        one = article(1, "Dawn", "Raid", link="https://dawn.example/" + "x" * 1500)
        [message] = messages_of(digest(region("B", story(1, Severity.LOW, one))))
        assert "xxx" not in words_of(message)


class TestSilence:
    def test_no_news_and_could_not_look_are_different_at_a_glance(self) -> None:
        emojis = []
        for one in (EMPTY, EMPTY_PARTIAL, BLIND):
            [message] = messages_of(one)
            [nothing] = [block for block in message.blocks if block["type"] == "rich_text"]
            emojis.append(nothing["elements"][0]["elements"][0]["name"])
        assert emojis == ["white_check_mark", "warning", "warning"]

    def test_what_failed_is_named_below_and_above_the_stories(self) -> None:
        [message] = messages_of(OUTAGE)
        assert "⚠ Could not read Dawn and Quetta Voice." in words_of(message)
        assert "2 failing: Dawn since 09:10 (answered 500 Internal Server Error); Quetta Voice" in words_of(message)
        assert "1 quieter than usual: Gwadar Times since Thu 19 Nov, 11:00" in words_of(message)

    def test_many_failures_are_counted(self) -> None:
        failed = tuple(trouble(f"Feed {number}", 0) for number in range(40))
        [message] = messages_of(replace(EMPTY, coverage=Coverage(checked=1, failed=failed, quiet=())))
        assert "40 failing: Feed 0 since 12:00" in words_of(message)
        assert "and 25 more" in words_of(message)


def test_the_fall_back_names_the_first_headlines_once() -> None:
    [message] = messages_of(BUSY_DAY, "Balochistan & Sindh")
    assert message.text.startswith(
        "Balochistan &amp; Sindh · Explosion at Gwadar port fuel depot, injuries reported · "
    )
    [message] = messages_of(ONE_STORY, f"High: {MASTUNG.headline}")
    assert message.text == f"High: {MASTUNG.headline}"

"""Digests as Block Kit: within every limit, and dead to whatever a feed writes."""

import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.digests import block_kit
from monitor.digests.block_kit import BLOCKS_LIMIT, CHARACTERS_LIMIT
from monitor.digests.blocks import slack_edit, slack_messages
from monitor.digests.view import view
from monitor.model import Change, Coverage, Digest, Severity, SlackMessage, StoryItem
from tests.digest_samples import (
    BLIND,
    BUSY_DAY,
    EDITED,
    EMPTY,
    EMPTY_PARTIAL,
    GWADAR,
    HOSTILE_LINKS,
    KARACHI,
    MASTUNG,
    NOSHKI,
    ONE_STORY,
    OUTAGE,
    PARTIAL,
    RIGHT_TO_LEFT,
    SAMPLES,
    alert,
    article,
    crowded,
    digest,
    figure,
    hostile,
    region,
    story,
    trouble,
)
from tests.hostile_digests import DIGESTS, crammed, flood
from tests.hostile_titles import PAYLOADS, hostile_titles
from tests.servers.slack_limits import characters_of, problems_of, strings_of
from tests.timing import allowed

FORTY_STORIES_SECONDS = 0.030
"""A third of it is needed; 50 ms are promised for a whole digest."""

HEADLINES = {
    f"{name}, {shape}": (one, shape == "headlines") for name, one in SAMPLES.items() for shape in ("full", "headlines")
}


def update(*stories: StoryItem, **changes: Any) -> Digest:
    return alert(region("Balochistan", *stories), continues="asia-desk-alerts-20261122T100000Z", **changes)


def in_words_alone(message: SlackMessage) -> SlackMessage:
    return replace(message, blocks=(), plain_blocks=(), text=block_kit.in_words(message.blocks))


GRAVER = replace(GWADAR, severity_before=Severity.MEDIUM)


def messages_of(one: Digest, subject: str = "Balochistan", *, headlines_only: bool = False) -> tuple[SlackMessage, ...]:
    return slack_messages(view(one), subject, headlines_only=headlines_only)


def edit_of(one: Digest, subject: str = "Balochistan", *, headlines_only: bool = False) -> SlackMessage:
    return slack_edit(view(one), subject, headlines_only=headlines_only)


def problems(messages: tuple[SlackMessage, ...]) -> list[str]:
    return [problem for message in messages for problem in _problems(message)]


def _problems(message: SlackMessage) -> Iterator[str]:
    yield from problems_of(message.text, list(message.blocks))
    if message.plain_blocks:
        yield from problems_of(message.text, list(message.plain_blocks))
        assert "table" in kinds_of(message.blocks)
        assert "table" not in kinds_of(message.plain_blocks)


def kinds_of(blocks: tuple[dict[str, Any], ...]) -> list[str]:
    return [block["type"] for block in blocks]


def words_of(message: SlackMessage) -> str:
    return "\n".join(strings_of(list(message.blocks)))


def rows_of(message: SlackMessage) -> list[list[str]]:
    [table] = [block for block in message.blocks if block["type"] == "table"]
    return [["".join(strings_of(cell)) for cell in row] for row in table["rows"]]


def line_with(message: SlackMessage, words: str) -> str:
    """Return the line of a message in which there are these words."""
    lines = [
        "".join(strings_of(one))
        for block in message.blocks
        for element in block.get("elements", ())
        for one in (element["elements"] if element["type"] == "rich_text_list" else [element])
    ]
    [found] = [line for text in lines for line in text.split("\n") if words in line]
    return found


@pytest.mark.parametrize("name", HEADLINES)
def test_samples_keep_every_limit(name: str) -> None:
    one, headlines_only = HEADLINES[name]
    told = (*messages_of(one, headlines_only=headlines_only), edit_of(one, headlines_only=headlines_only))
    assert problems((*told, *messages_of(replace(one, continues="an-alert")))) == []


# --- hostile words -----------------------------------------------------------------------------------------------


def everywhere(title: str) -> Iterator[Digest]:
    """Digests in which every word that a feed could have written is ``title``, in each of the shapes that there are."""
    one = replace(hostile(title), floods=(flood(title, source=title, name=title),), silences=(title,))
    yield one
    yield replace(one, kind="alert", continues="an-alert")
    yield replace(one, kind="alert", is_catch_up=True)


def test_nothing_of_500_hostile_titles_comes_alive() -> None:
    titles = hostile_titles()
    assert len(set(titles)) == 500
    for title in titles:
        for one in everywhere(title):
            shown = view(one)
            messages = *slack_messages(shown, title), slack_edit(shown, title)
            assert problems(messages) == []
            assert problems(tuple(map(in_words_alone, messages))) == []


def test_where_slack_takes_no_blocks_at_all_every_headline_is_told_in_words() -> None:
    one = crowded(40)
    told = "\n".join(in_words_alone(message).text for message in messages_of(one))
    assert all(block_kit.escaped(story.headline) in told for story in one.stories)


def test_words_alone_keep_lists_quotes_tables_and_the_operators_markup() -> None:
    blocks = (
        block_kit.mrkdwn_section("<!subteam^S123> look"),
        block_kit.header("Balochistan"),
        block_kit.divider(),
        block_kit.rich_text(
            block_kit.line(block_kit.words("Killed & hurt"), block_kit.emoji("warning")),
            block_kit.bullets([block_kit.line(block_kit.link("Dawn", "https://dawn.example/1"))]),
            block_kit.quote("A <quote>"),
        ),
        block_kit.table(
            ["Who", "What"], [[block_kit.line(block_kit.words("Police")), block_kit.line(block_kit.words("12"))]]
        ),
        block_kit.context("small print"),
    )
    assert block_kit.in_words(blocks) == (
        "<!subteam^S123> look\nBalochistan\nKilled &amp; hurt\n• Dawn\n\nA &lt;quote&gt;\n"
        "Who · What\nPolice · 12\nsmall print"
    )


@pytest.mark.parametrize("link", HOSTILE_LINKS)
def test_hostile_links_become_web_links_or_words(link: str) -> None:
    messages = messages_of(hostile("Raid in Mastung", link=link))
    assert problems(messages) == []
    assert "Raid in Mastung" in words_of(messages[0])


@pytest.mark.parametrize("word", PAYLOADS)
def test_words_of_feeds_stand_only_where_slack_shows_them_as_they_are(word: str) -> None:
    for one in everywhere(word):
        for message in messages_of(one):
            assert set(kinds_of(message.blocks)) <= {"rich_text", "table", "context", "header", "divider"}
            assert "mrkdwn" not in {block.get("type") for block in _pieces(list(message.blocks))}


def _pieces(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from _pieces(inner)


@settings(max_examples=80, deadline=None)
@given(one=DIGESTS, headlines_only=st.booleans(), opening=st.sampled_from(["", "<!here> Quetta", "word " * 400]))
def test_whatever_comes_keeps_every_limit_and_loses_no_story(one: Digest, headlines_only: bool, opening: str) -> None:
    shown = view(one, mark="The template “alert” failed.")
    messages = slack_messages(shown, "subject", opening=opening, headlines_only=headlines_only)
    edit = slack_edit(shown, "subject", opening=opening, headlines_only=headlines_only)
    for message in (*messages, edit):
        for blocks in filter(None, (message.blocks, message.plain_blocks)):
            assert problems_of(message.text, list(blocks), mentions=("<!here>",)) == []
    for place in range(2):
        told = "\n".join(words for message in messages for words in strings_of(list(sides(message)[place])))
        assert all(story.headline.text in told for story in shown.stories)
        assert all(told.count(flood.text) for flood in shown.floods)
    assert len(messages) <= 3 + len(shown.stories) + len(shown.floods)


def sides(message: SlackMessage) -> tuple[tuple[dict[str, Any], ...], tuple[dict[str, Any], ...]]:
    """Return a message's blocks as they are, and as they are where Slack refuses tables."""
    return message.blocks, message.plain_blocks or message.blocks


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
        assert block_kit.characters(parent.blocks) <= CHARACTERS_LIMIT
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
        assert {"Balochistan", "Sindh"} <= set(strings_of(list(messages_of(BUSY_DAY)[0].blocks)))
        assert "Balochistan" not in set(strings_of(list(messages_of(OUTAGE)[0].blocks)))

    @pytest.mark.parametrize(
        ("link_length", "pieces", "outlets"),
        [(100, 0, 11), (970, 0, 8), (970, 2, 3), (970, 12, 0)],
        ids=["all fit", "no copies fit", "some fit", "none fits"],
    )
    def test_a_story_with_long_links_gives_up_other_outlets_first(
        self, link_length: int, pieces: int, outlets: int
    ) -> None:
        link = "https://outlet.example/" + "x" * link_length
        words = "changed " * 50
        own = [article(number, f"Outlet {number}", "Raid " * 60, link=link) for number in range(9)]
        copies = [article(50 + number, f"Copy {number}", "Raid", link=link, duplicate_of=0) for number in range(3)]
        told = {"text": f"3 {words}", "source": words, "outlet": words}
        said = {"text": words, "quote": "told " * 80}
        changes = (Change(kind="revision", text=words),) * pieces
        one = story(
            1, Severity.LOW, *own, *copies, changes=changes, figures=(told,) * pieces, statements=(said,) * pieces
        )
        messages = messages_of(digest(region("B", one)))
        assert problems(messages) == []
        assert words_of(messages[-1]).count(link) == 1 + outlets
        assert ("Who says what" in words_of(messages[-1]) or "table" in kinds_of(messages[-1].blocks)) == (pieces > 0)

    def test_a_story_too_large_for_a_message_keeps_its_headline(self) -> None:
        [one] = crammed("&" * 300, 900, stories=1, pieces=8, regions=1).stories
        *_, told = messages_of(digest(region("B", one), silences=("long",) * 40))
        assert problems((told,)) == []
        assert view(digest(region("B", one))).stories[0].headline.text in words_of(told)
        assert "Who says what" not in words_of(told)

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
        dawn, voice = "• Dawn since 09:10 (answered 500 Internal Server Error)", "• Quetta Voice since 12:45 (took"
        assert f"2 failing:\n{dawn}\n{voice}" in words_of(message)
        assert "1 quieter than usual: Gwadar Times since Thu 19 Nov, 11:00" in words_of(message)

    def test_many_failures_are_counted(self) -> None:
        failed = tuple(trouble(f"Feed {number}", 0) for number in range(40))
        [message] = messages_of(replace(EMPTY, coverage=Coverage(checked=1, failed=failed, quiet=())))
        assert "40 failing:\n• Feed 0 since 12:00\n• Feed 1 since 12:00" in words_of(message)
        assert "\n• and 25 more\n" in words_of(message)

    def test_one_failure_is_told_in_the_line_that_counts_it(self) -> None:
        [failed, _] = EMPTY_PARTIAL.coverage.failed
        [message] = messages_of(replace(EMPTY, coverage=Coverage(checked=9, failed=(failed,), quiet=())))
        assert "\n1 failing: Dawn since 09:10 (answered 500 Internal Server Error)" in words_of(message)

    def test_a_template_that_failed_is_owned_up_to(self) -> None:
        [message] = slack_messages(view(ONE_STORY, mark="The template “alert” failed."), "Quetta")
        assert "⚠ The template “alert” failed." in words_of(message)

    def test_what_is_muted_is_said(self) -> None:
        [message] = messages_of(replace(EMPTY, silences=("Rule “Protests” until Mon 23 Nov, by Amna",)))
        assert "Muted: Rule “Protests” until Mon 23 Nov, by Amna" in words_of(message)

    def test_much_that_is_muted_is_counted(self) -> None:
        [message] = messages_of(replace(EMPTY, silences=tuple(f"Silence {number}." for number in range(13))))
        assert "Muted: Silence 9.\nand 3 more muted" in words_of(message)


class TestFigures:
    def test_of_the_only_story_that_has_some_are_a_table(self) -> None:
        [message] = messages_of(digest(region("Balochistan", GWADAR, NOSHKI)))
        assert rows_of(message) == [
            ["Who", "Says"],
            ["District hospital", "19 people injured, was 12\n(Asia Wire, 14:30)"],
            ["Port authority", "about 12–15 workers injured\n(Makran Post, 14:12)"],
        ]
        assert "Who says what" not in words_of(message)

    def test_without_tables_are_a_list(self) -> None:
        [message] = messages_of(digest(region("Balochistan", GWADAR)))
        plain = replace(message, blocks=message.plain_blocks)
        assert "table" not in kinds_of(plain.blocks)
        assert (
            line_with(plain, "District hospital:") == "District hospital: 19 people injured, was 12 (Asia Wire, 14:30)"
        )

    def test_of_several_stories_are_lists(self) -> None:
        [message] = messages_of(digest(region("Balochistan", GWADAR, replace(GWADAR, id=9))))
        assert message.plain_blocks == ()
        assert words_of(message).count("Who says what") == 2

    def test_stand_claimant_by_claimant(self) -> None:
        said = (
            figure(145, "militants", "militants", "killed", "the chief minister", "Dawn", 10),
            figure(31, "civilians", "civilians", "killed", "the chief minister", "Dawn", 10),
            figure(17, "soldiers", "security", "killed", "the chief minister", "Asia Wire", 20),
            figure(33, "people", "people", "killed", None, "Coast Radio", 30),
        )
        [message] = messages_of(digest(region("Balochistan", replace(GWADAR, figures=said))))
        assert rows_of(message)[1:] == [
            [
                "The chief minister",
                "145 militants killed;\n31 civilians killed\n(Dawn, 12:10);\n17 soldiers killed\n(Asia Wire, 12:20)",
            ],
            ["The report itself", "33 people killed\n(Coast Radio, 12:30)"],
        ]
        plain = replace(message, blocks=message.plain_blocks)
        assert line_with(plain, "The chief minister") == (
            "The chief minister: 145 militants killed; 31 civilians killed (Dawn, 12:10); "
            "17 soldiers killed (Asia Wire, 12:20)"
        )

    def test_beyond_those_shown_are_counted(self) -> None:
        many = tuple(
            figure(number + 2, "people", "people", "killed", f"Source {number}", "Dawn", 10) for number in range(14)
        )
        [message] = messages_of(digest(region("Balochistan", replace(GWADAR, figures=many))))
        for blocks in sides(message):
            assert "and 2 more figures" in words_of(replace(message, blocks=blocks))

    def test_without_an_outlet_or_a_time_stand_alone(self) -> None:
        bare = ({"text": "3 people killed", "source": "Police"},)
        [message] = messages_of(digest(region("Balochistan", replace(GWADAR, figures=bare))))
        assert rows_of(message)[1] == ["Police", "3 people killed"]
        assert problems((message,)) == []

    def test_are_a_list_where_a_table_has_no_room(self) -> None:
        listed, table = block_kit.context("19 injured"), block_kit.table(["Says"], [])
        tabled = block_kit.unit([listed], [table, listed])
        for others, blocks in ((BLOCKS_LIMIT - 2, (table, listed)), (BLOCKS_LIMIT - 1, (listed,))):
            shown, _ = block_kit.laid_out([block_kit.unit([block_kit.context("Quetta")] * others), tabled])
            assert shown[others:] == blocks


class TestUpdates:
    def test_say_what_changed_and_no_more(self) -> None:
        [message] = messages_of(update(EDITED))
        words = words_of(message)
        assert EDITED.headline in words
        assert all(change.text in words for change in EDITED.changes)
        assert "New reports: " in words
        assert EDITED.gist not in words
        assert "41 feeds checked" not in words
        assert not {"header", "table"} & set(kinds_of(message.blocks))

    def test_say_what_is_graver_first(self) -> None:
        [message] = messages_of(update(GRAVER))
        assert next(strings_of(list(message.blocks))) == " CRITICAL, was MEDIUM"

    def test_show_figures_only_where_several_moved(self) -> None:
        assert "table" not in kinds_of(messages_of(update(GWADAR))[0].blocks)
        moved = figure(15, "workers", "civilians", "injured", "Port authority", "Makran Post", 140, before=(12,))
        still = figure(2, "guards", "security", "killed", "Port authority", "Makran Post", 140)
        [message] = messages_of(update(replace(GWADAR, figures=(*GWADAR.figures[:1], moved, still))))
        assert [row[1].partition("\n")[0] for row in rows_of(message)[1:]] == [
            "19 people injured, was 12",
            "15 workers injured, was 12",
        ]

    def test_name_every_story_that_goes_on(self) -> None:
        [message] = messages_of(update(GRAVER, EDITED))
        assert all(one.headline in words_of(message) for one in (GRAVER, EDITED))

    def test_still_say_what_could_not_be_read_and_what_failed(self) -> None:
        shown = view(update(EDITED, coverage=PARTIAL), mark="The template “alert” failed.")
        [message] = slack_messages(shown, "Quetta")
        assert "2 failing:\n• Dawn since 09:10" in words_of(message)
        assert "⚠ The template “alert” failed." in words_of(message)
        assert "quieter than usual" not in words_of(message)

    def test_many_are_several_replies(self) -> None:
        parts = messages_of(replace(crowded(90), kind="alert", continues="an-alert"), "Update")
        assert [part.text for part in parts[1:3]] == [f"Update ({n} of {len(parts) - 1})" for n in (1, 2)]
        assert not any("in the thread" in words_of(part) for part in parts)

    def test_are_announced_by_what_changed(self) -> None:
        [message] = messages_of(update(EDITED, NOSHKI), "Update: Balochistan")
        assert message.text == f"Update: Balochistan. {EDITED.changes[0].text}. {NOSHKI.headline}"


class TestEdits:
    def test_show_the_story_as_it_stands(self) -> None:
        message = edit_of(alert(region("Balochistan", GRAVER), reason="3 updates in this thread"))
        assert message.edits
        assert next(strings_of(list(message.blocks))) == "Updated Sun 22 Nov, 16:42 · 3 updates in this thread"
        assert words_of(message).count("in this thread") == 1
        assert {GRAVER.headline, GRAVER.gist, "41 feeds checked"} <= set(strings_of(list(message.blocks)))
        assert len(rows_of(message)) == 3

    def test_of_many_stories_are_their_headlines(self) -> None:
        message = edit_of(replace(crowded(40), kind="alert"))
        assert all(f"clash number {number}\n" in f"{words_of(message)}\n" for number in range(40))
        assert "more." not in words_of(message)

    def test_of_more_than_a_message_takes_count_the_rest(self) -> None:
        message = edit_of(replace(crowded(90), kind="alert"))
        shown = sum(f"clash number {number}\n" in f"{words_of(message)}\n" for number in range(90))
        assert f"{90 - shown} more." in words_of(message)
        assert len(message.blocks) <= BLOCKS_LIMIT

    def test_of_a_brief_have_no_details(self) -> None:
        message = edit_of(alert(region("Balochistan", GWADAR)), headlines_only=True)
        assert GWADAR.headline in words_of(message)
        assert GWADAR.gist not in words_of(message)


class TestOverview:
    """A line a story: how grave, what, where, what changed, who."""

    @staticmethod
    def line(one: StoryItem) -> str:
        [message] = messages_of(digest(region("Balochistan", one)), headlines_only=True)
        return line_with(message, one.headline)

    def test_of_a_new_story(self) -> None:
        link = GWADAR.articles[0].link
        new = replace(GWADAR, changes=(Change(kind="new_story", text="New story"),))
        assert self.line(new) == f" {new.headline}{link}  Gwadar · 2 independent reports"

    def test_of_a_single_report_names_its_outlet(self) -> None:
        assert self.line(NOSHKI).endswith("  Noshki · The Frontier Courier")

    def test_of_what_changed(self) -> None:
        told = "Gwadar · New place: Gwadar port, so far only the town was named (+1) · 2 independent reports"
        assert self.line(GWADAR).endswith(told)

    def test_of_a_long_change(self) -> None:
        told = self.line(replace(GWADAR, changes=(Change(kind="revision", text="word " * 60),)))
        assert " · word word" in told
        assert len(told) < 300

    def test_of_what_is_graver(self) -> None:
        assert self.line(GRAVER).startswith(f" CRITICAL, was MEDIUM · {GRAVER.headline}")

    def test_of_a_known_story_of_which_nothing_is_said(self) -> None:
        assert " · update · " in self.line(replace(GWADAR, changes=()))


class TestFloods:
    def test_are_one_line_with_examples(self) -> None:
        [message] = messages_of(alert(region("Balochistan", KARACHI), floods=(flood(),)))
        words = words_of(message)
        assert "812 articles of Makran Post matched “Armed attacks in Balochistan” at once" in words
        assert all(f"From the archive: bomb at bus stand {number}" in words for number in range(10))

    def test_alone_are_news(self) -> None:
        [message] = messages_of(alert(floods=(flood(),)))
        assert message.blocks[0]["type"] == "header"
        assert "nothing in it matched" not in words_of(message)

    @pytest.mark.parametrize(("link_length", "shown"), [(100, 10), (900, 5), (990, 5)])
    def test_show_as_many_examples_as_there_is_room_for(self, link_length: int, shown: int) -> None:
        link = "https://outlet.example/" + "x" * (link_length - 23)
        long = flood("word " * 60)
        told = replace(long, examples=tuple(replace(one, link=link) for one in long.examples))
        messages = messages_of(alert(floods=(told,)))
        assert problems(messages) == []
        assert words_of(messages[-1]).count(link) == shown

    def test_show_one_whatever_it_is(self) -> None:
        link = "https://outlet.example/" + "&" * 970
        long = flood("&" * 300, source="&" * 60, name="&" * 80)
        told = replace(long, examples=tuple(replace(one, link=link) for one in long.examples))
        messages = messages_of(alert(floods=(told,)))
        assert problems(messages) == []
        assert words_of(messages[-1]).count(link) == 1

    def test_are_lines_of_an_overview(self) -> None:
        parent, *thread = messages_of(replace(crowded(12), floods=(flood(),)))
        assert "812 articles" in words_of(parent)
        assert "bomb at bus stand" not in words_of(parent)
        assert "bomb at bus stand" in words_of(thread[-1])

    def test_beyond_those_shown_are_counted(self) -> None:
        floods = tuple(flood(source=f"Outlet {number}") for number in range(12))
        for message in messages_of(alert(floods=floods)):
            assert "Outlet 9 matched" in words_of(message)
            assert "and 2 more like these" in words_of(message)


class TestDirection:
    def test_a_headline_from_right_to_left_is_a_block_of_its_own(self) -> None:
        [message] = messages_of(RIGHT_TO_LEFT)
        [headline] = [block for block in message.blocks if RIGHT_TO_LEFT.stories[0].headline in strings_of(block)]
        assert next(strings_of(headline)) == RIGHT_TO_LEFT.stories[0].headline

    def test_other_headlines_are_not(self) -> None:
        [message] = messages_of(OUTAGE)
        [headline] = [block for block in message.blocks if MASTUNG.headline in strings_of(block)]
        assert "HIGH" in next(strings_of(headline))

    def test_our_sentences_about_names_from_right_to_left_are_read_from_left_to_right(self) -> None:
        said = (figure(3, "اہلکار", "security", "killed", "حکام", "روزنامہ کوئٹہ", 10),)
        change = Change(kind="figure", text="حکام now say 3 killed")
        one = replace(RIGHT_TO_LEFT.stories[0], figures=said, changes=(change,), where=("Mastung",))
        [message] = messages_of(digest(region("Balochistan", one)))
        strings = list(strings_of(list(message.blocks)))
        assert {"\u200e\u2068حکام\u2069", "\u200eحکام now say 3 killed"} <= set(strings)
        assert any(string.startswith("\u200e3 اہلکار") for string in strings)
        [plain] = (one for one in strings_of(list(message.plain_blocks)) if "روزنامہ" in one and "12:35" in one)
        assert plain.startswith("\u200e")

    @pytest.mark.parametrize("name", SAMPLES)
    def test_lines_never_stand_side_by_side_in_a_block(self, name: str) -> None:
        """Not every client breaks between them."""
        for message in messages_of(SAMPLES[name]):
            for block in message.blocks:
                kinds = [one.get("type") for one in block.get("elements", ())]
                assert not any(pair == ("rich_text_section",) * 2 for pair in pairwise(kinds))


class TestNotification:
    def test_names_the_first_headlines_once(self) -> None:
        [message] = messages_of(BUSY_DAY, "Balochistan & Sindh")
        assert message.text.startswith(
            "Balochistan &amp; Sindh. Explosion at Gwadar port fuel depot, injuries reported. Militants attack police"
        )
        [message] = messages_of(ONE_STORY, f"High: {MASTUNG.headline}")
        assert message.text == f"High: {MASTUNG.headline}"

    def test_begins_with_the_gravest_and_newest(self) -> None:
        new = replace(NOSHKI, id=8, headline="Noshki road blocked")
        known = replace(EDITED, id=9, severity=Severity.MEDIUM)
        one = digest(region("Sindh", KARACHI), region("Balochistan", known, new, GWADAR))
        [message] = messages_of(one, "")
        assert (
            message.text == f"4 stories in Sindh and Balochistan. {GWADAR.headline}. {new.headline}. {known.headline}"
        )

    def test_does_not_end_a_sentence_twice(self) -> None:
        one = digest(region("B", replace(NOSHKI, headline="Why Noshki?"), replace(KARACHI, headline="Two held")))
        assert messages_of(one, "Today…")[0].text == "Today… Why Noshki? Two held"

    def test_and_message_begin_with_the_operators_opening(self) -> None:
        shown = view(ONE_STORY)
        opening = "<!subteam^S123> Please look:\n*Quetta*"
        for message in (
            *slack_messages(shown, "Quetta", opening=opening),
            slack_edit(shown, "Quetta", opening=opening),
        ):
            assert message.blocks[0]["text"] == {"type": "mrkdwn", "text": opening, "verbatim": True}
            assert message.text.startswith("<!subteam^S123> Please look: *Quetta* Quetta. ")
            assert problems_of(message.text, list(message.blocks), mentions=("<!subteam^S123>",)) == []

    @pytest.mark.parametrize(("one", "calls"), [(EDITED, False), (GRAVER, True)], ids=["as before", "graver"])
    def test_of_a_reply_begins_with_it_where_something_became_graver(self, one: StoryItem, calls: bool) -> None:
        [message] = slack_messages(view(update(one)), "Quetta", opening="<!here>")
        assert message.text.startswith("<!here>") == calls
        assert ("<!here>" in words_of(message)) == calls

    def test_only_the_first_part_has_it(self) -> None:
        parent, *thread = slack_messages(view(crowded(40)), "Quetta", opening="<!here>")
        assert "<!here>" in parent.text
        assert not any("<!here>" in repr(part) for part in thread)


def test_our_count_is_slacks() -> None:
    for one in (*SAMPLES.values(), crammed("&<b>", 300, 3, 3, 1)):
        for message in messages_of(one):
            assert block_kit.characters(message.blocks) == characters_of(list(message.blocks))


def test_forty_stories_take_little_time() -> None:
    one = crowded(40)
    took = []
    for _ in range(5):
        start = time.process_time()
        slack_messages(view(one), "Balochistan")
        took.append(time.process_time() - start)
    assert min(took) < allowed(FORTY_STORIES_SECONDS)

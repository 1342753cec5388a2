"""The judge of Slack messages sees every limit: without that, no test against it would mean anything."""

from typing import Any

import pytest

from tests.servers.slack_limits import Json, characters_of, problems_of

DIVIDER = {"type": "divider"}
URL = "https://outlet.example/a"


def text(words: str, kind: str = "plain_text") -> Json:
    return {"type": kind, "text": words}


def words(of: str = "a", **more: Any) -> Json:
    return {"type": "text", "text": of, **more}


def line(*elements: Json) -> Json:
    return {"type": "rich_text_section", "elements": list(elements)}


def rich(*elements: Json) -> Json:
    return {"type": "rich_text", "elements": list(elements)}


def listed(**more: Any) -> Json:
    return {"type": "rich_text_list", "style": "bullet", "elements": [line(words())], **more}


def header(of: str) -> Json:
    return {"type": "header", "text": text(of)}


def section(**more: Any) -> Json:
    return {"type": "section", **more}


def context(*elements: Json) -> Json:
    return {"type": "context", "elements": list(elements)}


def button(of: str = "Open", **more: Any) -> Json:
    return {"type": "button", "action_id": "open", "text": text(of), **more}


def actions(*buttons: Json) -> Json:
    return {"type": "actions", "elements": list(buttons)}


def cell(of: str = "a") -> Json:
    return {"type": "raw_text", "text": of}


def table(*rows: list[Json], **more: Any) -> Json:
    return {"type": "table", "rows": list(rows), **more}


def card(**more: Any) -> Json:
    return {"type": "card", **more}


def container(*children: Json, title: str = "Quetta") -> Json:
    return {"type": "container", "title": text(title), "child_blocks": list(children)}


def image(**more: Any) -> Json:
    return {"type": "image", "image_url": URL, "alt_text": "A map", **more}


GOOD: dict[str, list[Json]] = {
    "nothing but text": [],
    "50 blocks": [DIVIDER] * 50,
    "a full block_id": [DIVIDER | {"block_id": "a" * 255}],
    "a full header": [header("a" * 150)],
    "a full section": [section(text=text("a" * 3_000, "mrkdwn"))],
    "fields": [section(fields=[text("a" * 900)] * 10)],
    "a full field": [section(fields=[text("a" * 2_000)])],
    "full small print": [context(*[text("a" * 900)] * 10)],
    "a link in markup": [section(text=text(f"<{URL}|Dawn> &lt;!here&gt;", "mrkdwn"))],
    "lists": [rich(line(words()), listed(indent=8, border=1), {"type": "rich_text_quote", "elements": [words()]})],
    "styles": [rich(line(words(style={"bold": True, "italic": True, "strike": True, "code": True})))],
    "a link": [rich(line({"type": "link", "url": URL}, {"type": "emoji", "name": "red_circle"}))],
    "a full table": [table(*[[cell()] * 20] * 100, column_settings=[{"align": "right", "is_wrapped": True}] * 20)],
    "rich cells": [table([rich(line(words()))], [cell(" ")])],
    "buttons": [actions(*[button("a" * 75, value="a" * 100, url=URL)] * 25)],
    "a full value": [actions(button(value="a" * 2_000))],
    "markdown": [{"type": "markdown", "text": "a" * 10_000}],
    "cards": [{"type": "carousel", "elements": [card(title=text("a" * 150), body=text("a" * 200, "mrkdwn"))] * 10}],
    "a container": [container(*[header("a")] * 10)],
    "an image": [image(), context(image())],
    "our whole budget": [context(text("a" * 2_000))] * 5,
}
BAD: dict[str, tuple[list[Json], str]] = {
    "51 blocks": ([DIVIDER] * 51, "51 blocks"),
    "unknown block": ([{"type": "banner"}], "unknown block"),
    "no type": ([{}], "unknown block"),
    "an element as a block": ([line(words())], "unknown block"),
    "alert": ([{"type": "alert", "text": text("a")}], "modals only"),
    "input": ([{"type": "input"}], "modals only"),
    "empty block_id": ([DIVIDER | {"block_id": ""}], "1 to 255"),
    "long block_id": ([DIVIDER | {"block_id": "a" * 256}], "1 to 255"),
    "block_id of another type": ([DIVIDER | {"block_id": 7}], "1 to 255"),
    "block_id twice": ([DIVIDER | {"block_id": "a"}] * 2, "stands twice"),
    "block_id twice in a container": ([container(*[DIVIDER | {"block_id": "a"}] * 2)], "stands twice"),
    "unknown key": ([DIVIDER | {"x": 1}], "unknown keys"),
    "header without text": ([{"type": "header"}], "lacks ['text']"),
    "header in markup": ([{"type": "header", "text": text("a", "mrkdwn")}], "text must be"),
    "header of a string": ([{"type": "header", "text": "a"}], "text must be"),
    "header too long": ([header("a" * 151)], "1 to 150"),
    "empty header": ([header("")], "1 to 150"),
    "empty section": ([section(text=text("", "mrkdwn"))], "1 to 3000"),
    "section too long": ([section(text=text("a" * 3_001))], "1 to 3000"),
    "section of nothing": ([section()], "neither text nor fields"),
    "unknown key of text": ([section(text=text("a") | {"x": 1})], "unknown keys"),
    "text without text": ([section(text={"type": "mrkdwn"})], "lacks ['text']"),
    "11 fields": ([section(fields=[text("a")] * 11)], "11 fields"),
    "no fields": ([section(fields=[])], "0 fields"),
    "field too long": ([section(fields=[text("a" * 2_001)])], "1 to 2000"),
    "mention in markup": ([section(text=text("<@U1>", "mrkdwn"))], "live mention"),
    "script in markup": ([section(text=text("<javascript:x|Dawn>", "mrkdwn"))], "not a web address"),
    "empty small print": ([context()], "0 context elements"),
    "11 elements": ([context(*[text("a")] * 11)], "11 context elements"),
    "small print too long": ([context(text("a" * 2_001))], "1 to 2000"),
    "empty rich text": ([rich()], "without elements"),
    "rich text without elements": ([{"type": "rich_text"}], "lacks ['elements']"),
    "empty line": ([rich(line())], "without elements"),
    "empty words": ([rich(line(words("")))], "0 characters"),
    "words too long": ([rich(line(words("a" * 3_001)))], "3001 characters"),
    "unknown style": ([rich(line(words(style={"big": True})))], "unknown style"),
    "unknown element": ([rich(line({"type": "blink"}))], "inside rich_text_section"),
    "line in a line": ([rich(line(line(words())))], "inside rich_text_section"),
    "list without style": ([rich({"type": "rich_text_list", "elements": [line(words())]})], "lacks ['style']"),
    "unknown list style": ([rich(listed(style="dash"))], "list style"),
    "list in a list": ([rich(listed(elements=[listed()]))], "inside rich_text_list"),
    "list too deep": ([rich(listed(indent=9))], "indent 9"),
    "list with a frame": ([rich(listed(border=2))], "border 2"),
    "unknown emoji": ([rich(line({"type": "emoji", "name": "No!"}))], "no emoji"),
    "script link": ([rich(line({"type": "link", "text": "a", "url": "javascript:x"}))], "not a web address"),
    "mail link": ([rich(line({"type": "link", "text": "a", "url": "mailto:a@b.example"}))], "not a web address"),
    "link without a host": ([rich(line({"type": "link", "text": "a", "url": "https://"}))], "not a web address"),
    "broken link": ([rich(line({"type": "link", "text": "a", "url": f"{URL}|b"}))], "not a web address"),
    "long link": ([rich(line({"type": "link", "text": "a", "url": URL + "a" * 3_000}))], "an address of 3024"),
    "user": ([rich(line({"type": "user", "user_id": "U1"}))], "live mention <@U1>"),
    "group": ([rich(line({"type": "usergroup", "usergroup_id": "S1"}))], "live mention <!subteam^S1>"),
    "broadcast": ([rich(line({"type": "broadcast", "range": "here"}))], "live mention <!here>"),
    "channel": ([rich(line({"type": "channel", "channel_id": "C1"}))], "live mention <#C1>"),
    "table without rows": ([table()], "0 rows"),
    "101 rows": ([table(*[[cell()]] * 101)], "101 rows"),
    "row without cells": ([table([])], "0 cells"),
    "21 cells": ([table([cell()] * 21)], "21 cells"),
    "uneven rows": ([table([cell()], [cell(), cell()])], "different numbers"),
    "empty cell": ([table([cell("")])], "an empty cell"),
    "empty rich cell": ([table([rich(line(words("")))])], "0 characters"),
    "cell without text": ([table([{"type": "raw_text"}])], "lacks ['text']"),
    "cell of another type": ([table([text("a", "mrkdwn")])], "a cell of type 'mrkdwn'"),
    "mention in a cell": ([table([rich(line({"type": "broadcast", "range": "channel"}))])], "live mention"),
    "21 column settings": ([table([cell()], column_settings=[{}] * 21)], "21 column_settings"),
    "unknown alignment": ([table([cell()], column_settings=[{"align": "top"}])], "column_settings {"),
    "unknown column setting": ([table([cell()], column_settings=[{"width": 3}])], "column_settings {"),
    "two tables": ([table([cell()])] * 2, "only_one_table_allowed"),
    "a table in a container besides": ([table([cell()]), container(table([cell()]))], "only_one_table_allowed"),
    "too much in a table": ([table([cell("a" * 5_001), cell("a" * 5_000)])], "10001 characters in tables"),
    "26 buttons": ([actions(*[button()] * 26)], "26 actions"),
    "no buttons": ([actions()], "0 actions"),
    "button label": ([actions(button("a" * 76))], "1 to 75"),
    "button in markup": ([actions(button() | {"text": text("a", "mrkdwn")})], "text must be"),
    "button value": ([actions(button(value="a" * 2_001))], "too long"),
    "button action_id": ([actions(button(action_id="a" * 256))], "too long"),
    "button without an action": ([actions({"type": "button", "text": text("a")})], "lacks ['action_id']"),
    "script button": ([actions(button(url="javascript:x"))], "not a web address"),
    "long button address": ([actions(button(url=URL + "a" * 3_000))], "an address of 3024"),
    "no button": ([actions(text("a"))], "among the actions"),
    "empty markdown": ([{"type": "markdown", "text": ""}], "markdown of 0"),
    "long markdown": ([{"type": "markdown", "text": "a" * 12_001}], "markdown of 12001"),
    "markdown in all": ([{"type": "markdown", "text": "a" * 6_001}] * 2, "12002 characters of markdown"),
    "card of nothing": ([card(subtitle=text("a"))], "without anything"),
    "card title": ([card(title=text("a" * 151))], "1 to 150"),
    "card body": ([card(body=text("a" * 201))], "1 to 200"),
    "card button": ([card(actions=[button("a" * 76)])], "1 to 75"),
    "11 cards": ([{"type": "carousel", "elements": [card(title=text("a"))] * 11}], "11 cards"),
    "carousel of others": ([{"type": "carousel", "elements": [DIVIDER]}], "inside carousel"),
    "11 children": ([container(*[DIVIDER] * 11)], "11 child blocks"),
    "container in a container": ([container(container(DIVIDER))], "inside container"),
    "faulty child": ([container(header("a" * 151))], "1 to 150"),
    "image address": ([image(image_url="data:x")], "not a web address"),
    "image without words": ([image(alt_text="")], "alt_text"),
    "the sum": ([context(text("a" * 2_000))] * 7, "msg_blocks_too_long: 14000"),
    "our own budget": ([context(text("a" * 2_000))] * 6, "over our own budget"),
    "the sum as it is escaped": ([context(text("&" * 1_000))] * 3, "msg_blocks_too_long: 15000"),
}


@pytest.mark.parametrize("name", GOOD)
def test_takes_what_is_right_up_to_the_limit(name: str) -> None:
    assert problems_of("Balochistan: 2 stories", GOOD[name]) == []


@pytest.mark.parametrize("name", BAD)
def test_sees(name: str) -> None:
    blocks, problem = BAD[name]
    assert any(problem in found for found in problems_of("Balochistan: 2 stories", blocks))


@pytest.mark.parametrize(
    ("fall_back", "problem"),
    [
        ("", "no_text"),
        (" \n", "no_text"),
        ("a" * 40_001, "msg_too_long"),
        ("<!channel>", "live mention"),
        ("<!here|here>", "live mention"),
        ("<@U1", "live mention"),
        ("<#C1>", "live mention"),
        ("see @Everyone", "live mention"),
        ("<javascript:alert(1)|Dawn>", "not a web address"),
        ("<mailto:a@b.example|write>", "not a web address"),
    ],
)
def test_sees_in_the_notification(fall_back: str, problem: str) -> None:
    assert any(problem in found for found in problems_of(fall_back, []))


def test_takes_the_mentions_that_the_operator_wrote_and_no_others() -> None:
    fall_back, blocks = "<!here> Quetta", [rich(line({"type": "usergroup", "usergroup_id": "S1"}))]
    assert problems_of(fall_back, blocks, mentions=("<!here>", "<!subteam^S1>")) == []
    assert len(problems_of(fall_back, blocks, mentions=("<!here>",))) == 1
    assert len(problems_of(f"{fall_back} <!channel>", blocks, mentions=("<!here>", "<!subteam^S1>"))) == 1


def test_counts_as_slack_does() -> None:
    assert characters_of([header("a & <b>"), rich(line({"type": "link", "text": "ab", "url": URL}))]) == (
        len("a &amp; &lt;b&gt;") + 100 + 2 + len(URL)
    )

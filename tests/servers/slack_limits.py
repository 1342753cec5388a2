"""What Slack takes: every limit of Block Kit that is documented, and those that were only ever seen in refusals.

The limits are those of docs.slack.dev (Block Kit's reference and chat.postMessage). Not documented there: one table a
message (`only_one_table_allowed`), 10,000 characters in all its cells, no empty text anywhere (`invalid_blocks: must be
more than 0 characters`), and the sum over all blocks, seen refused from about 13,200 characters with ``& < >`` counted
as they are escaped and every header as 100 more (`msg_blocks_too_long`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Generator, Iterator
from typing import Any
from urllib.parse import urlsplit

Json = dict[str, Any]

BUDGET = 10_000
"""Ours for the sum over all blocks: well below what was seen refused."""
_ALL_CHARACTERS = 13_200
_HEADER_COSTS = 100
_BLOCKS = 50
_FALL_BACK = 4_000
"""Slack cuts at 40,000 and asks for no more than this."""
_TEXT = 40_000
_MARKDOWN = 12_000
_TABLES_CHARACTERS = 10_000
_MODALS_ONLY = {"alert", "input"}
NEW_BLOCKS = {"table", "markdown", "card", "carousel", "container"}
"""Those that not every workspace has."""

# What each piece must have, and what it may have besides.
_KEYS: dict[str, tuple[set[str], set[str]]] = {
    "divider": (set(), {"block_id"}),
    "header": ({"text"}, {"block_id"}),
    "section": (set(), {"text", "fields", "accessory", "expand", "block_id"}),
    "context": ({"elements"}, {"block_id"}),
    "actions": ({"elements"}, {"block_id"}),
    "image": ({"alt_text", "image_url"}, {"title", "block_id"}),
    "markdown": ({"text"}, {"block_id"}),
    "rich_text": ({"elements"}, {"block_id"}),
    "table": ({"rows"}, {"column_settings", "block_id"}),
    "card": (set(), {"title", "subtitle", "body", "hero_image", "icon", "actions", "block_id"}),
    "carousel": ({"elements"}, {"block_id"}),
    "container": ({"title", "child_blocks"}, {"subtitle", "is_collapsible", "default_collapsed", "block_id"}),
    "button": ({"text", "action_id"}, {"url", "value", "style", "confirm", "accessibility_label"}),
    "plain_text": ({"text"}, {"emoji"}),
    "mrkdwn": ({"text"}, {"verbatim"}),
    "rich_text_section": ({"elements"}, set()),
    "rich_text_quote": ({"elements"}, {"border"}),
    "rich_text_preformatted": ({"elements"}, {"border"}),
    "rich_text_list": ({"elements", "style"}, {"indent", "offset", "border"}),
    "text": ({"text"}, {"style"}),
    "link": ({"url"}, {"text", "style", "unsafe"}),
    "emoji": ({"name"}, {"unicode", "style"}),
    "user": ({"user_id"}, {"style"}),
    "usergroup": ({"usergroup_id"}, {"style"}),
    "broadcast": ({"range"}, {"style"}),
    "channel": ({"channel_id"}, {"style"}),
    "raw_text": ({"text"}, set()),
}
_MENTIONS = {
    "user": "<@{user_id}>",
    "usergroup": "<!subteam^{usergroup_id}>",
    "broadcast": "<!{range}>",
    "channel": "<#{channel_id}>",
}
_LEAVES = {"text", "link", "emoji", *_MENTIONS}
_INSIDE = {
    "rich_text": {"rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted"},
    "rich_text_section": _LEAVES,
    "rich_text_quote": _LEAVES,
    "rich_text_preformatted": {"text", "link"},
    "rich_text_list": {"rich_text_section"},
}
_CHILDREN = {"actions", "context", "divider", "header", "image", "rich_text", "section", "table"}
_TOP_LEVEL = _CHILDREN | {"markdown", "card", "carousel", "container"}
_ALIGNS = {"left", "center", "right"}
_STYLES = {"bold", "italic", "strike", "code"}
_MENTION = re.compile(r"<[!@#][^>]*>?|@(?:channel|here|everyone|group)\b", re.IGNORECASE)
_LINK = re.compile(r"<([^!@#>|][^>|]*)")


def problems_of(text: str, blocks: list[Json], *, mentions: Collection[str] = ()) -> list[str]:
    """Return everything that Slack would refuse in a message, and everything in it that would call on somebody.

    Each begins with Slack's word for it. ``mentions`` are those that the operator wrote, as in ``<!subteam^S123>``.
    """
    problems = [f"text: {problem}" for problem in _mrkdwn(text, mentions)]
    if not text.strip():
        problems.append("no_text: the fall-back text is empty")
    if len(text) > (_FALL_BACK if blocks else _TEXT):
        problems.append(f"msg_too_long: text of {len(text)}")
    if len(blocks) > _BLOCKS:
        problems.append(f"invalid_blocks: {len(blocks)} blocks")
    judge = _Judge(mentions)
    for number, block in enumerate(blocks):
        problems += (f"invalid_blocks: blocks[{number}]: {problem}" for problem in judge.block(block))
    identifiers = [block["block_id"] for block in _all_blocks(blocks) if "block_id" in block]
    if len(identifiers) != len(set(identifiers)):
        problems.append("invalid_blocks: a block_id stands twice")
    tables = [block for block in _all_blocks(blocks) if block.get("type") == "table"]
    if len(tables) > 1:
        problems.append(f"invalid_attachments: only_one_table_allowed: {len(tables)} tables")
    if (cells := sum(len(words) for words in strings_of(tables))) > _TABLES_CHARACTERS:
        problems.append(f"invalid_blocks: {cells} characters in tables")
    markdown = sum(len(block["text"]) for block in blocks if block.get("type") == "markdown" and "text" in block)
    if markdown > _MARKDOWN:
        problems.append(f"invalid_blocks: {markdown} characters of markdown")
    if (total := characters_of(blocks)) > _ALL_CHARACTERS:
        problems.append(f"msg_blocks_too_long: {total} characters in all")
    elif total > BUDGET:
        problems.append(f"msg_blocks_too_long: {total} characters in all are over our own budget")
    return problems


def characters_of(blocks: list[Json]) -> int:
    """Return the sum over all blocks as Slack counts it."""
    words = "".join(strings_of(blocks))
    headers = [block for block in _all_blocks(blocks) if block.get("type") == "header"]
    return len(words) + 4 * words.count("&") + 3 * (words.count("<") + words.count(">")) + _HEADER_COSTS * len(headers)


def strings_of(value: Any, key: str = "") -> Iterator[str]:
    """Yield every text and address in a piece of Block Kit."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from strings_of(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from strings_of(inner, key)
    elif isinstance(value, str) and key in ("text", "url", "value", "alt_text", "image_url"):
        yield value


def uses_new_blocks(blocks: list[Json]) -> bool:
    return any(block.get("type") in NEW_BLOCKS for block in blocks)


def _all_blocks(blocks: list[Json]) -> Iterator[Json]:
    for block in blocks:
        yield block
        yield from _all_blocks(block.get("child_blocks", []))
        if block.get("type") == "carousel":
            yield from block.get("elements", [])


class _Judge:
    def __init__(self, mentions: Collection[str]) -> None:
        self._mentions = mentions

    def block(self, block: Json) -> Iterator[str]:
        kind = block.get("type", "")
        if kind in _MODALS_ONLY:
            yield f"{kind} is for modals only"
            return
        if kind not in _TOP_LEVEL:
            yield f"unknown block {kind!r}"
            return
        missing = yield from _keys(block)
        if not isinstance(block.get("block_id", "x"), str) or not 0 < len(block.get("block_id", "x")) <= 255:
            yield "block_id must have 1 to 255 characters"
        if not missing:
            yield from getattr(self, f"_{kind}")(block)

    # --- blocks ---

    def _divider(self, _block: Json) -> Iterator[str]:
        yield from ()

    def _header(self, block: Json) -> Iterator[str]:
        yield from self._text(block["text"], 150, kinds=("plain_text",))

    def _section(self, block: Json) -> Iterator[str]:
        if not block.keys() & {"text", "fields"}:
            yield "section with neither text nor fields"
        if "text" in block:
            yield from self._text(block["text"], 3_000)
        yield from _count("fields", block.get("fields", [None]), 10)
        for one in block.get("fields", []):
            yield from self._text(one, 2_000)

    def _context(self, block: Json) -> Iterator[str]:
        yield from _count("context elements", block["elements"], 10)
        for one in block["elements"]:
            if one.get("type") == "image":
                yield from self._image(one)
            else:
                yield from self._text(one, 2_000)

    def _actions(self, block: Json) -> Iterator[str]:
        yield from _count("actions", block["elements"], 25)
        for one in block["elements"]:
            yield from self._button(one)

    def _image(self, block: Json) -> Iterator[str]:
        yield from _address(block.get("image_url", ""), 3_000)
        if not 0 < len(block.get("alt_text", "")) <= 2_000:
            yield "alt_text must have 1 to 2000 characters"

    def _markdown(self, block: Json) -> Iterator[str]:
        if not 0 < len(block["text"]) <= _MARKDOWN:
            yield f"markdown of {len(block['text'])} characters"
        yield from _mrkdwn(block["text"], self._mentions)

    def _card(self, block: Json) -> Iterator[str]:
        if not block.keys() & {"hero_image", "title", "body", "actions"}:
            yield "card without anything to show"
        for key, limit in (("title", 150), ("subtitle", 150), ("body", 200)):
            if key in block:
                yield from self._text(block[key], limit)
        for button in block.get("actions", []):
            yield from self._button(button)

    def _carousel(self, block: Json) -> Iterator[str]:
        yield from _count("cards", block["elements"], 10)
        for one in block["elements"]:
            yield from self._child(one, {"card"}, "carousel")

    def _container(self, block: Json) -> Iterator[str]:
        yield from self._text(block["title"], 150, kinds=("plain_text",))
        yield from _count("child blocks", block["child_blocks"], 10)
        for one in block["child_blocks"]:
            yield from self._child(one, _CHILDREN, "container")

    def _child(self, block: Json, allowed: set[str], parent: str) -> Iterator[str]:
        if block.get("type") in allowed:
            yield from self.block(block)
        else:
            yield f"{block.get('type')!r} inside {parent}"

    def _table(self, block: Json) -> Iterator[str]:
        rows, settings = block["rows"], block.get("column_settings", [])
        yield from _count("rows", rows, 100)
        if len({len(row) for row in rows}) > 1:
            yield "rows with different numbers of cells"
        for row in rows:
            yield from _count("cells", row, 20)
            for cell in row:
                yield from self._cell(cell)
        if len(settings) > 20:
            yield f"{len(settings)} column_settings"
        for setting in settings:
            if set(setting) - {"align", "is_wrapped"} or setting.get("align", "left") not in (
                "left",
                "center",
                "right",
            ):
                yield f"column_settings {setting!r}"

    def _cell(self, cell: Json) -> Iterator[str]:
        kind = cell.get("type")
        if kind not in ("raw_text", "rich_text"):
            yield f"a cell of type {kind!r}"
            return
        missing = yield from _keys(cell)
        if missing:
            return
        if kind == "rich_text":
            yield from self._rich_text(cell)
        elif not cell["text"]:
            yield "an empty cell"

    def _rich_text(self, element: Json) -> Iterator[str]:
        kind, inner = element["type"], element["elements"]
        if not inner:
            yield f"{kind} without elements"
        if kind == "rich_text_list" and element["style"] not in ("bullet", "ordered"):
            yield f"list style {element['style']!r}"
        if not 0 <= element.get("indent", 0) <= 8 or element.get("border", 0) not in (0, 1):
            yield f"{kind} with indent {element.get('indent')} and border {element.get('border')}"
        for one in inner:
            if one.get("type") not in _INSIDE[kind]:
                yield f"{one.get('type')!r} inside {kind}"
                continue
            missing = yield from _keys(one)
            if not missing:
                yield from self._rich_text(one) if one["type"] in _INSIDE else self._leaf(one)

    # --- elements ---

    def _leaf(self, element: Json) -> Iterator[str]:
        kind, style = element["type"], element.get("style", {})
        if set(style) - _STYLES:
            yield f"unknown style {style}"
        if kind == "emoji" and not re.fullmatch(r"[a-z0-9_+-]{1,100}", element["name"]):
            yield f"no emoji {element['name']!r}"
        if kind in _MENTIONS and (mention := _MENTIONS[kind].format_map(element)) not in self._mentions:
            yield f"live mention {mention}"
        if kind in ("text", "link") and not 0 < len(element.get("text", "" if kind == "text" else "x")) <= 3_000:
            yield f"{kind} of {len(element['text'])} characters"
        if kind == "link":
            yield from _address(element["url"], 3_000)

    def _button(self, element: Json) -> Iterator[str]:
        if element.get("type") != "button":
            yield f"{element.get('type')!r} among the actions"
            return
        if (yield from _keys(element)):
            return
        yield from self._text(element["text"], 75, kinds=("plain_text",))
        if len(element.get("value", "")) > 2_000 or len(element["action_id"]) > 255:
            yield "value or action_id of a button is too long"
        if "url" in element:
            yield from _address(element["url"], 3_000)

    def _text(self, text: Any, limit: int, *, kinds: tuple[str, ...] = ("plain_text", "mrkdwn")) -> Iterator[str]:
        if not isinstance(text, dict) or text.get("type") not in kinds:
            yield f"text must be one of {kinds}, is {text!r}"
            return
        if (yield from _keys(text)):
            return
        words = text["text"]
        if not isinstance(words, str) or not 0 < len(words) <= limit:
            yield f"text of {len(words)} characters, allowed are 1 to {limit}"
        if text["type"] == "mrkdwn":
            yield from _mrkdwn(words, self._mentions)


def _keys(piece: Json) -> Generator[str, None, bool]:
    """Yield what is wrong with the keys of a piece; the value is whether it lacks one."""
    required, allowed = _KEYS[piece["type"]]
    if unknown := piece.keys() - required - allowed - {"type"}:
        yield f"{piece['type']} has unknown keys {sorted(unknown)}"
    if missing := required - piece.keys():
        yield f"{piece['type']} lacks {sorted(missing)}"
    return bool(missing)


def _count(what: str, elements: Collection[Any], limit: int) -> Iterator[str]:
    if not 1 <= len(elements) <= limit:
        yield f"{len(elements)} {what}, allowed are 1 to {limit}"


def _address(url: str, limit: int) -> Iterator[str]:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or re.search(r"[\s<>|]", url):
        yield f"not a web address: {url[:100]!r}"
    if len(url) > limit:
        yield f"an address of {len(url)} characters"


def _mrkdwn(text: str, mentions: Collection[str]) -> Iterator[str]:
    """Yield what would come alive in a text that Slack reads as markup."""
    for found in _MENTION.finditer(text):
        if found[0] not in mentions:
            yield f"live mention {text[found.start() : found.end() + 20]!r}"
    for link in _LINK.finditer(text):
        yield from _address(link[1], 3_000)

"""Block Kit as a page that looks like Slack, so that a digest can be looked at without a workspace.

``python -m tests.blockkit_html < parts.json > page.html`` takes what `dateline preview --as slack` prints. A block or
an element that is not drawn here is an error: a picture must not leave anything out.
"""

from __future__ import annotations

import json
import re
import sys
from html import escape
from itertools import zip_longest
from typing import Any

Json = dict[str, Any]

_EMOJI = {
    "red_circle": "🔴",
    "large_orange_circle": "🟠",
    "large_yellow_circle": "🟡",
    "white_circle": "⚪",
    "white_check_mark": "✅",
    "warning": "⚠️",
    "ocean": "🌊",
}
_STYLE = """
body { margin: 0; background: #fff; color: #1d1c1d; font: 15px/1.46668 Lato, "Slack-Lato", "Noto Sans", sans-serif; }
.channel { padding: 12px 20px; border-bottom: 1px solid #e2e2e2; font-weight: 900; font-size: 18px; }
.message { display: flex; padding: 12px 20px; gap: 8px; }
.thread { margin-left: 44px; border-left: 2px solid #e2e2e2; }
.avatar { flex: 0 0 36px; width: 36px; height: 36px; border-radius: 6px; background: #17324d; color: #fff;
  font-weight: 900; display: flex; align-items: center; justify-content: center; }
.body { flex: 1; min-width: 0; max-width: 680px; overflow-wrap: anywhere; }
.name { font-weight: 900; } .app { background: #e8e8e8; color: #616061; font-size: 10px; font-weight: 700;
  padding: 1px 3px; border-radius: 2px; margin: 0 4px; } .time { color: #616061; font-size: 12px; }
h3 { font-size: 18px; line-height: 1.33; font-weight: 900; margin: 8px 0; }
.block { margin: 4px 0 8px; white-space: pre-wrap; } .context { color: #616061; font-size: 13px; line-height: 1.385; }
hr { border: 0; border-top: 1px solid #ddd; margin: 12px 0; } a { color: #1264a3; text-decoration: none; }
blockquote { margin: 4px 0; padding-left: 16px; border-left: 4px solid #ddd; }
blockquote[dir=rtl] { padding: 0 16px 0 0; border-left: 0; border-right: 4px solid #ddd; }
ul { margin: 0; padding-inline-start: 26px; white-space: normal; } li { white-space: pre-wrap; }
.scroll { overflow-x: auto; margin: 4px 0 8px; } table { border-collapse: separate; border-spacing: 0; font-size: 13px;
  border: 1px solid #ddd; border-radius: 8px; } td { padding: 6px 12px; border-bottom: 1px solid #ddd;
  border-right: 1px solid #ddd; vertical-align: top; white-space: nowrap; max-width: 320px; overflow: hidden;
  text-overflow: ellipsis; } td.wrapped { white-space: pre-wrap; min-width: 96px; } td:last-child { border-right: 0; }
tr:last-child td { border-bottom: 0; } tr:first-child td { background: #f8f8f8; }
.mention { background: #fff3d1; color: #1264a3; border-radius: 3px; padding: 0 2px; }
.notification { color: #616061; font-size: 12px; padding: 0 20px 12px 64px; overflow-wrap: anywhere; }
@media (prefers-color-scheme: dark) { body { background: #1a1d21; color: #d1d2d3; } a { color: #1d9bd1; }
  .channel, .thread, hr, table, td { border-color: #35373b; } .context, .time, .notification { color: #ababad; }
  blockquote { border-color: #4a4c50 !important; } .app { background: #35373b; color: #ababad; }
  tr:first-child td { background: #222529; } .mention { background: #4b3a11; color: #1d9bd1; } }
"""


def page(parts: list[Json], channel: str = "asia-desk", time: str = "17:00", began: str = "17:00") -> str:
    """Return the parts of one digest as a page: the first in the channel, the others in its thread.

    Where a part edits the first message of its thread, it stands there as that message, posted when it ``began``.
    """
    parts = sorted(parts, key=lambda part: not part.get("edits"))
    messages = "".join(
        _message(part, began if part.get("edits") else time, is_reply=number > 0) for number, part in enumerate(parts)
    )
    return (
        f'<!doctype html><html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f'<meta name="color-scheme" content="light dark"><style>{_STYLE}</style></head><body>'
        f'<div class="channel"># {escape(channel)}</div>{messages}</body></html>'
    )


def _message(part: Json, time: str, *, is_reply: bool) -> str:
    notes = [time, "edited" if part.get("edits") else "", "also sent to the channel" if part.get("broadcast") else ""]
    return (
        f'<div class="message{" thread" if is_reply else ""}"><div class="avatar">D</div><div class="body">'
        f'<div><span class="name">Dateline</span><span class="app">APP</span>'
        f'<span class="time">{" · ".join(filter(None, notes))}</span></div>'
        f"{''.join(_block(block) for block in part['blocks'])}</div></div>"
        f'<div class="notification" dir="auto">notification: {_mrkdwn(part["text"])}</div>'
    )


def _block(block: Json) -> str:
    match block["type"]:
        case "divider":
            return "<hr>"
        case "header":
            return f'<h3 dir="auto">{_text(block["text"])}</h3>'
        case "section":
            return f'<div class="block" dir="auto">{_text(block["text"])}</div>'
        case "context":
            texts = (f'<span dir="auto">{_text(one)}</span>' for one in block["elements"])
            return f'<div class="block context">{" ".join(texts)}</div>'
        case "rich_text":
            return f'<div class="block">{"".join(_rich(one) for one in block["elements"])}</div>'
        case "table":
            settings = block.get("column_settings", [])
            rows = "".join(f"<tr>{_cells(row, settings)}</tr>" for row in block["rows"])
            return f'<div class="scroll"><table>{rows}</table></div>'
    raise ValueError(f"no picture of {block['type']}")


def _text(text: Json) -> str:
    return _mrkdwn(text["text"]) if text["type"] == "mrkdwn" else escape(text["text"])


def _mrkdwn(text: str) -> str:
    """Draw Slack's markup; `& < >` stand escaped in it as they do in HTML."""
    text = re.sub(r"<!(?:subteam\^)?([^>|]+)(?:\|[^>]*)?>", r'<span class="mention">@\1</span>', text)
    text = re.sub(r"<(https?://[^>|]+)\|([^>]*)>", r'<a href="\1">\2</a>', text)
    return re.sub(r"(?<!\w)\*([^*\n]+)\*(?!\w)", r"<b>\1</b>", text)


def _cells(row: list[Json], settings: list[Json]) -> str:
    none: Json = {}
    return "".join(_cell(cell, setting) for cell, setting in zip_longest(row, settings[: len(row)], fillvalue=none))


def _cell(cell: Json, setting: Json) -> str:
    words = escape(cell["text"]) if cell["type"] == "raw_text" else "".join(_rich(one) for one in cell["elements"])
    wrapped = ' class="wrapped"' if setting.get("is_wrapped") else ""
    return f'<td dir="auto" align="{setting.get("align", "left")}"{wrapped}>{words}</td>'


def _rich(element: Json) -> str:
    inner = "".join(_rich(one) if one["type"].startswith("rich_text") else _leaf(one) for one in element["elements"])
    match element["type"]:
        case "rich_text_quote":
            return f'<blockquote dir="{_direction(inner)}">{inner}</blockquote>'
        case "rich_text_list":
            return f'<ul dir="{_direction(inner)}">{inner.replace("<div", "<li").replace("</div", "</li")}</ul>'
        case "rich_text_section":
            return f'<div dir="auto">{inner}</div>'
    raise ValueError(f"no picture of {element['type']}")


def _direction(words: str) -> str:
    """Return the direction of the first letter, as ``dir="auto"`` does: a border must know its side."""
    first = re.search(r"[A-Za-z\u00c0-\u024f\u0590-\u08ff]", re.sub(r"<[^>]*>", "", words))
    return "rtl" if first and first[0] >= "\u0590" else "ltr"


def _leaf(element: Json) -> str:
    match element["type"]:
        case "emoji":
            return _EMOJI[element["name"]]
        case "text" | "link":
            words = escape(element.get("text") or element["url"])
            for style, tag in (("bold", "b"), ("italic", "i"), ("code", "code")):
                words = f"<{tag}>{words}</{tag}>" if element.get("style", {}).get(style) else words
            return f'<a href="{escape(element["url"])}">{words}</a>' if element["type"] == "link" else words
    raise ValueError(f"no picture of {element['type']}")


if __name__ == "__main__":
    sys.stdout.write(page(json.load(sys.stdin)))

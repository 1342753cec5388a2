"""Block Kit as a page that looks like Slack, so that a digest can be looked at without a workspace.

``python -m tests.blockkit_html < parts.json > page.html`` takes what `dateline preview --as slack` prints.
"""

from __future__ import annotations

import json
import sys
from html import escape
from typing import Any

Json = dict[str, Any]

_EMOJI = {
    "red_circle": "🔴",
    "large_orange_circle": "🟠",
    "large_yellow_circle": "🟡",
    "white_circle": "⚪",
    "white_check_mark": "✅",
    "warning": "⚠️",
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
ul { margin: 0; padding-left: 26px; } .notification { color: #616061; font-size: 12px; padding: 0 20px 12px 64px; }
@media (prefers-color-scheme: dark) { body { background: #1a1d21; color: #d1d2d3; } a { color: #1d9bd1; }
  .channel, .thread, hr { border-color: #35373b; } .context, .time, .notification { color: #ababad; }
  blockquote { border-color: #4a4c50; } .app { background: #35373b; color: #ababad; } }
"""


def page(parts: list[Json], channel: str = "asia-desk", time: str = "5:00 PM") -> str:
    """Return the parts of one digest as a page: the first in the channel, the others in its thread."""
    messages = "".join(
        f'<div class="message{" thread" if number else ""}"><div class="avatar">D</div><div class="body">'
        f'<div><span class="name">Dateline</span><span class="app">APP</span><span class="time">{time}</span></div>'
        f"{''.join(_block(block) for block in part['blocks'])}</div></div>"
        f'<div class="notification">notification: {part["text"]}</div>'
        for number, part in enumerate(parts)
    )
    return (
        f'<!doctype html><html><head><meta charset="utf-8"><meta name="color-scheme" content="light dark">'
        f'<style>{_STYLE}</style></head><body><div class="channel"># {escape(channel)}</div>{messages}</body></html>'
    )


def _block(block: Json) -> str:
    match block["type"]:
        case "divider":
            return "<hr>"
        case "header":
            return f'<h3 dir="auto">{escape(block["text"]["text"])}</h3>'
        case "context":
            texts = (f'<span dir="auto">{escape(one["text"])}</span>' for one in block["elements"])
            return f'<div class="block context">{" ".join(texts)}</div>'
        case "rich_text":
            return f'<div class="block">{"".join(_rich(one) for one in block["elements"])}</div>'
    raise ValueError(f"no picture of {block['type']}")


def _rich(element: Json) -> str:
    inner = "".join(_rich(one) if one["type"].startswith("rich_text") else _leaf(one) for one in element["elements"])
    match element["type"]:
        case "rich_text_quote":
            return f'<blockquote dir="auto">{inner}</blockquote>'
        case "rich_text_list":
            return f"<ul>{inner.replace('<div', '<li').replace('</div', '</li')}</ul>"
    return f'<div dir="auto">{inner}</div>'


def _leaf(element: Json) -> str:
    if element["type"] == "emoji":
        return _EMOJI[element["name"]]
    words = escape(element["text"])
    if element["type"] == "link":
        words = f'<a href="{escape(element["url"])}">{words}</a>'
    return f"<b>{words}</b>" if element.get("style", {}).get("bold") else words


if __name__ == "__main__":
    sys.stdout.write(page(json.load(sys.stdin)))

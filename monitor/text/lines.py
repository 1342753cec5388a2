"""Text brought onto one line, and cut to a length; names in a row.

What is safe here may still mean something to a surface, as ``<`` does to HTML: escaping stays there.
"""

import re
from collections.abc import Sequence

# Control characters; the characters that reorder a line of text (CVE-2021-42574); soft hyphens, tags, noncharacters and
# lone surrogates, of which a reader sees nothing. Joiners and direction marks stay: Persian, Urdu and emoji need them.
UNSAFE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u202a-\u202e\u2060-\u206f"
    "\ufdd0-\ufdef\ufeff\ufff0-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
)


def one_line(text: str) -> str:
    """Return a text on one line, safe to show: for titles, names, quotes. Markup is not touched."""
    return " ".join(UNSAFE.sub("", text).split())


def shorten(text: str, limit: int) -> str:
    """Cut a text to ``limit`` characters at a word's end, marking the cut with an ellipsis."""
    if len(text) <= limit:
        return text
    word_end = text.rfind(" ", 0, limit)
    return text[: word_end if word_end > limit // 2 else limit - 1].rstrip(" ,;:-–—\u200c\u200d\ufe0f") + "…"


def listed(names: Sequence[str], limit: int) -> str:
    """Return ``Balochistan``, ``Balochistan and Sindh``, ``Balochistan, Sindh and 2 more``."""
    if len(names) > limit:
        return f"{', '.join(names[:limit])} and {len(names) - limit} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))

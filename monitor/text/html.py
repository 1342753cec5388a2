"""Markup to plain text: what rules match on, readers see and offsets count in.

The tags are read by one regular expression that never goes back, not by an HTML tree builder: a tree is quadratic on
hostile markup by the letter of its standard (reopened formatting elements: 20 kB of ``<font>`` and ``<p>`` cost lexbor
1.6 s and 700 MB), and text needs no tree. Every function here takes any string, never raises and takes linear time.
This module must not know where its strings come from.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from monitor.text.lines import UNSAFE, one_line

MAX_MARKUP = 1_000_000
"""Characters of a document that are looked at; the longest real article seen in full-text feeds has a fifth of it."""

_BLOCKS = (
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol p pre section summary table tbody "
    "tfoot thead tr ul"
)
_WORD_BREAKS = "audio br button embed iframe img input object option select td th video"
"""Elements that are shown inside a line but never inside a word."""
_DROPPED = "applet audio canvas iframe math noembed noframes noscript script style svg template textarea title video"
"""Elements whose content is no text of the article: code, drawings, words for browsers that cannot show the rest."""
_INLINE = (
    "a abbr acronym area b base basefont bdi bdo bgsound big blink cite code col colgroup command data datagrid "
    "datalist del dfn em event-source font frame frameset head i ins kbd label link listing map mark marquee meta "
    "meter multicol nextid nobr output param picture plaintext progress q rb rp rt ruby s samp slot small source "
    "spacer span strike strong sub sup time track tt u var wbr xmp"
)

# A quote mark delimits only after "=": in <p title=Bob's> it is a letter like any other.
_ATTRIBUTES = r"""(?:[^>=]++|=\s*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z))?+)*+"""
_MARKUP = re.compile(
    rf"""
      <!--(?:-?>|.*?(?:--!?>|\Z))
    | <(?P<dropped>{"|".join(_DROPPED.split())})(?=[\s/>]){_ATTRIBUTES}(?<!/)>.*?(?:</(?P=dropped)(?=[\s/>])[^>]*+>|\Z)
    | </?(?P<name>[a-z][a-z0-9:_-]*+){_ATTRIBUTES}(?:>|\Z)
    | <!\[CDATA\[ | \]\]>
    | <[!?/][^>]*+(?:>|\Z)
    """,
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
_SPACING = {
    **dict.fromkeys(_DROPPED.split(), " "),
    **dict.fromkeys(_WORD_BREAKS.split(), " "),
    **dict.fromkeys(_BLOCKS.split(), "\n\n"),
    "br": "\n",
}


def _tags(names: str) -> re.Pattern[str]:
    return re.compile(rf"</?(?:{'|'.join(names.split())})(?:\s[^<>]*+)?/?>", re.IGNORECASE)


_KNOWN_TAG = _tags(f"{_BLOCKS} {_WORD_BREAKS} {_DROPPED} {_INLINE}")
_BLOCK_TAG = _tags(f"{_BLOCKS} br")
_ESCAPED_MARKUP = re.compile(r"&lt;(?:/[a-z][a-z0-9]*|(?:p|br|img|div)\b[^<>&]*+/?)&gt;", re.IGNORECASE)
_REFERENCE = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});")

_TITLE = re.compile(r"<title\b[^<>]*+>([^<]*+)", re.IGNORECASE)
_HEAD_TAG = re.compile(r"<(link|base)\b([^<>]*+)>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([a-zA-Z-]++)\s*+=\s*+("[^"]*+"|'[^']*+'|[^\s"'>]++)""")

_SPACES = re.compile(r"[^\S\n]+")
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n")


def looks_like_html(text: str) -> bool:
    """Whether ``text`` carries markup: a tag of an element that HTML has, a comment, or a character reference.

    ``a < b``, ``<john@example.org>`` and ``AT&T`` are plain text.
    """
    if "<" in text and ("<!--" in text or _KNOWN_TAG.search(text)):
        return True
    return "&" in text and any(html.unescape(found[0]) != found[0] for found in _REFERENCE.finditer(text))


def plain_text(markup: str) -> str:
    """The words of HTML, or of text that may be HTML, as paragraphs with a blank line between them.

    A block element begins a paragraph, ``<br>`` a line; all other white space is folded, but where the markup has
    neither, its own blank lines part the paragraphs. Scripts, drawings and comments are dropped, references decoded
    (twice where a feed escaped twice). Only the first ``MAX_MARKUP`` characters are read.
    """
    markup = markup[:MAX_MARKUP]
    if "<" in markup or "&" in markup:
        if _ESCAPED_MARKUP.search(markup) and not _KNOWN_TAG.search(markup):
            markup = html.unescape(markup)
        has_tags = "<!" in markup or _KNOWN_TAG.search(markup) is not None
        text = _folded(markup, keeps_blank_lines=_BLOCK_TAG.search(markup) is None)
        text = _MARKUP.sub(_spacing, text) if has_tags else text
        text = _decoded(_decoded(text))
    else:
        text = _folded(markup, keeps_blank_lines=True)
    text = _SPACES.sub(" ", UNSAFE.sub("", text))
    if "\n" not in text:
        return text.strip()
    lines = "\n".join(line.strip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip()


def page_title(markup: str) -> str:
    """The `<title>` of a page on one line; empty where it has none."""
    found = _TITLE.search(markup[:MAX_MARKUP])
    return one_line(_decoded(found[1][:1000])) if found else ""


def head_tags(markup: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The `<link>` and `<base>` elements of a page, with their attributes, in order."""
    for found in _HEAD_TAG.finditer(markup):
        pairs = _ATTRIBUTE.findall(found[2])
        yield found[1].lower(), {name.lower(): html.unescape(value.strip("\"'")) for name, value in pairs}


def _folded(text: str, *, keeps_blank_lines: bool) -> str:
    """White space as HTML sees it, before tags and references bring in line breaks that are meant."""
    if keeps_blank_lines and "\n" in text:
        return "\n\n".join(" ".join(paragraph.split()) for paragraph in _BLANK_LINE.split(text))
    return " ".join(text.split())


def _spacing(found: re.Match[str]) -> str:
    name = found["name"] or found["dropped"]
    return _SPACING.get(name.lower(), "") if name else ""


def _decoded(text: str) -> str:
    # Only references that end in ";": browsers also decode "&copy=1" in a sentence about addresses.
    return _REFERENCE.sub(lambda found: html.unescape(found[0]), text) if "&" in text else text

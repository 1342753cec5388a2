"""A long document in parts of some thousand entries, each a document of its own: what one takes to read stays bounded.

It must not know what the elements of an entry mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from monitor.feeds.parse.document import MAX_ENTRIES, Document

ENTRIES_A_PART = 2_000

# What stands in CDATA or in a comment is no tag; one that is never closed goes on to the end of the document.
_MARK = r"<!\[CDATA\[(?:.*?\]\]>|.*+)|<!--(?:.*?-->|.*+)|<(?P<end>/?)(?:[\w-]+:)?(?P<entry>{})(?=[\s/>])[^>]*+>?"
_ENTRY = re.compile(_MARK.format("item|entry"), re.IGNORECASE | re.DOTALL)
_SITEMAP_ENTRY = re.compile(_MARK.format("url"), re.IGNORECASE | re.DOTALL)
_CONTENTS = re.compile(r"<((?:[\w-]+:)?items)[\s>].*?(?:</\1>|\Z)", re.IGNORECASE | re.DOTALL)
"""RSS 1.0 lists the addresses of its entries before them: not every part needs all of them."""


def parts_of(document: Document, *, most: int = ENTRIES_A_PART) -> Iterator[Document]:
    """The document in parts of ``most`` entries, which together are its first ``MAX_ENTRIES``; JSON in one part.

    Each part has what stands before the document's first entry and after its last. Where the document ends early, only
    the last part does.
    """
    if document.root == "urlset":
        pattern, most = _SITEMAP_ENTRY, MAX_ENTRIES  # its entries are simple, and read one by one
    else:
        pattern = _ENTRY
    starts, closing = _entries(document, pattern) if document.root else ([], "")
    if len(starts) <= most:
        yield document
        return
    text = document.text
    if len(starts) > MAX_ENTRIES:
        problem = f"{len(starts):,} entries; the first {MAX_ENTRIES:,} were read"
        text = text[: starts[MAX_ENTRIES]] + closing
        document = replace(document, problem=document.problem or problem, truncated=False)
    head, cuts = _CONTENTS.sub("", text[: starts[0]]), starts[0:MAX_ENTRIES:most]
    for begin, end in pairwise(cuts):
        yield replace(document, text=head + text[begin:end] + closing, truncated=False)
    yield replace(document, text=head + text[cuts[-1] :])


def _entries(document: Document, pattern: re.Pattern[str]) -> tuple[list[int], str]:
    """Where the entries begin, and what comes after the last of them; where that is missing, what closes the feed."""
    starts: list[int] = []
    end: int | None = None
    for mark in pattern.finditer(document.text):
        if mark["end"]:
            end = mark.end()
        elif mark["entry"]:
            starts.append(mark.start())
            end = None
    if end is not None and not document.truncated:
        return starts, document.text[end:]
    return starts, f"</channel></{document.name}>" if document.root == "rss" else f"</{document.name}>"

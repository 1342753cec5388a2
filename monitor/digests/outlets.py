"""Who carried a story: its independent texts, each with the outlets that print the same words.

Part of what all surfaces show; knows no markup.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from monitor.digests.local_time import LocalTime
from monitor.digests.words import Words, counted, host_of, name, web_link, words
from monitor.model import ArticleRef

TITLE_LIMIT = 300
_COPIES_SHOWN = 8
_EXAMPLE_LINK_LIMIT = 1_000
"""Longer addresses are left out of examples: a hundred of them stand in a digest of floods."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """The same text at another outlet."""

    source: str
    link: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One independent text."""

    source: str
    link: str | None
    time: str
    title: Words
    copies: tuple[Copy, ...] = ()
    more_copies: int = 0


def reports(articles: Sequence[ArticleRef], local: LocalTime) -> tuple[Report, ...]:
    """Group articles by the text they carry, in the order in which they stand; the first one is shown of its group."""
    origins = {article.id: article.duplicate_of for article in articles}
    groups: dict[int, list[ArticleRef]] = {}
    for article in articles:
        groups.setdefault(_origin(article.id, origins), []).append(article)
    return tuple(_report(group, articles[0], local) for group in groups.values())


def report(article: ArticleRef, local: LocalTime) -> Report:
    """Return one article by itself, as an example of many."""
    shown = _report([article], article, local)
    return replace(shown, link=web_link(article.link, _EXAMPLE_LINK_LIMIT))


def breadth(articles: Sequence[ArticleRef], origins: int) -> str:
    """Return "4 independent reports, 9 articles"; nothing for a single article."""
    if origins <= 1:
        return "" if len(articles) <= 1 else f"1 report, carried {counted(len(articles), 'time')}"
    independent = counted(origins, "independent report")
    if origins > len(articles):
        return f"{independent} so far"
    return independent if len(articles) == origins else f"{independent}, {counted(len(articles), 'article')}"


def _origin(article: int, origins: dict[int, int | None]) -> int:
    seen = {article}
    while (above := origins[article]) in origins and above not in seen:
        seen.add(article := above)
    return article


def _report(group: list[ArticleRef], representative: ArticleRef, local: LocalTime) -> Report:
    first, *others = sorted(group, key=lambda one: (one is not representative, one.duplicate_of is not None))
    return Report(
        source=_source(first),
        link=web_link(first.link),
        time=local.time(first.published_at),
        title=words(first.title, TITLE_LIMIT, first.language),
        copies=tuple(Copy(source=_source(other), link=web_link(other.link)) for other in others[:_COPIES_SHOWN]),
        more_copies=len(others[_COPIES_SHOWN:]),
    )


def _source(article: ArticleRef) -> str:
    return name(article.source, 60) or name(host_of(article.link), 60) or "unnamed outlet"

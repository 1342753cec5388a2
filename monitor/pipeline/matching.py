"""Matching articles. One on which that fails is set aside, and tried again by another program or with other rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from importlib.metadata import version

from sqlalchemy import Connection

from monitor.app import Services
from monitor.digests import owing
from monitor.model import Article, Match, StoredArticle
from monitor.pipeline.joining import read_report, wake
from monitor.redaction import redact
from monitor.rules.match import Outcome, outcome
from monitor.rules.positions import Positions, Words, words_of
from monitor.store import polls, set_aside, stories, telling

STILL_NEWS = timedelta(hours=24)
"""What is matched later than this after it was stored is found by looking, not told."""

Broken = dict[int, str]
"""Articles that could not be matched, and why."""


def read_words(services: Services, number: int, article: Article, broken: Broken) -> Words:
    """Return an article's words; none, with the reason in ``broken``, where they cannot be read."""
    try:
        return words_of(article)
    except Exception as error:
        _note(services, number, article, error, broken)
        return words_of(replace(article, title="", text=""))


def match(services: Services, number: int, article: Article, words: Words, broken: Broken) -> Outcome:
    """Hold the rules in force against an article; no match, with the reason in ``broken``, where that fails.

    A rule that would take too long on it is passed over, and named there.
    """
    try:
        found = outcome(services.rulebook.rules, article, Positions(article, words))
    except Exception as error:
        # An article that breaks the matcher is kept, unmatched and said; the others go on.
        _note(services, number, article, error, broken)
        return Outcome(matches=())
    if found.too_costly:
        services.log.warning("rules too costly for an article", rules=found.too_costly, url=article.url)
        broken.setdefault(number, f"too costly for it, and not looked for: {', '.join(found.too_costly)}"[:500])
    return found


def _note(services: Services, number: int, article: Article, error: Exception, broken: Broken) -> None:
    services.log.exception("article could not be matched", article=number, feed=article.feed, url=article.url)
    broken.setdefault(number, redact(f"{type(error).__name__}: {error}"[:500]))


def put_aside(db: Connection, services: Services, broken: Broken, now: datetime) -> None:
    set_aside.put(db, broken, tried_with=_tried_with(services), now=now)


def try_again(services: Services) -> int:
    """Match again what another version of Dateline, or other rules, broke on; returns how many articles are mended.

    What was stored lately is owed as it would have been; older articles are only matched.
    """
    with services.store.reading() as db:
        if not set_aside.waiting(db, tried_with=_tried_with(services)):
            return 0
    now, broken = services.clock.now(), Broken()
    with services.store.writing() as db:
        waiting = set_aside.waiting(db, tried_with=_tried_with(services))
        articles = polls.articles(db, waiting)
        found: dict[int, tuple[Match, ...]] = {}
        for one in articles:
            words = read_words(services, one.id, one.article, broken)
            found[one.id] = match(services, one.id, one.article, words, broken).matches
        matches = [(one.id, one.revision, match) for one in articles for match in found[one.id]]
        polls.save_matches(db, matches, rules_version=services.rulebook.rules.version, now=now)
        mended = [one for one in articles if one.id not in broken]
        stories.save_reports(db, [(one.id, one.revision, *read_report(services, one.article)) for one in mended])
        _owe(db, services, mended, found, now)
        set_aside.take_back(db, set(waiting) - set(broken))
        put_aside(db, services, broken, now)
    return len(mended)


def _owe(
    db: Connection,
    services: Services,
    articles: list[StoredArticle],
    found: Mapping[int, tuple[Match, ...]],
    now: datetime,
) -> None:
    fresh = [one for one in articles if now - one.stored_at <= STILL_NEWS]
    numbers = [one.id for one in fresh]
    news, owed = polls.news_among(db, numbers), telling.news_owed(db, numbers)
    debts = [
        debt
        for one in fresh
        if one.id in news and one.id not in owed
        for debt in owing.debts_of_new(services.rulebook.rules.subscriptions.values(), one.id, one.story, found[one.id])
    ]
    telling.owe(db, debts, now)
    wake(db, {debt.story for debt in debts}, now)


def _tried_with(services: Services) -> str:
    return f"Dateline {version('dateline')}, rules {services.rulebook.rules.version}"

"""Storing what a poll brought: store → group → match → owe, for one slice of a document, in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from monitor.app import Services
from monitor.digests import owing
from monitor.model import Article, Feed, FeedState, Match, StoredArticle
from monitor.pipeline import matching
from monitor.pipeline.counts import Counts
from monitor.pipeline.joining import group_new, save_said, wake
from monitor.rules.ruleset import RuleSet
from monitor.store import polls, set_aside, telling
from monitor.stories.identity import Decision, Item, Known, identify
from monitor.text.language import language_of
from monitor.text.urls import canonical_url

Shown = tuple[Decision, Article]
"""What an item is, and the article as this feed shows it."""


def store_items(
    db: Connection,
    services: Services,
    feed: Feed,
    items: Sequence[Item],
    past: Collection[str],
    now: datetime,
    *,
    before: FeedState,
) -> Counts:
    """Store what is new in these items and return the counts.

    ``past`` holds the keys of items owed to nobody, ``before`` is the feed's state as the poll found it.
    """
    rules, broken = services.rulebook.rules, matching.Broken()
    read_before = before.last_polled_at or before.last_success_at
    is_unstable = before.unstable_since is not None
    known = polls.known(db, feed.id, items, now=now, before=read_before, unstable=is_unstable)
    unknown = sum(item.key not in known.sightings for item in items)
    decisions = identify(feed.id, items, known, polls.article_numbers(db, unknown))
    new = [(one, article_of(feed, one.item)) for one in decisions if one.kind == "new"]
    revised = [(one, article_of(feed, one.item)) for one in decisions if one.kind == "revised"]
    owed = {one.article for one, _ in new if one.item.key not in past}
    fuller, late = _shown_elsewhere(db, services, feed, decisions, known, past)
    revised += fuller

    words = {
        one.article: matching.read_words(services, one.article, article, broken) for one, article in (*new, *revised)
    }
    new = group_new(db, services, feed, new, words, now)
    polls.save_new(db, new, now=now, owed=owed)
    polls.save_revisions(db, revised, now=now)
    polls.save_sightings(db, feed.id, decisions, now=now)
    outcomes = {
        one.article: matching.match(services, one.article, article, words[one.article], broken)
        for one, article in (*new, *revised)
    }
    set_aside.take_back(db, {one.article for one, _ in revised} - set(broken))
    matching.put_aside(db, services, broken, now)
    matches = {article: outcome.matches for article, outcome in outcomes.items()}
    edited = polls.articles(db, [one.article for one, _ in revised])
    revisions = {one.id: one.revision for one in edited}
    save_said(db, services, (*new, *revised), words, outcomes, edited)
    debts = [
        debt
        for one, _ in new
        if one.article in owed
        for debt in owing.debts_of_new(rules.subscriptions.values(), one.article, one.story, matches[one.article])
    ]
    debts += _revision_debts(db, rules, feed, edited, matches, now)
    if late:
        revisions |= {one.article: known.articles[one.article].revision for one in late}
        matches |= {one.article: found for one, found in late.items()}
        debts += _late_debts(db, rules, late)
    found = [(article, revisions.get(article, 0), match) for article, ones in matches.items() for match in ones]
    polls.save_matches(db, found, rules_version=rules.version, now=now)
    telling.owe(db, debts, now)
    touched = {one.story for one, _ in new} | {one.story for one in edited} | {debt.story for debt in debts}
    wake(db, touched, now)
    return Counts(
        new=len(new),
        revised=len(revised),
        duplicate=sum(one.duplicate_of is not None for one, _ in new),
        matches=len(found),
        kept_ids=sum(one.item.key in known.sightings for one in decisions),
        renamed=sum(one.renamed for one in decisions),
        stories_new=frozenset(one.story for one, _ in new if one.story == one.article),
        stories_touched=frozenset(one.story for one, _ in (*new, *revised)),
    )


def _shown_elsewhere(
    db: Connection,
    services: Services,
    feed: Feed,
    decisions: Sequence[Decision],
    known: Known,
    past: Collection[str],
) -> tuple[list[Shown], dict[Decision, tuple[Match, ...]]]:
    """Return articles that another feed had shown before and that are news all the same, now that this one shows them.

    Either this feed gives the words that match: its text becomes the article's newest revision. Or the article lay in
    the other feed's past, or out of a rule's scope there: then it is late news, with the matches that make it so.
    """
    first_here = [
        one
        for one in decisions
        if one.kind == "attached"
        and one.item.key not in known.sightings
        and one.item.key not in past
        and one.article in known.articles
        and known.articles[one.article].feed != feed.id
    ]
    if not first_here:
        return [], {}
    matched_before = polls.rules_matched(db, [one.article for one in first_here])
    fuller: list[Shown] = []
    late: dict[Decision, tuple[Match, ...]] = {}
    for one in first_here:
        article, before = article_of(feed, one.item), known.articles[one.article]
        broken = matching.Broken()
        words = matching.read_words(services, one.article, article, broken)
        matches = matching.match(services, one.article, article, words, broken).matches
        fresh = tuple(match for match in matches if match.rule not in matched_before.get(one.article, ()))
        if fresh and one.item.content_hash != before.content_hash:
            fuller.append((one, article))
        elif found := fresh if before.owed else matches:
            late[one] = found
    return fuller, late


def _late_debts(db: Connection, rules: RuleSet, late: dict[Decision, tuple[Match, ...]]) -> list[owing.Debt]:
    articles = [one.article for one in late]
    polls.mark_owed(db, articles)
    owed_before, stories = telling.news_owed(db, articles), polls.stories_of(db, articles)
    return [
        debt
        for one, matches in late.items()
        for debt in owing.debts_of_new(rules.subscriptions.values(), one.article, stories[one.article], matches)
        if debt.subscription not in owed_before.get(one.article, {})
    ]


def _revision_debts(
    db: Connection,
    rules: RuleSet,
    feed: Feed,
    edited: Sequence[StoredArticle],
    matches: dict[int, tuple[Match, ...]],
    now: datetime,
) -> list[owing.Debt]:
    """Return what edits owe."""
    if not edited:
        return []
    matched_before = polls.rules_matched(db, [one.id for one in edited])
    news_owed = telling.news_owed(db, [one.id for one in edited])
    return [
        debt
        for one in edited
        if not owing.too_old(feed, one.article.published_at, now)
        for debt in owing.debts_of_revision(
            rules.subscriptions.values(),
            one,
            matches[one.id],
            matched_before=matched_before.get(one.id, ()),
            told=_in_state("told", news_owed.get(one.id, {})),
            untold=_in_state("open", news_owed.get(one.id, {})),
            kept_back=_in_state("kept back", news_owed.get(one.id, {})),
        )
    ]


def _in_state(state: telling.NewsState, owed: Mapping[str, telling.NewsState]) -> list[str]:
    return [subscription for subscription, its in owed.items() if its == state]


def article_of(feed: Feed, item: Item) -> Article:
    entry = item.entry
    return Article(
        title=entry.title,
        text=entry.text,
        link=entry.link or "",
        url=item.url or canonical_url(entry.link or ""),
        feed=feed.id,
        source=feed.name,
        home=feed.home,
        author=entry.author,
        section=entry.section,
        language=language_of(f"{entry.title}\n{entry.text}", feed.language or entry.language),
        published_at=entry.published_at,
    )

"""The whole answer of a back-test, as values, with the reason for each difference that is shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain

from monitor.backtest.compare import Debts, Difference, Kind, Tally
from monitor.backtest.replay import Outgoing, owed_twice, replay
from monitor.backtest.trial import Progress, Question, Side, tally_all
from monitor.digests.compose import compose, coverage
from monitor.digests.owing import Owed, StoryFile, known_by, wanted
from monitor.model import Digest, Severity, StoredArticle
from monitor.rules.explain import explain
from monitor.rules.match import match_article
from monitor.rules.ruleset import RuleSet, Subscription
from monitor.rules.why import why_line
from monitor.store import Store, feed_states, polls, stories
from monitor.stories.reports import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCount:
    """One rule's matches under today's rules (``before``) and under the tried ones (``after``)."""

    rule: str
    name: str
    before: int
    after: int
    differences: dict[Kind, int]
    too_costly: int
    """Articles on which the tried rule was given up."""
    days: tuple[tuple[date, int, int], ...]
    """Day (UTC), before, after; days without any are left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one rule set says of an article. ``severity`` None: no match; ``why`` is the first clause that failed."""

    severity: Severity | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A difference that is shown."""

    article: StoredArticle
    rule: str
    before: Verdict
    after: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """The digests of one subscription."""

    subscription: Subscription
    before: int | None
    """How many today's rules would have sent; None where they have no such subscription."""
    outgoing: tuple[Outgoing, ...] | None
    """None where the tried rules have no such subscription."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    question: Question
    articles: int
    broken: int
    """Articles on which the matcher broke, and how it did on the first."""
    fault: str
    articles_before: int
    articles_after: int
    """Articles with a match."""
    rules: tuple[RuleCount, ...]
    """All of both sides, or the one that was asked for."""
    changed: dict[Kind, tuple[Changed, ...]]
    """The newest first."""
    digests: tuple[Series, ...]

    def count(self, kind: Kind) -> int:
        """Return how many differences there are, shown or not."""
        return sum(one.differences[kind] for one in self.rules)


def backtest(store: Store, today: Side, tried: Side, question: Question, progress: Progress) -> Backtest:
    """Hold the stored articles of a time against today's rules and others."""
    tally = tally_all(store, today, tried, question, progress)
    shown = {kind: tally.newest(kind) for kind in Kind}
    articles = _articles(store, {one.article for one in chain.from_iterable(shown.values())})
    return Backtest(
        question=question,
        articles=tally.articles,
        broken=tally.broken,
        fault=tally.fault,
        articles_before=tally.articles_before,
        articles_after=tally.articles_after,
        rules=_rule_counts(tally, today.rules, tried.rules, question.rule),
        changed={
            kind: tuple(
                _changed(one, articles[one.article], today.rules, tried.rules)
                for one in ones
                if one.article in articles
            )
            for kind, ones in shown.items()
        },
        digests=_digests(store, tally.debts_before, tally.debts_after, today.rules, tried.rules, question),
    )


def digest_of(store: Store, tried: Side, series: Series, at: datetime) -> Digest | None:
    """Compose the last digest of a series that went out by ``at``, as it would have been; None where there is none."""
    sent = next((one for one in reversed(series.outgoing or ()) if one.window.to_at <= at), None)
    if sent is None:
        return None
    articles = _articles(store, set(sent.articles))
    with store.reading() as db:
        seen = coverage(tried.rules.feeds, feed_states.of(db).values(), sent.window)
        reports = stories.reports_of(db, {one.story for one in articles.values()})
    files = {
        story: known_by(of_story, sent.window.from_at)
        if any(one.article in sent.told_before for one in of_story)
        else StoryFile(reports=of_story)
        for story, of_story in reports.items()
    }
    owed = []
    for number in sent.articles:
        stored = articles.get(number)
        taken = wanted(series.subscription, match_article(tried.rules, stored.article)) if stored else ()
        if stored and taken:
            owed.append(
                Owed(
                    id=0,
                    article=stored,
                    matches=taken,
                    kind="news",
                    severity=taken[0].severity,
                    owed_at=stored.stored_at,
                    story_told=number in sent.told_before,
                )
            )
    return compose(series.subscription, tried.rules, owed, files, window=sent.window, coverage=seen, reason="backtest")


def _articles(store: Store, numbers: set[int]) -> dict[int, StoredArticle]:
    found, wanted_ = {}, sorted(numbers)
    with store.reading() as db:
        for start in range(0, len(wanted_), 500):
            found.update({one.id: one for one in polls.articles(db, wanted_[start : start + 500])})
    return found


def _rule_counts(tally: Tally, today: RuleSet, tried: RuleSet, only: str | None) -> tuple[RuleCount, ...]:
    days = tally.days()
    return tuple(
        RuleCount(
            rule=rule,
            name=(tried.rules.get(rule) or today.rules[rule]).name,
            before=sum(before for _, before, _ in days.get(rule, ())),
            after=sum(after for _, _, after in days.get(rule, ())),
            differences={kind: tally.counts[rule, kind] for kind in Kind},
            too_costly=tally.too_costly[rule],
            days=tuple(days.get(rule, ())),
        )
        for rule in dict.fromkeys((*tried.rules, *today.rules))
        if only in (None, rule)
    )


def _changed(one: Difference, stored: StoredArticle, today: RuleSet, tried: RuleSet) -> Changed:
    scored = one.kind is Kind.CHANGED
    return Changed(
        article=stored,
        rule=one.rule,
        before=Verdict(severity=one.before, why=_why(today, stored, one.rule, scored=scored)),
        after=Verdict(severity=one.after, why=_why(tried, stored, one.rule, scored=scored)),
    )


def _why(rules: RuleSet, stored: StoredArticle, rule: str, *, scored: bool) -> str:
    """Say why a rule matches, by its words or by its score, or why it does not."""
    if rule not in rules.rules:
        return "there is no such rule"
    (found,) = explain(rules, stored.article, rule)
    if found.match is None:
        return found.failed
    return found.score if scored else why_line(rules, found.match, stored.article)


def _digests(
    store: Store, before: Debts, after: Debts, today: RuleSet, tried: RuleSet, question: Question
) -> tuple[Series, ...]:
    old, new = _replayed(store, today, before, question), _replayed(store, tried, after, question)
    return tuple(
        Series(
            subscription=tried.subscriptions.get(name) or today.subscriptions[name],
            before=len(old[name]) if name in old else None,
            outgoing=new.get(name),
        )
        for name in dict.fromkeys((*tried.subscriptions, *today.subscriptions))
    )


def _replayed(store: Store, rules: RuleSet, debts: Debts, question: Question) -> dict[str, tuple[Outgoing, ...]]:
    owed: dict[str, Debts] = {name: [] for name in rules.subscriptions}
    for owed_at, debt in debts:
        owed[debt.subscription].append((owed_at, debt))
    reports = _reports(store, owed_twice(debts))
    return {
        name: tuple(replay(one, owed[name], question.since, question.until, reports))
        for name, one in rules.subscriptions.items()
    }


def _reports(store: Store, numbers: set[int]) -> dict[int, list[Report]]:
    found, wanted_ = {}, sorted(numbers)
    with store.reading() as db:
        for start in range(0, len(wanted_), 500):
            found.update(stories.reports_of(db, wanted_[start : start + 500]))
    return found

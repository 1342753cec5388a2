"""Who is owed what: decided when an article or an edit is stored, so that nothing depends on a clock later.

An article is owed once to each subscription that takes one of its matches. An edit is owed to those who were told of
the article (or will be), and as news to those whose rules it matches for the first time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from monitor.model import ArticleRef, Entry, Feed, Match, Severity, StoredArticle
from monitor.rules.ruleset import Subscription
from monitor.stories.reports import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Debt:
    """A new obligation towards one subscription."""

    subscription: str
    article: int
    story: int
    kind: Literal["news", "revision"]
    revision: int
    severity: Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """An open obligation, as far as it decides when it is told."""

    kind: Literal["news", "revision"]
    severity: Severity
    owed_at: datetime
    story_told: bool
    """The subscription was told of this story before."""
    material: bool = False
    """The story changed since it was told, enough to be told at once."""

    @property
    def wakes(self) -> bool:
        """Whether an alert is sent for it; what does not wake anybody rides along."""
        return self.material or (self.kind == "news" and not self.story_told)


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed(Due):
    """An open obligation with all that a digest needs to say about it."""

    id: int
    article: StoredArticle
    matches: tuple[Match, ...]
    """Those that the subscription takes, strongest first."""

    @property
    def story(self) -> int:
        return self.article.story

    @property
    def feed(self) -> str:
        return self.article.article.feed

    @property
    def reference(self) -> ArticleRef:
        """The article as a digest names it."""
        article = self.article.article
        return ArticleRef(
            id=self.article.id,
            title=article.title,
            link=article.link,
            source=article.source,
            published_at=article.published_at,
            duplicate_of=self.article.duplicate_of,
            language=article.language,
        )


class OfStory(Protocol):
    """An open obligation of which it is known what story it belongs to."""

    @property
    def story(self) -> int: ...
    @property
    def severity(self) -> Severity: ...
    @property
    def owed_at(self) -> datetime: ...
    @property
    def wakes(self) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """That an article was told to one subscription."""

    sent_at: datetime
    until_at: datetime
    """Articles stored by then were told with it, as they read when it was sent."""
    severity: Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryFile:
    """All that a story's articles say, and which of them one subscription was told of."""

    reports: Sequence[Report] = ()
    told: Mapping[int, Told] = field(default_factory=dict)
    """By article."""

    @property
    def last_told(self) -> Told | None:
        """When the subscription was last told of the story; None where it never was."""
        return max(self.told.values(), key=lambda one: (one.until_at, one.sent_at), default=None)


def known_by(reports: Sequence[Report], at: datetime) -> StoryFile:
    """Return a story's file as if all that was stored of it by then had been told: for looking at other times."""
    told = Told(sent_at=at, until_at=at, severity=Severity.CRITICAL)
    return StoryFile(reports=reports, told={one.article: told for one in reports if one.at <= at})


def wanted(subscription: Subscription, matches: Iterable[Match]) -> tuple[Match, ...]:
    """Return the matches that a subscription takes, strongest first."""
    floor = subscription.floor.rank if subscription.floor else 0
    taken = [match for match in matches if match.rule in subscription.rules and match.severity.rank >= floor]
    return tuple(sorted(taken, key=lambda match: (-match.severity.rank, -match.score, match.rule)))


def debts_of_new(
    subscriptions: Iterable[Subscription], article: int, story: int, matches: Sequence[Match]
) -> list[Debt]:
    return [
        Debt(
            subscription=subscription.id,
            article=article,
            story=story,
            kind="news",
            revision=0,
            severity=taken[0].severity,
        )
        for subscription in subscriptions
        if (taken := wanted(subscription, matches))
    ]


def debts_of_revision(
    subscriptions: Iterable[Subscription],
    article: StoredArticle,
    matches: Sequence[Match],
    *,
    matched_before: Collection[str],
    told: Collection[str],
    untold: Collection[str],
    kept_back: Collection[str] = (),
) -> list[Debt]:
    """Decide what an edit owes.

    ``article`` is the edited one, ``matched_before`` the rules that an earlier revision matched, ``told`` the
    subscriptions that were told of the article; those that are still to be, ``untold``, will read its new words. To
    those from whom a silence kept it back it is news: the silence may be over by now, else it keeps this back as well.
    """
    debts = []
    for subscription in subscriptions:
        first = wanted(subscription, [match for match in matches if match.rule not in matched_before])
        if subscription.id in untold:
            continue
        if subscription.id in told:
            severity = max((match.severity for match in wanted(subscription, matches)), key=_rank, default=Severity.LOW)
            debts.append(_debt(subscription, article, "revision", severity))
        elif found := first or (wanted(subscription, matches) if subscription.id in kept_back else ()):
            debts.append(_debt(subscription, article, "news", found[0].severity))
    return debts


def _rank(severity: Severity) -> int:
    return severity.rank


def _debt(
    subscription: Subscription, article: StoredArticle, kind: Literal["news", "revision"], severity: Severity
) -> Debt:
    return Debt(
        subscription=subscription.id,
        article=article.id,
        story=article.story,
        kind=kind,
        revision=article.revision,
        severity=severity,
    )


def entries_of_the_past(
    feed: Feed, entries: Sequence[Entry], *, first_poll: bool, since: datetime | None, now: datetime
) -> set[int]:
    """Return the positions of entries that are stored but owed to nobody.

    They are a new feed's past beyond its `first_poll` newest entries, and what is older than its `max_age`. A feed that
    moved to a new address was read before, last at ``since``: what is dated after that is no past.
    """
    past: set[int] = set()
    oldest = datetime.min.replace(tzinfo=now.tzinfo)
    if first_poll:
        newest = sorted(
            range(len(entries)),
            key=lambda position: (entries[position].published_at or oldest, -position),
            reverse=True,
        )
        past.update(
            position
            for position in newest[feed.first_poll :]
            if since is None or (entries[position].published_at or oldest) <= since
        )
    past.update(position for position, entry in enumerate(entries) if too_old(feed, entry.published_at, now))
    return past


def too_old(feed: Feed, published_at: datetime | None, now: datetime) -> bool:
    """Tell whether an item is beyond its feed's `max_age`; one without a date never is."""
    return feed.max_age is not None and published_at is not None and now - published_at > feed.max_age

"""Silences: what they keep back of what is owed, and how a digest's footer says that they hold.

Pure. Must not know who may silence what, nor how what was kept back is remembered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from monitor.digests.floods import Outline
from monitor.digests.owing import Owed
from monitor.digests.words import counted, name
from monitor.model import Match, Silence, SilenceScope
from monitor.rules.ruleset import RuleSet, Subscription

AnyOwed = TypeVar("AnyOwed", Owed, Outline)

NAME_LENGTH, COMMENT_LENGTH = 60, 160
HALF_A_YEAR = timedelta(days=183)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard(Generic[AnyOwed]):
    """What silences leave of what is owed."""

    owed: tuple[AnyOwed, ...]
    """What may be told, without the matches that are silenced."""
    muted: dict[int, tuple[AnyOwed, ...]]
    """By the silence that keeps it back."""


def holds(silence: Silence, now: datetime) -> bool:
    return silence.created_at <= now < (silence.lifted_at or silence.ends_at)


def hear(owed: Iterable[AnyOwed], silences: Iterable[Silence], now: datetime) -> Heard[AnyOwed]:
    """Divide what is owed into what may be told now and what silences keep back.

    A silenced story or feed takes all of it; a silenced rule or region its matches, and with the last of them the rest.
    """
    holding = {(one.scope, one.target): one for one in sorted(silences, key=_by_end) if holds(one, now)}
    heard: list[AnyOwed] = []
    muted: dict[int, list[AnyOwed]] = {}
    for one in owed:
        by, left = _silenced(one, holding)
        if by is None:
            heard.append(one if left == one.matches else _with(one, left))
        else:
            muted.setdefault(by.id, []).append(one)
    return Heard(owed=tuple(heard), muted={silence: tuple(members) for silence, members in muted.items()})


Holding = Mapping[tuple[SilenceScope, str], Silence]


def _by_end(silence: Silence) -> datetime:
    return silence.ends_at


def _silenced(one: AnyOwed, holding: Holding) -> tuple[Silence | None, tuple[Match, ...]]:
    """Return the silence that keeps all of it back, else the matches that none does."""
    if whole := holding.get(("story", str(one.story))) or holding.get(("feed", one.feed)):
        return whole, ()
    by = [_silence_of(match, holding) for match in one.matches]
    left = tuple(match for match, silence in zip(one.matches, by, strict=True) if silence is None)
    return (by[0] if by and not left else None), left


def _silence_of(match: Match, holding: Holding) -> Silence | None:
    if of_rule := holding.get(("rule", match.rule)):
        return of_rule
    of_regions = [holding.get(("region", region)) for region in match.regions]
    return of_regions[0] if of_regions and all(of_regions) else None


def _with(one: AnyOwed, matches: tuple[Match, ...]) -> AnyOwed:
    """Return what is owed without the matches that are silenced; it is no graver than before."""
    gravest = max((match.severity for match in matches), key=lambda severity: severity.rank)
    return replace(one, matches=matches, severity=min(one.severity, gravest, key=lambda severity: severity.rank))


# --- in words ---


def lines(
    silences: Iterable[Silence],
    kept_back: Mapping[int, int],
    headlines: Mapping[int, str],
    rules: RuleSet,
    subscription: Subscription,
) -> tuple[str, ...]:
    """Tell of the silences that concern a subscription, the soonest over first.

    ``kept_back`` counts its articles that each silence keeps back, ``headlines`` are those of the silenced stories that
    it is or was owed something of.
    """
    zone = ZoneInfo(subscription.timezone)
    names = _names(headlines, rules, subscription)
    return tuple(
        f"{one.scope.capitalize()} “{name(names[one.scope, one.target], NAME_LENGTH)}” until "
        f"{_until(one, zone)}, by {name(one.author, NAME_LENGTH)}: "
        f"{name(one.comment, COMMENT_LENGTH)}{_kept_back(kept_back.get(one.id, 0))}"
        for one in sorted(silences, key=_by_end)
        if (one.scope, one.target) in names
    )


def _names(
    headlines: Mapping[int, str], rules: RuleSet, subscription: Subscription
) -> dict[tuple[SilenceScope, str], str]:
    """Return the names of all that can be silenced to a subscription."""
    taken = [rules.rules[one] for one in subscription.rules if one in rules.rules]
    names: dict[tuple[SilenceScope, str], str] = {("story", str(story)): title for story, title in headlines.items()}
    names |= {("rule", rule.id): rule.name for rule in taken}
    names |= {("region", region): rules.regions[region].name for rule in taken for region in rule.where}
    return names | {("feed", feed.id): feed.name for feed in rules.feeds.values()}


def _until(silence: Silence, zone: ZoneInfo) -> str:
    local = silence.ends_at.astimezone(zone)
    year = f" {local.year}" if silence.ends_at - silence.created_at > HALF_A_YEAR else ""
    return f"{local:%a} {local.day} {local:%b}{year} {local:%H:%M}"


def _kept_back(articles: int) -> str:
    return f" ({counted(articles, 'article')} kept back)" if articles else ""

"""The life of a stored article in words: one step a line, with its time, in the order in which things happened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from monitor.digests.due import INSTANT, loud_enough, quiet_hours, tellings
from monitor.digests.threads import can_edit
from monitor.digests.timing import Clock, due_at_or_before
from monitor.digests.words import counted
from monitor.model import DeliveryState
from monitor.rules.ruleset import RuleSet, Subscription
from monitor.store.life import Life, Matched, Obligation, Sending

_LONGEST_WAIT = timedelta(days=9)
"""Every schedule comes round within a week, and quiet hours are over within a day of that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    at: datetime
    stage: str
    text: str


def steps(life: Life, rules: RuleSet, now: datetime, rule: str | None = None) -> list[Step]:
    """Tell a life by what the store holds; of matches only those of ``rule``, where one is named.

    ``rules`` are today's: they say what an open obligation waits for, and who was owed nothing for want of severity.
    """
    told = [
        *_identity(life),
        *_matches(life, rule),
        *(step for match in life.matches if rule in (None, match.rule) for step in _not_owed(life, rules, match)),
    ]
    for one in life.owed:
        told += _obligation(one, rules.subscriptions.get(one.subscription), now)
    return sorted(told, key=lambda step: step.at)


def _identity(life: Life) -> Iterator[Step]:
    stored = life.article
    yield Step(
        at=stored.stored_at, stage="fetched", text=f"from {stored.article.feed}: {stored.article.link}".rstrip(": ")
    )
    yield Step(
        at=stored.stored_at, stage="stored", text=f"as article {stored.id} of story {stored.story}: {life.reason}"
    )
    if stored.duplicate_of is not None:
        yield Step(at=stored.stored_at, stage="copy", text=f"of article {stored.duplicate_of}")
    edits = {revision.replaced_at for revision in life.revisions}
    for one in life.shown:
        if one.feed != stored.article.feed or one.seen_at not in (stored.stored_at, *edits):
            how = "at the same address" if one.url and one.url == stored.article.url else "as it knows it"
            yield Step(at=one.seen_at, stage="shown", text=f"by {one.feed} too, {how}: {one.key}")
    for revision in life.revisions:
        text = f"revision {revision.number + 1}; before: “{revision.title}”"
        yield Step(at=revision.replaced_at, stage="edited", text=text)
    for at, copies in groupby(life.copies, key=lambda copy: copy.stored_at):
        numbers = [str(copy.article) for copy in copies]
        yield Step(at=at, stage="copied", text=f"as {counted(len(numbers), 'other article')}: {', '.join(numbers)}")
    if not life.news:
        text = "to nobody: it lay in its feed before that was watched, or was older than the feed's max_age"
        yield Step(at=stored.stored_at, stage="not owed", text=text)


def _matches(life: Life, rule: str | None) -> Iterator[Step]:
    edited_at = {revision.number + 1: revision.replaced_at for revision in life.revisions}
    found = [match for match in life.matches if rule in (None, match.rule)]
    for match in found:
        revision = f"as of revision {match.revision}, " if match.revision else ""
        text = f"{match.rule}: {match.severity}, score {match.score:g} ({revision}rules {match.rules_version})"
        at = max(match.matched_at, edited_at.get(match.revision, match.matched_at))
        if at > match.matched_at:
            first = f"{match.rule} for the first time (only its latest match is kept)"
            yield Step(at=match.matched_at, stage="matched", text=first)
        yield Step(at=at, stage="matched", text=text)
    if life.set_aside is not None:
        text = f"Dateline failed on it, and tries again after an update or with other rules: {life.set_aside}"
        yield Step(at=life.article.revised_at or life.article.stored_at, stage="set aside", text=text)
    elif not found:
        text = f"by {rule}, as the rules were then" if rule else "by any rule, as the rules were then"
        yield Step(at=life.article.revised_at or life.article.stored_at, stage="no match", text=text)


def _not_owed(life: Life, rules: RuleSet, match: Matched) -> Iterator[Step]:
    """Tell why a match is owed to a subscription that takes its rule today, and was not."""
    if not life.news:
        return
    owed = {one.subscription for one in life.owed}
    for one in rules.subscriptions.values():
        if match.rule not in one.rules or one.id in owed:
            continue
        since = life.loaded_at.get(one.id)
        if since is None or since > match.matched_at:
            text = f"to {one.id}: it was not there yet"
        elif match.rules_version != rules.version:
            text = f"to {one.id}, as the rules were then"
        elif one.floor is not None and match.severity.rank < one.floor.rank:
            text = f"to {one.id}: {match.severity} is below its floor, {one.floor}"
        else:
            continue
        yield Step(at=match.matched_at, stage="not owed", text=text)


def _obligation(one: Obligation, subscription: Subscription | None, now: datetime) -> Iterator[Step]:
    what = "as news" if one.kind == "news" else f"as an edit (revision {one.revision})"
    yield Step(at=one.owed_at, stage="owed", text=f"to {one.subscription} {what}, {one.severity}")
    if one.silence is not None:
        by = f"silence {one.silence.id} (by {one.silence.author}: {one.silence.comment})"
        yield Step(at=now, stage="kept back", text=f"from {one.subscription} by {by}")
        return
    if one.told is None:
        yield Step(at=now, stage="waiting", text=f"for {one.subscription}: {_waits_for(one, subscription, now)}")
        return
    yield Step(at=one.told.composed_at, stage="composed", text=f"in {one.told.digest}")
    for delivery in one.told.deliveries:
        yield _delivery(delivery)
    if not one.told.deliveries:
        yield Step(at=one.told.composed_at, stage="sent", text=f"to nobody: {one.subscription} had no destination")


def _waits_for(one: Obligation, subscription: Subscription | None, now: datetime) -> str:
    if subscription is None:
        return "the rule files no longer have it"
    if isinstance(subscription.schedule, Clock):
        return f"its next digest, {_local(_next_digest(one, subscription, subscription.schedule, now), subscription)}"
    quiet = quiet_hours(subscription, now)
    if quiet and one.severity not in loud_enough(subscription, now):
        return f"held by quiet hours until {_local(quiet.to_at, subscription)}"
    if one.story_in and can_edit(subscription):
        return f"its story was composed in {one.story_in}; it goes on in its thread"
    if one.story_in:
        return f"its story was composed in {one.story_in}; it comes with the next alert"
    if one.kind != "news":
        return "an edit comes with the next alert"
    return f"its bundle is full at {_local(one.owed_at + subscription.bundle, subscription)}"


def _next_digest(one: Obligation, subscription: Subscription, schedule: Clock, now: datetime) -> datetime:
    # From the due time before: it may be one that quiet hours hold.
    since = due_at_or_before(schedule, subscription.timezone, now) - INSTANT
    ahead = tellings(subscription, schedule, since, now + _LONGEST_WAIT)
    return next(window.to_at for window, loud in ahead if window.to_at > now and one.severity in loud)


def _delivery(one: Sending) -> Step:
    part = f", part {one.part} of {one.parts}" if one.parts > 1 else ""
    attempts = "" if one.attempts == 1 and one.sent_at else f", {counted(one.attempts, 'attempt')}"
    receipt = f": {one.receipt}" if one.receipt else ""
    again = f", next try {one.next_attempt_at:%Y-%m-%d %H:%M:%S} UTC" if one.next_attempt_at else ""
    error = f": {one.error}" if one.error else ""
    stage = "on its way" if one.state in (DeliveryState.PENDING, DeliveryState.CLAIMED) else str(one.state)
    text = f"to {one.destination}{part}{attempts}{again}{receipt}{error}"
    return Step(at=one.sent_at or one.created_at, stage=stage, text=text)


def _local(moment: datetime, subscription: Subscription) -> str:
    return f"{moment.astimezone(ZoneInfo(subscription.timezone)):%Y-%m-%d %H:%M} in {subscription.timezone}"

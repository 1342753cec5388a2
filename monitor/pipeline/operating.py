"""Telling the operator: what he should know is kept as a notice while it lasts, and told once, with all else."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import blake2b

from sqlalchemy import Connection

from monitor.app import Services
from monitor.digests.notice import notice_digest, notice_message
from monitor.digests.sending import CHANNELS, FAILURES, LATE
from monitor.digests.words import counted
from monitor.feeds import trouble
from monitor.model import Notice
from monitor.store import feed_states, notices, outbox, pauses, set_aside, telling

TEMPLATES = "templates@"
"""How the keys of notices about templates begin; the version of the templates follows."""

MOST_AN_HOUR = 6
"""Messages; what comes up beyond that waits and is told together."""


def tell_operator(db: Connection, services: Services, notice: Notice) -> None:
    """Keep a notice: `status` shows it at once, the operator is told by the next `attend`."""
    if all(one.key != notice.key for one in notices.open_notices(db, notice.key)):
        services.log.warning("the operator should know", notice=notice.key, what=notice.what)
    notices.raise_notice(db, notice)


def attend(services: Services) -> bool:
    """Notice what feeds and rule files need, and tell the operator in one message what is new or over.

    Returns whether there was anything to tell. A feed that dies and comes back between two calls is told to nobody, and
    three hundred that die in an outage are one message.
    """
    now = services.clock.now()
    with services.store.writing() as db:
        _notice_feeds(db, services)
        _notice_rules(db, services, now)
        _notice_articles(db, services)
        _forget_places(db, services)
        return _tell(db, services, now)


def _notice_feeds(db: Connection, services: Services) -> None:
    feeds = services.rulebook.rules.feeds
    troubled = [(feeds[state.feed], state) for state in feed_states.troubled(db) if state.feed in feeds]
    present = {notice.key: notice for feed, state in troubled for notice in trouble.notices_of(feed, state)}
    known = {notice.key: notice for notice in notices.open_notices(db, trouble.FAMILY)}
    _raise_new(db, services, present, known)
    unseen = [notice for key, notice in known.items() if key not in present]
    states = feed_states.of(db, [_feed_of(notice) for notice in unseen]) if unseen else {}
    for notice in unseen:
        feed, state = feeds.get(_feed_of(notice)), states.get(_feed_of(notice))
        if not feed or not state:
            notices.end_notice(db, notice.key)
        elif not trouble.lasts(feed, state, notice):
            notices.end_notice(db, notice.key, over=trouble.over(feed, state, notice))


def _feed_of(notice: Notice) -> str:
    return notice.key.split("/")[1]


def _notice_rules(db: Connection, services: Services, now: datetime) -> None:
    """Notice what is wrong with the rule files: each error once, until they are good again."""
    rulebook = services.rulebook
    known = {notice.key: notice for notice in notices.open_notices(db, notices.RULES)}
    error = next((str(finding) for finding in rulebook.findings if finding.level == "error"), None)
    if rulebook.error is None or error is None:
        for key in known:
            notices.end_notice(db, key)
        return
    key = notices.RULES + blake2b(error.encode(errors="replace"), digest_size=8).hexdigest()
    what = "The rule files have an error; the last good ones stay in force"
    notice = Notice(key=key, what=what, hint=f"{error}. `dateline check` shows every problem.", since_at=now)
    _raise_new(db, services, {key: notice}, known)


def _notice_articles(db: Connection, services: Services) -> None:
    count, since = set_aside.counted(db)
    known = {notice.key: notice for notice in notices.open_notices(db, notices.ARTICLES)}
    if since is None:
        notices.end_notice(db, notices.ARTICLES)
        return
    what = f"{counted(count, 'article')} could not be matched or told: Dateline failed there"
    hint = "Tried again after an update or with other rules; the log says what failed, `dateline explain` for which."
    _raise_new(
        db, services, {notices.ARTICLES: Notice(key=notices.ARTICLES, what=what, hint=hint, since_at=since)}, known
    )


def _forget_places(db: Connection, services: Services) -> None:
    """End what is known of places to which nothing goes any more: the rule files have them no longer."""
    rules = services.rulebook.rules
    named = {*rules.operator.to, *(place for one in rules.subscriptions.values() for place in one.to)}
    for family in (CHANNELS, LATE, FAILURES):
        for notice in notices.open_notices(db, family):
            place = notice.key.removeprefix(family)
            if not any(place in (one, one.partition(":")[0]) for one in named) and not outbox.waits_for(db, place):
                notices.end_notice(db, notice.key)
                pauses.end(db, place)


def _raise_new(db: Connection, services: Services, present: dict[str, Notice], known: dict[str, Notice]) -> None:
    for key, notice in present.items():
        if key not in known:
            tell_operator(db, services, notice)
        elif (notice.what, notice.hint) != (known[key].what, known[key].hint):
            notices.raise_notice(db, notice)


def _tell(db: Connection, services: Services, now: datetime) -> bool:
    new, ended = notices.untold(db)
    destinations = services.rulebook.rules.operator.to
    told_lately = notices.messages_between(db, notices.OPERATOR, now - timedelta(hours=1), now)
    if not (new or ended) or not destinations or told_lately >= MOST_AN_HOUR:
        return False
    because = "you are named as the operator in the rule files"
    digest = notice_digest(notices.OPERATOR, new, over=ended, at=now, reason=because)
    digest = replace(digest, id=telling.unused_id(db, digest.id))
    telling.save_digest(db, digest, (), now=now, keep_open=True)
    templates = services.rulebook.builtin_templates  # what is told may be that others fail
    for destination in destinations:
        message = notice_message(digest, destination, templates)
        outbox.enqueue(db, digest, destination, [message], now=now, held=services.channels.missing(destination))
    notices.mark_told(db, now)
    return True


def end_notices_of_templates(db: Connection, version: str) -> None:
    """Drop what is known of templates that are not those in force: what failed may be mended."""
    for notice in notices.open_notices(db, TEMPLATES):
        if not notice.key.startswith(f"{TEMPLATES}{version}/"):
            notices.end_notice(db, notice.key)

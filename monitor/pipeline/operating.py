"""Telling the operator: kept as a notice while it lasts, and sent once to whom the rule files name as `operator`."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from monitor.app import Services
from monitor.digests.notice import notice_digest, notice_message
from monitor.model import Notice
from monitor.store import notices, outbox, telling

SUBSCRIPTION = "operator"

TEMPLATES = "templates@"
"""How the keys of notices about templates begin; the version of the templates follows."""


def tell_operator(db: Connection, services: Services, notice: Notice) -> None:
    """Keep a notice, and send it where nothing is known yet of what it is about."""
    known = {one.key for one in notices.open_notices(db)}
    notices.raise_notice(db, notice)
    if notice.key in known or not services.rulebook.rules.operator.to:
        return
    digest = notice_digest(SUBSCRIPTION, notice, reason="you are named as the operator in the rule files")
    digest = replace(digest, id=telling.unused_id(db, digest.id))
    telling.save_digest(db, digest, (), now=notice.since_at, keep_open=True)
    for destination in services.rulebook.rules.operator.to:
        # By the built-in templates: what is told may be that others fail.
        message = notice_message(digest, destination, services.rulebook.builtin_templates)
        held = services.channels.missing(destination)
        outbox.enqueue(db, digest, destination, [message], now=notice.since_at, held=held)


def end_notices_of_templates(db: Connection, version: str) -> None:
    """Drop what is known of templates that are not those in force: what failed may be mended."""
    for notice in notices.open_notices(db):
        if notice.key.startswith(TEMPLATES) and not notice.key.startswith(f"{TEMPLATES}{version}/"):
            notices.end_notice(db, notice.key)

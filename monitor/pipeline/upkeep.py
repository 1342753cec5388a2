"""Keeping the database alive: a daily backup, a weekly look at the whole of it, and room to go on.

Both chores run beside the work, in threads and on connections of their own. A database that is no file is its server's
care.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from math import ceil
from pathlib import Path

from monitor.app import Services
from monitor.errors import DamagedError, StoreError
from monitor.model import Notice
from monitor.pipeline.operating import tell_operator
from monitor.store import backups, notices, upkeep

BACKUP, CHECK, DISK = upkeep.BACKUP, "check", "disk"
"""Names of chores, and keys of notices."""

BACKUP_EVERY = timedelta(days=1)
CHECK_EVERY = timedelta(weeks=1)


async def keep_up(services: Services) -> None:
    """Do the chores that are due. Raises DamagedError where the database is not sound any more."""
    file = services.store.file
    if file is None:
        return
    if await services.in_store(lambda: _is_due(services, CHECK, CHECK_EVERY)):
        await asyncio.to_thread(services.store.check)
        await services.in_store(lambda: _record(services, CHECK))
    if await services.in_store(lambda: _is_due(services, BACKUP, BACKUP_EVERY)):
        await _back_up(services, file)


def _is_due(services: Services, chore: str, every: timedelta) -> bool:
    with services.store.reading() as db:
        return upkeep.is_due(db, chore, every, services.clock.now())


def _record(services: Services, chore: str) -> None:
    with services.store.writing() as db:
        upkeep.record(db, chore, services.clock.now())


async def _back_up(services: Services, file: Path) -> None:
    now = services.clock.now()
    target = backups.name_for(file, now)
    try:
        await asyncio.to_thread(_make, file, target, now)
    except DamagedError:
        raise
    except StoreError as error:
        reason = str(error)
        services.log.error("database not backed up", error=reason)
        await services.in_store(lambda: _fault(services, reason))
    else:
        await services.in_store(lambda: _done(services))
        services.log.info("database backed up", file=str(target))


def _make(file: Path, target: Path, now: datetime) -> None:
    backups.make(file, target)
    backups.forget_old(file, now)


def _fault(services: Services, reason: str) -> None:
    what, hint = f"The database could not be backed up: {reason}", "make room there; it is tried again each hour"
    with services.store.writing() as db:
        tell_operator(db, services, Notice(key=BACKUP, what=what, hint=hint, since_at=services.clock.now()))


def _done(services: Services) -> None:
    with services.store.writing() as db:
        upkeep.record(db, BACKUP, services.clock.now())
        notices.end_notice(db, BACKUP, over="The database is backed up again")


# --- room --------------------------------------------------------------------------------------------------------


def has_room(services: Services) -> bool:
    """Tell whether there is room to store what a poll may bring; what is owed is told as long as anything can be.

    Once polling waits, it does so until there is clearly enough: room that moves about the limit would have it stop and
    go, and the operator told, every few minutes.
    """
    room = services.store.room()
    if room is None or room.ample:
        return True
    return not room.scarce and not _waits_for_room(services)


def _waits_for_room(services: Services) -> bool:
    with services.store.reading() as db:
        return bool(notices.open_notices(db, DISK))


def watch_disk(services: Services) -> None:
    """Tell the operator that polling waits for room, and when it goes on."""
    file, fits = services.store.file, has_room(services)
    if not fits:
        services.store.empty_log()  # what it takes may be all that is missing
        fits = has_room(services)
    room = services.store.room()
    if file is None or room is None or fits != _waits_for_room(services):
        return
    with services.store.writing() as db:
        if fits:
            notices.end_notice(db, DISK, over="There is room on the disk again, and feeds are polled as before")
            services.log.info("there is room again, polling goes on")
        else:
            what = "The disk is nearly full: no feed is polled"
            hint = f"make room where {file.parent} lies: polling goes on with {ceil(room.enough / 1e6)} MB free"
            tell_operator(db, services, Notice(key=DISK, what=what, hint=hint, since_at=services.clock.now()))

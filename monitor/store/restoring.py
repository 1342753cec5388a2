"""Putting a backup in the place of the database: checked, brought up to date and full of doubt, then swapped in whole.

What the backup has as waiting may have been sent since it was made, so that the channels are asked first.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import update

from monitor.errors import DamagedError, StoreError
from monitor.model import DeliveryState
from monitor.store.backups import Backup, backup_at, durable, folder_of, kept, make
from monitor.store.damage import find_damage
from monitor.store.engine import Store
from monitor.store.tables import DELIVERY

_SIDES = ("-wal", "-shm")
_WAITING = (DeliveryState.PENDING, DeliveryState.CLAIMED, DeliveryState.HELD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    backup: Backup
    passed_over: tuple[Path, ...]
    """Newer backups that are damaged themselves."""
    former: Path | None
    """Where the former database lies now; None: there was none."""
    in_doubt: int
    """Messages that the channels are asked about before they are sent."""


def restore(file: Path, backup: Path | None, *, now: datetime) -> Restored:
    """Put a backup in the place of a database that nobody else writes to: the newest sound one beside it if none is
    given. The former database is moved aside, never deleted.

    Raises StoreError where no backup can be used; nothing was changed then.
    """
    file = file.resolve()
    chosen, passed_over = _chosen(file, backup)
    copy = file.with_name(f".{file.name}.restored")
    try:
        _remove(copy)
        try:
            make(chosen.path, copy)
            in_doubt = _doubt(copy, chosen, now)
            durable(copy)
            former = _move_aside(file, now)
            copy.replace(file)
            durable(file.parent)
        finally:
            _remove(copy)
    except OSError as error:
        raise StoreError(f"{chosen.path} could not be restored: {error.strerror}") from error
    return Restored(backup=chosen, passed_over=passed_over, former=former, in_doubt=in_doubt)


def _chosen(file: Path, backup: Path | None) -> tuple[Backup, tuple[Path, ...]]:
    if backup is not None:
        if not backup.is_file():
            raise StoreError(f"{backup}: no such file")
        if problem := find_damage(backup):
            raise DamagedError(f"{backup} is damaged itself: {problem}")
        return backup_at(backup), ()
    passed_over: list[Path] = []
    for one in kept(file):
        if find_damage(one.path) is None:
            return one, tuple(passed_over)
        passed_over.append(one.path)
    what = "no sound backup" if passed_over else "no backup"
    raise StoreError(f"there is {what} in {folder_of(file)}; `dateline restore FILE` takes one from elsewhere")


def _doubt(copy: Path, backup: Backup, now: datetime) -> int:
    """Bring the copy to this program's schema, and doubt what has not been sent in it; returns how many messages."""
    store = Store(f"sqlite:///{copy}")
    try:
        if not store.is_known():
            raise StoreError(f"{backup.path} is not a database of this Dateline: it has schema {store.version()}")
        store.upgrade()
        with store.writing() as db:
            reason = f"waited in the backup of {backup.made_at:%Y-%m-%d %H:%M} UTC, may have been sent since"
            values = {"state": DeliveryState.UNKNOWN, "next_attempt_at": now, "deadline_at": None, "error": reason}
            return db.execute(update(DELIVERY).where(DELIVERY.c.state.in_(_WAITING)).values(**values)).rowcount
    finally:
        store.close()


def _move_aside(file: Path, now: datetime) -> Path | None:
    """Give the former database another name. It keeps its own too until the copy takes that: whatever happens in
    between, there is one, and no program begins anew."""
    if not file.exists():
        return None
    aside = file.with_name(f"{file.stem}-before-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}{file.suffix}")
    try:
        os.link(file, aside)
    except OSError:  # not every file system can
        shutil.copy2(file, aside)
    for side in _SIDES:
        with suppress(FileNotFoundError):
            Path(f"{file}{side}").rename(f"{aside}{side}")
    return aside


def _remove(copy: Path) -> None:
    for side in ("", "-journal", *_SIDES):
        Path(f"{copy}{side}").unlink(missing_ok=True)

"""Putting a backup in the place of the database: checked, brought up to date and full of doubt, then swapped in whole.

What the backup has as waiting may have been sent since it was made, so that the channels are asked first.

The former database and its log are several files, which nothing moves at once. The copy lies beside them as a mark
(`store.damage`) from before the first is moved, and ceases to be one by taking the database's name: who is cut off in
between leaves what every program refuses, and a restore that is run again goes on with.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import update

from monitor.errors import DamagedError, StoreError
from monitor.model import DeliveryState
from monitor.store.backups import STAMP, Backup, backup_at, durable, folder_of, kept, make
from monitor.store.damage import find_damage, restore_mark
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
    chosen, passed_over = _chosen(file, backup, now)
    draft, mark = file.with_name(f".{file.name}.draft"), _mark(file, now)
    aside = _aside(file, mark)
    try:
        if mark.exists():
            os.truncate(mark, 0)  # its name is what counts, and its room may be needed
        _remove(draft)
        try:
            make(chosen.path, draft)
            in_doubt = _doubt(draft, chosen, now)
            durable(draft)
            draft.replace(mark)
        finally:
            _remove(draft)
        durable(file.parent)
        _move_aside(file, aside)
        durable(file.parent)
        mark.replace(file)
        durable(file.parent)
    except OSError as error:
        raise StoreError(f"{chosen.path} could not be restored: {error.strerror}") from error
    former = aside if aside.exists() else None
    return Restored(backup=chosen, passed_over=passed_over, former=former, in_doubt=in_doubt)


def _chosen(file: Path, backup: Path | None, now: datetime) -> tuple[Backup, tuple[Path, ...]]:
    if backup is not None:
        if not backup.is_file():
            raise StoreError(f"{backup}: no such file")
        if problem := find_damage(backup):
            raise DamagedError(f"{backup} is damaged itself: {problem}")
        return backup_at(backup), ()
    passed_over: list[Path] = []
    for one in kept(file, now):
        if find_damage(one.path) is None:
            return one, tuple(passed_over)
        passed_over.append(one.path)
    what = "no sound backup" if passed_over else "no backup"
    raise StoreError(f"there is {what} in {folder_of(file)}; `dateline restore FILE` takes one from elsewhere")


def _doubt(copy: Path, backup: Backup, now: datetime) -> int:
    """Bring the copy to this program's schema, and doubt what has not been sent in it; returns how many messages.

    Also what was being repeated: it would never be asked about otherwise, nor sent.
    """
    store = Store(f"sqlite:///{copy}")
    try:
        if not store.is_known():
            raise StoreError(f"{backup.path} is not a database of this Dateline: it has schema {store.version()}")
        store.upgrade()
        with store.writing() as db:
            reason = f"waited in the backup of {backup.made_at:%Y-%m-%d %H:%M} UTC, may have been sent since"
            asked = {"state": DeliveryState.UNKNOWN, "repeats": 0, "next_attempt_at": now, "deadline_at": None}
            waiting = update(DELIVERY).where(DELIVERY.c.state.in_(_WAITING))
            return db.execute(waiting.values(**asked, error=reason)).rowcount
    finally:
        store.close()


def _mark(file: Path, now: datetime) -> Path:
    """Return the mark of this restore: that of one that was cut off, which has moved something aside perhaps, else one
    of now, or of the first second after it that has no former database yet."""
    if begun := restore_mark(file):
        return begun
    while True:
        mark = file.with_name(f".{file.name}.restored-{now.astimezone(UTC):{STAMP}}")
        if not any(Path(f"{_aside(file, mark)}{side}").exists() for side in ("", *_SIDES)):
            return mark
        now += timedelta(seconds=1)


def _aside(file: Path, mark: Path) -> Path:
    """Return the name that the former database gets: a restore that is run again moves the rest to the same."""
    return file.with_name(f"{file.stem}-before-{mark.name.rpartition('-')[2]}{file.suffix}")


def _move_aside(file: Path, aside: Path) -> None:
    """Move what is there of the former database, also a log without its file: SQLite would take it for the copy's."""
    for side in (*_SIDES, ""):
        part, target = Path(f"{file}{side}"), Path(f"{aside}{side}")
        if part.exists():
            if target.exists():
                raise StoreError(f"{part} and {target} are both there: move one elsewhere, and restore again")
            part.rename(target)


def _remove(copy: Path) -> None:
    for side in ("", "-journal", *_SIDES):
        Path(f"{copy}{side}").unlink(missing_ok=True)

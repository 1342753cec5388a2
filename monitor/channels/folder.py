"""Digests as folders: one per digest, complete or not there at all."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

from monitor.errors import DeliveryError
from monitor.model import Asked, Delivery, FolderMessage, Receipt


class FolderChannel:
    """Writes below the folder that a destination names; a relative one starts at the home and stays in it."""

    def __init__(self, home: Path) -> None:
        self._home = home

    async def send(self, delivery: Delivery) -> Receipt:
        """Write the digest's folder; one that is there already is this very message, and is left alone."""
        try:
            return await asyncio.to_thread(self._write, delivery)
        except OSError as error:
            raise DeliveryError(f"cannot write {error.filename or self._target(delivery)}: {error.strerror}") from error

    async def ask(self, delivery: Delivery) -> Receipt | Asked:
        target = self._target(delivery)
        return Receipt(reference=str(target)) if target.is_dir() else Asked.ABSENT

    async def close(self) -> None:
        """Nothing is held open."""

    def _target(self, delivery: Delivery) -> Path:
        message, place = delivery.message, Path(delivery.destination.partition(":")[2])
        if not isinstance(message, FolderMessage):
            raise DeliveryError(f"{delivery.destination} takes folders only", permanent=True)
        outbox = (self._home / place).resolve()
        if not place.is_absolute() and not outbox.is_relative_to(self._home.resolve()):
            raise DeliveryError(f"{delivery.destination} lies outside the home; write its full path", permanent=True)
        for name in (message.name, *message.files):
            if not name or name.startswith(".") or Path(name).name != name or "\\" in name:
                raise DeliveryError(f"{name!r} is no name for a file", permanent=True)
        return outbox / message.name

    def _write(self, delivery: Delivery) -> Receipt:
        target = self._target(delivery)
        assert isinstance(delivery.message, FolderMessage)  # noqa: S101 - checked by _target
        if not target.is_dir():
            partial = target.with_name(f".{target.name}.partial")
            shutil.rmtree(partial, ignore_errors=True)  # of an attempt that was killed
            partial.mkdir(parents=True)
            try:
                for name, text in delivery.message.files.items():
                    (partial / name).write_text(text, "utf-8", newline="\n")
                partial.rename(target)
            finally:
                shutil.rmtree(partial, ignore_errors=True)
        return Receipt(reference=str(target))

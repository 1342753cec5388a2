"""Work that goes on between the ticks that start it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any


class Tasks(dict[Any, asyncio.Task[None]]):
    """What is being worked on, each by its key, until it ends; an error is handed to ``failed``."""

    def __init__(self, failed: Callable[[BaseException], None]) -> None:
        super().__init__()
        self._on_error = failed

    def start(self, key: Any, work: Coroutine[Any, Any, None]) -> None:
        task = self[key] = asyncio.create_task(work)

        def done(finished: asyncio.Task[None]) -> None:
            del self[key]
            if not finished.cancelled() and (error := finished.exception()):
                self._on_error(error)

        task.add_done_callback(done)

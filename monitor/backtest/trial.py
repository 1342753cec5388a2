"""Stored articles, chunk by chunk, held against two rule sets by as many processes as there are processors.

A process compiles both rule sets for itself and reads its chunks in short transactions, so that neither a running
daemon nor memory feels how large the archive is.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context

from monitor.backtest.compare import Tally
from monitor.digests.render import Templates
from monitor.errors import MonitorError
from monitor.home_files import HomeFiles
from monitor.rulebook import compile_home
from monitor.rules.ruleset import RuleSet
from monitor.store import Store, reading

CHUNK = 250
"""Articles of one transaction and one task."""

ALONE = 4
"""So many chunks are done before other processes have started."""

MOST_PROCESSES = 8

Progress = Callable[[int, int], None]
"""Is told how many of how many chunks are done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two rule sets, compiled, and the files that another process compiles it from."""

    files: HomeFiles
    rules: RuleSet
    templates: Templates


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    since: datetime
    until: datetime
    limit: int
    """Differences of a kind that are shown."""
    rule: str | None = None
    """The one rule whose differences are shown."""


class Trial:
    """Two compiled rule sets over an open archive."""

    def __init__(self, store: Store, today: RuleSet, tried: RuleSet, question: Question) -> None:
        self._store = store
        self._today = today
        self._tried = tried
        self._question = question

    def tally(self, ids: range) -> Tally:
        asked = self._question
        tally = Tally(limit=asked.limit, only=asked.rule)
        with self._store.reading() as db:
            stored = reading.articles_between(db, ids, asked.since, asked.until)
        for article, owed in stored:
            try:
                tally.add(article, owed, self._today, self._tried)
            except Exception as error:
                # The one broad net of the back-test: an article that breaks the matcher is counted, the others go on.
                tally.broken += 1
                tally.fault = tally.fault or f"article {article.id}: {type(error).__name__}: {error}"
        return tally


def tally_all(store: Store, today: Side, tried: Side, question: Question, progress: Progress) -> Tally:
    """Tally the articles stored in a time, in their order."""
    with store.reading() as db:
        ids = reading.ids_between(db, question.since, question.until)
    chunks = [ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK)]
    total = Tally(limit=question.limit, only=question.rule)
    progress(0, len(chunks))
    with _tallies(store, today, tried, question, chunks) as tallies:
        for done, tally in enumerate(tallies, start=1):
            total += tally
            progress(done, len(chunks))
    return total


@contextmanager
def _tallies(
    store: Store, today: Side, tried: Side, question: Question, chunks: list[range]
) -> Iterator[Iterable[Tally]]:
    processes = min(_processors(), MOST_PROCESSES)
    if processes == 1 or len(chunks) <= ALONE:
        yield map(Trial(store, today.rules, tried.rules, question).tally, chunks)
        return
    given = (store.url.render_as_string(hide_password=False), today.files, tried.files, question)
    # Started afresh, not forked: this process may have threads that draw a progress bar.
    pool = ProcessPoolExecutor(processes, get_context("spawn"), initializer=_prepare, initargs=given)
    try:
        yield pool.map(_tally, chunks)
    except BrokenProcessPool as error:
        raise MonitorError("a process of the back-test died, perhaps for want of memory") from error
    finally:
        pool.shutdown(cancel_futures=True)


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


_trial: Trial | None = None
"""A worker process's own."""


def _prepare(database: str, today: HomeFiles, tried: HomeFiles, question: Question) -> None:
    global _trial
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    sides = [compile_home(files).rules for files in (today, tried)]
    assert sides[0] is not None and sides[1] is not None  # noqa: S101 - the parent compiled the same bytes
    _trial = Trial(Store(database), sides[0], sides[1], question)


def _tally(chunk: range) -> Tally:
    assert _trial is not None  # noqa: S101 - `_prepare` ran first
    return _trial.tally(chunk)

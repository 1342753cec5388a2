"""What Prometheus reads: what this process has done since its start, and how things stand in the database.

Nothing is labelled with a feed, a rule or a reader: what grows with the rule files would grow every series. Names begin
with ``dateline_`` and end with their unit. Must not know who serves them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from importlib.metadata import version

from prometheus_client import CollectorRegistry, Counter, Histogram, Info, ProcessCollector, disable_created_metrics
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from monitor.clock import Clock
from monitor.health import Health
from monitor.model import (
    Delivery,
    DeliveryState,
    FeedHealth,
    FeedState,
    FetchFailed,
    FetchOutcome,
    NotModified,
)
from monitor.store.standing import Standing

disable_created_metrics()  # type: ignore[no-untyped-call]  # series that say when each series began

_LATENESS = (1, 5, 15, 60, 300, 900, 3600, 6 * 3600)
_DURATION = (0.01, 0.05, 0.25, 1, 5, 15, 60)

_REASONS = (
    ("timeout", "took longer|timed out"),
    ("name", "no such host|the name of its host"),
    ("connection", "connection refused|closed the connection|no connection|its answer ended"),
    ("certificate", "its certificate|no secure"),
    ("refused_address", ".*is not a public address"),
    ("too_large", "is larger|unpacks to more"),
    ("redirect", "redirects"),
    ("broken", "could not be processed"),
)
"""How the reasons of failed polls begin, by the class that they are counted in; any other is `unreadable`."""


class Metrics:
    """What this process counts, each where it happens."""

    def __init__(self) -> None:
        self.registry = _registry()
        self._polls = self._counter("polls", "Polls: ok, not_modified or failed, and for what.", "outcome", "reason")
        self._articles = self._counter("articles", "Articles: new, revised, or a copy of another.", "kind")
        self._lateness = self._histogram(
            "poll_lateness_seconds", "How long after it was due a poll began.", buckets=_LATENESS
        )
        self._parser_kills = self._counter("parser_kills", "Documents whose reading was cut off, by reason.", "reason")
        self._attempts = self._counter(
            "delivery_attempts", "Tries to send a message, by channel and what became of it.", "channel", "outcome"
        )
        self._steps = self._histogram(
            "step_duration_seconds", "How long a step of the daemon took.", "step", buckets=_DURATION
        )
        self._failures = self._counter("step_failures", "Steps of the daemon that ended with an error.", "step")
        self._heartbeats = self._counter("heartbeats", "Requests to the heartbeat address, by outcome.", "outcome")

    def polled(self, outcome: FetchOutcome, articles: Mapping[str, int]) -> None:
        match outcome:
            case FetchFailed():
                self._polls.labels("failed", reason_of(outcome)).inc()
            case NotModified():
                self._polls.labels("not_modified", "").inc()
            case _:
                self._polls.labels("ok", "").inc()
        for kind, count in articles.items():
            if count:
                self._articles.labels(kind).inc(count)

    def poll_began(self, state: FeedState, now: datetime) -> None:
        """Count how late a poll is; one that comes before its time, as with `once --all`, is not late."""
        if state.next_poll_at is not None and state.next_poll_at <= now:
            self._lateness.observe((now - state.next_poll_at).total_seconds())

    def parser_killed(self, reason: str) -> None:
        self._parser_kills.labels(reason).inc()

    def attempted(self, delivery: Delivery, state: DeliveryState) -> None:
        self._attempts.labels(delivery.destination.partition(":")[0], str(state)).inc()

    def step_ended(self, step: str, seconds: float, *, failed: bool) -> None:
        self._steps.labels(step).observe(seconds)
        self._failures.labels(step).inc(failed)

    def heartbeat(self, *, failed: bool) -> None:
        self._heartbeats.labels("failed" if failed else "ok").inc()

    def _counter(self, name: str, said: str, *labels: str) -> Counter:
        return Counter(f"dateline_{name}", said, labels, registry=self.registry)

    def _histogram(self, name: str, said: str, *labels: str, buckets: Iterable[float]) -> Histogram:
        return Histogram(f"dateline_{name}", said, labels, registry=self.registry, buckets=tuple(buckets))


def reason_of(failed: FetchFailed) -> str:
    """Return the class of a failure: so few that an alert can name each."""
    if failed.status is not None:
        return f"http_{failed.status // 100}xx"
    return next((name for name, words in _REASONS if re.match(words, failed.reason)), "unreadable")


class _StandingCollector(Collector):
    """Gauges of how things stand, looked up whenever somebody reads them."""

    def __init__(self, health: Health, clock: Clock) -> None:
        self._health = health
        self._clock = clock

    def collect(self) -> Iterator[Metric]:
        look = self._health.look()
        yield _gauge("healthy", "1 where silence means that nothing happened (as /healthz says).", not look.ailments)
        yield InfoMetricFamily("dateline_rules", "The rule set in force.", {"version": look.rules.version})
        yield _gauge("rules_refused", "1 where the rule files have errors: the last good stay.", look.rules.refused)
        if look.database_bytes is not None:
            yield _gauge("database_size_bytes", "Size of the database's files.", look.database_bytes)
        if look.room is not None:
            yield _gauge("disk_free_bytes", "Room left where the database lies.", look.room.free)
        if look.standing is not None:
            yield from self._gauges(look.standing)

    def _gauges(self, now: Standing) -> Iterator[Metric]:
        yield _by("deliveries", "Messages by state.", {state: now.deliveries.get(state, 0) for state in DeliveryState})
        waiting = "Age of the oldest message that waits to be sent, for whatever reason; 0: none does."
        yield self._age("delivery_oldest_pending_seconds", waiting, now.oldest_pending_at)
        yield _by("feeds", "Feeds by state.", {state: now.feeds.get(state, 0) for state in FeedHealth})
        yield _gauge("feeds_quiet", "Feeds silent for longer than is their habit.", now.quiet)
        yield _gauge("feeds_unstable", "Feeds that give known entries new ids.", now.unstable)
        overdue = "How long ago the most overdue feed was due; 0: none is."
        yield self._age("feed_most_overdue_seconds", overdue, now.most_overdue_at)
        yield _gauge("notices_open", "What the operator should know and is not over.", now.notices)
        yield _gauge("channels_paused", "Destinations and channels that nothing is sent to for now.", now.paused)
        if now.backup_at is not None:
            yield self._age("backup_age_seconds", "Age of the newest backup; absent before the first.", now.backup_at)

    def _age(self, name: str, said: str, since: datetime | None) -> Metric:
        seconds = (self._clock.now() - since).total_seconds() if since else 0.0
        return _gauge(name, said, max(seconds, 0.0))


class Watched:
    """What those see who watch from outside."""

    def __init__(self, health: Health, *, clock: Clock, registry: CollectorRegistry | None = None) -> None:
        """``registry`` is what the process counts itself, with those of the daemon."""
        self._health = health
        self._registry = registry or _registry()
        self._registry.register(_StandingCollector(health, clock))

    def ailments(self) -> tuple[str, ...]:
        return self._health.look().ailments

    def exposition(self, accept: str) -> tuple[bytes, str]:
        """Return all metrics as text, in the form that an Accept header asks for, and its media type."""
        encode, media_type = choose_encoder(accept)
        return encode(self._registry), media_type


def _registry() -> CollectorRegistry:
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    Info("dateline_build", "The version that runs.", registry=registry).info({"version": version("dateline")})
    return registry


def _gauge(name: str, said: str, value: float) -> Metric:
    return GaugeMetricFamily(f"dateline_{name}", said, value=float(value))


def _by(name: str, said: str, states: Mapping[str, int]) -> Metric:
    family = GaugeMetricFamily(f"dateline_{name}", said, labels=["state"])
    for state, count in states.items():
        family.add_metric([str(state)], count)
    return family

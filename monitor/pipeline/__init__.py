"""The steps of Dateline, in order. Read this file first.

    watch_feeds      the rule files say which feeds and subscriptions there are
    poll_feed        fetch → parse → store → group → match → owe            one transaction per 200 entries of a feed
    compose_digests  what is owed and due → a digest and its messages       one transaction per digest
    deliver          claim → send → record                                  the claim is durable before anything is sent
    settle           what a stopped program left claimed: ask the channel, or repeat once
    attend           what needs the operator: noticed, and told once, all in one message
    watch_disk       polling waits while the disk is nearly full
    keep_up          back the database up daily, read the whole of it weekly
    retire           close silent stories, forget unmatched articles older than DATELINE_KEEP

Each step reads committed state, does one thing and commits; running it again is harmless. Nothing is fetched or sent
inside a transaction. If the process dies

    while fetching or parsing     nothing was stored; the feed is still due
    while storing a poll          a slice is stored whole or not at all, and the next poll knows its entries; ETag and
                                  body hash come with the last slice, so until then the document is served again
    while composing               digest, messages, settled debts and closed window commit together or not at all
    after a claim, before "sent"  the delivery stays claimed; `settle` asks the channel before it is sent again

No decision is taken in here: pure rooms decide, the steps only order the calls. `run_once` is `dateline once`;
`monitor.daemon` runs the same steps by the clock.
"""

from __future__ import annotations

from monitor.app import Services
from monitor.pipeline.compose import compose_digests
from monitor.pipeline.counts import Counts
from monitor.pipeline.deliver import abandon_claims, claim_due, count_held, deliver, deliver_all, send, settle
from monitor.pipeline.operating import attend
from monitor.pipeline.poll import due_feeds, look_again, poll_feed, poll_feeds, watch_feeds
from monitor.pipeline.retiring import retire
from monitor.pipeline.upkeep import keep_up, watch_disk

__all__ = [
    "Counts",
    "abandon_claims",
    "attend",
    "claim_due",
    "compose_digests",
    "deliver",
    "deliver_all",
    "due_feeds",
    "keep_up",
    "look_again",
    "poll_feed",
    "poll_feeds",
    "retire",
    "run_once",
    "send",
    "settle",
    "start",
    "watch_disk",
    "watch_feeds",
]


def start(services: Services) -> None:
    """What every run begins with: follow the rule files, and doubt what a stopped program left claimed."""
    watch_feeds(services)
    abandon_claims(services)


async def run_once(services: Services, *, every_feed: bool = False) -> Counts:
    """Go through every step once; alerts do not wait for their bundle."""
    await services.in_store(lambda: start(services))
    await services.in_store(lambda: watch_disk(services))
    # Windows that ended while nobody ran are told before new articles arrive, which belong to the next ones.
    await services.in_store(lambda: compose_digests(services, bundling=False))
    feeds = await services.in_store(lambda: due_feeds(services, every_feed=every_feed))
    counts = await poll_feeds(services, feeds)
    await services.in_store(lambda: compose_digests(services, bundling=False))
    await settle(services)
    counts += await deliver_all(services)
    if await services.in_store(lambda: attend(services)):
        counts += await deliver_all(services)
    await services.in_store(lambda: retire(services))
    return counts + await services.in_store(lambda: count_held(services))

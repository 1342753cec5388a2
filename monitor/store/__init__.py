"""The database: one writer, short transactions, values in and out.

`Store` opens it and gives transactions; the modules beside this one hold the statements, by what they are about:
`polls` (feeds, articles, matches), `pools` (what new articles are compared with), `stories` (their articles, what those
say), `telling` (what is owed, digests), `outbox` (deliveries), `reading` and `life` (questions of the commands).
"""

from monitor.store.engine import Store

__all__ = ["Store"]

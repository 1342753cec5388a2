"""`dateline backtest`: the stored articles under today's rules and others, and the digests that would have gone out.

The tester is the engine itself: `match_article`, `owing`, the hours and threads of `digests`, over what the store
holds. Nothing is written, and nothing is guessed: each article counts in its current words, at the time it was stored.

    compare    one article under two rule sets; tallies of many (pure)
    replay     what a subscription is owed over time → the digests it would have got (pure)
    trial      chunks of stored articles, read and compared by as many processes as there are processors
    report     the whole answer as values, with the reason for each difference that is shown
"""

from monitor.backtest.compare import Kind
from monitor.backtest.report import Backtest, Changed, Series, backtest, digest_of
from monitor.backtest.trial import Question, Side

__all__ = ["Backtest", "Changed", "Kind", "Question", "Series", "Side", "backtest", "digest_of"]

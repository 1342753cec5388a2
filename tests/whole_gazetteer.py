"""Every place of the gazetteer, for tests that hold it against other data."""

from collections.abc import Iterator

from monitor.regions import packs
from monitor.regions.gazetteer import Place


def all_places() -> Iterator[Place]:
    table = packs._places()
    for block in range(len(table._ends)):
        for row in zip(*table._columns(block), strict=True):
            yield packs._place(*row)

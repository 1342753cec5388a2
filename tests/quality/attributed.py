"""How attributions are scored: once, for all floors.

Precision counts over the figures that were given a source, recall over those that have one. A source is right where it
shares a word with the labelled one, articles and prepositions apart: "Sarfaraz Bugti" and "Chief Minister Bugti" do.
"""

from __future__ import annotations

from dataclasses import dataclass

from monitor.text.fold import tokenise

_EMPTY = frozenset({"the", "a", "an", "of", "in", "for"})


def overlap(one: str | None, other: str | None) -> bool:
    """Tell whether two sources name the same; none and none do not."""
    if one is None or other is None:
        return False
    return not (set(tokenise(one).folded) - _EMPTY).isdisjoint(tokenise(other).folded)


@dataclass(slots=True)
class Score:
    right: int = 0
    given: int = 0
    labelled: int = 0

    def count(self, found: str | None, labelled: str | None) -> None:
        self.right += overlap(found, labelled)
        self.given += found is not None
        self.labelled += labelled is not None

    @property
    def precision(self) -> float:
        return self.right / self.given if self.given else 0.0

    @property
    def recall(self) -> float:
        return self.right / self.labelled if self.labelled else 0.0

    @property
    def f1(self) -> float:
        return 2 * self.right / (self.given + self.labelled) if self.right else 0.0

    def __str__(self) -> str:
        return (
            f"P {self.precision:.3f} ({self.right}/{self.given}) R {self.recall:.3f} ({self.right}/{self.labelled}) "
            f"F1 {self.f1:.3f}"
        )

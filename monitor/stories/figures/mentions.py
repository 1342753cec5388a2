"""People that a sentence speaks of, and what is known of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from monitor.model import Casualty, Group, Modifier


@dataclass(slots=True)
class Mention:
    """People that a sentence speaks of; ``first`` to ``last`` are its items, the last one included."""

    first: int
    last: int
    reach: int
    """The last item of what only describes them: "…, identified as Khan (35)"."""
    count: int | None
    """None where no number is told: "militants"."""
    count_max: int | None = None
    modifier: Modifier = "exactly"
    who: int = 0
    """The item with which the words for the people begin; behind ``last`` where there are none."""
    group: Group | None = None
    """None where nothing tells it."""
    is_open: bool = False
    """No word that the vocabulary knows says that these are people."""
    is_name: bool = False
    """Only a name, without a noun."""
    is_named: bool = False
    is_definite: bool = False
    is_single: bool = False
    is_others: bool = False
    is_compound: bool = False
    """More words follow the noun: "an official statement"."""
    shares_title: bool = False
    """A title before another name is its title too."""
    head: str = ""
    outcomes: dict[Casualty, int] = field(default_factory=dict)
    """What happened to them, with the item that says so."""

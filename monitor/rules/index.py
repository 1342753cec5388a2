"""Which rules of a set may hold for an article, told by its words and by the regions that it may be about.

Rules stand on the shelf of their region, each under the rarest thing that it needs: an article costs what its own words
list on the shelves of its own regions, however many rules there are. What is returned may hold, what is left out
cannot. This module must not know how a condition is held against an article.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from functools import lru_cache
from operator import is_
from typing import TYPE_CHECKING

from monitor.rules.expression import And, AtLeast, Expression, Near, Not, Or, Scoped
from monitor.rules.needs import Key, Need, Needs

if TYPE_CHECKING:
    from monitor.rules.ruleset import Rule, RuleSet

_ANYWHERE = ""
"""The shelf of the rules that ask for no region."""
_KNOWN_WORDS = 1 << 15
"""Words of articles for which it is kept which needs they meet: nearly all that news uses."""
_LONGEST_KNOWN = 40
"""Longer words are looked up each time, so that what is kept has a bounded size."""


@dataclass(slots=True)
class _Shelf:
    """The rules of one region, by their numbers."""

    share: float = 1.0
    """The least that one of them asks for."""
    always: list[int] = field(default_factory=list)
    """Those that need no word."""
    listed: defaultdict[int, array[int]] = field(default_factory=lambda: defaultdict(lambda: array("I")))
    """By the number of their rarest need, rows of three: a rule, its second and its third need."""

    def add(self, rule: int, needed: list[int]) -> None:
        if needed:
            self.listed[needed[0]].extend((rule, needed[min(1, len(needed) - 1)], needed[-1]))
        else:
            self.always.append(rule)


class Index:
    """The rules of a set, with the equal parts of their conditions shared, each listed under its rarest need."""

    def __init__(self, rules: RuleSet) -> None:
        share = _Sharing().rule
        self.rules: tuple[Rule, ...] = tuple(map(share, rules.rules.values()))
        """In the order of the rule set."""
        needs = Needs(rules)
        rarest = [needs.rarest(rule) for rule in self.rules]
        asked = dict.fromkeys(need for needed in rarest for need in needed)
        # Needs are numbered: single keys, then those of several.
        numbers: dict[Need, int] = {}
        for need in asked:
            for key in need:
                numbers.setdefault(frozenset((key,)), len(numbers))
        self._single = len(numbers)
        several = [need for need in asked if need not in numbers]
        self._any_of = [tuple(numbers[frozenset((key,))] for key in sorted(need)) for need in several]
        """By number, less that of the first: looked at only where a rule asks, as there may be one a rule."""
        numbers.update((need, self._single + at) for at, need in enumerate(several))
        self._shelves: defaultdict[str, _Shelf] = defaultdict(_Shelf)
        for number, rule in enumerate(self.rules):
            for region in rule.where or (_ANYWHERE,):
                shelf = self._shelves[region]
                shelf.share = min(shelf.share, rule.share)
                shelf.add(number, [numbers[need] for need in rarest[number]])
        listed = {need for shelf in self._shelves.values() for need in shelf.listed}
        self._met = _met_by_key({n: at for n, at in numbers.items() if at < self._single or at in listed}, needs)
        self._beginnings = sorted({len(key) - 1 for key in self._met if key[-1] == "*"})
        self._endings = sorted({len(key) - 1 for key in self._met if key[0] == "*"})
        self._known = lru_cache(maxsize=_KNOWN_WORDS)(self._met_by)

    def candidates(self, words: Set[str], pairs: Set[str], regions: Mapping[str, float]) -> Iterator[Rule]:
        """Yield the rules that may hold for an article, in order.

        ``words`` and ``pairs`` of words that follow one another are folded; ``regions``: those that it may name, each
        with the largest share that it may have.
        """
        met: set[int] = set()
        met.update(*map(self._known, [word for word in words if len(word) <= _LONGEST_KNOWN]))
        met.update(*map(self._met_by, [word for word in words if len(word) > _LONGEST_KNOWN]))
        met.update(*map(self._met.__getitem__, self._met.keys() & pairs))
        met.update(*(self._met.get(f"@{region}", ()) for region in regions))
        unmet: set[int] = set()
        found: set[int] = set()
        for region, share in ((_ANYWHERE, 1.0), *regions.items()):
            if region in self._shelves and share >= (shelf := self._shelves[region]).share:
                found.update(shelf.always)
                for need in shelf.listed.keys() & met:
                    row = iter(shelf.listed[need])
                    for rule, second, third in zip(row, row, row, strict=True):
                        if (second in met or self._meets(second, met, unmet)) and (
                            third in met or self._meets(third, met, unmet)
                        ):
                            found.add(rule)
        return map(self.rules.__getitem__, sorted(found))

    def _meets(self, need: int, met: set[int], unmet: set[int]) -> bool:
        """Tell whether an article has one of several keys, and keep the answer with its other needs."""
        if need < self._single or need in unmet:
            return False
        meets = not met.isdisjoint(self._any_of[need - self._single])
        (met if meets else unmet).add(need)
        return meets

    def _met_by(self, word: str) -> tuple[int, ...]:
        """Return the needs that a folded word meets."""
        keys = [word]
        keys += [f"{word[:length]}*" for length in self._beginnings if length <= len(word)]
        keys += [f"*{word[-length:]}" for length in self._endings if length <= len(word)]
        return tuple({need for key in keys for need in self._met.get(key, ())})


def _met_by_key(numbers: dict[Need, int], needs: Needs) -> dict[Key, tuple[int, ...]]:
    """Return the numbers of the needs that each key meets."""
    met: defaultdict[Key, list[int]] = defaultdict(list)
    for need, number in numbers.items():
        for key in need:
            met[key].append(number)
    for group in [key for key in met if key[0] == "$"]:
        for key in needs.group(group[1:]) or ():
            met[key] += met[group]
    return {key: tuple(numbers) for key, numbers in met.items()}


class _Sharing:
    """Makes equal parts of conditions one value, so that an article looks at each once. Their ``start`` is lost."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, Expression], Expression] = {}

    def rule(self, rule: Rule) -> Rule:
        return replace(
            rule,
            when=None if rule.when is None else self._shared(rule.when),
            unless=None if rule.unless is None else self._shared(rule.unless),
            score=tuple(replace(line, condition=self._shared(line.condition)) for line in rule.score),
        )

    def _shared(self, expression: Expression) -> Expression:
        match expression:
            case And() | Or():
                parts = tuple(map(self._shared, expression.parts))
                if not all(map(is_, parts, expression.parts)):
                    expression = replace(expression, parts=parts)
            case Near():
                left, right = self._shared(expression.left), self._shared(expression.right)
                if left is not expression.left or right is not expression.right:
                    expression = replace(expression, left=left, right=right)
            case Not():
                part = self._shared(expression.part)
                if part is not expression.part:
                    expression = replace(expression, part=part)
            case Scoped() | AtLeast():
                unit = self._shared(expression.unit)
                if unit is not expression.unit:
                    expression = replace(expression, unit=unit)
        # Quotes name a clause as it was written: what is written differently stays apart.
        return self._known.setdefault((expression.clause, expression), expression)

"""Which rules of a set may hold for an article, told by its words alone.

Of what a rule needs, the two rarest needs are kept, and rules are listed under the first: an article costs what its
own words list, however many rules there are. What is returned may hold, what is left out cannot. This module must not
know how a condition is held against an article.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Collection, Iterator, Set
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from operator import is_
from typing import TYPE_CHECKING

from monitor.rules.expression import And, AtLeast, Expression, Near, Not, Or, Scoped
from monitor.rules.needs import Key, Need, Needs

if TYPE_CHECKING:
    from monitor.rules.ruleset import Rule, RuleSet

_KNOWN_WORDS = 1 << 15
"""Words of articles for which it is kept which needs they meet: nearly all that news uses."""
_LONGEST_KNOWN = 40
"""Longer words are looked up each time, so that what is kept has a bounded size."""


class Index:
    """The rules of a set, with the equal parts of their conditions shared, each listed under its rarest need."""

    def __init__(self, rules: RuleSet) -> None:
        share = _Sharing().rule
        self.rules: tuple[Rule, ...] = tuple(map(share, rules.rules.values()))
        """In the order of the rule set."""
        needs = Needs(rules)
        rarest = [needs.rarest(rule) for rule in self.rules]
        self._always = [number for number, needed in enumerate(rarest) if not needed]
        listed: defaultdict[Need, list[int]] = defaultdict(list)
        for number, needed in enumerate(rarest):
            if needed:
                listed[needed[0]].append(number)
        # Needs are numbered: those with rules listed under them, single keys, and others of several keys.
        numbers = {need: number for number, need in enumerate(listed)}
        self._listing = len(numbers)
        further = dict.fromkeys(need for needed in rarest for need in needed[1:] if need not in numbers)
        for need in further:
            for key in need:
                numbers.setdefault(frozenset((key,)), len(numbers))
        self._single = len(numbers)
        self._any_of: list[tuple[int, ...]] = []
        """By number, less that of the first: looked at only where a rule asks, as there may be one a rule."""
        for need in further:
            if need not in numbers:
                self._any_of.append(tuple(numbers[frozenset((key,))] for key in sorted(need)))
                numbers[need] = len(numbers)
        self._bounds, self._rows = array("I", [0]), array("I")
        """Rows of three: a rule, and its second and third need."""
        for of_need in listed.values():
            for number in of_need:
                second, third = (numbers[rarest[number][min(place, len(rarest[number]) - 1)]] for place in (1, 2))
                self._rows.extend((number, second, third))
            self._bounds.append(len(self._rows))
        self._met = _met_by_key(dict(islice(numbers.items(), self._single)), needs)
        self._together: defaultdict[str, list[tuple[str, Key]]] = defaultdict(list)
        """By a word of a pair of words: the other, and their key."""
        for key in self._met:
            one, _, other = key.partition(" ")
            if other:
                self._together[one].append((other, key))
        self._beginnings = sorted({len(key) - 1 for key in self._met if key[-1] == "*"})
        self._endings = sorted({len(key) - 1 for key in self._met if key[0] == "*"})
        self._known = lru_cache(maxsize=_KNOWN_WORDS)(self._met_by)

    def candidates(self, words: Set[str], regions: Collection[str]) -> Iterator[Rule]:
        """Yield the rules that may hold for an article of these folded words that may name these regions, in order."""
        met: set[int] = set()
        met.update(*map(self._known, [word for word in words if len(word) <= _LONGEST_KNOWN]))
        met.update(*map(self._met_by, [word for word in words if len(word) > _LONGEST_KNOWN]))
        for word in self._together.keys() & words:
            met.update(*(self._met[key] for other, key in self._together[word] if other in words))
        met.update(*(self._met.get(f"@{region}", ()) for region in regions))
        unmet: set[int] = set()
        found = [*self._always]
        for listing in [need for need in met if need < self._listing]:
            row = iter(self._rows[self._bounds[listing] : self._bounds[listing + 1]])
            for number, second, third in zip(row, row, row, strict=True):
                if (second in met or self._meets(second, met, unmet)) and (
                    third in met or self._meets(third, met, unmet)
                ):
                    found.append(number)
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
    met: defaultdict[Key, tuple[int, ...]] = defaultdict(tuple)
    for need, number in numbers.items():
        for key in need:
            met[key] += (number,)
    for group in [key for key in met if key[0] == "$"]:
        for key in needs.group(group[1:]) or ():
            met[key] += met[group]
    return dict(met)


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

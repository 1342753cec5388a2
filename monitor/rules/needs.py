"""What an article must have for a rule to hold: sets of words of which each wants one, and how rare they are.

Both sides of a NEAR are needed, every part of an AND, one alternative of each OR; what stands under NOT is not. A need
may be weaker than the condition that it comes from, never stronger. This module must not know articles.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from math import prod
from typing import TYPE_CHECKING

from monitor.rules.everyday import EVERYDAY
from monitor.rules.expression import And, AtLeast, Expression, GroupRef, Near, Or, RegionRef, Scoped, Term
from monitor.text.fold import fold_word

if TYPE_CHECKING:
    from monitor.rules.ruleset import Rule, RuleSet

Key = str
"""What an article may have: a folded ``word``, ``two words`` in a row, a word that ``begins*`` or ``*ends`` so, a
``$group``, a ``@region``."""
Need = frozenset[Key]
"""Keys of which an article has at least one wherever the condition holds."""

MOST_NEEDS = 3
"""Two tell nearly all rules that cannot hold; the third costs less than holding one rule more against an article."""
_REGION = 0.1
"""How many articles name a region, as far as is known without reading any."""
_IN_A_ROW = 0.1
"""How many of the articles with two words have one right after the other."""
_SHORT = {1: 0.3, 2: 0.3, 3: 0.15, 4: 0.03, 5: 0.015}
_LONG = 0.008
_EVERYDAY = 0.15
"""In how many articles a word stands: by its letters, which is as true of one language as of another."""


class Needs:
    """The needs of a rule set's rules."""

    def __init__(self, rules: RuleSet) -> None:
        self._rules = rules
        self._groups: dict[str, Need | None] = {}
        self._likely: dict[Key, float] = {}

    def rarest(self, rule: Rule) -> tuple[Need, ...]:
        """Return the needs of a rule that the fewest articles meet, the rarest first: none, or up to ``MOST_NEEDS``."""
        kept: list[Need] = []
        for need in sorted(dict.fromkeys(self._of_rule(rule)), key=self._likelihood):
            if len(kept) < MOST_NEEDS and not any(other <= need for other in kept):
                kept.append(need)
        return tuple(kept)

    def group(self, group: str) -> Need | None:
        """Return the need of a group; None where one of its terms has none."""
        if group not in self._groups:
            self._groups[group] = self._one_of(map(self._of, self._rules.groups[group]))
        return self._groups[group]

    def _of_rule(self, rule: Rule) -> list[Need]:
        found = [] if rule.when is None else self._of(rule.when)
        if rule.threshold > 0:
            either = self._one_of(self._of(line.condition) for line in rule.score if line.add > 0)
            found += [] if either is None else [either]
        return found

    def _of(self, expression: Expression) -> list[Need]:
        match expression:
            case Term():
                keys = [_key(word, exact=expression.exact) for word in expression.words]
                plain = [key is not None and "*" not in key for key in keys]
                pairs = [f"{keys[at]} {keys[at + 1]}" for at in range(len(keys) - 1) if plain[at] and plain[at + 1]]
                return [frozenset((key,)) for key in pairs or keys if key]
            case GroupRef():
                return [] if self.group(expression.group) is None else [frozenset((f"${expression.group}",))]
            case RegionRef():
                return [frozenset((f"@{expression.region}",))]
            case And():
                return [need for part in expression.parts for need in self._of(part)]
            case Near():
                return [*self._of(expression.left), *self._of(expression.right)]
            case Or():
                either = self._one_of(map(self._of, expression.parts))
                return [] if either is None else [either]
            case Scoped() | AtLeast():
                return self._of(expression.unit)
            case _:
                return []

    def _one_of(self, alternatives: Iterable[list[Need]]) -> Need | None:
        """Return the need that any of several alternatives leaves; None where one of them needs nothing."""
        keys: set[Key] = set()
        for needs in alternatives:
            if not needs:
                return None
            rarest: Need = min(needs, key=self._likelihood)
            keys |= rarest
        return frozenset(keys)

    def _likelihood(self, need: Need) -> float:
        return 1 - prod(1 - self._likely_key(key) for key in sorted(need))

    def _likely_key(self, key: Key) -> float:
        known = self._likely.get(key)
        if known is None:
            group = self.group(key[1:]) if key[0] == "$" else None
            known = self._likely[key] = _likely_word(key) if group is None else self._likelihood(group)
        return known


def _key(word: str, *, exact: bool) -> Key | None:
    """Return the key of one word of a term; None for a wildcard whose ends say too little."""
    if "*" not in word and "?" not in word:
        return (fold_word(word) or None) if exact else word
    if exact and not word.isascii():  # where folding may join what stands on either side of the wildcard
        return None
    pieces = word.lower().replace("?", "*").split("*")
    if pieces[0] and len(pieces[0]) >= len(pieces[-1]):
        return f"{pieces[0]}*"
    return f"*{pieces[-1]}" if pieces[-1] else None


@cache
def _likely_word(key: Key) -> float:
    if key[0] == "@":
        return _REGION
    if " " in key:
        return _IN_A_ROW * prod(map(_likely_word, key.split()))
    if key[0] != "*" and key[-1] != "*":
        return _EVERYDAY if key in _everyday() else _SHORT.get(len(key), _LONG)
    fixed = key.strip("*")
    fits = str.endswith if key[0] == "*" else str.startswith
    return min(0.9, 2 * _SHORT.get(len(fixed), _LONG) + _EVERYDAY * sum(fits(word, fixed) for word in EVERYDAY))


@cache
def _everyday() -> frozenset[str]:
    return frozenset(EVERYDAY)

"""What the words of an entry stand for: its terms and conditions parsed, the ids it names found among the entries.

What stands for nothing is a problem at its place, and is left out. This module must not know what a rule set is made
of.
"""

from __future__ import annotations

from collections.abc import Collection
from fnmatch import fnmatchcase
from typing import Literal

from monitor.errors import RuleError
from monitor.regions.packs import is_area
from monitor.rules.expression import Expression, Term, references
from monitor.rules.grammar import parse_expression
from monitor.rules.merge import Merged, listed
from monitor.rules.source import Path
from monitor.rules.spec import DigestSpec
from monitor.rules.terms import parse_term
from monitor.rules.wording import briefly, did_you_mean


class Resolver:
    """The merged entries as words are looked up in them, and the problems found on the way."""

    def __init__(
        self, merged: Merged, *, templates: Collection[str], problems: list[RuleError], incomplete: bool
    ) -> None:
        self.merged = merged
        self._known = merged.known
        self._templates = templates
        self._tags = {tag for raw in merged.known["feeds"].values() for tag in listed(raw, "tags")}
        self._problems = problems
        self._incomplete = incomplete

    def report(self, message: str, path: Path, *, offset: int | None = None, hint: str = "") -> None:
        """Add a problem at a value, or at an entry's key."""
        self._problems.append(self.merged.places.error(message, path, offset=offset, hint=hint))

    def _unknown(self, kind: str, word: str, path: Path, known: Collection[str], *, offset: int | None = None) -> None:
        if self._incomplete:
            return
        hint = did_you_mean(word, known) or (
            f"known: {', '.join(sorted(known)[:8])}" if known else f"there is no {kind}"
        )
        self.report(f"unknown {kind} `{briefly(word)}`", path, offset=offset, hint=hint)

    # --- ids

    def check_region(self, region: str, path: Path, *, offset: int | None = None) -> None:
        """Report a region that no entry has."""
        if region not in self._known["regions"]:
            self._unknown("region", region, path, self._known["regions"], offset=offset)

    def check_rival(self, rival: str, path: Path) -> None:
        """Report a word that is neither a region nor an area's code."""
        if rival not in self._known["regions"] and not is_area(rival):
            self._unknown("region or area", rival, path, self._known["regions"])

    def check_template(self, template: str, path: Path) -> None:
        """Report a template that does not exist."""
        if template not in self._templates:
            self._unknown("template", template, path, self._templates)

    def chosen(
        self, path: Path, words: list[str], *, kind: Literal["feed", "tag", "feed, tag or home"] = "feed, tag or home"
    ) -> tuple[frozenset[str], frozenset[str]]:
        """Return the feeds and the homes that the words of a scope stand for."""
        ids = self._known["feeds"].keys() if "feed" in kind else set()
        tags = self._tags if "tag" in kind else set()
        feeds: set[str] = set()
        homes: set[str] = set()
        for position, word in enumerate(words):
            if word in ids:
                feeds.add(word)
            if word in tags:
                feeds.update(feed for feed, spec in self.merged.feeds.items() if word in spec.tags)
            if "home" in kind and is_area(word):
                homes.add(word)
            elif word not in ids and word not in tags:
                self._unknown(kind, word, (*path, position), ids | tags)
        return frozenset(feeds), frozenset(homes)

    def subscribed(self, path: Path, spec: DigestSpec) -> frozenset[str]:
        """Return the rules that the patterns and regions of a subscription stand for."""
        chosen: set[str] = set()
        known = self._known["rules"]
        for position, pattern in enumerate(spec.rules or ()):
            found = {rule for rule in known if rule == pattern or fnmatchcase(rule, pattern)}
            if not found:
                self._unknown("rule", pattern, (*path, "rules", position), known)
            chosen |= found
        for position, region in enumerate(spec.regions or ()):
            found = {rule for rule, raw in known.items() if region in listed(raw, "where")}
            place: Path = (*path, "regions", position)
            self.check_region(region, place)
            if region in self._known["regions"] and not found and not self._incomplete:
                self.report(f"no rule looks at region `{region}`", place, hint=f"write `where: {region}` in a rule")
            chosen |= found
        return frozenset(chosen)

    # --- terms and expressions

    def terms(self, path: Path, written: list[str]) -> tuple[Term, ...]:
        """Parse a list of terms, without its repetitions."""
        found = (self.term((*path, position), text) for position, text in enumerate(written))
        return tuple(dict.fromkeys(term for term in found if term is not None))

    def term(self, path: Path, text: str, *, is_key: bool = False) -> Term | None:
        """Parse a term that is a value at ``path``, or its last key."""
        try:
            return parse_term(text)
        except RuleError as error:
            source = self.merged.places.source(path)
            self._problems.append(
                source.key_error(error.message, path, hint=error.hint)
                if is_key
                else source.error(error.message, path, offset=max(error.column - 1, 0), hint=error.hint)
            )
            return None

    def expression(self, path: Path, text: str | None) -> Expression | None:
        """Parse a condition, and look for the groups and regions that it names."""
        if text is None:
            return None
        try:
            expression = parse_expression(text)
        except RuleError as error:
            self.report(error.message, path, offset=max(error.column - 1, 0), hint=error.hint)
            return None
        groups, regions = references(expression)
        for group in groups:
            if group.group not in self._known["groups"]:
                self._unknown("group", group.group, path, self._known["groups"], offset=group.start)
        for region in regions:
            self.check_region(region.region, path, offset=region.start)
        return expression

"""What compiles and is still doubtful: examples that fail, terms that catch too much, parts that nothing reaches.

Failing examples are errors of `dateline check`; everything else here is a warning, and nothing here keeps a rule set
from being loaded. This module must not know files, nor how findings are shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from monitor.model import Article, Severity
from monitor.rules.explain import explain
from monitor.rules.expression import Expression, GroupRef, RegionRef, Scoped, Term, children, walk
from monitor.rules.match import match_article, severity_of
from monitor.rules.places import Places
from monitor.rules.ruleset import Finding, Rule, RuleSet
from monitor.rules.source import Path
from monitor.rules.terms import parse_term
from monitor.rules.wording import shorten

_SHORT = re.compile(r"[a-z]{1,3}")
_ACRONYM = re.compile(r'"?([A-Z]{2,})"?')
_STORY_FIELDS = ("title", "text", "lede")


def check_rules(rules: RuleSet, places: Places) -> tuple[Finding, ...]:
    """Run the examples and look for what a rule set's author is unlikely to have meant; in the order of the files."""
    found = [
        *_failing_examples(rules),
        *_short_terms(rules, places),
        *_unused(rules, places),
        *_unlimited(rules, places),
        *_repeated(rules, places),
        *_unreachable(rules, places),
    ]
    return tuple(sorted(found, key=lambda finding: (finding.file, finding.line, finding.column)))


# --- examples ----------------------------------------------------------------------------------------------------


def _failing_examples(rules: RuleSet) -> Iterator[Finding]:
    for rule in rules.rules.values():
        # An example is a headline of nowhere: scopes would keep every one of them out.
        alone = replace(rules, rules={rule.id: replace(rule, scope=None, languages=frozenset())})
        for example in rule.examples:
            article = Article(title=example.text)
            match = next(iter(match_article(alone, article)), None)
            if (match is not None) == example.should_match:
                continue
            if match is None:
                message = f"`{rule.id}` does not match this example"
                hint = explain(alone, article, rule.id)[0].failed
            else:
                message = f"`{rule.id}` matches this example"
                words = dict.fromkeys(f'"{shorten(evidence.text)}"' for evidence in match.evidence)
                hint = f"by {', '.join(words)}" if words else "nothing keeps it out"
            yield Finding(
                file=example.file, line=example.line, column=example.column, level="error", message=message, hint=hint
            )


# --- terms -------------------------------------------------------------------------------------------------------


def _short_terms(rules: RuleSet, places: Places) -> Iterator[Finding]:
    for group in rules.groups:
        yield from _short_in_list(places, ("groups", group))
    for region in rules.regions:
        yield from _short_in_list(places, ("regions", region, "names"))
    for rule in rules.rules.values():
        for path, expression in _expressions(rule):
            for term in _story_terms(expression):
                yield from _short_term(places, term, path, term.start)


def _short_in_list(places: Places, path: Path) -> Iterator[Finding]:
    written: Any = places.source(path).values
    for part in path:
        written = written.get(part, ()) if isinstance(written, dict) else ()
    for position, text in enumerate(written):
        yield from _short_term(places, parse_term(text), (*path, position), 0)


def _short_term(places: Places, term: Term, path: Path, offset: int) -> Iterator[Finding]:
    acronym = _ACRONYM.fullmatch(term.clause)
    if term.exact or len(term.words) != 1 or not (acronym or _SHORT.fullmatch(term.words[0])):
        return
    word = acronym[1] if acronym else term.clause.strip('"')
    message = f"`{word}` is also found in small letters" if acronym else f"`{word}` is short for a word of its own"
    yield places.finding("warning", message, path, offset=offset, hint=f"write ={word}, or a longer phrase")


def _story_terms(expression: Expression) -> Iterator[Term]:
    """Yield the terms that are looked for in the story itself, not in its language, section or address."""
    if isinstance(expression, Scoped) and expression.field not in _STORY_FIELDS:
        return
    if isinstance(expression, Term):
        yield expression
    for part in children(expression):
        yield from _story_terms(part)


def _expressions(rule: Rule) -> Iterator[tuple[Path, Expression]]:
    path: Path = ("rules", rule.id)
    if rule.when is not None:
        yield (*path, "when"), rule.when
    if rule.unless is not None:
        yield (*path, "unless"), rule.unless
    for position, line in enumerate(rule.score):
        yield (*path, "score", position, "if"), line.condition


# --- what nothing uses, and what says too little -----------------------------------------------------------------


def _unused(rules: RuleSet, places: Places) -> Iterator[Finding]:
    nodes = [node for rule in rules.rules.values() for _, expression in _expressions(rule) for node in walk(expression)]
    groups = {node.group for node in nodes if isinstance(node, GroupRef)}
    regions = {node.region for node in nodes if isinstance(node, RegionRef)}
    regions.update(region for rule in rules.rules.values() for region in rule.where)
    regions.update(rival for region in rules.regions.values() for rival in region.rivals)
    told = {rule for subscription in rules.subscriptions.values() for rule in subscription.rules}
    for group in rules.groups.keys() - groups:
        yield _entry(places, "groups", group, f"no rule uses group `{group}`", f"write ${group} in a condition")
    for region in rules.regions.keys() - regions:
        yield _entry(places, "regions", region, f"no rule looks at region `{region}`", f"write `where: {region}`")
    for rule in rules.rules.keys() - told:
        yield _entry(places, "rules", rule, f"no digest takes rule `{rule}`", "nobody is told of its matches")


def _unlimited(rules: RuleSet, places: Places) -> Iterator[Finding]:
    for rule in rules.rules.values():
        if not rule.where and rule.when is None:
            yield _entry(places, "rules", rule.id, f"`{rule.id}` matches every article", "add `where` or `when`")


def _repeated(rules: RuleSet, places: Places) -> Iterator[Finding]:
    conditions: dict[Rule, str] = {}
    for rule in rules.rules.values():
        first = conditions.setdefault(replace(rule, id="", name="", examples=()), rule.id)
        if first != rule.id:
            yield _entry(places, "rules", rule.id, f"`{rule.id}` says the same as `{first}`", "keep one of them")
    addresses: dict[str, str] = {}
    for feed in rules.feeds.values():
        first = addresses.setdefault(feed.url, feed.id)
        if first != feed.id:
            yield _entry(places, "feeds", feed.id, f"`{feed.id}` has the address of `{first}`", "keep one of them")


def _entry(places: Places, section: str, entry: str, message: str, hint: str) -> Finding:
    return places.finding("warning", message, (section, entry), hint=hint)


# --- what no score can reach -------------------------------------------------------------------------------------


def _unreachable(rules: RuleSet, places: Places) -> Iterator[Finding]:
    highest: dict[str, Severity] = {}
    for rule in rules.rules.values():
        path: Path = ("rules", rule.id)
        trusts = _trusts(rules, rule)
        if not trusts:
            yield places.finding(
                "warning", f"`{rule.id}` reads no feed", (*path, "feeds"), hint="every feed is left out"
            )
        most = round(sum(max(line.add, 0) for line in rule.score) * max(trusts, default=1), 3)
        hint = f"{most:g} points are the most, with the best trust"
        if most < rule.threshold:
            message = f"the threshold {rule.threshold:g} can never be reached"
            yield places.finding("warning", message, (*path, "threshold"), hint=hint)
            continue
        highest[rule.id] = severity_of(rule, most)
        for level, points in () if isinstance(rule.severity, Severity) else rule.severity[1:]:
            if points > most:
                message = f"severity {level} can never be reached"
                yield places.finding("warning", message, (*path, "severity", level.value), hint=hint)
    for subscription in rules.subscriptions.values():
        reached = {highest[rule] for rule in subscription.rules if rule in highest}
        floor = subscription.floor
        if floor is not None and not any(severity.rank >= floor.rank for severity in reached):
            best = max(reached, key=lambda severity: severity.rank, default=None)
            hint = f"{best} is the highest they reach" if best else "none of them can match"
            message = f"no rule of `{subscription.id}` can reach {floor}"
            yield places.finding("warning", message, ("digests", subscription.id, "severity"), hint=hint)


def _trusts(rules: RuleSet, rule: Rule) -> list[float]:
    """Return the trust of each feed that a rule reads; 1 where no feed is configured at all."""
    if not rules.feeds:
        return [1.0]
    return [
        feed.trust
        for feed in rules.feeds.values()
        if rule.scope is None or rule.scope.admits(Article(title="", feed=feed.id, home=feed.home))
    ]

"""What compiles and is still doubtful: examples that fail, terms that catch too much, rules that nothing can meet.

Failing examples are errors of `dateline check`; everything else here is a warning, and nothing here keeps a rule set
from being loaded. This module must not know files, nor how findings are shown.
"""

from __future__ import annotations

import fnmatch
import re
from collections import Counter
from collections.abc import Hashable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

from monitor.model import Article, Severity
from monitor.redaction import key_in, names_key
from monitor.rules.contradiction import Clash, contains, find_clash
from monitor.rules.everyday import EVERYDAY, EVERYDAY_SHORT
from monitor.rules.explain import explain_rule
from monitor.rules.expression import Expression, GroupRef, Or, RegionRef, Scoped, Term, children, meaning, walk
from monitor.rules.match import match_rule, severity_of
from monitor.rules.places import Places
from monitor.rules.reading import Reading
from monitor.rules.ruleset import Finding, Rule, RuleSet
from monitor.rules.source import Path
from monitor.rules.terms import parse_term
from monitor.rules.wording import briefly
from monitor.text.language import language_of

_SHORT = re.compile(r"[a-z]{1,3}")
_ACRONYM = re.compile(r'"?([A-Z]{2,}(?:s|s?\*)?)"?')
_EVERYDAY_TAKEN = 4
"""A wildcard that takes so many of the everyday words, each of another family, does not fix a word."""
_STORY_FIELDS = ("title", "text", "lede")


def check_rules(rules: RuleSet, places: Places) -> tuple[Finding, ...]:
    """Run the examples and look for what a rule set's author is unlikely to have meant; in the order of the files."""
    found = [
        *_failing_examples(rules),
        *_loose_terms(rules, places),
        *_unused(rules, places),
        *_nameless(rules, places),
        *_unlimited(rules, places),
        *_repeated(rules, places),
        *_unreachable(rules, places),
        *_not_quiet(rules, places),
        *_keys_shown(rules, places),
    ]
    return tuple(sorted(found, key=lambda finding: (finding.file, finding.line, finding.column)))


# --- examples ----------------------------------------------------------------------------------------------------


def _failing_examples(rules: RuleSet) -> Iterator[Finding]:
    for rule in rules.rules.values():
        # An example is a headline of nowhere: scopes would keep every one of them out.
        unscoped = replace(rule, scope=None, languages=frozenset())
        for example in rule.examples:
            article = Article(title=example.text, language=language_of(example.text, None, guess=False))
            reading = Reading(article, rules)
            match = match_rule(reading, unscoped)
            if (match is not None) == example.should_match:
                continue
            if match is None:
                message = f"`{rule.id}` does not match this example"
                hint = explain_rule(reading, unscoped).failed
            else:
                message = f"`{rule.id}` matches this example"
                words = dict.fromkeys(f'"{briefly(evidence.text)}"' for evidence in match.evidence)
                hint = f"by {', '.join(words)}" if words else "nothing keeps it out"
            yield Finding(
                file=example.file, line=example.line, column=example.column, level="error", message=message, hint=hint
            )


# --- terms -------------------------------------------------------------------------------------------------------


def _loose_terms(rules: RuleSet, places: Places) -> Iterator[Finding]:
    for group in rules.groups:
        yield from _loose_in_list(places, ("groups", group))
    for region in rules.regions:
        yield from _loose_in_list(places, ("regions", region, "names"))
    for rule in rules.rules.values():
        for path, expression in _expressions(rule):
            for term in _story_terms(expression):
                yield from _loose_term(places, term, path, term.start)


def _loose_in_list(places: Places, path: Path) -> Iterator[Finding]:
    written: Any = places.source(path).values
    for part in path:
        written = written.get(part, ()) if isinstance(written, dict) else ()
    for position, text in enumerate(written):
        yield from _loose_term(places, parse_term(text), (*path, position), 0)


def _loose_term(places: Places, term: Term, path: Path, offset: int) -> Iterator[Finding]:
    if term.exact or len(term.words) != 1:
        return
    if taken := _everyday(term.words[0]):
        message = f"`{briefly(term.clause)}` takes everyday words: {', '.join(taken[:3])} …"
        yield places.finding("warning", message, path, offset=offset, hint="fix more letters, or list the words")
    if acronym := _ACRONYM.fullmatch(term.clause):
        message, hint = f"`{acronym[1]}` is also found in small letters", f"write ={acronym[1]}, or a longer phrase"
        yield places.finding("warning", message, path, offset=offset, hint=hint)
    elif _SHORT.fullmatch(term.words[0]) and term.words[0] not in EVERYDAY_SHORT:
        word = term.clause.strip('"')
        message, hint = f"`{word}` is short for a word of its own", "write a longer phrase"
        yield places.finding("warning", message, path, offset=offset, hint=f"{hint}; an acronym as ={word.upper()}")


@lru_cache(maxsize=1 << 12)
def _everyday(word: str) -> tuple[str, ...]:
    """Return the everyday words that a wildcard takes, where they are too many."""
    taken = tuple(fnmatch.filter(EVERYDAY, word)) if "*" in word or "?" in word else ()
    return taken if len(taken) >= _EVERYDAY_TAKEN else ()


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


def _nameless(rules: RuleSet, places: Places) -> Iterator[Finding]:
    for region in rules.regions.values():
        names = (*region.terms, *(term for term, _ in region.ambiguous))
        if not region.codes and all(any(_covers(term, name) for term in region.excluded) for name in names):
            message = f"`not` leaves no name of `{region.id}`"
            yield places.finding("warning", message, ("regions", region.id, "not"), hint="no article can be about it")


def _covers(term: Term, name: Term) -> bool:
    return len(term.words) == len(name.words) and contains(name, term)


def _unlimited(rules: RuleSet, places: Places) -> Iterator[Finding]:
    for rule in rules.rules.values():
        if not rule.where and rule.when is None:
            yield _entry(places, "rules", rule.id, f"`{rule.id}` matches every article", "add `where` or `when`")


def _repeated(rules: RuleSet, places: Places) -> Iterator[Finding]:
    conditions: dict[Hashable, str] = {}
    for rule in rules.rules.values():
        first = conditions.setdefault(_said(rule), rule.id)
        if first != rule.id:
            yield _entry(places, "rules", rule.id, f"`{rule.id}` says the same as `{first}`", "keep one of them")
    addresses: dict[str, str] = {}
    for feed in rules.feeds.values():
        first = addresses.setdefault(feed.url, feed.id)
        if first != feed.id:
            yield _entry(places, "feeds", feed.id, f"`{feed.id}` has the address of `{first}`", "keep one of them")


def _said(rule: Rule) -> Hashable:
    """Return what a rule says, however its parts are ordered."""
    conditions = tuple(condition and meaning(condition) for condition in (rule.when, rule.unless))
    score = frozenset(Counter((line.add, meaning(line.condition)) for line in rule.score).items())
    rest = replace(rule, id="", name="", where=(), when=None, unless=None, score=(), examples=())
    return frozenset(rule.where), conditions, score, rest


def _entry(places: Places, section: str, entry: str, message: str, hint: str) -> Finding:
    return places.finding("warning", message, (section, entry), hint=hint)


# --- what nothing can meet, and what no score can reach ---------------------------------------------------------


def _unreachable(rules: RuleSet, places: Places) -> Iterator[Finding]:
    highest: dict[str, Severity] = {}
    for rule in rules.rules.values():
        path: Path = ("rules", rule.id)
        if clash := _clash(rules, rule):
            place, offset = _written(rule, clash.node)
            yield places.finding("warning", f"`{rule.id}` can never match", place, offset=offset, hint=clash.reason)
            continue
        trusts = _trusts(rules, rule)
        if not trusts:
            yield places.finding(
                "warning", f"`{rule.id}` reads no feed", (*path, "feeds"), hint="every feed is left out"
            )
        vain = {
            number: found for number, line in enumerate(rule.score) if (found := _clash(rules, rule, line.condition))
        }
        for number, clash in vain.items():
            message = "these points can never be given"
            yield places.finding("warning", message, (*path, "score", number, "if"), hint=clash.reason)
        points = sum(max(line.add, 0) for number, line in enumerate(rule.score) if number not in vain)
        most = round(points * max(trusts, default=1), 3)
        hint = f"{most:g} is the most, with the best trust"
        if most < rule.threshold:
            message = f"the threshold {rule.threshold:g} can never be reached"
            yield places.finding("warning", message, (*path, "threshold"), hint=hint)
            continue
        highest[rule.id] = severity_of(rule, most)
        for level, least in () if isinstance(rule.severity, Severity) else rule.severity[1:]:
            if least > most:
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


def _clash(rules: RuleSet, rule: Rule, *more: Expression) -> Clash | None:
    named = tuple(RegionRef(region=region, clause=f"@{region}") for region in rule.where)
    where = (Or(parts=named, clause=" OR ".join(node.clause for node in named)),) if len(named) > 1 else named
    required = [node for node in (*where, rule.when, *more) if node is not None]
    excluded = [] if rule.unless is None else [rule.unless]
    return find_clash(required, excluded, groups=rules.groups)


def _written(rule: Rule, node: Expression) -> tuple[Path, int]:
    """Return where a part of a rule's conditions is written."""
    return next(
        (path, node.start) for path, expression in _expressions(rule) for part in walk(expression) if part is node
    )


def _trusts(rules: RuleSet, rule: Rule) -> list[float]:
    """Return the trust of each feed that a rule reads; 1 where no feed is configured at all."""
    if not rules.feeds:
        return [1.0]
    return [
        feed.trust
        for feed in rules.feeds.values()
        if rule.scope is None or rule.scope.admits(Article(title="", feed=feed.id, home=feed.home))
    ]


def _not_quiet(rules: RuleSet, places: Places) -> Iterator[Finding]:
    for subscription in rules.subscriptions.values():
        loud, floor = subscription.quiet and subscription.quiet.except_, subscription.floor or Severity.LOW
        if loud and loud.rank <= floor.rank:
            message = f"the quiet hours of `{subscription.id}` hold nothing"
            hint = f"it is told nothing below {floor}, and {loud} breaks through"
            yield places.finding("warning", message, ("digests", subscription.id, "quiet", "except"), hint=hint)


# --- what should not stand in a file ------------------------------------------------------------------------------


def _keys_shown(rules: RuleSet, places: Places) -> Iterator[Finding]:
    for feed in rules.feeds.values():
        if name := key_in(feed.url):
            message = f"a key stands in the address of `{feed.id}`, and so in the database and its backups: `{name}`"
            hint = "if the publisher takes it in a header, write `headers: {X-Key: env:NAME}`"
            yield places.finding("warning", message, ("feeds", feed.id, "url"), hint=hint)
        for header, value in feed.headers.items():
            if names_key(header) and not value.startswith("env:"):
                message, hint = f"a key stands in header `{header}` of `{feed.id}`", "write env:NAME, and set that"
                yield places.finding("warning", message, ("feeds", feed.id, "headers", header), hint=hint)

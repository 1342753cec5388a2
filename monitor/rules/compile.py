"""All rule files together, made into one rule set: ids resolved, expressions parsed, every problem at its place.

A pure function of the files' bytes: whatever they hold, it returns. This module must not know where files come from,
nor how a rule is held against an article.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from monitor.errors import RuleError
from monitor.rules.entries import build_feed, build_region, build_rule, build_subscription
from monitor.rules.merge import merge
from monitor.rules.places import Places, as_finding
from monitor.rules.resolve import Resolver
from monitor.rules.ruleset import Finding, Operator, RuleSet
from monitor.rules.source import read_source
from monitor.rules.validate import Validated, validate


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """A rule set, or what stands in its way."""

    rules: RuleSet | None
    """None where there is an error among the findings."""
    findings: tuple[Finding, ...]
    places: Places


def compile_rules(files: Mapping[str, bytes], *, templates: Collection[str], incomplete: bool = False) -> Compiled:
    """Compile the rule files, given by name, against the names of the templates that exist; raises nothing.

    ``incomplete``: there are files that could not be given. Then, as when one is no YAML, there is no rule set, and ids
    that seem unknown are not reported: they may stand in what is missing.
    """
    problems: list[RuleError] = []
    validated: list[Validated] = []
    for name in sorted(files):
        try:
            validated.append(validate(read_source(name, files[name])))
        except RuleError as error:
            problems.append(error)
            incomplete = True
        else:
            problems.extend(validated[-1].problems)
    merged, repeated = merge(validated)
    problems += repeated
    resolver = Resolver(merged, templates=templates, problems=problems, incomplete=incomplete)
    rules = _build(resolver, version=version_of(files))
    problems.sort(key=lambda problem: (problem.file, problem.line, problem.column))
    findings = tuple(dict.fromkeys(as_finding(problem) for problem in problems))
    return Compiled(rules=None if findings or incomplete else rules, findings=findings, places=merged.places)


def version_of(files: Mapping[str, bytes]) -> str:
    """Return what tells these rule files from any others."""
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(hashlib.sha256(name.encode("utf-8", "surrogateescape")).digest())
        digest.update(hashlib.sha256(files[name]).digest())
    return digest.hexdigest()[:12]


def _build(resolver: Resolver, *, version: str) -> RuleSet:
    merged = resolver.merged
    return RuleSet(
        version=version,
        feeds={entry: build_feed(entry, spec) for entry, spec in merged.feeds.items()},
        regions={entry: build_region(entry, spec, resolver) for entry, spec in merged.regions.items()},
        groups={entry: resolver.terms(("groups", entry), written) for entry, written in merged.groups.items()},
        rules={entry: build_rule(entry, spec, resolver) for entry, spec in merged.rules.items()},
        subscriptions={entry: build_subscription(entry, spec, resolver) for entry, spec in merged.digests.items()},
        operator=Operator(to=tuple(merged.operator.to), heartbeat=merged.operator.heartbeat),
    )

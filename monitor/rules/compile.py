"""All rule files together, made into one rule set: ids resolved, expressions parsed, every problem at its place.

A pure function of the files' bytes: whatever they hold, it returns. This module must not know where files come from,
nor how a rule is held against an article.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Literal
from urllib.parse import urlsplit

from monitor.digests.timing import Immediately
from monitor.errors import RuleError
from monitor.model import Feed, Quiet, Severity
from monitor.regions.names import area_names, is_area
from monitor.rules.expression import Expression, Term
from monitor.rules.grammar import parse_expression, parse_term, references
from monitor.rules.ruleset import (
    Example,
    FeedScope,
    Finding,
    Operator,
    Region,
    Rule,
    RuleSet,
    ScoreLine,
    Subscription,
)
from monitor.rules.source import Path, Source, read_source, shorten
from monitor.rules.spec import (
    DEFAULT_SHARE,
    DigestSpec,
    FeedSpec,
    OperatorSpec,
    RegionSpec,
    RuleSpec,
    ScopeSpec,
    WhereSpec,
)
from monitor.rules.validate import Validated, validate
from monitor.rules.values import did_you_mean

_SECTIONS = ("feeds", "regions", "groups", "rules", "digests")


@dataclass(frozen=True, slots=True)
class Places:
    """Where every entry of the rule files is written."""

    sources: Mapping[tuple[str, str], Source] = field(default_factory=dict)
    """By section and id."""

    def finding(
        self, level: Literal["error", "warning"], message: str, path: Path, *, offset: int | None = None, hint: str = ""
    ) -> Finding:
        """Return a finding at a value, as ``("rules", "attacks", "when")``; at the key where ``path`` is an entry."""
        return as_finding(self.error(message, path, offset=offset, hint=hint), level)

    def error(self, message: str, path: Path, *, offset: int | None = None, hint: str = "") -> RuleError:
        """Return an error at the same places."""
        source = self.sources[str(path[0]), str(path[1])]
        if len(path) == 2:
            return source.key_error(message, path, hint=hint)
        return source.error(message, path, offset=offset, hint=hint)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """A rule set, or what stands in its way."""

    rules: RuleSet | None
    """None where there is an error among the findings."""
    findings: tuple[Finding, ...]
    places: Places


def as_finding(error: RuleError, level: Literal["error", "warning"] = "error") -> Finding:
    """Return an error as a finding."""
    return Finding(
        file=error.file, line=error.line, column=error.column, level=level, message=error.message, hint=error.hint
    )


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
    compiler = _Compiler(validated, templates=templates, problems=problems, incomplete=incomplete)
    rules = compiler.compile(version=_version(files))
    problems.sort(key=lambda problem: (problem.file, problem.line, problem.column))
    findings = tuple(dict.fromkeys(as_finding(problem) for problem in problems))
    return Compiled(rules=None if findings or incomplete else rules, findings=findings, places=compiler.places)


def _version(files: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(hashlib.sha256(name.encode("utf-8", "surrogateescape")).digest())
        digest.update(hashlib.sha256(files[name]).digest())
    return digest.hexdigest()[:12]


class _Compiler:
    """One compilation: the merged entries, and the problems as they are found."""

    def __init__(
        self,
        validated: Iterable[Validated],
        *,
        templates: Collection[str],
        problems: list[RuleError],
        incomplete: bool,
    ) -> None:
        self.problems = problems
        self.incomplete = incomplete
        self.templates = templates
        self.feeds: dict[str, FeedSpec] = {}
        self.regions: dict[str, RegionSpec] = {}
        self.groups: dict[str, list[str]] = {}
        self.rules: dict[str, RuleSpec] = {}
        self.digests: dict[str, DigestSpec] = {}
        self.operator = OperatorSpec()
        self.known: dict[str, dict[str, Any]] = {section: {} for section in _SECTIONS}
        """Every id that is written, with its raw values: also where the entry itself has a problem."""
        sources: dict[tuple[str, str], Source] = {}
        self.places = Places(sources)
        operators: list[Source] = []
        for file in validated:
            self._merge(file, sources, operators)
        self.tags = {tag for raw in self.known["feeds"].values() for tag in _listed(raw, "tags")}

    def _merge(self, file: Validated, sources: dict[tuple[str, str], Source], operators: list[Source]) -> None:
        for section in _SECTIONS:
            valid = getattr(file.spec, section) or {}
            for entry, raw in _block(file.source.values, section).items():
                first = sources.setdefault((section, entry), file.source)
                if first is not file.source:
                    line, _ = first.key_place((section, entry))
                    message = f"`{shorten(entry)}` is there already"
                    hint = f"see {first.file}:{line}; ids are unique across files"
                    self.problems.append(file.source.key_error(message, (section, entry), hint=hint))
                    continue
                self.known[section][entry] = raw
                if entry in valid:
                    getattr(self, section)[entry] = valid[entry]
        if file.spec.operator is not None:
            self.operator = file.spec.operator
            operators.append(file.source)
            if len(operators) > 1:
                hint = f"see {operators[0].file}:{operators[0].key_place(('operator',))[0]}"
                self.problems.append(file.source.key_error("`operator` is there already", ("operator",), hint=hint))

    def compile(self, *, version: str) -> RuleSet:
        return RuleSet(
            version=version,
            feeds={entry: _feed(entry, spec) for entry, spec in self.feeds.items()},
            regions={entry: self._region(entry, spec) for entry, spec in self.regions.items()},
            groups={entry: self._terms(("groups", entry), spec) for entry, spec in self.groups.items()},
            rules={entry: self._rule(entry, spec) for entry, spec in self.rules.items()},
            subscriptions={entry: self._subscription(entry, spec) for entry, spec in self.digests.items()},
            operator=Operator(to=tuple(self.operator.to), heartbeat=self.operator.heartbeat),
        )

    # --- problems

    def _report(self, message: str, path: Path, *, offset: int | None = None, hint: str = "") -> None:
        self.problems.append(self.places.error(message, path, offset=offset, hint=hint))

    def _unknown(self, kind: str, word: str, path: Path, known: Collection[str], *, offset: int | None = None) -> None:
        if self.incomplete:
            return
        hint = did_you_mean(word, known) or (
            f"known: {', '.join(sorted(known)[:8])}" if known else f"there is no {kind}"
        )
        self._report(f"unknown {kind} `{shorten(word)}`", path, offset=offset, hint=hint)

    def _check_region(self, region: str, path: Path, *, offset: int | None = None) -> None:
        if region not in self.known["regions"]:
            self._unknown("region", region, path, self.known["regions"], offset=offset)

    # --- terms and expressions

    def _terms(self, path: Path, written: list[str]) -> tuple[Term, ...]:
        found = (self._term((*path, position), text) for position, text in enumerate(written))
        return tuple(dict.fromkeys(term for term in found if term is not None))

    def _term(self, path: Path, text: str, *, is_key: bool = False) -> Term | None:
        try:
            return parse_term(text)
        except RuleError as error:
            source = self.places.sources[str(path[0]), str(path[1])]
            self.problems.append(
                source.key_error(error.message, path, hint=error.hint)
                if is_key
                else source.error(error.message, path, offset=max(error.column - 1, 0), hint=error.hint)
            )
            return None

    def _expression(self, path: Path, text: str | None) -> Expression | None:
        if text is None:
            return None
        try:
            expression = parse_expression(text)
        except RuleError as error:
            self._report(error.message, path, offset=max(error.column - 1, 0), hint=error.hint)
            return None
        groups, regions = references(expression)
        for group in groups:
            if group.group not in self.known["groups"]:
                self._unknown("group", group.group, path, self.known["groups"], offset=group.start)
        for region in regions:
            self._check_region(region.region, path, offset=region.start)
        return expression

    # --- entries

    def _region(self, entry: str, spec: RegionSpec) -> Region:
        path: Path = ("regions", entry)
        own = (_own_term(name) for code in spec.codes for name in area_names(code))
        terms = (*(term for term in own if term is not None), *self._terms((*path, "names"), spec.names))
        raw = self.known["regions"][entry]
        if not terms and not raw.get("codes") and not raw.get("names"):
            self._report(f"region `{entry}` has nothing to look for", path, hint="give it codes or names")
        for position, rival in enumerate(spec.rivals):
            if rival not in self.known["regions"] and not is_area(rival):
                self._unknown("region or area", rival, (*path, "rivals", position), self.known["regions"])
        ambiguous = []
        for name, supports in spec.ambiguous.items():
            place: Path = (*path, "ambiguous", name)
            term = self._term(place, name, is_key=True)
            ambiguous.append((term, self._terms(place, supports)))
        return Region(
            id=entry,
            name=spec.name or _spoken(entry),
            codes=tuple(spec.codes),
            terms=tuple(dict.fromkeys(terms)),
            excluded=self._terms((*path, "not"), spec.not_),
            ambiguous=tuple((term, supports) for term, supports in ambiguous if term is not None),
            rivals=tuple(spec.rivals),
            min_population=spec.min_population,
        )

    def _rule(self, entry: str, spec: RuleSpec) -> Rule:
        path: Path = ("rules", entry)
        where, share = self._where((*path, "where"), spec.where)
        score = []
        for position, line in enumerate(spec.score):
            condition = self._expression((*path, "score", position, "if"), line.if_)
            if condition is not None:
                score.append(ScoreLine(add=line.add, condition=condition))
        severity = spec.severity
        return Rule(
            id=entry,
            name=spec.name or _spoken(entry),
            where=where,
            share=share,
            when=self._expression((*path, "when"), spec.when),
            unless=self._expression((*path, "unless"), spec.unless),
            scope=self._scope((*path, "feeds"), spec.feeds),
            languages=frozenset(spec.languages),
            score=tuple(score),
            threshold=spec.threshold,
            severity=Severity(severity)
            if isinstance(severity, str)
            else tuple((Severity(level), points) for level, points in severity.items()),
            examples=(
                *self._examples((*path, "examples", "match"), spec.examples.match, should_match=True),
                *self._examples((*path, "examples", "skip"), spec.examples.skip, should_match=False),
            ),
        )

    def _where(self, path: Path, where: str | list[str] | WhereSpec | None) -> tuple[tuple[str, ...], float]:
        if isinstance(where, WhereSpec):
            self._check_region(where.region, (*path, "region"))
            return (where.region,), where.share
        if isinstance(where, str):
            self._check_region(where, path)
            return (where,), DEFAULT_SHARE
        for position, region in enumerate(where or ()):
            self._check_region(region, (*path, position))
        return tuple(dict.fromkeys(where or ())), DEFAULT_SHARE

    def _scope(self, path: Path, scope: list[str] | ScopeSpec | None) -> FeedScope | None:
        if not scope:
            return None
        if isinstance(scope, list):
            feeds, homes = self._chosen(path, scope)
            return FeedScope(feeds=feeds, homes=homes)
        ids, _ = self._chosen((*path, "ids"), scope.ids, kind="feed")
        tagged, _ = self._chosen((*path, "tags"), scope.tags, kind="tag")
        without_feeds, without_homes = self._chosen((*path, "not"), scope.not_)
        return FeedScope(
            feeds=ids | tagged,
            homes=frozenset(scope.home),
            without_feeds=without_feeds,
            without_homes=without_homes,
            everything=not (scope.ids or scope.tags or scope.home),
        )

    def _chosen(
        self, path: Path, words: list[str], *, kind: Literal["feed", "tag", "feed, tag or home"] = "feed, tag or home"
    ) -> tuple[frozenset[str], frozenset[str]]:
        """Return the feeds and the homes that the words of a scope stand for."""
        ids = self.known["feeds"].keys() if "feed" in kind else set()
        tags = self.tags if "tag" in kind else set()
        feeds: set[str] = set()
        homes: set[str] = set()
        for position, word in enumerate(words):
            if word in ids:
                feeds.add(word)
            if word in tags:
                feeds.update(feed for feed, spec in self.feeds.items() if word in spec.tags)
            if "home" in kind and is_area(word):
                homes.add(word)
            elif word not in ids and word not in tags:
                self._unknown(kind, word, (*path, position), ids | tags)
        return frozenset(feeds), frozenset(homes)

    def _examples(self, path: Path, texts: list[str], *, should_match: bool) -> Iterable[Example]:
        for position, text in enumerate(texts):
            error = self.places.error("", (*path, position))
            yield Example(text=text, should_match=should_match, file=error.file, line=error.line, column=error.column)

    def _subscription(self, entry: str, spec: DigestSpec) -> Subscription:
        path: Path = ("digests", entry)
        template = spec.template or ("alert" if isinstance(spec.when, Immediately) else "digest")
        if template not in self.templates:
            self._unknown("template", template, (*path, *(("template",) if spec.template else ())), self.templates)
        return Subscription(
            id=entry,
            rules=self._subscribed(path, spec),
            regions=tuple(dict.fromkeys(spec.regions or ())),
            floor=None if spec.severity is None else Severity(spec.severity),
            schedule=spec.when,
            timezone=spec.timezone,
            to=tuple(spec.to),
            quiet=None
            if spec.quiet is None
            else Quiet(
                start=spec.quiet.hours.partition("-")[0],
                end=spec.quiet.hours.partition("-")[2],
                except_=None if spec.quiet.except_ is None else Severity(spec.quiet.except_),
            ),
            say_empty=spec.empty == "say so",
            template=template,
            bundle=spec.bundle,
        )

    def _subscribed(self, path: Path, spec: DigestSpec) -> frozenset[str]:
        chosen: set[str] = set()
        known = self.known["rules"]
        for position, pattern in enumerate(spec.rules or ()):
            found = {rule for rule in known if rule == pattern or fnmatchcase(rule, pattern)}
            if not found:
                self._unknown("rule", pattern, (*path, "rules", position), known)
            chosen |= found
        for position, region in enumerate(spec.regions or ()):
            found = {rule for rule, raw in known.items() if region in _listed(raw, "where")}
            if region not in self.known["regions"]:
                self._check_region(region, (*path, "regions", position))
            elif not found and not self.incomplete:
                hint = f"write `where: {region}` in a rule"
                self._report(f"no rule looks at region `{region}`", (*path, "regions", position), hint=hint)
            chosen |= found
        return frozenset(chosen)


def _feed(entry: str, spec: FeedSpec) -> Feed:
    return Feed(
        id=entry,
        url=spec.url,
        name=spec.name or str(urlsplit(spec.url).hostname).removeprefix("www."),
        home=spec.home,
        language=spec.language,
        trust=spec.trust,
        every=spec.every,
        tags=tuple(dict.fromkeys(spec.tags)),
        paused=spec.paused,
        headers=spec.headers,
        auth=spec.auth,
        user_agent=spec.user_agent,
        max_age=spec.max_age,
        first_poll=spec.first_poll,
    )


def _own_term(name: str) -> Term | None:
    try:
        return parse_term(f'"{name}"')
    except RuleError:  # pragma: no cover - no name of ISO 3166 is refused today; another edition's may be
        return None


def _spoken(entry: str) -> str:
    """Return an id as a name: ``asia-desk`` as "Asia desk"."""
    return entry.replace("-", " ").capitalize()


def _block(values: Any, key: str) -> dict[str, Any]:
    found = values.get(key) if isinstance(values, dict) else None
    return found if isinstance(found, dict) else {}


def _listed(raw: Any, key: str) -> list[str]:
    """Return the words that stand at a key of raw values, however they are written."""
    found = raw.get(key) if isinstance(raw, dict) else None
    if isinstance(found, dict):
        found = found.get("region")
    words = found if isinstance(found, list) else [found]
    return [word for word in words if isinstance(word, str)]

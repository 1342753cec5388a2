"""The values of a rule set, each built from its entry in the rule files.

What an entry lacks gets its default here where it depends on the rest of the entry. This module must not know how the
words of an entry are looked up, nor where its problems go.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from monitor.digests.timing import Immediately
from monitor.model import Feed, Quiet, Severity
from monitor.rules.resolve import Resolver
from monitor.rules.ruleset import Example, FeedScope, Region, Rule, ScoreLine, Subscription
from monitor.rules.source import Path
from monitor.rules.spec import DEFAULT_SHARE, DigestSpec, FeedSpec, RegionSpec, RuleSpec, ScopeSpec, WhereSpec


def build_feed(entry: str, spec: FeedSpec) -> Feed:
    """Return a feed, under its host's name where it has none."""
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


def build_region(entry: str, spec: RegionSpec, resolver: Resolver) -> Region:
    """Return a region with its areas' own names, without names that have a problem."""
    path: Path = ("regions", entry)
    terms = resolver.terms((*path, "names"), spec.names)
    raw = resolver.merged.known["regions"][entry]
    if not terms and not raw.get("codes") and not raw.get("names"):
        resolver.report(f"region `{entry}` has nothing to look for", path, hint="give it codes or names")
    for position, rival in enumerate(spec.rivals):
        resolver.check_rival(rival, (*path, "rivals", position))
    ambiguous = []
    for name, supports in spec.ambiguous.items():
        place: Path = (*path, "ambiguous", name)
        term = resolver.term(place, name, is_key=True)
        ambiguous.append((term, resolver.terms(place, supports)))
    return Region(
        id=entry,
        name=spec.name or _spoken(entry),
        codes=tuple(spec.codes),
        terms=terms,
        excluded=resolver.terms((*path, "not"), spec.not_),
        ambiguous=tuple((term, supports) for term, supports in ambiguous if term is not None),
        rivals=tuple(spec.rivals),
        min_population=spec.min_population,
    )


def build_rule(entry: str, spec: RuleSpec, resolver: Resolver) -> Rule:
    """Return a rule without the conditions that have a problem."""
    path: Path = ("rules", entry)
    where, share = _where((*path, "where"), spec.where, resolver)
    score = []
    for position, line in enumerate(spec.score):
        condition = resolver.expression((*path, "score", position, "if"), line.if_)
        if condition is not None:
            score.append(ScoreLine(add=line.add, condition=condition))
    severity = spec.severity
    return Rule(
        id=entry,
        name=spec.name or _spoken(entry),
        where=where,
        share=share,
        when=resolver.expression((*path, "when"), spec.when),
        unless=resolver.expression((*path, "unless"), spec.unless),
        scope=_scope((*path, "feeds"), spec.feeds, resolver),
        languages=frozenset(spec.languages),
        score=tuple(score),
        threshold=spec.threshold,
        severity=Severity(severity)
        if isinstance(severity, str)
        else tuple((Severity(level), points) for level, points in severity.items()),
        examples=(
            *_examples((*path, "examples", "match"), spec.examples.match, resolver, should_match=True),
            *_examples((*path, "examples", "skip"), spec.examples.skip, resolver, should_match=False),
        ),
    )


def _where(path: Path, where: str | list[str] | WhereSpec | None, resolver: Resolver) -> tuple[tuple[str, ...], float]:
    if isinstance(where, WhereSpec):
        resolver.check_region(where.region, (*path, "region"))
        return (where.region,), where.share
    if isinstance(where, str):
        resolver.check_region(where, path)
        return (where,), DEFAULT_SHARE
    for position, region in enumerate(where or ()):
        resolver.check_region(region, (*path, position))
    return tuple(dict.fromkeys(where or ())), DEFAULT_SHARE


def _scope(path: Path, scope: list[str] | ScopeSpec | None, resolver: Resolver) -> FeedScope | None:
    if not scope:
        return None
    if isinstance(scope, list):
        feeds, homes = resolver.chosen(path, scope)
        return FeedScope(feeds=feeds, homes=homes)
    ids, _ = resolver.chosen((*path, "ids"), scope.ids, kind="feed")
    tagged, _ = resolver.chosen((*path, "tags"), scope.tags, kind="tag")
    without_feeds, without_homes = resolver.chosen((*path, "not"), scope.not_)
    return FeedScope(
        feeds=ids | tagged,
        homes=frozenset(scope.home),
        without_feeds=without_feeds,
        without_homes=without_homes,
        everything=not (scope.ids or scope.tags or scope.home),
    )


def _examples(path: Path, texts: list[str], resolver: Resolver, *, should_match: bool) -> Iterator[Example]:
    for position, text in enumerate(texts):
        place = resolver.merged.places.error("", (*path, position))
        yield Example(text=text, should_match=should_match, file=place.file, line=place.line, column=place.column)


def build_subscription(entry: str, spec: DigestSpec, resolver: Resolver) -> Subscription:
    """Return a subscription with all the rules that it takes."""
    path: Path = ("digests", entry)
    template = spec.template or ("alert" if isinstance(spec.when, Immediately) else "digest")
    resolver.check_template(template, (*path, "template") if spec.template else path)
    return Subscription(
        id=entry,
        rules=resolver.subscribed(path, spec),
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


def _spoken(entry: str) -> str:
    """Return an id as a name: ``asia-desk`` as "Asia desk"."""
    return entry.replace("-", " ").capitalize()

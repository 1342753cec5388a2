"""The keys of the rule files as models: what may be written, with the descriptions that editors show.

The published JSON Schema is made of these (``schema``). This module must not know other entries than the one it
describes: whether a region, group or feed exists is for ``resolve`` to say.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from monitor.regions.packs import MIN_POPULATION
from monitor.rules.values import (
    AreaCode,
    Condition,
    Destinations,
    HeaderName,
    HeaderValue,
    Hours,
    Id,
    Interval,
    Language,
    Pause,
    Secret,
    SeverityWord,
    TimeZone,
    WebAddress,
    When,
    Words,
    wrong,
)

DEFAULT_SHARE = 0.15
LEVELS: tuple[SeverityWord, ...] = ("low", "medium", "high", "critical")


class _Spec(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


def _kind(value: Any) -> str:
    """Name the shape of a value that may be written in several ways."""
    if isinstance(value, str):
        return "word"
    return "list" if isinstance(value, list) else "block" if isinstance(value, dict) else "something else"


_Word = Tag("word")
_List = Tag("list")
_Block = Tag("block")
_ByKind = Discriminator(_kind)


class FeedSpec(_Spec):
    """A source that is polled."""

    url: WebAddress = Field(description="Address of the feed (RSS, Atom, JSON Feed, news sitemap); http or https.")
    name: Words | None = Field(None, description="The outlet, as shown to readers. Default: the host name.")
    home: AreaCode | None = Field(
        None,
        description="ISO 3166 code of where the outlet sits, as PK-SD: the best single hint for ambiguous places.",
    )
    language: Language | None = Field(None, description="Language of the feed where it does not say itself, as ur.")
    trust: float = Field(1.0, ge=0, le=1, description="0 to 1; multiplies scores, never creates a match.")
    every: Interval = Field(
        timedelta(minutes=10),
        json_schema_extra={"default": "10m"},
        description="Shortest time between two polls (least 1s). Quiet or failing feeds are polled less by themselves.",
    )
    tags: list[Id] = Field([], description="Words by which rules can choose feeds.")
    paused: bool = Field(False, description="true: the feed is kept, and not polled.")
    headers: dict[HeaderName, HeaderValue] = Field(
        {}, description="Request headers; a value `env:NAME` is taken from the environment variable NAME."
    )
    auth: Secret | None = Field(None, description="env:NAME, an environment variable that holds user:password.")
    user_agent: Words | None = Field(None, description="User-Agent to send instead of Dateline's own.")
    max_age: Interval | None = Field(None, description="Older items are stored, not alerted. Default: no limit.")
    first_poll: int = Field(
        0, ge=0, description="How many of its newest entries may alert when the feed is new. The others are stored."
    )


class RegionSpec(_Spec):
    """A place that rules watch: areas by code, and names."""

    name: Words | None = Field(None, description="As shown to readers. Default: the id.")
    codes: list[AreaCode] = Field([], description="ISO 3166-1 or 3166-2 codes; their own names are watched.")
    min_population: int = Field(MIN_POPULATION, ge=0, description="Smallest place of the gazetteer that counts.")
    names: list[Words] = Field([], description="Further names and spellings. Wildcards * and ?; =Exact as written.")
    ambiguous: dict[str, Annotated[list[Words], Field(min_length=1)]] = Field(
        {}, description="A name that counts only in an article that has one of these words."
    )
    rivals: list[str] = Field(
        [], description="Regions or area codes that share names with this one: it loses where they have more evidence."
    )
    not_: list[Words] = Field([], alias="not", description="Phrases in which a name does not count, as a team's name.")


class WhereSpec(_Spec):
    """A region, and how much of the article must be about it."""

    region: str = Field(description="Id of a region.")
    share: float = Field(DEFAULT_SHARE, ge=0, le=1, description="Least part of the article's place evidence, 0 to 1.")


class ScopeSpec(_Spec):
    """Which feeds a rule reads."""

    ids: list[str] = Field([], description="Ids of feeds.")
    tags: list[str] = Field([], description="Tags of feeds.")
    home: list[AreaCode] = Field([], description="Homes of outlets; a country takes in its areas.")
    not_: list[str] = Field([], alias="not", description="Feeds, tags or homes that are left out.")


class ScoreSpec(_Spec):
    """Points that a rule gives where a condition holds."""

    add: float = Field(description="Points, negative ones too.")
    if_: Condition = Field(alias="if", description="The condition.")


class ExamplesSpec(_Spec):
    """Texts that `dateline check` holds against the rule."""

    match: list[Words] = Field([], description="Headlines that must match.")
    skip: list[Words] = Field([], description="Headlines that must not match.")


def _rising(points: dict[SeverityWord, float]) -> dict[SeverityWord, float]:
    """Sort the levels, lowest first."""
    rising = {level: points[level] for level in LEVELS if level in points}
    if list(rising.values()) != sorted(rising.values()):
        raise wrong("must ask more points of a higher level", "let the points rise: {low: 4, medium: 5, high: 6}")
    return rising


class RuleSpec(_Spec):
    """A named condition: where + when - unless decide, score grades."""

    name: Words | None = Field(None, description="As shown to readers. Default: the id.")
    where: (
        Annotated[
            Annotated[str, _Word] | Annotated[list[str], _List, Field(min_length=1)] | Annotated[WhereSpec, _Block],
            _ByKind,
        ]
        | None
    ) = Field(None, description="A region, a list of regions, or {region, share}. Without it the rule is not regional.")
    when: Condition | None = Field(None, description="What must hold. Without it every article of the region matches.")
    unless: Condition | None = Field(None, description="What must not hold.")
    feeds: Annotated[Annotated[list[str], _List] | Annotated[ScopeSpec, _Block], _ByKind] | None = Field(
        None, description="Only articles of these feeds: a list of ids, tags and home codes, or {ids, tags, home, not}."
    )
    languages: list[Language] = Field([], description="Only articles in these languages; an unknown language passes.")
    score: list[ScoreSpec] = Field([], description="Points, added up and multiplied by the feed's trust.")
    threshold: float = Field(0.0, description="Fewer points are no match.")
    severity: Annotated[
        Annotated[SeverityWord, _Word]
        | Annotated[dict[SeverityWord, float], Field(min_length=1), AfterValidator(_rising), _Block],
        _ByKind,
    ] = Field("medium", description="A word, or the points from which each level is reached: {low: 4, high: 6}.")
    examples: ExamplesSpec = Field(ExamplesSpec(), description="Run by `dateline check`.")


class QuietSpec(_Spec):
    """Hours in which messages are held, to be sent as one at their end."""

    hours: Hours = Field(description="Local hours, as 22:00-06:00.")
    except_: SeverityWord | None = Field(None, alias="except", description="This severity and above is sent at once.")


class DigestSpec(_Spec):
    """Who gets which rules, where, when, how."""

    rules: list[str] | None = Field(None, min_length=1, description="Ids of rules, with * and ? as wildcards.")
    regions: list[str] | None = Field(None, min_length=1, description="Every rule that looks at one of these regions.")
    severity: SeverityWord | None = Field(None, description="Least severity that is told.")
    when: When = Field(description='immediately, hourly, "every 3h", "07:00, 17:00" or "07:00 on mon-fri".')
    timezone: TimeZone = Field("UTC", description="IANA name, as Asia/Karachi.")
    to: Destinations = Field(min_length=1, description="slack:#channel, email:address, folder:path.")
    quiet: QuietSpec | None = Field(None, description="Hours in which messages are held.")
    empty: Literal["say so", "skip"] = Field("say so", description="What to do when nothing is owed.")
    template: str | None = Field(
        None, description="A folder in templates/. Default: alert for `immediately`, else digest."
    )
    bundle: Pause = Field(
        timedelta(seconds=60),
        json_schema_extra={"default": "60s"},
        description="How long an alert waits for more of the same event.",
    )

    @model_validator(mode="after")
    def _rules_or_regions(self) -> DigestSpec:
        if self.rules is not None and self.regions is not None:
            raise wrong("has both `rules` and `regions`", "keep one: regions stand for all rules that look at them")
        if self.rules is None and self.regions is None:
            raise wrong("has neither `rules` nor `regions`", "write rules: [some-rule-*] or regions: [some-region]")
        return self


class OperatorSpec(_Spec):
    """Who hears of a failing channel, a feed dead for a week, a rejected rule file."""

    to: Destinations = Field([], description="slack:#channel, email:address, folder:path.")
    heartbeat: WebAddress | None = Field(
        None, description="Requested after each healthy cycle, so that a dead daemon is noticed elsewhere."
    )


class RuleFile(_Spec):
    """One of Dateline's rule files; all files of the folder are merged."""

    version: Literal[1] = Field(1, description="Version of the rule language: 1.")
    feeds: dict[Id, FeedSpec] | None = Field(None, description="Sources, by id.")
    regions: dict[Id, RegionSpec] | None = Field(None, description="Places, by id: @id in conditions.")
    groups: dict[Id, Annotated[list[Words], Field(min_length=1)]] | None = Field(
        None, description="Words, phrases and wildcards, by id: $id in conditions."
    )
    rules: dict[Id, RuleSpec] | None = Field(None, description="Conditions, by id.")
    digests: dict[Id, DigestSpec] | None = Field(None, description="Messages, by id.")
    operator: OperatorSpec | None = Field(None, description="Who is told when the service itself needs care.")

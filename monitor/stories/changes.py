"""What happened to a story between two moments, as data and in plain words.

Everything is a difference of what stood then and what stands now, so that nothing is said twice, and nothing at all of
a story that is as it was. A figure printed in five articles is one change. Pure: knows nothing of channels; who was
sent what is an argument.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from monitor.model import Change, ChangeKind, Figure, Move
from monitor.stories import wording
from monitor.stories.claims import Claim, Value, fits, is_same_count, may_be_same
from monitor.stories.edits import edits, revisions
from monitor.stories.ledger import Ledger, ledger
from monitor.stories.reports import Moment, Report, Spot
from monitor.text.lines import listed

WAKING_ORIGINS = (3, 5, 10, 20)
"""How many independent reports make it another story than it was."""

MOST_OF_A_KIND = 12
"""Changes told at once, of each kind but edits: more claimants than that are in the ledger, or hostile."""

QUIET_AFTER = timedelta(hours=24)

_GRAVE = ("killed", "missing", "abducted")
_ORDER: tuple[ChangeKind, ...] = (
    *("new_story", "figure", "revision", "denial", "claimant", "statement", "new_place", "origins", "quiet"),
)
_OUTLETS_NAMED, _PLACES_NAMED = 3, 5
_IN_TITLE = -1


def changes(
    before: Moment | None, after: Moment, *, told: Mapping[int, datetime] | None = None, timezone: str = "UTC"
) -> tuple[Change, ...]:
    """Return what is to be said of a story at ``after`` to those who know it as it was ``before``, gravest first.

    ``before`` is None for those who do not know it. ``told`` says when they were sent which articles, ``timezone``
    in which zone they read the time.
    """
    if not after.reports:
        return ()
    if before is None or not before.reports:
        return (Change(kind="new_story", text="New story", articles=tuple(after.current()), is_material=True),)
    edited = edits(before, after, told or {})
    found = [
        *_from_ledger(before, after, {edit.now.article: [new for _, new in edit.corrected] for edit in edited}),
        *revisions(edited, told or {}, after.at, ZoneInfo(timezone)),
        *_places(before, after),
        *_origins(before, after),
        *_quiet(before, after),
    ]
    numbers: Counter[ChangeKind] = Counter()
    kept = []
    for one in sorted(found, key=lambda one: (not one.is_material, _ORDER.index(one.kind))):
        numbers[one.kind] += 1
        if one.kind == "revision" or numbers[one.kind] <= MOST_OF_A_KIND:
            kept.append(one)
    return tuple(kept)


# --- figures and statements ---


@dataclass(frozen=True, slots=True)
class _News:
    """A claim that stands at another value than before, or was not there."""

    claim: Claim
    before: Figure | None
    value: Value

    @property
    def figure(self) -> Figure:
        return self.value.figure

    @property
    def outlet(self) -> str:
        """The claimant itself, or who quotes it."""
        return self.claim.claimant.name if self.claim.claimant.is_outlet else self.value.report.source

    @property
    def text(self) -> str:
        now = wording.claim(self.figure)
        return now if self.before is None else f"{now}, not {wording.amount(self.before)}"

    @property
    def move(self) -> Move:
        return Move(
            outcome=self.claim.outcome,
            group=self.claim.group,
            before=None if self.before is None else wording.amount(self.before),
            after=wording.amount(self.figure),
        )


def _from_ledger(before: Moment, after: Moment, edited: Mapping[int, Sequence[Figure]]) -> Iterator[Change]:
    """Yield what claimants say now and did not say before.

    Not what articles were ``edited`` to say only: their figures that were told as corrections of others.
    """
    book = ledger(before)
    stood = {claim: value.figure for claim in book.claims if (value := claim.standing)}
    said = set(book.statements())
    _continue(book, before, after)
    news = [one for claim in book.claims if (one := _news(claim, stood.get(claim))) and not _is_told(one, book, edited)]
    yield from _claimants(news, stood)
    yield from _others(news, stood)
    for new in book.statements():
        if new not in said:
            kind = new.statement.kind
            yield Change(
                kind="denial" if kind == "denies" else "statement",
                text=wording.statement(new.claimant.subject, new.statement),
                claimant=new.claimant.name,
                articles=tuple(report.article for report in new.carriers),
                is_material=kind != "accuses",
            )


def _continue(book: Ledger, before: Moment, after: Moment) -> None:
    """Enter what came after a moment, wherever it stands among the reports: a merge brings older ones."""
    known = {(report.article, report.revision) for report in before.reports}
    for report in after.reports:
        if (report.article, report.revision) not in known:
            book.enter(report)
    for article in before.current().keys() - after.current().keys():
        book.withdraw(article)


def _news(claim: Claim, before: Figure | None) -> _News | None:
    value = claim.standing
    if value is None or (before is not None and is_same_count(before, value.figure)):
        return None
    return _News(claim, before, value)


def _is_told(news: _News, book: Ledger, edited: Mapping[int, Sequence[Figure]]) -> bool:
    """Tell whether every article that says so was edited to say so, and is told of as that."""
    claim = news.claim
    return all(
        any(
            is_same_count(new, news.figure)
            and new.group == claim.group
            and fits(claim, new)
            and book.claimant(new, report) is claim.claimant
            for new in edited.get(report.article, ())
        )
        for report in news.value.carriers
    )


def _claimants(news: Sequence[_News], stood: Mapping[Claim, Figure]) -> Iterator[Change]:
    """Yield what each claimant moved, and what it says first."""
    speakers = {claim.claimant for claim in stood}
    named = sorted((one for one in news if one.claim.claimant.is_source), key=_by_claimant)
    for claimant, of_one in groupby(named, key=lambda one: one.claim.claimant):
        mine = list(of_one)
        if moved := [one for one in mine if one.before]:
            yield _change("figure", f"{claimant.subject} now {claimant.say}", moved, stood)
        if first := [one for one in mine if not one.before]:
            if claimant in speakers:
                yield _change("figure", f"{claimant.subject} also {claimant.say}", first, stood)
            else:
                yield _change("claimant", f"{claimant.subject} {claimant.say}", first, stood)


def _others(news: Sequence[_News], stood: Mapping[Claim, Figure]) -> Iterator[Change]:
    """Yield what outlets state as their own, or have from claimants without a name: only what nobody else says."""
    known = [*stood.values(), *(one.figure for one in news if one.claim.claimant.is_source)]
    by_text: dict[tuple[str, str], list[_News]] = {}
    for one in sorted((one for one in news if not one.claim.claimant.is_source), key=_by_claimant):
        who = "" if one.claim.claimant.is_outlet else one.claim.claimant.subject
        if (who, one.text) in by_text or not any(may_be_same(figure, one.figure) for figure in known):
            by_text.setdefault((who, one.text), []).append(one)
            known.append(one.figure)
    for (who, _), alike in by_text.items():
        claimant, now = alike[0].claim.claimant, " now" if alike[0].before else ""
        outlets = listed(tuple(dict.fromkeys(one.outlet for one in alike)), _OUTLETS_NAMED)
        if who:
            lead = f"{who} quoted by {outlets}{now} {claimant.say}"
            yield _change("figure" if now else "claimant", lead, alike[:1], stood, alike)
        else:
            lead = f"{outlets}{now} report{'' if len(alike) > 1 else 's'}"
            yield _change("figure", lead, alike[:1], stood, alike)


def _by_claimant(news: _News) -> tuple[bool, int]:
    return news.claim.claimant.is_outlet, news.claim.claimant.order


def _change(
    kind: ChangeKind, lead: str, news: Sequence[_News], stood: Mapping[Claim, Figure], carried: Sequence[_News] = ()
) -> Change:
    moves = "; ".join(one.text for one in news[: wording.FIGURES_TOLD])
    told = moves if news[0].before else wording.claims(one.figure for one in news)
    carriers = (report.article for one in carried or news for report in one.value.carriers)
    return Change(
        kind=kind,
        text=f"{lead} {told}",
        claimant=news[0].claim.claimant.name,
        moves=tuple(one.move for one in news),
        articles=tuple(dict.fromkeys(carriers)),
        is_material=any(_is_material(one, stood) for one in news),
    )


def _is_material(news: _News, stood: Mapping[Claim, Figure]) -> bool:
    """Tell whether a figure moved, or a first one says worse of its group than all that was known.

    Saying whom the dead were that are known already is not worse.
    """
    outcome, group, count = news.claim.outcome, news.claim.group, news.figure.count
    known = [(claim.group, figure.count) for claim, figure in stood.items() if claim.outcome == outcome]
    worst = max((figure for of, figure in known if group in ("people", of)), default=0)
    return news.before is not None or (outcome in _GRAVE and count > worst and ("people", count) not in known)


# --- places, origins, silence ---


def _places(before: Moment, after: Moment) -> Iterator[Change]:
    was = _named(before)
    new = {spot.name: str(spot) for key, spot in _named(after).items() if spot and key not in was}
    if new:
        articles = (one.article for one in after.current().values() if any(spot.name in new for spot in one.places))
        text = f"Now also in {listed(tuple(new.values()), _PLACES_NAMED)}"
        yield Change(kind="new_place", text=text, articles=tuple(articles), is_material=True)


def _named(moment: Moment) -> dict[tuple[str, str], Spot | None]:
    """Return the places that a story is about; without a spot the areas and countries that those lie in.

    They are those that a headline names, and those in the opening words of two independent reports: one may tell where
    its writer sits.
    """
    origins: dict[Spot, set[int]] = {}
    for report in moment.current().values():
        for spot in report.places:
            if spot.field == "title":
                origins.setdefault(replace(spot, field=""), set()).update((report.origin, _IN_TITLE))
            elif spot.field == "lede":
                origins.setdefault(replace(spot, field=""), set()).add(report.origin)
    about = [spot for spot, reports in origins.items() if len(reports) > 1]
    named: dict[tuple[str, str], Spot | None] = {_key(spot): spot for spot in about}
    for spot in about:
        if spot.kind != "country":
            named["country", spot.code.partition("-")[0]] = None
        if spot.kind not in ("country", "area"):
            named["area", spot.code] = None
    return named


def _key(spot: Spot) -> tuple[str, str]:
    return spot.kind, spot.code if spot.kind in ("country", "area") else str(spot.id or spot.name)


def _origins(before: Moment, after: Moment) -> Iterator[Change]:
    was, now = before.current(), after.current()
    new = [one for article, one in now.items() if article not in was]
    known, whole = {one.origin for one in was.values()}, {one.origin for one in now.values()}
    first = {one.origin: one for one in reversed(new) if one.origin not in known}
    texts = [one for one in new if first.get(one.origin) is one]
    if texts:
        more = "1 more independent report" if len(texts) == 1 else f"{len(texts)} more independent reports"
        is_material = any(len(known) < number <= len(whole) for number in WAKING_ORIGINS)
        yield _reported(f"{more} ({_outlets_of(texts)}), {len(whole)} in all", texts, is_material=is_material)
    if copies := [one for one in new if one not in texts]:
        yield _reported(f"The same text appeared in {_outlets_of(copies)}", copies)


def _reported(text: str, reports: Sequence[Report], *, is_material: bool = False) -> Change:
    articles = tuple(one.article for one in reports)
    return Change(kind="origins", text=text, articles=articles, is_material=is_material)


def _outlets_of(reports: Sequence[Report]) -> str:
    return listed(tuple(dict.fromkeys(one.source for one in reports)), _OUTLETS_NAMED)


def _quiet(before: Moment, after: Moment) -> Iterator[Change]:
    was, now = _silence(before), _silence(after)
    is_same = before.reports[-1].at == after.reports[-1].at
    if now >= QUIET_AFTER and not (is_same and was >= QUIET_AFTER):
        hours = int(now / timedelta(hours=1))
        lasting = f"{hours} hours" if hours < 48 else f"{hours // 24} days"
        yield Change(kind="quiet", text=f"Nothing new for {lasting}")


def _silence(moment: Moment) -> timedelta:
    return moment.at - moment.reports[-1].at

"""Which place each mention means, by adding up what speaks for every place of its name.

Every addend can be printed. A name means one place throughout an article, as writers see to, and its mentions count
where the place is clear and nothing beside them says that they are no place at all. Linear in the mentions. Nothing
here knows of rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from monitor.regions.cues import COMMON, MAYBE_PERSON, PERSON, Addend
from monitor.regions.evidence import Evidence, is_close
from monitor.regions.gazetteer import Name, Place
from monitor.regions.mentions import Mention
from monitor.regions.senses import QUALIFIED, Sense, Weighed

CONTESTED = "contested"
CLEAR, SUPPORTED = 0.9, 0.1
"""By how many points a place must lead those elsewhere: where nothing but its size speaks for it, and else."""
NAMESAKE = -3.0
"""“Jordan bought it”, where “Michael Jordan” stands elsewhere in the article."""
MOST_SUPPORT, AT_HOME = 2.5, 3.5
"""However many places are near: "Mayor Houston" of Texas is a person. Where its outlet sits a name is rather a town,
and so is a common word right where the article is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """What a mention means: the best place first, and whether that counts."""

    mention: Mention
    best: Weighed
    second: Weighed | None
    """The best place elsewhere."""
    against: tuple[Addend, ...]
    """What speaks for or against its being a place at all."""
    doubt: str = ""
    """Why it does not count; empty where it does."""

    @property
    def place(self) -> Place | None:
        """The place that it counts for."""
        return None if self.doubt else self.best.place

    @property
    def rivals(self) -> tuple[Place, ...]:
        """The place that speaks for itself best, and the best elsewhere."""
        return (self.best.place,) if self.second is None else (self.best.place, self.second.place)

    @property
    def is_contested(self) -> bool:
        """Whether it does not count only for want of anything that tells its places apart."""
        return self.doubt == CONTESTED

    @property
    def is_persons(self) -> bool:
        """Whether it does not count for being, or for maybe being, a person's name."""
        return self.doubt.startswith((PERSON, MAYBE_PERSON))

    @property
    def why(self) -> str:
        """What it was taken for and by which points, or why for nothing."""
        said = [_said(self.best), *([f"against {_said(self.second)}"] if self.second is not None else [])]
        said += [f"{label} {points:+.1f}" for label, points in self.against]
        return f"{self.doubt or 'taken for'}: {'; '.join(said)}"


def resolve(mentions: Sequence[Mention], *, home: str | None = None) -> tuple[Resolution, ...]:
    """Decide what each mention means; ``home``: the ISO 3166 code of where the outlet sits."""
    named: dict[tuple[tuple[str, ...], bool], Sense] = {}
    for mention in mentions:
        key = (mention.name.words, mention.name.exact)
        if key not in named:
            named[key] = Sense(mention.name)
        named[key].add(mention)
    senses = list(named.values())
    pointed = {
        place.country for sense in senses for place in sense.name.places[:1] if place.kind in ("country", "area")
    }
    for sense in senses:
        sense.weigh(home, pointed)
    evidence = Evidence(chain.from_iterable(sense.counted() for sense in senses))
    for sense in senses:
        sense.hear(evidence)
    settled = {key: (*sense.settle(), sense.is_namesake) for key, sense in named.items()}
    return tuple(_judge(mention, *settled[mention.name.words, mention.name.exact], home) for mention in mentions)


def _judge(mention: Mention, best: Weighed, second: Weighed | None, namesake: bool, home: str | None) -> Resolution:
    against = mention.cues
    if namesake and not any(points > 0 or label.startswith(PERSON) for label, points in against):
        against = (*against, (f"{PERSON} elsewhere", NAMESAKE))
    support = sum(points for _, points in best.addends[1:] if points > 0)
    is_lifted = is_close(best.place, best.addends) and any(label == COMMON for label, _ in against)
    at_home = home is not None and best.place.area == home
    most = AT_HOME if at_home or is_lifted else MOST_SUPPORT
    misplaced = mention.qualifier is not None and not _agrees(best.place, mention.qualifier)
    qualified = mention.qualifier is not None and support >= QUALIFIED
    doubt = ""
    if not qualified and sum(points for _, points in against) + min(support, most) < 0:
        doubt = min(against, key=lambda addend: addend[1])[0]
    elif misplaced and mention.qualifier is not None:
        doubt = f"none known in {mention.qualifier.written}"
    elif second is not None and best.points - second.points < (SUPPORTED if support > 0 else CLEAR):
        doubt = CONTESTED
    return Resolution(mention=mention, best=best, second=second, against=against, doubt=doubt)


def _agrees(place: Place, qualifier: Name) -> bool:
    """Tell whether a place lies where the words behind it say; a country behind it may be the next of a list."""
    if place.kind == "country" or any(one.kind not in ("area", "district") for one in qualifier.places[:2]):
        return True
    return place.area in {one.area for one in qualifier.places}


def _said(weighed: Weighed) -> str:
    place = weighed.place
    addends = ", ".join(f"{label} {points:+.1f}" for label, points in weighed.addends)
    return f"{place.name} ({place.code}) {weighed.points:.1f} = {addends}"

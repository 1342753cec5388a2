"""The digests that are kept as golden files and of which pictures are made: a fortnight of one invented desk.

Outlets, events, groups and everybody's words are made up; only the places exist. The names are those of the folders.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import cycle, islice

from monitor.model import ArticleRef, Change, Coverage, Digest, Flood, RegionSection, Severity, StoryItem, Window
from tests.digest_samples import NOON, alert, article, at, digest, figure, region, statement, story, trouble, why

CRITICAL, HIGH, MEDIUM, LOW = Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    digest: Digest
    root: Digest | None = None
    """The alert that it continues."""
    standing: Digest | None = None
    """What the edit of that alert shows: all that its thread told, as it stands now."""
    mark: str = ""


def _coverage(checked: int = 41) -> Coverage:
    return Coverage(checked=checked, failed=(), quiet=())


# --- nothing, and one story --------------------------------------------------------------------------------------

EMPTY = digest(coverage=Coverage(checked=41, failed=(), quiet=(trouble("Gwadar Bulletin", -4380),)))

CHECKPOINT = story(
    1,
    HIGH,
    article(11, "The Frontier Courier", "Militants attack police post in Mastung, three soldiers killed", 32),
    article(12, "Indus News Agency", "Gunmen storm checkpoint near Quetta; soldiers among the dead", 41),
    article(13, "Karachi Morning", "Gunmen storm checkpoint near Quetta; soldiers among the dead", 55, duplicate_of=12),
    article(14, "Bolan Herald", "Gunmen storm checkpoint near Quetta", 58, duplicate_of=12),
    article(15, "Asia Wire", "Pakistan: attack on security forces in Balochistan kills at least three", 60),
    gist="Armed men on motorcycles attacked a police post on the Quetta–Karachi highway in Mastung district shortly "
    "before noon, killing three soldiers of the Frontier Corps, officials said. The highway was closed in both "
    "directions.",
    where=("Mastung", "Quetta (Balochistan)"),
    figures=(
        figure(3, "soldiers of the Frontier Corps", "security", "killed", "officials", "The Frontier Courier", 32),
        figure(3, "people", "people", "killed", None, "Asia Wire", 60, modifier="at_least"),
        figure(5, "policemen", "security", "injured", "a hospital doctor", "Indus News Agency", 41),
    ),
    origins=3,
    first_seen_at=at(34),
    updated_at=at(60),
)

ONE_STORY = alert(
    region("Balochistan", CHECKPOINT),
    id="asia-desk-alerts-20261122T080100Z",
    window=Window(from_at=at(33), to_at=at(61)),
)

# --- one text at fourteen outlets --------------------------------------------------------------------------------

_CARRIERS = (
    "Karachi Morning", "Bolan Herald", "Makran Post", "Lahore Evening", "Multan Mail", "Peshawar Star", "Sindh Online",
    "The Capital Record", "Gulf Meridian", "Hills Radio", "Punjab Today", "Sukkur Times", "Thar Express",
)  # fmt: skip

WIRE_STORM = alert(
    region(
        "Balochistan",
        story(
            2,
            HIGH,
            article(201, "Indus News Agency", "Railway bridge blown up near Sibi; trains to Quetta suspended", 140),
            *(
                article(
                    202 + place,
                    outlet,
                    "Railway bridge blown up near Sibi; trains to Quetta suspended",
                    142 + 2 * place,
                    duplicate_of=201,
                )
                for place, outlet in enumerate(_CARRIERS)
            ),
            gist="Unknown men blew up a railway bridge near Sibi on Sunday afternoon, the railway said. All trains to "
            "and from Quetta were suspended. Nobody was reported hurt.",
            where=("Sibi", "Quetta (Balochistan)"),
            first_seen_at=at(141),
            updated_at=at(168),
            why=(why(text="“railway bridge blown up” in Balochistan, Sibi (title, lede)"),),
        ),
    ),
    id="asia-desk-alerts-20261122T095000Z",
    window=Window(from_at=at(140), to_at=at(170)),
)

# --- who says what -----------------------------------------------------------------------------------------------

ATTACKS = story(
    3,
    CRITICAL,
    article(301, "The Frontier Courier", "At least 145 militants dead after two days of attacks: chief minister", 305),
    article(302, "Asia Wire", "Toll of Balochistan attacks rises as towns are retaken", 318),
    article(303, "Karachi Morning", "Toll of Balochistan attacks rises as towns are retaken", 326, duplicate_of=302),
    article(304, "Coast Radio", "Front claims control of headquarters in Noshki", 331),
    article(305, "Indus News Agency", "Ministry across the border rejects charge of sponsorship", 344),
    article(306, "Makran Post", "Gunfire in Gwadar and Pasni, port closed", 340),
    gist="Militants attacked police posts, a prison and a headquarters in at least five towns of Balochistan on "
    "Saturday and Sunday. At least 145 militants were killed within 40 hours, the chief minister said.",
    where=("Quetta", "Gwadar", "Mastung", "Noshki (Balochistan)"),
    changes=(
        Change(
            kind="figure",
            text="The chief minister now says at least 145 militants killed, not 37; 17 law enforcement personnel "
            "killed, not 10",
            claimant="the chief minister",
            is_material=True,
        ),
        Change(
            kind="denial",
            text="The neighbour's foreign ministry denied any part in the attacks",
            claimant="the neighbour's foreign ministry",
            is_material=True,
        ),
        Change(kind="new_place", text="Now also in Gwadar (Balochistan), Pasni (Balochistan)", is_material=True),
        Change(kind="figure", text="The chief minister also says 31 civilians killed", claimant="the chief minister"),
        Change(
            kind="statement",
            text="The Bolan Front claimed control of the Frontier Corps headquarters in Noshki",
            claimant="the Bolan Front",
        ),
        Change(
            kind="origins",
            text="5 more independent reports (The Frontier Courier, Asia Wire, Coast Radio and 2 more), 11 in all",
        ),
    ),
    figures=(
        figure(
            145,
            "militants",
            "militants",
            "killed",
            "the chief minister",
            "The Frontier Courier",
            305,
            modifier="at_least",
            scope="in 40 hours",
            before=(37,),
        ),
        figure(41, "insurgents", "militants", "killed", "the military", "Asia Wire", -310, scope="in two operations"),
        figure(84, "soldiers", "security", "killed", "the Bolan Front", "Coast Radio", 331, modifier="at_least"),
        figure(
            17, "law enforcement personnel", "security", "killed", "the chief minister", "The Frontier Courier", 305,
            before=(10,),
        ),
        figure(31, "civilians", "civilians", "killed", "the chief minister", "The Frontier Courier", 305),
        figure(33, "people", "people", "killed", None, "Coast Radio", 331),
        figure(20, "people", "people", "injured", "police", "Asia Wire", -180, modifier="about"),
        figure(30, "inmates", "prisoners", "freed", "officials", "Coast Radio", -190, modifier="at_least"),
    ),
    statements=(
        statement(
            "claims_responsibility", "The Bolan Front", "the attacks", "Asia Wire", -150,
            "Our fighters carried out every one of these operations.",
        ),
        statement(
            "claims_responsibility", "The Bolan Front", "control of the Frontier Corps headquarters in Noshki",
            "Coast Radio", 331,
        ),
        statement("accuses", "The military", "foreign agencies of sponsoring the attacks", "Asia Wire", -120),
        statement("accuses", "The defence minister", "a neighbour of paying for them", "Karachi Morning", 60),
        statement(
            "denies", "The neighbour's foreign ministry", "any part in the attacks", "Indus News Agency", 344,
            "These are baseless allegations.",
        ),
    ),
    origins=11,
    first_seen_at=at(-1980),
    updated_at=at(344),
    severity_before=HIGH,
    why=(
        why(CRITICAL, "“militants attacked police posts” in Balochistan, 62 % of the place evidence"),
        replace(
            why(HIGH, "“Frontier Corps headquarters” near “claims control” in Noshki"),
            rule="balochistan-control",
            name="Towns and roads held in Balochistan",
        ),
    ),
)  # fmt: skip

MARKET = story(
    4,
    MEDIUM,
    article(401, "Bolan Herald", "Noshki bazaar shut for second day over curfew", 200),
    gist="Traders in Noshki kept their shops closed for a second day while a curfew was in force, the traders' union "
    "said.",
    where=("Noshki (Balochistan)",),
    first_seen_at=at(203),
    updated_at=at(203),
    why=(why(MEDIUM, "“bazaar shut” near “curfew” in Noshki"),),
)

COMPETING_FIGURES = digest(
    region("Balochistan", ATTACKS, MARKET),
    id="asia-desk-daily-20261122T130000Z",
    window=Window(from_at=NOON, to_at=at(360)),
    reason="18:00 in Asia/Karachi",
)

# --- what goes on in a thread ------------------------------------------------------------------------------------

_CHANGED = "a story that you were told of has changed"

_BLAST = story(
    5,
    MEDIUM,
    article(501, "Makran Post", "Blast heard across Gwadar, smoke over port", 152),
    gist="A blast was heard across Gwadar on Sunday afternoon, and smoke rose over the port, residents said.",
    where=("Gwadar (Balochistan)",),
    first_seen_at=at(153),
    updated_at=at(153),
    why=(why(MEDIUM, "“blast” in Gwadar (title, lede)"),),
)

BLAST_ALERT = alert(
    region("Balochistan", _BLAST),
    id="asia-desk-alerts-20261122T093400Z",
    window=Window(from_at=at(140), to_at=at(154)),
)

_FIRE = replace(
    _BLAST,
    severity=HIGH,
    severity_before=MEDIUM,
    headline="Nineteen hurt in explosion at Gwadar port fuel depot",
    gist="An explosion at a fuel depot beside Gwadar's deep-sea port injured 19 people on Sunday afternoon, the "
    "district hospital said. Port operations were suspended.",
    articles=(
        article(502, "Asia Wire", "Nineteen hurt in explosion at Gwadar port fuel depot", 205),
        article(503, "Coast Radio", "Gwadar port closed after fuel depot blast", 209),
    ),
    origins=3,
    changes=(
        Change(
            kind="figure",
            text="The district hospital now says 19 people injured, not 12",
            claimant="the district hospital",
            is_material=True,
        ),
        Change(kind="origins", text="2 more independent reports (Asia Wire and Coast Radio), 3 in all"),
    ),
    figures=(
        figure(19, "people", "people", "injured", "the district hospital", "Asia Wire", 205, before=(12,)),
        figure(12, "workers", "civilians", "injured", "the port authority", "Coast Radio", 209, modifier="about"),
    ),
    updated_at=at(209),
    why=(why(HIGH, "“explosion at Gwadar port” in Balochistan, Gwadar (title, lede)"),),
)

UPDATE = alert(
    region("Balochistan", _FIRE),
    id="asia-desk-alerts-20261122T103100Z",
    window=Window(from_at=at(154), to_at=at(211)),
    continues=BLAST_ALERT.id,
    reason=_CHANGED,
)

_DENIED = replace(
    _FIRE,
    severity_before=None,
    headline="Port authority denies attack on Gwadar fuel depot",
    gist="The port authority said on Sunday evening that the fire at Gwadar's fuel depot was caused by a fault in a "
    "pumping station.",
    articles=(article(504, "Quetta Voice", "Port authority denies attack on Gwadar fuel depot", 262),),
    changes=(
        Change(
            kind="denial",
            text="The port authority denied an attack on the depot",
            claimant="the port authority",
            is_material=True,
        ),
        Change(kind="origins", text="1 more independent report (Quetta Voice), 4 in all"),
    ),
    statements=(
        statement(
            "denies",
            "The port authority",
            "an attack on the depot",
            "Quetta Voice",
            262,
            "It was a technical fault in a pumping station.",
        ),
    ),
    origins=4,
    updated_at=at(262),
)

DENIAL = alert(
    region("Balochistan", _DENIED),
    id="asia-desk-alerts-20261122T112400Z",
    window=Window(from_at=at(211), to_at=at(264)),
    continues=BLAST_ALERT.id,
    reason=_CHANGED,
)


def _standing(told: StoryItem, updates: str) -> Digest:
    """Return what the first alert is edited to: its story as it stands now, with all that the thread told of it."""
    earlier = (*_FIRE.articles, *_BLAST.articles) if told is _DENIED else _BLAST.articles
    now = replace(told, changes=(), severity_before=None, articles=(*told.articles, *earlier))
    window = Window(from_at=BLAST_ALERT.window.from_at, to_at=told.updated_at + timedelta(minutes=2))
    reason = f"{updates} in this thread"
    return replace(BLAST_ALERT, regions=(region("Balochistan", now),), window=window, reason=reason)


# --- right to left -----------------------------------------------------------------------------------------------

URDU = digest(
    region(
        "بلوچستان",
        story(
            6,
            HIGH,
            article(601, "روزنامہ کوئٹہ", "مستونگ میں پولیس چوکی پر حملہ، تین اہلکار ہلاک", 35, language="ur"),
            article(602, "مکران نیوز", "کوئٹہ کراچی شاہراہ پر فائرنگ، ٹریفک معطل", 48, language="ur"),
            article(603, "Indus News Agency", "Gunmen storm checkpoint near Quetta", 41),
            gist="نامعلوم مسلح افراد نے اتوار کی دوپہر مستونگ کے قریب پولیس کی چوکی پر حملہ کیا۔ حکام کے مطابق تین "
            "اہلکار ہلاک اور پانچ زخمی ہوئے، جبکہ شاہراہ کو دونوں جانب سے بند کر دیا گیا ہے۔",
            where=("Mastung", "Quetta (Balochistan)"),
            figures=(
                figure(3, "اہلکار", "security", "killed", "حکام", "روزنامہ کوئٹہ", 35),
                figure(5, "policemen", "security", "injured", "a hospital doctor", "Indus News Agency", 41),
            ),
            first_seen_at=at(36),
            updated_at=at(48),
            why=(why(text="“حملہ” near “پولیس” in بلوچستان, مستونگ"),),
        ),
        story(
            7,
            MEDIUM,
            article(701, "مکران نیوز", "گوادر میں ماہی گیروں کا دھرنا تیسرے روز بھی جاری", 120, language="ur"),
            gist="گوادر میں ماہی گیروں نے بندرگاہ کے داخلی راستے پر تیسرے روز بھی دھرنا جاری رکھا۔",
            where=("Gwadar (Balochistan)",),
            first_seen_at=at(122),
            updated_at=at(122),
            why=(why(MEDIUM, "“دھرنا” in گوادر"),),
        ),
    ),
    id="urdu-desk-20261122T120000Z",
    subscription="urdu-desk",
)

# --- after quiet hours -------------------------------------------------------------------------------------------

_NIGHT = timedelta(hours=18)
"""From noon to 06:00 of the next day."""


def _overnight(number: int, severity: Severity, hour: int, source: str, title: str, gist: str, place: str) -> StoryItem:
    minutes = 60 * (12 + hour)
    return story(
        number,
        severity,
        article(10 * number + 1, source, title, minutes),
        gist=gist,
        where=(f"{place} (Balochistan)",),
        first_seen_at=at(minutes + 2),
        updated_at=at(minutes + 2),
        why=(why(severity, f"“{title.partition(',')[0].lower()}” in Balochistan, {place}"),),
    )


CATCH_UP = alert(
    region(
        "Balochistan",
        _overnight(
            81,
            HIGH,
            -1,
            "Bolan Herald",
            "Gas pipeline blown up near Dera Bugti, supply to Quetta cut",
            "A gas pipeline was blown up near Dera Bugti late on Sunday, the gas company said. Quetta and six other "
            "towns were without gas.",
            "Dera Bugti",
        ),
        _overnight(
            82,
            HIGH,
            2,
            "Indus News Agency",
            "Two coal miners abducted in Harnai",
            "Armed men took two miners from a coal mine in Harnai district during the night, a levies official said.",
            "Harnai",
        ),
        _overnight(
            83,
            MEDIUM,
            4,
            "Coast Radio",
            "Coastal highway blocked at Hub over missing students",
            "Families of missing students blocked the coastal highway at Hub in the early hours of Monday.",
            "Hub",
        ),
    ),
    id="asia-desk-alerts-20261123T010000Z",
    reason="after quiet hours, 22:00–06:00",
    window=Window(from_at=at(600), to_at=NOON + _NIGHT),
    is_catch_up=True,
)

# --- feeds that could not be read --------------------------------------------------------------------------------

PARTIAL_OUTAGE = digest(
    region("Balochistan", MARKET),
    coverage=Coverage(
        checked=36,
        failed=(
            trouble("The Frontier Courier", -170, "answered 500 Internal Server Error"),
            trouble("Karachi Morning", -1505, "no such host"),
            trouble("Quetta Voice", 45, "took longer than 30 s"),
            trouble("Asia Wire (South Asia)", 203, "answered 403 Forbidden"),
            trouble("Bolan Herald", 281, "its certificate has expired"),
        ),
        quiet=(trouble("Gwadar Bulletin", -4380), trouble("Hills Radio", -1620)),
    ),
)

# --- an article that took back a told figure ---------------------------------------------------------------------

EDITED_ARTICLE = digest(
    region(
        "Balochistan",
        story(
            9,
            HIGH,
            article(901, "Karachi Morning", "Turbat convoy attack: officials lower toll to four", -220),
            article(902, "Asia Wire", "Officials revise toll of Turbat convoy attack", 70),
            gist="Officials in Turbat on Sunday lowered the number of dead in Saturday's convoy attack to four, from "
            "nine. Two of the injured were in critical condition.",
            where=("Turbat (Balochistan)",),
            changes=(
                Change(
                    kind="revision",
                    text="The article of Karachi Morning that you were sent at 11:20 no longer says 9 people killed, "
                    "now says 4 people killed and is now headlined “Turbat convoy attack: officials lower toll to "
                    "four”",
                    is_material=True,
                ),
                Change(kind="origins", text="1 more independent report (Asia Wire), 2 in all"),
            ),
            figures=(
                figure(4, "people", "people", "killed", "officials", "Karachi Morning", 15, before=(9,)),
                figure(2, "people", "people", "injured", None, "Asia Wire", 70),
            ),
            first_seen_at=at(-215),
            updated_at=at(72),
            why=(why(HIGH, "“convoy attack” in Turbat (title, lede)"),),
        ),
    ),
)

# --- forty stories -----------------------------------------------------------------------------------------------

_TOWNS = (
    *("Kalat", "Khuzdar", "Turbat", "Panjgur", "Chaman", "Zhob", "Loralai", "Sibi", "Hub", "Pasni", "Awaran", "Kharan"),
    "Dalbandin",
)
_TOWNS_OF_SINDH = ("Karachi", "Sukkur", "Jacobabad", "Larkana", "Hyderabad", "Thatta", "Shikarpur")
_EVENTS = (
    ("Gunmen ambush convoy near {}, two guards killed", "Gunmen opened fire on a convoy of trucks near {} on Sunday."),
    ("Roadside bomb wounds four in {}", "A bomb beside a road went off as a patrol passed through {}, police said."),
    ("Highway at {} blocked over missing persons", "Families blocked the highway at {} for the second day."),
    ("Security forces search villages around {}", "Security forces went from house to house around {} on Sunday."),
    ("Power pylon blown up near {}", "A pylon was blown up near {} and left three districts without power."),
    ("Police post in {} comes under grenade attack", "A grenade was thrown at a police post in {}; nobody was hurt."),
)
_ELSEWHERE = ("{}: what is known so far", "Officials give details of Sunday's events in {}", "Tense day in {}")
_OUTLETS = ("The Frontier Courier", "Indus News Agency", "Karachi Morning", "Bolan Herald", "Makran Post", "Asia Wire")


def _one_of_forty(number: int, area: str, towns: tuple[str, ...]) -> StoryItem:
    place = towns[number % len(towns)]
    title, gist = _EVENTS[number % len(_EVENTS)]
    outlets = islice(cycle(_OUTLETS), number % 5, number % 5 + 1 + number % 4)
    severity = (HIGH, MEDIUM, MEDIUM, LOW, CRITICAL)[number % 5]
    articles: list[ArticleRef] = [
        article(1000 + 10 * number + nth, outlet, words.format(place), 7 * number + nth)
        for nth, (outlet, words) in enumerate(zip(outlets, (title, *_ELSEWHERE), strict=False))
    ]
    return story(
        100 + number,
        severity,
        *articles,
        gist=gist.format(place),
        where=(f"{place} ({area})",),
        figures=(
            (figure(2, "guards", "security", "killed", "police", articles[0].source, 7 * number),)
            if "guards" in title
            else ()
        ),
        first_seen_at=at(7 * number + 1),
        updated_at=at(7 * number + 4),
        why=(why(severity, f"“{title.format(place).lower()}” in {area}, {place}"),),
    )


def _many(numbers: range, area: str, towns: tuple[str, ...]) -> RegionSection:
    stories = (_one_of_forty(number, area, towns) for number in numbers)
    return region(area, *sorted(stories, key=lambda one: -one.severity.rank))


FORTY_STORIES = digest(_many(range(33), "Balochistan", _TOWNS), _many(range(33, 40), "Sindh", _TOWNS_OF_SINDH))

# --- what is muted, what is new, what floods, what failed --------------------------------------------------------

SILENCED = digest(
    region("Balochistan", MARKET),
    silences=(
        "Story “Military convoys on the move near Zhob” until Tue 24 Nov 18:00, by Amna: announced exercise (4 "
        "articles kept back)",
        "Feed “Hills Radio” until Mon 23 Nov 09:00, by Rashid: repeats its archive (31 articles kept back)",
    ),
)

FIRST_EVER = digest(
    region("Balochistan", MARKET),
    id="kech-desk-20261122T120000Z",
    subscription="kech-desk",
    window=Window(from_at=at(188), to_at=at(300)),
    coverage=_coverage(12),
)

FLOOD = alert(
    region("Balochistan", CHECKPOINT),
    id="asia-desk-alerts-20261122T080200Z",
    window=Window(from_at=at(33), to_at=at(62)),
    floods=(
        Flood(
            rule="balochistan-attacks",
            name="Armed attacks in Balochistan",
            feed="makran-post",
            source="Makran Post",
            severity=HIGH,
            stories=812,
            articles=830,
            examples=tuple(
                article(2000 + number, "Makran Post", title, 50 - number)
                for number, title in enumerate(
                    (
                        "From the archive: bomb at bus stand in Khuzdar",
                        "From the archive: levies post attacked in Awaran",
                        "From the archive: gunmen stop coach near Bolan",
                        "From the archive: two policemen killed in Panjgur",
                        "From the archive: pipeline blown up at Uch",
                    )
                )
            ),
        ),
    ),
)

MARK = "templates/alert/email.html failed on this message; this is the built-in template. The operator was told."

SAMPLES = {
    "empty": Sample(digest=EMPTY),
    "one-story": Sample(digest=ONE_STORY),
    "wire-storm": Sample(digest=WIRE_STORM),
    "competing-figures": Sample(digest=COMPETING_FIGURES),
    "denial": Sample(digest=DENIAL, root=BLAST_ALERT, standing=_standing(_DENIED, "2 updates")),
    "urdu": Sample(digest=URDU),
    "catch-up": Sample(digest=CATCH_UP),
    "partial-outage": Sample(digest=PARTIAL_OUTAGE),
    "edited-article": Sample(digest=EDITED_ARTICLE),
    "forty-stories": Sample(digest=FORTY_STORIES),
    "silenced": Sample(digest=SILENCED),
    "first-ever": Sample(digest=FIRST_EVER),
    "update": Sample(digest=UPDATE, root=BLAST_ALERT, standing=_standing(_FIRE, "1 update")),
    "flood": Sample(digest=FLOOD),
    "fallen-back": Sample(digest=ONE_STORY, mark=MARK),
}
"""The first twelve are the digests that every release is looked at; the others show what they do not."""

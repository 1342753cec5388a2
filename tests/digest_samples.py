"""Invented digests, realistic and hostile, that the tests of rendering share and that pictures are made of.

All of them are made up: outlets, persons' words and events; only the places exist.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from monitor.model import (
    ArticleRef,
    Casualty,
    Change,
    Coverage,
    Delivery,
    DeliveryState,
    Digest,
    Evidence,
    FeedTrouble,
    Figure,
    Group,
    Message,
    RegionSection,
    Severity,
    Statement,
    StatementKind,
    StoryItem,
    Why,
    Window,
)
from monitor.stories import wording

NOON = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)
"""12:00 in Karachi."""


def at(minutes: int) -> datetime:
    return NOON + timedelta(minutes=minutes)


def article(number: int, source: str, title: str, minutes: int | None = 0, **changes: Any) -> ArticleRef:
    host = "".join(letter for letter in source.lower() if letter.isascii() and letter.isalnum()) or "outlet"
    values: dict[str, Any] = {
        "id": number,
        "title": title,
        "link": f"https://{host}.example/news/{number}",
        "source": source,
        "published_at": None if minutes is None else at(minutes),
        "duplicate_of": None,
        "language": "en",
    }
    return ArticleRef(**(values | changes))


def why(
    severity: Severity = Severity.HIGH, text: str = "“militants attack police post” in Balochistan, Mastung"
) -> Why:
    return Why(
        rule="balochistan-attacks",
        name="Armed attacks in Balochistan",
        severity=severity,
        score=6.3,
        text=text,
        evidence=(
            Evidence(
                clause="$attack NEAR/20 ($armed OR $forces)",
                field="title",
                start=0,
                end=28,
                text="Militants attack police post",
            ),
        ),
    )


def story(number: int, severity: Severity, *articles: ArticleRef, **changes: Any) -> StoryItem:
    values: dict[str, Any] = {
        "id": number,
        "severity": severity,
        "headline": articles[0].title,
        "gist": "",
        "where": (),
        "changes": (Change(kind="new_story", text="New story"),),
        "figures": (),
        "statements": (),
        "origins": sum(one.duplicate_of is None for one in articles),
        "articles": articles,
        "why": (why(severity),),
        "first_seen_at": at(10),
        "updated_at": at(10),
    }
    return StoryItem(**(values | changes))


def figure(
    count: int,
    who: str,
    group: Group,
    outcome: Casualty,
    claimant: str | None,
    outlet: str,
    minutes: int,
    *,
    before: tuple[int, ...] = (),
    **changes: Any,
) -> dict[str, Any]:
    """A line of a story's ledger, as `stories.ledger.figures_json` writes it; ``claimant`` is None for the text's own.

    ``before`` is what the same claimant said earlier, the oldest first.
    """
    quote = f"{count} {who} {outcome}"
    values: dict[str, Any] = {
        "count": count,
        "who": who,
        "group": group,
        "outcome": outcome,
        "source": claimant,
        "field": "text",
        "start": 0,
        "end": len(quote),
        "quote": quote,
        "sentence": f"{quote}.",
    }
    said = Figure(**(values | changes))
    earlier = [
        {
            "count": one,
            "count_max": None,
            "modifier": "exactly",
            "outlet": outlet,
            "article": 1,
            "at": at(minutes - 60 * (len(before) - place)).isoformat(),
        }
        for place, one in enumerate(before)
    ]
    where = {"claimant": claimant or outlet, "outlet": outlet, "article": 1, "at": at(minutes).isoformat()}
    carried = {"last_at": at(minutes).isoformat(), "articles": [1], "before": earlier}
    return {**asdict(said), "text": wording.claim(said), **where, **carried}


def statement(
    kind: StatementKind, who: str, about: str, outlet: str, minutes: int, quote: str = "", **changes: Any
) -> dict[str, Any]:
    """What a story quotes, as `stories.ledger.statements_json` writes it."""
    said = Statement(kind=kind, who=who, about=about, field="text", start=0, end=len(quote), quote=quote)
    where = {"claimant": who, "outlet": outlet, "article": 1, "at": at(minutes).isoformat(), "articles": [1]}
    return {**asdict(said), "text": wording.statement(who, said), **where, **changes}


def region(name: str, *stories: StoryItem, code: str | None = "") -> RegionSection:
    return RegionSection(code=name.lower() if code == "" else code, name=name, stories=stories)


def digest(*regions: RegionSection, **changes: Any) -> Digest:
    values: dict[str, Any] = {
        "id": "asia-desk-daily-20261122T120000Z",
        "subscription": "asia-desk-daily",
        "kind": "digest",
        "template": "digest",
        "reason": "17:00 in Asia/Karachi",
        "timezone": "Asia/Karachi",
        "window": Window(from_at=NOON, to_at=at(300)),
        "regions": regions,
        "coverage": Coverage(checked=41, failed=(), quiet=()),
    }
    return Digest(**(values | changes))


def alert(*regions: RegionSection, **changes: Any) -> Digest:
    values: dict[str, Any] = {
        "id": "asia-desk-alerts-20261122T114200Z",
        "subscription": "asia-desk-alerts",
        "kind": "alert",
        "template": "alert",
        "reason": "new articles matched",
        "window": Window(from_at=at(210), to_at=at(282)),
    }
    return digest(*regions, **(values | changes))


def trouble(name: str, minutes: int, error: str = "") -> FeedTrouble:
    return FeedTrouble(feed=name.lower().replace(" ", "-"), name=name, since_at=at(minutes), error=error)


PARTIAL = Coverage(
    checked=39,
    failed=(
        trouble("Dawn", -170, "answered 500 Internal Server Error"),
        trouble("Quetta Voice", 45, "took longer than 30 s"),
    ),
    quiet=(trouble("Gwadar Times", -4380),),
)

MASTUNG = story(
    1,
    Severity.HIGH,
    article(
        11, "The Frontier Courier", "Militants attack police post in Mastung, three Frontier Corps soldiers killed", 32
    ),
    article(12, "Indus News Agency", "Gunmen storm checkpoint near Quetta; soldiers among the dead", 41),
    article(13, "Karachi Morning", "Gunmen storm checkpoint near Quetta; soldiers among the dead", 55, duplicate_of=12),
    article(14, "Geo Balochistan", "Gunmen storm checkpoint near Quetta", 58, duplicate_of=12),
    article(15, "Makran Post", "Militants attack police post in Mastung", 64, duplicate_of=11),
    article(16, "Asia Wire", "Pakistan: attack on security forces in Balochistan province kills at least three", 90),
    gist="Armed men on motorcycles attacked a police post on the Quetta–Karachi highway in Mastung district shortly "
    "before noon, killing three soldiers of the Frontier Corps, officials said. The highway was closed in both "
    "directions.",
    where=("Mastung", "Quetta"),
    updated_at=at(90),
)

GWADAR = story(
    2,
    Severity.CRITICAL,
    article(21, "Asia Wire", "Explosion at Gwadar port fuel depot, injuries reported", 150),
    article(22, "Makran Post", "Blast heard across Gwadar, smoke over port", 152),
    gist="An explosion at a fuel depot beside Gwadar's deep-sea port sent a column of smoke over the town on Sunday "
    "afternoon. Port operations were suspended.",
    where=("Gwadar",),
    changes=(
        Change(kind="new_place", text="New place: Gwadar port, so far only the town was named"),
        Change(kind="figure", text="Injured: at least 12 → 19 (district hospital, Asia Wire, 14:30)"),
    ),
    figures=(
        figure(19, "people", "people", "injured", "District hospital", "Asia Wire", 150, before=(12,)),
        figure(
            12, "workers", "civilians", "injured", "Port authority", "Makran Post", 132, count_max=15, modifier="about"
        ),
    ),
    statements=(
        statement(
            "denies",
            "The port authority",
            "an attack",
            "Makran Post",
            132,
            "It was a technical fault in a pumping station.",
        ),
    ),
    first_seen_at=at(-15),
    updated_at=at(152),
    why=(why(Severity.CRITICAL, "“explosion at Gwadar port” in Balochistan, Gwadar (title, lede)"),),
)

NOSHKI = story(
    3,
    Severity.MEDIUM,
    article(31, "The Frontier Courier", "Noshki bazaar shut for second day over missing-persons protest", 200),
    gist="Traders in Noshki kept their shops closed for a second day on the call of a families' committee.",
    where=("Noshki",),
)

EDITED = story(
    4,
    Severity.HIGH,
    article(41, "Karachi Morning", "Turbat convoy attack: officials lower toll to four, two in critical condition", 20),
    article(42, "Asia Wire", "Officials revise toll of Turbat convoy attack", 70),
    gist="Officials in Turbat on Sunday lowered the number of dead in Saturday's convoy attack to four, from nine.",
    where=("Turbat", "Kech"),
    changes=(
        Change(
            kind="revision",
            text="Karachi Morning changed its headline from “Nine killed in Turbat convoy attack” to “Turbat convoy "
            "attack: officials lower toll to four, two in critical condition”",
        ),
        Change(kind="origins", text="Also carried by Asia Wire"),
    ),
    first_seen_at=at(-1100),
    updated_at=at(70),
)

URDU = story(
    5,
    Severity.HIGH,
    article(51, "روزنامہ کوئٹہ", "مستونگ میں پولیس چوکی پر حملہ، تین اہلکار ہلاک، شاہراہ بند", 35, language="ur"),
    article(52, "مکران نیوز", "کوئٹہ کراچی شاہراہ پر فائرنگ، ٹریفک معطل", 48, language="ur"),
    article(53, "Indus News Agency", "Gunmen storm checkpoint near Quetta", 41),
    gist="نامعلوم مسلح افراد نے اتوار کی دوپہر مستونگ کے قریب پولیس کی چوکی پر حملہ کیا۔ حکام کے مطابق تین اہلکار ہلاک "
    "اور پانچ زخمی ہوئے، جبکہ کوئٹہ کراچی شاہراہ کو دونوں جانب سے بند کر دیا گیا ہے۔",
    where=("مستونگ", "کوئٹہ"),
    why=(why(text="“حملہ” near “پولیس” in بلوچستان, مستونگ"),),
)

KARACHI = story(
    6,
    Severity.LOW,
    article(61, "Karachi Morning", "Karachi police arrest two men over arms shipment bound for Quetta", 110),
    gist="Police in Karachi said on Sunday that two men had been arrested at a bus terminal with a shipment of arms.",
    where=("Karachi",),
    why=(why(Severity.LOW, "“police arrest two men over arms” in Sindh, Karachi"),),
)

EMPTY = digest(coverage=Coverage(checked=41, failed=(), quiet=(trouble("Gwadar Times", -4380),)))
BLIND = digest(
    coverage=Coverage(
        checked=0,
        failed=tuple(
            trouble(name, -40, "no such host")
            for name in ("Dawn", "Quetta Voice", "Asia Wire", "Makran Post", "Karachi Morning")
        ),
        quiet=(),
    )
)
EMPTY_PARTIAL = digest(coverage=PARTIAL)
ONE_STORY = alert(region("Balochistan", MASTUNG))
BUSY_DAY = digest(region("Balochistan", GWADAR, MASTUNG, EDITED, NOSHKI), region("Sindh", KARACHI))
RIGHT_TO_LEFT = digest(
    region("بلوچستان", URDU), timezone="Asia/Kabul", silences=("Story “Quetta Gladiators” until Mon 23 Nov, by Amna",)
)
OUTAGE = digest(region("Balochistan", MASTUNG), coverage=PARTIAL)
UPDATE = alert(region("Balochistan", EDITED))


def crowded(stories: int, **changes: Any) -> Digest:
    """A digest of many stories, each with several reports."""
    levels = tuple(Severity)
    return digest(
        region(
            "Balochistan",
            *(
                story(
                    number,
                    levels[number % 4],
                    *(
                        article(
                            100 * number + place, f"Outlet {place}", f"Report {place} of clash number {number}", place
                        )
                        for place in range(4)
                    ),
                    gist=f"Clash number {number} was reported from the hills above the town on Sunday. " * 3,
                    where=("Kalat", "Khuzdar"),
                )
                for number in range(stories)
            ),
        ),
        **changes,
    )


def hostile(title: str, *, template: Literal["digest", "alert", "brief"] = "digest", link: str | None = None) -> Digest:
    """A digest in which every word that a feed could have written is ``title``."""
    first = article(1, title, title, link="https://outlet.example/1" if link is None else link)
    second = article(2, title, title, duplicate_of=1, link=first.link)
    third = article(3, title, title, link=first.link)
    figure = {"text": f"at least 3 {title} {title}", "source": title, "outlet": title}
    statement = {"text": f"{title} denied {title}", "quote": title}
    return digest(
        region(
            title,
            story(
                1,
                Severity.HIGH,
                first,
                second,
                third,
                gist=title,
                where=(title, title),
                changes=(Change(kind="revision", text=title),),
                figures=(figure,),
                statements=(statement,),
                why=(why(text=title),),
            ),
        ),
        kind="alert" if template == "alert" else "digest",
        template=template,
        coverage=Coverage(checked=2, failed=(trouble(title, 0, title),), quiet=(trouble(title, 0),)),
        silences=(title,),
    )


SAMPLES = {
    "empty": EMPTY,
    "empty-partial": EMPTY_PARTIAL,
    "blind": BLIND,
    "one-story-alert": ONE_STORY,
    "update-alert": UPDATE,
    "busy-day": BUSY_DAY,
    "right-to-left": RIGHT_TO_LEFT,
    "outage": OUTAGE,
    "brief": digest(*BUSY_DAY.regions, template="brief", coverage=PARTIAL),
    "several-alerts": alert(region("Balochistan", GWADAR, MASTUNG), coverage=PARTIAL),
    "crowded": crowded(40),
    "hostile": hostile("<b>bold</b> <!channel> & “quotes” =?utf-8?q?x?= \u202egnp.exe " + "long " * 60),
}


def delivery(message: Message, destination: str, key: str = "asia-desk-daily:0", **changes: Any) -> Delivery:
    values: dict[str, Any] = {
        "id": 1,
        "digest": BUSY_DAY.id,
        "subscription": "asia-desk-daily",
        "part": 0,
        "parts": 1,
        "state": DeliveryState.CLAIMED,
        "attempts": 1,
        "created_at": NOON,
        "next_attempt_at": NOON,
    }
    return Delivery(key=key, message=message, destination=destination, **(values | changes))


HOSTILE_LINKS = (
    "javascript:alert(1)",
    " JaVaScRiPt:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "file:///etc/passwd",
    "//evil.example/x",
    "https://",
    "https:evil",
    "",
    'https://ok.example/"><script>alert(1)</script>',
    "https://ok.example/a|b>c<!channel>",
    "https://ok.example/\u202etxt.exe",
    "https://ok.example/\r\nBcc: x",
    "https://[half",
    "https://ok.example/" + "a" * 5000,
    "https://ok.example/خبر?q=ü",
    "http://ok.example:99999/x",
)

"""The worst that a template meets: digests that nothing happened for, for `check` to fill every template with."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from monitor.digests.notice import notice_digest, trial_notice
from monitor.model import (
    ArticleRef,
    Change,
    Coverage,
    Digest,
    FeedTrouble,
    Flood,
    RegionSection,
    Severity,
    StoryItem,
    Why,
)


def torture_digests() -> dict[str, Digest]:
    """Return digests that hold everything a template may meet, at its worst, by what is to be said of them.

    Titles of 300 letters, right to left, of emoji, of HTML; no figures and forty; no date, no link, no report, no
    region; floods, silences, feeds that fail; nothing at all.
    """
    end = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    nothing = replace(
        notice_digest("torture", [trial_notice(end)], at=end, reason="`dateline check`"),
        id="torture",
        subscription="torture",
        regions=(),
    )
    troubled = Coverage(
        checked=1,
        failed=(FeedTrouble(feed="a", name="Failing Feed", since_at=None, error="answered 500 <b>no</b>"),),
        quiet=(FeedTrouble(feed="b", name="Quiet Feed", since_at=end - timedelta(days=400)),),
    )
    whole = replace(
        nothing,
        regions=(
            RegionSection(code="rtl", name="بلوچستان", stories=(_everything(end), _next_to_nothing(2, end))),
            RegionSection(code=None, name="Beyond the regions", stories=(_next_to_nothing(3, end),)),
        ),
        coverage=troubled,
        silences=("Story “<b>Exercise</b>” until Tue 6 Jan 18:00, by Amna: planned (4 articles kept back)",),
        floods=(_flood(end),),
    )
    update = replace(
        whole,
        regions=(RegionSection(code="rtl", name="بلوچستان", stories=(_everything(end),)),),
        floods=(),
        continues="torture-root",
    )
    return {
        "an alert with everything": whole,
        "a digest with everything": replace(whole, kind="digest"),
        "what quiet hours held back": replace(whole, is_catch_up=True),
        "an update that escalates": update,
        "an update of one without reports": replace(
            update, regions=(RegionSection(code=None, name="", stories=(_next_to_nothing(2, end),)),)
        ),
        "a digest of forty stories": replace(
            nothing,
            kind="digest",
            regions=(
                RegionSection(code="all", name="All", stories=tuple(_next_to_nothing(one, end) for one in range(40))),
            ),
        ),
        "a flood alone": replace(nothing, floods=whole.floods),
        "an alert with nothing": nothing,
        "a digest with nothing": replace(nothing, kind="digest", coverage=Coverage(checked=9, failed=(), quiet=())),
        "a digest that could not look": replace(nothing, kind="digest", coverage=replace(troubled, checked=0)),
    }


_HOSTILE = (
    "<b>Bold</b> \"'><script>alert(1)</script> onmouseover=alert(1) javascript:alert(1) {{ 7 * 7 }} 🚨👩‍👩‍👧🇵🇰 &amp; "
)
_RIGHT_TO_LEFT = "مستونگ میں پولیس چوکی پر حملہ، تین اہلکار ہلاک، شاہراہ دونوں جانب سے بند، "


def _everything(now: datetime) -> StoryItem:
    """Return a story with forty figures, statements, copies and changes, every word of it at its worst."""
    title = (_RIGHT_TO_LEFT * 5)[:300]
    figures = tuple(
        {
            "text": f"at least {number:,} {_HOSTILE if number % 7 == 0 else 'people'} killed",
            "source": None if number % 8 == 0 else f"Claimant {number % 8} {_RIGHT_TO_LEFT[: number % 30]}",
            "claimant": f"Claimant {number % 8}",
            "outlet": _HOSTILE if number % 9 == 0 else "Outlet",
            "at": now.isoformat() if number % 3 else "",
            "before": [{"count": number - 1, "count_max": None, "modifier": "about"}] if number % 2 else [],
        }
        for number in range(40)
    )
    said = {"text": f"Somebody denied {_HOSTILE}", "quote": title, "at": ""}
    changes = tuple(Change(kind=kind, text=_HOSTILE * 2) for kind in ("figure", "denial", "revision", "origins"))
    why = Why(rule="torture", name=_HOSTILE, severity=Severity.CRITICAL, score=1, text=_HOSTILE * 5, evidence=())
    return replace(
        _next_to_nothing(1, now),
        severity=Severity.CRITICAL,
        severity_before=Severity.LOW,
        headline=title,
        gist=_RIGHT_TO_LEFT * 8,
        where=(_HOSTILE, "مستونگ"),
        changes=changes,
        figures=figures,
        statements=(said, {"text": "Somebody claimed responsibility"}),
        origins=14,
        articles=tuple(_article(number, title if number == 1 else _HOSTILE * 3) for number in range(1, 40)),
        why=(why,) * 3,
        updated_at=now,
    )


def _next_to_nothing(number: int, now: datetime) -> StoryItem:
    """Return a story without figures, places, reports or reasons."""
    return StoryItem(
        id=number,
        severity=Severity.MEDIUM,
        headline=f"Story {number} {_HOSTILE * 3}",
        gist="",
        where=(),
        changes=(Change(kind="new_story", text="New story"),),
        figures=(),
        statements=(),
        origins=0,
        articles=(),
        why=(),
        first_seen_at=now - timedelta(hours=1),
        updated_at=now - timedelta(hours=1),
    )


def _flood(now: datetime) -> Flood:
    return Flood(
        rule="torture",
        name=_HOSTILE,
        feed="a",
        source=_RIGHT_TO_LEFT,
        severity=Severity.HIGH,
        stories=812,
        articles=1_204,
        examples=tuple(replace(_article(number, _HOSTILE), published_at=now) for number in range(1, 12)),
    )


def _article(number: int, title: str) -> ArticleRef:
    """Return an article without a date, every third without a link, every fourth a copy."""
    return ArticleRef(
        id=number,
        title=title,
        link=f"https://outlet.example/{number}?a=1&b=2" if number % 3 else "",
        source=f"Outlet {number}",
        published_at=None,
        duplicate_of=number - 1 if number % 4 == 0 else None,
        language="ur" if number == 1 else None,
    )

"""A day like the guiding one, read from nine invented reports: one board, and what was new at every hour."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitor.stories import wording
from monitor.stories.changes import changes
from monitor.stories.figures import figures_of
from monitor.stories.ledger import ledger
from monitor.stories.reports import Moment, Report, moment
from monitor.stories.statements import statements_of
from monitor.text.fold import tokenise

DAWN = datetime(2026, 1, 31, 2, tzinfo=UTC)

TEXTS = [
    (0, "Quetta Courier", "Gunmen attack police posts in Quetta and Mastung",
     "Armed men attacked several police posts in Quetta and Mastung before dawn on Saturday. At least 10 people were "
     "killed, police said. The provincial government declared an emergency in hospitals."),
    (1, "Coast Radio", "Attacks in Balochistan: 12 dead",
     "Police said 12 people had been killed and 20 injured in coordinated attacks across Balochistan. Officials said "
     "at least 30 inmates had been freed from a prison in Mastung."),
    (2, "World Wire", "Separatists claim attacks across Balochistan",
     "The Baloch Liberation Army (BLA) claimed responsibility for the attacks. The military said 41 insurgents had "
     "been killed in two earlier operations."),
    (3, "Karachi Post", "Military accuses India after attacks",
     "Pakistan's military accused India of sponsoring the attacks. Defence Minister Khawaja Asif also blamed India for "
     "the violence."),
    (4, "Delhi Times", "India rejects Pakistan's charge",
     "India's foreign ministry rejected the allegation of involvement in the attacks as baseless."),
    (5, "Islamabad Daily", "37 militants killed, says chief minister",
     "Chief Minister Sarfaraz Bugti said 37 militants had been killed since the morning. He said 10 law enforcement "
     "personnel had lost their lives."),
    (12, "Quetta Courier", "145 militants killed in Balochistan: Bugti",
     "Chief Minister Bugti said at least 145 militants had been killed in 40 hours. Bugti said 17 law enforcement "
     "personnel and 31 civilians had also been killed."),
    (13, "World Wire", "145 militants dead in Balochistan",
     "Sarfaraz Bugti, the chief minister of Balochistan, said at least 145 militants had been killed. The military "
     "said 41 insurgents had been killed in two earlier operations."),
    (14, "Coast Radio", "Toll rises", "Police said 33 people had been killed."),
]  # fmt: skip


def read(number: int, hour: int, source: str, title: str, text: str) -> Report:
    words = title, tokenise(title), text, tokenise(text)
    return Report(
        article=number,
        at=DAWN + timedelta(hours=hour),
        title=title,
        source=source,
        figures=figures_of(*words, "en"),
        statements=statements_of(*words, "en"),
    )


REPORTS = [read(number, *one) for number, one in enumerate(TEXTS, start=1)]


def at(hour: int) -> Moment:
    return moment(REPORTS, DAWN + timedelta(hours=hour))


def test_one_board() -> None:
    board = {
        (line.claim.claimant.name, wording.claim(line.claim.shown.figure).partition(" in ")[0]): [
            wording.amount(value.figure) for value in line.claim.values
        ]
        for row in ledger(at(20)).rows()
        for line in row.lines
        if not line.claim.claimant.is_outlet
    }
    assert board == {
        ("Sarfaraz Bugti", "at least 145 militants killed"): ["37", "at least 145"],
        ("Sarfaraz Bugti", "17 law enforcement personnel killed"): ["10", "17"],
        ("Sarfaraz Bugti", "31 civilians killed"): ["31"],
        ("Pakistan's military", "41 insurgents killed"): ["41"],
        ("police", "33 people killed"): ["at least 10", "12", "33"],
        ("police", "20 people injured"): ["20"],
        ("Officials", "at least 30 inmates freed"): ["at least 30"],
    }


def test_who_claimed_denied_and_accused() -> None:
    said = [(one.statement.kind, one.claimant.subject) for one in ledger(at(20)).statements()]
    assert said == [
        ("claims_responsibility", "The Baloch Liberation Army"),
        ("accuses", "Pakistan's military"),
        ("accuses", "Khawaja Asif"),
        ("denies", "India's foreign ministry"),
    ]


def test_what_a_reader_of_the_noon_digest_is_told_in_the_evening() -> None:
    told = [one.text for one in changes(at(11), at(20)) if one.is_material and one.moves]
    assert told == [
        "Police now say 33 people killed, not 12",
        "Sarfaraz Bugti now says at least 145 militants killed in 40 hours, not 37; "
        "17 law enforcement personnel killed, not 10",
        "Sarfaraz Bugti also says 31 civilians killed",
    ]


def test_what_each_hour_brought() -> None:
    hours = [[one.kind for one in changes(at(hour - 1), at(hour)) if one.kind != "origins"] for hour in range(1, 6)]
    assert hours == [
        ["figure", "figure", "claimant"],
        ["claimant", "statement"],
        ["statement", "statement"],
        ["denial"],
        ["claimant"],
    ]

"""The ledger: what stands beside what, what is a revision, what is counted once."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Figure
from monitor.stories import wording
from monitor.stories.ledger import CLAIMS_KEPT, COUNTS_KEPT, Ledger, figures_json, ledger, statements_json
from monitor.stories.reports import FIGURES_READ, Report
from tests.story_values import MORNING, at, figure, report, statement


def board(*reports: Report) -> list[str]:
    """Return the lines of a story as "police: 12 > 31 people killed (Dawn, Geo)"."""
    told = []
    for row in ledger(at(100, *reports)).rows():
        for line in row.lines:
            values = line.claim.values
            carriers = [*line.claim.shown.carriers, *(one for other in line.others for one in other.shown.carriers)]
            names = ", ".join(one.source for one in carriers)
            course = " > ".join(wording.amount(value.figure) for value in values[: values.index(line.claim.shown)])
            last = wording.claim(line.claim.shown.figure)
            told.append(f"{line.claim.claimant.name}: {course and course + ' > '}{last} ({names})")
    return told


def soldiers(count: int, source: str | None = "the army", who: str = "soldiers", **more: Any) -> Figure:
    return figure(count, source, who, "security", **more)


def militants(count: int, source: str | None = "the military", **more: Any) -> Figure:
    return figure(count, source, more.pop("who", "militants"), "militants", **more)


@pytest.mark.parametrize(
    ("reports", "expected"),
    [
        pytest.param(
            [report(1, 0, "Dawn", figure(12, "Police")), report(2, 2, "Geo", figure(31, "the police"))],
            ["Police: 12 > 31 people killed (Geo)"],
            id="one claimant's figure moves",
        ),
        pytest.param(
            [report(1, 0, "Dawn", figure(12, "Police")), report(2, 2, "Geo", figure(31, "the military"))],
            ["the military: 31 people killed (Geo)", "Police: 12 people killed (Dawn)"],
            id="two claimants stand side by side",
        ),
        pytest.param(
            [report(1, 0, "Dawn", figure(31, "Police")), report(2, 2, "Geo", figure(28, "Police"))],
            ["Police: 31 > 28 people killed (Geo)"],
            id="a figure that goes down moved, too",
        ),
        pytest.param(
            [report(1, 0, "Dawn", figure(31, "Police")), report(2, 2, "Geo", figure(3, "Police"))],
            ["Police: 31 people killed (Dawn)", "Police: 3 people killed (Geo)"],
            id="one that falls below half is another count",
        ),
        pytest.param(
            [report(1, 0, "Dawn", figure(81, "Police")), report(2, 2, "Geo", figure(2_800_000, "Police"))],
            ["Police: 2,800,000 people killed (Geo)", "Police: 81 people killed (Dawn)"],
            id="so is one out of all proportion",
        ),
        pytest.param(
            [report(1, 0, "Dawn", figure(1, "Police")), report(2, 2, "Geo", figure(145, "Police"))],
            ["Police: 1 > 145 people killed (Geo)"],
            id="but first news is often of one",
        ),
        pytest.param(
            [report(1, 0, "Dawn", figure(12, "Police")), report(2, 2, "Geo", figure(31, "Police", outcome="injured"))],
            ["Police: 12 people killed (Dawn)", "Police: 31 people injured (Geo)"],
            id="another outcome",
        ),
        pytest.param(
            [report(1, 0, "Dawn", figure(12, "Police")), report(2, 2, "Geo", militants(31, "Police"))],
            ["Police: 31 militants killed (Geo)", "Police: 12 people killed (Dawn)"],
            id="another group",
        ),
        pytest.param(
            [
                report(1, 0, "Dawn", militants(41, who="insurgents", scope="in two operations")),
                report(2, 2, "Geo", militants(177, "Pakistan's military")),
                report(3, 3, "AFP", militants(45, who="insurgents", scope="in two operations")),
            ],
            [
                "Pakistan's military: 177 militants killed (Geo)",
                "Pakistan's military: 41 > 45 insurgents killed in two operations (AFP)",
            ],
            id="separate operations stay separate",
        ),
        pytest.param(
            [report(1, 0, "Dawn", militants(41)), report(2, 2, "Geo", militants(41), militants(177))],
            ["the military: 177 militants killed (Geo)", "the military: 41 militants killed (Dawn, Geo)"],
            id="what one article tells apart is two counts",
        ),
        pytest.param(
            [
                report(1, 0, "Dawn", militants(41), militants(177)),
                report(2, 2, "Geo", militants(190)),
                report(3, 3, "AFP", militants(41)),
            ],
            ["the military: 177 > 190 militants killed (Geo)", "the military: 41 militants killed (Dawn, AFP)"],
            id="of two counts the nearest moves",
        ),
        pytest.param(
            [
                report(1, 0, "Dawn", figure(12, "Police", scope="on Friday")),
                report(2, 1, "Geo", figure(15, "Police")),
                report(3, 2, "AFP", figure(16, "Police", scope="on Saturday")),
            ],
            [
                "Police: 16 people killed on Saturday (AFP)",
                "Police: 12 > 15 people killed (Geo)",
            ],
            id="a day alone is the same count, two days are two",
        ),
        pytest.param(
            [
                report(1, 0, "Dawn", militants(37, scope="since the morning")),
                report(2, 1, "Geo", militants(145)),
                report(3, 2, "AFP", militants(41, scope="in two operations")),
            ],
            [
                "the military: 37 > 145 militants killed (Geo)",
                "the military: 41 militants killed in two operations (AFP)",
            ],
            id="so is a span of time",
        ),
        pytest.param(
            [
                report(1, 0, "Dawn", soldiers(3)),
                report(2, 1, "Geo", soldiers(5)),
                report(3, 2, "AFP", soldiers(4, who="policemen")),
            ],
            ["the army: 3 > 5 soldiers killed (Geo)", "the army: 4 policemen killed (AFP)"],
            id="soldiers are not policemen",
        ),
        pytest.param(
            [report(1, 0, "Dawn", soldiers(3, who="")), report(2, 1, "Geo", soldiers(5))],
            ["the army: 3 > 5 soldiers killed (Geo)"],
            id="nobody named may be anybody",
        ),
        pytest.param(
            [
                report(1, 0, "Dawn", figure(12, "Police")),
                report(2, 1, "Geo", figure(31, "Police")),
                report(3, 2, "AFP", figure(12, "Police")),
            ],
            ["Police: 12 > 31 people killed (Geo)"],
            id="an outlet that lags moves nothing",
        ),
        pytest.param(
            [
                report(1, 0, "Dawn", figure(1, "Police", "Malik Habibullah Khan")),
                report(2, 1, "Geo", figure(3, "Police")),
                report(3, 2, "AFP", figure(1, "Police", "Habibullah Khan")),
            ],
            ["Police: 3 people killed (Geo)", "Police: Malik Habibullah Khan killed (Dawn, AFP)"],
            id="somebody by name is no number",
        ),
        pytest.param(
            [
                report(1, 0, "Dawn", figure(31, "Police")),
                report(2, 1, "Geo", figure(30, "Police", modifier="at_least")),
                report(3, 1, "BBC", figure(24, "Police", modifier="about", quote="dozens killed")),
                report(4, 1, "AFP", figure(30, "Police", count_max=35)),
                report(5, 1, "APP", figure(35, "Police", modifier="up_to")),
            ],
            ["Police: 31 people killed (Dawn, Geo, BBC, AFP, APP)"],
            id="what says no more moves nothing",
        ),
        pytest.param(
            [
                report(1, 0, "Dawn", figure(24, "Police", modifier="about", quote="dozens killed")),
                report(2, 1, "Geo", figure(31, "Police")),
            ],
            ["Police: dozens > 31 people killed (Geo)"],
            id="what says more does",
        ),
        pytest.param(
            [
                report(1, 0, "Dawn", figure(50, "Police", modifier="about", quote="about 50 killed")),
                report(2, 1, "Geo", figure(40, "Police", modifier="about", quote="about 40 killed")),
            ],
            ["Police: about 50 > about 40 people killed (Geo)"],
            id="as vague, but lower",
        ),
        pytest.param(
            [report(1, 0, "Dawn", figure(12)), report(2, 1, "Geo", figure(12)), report(3, 2, "BBC", figure(15))],
            ["BBC: 15 people killed (BBC)", "Dawn: 12 people killed (Dawn, Geo)"],
            id="what outlets state as their own",
        ),
        pytest.param(
            [report(1, 0, "Dawn", figure(12, field="title"), figure(12, "Police"), figure(12, "Police"))],
            ["Police: 12 people killed (Dawn)"],
            id="a headline repeats what the text says of somebody",
        ),
        pytest.param(
            [report(1, 0, "Dawn", figure(3, field="title"), soldiers(3, "Police"))],
            ["Police: 3 soldiers killed (Dawn)"],
            id="and need not say of whom",
        ),
        pytest.param(
            [report(1, 0, "Dawn", figure(37, "chief minister", field="title"), figure(37, "Sarfaraz Bugti"))],
            ["Sarfaraz Bugti: 37 people killed (Dawn)"],
            id="whomever it names",
        ),
        pytest.param(
            [report(1, 0, "Dawn", figure(37, "Police", field="title"), figure(37))],
            ["Police: 37 people killed (Dawn)"],
            id="unless it alone names somebody",
        ),
        pytest.param(
            [report(1, 0, "Dawn", soldiers(3, None), militants(3, None))],
            ["Dawn: 3 militants killed (Dawn)", "Dawn: 3 soldiers killed (Dawn)"],
            id="as many of two groups",
        ),
        pytest.param(
            [report(1, 0, "Dawn", figure(12)), report(2, 1, "Geo", figure(12, "Dawn"))],
            ["Dawn: 12 people killed (Dawn, Geo)"],
            id="an outlet that another quotes",
        ),
        pytest.param(
            [
                report(1, 0, "Dawn", figure(40, "officials")),
                report(2, 1, "Geo", figure(60, "officials")),
                report(3, 2, "BBC", figure(40, "Officials")),
                report(4, 2, "AFP", figure(60, "sources")),
            ],
            [
                "officials: 60 people killed (Geo)",
                "sources: 60 people killed (AFP)",
                "officials: 40 people killed (Dawn, BBC)",
            ],
            id="who has no name moves nothing of another text",
        ),
        pytest.param(
            [
                report(1, 0, "Dawn", figure(40, "officials")),
                report(2, 1, "Geo", figure(40, "officials"), duplicate_of=1),
                report(1, 2, "Dawn", figure(60, "officials"), revision=1),
            ],
            ["officials: 40 > 60 people killed (Dawn)"],
            id="but of its own, and of copies",
        ),
        pytest.param(
            [
                report(1, 0, "AFP", figure(12)),
                report(2, 1, "Geo", figure(12), duplicate_of=1),
                report(3, 2, "Dawn", figure(12), figure(7, outcome="injured"), duplicate_of=1),
                report(4, 2, "BBC", figure(12), duplicate_of=99),
            ],
            ["AFP: 12 people killed (AFP, Geo, Dawn, BBC)", "Dawn: 7 people injured (Dawn)"],
            id="copies carry the original's figures, and their own",
        ),
        pytest.param(
            [report(1, 0, "Dawn", figure(4000, "the UN", background=True))],
            [],
            id="totals over years are no news",
        ),
        pytest.param(
            [report(1, 0, "Dawn", figure(31, "Police")), report(1, 1, "Dawn", figure(3, "Police"), revision=1)],
            ["Police: 31 > 3 people killed (Dawn)"],
            id="an edit may correct a figure to anything",
        ),
        pytest.param(
            [
                report(1, 0, "Dawn", figure(31, "Police")),
                report(2, 0, "Geo", figure(31, "Police"), duplicate_of=1),
                report(1, 1, "Dawn", figure(12, "Police"), revision=1),
            ],
            ["Police: 31 > 12 people killed (Dawn)"],
            id="though a copy still has it",
        ),
        pytest.param(
            [report(1, 0, "Dawn", figure(31, "Police")), report(1, 1, "Dawn", revision=1)],
            [],
            id="an edit may take it back",
        ),
        pytest.param(
            [
                report(1, 0, "Dawn", figure(12, "Police")),
                report(2, 0, "Geo", figure(31, "Police")),
                report(2, 1, "Geo", revision=1),
            ],
            ["Police: 12 people killed (Dawn)"],
            id="then the value before stands again",
        ),
        pytest.param(
            [
                report(1, 0, "Dawn", figure(12, "Police")),
                report(1, 1, "Dawn", figure(31, "Police"), revision=1),
                report(1, 2, "Dawn", figure(12, "Police"), revision=2),
            ],
            ["Police: 12 > 31 > 12 people killed (Dawn)"],
            id="there and back",
        ),
        pytest.param(
            [
                report(1, 0, "Dawn", figure(31, "Police")),
                report(1, 1, "Dawn", figure(30, "Police", modifier="at_least"), revision=1),
            ],
            ["Police: 31 > at least 30 people killed (Dawn)"],
            id="an edit to something vaguer takes the figure back",
        ),
    ],
)
def test_board(reports: list[Report], expected: list[str]) -> None:
    assert board(*reports) == expected


def test_rows_go_from_grave_to_less_grave() -> None:
    said = [figure(7, outcome="freed"), figure(9, outcome="injured"), militants(3, None), figure(5)]
    rows = ledger(at(1, report(1, 0, "Dawn", *said))).rows()
    assert [(row.outcome, row.group) for row in rows] == [
        ("killed", "people"),
        ("killed", "militants"),
        ("injured", "people"),
        ("freed", "people"),
    ]


def test_a_value_knows_where_it_was_read_first_and_last() -> None:
    (row,) = ledger(at(9, report(1, 0, "Dawn", figure(12, "Police")), report(2, 3, "Geo", figure(12, "police")))).rows()
    value = row.lines[0].claim.shown
    assert (value.report.source, value.report.at, value.last_at) == ("Dawn", MORNING, MORNING + timedelta(hours=3))


def test_what_one_article_lists_is_bounded() -> None:
    said = [figure(count, "Police", outcome="injured") for count in range(1, 10_000)]
    assert len(ledger(at(1, report(1, 0, "Dawn", *said))).claims) == FIGURES_READ


def test_what_a_claimant_gives_is_bounded() -> None:
    reports = [report(n, n, "Dawn", *(figure(10**9 + 7 * n + k, "Police") for k in range(9))) for n in range(50)]
    assert len(ledger(at(99, *reports)).claims) <= COUNTS_KEPT
    many = [report(n, n, "Dawn", figure(40**k, "Police", scope=f"in {n}{k}")) for n in range(9) for k in range(9)]
    assert len(ledger(at(99, *many)).claims) <= COUNTS_KEPT


def test_what_a_story_counts_is_bounded() -> None:
    reports = [report(n, n, "Dawn", *(figure(9, f"Aa{n} Bb{n}x{k}") for k in range(50))) for n in range(30)]
    assert len(ledger(at(99, *reports)).claims) == CLAIMS_KEPT


def test_a_figure_is_cited_from_who_still_gives_it() -> None:
    first = report(1, 0, "Dawn", figure(31, "Police"))
    copy = report(2, 1, "Geo", figure(31, "the police", modifier="at_least"))
    (found,) = figures_json(ledger(at(9, first, copy)))
    assert (found["outlet"], found["source"], found["modifier"]) == ("Dawn", "Police", "exactly")
    (found,) = figures_json(ledger(at(9, first, copy, report(1, 2, "Dawn", figure(31, "Police"), revision=1))))
    assert (found["outlet"], found["article"], found["at"]) == ("Dawn", 1, MORNING.isoformat())
    (found,) = figures_json(ledger(at(9, first, copy, report(1, 2, "Dawn", revision=1))))
    assert (found["outlet"], found["source"], found["modifier"], found["articles"]) == (
        "Geo",
        "the police",
        "at_least",
        [2],
    )


@pytest.mark.parametrize(
    ("one", "other", "is_one"),
    [
        ("sponsoring the attacks in Quetta", "the arrest of its agent in Quetta", False),
        ("the attacks", "the arrests", False),
        ("the attacks", "the attack in Quetta", True),
        ("sponsoring the attacks in Quetta", "any involvement in the attacks", True),
        ("Attacks in Quetta", "the Quetta attacks", True),
        ("India", "Kabul", False),
        ("", "the attacks", True),
        ("the", "attacks", True),
    ],
)
def test_which_denials_are_one(one: str, other: str, is_one: bool) -> None:
    said = [
        report(1, 0, "Dawn", statement("denies", "Delhi", one)),
        report(2, 0, "Geo", statement("denies", "Delhi", other)),
    ]
    assert (len(ledger(at(9, *said)).statements()) == 1) is is_one


def test_statements_are_heard_once() -> None:
    reports = [
        report(1, 0, "Dawn", statement("claims_responsibility", "the BLA", "the attacks")),
        report(2, 1, "Geo", statement("claims_responsibility", "Baloch Liberation Army (BLA)", "the attack in Quetta")),
        report(3, 2, "BBC", statement("claims_responsibility", "BLA", "taking 30 hostages")),
        report(4, 2, "BBC", statement("claims_responsibility", "BLA")),
        report(4, 2, "BBC", statement("denies", "India's foreign ministry", "involvement")),
        report(5, 2, "AFP", statement("denies", "foreign ministry", "any involvement")),
        report(
            5, 2, "AFP", statement("denies", "foreign ministry", "any involvement"), statement("accuses", "BLA", "x")
        ),
    ]
    heard = ledger(at(9, *[replace(one, article=number) for number, one in enumerate(reports)])).statements()
    told = [(wording.statement(one.claimant.subject, one.statement), len(one.carriers)) for one in heard]
    assert told == [
        ("The BLA claimed responsibility for the attacks", 3),
        ("The BLA claimed responsibility for taking 30 hostages", 1),
        ("India's foreign ministry denied involvement", 3),
        ("The BLA accused x", 1),
    ]


def test_a_statement_said_twice_in_an_article_is_carried_once() -> None:
    said = statement("denies", "Delhi", "involvement")
    (heard,) = ledger(at(9, report(1, 0, "Dawn", said, said))).statements()
    assert len(heard.carriers) == 1


def test_a_headline_repeats_what_the_text_quotes() -> None:
    title = replace(statement("claims_responsibility", "Separatists", "attacks"), field="title")
    text = statement("claims_responsibility", "the BLA", "the attacks")
    (heard,) = ledger(at(9, report(1, 0, "Dawn", title, text))).statements()
    assert heard.statement is text
    (heard,) = ledger(at(9, report(1, 0, "Dawn", title))).statements()
    assert heard.statement is title


def test_a_statement_taken_back_is_gone() -> None:
    said = report(1, 0, "Dawn", statement("denies", "Delhi", "involvement"))
    assert ledger(at(9, said, report(1, 1, "Dawn", revision=1))).statements() == []


def test_as_json() -> None:
    entered = ledger(
        at(
            9,
            report(1, 0, "Dawn", figure(12, "Police"), statement("denies", "Delhi", "involvement")),
            report(2, 3, "Geo", figure(31, "police officials", modifier="at_least")),
        )
    )
    (found,) = json.loads(json.dumps(figures_json(entered)))
    assert found == {
        **found,
        "count": 31,
        "modifier": "at_least",
        "outcome": "killed",
        "source": "police officials",
        "claimant": "Police",
        "outlet": "Geo",
        "article": 2,
        "at": "2026-11-21T09:00:00+00:00",
        "articles": [2],
    }
    assert [(one["count"], one["outlet"]) for one in found["before"]] == [(12, "Dawn")]
    (said,) = json.loads(json.dumps(statements_json(entered)))
    assert (said["kind"], said["claimant"], said["outlet"], said["articles"]) == ("denies", "Delhi", "Dawn", [1])


FIGURES = st.builds(
    figure,
    st.integers(0, 40),
    st.sampled_from([None, "Police", "police officials", "the army", "Ali Khan", "Dawn", "officials", "a witness"]),
    group=st.sampled_from(["people", "security"]),
    modifier=st.sampled_from(["exactly", "at_least", "about", "up_to"]),
    scope=st.sampled_from(["", "on Friday", "in two raids"]),
)


@given(st.lists(st.tuples(st.integers(1, 5), st.lists(FIGURES, max_size=4)), max_size=12))
def test_nothing_is_added_up_or_lost(edits: list[tuple[int, list[Figure]]]) -> None:
    """Whatever comes, every value on the board is one that a current article gives, with that article beside it."""
    entered, current = Ledger(), dict[int, Report]()
    for number, (article, figures) in enumerate(edits):
        current[article] = report(article, number, "Dawn", *figures, revision=number)
        entered.enter(current[article])
    for claim in entered.claims:
        for value in claim.values:
            assert all(one in current.values() for one in value.carriers)
            assert value.figure in value.report.figures
    for one in current.values():
        for given_ in one.figures:
            row = [claim for claim in entered.claims if (claim.outcome, claim.group) == (given_.outcome, given_.group)]
            assert any(one in value.carriers for claim in row for value in claim.values) or given_.source is None

"""What changed between two moments of a story: said once, in order, and nothing where nothing happened."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Change, Figure, Move, Statement
from monitor.stories.changes import MOST_OF_A_KIND, changes
from monitor.stories.ledger import ledger
from monitor.stories.reports import Moment, Report, Spot
from tests.story_values import MORNING, at, figure, report, spot, statement

FIRST = report(1, 0, "Dawn", figure(12, "Police"), spot("Quetta"), title="Attack in Quetta")


def told(*later: Report, first: tuple[Report, ...] = (FIRST,), **more: Any) -> list[str]:
    """Return what is said of later reports to those who know the first, "!" before what wakes them."""
    before = at(max((one.at - MORNING) / timedelta(hours=1) for one in first), *first)
    found = changes(before, at(16, *first, *later), **more)
    return [f"{'!' if one.is_material else ''}{one.kind}: {one.text}" for one in found if one.kind != "origins"]


def edit(*said: Figure | Statement | Spot, **more: Any) -> Report:
    return report(1, 4, "Dawn", *said, **{"revision": 1, "title": FIRST.title} | more)


def police(count: int, **more: Any) -> Figure:
    return figure(count, "Police", **more)


# --- the story as a whole ---


def test_a_story_not_known_is_new_and_nothing_else() -> None:
    (found,) = changes(None, at(1, FIRST))
    assert (found.kind, found.text, found.articles, found.is_material) == ("new_story", "New story", (1,), True)
    assert changes(at(0), at(1, FIRST)) == (found,)


def test_a_story_of_which_nothing_is_left() -> None:
    assert changes(at(1, FIRST), at(2)) == ()
    assert changes(None, at(2)) == ()


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        ([report(2, 1, "Geo", police(31))], ["!figure: Police now say 31 people killed, not 12"]),
        ([report(2, 1, "Geo", police(10))], ["!figure: Police now say 10 people killed, not 12"]),
        (
            [report(2, 1, "Geo", police(31, modifier="at_least"))],
            ["!figure: Police now say at least 31 people killed, not 12"],
        ),
        (
            [report(number, 1, f"Outlet {number}", police(31)) for number in range(2, 7)],
            ["!figure: Police now say 31 people killed, not 12"],
        ),
        ([report(2, 1, "Geo", police(12))], []),
        (
            [report(2, 1, "Geo", police(31)), report(3, 2, "AFP", police(40))],
            ["!figure: Police now say 40 people killed, not 12"],
        ),
        ([report(2, 1, "Geo", police(31)), report(2, 2, "Geo", police(12), revision=1)], []),
        ([report(2, 1, "Geo", police(7, outcome="injured"))], ["figure: Police also say 7 people injured"]),
        (
            [report(2, 1, "Geo", figure(41, "the military", "insurgents", "militants", scope="in two operations"))],
            ["!claimant: The military says 41 insurgents killed in two operations"],
        ),
        (
            [
                report(2, 1, "Geo", figure(145, "Sarfaraz Bugti", "militants", "militants")),
                report(3, 2, "AFP", figure(31, "Bugti", "civilians", "civilians")),
            ],
            ["!claimant: Sarfaraz Bugti says 145 militants and 31 civilians killed"],
        ),
        ([report(2, 1, "Geo", figure(9, "the military"))], ["claimant: The military says 9 people killed"]),
        (
            [report(2, 1, "Geo", figure(30, "officials", "inmates", "prisoners", "freed"))],
            ["claimant: Officials quoted by Geo say 30 inmates freed"],
        ),
        # Claimants without a name: one text's are not another's
        (
            [report(2, 1, "Geo", figure(40, "officials")), report(3, 2, "BBC", figure(60, "officials"))],
            ["!claimant: Officials quoted by Geo say 40 people killed",
             "!claimant: Officials quoted by BBC say 60 people killed"],
        ),
        ([report(2, 1, "Geo", figure(40, "a witness"))], ["!claimant: A witness quoted by Geo says 40 people killed"]),
        (
            [report(2, 1, "Geo", figure(40, "officials")), report(3, 2, "Geo", figure(40, "the officials")),
             report(4, 2, "BBC", figure(40, "Officials")), report(5, 3, "AFP", figure(40))],
            ["!claimant: Officials quoted by Geo and BBC say 40 people killed"],
        ),
        ([report(2, 1, "Geo", figure(12, "officials"))], []),
        ([report(2, 1, "Geo", figure(40, "officials")), report(3, 2, "BBC", police(40))],
         ["!figure: Police now say 40 people killed, not 12"]),
        # Outlets' own figures
        ([report(2, 1, "Geo", figure(12))], []),
        ([report(2, 1, "Geo", figure(12, who="soldiers", group="security"))], []),
        ([report(2, 1, "Geo", figure(15))], ["!figure: Geo reports 15 people killed"]),
        (
            [report(2, 1, "Geo", figure(15)), report(3, 1, "BBC", figure(15))],
            ["!figure: Geo and BBC report 15 people killed"],
        ),
        ([report(2, 1, "Geo", figure(31), police(31))], ["!figure: Police now say 31 people killed, not 12"]),
        # Statements
        (
            [report(number, 1, str(number), statement("denies", "Delhi", "any involvement")) for number in (2, 3)],
            ["!denial: Delhi denied any involvement"],
        ),
        (
            [report(2, 1, "Geo", statement("claims_responsibility", "the BLA", "the attack"))],
            ["!statement: The BLA claimed responsibility for the attack"],
        ),
        (
            [report(2, 1, "Geo", statement("accuses", "the military", "India"))],
            ["statement: The military accused India"],
        ),
        # Places
        ([report(2, 1, "Geo", spot("Gwadar"), spot("Noshki"))], ["!new_place: Now also in Gwadar and Noshki"]),
        ([report(2, 1, "Geo", spot("Quetta"))], []),
        ([report(2, 1, "Geo", spot("Gwadar", "lede"))], []),
        ([report(2, 1, "Geo", spot("Gwadar", "text")), report(3, 1, "BBC", spot("Gwadar", "text"))], []),
        (
            [report(2, 1, "Geo", spot("Gwadar", "lede")), report(3, 1, "BBC", spot("Gwadar", "lede"))],
            ["!new_place: Now also in Gwadar"],
        ),
        (
            [report(2, 1, "Geo", spot("Gwadar", "lede")), report(3, 1, "BBC", spot("Gwadar", "lede"), duplicate_of=2)],
            [],
        ),
        ([report(2, 1, "Geo", spot("Balochistan", kind="area"), spot("Pakistan", kind="country", code="PK"))], []),
        (
            [report(2, 1, "Geo", spot("Sindh", kind="area", code="PK-SD"), spot("India", kind="country", code="IN"))],
            ["!new_place: Now also in Sindh and India"],
        ),
        (
            [report(2, 1, "Geo", spot("Sindh", kind="area", code="PK-SD"), spot("Karachi", code="PK-SD"))],
            ["!new_place: Now also in Karachi"],
        ),
    ],
)  # fmt: skip
def test_changes(later: list[Report], expected: list[str]) -> None:
    assert told(*later) == expected


def test_several_figures_that_one_claimant_moved_are_one_change() -> None:
    first = report(1, 0, "Dawn", police(12), police(20, outcome="injured"))
    later = report(2, 1, "Geo", police(31), police(40, outcome="injured"), police(3, outcome="missing"))
    (moved, more, _) = changes(at(0, first), at(2, first, later))
    assert moved.text == "Police now say 31 people killed, not 12; 40 people injured, not 20"
    assert moved.claimant == "Police"
    assert moved.articles == (2,)
    assert moved.moves == (
        Move(outcome="killed", group="people", before="12", after="31"),
        Move(outcome="injured", group="people", before="20", after="40"),
    )
    assert (more.text, more.is_material) == ("Police also say 3 people missing", True)


def test_an_outlet_that_moves_its_own_figure() -> None:
    first = (report(1, 0, "Dawn", figure(12)), report(2, 0, "Geo", figure(12)))
    later = (report(3, 1, "Dawn", figure(31)), report(4, 1, "Geo", figure(31)), report(5, 1, "BBC", figure(31)))
    assert told(*later, first=first) == ["!figure: Dawn and Geo now report 31 people killed, not 12"]


def test_the_gravest_comes_first() -> None:
    later = report(
        2, 1, "Geo", spot("Gwadar"), statement("accuses", "the military", "India"), statement("denies", "Delhi", "it"),
        police(31), figure(3, "hospitals", outcome="injured"),
    )  # fmt: skip
    kinds = [one.kind for one in changes(at(0, FIRST), at(2, FIRST, later))]
    assert kinds == ["figure", "denial", "new_place", "claimant", "statement", "origins"]


def test_of_each_kind_the_gravest_few_are_told() -> None:
    names = [f"{chr(65 + number // 26)}li{chr(97 + number % 26)}do" for number in range(50)]
    later = [report(2 + place, 1, "Geo", figure(place + 1, name)) for place, name in enumerate(names)]
    found = [one for one in changes(at(0, FIRST), at(2, FIRST, *later)) if one.kind == "claimant"]
    assert len(found) == MOST_OF_A_KIND
    assert all(one.is_material for one in found)


# --- edits ---

SENT = {1: MORNING + timedelta(hours=3, minutes=10)}


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (
            edit(police(31)),
            "!revision: The article of Dawn that you were sent at 09:10 now says 31 people killed, not 12",
        ),
        (
            edit(police(5)),
            "!revision: The article of Dawn that you were sent at 09:10 now says 5 people killed, not 12",
        ),
        (edit(), "!revision: The article of Dawn that you were sent at 09:10 no longer says 12 people killed"),
        (edit(police(12)), "revision: The article of Dawn that you were sent at 09:10 was edited"),
        (
            edit(police(12), title="A quiet day in Quetta"),
            "revision: The article of Dawn that you were sent at 09:10 is now headlined “A quiet day in Quetta”",
        ),
        (
            edit(police(31), title="31 dead"),
            "!revision: The article of Dawn that you were sent at 09:10 now says 31 people killed, not 12 and is now "
            "headlined “31 dead”",
        ),
    ],
)
def test_an_edit_of_an_article_that_was_sent(now: Report, expected: str) -> None:
    assert told(now, told=SENT) == [expected]


def test_an_edit_is_told_in_the_readers_zone_and_by_its_day() -> None:
    days_ago = {1: MORNING - timedelta(days=1)}
    assert told(edit(police(31)), told=days_ago, timezone="Asia/Karachi") == [
        "!revision: The article of Dawn that you were sent on Fri 20 Nov at 11:00 now says 31 people killed, not 12"
    ]


def test_an_edit_that_adds_a_figure() -> None:
    assert told(edit(police(12), police(7, outcome="injured")), told=SENT) == [
        "figure: Police also say 7 people injured",
        "revision: The article of Dawn that you were sent at 09:10 was edited",
    ]


def test_what_another_article_says_too_is_told_of_the_claimant_as_well() -> None:
    assert told(edit(police(31)), report(2, 5, "Geo", police(31)), told=SENT) == [
        "!figure: Police now say 31 people killed, not 12",
        "!revision: The article of Dawn that you were sent at 09:10 now says 31 people killed, not 12",
    ]


def test_edits_that_say_the_same_are_one_change() -> None:
    first = (FIRST, report(2, 0, "Geo", police(12), duplicate_of=1))
    later = (edit(police(31)), report(2, 4, "Geo", police(31), revision=1, duplicate_of=1))
    assert told(*later, first=first, told=SENT | {2: SENT[1] + timedelta(hours=1)}) == [
        "!revision: The article of Dawn and Geo that you were sent at 09:10 now says 31 people killed, not 12"
    ]


def test_an_edit_of_an_article_that_was_not_sent_moves_the_figure() -> None:
    assert told(edit(police(31))) == ["!figure: Police now say 31 people killed, not 12"]
    assert told(edit(police(12), title="Another headline")) == []


def test_what_no_article_says_any_more_is_taken_back_whoever_was_sent_it() -> None:
    first = report(1, 0, "Dawn", police(12), figure(3, who="children"), statement("denies", "Delhi", "it"))
    assert told(edit(police(12)), first=(first,)) == [
        "revision: An article of Dawn no longer says 3 children killed and no longer says that Delhi denied it"
    ]
    other = report(2, 1, "Geo", figure(3, who="children"), statement("denies", "the Delhi government", "it"))
    assert told(edit(police(12)), first=(first, other)) == []


@pytest.mark.parametrize(
    ("one", "other", "is_gone"),
    [
        ("the Baloch Liberation Army", "the Baloch Republican Army", True),
        ("the Baloch Liberation Army", "the BLA", False),
        ("the army", "Pakistan's army", False),
        ("Delhi", "the Delhi government", False),
        ("the Delhi government", "Delhi", False),
    ],
)
def test_what_nobody_claims_any_more_is_taken_back(one: str, other: str, is_gone: bool) -> None:
    first = report(1, 0, "Dawn", statement("claims_responsibility", one), title=FIRST.title)
    another = report(2, 1, "Geo", statement("claims_responsibility", other))
    assert bool([text for text in told(edit(), first=(first, another)) if "no longer" in text]) is is_gone


def test_what_a_sent_article_left_out_and_others_say_wakes_nobody() -> None:
    assert told(edit(), told=SENT, first=(FIRST, report(2, 1, "Geo", police(12)))) == [
        "revision: The article of Dawn that you were sent at 09:10 no longer says 12 people killed"
    ]


@pytest.mark.parametrize(("who", "group"), [("people", "people"), ("policemen", "security")])
def test_another_number_in_a_sent_article_wakes_though_others_keep_the_first(who: str, group: Any) -> None:
    later = edit(figure(9, "The home department", who, group))
    changes = told(later, told=SENT, first=(FIRST, report(2, 1, "Geo", police(12))))
    assert "!revision: The article of Dawn that you were sent at 09:10 no longer says 12 people killed" in changes


def test_an_edit_that_only_says_whom_takes_nothing_back() -> None:
    later = edit(figure(12, "Police", "soldiers", "security"))
    assert told(later, told=SENT) == [
        "figure: Police also say 12 soldiers killed",
        "revision: The article of Dawn that you were sent at 09:10 was edited",
    ]


def test_background_is_not_taken_back() -> None:
    first = report(1, 0, "Dawn", figure(4000, background=True), police(12), police(12))
    assert told(edit(police(12)), first=(first,)) == []


def soldiers(count: int, source: str | None, **more: Any) -> Figure:
    return figure(count, source, "soldiers", "security", **more)


BOTH = report(1, 0, "Dawn", soldiers(84, "the BLA"), soldiers(17, "officials"), title=FIRST.title)
SUBJECT = "The article of Dawn that you were sent at 09:10"


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        pytest.param(
            edit(soldiers(20, "officials"), soldiers(90, "the BLA")),
            [f"!revision: {SUBJECT} now says 90 soldiers killed, not 84 and now says 20 soldiers killed, not 17"],
            id="each claimant's own, in whatever order",
        ),
        pytest.param(
            edit(soldiers(84, "the BLA"), soldiers(90, "the BLF")),
            [
                "!claimant: The BLF says 90 soldiers killed",
                f"!revision: {SUBJECT} no longer says 17 soldiers killed",
            ],
            id="another claimant's is no correction",
        ),
        pytest.param(
            edit(soldiers(84, "the BLA"), soldiers(20, None)),
            [f"!revision: {SUBJECT} no longer says 17 soldiers killed", "figure: Dawn reports 20 soldiers killed"],
            id="nor is what the article now says itself",
        ),
        pytest.param(
            edit(soldiers(84, "the BLA"), soldiers(17, "officials"), soldiers(90, "the BLA", scope="in 2019 and 2020")),
            ["!figure: The BLA also says 90 soldiers killed in 2019 and 2020", f"revision: {SUBJECT} was edited"],
            id="nor a count of something else",
        ),
        pytest.param(
            edit(figure(84, "the BLA", "policemen", "security"), soldiers(17, "officials")),
            ["figure: The BLA also says 84 policemen killed", f"revision: {SUBJECT} was edited"],
            id="nor of other people",
        ),
        pytest.param(
            edit(soldiers(30, "the BLA"), soldiers(30, "officials")),
            [f"!revision: {SUBJECT} now says 30 soldiers killed, not 84 and now says 30 soldiers killed, not 17"],
            id="two that agree now",
        ),
    ],
)  # fmt: skip
def test_only_the_same_claimants_count_is_corrected(now: Report, expected: list[str]) -> None:
    assert sorted(told(now, first=(BOTH,), told=SENT)) == sorted(expected)


def test_an_edit_hides_of_the_ledger_only_what_it_says() -> None:
    army = report(2, 1, "Geo", soldiers(20, "the army"))
    now = edit(soldiers(31, "the BLA"), soldiers(17, "officials"), soldiers(31, "the army"))
    assert told(now, first=(BOTH, army), told=SENT) == [
        "!figure: The army now says 31 soldiers killed, not 20",
        f"!revision: {SUBJECT} now says 31 soldiers killed, not 84",
    ]


def test_what_another_took_back_for_a_claimant_without_a_name() -> None:
    first = report(1, 0, "Dawn", figure(12, "officials"), title=FIRST.title)
    assert told(edit(figure(31, "officials")), first=(first,)) == [
        "!figure: Officials quoted by Dawn now say 31 people killed, not 12"
    ]


# --- origins and silence ---


def origins(before: int, after: int, *, copies: int = 0) -> list[Change]:
    reports = [report(number, number, f"Outlet {number}") for number in range(1, after + 1)]
    more = [report(100 + number, 50, f"Copy {number}", duplicate_of=1) for number in range(copies)]
    return list(changes(at(before, *reports), at(50, *reports, *more)))


@pytest.mark.parametrize(
    ("before", "after", "text", "is_material"),
    [
        (1, 2, "1 more independent report (Outlet 2), 2 in all", False),
        (1, 3, "2 more independent reports (Outlet 2 and Outlet 3), 3 in all", True),
        (3, 4, "1 more independent report (Outlet 4), 4 in all", False),
        (4, 9, "5 more independent reports (Outlet 5, Outlet 6, Outlet 7 and 2 more), 9 in all", True),
        (9, 10, "1 more independent report (Outlet 10), 10 in all", True),
        (19, 21, "2 more independent reports (Outlet 20 and Outlet 21), 21 in all", True),
    ],
)
def test_more_origins(before: int, after: int, text: str, is_material: bool) -> None:
    found = next(one for one in origins(before, after) if one.kind == "origins")
    assert (found.text, found.is_material) == (text, is_material)
    assert found.articles == tuple(range(before + 1, after + 1))


def test_copies_are_no_origins() -> None:
    assert [(one.text, one.articles) for one in origins(1, 1, copies=2) if one.kind == "origins"] == [
        ("The same text appeared in Copy 0 and Copy 1", (100, 101))
    ]
    new = (report(2, 1, "AFP"), report(3, 1, "Geo", duplicate_of=2))
    assert [one.text for one in changes(at(0, FIRST), at(2, FIRST, *new))] == [
        "1 more independent report (AFP), 2 in all",
        "The same text appeared in Geo",
    ]


def test_copies_of_a_text_that_is_not_in_the_story_are_one_origin() -> None:
    new = (report(2, 1, "Geo", duplicate_of=99), report(3, 1, "BBC", duplicate_of=99))
    texts = [one.text for one in changes(at(0, FIRST), at(2, FIRST, *new))]
    assert texts == ["1 more independent report (Geo), 2 in all", "The same text appeared in BBC"]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (1, 23.9, []),
        (1, 24, ["Nothing new for 24 hours"]),
        (1, 75, ["Nothing new for 3 days"]),
        (25, 30, []),
    ],
)
def test_silence_is_told_once(before: float, after: float, expected: list[str]) -> None:
    assert [one.text for one in changes(at(before, FIRST), at(after, FIRST))] == expected


def test_silence_after_news_is_told_again() -> None:
    later = report(2, 30, "Geo")
    assert [one.kind for one in changes(at(25, FIRST, later), at(60, FIRST, later))] == ["origins", "quiet"]


# --- merges and splits ---


def test_what_a_merge_brings_is_news_however_old() -> None:
    older = report(2, -5, "Geo", police(31))
    found = changes(at(1, FIRST), at(2, older, FIRST))
    assert next(one.text for one in found) == "Police now say 31 people killed, not 12"


def test_what_left_with_a_split_is_not_told() -> None:
    other = report(2, 1, "Geo", police(31), spot("Gwadar"))
    assert [one.text for one in changes(at(2, FIRST, other), at(3, FIRST))] == [
        "Police now say 12 people killed, not 31"
    ]


# --- what always holds ---

SAID = st.one_of(
    st.builds(
        figure,
        st.integers(1, 40),
        st.sampled_from([None, "Police", "the police", "the army", "Ali Khan", "Dawn", "officials", "a witness"]),
        group=st.sampled_from(["people", "security"]),
        modifier=st.sampled_from(["exactly", "at_least", "about"]),
        scope=st.sampled_from(["", "in two raids"]),
    ),
    st.builds(
        statement,
        st.sampled_from(["denies", "accuses", "claims_responsibility"]),
        st.sampled_from(["Delhi", "the BLA"]),
        st.sampled_from(["", "the raid", "the attack"]),
    ),
    st.builds(spot, st.sampled_from(["Quetta", "Gwadar", "Noshki"]), st.sampled_from(["title", "lede"])),
)


@st.composite
def stories(draw: st.DrawFn) -> list[Report]:
    """Return articles and edits of them, one an hour."""
    reports: list[Report] = []
    for hour in range(draw(st.integers(1, 9))):
        article = draw(st.integers(1, 6))
        revision = sum(one.article == article for one in reports)
        outlet = ("Dawn", "Geo", "BBC")[article % 3]
        reports.append(report(article, hour, outlet, *draw(st.lists(SAID, max_size=3)), revision=revision))
    return reports


@given(stories(), st.integers(0, 9))
def test_a_story_that_is_as_it_was_has_no_changes(reports: list[Report], hour: int) -> None:
    assert changes(at(hour, *reports), at(hour, *reports)) == ()


@given(stories(), st.integers(0, 9))
def test_a_change_is_said_once(reports: list[Report], hour: int) -> None:
    said = [one.text for one in changes(at(hour, *reports), at(10, *reports)) if one.kind != "revision"]
    assert len(said) == len(set(said))


@given(stories(), st.integers(0, 4), st.integers(5, 9))
def test_a_long_absence_is_told_what_two_short_ones_were(reports: list[Report], one: int, two: int) -> None:
    """What stands at the end and did not at the beginning is told in one step, and in one of two."""
    first, second, last = at(one, *reports), at(two, *reports), at(10, *reports)
    at_once, in_steps = facts(first, last), facts(first, second) | facts(second, last)
    assert at_once <= in_steps
    if first.reports:
        new = standing(last) - standing(first)
        assert new <= at_once


def standing(moment: Moment) -> set[tuple[str, str]]:
    entered = ledger(moment)
    return {(str(claim.shown.figure.count), "") for claim in entered.claims if claim.standing}


def facts(before: Moment, after: Moment) -> set[tuple[str, str]]:
    """Return every count that is told, whoever says it, and every statement."""
    found = changes(before, after)
    counts = {(move.after.split()[-1], "") for change in found for move in change.moves if move.after}
    return counts | {(one.text, "said") for one in found if one.kind in ("denial", "statement")}

"""What readers are shown of a digest, in words and local times."""

from dataclasses import replace

import pytest

from monitor.digests.claimants import Figure
from monitor.digests.view import view, within
from monitor.model import Change, Coverage, Digest, FeedTrouble, Flood, Severity, Why, Window
from tests.digest_samples import (
    BLIND,
    BUSY_DAY,
    EMPTY,
    EMPTY_PARTIAL,
    GWADAR,
    MASTUNG,
    NOSHKI,
    ONE_STORY,
    OUTAGE,
    RIGHT_TO_LEFT,
    alert,
    article,
    at,
    digest,
    region,
    story,
    trouble,
)

GRAVER = replace(MASTUNG, severity_before=Severity.LOW)
FLOOD = Flood(
    rule="attacks",
    name="Armed attacks",
    feed="makran",
    source="Makran Post",
    severity=Severity.HIGH,
    stories=800,
    articles=812,
    examples=tuple(article(number, "Makran Post", f"Attack {number}", number) for number in range(12)),
)


class TestHeading:
    @pytest.mark.parametrize(
        ("one", "heading"),
        [
            pytest.param(BUSY_DAY, "5 stories in Balochistan and Sindh", id="two regions"),
            pytest.param(OUTAGE, "1 story in Balochistan", id="one story"),
            pytest.param(ONE_STORY, "High alert: Balochistan", id="alert"),
            pytest.param(alert(region("Balochistan", GWADAR, MASTUNG)), "2 alerts: Balochistan", id="alerts"),
            pytest.param(alert(region("Beyond", MASTUNG, code=None)), "High alert", id="alert without a region"),
            pytest.param(digest(region("Beyond", MASTUNG, code=None)), "1 story", id="no region"),
            pytest.param(
                digest(region("Sindh", NOSHKI), region("Beyond", MASTUNG, code=None)),
                "2 stories in Sindh and elsewhere",
                id="a region and others",
            ),
            pytest.param(
                digest(*(region(name, NOSHKI) for name in "ABCD")), "4 stories in A, B and 2 more", id="many regions"
            ),
            pytest.param(replace(ONE_STORY, continues="root"), "Update: Balochistan", id="update"),
            pytest.param(
                alert(region("B", GWADAR, MASTUNG), continues="root"), "2 updates: B", id="updates of several stories"
            ),
            pytest.param(alert(region("B", GRAVER), continues="root"), "Now high: B", id="graver than it was told"),
            pytest.param(
                alert(region("B", GWADAR, MASTUNG), is_catch_up=True),
                "While it was quiet: 2 stories in B",
                id="catch-up",
            ),
            pytest.param(
                alert(floods=(FLOOD, replace(FLOOD, source="Dawn"))),
                "1,624 articles at once from Makran Post and Dawn",
                id="flood",
            ),
            pytest.param(alert(region("B", NOSHKI), floods=(FLOOD,)), "Medium alert: B", id="flood beside a story"),
            pytest.param(EMPTY, "No matching news from 41 feeds", id="empty"),
            pytest.param(BLIND, "Could not look at 5 feeds", id="blind"),
        ],
    )
    def test_says_what_and_where(self, one: Digest, heading: str) -> None:
        assert view(one).heading == heading

    def test_counts_severities_gravest_first(self) -> None:
        assert view(BUSY_DAY).severities == "1 critical, 2 high, 1 medium, 1 low"
        assert view(ONE_STORY).severities == "high"
        assert view(EMPTY).severities == ""
        assert view(BUSY_DAY).top == Severity.CRITICAL
        assert view(EMPTY).top is None


class TestFloods:
    def test_are_told_in_one_line_with_some_examples(self) -> None:
        [flood] = view(alert(floods=(FLOOD,))).floods
        assert (flood.severity, flood.text) == (
            Severity.HIGH,
            "812 articles of Makran Post matched “Armed attacks” at once",
        )
        assert [(one.title.text, one.link, one.time) for one in flood.examples][:2] == [
            ("Attack 0", "https://makranpost.example/news/0", "12:00"),
            ("Attack 1", "https://makranpost.example/news/1", "12:01"),
        ]
        assert len(flood.examples) == 10

    def test_the_gravest_are_shown_and_the_others_counted(self) -> None:
        levels = [Severity.LOW] * 11 + [Severity.CRITICAL]
        shown = view(alert(floods=tuple(replace(FLOOD, severity=level) for level in levels)))
        assert [flood.severity for flood in shown.floods] == [Severity.CRITICAL, *[Severity.LOW] * 9]
        assert shown.more_floods == 2

    @pytest.mark.parametrize(("length", "is_kept"), [(900, True), (2_900, False)])
    def test_long_addresses_are_left_out_of_examples(self, length: int, is_kept: bool) -> None:
        one = replace(FLOOD.examples[0], link="https://outlet.example/" + "x" * length)
        [flood] = view(alert(floods=(replace(FLOOD, examples=(one,)),))).floods
        assert (flood.examples[0].link == one.link) == is_kept

    @pytest.mark.parametrize(
        ("one", "is_empty"), [(alert(), True), (alert(floods=(FLOOD,)), False), (alert(region("B", NOSHKI)), False)]
    )
    def test_are_something_to_tell(self, one: Digest, is_empty: bool) -> None:
        assert view(one).is_empty == is_empty


class TestTimes:
    @pytest.mark.parametrize(
        ("window", "zone", "words"),
        [
            ((0, 300), "Asia/Karachi", "Sun 22 Nov 2026, 12:00–17:00 PKT"),
            ((-900, 0), "Asia/Karachi", "Sat 21 Nov, 21:00 – Sun 22 Nov 2026, 12:00 PKT"),
            ((0, 300), "Asia/Kabul", "Sun 22 Nov 2026, 11:30–16:30 UTC+04:30"),
            ((0, 300), "America/New_York", "Sun 22 Nov 2026, 02:00–07:00 EST"),
            ((0, 300), "America/Sao_Paulo", "Sun 22 Nov 2026, 04:00–09:00 UTC-03:00"),
            ((0, 300), "UTC", "Sun 22 Nov 2026, 07:00–12:00 UTC"),
        ],
    )
    def test_the_window_is_local_and_names_its_zone(self, window: tuple[int, int], zone: str, words: str) -> None:
        start, end = window
        assert view(replace(EMPTY, window=Window(from_at=at(start), to_at=at(end)), timezone=zone)).window == words

    @pytest.mark.parametrize(
        ("minutes", "words"),
        [(32, "12:32"), (-1440, "Sat 21 Nov, 12:00"), (-525600, "Sat 22 Nov 2025, 12:00"), (None, "")],
    )
    def test_a_report_of_another_day_bears_its_date(self, minutes: int | None, words: str) -> None:
        shown = view(digest(region("B", story(1, Severity.LOW, article(1, "Dawn", "x", minutes))))).stories[0]
        assert shown.lead is not None
        assert shown.lead.time == words

    def test_first_seen_and_updated(self) -> None:
        first, updated = view(BUSY_DAY).stories[3], view(BUSY_DAY).stories[1]
        assert (first.first_seen, first.updated) == ("12:10", "")
        assert (updated.first_seen, updated.updated) == ("12:10", "13:30")


class TestReports:
    def test_wire_copies_stand_under_their_origin(self) -> None:
        shown = view(ONE_STORY).stories[0]
        assert [(report.source, [copy.source for copy in report.copies]) for report in shown.reports] == [
            ("The Frontier Courier", ["Makran Post"]),
            ("Indus News Agency", ["Karachi Morning", "Geo Balochistan"]),
            ("Asia Wire", []),
        ]
        assert shown.breadth == "3 independent reports, 6 articles"

    def test_a_representative_that_is_a_copy_leads_its_group(self) -> None:
        copy, origin = article(2, "Copier", "x", duplicate_of=1), article(1, "Origin", "x")
        assert [
            report.source
            for report in view(digest(region("B", story(1, Severity.LOW, copy, origin)))).stories[0].reports
        ] == ["Copier"]

    def test_copies_of_copies_and_circles_end(self) -> None:
        articles = (
            article(1, "A", "x", duplicate_of=2),
            article(2, "B", "x", duplicate_of=1),
            article(3, "C", "x", duplicate_of=4),
            article(4, "D", "x", duplicate_of=5),
            article(5, "E", "x", duplicate_of=99),
        )
        reports = view(digest(region("B", story(1, Severity.LOW, *articles)))).stories[0].reports
        assert sorted(len(report.copies) for report in reports) == [0, 0, 2]

    @pytest.mark.parametrize(
        ("articles", "origins", "breadth"),
        [
            (1, 1, ""),
            (2, 1, "1 report, carried 2 times"),
            (2, 2, "2 independent reports"),
            (5, 3, "3 independent reports, 5 articles"),
            (1, 3, "3 independent reports so far"),
        ],
    )
    def test_breadth(self, articles: int, origins: int, breadth: str) -> None:
        some = (article(number, f"Outlet {number}", "x") for number in range(articles))
        assert view(digest(region("B", story(1, Severity.LOW, *some, origins=origins)))).stories[0].breadth == breadth

    def test_lists_are_bounded_and_say_so(self) -> None:
        copies = (article(number, f"Copy {number}", "x", duplicate_of=0) for number in range(1, 20))
        others = (article(number, f"Other {number}", "x") for number in range(30, 60))
        shown = view(digest(region("B", story(1, Severity.LOW, article(0, "Origin", "x"), *copies, *others)))).stories[
            0
        ]
        assert (len(shown.reports), shown.more_reports) == (10, 21)
        assert shown.lead is not None
        assert (len(shown.lead.copies), shown.lead.more_copies) == (8, 11)

    @pytest.mark.parametrize(
        ("source", "link", "shown"),
        [
            ("Dawn", "https://www.dawn.example/1", "Dawn"),
            ("", "https://www.dawn.example/1", "dawn.example"),
            (" \n", "javascript:x", "unnamed outlet"),
        ],
    )
    def test_an_outlet_is_always_named(self, source: str, link: str, shown: str) -> None:
        lead = view(digest(region("B", story(1, Severity.LOW, article(1, source, "x", link=link))))).stories[0].lead
        assert lead is not None
        assert lead.source == shown

    def test_a_story_without_articles_is_shown_all_the_same(self) -> None:
        shown = view(digest(region("B", replace(MASTUNG, articles=())))).stories[0]
        assert (shown.lead, shown.link, shown.headline.text) == (None, None, MASTUNG.headline)


class TestStory:
    def test_figures_and_statements_in_words(self) -> None:
        shown = view(BUSY_DAY).stories[0]
        assert [
            (claimant.name, figure.claim, figure.outlet, figure.time)
            for claimant in shown.claimants
            for figure in claimant.figures
        ] == [
            ("District hospital", "19 people injured", "Asia Wire", "14:30"),
            ("Port authority", "about 12–15 workers injured", "Makran Post", "14:12"),
        ]
        [statement] = shown.statements
        assert statement.claim == "The port authority denied an attack"
        assert str(statement.quote) == "It was a technical fault in a pumping station."

    def test_many_figures_without_anything_else(self) -> None:
        figures = ({"text": "at least 1,200 militants killed"},) * 15
        shown = view(digest(region("B", replace(MASTUNG, figures=figures)))).stories[0]
        [claimant] = shown.claimants
        assert claimant.name == "the report itself"
        assert claimant.figures[0] == Figure(claim="at least 1,200 militants killed", outlet="", time="", before="")
        assert (len(claimant.figures), shown.more_figures) == (12, 3)

    def test_figures_stand_under_who_gives_them(self) -> None:
        by = [("Bugti", "145 militants killed"), ("", "31 civilians killed"), ("Bugti", "17 police killed")]
        figures = tuple({"text": text, "source": who or None} for who, text in by)
        shown = view(digest(region("B", replace(MASTUNG, figures=figures)))).stories[0]
        assert [(one.name, [figure.claim for figure in one.figures]) for one in shown.claimants] == [
            ("Bugti", ["145 militants killed", "17 police killed"]),
            ("the report itself", ["31 civilians killed"]),
        ]

    @pytest.mark.parametrize(
        ("values", "before"),
        [
            ([], ""),
            ([(12, None, "exactly")], "was 12"),
            ([(12, None, "exactly"), (1500, 1600, "about")], "was about 1,500–1,600"),
            ([(0, None, "exactly")], "was no"),
        ],
    )
    def test_a_figure_says_what_it_was(self, values: list[tuple[int, int | None, str]], before: str) -> None:
        earlier = [{"count": count, "count_max": most, "modifier": modifier} for count, most, modifier in values]
        figure = {"text": "19 people injured", "source": "Hospital", "before": earlier}
        shown = view(digest(region("B", replace(MASTUNG, figures=(figure,))))).stories[0]
        assert shown.claimants[0].figures[0].before == before

    @pytest.mark.parametrize(
        ("quote", "is_shown"),
        [
            ("It was a technical fault.", True),
            ("The port authority denied on Sunday an attack", False),
            ("The port authority denied an attack and said that a pump had failed in the afternoon", True),
        ],
    )
    def test_a_quote_that_only_repeats_the_claim_is_left_out(self, quote: str, is_shown: bool) -> None:
        said = {"text": "The port authority denied an attack", "quote": quote}
        shown = view(digest(region("B", replace(MASTUNG, statements=(said,))))).stories[0]
        assert (shown.statements[0].quote is not None) == is_shown

    def test_statements_without_anything_else(self) -> None:
        statements = ({"text": "The BLA claimed responsibility"},)
        shown = view(digest(region("B", replace(MASTUNG, statements=statements)))).stories[0]
        assert [(said.claim, said.quote) for said in shown.statements] == [("The BLA claimed responsibility", None)]

    @pytest.mark.parametrize(
        ("changes", "is_new", "told"),
        [
            ((), False, []),
            ((Change(kind="new_story", text="New story"),), True, []),
            ((Change(kind="new_story", text="New"), Change(kind="revision", text="edited")), True, ["edited"]),
            ((Change(kind="revision", text="edited"),), False, ["edited"]),
        ],
    )
    def test_changes(self, changes: tuple[Change, ...], is_new: bool, told: list[str]) -> None:
        shown = view(digest(region("B", replace(MASTUNG, changes=changes)))).stories[0]
        assert (shown.is_new, [change.text for change in shown.changes]) == (is_new, told)

    def test_twenty_changes_are_told_and_the_others_counted(self) -> None:
        changes = tuple(Change(kind="revision", text=f"edited {number}") for number in range(23))
        shown = view(digest(region("B", replace(MASTUNG, changes=changes)))).stories[0]
        assert ([change.text for change in shown.changes][-1], shown.more_changes) == ("edited 19", 3)

    @pytest.mark.parametrize(
        ("rule", "text", "line"),
        [
            ("Attacks", "“raid” in Sindh", "Attacks: “raid” in Sindh"),
            ("Attacks", "Attacks, because", "Attacks, because"),
            ("Attacks", "", "Attacks"),
            ("", "“raid” in Sindh", "attacks: “raid” in Sindh"),
        ],
    )
    def test_why(self, rule: str, text: str, line: str) -> None:
        why = Why(rule="attacks", name=rule, severity=Severity.LOW, score=1, text=text, evidence=())
        assert view(digest(region("B", replace(MASTUNG, why=(why,))))).stories[0].why == (line,)

    def test_a_story_that_became_graver_says_what_it_was(self) -> None:
        assert [one.severity_before for one in view(alert(region("B", GRAVER, NOSHKI))).stories] == ["low", ""]

    def test_words_know_their_direction(self) -> None:
        shown = view(RIGHT_TO_LEFT).stories[0]
        assert (shown.headline.direction, shown.headline.language) == ("rtl", "ur")
        assert shown.gist is not None
        assert shown.gist.direction == "rtl"
        assert [report.title.direction for report in shown.reports] == ["rtl", "rtl", "ltr"]

    def test_no_gist(self) -> None:
        assert view(digest(region("B", replace(MASTUNG, gist=" \n")))).stories[0].gist is None


class TestMessage:
    def test_says_what_it_is(self) -> None:
        plain, special = view(ONE_STORY), view(replace(ONE_STORY, continues="root", is_catch_up=True))
        assert (plain.continues, plain.is_catch_up) == (False, False)
        assert (special.continues, special.is_catch_up) == (True, True)

    def test_says_what_is_wrong_with_it_on_one_line(self) -> None:
        assert view(ONE_STORY).mark == ""
        assert view(ONE_STORY, mark="The template\nfailed.").mark == "The template failed."

    def test_has_web_addresses_in_mail_alone(self) -> None:
        shown = view(ONE_STORY)
        assert (shown.is_mail, shown.browser, shown.unsubscribe) == (False, None, None)
        mail = view(ONE_STORY, is_mail=True, browser="https://d.example/1", unsubscribe="https://d.example/2")
        assert (mail.is_mail, mail.browser, mail.unsubscribe) == (True, "https://d.example/1", "https://d.example/2")

    def test_names_ten_silences_and_counts_the_others(self) -> None:
        shown = view(replace(ONE_STORY, silences=("", *map(str, range(12)))))
        assert (shown.silences, shown.more_silences) == (tuple("0123456789"), 2)


class TestRoom:
    def test_of_floods_is_that_of_their_examples(self) -> None:
        shown = within(view(alert(region("B", MASTUNG), floods=(FLOOD,))), detailed=1, shown=1, examples=3)
        assert ([len(flood.examples) for flood in shown.floods], shown.count, shown.hidden) == ([3], 1, 0)

    def test_the_gravest_stories_are_kept_in_their_order(self) -> None:
        shown = within(view(BUSY_DAY), detailed=2, shown=4)
        assert [(one.headline.text[:6], one.detailed) for one in shown.stories] == [
            ("Explos", True),
            ("Milita", True),
            ("Turbat", False),
            ("Noshki", False),
        ]
        assert (shown.count, shown.hidden) == (5, 1)
        assert [section.name for section in shown.regions] == ["Balochistan"]

    def test_everything_by_default(self) -> None:
        shown = view(BUSY_DAY)
        assert (shown.hidden, all(one.detailed for one in shown.stories)) == (0, True)


class TestSight:
    @pytest.mark.parametrize(
        ("coverage", "state", "headline", "summary"),
        [
            pytest.param(
                Coverage(checked=41, failed=(), quiet=()),
                "clear",
                "No matching news from 41 feeds",
                "41 feeds checked",
                id="all read",
            ),
            pytest.param(
                EMPTY_PARTIAL.coverage,
                "partial",
                "No matching news from 39 feeds; 2 failing",
                "39 feeds checked · 2 failing · 1 quiet",
                id="some failed",
            ),
            pytest.param(
                BLIND.coverage, "blind", "Could not look at 5 feeds", "0 feeds checked · 5 failing", id="all failed"
            ),
            pytest.param(
                Coverage(checked=0, failed=(), quiet=()),
                "blind",
                "Could not look: no feed was checked",
                "0 feeds checked",
                id="nothing polled",
            ),
            pytest.param(
                Coverage(checked=1, failed=(trouble("Dawn", 0),), quiet=()),
                "partial",
                "No matching news from 1 feed; 1 failing",
                "1 feed checked · 1 failing",
                id="as many failed as read",
            ),
        ],
    )
    def test_no_news_and_could_not_look_are_told_apart(
        self, coverage: Coverage, state: str, headline: str, summary: str
    ) -> None:
        sight = view(replace(EMPTY, coverage=coverage)).sight
        assert (sight.state, sight.headline, sight.summary) == (state, headline, summary)
        assert bool(sight.warning) == bool(coverage.failed)

    def test_the_three_states_share_no_sentence(self) -> None:
        sights = [view(one).sight for one in (EMPTY, EMPTY_PARTIAL, BLIND)]
        assert len({sight.headline for sight in sights}) == len({sight.explanation for sight in sights}) == 3

    def test_troubles_in_words(self) -> None:
        sight = view(EMPTY_PARTIAL).sight
        assert [str(one) for one in (*sight.failed, *sight.quiet)] == [
            "Dawn since 09:10 (answered 500 Internal Server Error)",
            "Quetta Voice since 12:45 (took longer than 30 s)",
            "Gwadar Times since Thu 19 Nov, 11:00",
        ]
        assert sight.warning == "Could not read Dawn and Quetta Voice. There may be news that is not in here."

    def test_a_trouble_of_which_little_is_known(self) -> None:
        bare = FeedTrouble(feed="dawn", name="", since_at=None)
        sight = view(replace(EMPTY, coverage=Coverage(checked=9, failed=(bare,) * 20, quiet=(bare,) * 18))).sight
        assert str(sight.failed[0]) == "dawn"
        assert (len(sight.failed), sight.more_failed, len(sight.quiet), sight.more_quiet) == (15, 5, 15, 3)
        assert sight.warning.startswith("Could not read dawn, dawn, dawn and 17 more.")

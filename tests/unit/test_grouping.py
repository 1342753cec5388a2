"""Which story each new article joins. Every text here is invented."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.stories import live as live_module
from monitor.stories.clusters import ARTICLE_TERMS, KEYS, STORY_TERMS, Cluster, gap, heaviest
from monitor.stories.features import Features, features
from monitor.stories.grouping import COMMON, Grouping, cluster_of, group
from monitor.stories.live import LiveStories
from monitor.text.fold import tokenise
from tests.timing import allowed

NINE = datetime(2026, 4, 11, 9, tzinfo=UTC)

MINE = (
    "Flooded Duki coal mine traps nine workers",
    "Nine miners were trapped when water broke into a coal mine near Duki on Saturday, an inspector of mines said.",
)
MINE_TOO = (
    "Miners trapped underground as water floods coal pit in Duki",
    "Rescuers pumped water from a flooded coal mine at Duki where nine miners have been trapped since the morning.",
)
MINE_LATER = (
    "Two bodies recovered from flooded Duki coal mine",
    "Rescuers brought up the bodies of two of the nine miners trapped in a flooded coal mine at Duki, inspectors said.",
)
FERRY = (
    "Ferry capsizes off Jiwani, forty passengers rescued by the navy",
    "A passenger ferry capsized in rough seas off Jiwani and the navy rescued forty "
    "passengers, the harbour master said.",
)
CRICKET = (
    "Gladiators chase down 182 in Quetta with an over to spare",
    "A century by the captain let the Gladiators chase down 182 in Quetta, and take the lead in the league's table.",
)


def shown(article: tuple[str, str], at: datetime | None = NINE) -> Features:
    title, text = tokenise(article[0]), tokenise(article[1])
    return features(title, text, (range(len(title)), range(len(text))), at)


def grouped(articles: Sequence[Features], *, size: int = 1) -> list[int]:
    """Return the story of each article, as it stands once all have come in batches of a size."""
    live, into, stories = LiveStories(), dict[int, int](), dict[int, int]()
    for low in range(0, len(articles), size):
        batch = {low + at + 1: one for at, one in enumerate(articles[low : low + size])}
        done = group(batch, live)
        live.add(done)
        into |= {merge.story: merge.into for merge in done.merges}
        stories |= {article: joined.story for article, joined in done.joined.items()}
    for article, story in stories.items():
        while story in into:
            story = into[story]
        stories[article] = story
    return list(stories.values())


@pytest.mark.parametrize("size", [1, 2, 5])
def test_reports_of_one_event_are_one_story_and_others_are_not(size: int) -> None:
    stories = grouped([shown(one) for one in (MINE, FERRY, MINE_TOO, CRICKET, MINE_LATER)], size=size)
    assert stories == [1, 2, 1, 4, 1]


@pytest.mark.parametrize(
    ("hours", "is_one"),
    [(0, True), (12, True), (24, True), (97, False), (-97, False), (24 * 30, False)],
)
def test_a_story_goes_on_for_days_and_then_is_over(hours: int, is_one: bool) -> None:
    stories = grouped([shown(MINE), shown(MINE_TOO, NINE + timedelta(hours=hours))])
    assert (stories[0] == stories[1]) is is_one


def test_time_plays_no_part_where_nobody_says_it() -> None:
    assert grouped([shown(MINE, None), shown(MINE_TOO, None), shown(MINE_LATER, NINE)]) == [1, 1, 1]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            ("Bomb kills three policemen in Mastung bazaar", "A motorcycle bomb killed three policemen in Mastung."),
            ("Snow closes Ziarat road for a third day", "Traffic between Ziarat and Quetta stood still, police said."),
        ),
        (("Morning briefing", ""), ("Morning briefing", "")),
        (("Week in pictures", "The best photographs."), ("Week in pictures", "Our editors' choice.")),
        (("", ""), ("", "")),
        (("Quetta", "Quetta"), ("Quetta", "Quetta")),
        (
            ("What we know about the vote", "Here is what we know so far about who will be in the new assembly."),
            ("What we know about the storm", "Here is what we know so far about when it will be at the coast."),
        ),
        (
            ("کوئٹہ میں پانی کی قلت", "شہر کے کئی علاقوں میں پانی کی فراہمی بند ہے"),
            ("کوئٹہ میں کرکٹ میچ", "میچ کے بعد شہر میں جشن کا سماں تھا"),
        ),
    ],
)  # fmt: skip
def test_what_is_no_story(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert grouped([shown(one), shown(other)]) == [1, 2]


def test_a_day_of_a_dozen_outlets() -> None:
    """The reports of one attack are one story, with the toll that rises and the next day's reactions."""
    attack = [
        (
            "Gunmen storm levies checkpost at Kolpur, six personnel killed",
            "Six levies personnel were killed when gunmen stormed a checkpost at Kolpur in the Bolan pass before dawn.",
        ),
        (
            "Six levies men killed in Kolpur checkpost attack",
            "Gunmen attacked a levies checkpost at Kolpur in Bolan, killing six personnel, officials said.",
        ),
        (
            "Kolpur attack: gunmen kill six at levies post in Bolan",
            "A levies post at Kolpur in the Bolan pass was overrun by gunmen, leaving six personnel dead.",
        ),
        (
            "Toll of Kolpur checkpost attack rises to nine",
            "Three wounded levies personnel died in hospital, bringing to nine the toll of "
            "the attack on the Kolpur checkpost.",
        ),
        (
            "Nine levies personnel dead after gunmen overrun Kolpur post",
            "The attack on the levies checkpost at Kolpur killed nine personnel, a doctor in Quetta said.",
        ),
        (
            "Chief minister condemns attack on levies checkpost at Kolpur",
            "The chief minister condemned the attack by gunmen on the Kolpur checkpost in "
            "which nine levies personnel died.",
        ),
        (
            "Funeral prayers for levies personnel killed at Kolpur",
            "Funeral prayers were offered for nine levies personnel killed when gunmen "
            "attacked their checkpost at Kolpur.",
        ),
    ]
    others = [CRICKET, FERRY, MINE]
    articles = [shown(one, NINE + timedelta(hours=4 * at)) for at, one in enumerate(attack)]
    stories = grouped([*articles[:3], *(shown(one) for one in others), *articles[3:]])
    assert stories == [1, 1, 1, 4, 5, 6, 1, 1, 1, 1]
    assert grouped(articles, size=len(articles)) == [1] * len(articles)


def test_each_decision_has_its_reason() -> None:
    live = LiveStories()
    first = group({7: shown(MINE)}, live)
    live.add(first)
    assert (first.joined[7].story, first.joined[7].score, first.joined[7].reason) == (7, 0.0, "a new story")
    joined = group({9: shown(MINE_TOO, NINE + timedelta(hours=3))}, live).joined[9]
    assert joined.story == 7
    assert 0.3 < joined.score < 1.2
    assert joined.reason == "shares coal, Duki, floods; 3 h apart"
    at_once = group({9: shown(MINE_TOO)}, live).joined[9]
    assert at_once.reason == "shares coal, Duki, floods"


BRIDGE = (
    "Kolpur checkpost gunmen also burned Machh railway bridge",
    "The gunmen who attacked the levies checkpost at Kolpur also burned the railway bridge at Machh, stopping trains.",
)
CHECKPOST = (
    "Gunmen attack levies checkpost at Kolpur",
    "Gunmen attacked a levies checkpost at Kolpur on Saturday.",
)
RAILWAY = (
    "Railway bridge at Machh burned, trains stopped",
    "The railway bridge at Machh was burned on Saturday and trains stopped.",
)


def test_two_stories_that_turn_out_to_be_one_are_merged_into_the_older() -> None:
    live = LiveStories()
    live.add(group({1: shown(CHECKPOST)}, live))
    live.add(group({2: shown(RAILWAY)}, live))
    assert live.clusters([1, 2]).keys() == {1, 2}
    done = group({3: shown(BRIDGE), 4: shown((CHECKPOST[0], RAILWAY[1])), 5: shown((RAILWAY[0], CHECKPOST[1]))}, live)
    assert [(merge.into, merge.story) for merge in done.merges] == [(1, 2)]
    assert done.merges[0].reason.startswith("shares ")
    assert {joined.story for joined in done.joined.values()} == {1}
    assert done.changed.keys() == {1}
    live.add(done)
    assert live.clusters([1, 2]).keys() == {1}
    assert live.clusters([1])[1].articles == 5


def test_stories_parted_by_hand_are_not_merged_again() -> None:
    live = LiveStories()
    live.add(group({1: shown(CHECKPOST)}, live))
    live.add(group({2: shown(RAILWAY)}, live))
    batch = {3: shown(BRIDGE), 4: shown((CHECKPOST[0], RAILWAY[1])), 5: shown((RAILWAY[0], CHECKPOST[1]))}
    done = group(batch, live, apart={(2, 1)})
    assert done.merges == ()
    assert {(one.story, one.other) for one in done.related} == {(1, 2)}


def test_what_may_be_one_story_is_related() -> None:
    live = LiveStories()
    live.add(group({1: shown(FERRY)}, live))
    plan = (
        "New ferry for Jiwani",
        "A ferry will sail between Gwadar and Jiwani from June, and take tourists and pilgrims along the coast, "
        "a minister said on Friday.",
    )
    done = group({2: shown(plan)}, live)
    assert done.joined[2].story == 2
    (related,) = done.related
    assert (related.story, related.other) == (1, 2)
    assert 0 < related.score < 1


def test_a_story_remade_by_hand_is_found_again() -> None:
    live = LiveStories()
    cluster = cluster_of([shown(MINE), shown(MINE_TOO, NINE + timedelta(hours=2))], live)
    assert (cluster.articles, cluster.first_at, cluster.last_at) == (2, NINE, NINE + timedelta(hours=2))
    live.add(Grouping(changed={5: cluster}))
    assert group({8: shown(MINE_LATER)}, live).joined[8].story == 5


def test_a_story_is_bounded_however_many_articles_it_has() -> None:
    live = LiveStories()
    for number in range(1, 61):
        words = " ".join(f"detail{number}x{word}" for word in range(6))
        live.add(group({number: shown((MINE[0], f"{MINE[1]} {words}"))}, live))
    cluster = live.clusters([1])[1]
    assert cluster.articles == 60
    assert len(cluster.terms) == STORY_TERMS
    assert len(cluster.keys) <= KEYS


def test_no_story_of_everything() -> None:
    """A template with one word changed: its words are no keys once hundreds have them."""
    articles = [shown((f"Market report {n}", f"Prices of number{n} at the exchange.")) for n in range(2 * COMMON)]
    stories = grouped(articles, size=50)
    assert len(set(stories)) > COMMON


@pytest.mark.parametrize(
    "article",
    [
        ("word", ""),
        ("", "x " * 1_000_000),
        (" ".join(map(str, range(10_000))), " ".join(map(str, range(10_000)))),
        ("ꦱꦥꦼꦂꦠꦶ ᬅᬓ᭄ᬱᬭ", "ᚠᛇᚻ " * 10_000),
        ("東京" * 10_000, "地震" * 10_000),
    ],
)
def test_hostile_articles_cost_little(article: tuple[str, str]) -> None:
    title, text = tokenise(article[0]), tokenise(article[1])
    live = LiveStories()
    before = time.process_time()
    for number in (1, 2, 3):
        one = features(title, text, (range(len(title)), range(len(text))), NINE)
        live.add(group({number: one}, live))
    assert time.process_time() - before < allowed(0.3)
    assert all(len(live.clusters([number])[number].terms) <= ARTICLE_TERMS * 3 for number in live.clusters([1, 2, 3]))


def test_a_stale_pool_is_no_error() -> None:
    """A key may lead to a story that was closed meanwhile."""

    class Stale(LiveStories):
        def clusters(self, stories: object) -> dict[int, Cluster]:
            return {}

    live = Stale()
    live.add(group({1: shown(MINE)}, live))
    assert group({2: shown(MINE_TOO)}, live).joined[2].story == 2


# --- the pool in memory ---


def test_the_pool_forgets_the_stories_used_longest_ago() -> None:
    live = LiveStories(most=2)
    for number, one in enumerate((MINE, FERRY, MINE_TOO, CRICKET), start=1):
        live.add(group({number: shown(one)}, live))
    assert live.clusters(range(1, 5)).keys() == {1, 4}
    assert {story for stories in live.holding(list(shown(FERRY).words)).values() for story in stories} <= {1, 4}


def test_the_pool_counts_recent_articles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_module, "RECENT", 2)
    live = LiveStories()
    for number in range(1, 6):
        live.add(Grouping(joined=group({number: shown(FERRY)}, live).joined, frequencies={1: 1, number + 10: 1}))
    assert live.total == 2.5
    assert live.frequencies([1, 11, 15, 99]) == {1: 2.5}


# --- clusters ---

MOMENTS = st.none() | st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)).map(
    lambda moment: moment.replace(microsecond=0)
)
TERMS = st.dictionaries(st.integers(0, (1 << 63) - 1), st.floats(0, 9, width=32), max_size=STORY_TERMS)


@given(TERMS, st.integers(1, 10**6), st.floats(0, 1, width=32), MOMENTS, MOMENTS)
def test_a_cluster_comes_back_as_it_was_packed(
    terms: dict[int, float], articles: int, crowd: float, first: datetime | None, last: datetime | None
) -> None:
    keys = tuple(terms)[:KEYS]
    cluster = Cluster(terms=terms, articles=articles, crowd=crowd, keys=keys, first_at=first, last_at=last)
    assert Cluster.unpack(cluster.pack()) == cluster


def test_heaviest_terms_do_not_depend_on_their_order() -> None:
    terms = {1: 0.5, 2: 0.5, 3: 0.7}
    assert list(heaviest(terms, 2)) == list(heaviest(dict(reversed(terms.items())), 2)) == [3, 2]


@pytest.mark.parametrize(
    ("one", "other", "hours"),
    [((0, 2), (5, 6), 3), ((5, 6), (0, 2), 3), ((0, 5), (3, 9), 0), ((None, None), (3, 9), 0)],
)
def test_gap(one: tuple[int | None, int | None], other: tuple[int, int], hours: int) -> None:
    def span(hours: tuple[int | None, int | None]) -> tuple[datetime | None, datetime | None]:
        first, last = (None if hour is None else NINE + timedelta(hours=hour) for hour in hours)
        return first, last

    assert gap(span(one), span(other)) == timedelta(hours=hours)


# --- properties ---

ARTICLES = st.lists(
    st.tuples(
        st.sampled_from([MINE, MINE_TOO, MINE_LATER, FERRY, CRICKET, CHECKPOST, RAILWAY, BRIDGE]), st.integers(0, 90)
    ),
    min_size=1,
    max_size=12,
)


@given(ARTICLES, st.integers(1, 12))
def test_every_article_has_a_story_that_began_with_one(articles: list[tuple[tuple[str, str], int]], size: int) -> None:
    live, stories = LiveStories(), set[int]()
    shown_all = [shown(one, NINE + timedelta(hours=hours)) for one, hours in articles]
    for low in range(0, len(shown_all), size):
        batch = {low + at + 1: one for at, one in enumerate(shown_all[low : low + size])}
        done = group(batch, live)
        live.add(done)
        assert done.joined.keys() == batch.keys()
        assert done.changed.keys() == {one.story for one in done.joined.values()}
        assert all(merge.into < merge.story for merge in done.merges)
        assert all(one.story < one.other for one in done.related)
        stories |= {article for article, joined in done.joined.items() if joined.story == article}
        stories -= {merge.story for merge in done.merges}
        assert {joined.story for joined in done.joined.values()} <= stories
        assert live.clusters(stories).keys() == stories
        assert sum(one.articles for one in live.clusters(stories).values()) == live.total

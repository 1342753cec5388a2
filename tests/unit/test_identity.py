"""Article identity: what is new, what is an edit, what is the same in other clothes."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model import Entry, ParsedFeed
from monitor.stories.identity import (
    Decision,
    Known,
    KnownArticle,
    Sighting,
    alike,
    content_hash,
    copy_hash,
    identify,
    items_of,
)

TEXT = "Armed men attacked a police post near the highway early on Sunday and left before help came, officials said."
OTHER = "Fishermen of the coastal town asked the provincial government for cold storage and a second jetty this winter."


def entry(guid: str | None = "guid-1", link: str | None = "https://example.org/news/1", **more: object) -> Entry:
    values: dict[str, object] = {"title": "Attack near the highway", "text": TEXT} | more
    return Entry(guid=guid, link=link, **values)  # type: ignore[arg-type]


def document(*entries: Entry, link: str | None = "https://example.org/") -> ParsedFeed:
    return ParsedFeed(title="Outlet", link=link, language=None, entries=entries)


class Memory:
    """A store as small as identity can see it."""

    def __init__(self) -> None:
        self.ids = count(1)
        self.sightings: dict[str, dict[str, Sighting]] = {}
        self.urls: dict[str, int] = {}
        self.copies: dict[str, int] = {}
        self.articles: dict[int, KnownArticle] = {}
        self.headlines: dict[int, str] = {}
        self.unstable = False

    def poll(self, feed: str, *entries: Entry, link: str | None = "https://example.org/") -> list[Decision]:
        items = items_of(document(*entries, link=link))
        seen = self.sightings.setdefault(feed, {})
        known = Known(
            sightings={item.key: seen[item.key] for item in items if item.key in seen},
            urls=dict(self.urls),
            copies=dict(self.copies),
            articles=dict(self.articles),
            namesakes=self.namesakes(feed),
            unstable=self.unstable,
        )
        decisions = list(identify(feed, items, known, self.ids))
        for one in decisions:
            text = f"{one.item.entry.title} {one.item.entry.text}"
            if one.kind == "new":
                self.articles[one.article] = KnownArticle(
                    id=one.article,
                    feed=feed,
                    story=one.story,
                    content_hash=one.item.content_hash,
                    text=text,
                    url=one.item.url,
                )
                self.headlines[one.article] = one.item.entry.title
                if one.item.copy_hash:
                    self.copies.setdefault(one.item.copy_hash, one.article)
            if one.kind == "revised":
                before = self.articles[one.article]
                self.articles[one.article] = replace(before, content_hash=one.item.content_hash, text=text)
            self.sightings[feed][one.item.key] = Sighting(
                article=one.article, url=one.item.url, content_hash=one.item.content_hash
            )
            if one.item.url:
                self.urls.setdefault(one.item.url, one.article)
        return decisions

    def namesakes(self, feed: str) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for number in sorted(self.headlines, reverse=True):
            if self.articles[number].feed == feed:
                found.setdefault(self.headlines[number], []).append(number)
        return found

    def kinds(self, feed: str, *entries: Entry) -> list[str]:
        return [one.kind for one in self.poll(feed, *entries)]


FIRST = entry()


@pytest.mark.parametrize(
    ("second", "kind"),
    [
        pytest.param(FIRST, "seen", id="nothing changed"),
        pytest.param(replace(FIRST, title="Attack near the highway kills two"), "revised", id="edited title"),
        pytest.param(replace(FIRST, text=TEXT + " More follows."), "revised", id="edited text"),
        pytest.param(replace(FIRST, text=TEXT.replace(" ", "\n ")), "seen", id="only white space"),
        pytest.param(replace(FIRST, guid="guid-2"), "attached", id="rewritten guid"),
        pytest.param(replace(FIRST, guid="guid-2", text=TEXT + " More."), "revised", id="rewritten guid and edited"),
        pytest.param(replace(FIRST, link="https://example.org/news/1-new-slug"), "attached", id="moved link"),
        pytest.param(replace(FIRST, link="https://example.org/news/1?utm_source=rss"), "seen", id="tracking parameter"),
        pytest.param(entry("guid-2", "https://example.org/news/2", title="Jetty", text=OTHER), "new", id="another"),
        pytest.param(
            replace(FIRST, guid="guid-2", title="Jetty", text=OTHER), "new", id="same link, nothing in common"
        ),
        pytest.param(replace(FIRST, guid=None), "attached", id="guid dropped"),
    ],
)
def test_a_second_poll_of_one_feed(second: Entry, kind: str) -> None:
    memory = Memory()
    assert memory.kinds("dawn", FIRST) == ["new"]
    assert memory.kinds("dawn", second) == [kind]
    assert memory.kinds("dawn", second) == ["seen"]


def test_a_title_that_goes_back_and_forth_is_an_edit_each_time() -> None:
    memory, edited = Memory(), replace(FIRST, title="Attack near the highway kills two")
    assert [memory.kinds("dawn", one) for one in (FIRST, edited, FIRST, edited)] == [
        ["new"],
        ["revised"],
        ["revised"],
        ["revised"],
    ]


def test_the_same_address_in_another_feed_is_the_same_article() -> None:
    memory = Memory()
    memory.poll("dawn", FIRST)
    (decision,) = memory.poll("dawn-pakistan", entry("other-guid", text="Armed men attacked a post."))
    assert (decision.kind, decision.article) == ("attached", 1)
    assert decision.reason == "same address as in dawn"


def test_another_feeds_rendition_is_no_edit_but_its_edit_of_the_same_words_is() -> None:
    memory = Memory()
    short = entry("g", text="Armed men attacked a post.")
    memory.poll("dawn", FIRST)
    memory.poll("dawn-pakistan", short)
    assert memory.kinds("dawn-pakistan", replace(short, text="Armed men attacked two posts.")) == ["attached"]
    memory.poll("dawn-world", replace(FIRST, guid="world-1"))
    assert memory.kinds("dawn-world", replace(FIRST, guid="world-1", title="Two posts attacked")) == ["revised"]
    assert memory.kinds("dawn", replace(FIRST, title="Two posts attacked")) == ["attached"]


def test_the_same_words_under_another_address_are_a_copy() -> None:
    memory = Memory()
    memory.poll("wire", FIRST)
    (copy,) = memory.poll("daily", entry("x", "https://daily.example/a/7"))
    assert (copy.kind, copy.duplicate_of, copy.story) == ("new", 1, 1)


def test_a_long_text_is_a_copy_whatever_its_headline() -> None:
    memory = Memory()
    memory.poll("wire", entry(text=f"{TEXT} {OTHER} {TEXT}"))
    (copy,) = memory.poll(
        "daily", entry("x", "https://d.example/a/7", title="OUR headline", text=f"{TEXT} {OTHER} {TEXT}")
    )
    assert copy.duplicate_of == 1


def test_the_same_few_words_are_no_copy() -> None:
    memory = Memory()
    memory.poll("wire", entry(title="Morning briefing", text=""))
    assert (
        memory.poll("wire", entry("y", "https://example.org/8", title="Morning briefing", text=""))[0].duplicate_of
        is None
    )


def test_copies_inside_one_poll_are_found() -> None:
    first, second = Memory().poll("wire", FIRST, entry("guid-2", "https://example.org/news/2"))
    assert (first.duplicate_of, second.duplicate_of) == (None, first.article)


@pytest.mark.parametrize(
    "entries",
    [
        pytest.param(
            [entry("same", "https://example.org/1", title="One"), entry("same", "https://example.org/2", title="Two")],
            id="guid shared by two links",
        ),
        pytest.param([entry("same", None, title="One"), entry("same", None, title="Two")], id="guid shared, no links"),
        pytest.param(
            [
                entry("a-guid", "https://example.org/w", title="One"),
                entry("b-guid", "https://example.org/w", title="Two"),
            ],
            id="link shared by two guids",
        ),
        pytest.param([entry(None, None, title="One"), entry(None, None, title="Two")], id="no identity at all"),
        pytest.param([entry("1", "https://example.org/1"), entry("2", "https://example.org/2")], id="guids are places"),
    ],
)
def test_entries_that_share_an_identity_stay_two_articles(entries: list[Entry]) -> None:
    memory = Memory()
    assert memory.kinds("dawn", *entries) == ["new", "new"]
    assert memory.kinds("dawn", *entries) == ["seen", "seen"]


def test_positions_used_as_guids_do_not_turn_a_new_item_into_an_edit() -> None:
    memory = Memory()
    memory.poll("dawn", entry("1", "https://example.org/1"))
    moved = [entry("1", "https://example.org/2", title="Jetty", text=OTHER), entry("2", "https://example.org/1")]
    assert memory.kinds("dawn", *moved) == ["new", "attached"]


def test_an_entry_that_stands_twice_comes_out_once_with_its_longer_text() -> None:
    (item,) = items_of(document(replace(FIRST, text="Short."), FIRST, replace(FIRST, text="Short.")))
    assert item.entry.text == TEXT


@pytest.mark.parametrize("link", ["https://example.org/", "https://example.org/news/1"])
def test_the_feeds_own_page_identifies_no_article(link: str) -> None:
    (item,) = items_of(document(entry(link=link), link=link))
    assert (item.url, item.key) == ("", "guid-1")


def test_a_front_page_with_a_query_may_be_an_article() -> None:
    (item,) = items_of(document(entry(link="https://example.org/?p=12")))
    assert item.url


def test_copies_need_enough_words() -> None:
    assert copy_hash("Morning briefing", "") is None
    assert copy_hash("One two three four five six seven", "") is None
    assert copy_hash("One two three four five six seven eight", "") is not None
    assert copy_hash("Title", "one two three four five six seven eight") is not None
    assert copy_hash("A", "word " * 40) == copy_hash("B", "WORD " * 40)
    assert copy_hash("A", "word " * 39) != copy_hash("B", "word " * 39)


def test_content_hash_ignores_white_space_only() -> None:
    assert content_hash("a  b", "c\n\nd") == content_hash("a b", "c d")
    assert content_hash("a", "b") != content_hash("a b", "")


def test_alike() -> None:
    assert alike(TEXT, TEXT + OTHER)
    assert not alike(TEXT, OTHER)
    assert alike("", OTHER)


def test_a_site_that_moves_shows_its_articles_as_copies() -> None:
    memory = Memory()
    memory.poll("dawn", FIRST)
    (again,) = memory.poll("dawn", entry("new-guid", "https://new.example.org/1"))
    assert (again.kind, again.duplicate_of, again.story) == ("new", 1, 1)


def test_a_headline_that_recurs_is_no_article_again() -> None:
    memory, title = Memory(), "What we know so far about the attacks today"
    memory.poll("dawn", entry(title=title, text=""))
    (later,) = memory.poll("dawn", entry("guid-2", "https://example.org/news/2", title=title, text=""))
    assert (later.kind, later.duplicate_of) == ("new", 1)


def test_a_guid_that_stands_for_another_text_is_no_identity() -> None:
    memory = Memory()
    memory.poll("dawn", entry("latest-news"))
    assert memory.kinds("dawn", entry("latest-news", "https://example.org/2", title="Jetty", text=OTHER)) == ["new"]
    assert memory.kinds("dawn", entry("latest-news", "https://example.org/2", title="Jetty", text=OTHER)) == ["seen"]


def test_a_live_page_may_change_headline_slug_and_words_under_its_number() -> None:
    memory = Memory()
    memory.poll("dawn", entry("live-page", "https://example.org/news/419964/first-slug"))
    edited = entry("live-page", "https://example.org/news/419964/last-slug", title="Jetty", text=OTHER)
    assert memory.kinds("dawn", edited) == ["revised"]


# --- entries that are renamed ------------------------------------------------------------------------------------


def numbered(count: int, poll: int, *, link: str = "https://example.org/{poll}/{n}", **more: object) -> list[Entry]:
    """Return entries whose ids, and as a rule whose links, are other ones at each poll."""
    return [
        entry(f"guid-{poll}-{n}", link.format(poll=poll, n=n), title=f"Attack number {n}", text="", **more)
        for n in range(count)
    ]


def test_entries_that_return_under_new_ids_and_links_are_known() -> None:
    memory = Memory()
    memory.poll("dawn", *numbered(3, 0))
    decisions = memory.poll("dawn", *numbered(3, 1)[::-1])
    assert [(one.kind, one.article, one.renamed) for one in decisions] == [
        ("attached", 3, True),
        ("attached", 2, True),
        ("attached", 1, True),
    ]
    assert decisions[0].reason == "the same words in dawn under another id"
    assert memory.kinds("dawn", *numbered(3, 1)) == ["seen"] * 3


def test_fewer_than_three_may_be_what_recurs() -> None:
    memory = Memory()
    memory.poll("dawn", *numbered(2, 0))
    assert [(one.kind, one.renamed) for one in memory.poll("dawn", *numbered(2, 1))] == [("new", True)] * 2
    memory.unstable = True
    assert memory.kinds("dawn", *numbered(2, 2)) == ["attached"] * 2


def test_what_recurs_beside_as_many_known_entries_is_new() -> None:
    memory = Memory()
    old = [entry(f"stays-{n}", f"https://example.org/s/{n}", title=f"Stays {n}", text="") for n in range(4)]
    memory.poll("dawn", *numbered(4, 0), *old)
    assert memory.kinds("dawn", *numbered(4, 1), *old) == ["new"] * 4 + ["seen"] * 4


def test_each_known_article_is_taken_once_and_never_one_that_is_still_shown() -> None:
    memory = Memory()
    memory.unstable = True
    same = [entry(f"g{n}-guid", f"https://example.org/b/{n}", title="Briefing", text="") for n in range(4)]
    memory.poll("dawn", *same[:2])
    decisions = memory.poll("dawn", same[0], *same[2:])
    assert [(one.kind, one.article) for one in decisions] == [("seen", 1), ("attached", 2), ("new", 3)]


def test_another_feeds_article_with_the_headline_is_not_renamed() -> None:
    memory = Memory()
    memory.poll("dawn", *numbered(3, 0))
    assert memory.kinds("geo", *numbered(3, 1)) == ["new"] * 3


@pytest.mark.parametrize(
    ("link", "text", "kind"),
    [
        ("https://example.org/{n}?view={poll}", "Armed men attacked the post. Read 2 times.", "revised"),
        ("https://example.org/{poll}/{n}", "Armed men attacked the post. Read 2 times.", "new"),
        ("https://example.org/?id={n}{poll}", "Armed men attacked the post. Read 2 times.", "new"),
        ("https://example.org/story.php?id={n}{poll}", "Armed men attacked the post. Read 2 times.", "new"),
    ],
    ids=["same page", "another page", "the front page", "one page for all"],
)
def test_words_that_changed_are_an_edit_on_the_same_page_only(link: str, text: str, kind: str) -> None:
    memory, before = Memory(), "Armed men attacked the post. Read 1 times."
    memory.poll("dawn", *(replace(one, text=before) for one in numbered(4, 0, link=link)))
    decisions = memory.poll("dawn", *(replace(one, text=text) for one in numbered(4, 1, link=link)))
    assert {one.kind for one in decisions} == {kind}
    assert {one.renamed for one in decisions} == {kind != "new"}


def test_a_new_guid_at_the_old_address_is_a_new_id_too() -> None:
    memory = Memory()
    memory.poll("dawn", FIRST)
    (again,) = memory.poll("dawn", replace(FIRST, guid="guid-2"))
    (elsewhere,) = memory.poll("geo", replace(FIRST, guid="guid-3"))
    assert (again.renamed, elsewhere.renamed) == (True, False)


def test_a_guid_and_a_link_that_unlike_entries_share_identify_none_of_them() -> None:
    memory = Memory()
    clash = [entry("the-guid", title=title, text="") for title in ("One", "Two", "Three")]
    assert memory.kinds("dawn", *clash) == ["new"] * 3
    assert memory.kinds("dawn", *clash[::-1]) == ["seen"] * 3


words = st.lists(st.sampled_from(["attack", "post", "police", "jetty", "winter", "noon"]), max_size=9).map(" ".join)
entries = st.builds(
    Entry,
    guid=st.sampled_from([None, "g1", "guid-1", "guid-2", "1"]),
    link=st.sampled_from([None, "https://e.org/a/1", "https://e.org/a/2", "https://e.org/"]),
    title=words,
    text=words,
)


@settings(max_examples=150, deadline=None)
@given(polls=st.lists(st.lists(entries, max_size=5), max_size=4))
def test_the_same_document_again_brings_nothing(polls: list[list[Entry]]) -> None:
    memory = Memory()
    for one in polls:
        memory.poll("dawn", *one)
        again = memory.kinds("dawn", *one)
        assert "new" not in again


@settings(max_examples=100, deadline=None)
@given(one=st.lists(entries, max_size=6))
def test_every_entry_belongs_to_exactly_one_item(one: list[Entry]) -> None:
    items = items_of(document(*one))
    assert len({item.key for item in items}) == len(items)
    assert {item.content_hash for item in items} <= {content_hash(e.title, e.text) for e in one}
